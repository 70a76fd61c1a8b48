//! Maps from character codes to Unicode, as fonts carry them: read leniently, written in the simplest form.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Codes one map may have; fonts have at most as many glyphs.
const MAX_CODES: usize = 65_536;

/// Reads the `bfchar` and `bfrange` sections.
pub(super) fn read(bytes: &[u8]) -> BTreeMap<u32, Vec<u16>> {
    let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let mut map = BTreeMap::new();
    for section in sections(&text, "beginbfchar", "endbfchar") {
        let mut tokens = tokens(section);
        while let (Some(Token::Hex(code)), Some(Token::Hex(target))) = (tokens.next(), tokens.next()) {
            insert(&mut map, number(&code), units(&target));
        }
    }
    for section in sections(&text, "beginbfrange", "endbfrange") {
        let mut tokens = tokens(section);
        while let (Some(Token::Hex(first)), Some(Token::Hex(last)), Some(target)) =
            (tokens.next(), tokens.next(), tokens.next())
        {
            let codes = number(&first)..=number(&last);
            match target {
                Token::Hex(target) => {
                    for (step, code) in codes.take(MAX_CODES).enumerate() {
                        let mut units = units(&target);
                        if let Some(unit) = units.last_mut() {
                            *unit = unit.wrapping_add(u16::try_from(step).unwrap_or(0));
                        }
                        insert(&mut map, code, units);
                    }
                }
                Token::List(targets) => {
                    for (code, target) in codes.zip(&targets) {
                        insert(&mut map, code, units(target));
                    }
                }
            }
        }
    }
    map
}

/// Writes a map as the extractor reads it.
pub(super) fn write(map: &BTreeMap<u32, Vec<u16>>) -> Vec<u8> {
    let mut text = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let entries: Vec<(&u32, &Vec<u16>)> = map.iter().collect();
    for chunk in entries.chunks(100) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} beginbfchar", chunk.len());
        for (code, units) in chunk {
            let target: String = units.iter().map(|unit| format!("{unit:04X}")).collect();
            let _ = writeln!(text, "<{code:04X}> <{target}>");
        }
        text.push_str("endbfchar\n");
    }
    text.push_str("endcmap\nend\nend\n");
    text.into_bytes()
}

fn insert(map: &mut BTreeMap<u32, Vec<u16>>, code: u32, units: Vec<u16>) {
    if map.len() < MAX_CODES && code <= 0xffff && String::from_utf16(&units).is_ok() {
        map.insert(code, units);
    }
}

enum Token {
    Hex(String),
    List(Vec<String>),
}

fn sections<'a>(text: &'a str, begin: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(begin).skip(1).map(move |rest| rest.split(end).next().unwrap_or_default())
}

/// Hexadecimal strings and lists of them; everything else is passed over.
fn tokens(section: &str) -> impl Iterator<Item = Token> {
    let mut rest = section;
    std::iter::from_fn(move || {
        let at = rest.find(['<', '['])?;
        let is_list = rest.get(at..)?.starts_with('[');
        let inside = rest.get(at + 1..)?;
        let end = inside.find(if is_list { ']' } else { '>' })?;
        let body = inside.get(..end)?;
        rest = inside.get(end + 1..)?;
        Some(if is_list {
            Token::List(body.split('<').skip(1).map(|part| hex(part.split('>').next().unwrap_or_default())).collect())
        } else {
            Token::Hex(hex(body))
        })
    })
}

fn hex(text: &str) -> String {
    text.chars().filter(char::is_ascii_hexdigit).collect()
}

fn number(hex: &str) -> u32 {
    u32::from_str_radix(hex.get(..hex.len().min(8)).unwrap_or_default(), 16).unwrap_or(0)
}

fn units(hex: &str) -> Vec<u16> {
    // One byte alone is a code of Latin 1.
    let width = if hex.len() <= 2 { 2 } else { 4 };
    hex.as_bytes()
        .chunks(width)
        .filter_map(|chunk| u16::from_str_radix(std::str::from_utf8(chunk).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_ranges_are_read_and_written() {
        let map = read(b"2 beginbfchar <01> <0041> <0002><00660069> endbfchar 2 beginbfrange <0010> <0012> <0061>\n<20> <21> [<00E9> <00F1>] endbfrange");
        let shown: Vec<(u32, String)> =
            map.iter().map(|(code, units)| (*code, String::from_utf16_lossy(units))).collect();
        let expected = [(1, "A"), (2, "fi"), (0x10, "a"), (0x11, "b"), (0x12, "c"), (0x20, "é"), (0x21, "ñ")];
        assert_eq!(shown, expected.map(|(code, text)| (code, text.to_owned())));
        assert_eq!(read(&write(&map)), map);
    }

    #[test]
    fn a_range_over_everything_ends() {
        assert!(read(b"1 beginbfrange <00000000> <FFFFFFFF> <0041> endbfrange").len() <= MAX_CODES);
    }
}
