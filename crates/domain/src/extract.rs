//! The extractive answer: the one to three sentences of the passages that answer, or the list they hold, with no model.
//!
//! A sentence's features (`extract/features.rs`) are how much of the question it covers (`extract/cover.rs`, over
//! `extract/probe.rs`), what stands around it, and whether it offers the kind of answer that is asked for
//! (`extract/offer.rs`); their weights (`extract/weights.rs`) are fitted. `extract/choose.rs` picks the sentences,
//! `extract/list.rs` gathers lists whole. Nothing is ever cut in mid-sentence. Start at [`extract`].

pub(crate) mod address;
mod choose;
mod cover;
mod features;
mod list;
mod offer;
mod present;
mod probe;
mod score;
pub mod weights;

use std::ops::Range;

use portavoz_text::lexicon;
use portavoz_text::terms::{Term, terms};

use crate::question::{Question, Wants};
use crate::search::Hit;
use crate::understanding::parts;
use choose::{better, choose};
use score::{Scored, scored};
use weights::{WEIGHTS, Weights};

/// How much an extract may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtractLimits {
    /// Sentences at most.
    pub max_sentences: usize,
    /// Characters beyond which no sentence is added to the best one, which is quoted however long it is.
    pub max_chars: usize,
    /// Characters of a list after which no further item is added.
    pub max_list_chars: usize,
}

impl Default for ExtractLimits {
    /// What a visitor with two minutes reads: three sentences of a few lines (about 400 characters, since most replies
    /// need fewer than they may have), or a list of a dozen items.
    fn default() -> Self {
        Self { max_sentences: 3, max_chars: 560, max_list_chars: 900 }
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

/// From these odds on, beside the best sentence's, sentences in the visitor's language are quoted alone: the others
/// mostly say the same again in words that the visitor may not read.
const SPEAKS_WELL_ENOUGH: f32 = 0.08;

/// What an extract is made from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The passages, best first.
    pub hits: &'a [Hit],
    /// The weight of a stem in the language of the passages.
    pub idf: &'a dyn Fn(&str) -> f32,
    /// What the visitor was told already and does not want to read again; empty unless they ask for more.
    pub told: &'a str,
    /// The weights of the sentences' features.
    pub weights: &'a Weights,
}

/// Picks what answers `question` from `hits` (best first); `None` if no sentence in them has what it names. `idf` gives the
/// weight of a stem in the language of the passages.
pub fn extract(question: &Question, hits: &[Hit], idf: &dyn Fn(&str) -> f32, limits: ExtractLimits) -> Option<Extract> {
    extract_from(question, Sources { hits, idf, told: "", weights: &WEIGHTS }, limits)
}

/// The same, with all that may differ. A message of several questions gets an answer to each.
pub fn extract_from(question: &Question, sources: Sources<'_>, limits: ExtractLimits) -> Option<Extract> {
    let parts = parts(question);
    if parts.len() < 2 {
        return extract_one(question, sources, limits);
    }
    let share = ExtractLimits {
        max_sentences: (limits.max_sentences / parts.len()).max(1),
        max_chars: limits.max_chars / parts.len(),
        max_list_chars: limits.max_list_chars / parts.len(),
    };
    let answers: Vec<Extract> = parts.iter().filter_map(|part| extract_one(part, sources, share)).collect();
    let list = answers.iter().any(|answer| answer.list);
    let mut quoted: Vec<Quoted> = Vec::new();
    for one in answers.into_iter().flat_map(|answer| answer.quoted) {
        if !quoted.iter().any(|other| other.hit == one.hit && other.span == one.span) {
            quoted.push(one);
        }
    }
    (!quoted.is_empty()).then_some(Extract { quoted, list })
}

fn extract_one(question: &Question, sources: Sources<'_>, limits: ExtractLimits) -> Option<Extract> {
    let hits = sources.hits;
    let mut sentences = scored(question, hits, sources.idf, sources.weights);
    if !sources.told.is_empty() {
        sentences.retain(|sentence| !is_in(sources.told, text_of(sentence.hit, &sentence.span, hits)));
    }
    if !sentences.iter().any(|sentence| sentence.touches) {
        return beginning(question, &sentences, hits);
    }
    sentences.retain(|sentence| sentence.touches);
    let best = sentences.iter().max_by(|left, right| better(left, right))?;
    let enough = best.score * SPEAKS_WELL_ENOUGH;
    let is_spoken =
        |sentence: &Scored| hits.get(sentence.hit).is_some_and(|hit| hit.chunk.language == question.language);
    if sentences.iter().any(|sentence| is_spoken(sentence) && sentence.score >= enough) {
        sentences.retain(is_spoken);
    }
    if let Some(presented) = present::presentation(question, &sentences, hits, limits) {
        return Some(presented);
    }
    if question.wants == Wants::List
        && let Some(quoted) = list::items(question, hits, &of_the_named(&sentences), limits.max_list_chars)
    {
        let list = quoted.len() > 1;
        return Some(Extract { quoted, list });
    }
    let mut chosen = choose(question, &sentences, hits, limits);
    chosen.sort_by_key(|sentence| reading_order(sentence, hits));
    let quoted = chosen.into_iter().map(|sentence| quote(sentence.hit, sentence.span.clone(), hits)).collect();
    Some(Extract { quoted, list: false })
}

/// True if `told` has the words of a sentence, whatever it ends with there.
fn is_in(told: &str, sentence: &str) -> bool {
    told.contains(sentence.trim().trim_end_matches(['.', ';', ',']))
}

/// A list of one project's tools is taken from passages that speak of that project, if there are any.
fn of_the_named(sentences: &[Scored]) -> Vec<Scored> {
    let named = || sentences.iter().filter(|sentence| !sentence.misses);
    if named().next().is_some() { named().cloned().collect() } else { sentences.to_vec() }
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
    /// Odds that it holds the answer, beside those of the best one: at most 1.
    pub score: f32,
    /// Its features, in the order of [`weights::WEIGHTS`].
    pub features: Vec<f32>,
}

/// Every sentence of the hits, best first.
pub fn rank(question: &Question, hits: &[Hit], idf: &dyn Fn(&str) -> f32) -> Vec<RankedSentence> {
    let mut sentences = scored(question, hits, idf, &WEIGHTS);
    sentences.sort_by(|left, right| better(right, left));
    sentences
        .into_iter()
        .map(|s| RankedSentence { hit: s.hit, span: s.span, score: s.score, features: s.values.to_vec() })
        .collect()
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
