//! Names: whether the sources know them, and whether they put together those that the sentence puts together.

use std::ops::Range;

use portavoz_text::language::Language;
use portavoz_text::lexicon;

use super::facts::names::kind;
use super::facts::{Fact, Value};
use super::index::{Index, Posting, Unit};
use super::lists;
use super::reading::{Capital, Token};
use super::said::{Hit, Said, within};
use super::values::{self, Scene};
use super::{ClaimKind, Status};

/// A name of the sentence, as far as the sources know it.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) kind: ClaimKind,
    /// Its words: their numbers in the sentence.
    pub(super) tokens: Range<usize>,
    /// Units that name it, in order.
    pub(super) units: Vec<usize>,
    /// Its first place in the sources.
    pub(super) at: Option<Posting>,
    pub(super) status: Status,
}

/// The names of a sentence, judged.
pub(super) fn judge(scene: Scene<'_>, language: Language) -> Vec<Name> {
    let Scene { said, index, .. } = scene;
    let facts = said.reading.facts.iter().filter(|fact| fact.value == Value::Name);
    let mut names: Vec<Name> = facts.flat_map(|fact| known(fact, said, language, index)).collect();
    let partings: Vec<bool> = (0..names.len()).map(|number| is_parted(number, &names, said, index)).collect();
    for (name, parted) in names.iter_mut().zip(partings) {
        if parted {
            name.status = Status::Unsupported;
        } else if name.status == Status::Supported && is_another(name, scene) {
            name.status = Status::Contradicted;
        }
    }
    names
}

/// What a name's best place must fit beside another organisation's, to be believed.
const RIVAL: f32 = 0.7;

/// True if what the sentence says of an organisation is said of another one. Numbers and dates, where there are any,
/// are judged with the name beside them, which is surer.
fn is_another(name: &Name, scene: Scene<'_>) -> bool {
    let has_values = scene.said.reading.facts.iter().any(|fact| fact.value != Value::Name);
    if name.kind != ClaimKind::Organisation || has_values {
        return false;
    }
    let (mut best, mut rival) = (0.0_f32, 0.0_f32);
    for (number, unit) in scene.index.units.iter().enumerate() {
        for other in unit.reading.facts.iter().filter(|fact| fact.kind == ClaimKind::Organisation) {
            let fits = values::affinity(name.tokens.clone(), (number, unit, &other.tokens), scene);
            let is_same = name.units.binary_search(&number).is_ok() && shares_word(name, other, unit, scene.said);
            let slot = if is_same { &mut best } else { &mut rival };
            *slot = slot.max(fits);
        }
    }
    best < rival * RIVAL
}

fn shares_word(name: &Name, other: &Fact, unit: &Unit, said: &Said) -> bool {
    let words = said.reading.tokens.get(name.tokens.clone()).unwrap_or_default();
    let theirs = unit.reading.tokens.get(other.tokens.clone()).unwrap_or_default();
    words.iter().any(|word| !word.is_stop && theirs.iter().any(|other| other.folded == word.folded))
}

/// How a word of a run of capitals belongs to a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// It must stand in the sources as it is.
    Name,
    /// The same, but the capital alone may be the beginning of the sentence.
    Opening,
    /// A word like any other with a capital: its translation will do, or nothing.
    Word,
    /// Not of the name at all.
    None,
}

fn part(at: usize, said: &Said, language: Language, index: &Index) -> Part {
    let Some(token) = said.reading.tokens.get(at) else { return Part::None };
    if token.is_stop && token.capital != Capital::Shape && !lists::names().capital.contains(token.folded.as_str()) {
        return Part::None;
    }
    let list = lists::names();
    let folded = token.folded.as_str();
    let is_listed =
        list.technology.contains(folded) || list.company.contains(folded) || list.alias.contains_key(folded);
    let is_word = !lexicon::concepts(&token.stem, language).is_empty();
    match token.capital {
        Capital::Shape => Part::Name,
        Capital::None if is_listed => Part::Name,
        Capital::None => Part::None,
        _ if is_listed => Part::Name,
        Capital::Name if !is_word => Part::Name,
        Capital::Expected if is_named_in(token, index) && at == 0 => Part::Opening,
        _ if is_named_in(token, index) => Part::Name,
        Capital::Name => Part::Word,
        Capital::Expected if language == Language::De => Part::Word,
        Capital::Expected => Part::None,
    }
}

/// True if the sources write the word as a name.
fn is_named_in(token: &Token, index: &Index) -> bool {
    index.surfaces.find(&token.folded).iter().any(|at| {
        let word = index.units.get(at.unit).and_then(|unit| unit.reading.tokens.get(at.index));
        word.is_some_and(|word| matches!(word.capital, Capital::Name | Capital::Shape))
    })
}

