//! Names: whether the sources know them, and whether they put together those that the sentence puts together.
//!
//! What a name is, is decided by [`known`]; what is told of it, by [`relations`].

mod known;
mod relations;

use std::ops::Range;

use portavoz_text::language::Language;

use super::facts::Value;
use super::index::{Index, Posting};
use super::lists;
use super::said::Said;
use super::values::Scene;
use super::{ClaimKind, Status};
use known::known;
use relations::{has_another_role, is_another, is_listed, is_parted};

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
    let verdicts: Vec<Status> = (0..names.len())
        .map(|number| {
            if is_parted(number, &names, said, index) {
                Status::Unsupported
            } else if is_listed(number, &names, said) {
                // The sources need not tell of the members of a list together.
                names.get(number).map_or(Status::Unsupported, |name| name.status)
            } else if is_another(number, &names, scene) || has_another_role(number, &names, scene) {
                Status::Contradicted
            } else {
                names.get(number).map_or(Status::Unsupported, |name| name.status)
            }
        })
        .collect();
    for (name, verdict) in names.iter_mut().zip(verdicts) {
        name.status = verdict;
    }
    names
}

/// The names that single out a part of the sources: neither the owner's nor technologies.
pub(super) fn anchors(names: &[Name], said: &Said, index: &Index) -> Vec<Name> {
    let known = names.iter().filter(|name| name.status == Status::Supported && name.kind != ClaimKind::Technology);
    known.filter(|name| !is_everywhere(name, index) && !is_fixed(name, said)).cloned().collect()
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
