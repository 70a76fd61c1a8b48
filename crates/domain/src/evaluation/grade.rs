//! Grades: how good a reply is by what its case expects.
//!
//! Where the case says nothing, the live score stands: it never knows more of the question than a visitor's would. What
//! the case says outranks it, and no length, tone or wrong language makes up for what a case demands. Start at [`grade`].
//!
//! Quality is `0.4 relevance + 0.3 accuracy + 0.3 clarity`, as for visitors ([`crate::quality`]), with these differences:
//! - relevance is the share of the case's topics that are covered, and at most the share of what must be said;
//! - accuracy is 0 if the reply says what it must not say;
//! - relevance and accuracy are 0 if it ended otherwise than expected, and 1 for "not known" and a refusal that were
//!   expected: there is nothing else to be right about.

use portavoz_text::language::{Language, detect};

use super::{Grade, Reply};
use crate::answer::{Citation, Outcome};
use crate::cases::{Case, is_source};
use crate::markers::unmarked;
use crate::quality::{Part, Quality, Silence, Term, of_silence, topics_covered};
use crate::question::{Question, Wants};
use crate::verification::Status;

/// The share of the case's topics from which on a reply can pass: with fewer it answers another question.
pub const TOPICS_TO_PASS: f32 = 0.5;

/// Grades a reply by its case. `fallback` is the language of an answer to a question that does not show its own.
pub fn grade(case: &Case, reply: &Reply, fallback: Language) -> Grade {
    let words = unmarked(&reply.text);
    let spoken = case.spoken(fallback);
    let expected = case.expected();
    let outcome_right = expected.map(|expected| reply.outcome == Some(expected));
    let topics = (!case.topics.is_empty()).then(|| topics_covered(&case.topics, &words, spoken));
    let missing = told_of(&case.must, &words, spoken, false);
    let forbidden = told_of(&case.must_not, &words, spoken, true);
    let told = Told { case, reply, spoken, topics: topics.as_ref(), missing: &missing, forbidden: &forbidden };
    let quality = told.quality(expected);
    let language_right = detect(&words).map(|language| language == spoken);
    let covers = topics.as_ref().is_none_or(|topics| topics.score >= TOPICS_TO_PASS);
    let passed = reply.outcome.is_some()
        && outcome_right != Some(false)
        && (covers || expected != Some(Outcome::Answered))
        && missing.is_empty()
        && forbidden.is_empty()
        && language_right != Some(false);
    Grade {
        quality,
        outcome_right,
        recall: recall(case, reply),
        citations_right: citations_right(case, reply),
        supported: supported(reply),
        missing,
        forbidden,
        language_right,
        passed,
    }
}

/// What is wrong with a reply by its grade, in words, worst first; empty if it passed.
pub fn faults(case: &Case, reply: &Reply, grade: &Grade) -> Vec<String> {
    let name = |outcome: Option<Outcome>| outcome.map_or("no answer", Outcome::name);
    let mut faults = Vec::new();
    if grade.outcome_right == Some(false) {
        faults.push(format!("`{}` instead of `{}`", name(reply.outcome), name(case.expected())));
    } else if reply.outcome.is_none() {
        faults.push("no answer".to_owned());
    }
    let quoted = |words: &[String]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    if !grade.forbidden.is_empty() {
        faults.push(format!("says {}, which it must not", quoted(&grade.forbidden)));
    }
    if !grade.missing.is_empty() {
        faults.push(format!("does not say {}", quoted(&grade.missing)));
    }
    if grade.language_right == Some(false) {
        faults.push("in the wrong language".to_owned());
    }
    if !grade.passed && faults.is_empty() {
        faults.push("covers too few of its topics".to_owned());
    }
    faults
}

/// A reply with what was found in it.
struct Told<'a> {
    case: &'a Case,
    reply: &'a Reply,
    spoken: Language,
    topics: Option<&'a Term>,
    missing: &'a [String],
    forbidden: &'a [String],
}

