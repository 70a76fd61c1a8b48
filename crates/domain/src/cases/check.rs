//! What no single key shows: cases that contradict themselves, and cases that are there twice.

use std::collections::{HashMap, HashSet};

use portavoz_text::fold::fold;

use super::{Case, Problem, document_of, name_of};
use crate::answer::Outcome;

/// The longest id, in characters: ids stand in tables and file names.
pub(super) const MAX_ID_CHARS: usize = 100;

/// Complains of a case that no answer can fulfil.
pub(super) fn consistency(case: &Case, line: usize, problems: &mut Vec<Problem>) {
    let mut complain = |what: String, hint: &str| problems.push(Problem::new(line, what).hint(hint));
    if let Some(outcome) = case.expect.filter(|outcome| *outcome != Outcome::Answered) {
        for (key, list) in [("topics", &case.topics), ("sources", &case.sources)] {
            if !list.is_empty() {
                let what =
                    format!("the case expects `{}` and has `{key}`, which only an answer can have", outcome.name());
                complain(what, "remove one of the two");
            }
        }
    }
    let is_left_out = |document: &str| case.without.iter().any(|without| without == document);
    for source in case.sources.iter().filter(|source| document_of(source, is_left_out).is_some()) {
        complain(format!("`{source}` stands in `sources` and is left out by `without`"), "remove one of the two");
    }
    for phrase in &case.must {
        if case.must_not.iter().any(|other| fold(other) == fold(phrase)) {
            complain(format!("`{phrase}` stands in `must` and in `must_not`"), "remove one of the two");
        }
    }
}

/// Names the cases that have no id, and complains of ids and questions that are there twice.
pub(super) fn name_and_compare(placed: &mut [(usize, Case)], problems: &mut Vec<Problem>) {
    let mut ids: HashMap<String, usize> = HashMap::new();
    for (line, case) in placed.iter().filter(|(_, case)| !case.id.is_empty()) {
        if let Some(first) = ids.get(&case.id) {
            let what = format!("the id `{}` is taken by the case on line {first}", case.id);
            problems.push(Problem::new(*line, what).hint("give each case its own, or leave it out"));
        } else {
            ids.insert(case.id.clone(), *line);
        }
    }
    let mut taken: HashSet<String> = ids.into_keys().collect();
    let mut asked: HashMap<String, usize> = HashMap::new();
    for (line, case) in placed.iter_mut() {
        if let Some(first) = asked.get(&asked_as(case)) {
            let what = format!("the question is that of the case on line {first}");
            problems.push(Problem::new(*line, what).hint("remove one of the two, as it would count twice"));
        } else {
            asked.insert(asked_as(case), *line);
        }
        if case.id.is_empty() {
            let name = name_of(case);
            case.id = (1..).map(|number| numbered(&name, number)).find(|id| !taken.contains(id)).unwrap_or(name);
            taken.insert(case.id.clone());
        }
    }
}

fn numbered(name: &str, number: usize) -> String {
    if number == 1 { name.to_owned() } else { format!("{name}-{number}") }
}

/// What makes two cases the same question: its words, the conversation, the language and the documents.
fn asked_as(case: &Case) -> String {
    let same = |text: &String| fold(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let before: Vec<String> = case.before.iter().map(same).collect();
    format!("{:?} {:?} {:?} {:?}", same(&case.question), before, case.language, case.without)
}
