//! The score of a turn: the quality of its answer and the token efficiency of its calls.
//!
//! Reckoned when the last words have been told and before the turn is settled, from what the ladder came by on its way:
//! no passage is searched, no model asked. The rules are `domain::quality`. Start at [`score`].

use std::sync::Arc;

use portavoz_domain::answer::{Citation, Outcome, Rung};
use portavoz_domain::chunk::Chunk;
use portavoz_domain::context::Context;
use portavoz_domain::quality::{Cited, Given, Quality, Served, Silence, efficiency, of_answer, of_silence};
use portavoz_domain::question::Question;
use portavoz_domain::search::Hit;
use portavoz_domain::verification::{Asked, Source, Sources, Status, Verification, verify};
use portavoz_text::sentences::sentences;

use super::run::Run;
use super::sought::Found;
use super::telling::Telling;
use super::told::Told;
use crate::site::{Live, Site};
use crate::verify::beyond_passages;

/// What an answer is scored by.
#[derive(Debug, Clone, Default)]
pub(super) struct Basis {
    /// As it was searched for; `None` for messages that ask nothing.
    question: Option<Question>,
    silence: Option<Silence>,
    /// What the last model read, in the order in which a check of its words speaks of them; before a model is asked, what
    /// was found.
    passages: Vec<Passage>,
    asked_model: bool,
    /// What was found, best first, with its relevance.
    found: Vec<(Arc<Chunk>, f32)>,
}

#[derive(Debug, Clone)]
struct Passage {
    chunk: Arc<Chunk>,
    /// As it stood in the context; 0 if it stood in none.
    tokens: usize,
}

/// How good a turn was.
pub(super) struct Score {
    pub(super) quality: Option<Quality>,
    pub(super) efficiency: Option<f32>,
}

impl Basis {
    /// What was found for a question.
    pub(super) fn of(question: &Question, found: &Found, threshold: f32) -> Self {
        let passage = |hit: &Hit| Passage { chunk: Arc::clone(&hit.chunk), tokens: 0 };
        Self {
            question: Some(question.clone()),
            silence: Some(Silence { best: found.best, threshold, is_silent: found.hits.is_empty() }),
            passages: found.hits.iter().map(passage).collect(),
            asked_model: false,
            found: found.hits.iter().map(|hit| (Arc::clone(&hit.chunk), hit.relevance)).collect(),
        }
    }

    /// A model is asked with these passages in this context.
    pub(super) fn read_by_model(&mut self, passages: &[&Hit], context: &Context) {
        let read = passages.iter().zip(&context.costs);
        self.passages = read.map(|(hit, tokens)| Passage { chunk: Arc::clone(&hit.chunk), tokens: *tokens }).collect();
        self.asked_model = true;
    }

    /// What the search found, best first, with its relevance.
    pub(super) fn found(&self) -> Vec<(Arc<Chunk>, f32)> {
        self.found.clone()
    }

    /// The same for an answer that is told again: no model is asked this time.
    pub(super) fn retold(&self) -> Self {
        Self { asked_model: false, ..self.clone() }
    }

    fn passage_of(&self, citation: &Citation) -> Option<(usize, &Passage)> {
        self.passages.iter().enumerate().find(|(_, passage)| is_of(&passage.chunk, citation))
    }
}

fn is_of(chunk: &Chunk, citation: &Citation) -> bool {
    chunk.document == citation.document && chunk.span == citation.span
}

/// Scores a turn that has been told.
pub(super) fn score(run: &Run, told: &Told, telling: &Telling) -> Score {
    let (site, live) = (run.site.as_ref(), run.live.as_ref());
    let Some(question) = &told.basis.question else { return Score { quality: None, efficiency: None } };
    let verification = telling.verification().or_else(|| checked_now(site, question, told, telling));
    let quality = match told.outcome {
        Some(Outcome::Answered) => Some(answered(live, question, told, telling, verification.as_ref())),
        Some(Outcome::NotKnown) => not_known(question, told, telling),
        Some(Outcome::Declined | Outcome::Smalltalk) | None => None,
    };
    // A visitor who left is no waste of tokens, nor the contrary.
    let is_paid = told.outcome.is_some() && told.basis.asked_model;
    let served = is_paid.then(|| served(run, question, told, telling, verification.as_ref()));
    Score { quality, efficiency: served.and_then(|served| efficiency(served, &told.usage)) }
}

