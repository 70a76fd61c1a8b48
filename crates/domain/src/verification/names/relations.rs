//! Relations: whether the sources tell of a name what the sentence tells of it, and beside what it stands there.

use super::{Name, is_everywhere, is_fixed};
use crate::verification::facts::{Fact, Value};
use crate::verification::index::{Index, Unit};
use crate::verification::said::{Said, worth_in};
use crate::verification::values::{self, Scene};
use crate::verification::{ClaimKind, Status};

/// What is said of a name must be covered where the name is, this well beside where it is not.
const RIVAL: f32 = 0.78;
/// What an organisation's best place must fit beside another's.
const ROLE: f32 = 0.7;
/// What a sentence says counts so much of a name that only the sentences before it have.
const TOLD_BEFORE: f32 = 0.6;
/// From this cover on, a unit says what the sentence says of its name.
const SAYS: f32 = 0.3;

/// True if what the sentence says of a name is said elsewhere, of something else.
pub(super) fn is_another(number: usize, names: &[Name], scene: Scene<'_>) -> bool {
    let Scene { said, index, .. } = scene;
    let Some(name) = names.get(number).filter(|name| name.status == Status::Supported) else { return false };
    if name.kind == ClaimKind::Technology || is_everywhere(name, index) || is_fixed(name, said) {
        return false;
    }
    let is_named = |unit: usize| name.units.binary_search(&unit).is_ok();
    let (mut here, mut elsewhere) = (0.0_f32, 0.0_f32);
    let is_own = |at: usize| {
        names.iter().any(|other| {
            other.tokens.contains(&at)
                && (other.tokens == name.tokens || is_fixed(other, said) || is_everywhere(other, index))
        })
    };
    let words = || said.weights.iter().enumerate().filter(move |(at, weight)| **weight > 0.0 && !is_own(*at));
    let all: f32 = words().map(|(_, weight)| weight).sum();
    for (number, unit) in index.units.iter().enumerate() {
        let mut count = 0;
        let found = words().map(|(at, weight)| {
            let (direct, scoped) = said.hits.get(at).map_or((0.0, 0.0), |hits| worth_in(hits, number, index));
            count += usize::from(direct > 0.0);
            weight * direct.max(scoped * TOLD_BEFORE)
        });
        let cover: f32 = found.sum();
        let mut above = unit.scope.iter().filter(|above| is_named(**above)).peekable();
        let told_before = above.peek().is_some();
        let is_headed = above.any(|above| index.units.get(*above).is_some_and(|above| !above.is_text));
        if is_named(number) || is_headed {
            here = here.max(cover);
        } else if told_before {
            here = here.max(cover * TOLD_BEFORE);
        } else if count >= 2 {
            // One word says nothing of anything.
            elsewhere = elsewhere.max(cover);
        }
    }
    elsewhere >= SAYS * all && here < elsewhere * RIVAL
}

/// True if the words around an organisation stand around another one in the sources: whose developer, whose engineer.
/// Numbers and dates, where there are any, are judged with the name beside them, which is surer.
pub(super) fn has_another_role(number: usize, names: &[Name], scene: Scene<'_>) -> bool {
    let has_values = scene.said.reading.facts.iter().any(|fact| fact.value != Value::Name);
    let organisation = |name: &&Name| name.kind == ClaimKind::Organisation && name.status == Status::Supported;
    let Some(name) = names.get(number).filter(organisation).filter(|_| !has_values) else { return false };
    let (mut best, mut rival) = (0.0_f32, 0.0_f32);
    for (number, unit) in scene.index.units.iter().enumerate() {
        for other in unit.reading.facts.iter().filter(|fact| fact.kind == ClaimKind::Organisation) {
            let fits = values::affinity(name.tokens.clone(), (number, unit, &other.tokens), scene);
            let is_same = name.units.binary_search(&number).is_ok() && shares_word(name, other, unit, scene.said);
            let slot = if is_same { &mut best } else { &mut rival };
            *slot = slot.max(fits);
        }
    }
    best < rival * ROLE
}

fn shares_word(name: &Name, other: &Fact, unit: &Unit, said: &Said) -> bool {
    let words = said.reading.tokens.get(name.tokens.clone()).unwrap_or_default();
    let theirs = unit.reading.tokens.get(other.tokens.clone()).unwrap_or_default();
    words.iter().any(|word| !word.is_stop && theirs.iter().any(|other| other.folded == word.folded))
}

