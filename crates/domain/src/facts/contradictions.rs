//! Where documents disagree: two ends of one job, two years of one degree, totals that cannot both be true.
//!
//! Two statements contradict each other only if they are surely about the same thing and no reading of both is true:
//! a month against its year is none, and neither are jobs that overlap or two titles at one employer. What
//! "the same thing" means is decided in `same.rs`. Start at [`contradictions`].

mod same;

use std::collections::{BTreeMap, HashMap};

use portavoz_text::dates::{Date, End};
use portavoz_text::fold::fold;
use serde::Serialize;

use super::{Bound, Fact, Level, Milestone, Statement, When, Years};

/// What two documents disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// When a job began.
    JobBegin,
    /// When a job ended.
    JobEnd,
    /// When a degree was taken.
    Degree,
    /// When something was built.
    Project,
    /// When a certificate or award was given.
    Milestone,
    /// How many years of experience.
    Experience,
    /// How well a language is spoken.
    Tongue,
    /// The e-mail address.
    Email,
    /// The day of birth.
    Birth,
}

/// Two statements that cannot both be true.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Contradiction {
    /// What they disagree about.
    pub subject: Subject,
    /// The job, degree, language ... in the first document's words.
    pub about: String,
    /// What the first one says of it, such as `2022`.
    pub left_says: String,
    /// What the second one says of it.
    pub right_says: String,
    /// The statement that comes first in the ledger.
    pub left: Fact,
    /// The other one.
    pub right: Fact,
}

impl Contradiction {
    /// One line for the owner: `cv.pdf` says ..., `sobre.md` says ....
    pub fn sentence(&self) -> String {
        let about = &self.about;
        let what = match self.subject {
            Subject::JobBegin => format!("when the job at {about} began"),
            Subject::JobEnd => format!("when the job at {about} ended"),
            Subject::Degree => format!("when {about} was taken"),
            Subject::Project => format!("when {about} was built"),
            Subject::Milestone => format!("when {about} was given"),
            Subject::Experience => format!("how much experience there is ({about})"),
            Subject::Tongue => format!("how well {about} is spoken"),
            Subject::Email => "the e-mail address".to_owned(),
            Subject::Birth => "the date of birth".to_owned(),
        };
        let (left, right) = (&self.left.source.document, &self.right.source.document);
        let (left_says, right_says) = (&self.left_says, &self.right_says);
        if left == right {
            return format!("`{left}` disagrees with itself about {what}: {left_says} or {right_says}");
        }
        format!("documents disagree about {what}: `{left}` says {left_says}, `{right}` says {right_says}")
    }
}

/// Every disagreement, each between two documents once, in the order of the ledger.
pub fn contradictions(facts: &[Fact]) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for group in groups(facts).into_values() {
        for (at, left) in group.iter().enumerate() {
            for right in group.iter().skip(at + 1) {
                if left.source.document != right.source.document || is_firm(left, right) {
                    found.extend(disagreement(left, right, &group));
                }
            }
        }
    }
    found.extend(addresses(facts));
    deduplicated(found)
}

/// Facts that might be about the same thing, so that not all are compared with all.
fn groups(facts: &[Fact]) -> BTreeMap<String, Vec<&Fact>> {
    let mut groups: BTreeMap<String, Vec<&Fact>> = BTreeMap::new();
    for fact in facts {
        let key = match &fact.statement {
            Statement::Employment { organisation: Some(organisation), .. } => {
                format!("job {}", same::first_word(organisation))
            }
            Statement::Education { institution: Some(institution), degree, .. } => {
                format!("degree {} {}", same::degree_concept(degree, fact), same::name(institution))
            }
            Statement::Project { name, .. } => format!("project {}", same::name(name)),
            Statement::Milestone { milestone: Milestone::Award | Milestone::Certificate, name, .. } => {
                format!("milestone {}", same::name(name))
            }
            Statement::Experience { .. } => "experience".to_owned(),
            Statement::Tongue { code, .. } => format!("tongue {code}"),
            Statement::Birth { .. } => "birth".to_owned(),
            _ => continue,
        };
        groups.entry(key).or_default().push(fact);
    }
    groups
}

