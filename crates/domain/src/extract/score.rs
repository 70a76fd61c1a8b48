//! The score of every sentence of the hits.

use std::ops::Range;

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::words::words;

use super::features::{COUNT, Passage, look};
use super::probe::{Probe, probes};
use super::weights::{Weights, log_odds};
use crate::question::{Question, Wants};
use crate::search::Hit;

/// What a follow-up adds for the kind of answer asked for: its few words say little else ("and how much?").
const OFFER_IN_FOLLOW_UP: f32 = 2.0;
/// What the facet asked for adds where the question says nothing else: "which projects?" is not answered by a sentence
/// that happens to have the word.
const FACET_ALONE: f32 = 4.0;
/// Further below the best passage's relevance, in log-odds, nothing is told apart.
const LEAST_RELEVANCE: f32 = -6.0;

/// A sentence and what speaks for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scored {
    pub(super) hit: usize,
    pub(super) span: Range<usize>,
    pub(super) values: [f32; COUNT],
    /// Odds that the sentence holds the answer, beside those of the best one: at most 1.
    pub(super) score: f32,
    /// What the sentence itself covers of each word of the question, 0..=1 of its weight.
    pub(super) own: Vec<f32>,
    /// What the heading right above it covers of the question, 0..=1.
    pub(super) above: f32,
    /// How much the passage's own question or heading asks what the visitor asks, 0..=1.
    pub(super) replies: f32,
    /// True if the question names a thing, other than one that most passages speak of.
    pub(super) names_thing: bool,
    /// True if the sentence itself has a thing that the question names.
    pub(super) has_named: bool,
    /// True if its passage has nothing of a thing that the question names.
    pub(super) misses: bool,
    /// True if the sentence holds the number, date, period or address that is asked for.
    pub(super) said: bool,
    /// True if the sentence or its headings have anything of the question, or offer what it wants.
    pub(super) touches: bool,
}

/// Scores every sentence of `hits`, in their order.
pub(super) fn scored(question: &Question, hits: &[Hit], idf: &dyn Fn(&str) -> f32, weights: &Weights) -> Vec<Scored> {
    let asked: Vec<String> = words(&question.standalone()).into_iter().map(|word| fold(word.text)).collect();
    let most = hits.iter().map(|hit| odds(hit.relevance)).fold(f32::MIN, f32::max);
    let mut by_language: Vec<(Language, Vec<Probe>)> = Vec::new();
    let mut found = Vec::new();
    for (index, hit) in hits.iter().enumerate() {
        let language = hit.chunk.language;
        if by_language.iter().all(|(known, _)| *known != language) {
            by_language.push((language, probes(question, language, idf)));
        }
        let Some((_, probes)) = by_language.iter().find(|(known, _)| *known == language) else { continue };
        let relevance = (odds(hit.relevance) - most).max(LEAST_RELEVANCE);
        let passage = Passage { question, chunk: &hit.chunk, probes, idf, asked: &asked, relevance, hit: index };
        score_passage(&passage, weights, &mut found);
    }
    let best = found.iter().map(|sentence| sentence.score).fold(f32::MIN, f32::max);
    found.iter_mut().for_each(|sentence| sentence.score = (sentence.score - best).exp());
    found
}

/// Log-odds of a relevance, kept away from certainty.
fn odds(relevance: f32) -> f32 {
    let probability = relevance.clamp(0.002, 0.998);
    (probability / (1.0 - probability)).ln()
}

/// Adds the passage's sentences; their scores are log-odds still.
fn score_passage(passage: &Passage<'_>, weights: &Weights, found: &mut Vec<Scored>) {
    let Passage { question, chunk, probes, .. } = passage;
    let offer_in_follow_up = if question.carried.is_some() { OFFER_IN_FOLLOW_UP } else { 0.0 };
    let narrow = matches!(question.wants, Wants::Figure | Wants::Date | Wants::Duration | Wants::Contact);
    let meant = question.facets.contains(&chunk.facet);
    let says_facet_alone = meant && !probes.is_empty() && probes.iter().all(Probe::is_general);
    let facet_alone = if says_facet_alone { FACET_ALONE } else { 0.0 };
    let names_thing = probes.iter().any(Probe::is_named);
    for sentence in look(passage) {
        let score = log_odds(&sentence.values, weights, chunk.language == question.language);
        let matched = || sentence.own.matched.iter().zip(*probes);
        let has_named = matched().any(|(matched, probe)| probe.is_named() && *matched > 0.5);
        let weighed: Vec<f32> = matched().map(|(matched, probe)| matched * probe.weight).collect();
        let offers_contact = sentence.offer > 0.0 && question.wants == Wants::Contact;
        found.push(Scored {
            hit: passage.hit,
            own: weighed,
            score: score + offer_in_follow_up * sentence.offer + facet_alone,
            above: sentence.above,
            misses: sentence.misses,
            names_thing,
            has_named,
            replies: sentence.replies,
            said: narrow && sentence.offer >= 0.9,
            touches: sentence.share > 0.0 || meant || offers_contact,
            values: sentence.values,
            span: sentence.span,
        });
    }
}
