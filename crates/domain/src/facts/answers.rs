//! Answers that are computed from facts: how many years, since when, where in 2021, what now.
//!
//! What the documents claim themselves is quoted rather than computed; a figure is never more exact than the dates it
//! rests on; and where the documents contradict each other, or a question names what no fact speaks of, there is no
//! answer here. Start at [`answer_from_facts`]. What the question asks is read in `asked.rs`, jobs are put together in
//! `jobs.rs`, lengths of time are in `lengths.rs`, the words in `wording.rs` and `data/facts/answers.toml`.

mod asked;
mod jobs;
mod lengths;
mod wording;

use portavoz_text::dates::{Date, End};
use portavoz_text::language::Language;

use super::contradictions::{Contradiction, Subject};
use super::tokens::Tokens;
use super::{Fact, Statement, When};
use crate::question::Question;
use asked::{Asked, Named};
use jobs::{Job, jobs};
use lengths::{Length, length, total};
use wording::Wording;

/// A question, and what its answer depends on beside the facts.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// What the visitor wants to know, and in which language.
    pub question: &'a Question,
    /// The owner's name, as questions may say it.
    pub owner: Option<&'a str>,
    /// The day of the answer.
    pub today: Date,
    /// Where the documents disagree: of that nothing is computed.
    pub doubts: &'a [Contradiction],
}

/// An answer with the facts that it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// One or two sentences in the visitor's language, without marks of citation.
    pub text: String,
    /// What to cite, one fact of each thing that the text names.
    pub rests_on: Vec<Fact>,
}

/// Jobs that an answer lists at most.
const MAX_JOBS: usize = 10;

/// Computes the answer to a question about lengths of time, current jobs, or jobs at a date; `None` if it asks for
/// something else or the facts do not carry an answer.
pub fn answer_from_facts(asking: &Asking<'_>, facts: &[Fact]) -> Option<Computed> {
    let asked = Asked::read(asking, facts)?;
    let answering = Answering { asking, facts, wording: Wording::of(asking.question.language) };
    match &asked {
        Asked::Age => answering.age(),
        Asked::Worked(date) => answering.worked(*date),
        Asked::Now => answering.now(),
        Asked::Since(Named::Skill(name)) | Asked::HowLong(Named::Skill(name)) => answering.skill(name),
        Asked::Since(Named::Project(name)) | Asked::HowLong(Named::Project(name)) => answering.project(name, false),
        Asked::Old(name) => answering.project(name, true),
        Asked::Since(named) => answering.employed(named, true),
        Asked::HowLong(named) => answering.employed(named, false),
        Asked::Topic(at) => answering.claimed(facts.get(*at)?),
        Asked::Total => answering.total(),
    }
}

struct Answering<'a> {
    asking: &'a Asking<'a>,
    facts: &'a [Fact],
    wording: &'static Wording,
}

