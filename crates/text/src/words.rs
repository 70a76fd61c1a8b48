//! Words: where a text's words begin and end, with technical tokens, numbers and addresses kept whole.
//!
//! Apostrophes always part words (`l'équipe` is `l` and `équipe`); hyphens part them unless the hyphen belongs to a
//! name (`gpt-4o-mini`, `DALL-E`). Start at [`words`].

use std::ops::Range;

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'a> {
    /// As written.
    pub text: &'a str,
    /// Byte range in the text it was taken from.
    pub span: Range<usize>,
}

/// The words of `text`, in order. White space and punctuation belong to none.
pub fn words(text: &str) -> Vec<Word<'_>> {
    let has_addresses = text.contains('@') || text.contains("://") || text.contains("www.");
    let mut found = Vec::with_capacity(text.len() / 6);
    let mut at = 0;
    while let Some(start) = next_start(text, at) {
        let address = if has_addresses { address_end(text, start) } else { None };
        let end = address.unwrap_or_else(|| word_end(text, start));
        found.push(Word { text: slice(text, start..end), span: start..end });
        at = end;
    }
    found
}

/// `text` within `span`; empty if the span is not on character borders of it.
pub fn slice(text: &str, span: Range<usize>) -> &str {
    text.get(span).unwrap_or_default()
}

fn next_start(text: &str, at: usize) -> Option<usize> {
    text.get(at..)?.char_indices().find(|(_, character)| character.is_alphanumeric()).map(|(offset, _)| at + offset)
}

/// End of the e-mail address or URL that begins at `start`, if one does.
fn address_end(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let until_space = rest.find(|c: char| c.is_whitespace() || "<>\"«»“”".contains(c)).unwrap_or(rest.len());
    let token = rest.get(..until_space)?.trim_end_matches(|c: char| ".,;:!?)]}'’".contains(c));
    let starts_like_url = ["http://", "https://", "www."]
        .iter()
        .any(|prefix| token.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)));
    if starts_like_url {
        return Some(start + token.len());
    }
    let (local, domain) = token.split_once('@')?;
    let is_local = local.chars().all(|c| c.is_alphanumeric() || "._%+-".contains(c));
    let domain_end = domain.find(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-')).unwrap_or(domain.len());
    let domain = domain.get(..domain_end)?.trim_end_matches(['.', '-']);
    (is_local && domain.contains('.')).then_some(start + local.len() + 1 + domain.len())
}

fn word_end(text: &str, start: usize) -> usize {
    let first = segment_end(text, start);
    let end = if is_hyphen(char_at(text, first)) && !is_hyphen(char_before(text, start)) {
        hyphenated_name_end(text, start, first)
    } else {
        first
    };
    with_suffix(text, start, end)
}

/// Runs over letters, digits and the joints that never part a word.
fn segment_end(text: &str, start: usize) -> usize {
    let mut end = start;
    while let Some(character) = char_at(text, end) {
        if !(is_part(character) || joins(text, start, end, character)) {
            break;
        }
        end += character.len_utf8();
    }
    end
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || unicode_normalization::char::is_combining_mark(character)
}

/// Endings after a point that make a name (`Next.js`), not a new sentence whose space was forgotten.
const NAME_ENDINGS: &[&str] = &[
    "js", "ts", "io", "ai", "net", "py", "rs", "go", "org", "com", "es", "cat", "de", "fr", "it", "pt", "dev", "app",
    "md", "pdf", "txt", "json", "toml", "html", "css", "me", "co", "uk", "eu", "info", "edu", "gov", "tech", "cloud",
    "sh", "cpp", "jl", "ch", "at", "br", "mx", "ar", "yml", "csv",
];

/// True if the joint at `at` (not a letter or digit) belongs to the word begun at `start`.
fn joins(text: &str, start: usize, at: usize, joint: char) -> bool {
    let (Some(before), Some(after)) = (char_before(text, at), char_at(text, at + joint.len_utf8())) else {
        return false;
    };
    if at == start || !after.is_alphanumeric() {
        return false;
    }
    match joint {
        ',' => before.is_ascii_digit() && after.is_ascii_digit(),
        // Spaces inside numbers are only those that do not break, before exactly three digits.
        '\u{a0}' | '\u{202f}' => {
            before.is_ascii_digit()
                && text
                    .get(at + joint.len_utf8()..)
                    .is_some_and(|rest| rest.bytes().take_while(u8::is_ascii_digit).count() == 3)
        }
        '.' => {
            if before.is_ascii_digit() && after.is_ascii_digit() {
                return true;
            }
            let rest = text.get(at + 1..).unwrap_or_default();
            let next = rest.find(|c: char| !c.is_alphanumeric()).map_or(rest, |end| slice(rest, 0..end));
            let initials = next.chars().count() == 1
                && text
                    .get(start..at)
                    .is_some_and(|part| part.rsplit('.').next().is_some_and(|p| p.chars().count() == 1));
            initials
                || NAME_ENDINGS.iter().any(|ending| next.eq_ignore_ascii_case(ending))
                    && !next.starts_with(char::is_uppercase)
                || next == "NET"
        }
        '·' | '\u{2027}' => before.eq_ignore_ascii_case(&'l') && after.eq_ignore_ascii_case(&'l'),
        '&' => before.is_uppercase() && after.is_uppercase(),
        _ => false,
    }
}

