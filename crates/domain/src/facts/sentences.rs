//! Jobs, degrees and projects that are told in sentences: "From March 2021 to June 2023 she was an engineer at Lumbre".

use std::ops::Range;

use portavoz_text::dates::{End, Found, Period, periods};

use super::sections::Section;
use super::tokens::Tokens;
use super::{Fact, Reading, Statement, When};
use crate::document::Facet;

/// How far back the same statement of a passage may stand.
const REPEATED_WITHIN: usize = 20;
/// Words between a title and its employer, or a degree and its school.
const MAX_WORDS_BETWEEN: usize = 12;
/// Words of a title before its main word: "machine learning engineer".
const MAX_WORDS_BEFORE: usize = 4;

pub(super) fn draw(reading: &Reading<'_>, facts: &mut Vec<Fact>) {
    if reading.place.by_others || reading.place.section == Some(Section::Other) {
        return;
    }
    for line in &reading.lines {
        if periods(reading.text(line)).is_empty() {
            continue;
        }
        for sentence in reading.sentences(line) {
            let text = reading.text(&sentence);
            let found = periods(text);
            if found.is_empty() {
                continue;
            }
            let words = Tokens::of(text, reading.chunk.language);
            // A skill's sentence may name an employer, but its time is the skill's.
            let is_skill = reading.place.section == Some(Section::Skills) || reading.chunk.facet == Facet::Skills;
            for statement in
                jobs(&words, &found, is_skill).into_iter().chain(degrees(&words, &found)).chain(project(&words, &found))
            {
                // A line may be an entry and a sentence.
                let is_new = |fact: &Fact| fact.source.chunk != reading.chunk.id || fact.statement != statement;
                if facts.iter().rev().take(REPEATED_WITHIN).all(is_new) {
                    facts.push(reading.fact(statement, sentence.clone(), None));
                }
            }
        }
    }
}

/// Jobs with the period that stands behind the employer; a single job may have the sentence's only period.
fn jobs(words: &Tokens<'_>, periods: &[Found<Period>], is_skill: bool) -> Vec<Statement> {
    let tells = words.any_here("be") || words.any_here("work");
    // "My manager was an engineer at Lumbre" tells of the manager.
    if !tells || words.any_here("mine") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(job) = next_job(words, from) {
        from = job.end;
        found.push(job);
    }
    let single = found.len() == 1 && periods.len() == 1 && !is_skill && !words.any_here("while");
    let timed = |job: &Job| {
        let behind = periods.iter().find(|period| is_right_behind(words, job.end, &period.span));
        behind.or_else(|| periods.first().filter(|_| single))
    };
    let statements = found.iter().filter_map(|job| {
        let when = when(words, timed(job)?);
        Some(Statement::Employment { title: job.title.clone(), organisation: job.organisation.clone(), when })
    });
    let statements: Vec<Statement> = statements.collect();
    match (found.is_empty(), periods) {
        (true, [only]) if !is_skill => own_account(words, only).into_iter().collect(),
        _ => statements,
    }
}

/// A job told: who employed, as what, and the word after it.
struct Job {
    title: Option<String>,
    organisation: Option<String>,
    end: usize,
}

fn next_job(words: &Tokens<'_>, from: usize) -> Option<Job> {
    for at in from + 1..words.len() {
        if words.is_here(at, "at") == 0 {
            continue;
        }
        let mut start = at + words.is_here(at, "at");
        while words.is_here(start, "article") > 0 && !words.get(start).is_some_and(|token| token.is_capital) {
            start += 1;
        }
        let end = words.name_end(start);
        if end == start || !is_employer(words, start, end) {
            continue;
        }
        let title = title_before(words, from, at);
        let works = (at.saturating_sub(2).max(from)..at).any(|at| words.is_here(at, "work") > 0);
        if title.is_some() || works {
            return Some(Job { title, organisation: Some(words.words(start, end).to_owned()), end });
        }
    }
    None
}

/// False for places, for fields of work ("en IA generativa"), and for names that a lower-case word goes on with.
fn is_employer(words: &Tokens<'_>, start: usize, end: usize) -> bool {
    let is_place = (start..end).all(|at| words.is(at, "place") > 0);
    let name = words.words(start, end);
    let is_acronym = name.len() <= 3 && name.chars().all(char::is_uppercase);
    let goes_on = words.joins(end)
        && !words.is_stopword(end)
        && words.is(end, "at") == 0
        && words.get(end).is_some_and(|token| token.folded.starts_with(char::is_alphabetic));
    let is_tongue = words.is(start, "tongue") > 0;
    !(is_place || is_acronym || goes_on || is_tongue)
}

/// The title whose main word stands before `end`, with the words that belong to it.
fn title_before(words: &Tokens<'_>, from: usize, end: usize) -> Option<String> {
    let first = end.saturating_sub(MAX_WORDS_BETWEEN).max(from);
    let main = (first..end).find(|&at| words.is(at, "title") > 0)?;
    let is_broken = (main + 1..=end).any(|at| words.gap_before(at).contains([',', '.', ';', ':', '(']));
    let has_other = (main..end).any(|at| {
        let is_number = words.get(at).is_some_and(|token| token.folded.starts_with(|c: char| c.is_ascii_digit()));
        is_number || words.is_here(at, "work") > 0 || words.is_here(at, "be") > 0
    });
    (!is_broken && !has_other).then(|| words.words(title_start(words, main, from), end).to_owned())
}

