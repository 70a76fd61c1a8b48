//! Units: the pieces in which a model's words are checked and told. A unit is a sentence; a line break always ends one,
//! so that an item of a list is a unit of its own.
//!
//! Text arrives in pieces that may end anywhere. A sentence is given out as soon as the first word behind it is
//! complete, because only that word tells whether `Dr.` or `Next.` ended it. However the text is cut into pieces, the
//! units are the same. Source markers (`[1]`) stay with the sentence they follow. Start at [`UnitStream`].

use portavoz_text::sentences::{list_marker_len, sentences};

use crate::markers::unmarked;

/// A piece of an answer that is told whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// What stands between the unit before and this one: white space, line breaks, the marker of a list item.
    pub lead: String,
    /// The sentence, with its source markers.
    pub text: String,
    /// True if it is the first on its line.
    pub starts_line: bool,
    /// True if it stands in an item of a list.
    pub item: bool,
}

impl Unit {
    /// The words as they are checked: without source markers and without Markdown's signs of emphasis and headings.
    pub fn words(&self) -> String {
        let bare = unmarked(&self.text).replace("**", "").replace(['`', '|'], " ");
        bare.trim().trim_start_matches('#').trim().to_owned()
    }

    /// True if it announces what follows: a line that ends with a colon.
    pub fn announces(&self) -> bool {
        self.words().trim_end_matches('*').ends_with(':')
    }
}

/// Cuts a growing text into units.
#[derive(Debug, Clone, Default)]
pub struct UnitStream {
    /// The line that is being written, whole.
    line: String,
    /// How much of it has been given out.
    given: usize,
    /// True once a unit of it has been given out.
    begun: bool,
    /// What stands before the line, since the last unit.
    lead: String,
    /// The number of the last item of a numbered list.
    number: u32,
}

impl UnitStream {
    /// Takes the next piece and gives out the units that are complete.
    pub fn push(&mut self, piece: &str) -> Vec<Unit> {
        let mut units = Vec::new();
        self.line.push_str(piece);
        while let Some(end) = self.line.find('\n') {
            self.cut(end, true, &mut units);
            self.lead.push_str(self.line.get(self.given..=end).unwrap_or_default());
            self.line.drain(..=end);
            self.given = 0;
            self.begun = false;
        }
        self.cut(self.line.len(), false, &mut units);
        units
    }

    /// Ends the text: what is left is complete.
    pub fn finish(&mut self) -> Vec<Unit> {
        let mut units = Vec::new();
        self.cut(self.line.len(), true, &mut units);
        units
    }

    /// Gives out the units of the line up to `end`. If more of the line may follow, only those that it cannot change.
    fn cut(&mut self, end: usize, complete: bool, units: &mut Vec<Unit>) {
        let line = self.line.get(..end).unwrap_or_default();
        let marker = list_marker_len(line);
        for (start, stop) in spans(line) {
            if stop <= self.given {
                continue;
            }
            let settled = complete || line.get(stop..).is_some_and(is_settled);
            if !settled {
                return;
            }
            let mut start = start.max(self.given);
            if !self.begun {
                match item_number(line.get(..marker).unwrap_or_default()) {
                    // A number that counts no items is something said.
                    Some(number) if number == 1 || number == self.number + 1 => self.number = number,
                    Some(_) => start = line.len() - line.trim_start().len(),
                    None => {}
                }
            }
            let mut lead = std::mem::take(&mut self.lead);
            lead.push_str(line.get(self.given..start).unwrap_or_default());
            let text = line.get(start..stop).unwrap_or_default().to_owned();
            units.push(Unit { lead, text, starts_line: !self.begun, item: marker > 0 });
            self.begun = true;
            self.given = stop;
        }
    }
}

/// The sentences of a line, each with the markers behind it.
fn spans(line: &str) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for sentence in sentences(line) {
        let mut start = sentence.start;
        if let Some(last) = spans.last_mut() {
            while let Some(length) = line.get(start..sentence.end).and_then(marker_len) {
                start += length;
                last.1 = start;
                let rest = line.get(start..sentence.end).unwrap_or_default();
                start += rest.len() - rest.trim_start().len();
            }
            // Behind the markers only a point is left.
            if !line.get(start..sentence.end).unwrap_or_default().contains(char::is_alphanumeric) {
                last.1 = sentence.end.max(last.1);
                continue;
            }
        }
        spans.push((start, sentence.end));
    }
    spans
}

/// True if nothing that may follow `rest`, the text behind the end of a sentence, can move that end: its first word is
/// there, complete.
fn is_settled(rest: &str) -> bool {
    if !rest.starts_with(char::is_whitespace) {
        return false;
    }
    let mut rest = rest.trim_start();
    while let Some(length) = marker_len(rest) {
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    if rest.starts_with('[') && !rest.contains(|c: char| !"[0123456789, ".contains(c)) {
        return false;
    }
    let Some(word) = rest.find(char::is_alphanumeric) else { return false };
    rest.get(word..).is_some_and(|word| word.contains(|c: char| !c.is_alphanumeric()))
}

/// The length of a source marker such as `[1]` or `[1, 2]` at the start of `text`.
fn marker_len(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?;
    let end = inside.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == ' '))?;
    let has_number = inside.get(..end)?.contains(|c: char| c.is_ascii_digit());
    (has_number && inside.get(end..)?.starts_with(']')).then_some(end + 2)
}