/// The names that a run of capitals holds: the whole run where the sources know it so, otherwise its parts.
fn known(fact: &Fact, said: &Said, language: Language, index: &Index) -> Vec<Name> {
    let mut parts: Vec<(usize, Part)> = fact.tokens.clone().map(|at| (at, part(at, said, language, index))).collect();
    settle_opening(&mut parts, said, index);
    let of =
        |wanted: Part| parts.iter().filter(move |(_, part)| *part == wanted).map(|(at, _)| *at).collect::<Vec<_>>();
    let required = of(Part::Name);
    let (Some(first), Some(last)) = (required.first(), required.last()) else { return Vec::new() };
    let name = |tokens: Range<usize>, required: &[usize]| {
        let kind = kind(said.reading.tokens.get(tokens.clone()).unwrap_or_default());
        let units = together(required, said, index);
        let status = if units.is_empty() { Status::Unsupported } else { Status::Supported };
        let at = units.first().copied();
        Name { kind, tokens, units: distinct(&units), at, status }
    };
    let whole = name(*first..last + 1, &required);
    let heads = of(Part::Word).iter().any(|at| {
        said.reading.tokens.get(*at).is_some_and(|token| lists::names().organisation.contains(token.folded.as_str()))
    });
    if whole.status == Status::Supported && !heads || required.len() == 1 && !heads {
        return vec![whole];
    }
    if heads {
        // `Universidad de X`: the word that makes it an organisation must stand with the rest.
        let all: Vec<usize> = parts.iter().filter(|(_, part)| *part != Part::None).map(|(at, _)| *at).collect();
        let with_head = name(*first.min(all.first().unwrap_or(first))..last + 1, &all);
        return vec![with_head];
    }
    let is_technical = |at: &usize| said.reading.tokens.get(*at).is_some_and(|token| token.capital == Capital::Shape);
    let mut found: Vec<Name> = Vec::new();
    for run in required.chunk_by(|one, other| is_technical(one) == is_technical(other)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        if is_technical(first) {
            found.extend(run.iter().map(|at| name(*at..at + 1, &[*at])));
        } else {
            found.push(name(*first..last + 1, run));
        }
    }
    found
}

/// Decides of a first word with a capital whether it begins the name that follows: `Lumbre Estudio`, `Built Legajo`.
fn settle_opening(parts: &mut [(usize, Part)], said: &Said, index: &Index) {
    let required: Vec<usize> = parts.iter().filter(|(_, part)| *part != Part::None).map(|(at, _)| *at).collect();
    let is_alone = required.len() == 1;
    let begins = is_alone || !together(&required, said, index).is_empty();
    if let Some((_, first)) = parts.first_mut().filter(|(_, part)| *part == Part::Opening) {
        *first = if begins { Part::Name } else { Part::None };
    }
}

fn distinct(places: &[Posting]) -> Vec<usize> {
    let mut units: Vec<usize> = places.iter().map(|place| place.unit).collect();
    units.dedup();
    units
}

/// Where the sources have all the words `required` within a few words.
fn together(required: &[usize], said: &Said, index: &Index) -> Vec<Posting> {
    let Some((first, rest)) = required.split_first() else { return Vec::new() };
    let reach = required.len() + 2;
    let literal = |at: &usize| said.hits.get(*at).map_or(Vec::new(), |hits| literal(*at, hits, said, index));
    let others: Vec<Vec<Hit>> = rest.iter().map(literal).collect();
    literal(first)
        .into_iter()
        .filter(|hit| {
            others.iter().all(|hits| {
                within(hits, hit.at.unit).iter().any(|other| other.at.index.abs_diff(hit.at.index) <= reach)
            })
        })
        .map(|hit| hit.at)
        .collect()
}

/// The hits that are the name's own word: as written, an alias, or without the `s` that a language adds.
fn literal(at: usize, hits: &[Hit], said: &Said, index: &Index) -> Vec<Hit> {
    let Some(token) = said.reading.tokens.get(at) else { return Vec::new() };
    let alias = lists::names().alias.get(token.folded.as_str());
    let bare = token.folded.strip_suffix('s').filter(|bare| bare.len() >= 4);
    let is_name = matches!(token.capital, Capital::Name | Capital::Shape | Capital::None);
    hits.iter()
        .filter(|hit| {
            let Some(word) = index.units.get(hit.at.unit).and_then(|unit| unit.reading.tokens.get(hit.at.index)) else {
                return false;
            };
            let folded = word.folded.as_str();
            let is_same = folded == token.folded
                || bare == Some(folded)
                || folded.strip_suffix('s') == Some(token.folded.as_str())
                || alias.is_some_and(|alias| alias.contains(&folded));
            // A word of the lexicon may be told by its translation: `Universität`, `University`.
            is_same || !is_name && hit.worth >= 0.75 || is_common(token, folded)
        })
        .copied()
        .collect()
}