fn title_start(words: &Tokens<'_>, main: usize, from: usize) -> usize {
    let mut start = main;
    while start > from && main - start < MAX_WORDS_BEFORE && words.joins(start) {
        let before = start - 1;
        let ends = words.is_stopword(before)
            || ["be", "work", "article", "at"].iter().any(|role| words.is_here(before, role) > 0);
        if ends {
            break;
        }
        start = before;
    }
    start
}

/// "Since 2024 she has worked as an independent consultant."
fn own_account(words: &Tokens<'_>, period: &Found<Period>) -> Option<Statement> {
    let own = (0..words.len()).find(|&at| words.is(at, "self") > 0)?;
    let works = (0..words.len()).any(|at| words.is_here(at, "work") > 0);
    let main = (0..words.len()).find(|&at| words.is(at, "title") > 0);
    let near = own.saturating_sub(MAX_WORDS_BETWEEN)..own + MAX_WORDS_BETWEEN;
    let title = main.filter(|main| near.contains(main)).map(|main| {
        let ends = |at: &usize| words.gap_before(*at).contains([',', '.', ';', '(']) || words.is(*at, "self") > 0;
        let mut end = (main + 1..words.len()).find(ends).unwrap_or(words.len()).min(main + MAX_WORDS_BETWEEN);
        while end > main + 1 && words.is_stopword(end - 1) {
            end -= 1;
        }
        words.words(title_start(words, main, 0), end).to_owned()
    });
    let is_told = works || title.is_some();
    is_told.then(|| Statement::Employment { title, organisation: None, when: when(words, period) })
}

/// The time of a period; one that began is not said to last by a sentence in the past.
fn when(words: &Tokens<'_>, period: &Found<Period>) -> When {
    let is_since = period.value.to == End::Present && !is_explicit(words, period);
    let is_past = words.any_here("past") && !words.any_here("lasting");
    let to = (!(is_since && is_past)).then_some(period.value.to);
    When { from: Some(period.value.from), to }
}

/// True if the period itself says that it lasts ("2019 – today"), rather than only when it began.
fn is_explicit(words: &Tokens<'_>, period: &Found<Period>) -> bool {
    words.text.get(period.span.clone()).is_some_and(|text| text.contains(['–', '—']) || text.contains(" - "))
}

/// True if the period stands behind the word before `end`, with only brackets, commas and a place between.
fn is_right_behind(words: &Tokens<'_>, end: usize, period: &Range<usize>) -> bool {
    let start = end.checked_sub(1).and_then(|last| words.get(last)).map_or(0, |token| token.span.end);
    let gap = words.text.get(start..period.start).unwrap_or("much");
    gap.chars().all(|c| c.is_whitespace() || "(,[".contains(c)) && start <= period.start
}

/// Degrees with the school behind them, and the period behind the school.
fn degrees(words: &Tokens<'_>, periods: &[Found<Period>]) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((degree, school, end)) = next_degree(words, from) {
        let behind = periods.iter().find(|period| is_right_behind(words, end, &period.span));
        found.push((degree, school, behind));
        from = end;
    }
    let single = found.len() == 1 && periods.len() == 1;
    let statements = found.into_iter().filter_map(|(degree, institution, behind)| {
        let period = behind.or_else(|| periods.first().filter(|_| single))?;
        let when = When { from: Some(period.value.from), to: Some(period.value.to) };
        Some(Statement::Education { degree, institution: Some(institution), when })
    });
    statements.collect()
}

fn next_degree(words: &Tokens<'_>, from: usize) -> Option<(String, String, usize)> {
    let is_school =
        |at: &usize| words.is(*at, "institution") > 0 && words.get(*at).is_some_and(|token| token.is_capital);
    let school = (from..words.len()).find(is_school)?;
    let mut start = school;
    while start > from && words.joins(start) && words.get(start - 1).is_some_and(|token| token.is_capital) {
        start -= 1;
    }
    let end = words.name_end(start).max(school + 1);
    let first = school.saturating_sub(MAX_WORDS_BETWEEN).max(from);
    let main = (first..start).find(|&at| words.concept(at, "degree").is_some())?;
    let mut last = start;
    while last > main + 1 && (words.is_stopword(last - 1) || words.is_here(last - 1, "article") > 0) {
        last -= 1;
    }
    Some((words.words(main, last).to_owned(), words.words(start, end).to_owned(), end))
}

/// "Legajo is a system that she built between May and July 2021": the name that the sentence begins with.
fn project(words: &Tokens<'_>, periods: &[Found<Period>]) -> Option<Statement> {
    let [period] = periods else { return None };
    let end = words.name_end(0);
    let is_told = end > 0 && words.is_here(end, "be") > 0;
    let built = (end..words.index_at(period.span.start)).any(|at| words.is(at, "built") > 0);
    let when = When { from: Some(period.value.from), to: Some(period.value.to) };
    (is_told && built && period.value.to != End::Present)
        .then(|| Statement::Project { name: words.words(0, end).to_owned(), when })
}
