//! Questions about one thing: a job, what was studied, a skill, a language, a project, an award.

use std::collections::BTreeSet;

use portavoz_text::dates::{Date, End};
use portavoz_text::language::Language;

use super::groups::{About, Group, Groups, alias, languages, one_name, one_text, one_year, value};
use super::wording::Wording;
use super::{Asked, Maker, Value, folded};
use crate::facts::{Fact, Level, Milestone, Statement, When};

/// The shortest name of an award that says what it is, in words: "Finalist" does not.
const AWARD_WORDS: usize = 3;

/// Asks about every group.
pub(super) fn ask(maker: &mut Maker<'_>, groups: &Groups<'_>) {
    for (about, group) in &groups.0 {
        for language in languages(group) {
            let asking = Asking { group, language, wording: Wording::of(language) };
            match about {
                About::Job(organisation) if !organisation.is_empty() => asking.job(maker),
                About::Education(_) => asking.education(maker),
                About::Skill(_) => asking.skill(maker),
                About::Tongue(_) => asking.tongue(maker),
                About::Project(_) => asking.project(maker),
                About::Milestone(..) => asking.milestone(maker),
                About::Experience(..) => asking.experience(maker),
                About::Birth => asking.birth(maker),
                // `lists.rs` asks about these, as it takes more than one group to know the answer.
                About::Job(_) | About::Email => {}
            }
        }
    }
}

/// When something began.
pub(super) fn begin(statement: &Statement) -> Option<Date> {
    when(statement)?.from
}

/// When something ended.
pub(super) fn end(statement: &Statement) -> Option<Date> {
    match when(statement)?.to? {
        End::Date(date) => Some(date),
        End::Present => None,
    }
}

fn when(statement: &Statement) -> Option<When> {
    match statement {
        Statement::Employment { when, .. } | Statement::Education { when, .. } | Statement::Project { when, .. } => {
            Some(*when)
        }
        _ => None,
    }
}

/// The title of a job.
pub(super) fn title(statement: &Statement) -> Option<String> {
    match statement {
        Statement::Employment { title, .. } => title.clone(),
        _ => None,
    }
}

/// A group and the language that it is asked about in.
struct Asking<'a> {
    group: &'a Group<'a>,
    language: Language,
    wording: &'static Wording,
}

