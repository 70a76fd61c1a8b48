//! Folding: one spelling for what people type in several, with or without accents, capitals and ligatures.
//!
//! Meant for comparing, never for showing. Start at [`fold`].

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents, ligatures and compatibility forms: `Straße` is `strasse`, `Ñandú` is `nandu`,
/// `intel·ligència` is `intelligencia`, `cœur` is `coeur`. Curly apostrophes become straight.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.nfkd().flat_map(char::to_lowercase) {
        match character {
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            'þ' => folded.push_str("th"),
            '\u{2019}' | '\u{2018}' | '\u{02bc}' => folded.push('\''),
            '\u{2010}' | '\u{2011}' => folded.push('-'),
            // The point of the Catalan geminate, and the soft hyphen, are spelling, not sound.
            '·' | '\u{2027}' | '\u{00ad}' | '\u{200b}' => {}
            _ if is_combining_mark(character) => {}
            _ => folded.push(character),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn spellings_of_one_word_meet() {
        for (text, folded) in [
            ("Ingeniería", "ingenieria"),
            ("Ñandú", "nandu"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("cœur", "coeur"),
            ("intel·ligència", "intelligencia"),
            ("inteŀligència", "intelligencia"),
            ("ﬁne-tuning", "fine-tuning"),
            ("São", "sao"),
            ("e\u{301}te\u{301}", "ete"),
            ("ＧＰＴ", "gpt"),
            ("l’été", "l'ete"),
            ("Über", "uber"),
            ("İstanbul", "istanbul"),
            ("", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once);
        }
    }
}
