//! The word lists of `data/understanding/`, and how phrases of them are found in a message.

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::words::words;

/// A word of a message: in lower case, and folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoldedWord {
    pub(super) lower: String,
    pub(super) folded: String,
}

/// The words of `message`; hyphens part them here, as in `a-t-elle`.
pub(super) fn folded_words(message: &str) -> Vec<FoldedWord> {
    words(message)
        .into_iter()
        .flat_map(|word| word.text.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>())
        .map(|word| FoldedWord { lower: word.to_lowercase(), folded: fold(word) })
        .collect()
}

/// A phrase of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phrase {
    /// Only at the beginning of the message.
    anchored: bool,
    words: Vec<&'static str>,
}

impl Phrase {
    fn read(text: &'static str) -> Self {
        let bare = text.strip_prefix('^');
        Self { anchored: bare.is_some(), words: bare.unwrap_or(text).split_whitespace().collect() }
    }

    /// Its words.
    pub(super) fn words(&self) -> &[&'static str] {
        &self.words
    }

    /// True if it is this one word.
    pub(super) fn has(&self, word: &FoldedWord) -> bool {
        self.len() == 1 && self.begins(std::slice::from_ref(word))
    }

    /// How many words it has.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// True if `message` begins with the phrase.
    pub(super) fn begins(&self, message: &[FoldedWord]) -> bool {
        self.words.len() <= message.len() && self.words.iter().zip(message).all(|(word, said)| is(word, said))
    }

    /// The place of the phrase in `message`, in words.
    pub(super) fn find(&self, message: &[FoldedWord]) -> Option<usize> {
        if self.anchored {
            return self.begins(message).then_some(0);
        }
        message.windows(self.words.len().max(1)).position(|window| self.begins(window))
    }
}

/// A listed word without accents stands for every spelling; one with accents only for itself.
fn is(listed: &str, said: &FoldedWord) -> bool {
    listed == said.folded || listed == said.lower
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) kind: &'static str,
    pub(super) language: Language,
    pub(super) phrases: Vec<Phrase>,
}

/// Reads lines such as `date en: when | what year`.
pub(super) fn read(list: &'static str) -> Vec<Line> {
    list.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (head, phrases) = line.split_once(':')?;
            let (kind, tag) = head.split_once(' ')?;
            let phrases =
                phrases.split('|').map(|phrase| Phrase::read(phrase.trim())).filter(|p| p.len() > 0).collect();
            Some(Line { kind, language: Language::parse(tag)?, phrases })
        })
        .collect()
}

/// The phrases of `kind` in `language`.
pub(super) fn of<'a>(lines: &'a [Line], kind: &str, language: Language) -> &'a [Phrase] {
    lines.iter().find(|line| line.kind == kind && line.language == language).map_or(&[], |line| &line.phrases)
}
