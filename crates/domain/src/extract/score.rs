//! The score of every sentence of the hits.

use std::ops::Range;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::sentences::sentences;
use portavoz_text::words::words;

use super::cover::{Cover, cover, cover_heading};
use super::offer::offers;
use super::probe::{Probe, probes};
use crate::chunk::Chunk;
use crate::question::{Question, Wants};
use crate::search::Hit;

/// What a word in the headings is worth to a sentence below them, and what one in the sentence before it is.
const HEADING: f32 = 0.45;
const BEFORE: f32 = 0.3;
/// What is added for the kind of answer asked for, for the facet asked about, and for words that stand together.
const OFFER: f32 = 0.15;
/// The same in a follow-up, whose few words of its own say little but what is wanted: "and how much?".
const OFFER_IN_FOLLOW_UP: f32 = 0.5;
const FACET: f32 = 0.12;
const PAIR: f32 = 0.06;
/// What a passage whose own question or heading asks the same adds to its first sentence, and what each later one loses.
const SAME_QUESTION: f32 = 0.6;
const LATER: f32 = 0.08;
/// What passages in another language than the visitor's keep of their score.
const OTHER_LANGUAGE: f32 = 0.93;

/// A sentence and what speaks for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scored {
    pub(super) hit: usize,
    pub(super) span: Range<usize>,
    pub(super) score: f32,
    /// What the sentence itself covers of each word of the question, 0..=1 of its weight.
    pub(super) own: Vec<f32>,
    /// What the heading right above it covers of the question, 0..=1.
    pub(super) above: f32,
    /// How much the passage's own question or heading asks what the visitor asks, 0..=1.
    pub(super) replies: f32,
    /// True if the sentence holds the number, date, period or address that is asked for.
    pub(super) said: bool,
    /// True if the sentence or its headings have anything of the question, or offer what it wants.
    pub(super) touches: bool,
}

/// Scores every sentence of `hits`, in their order.
pub(super) fn scored(question: &Question, hits: &[Hit], idf: &dyn Fn(&str) -> f32) -> Vec<Scored> {
    let asked: Vec<String> = words(&question.standalone()).into_iter().map(|word| fold(word.text)).collect();
    let most = hits.iter().map(|hit| hit.relevance).fold(f32::EPSILON, f32::max);
    let mut by_language: Vec<(Language, Vec<Probe>)> = Vec::new();
    let mut found = Vec::new();
    for (index, hit) in hits.iter().enumerate() {
        let language = hit.chunk.language;
        if by_language.iter().all(|(known, _)| *known != language) {
            by_language.push((language, probes(question, language, idf)));
        }
        let Some((_, probes)) = by_language.iter().find(|(known, _)| *known == language) else { continue };
        let trust = 0.6 + 0.4 * (hit.relevance / most);
        score_chunk(&Passage { question, chunk: &hit.chunk, probes, asked: &asked, hit: index, trust }, &mut found);
    }
    found
}

/// A passage with what is needed to score its sentences.
struct Passage<'a> {
    question: &'a Question,
    chunk: &'a Chunk,
    probes: &'a [Probe],
    asked: &'a [String],
    hit: usize,
    trust: f32,
}

fn score_chunk(passage: &Passage<'_>, found: &mut Vec<Scored>) {
    let Passage { question, chunk, probes, .. } = passage;
    let headings = cover_heading(&above(chunk), chunk.language, probes);
    let same = same_question(chunk, probes);
    let nearest =
        chunk.heading_path.last().map_or(0.0, |last| cover_heading(last, chunk.language, probes).share(probes));
    let facet = match question.facets.iter().position(|facet| *facet == chunk.facet) {
        Some(0) => FACET,
        Some(_) => FACET / 2.0,
        None => 0.0,
    };
    let language = if chunk.language == question.language { 1.0 } else { OTHER_LANGUAGE };
    let offer_weight = if question.carried.is_some() { OFFER_IN_FOLLOW_UP } else { OFFER };
    let mut before = Cover { matched: vec![0.0; probes.len()], ..Cover::default() };
    for (place, span) in sentences(&chunk.text).into_iter().enumerate() {
        let sentence = chunk.text.get(span.clone()).unwrap_or_default();
        let own = cover(sentence, chunk.language, probes);
        let context = with_context(&own, &headings, &before);
        let offer = offers(sentence, chunk.language, question.wants, passage.asked);
        let reply = (SAME_QUESTION * same - LATER * place as f32).max(0.0);
        let share = context.share(probes);
        let score =
            (share + PAIR * own.pairs.min(3.0) + offer_weight * offer + facet + reply) * passage.trust * language;
        let narrow = matches!(question.wants, Wants::Figure | Wants::Date | Wants::Duration | Wants::Contact);
        let said = narrow && offer >= 0.9;
        let touches = share > 0.0 || facet > 0.0 || (offer > 0.0 && question.wants == Wants::Contact);
        let score = score * worth_reading(sentence, &own);
        let weighed = own.matched.iter().zip(*probes).map(|(matched, probe)| matched * probe.weight).collect();
        found.push(Scored {
            hit: passage.hit,
            span,
            score,
            own: weighed,
            above: nearest,
            replies: same,
            said,
            touches,
        });
        before = own;
    }
}

/// What stands above a passage: title, headings, and in a FAQ the question.
fn above(chunk: &Chunk) -> String {
    match &chunk.question {
        Some(question) => format!("{} {question}", chunk.heading()),
        None => chunk.heading(),
    }
}

/// Fragments answer nothing by themselves, nor do lines that only announce what follows.
fn worth_reading(sentence: &str, own: &Cover) -> f32 {
    match own.words {
        _ if sentence.ends_with(':') => 0.6,
        0..=2 => 0.7,
        3..=4 => 0.9,
        _ => 1.0,
    }
}

/// What the sentence says with its headings and the sentence before it, which pronouns lean on.
fn with_context(own: &Cover, headings: &Cover, before: &Cover) -> Cover {
    let matched = own
        .matched
        .iter()
        .zip(&headings.matched)
        .zip(&before.matched)
        .map(|((own, heading), before)| own.max(heading * HEADING).max(before * BEFORE))
        .collect();
    Cover { matched, ..own.clone() }
}

/// How much the passage's own question, or its last heading, asks what the visitor asks: 0 below three quarters, up to 1.
fn same_question(chunk: &Chunk, probes: &[Probe]) -> f32 {
    let last = chunk.heading_path.last().filter(|heading| heading.split_whitespace().count() >= 3);
    [chunk.question.as_ref(), last]
        .into_iter()
        .flatten()
        .map(|asked| {
            let cover = cover_heading(asked, chunk.language, probes);
            let theirs = portavoz_text::terms::terms(asked, chunk.language).len();
            let shared = cover.matched.iter().filter(|matched| **matched > 0.5).count();
            // Both must say the same: a short heading inside a long question is no answer to it.
            let agreement = cover.share(probes).min(shared as f32 / theirs.max(1) as f32);
            ((agreement - 0.75) / 0.25).clamp(0.0, 1.0)
        })
        .fold(0.0, f32::max)
}
