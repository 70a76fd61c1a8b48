//! Sentences: where one ends and the next begins, so that an answer never quotes half of one.
//!
//! A line break always ends a sentence, because readers of documents put one paragraph or list item on a line. Within
//! a line, doubt is decided for the longer sentence: half a sentence misleads, two at once do not. Start at
//! [`sentences`].

use std::ops::Range;

use crate::fold::fold;
use crate::language::LanguageSet;
use crate::stopwords;

/// The sentences of `text`, in order, without the white space around them and without list markers.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        split_line(text, line_start..line_start + line.len(), &mut found);
        line_start += line.len();
    }
    found
}

/// The byte length of the list marker that `line` begins with (`- `, `• `, `2. `), 0 if it has none.
pub fn list_marker_len(line: &str) -> usize {
    let bare = line.trim_start();
    let indent = line.len() - bare.len();
    for marker in ["- ", "* ", "• ", "– ", "— ", "· ", "▪ ", "◦ ", "+ "] {
        if bare.starts_with(marker) {
            return indent + marker.len();
        }
    }
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let after = bare.get(digits..).unwrap_or_default();
    // Two digits at most: a line may well begin with a year.
    if (1..=2).contains(&digits) && (after.starts_with(". ") || after.starts_with(") ")) {
        return indent + digits + 2;
    }
    0
}

fn split_line(text: &str, line: Range<usize>, found: &mut Vec<Range<usize>>) {
    let whole = text.get(line.clone()).unwrap_or_default();
    let mut start = line.start + list_marker_len(whole);
    let references = is_reference(text.get(start..line.end).unwrap_or_default());
    let mut at = start;
    while let Some(terminator) = next_terminator(text, at..line.end) {
        let end = closing_end(text, terminator, line.end);
        let rest = text.get(end..line.end).unwrap_or_default();
        let ends = if references { is_reference(rest) } else { ends_sentence(text, start, terminator, end, line.end) };
        if ends {
            push_trimmed(text, start..end, found);
            start = end;
        }
        at = end;
    }
    push_trimmed(text, start..line.end, found);
}

/// True if `text` begins with the entry of a bibliography, such as `Gil, A. & Rey, B. (2020). Title. Journal, 1(2).`:
/// its points part no sentences.
fn is_reference(text: &str) -> bool {
    const BETWEEN: [&str; 9] = ["&", "and", "y", "e", "et", "und", "i", "de", "da"];
    let Some((authors, rest)) = text.trim_start().split_once(" (") else { return false };
    let year = rest.get(..4).is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
    let closes = rest.get(4..).is_some_and(|rest| rest.trim_start_matches(char::is_lowercase).starts_with(")."));
    let initial = authors.trim_end().strip_suffix('.').and_then(|name| name.chars().next_back());
    let mut names = authors.split_whitespace();
    let are_names = names.all(|word| word.starts_with(char::is_uppercase) || BETWEEN.contains(&word));
    let begins = authors.starts_with(char::is_uppercase) && authors.contains(", ");
    begins && year && closes && are_names && initial.is_some_and(char::is_uppercase)
}

fn push_trimmed(text: &str, span: Range<usize>, found: &mut Vec<Range<usize>>) {
    let piece = text.get(span.clone()).unwrap_or_default();
    let trimmed = piece.trim();
    if trimmed.contains(char::is_alphanumeric) {
        let start = span.start + (piece.len() - piece.trim_start().len());
        found.push(start..start + trimmed.len());
    } else if let Some(last) = found.last_mut().filter(|last| !trimmed.is_empty() && last.end == span.start) {
        // Stray signs belong to the sentence they follow.
        last.end = span.start + piece.trim_end().len();
    }
}

fn next_terminator(text: &str, span: Range<usize>) -> Option<usize> {
    let start = span.start;
    text.get(span)?.find(['.', '!', '?', '…']).map(|offset| start + offset)
}

/// Takes in repeated signs, closing quotes and brackets, and reference marks such as `[3]`.
fn closing_end(text: &str, terminator: usize, line_end: usize) -> usize {
    let rest = text.get(terminator..line_end).unwrap_or_default();
    let signs = rest.find(|c: char| !".!?…".contains(c)).unwrap_or(rest.len());
    let after = rest.get(signs..).unwrap_or_default();
    let closers = after.find(|c: char| !"\"'»”’)]".contains(c)).unwrap_or(after.len());
    let mut end = terminator + signs + closers;
    while let Some(mark) = text.get(end..line_end).and_then(reference_mark_len) {
        end += mark;
    }
    end
}

fn reference_mark_len(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('[')?;
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0 && inner.get(digits..)?.starts_with(']')).then_some(digits + 2)
}