/// True if the sources know the name, but not together with the nearest other name of the sentence.
pub(super) fn is_parted(number: usize, names: &[Name], said: &Said, index: &Index) -> bool {
    let Some(name) = names.get(number).filter(|name| name.status == Status::Supported) else { return false };
    if is_everywhere(name, index) || is_fixed(name, said) {
        return false;
    }
    let others = names.iter().enumerate().filter(|(other, candidate)| {
        *other != number
            && candidate.status == Status::Supported
            && !is_fixed(candidate, said)
            // What a technology belongs to is a thing or an organisation, not its neighbour in a list.
            && (name.kind != ClaimKind::Technology || candidate.kind != ClaimKind::Technology)
            && !same_list(name, candidate, names, said)
    });
    // A name that the passages are all about is no neighbour like others: it must go with every name.
    let (topics, others): (Vec<&Name>, Vec<&Name>) =
        others.map(|(_, other)| other).partition(|other| is_everywhere(other, index));
    if topics.iter().any(|topic| !are_linked(name, topic, index)) {
        return true;
    }
    // What a name does with a technology counts where nothing else is named.
    let has_things = others.iter().any(|other| other.kind != ClaimKind::Technology);
    let counted = others.into_iter().filter(|other| !has_things || other.kind != ClaimKind::Technology);
    let distances: Vec<(u32, &Name)> = counted.map(|other| (distance(name, other, said), other)).collect();
    let Some(nearest) = distances.iter().map(|(distance, _)| *distance).min() else { return false };
    // A name between two others may belong to either.
    let close = distances.iter().filter(|(distance, _)| *distance <= nearest + 1);
    !close.into_iter().any(|(_, other)| are_linked(name, other, index))
}

fn distance(one: &Name, other: &Name, said: &Said) -> u32 {
    let place = |at: usize| said.reading.tokens.get(at).map_or(0, |token| token.place);
    if one.tokens.start < other.tokens.start {
        place(other.tokens.start).saturating_sub(place(one.tokens.end - 1))
    } else {
        place(one.tokens.start).saturating_sub(place(other.tokens.end - 1))
    }
}

/// True if the name stands in a list of its like.
pub(super) fn is_listed(number: usize, names: &[Name], said: &Said) -> bool {
    let Some(name) = names.get(number) else { return false };
    names.iter().any(|other| other.tokens != name.tokens && same_list(name, other, names, said))
}

/// Words that may stand between the members of a list, articles among them, folded.
const LIST_JOINTS: &[&str] = &[
    "y", "e", "and", "et", "und", "i", "o", "or", "ou", "oder", "u", "la", "el", "las", "los", "le", "les", "l", "the",
    "die", "der", "das", "den", "il", "lo", "gli", "a", "os", "as", "els",
];

/// True if only commas, `and` and other names stand between the two: members of one list.
fn same_list(one: &Name, other: &Name, names: &[Name], said: &Said) -> bool {
    if (one.kind == ClaimKind::Organisation) != (other.kind == ClaimKind::Organisation) {
        return false;
    }
    let (left, right) = if one.tokens.start < other.tokens.start { (one, other) } else { (other, one) };
    let is_joint = |at: usize| {
        let named = names.iter().any(|name| name.tokens.contains(&at));
        let word = said.reading.tokens.get(at).map_or("", |token| token.folded.as_str());
        named || LIST_JOINTS.contains(&word)
    };
    left.tokens.end < right.tokens.start + 2 && (left.tokens.end..right.tokens.start).all(is_joint)
}

fn are_linked(one: &Name, other: &Name, index: &Index) -> bool {
    let is_in = |name: &Name, unit: usize| name.units.binary_search(&unit).is_ok();
    let near = |name: &Name, other: &Name| {
        name.units.iter().any(|unit| {
            let above = index.units.get(*unit).map_or(&[][..], |unit| &unit.scope);
            is_in(other, *unit) || above.iter().any(|above| is_in(other, *above))
        })
    };
    if near(one, other) || near(other, one) {
        return true;
    }
    // Both named by what a unit is about: a heading says one, the opening sentence the other.
    index.units.iter().any(|unit| {
        unit.scope.iter().any(|above| is_in(one, *above)) && unit.scope.iter().any(|above| is_in(other, *above))
    })
}
