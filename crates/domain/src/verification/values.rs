//! Values: whether the sources give a number or a date to the very thing that the sentence gives it to.
//!
//! That a number stands in a passage proves nothing. What counts is what stands around it: each value of the sources
//! is weighed by how well its surroundings agree with those of the claimed one, and the claim is right if no rival of
//! another value fits clearly better.

mod compare;

use std::ops::Range;

use portavoz_text::language::Language;
use portavoz_text::quantities::Measure;

use super::facts::{Fact, Value};
use super::index::{Index, Unit};
use super::names::Name;
use super::reading::{Reading, Token};
use super::said::{Said, within};
use super::{ClaimKind, Status, durations};
use compare::{agrees, compare};

/// How fast the bond between a value and a word fades with their distance, in words.
const NEAR: f32 = 4.0;
/// What remains of it as long as both stand in one sentence.
const SAME: f32 = 0.25;
/// What a heading's word is bound with, and one of the question.
const SCOPE: f32 = 0.4;
const ASKED: f32 = 0.35;
/// What a name and another value weigh beside a word.
const NAME: f32 = 1.6;
const VALUE: f32 = 4.0;
/// What a count of things is worth as the rival of a bare number.
const BARE: f32 = 0.4;
/// How far what is counted may stand from its number.
const COUNTED: u32 = 7;
/// How near a technology must stand to a value to be what it is told of.
const BESIDE: u32 = 3;
/// Words between the ends of a period, or two numbers of one change.
const PAIR: usize = 7;
/// A value must fit this well at least, and this well beside the best rival.
const FITS_FROM: f32 = 0.12;
///
/// A rival of another passage must only fit somewhat better; one of the same passage, or one that the sentence claims
/// too ("from ten hours to three"), or of a value that is bound to every name of the sentence, must fit much better.
const RIVAL: f32 = 0.82;
/// One that is bound to more of the sentence's names may fit worse.
const RIVAL_BOUND: f32 = 1.4;
const RIVAL_BESIDE: f32 = 0.5;
const RIVAL_PAIRED: f32 = 0.4;

/// A verdict with the place that it rests on.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) status: Status,
    /// The unit, and the fact in it, if one decided.
    pub(super) at: Option<(usize, Range<usize>)>,
}

/// The sentence, the question and the sources, as checks need them together.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) said: &'a Said,
    /// The sentence's language.
    pub(super) language: Language,
    pub(super) asked: Option<&'a Said>,
    /// The names of the sentence that single out a part of the sources.
    pub(super) anchors: &'a [Name],
    /// All its names.
    pub(super) names: &'a [Name],
    pub(super) index: &'a Index,
}

/// A value of the sources beside the claimed one.
struct Candidate<'a> {
    unit: usize,
    fact: &'a Fact,
    /// It bears the claimed value out.
    is_same: bool,
    /// It is told of the name that the sentence tells the value of, or there is none.
    is_tied: bool,
    fits: f32,
}

/// Judges a quantity or a date.
pub(super) fn judge(fact: &Fact, scene: Scene<'_>) -> Verdict {
    let noun = counted(fact, &scene.said.reading);
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    for (number, unit) in scene.index.units.iter().enumerate() {
        for other in &unit.reading.facts {
            let Some(mut is_same) = compare(&fact.value, &other.value) else { continue };
            let mut fits = affinity(fact.tokens.clone(), (number, unit, &other.tokens), scene);
            if let Some(noun) = noun {
                let factor = noun_factor(noun, (number, unit, other), scene);
                fits *= factor;
                // A larger number bears out "more than" only of the same things.
                is_same &= factor >= 1.0 || agrees(&fact.value, &other.value);
            } else if !is_same && counted(other, &unit.reading).is_some() {
                // A bare number and a count of things are no rivals.
                fits *= BARE;
            }
            candidates.push(Candidate { unit: number, fact: other, is_same, is_tied: true, fits });
        }
    }
    if let Some(nearest) = nearest_anchor(fact, scene) {
        // What the sources do not tie to the name that it is told of does not count.
        let is_near = |unit: usize| {
            let above = scene.index.units.get(unit).map_or(&[][..], |unit| &unit.scope);
            above.iter().chain([&unit]).any(|unit| nearest.units.binary_search(unit).is_ok())
        };
        let is_tied = |one: &Candidate<'_>| {
            is_bound(nearest, one.unit, one.fact, scene) || is_near(one.unit) && bonds(one.unit, one.fact, scene) > 0
        };
        candidates.iter_mut().for_each(|one| one.is_tied = is_tied(one));
    }
    if let Some(edge) = durations::edge(fact, &scene.said.reading, scene.language) {
        for one in candidates.iter_mut().filter(|one| one.is_same) {
            let Value::Date(date) = one.fact.value else { continue };
            let given =
                scene.index.units.get(one.unit).and_then(|unit| durations::given_edge(&one.fact.span, date, unit));
            one.is_tied &= given.is_none_or(|given| given == edge);
        }
    }
    decide(fact, &candidates, scene)
}

