//! The extractive answer: the one to three sentences of the passages that answer, or the list they hold, with no model.
//!
//! Sentences are scored by how much of the question they cover (`extract/cover.rs`, over `extract/probe.rs`), by what
//! their headings add, and by whether they offer the kind of answer that is asked for (`extract/offer.rs`); lists are
//! gathered whole (`extract/list.rs`). Nothing is ever cut in mid-sentence. Start at [`extract`].

mod cover;
mod list;
mod offer;
mod probe;
mod score;

use std::cmp::Ordering;
use std::ops::Range;

use portavoz_text::lexicon;
use portavoz_text::similarity::near_duplicate;
use portavoz_text::terms::{Term, terms};

use crate::question::{Question, Wants};
use crate::search::Hit;
use score::{Scored, scored};

/// How much an extract may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtractLimits {
    /// Sentences at most.
    pub max_sentences: usize,
    /// Characters after which no further sentence is added. The best sentence is quoted however long it is.
    pub max_chars: usize,
    /// Characters of a list after which no further item is added.
    pub max_list_chars: usize,
}

impl Default for ExtractLimits {
    /// What a visitor with two minutes reads: three sentences of a few lines, or a list of a dozen items.
    fn default() -> Self {
        Self { max_sentences: 3, max_chars: 400, max_list_chars: 900 }
    }
}

/// Words of a passage, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// Readable text: without list markers, ended like a sentence.
    pub text: String,
    /// The hit it comes from: its place in the hits given.
    pub hit: usize,
    /// Byte range in the text of that hit's chunk.
    pub span: Range<usize>,
}

/// An answer in the documents' own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract {
    /// In the order of the documents.
    pub quoted: Vec<Quoted>,
    /// True if `quoted` are items of a list rather than sentences that follow each other.
    pub list: bool,
}

/// A sentence with a score below this share of the best one's does not join it.
const JOINS_FROM: f32 = 0.5;
/// The same for the sentence that follows the best one in its paragraph and goes on from it.
const GOES_ON_FROM: f32 = 0.25;
/// The same once the best sentence holds the number, date or address asked for: then the answer is said.
const SAID_FROM: f32 = 0.75;
/// From here on a passage was written to answer this very question, and nothing else is needed beside it.
const REPLIES_FROM: f32 = 0.7;
/// From this share of the best score on, sentences in the visitor's language are quoted alone: the others mostly say
/// the same again in words that the visitor may not read.
const SPEAKS_WELL_ENOUGH: f32 = 0.75;
/// From this share of the best score on, another passage is heard although it speaks of nothing new.
const EQUAL_FROM: f32 = 0.9;
/// The share of the question that a sentence of another passage must cover beyond what is chosen.
const ADDS_FROM: f32 = 0.1;
/// Two sentences more alike than this say the same.
const SAYS_THE_SAME: f32 = 0.5;

/// Picks what answers `question` from `hits` (best first); `None` if no sentence in them has what it names. `idf` gives the
/// weight of a stem in the language of the passages.
pub fn extract(question: &Question, hits: &[Hit], idf: &dyn Fn(&str) -> f32, limits: ExtractLimits) -> Option<Extract> {
    let mut sentences = scored(question, hits, idf);
    let best = sentences.iter().max_by(|left, right| better(left, right))?;
    if !best.touches {
        return beginning(question, &sentences, hits);
    }
    let enough = best.score * SPEAKS_WELL_ENOUGH;
    let is_spoken =
        |sentence: &Scored| hits.get(sentence.hit).is_some_and(|hit| hit.chunk.language == question.language);
    if sentences.iter().any(|sentence| is_spoken(sentence) && sentence.score >= enough) {
        sentences.retain(is_spoken);
    }
    if question.wants == Wants::List
        && let Some(quoted) = list::items(question, hits, &sentences, limits.max_list_chars)
    {
        let list = quoted.len() > 1;
        return Some(Extract { quoted, list });
    }
    let mut chosen = choose(&sentences, hits, limits);
    chosen.sort_by_key(|sentence| reading_order(sentence, hits));
    let quoted = chosen.into_iter().map(|sentence| quote(sentence.hit, sentence.span.clone(), hits)).collect();
    Some(Extract { quoted, list: false })
}

/// The first sentence of the best passage, in the visitor's language if there is one, for questions in general words
/// ("where does she work?"): their passages are found by what they are about, which no sentence needs to repeat. A
/// question that names a thing is answered by a sentence that has it, or not at all.
fn beginning(question: &Question, sentences: &[Scored], hits: &[Hit]) -> Option<Extract> {
    let is_general = |term: &Term| !lexicon::concepts(&term.stem, question.language).is_empty();
    if !terms(&question.text, question.language).iter().all(is_general) {
        return None;
    }
    let speaks = |sentence: &&Scored| hits.get(sentence.hit).is_some_and(|hit| hit.chunk.language == question.language);
    let first = sentences.iter().find(speaks).or_else(|| sentences.first())?;
    Some(Extract { quoted: vec![quote(first.hit, first.span.clone(), hits)], list: false })
}