/// Within one document only the same words for the same thing are believed to mean the same.
fn is_firm(left: &Fact, right: &Fact) -> bool {
    match (&left.statement, &right.statement) {
        (
            Statement::Employment { title: Some(left), organisation: Some(one), .. },
            Statement::Employment { title: Some(right), organisation: Some(other), .. },
        ) => same::name(left) == same::name(right) && same::name(one) == same::name(other),
        (Statement::Education { degree: left, .. }, Statement::Education { degree: right, .. }) => {
            same::name(left) == same::name(right)
        }
        (Statement::Experience { topic: left, .. }, Statement::Experience { topic: right, .. }) => left == right,
        (Statement::Tongue { .. }, Statement::Tongue { .. }) | (Statement::Birth { .. }, Statement::Birth { .. }) => {
            true
        }
        _ => false,
    }
}

fn disagreement(left: &Fact, right: &Fact, group: &[&Fact]) -> Option<Contradiction> {
    let made = |subject, about: &str, left_says: String, right_says: String| Contradiction {
        subject,
        about: about.to_owned(),
        left_says,
        right_says,
        left: left.clone(),
        right: right.clone(),
    };
    match (&left.statement, &right.statement) {
        (
            Statement::Employment { when: one, organisation: Some(about), .. },
            Statement::Employment { when: other, .. },
        ) => {
            let (is_begin, says) = differ(*one, *other).filter(|_| same::job(left, right, group))?;
            let subject = if is_begin { Subject::JobBegin } else { Subject::JobEnd };
            Some(made(subject, about, says.0, says.1))
        }
        (Statement::Education { when: one, degree, .. }, Statement::Education { when: other, .. }) => {
            let says = differ(*one, *other).filter(|_| same::degree(left, right, group))?.1;
            Some(made(Subject::Degree, degree, says.0, says.1))
        }
        (Statement::Project { when: one, name }, Statement::Project { when: other, .. }) => {
            let says = differ(*one, *other)?.1;
            Some(made(Subject::Project, name, says.0, says.1))
        }
        (Statement::Milestone { date: one, name, .. }, Statement::Milestone { date: other, .. }) => {
            (!one.agrees_with(*other)).then(|| made(Subject::Milestone, name, one.to_string(), other.to_string()))
        }
        (Statement::Experience { years: one, topic: left }, Statement::Experience { years: other, topic: right }) => {
            let says = |years: &Years| format!("{}{} years", sign(years.bound), years.years);
            let about = left.as_deref().unwrap_or("in all");
            (!compatible(*one, *other) && same::topic(left.as_deref(), right.as_deref()))
                .then(|| made(Subject::Experience, about, says(one), says(other)))
        }
        (Statement::Tongue { level: one, name, .. }, Statement::Tongue { level: other, .. }) => {
            (!levels_agree(*one, *other)).then(|| made(Subject::Tongue, name, one.to_string(), other.to_string()))
        }
        (Statement::Birth { date: one }, Statement::Birth { date: other }) => {
            (!one.agrees_with(*other)).then(|| made(Subject::Birth, "", one.to_string(), other.to_string()))
        }
        _ => None,
    }
}

/// Whether the beginnings differ (rather than the ends), and what each says. A single year may be any year of a period.
fn differ(left: When, right: When) -> Option<(bool, (String, String))> {
    let single = |when: When| match (when.from, when.to) {
        (None, Some(End::Date(date))) => Some(date),
        _ => None,
    };
    if let (Some(date), other) | (other, Some(date)) = (single(left), single(right))
        && other.is_none()
    {
        let period = if single(left).is_some() { right } else { left };
        return (!covers(period, date)).then(|| (false, (said(left), said(right))));
    }
    if let (Some(one), Some(other)) = (left.from, right.from)
        && !one.agrees_with(other)
    {
        return Some((true, (one.to_string(), other.to_string())));
    }
    let says = |end: End| match end {
        End::Date(date) => date.to_string(),
        End::Present => "present".to_owned(),
    };
    match (left.to?, right.to?) {
        (End::Date(one), End::Date(other)) if one.agrees_with(other) => None,
        (End::Present, End::Present) => None,
        (one, other) => Some((false, (says(one), says(other)))),
    }
}