/// Spellings of a word that sister languages share: `Logistics`, `Logística`.
fn is_common(token: &Token, other: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "tion", "cion", "sion", "zione", "cao", "cio", "ics", "ica", "ique", "ik", "logy", "logia", "logie", "ity",
        "idad", "idade", "itat", "ite", "ita", "ence", "encia", "enz", "enza", "ia", "al", "ale",
    ];
    let listed = lists::names().organisation.contains(other);
    let ends = |word: &str| ENDINGS.iter().any(|ending| word.ends_with(ending));
    let alike = token.folded.get(..4).is_some_and(|start| other.starts_with(start));
    alike && (listed || ends(&token.folded) && ends(other) && token.folded.len() >= 7)
}

/// The names that single out a part of the sources: neither the owner's nor technologies.
pub(super) fn anchors(names: &[Name], said: &Said, index: &Index) -> Vec<Name> {
    let known = names.iter().filter(|name| name.status == Status::Supported && name.kind != ClaimKind::Technology);
    known.filter(|name| !is_everywhere(name, index) && !is_fixed(name, said)).cloned().collect()
}

/// True if the sources know the name, but not together with the nearest other name of the sentence.
fn is_parted(number: usize, names: &[Name], said: &Said, index: &Index) -> bool {
    let Some(name) = names.get(number).filter(|name| name.status == Status::Supported) else { return false };
    if is_everywhere(name, index) || is_fixed(name, said) {
        return false;
    }
    let others = names.iter().enumerate().filter(|(other, candidate)| {
        *other != number
            && candidate.status == Status::Supported
            && !is_everywhere(candidate, index)
            && !is_fixed(candidate, said)
            // What a technology belongs to is a thing or an organisation, not its neighbour in a list.
            && (name.kind != ClaimKind::Technology || candidate.kind != ClaimKind::Technology)
            && candidate.kind != ClaimKind::Technology
            && !same_list(name, candidate, names, said)
    });
    let distances: Vec<(u32, &Name)> = others.map(|(_, other)| (distance(name, other, said), other)).collect();
    let Some(nearest) = distances.iter().map(|(distance, _)| *distance).min() else { return false };
    // A name between two others may belong to either.
    let close = distances.iter().filter(|(distance, _)| *distance <= nearest + 1);
    !close.into_iter().any(|(_, other)| are_linked(name, other, index))
}

/// True for words that are claims by themselves: languages, degrees.
fn is_fixed(name: &Name, said: &Said) -> bool {
    let word = said.reading.tokens.get(name.tokens.start);
    word.is_some_and(|word| lists::names().fixed.contains(word.folded.as_str()))
}

/// True if the name is so common in the sources that it parts nothing: the owner's own.
fn is_everywhere(name: &Name, index: &Index) -> bool {
    let of = |unit: usize| index.units.get(unit).map_or(&[][..], |unit| &unit.scope);
    let named = (0..index.units.len())
        .filter(|unit| {
            name.units.binary_search(unit).is_ok()
                || of(*unit).iter().any(|above| name.units.binary_search(above).is_ok())
        })
        .count();
    named * 2 > index.units.len()
}

fn distance(one: &Name, other: &Name, said: &Said) -> u32 {
    let place = |at: usize| said.reading.tokens.get(at).map_or(0, |token| token.place);
    if one.tokens.start < other.tokens.start {
        place(other.tokens.start).saturating_sub(place(one.tokens.end - 1))
    } else {
        place(one.tokens.start).saturating_sub(place(other.tokens.end - 1))
    }
}

/// True if only commas, `and` and other names stand between the two: members of one list.
fn same_list(one: &Name, other: &Name, names: &[Name], said: &Said) -> bool {
    let (left, right) = if one.tokens.start < other.tokens.start { (one, other) } else { (other, one) };
    let is_joint = |at: usize| {
        let named = names.iter().any(|name| name.tokens.contains(&at));
        let word = said.reading.tokens.get(at).map_or("", |token| token.folded.as_str());
        named || matches!(word, "y" | "e" | "and" | "et" | "und" | "i" | "o" | "or" | "ou" | "oder" | "u")
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
