//! Facts put together by what they are about, those in doubt left out.

use std::collections::{BTreeMap, BTreeSet};

use portavoz_text::dates::Date;
use portavoz_text::language::Language;

use super::{Value, folded, wording};
use crate::facts::{Contradiction, Fact, Milestone, Statement};

/// What a fact is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// A job, by its organisation; empty for work on one's own account.
    Job(String),
    /// What was studied, by the institution.
    Education(String),
    Skill(String),
    /// By its code.
    Tongue(String),
    Project(String),
    /// A certificate, award, talk or publication, by its rank among these and its name.
    Milestone(u8, String),
    /// By the field and the language of the claim; empty for all experience.
    Experience(String, Language),
    Email,
    Birth,
}

impl About {
    fn of(fact: &Fact) -> Option<Self> {
        let key = |name: &str| folded(name).join(" ");
        let key_of = |name: &Option<String>| name.as_deref().map(key).unwrap_or_default();
        Some(match &fact.statement {
            Statement::Employment { organisation, .. } => Self::Job(key_of(organisation)),
            Statement::Education { institution, .. } => Self::Education(key(institution.as_deref()?)),
            Statement::Skill { name, .. } => Self::Skill(key(name)),
            Statement::Tongue { code, .. } => Self::Tongue((*code).to_owned()),
            Statement::Project { name, .. } => Self::Project(key(name)),
            Statement::Milestone { milestone, name, .. } => Self::Milestone(rank(*milestone), key(name)),
            Statement::Experience { topic, .. } => Self::Experience(key_of(topic), fact.source.language),
            Statement::Email { .. } => Self::Email,
            Statement::Birth { .. } => Self::Birth,
            // Nothing says where an address leads to.
            Statement::Link { .. } => return None,
        })
    }
}

const fn rank(milestone: Milestone) -> u8 {
    milestone as u8
}

/// Facts about one thing, none of which contradicts another.
pub(super) type Group<'a> = Vec<&'a Fact>;

/// All groups, in a stable order.
pub(super) struct Groups<'a>(pub(super) BTreeMap<About, Group<'a>>);

impl<'a> Groups<'a> {
    pub(super) fn of(facts: &'a [Fact], contradictions: &[Contradiction]) -> Self {
        let mut groups: BTreeMap<About, Group<'a>> = BTreeMap::new();
        for fact in facts {
            if let Some(about) = About::of(fact) {
                groups.entry(about).or_default().push(fact);
            }
        }
        let doubted: BTreeSet<About> =
            contradictions.iter().flat_map(|doubt| [&doubt.left, &doubt.right]).filter_map(About::of).collect();
        groups.retain(|about, _| !doubted.contains(about));
        merge_milestones(&mut groups);
        Self(groups)
    }
}

/// Puts together what documents name at more and at less length ("best application", "prize for the best application"),
/// under the longest name. What one document has as a talk and another as an article is nobody's to decide: it goes.
fn merge_milestones(groups: &mut BTreeMap<About, Group<'_>>) {
    let words = |about: &About| match about {
        About::Milestone(rank, name) => Some((*rank, name.split(' ').map(str::to_owned).collect::<BTreeSet<_>>())),
        _ => None,
    };
    let mut named: Vec<(About, u8, BTreeSet<String>)> =
        groups.keys().filter_map(|about| words(about).map(|(rank, words)| (about.clone(), rank, words))).collect();
    named.sort_by_key(|(_, _, words)| std::cmp::Reverse(words.len()));
    let mut kept: Vec<(About, u8, BTreeSet<String>)> = Vec::new();
    let mut doubted: BTreeSet<About> = BTreeSet::new();
    for (about, rank, words) in named {
        let Some((longer, other, _)) = kept.iter().find(|(_, _, kept)| words.is_subset(kept)) else {
            kept.push((about, rank, words));
            continue;
        };
        let facts = groups.remove(&about).unwrap_or_default();
        if *other != rank {
            doubted.insert(longer.clone());
        }
        if let Some(group) = groups.get_mut(longer) {
            group.extend(facts);
        }
    }
    groups.retain(|about, _| !doubted.contains(about));
}

/// The languages in which a group is asked about.
pub(super) fn languages(group: &Group<'_>) -> BTreeSet<Language> {
    group.iter().map(|fact| wording::spoken(fact.source.language)).collect()
}

/// Documents and words of some facts.
pub(super) fn value<'a>(topics: Vec<String>, hard: Vec<String>, facts: impl Iterator<Item = &'a Fact>) -> Value {
    let mut value = Value { topics, hard, sources: BTreeSet::new(), note: String::new() };
    for fact in facts {
        value.sources.insert(fact.source.document.to_string());
        if value.note.is_empty() {
            value.note.clone_from(&fact.source.quote);
        }
    }
    value
}

/// The one text that facts agree on, whatever its capitals, as a topic: `None` if there are several or none.
pub(super) fn one_text(group: &Group<'_>, read: impl Fn(&Statement) -> Option<String>) -> Option<Value> {
    let said: Vec<(&Fact, String)> = group.iter().filter_map(|fact| Some((*fact, read(&fact.statement)?))).collect();
    let distinct: BTreeSet<String> = said.iter().map(|(_, text)| folded(text).join(" ")).collect();
    let text = alias(&said.first()?.1);
    (distinct.len() == 1).then(|| value(vec![text.clone()], vec![text], said.iter().map(|(fact, _)| *fact)))
}

/// The one year that facts agree on.
pub(super) fn one_year(group: &Group<'_>, read: impl Fn(&Statement) -> Option<Date>) -> Option<Value> {
    one_text(group, |statement| Some(read(statement)?.year.to_string()))
}

/// What facts call the same thing in several languages, as one topic: `None` if one language has several names for it.
pub(super) fn one_name(group: &Group<'_>, read: impl Fn(&Statement) -> Option<String>) -> Option<Value> {
    let mut names: BTreeMap<Language, BTreeMap<String, String>> = BTreeMap::new();
    let mut facts = Vec::new();
    for fact in group {
        if let Some(name) = read(&fact.statement) {
            facts.push(*fact);
            names.entry(fact.source.language).or_default().entry(folded(&name).join(" ")).or_insert(alias(&name));
        }
    }
    let is_clear = !names.is_empty() && names.values().all(|names| names.len() == 1);
    let topic: Vec<String> = names.into_values().flat_map(BTreeMap::into_values).collect();
    is_clear.then(|| value(vec![topic.join("|")], Vec::new(), facts.into_iter()))
}

/// A name as one alias of a topic.
pub(super) fn alias(name: &str) -> String {
    name.replace('|', " ").trim().to_owned()
}
