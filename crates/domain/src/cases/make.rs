//! Making cases from the facts that documents state: questions whose answers are known, and questions that must not be
//! answered because no document does.
//!
//! A wrong case is worse than a missing one: facts that contradict each other or are stated in more than one way are left
//! alone, no question holds its own answer, and a question passes for unanswerable only if no document that is left has
//! both its subject's name and its answer. The questions are in `data/cases/questions.toml`. Start at [`make`].
//! To add a kind of question: 1. its wording in that file, in both languages, and in `make/wording.rs`; 2. a call of
//! `Maker::ask` in `make/subjects.rs`.

mod choose;
mod corpus;
mod groups;
mod lists;
mod subjects;
mod wording;

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::words::words;

use self::corpus::Corpus;
use self::groups::Groups;
use self::wording::{Wording, nobody};
use super::{Case, Origin, OriginKind, name_of};
use crate::answer::Outcome;
use crate::chunk::Chunk;
use crate::facts::{Contradiction, Fact};
use crate::phrases;
use crate::quality::topics_covered;

pub use choose::{balanced, shuffled};

/// The tag of cases that no document answers.
pub const UNANSWERABLE: &str = "unanswerable";
/// So many documents, and one in so many, must be left when those that answer are left out, or hardly anything is left
/// that could mislead.
const LEFT_AT_LEAST: usize = 2;
const LEFT_ONE_IN: usize = 3;

/// What cases are made from.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a, C> {
    /// The ledger.
    pub facts: &'a [Fact],
    /// Where its facts disagree.
    pub contradictions: &'a [Contradiction],
    /// All passages.
    pub chunks: &'a [C],
    /// The owner's name.
    pub owner: Option<&'a str>,
}

/// Every case that can be made, in a stable order. Each has one tag for its kind (`job`, `skill`, ...), and
/// [`UNANSWERABLE`] if it is. Choose among them with [`balanced`].
pub fn make<C: Borrow<Chunk>>(material: &Material<'_, C>) -> Vec<Case> {
    let corpus = Corpus::of(material.chunks);
    let mut maker = Maker { corpus: &corpus, owner: material.owner, cases: BTreeMap::new() };
    let groups = Groups::of(material.facts, material.contradictions);
    subjects::ask(&mut maker, &groups);
    lists::ask(&mut maker, &groups);
    maker.ask_of_nobody(material.facts);
    let mut cases: Vec<Case> = maker.cases.into_values().collect();
    for case in &mut cases {
        case.id = name_of(case);
    }
    cases
}

/// What is known of something that the documents speak of.
struct Value {
    /// What a good answer says, each with its aliases.
    topics: Vec<String>,
    /// Those of its words that stand in every document that says it: numbers and names. Empty if it can be put in
    /// other words, so that nobody can tell which documents do not say it.
    hard: Vec<String>,
    /// Documents that say it.
    sources: BTreeSet<String>,
    /// Their words.
    note: String,
}

/// A question before it is known whether it makes a case.
struct Asked<'a> {
    /// The kind, as a tag.
    tag: &'static str,
    language: Language,
    /// Its wordings, and the part that is filled in beside the owner's name.
    templates: &'a [String],
    part: (&'a str, &'a str),
    /// What the documents may call what it is about.
    names: &'a [String],
    value: &'a Value,
}

struct Maker<'a> {
    corpus: &'a Corpus,
    owner: Option<&'a str>,
    /// By question and by the documents that are left out, so that none is asked twice.
    cases: BTreeMap<(String, Vec<String>), Case>,
}

impl Maker<'_> {
    /// The wording of a question that the subject's name picks, filled in.
    fn question(&self, templates: &[String], language: Language, part: (&str, &str)) -> Option<String> {
        let wording = Wording::of(language);
        let picked = part.1.bytes().map(usize::from).sum::<usize>() % templates.len().max(1);
        let name = if part.0 == "organisation" { wording.with_article(part.1) } else { part.1.to_owned() };
        let template = templates.get(picked)?.replace(&format!("{{{}}}", part.0), &name);
        let owner = self.owner.filter(|name| !name.trim().is_empty()).unwrap_or(&wording.unnamed);
        Some(phrases::fill(&template, language, Some(owner)))
    }

    /// Adds the case of a question, and its unanswerable twin if there can be one.
    fn ask(&mut self, asked: &Asked<'_>) {
        let Asked { tag, language, templates, part, names, value } = *asked;
        let Some(question) = self.question(templates, language, part) else { return };
        let gives_away = topics_covered(&value.topics, &question, language).parts.iter().any(|part| part.score > 0.0);
        if gives_away || value.topics.is_empty() {
            return;
        }
        let mut sources = value.sources.clone();
        sources.extend(self.corpus.stating(names, &value.hard));
        let origin = Some(Origin { kind: OriginKind::Facts, note: one_line(&value.note) });
        let case = Case {
            question: question.clone(),
            expect: Some(Outcome::Answered),
            topics: value.topics.clone(),
            must: if value.hard.is_empty() { Vec::new() } else { value.topics.clone() },
            sources: sources.iter().cloned().collect(),
            tags: vec![tag.to_owned()],
            origin: origin.clone(),
            ..Case::default()
        };
        self.cases.entry((question.clone(), Vec::new())).or_insert(case);
        if value.hard.is_empty() {
            return;
        }
        sources.extend(self.corpus.perhaps_stating(names, &value.hard));
        if self.corpus.len() < sources.len() + LEFT_AT_LEAST.max(self.corpus.len() / LEFT_ONE_IN) {
            return;
        }
        let without: Vec<String> = sources.into_iter().collect();
        let twin = Case {
            question: question.clone(),
            expect: Some(Outcome::NotKnown),
            without: without.clone(),
            tags: vec![UNANSWERABLE.to_owned(), tag.to_owned()],
            origin,
            ..Case::default()
        };
        self.cases.entry((question, without)).or_insert(twin);
    }

    /// Questions about well-known things that no document mentions, in the languages of the facts.
    fn ask_of_nobody(&mut self, facts: &[Fact]) {
        let languages: BTreeSet<Language> = facts.iter().map(|fact| wording::spoken(fact.source.language)).collect();
        for language in languages {
            let wording = Wording::of(language);
            let skills = nobody().skills.iter().map(|name| ("skill", name, &wording.nobody_skill));
            let organisations =
                nobody().organisations.iter().map(|name| ("organisation", name, &wording.nobody_organisation));
            for (part, name, templates) in skills.chain(organisations) {
                let Some(question) = self.question(templates, language, (part, name)) else { continue };
                if self.corpus.mentions(name) {
                    continue;
                }
                let note = format!("no document mentions {name}");
                let case = Case {
                    question: question.clone(),
                    expect: Some(Outcome::NotKnown),
                    tags: vec![UNANSWERABLE.to_owned(), "nobody".to_owned()],
                    origin: Some(Origin { kind: OriginKind::Facts, note }),
                    ..Case::default()
                };
                self.cases.insert((question, Vec::new()), case);
            }
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words as they are compared across languages.
fn folded(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| fold(word.text)).collect()
}

#[cfg(test)]
mod tests;
