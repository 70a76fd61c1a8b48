//! Follow-ups: messages that mean nothing without the turn before them, and the words they need from it.
//!
//! A question that can stand alone carries nothing: carried words would pull the search back to the old subject.

use std::sync::OnceLock;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::lexicon;
use portavoz_text::sentences::sentences;
use portavoz_text::terms::{Term, is_stopword_as_written, terms};
use portavoz_text::words::{slice, words};

use super::facets::names_facet;
use super::lists::{self, FoldedWord, Line};
use super::smalltalk;
use crate::question::PastTurn;

/// Words carried at most: enough to find the subject again, few enough to stay weaker than the question.
const MAX_CARRIED: usize = 12;
/// Words taken from the last answer at most, and the cited sentences from which on an answer is about too much.
const MAX_FROM_ANSWER: usize = 4;
const MAX_CITED: usize = 2;
/// Turns looked back through a chain of follow-ups.
const MAX_BACK: usize = 3;

/// The words of earlier turns that `message` leans on, most recent first; `None` if it stands alone.
pub(super) fn carried(message: &str, language: Language, history: &[PastTurn]) -> Option<String> {
    if history.is_empty() || !leans(message, language) {
        return None;
    }
    let part = part_needed(message, language);
    let mut carried = Carried::new(message);
    for (back, turn) in history.iter().rev().take(MAX_BACK).enumerate() {
        if smalltalk::recognise(&turn.question, &lists::folded_words(&turn.question)).is_some() {
            continue;
        }
        let leaned = leans(&turn.question, turn.language);
        // What a follow-up asked belongs to it alone; only a name in it ("and with Pinecone?") moved the subject.
        let specific = if leaned {
            carried.take_names(&turn.question, turn.language)
        } else {
            carried.take_question(&turn.question, turn.language, part)
        };
        if back == 0 && !specific && !leaned {
            carried.take_answer(&turn.answer, turn.language);
        }
        if !leaned {
            break;
        }
    }
    carried.text()
}

/// True if `message` asks for more of what was just told, and for nothing else: "tell me more".
pub fn asks_for_more(message: &str, language: Language) -> bool {
    let words = lists::folded_words(message);
    let more = lists::of(lines(), "more", language).iter().any(|phrase| phrase.find(&words).is_some());
    more && terms(message, language).iter().all(|term| is_more(term, language))
}

/// Which words of the earlier question a follow-up needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What it was about: "and in which year?" asks something else of the same thing.
    Subject,
    /// What it asked: "and fine-tuning?" asks the same of something else.
    Frame,
}

fn part_needed(message: &str, language: Language) -> Part {
    let words = lists::folded_words(message);
    let opening = ["about", "joins"]
        .iter()
        .flat_map(|kind| lists::of(lines(), kind, language))
        .filter(|phrase| phrase.begins(&words))
        .map(lists::Phrase::len)
        .max();
    let Some(rest) = opening.and_then(|length| words.get(length..)) else { return Part::Subject };
    // "And with which technologies?" opens like "and with Pinecone?", but asks.
    let asks = lists::of(lines(), "asks", language).iter().any(|phrase| phrase.find(rest).is_some());
    let names = terms(message, language).iter().any(|term| !is_generic(term, language));
    if names && !asks { Part::Frame } else { Part::Subject }
}

/// True if the message needs what was said before.
fn leans(message: &str, language: Language) -> bool {
    let words = lists::folded_words(message);
    let content = terms(message, language);
    let subject = subject(&content, message, language);
    let has = |kind: &str| lists::of(lines(), kind, language).iter().any(|phrase| phrase.find(&words).is_some());
    let opens = |kind: &str| lists::of(lines(), kind, language).iter().any(|phrase| phrase.begins(&words));
    if content.is_empty() || is_bare(&words, &content, message, language) {
        return subject != Subject::Facet || is_bare_with_preposition(&words, language);
    }
    if opens("about") {
        return content.len() <= 2 && subject != Subject::Facet;
    }
    if has("more") && subject == Subject::None && content.len() <= 3 {
        return true;
    }
    if opens("joins") {
        return content.len() <= 1 && subject != Subject::Facet
            || content.len() <= 2 && subject == Subject::None
            || content.len() <= 2 && points(&words, language);
    }
    points_at_end(&words, language) && content.len() <= 3
        || points(&words, language) && content.len() <= 3 && subject != Subject::Facet
        || content.len() <= 2 && content.iter().all(|term| is_generic(term, language))
}

