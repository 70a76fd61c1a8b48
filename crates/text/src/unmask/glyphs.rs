//! Single characters: those that nobody sees, and those that look like others.

use unicode_normalization::UnicodeNormalization;

/// A text without its invisible characters.
#[derive(Debug, Default)]
pub(super) struct Visible {
    pub(super) text: String,
    /// What was written in tag characters.
    pub(super) tags: String,
    /// What stood under a right-to-left override, as it is shown.
    pub(super) turned: Vec<String>,
    /// True if an invisible character stood between two Latin letters.
    pub(super) cuts_words: bool,
}

const TAGS: std::ops::RangeInclusive<char> = '\u{e0020}'..='\u{e007e}';

/// Takes invisible characters out of `text`.
pub(super) fn without_invisible(text: &str) -> Visible {
    if text.is_ascii() {
        return Visible { text: text.to_owned(), ..Visible::default() };
    }
    let mut visible = Visible { text: String::with_capacity(text.len()), ..Visible::default() };
    let mut turned: Option<String> = None;
    let mut bytes = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{202d}' | '\u{202e}' => {
                end_turn(&mut turned, &mut visible);
                turned = Some(String::new());
            }
            '\u{202c}' => end_turn(&mut turned, &mut visible),
            _ if TAGS.contains(&character) => visible.tags.extend(untagged(character)),
            _ if smuggled(character).is_some() => bytes.extend(smuggled(character)),
            _ if is_invisible(character) => {
                let before = visible.text.chars().next_back().is_some_and(is_latin);
                visible.cuts_words |= before && characters.peek().copied().is_some_and(is_latin);
                // In scripts without spaces it parts words.
                if character == '\u{200b}' && visible.text.ends_with(|c: char| c.is_alphabetic() && !is_latin(c)) {
                    visible.text.push(' ');
                }
            }
            _ => {
                visible.text.push(character);
                if let Some(turned) = turned.as_mut() {
                    turned.push(character);
                }
            }
        }
    }
    end_turn(&mut turned, &mut visible);
    // One or two choose the picture of an emoji.
    if bytes.len() > 8 {
        visible.tags.push_str(&String::from_utf8_lossy(&bytes));
    }
    visible
}

fn end_turn(turned: &mut Option<String>, visible: &mut Visible) {
    if let Some(text) = turned.take().filter(|text| !text.is_empty()) {
        visible.turned.push(text.chars().rev().collect());
    }
}

fn untagged(tag: char) -> Option<char> {
    char::from_u32(tag as u32 - 0xe0000)
}

/// The byte that a variation selector stands for, of which there are as many as bytes.
fn smuggled(selector: char) -> Option<u8> {
    match selector {
        '\u{fe00}'..='\u{fe0f}' => u8::try_from(selector as u32 - 0xfe00).ok(),
        '\u{e0100}'..='\u{e01ef}' => u8::try_from(selector as u32 - 0xe0100 + 16).ok(),
        _ => None,
    }
}

fn is_latin(character: char) -> bool {
    character.is_ascii_alphabetic() || ('\u{c0}'..='\u{24f}').contains(&character)
}

fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e01ef}')
}

/// Look-alike letters put back into the Latin alphabet, in words where Latin letters stand beside them, or in a text
/// that is Latin otherwise; `None` if there is none. Texts in Cyrillic or Greek stay as they are.
pub(super) fn in_one_alphabet(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut has_look_alikes = false;
    let (mut latin, mut foreign) = (0_usize, 0_usize);
    for character in text.chars().filter(|character| character.is_alphabetic()) {
        has_look_alikes |= look_alike(character).is_some();
        if is_latin(character) { latin += 1 } else { foreign += 1 }
    }
    if !has_look_alikes {
        return None;
    }
    let mut changed = 0_usize;
    let mut plain = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| !c.is_alphabetic()) {
        let letters = || piece.chars().filter(|character| character.is_alphabetic());
        let is_mixed = letters().any(is_latin) || letters().any(is_styled);
        let is_guest = latin > foreign && letters().all(|c| is_latin(c) || look_alike(c).is_some());
        for character in piece.chars() {
            match look_alike(character).filter(|_| is_mixed || is_guest) {
                Some(letter) => {
                    plain.push(letter);
                    changed += 1;
                }
                None => plain.push(character),
            }
        }
    }
    // One such letter may be a name or a slip of the keyboard; it is read right but is no sign.
    (changed >= 2).then_some(plain)
}