/// The end of a hyphenated run if it is a name, otherwise the end of its first part.
fn hyphenated_name_end(text: &str, start: usize, first: usize) -> usize {
    let mut end = first;
    let mut parts = vec![slice(text, start..first)];
    while let Some(hyphen) = char_at(text, end).filter(|character| is_hyphen(Some(*character))) {
        let next = end + hyphen.len_utf8();
        let next_end = segment_end(text, next);
        if next_end == next {
            break;
        }
        parts.push(slice(text, next..next_end));
        end = next_end;
    }
    if is_name(&parts) { end } else { first }
}

fn is_name(parts: &[&str]) -> bool {
    let (Some(head), Some(tail)) = (parts.first(), parts.last()) else { return false };
    // `GPT-4` and `gpt-4o-mini`, but neither `2018-2021` nor `13-year-old`.
    let numbered =
        head.starts_with(char::is_alphabetic) && parts.iter().any(|part| part.contains(|c: char| c.is_ascii_digit()));
    let lettered = parts.len() == 2
        && head.chars().count() > 1
        && tail.chars().count() == 1
        && tail.starts_with(char::is_uppercase);
    let electronic = parts.len() == 2 && head.eq_ignore_ascii_case("e") && tail.chars().count() > 2;
    numbered || lettered || electronic
}

/// Takes in the signs that end a name or a number: `C++`, `C#`, `40%`.
fn with_suffix(text: &str, start: usize, end: usize) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    let ends_in_digit = char_before(text, end).is_some_and(|c| c.is_ascii_digit());
    let is_short = end - start <= 2;
    let suffix = if rest.starts_with("++") && is_short {
        2
    } else if (rest.starts_with('#') && is_short && !ends_in_digit) || (rest.starts_with('%') && ends_in_digit) {
        1
    } else {
        0
    };
    let followed = char_at(text, end + suffix).is_some_and(char::is_alphanumeric);
    if followed { end } else { end + suffix }
}

fn is_hyphen(character: Option<char>) -> bool {
    matches!(character, Some('-' | '\u{2010}' | '\u{2011}'))
}

fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

fn char_before(text: &str, at: usize) -> Option<char> {
    text.get(..at)?.chars().next_back()
}

#[cfg(test)]
mod tests {
    use super::words;

    fn check(text: &str, expected: &[&str]) {
        let found = words(text);
        assert_eq!(found.iter().map(|word| word.text).collect::<Vec<_>>(), expected, "{text}");
        for word in found {
            assert_eq!(text.get(word.span.clone()), Some(word.text), "{text}");
        }
    }

    #[test]
    fn words_end_where_a_reader_would_end_them() {
        for (text, expected) in [
            ("", &[] as &[&str]),
            ("  ¿¡!? ", &[]),
            ("¿Qué experiencia tiene?", &["Qué", "experiencia", "tiene"]),
            ("C++, C# y Next.js.", &["C++", "C#", "y", "Next.js"]),
            ("gpt-4o-mini, DALL-E y GPT-4", &["gpt-4o-mini", "DALL-E", "y", "GPT-4"]),
            ("fine-tuning front-end", &["fine", "tuning", "front", "end"]),
            ("e-mail a-t-elle", &["e-mail", "a", "t", "elle"]),
            ("latencia p95: 1.000 ms, 40% y 70 %", &["latencia", "p95", "1.000", "ms", "40%", "y", "70"]),
            ("1,000+ requests, 3.14", &["1,000", "requests", "3.14"]),
            ("12\u{a0}000 euros", &["12\u{a0}000", "euros"]),
            ("2018-2021, 2019–2024", &["2018", "2021", "2019", "2024"]),
            ("13-year-old", &["13", "year", "old"]),
            ("ana.ruiz@example.org, https://ex.org/a?b=1).", &["ana.ruiz@example.org", "https://ex.org/a?b=1"]),
            ("hola.Qué tal.bien", &["hola", "Qué", "tal", "bien"]),
            ("intel·ligència d'aquí l’été", &["intel·ligència", "d", "aquí", "l", "été"]),
            ("R&D en EE.UU. y the U.S.A.", &["R&D", "en", "EE", "UU", "y", "the", "U.S.A"]),
            ("ASP.NET example.org/x", &["ASP.NET", "example.org", "x"]),
            ("Pujol·Disseny #1", &["Pujol", "Disseny", "1"]),
            ("日本語 текст", &["日本語", "текст"]),
        ] {
            check(text, expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn spans_are_in_order_and_on_character_borders(text in "\\PC{0,60}") {
            let mut last = 0;
            for word in words(&text) {
                proptest::prop_assert!(word.span.start >= last && word.span.end > word.span.start);
                proptest::prop_assert_eq!(text.get(word.span.clone()), Some(word.text));
                last = word.span.end;
            }
        }
    }
}
