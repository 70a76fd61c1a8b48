//! Recognising the language of a message from what is cheap to see, and by a statistical model only when that
//! does not decide.
//!
//! Short questions are what visitors write, and they are what statistical models get wrong: function words, question
//! words and a few letters (`¿`, `ß`, `ã`) decide nearly all of them in microseconds. The model (lingua) costs time
//! and memory at its first use, so it is loaded by the first text that needs it. Start at [`detect`].

use std::collections::HashMap;
use std::sync::OnceLock;

use lingua::{Language as Known, LanguageDetector, LanguageDetectorBuilder};

use super::{Language, LanguageSet};
use crate::fold::fold;
use crate::lexicon;
use crate::stopwords::{self, listed};
use crate::words::words;

/// Words looked at: more do not change the verdict, and documents may be long.
const MAX_WORDS: usize = 300;
/// How far the best language must lead the second for the cheap evidence to decide; a word that only one language
/// uses weighs 1.
const CLEAR_LEAD: f32 = 0.75;
/// How probable the best language must be when the model had to be asked.
const MODEL_CONFIDENCE: f64 = 0.6;

/// The language of `text`, or `None` if it does not show: names, code, a lone technical word.
pub fn detect(text: &str) -> Option<Language> {
    let evidence = weigh(text);
    if let Some(language) = evidence.clear() {
        return Some(language);
    }
    // A word or two without any evidence are a name or a term: every guess about them is a coin toss.
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    if letters < 8 || evidence.words < 2 {
        return evidence.leader().filter(|(_, lead)| *lead >= CLEAR_LEAD / 2.0).map(|(language, _)| language);
    }
    ask_model(text, &evidence)
}

/// What words and letters say about a text's language.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// One weight a language, in the order of [`Language::ALL`].
    scores: [f32; 7],
    /// Words that were looked at.
    pub words: usize,
}

impl Evidence {
    /// The weight of the evidence for `language`; a word that only this language uses weighs about 1.
    pub fn of(&self, language: Language) -> f32 {
        self.scores.get(language.index()).copied().unwrap_or_default()
    }

    /// The language that the evidence alone decides for.
    pub fn clear(&self) -> Option<Language> {
        self.leader().filter(|(_, lead)| *lead >= CLEAR_LEAD).map(|(language, _)| language)
    }

    /// The language with the most weight and its lead over the next one; `None` without any evidence.
    pub fn leader(&self) -> Option<(Language, f32)> {
        let mut best = None;
        let mut second = 0.0_f32;
        for language in Language::ALL {
            let score = self.of(language);
            match best {
                Some((_, most)) if score <= most => second = second.max(score),
                Some((_, most)) => {
                    second = most;
                    best = Some((language, score));
                }
                None if score > 0.0 => best = Some((language, score)),
                None => {}
            }
        }
        best.map(|(language, most)| (language, most - second))
    }

    fn add(&mut self, languages: LanguageSet, weight: f32) {
        let count = languages.len();
        if count == 0 || count == Language::ALL.len() {
            return;
        }
        // A word says less the more languages share it.
        let share = weight / count as f32;
        for language in Language::ALL.into_iter().filter(|language| languages.contains(*language)) {
            if let Some(score) = self.scores.get_mut(language.index()) {
                *score += share;
            }
        }
    }
}

/// Weighs function words, telling words, lexicon words, endings and letters.
pub fn weigh(text: &str) -> Evidence {
    let mut evidence = Evidence::default();
    for word in words(text).into_iter().take(MAX_WORDS) {
        evidence.words += 1;
        weigh_word(&word.text.to_lowercase(), &mut evidence);
    }
    if text.contains(['¿', '¡']) {
        evidence.add(LanguageSet::of(&[Language::Es]), 1.5);
    }
    evidence
}

fn weigh_word(lower: &str, evidence: &mut Evidence) {
    let function = stopwords::languages_of_spelling(lower);
    let telling = markers().get(lower).copied().unwrap_or_default();
    let both = function.union(telling);
    if !both.is_empty() {
        evidence.add(both, 1.0);
    } else if let Some(spelled) = lexicon::languages_of_spelling(lower) {
        evidence.add(spelled, 0.8);
    } else if let Some(unaccented) = unaccented(lower) {
        evidence.add(unaccented, 0.6);
    } else if let Some(inflected) = Some(lexicon::languages_of_inflection(lower)).filter(|set| !set.is_empty()) {
        evidence.add(inflected, 0.6);
    } else {
        for (ending, languages) in ENDINGS {
            if lower.len() > ending.len() + 2 && lower.ends_with(ending) {
                evidence.add(LanguageSet::of(languages), 0.6);
                break;
            }
        }
    }
    for character in lower.chars().filter(|character| !character.is_ascii()) {
        let languages = languages_of_letter(character);
        evidence.add(LanguageSet::of(languages), 0.5);
    }
    if lower.contains("l·l") {
        evidence.add(LanguageSet::of(&[Language::Ca]), 1.0);
    }
}