/// A sentence of a hit's chunk with its score, for those who want the ranking itself.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedSentence {
    /// The hit: its place in the hits given.
    pub hit: usize,
    /// Byte range in the text of that hit's chunk.
    pub span: Range<usize>,
    /// Comparable within one question only.
    pub score: f32,
}

/// Every sentence of the hits, best first.
pub fn rank(question: &Question, hits: &[Hit], idf: &dyn Fn(&str) -> f32) -> Vec<RankedSentence> {
    let mut sentences = scored(question, hits, idf);
    sentences.sort_by(|left, right| better(right, left));
    sentences.into_iter().map(|s| RankedSentence { hit: s.hit, span: s.span, score: s.score }).collect()
}

/// Orders by score; ties go to the earlier hit and the earlier sentence.
fn better(left: &Scored, right: &Scored) -> Ordering {
    left.score
        .total_cmp(&right.score)
        .then_with(|| right.hit.cmp(&left.hit))
        .then_with(|| right.span.start.cmp(&left.span.start))
}

fn choose<'a>(sentences: &'a [Scored], hits: &[Hit], limits: ExtractLimits) -> Vec<&'a Scored> {
    let mut ranked: Vec<&Scored> = sentences.iter().collect();
    ranked.sort_by(|left, right| better(right, left));
    let mut chosen: Vec<&Scored> = Vec::new();
    let mut chars = 0;
    let Some(best) = ranked.first().copied() else { return chosen };
    for candidate in ranked {
        if chosen.len() == limits.max_sentences.max(1) {
            break;
        }
        let text = text_of(candidate.hit, &candidate.span, hits);
        let length = text.chars().count();
        let fits = chosen.is_empty() || (chars + length <= limits.max_chars && joins(candidate, best, hits));
        let is_new = same_paragraph(candidate, best, hits)
            || candidate.score >= best.score * EQUAL_FROM
            || adds(candidate, &chosen);
        // Comparing texts costs most, so it comes last.
        let repeats = || {
            let says_so =
                |earlier: &&Scored| near_duplicate(text_of(earlier.hit, &earlier.span, hits), text) >= SAYS_THE_SAME;
            chosen.iter().any(says_so)
        };
        if fits && is_new && !repeats() {
            chars += length;
            chosen.push(candidate);
        }
    }
    chosen
}

/// True if both stand on one line of one passage.
fn same_paragraph(left: &Scored, right: &Scored, hits: &[Hit]) -> bool {
    let (first, last) = if left.span.start <= right.span.start { (left, right) } else { (right, left) };
    first.hit == last.hit && !text_of(first.hit, &(first.span.start..last.span.end), hits).contains('\n')
}

/// True if the sentence speaks of words of the question that the chosen ones leave out.
fn adds(candidate: &Scored, chosen: &[&Scored]) -> bool {
    let known = |word: usize| chosen.iter().filter_map(|earlier| earlier.own.get(word)).copied().fold(0.0, f32::max);
    let new: f32 = candidate.own.iter().enumerate().map(|(word, covers)| (covers - known(word)).max(0.0)).sum();
    new >= ADDS_FROM
}

/// True if the sentence fits beside the best one. Languages are never mixed: the introduction names the quotes' language.
fn joins(candidate: &Scored, best: &Scored, hits: &[Hit]) -> bool {
    let (Some(from), Some(of)) = (hits.get(candidate.hit), hits.get(best.hit)) else { return false };
    if from.chunk.language != of.chunk.language || (best.replies >= REPLIES_FROM && candidate.hit != best.hit) {
        return false;
    }
    let between = from.chunk.text.get(best.span.end..candidate.span.start);
    let goes_on = candidate.hit == best.hit && between.is_some_and(|gap| gap.trim().is_empty() && !gap.contains('\n'));
    let share = match (best.said, goes_on) {
        (true, _) => SAID_FROM,
        (false, true) => GOES_ON_FROM,
        (false, false) => JOINS_FROM,
    };
    candidate.score >= best.score * share
}

/// Documents in the order in which they were found, passages and sentences as they stand in them.
fn reading_order(sentence: &Scored, hits: &[Hit]) -> (usize, usize, usize) {
    let Some(hit) = hits.get(sentence.hit) else { return (usize::MAX, 0, 0) };
    let document = hits.iter().position(|other| other.chunk.document == hit.chunk.document).unwrap_or(sentence.hit);
    (document, hit.chunk.span.start, sentence.span.start)
}

fn text_of<'a>(hit: usize, span: &Range<usize>, hits: &'a [Hit]) -> &'a str {
    hits.get(hit).and_then(|hit| hit.chunk.text.get(span.clone())).unwrap_or_default()
}

/// The words at `span`, readable: a list item becomes a sentence.
fn quote(hit: usize, span: Range<usize>, hits: &[Hit]) -> Quoted {
    let text = text_of(hit, &span, hits).trim();
    let ends = text.ends_with(['.', '!', '?', '…', ':', ';', '»', '"', '”', ')']);
    let text = match text.strip_suffix([';', ',']) {
        Some(bare) => format!("{bare}."),
        None if ends => text.to_owned(),
        None => format!("{text}."),
    };
    Quoted { text, hit, span }
}

#[cfg(test)]
mod tests;
