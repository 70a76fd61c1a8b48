//! Bare answers: `2019`, `Example Inc.`, that only their question makes a claim.
//!
//! That the words stand in a passage proves nothing; what counts is whether they stand where the question's words do,
//! nearer to them than other things of their kind, and do not merely repeat the question.

use super::ClaimKind;
use super::facts::Value;
use super::index::{Index, Unit};
use super::said::{Hit, Said, within};
use super::score::Measures;

/// Words that a bare answer has at most.
const LONGEST: usize = 25;
const FEW: usize = 8;
/// An answer that is most of a sentence claims by itself; one that ends as a sentence does, if it is half of one.
const MOST_OF: f32 = 0.9;
const HALF_OF: f32 = 0.5;
/// How fast the bond between a word of the question and the answer fades with their distance, in words.
const NEAR: f32 = 4.0;
/// What remains of it from one sentence to the next, and farther.
const NEXT: f32 = 0.1;
const FAR: f32 = 0.04;

/// A place where the answer stands: a unit and words of it.
#[derive(Debug, Clone, Copy)]
struct Place {
    unit: usize,
    start: usize,
    end: usize,
}

/// The question's words with a subject: where they stand, and their weights.
struct Asked<'a> {
    words: Vec<(&'a [Hit], f32)>,
    all: f32,
}

/// Measures `said` as an answer to `question`, if that `asks` at all; `None` if it is no bare answer or stands nowhere.
pub(super) fn measure(text: &str, said: &Said, (asks, question): (bool, &Said), index: &Index) -> Option<Measures> {
    let count = said.reading.tokens.len();
    let ends = text.trim_end().ends_with(['.', '!', '?']);
    // A few words are an answer whatever they answer to.
    let is_asked = asks || count <= FEW && !ends;
    if count == 0 || count > LONGEST || !is_asked {
        return None;
    }
    let places = places(said, index);
    let asked = asked(question);
    let best = places
        .iter()
        .map(|place| (bond(*place, &asked, index), *place))
        .max_by(|one, other| (one.0.near + one.0.cover).total_cmp(&(other.0.near + other.0.cover)));
    let (bond_here, place) = best?;
    let unit = index.units.get(place.unit)?;
    let most = if ends && count > FEW / 2 { HALF_OF } else { MOST_OF };
    if count as f32 >= most * unit.reading.tokens.len() as f32 {
        return None;
    }
    let covers: Vec<f32> = (0..index.units.len()).map(|unit| cover(unit, &asked)).collect();
    let best_cover = covers.iter().copied().fold(f32::EPSILON, f32::max);
    let here = covers.get(place.unit).copied().unwrap_or(0.0);
    let rivals = rivals(said, place, &asked, question, index);
    let beaten = rivals.iter().filter(|near| **near < bond_here.near).count();
    let best_rival = rivals.iter().copied().fold(0.0, f32::max);
    let head = head(question);
    let stems = |at: usize| unit.reading.tokens.get(at).map(|token| token.stem.as_str());
    let around = (place.start.saturating_sub(3)..place.start).chain(place.end..place.end + 3);
    let is_asked =
        |at: usize| asked.words.iter().any(|(hits, _)| within(hits, place.unit).iter().any(|hit| hit.at.index == at));
    let flag = |is: bool| if is { 1.0 } else { 0.0 };
    Some(Measures::new(
        "bare",
        vec![
            ("near", bond_here.near),
            ("cover", bond_here.cover),
            ("best_sentence", here / best_cover),
            ("beats", if rivals.is_empty() { 0.5 } else { beaten as f32 / rivals.len() as f32 }),
            ("lead", bond_here.near - best_rival),
            ("repeats", repeated(said, question)),
            ("head_inside", flag(head.is_some_and(|head| said.reading.tokens.iter().any(|token| token.stem == head)))),
            ("head_near", flag(head.is_some_and(|head| around.clone().any(|at| stems(at) == Some(head))))),
            ("asked_before", flag(place.start > 0 && is_asked(place.start - 1))),
            ("asked_behind", flag(is_asked(place.end))),
            ("side", bond_here.side),
            ("length", (count as f32).ln()),
        ],
    ))
}

fn asked(question: &Said) -> Asked<'_> {
    let words: Vec<(&[Hit], f32)> = question
        .hits
        .iter()
        .zip(&question.weights)
        .filter(|(_, weight)| **weight > 0.0)
        // A word that the sources do not have weighs as one that is common there.
        .map(|(hits, weight)| (hits.as_slice(), if hits.is_empty() { 1.0 } else { *weight }))
        .collect();
    let all = words.iter().map(|(_, weight)| weight).sum::<f32>().max(f32::EPSILON);
    Asked { words, all }
}

/// Where the sources have the answer's words in a row.
fn places(said: &Said, index: &Index) -> Vec<Place> {
    let Some(first) = said.stems.first() else { return Vec::new() };
    let mut found = Vec::new();
    for (number, unit) in index.units.iter().enumerate().filter(|(_, unit)| unit.is_text) {
        for start in 0..unit.stems.len() {
            let row = unit.stems.get(start..start + said.stems.len()).unwrap_or_default();
            let fits = row.first().is_some_and(|stem| first.contains(stem))
                && row.iter().zip(&said.stems).all(|(stem, stems)| stems.contains(stem));
            if fits {
                found.push(Place { unit: number, start, end: start + row.len() });
            }
        }
    }
    found
}