fn ends_sentence(text: &str, start: usize, terminator: usize, end: usize, line_end: usize) -> bool {
    let rest = text.get(end..line_end).unwrap_or_default();
    let Some(next) = rest.trim_start().chars().next() else { return true };
    if !rest.starts_with(char::is_whitespace) {
        return false;
    }
    let signs = text.get(terminator..end).unwrap_or_default();
    if signs.contains(['!', '?']) {
        // `"¿Cuándo?", preguntó`: what goes on in lower case after a quote is the same sentence.
        return !(signs.ends_with(['"', '»', '”', '\'', '’', ')']) && next.is_lowercase());
    }
    if next.is_lowercase() || matches!(next, ',' | ';' | ':') {
        return false;
    }
    if signs.starts_with("..") || signs.starts_with('…') {
        return true;
    }
    let before = text.get(start..terminator).unwrap_or_default();
    !is_abbreviation(last_token(before), rest.trim_start())
}

fn last_token(before: &str) -> &str {
    let start = before
        .rfind(|c: char| c.is_whitespace() || "([«\"“¿¡'’/".contains(c))
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    before.get(start..).unwrap_or_default()
}

/// Abbreviations that stand before what they abbreviate or count, so that no sentence ends with them.
const ABBREVIATIONS: &[&str] = &[
    // Titles and forms of address.
    "sr", "sra", "srta", "sres", "dr", "dra", "drs", "mr", "mrs", "ms", "prof", "profa", "ing", "lic", "arq", "dn",
    "dna", "hr", "fr", "mme", "mlle", "mm", "sig", "dott", "avv", "st", "sta", "sto", "ste", "rev", "hon", "gen",
    "col", "cap", "capt", "eng", "exmo", "exma", "dipl", "mag", "univ", // For example, that is, see.
    "ej", "p.ej", "por ej", "e.g", "eg", "i.e", "ie", "z.b", "d.h", "u.a", "bzw", "vgl", "p.ex", "ex", "cf", "vs",
    "viz", "ggf", "evtl", "inkl", "exkl", "zzgl", "ca", "aprox", "approx", "env", "circa", "resp", "sog",
    // Numbers, places in a book, places in a town.
    "no", "num", "nr", "art", "pag", "pags", "p", "pp", "vol", "vols", "fig", "figs", "ed", "eds", "ch", "sec", "abs",
    "bd", "av", "avda", "tel", "tlf", "ext", "apdo", "mt", // Degrees that name their subject next.
    "m.sc", "b.sc", "m.a", "b.a", "ph.d", "m.eng",
];

/// What ends names, and sometimes sentences too.
const NAME_ENDINGS: [&str; 12] = ["lda", "ltda", "inc", "ltd", "corp", "co", "cia", "bros", "jr", "al", "mbh", "soc"];

/// Months and their like, which a number with a point precedes in German (`3. März`).
const AFTER_ORDINALS: [&str; 14] = [
    "januar",
    "februar",
    "marz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
    "jahrhundert",
    "jahrhunderts",
];

/// Short months, which end no sentence before a number (`ene. 2020`).
const MONTHS: &[&str] = &[
    "jan", "janv", "ene", "gen", "gener", "feb", "fev", "febr", "mar", "apr", "abr", "avr", "mag", "jun", "giu", "jul",
    "lug", "aug", "ago", "sep", "set", "sept", "oct", "okt", "ott", "out", "nov", "dec", "dic", "dez", "des",
];

fn is_abbreviation(token: &str, next: &str) -> bool {
    // `z. B.`, `S. A.`: one letter leads to the next.
    let is_letter = token.chars().count() == 1 && token.chars().all(char::is_alphabetic);
    if is_letter && next.chars().nth(1) == Some('.') {
        return true;
    }
    let next_word: String = next.chars().take_while(|c| c.is_alphanumeric()).collect();
    let next_word = fold(&next_word);
    let folded = fold(token);
    if ABBREVIATIONS.contains(&folded.as_str()) {
        return !(folded == "no" && opens_sentence(&next_word));
    }
    if folded.bytes().all(|byte| byte.is_ascii_digit()) && (1..=2).contains(&folded.len()) {
        return AFTER_ORDINALS.contains(&next_word.as_str());
    }
    if MONTHS.contains(&folded.as_str()) {
        return next_word.starts_with(|c: char| c.is_ascii_digit());
    }
    // Initials (`J. Pérez`, `U.S. Army`, `S. A. de C. V.`) go on, unless the next word plainly opens a sentence.
    let has_points = token.split('.').count() > 1
        && token
            .split('.')
            .all(|part| (1..=2).contains(&part.chars().count()) && part.chars().all(char::is_alphabetic));
    let ends_name = NAME_ENDINGS.contains(&folded.as_str());
    (is_letter || has_points || ends_name) && !opens_sentence(&next_word)
}

