//! When two statements are about the same employer, job, degree or field.

use std::collections::HashSet;

use portavoz_text::dates::End;
use portavoz_text::fold::fold;
use portavoz_text::ngrams::overlap as overlap_of_ngrams;
use portavoz_text::stem::stem;
use portavoz_text::words::words;

use crate::facts::tokens::Tokens;
use crate::facts::{Fact, Statement, When};

/// Legal forms and articles: no part of a name. `S.L.` is two words.
const NO_NAME: [&str; 31] = [
    "gmbh", "ag", "kg", "ug", "sl", "sa", "slu", "sas", "sarl", "srl", "spa", "inc", "ltd", "llc", "lda", "plc", "bv",
    "co", "corp", "company", "the", "el", "la", "los", "las", "le", "les", "die", "der", "das", "limited",
];

/// A name as it is compared: folded words without legal form and article.
pub(super) fn name(text: &str) -> String {
    let folded = words(text).into_iter().map(|word| fold(word.text));
    let all: Vec<String> =
        folded.filter(|word| word.chars().count() > 1 || word.bytes().all(|b| b.is_ascii_digit())).collect();
    let kept: Vec<&str> = all.iter().map(String::as_str).filter(|word| !NO_NAME.contains(word)).collect();
    if kept.is_empty() { all.join(" ") } else { kept.join(" ") }
}

/// Words with which the names of many organisations begin: alone they name none of them.
const GENERIC: [&str; 22] = [
    "banco",
    "bank",
    "banc",
    "banque",
    "banca",
    "grupo",
    "group",
    "groupe",
    "gruppo",
    "grup",
    "gruppe",
    "universidad",
    "university",
    "universidade",
    "universite",
    "universita",
    "universitat",
    "ayuntamiento",
    "estudio",
    "studio",
    "atelier",
    "instituto",
];

/// The word by which organisations are put together before they are compared.
pub(super) fn first_word(organisation: &str) -> String {
    name(organisation).split(' ').next().unwrap_or_default().to_owned()
}

fn organisations(left: &str, right: &str) -> bool {
    let (left, right) = (name(left), name(right));
    let (short, long) = if left.len() <= right.len() { (&left, &right) } else { (&right, &left) };
    let is_beginning = long.strip_prefix(short.as_str()).is_some_and(|rest| rest.starts_with(' '));
    left == right || (is_beginning && short.len() >= 4 && !GENERIC.contains(&short.as_str()))
}

/// True if both are surely the same job: at the same employer, in words for the same title, at overlapping times, and
/// neither document tells of a second job that the other statement fits.
pub(super) fn job(left: &Fact, right: &Fact, group: &[&Fact]) -> bool {
    let (Some(one), Some(other)) = (Job::of(left), Job::of(right)) else { return false };
    if !organisations(one.organisation, other.organisation) || !overlap(one.when, other.when) {
        return false;
    }
    let is_explained = left.source.document != right.source.document
        && (is_told_by(right, &one, group) || is_told_by(left, &other, group));
    titles(&one, &other) && !is_explained
}

/// True if the document of `there` tells of the job in another of its statements, or in several that follow each
/// other: "engineer 2019–2021" and "lead 2021–2023" is what others tell as 2019–2023.
fn is_told_by(there: &Fact, wanted: &Job<'_>, group: &[&Fact]) -> bool {
    let same_document = group.iter().filter(|fact| fact.source.document == there.source.document);
    let jobs: Vec<Job<'_>> = same_document
        .filter_map(|fact| Job::of(fact))
        .filter(|job| organisations(job.organisation, wanted.organisation))
        .collect();
    let last = jobs.iter().filter_map(|job| job.when.to).max_by_key(|to| match to {
        End::Date(date) => (false, Some(*date)),
        End::Present => (true, None),
    });
    let whole = When { from: jobs.iter().filter_map(|job| job.when.from).min(), to: last };
    jobs.iter().any(|job| super::differ(job.when, wanted.when).is_none())
        || (jobs.len() > 1 && super::differ(whole, wanted.when).is_none())
}

struct Job<'a> {
    title: Option<&'a str>,
    organisation: &'a str,
    when: When,
    fact: &'a Fact,
}