/// The number of a numbered item's marker.
fn item_number(marker: &str) -> Option<u32> {
    let digits = marker.trim_start().split(['.', ')']).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<Unit> {
        let mut stream = UnitStream::default();
        let mut units = stream.push(text);
        units.extend(stream.finish());
        units
    }

    fn check(text: &str, expected: &[(&str, &str)]) {
        let units = cut(text);
        let found: Vec<(&str, &str)> = units.iter().map(|unit| (unit.lead.as_str(), unit.text.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    const ANSWER: &str = "La Dra. Gil midió 3.5 s [1]. [2] Usa Next.js 14.2. ¿Y más? Sí:\n\n- **Panel IA**: un 70 % [3].\n\
                          - Sin punto [1, 2]\n2. No cuenta. Fin… [1]. Y J. Pérez, z. B. Rust. 1";

    #[test]
    fn a_unit_is_a_sentence_or_an_item_with_its_markers() {
        check(
            ANSWER,
            &[
                ("", "La Dra. Gil midió 3.5 s [1]. [2]"),
                (" ", "Usa Next.js 14.2."),
                (" ", "¿Y más?"),
                (" ", "Sí:"),
                ("\n\n- ", "**Panel IA**: un 70 % [3]."),
                ("\n- ", "Sin punto [1, 2]"),
                ("\n", "2. No cuenta."),
                (" ", "Fin… [1]."),
                (" ", "Y J. Pérez, z. B. Rust."),
                (" ", "1"),
            ],
        );
        check("1. Uno.\n2. Dos.\n4. Cuatro.", &[("1. ", "Uno."), ("\n2. ", "Dos."), ("\n", "4. Cuatro.")]);
        check("", &[]);
        check("\n---\n", &[]);
    }

    #[test]
    fn the_pieces_it_comes_in_change_nothing() {
        let whole = cut(ANSWER);
        for at in (0..=ANSWER.len()).filter(|&at| ANSWER.is_char_boundary(at)) {
            let (one, other) = ANSWER.split_at(at);
            let mut stream = UnitStream::default();
            let mut units = stream.push(one);
            units.extend(stream.push(other));
            units.extend(stream.finish());
            assert_eq!(units, whole, "cut at {at}");
        }
        let mut stream = UnitStream::default();
        let mut units: Vec<Unit> = ANSWER.chars().flat_map(|letter| stream.push(&letter.to_string())).collect();
        units.extend(stream.finish());
        assert_eq!(units, whole, "letter by letter");
    }

    #[test]
    fn a_sentence_does_not_wait_for_the_end_of_the_next() {
        let mut stream = UnitStream::default();
        assert_eq!(stream.push("Subió un 40 % [1]. La").len(), 0);
        assert_eq!(stream.push(" lib").len(), 1);
        assert_eq!(stream.push("rería es abierta.\n").len(), 1);
    }

    #[test]
    fn words_are_bare_and_announcements_known() {
        let unit = |text: &str| cut(text).remove(0);
        assert_eq!(unit("## **Panel** `IA` [1]").words(), "Panel  IA");
        assert!(unit("Sus **proyectos:**").announces() && unit("Sus proyectos [1]:").announces());
        assert!(!unit("Sus proyectos.").announces());
    }

    /// A text without what an unfinished list leaves at its end: items that say nothing are not told.
    fn said(text: &str) -> &str {
        let (before, line) = text.rsplit_once('\n').unwrap_or(("", text));
        let item = line.get(list_marker_len(line)..).unwrap_or_default();
        if item.contains(char::is_alphanumeric) || text.is_empty() { text } else { said(before) }
    }

    #[test]
    fn an_item_that_says_nothing_is_not_told() {
        for text in ["1. ", "1. ?", "Dos:\n1. \n2. ", "- "] {
            let told: Vec<String> = cut(text).into_iter().map(|unit| unit.text).collect();
            assert_eq!(told, Vec::from_iter(text.starts_with('D').then(|| "Dos:".to_owned())), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_letter_is_lost_and_no_cut_matters(text in "[a-zA-Z1-3ñ¿?!.:… \\n\\-\\[\\],*]{0,60}", cut_at in 0..60_usize) {
            let whole = cut(&text);
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
            let told: usize = whole.iter().map(|unit| letters(&unit.lead) + letters(&unit.text)).sum();
            proptest::prop_assert_eq!(told, letters(said(&text)));
            let at = (0..=cut_at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            let (one, other) = text.split_at(at);
            let mut stream = UnitStream::default();
            let mut units = stream.push(one);
            units.extend(stream.push(other));
            units.extend(stream.finish());
            proptest::prop_assert_eq!(units, whole);
        }
    }
}
