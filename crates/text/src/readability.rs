//! Readability: how easily a text reads, by the formula that was made for its language.
//!
//! | | formula | published in |
//! |---|---|---|
//! | es | perspicuity, with the INFLESZ scale | F. Szigriszt Pazos, thesis, Madrid 1993; I. Barrio-Cantalejo et al., An. Sist. Sanit. Navar. 31(2), 2008 |
//! | en | Reading Ease | R. Flesch, A new readability yardstick, J. Appl. Psychol. 32(3), 1948 |
//! | de | Flesch for German | T. Amstad, Wie verständlich sind unsere Zeitungen?, thesis, Zurich 1978 |
//! | fr | Flesch for French | L. Kandel, A. Moles, Application de l'indice de Flesch à la langue française, 1958 |
//! | it | Gulpease | P. Lucisano, M. E. Piemontese, Scuola e città 3, 1988 |
//! | pt | Flesch for Portuguese | T. Martins et al., Readability formulas applied to textbooks in Brazilian Portuguese, São Carlos 1996 |
//! | ca | as es | none was fitted on Catalan; Spanish is the nearest language that has one, in words and sentences |
//!
//! Italian takes Gulpease rather than Flesch-Vacca because it was fitted on Italian readers, and counts letters, which
//! leaves nothing to guess. All but it count syllables, as [`syllables()`] does. The formulas were made for passages of a
//! hundred words or more: of a sentence they say little. Start at [`reading`].

mod syllables;

pub use syllables::syllables;

use crate::language::Language;
use crate::sentences::sentences;
use crate::words::words;

/// How a text reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// By the formula of its language; more is easier. Not bound to 0..=100.
    pub score: f32,
    /// The same on one scale for all languages, 0..=1; see [`Formula::ease`].
    pub ease: f32,
    /// Words that are read aloud: addresses are not among them.
    pub words: usize,
    /// At least 1.
    pub sentences: usize,
}

/// A formula with its scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Formula {
    /// As people know it.
    pub name: &'static str,
    terms: Terms,
    /// From this score down, its scale says that a text wants readers with a degree.
    hard: f32,
    /// From this score up, its scale says that adults in general read it without trouble.
    plain: f32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Terms {
    /// `base - sentence x words per sentence - word x syllables per word`.
    Syllables { base: f32, sentence: f32, word: f32 },
    /// `89 + (300 x sentences - 10 x letters) / words`.
    Gulpease,
}

/// What a formula counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Words.
    pub words: usize,
    /// Sentences.
    pub sentences: usize,
    /// Syllables of all words.
    pub syllables: usize,
    /// Letters and digits of all words.
    pub letters: usize,
}

/// The formula of a language.
pub const fn formula(language: Language) -> Formula {
    match language {
        Language::Es => INFLESZ,
        // No formula was fitted on Catalan, whose words and sentences are built as the Spanish ones are.
        Language::Ca => Formula { name: "INFLESZ (made for Spanish)", ..INFLESZ },
        Language::En => Formula {
            name: "Flesch Reading Ease",
            terms: Terms::Syllables { base: 206.835, sentence: 1.015, word: 84.6 },
            hard: 30.0,
            plain: 60.0,
        },
        Language::De => Formula {
            name: "Flesch-Amstad",
            terms: Terms::Syllables { base: 180.0, sentence: 1.0, word: 58.5 },
            hard: 30.0,
            plain: 60.0,
        },
        Language::Fr => Formula {
            name: "Kandel-Moles",
            terms: Terms::Syllables { base: 207.0, sentence: 1.015, word: 73.6 },
            hard: 30.0,
            plain: 60.0,
        },
        Language::Pt => Formula {
            name: "Flesch-Martins",
            terms: Terms::Syllables { base: 248.835, sentence: 1.015, word: 84.6 },
            hard: 25.0,
            plain: 50.0,
        },
        Language::It => Formula { name: "Gulpease", terms: Terms::Gulpease, hard: 40.0, plain: 60.0 },
    }
}

const INFLESZ: Formula = Formula {
    name: "INFLESZ",
    terms: Terms::Syllables { base: 206.835, sentence: 1.0, word: 62.3 },
    hard: 40.0,
    plain: 55.0,
};

impl Formula {
    /// The score of these counts; 0 for no words.
    pub fn score(&self, counts: Counts) -> f32 {
        if counts.words == 0 {
            return 0.0;
        }
        let words = counts.words as f32;
        let sentences = counts.sentences.max(1) as f32;
        match self.terms {
            Terms::Syllables { base, sentence, word } => {
                base - sentence * (words / sentences) - word * (counts.syllables as f32 / words)
            }
            Terms::Gulpease => 89.0 + (300.0 * sentences - 10.0 * counts.letters as f32) / words,
        }
    }

    /// The score on one scale for all languages: 0.5 where the formula's own scale says that readers want a degree, 1
    /// from where it says that adults in general read it without trouble, 0 at the formula's own 0.
    pub fn ease(&self, score: f32) -> f32 {
        let ease = if score < self.hard {
            0.5 * score / self.hard
        } else {
            0.5 + 0.5 * (score - self.hard) / (self.plain - self.hard)
        };
        ease.clamp(0.0, 1.0)
    }
}

/// How a text in `language` reads; `None` if there is no word in it.
pub fn reading(text: &str, language: Language) -> Option<Reading> {
    let counts = counts(text, language);
    let formula = formula(language);
    let score = formula.score(counts);
    (counts.words > 0).then_some(Reading {
        score,
        ease: formula.ease(score),
        words: counts.words,
        sentences: counts.sentences,
    })
}

/// Counts what formulas are made of. Every line ends a sentence, so an item of a list is one.
pub fn counts(text: &str, language: Language) -> Counts {
    let mut counts = Counts { sentences: sentences(text).len().max(1), ..Counts::default() };
    // Gulpease has no use for syllables.
    let counts_syllables = !matches!(formula(language).terms, Terms::Gulpease);
    for word in words(text) {
        if word.text.contains('@') || word.text.contains("://") || word.text.starts_with("www.") {
            continue;
        }
        counts.words += 1;
        counts.letters += word.text.chars().filter(|c| c.is_alphanumeric()).count();
        if counts_syllables {
            counts.syllables += syllables(word.text, language);
        }
    }
    counts
}

#[cfg(test)]
mod tests;