impl Told<'_> {
    /// `None` if the case does not tell how to end and the live score had nothing to judge, as for a greeting.
    fn quality(&self, expected: Option<Outcome>) -> Option<Quality> {
        let live = self.reply.quality.as_ref();
        let clarity = || live.map_or_else(|| self.clarity(), |live| live.clarity.clone());
        let ended = self.reply.outcome.map_or("no answer", Outcome::name);
        let Some(outcome) = self.reply.outcome else {
            let nothing = || term("outcome", 0.0, "no answer could be given".to_owned());
            return Some(Quality::of(nothing(), nothing(), nothing()));
        };
        match expected {
            Some(expected) if expected != outcome => {
                let wrong = || term("outcome", 0.0, format!("ended as {ended}, expected {}", expected.name()));
                Some(Quality::of(wrong(), wrong(), clarity()))
            }
            Some(Outcome::Answered) => {
                let relevance = live.map_or_else(Term::default, |live| live.relevance.clone());
                let accuracy = live.map_or_else(Term::default, |live| live.accuracy.clone());
                Some(Quality::of(self.relevance(relevance), self.accuracy(accuracy), clarity()))
            }
            Some(_) => {
                let right = || term("outcome", 1.0, format!("ended as {ended}, as expected"));
                Some(Quality::of(self.relevance(right()), self.accuracy(right()), clarity()))
            }
            None => {
                let live = live?;
                let (relevance, accuracy) = (live.relevance.clone(), live.accuracy.clone());
                Some(Quality::of(self.relevance(relevance), self.accuracy(accuracy), clarity()))
            }
        }
    }

    /// The topics in the live term's place, and no more than the share of what must be said.
    fn relevance(&self, live: Term) -> Term {
        let is_answer = self.reply.outcome == Some(Outcome::Answered);
        let mut term = self.topics.filter(|_| is_answer).cloned().unwrap_or(live);
        if !self.missing.is_empty() {
            let all = self.case.must.len().max(1);
            let share = (all.saturating_sub(self.missing.len())) as f32 / all as f32;
            term.score = term.score.min(share);
            let finding = format!("{} of {all} things that must be said are missing", self.missing.len());
            term.parts.push(part("must", share, finding));
        }
        term
    }

    /// What must not be said is false by the word of whoever wrote the case.
    fn accuracy(&self, live: Term) -> Term {
        let mut term = live;
        if !self.forbidden.is_empty() {
            term.score = 0.0;
            term.parts.push(part("must_not", 0.0, format!("says what it must not: {}", self.forbidden.join(", "))));
        }
        term
    }

    /// How well a reply reads that nobody scored while it was given.
    fn clarity(&self) -> Term {
        let question = Question {
            text: self.case.question.clone(),
            language: self.spoken,
            carried: None,
            facets: Vec::new(),
            wants: Wants::Open,
        };
        // Only the words are looked at for clarity.
        let silence = Silence { best: 0.0, threshold: 1.0, is_silent: true };
        of_silence(&question, &self.reply.text, silence).clarity
    }
}

fn part(name: &str, score: f32, finding: String) -> Part {
    Part { name: name.to_owned(), score, finding }
}

fn term(name: &str, score: f32, finding: String) -> Term {
    Term { score, parts: vec![part(name, score, finding)] }
}

/// Those of `wanted` that are said, or that are not, each by its first alias.
fn told_of(wanted: &[String], words: &str, language: Language, said: bool) -> Vec<String> {
    let found = topics_covered(wanted, words, language);
    let first = |text: &String| text.split('|').next().unwrap_or_default().trim().to_owned();
    let all = wanted.iter().zip(&found.parts);
    all.filter(|(_, part)| (part.score > 0.5) == said).map(|(wanted, _)| first(wanted)).collect()
}

/// 1 if one of the expected sources was found, or cited by an answer that needed no search.
fn recall(case: &Case, reply: &Reply) -> Option<f32> {
    if case.sources.is_empty() {
        return None;
    }
    let found = reply.found.iter().any(|found| expects(case, found.document.as_str(), &found.headings));
    Some(if found || reply.citations.iter().any(|citation| is_right(case, reply, citation)) { 1.0 } else { 0.0 })
}

fn citations_right(case: &Case, reply: &Reply) -> Option<f32> {
    if case.sources.is_empty() || reply.citations.is_empty() {
        return None;
    }
    let right = reply.citations.iter().filter(|citation| is_right(case, reply, citation)).count();
    Some(right as f32 / reply.citations.len() as f32)
}

fn is_right(case: &Case, reply: &Reply, citation: &Citation) -> bool {
    let document = citation.document.as_str();
    let passage = reply.found.iter().find(|found| found.document == citation.document && found.span == citation.span);
    match passage {
        Some(passage) => expects(case, document, &passage.headings),
        // An answer from the facts of the documents cites what was not searched: its title holds the headings.
        None => {
            let headings: Vec<String> = citation.title.split(" › ").map(str::to_owned).collect();
            expects(case, document, &headings)
        }
    }
}

fn expects(case: &Case, document: &str, headings: &[String]) -> bool {
    case.sources.iter().any(|source| is_source(source, document, headings))
}

/// Sentences that claim something, withheld ones too, of which the documents say all.
fn supported(reply: &Reply) -> Option<f32> {
    let sentences = reply.verification.as_ref()?.sentences.iter().filter(|sentence| !sentence.claims.is_empty());
    let (all, good) = sentences.fold((0_usize, 0_usize), |(all, good), sentence| {
        (all + 1, good + usize::from(sentence.status == Status::Supported))
    });
    (all > 0).then(|| good as f32 / all as f32)
}

#[cfg(test)]
mod tests;