impl Answering<'_> {
    fn is_doubtful(&self, subjects: &[Subject], about: &str) -> bool {
        let mut doubts = self.asking.doubts.iter().filter(|doubt| subjects.contains(&doubt.subject));
        doubts.any(|doubt| asked::is_named(&doubt.about, about))
    }

    /// True if the times of any of these jobs are in doubt.
    fn are_doubtful(&self, jobs: &[Job<'_>]) -> bool {
        let organisations = jobs.iter().filter_map(|job| job.organisation);
        organisations.into_iter().any(|name| self.is_doubtful(&[Subject::JobBegin, Subject::JobEnd], name))
    }

    /// The length of `when` in words, from its beginning to its end or to today.
    fn long(&self, when: When) -> Option<String> {
        Some(self.wording.length(length(when, self.asking.today)?))
    }

    fn today(&self) -> String {
        self.wording.date(self.asking.today)
    }

    fn age(&self) -> Option<Computed> {
        let births = self.facts.iter().filter_map(|fact| match fact.statement {
            Statement::Birth { date } => Some((fact, date)),
            _ => None,
        });
        let births: Vec<(&Fact, Date)> = births.collect();
        let (fact, date) = births.iter().copied().max_by_key(|(_, date)| (date.month, date.day))?;
        if births.iter().any(|(_, other)| !other.agrees_with(date)) {
            return None;
        }
        let length = length(When { from: Some(date), to: Some(End::Present) }, self.asking.today)?;
        let text = self.wording.fill(
            &self.wording.age,
            &[("duration", self.wording.length(length)), ("date", self.wording.date(date)), ("today", self.today())],
        );
        Some(Computed { text, rests_on: vec![fact.clone()] })
    }

    fn jobs(&self) -> Vec<Job<'_>> {
        jobs(self.facts, self.asking.question.language)
    }

    /// "engineer at Lumbre, from 2019 to 2022".
    fn job(&self, job: &Job<'_>) -> String {
        let period = self.wording.period(job.when);
        let own = || self.wording.own_account.clone();
        let place = job.organisation.map_or_else(own, str::to_owned);
        let title = job.title.map(|title| within_sentence(title, job.fact.source.language));
        let named = match (title, job.organisation) {
            (Some(title), Some(_)) => {
                self.wording.fill(&self.wording.job, &[("title", title), ("organisation", place)])
            }
            (Some(title), None) => format!("{title}, {place}"),
            (None, _) => place,
        };
        format!("{named}, {period}")
    }

    fn listed(&self, jobs: &[Job<'_>]) -> String {
        jobs.iter().take(MAX_JOBS).map(|job| self.job(job)).collect::<Vec<_>>().join("; ")
    }

    fn worked(&self, date: Date) -> Option<Computed> {
        let mut jobs = self.jobs();
        jobs.retain(|job| lengths::covers(job.when, date));
        if jobs.is_empty() || self.are_doubtful(&jobs) {
            return None;
        }
        let parts = [("date", self.wording.date(date)), ("jobs", self.listed(&jobs))];
        Some(self.computed(self.wording.fill(&self.wording.worked, &parts), &jobs))
    }

    fn now(&self) -> Option<Computed> {
        let mut jobs = self.jobs();
        jobs.retain(|job| job.when.to == Some(End::Present));
        if jobs.is_empty() || self.are_doubtful(&jobs) {
            return None;
        }
        Some(self.computed(self.wording.fill(&self.wording.now, &[("jobs", self.listed(&jobs))]), &jobs))
    }

    fn computed(&self, text: String, jobs: &[Job<'_>]) -> Computed {
        Computed { text, rests_on: jobs.iter().take(MAX_JOBS).map(|job| job.fact.clone()).collect() }
    }

    /// How long, or since when, at an employer, on one's own account, or in the job held now.
    fn employed(&self, named: &Named, since: bool) -> Option<Computed> {
        let mut jobs = self.jobs();
        jobs.retain(|job| match (named, job.organisation) {
            (Named::Employer(name), Some(organisation)) => asked::is_named(organisation, name),
            (Named::OwnAccount, organisation) => organisation.is_none(),
            (Named::Current, _) => job.when.to == Some(End::Present),
            _ => false,
        });
        let is_one = !matches!(named, Named::Current) || jobs.len() == 1;
        if self.are_doubtful(&jobs) || !is_one {
            return None;
        }
        let whole = jobs::whole(&jobs)?;
        let lasts = whole.to == Some(End::Present);
        let all = if jobs::is_continuous(&jobs) {
            self.wording.period(whole)
        } else {
            jobs.iter().map(|job| self.wording.period(job.when)).collect::<Vec<_>>().join("; ")
        };
        let duration = || Some(self.wording.length(total(&jobs, self.asking.today)?));
        let text = match (jobs.first()?.organisation, lasts) {
            (None, _) if since => {
                self.wording.fill("{since}, {own}.", &[("since", all), ("own", self.wording.own_account.clone())])
            }
            (None, _) => {
                let today = if lasts { format!(" ({})", self.today()) } else { String::new() };
                let parts = [
                    ("duration", duration()?),
                    ("own", self.wording.own_account.clone()),
                    ("period", all),
                    ("today", today),
                ];
                self.wording.fill("{duration}, {own}: {period}{today}.", &parts)
            }
            (Some(organisation), true) if since => {
                let parts = [("since", all), ("organisation", organisation.to_owned())];
                self.wording.fill(&self.wording.since_at, &parts)
            }
            (Some(organisation), _) => {
                let template = if lasts { &self.wording.employed_now } else { &self.wording.employed };
                let parts = [
                    ("duration", duration()?),
                    ("organisation", organisation.to_owned()),
                    ("period", all),
                    ("today", self.today()),
                ];
                self.wording.fill(template, &parts)
            }
        };
        Some(self.computed(text, &jobs))
    }

    fn skill(&self, name: &str) -> Option<Computed> {
        let named = self.facts.iter().filter_map(|fact| match &fact.statement {
            Statement::Skill { name: skill, since, years } if asked::is_named(skill, name) => {
                (since.is_some() || years.is_some()).then_some((fact, skill, *since))
            }
            _ => None,
        });
        let named: Vec<(&Fact, &String, Option<Date>)> = named.collect();
        // What is claimed goes before what can be computed.
        if let Some((fact, _, _)) = named.iter().find(|(_, _, since)| since.is_none()) {
            return self.claimed(fact);
        }
        let (fact, skill, since) =
            named.iter().max_by_key(|(_, _, since)| since.map(|since| (since.month, since.day)))?;
        let since = (*since)?;
        if named.iter().any(|(_, _, other)| other.is_some_and(|other| !other.agrees_with(since))) {
            return None;
        }
        let when = When { from: Some(since), to: Some(End::Present) };
        let parts = [
            ("duration", self.long(when)?),
            ("skill", (*skill).clone()),
            ("since", self.wording.period(when)),
            ("today", self.today()),
        ];
        Some(Computed { text: self.wording.fill(&self.wording.skill, &parts), rests_on: vec![(*fact).clone()] })
    }

    /// How long a project took; how old it is only if it goes on, since how old a finished one is nobody asks.
    fn project(&self, name: &str, old: bool) -> Option<Computed> {
        let named = self.facts.iter().filter_map(|fact| match &fact.statement {
            Statement::Project { name: project, when } if asked::is_named(project, name) => {
                Some((fact, project, *when))
            }
            _ => None,
        });
        let named: Vec<(&Fact, &String, When)> = named.filter(|(_, _, when)| when.from.is_some()).collect();
        if self.is_doubtful(&[Subject::Project], name) {
            return None;
        }
        let (fact, project, when) = named.into_iter().max_by_key(|(_, _, when)| lengths::exactness(*when))?;
        let lasts = when.to == Some(End::Present);
        if old && !lasts {
            return None;
        }
        let period = self.wording.period(when);
        let template = if lasts { &self.wording.project_now } else { &self.wording.project };
        let parts = [
            ("duration", self.long(when)?),
            ("project", project.clone()),
            ("since", period.clone()),
            ("period", period),
            ("today", self.today()),
        ];
        Some(Computed { text: self.wording.fill(template, &parts), rests_on: vec![fact.clone()] })
    }

    fn claimed(&self, fact: &Fact) -> Option<Computed> {
        let (Statement::Experience { years, .. } | Statement::Skill { years: Some(years), .. }) = &fact.statement
        else {
            return None;
        };
        let quote = fact.source.quote.trim_end_matches('.').to_owned();
        let parts = [("duration", self.wording.claim(*years)), ("quote", quote)];
        Some(Computed { text: self.wording.fill(&self.wording.claimed, &parts), rests_on: vec![fact.clone()] })
    }

    /// All of working life: what the documents claim, or else the union of the jobs; claims about one field are added.
    fn total(&self) -> Option<Computed> {
        let claims = || {
            let is_claim = |fact: &&Fact| matches!(fact.statement, Statement::Experience { .. });
            asked::preferred(self.facts.iter().filter(is_claim), self.asking.question.language)
        };
        let is_whole = |fact: &&Fact| matches!(fact.statement, Statement::Experience { topic: None, .. });
        if let Some(claim) = claims().into_iter().find(is_whole) {
            return self.claimed(claim);
        }
        let jobs = self.jobs();
        if jobs.len() > MAX_JOBS || self.are_doubtful(&jobs) {
            return None;
        }
        let length = total(&jobs, self.asking.today)?;
        // Who employed and when is what the figure follows from; titles would make a long list longer.
        let place = |job: &Job<'_>| job.organisation.unwrap_or(&self.wording.own_account).to_owned();
        let listed = jobs.iter().map(|job| format!("{}, {}", place(job), self.wording.period(job.when)));
        let listed = listed.collect::<Vec<_>>().join("; ");
        let parts = [("duration", self.wording.length(length)), ("jobs", listed), ("today", self.today())];
        let mut computed = self.computed(self.wording.fill(&self.wording.total, &parts), &jobs);
        let spoken = |fact: &&Fact| fact.source.language == self.asking.question.language;
        if let Some(claim) = claims().into_iter().find(spoken) {
            let quote = claim.source.quote.trim_end_matches('.').to_owned();
            computed.text.push(' ');
            computed.text.push_str(&self.wording.fill(&self.wording.topic, &[("quote", quote)]));
            computed.rests_on.push(claim.clone());
        }
        Some(computed)
    }
}

/// A title as it stands within a sentence: "Ingeniera de datos" begins a line of a CV. Germans write it so everywhere,
/// and what begins with a name ("React developer") stays as it is.
fn within_sentence(title: &str, language: Language) -> String {
    let mut rest = title.chars();
    match rest.next() {
        Some(first)
            if language != Language::De
                && Tokens::of(title, language).is(0, "title") > 0
                && !rest.as_str().starts_with(char::is_uppercase) =>
        {
            first.to_lowercase().chain(rest).collect()
        }
        _ => title.to_owned(),
    }
}

impl Length {
    /// True if it is long enough to be said.
    pub(super) const fn is_told(self) -> bool {
        self.months > 0
    }
}

#[cfg(test)]
mod tests;
