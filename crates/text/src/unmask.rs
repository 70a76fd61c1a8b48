//! Unmasking: the readings of a text that somebody may have disguised, so that rules about words see the words.
//!
//! The first reading is the text as a person sees it: without invisible characters, with look-alike letters back in the
//! alphabet of their word. Further readings undo one disguise each. Some disguises show by themselves ([`Unmasked::masks`]);
//! others (leetspeak, ROT13, reversal, words cut up by signs) can only be tried, and the caller confirms them by finding
//! something in them. Work is linear in the text, of which [`MAX_CHARS`] are looked at. Start at [`unmask`].
//! To add one more disguise: 1. a [`Mask`]; 2. a function from text to text in `unmask/`; 3. a line in [`unmask`].

mod encodings;
mod glyphs;
mod letters;

/// Characters that are looked at; what visitors may send is less.
pub const MAX_CHARS: usize = 8_000;

/// Decoded payloads may hold encoded payloads, so deep and no deeper.
const MAX_DEPTH: usize = 2;

/// Readings at most: a hostile text cannot make us read for long.
const MAX_READINGS: usize = 12;

/// A disguise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mask {
    /// Zero-width and other invisible characters inside words.
    Invisible,
    /// Characters that turn the direction of what is shown.
    Bidi,
    /// Unicode tag characters: a whole text that no one sees.
    Tags,
    /// Letters of other alphabets, or mathematical ones, that look like Latin letters.
    Homoglyphs,
    /// Letters with spaces or signs between them: `i g n o r e`.
    Spaced,
    /// Words cut up by signs: `ig-no-re`. Tried, not known.
    Cut,
    /// Digits and signs for letters: `1gn0r3`. Tried, not known.
    Leet,
    /// Base64 of readable text.
    Base64,
    /// Hexadecimal or binary digits of readable text.
    Digits,
    /// Letters as percent, entity or `\u` escapes.
    Escapes,
    /// A comment of HTML or Markdown, which a page would not show.
    Comment,
    /// The alphabet turned by thirteen. Tried, not known.
    Rot13,
    /// Written backwards. Tried, not known.
    Reversed,
}

/// A text as it may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The words.
    pub text: String,
    /// The disguise that was undone; `None` for the first reading.
    pub mask: Option<Mask>,
}

/// All readings of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unmasked {
    /// The text as it is seen, then one reading for each disguise undone or tried.
    pub readings: Vec<Reading>,
    /// Disguises that are certainly there, whatever they hide, each once.
    pub masks: Vec<Mask>,
}

impl Unmasked {
    fn mark(&mut self, mask: Mask) {
        if !self.masks.contains(&mask) {
            self.masks.push(mask);
        }
    }

    fn read(&mut self, text: String, mask: Mask) {
        let is_new = self.readings.iter().all(|reading| reading.text != text);
        if is_new && self.readings.len() < MAX_READINGS && text.contains(char::is_alphabetic) {
            self.readings.push(Reading { text, mask: Some(mask) });
        }
    }
}

/// The readings of `text`.
pub fn unmask(text: &str) -> Unmasked {
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(at, _)| at);
    let mut unmasked = Unmasked::default();
    let seen = seen(text.get(..end).unwrap_or_default(), &mut unmasked);
    unmasked.readings.insert(0, Reading { text: seen.clone(), mask: None });
    undo_known(&seen, MAX_DEPTH, &mut unmasked);
    let payloads: Vec<String> = unmasked.readings.iter().skip(1).map(|reading| reading.text.clone()).collect();
    for text in std::iter::once(&seen).chain(&payloads) {
        attempt(text, &mut unmasked);
    }
    unmasked
}

/// The text as a person sees it. What only a machine sees becomes a reading of its own.
fn seen(text: &str, unmasked: &mut Unmasked) -> String {
    let visible = glyphs::without_invisible(text);
    if visible.cuts_words {
        unmasked.mark(Mask::Invisible);
    }
    if !visible.tags.is_empty() {
        unmasked.mark(Mask::Tags);
        unmasked.read(visible.tags, Mask::Tags);
    }
    for turned in visible.turned {
        unmasked.mark(Mask::Bidi);
        unmasked.read(turned, Mask::Bidi);
    }
    match glyphs::in_one_alphabet(&visible.text) {
        Some(latin) => {
            unmasked.mark(Mask::Homoglyphs);
            latin
        }
        None => visible.text,
    }
}

/// Undoes the disguises that show by themselves, in `text` and in what they hid.
fn undo_known(text: &str, depth: usize, unmasked: &mut Unmasked) {
    if depth == 0 || unmasked.readings.len() >= MAX_READINGS {
        return;
    }
    if encodings::has_comment(text) {
        unmasked.mark(Mask::Comment);
    }
    let found = [
        (Mask::Base64, encodings::base64(text)),
        (Mask::Digits, encodings::digits(text)),
        (Mask::Escapes, encodings::escapes(text)),
        (Mask::Spaced, letters::spaced(text)),
    ];
    for (mask, hidden) in found {
        let Some(hidden) = hidden else { continue };
        unmasked.mark(mask);
        undo_known(&hidden, depth - 1, unmasked);
        unmasked.read(hidden, mask);
    }
}

/// Tries the disguises that only their words can confirm.
fn attempt(text: &str, unmasked: &mut Unmasked) {
    if let Some(joined) = letters::joined(text) {
        unmasked.read(joined, Mask::Cut);
    }
    for plain in letters::unleeted(text) {
        unmasked.read(plain, Mask::Leet);
    }
    if text.contains(|c: char| c.is_ascii_alphabetic()) {
        unmasked.read(letters::rot13(text), Mask::Rot13);
        unmasked.read(text.chars().rev().collect(), Mask::Reversed);
        unmasked.read(letters::words_reversed(text), Mask::Reversed);
    }
}

#[cfg(test)]
mod tests;
