//! A light stemmer for Catalan: plurals, gender and the commonest endings of verbs and nouns, on folded words.
//!
//! Light on purpose: it joins what readers would call one word and leaves rarer derivations to character n-grams.

/// Endings and what takes their place, longest first; a stem keeps at least `MIN_STEM` letters.
const ENDINGS: &[(&str, &str)] = &[
    ("acions", "ac"),
    ("aments", ""),
    ("iments", ""),
    ("adores", ""),
    ("itzar", "itz"),
    ("ament", ""),
    ("iment", ""),
    ("acio", "ac"),
    ("cions", "c"),
    ("sions", "s"),
    ("adora", ""),
    ("adors", ""),
    ("logies", "log"),
    ("encies", "enc"),
    ("ancies", "anc"),
    ("eries", "er"),
    ("itats", "itat"),
    ("ables", "abl"),
    ("ibles", "ibl"),
    ("aven", ""),
    ("aria", ""),
    ("eria", "er"),
    ("ador", ""),
    ("encia", "enc"),
    ("ancia", "anc"),
    ("logia", "log"),
    ("cio", "c"),
    ("sio", "s"),
    ("ista", "ist"),
    ("istes", "ist"),
    ("able", "abl"),
    ("ible", "ibl"),
    ("ades", ""),
    ("ides", ""),
    ("gues", "g"),
    ("gua", "g"),
    ("ques", "c"),
    ("ava", ""),
    ("ant", ""),
    ("ent", ""),
    ("ats", ""),
    ("its", ""),
    ("ada", ""),
    ("ida", ""),
    ("ues", "u"),
    ("uts", ""),
    ("ia", "i"),
    ("ies", "i"),
    ("ats", ""),
    ("es", ""),
    ("os", ""),
    ("ar", ""),
    ("ir", ""),
    ("en", ""),
    ("at", ""),
    ("it", ""),
    ("ut", ""),
    ("ns", ""),
    ("s", ""),
    ("a", ""),
    ("e", ""),
    ("o", ""),
    ("i", ""),
];

const MIN_STEM: usize = 4;

/// The stem of a folded word. Keeps `-itat`, because `qualitat` and `qualificar` are no family to a reader.
pub(super) fn stem(folded: &str) -> String {
    if folded.ends_with("itat") {
        return folded.to_owned();
    }
    for (ending, replacement) in ENDINGS.iter().copied() {
        if let Some(beginning) = folded.strip_suffix(ending)
            && beginning.len() + replacement.len() >= MIN_STEM
        {
            return format!("{beginning}{replacement}");
        }
    }
    folded.to_owned()
}
