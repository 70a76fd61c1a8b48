//! Encodings of whole texts: base64, hexadecimal and binary digits, escapes, comments.

/// A run of fewer characters hides nothing worth reading.
const MIN_RUN: usize = 16;

/// The texts that stand in `text` in base64, one a line; `None` if there is none.
pub(super) fn base64(text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    let runs = text.split(|c: char| !is_part(c)).filter(|run| run.len() >= MIN_RUN);
    lines(runs.filter_map(|run| readable(base64_bytes(run))))
}

fn base64_bytes(run: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(run.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for character in run.bytes() {
        let six = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    bytes
}

/// The texts that stand in `text` as hexadecimal digits (in a row, in pairs, with `0x` or `\x`), as binary octets or as
/// character codes.
pub(super) fn digits(text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, ' ' | ':' | ',' | '\\' | 'x');
    let runs = text.split(|c: char| !is_part(c)).filter(|run| run.len() >= MIN_RUN);
    lines(runs.flat_map(|run| [hex_tokens(run), binary_tokens(run), code_tokens(run)]).filter_map(readable))
}

fn tokens(run: &str) -> impl Iterator<Item = &str> {
    run.split([' ', ':', ',', '\\']).map(|token| token.trim_start_matches("0x").trim_start_matches('x'))
}

fn hex_tokens(run: &str) -> Vec<u8> {
    // A word such as `de` or `a` may stand before the digits; only whole pairs count.
    let usable = |token: &&str| token.len() >= 2 && token.len().is_multiple_of(2) && !token.contains('x');
    tokens(run)
        .filter(usable)
        .flat_map(|token| {
            token.as_bytes().chunks(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        })
        .collect()
}

fn binary_tokens(run: &str) -> Vec<u8> {
    let is_octet = |token: &&str| token.len() == 8 && token.bytes().all(|digit| matches!(digit, b'0' | b'1'));
    tokens(run).filter(is_octet).filter_map(|token| u8::from_str_radix(token, 2).ok()).collect()
}

/// Decimal codes of printable ASCII; fewer than eight are a telephone number.
fn code_tokens(run: &str) -> Vec<u8> {
    let codes: Vec<u8> =
        tokens(run).filter_map(|token| token.parse().ok()).filter(|code| (32..=126).contains(code)).collect();
    if codes.len() >= 8 { codes } else { Vec::new() }
}

/// `bytes` as text, if they are one that a person could have written.
fn readable(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let all = text.chars().count();
    let plain = text.chars().filter(|c| c.is_alphabetic() || c.is_whitespace()).count();
    let strange = text.chars().any(|c| c.is_control() && !c.is_whitespace());
    (all >= 8 && !strange && plain * 10 >= all * 8).then_some(text)
}

fn lines(found: impl Iterator<Item = String>) -> Option<String> {
    let joined = found.take(8).collect::<Vec<_>>().join("\n");
    (!joined.is_empty()).then_some(joined)
}

/// Escapes that make it worth while: one or two are a link or a slip.
const MIN_ESCAPES: usize = 3;

/// `text` with percent, entity and backslash escapes undone; `None` if there are hardly any.
pub(super) fn escapes(text: &str) -> Option<String> {
    if !text.contains(['%', '&', '\\']) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut undone = 0;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match escape(rest) {
            Some((Escaped::Byte(byte), length)) => {
                bytes.push(byte);
                undone += 1;
                rest = rest.get(length..).unwrap_or_default();
            }
            Some((Escaped::Character(character), length)) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                undone += usize::from(!character.is_whitespace());
                rest = rest.get(length..).unwrap_or_default();
            }
            None => {
                bytes.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes());
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    (undone >= MIN_ESCAPES).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

enum Escaped {
    Byte(u8),
    Character(char),
}

/// The escape that `rest` begins with, and its length.
fn escape(rest: &str) -> Option<(Escaped, usize)> {
    if let Some(pair) = rest.strip_prefix('%').and_then(|rest| rest.get(..2)) {
        return Some((Escaped::Byte(u8::from_str_radix(pair, 16).ok()?), 3));
    }
    if let Some(entity) = rest.strip_prefix('&') {
        let end = entity.find(';').filter(|end| *end <= 8)?;
        let character = entity_character(entity.get(..end)?)?;
        return Some((Escaped::Character(character), end + 2));
    }
    let escape = rest.strip_prefix('\\')?;
    let (digits, length) = match escape.chars().next()? {
        'u' if escape.starts_with("u{") => (escape.get(2..escape.find('}')?)?, escape.find('}')? + 2),
        'u' => (escape.get(1..5)?, 6),
        'U' => (escape.get(1..9)?, 10),
        'x' => (escape.get(1..3)?, 4),
        _ => return None,
    };
    let code = u32::from_str_radix(digits, 16).ok()?;
    Some((Escaped::Character(char::from_u32(code)?), length))
}

fn entity_character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "nbsp" => Some(' '),
        "apos" => Some('\''),
        _ => None,
    }
}

/// True if `text` has a comment of HTML or Markdown, or a style that hides what it holds.
pub(super) fn has_comment(text: &str) -> bool {
    ["<!--", "[//]: #", "[comment]:", "display:none", "display: none", "font-size:0", "font-size: 0"]
        .iter()
        .any(|mark| text.contains(mark))
}