fn decide(fact: &Fact, candidates: &[Candidate<'_>], scene: Scene<'_>) -> Verdict {
    let best =
        candidates.iter().filter(|one| one.is_same && one.is_tied).max_by(|one, other| one.fits.total_cmp(&other.fits));
    let best_bonds = best.map_or(0, |best| bonds(best.unit, best.fact, scene));
    let handicap = |rival: &Candidate<'_>| {
        let source = |unit: usize| scene.index.units.get(unit).map(|unit| unit.source);
        let is_beside = best.is_some_and(|best| source(best.unit) == source(rival.unit));
        let is_claimed = || scene.said.reading.facts.iter().any(|fact| agrees(&fact.value, &rival.fact.value));
        let agrees_there = || {
            scene.index.units.get(rival.unit).is_some_and(|unit| {
                unit.reading.facts.iter().any(|other| {
                    other.tokens.start.abs_diff(rival.fact.tokens.start) <= PAIR && agrees(&fact.value, &other.value)
                })
            })
        };
        if agrees_there() || !rival.is_tied {
            // Told beside the claimed value, or not of the name that it is told of.
            RIVAL_PAIRED
        } else if bonds(rival.unit, rival.fact, scene) > best_bonds {
            RIVAL_BOUND
        } else if best_bonds > 0 && best_bonds == scene.anchors.len() || is_beside || is_claimed() {
            RIVAL_BESIDE
        } else {
            RIVAL
        }
    };
    let rivals = candidates.iter().filter(|one| !one.is_same).map(|rival| (rival.fits * handicap(rival), rival));
    let rival = rivals.max_by(|one, other| one.0.total_cmp(&other.0));
    let fits = best.map_or(0.0, |best| best.fits);
    let against = rival.as_ref().map_or(0.0, |(against, _)| *against);
    let place = |found: Option<&Candidate<'_>>| found.map(|one| (one.unit, one.fact.span.clone()));
    // Of words in another language fewer are known.
    let is_foreign =
        best.and_then(|best| scene.index.units.get(best.unit)).is_some_and(|unit| unit.language != scene.language);
    let from = if is_foreign { FITS_FROM / 2.0 } else { FITS_FROM };
    let (status, at) = if best.is_some() && fits >= from && fits >= against {
        (Status::Supported, place(best))
    } else if against >= FITS_FROM * RIVAL {
        (Status::Contradicted, place(rival.map(|(_, rival)| rival)))
    } else {
        (Status::Unsupported, None)
    };
    Verdict { status, at }
}

/// How many of the sentence's names the value `fact` of a unit is bound to: they are what the unit is about, or stand
/// nearer to the value than any name of the same kind that the sentence does not have.
fn bonds(number: usize, fact: &Fact, scene: Scene<'_>) -> usize {
    scene.anchors.iter().filter(|name| is_bound(name, number, fact, scene)).count()
}

fn is_bound(name: &Name, number: usize, fact: &Fact, scene: Scene<'_>) -> bool {
    let Some(unit) = scene.index.units.get(number) else { return false };
    let names =
        || unit.reading.facts.iter().filter(|other| other.kind == name.kind && scene.index.is_name(other, unit));
    let is_own = |other: &Fact| {
        name.tokens.clone().any(|token| {
            let hits = scene.said.hits.get(token).map_or(&[][..], |hits| within(hits, number));
            hits.iter().any(|hit| other.tokens.contains(&hit.at.index))
        })
    };
    // A sentence about a technology begins with it.
    let begins = || name.kind == ClaimKind::Technology && names().next().is_some_and(is_own);
    let nearest = names().min_by_key(|other| other.tokens.start.abs_diff(fact.tokens.start));
    let is_named = name.units.binary_search(&number).is_ok();
    match nearest {
        Some(nearest) if is_named => is_own(nearest) || begins(),
        // A heading that lists technologies does not give each the date of one.
        Some(_) if name.kind == ClaimKind::Technology => false,
        _ => is_named || unit.scope.iter().any(|above| name.units.binary_search(above).is_ok()),
    }
}

/// The name of the sentence that stands nearest to the value.
fn nearest_anchor<'a>(fact: &Fact, scene: Scene<'a>) -> Option<&'a Name> {
    let tokens = &scene.said.reading.tokens;
    let at = place(fact.tokens.start, tokens)?;
    let distance = |name: &&Name| {
        let first = place(name.tokens.start, tokens).map_or(u32::MAX, |place| place.abs_diff(at));
        let last = place(name.tokens.end - 1, tokens).map_or(u32::MAX, |place| place.abs_diff(at));
        first.min(last)
    };
    // A technology counts only right beside the value: `English C1 (2019)`.
    let beside = scene.names.iter().filter(|name| name.status == Status::Supported && distance(name) <= BESIDE);
    let is_dated = matches!(fact.value, Value::Date(_));
    let known = beside.filter(|name| is_dated && name.kind == ClaimKind::Technology);
    known.chain(scene.anchors).min_by_key(distance)
}