/// Languages in which the word would be known if its accents had been typed: many visitors leave them out.
fn unaccented(lower: &str) -> Option<LanguageSet> {
    let folded = fold(lower);
    let mut languages = stopwords::languages_of(&folded);
    if let Some(more) = lexicon::languages_of_folded(&folded) {
        languages = languages.union(more);
    }
    (!languages.is_empty()).then_some(languages)
}

/// Word endings that only some languages have; longest first.
const ENDINGS: &[(&str, &[Language])] = &[
    ("mente", &[Language::Es, Language::Pt, Language::It]),
    ("zione", &[Language::It]),
    ("zioni", &[Language::It]),
    ("ciones", &[Language::Es]),
    ("cions", &[Language::Ca]),
    ("ção", &[Language::Pt]),
    ("ções", &[Language::Pt]),
    ("ción", &[Language::Es]),
    ("sión", &[Language::Es]),
    ("ció", &[Language::Ca]),
    ("keit", &[Language::De]),
    ("ungen", &[Language::De]),
    ("ung", &[Language::De]),
    ("lich", &[Language::De]),
    ("isch", &[Language::De]),
    ("ing", &[Language::En]),
    ("ness", &[Language::En]),
    ("ité", &[Language::Fr]),
    ("eaux", &[Language::Fr]),
    ("eur", &[Language::Fr]),
    ("dad", &[Language::Es]),
    ("dade", &[Language::Pt]),
    ("tat", &[Language::Ca, Language::De]),
    ("inho", &[Language::Pt]),
    ("aggio", &[Language::It]),
    ("gli", &[Language::It]),
];

fn languages_of_letter(letter: char) -> &'static [Language] {
    use Language::{Ca, De, Es, Fr, It, Pt};
    match letter {
        'ñ' => &[Es],
        'ß' | 'ä' => &[De],
        'ö' => &[De],
        'ã' | 'õ' => &[Pt],
        'œ' | 'î' | 'û' | 'ë' => &[Fr],
        'ì' => &[It],
        'ê' | 'â' | 'ô' => &[Fr, Pt],
        'ç' => &[Pt, Fr, Ca],
        'ï' => &[Ca, Fr],
        'ü' => &[De, Es, Ca],
        'á' => &[Es, Pt],
        'í' | 'ó' | 'ú' => &[Es, Pt, Ca],
        'ò' => &[It, Ca],
        'ù' => &[It, Fr],
        'à' | 'è' => &[It, Fr, Ca],
        'é' => &[Es, Pt, Fr, Ca],
        _ => &[],
    }
}

fn markers() -> &'static HashMap<&'static str, LanguageSet> {
    static MARKERS: OnceLock<HashMap<&'static str, LanguageSet>> = OnceLock::new();
    MARKERS.get_or_init(|| {
        let mut markers: HashMap<&'static str, LanguageSet> = HashMap::new();
        for line in include_str!("../../data/markers.txt").lines() {
            let Some((tag, list)) = line.split_once(':') else { continue };
            if let Some(language) = Language::parse(tag) {
                listed(list).for_each(|word| markers.entry(word).or_default().insert(language));
            }
        }
        markers
    })
}

/// Asks the statistical model, and lets the cheap evidence tip the balance.
fn ask_model(text: &str, evidence: &Evidence) -> Option<Language> {
    let weights: Vec<(Language, f64)> = model()
        .compute_language_confidence_values(text)
        .into_iter()
        .filter_map(|(known, probability)| {
            let language = ours(known)?;
            Some((language, (probability + 0.01) * f64::from(2.0 * evidence.of(language)).exp()))
        })
        .collect();
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let (language, weight) = weights.into_iter().max_by(|left, right| left.1.total_cmp(&right.1))?;
    (weight / total >= MODEL_CONFIDENCE).then_some(language)
}

fn model() -> &'static LanguageDetector {
    static MODEL: OnceLock<LanguageDetector> = OnceLock::new();
    MODEL.get_or_init(|| LanguageDetectorBuilder::from_languages(&KNOWN.map(|(known, _)| known)).build())
}

const KNOWN: [(Known, Language); 7] = [
    (Known::Spanish, Language::Es),
    (Known::English, Language::En),
    (Known::Portuguese, Language::Pt),
    (Known::French, Language::Fr),
    (Known::German, Language::De),
    (Known::Italian, Language::It),
    (Known::Catalan, Language::Ca),
];

fn ours(known: Known) -> Option<Language> {
    KNOWN.iter().find(|(theirs, _)| *theirs == known).map(|(_, language)| *language)
}

#[cfg(test)]
mod tests;
