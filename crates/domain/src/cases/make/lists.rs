//! Questions that take several facts: what all is mastered, spoken and built, who employed when, and how to reach the owner.

use std::collections::{BTreeMap, BTreeSet};

use portavoz_text::language::Language;

use super::groups::{About, Group, Groups, alias, languages, one_name, one_text, one_year, value};
use super::subjects::{begin, end, project_name, title, tongue_name};
use super::wording::Wording;
use super::{Asked, Maker, Value};
use crate::facts::{Statement, When};

/// Things in a list that a good answer is asked for, at most: those that most documents name.
const LISTED: usize = 8;

/// Asks everything that takes several groups.
pub(super) fn ask(maker: &mut Maker<'_>, groups: &Groups<'_>) {
    let of = |is_kind: fn(&About) -> bool| -> Vec<&Group<'_>> {
        groups.0.iter().filter(|(about, _)| is_kind(about)).map(|(_, group)| group).collect()
    };
    let skills = of(|about| matches!(about, About::Skill(_)));
    let tongues = of(|about| matches!(about, About::Tongue(_)));
    let projects = of(|about| matches!(about, About::Project(_)));
    let skill_name = |statement: &Statement| match statement {
        Statement::Skill { name, .. } => Some(name.clone()),
        _ => None,
    };
    let lists = [
        ("skill", list(&skills, 3, skill_name)),
        ("language", list(&tongues, 2, tongue_name)),
        ("project", list(&projects, 2, project_name)),
    ];
    for (tag, listed) in lists {
        let Some((value, languages)) = listed else { continue };
        for language in languages {
            let wording = Wording::of(language);
            let templates = match tag {
                "skill" => &wording.skills,
                "language" => &wording.tongues,
                _ => &wording.projects,
            };
            maker.ask(&Asked { tag, language, templates, part: ("", ""), names: &[], value: &value });
        }
    }
    jobs(maker, &of(|about| matches!(about, About::Job(_))));
    for group in of(|about| matches!(about, About::Email)) {
        contact(maker, group);
    }
}

/// The names of the groups that most documents speak of, a topic each, and the languages to ask for them in; `None` if
/// there are fewer than `least`.
fn list(
    groups: &[&Group<'_>],
    least: usize,
    read: impl Fn(&Statement) -> Option<String>,
) -> Option<(Value, BTreeSet<Language>)> {
    let documents = |group: &Group<'_>| group.iter().map(|fact| &fact.source.document).collect::<BTreeSet<_>>().len();
    let mut groups = groups.to_vec();
    groups.sort_by_key(|group| std::cmp::Reverse(documents(group)));
    groups.truncate(LISTED);
    let mut topics = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for group in &groups {
        let names: BTreeSet<String> =
            group.iter().filter_map(|fact| read(&fact.statement)).map(|name| alias(&name)).collect();
        topics.push(names.into_iter().collect::<Vec<_>>().join("|"));
        for document in group.iter().map(|fact| fact.source.document.to_string()).collect::<BTreeSet<_>>() {
            *counts.entry(document).or_default() += 1;
        }
    }
    if topics.len() < least {
        return None;
    }
    // A document that names one of eight does not answer the question.
    let half = topics.len().div_ceil(2);
    let sources = counts.into_iter().filter(|(_, count)| *count >= half).map(|(document, _)| document).collect();
    let languages = groups.iter().flat_map(|group| languages(group)).collect();
    let note = groups.first()?.first()?.source.quote.clone();
    Some((Value { topics, hard: Vec::new(), sources, note }, languages))
}

/// Where the owner worked in a year, and what they do now.
fn jobs(maker: &mut Maker<'_>, groups: &[&Group<'_>]) {
    let is_now = |group: &&&Group<'_>| {
        group.iter().any(|fact| {
            matches!(
                &fact.statement,
                Statement::Employment { when: When { to: Some(portavoz_text::dates::End::Present), .. }, .. }
            )
        })
    };
    let now: Vec<&&Group<'_>> = groups.iter().filter(is_now).collect();
    if let [only] = now.as_slice() {
        for language in languages(only) {
            let Some(value) = one_name(only, title) else { continue };
            let templates = &Wording::of(language).job_now;
            maker.ask(&Asked { tag: "job", language, templates, part: ("", ""), names: &[], value: &value });
        }
    }
    // Years of each job; a job of unknown years might have been held in any.
    let year = |value: Option<Value>| value.and_then(|value| value.topics.first()?.parse::<i32>().ok());
    let spans: Vec<Option<(i32, Option<i32>)>> =
        groups.iter().map(|group| Some((year(one_year(group, begin))?, year(one_year(group, end))))).collect();
    if spans.iter().any(Option::is_none) {
        return;
    }
    let holds = |span: &(i32, Option<i32>), year: i32| span.0 <= year && span.1.is_none_or(|end| year <= end);
    for (group, span) in groups.iter().zip(spans.iter().flatten()) {
        let organisation = one_text(group, |statement| match statement {
            Statement::Employment { organisation, .. } => organisation.clone(),
            _ => None,
        });
        let (Some(value), Some(end)) = (organisation, span.1) else { continue };
        // Only years in the middle: nobody can say where the owner worked in a year of two jobs.
        let is_only = |year: &i32| spans.iter().flatten().filter(|span| holds(span, *year)).count() == 1;
        let Some(year) = (span.0 + 1..end).find(is_only) else { continue };
        // Its year stands in documents as part of a period, so that nobody can tell who does not say it.
        let value = Value { hard: Vec::new(), ..value };
        for language in languages(group) {
            let templates = &Wording::of(language).job_in_year;
            maker.ask(&Asked {
                tag: "job",
                language,
                templates,
                part: ("year", &year.to_string()),
                names: &[],
                value: &value,
            });
        }
    }
}

/// How to reach the owner, if the documents name one address.
fn contact(maker: &mut Maker<'_>, group: &Group<'_>) {
    let address = one_text(group, |statement| match statement {
        Statement::Email { address } => Some(address.clone()),
        _ => None,
    });
    let Some(address) = address else { return };
    let value = value(address.topics, Vec::new(), group.iter().copied());
    for language in languages(group) {
        let templates = &Wording::of(language).contact;
        maker.ask(&Asked { tag: "contact", language, templates, part: ("", ""), names: &[], value: &value });
    }
}
