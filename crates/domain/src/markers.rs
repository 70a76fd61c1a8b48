//! Citation markers in a model's words: `[3]` names a passage of the context; the visitor sees sources numbered in
//! order of first mention.
//!
//! Text arrives in pieces that may end inside a marker, so a tail that could still become one is held back.

use crate::prompt::NOT_KNOWN_MARK;

/// No passage number has more digits; a longer one is text.
const MAX_DIGITS: usize = 3;

/// Renumbers markers while an answer streams.
#[derive(Debug, Clone, Default)]
pub struct MarkerStream {
    /// How many passages may be cited.
    passages: usize,
    /// A tail that may yet become a marker.
    held: String,
    /// Passage numbers in order of first mention; the marker shown is the place here, from 1.
    cited: Vec<usize>,
    /// The model's mark of not knowing stood somewhere.
    not_known: bool,
}

/// What a piece of the model's words became.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marked {
    /// Text that can be shown.
    pub text: String,
    /// Passages (from 0) mentioned for the first time, in order.
    pub newly_cited: Vec<usize>,
}

impl MarkerStream {
    /// Starts an answer over a context of `passages` passages.
    pub fn new(passages: usize) -> Self {
        Self { passages, ..Self::default() }
    }

    /// Takes the next piece.
    pub fn push(&mut self, piece: &str) -> Marked {
        let mut input = std::mem::take(&mut self.held);
        input.push_str(piece);
        let mut marked = Marked::default();
        let mut rest = input.as_str();
        while let Some(open) = rest.find('[') {
            let (before, after) = rest.split_at(open);
            if let Some(behind) = after.strip_prefix(NOT_KNOWN_MARK) {
                self.not_known = true;
                marked.text.push_str(before.trim_end_matches(' '));
                rest = behind;
                continue;
            }
            if NOT_KNOWN_MARK.starts_with(after) {
                self.hold(&mut marked, rest, open);
                return marked;
            }
            match read_marker(after) {
                Marker::Whole { numbers, length } => {
                    self.show(&mut marked, before, &numbers);
                    rest = after.get(length..).unwrap_or_default();
                }
                Marker::Unfinished => {
                    self.hold(&mut marked, rest, open);
                    return marked;
                }
                Marker::Text => {
                    marked.text.push_str(before);
                    marked.text.push('[');
                    rest = after.get(1..).unwrap_or_default();
                }
            }
        }
        self.hold(&mut marked, rest, rest.len());
        marked
    }

    /// Shows `text` up to `end` and keeps the rest; the spaces before it too, for they go with a marker that turns
    /// out to be void.
    fn hold(&mut self, marked: &mut Marked, text: &str, end: usize) {
        let shown = text.get(..end).unwrap_or_default().trim_end_matches(' ');
        marked.text.push_str(shown);
        self.held = text.get(shown.len()..).unwrap_or_default().to_owned();
    }

    /// Ends the answer: what was held back was text after all.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held).trim_end().to_owned()
    }

    /// True once the model's mark of not knowing stood in its words; it is never shown.
    pub const fn not_known(&self) -> bool {
        self.not_known
    }

    /// Passages (from 0) cited so far, in order of first mention.
    pub fn cited(&self) -> &[usize] {
        &self.cited
    }

    /// Appends the text before a marker and the marker as visitors see it; numbers of no passage vanish.
    fn show(&mut self, marked: &mut Marked, before: &str, numbers: &[usize]) {
        let known: Vec<usize> = numbers
            .iter()
            .filter_map(|number| number.checked_sub(1))
            .filter(|&passage| passage < self.passages)
            .collect();
        if known.is_empty() {
            marked.text.push_str(before.trim_end_matches(' '));
            return;
        }
        marked.text.push_str(before);
        for passage in known {
            let place = self.cited.iter().position(|&seen| seen == passage).unwrap_or_else(|| {
                self.cited.push(passage);
                marked.newly_cited.push(passage);
                self.cited.len() - 1
            });
            marked.text.push_str(&format!("[{}]", place + 1));
        }
    }
}

/// An answer without its markers: as part of a history they would name passages of another context.
pub fn unmarked(answer: &str) -> String {
    let mut stream = MarkerStream::new(0);
    let mut text = stream.push(answer).text;
    text.push_str(&stream.finish());
    text
}

enum Marker {
    Whole { numbers: Vec<usize>, length: usize },
    Unfinished,
    Text,
}