/// What a message's own words name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// Nothing that can be looked up alone.
    None,
    /// A name or technical term.
    Named,
    /// A facet: projects, education.
    Facet,
}

fn subject(content: &[Term], message: &str, language: Language) -> Subject {
    if content.iter().any(|term| names_facet(&term.stem, language)) {
        return Subject::Facet;
    }
    let named = content.iter().any(|term| is_name(message, term));
    if named { Subject::Named } else { Subject::None }
}

/// Capitals or digits inside the text show a name: `COBOL`, `GPT-4`, `María`.
fn is_name(message: &str, term: &Term) -> bool {
    let word = slice(message, term.span.clone());
    let starts_message = !slice(message, 0..term.span.start).contains(char::is_alphanumeric);
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    capitals > 1 || (capitals == 1 && !starts_message) || word.contains(|c: char| c.is_ascii_digit())
}

/// True if the word stands with one at `named` places in one expression: "dashboard project", "proyecto de chatbot".
fn is_of(question: &str, term: &Term, named: &[u32]) -> bool {
    const OF: [&str; 10] = ["de", "del", "of", "di", "du", "do", "da", "von", "d", "des"];
    named.iter().any(|place| match term.position.abs_diff(*place) {
        1 => true,
        2 => usize::try_from(term.position.min(*place) + 1)
            .ok()
            .and_then(|between| words(question).into_iter().nth(between))
            .is_some_and(|word| OF.contains(&fold(word.text).as_str())),
        _ => false,
    })
}

/// A word with nothing but a capital in front: `María`, `Cierzo`; not `RAG`, not `GPT-4`.
fn is_plain_name(message: &str, term: &Term) -> bool {
    let word = slice(message, term.span.clone());
    let rest_is_small = word.chars().skip(1).all(char::is_lowercase);
    word.starts_with(char::is_uppercase) && rest_is_small && is_name(message, term)
}

/// Words that ask for a detail of something and name nothing: year, time, number, example.
fn is_generic(term: &Term, language: Language) -> bool {
    const GENERIC: [&str; 20] = [
        "year",
        "month",
        "day",
        "date",
        "time",
        "number",
        "percentage",
        "place",
        "country",
        "name",
        "important",
        "first",
        "new",
        "large",
        "current",
        "previous",
        "begin",
        "end",
        "person",
        "use",
    ];
    lexicon::concepts(&term.stem, language).iter().any(|concept| GENERIC.contains(concept)) || is_more(term, language)
}

/// Words that ask for more: tell, explain, example.
fn is_more(term: &Term, language: Language) -> bool {
    lists::of(lines(), "more", language).iter().any(|phrase| {
        let word = FoldedWord { lower: term.stem.clone(), folded: term.stem.clone() };
        phrase.len() == 1 && phrase.begins(&[word])
    })
}

/// "with which technologies?": question words and at most one noun, no verb, no possessive.
fn is_bare(words: &[FoldedWord], content: &[Term], message: &str, language: Language) -> bool {
    let bare = bare_words(language);
    let joins = lists::of(lines(), "joins", language);
    let others = words.iter().filter(|word| {
        !bare.contains(&word.folded.as_str()) && !joins.iter().any(|phrase| phrase.begins(std::slice::from_ref(word)))
    });
    let asks = words.iter().any(|word| bare.contains(&word.folded.as_str()));
    asks && words.len() > 1
        && content.len() <= 1
        && others.count() <= 1
        && !content.iter().any(|term| is_name(message, term))
}

/// A bare question about a facet leans only when a preposition ties it to something: "with which technologies?".
fn is_bare_with_preposition(words: &[FoldedWord], language: Language) -> bool {
    const TIES: [&str; 16] = [
        "con", "with", "com", "avec", "mit", "amb", "en", "in", "em", "dans", "for", "para", "pour", "fur", "per", "at",
    ];
    let joins = lists::of(lines(), "joins", language);
    let rest = match words.split_first() {
        Some((first, rest)) if joins.iter().any(|phrase| phrase.begins(std::slice::from_ref(first))) => rest,
        _ => words,
    };
    rest.first().is_some_and(|word| TIES.contains(&word.folded.as_str()))
}