/// How well the surroundings of the words `other` of a unit agree with those of the words `own` of the sentence, 0..=1.
pub(super) fn affinity(
    own: Range<usize>,
    (number, unit, other): (usize, &Unit, &Range<usize>),
    scene: Scene<'_>,
) -> f32 {
    let tokens = &scene.said.reading.tokens;
    let (Some(at), Some(given)) = (place(own.start, tokens), place(other.start, &unit.reading.tokens)) else {
        return 0.0;
    };
    let (mut found, mut all) = (0.0, 0.0);
    let mut add = |said: &Said, token: usize, weight: f32| {
        let Some(hits) = said.hits.get(token) else { return };
        // A word that is nowhere in the sources tells little of which value is meant.
        all += if hits.is_empty() { weight * 0.3 } else { weight };
        let direct = within(hits, number).iter().filter(|hit| !other.contains(&hit.at.index)).filter_map(|hit| {
            let word = unit.reading.tokens.get(hit.at.index)?;
            Some(hit.worth * near(word.place.abs_diff(given)))
        });
        let above = unit.scope.iter().flat_map(|above| within(hits, *above)).map(|hit| hit.worth * SCOPE);
        found += weight * direct.chain(above).fold(0.0, f32::max);
    };
    for (token, word) in tokens.iter().enumerate() {
        if !word.is_stop && !word.is_value && !own.contains(&token) {
            let weight = scene.said.weights.get(token).copied().unwrap_or_default();
            add(scene.said, token, weight * name_factor(scene.said, token) * near(word.place.abs_diff(at)));
        }
    }
    if let Some(asked) = scene.asked {
        for (token, word) in asked.reading.tokens.iter().enumerate().filter(|(_, word)| !word.is_stop) {
            let repeated = tokens.iter().any(|said| said.stem == word.stem);
            let known = asked.hits.get(token).is_some_and(|hits| !hits.is_empty());
            if !repeated && known {
                let weight = asked.weights.get(token).copied().unwrap_or_default();
                add(asked, token, weight * ASKED * name_factor(asked, token));
            }
        }
    }
    let values = scene.said.reading.facts.iter().filter(|fact| fact.value != Value::Name && fact.tokens != own);
    for value in values {
        let distance = place(value.tokens.start, tokens).map_or(0, |place| place.abs_diff(at));
        let weight = VALUE * near(distance);
        all += weight;
        let there = unit.reading.facts.iter().filter(|fact| fact.tokens != *other);
        let same = there.filter(|fact| compare(&value.value, &fact.value) == Some(true));
        let places = same.filter_map(|fact| place(fact.tokens.start, &unit.reading.tokens));
        found += weight * places.map(|place| near(place.abs_diff(given))).fold(0.0, f32::max);
    }
    if all > 0.0 { found / all } else { 0.5 }
}

fn name_factor(said: &Said, token: usize) -> f32 {
    let is_name = |fact: &&Fact| fact.value == Value::Name && fact.tokens.contains(&token);
    if said.reading.facts.iter().any(|fact| is_name(&fact)) { NAME } else { 1.0 }
}

fn near(distance: u32) -> f32 {
    SAME + (1.0 - SAME) / (1.0 + distance as f32 / NEAR)
}

fn place(at: usize, tokens: &[Token]) -> Option<u32> {
    tokens.get(at).map(|token| token.place)
}

/// The word that a plain number counts: the next one with a subject.
fn counted(fact: &Fact, reading: &Reading) -> Option<usize> {
    if !matches!(fact.value, Value::Quantity { measure: Measure::Plain | Measure::Percent, .. }) {
        return None;
    }
    let next = reading.tokens.iter().enumerate().skip(fact.tokens.end).take(3);
    next.filter(|(_, token)| !token.is_stop && !token.is_value).map(|(number, _)| number).next()
}

/// What is left of a count's fit if the source counts something else.
fn noun_factor(noun: usize, (number, unit, other): (usize, &Unit, &Fact), scene: Scene<'_>) -> f32 {
    let Some(hits) = scene.said.hits.get(noun) else { return 1.0 };
    if hits.is_empty() {
        return 0.9;
    }
    let Some(given) = place(other.tokens.start, &unit.reading.tokens) else { return 1.0 };
    let is_near = within(hits, number)
        .iter()
        .any(|hit| unit.reading.tokens.get(hit.at.index).is_some_and(|word| word.place.abs_diff(given) <= COUNTED));
    if is_near { 1.0 } else { 0.5 }
}