/// How a place is bound to the question.
#[derive(Debug, Clone, Copy, Default)]
struct Bond {
    /// By nearness, 0..=1.
    near: f32,
    /// How much of the question its sentence has, 0..=1.
    cover: f32,
    /// Whether the question's words stand before it (1) or behind it (-1).
    side: f32,
}

fn bond(place: Place, asked: &Asked<'_>, index: &Index) -> Bond {
    let Some(unit) = index.units.get(place.unit) else { return Bond::default() };
    let (Some(first), Some(last)) = (place_of(unit, place.start), place_of(unit, place.end.saturating_sub(1))) else {
        return Bond::default();
    };
    let (mut near, mut cover, mut before, mut behind) = (0.0, 0.0, 0.0_f32, 0.0_f32);
    for (hits, weight) in &asked.words {
        let here = within(hits, place.unit).iter().filter(|hit| !(place.start..place.end).contains(&hit.at.index));
        let nearest = here
            .filter_map(|hit| {
                let at = place_of(unit, hit.at.index)?;
                let distance = at.abs_diff(first).min(at.abs_diff(last));
                Some((hit.worth / (1.0 + distance as f32 / NEAR), hit.worth, at < first))
            })
            .max_by(|one, other| one.0.total_cmp(&other.0));
        if let Some((bound, worth, is_before)) = nearest {
            near += weight * bound;
            cover += weight * worth;
            *(if is_before { &mut before } else { &mut behind }) += weight;
        } else {
            near += weight * elsewhere(hits, place.unit, index);
        }
    }
    let side = (before - behind) / (before + behind + f32::EPSILON);
    Bond { near: near / asked.all, cover: cover / asked.all, side }
}

/// What a word of the question is worth that stands in other sentences of the passage only, or in its heading.
fn elsewhere(hits: &[Hit], unit: usize, index: &Index) -> f32 {
    let own = index.units.get(unit).map(|unit| (unit.source, &unit.scope));
    let Some((source, scope)) = own else { return 0.0 };
    let worth = |hit: &Hit| {
        let is_near = scope.contains(&hit.at.unit) || hit.at.unit.abs_diff(unit) == 1;
        let is_here = index.units.get(hit.at.unit).is_some_and(|other| other.source == source);
        hit.worth
            * if !is_here {
                0.0
            } else if is_near {
                NEXT
            } else {
                FAR
            }
    };
    hits.iter().map(worth).fold(0.0, f32::max)
}

fn place_of(unit: &Unit, index: usize) -> Option<u32> {
    unit.reading.tokens.get(index).map(|token| token.place)
}

/// How much of the question a unit has.
fn cover(unit: usize, asked: &Asked<'_>) -> f32 {
    let best = |hits: &[Hit]| within(hits, unit).iter().map(|hit| hit.worth).fold(0.0, f32::max);
    asked.words.iter().map(|(hits, weight)| weight * best(hits)).sum()
}

/// How near to the question other things of the answer's kind stand in the passage.
fn rivals(said: &Said, place: Place, asked: &Asked<'_>, question: &Said, index: &Index) -> Vec<f32> {
    let source = index.units.get(place.unit).map(|unit| unit.source);
    let kind = kind_of(said);
    let mut found = Vec::new();
    for (number, unit) in index.units.iter().enumerate() {
        if !unit.is_text || Some(unit.source) != source {
            continue;
        }
        for (at, token) in unit.reading.tokens.iter().enumerate() {
            let is_own = number == place.unit && (place.start..place.end).contains(&at);
            let is_asked = question.reading.tokens.iter().any(|word| word.stem == token.stem);
            if is_own || is_asked || token.is_stop || !is_of_kind(unit, at, kind) {
                continue;
            }
            found.push(bond(Place { unit: number, start: at, end: at + 1 }, asked, index).near);
        }
    }
    found
}

/// The kind of the answer: that of its fact if it is little else, otherwise a proposition.
fn kind_of(said: &Said) -> ClaimKind {
    let named = |kind: ClaimKind| said.reading.facts.iter().any(|fact| fact.kind == kind);
    for kind in [ClaimKind::Date, ClaimKind::Duration, ClaimKind::Number] {
        if named(kind) {
            return kind;
        }
    }
    let is_name = said.reading.facts.iter().any(|fact| fact.value == Value::Name);
    if is_name { ClaimKind::Name } else { ClaimKind::Proposition }
}

fn is_of_kind(unit: &Unit, at: usize, kind: ClaimKind) -> bool {
    let facts = || unit.reading.facts.iter().filter(|fact| fact.tokens.contains(&at));
    match kind {
        ClaimKind::Proposition => true,
        ClaimKind::Name => facts().any(|fact| fact.value == Value::Name),
        _ => facts().any(|fact| fact.kind == kind),
    }
}

/// The stem of the word that the question word asks for: `which university`.
fn head(question: &Said) -> Option<&str> {
    question.reading.tokens.iter().find(|token| !token.is_stop).map(|token| token.stem.as_str())
}

/// The share of the answer's words with a subject that the question has too.
fn repeated(said: &Said, question: &Said) -> f32 {
    let subjects: Vec<_> = said.reading.tokens.iter().filter(|token| !token.is_stop).collect();
    let shared = subjects.iter().filter(|token| question.reading.tokens.iter().any(|word| word.stem == token.stem));
    shared.count() as f32 / subjects.len().max(1) as f32
}
