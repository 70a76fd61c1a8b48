//! A text as the rules see it: folded words in a row, each knowing its sentence and what stands before it.
//!
//! Not [`portavoz_text::words`]: hyphens, digits and signs part words here, names do not matter, and quotation marks,
//! colons and capitals are kept as marks of the word that follows.

use portavoz_text::fold::fold;

/// A word of the lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Where it begins in [`Lane::folded`].
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// The number of its sentence.
    pub(super) sentence: usize,
    /// First of its sentence, or after a comma, colon, bracket or quotation mark.
    pub(super) opens: bool,
    /// First within quotation marks.
    pub(super) quoted: bool,
    /// First after a colon.
    pub(super) colon: bool,
    /// Written in capitals, two letters at least.
    pub(super) capitals: bool,
    /// Begins with a capital.
    pub(super) capital: bool,
}

/// A text, folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lane {
    /// The words with one space between them.
    pub(super) folded: String,
    pub(super) places: Vec<Place>,
    /// By sentence: is it a question?
    pub(super) questions: Vec<bool>,
}

impl Lane {
    /// Reads `text`.
    pub(super) fn of(text: &str) -> Self {
        let mut lane =
            Self { folded: String::with_capacity(text.len() + 8), questions: vec![false], ..Self::default() };
        let mut marks = Marks { opens: true, ..Marks::default() };
        let mut rest = text;
        while !rest.is_empty() {
            let word_end = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
            // Scripts without spaces: each character for itself.
            let word_end = rest.chars().next().filter(|first| is_ideogram(*first)).map_or(word_end, char::len_utf8);
            let word_end =
                rest.get(..word_end).and_then(|word| word.find(is_ideogram)).filter(|at| *at > 0).unwrap_or(word_end);
            let (word, after) = rest.split_at(word_end);
            if !word.is_empty() {
                lane.push(word, &mut marks);
            }
            let gap_end = after.find(is_part).unwrap_or(after.len());
            let (gap, next) = after.split_at(gap_end);
            lane.pass(gap, next.is_empty(), &mut marks);
            rest = next;
        }
        lane
    }

    /// The folded word at `place`.
    pub(super) fn word(&self, place: usize) -> &str {
        self.places.get(place).and_then(|place| self.folded.get(place.start..place.end)).unwrap_or_default()
    }

    fn push(&mut self, word: &str, marks: &mut Marks) {
        if !self.folded.is_empty() {
            self.folded.push(' ');
        }
        let start = self.folded.len();
        if word.is_ascii() {
            self.folded.extend(word.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        } else {
            self.folded.push_str(&fold(word));
        }
        let end = self.folded.len();
        let mut letters = word.chars().filter(|c| c.is_alphabetic());
        let capitals = word.len() > 1 && letters.clone().count() > 1 && letters.all(char::is_uppercase);
        let capital = word.starts_with(char::is_uppercase);
        let Marks { opens, quoted, colon } = std::mem::take(marks);
        let sentence = self.questions.len() - 1;
        self.places.push(Place { start, end, sentence, opens, quoted, colon, capitals, capital });
    }

    /// Goes over what stands between two words.
    fn pass(&mut self, gap: &str, is_last: bool, marks: &mut Marks) {
        let mut ends = false;
        let mut signs = gap.chars().peekable();
        while let Some(sign) = signs.next() {
            match sign {
                '?' | '？' | '؟' => {
                    ends = true;
                    if let Some(question) = self.questions.last_mut() {
                        *question = true;
                    }
                }
                '!' | '¡' | '¿' | '\n' | '。' | '！' | '…' => ends = true,
                // A point within a name or a number ends nothing.
                '.' if is_last || signs.peek().is_none_or(|next| !is_part(*next)) && gap.chars().count() > 1 => {
                    ends = true
                }
                '"' | '“' | '”' | '«' | '»' | '„' | '`' => (marks.quoted, marks.opens) = (true, true),
                '\'' | '‘' if gap.starts_with(char::is_whitespace) => (marks.quoted, marks.opens) = (true, true),
                ':' => (marks.colon, marks.opens) = (true, true),
                ',' | ';' | '(' | '[' | '{' | '—' | '–' | '|' | '>' | '<' | '#' | '*' => marks.opens = true,
                _ => {}
            }
        }
        if ends {
            marks.opens = true;
            if !self.places.is_empty()
                && self.places.last().is_some_and(|place| place.sentence + 1 == self.questions.len())
            {
                self.questions.push(false);
            }
        }
    }
}

#[derive(Debug, Default)]
struct Marks {
    opens: bool,
    quoted: bool,
    colon: bool,
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric() || unicode_mark(character)
}

/// Chinese, Japanese and Korean characters.
fn is_ideogram(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Marks of scripts whose vowels are marks, and accents that stand alone.
fn unicode_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}')
}