/// True if a word stands for something said before. A pronoun right after a noun is a relative one ("projects that").
fn points(words: &[FoldedWord], language: Language) -> bool {
    lists::of(lines(), "points", language).iter().any(|phrase| {
        phrase.find(words).is_some_and(|at| {
            let before = at.checked_sub(1).and_then(|before| words.get(before));
            before.is_none_or(|word| is_stopword_as_written(&word.lower, language) || language != Language::En)
        })
    })
}

/// "What tools did she use for that?": a pointer at the end ties even a facet to what was said before.
fn points_at_end(words: &[FoldedWord], language: Language) -> bool {
    let Some(last) = words.last() else { return false };
    last.folded.len() > 2
        && lists::of(lines(), "points", language).iter().any(|phrase| phrase.begins(std::slice::from_ref(last)))
}

fn bare_words(language: Language) -> Vec<&'static str> {
    lists::of(lines(), "bare", language).iter().flat_map(lists::Phrase::words).copied().collect()
}

/// Collects words without repeating one, by stem.
struct Carried {
    stems: Vec<String>,
    words: Vec<String>,
}

impl Carried {
    fn new(message: &str) -> Self {
        Self { stems: words(message).into_iter().map(|word| fold(word.text)).collect(), words: Vec::new() }
    }

    /// Takes the part needed of a question; all of it if it has no such part. True if it names something specific.
    fn take_question(&mut self, question: &str, language: Language, part: Part) -> bool {
        let found = terms(question, language);
        let asks = |term: &Term| names_facet(&term.stem, language) || is_generic(term, language);
        let is_specific = |term: &Term| !asks(term) && !is_plain_name(question, term);
        // One plain name may be the owner's, whom every question is about; two are a company or a project.
        let plain_names = found.iter().filter(|term| is_plain_name(question, term)).count();
        let specific = found.iter().any(is_specific) || plain_names > 1;
        let has_frame = found.iter().any(asks);
        let named: Vec<u32> = found.iter().filter(|term| is_specific(term)).map(|term| term.position).collect();
        for term in found {
            let needed = match part {
                Part::Subject => !specific || !asks(&term) || is_of(question, &term, &named),
                Part::Frame => !has_frame || asks(&term),
            };
            if needed {
                self.take(slice(question, term.span), term.stem);
            }
        }
        specific || part == Part::Frame
    }

    /// Takes the names and technical terms of a question. True if there are any.
    fn take_names(&mut self, question: &str, language: Language) -> bool {
        let before = self.words.len();
        for term in terms(question, language).into_iter().filter(|term| is_name(question, term)) {
            self.take(slice(question, term.span), term.stem);
        }
        self.words.len() > before
    }

    /// Takes the names and technical terms of a short answer that rests on sources; an answer without any said
    /// nothing, and a long one is about too much.
    fn take_answer(&mut self, answer: &str, language: Language) {
        let cited: Vec<&str> =
            sentences(answer).into_iter().map(|span| slice(answer, span)).filter(|text| has_citation(text)).collect();
        if cited.len() > MAX_CITED {
            return;
        }
        let before = self.words.len();
        for sentence in cited {
            for term in terms(sentence, language) {
                if self.words.len() >= before + MAX_FROM_ANSWER {
                    return;
                }
                let is_number = slice(sentence, term.span.clone()).chars().all(|c| !c.is_alphabetic());
                if is_name(sentence, &term) && !is_number {
                    self.take(slice(sentence, term.span), term.stem);
                }
            }
        }
    }

    fn take(&mut self, word: &str, stem: String) {
        let folded = fold(word);
        if self.words.len() < MAX_CARRIED && !self.stems.contains(&stem) && !self.stems.contains(&folded) {
            self.words.push(word.to_owned());
            self.stems.push(stem);
            self.stems.push(folded);
        }
    }

    fn text(self) -> Option<String> {
        (!self.words.is_empty()).then(|| self.words.join(" "))
    }
}

fn has_citation(sentence: &str) -> bool {
    sentence
        .match_indices('[')
        .any(|(at, _)| sentence.get(at + 1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())))
}

fn lines() -> &'static [Line] {
    static LINES: OnceLock<Vec<Line>> = OnceLock::new();
    LINES.get_or_init(|| lists::read(include_str!("../../data/understanding/followups.txt")))
}
