//! Which sentences make the reply: the best one, and what is likely enough to hold the answer instead of it or beside it.

use std::cmp::Ordering;

use portavoz_text::similarity::near_duplicate;

use super::score::Scored;
use super::{ExtractLimits, text_of};
use crate::document::Facet;
use crate::question::{Question, Wants};
use crate::search::Hit;

/// Once the chosen sentences hold the answer with this probability, no more are needed.
const SURE_FROM: f32 = 0.96;
/// A sentence joins the best one from these odds on, beside the best one's: from the same passage, from another one.
const JOINS_FROM: f32 = 0.03;
const JOINS_FROM_ELSEWHERE: f32 = 0.05;
/// The same once the best sentence holds the number, date or address asked for: then the answer is said.
const SAID_FROM: f32 = 0.3;
/// From here on a passage was written to answer this very question, and nothing else is needed beside it.
pub(super) const REPLIES_FROM: f32 = 0.7;
/// Two sentences more alike than this say the same.
const SAYS_THE_SAME: f32 = 0.5;
/// Sentences looked at besides the best one.
const MAX_RIVALS: usize = 7;

/// A sentence that may be told, and how likely it or one that says the same holds the answer.
struct Candidate<'a> {
    sentence: &'a Scored,
    probability: f32,
    chars: usize,
}

/// The set of sentences that most likely holds the answer and keeps within the limits; the best sentence is in it.
pub(super) fn choose<'a>(
    question: &Question,
    sentences: &'a [Scored],
    hits: &[Hit],
    limits: ExtractLimits,
) -> Vec<&'a Scored> {
    let breadth = wants_breadth(question, sentences);
    let candidates = candidates(sentences, hits, breadth);
    let Some((best, rivals)) = candidates.split_first() else { return Vec::new() };
    let mut chosen: (f32, Vec<&Candidate<'a>>) = (best.probability, vec![best]);
    for size in 1..limits.max_sentences.max(1) {
        if chosen.0 >= SURE_FROM && !breadth {
            break;
        }
        for others in subsets(rivals, size) {
            let set = || std::iter::once(best).chain(others.iter().copied());
            let probability: f32 = set().map(|candidate| candidate.probability).sum();
            let chars: usize = set().map(|candidate| candidate.chars).sum();
            if chars <= limits.max_chars && probability > chosen.0 {
                chosen = (probability, set().collect());
            }
        }
    }
    chosen.1.into_iter().map(|candidate| candidate.sentence).collect()
}

/// True if every sentence on the thing named is an answer, not one of them: "what experience does she have with RAG?"
fn wants_breadth(question: &Question, sentences: &[Scored]) -> bool {
    let asks = question.facets.contains(&Facet::Experience) && matches!(question.wants, Wants::Open | Wants::YesNo);
    asks && sentences.iter().any(|sentence| sentence.names_thing)
}

/// What may stand beside the best sentence, best first, the best one at the head.
fn candidates<'a>(sentences: &'a [Scored], hits: &[Hit], breadth: bool) -> Vec<Candidate<'a>> {
    let total: f32 = sentences.iter().map(|sentence| sentence.score).sum();
    let mut ranked: Vec<&Scored> = sentences.iter().collect();
    ranked.sort_by(|left, right| better(right, left));
    let mut found: Vec<Candidate<'a>> = Vec::new();
    for sentence in ranked {
        let best = found.first().map_or(sentence, |best| best.sentence);
        let adds = breadth && sentence.has_named && speaks_same(sentence, best, hits);
        if found.len() > MAX_RIVALS || (sentence.score < best.score * JOINS_FROM && !breadth) {
            break;
        }
        if !adds && !joins(sentence, best, hits) {
            continue;
        }
        let text = text_of(sentence.hit, &sentence.span, hits);
        let probability = sentence.score / total;
        let twin = found.iter_mut().find(|earlier| {
            let says = text_of(earlier.sentence.hit, &earlier.sentence.span, hits);
            near_duplicate(says, text) >= SAYS_THE_SAME
        });
        match twin {
            Some(twin) => twin.probability += probability,
            None => found.push(Candidate { sentence, probability, chars: text.chars().count() }),
        }
    }
    found
}

/// Languages are never mixed: the introduction names the quotes' language.
fn speaks_same(sentence: &Scored, best: &Scored, hits: &[Hit]) -> bool {
    let language = |sentence: &Scored| hits.get(sentence.hit).map(|hit| hit.chunk.language);
    language(sentence) == language(best)
}

/// True if the sentence fits beside the best one.
fn joins(sentence: &Scored, best: &Scored, hits: &[Hit]) -> bool {
    let elsewhere = sentence.hit != best.hit;
    if !speaks_same(sentence, best, hits) || (best.replies >= REPLIES_FROM && elsewhere) {
        return false;
    }
    let share = match (best.said, elsewhere) {
        (true, _) => SAID_FROM,
        (false, false) => JOINS_FROM,
        (false, true) => JOINS_FROM_ELSEWHERE,
    };
    sentence.score >= best.score * share
}

/// Orders by score; ties go to the earlier hit and the earlier sentence.
pub(super) fn better(left: &Scored, right: &Scored) -> Ordering {
    left.score
        .total_cmp(&right.score)
        .then_with(|| right.hit.cmp(&left.hit))
        .then_with(|| right.span.start.cmp(&left.span.start))
}

/// Every choice of `size` items, in their order.
fn subsets<T>(items: &[T], size: usize) -> Vec<Vec<&T>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let mut found = Vec::new();
    for (place, first) in items.iter().enumerate() {
        for mut rest in subsets(items.get(place + 1..).unwrap_or_default(), size - 1) {
            rest.insert(0, first);
            found.push(rest);
        }
    }
    found
}
