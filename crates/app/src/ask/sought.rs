//! What a message has searched for: itself, each of several questions in it, or, for "tell me more", the question that
//! was just answered; and which of the passages found may be told.
//!
//! To let other passages through, see [`passing`]. Start at [`Sought::of`].

use std::time::Instant;

use futures::future::join_all;
use portavoz_domain::ids::VisitorId;
use portavoz_domain::promises::promise_of;
use portavoz_domain::question::{PastTurn, Question, Understood, Wants};
use portavoz_domain::search::{Hit, SearchResult};
use portavoz_domain::understanding::{asks_for_more, parts, understand};
use portavoz_knowledge::index::{Index, IndexError};

use crate::search::{Retrieval, retrieve, united};
use crate::settings::RetrievalSettings;
use crate::site::Site;

/// The relevance that a lesser passage needs once the knowledge base is likely enough to answer. Where several passages
/// may hold the answer none of them is sure by itself, and the choice of sentences weighs their relevance again. On eight
/// portfolios a higher floor left questions unanswered, and a lower one answered no more of them.
const LESSER: f32 = 0.3;

/// Passages searched for, as a multiple of those that may be used: near-duplicates make room for the next ones.
const SEARCHED_PER_USED: usize = 3;

/// What a message has searched for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sought {
    /// The question that is answered: the visitor's own, or the one that they want to hear more of.
    pub(super) question: Question,
    /// What they were told already and do not want to read again; empty unless they ask for more.
    pub(super) told: String,
}

impl Sought {
    /// What `question`, asked after `past` (oldest first), has searched for.
    pub(super) fn of(question: &Question, past: &[PastTurn]) -> Self {
        let is_more = |turn: &PastTurn| asks_for_more(&turn.question, turn.language);
        // "Tell me when" asks for a date, not for more.
        let repeated = (question.wants == Wants::Open && asks_for_more(&question.text, question.language))
            .then(|| past.iter().enumerate().rev().find(|(_, turn)| !is_more(turn)))
            .flatten()
            .and_then(|(place, turn)| again(turn, past.get(..place).unwrap_or_default()));
        match repeated {
            Some(repeated) => Self {
                question: Question { language: question.language, ..repeated },
                told: past.iter().map(|turn| turn.answer.as_str()).collect::<Vec<_>>().join("\n"),
            },
            None => Self { question: question.clone(), told: String::new() },
        }
    }

    /// Searches for the whole message and for each question in it.
    #[tracing::instrument(level = "debug", name = "retrieval", skip_all)]
    pub(super) async fn search(
        self,
        site: &Site,
        index: &Index,
        visitor: VisitorId,
        wanted: RetrievalSettings,
    ) -> Result<Found, IndexError> {
        let limit = wanted.max_results * SEARCHED_PER_USED;
        let begun = Instant::now();
        let parts = parts(&self.question);
        // A single question is its own only part.
        let asked: Vec<&Question> = match parts.as_slice() {
            [_] => vec![&self.question],
            several => std::iter::once(&self.question).chain(several).collect(),
        };
        let retrievals =
            join_all(asked.iter().map(|question| retrieve(site, index, question, Some(visitor), limit))).await;
        let threshold = wanted.threshold;
        let (mut hits, mut silent, mut spent) = (Vec::new(), Vec::new(), Vec::new());
        let mut best = 0.0_f32;
        for (question, retrieval) in asked.into_iter().zip(retrievals) {
            let Retrieval { result, usage, cost_usd_micros } = retrieval?;
            spent.push(Retrieval { result: SearchResult::default(), usage, cost_usd_micros });
            best = best.max(likelihood(&result));
            let passing = passing(question, result, threshold);
            if passing.is_empty() && *question != self.question {
                silent.push(question.text.clone());
            }
            hits.extend(passing);
        }
        let mut hits = united(hits);
        hits.truncate(limit);
        site.meter().searched(begun.elapsed());
        Ok(Found { sought: self, hits, best, silent, spent })
    }
}

/// A turn's question once more, as it was understood then; `None` for smalltalk, of which there is no more to tell.
fn again(turn: &PastTurn, before: &[PastTurn]) -> Option<Question> {
    match understand(&turn.question, Some(turn.language), before, turn.language) {
        Understood::Question(question) => Some(question),
        Understood::Smalltalk(..) => None,
    }
}

/// What was found for a message.
pub(super) struct Found {
    pub(super) sought: Sought,
    /// Passages that an answer may rest on, best first.
    pub(super) hits: Vec<Hit>,
    /// How likely the documents answer, whether any passage may be told or not.
    pub(super) best: f32,
    /// Those of several questions for which there are none.
    pub(super) silent: Vec<String>,
    /// What each search cost; their results are in `hits`.
    pub(super) spent: Vec<Retrieval>,
}

impl Found {
    /// The question as far as there are passages for it: without those of several questions that have none.
    pub(super) fn answerable(&self) -> Question {
        let whole = &self.sought.question;
        if self.silent.is_empty() {
            return whole.clone();
        }
        let heard: Vec<Question> = parts(whole).into_iter().filter(|part| !self.silent.contains(&part.text)).collect();
        match heard.as_slice() {
            [] => whole.clone(),
            [one] => one.clone(),
            several => {
                let texts: Vec<&str> = several.iter().map(|part| part.text.as_str()).collect();
                Question { text: texts.join(" "), ..whole.clone() }
            }
        }
    }
}

/// How likely the documents answer: by the best passage, or by all of them together.
fn likelihood(result: &SearchResult) -> f32 {
    result.hits.first().map_or(0.0, |hit| hit.relevance).max(result.answerable)
}

/// Passages that an answer may rest on, best first; none unless the knowledge base as a whole, or its best passage, is
/// likely enough to answer. Once it is, the lesser ones come along. What only the owner can promise rests on nothing but
/// a passage that speaks of it.
fn passing(question: &Question, result: SearchResult, threshold: f32) -> Vec<Hit> {
    if likelihood(&result) < threshold {
        return Vec::new();
    }
    let enough = LESSER.min(threshold);
    let promise = promise_of(&question.text);
    let speaks_of_it = |hit: &Hit| promise.is_none_or(|promise| promise.is_spoken_of(&hit.chunk.embedding_text()));
    result.hits.into_iter().filter(|hit| hit.relevance >= enough && speaks_of_it(hit)).collect()
}

#[cfg(test)]
mod tests;
