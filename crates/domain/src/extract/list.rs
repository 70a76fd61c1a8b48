//! Lists answered as lists: the items of the passages that hold what is asked for, grouped as the document groups them.
//!
//! A list is either the items of one passage (with its sibling passages: `Back end`, `Front end`), or the first
//! sentences of sibling passages that are each about one thing (the jobs of a CV).

use std::ops::Range;

use portavoz_text::sentences::list_marker_len;

use super::choose::REPLIES_FROM;
use super::score::Scored;
use super::{Quoted, quote, text_of};
use crate::chunk::Chunk;
use crate::document::Facet;
use crate::question::Question;
use crate::search::Hit;

/// A passage with fewer items is prose with an aside.
const MIN_ITEMS: usize = 2;
/// Items shorter than this are names that share a line with their kin.
const SHORT_ITEM: usize = 40;
/// A passage whose best sentence has less than this share of the best list's joins it only as its sibling.
const JOINS_FROM: f32 = 0.2;
/// From this relevance on the ranking is believed against the sentences.
const SURELY: f32 = 0.9;
/// An item that covers this share of the question is meant more than its neighbours that cover nothing.
const MEANT_FROM: f32 = 0.3;

/// The items, in the order of the documents; `None` if prose answers better than any list.
pub(super) fn items(question: &Question, hits: &[Hit], sentences: &[Scored], max_chars: usize) -> Option<Vec<Quoted>> {
    let groups = match written_for_it(hits, sentences) {
        Some(groups) => groups,
        None => best_list(question, hits, sentences)?,
    };
    let mut quoted: Vec<Quoted> = Vec::new();
    let mut chars = 0;
    for item in groups {
        let length = item.text.chars().count();
        if !quoted.is_empty() && chars + length > max_chars {
            break;
        }
        chars += length;
        quoted.push(item);
    }
    Some(quoted)
}

/// The list of the best passage, if that passage is the answer to a question of the owner's own FAQ: whoever wrote the
/// pair has chosen the list, in words that need not be the visitor's.
fn written_for_it(hits: &[Hit], sentences: &[Scored]) -> Option<Vec<Quoted>> {
    let same = sentences.iter().filter(|sentence| sentence.replies >= REPLIES_FROM).max_by(|left, right| {
        left.replies.total_cmp(&right.replies).then(left.score.total_cmp(&right.score)).then(right.hit.cmp(&left.hit))
    });
    let leading = sentences.iter().map(|sentence| sentence.hit).min()?;
    let is_sure = |hit: &&Hit| hit.relevance >= SURELY || same.is_some();
    let leading = same.map_or(leading, |sentence| sentence.hit);
    let hit = hits.get(leading).filter(|hit| hit.chunk.question.is_some()).filter(is_sure)?;
    let items = spans(&hit.chunk);
    if items.len() < MIN_ITEMS {
        return None;
    }
    Some(items.into_iter().map(|span| quote(leading, span, hits)).collect())
}

/// The items of the passage that lists best, or of the sister passages that tell best.
fn best_list(question: &Question, hits: &[Hit], sentences: &[Scored]) -> Option<Vec<Quoted>> {
    let listed = listed(question, hits, sentences);
    let told = told(question, hits, sentences);
    let score = listed.as_ref().map_or(0.0, |(score, _)| *score);
    // What is listed under one job is what was done there, not where someone worked.
    let of_jobs = question.facets.first() == Some(&Facet::Experience);
    let (score, groups) = match told {
        Some((better, groups)) if better > score || of_jobs => (better.max(score), groups),
        _ => listed?,
    };
    // A sentence that enumerates and answers better than the best list is the list.
    let enumerates = |sentence: &&Scored| !is_item(sentence, hits) && commas(sentence, hits) >= 2;
    let prose = sentences.iter().filter(enumerates).map(|sentence| sentence.score).fold(0.0, f32::max);
    (prose <= score).then_some(groups)
}

/// The best passage with list items, and its siblings.
fn listed(question: &Question, hits: &[Hit], sentences: &[Scored]) -> Option<(f32, Vec<Quoted>)> {
    let lists: Vec<(usize, f32)> = hits
        .iter()
        .enumerate()
        .filter(|(_, hit)| spans(&hit.chunk).len() >= MIN_ITEMS)
        .map(|(index, hit)| (index, best(index, sentences) * fit(question, &hit.chunk)))
        .filter(|(_, score)| *score > 0.0)
        .collect();
    let (top, score) =
        lists.iter().copied().max_by(|left, right| left.1.total_cmp(&right.1).then(right.0.cmp(&left.0)))?;
    let top_chunk = &hits.get(top)?.chunk;
    let mut members: Vec<usize> = lists
        .iter()
        .filter(|(index, own)| {
            let sibling = hits.get(*index).is_some_and(|hit| siblings(&hit.chunk, top_chunk));
            *index == top || (sibling && *own >= score * JOINS_FROM)
        })
        .map(|(index, _)| *index)
        .collect();
    members.sort_by_key(|index| hits.get(*index).map_or(usize::MAX, |hit| hit.chunk.span.start));
    let named = members.len() > 1;
    let items = members.into_iter().flat_map(|member| group(member, hits, sentences, named)).collect::<Vec<_>>();
    // Where only one item is meant, it is a sentence like any other.
    let spread = named || items.len() >= MIN_ITEMS || items.iter().any(|item| item.text.contains(", "));
    spread.then_some((score, items))
}

