//! Packing: which passages a model reads, under which headings, within how many tokens.
//!
//! Passages are numbered in the order in which they stand, and the model cites them by that number. A line is
//! counted with its line break: the tokenizers in use never join text across a line break, so the sum of the lines is
//! the count of the whole, and no long text is counted twice.
//! Start at [`pack`].

use portavoz_text::language::Language;
use portavoz_text::sentences::sentences;
use portavoz_text::similarity::near_duplicate;

use crate::document::Facet;
use crate::phrases::facet_heading;
use crate::search::Hit;
use crate::tokens::CountTokens;

/// Two passages that share this much of their word shingles say the same thing. Rephrased sentences of one portfolio
/// stay below 0.5, copies with small edits above 0.8.
const NEAR_DUPLICATE: f32 = 0.7;
/// A passage cut below this many tokens says too little to be worth its heading.
const SMALLEST_CUT: usize = 24;

/// How much a context may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextLimits {
    /// Passages, at most.
    pub max_passages: usize,
    /// Tokens aimed at.
    pub max_tokens: usize,
    /// Tokens never exceeded, whatever `max_tokens` says.
    pub hard_max_tokens: usize,
}

impl Default for ContextLimits {
    fn default() -> Self {
        Self { max_passages: 4, max_tokens: 2_500, hard_max_tokens: 3_000 }
    }
}

/// A packed context.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// Headings and bullets, ready for the prompt.
    pub text: String,
    /// Place in the given hits of each passage; the passage at `i` is cited as `[i + 1]`.
    pub passages: Vec<usize>,
    /// Tokens of each passage as it stands in `text`, without the headings above it.
    pub costs: Vec<usize>,
    /// Tokens of `text`.
    pub tokens: usize,
}

/// Packs `hits` (best first) for a prompt in `language`.
///
/// Near-duplicates of better passages are left out. Passages stand grouped by facet, groups and passages by relevance,
/// neighbours from one document joined under one source line. A passage that does not fit is cut at the end of a
/// sentence; one of which too little would remain is left out.
pub fn pack(hits: &[Hit], language: Language, limits: ContextLimits, count: &dyn CountTokens) -> Context {
    let chosen = distinct(hits, limits.max_passages);
    let mut budget = limits.max_tokens.min(limits.hard_max_tokens);
    let mut context = Context::default();
    for (facet, members) in by_facet(hits, &chosen) {
        let heading = format!("## {}\n", facet_heading(language, facet));
        let mut heading_cost = count.count(&heading);
        let mut last_source: Option<String> = None;
        for index in members {
            let Some(hit) = hits.get(index) else { continue };
            let source = format!("### {}\n", one_line(&hit.chunk.heading()));
            let same_source = last_source.as_ref() == Some(&source);
            let source_cost = if same_source { 0 } else { count.count(&source) };
            let Some(left) = budget.checked_sub(heading_cost + source_cost) else { continue };
            let number = context.passages.len() + 1;
            let Some((bullet, cost)) = fitted_bullet(hit, number, left, count) else { continue };
            if heading_cost > 0 {
                context.text.push_str(&heading);
            }
            if !same_source {
                context.text.push_str(&source);
            }
            context.text.push_str(&bullet);
            context.passages.push(index);
            context.costs.push(cost);
            let used = heading_cost + source_cost + cost;
            context.tokens += used;
            budget -= used;
            heading_cost = 0;
            last_source = Some(source);
        }
    }
    context
}

/// Indices of the best passages that do not repeat a better one.
fn distinct(hits: &[Hit], most: usize) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    for (index, hit) in hits.iter().enumerate() {
        if chosen.len() == most {
            break;
        }
        let repeats = chosen
            .iter()
            .filter_map(|&earlier| hits.get(earlier))
            .any(|earlier| near_duplicate(&earlier.chunk.text, &hit.chunk.text) >= NEAR_DUPLICATE);
        if !repeats {
            chosen.push(index);
        }
    }
    chosen
}

/// Groups by facet in order of first appearance; inside a group, passages of one document stand together.
fn by_facet(hits: &[Hit], chosen: &[usize]) -> Vec<(Facet, Vec<usize>)> {
    let mut groups: Vec<(Facet, Vec<usize>)> = Vec::new();
    for &index in chosen {
        let Some(hit) = hits.get(index) else { continue };
        match groups.iter_mut().find(|(facet, _)| *facet == hit.chunk.facet) {
            Some((_, members)) => {
                let same_document =
                    |&member: &usize| hits.get(member).is_some_and(|other| other.chunk.document == hit.chunk.document);
                let place = members.iter().rposition(same_document).map_or(members.len(), |place| place + 1);
                members.insert(place, index);
            }
            None => groups.push((hit.chunk.facet, vec![index])),
        }
    }
    groups
}

/// The passage as a numbered bullet of at most `budget` tokens, with its cost; `None` if too little would remain.
fn fitted_bullet(hit: &Hit, number: usize, budget: usize, count: &dyn CountTokens) -> Option<(String, usize)> {
    let chunk = &hit.chunk;
    let body = match &chunk.question {
        Some(question) => format!("{question} {}", chunk.text),
        None => chunk.text.clone(),
    };
    let whole = bullet(number, &body);
    let cost = count.count(&whole);
    if cost <= budget {
        return Some((whole, cost));
    }
    if budget < SMALLEST_CUT {
        return None;
    }
    // Fewer and fewer sentences: passages are short, so trying each end from the last is cheap.
    sentences(&body).iter().rev().skip(1).find_map(|sentence| {
        let cut = bullet(number, body.get(..sentence.end)?);
        let cost = count.count(&cut);
        (cost <= budget).then_some((cut, cost))
    })
}

/// `- [n] first line`, further lines indented; list items of the passage keep their own dash.
fn bullet(number: usize, body: &str) -> String {
    let mut text = format!("- [{number}]");
    let mut lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
    if let Some(first) = lines.next() {
        text.push(' ');
        text.push_str(first.strip_prefix("- ").unwrap_or(first));
    }
    for line in lines {
        text.push_str("\n  ");
        text.push_str(line);
    }
    text.push('\n');
    text
}

/// Headings come from documents; a line break in one would end it early.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