/// "Not known" is scored by what the search found, unless it means that all was told before, or that nothing was searched.
fn not_known(question: &Question, told: &Told, telling: &Telling) -> Option<Quality> {
    let last = told.ladder.last()?;
    let is_verdict = last.rung != Rung::Predefined && last.reason.is_none();
    let silence = told.basis.silence.filter(|_| is_verdict)?;
    Some(of_silence(question, &telling.text, silence))
}

fn answered(
    live: &Live,
    question: &Question,
    told: &Told,
    telling: &Telling,
    verification: Option<&Verification>,
) -> Quality {
    let by_model = told.model.is_some();
    let cited: Vec<Cited<'_>> = telling
        .citations
        .iter()
        .filter_map(|citation| match told.basis.passage_of(citation) {
            // The check of a model's words speaks of passages by their place; a quotation needs no evidence beside it.
            Some((place, passage)) if by_model => {
                Some(Cited { chunk: &passage.chunk, said: evidence(verification, place, &passage.chunk) })
            }
            Some((_, passage)) => Some(Cited { chunk: &passage.chunk, said: Vec::new() }),
            None => {
                let chunk = live.index.chunks().iter().find(|chunk| is_of(chunk, citation))?;
                Some(Cited { chunk, said: Vec::new() })
            }
        })
        .collect();
    let idf = |stem: &str| live.index.idf(stem);
    of_answer(&Given { question, answer: &telling.text, verification, cited: &cited, idf: &idf })
}

/// The sentences of a passage that the check found an answer to rest on.
fn evidence<'a>(verification: Option<&Verification>, place: usize, chunk: &'a Chunk) -> Vec<&'a str> {
    let claims = verification.into_iter().flat_map(|checked| &checked.sentences).flat_map(|sentence| &sentence.claims);
    let found = claims.filter(|claim| claim.status == Status::Supported).filter_map(|claim| claim.evidence.as_ref());
    let starts: Vec<usize> =
        found.filter(|found| found.source == place && !found.span.is_empty()).map(|found| found.span.start).collect();
    if starts.is_empty() {
        return Vec::new();
    }
    let said = sentences(&chunk.text).into_iter().filter(|span| starts.iter().any(|start| span.contains(start)));
    said.filter_map(|span| chunk.text.get(span)).collect()
}

/// With checks turned off, a model's words are checked after they were told: only the score sees what comes of it.
fn checked_now(site: &Site, question: &Question, told: &Told, telling: &Telling) -> Option<Verification> {
    told.model.as_ref().filter(|_| told.outcome == Some(Outcome::Answered))?;
    let chunks = || told.basis.passages.iter().map(|passage| passage.chunk.as_ref());
    let card = beyond_passages(&site.contact(), question.language, chunks());
    let headings: Vec<String> = chunks().map(Chunk::heading).collect();
    let mut sources: Vec<Source<'_>> = Vec::with_capacity(headings.len() + 1);
    for (chunk, heading) in chunks().zip(&headings) {
        let question = chunk.question.as_deref();
        sources.push(Source { heading, question, text: &chunk.text, language: chunk.language });
    }
    sources.push(Source { heading: "", question: None, text: &card, language: question.language });
    let standalone = question.standalone();
    let asked = Asked { question: Some(&standalone), language: question.language };
    Some(verify(&portavoz_domain::markers::unmarked(&telling.text), asked, &Sources::of(&sources)))
}

/// Counts what served, with the tokenizer of the model that answered. A call whose words were not told served nothing
/// but what the next rung made of it, which needed no call.
fn served(
    run: &Run,
    question: &Question,
    told: &Told,
    telling: &Telling,
    verification: Option<&Verification>,
) -> Served {
    let answering = told.model.as_deref();
    let Some(model) = answering.and_then(|name| run.variant.model(&run.site, name)) else {
        return Served::default();
    };
    let count = |text: &str| as_u64(model.tokenizer().count(text));
    let cited = telling.citations.iter().filter_map(|citation| told.basis.passage_of(citation));
    let supported: Vec<&str> = verification
        .into_iter()
        .flat_map(|checked| &checked.sentences)
        .filter(|sentence| sentence.status == Status::Supported)
        .map(|sentence| sentence.text.as_str())
        .collect();
    Served {
        question: count(&question.text),
        cited: cited.map(|(_, passage)| as_u64(passage.tokens)).sum(),
        supported: count(&supported.join(" ")),
    }
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
