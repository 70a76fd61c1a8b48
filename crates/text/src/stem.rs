//! Stems: one form for the inflections of a word, so that a question in other words still finds the passage.
//!
//! Snowball's algorithms, which want accents; the stem is folded afterwards, because many visitors leave accents out.
//! Two repairs make both spellings meet: endings that have lost their accent get it back before stemming, and a few
//! families that Snowball leaves apart (`ingeniero`, `ingeniería`) are joined. Catalan is not among the algorithms of
//! the stemmer in use and has its own, in `stem/catalan.rs`. Start at [`stem`].

mod catalan;

use std::borrow::Cow;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::fold::fold;
use crate::language::Language;

/// The folded stem of `word`. Words with digits or signs (`p95`, `C++`) have no inflections and are only folded.
pub fn stem(word: &str, language: Language) -> String {
    let lower = if is_nfc(word) { word.to_lowercase() } else { word.nfc().collect::<String>().to_lowercase() };
    if !lower.chars().all(char::is_alphabetic) {
        return fold(&lower);
    }
    let Some(algorithm) = algorithm(language) else {
        return catalan::stem(&fold(&lower));
    };
    let accented = restore_accent(&lower, language);
    let stemmed = fold(&Stemmer::create(algorithm).stem(&accented));
    join_families(stemmed, language)
}

fn algorithm(language: Language) -> Option<Algorithm> {
    match language {
        Language::Es => Some(Algorithm::Spanish),
        Language::En => Some(Algorithm::English),
        Language::Pt => Some(Algorithm::Portuguese),
        Language::Fr => Some(Algorithm::French),
        Language::De => Some(Algorithm::German),
        Language::It => Some(Algorithm::Italian),
        Language::Ca => None,
    }
}

/// Endings as typed without accents, as they should be, and as the family is better stemmed.
fn endings(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::Es => &[
            ("cion", "ción"),
            ("sion", "sión"),
            ("logia", "logía"),
            ("logias", "logías"),
            ("grafia", "grafía"),
            ("grafias", "grafías"),
            ("nomia", "nomía"),
            // Trades and their people: Snowball takes `-ería` for a verb's ending.
            ("eria", "ero"),
            ("ería", "ero"),
            ("erias", "ero"),
            ("erías", "ero"),
            // And the women of these trades, for a subjunctive.
            ("iera", "iero"),
            ("ieras", "iero"),
        ],
        Language::Pt => &[
            ("cao", "ção"),
            ("coes", "ção"),
            ("ções", "ção"),
            ("encia", "ência"),
            ("encias", "ências"),
            ("ancia", "ância"),
        ],
        Language::Fr => &[("ite", "ité"), ("ites", "ités")],
        Language::It => &[("ita", "ità")],
        Language::En | Language::De | Language::Ca => &[],
    }
}

fn restore_accent(lower: &str, language: Language) -> Cow<'_, str> {
    for (typed, meant) in endings(language) {
        if let Some(beginning) = lower.strip_suffix(typed)
            && beginning.chars().count() >= 4
        {
            return Cow::Owned(format!("{beginning}{meant}"));
        }
    }
    Cow::Borrowed(lower)
}

/// Cuts what still separates people from their trade (`engenheiro`, `engenharia`), or a noun from its participle
/// (`experience`, `experienced`).
fn join_families(stem: String, language: Language) -> String {
    let tail = match language {
        Language::Pt => "eir",
        Language::It => "er",
        Language::En => "enc",
        _ => return stem,
    };
    match stem.strip_suffix(tail) {
        Some(beginning) if beginning.len() >= 5 => beginning.to_owned(),
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_and_spellings_meet() {
        for (language, family) in [
            (Language::Es, "ingeniero ingeniera ingenieros Ingeniería ingenieria INGENIERÍA"),
            (Language::Es, "experiencia experiencias Experiencia"),
            (Language::Es, "tecnología tecnologías tecnologia tecnologias"),
            (Language::Es, "formación formacion formaciones"),
            (Language::Es, "proyecto proyectos"),
            (Language::En, "experience experiences Experienced"),
            (Language::En, "technology technologies"),
            (Language::En, "build builds building"),
            (Language::En, "engineer engineers engineering"),
            (Language::Pt, "engenheiro engenheira engenharia"),
            (Language::Pt, "experiência experiências experiencia"),
            (Language::Pt, "formação formações formacao"),
            (Language::Fr, "expérience expériences"),
            (Language::Fr, "technologie technologies"),
            (Language::Fr, "qualité qualités qualite"),
            (Language::De, "Projekt Projekte Projekten projekte"),
            (Language::De, "Erfahrung Erfahrungen"),
            (Language::It, "progetto progetti"),
            (Language::It, "ingegnere ingegneri ingegneria"),
            (Language::It, "esperienza esperienze"),
            (Language::Ca, "experiència experiències experiencia"),
            (Language::Ca, "projecte projectes"),
            (Language::Ca, "tecnologia tecnologies"),
            (Language::Ca, "enginyer enginyera enginyers enginyeria"),
            (Language::Ca, "formació formacions"),
            (Language::Ca, "treballar treballat treballava treballa"),
            (Language::Ca, "llengua llengües"),
        ] {
            let stems: Vec<String> = family.split(' ').map(|word| stem(word, language)).collect();
            assert!(stems.windows(2).all(|pair| pair.first() == pair.last()), "{language}: {family}: {stems:?}");
        }
    }

    #[test]
    fn technical_words_are_only_folded() {
        for (word, expected) in [("C++", "c++"), ("GPT-4o", "gpt-4o"), ("p95", "p95"), ("2018", "2018")] {
            assert_eq!(stem(word, Language::Es), expected);
        }
    }
}
