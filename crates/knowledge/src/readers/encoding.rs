//! Bytes to text: byte-order marks, UTF-16 without one, declared charsets, and Windows-1252 as the last resort.
//!
//! Start at [`decode`]. It never guesses further than that: a wrong guess would be indexed as if it were the owner's.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes in which a charset declaration is looked for, as browsers do.
const DECLARATION_BYTES: usize = 1_024;

/// Decodes text of any file; `None` if the bytes are not text at all.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    decode_as(bytes, None)
}

/// Decodes a page of HTML, whose head may name its charset.
pub(super) fn decode_html(bytes: &[u8]) -> Option<String> {
    decode_as(bytes, declared_charset(bytes))
}

/// Valid UTF-8 wins over any declaration, since text in another encoding is almost never valid UTF-8 by chance.
fn decode_as(bytes: &[u8], declared: Option<&'static Encoding>) -> Option<String> {
    let text = if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let (text, malformed) = encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default());
        // A mark in front of bytes of another encoding is a lie; half-broken text is worse than the next guess.
        if malformed && encoding == UTF_8 { WINDOWS_1252.decode_without_bom_handling(bytes).0 } else { text }
    } else if let Some(encoding) = utf16_without_mark(bytes) {
        encoding.decode_without_bom_handling(bytes).0
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        text.into()
    } else {
        declared.unwrap_or(WINDOWS_1252).decode_without_bom_handling(bytes).0
    };
    is_text(&text).then(|| text.into_owned())
}

/// UTF-16 of European text has a zero in nearly every second byte, and on one side only.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..bytes.len().min(2_000) & !1).unwrap_or_default();
    if sample.len() < 4 {
        return None;
    }
    let zeros = |side: usize| sample.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (high_first, low_first, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    if low_first * 10 >= pairs * 7 && high_first * 20 <= pairs {
        Some(UTF_16LE)
    } else if high_first * 10 >= pairs * 7 && low_first * 20 <= pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Text has hardly any control characters and hardly any characters that could not be decoded.
fn is_text(text: &str) -> bool {
    let is_odd = |character: &char| {
        *character == '\u{fffd}'
            || (character.is_control() && !matches!(character, '\n' | '\r' | '\t' | '\u{c}' | '\u{85}'))
    };
    let (mut seen, mut odd) = (0_usize, 0_usize);
    for character in text.chars().take(100_000) {
        seen += 1;
        odd += usize::from(is_odd(&character));
    }
    odd * 100 <= seen
}

/// The charset named by `<meta charset>`, `<meta http-equiv>` or an XML declaration.
fn declared_charset(bytes: &[u8]) -> Option<&'static Encoding> {
    let head: String =
        bytes.iter().take(DECLARATION_BYTES).map(|byte| char::from(*byte).to_ascii_lowercase()).collect();
    ["charset=", "encoding="].iter().find_map(|key| {
        let value = head.split_once(key)?.1.trim_start_matches(['"', '\'', ' ']);
        let label = value.split(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).next()?;
        Encoding::for_label(label.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_encoding_is_read() {
        let text = "Formación: diseñé 3 cañerías — «sí»\n";
        let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let mut marked = vec![0xef, 0xbb, 0xbf];
        marked.extend_from_slice(text.as_bytes());
        let mut marked16 = vec![0xff, 0xfe];
        marked16.extend(utf16(u16::to_le_bytes));
        for bytes in [
            text.as_bytes().to_vec(),
            marked,
            marked16,
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
            WINDOWS_1252.encode(text).0.into_owned(),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_declared_charset_is_honoured_unless_the_bytes_are_utf8() {
        let page = "<html><head><meta charset=\"iso-8859-2\"></head>Łódź";
        let bytes = encoding_rs::ISO_8859_2.encode(page).0.into_owned();
        assert_eq!(decode_html(&bytes).as_deref(), Some(page));
        assert_eq!(decode_html(page.as_bytes()).as_deref(), Some(page));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(decode(&(0..=255).cycle().take(5_000).collect::<Vec<u8>>()), None);
        assert_eq!(decode(&[0; 64]), None);
    }
}
