//! Lists answered as lists: the items of the passages that hold what is asked for, grouped as the document groups them.

use std::ops::Range;

use portavoz_text::sentences::list_marker_len;

use super::score::Scored;
use super::{Quoted, quote};
use crate::chunk::Chunk;
use crate::question::Question;
use crate::search::Hit;

/// A passage with fewer items is prose with an aside.
const MIN_ITEMS: usize = 2;
/// Items shorter than this are names that share a line with their kin.
const SHORT_ITEM: usize = 40;
/// A passage whose best sentence has less than this share of the best list's joins it only as its sibling.
const JOINS_FROM: f32 = 0.8;

/// The items, in the order of the documents; `None` if prose answers better than any list.
pub(super) fn items(question: &Question, hits: &[Hit], sentences: &[Scored], max_chars: usize) -> Option<Vec<Quoted>> {
    let best = |hit: usize| {
        sentences.iter().filter(|sentence| sentence.hit == hit).map(|sentence| sentence.score).fold(0.0, f32::max)
    };
    let lists: Vec<(usize, f32)> = hits
        .iter()
        .enumerate()
        .filter(|(_, hit)| spans(&hit.chunk).len() >= MIN_ITEMS)
        .map(|(index, hit)| (index, best(index) * fit(question, &hit.chunk)))
        .collect();
    let (top, score) =
        lists.iter().copied().max_by(|left, right| left.1.total_cmp(&right.1).then(right.0.cmp(&left.0)))?;
    // A sentence that enumerates and answers better than the best list is the list.
    let enumerates = |sentence: &&Scored| !is_item(sentence, hits) && commas(sentence, hits) >= 2;
    let prose = sentences.iter().filter(enumerates).map(|sentence| sentence.score).fold(0.0, f32::max);
    if prose > score {
        return None;
    }
    let top_chunk = &hits.get(top)?.chunk;
    let mut members: Vec<usize> = lists
        .iter()
        .filter(|(index, score_of)| {
            *index == top
                || hits
                    .get(*index)
                    .is_some_and(|hit| siblings(&hit.chunk, top_chunk) && *score_of >= score * JOINS_FROM)
        })
        .map(|(index, _)| *index)
        .collect();
    members.sort_by_key(|index| hits.get(*index).map_or(usize::MAX, |hit| hit.chunk.span.start));
    let named = members.len() > 1;
    let mut quoted = Vec::new();
    let mut chars = 0;
    for member in members {
        for item in group(member, hits, named) {
            let length = item.text.chars().count();
            if !quoted.is_empty() && chars + length > max_chars {
                return Some(quoted);
            }
            chars += length;
            quoted.push(item);
        }
    }
    Some(quoted)
}

/// Lists of the facet asked about are what is asked for; others may be lists of anything.
fn fit(question: &Question, chunk: &Chunk) -> f32 {
    if question.facets.is_empty() || question.facets.contains(&chunk.facet) { 1.1 } else { 0.9 }
}

/// The items of one passage. Short ones are joined on one line, behind their heading when there are several groups.
fn group(hit: usize, hits: &[Hit], named: bool) -> Vec<Quoted> {
    let Some(found) = hits.get(hit) else { return Vec::new() };
    let chunk = &found.chunk;
    let spans = spans(chunk);
    let texts: Vec<&str> = spans.iter().filter_map(|span| chunk.text.get(span.clone())).map(str::trim).collect();
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
    super::text_of(sentence.hit, &sentence.span, hits).matches([',', ';']).count()
}