impl Asking<'_> {
    /// What the group is called where it is asked about, and everywhere.
    fn names(&self, read: impl Fn(&Statement) -> Option<String>) -> Option<(String, Vec<String>)> {
        let own = |fact: &&&Fact| super::wording::spoken(fact.source.language) == self.language;
        let name = self.group.iter().filter(own).find_map(|fact| read(&fact.statement))?;
        let all: BTreeSet<String> = self.group.iter().filter_map(|fact| read(&fact.statement)).collect();
        Some((name, all.into_iter().collect()))
    }

    fn job(&self, maker: &mut Maker<'_>) {
        let Some((name, names)) = self.names(|statement| match statement {
            Statement::Employment { organisation, .. } => organisation.clone(),
            _ => None,
        }) else {
            return;
        };
        let Wording { job_title, job_begin, job_end, .. } = self.wording;
        for (templates, found) in [
            (job_title, one_name(self.group, title)),
            (job_begin, one_year(self.group, begin)),
            (job_end, one_year(self.group, end)),
        ] {
            self.add(maker, "job", Part { templates, part: "organisation", name: &name, names: &names }, found);
        }
    }

    fn education(&self, maker: &mut Maker<'_>) {
        let institution = |statement: &Statement| match statement {
            Statement::Education { institution, .. } => institution.clone(),
            _ => None,
        };
        let degree = |statement: &Statement| match statement {
            Statement::Education { degree, .. } => Some(degree.clone()),
            _ => None,
        };
        let Some((name, names)) = self.names(institution) else { return };
        let Wording { degree_place, degree_name, degree_end, .. } = self.wording;
        let found = one_name(self.group, degree);
        // Two degrees of one institution end in different years, of which nobody can say which is asked for.
        let ended = one_year(self.group, end);
        if let (Some(_), Some((degree, degrees))) = (&found, self.names(degree)) {
            let place = one_text(self.group, institution);
            self.add(
                maker,
                "education",
                Part { templates: degree_place, part: "degree", name: &degree, names: &degrees },
                place,
            );
        }
        self.add(
            maker,
            "education",
            Part { templates: degree_name, part: "organisation", name: &name, names: &names },
            found,
        );
        self.add(
            maker,
            "education",
            Part { templates: degree_end, part: "organisation", name: &name, names: &names },
            ended,
        );
    }

    fn skill(&self, maker: &mut Maker<'_>) {
        let Some((name, names)) = self.names(|statement| match statement {
            Statement::Skill { name, .. } => Some(name.clone()),
            _ => None,
        }) else {
            return;
        };
        let since = one_year(self.group, |statement| match statement {
            Statement::Skill { since, .. } => *since,
            _ => None,
        });
        self.add(
            maker,
            "skill",
            Part { templates: &self.wording.skill_since, part: "skill", name: &name, names: &names },
            since,
        );
    }

    fn tongue(&self, maker: &mut Maker<'_>) {
        let Some((name, names)) = self.names(tongue_name) else { return };
        // Romance languages write the names of languages small, and CVs in them as titles.
        let name = if self.language == Language::Es { name.to_lowercase() } else { name };
        let levels: BTreeSet<Level> = self.group.iter().filter_map(|fact| level(&fact.statement)).collect();
        let (Some(level), 1) = (levels.first(), levels.len()) else { return };
        let said = |wording: &Wording| match level {
            Level::Native => wording.native.clone(),
            Level::Fluent => wording.fluent.clone(),
            Level::Intermediate => wording.intermediate.clone(),
            Level::Basic => wording.basic.clone(),
            Level::Cefr(_) => level.to_string(),
        };
        // An answer may quote a document of another language.
        let everywhere = [self.language, Language::Es, Language::En].map(|language| said(Wording::of(language)));
        let mut hard: Vec<String> = Vec::new();
        for alias in everywhere.iter().flat_map(|said| said.split('|')) {
            if !hard.iter().any(|known| known == alias) {
                hard.push(alias.to_owned());
            }
        }
        let found = value(vec![hard.join("|")], hard, self.group.iter().copied());
        self.add(
            maker,
            "language",
            Part { templates: &self.wording.tongue_level, part: "tongue", name: &name, names: &names },
            Some(found),
        );
    }

    fn project(&self, maker: &mut Maker<'_>) {
        let Some((name, names)) = self.names(project_name) else { return };
        let (begun, ended) = (one_year(self.group, begin), one_year(self.group, end));
        let is_one_year = matches!((&begun, &ended), (Some(begun), Some(ended)) if begun.topics == ended.topics);
        let Wording { project_year, project_begin, project_end, .. } = self.wording;
        if is_one_year {
            self.add(
                maker,
                "project",
                Part { templates: project_year, part: "work", name: &name, names: &names },
                begun,
            );
            return;
        }
        self.add(maker, "project", Part { templates: project_begin, part: "work", name: &name, names: &names }, begun);
        self.add(maker, "project", Part { templates: project_end, part: "work", name: &name, names: &names }, ended);
    }

    fn milestone(&self, maker: &mut Maker<'_>) {
        let Some((name, names)) = self.names(|statement| match statement {
            Statement::Milestone { name, .. } => Some(name.clone()),
            _ => None,
        }) else {
            return;
        };
        let Some(Statement::Milestone { milestone, .. }) = self.group.first().map(|fact| &fact.statement) else {
            return;
        };
        let wording = self.wording;
        let (tag, in_year, by) = match milestone {
            Milestone::Award => ("award", &wording.award_year, &wording.award_by),
            Milestone::Certificate => ("certificate", &wording.certificate_year, &wording.certificate_by),
            Milestone::Talk => ("talk", &wording.talk_year, &wording.talk_by),
            Milestone::Publication => ("publication", &wording.publication_year, &wording.publication_by),
        };
        if *milestone == Milestone::Award && folded(&name).len() < AWARD_WORDS {
            return;
        }
        let year = one_year(self.group, |statement| match statement {
            Statement::Milestone { date, .. } => Some(*date),
            _ => None,
        });
        let given = one_text(self.group, |statement| match statement {
            Statement::Milestone { by, .. } => by.clone(),
            _ => None,
        });
        self.add(maker, tag, Part { templates: in_year, part: "work", name: &name, names: &names }, year);
        self.add(maker, tag, Part { templates: by, part: "work", name: &name, names: &names }, given);
    }

    /// A claim is of the day on which it was written and grows: its number is a topic, but no answer must have it.
    fn experience(&self, maker: &mut Maker<'_>) {
        let claims: BTreeSet<u32> = self.group.iter().filter_map(|fact| claimed(&fact.statement)).collect();
        let (Some(years), 1) = (claims.first(), claims.len()) else { return };
        let place = usize::try_from(*years).ok().and_then(|years| years.checked_sub(1));
        let words = [Language::Es, Language::En].map(|language| Wording::of(language).numbers.get(place?));
        let aliases = std::iter::once(years.to_string()).chain(words.into_iter().flatten().cloned());
        let topic = aliases.collect::<Vec<_>>().join("|");
        let found = value(vec![topic], Vec::new(), self.group.iter().copied());
        let field = self.names(|statement| match statement {
            Statement::Experience { topic, .. } => topic.clone(),
            _ => None,
        });
        let (field, names) = field.unwrap_or_default();
        let templates = if field.is_empty() { &self.wording.experience_all } else { &self.wording.experience };
        self.add(maker, "experience", Part { templates, part: "work", name: &field, names: &names }, Some(found));
    }

    fn birth(&self, maker: &mut Maker<'_>) {
        let year = one_year(self.group, |statement| match statement {
            Statement::Birth { date } => Some(*date),
            _ => None,
        });
        // Without a name, nobody can tell which documents say it in other words.
        let year = year.map(|value| Value { hard: Vec::new(), ..value });
        self.add(maker, "birth", Part { templates: &self.wording.birth, part: "", name: "", names: &[] }, year);
    }

    fn add(&self, maker: &mut Maker<'_>, tag: &'static str, asked: Part<'_>, value: Option<Value>) {
        let Part { templates, part, name, names } = asked;
        if let Some(value) = &value {
            let name = alias(name);
            maker.ask(&Asked { tag, language: self.language, templates, part: (part, &name), names, value });
        }
    }
}

/// The wordings of a question, and what it is about.
struct Part<'a> {
    templates: &'a [String],
    /// What the wordings call it.
    part: &'static str,
    name: &'a str,
    /// What the documents call it.
    names: &'a [String],
}

/// The name of a spoken language.
pub(super) fn tongue_name(statement: &Statement) -> Option<String> {
    match statement {
        Statement::Tongue { name, .. } => Some(name.clone()),
        _ => None,
    }
}

/// The name of a project.
pub(super) fn project_name(statement: &Statement) -> Option<String> {
    match statement {
        Statement::Project { name, .. } => Some(name.clone()),
        _ => None,
    }
}

fn level(statement: &Statement) -> Option<Level> {
    match statement {
        Statement::Tongue { level, .. } => Some(*level),
        _ => None,
    }
}

fn claimed(statement: &Statement) -> Option<u32> {
    match statement {
        Statement::Experience { years, .. } => Some(years.years),
        _ => None,
    }
}