/// The first sentences of sibling passages of the facet asked about, each about one thing.
fn told(question: &Question, hits: &[Hit], sentences: &[Scored]) -> Option<(f32, Vec<Quoted>)> {
    let meant = |hit: &Hit| question.facets.first() == Some(&hit.chunk.facet) && !hit.chunk.heading_path.is_empty();
    let (top, top_hit) = hits.iter().enumerate().filter(|(_, hit)| meant(hit)).max_by(|left, right| {
        best(left.0, sentences).total_cmp(&best(right.0, sentences)).then(right.0.cmp(&left.0))
    })?;
    let mut members: Vec<(usize, &Hit)> =
        hits.iter().enumerate().filter(|(_, hit)| meant(hit) && siblings(&hit.chunk, &top_hit.chunk)).collect();
    // Of the sisters, those that speak of what is asked, if only some do: of all achievements, the awards.
    let covers = |hit: usize| {
        let own = |sentence: &Scored| sentence.own.iter().sum::<f32>().max(sentence.above);
        sentences.iter().filter(|sentence| sentence.hit == hit).map(own).fold(0.0, f32::max)
    };
    if members.iter().any(|(index, _)| covers(*index) >= MEANT_FROM) {
        members.retain(|(index, _)| covers(*index) >= MEANT_FROM);
    }
    if members.len() < MIN_ITEMS {
        return None;
    }
    members.sort_by_key(|(_, hit)| hit.chunk.span.start);
    let firsts = members
        .into_iter()
        .filter_map(|(index, _)| sentences.iter().find(|sentence| sentence.hit == index))
        .map(|sentence| quote(sentence.hit, sentence.span.clone(), hits))
        .collect();
    Some((best(top, sentences), firsts))
}

fn best(hit: usize, sentences: &[Scored]) -> f32 {
    sentences.iter().filter(|sentence| sentence.hit == hit).map(|sentence| sentence.score).fold(0.0, f32::max)
}

/// Lists of the facet asked about are what is asked for; others may be lists of anything.
fn fit(question: &Question, chunk: &Chunk) -> f32 {
    if question.facets.is_empty() || question.facets.contains(&chunk.facet) { 1.1 } else { 0.9 }
}

/// The items of one passage. Short ones are joined on one line, behind their heading when there are several groups.
fn group(hit: usize, hits: &[Hit], sentences: &[Scored], named: bool) -> Vec<Quoted> {
    let Some(found) = hits.get(hit) else { return Vec::new() };
    let chunk = &found.chunk;
    let spans = meant(hit, spans(chunk), sentences);
    let texts: Vec<&str> = spans.iter().map(|span| text_of(hit, span, hits).trim()).collect();
    let short = texts.iter().all(|text| text.chars().count() <= SHORT_ITEM);
    if short && let (Some(first), Some(last)) = (spans.first(), spans.last()) {
        let line = texts.iter().map(|text| text.trim_end_matches(['.', ';', ','])).collect::<Vec<_>>().join(", ");
        let text = match chunk.heading_path.last() {
            Some(heading) if named => format!("{heading}: {line}."),
            _ => format!("{line}."),
        };
        return vec![Quoted { text, hit, span: first.start..last.end }];
    }
    spans.into_iter().map(|span| quote(hit, span, hits)).collect()
}

/// The items that speak of what is asked, if only some do: of a project's results, the award alone answers "which
/// awards". A list whose items are the answers ("Python", "FastAPI") names the question in its heading, not in them.
fn meant(hit: usize, spans: Vec<Range<usize>>, sentences: &[Scored]) -> Vec<Range<usize>> {
    // What the heading asks for, every item is.
    if sentences.iter().any(|sentence| sentence.hit == hit && sentence.above >= MEANT_FROM) {
        return spans;
    }
    let covers = |span: &Range<usize>| {
        let within = |sentence: &&Scored| {
            sentence.hit == hit && span.start <= sentence.span.start && sentence.span.end <= span.end
        };
        let own = |sentence: &Scored| sentence.own.iter().sum::<f32>();
        sentences.iter().filter(within).map(own).fold(0.0, f32::max)
    };
    let chosen: Vec<Range<usize>> = spans.iter().filter(|span| covers(span) >= MEANT_FROM).cloned().collect();
    let rest_is_silent =
        spans.iter().filter(|span| covers(span) < MEANT_FROM).all(|span| covers(span) < MEANT_FROM / 2.0);
    if chosen.is_empty() || !rest_is_silent { spans } else { chosen }
}

/// The list items of a passage, without their markers.
fn spans(chunk: &Chunk) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in chunk.text.split_inclusive('\n') {
        let marker = list_marker_len(line);
        let text = line.trim_end();
        if marker > 0 && text.len() > marker {
            found.push(start + marker..start + text.len());
        }
        start += line.len();
    }
    found
}

/// Passages of one document below one heading.
fn siblings(left: &Chunk, right: &Chunk) -> bool {
    let parent = |chunk: &Chunk| chunk.heading_path.split_last().map(|(_, above)| above.to_vec());
    left.document == right.document && left.facet == right.facet && parent(left) == parent(right)
}

fn is_item(sentence: &Scored, hits: &[Hit]) -> bool {
    hits.get(sentence.hit).is_some_and(|hit| {
        spans(&hit.chunk).iter().any(|span| span.start <= sentence.span.start && sentence.span.end <= span.end)
    })
}

fn commas(sentence: &Scored, hits: &[Hit]) -> usize {
    text_of(sentence.hit, &sentence.span, hits).matches([',', ';']).count()
}