/// True for function words of any language, which in capitals begin sentences, not names.
fn opens_sentence(folded: &str) -> bool {
    folded.len() > 1 && stopwords::languages_of(folded) != LanguageSet::default()
}

#[cfg(test)]
mod tests {
    use super::sentences;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text).into_iter().filter_map(|span| text.get(span)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        for (text, expected) in [
            ("", &[] as &[&str]),
            ("Una frase", &["Una frase"]),
            ("Una frase. Otra frase.", &["Una frase.", "Otra frase."]),
            ("El Sr. Pérez y la Dra. Gil. Vinieron.", &["El Sr. Pérez y la Dra. Gil.", "Vinieron."]),
            ("Usa Next.js 14.2 y Node.js. También React.", &["Usa Next.js 14.2 y Node.js.", "También React."]),
            (
                "La latencia p95 bajó a 3.4 s. Fue en 2021. Bien.",
                &["La latencia p95 bajó a 3.4 s.", "Fue en 2021.", "Bien."],
            ),
            ("Herramientas, p. ej. Python. Y más.", &["Herramientas, p. ej. Python.", "Y más."]),
            ("Werkzeuge, z. B. Rust, d. h. Systeme. Gut.", &["Werkzeuge, z. B. Rust, d. h. Systeme.", "Gut."]),
            ("Am 3. März 2019 begann es. Dann endete es.", &["Am 3. März 2019 begann es.", "Dann endete es."]),
            ("M.Sc. Elektrotechnik, RWTH Aachen. Gute Noten.", &["M.Sc. Elektrotechnik, RWTH Aachen.", "Gute Noten."]),
            ("Mr. J. R. Smith met George W. Bush. The end.", &["Mr. J. R. Smith met George W. Bush.", "The end."]),
            ("He worked in the U.S. The team was small.", &["He worked in the U.S.", "The team was small."]),
            ("¿Y cuándo? ¡En 2020! Bien…", &["¿Y cuándo?", "¡En 2020!", "Bien…"]),
            ("Dijo «¿cuándo?» y calló. Luego habló.", &["Dijo «¿cuándo?» y calló.", "Luego habló."]),
            ("Esperó... y siguió. Fin.", &["Esperó... y siguió.", "Fin."]),
            ("It works (really well). \"Great.\" Next one.", &["It works (really well).", "\"Great.\"", "Next one."]),
            ("- Uno\n- Dos. Tres\n\n1. Cuatro\n", &["Uno", "Dos.", "Tres", "Cuatro"]),
            ("A fact.[3] Another one.[4]", &["A fact.[3]", "Another one.[4]"]),
            ("Ver https://ex.org/a.b?c=d. Fin.", &["Ver https://ex.org/a.b?c=d.", "Fin."]),
            (
                "Moliceiro Lda. (2016–2020), programador. Depois foi chefe.",
                &["Moliceiro Lda. (2016–2020), programador.", "Depois foi chefe."],
            ),
            ("Trabalhou na Moliceiro Lda. Depois saiu.", &["Trabalhou na Moliceiro Lda.", "Depois saiu."]),
            (
                "Gil, A. (2022). Sleep at sea. Ships, 1(2), 3-5. Gil, A. & Rey, B. (2020). Storms.",
                &["Gil, A. (2022). Sleep at sea. Ships, 1(2), 3-5.", "Gil, A. & Rey, B. (2020). Storms."],
            ),
            (
                "- Gil, A. & Rey, B. (2020). Sleep at sea. Journal of Ships, 1(2).\nVer núm. 3.",
                &["Gil, A. & Rey, B. (2020). Sleep at sea. Journal of Ships, 1(2).", "Ver núm. 3."],
            ),
            ("S'anomena l'Anna, etc. Viu a Girona.", &["S'anomena l'Anna, etc.", "Viu a Girona."]),
            (
                "Depuis janv. 2020, env. 30 projets. M. Dupont aussi.",
                &["Depuis janv. 2020, env. 30 projets.", "M. Dupont aussi."],
            ),
        ] {
            check(text, expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_word_is_lost(text in "[a-zA-Zñ¿?!. \\n\\-0-9\"»]{0,80}") {
            let kept: usize = sentences(&text).into_iter().filter_map(|span| text.get(span)).map(letters).sum();
            let markers: usize = text.lines().map(|line| letters(line.get(..super::list_marker_len(line)).unwrap())).sum();
            proptest::prop_assert_eq!(kept + markers, letters(&text));
        }
    }

    fn letters(text: &str) -> usize {
        text.chars().filter(|c| c.is_alphanumeric()).count()
    }
}