fn covers(period: When, date: Date) -> bool {
    let starts = period.from.is_none_or(|from| from.year <= date.year);
    let ends = match period.to {
        Some(End::Date(to)) => to.year >= date.year,
        _ => true,
    };
    starts && ends
}

fn said(when: When) -> String {
    let end = when.to.map(|to| match to {
        End::Date(date) => date.to_string(),
        End::Present => "present".to_owned(),
    });
    match (when.from, end) {
        (Some(from), Some(end)) => format!("{from} – {end}"),
        (Some(from), None) => from.to_string(),
        (None, end) => end.unwrap_or_default(),
    }
}

const fn sign(bound: Bound) -> &'static str {
    match bound {
        Bound::Exactly => "",
        Bound::AtLeast => "more than ",
        Bound::AtMost => "less than ",
        Bound::About => "about ",
    }
}

/// Whether some length of time makes both true.
fn compatible(left: Years, right: Years) -> bool {
    let range = |claim: Years| match claim.bound {
        Bound::Exactly => (claim.years, claim.years),
        Bound::AtLeast => (claim.years, u32::MAX),
        Bound::AtMost => (claim.years.saturating_sub(1), claim.years),
        Bound::About => (claim.years.saturating_sub(1), claim.years + 1),
    };
    let ((left_low, left_high), (right_low, right_high)) = (range(left), range(right));
    left_low <= right_high && right_low <= left_high
}

/// Levels of the framework differ or not; words agree with the levels that they can mean.
fn levels_agree(left: Level, right: Level) -> bool {
    let range = |level: Level| match level {
        Level::Basic => (1, 3),
        Level::Intermediate => (3, 4),
        Level::Fluent => (5, 7),
        Level::Native => (6, 7),
        Level::Cefr(level) => (level, level),
    };
    let ((left_low, left_high), (right_low, right_high)) = (range(left), range(right));
    left_low <= right_high && right_low <= left_high
}

/// Documents that each name one address, not the same, but so alike that they must be meant for one.
fn addresses(facts: &[Fact]) -> Vec<Contradiction> {
    let mut of: HashMap<&str, Vec<(&Fact, String)>> = HashMap::new();
    for fact in facts {
        if let Statement::Email { address } = &fact.statement {
            let addresses = of.entry(fact.source.document.as_str()).or_default();
            let folded = fold(address);
            if addresses.iter().all(|(_, known)| *known != folded) {
                addresses.push((fact, folded));
            }
        }
    }
    let single: Vec<&(&Fact, String)> = facts
        .iter()
        .filter_map(|fact| match of.get(fact.source.document.as_str()).map(Vec::as_slice) {
            Some([only]) if std::ptr::eq(only.0, fact) => Some(only),
            _ => None,
        })
        .collect();
    let Some((first, known)) = single.first().copied() else { return Vec::new() };
    let others = single.iter().filter(|(_, address)| address != known && same::mailbox(known, address));
    others
        .map(|(other, address)| Contradiction {
            subject: Subject::Email,
            about: String::new(),
            left_says: known.clone(),
            right_says: address.clone(),
            left: (*first).clone(),
            right: (*other).clone(),
        })
        .collect()
}

/// One of each: where three documents agree and a fourth does not, that is one thing to mend.
fn deduplicated(found: Vec<Contradiction>) -> Vec<Contradiction> {
    let alike = |one: &str, other: &str| one.starts_with(other) || other.starts_with(one);
    let mut kept: Vec<Contradiction> = Vec::new();
    for contradiction in found {
        let is_known = kept.iter().any(|known| {
            let (left, right) = (&contradiction.left_says, &contradiction.right_says);
            let straight = alike(&known.left_says, left) && alike(&known.right_says, right);
            let crossed = alike(&known.left_says, right) && alike(&known.right_says, left);
            known.subject == contradiction.subject
                && same::name(&known.about) == same::name(&contradiction.about)
                && (straight || crossed)
        });
        if !is_known {
            kept.push(contradiction);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