/// Reads `[1]`, `[1, 2]` or `[1][2]`'s first part at the start of `text`, which begins with `[`.
fn read_marker(text: &str) -> Marker {
    let inside = text.get(1..).unwrap_or_default();
    let allowed = |c: char| c.is_ascii_digit() || c == ',' || c == ' ';
    let end = inside.find(|c: char| !allowed(c));
    let body = inside.get(..end.unwrap_or(inside.len())).unwrap_or_default();
    let parts: Vec<&str> = body.split(',').map(str::trim).collect();
    if parts.iter().any(|part| part.len() > MAX_DIGITS) {
        return Marker::Text;
    }
    match end.and_then(|end| inside.get(end..)) {
        None => Marker::Unfinished,
        Some(tail) if tail.starts_with(']') => {
            let numbers: Option<Vec<usize>> = parts.iter().map(|part| part.parse().ok()).collect();
            match numbers {
                Some(numbers) if !numbers.is_empty() => Marker::Whole { numbers, length: body.len() + 2 },
                _ => Marker::Text,
            }
        }
        Some(_) => Marker::Text,
    }
}

/// What the beginning of an answer says about its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// The model says that the passages do not hold the answer.
    NotKnown,
    /// An answer.
    Answer,
    /// Too early to tell.
    Undecided,
}

/// Tells whether an answer that begins with `text` is the model's [`NOT_KNOWN_MARK`].
pub fn beginning(text: &str) -> Beginning {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '*' | '`'));
    if text.starts_with(NOT_KNOWN_MARK) {
        Beginning::NotKnown
    } else if NOT_KNOWN_MARK.starts_with(text) {
        Beginning::Undecided
    } else {
        Beginning::Answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(pieces: &[&str], passages: usize) -> (String, Vec<usize>) {
        let mut stream = MarkerStream::new(passages);
        let mut shown = String::new();
        let mut newly = Vec::new();
        for piece in pieces {
            let marked = stream.push(piece);
            shown.push_str(&marked.text);
            newly.extend(marked.newly_cited);
        }
        shown.push_str(&stream.finish());
        assert_eq!(newly, stream.cited());
        (shown, newly)
    }

    #[test]
    fn markers_are_numbered_by_first_mention() {
        for (answer, shown, cited) in [
            ("Subió un 40 % [3]. Desde 2022 [1][3].", "Subió un 40 % [1]. Desde 2022 [2][1].", vec![2, 0]),
            ("Con FastAPI [2, 4].", "Con FastAPI [1][2].", vec![1, 3]),
            ("Nada [9]. Ni [0].", "Nada. Ni.", vec![]),
            (
                "Un arreglo a[i] y [enlace](https://x.example).",
                "Un arreglo a[i] y [enlace](https://x.example).",
                vec![],
            ),
            ("En [2021] y [] y [1", "En [2021] y [] y [1", vec![]),
        ] {
            assert_eq!(run(&[answer], 4), (shown.to_owned(), cited.clone()), "{answer}");
            let letters: Vec<String> = answer.chars().map(String::from).collect();
            let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
            assert_eq!(run(&letters, 4), (shown.to_owned(), cited), "letter by letter: {answer}");
        }
    }

    #[test]
    fn the_mark_of_not_knowing_is_never_shown_wherever_it_stands() {
        let answer = "No lo sé [1]. [[NOT_KNOWN]] Pregúntale.";
        let letters: Vec<String> = answer.chars().map(String::from).collect();
        for pieces in [vec![answer], letters.iter().map(String::as_str).collect()] {
            let mut stream = MarkerStream::new(1);
            let mut shown: String = pieces.iter().map(|piece| stream.push(piece).text).collect();
            shown.push_str(&stream.finish());
            assert_eq!(shown, "No lo sé [1]. Pregúntale.");
            assert!(stream.not_known());
        }
    }

    #[test]
    fn a_history_has_no_markers() {
        assert_eq!(unmarked("Subió un 40 % [1][2]. Desde 2022 [3]."), "Subió un 40 %. Desde 2022.");
        assert_eq!(unmarked("Un [enlace](https://x.example)."), "Un [enlace](https://x.example).");
    }

    #[test]
    fn the_mark_of_not_knowing_is_told_from_an_answer_as_early_as_can_be() {
        for (text, expected) in [
            ("", Beginning::Undecided),
            ("[[NOT", Beginning::Undecided),
            ("[[NOT_KNOWN]]", Beginning::NotKnown),
            (" **[[NOT_KNOWN]]**", Beginning::NotKnown),
            ("[1]", Beginning::Answer),
            ("María", Beginning::Answer),
        ] {
            assert_eq!(beginning(text), expected, "{text}");
        }
    }
}