/// Fullwidth, mathematical, circled and squared letters, which stand for Latin ones in any word.
fn is_styled(character: char) -> bool {
    matches!(character,
        '\u{ff21}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}' | '\u{249c}'..='\u{24e9}' | '\u{1f110}'..='\u{1f189}'
        | '\u{2100}'..='\u{214f}' | '\u{1d00}'..='\u{1d22}')
}

/// The Latin letter that `character` looks like.
fn look_alike(character: char) -> Option<char> {
    if is_styled(character) {
        let letter = std::iter::once(character).nfkd().next().filter(char::is_ascii_alphanumeric);
        return letter.or_else(|| small_capital(character)).or_else(|| in_white_on_black(character));
    }
    LOOK_ALIKES.iter().find(|(_, others)| others.contains(character)).map(|(letter, _)| *letter)
}

/// `🅰`: the only styled letters that Unicode does not call compatible with theirs.
fn in_white_on_black(character: char) -> Option<char> {
    let offset = [0x1f150_u32, 0x1f170].into_iter().find_map(|first| {
        let offset = (character as u32).checked_sub(first)?;
        (offset < 26).then_some(offset)
    })?;
    char::from_u32(u32::from(b'a') + offset)
}

fn small_capital(character: char) -> Option<char> {
    const SMALL: &str = "ᴀʙᴄᴅᴇᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡᴢ";
    const PLAIN: &str = "abcdejklmnoprtuvwz";
    SMALL.chars().zip(PLAIN.chars()).find(|(small, _)| *small == character).map(|(_, plain)| plain)
}

/// Letters of the Cyrillic, Greek, Armenian and phonetic alphabets that are drawn like Latin ones.
const LOOK_ALIKES: [(char, &str); 47] = [
    ('a', "аαɑ"),
    ('b', "Ьƅ"),
    ('c', "сϲᴄ"),
    ('d', "ԁɗ"),
    ('e', "еєҽ"),
    ('f', "ғſ"),
    ('g', "ɡց"),
    ('h', "һհ"),
    ('i', "іιıɩї"),
    ('j', "јϳ"),
    ('k', "кκ"),
    ('l', "ӏⅼ"),
    ('m', "мⅿ"),
    ('n', "ոпη"),
    ('o', "оοօσ"),
    ('p', "рρ"),
    ('q', "ԛզ"),
    ('r', "гᴦɾ"),
    ('s', "ѕꜱ"),
    ('t', "тτ"),
    ('u', "υսцʋ"),
    ('v', "νѵ"),
    ('w', "ԝωшɯ"),
    ('x', "хχ"),
    ('y', "уүγ"),
    ('z', "ᴢʐ"),
    ('A', "АΑ"),
    ('B', "ВΒ"),
    ('C', "СϹ"),
    ('E', "ЕΕ"),
    ('F', "Ϝ"),
    ('G', "Ԍ"),
    ('H', "НΗ"),
    ('I', "ІΙӀ"),
    ('J', "Ј"),
    ('K', "КΚ"),
    ('M', "МΜ"),
    ('N', "Ν"),
    ('O', "ОΟ"),
    ('P', "РΡ"),
    ('S', "Ѕ"),
    ('T', "ТΤ"),
    ('U', "Ս"),
    ('V', "Ѵ"),
    ('X', "ХΧ"),
    ('Y', "УΥҮ"),
    ('Z', "Ζ"),
];
