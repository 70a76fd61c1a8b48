//! Relevance: how much of what was asked the answer and the sentences it cites speak of.

use portavoz_text::sentences::sentences;

use super::{Given, Part, Term};
use crate::extract::address::{Spoken, addressed, list_items, offered};
use crate::verification::{CheckedSentence, Status, policy};

/// From this share of the question's words on, all of it counts as addressed: good answers use words of their own.
const ENOUGH: f32 = 0.75;
/// What a word is worth that stands not in the answer but in the very sentence it rests on: much if the answer is of the
/// kind asked for (`40 %` needs no more words), less if it only comes from the right place.
const CITED: f32 = 0.9;
const CITED_ONLY: f32 = 0.5;
/// What one is worth that stands above that sentence.
const ABOVE: f32 = 0.6;
/// What a sentence is worth of which the sources do not say all, and one with facts that they do not say.
const UNPROVEN: f32 = 0.7;
const UNFOUNDED: f32 = 0.25;
/// The share of the kind of answer, where one is asked for, beside that of the words.
const KIND_WEIGHT: f32 = 0.5;

/// The term of an answer given with its plain words.
pub(super) fn relevance(given: &Given<'_>, answer: &str) -> Term {
    let told = told(given, answer);
    let language = given.question.language;
    let kind = offered(given.question, &told, list_items(answer));
    let cited_worth = if kind.is_some_and(|kind| kind >= 0.5) { CITED } else { CITED_ONLY };
    let headings: Vec<String> = given.cited.iter().map(above).collect();
    let mut texts: Vec<Spoken<'_>> =
        told.iter().map(|&(text, worth)| Spoken { text, language, worth, heading: false }).collect();
    // Quotations speak the language of their documents, which need not be the visitor's.
    let quoted = given.cited.first().map(|cited| cited.chunk.language).filter(|quoted| *quoted != language);
    if let Some(language) = quoted {
        texts.extend(told.iter().map(|&(text, worth)| Spoken { text, language, worth, heading: false }));
    }
    // What is cited counts as far as what is told of it is true.
    let truth = told.iter().map(|(_, worth)| *worth).fold(0.0, f32::max);
    for (cited, heading) in given.cited.iter().zip(&headings) {
        let language = cited.chunk.language;
        texts.push(Spoken { text: heading, language, worth: ABOVE * truth, heading: true });
        texts.extend(cited.said.iter().map(|text| Spoken {
            text,
            language,
            worth: cited_worth * truth,
            heading: false,
        }));
    }
    let has_facet =
        truth > UNFOUNDED && given.cited.iter().any(|cited| given.question.facets.contains(&cited.chunk.facet));
    let words = addressed(given.question, &texts, given.idf, has_facet);
    let share: f32 = words.iter().map(|word| word.weight * word.worth).sum();
    let missing: Vec<&str> = words.iter().filter(|word| word.worth < 0.3).map(|word| word.word.as_str()).collect();
    let finding = match (words.is_empty(), missing.is_empty()) {
        (true, _) => "the question names nothing".to_owned(),
        (_, true) => format!("{:.0} % of the question's words", share * 100.0),
        _ => format!("{:.0} % of the question's words; nothing on {}", share * 100.0, missing.join(", ")),
    };
    // A question without a word of its own ("and when?") is judged by the kind of answer alone.
    let asked = if words.is_empty() { truth } else { (share / ENOUGH).min(1.0) };
    let mut parts = vec![(1.0 - KIND_WEIGHT, Part::new("asked_words", asked, finding))];
    if let Some(kind) = kind {
        let finding = format!("asks for {}, {}", kind_name(given), if kind >= 0.5 { "gets one" } else { "gets none" });
        parts.push((KIND_WEIGHT, Part::new("asked_kind", kind, finding)));
    }
    Term::weighted(parts)
}

/// The sentences that were told, each with what it is worth: what is false answers nothing.
fn told<'a>(given: &Given<'a>, answer: &'a str) -> Vec<(&'a str, f32)> {
    let checked = given.verification.map(|verification| verification.sentences.as_slice()).unwrap_or_default();
    if checked.is_empty() {
        return sentences(answer).into_iter().filter_map(|span| answer.get(span)).map(|text| (text, 1.0)).collect();
    }
    checked.iter().map(|sentence| (sentence.text.as_str(), worth(sentence))).collect()
}

fn worth(sentence: &CheckedSentence) -> f32 {
    match sentence.status {
        Status::Supported => 1.0,
        Status::Unsupported if policy::withholds(sentence) => UNFOUNDED,
        Status::Unsupported => UNPROVEN,
        Status::Contradicted => 0.0,
    }
}

/// Title, headings, and in a FAQ the question above a passage.
fn above(cited: &super::Cited<'_>) -> String {
    let heading = cited.chunk.heading();
    cited.chunk.question.as_ref().map_or(heading.clone(), |question| format!("{heading} {question}"))
}

fn kind_name(given: &Given<'_>) -> &'static str {
    use crate::question::Wants;
    match given.question.wants {
        Wants::List => "a list",
        Wants::Figure => "a figure",
        Wants::Date => "a date",
        Wants::Duration => "a length of time",
        Wants::Place => "a place",
        Wants::Name => "a name",
        Wants::Contact => "a way to reach someone",
        Wants::YesNo | Wants::Open => "an answer",
    }
}