impl<'a> Job<'a> {
    fn of(fact: &'a Fact) -> Option<Self> {
        match &fact.statement {
            Statement::Employment { title, organisation: Some(organisation), when } => {
                Some(Self { title: title.as_deref(), organisation, when: *when, fact })
            }
            _ => None,
        }
    }
}

/// Titles that can be the same: one is not told, or they share their main word and, in one language, one says all
/// that the other says, or both jobs began or ended together.
fn titles(left: &Job<'_>, right: &Job<'_>) -> bool {
    let (Some(one), Some(other)) = (left.title, right.title) else { return true };
    let (one_language, other_language) = (left.fact.source.language, right.fact.source.language);
    let concept = |title: &str, language| Tokens::of(title, language).any_concept("title");
    let same_concept = concept(one, one_language) == concept(other, other_language);
    if one_language != other_language {
        return same_concept;
    }
    let content =
        |title: &str| -> HashSet<String> { words(title).iter().map(|word| stem(word.text, one_language)).collect() };
    let (one, other) = (content(one), content(other));
    let says_all = one.is_subset(&other) || other.is_subset(&one);
    let begins = left.when.from.is_some() && left.when.from == right.when.from;
    let ends = matches!(left.when.to, Some(End::Date(_))) && left.when.to == right.when.to;
    (one == other) || (same_concept && (begins || ends)) || (says_all && (begins || ends))
}

fn overlap(left: When, right: When) -> bool {
    let begins_in = |one: When, other: When| match (one.from, other.from, other.to) {
        (Some(from), Some(start), Some(End::Date(end))) => (start.year..=end.year).contains(&from.year),
        (Some(from), Some(start), _) => from.year >= start.year,
        _ => true,
    };
    begins_in(left, right) || begins_in(right, left)
}

/// The kind of degree that a title names: bachelor, master.
pub(super) fn degree_concept(degree: &str, fact: &Fact) -> &'static str {
    Tokens::of(degree, fact.source.language).any_concept("degree").unwrap_or_default()
}

/// True if both are the same degree of the same school: in one language they must name the same field; in two, each
/// document must tell of one such degree only.
pub(super) fn degree(left: &Fact, right: &Fact, group: &[&Fact]) -> bool {
    let (Statement::Education { degree: one, .. }, Statement::Education { degree: other, .. }) =
        (&left.statement, &right.statement)
    else {
        return false;
    };
    if left.source.language == right.source.language {
        let field = |degree: &str, fact: &Fact| -> HashSet<String> {
            let words = Tokens::of(degree, fact.source.language);
            let own = (0..words.len()).filter(|&at| words.concept(at, "degree").is_none() && !words.is_stopword(at));
            own.filter_map(|at| words.get(at)).map(|token| stem(&token.folded, fact.source.language)).collect()
        };
        let (one, other) = (field(one, left), field(other, right));
        return one.is_subset(&other) || other.is_subset(&one);
    }
    let alone = |of: &Fact| {
        let there = group.iter().filter(|fact| fact.source.document == of.source.document);
        there.count() == 1
    };
    alone(left) && alone(right)
}

/// True if both speak of the same field in the same words, or of experience as a whole.
pub(super) fn topic(left: Option<&str>, right: Option<&str>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => name(left) == name(right),
        _ => false,
    }
}

/// How alike two mailboxes are that are meant for one.
const SAME_MAILBOX: f32 = 0.5;

/// True if two addresses look like an old and a new, or a right and a wrong one, of the same mailbox: their users are
/// alike, or one's user is like the other's host.
pub(super) fn mailbox(left: &str, right: &str) -> bool {
    let part = |address: &str| -> (String, String) {
        let (user, host) = address.split_once('@').unwrap_or((address, ""));
        (user.to_owned(), host.split('.').next().unwrap_or_default().to_owned())
    };
    let ((user, host), (other_user, other_host)) = (part(left), part(right));
    [(&user, &other_user), (&user, &other_host), (&host, &other_user)]
        .into_iter()
        .any(|(one, other)| one == other || overlap_of_ngrams(one, other) >= SAME_MAILBOX)
}
