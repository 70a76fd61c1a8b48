//! Clarity: how well an answer reads: readability, sentence length, structure, length against the question's need,
//! padding, and whether it speaks the visitor's language.

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::readability::{formula, reading};
use portavoz_text::sentences::sentences;
use portavoz_text::similarity::near_duplicate;
use portavoz_text::stopwords;
use portavoz_text::words::words;

use super::{Part, Term};
use crate::extract::address::{enumerates, list_items};
use crate::markers::unmarked;
use crate::question::{Question, Wants};
use crate::understanding::parts;
use crate::verification::Verification;

/// What each part weighs.
const READABILITY: f32 = 0.2;
const SENTENCE_LENGTH: f32 = 0.2;
const STRUCTURE: f32 = 0.2;
const LENGTH: f32 = 0.25;
const PADDING: f32 = 0.15;

/// The formulas were made for a hundred words; an answer has thirty. What is missing is filled up with prose that reads
/// as well as most, so that one long word does not spoil a short answer.
const USUAL_EASE: f32 = 0.9;
const USUAL_WORDS: f32 = 60.0;
/// Words a sentence up to which nothing is lost, and those at which all is: style guides say 15 to 20 on average.
const GOOD_SENTENCE: f32 = 22.0;
const ENDLESS_SENTENCE: f32 = 50.0;
/// Words of prose that one paragraph carries: three long sentences.
const PARAGRAPH: usize = 90;
/// Sentences that share this much of their word triples say the same.
const SAME: f32 = 0.7;
/// Function words that tell a language, and the share of them that must be the visitor's.
const TELLING_WORDS: usize = 5;
const OWN_SHARE: f32 = 0.55;
/// What is left of the clarity of an answer in another language than the question's.
const FOREIGN: f32 = 0.5;

/// The words of an answer, without source markers and Markdown's signs of emphasis.
pub(super) fn plain(answer: &str) -> String {
    unmarked(answer).replace("**", "").replace('`', "")
}

/// The term of an answer's plain words.
pub(super) fn clarity(question: &Question, answer: &str, verification: Option<&Verification>) -> Term {
    let language = question.language;
    let Some(reading) = reading(answer, language) else {
        return Term { score: 0.0, parts: vec![Part::new("length", 0.0, "no words".to_owned())] };
    };
    let count = reading.words as f32;
    let ease = (reading.ease * count + USUAL_EASE * USUAL_WORDS) / (count + USUAL_WORDS);
    let finding = format!("{} {:.0}", formula(language).name, reading.score);
    let mut parts = vec![(READABILITY, Part::new("readability", ease, finding))];
    let mean = count / reading.sentences as f32;
    let flowing = 1.0 - (mean - GOOD_SENTENCE) / (ENDLESS_SENTENCE - GOOD_SENTENCE);
    parts.push((SENTENCE_LENGTH, Part::new("sentence_length", flowing, format!("{mean:.0} words a sentence"))));
    parts.push((STRUCTURE, structure(question.wants, answer, reading.words)));
    parts.push((LENGTH, length(question, reading.words)));
    parts.push((PADDING, padding(answer, verification)));
    let mut term = Term::weighted(parts);
    if let Some(part) = foreign(answer, language) {
        term.score *= FOREIGN;
        term.parts.push(part);
    }
    term
}

/// A list for a list, prose for the rest.
fn structure(wants: Wants, answer: &str, words: usize) -> Part {
    let items = list_items(answer);
    let paragraphs = answer.split("\n\n").filter(|part| !part.trim().is_empty()).count();
    let has_headings = answer.lines().any(|line| line.starts_with('#'));
    let (score, finding) = match wants {
        Wants::List if items >= 2 => (1.0, format!("{items} items for a list question")),
        Wants::List if enumerates(answer) && words <= PARAGRAPH => {
            (0.95, "an enumeration for a list question".to_owned())
        }
        Wants::List => (0.6, "prose for a list question".to_owned()),
        Wants::Figure | Wants::Date | Wants::Duration | Wants::Place | Wants::Name | Wants::YesNo if items >= 3 => {
            (0.5, format!("{items} items for a plain question"))
        }
        _ if words > PARAGRAPH && items < 2 && paragraphs < 2 => (0.5, format!("{words} words in one paragraph")),
        _ => (1.0, "fits the question".to_owned()),
    };
    if has_headings {
        Part::new("structure", score * 0.7, format!("{finding}, with headings"))
    } else {
        Part::new("structure", score, finding)
    }
}

/// Words that answer a question of each kind: two or three sentences, fewer for a fact, a dozen items for a list.
fn need(question: &Question) -> usize {
    let one = match question.wants {
        Wants::Figure | Wants::Date | Wants::Duration | Wants::Place | Wants::Name => 45,
        Wants::YesNo | Wants::Contact => 60,
        Wants::Open => 80,
        Wants::List => 110,
    };
    one * parts(question).len().max(1)
}

/// Full up to the need, half at twice as much, nothing at four times.
fn length(question: &Question, words: usize) -> Part {
    let need = need(question);
    let ratio = words as f32 / need as f32;
    let too_long = if ratio <= 2.0 { 1.0 - 0.5 * (ratio - 1.0).max(0.0) } else { 0.5 - 0.25 * (ratio - 2.0) };
    let is_curt = question.wants == Wants::Open && words < 4;
    let score = if is_curt { 0.6 } else { too_long };
    Part::new("length", score, format!("{words} words; {need} will do"))
}

/// Sentences that claim nothing, and those that say again what was said.
fn padding(answer: &str, verification: Option<&Verification>) -> Part {
    let spans = sentences(answer);
    let texts: Vec<&str> = spans.into_iter().filter_map(|span| answer.get(span)).collect();
    let size = |text: &str| text.split_whitespace().count();
    let claims_nothing = |text: &str| {
        // What announces a list is no padding.
        let checked = || verification.into_iter().flat_map(|verification| &verification.sentences);
        !text.ends_with(':') && checked().any(|sentence| sentence.text == text.trim() && sentence.claims.is_empty())
    };
    let mut padded = 0;
    for (place, text) in texts.iter().enumerate() {
        let earlier = texts.iter().take(place);
        if claims_nothing(text) || earlier.into_iter().any(|other| near_duplicate(other, text) >= SAME) {
            padded += size(text);
        }
    }
    let all: usize = texts.iter().map(|text| size(text)).sum();
    let share = padded as f32 / all.max(1) as f32;
    Part::new("padding", 1.0 - 2.0 * share, format!("{:.0} % says nothing new", share * 100.0))
}

/// What is found if the answer's function words are those of another language.
fn foreign(answer: &str, language: Language) -> Option<Part> {
    let (mut all, mut own) = (0_usize, 0_usize);
    for word in words(answer) {
        let languages = stopwords::languages_of(&fold(word.text));
        all += usize::from(!languages.is_empty());
        own += usize::from(languages.contains(language));
    }
    let share = own as f32 / all.max(1) as f32;
    let is_foreign = all >= TELLING_WORDS && share < OWN_SHARE;
    is_foreign.then(|| Part::new("language", 0.0, format!("{own} of {all} function words are {language}")))
}
