//! Technologies and methods: the lists of a CV, and sentences that say since when one is in use.

use std::collections::HashSet;

use portavoz_text::dates::{End, periods};
use portavoz_text::fold::fold;
use portavoz_text::language::Language;

use super::claims::lengths;
use super::sections::Section;
use super::tokens::Tokens;
use super::{Fact, Reading, Statement};
use crate::document::Facet;

/// Words of a skill's name.
const MAX_NAME_WORDS: usize = 4;
/// Items from which on a line is a list.
const MIN_ITEMS: usize = 2;

/// The folded names that lists and headings of skills name. A sentence alone does not tell a skill from a person: "Ana is
/// a user of Python since 2017" is not about a skill called Ana.
pub(super) fn named(readings: &[Reading<'_>]) -> HashSet<String> {
    let mut names = HashSet::new();
    for reading in readings.iter().filter(|reading| reading.place.section == Some(Section::Skills)) {
        let lines = reading.lines.iter().map(|line| reading.text(line));
        let headings = reading.chunk.heading_path.iter().map(String::as_str);
        names.extend(lines.chain(headings).flat_map(|text| listed(text, reading)).map(|name| fold(&name)));
    }
    names
}

/// `named` are the names of skills that all passages know.
pub(super) fn draw(reading: &Reading<'_>, named: &HashSet<String>, facts: &mut Vec<Fact>) {
    let is_section = reading.place.section == Some(Section::Skills);
    if reading.place.by_others
        || !(is_section || (reading.chunk.facet == Facet::Skills && reading.place.section.is_none()))
    {
        return;
    }
    for line in &reading.lines {
        let text = reading.text(line);
        let first = reading.sentences(line).into_iter().next().unwrap_or_else(|| line.clone());
        if let Some(statement) = row(text, reading.chunk.language).filter(|_| is_section) {
            facts.push(reading.fact(statement, line.clone(), None));
        } else if let Some(statement) = in_use(reading.text(&first), named, reading) {
            facts.push(reading.fact(statement, first, None));
        } else if is_section {
            let names = listed(text, reading);
            facts.extend(names.into_iter().map(|name| {
                let statement = Statement::Skill { name, since: None, years: None };
                reading.fact(statement, line.clone(), None)
            }));
        }
    }
}

/// "Python, FastAPI, PyTorch", perhaps after a label and a colon.
fn listed(text: &str, reading: &Reading<'_>) -> Vec<String> {
    let items = text.split_once(": ").map_or(text, |(_, items)| items);
    let and = format!(" {} ", and(reading.chunk.language));
    let parts = items.split([',', ';']).flat_map(|part| part.split(and.as_str()));
    let names: Vec<&str> =
        parts.map(|item| item.trim().trim_end_matches('.')).filter(|item| !item.is_empty()).collect();
    let is_name = |name: &&str| {
        let words = Tokens::of(name, reading.chunk.language);
        (1..=MAX_NAME_WORDS).contains(&words.len()) && !name.contains(['(', ')', '.', ':']) || is_dotted(name)
    };
    let is_list = names.len() >= MIN_ITEMS && names.iter().all(is_name);
    if is_list { names.into_iter().map(str::to_owned).collect() } else { Vec::new() }
}

/// A row of a table, `Skill: Go; Years: 6`: its first cell is the name, a cell about years says how many.
fn row(text: &str, language: Language) -> Option<Statement> {
    let cells: Vec<(&str, &str)> = text.split("; ").filter_map(|cell| cell.split_once(": ")).collect();
    let [(_, name), _, ..] = cells.as_slice() else { return None };
    let told = cells.iter().find_map(|(label, value)| {
        let length = format!("{} {}", value.trim(), label.to_lowercase());
        lengths(&length, language).into_iter().map(|(_, years)| years).next()
    });
    let is_name = (1..=MAX_NAME_WORDS).contains(&Tokens::of(name, language).len());
    is_name.then(|| Statement::Skill { name: (*name).to_owned(), since: None, years: told })
}

/// The word before the last of a list.
const fn and(language: Language) -> &'static str {
    match language {
        Language::Es => "y",
        Language::En => "and",
        Language::Pt | Language::It => "e",
        Language::Fr => "et",
        Language::De => "und",
        Language::Ca => "i",
    }
}

/// `Next.js`: a point within a name.
fn is_dotted(name: &str) -> bool {
    !name.contains(char::is_whitespace) && name.split('.').all(|part| !part.is_empty())
}

/// "Python is her main language since 2017", "Python: 5 years", "Rust (since 2020)".
fn in_use(text: &str, named: &HashSet<String>, reading: &Reading<'_>) -> Option<Statement> {
    let (found, lengths) = (periods(text), lengths(text, reading.chunk.language));
    if found.is_empty() && lengths.is_empty() {
        return None;
    }
    let words = Tokens::of(text, reading.chunk.language);
    let end = name_end(&words);
    let name = words.words(0, end).to_owned();
    if name.is_empty() {
        return None;
    }
    let is_sentence = words.is_here(end, "be") > 0 && named.contains(&fold(&name));
    let is_told = is_sentence || matches!(words.gap_before(end).trim(), ":" | "(" | "–" | "—" | "-");
    if let ([period], true) = (found.as_slice(), is_told)
        && period.value.to == End::Present
    {
        return Some(Statement::Skill { name, since: Some(period.value.from), years: None });
    }
    let (_, years) = lengths.into_iter().find(|(span, _)| is_told && words.index_at(span.start) <= end + 1)?;
    Some(Statement::Skill { name, since: None, years: Some(years) })
}

/// The name that a line begins with: its first words up to a verb or a sign.
fn name_end(words: &Tokens<'_>) -> usize {
    let mut end = 1;
    while end < MAX_NAME_WORDS && words.joins(end) && words.is_here(end, "be") == 0 && !words.is_stopword(end) {
        end += 1;
    }
    if words.get(0).is_some_and(|first| first.is_capital || first.folded.contains(|c: char| c.is_ascii_digit())) {
        end.min(words.len())
    } else {
        0
    }
}
