//! What part of a CV a passage belongs to, by its headings.

use std::collections::HashMap;

use portavoz_text::dates::dates;
use portavoz_text::language::Language;

use super::tokens::Tokens;
use crate::chunk::Chunk;

/// Parts of a CV in which lines mean something of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Experience,
    Education,
    Certificates,
    Awards,
    Talks,
    Publications,
    Projects,
    Skills,
    Languages,
    Contact,
    /// Unpaid work, references by others, hobbies: nothing there is the owner's job.
    Other,
}

/// Where a passage stands.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) section: Option<Section>,
    /// The heading below the section's own: one job, one degree, one project.
    pub(super) entry: Option<&'a str>,
    /// True if somebody else speaks: a letter of recommendation.
    pub(super) by_others: bool,
}

/// The longest heading of a section, in words; longer ones are titles of texts.
const MAX_SECTION_WORDS: usize = 9;

/// What a heading says of the passages below it.
#[derive(Debug, Clone, Copy)]
struct Said {
    section: Option<Section>,
    by_others: bool,
}

/// The headings that were read before: the passages of a document share most of theirs.
#[derive(Debug, Default)]
pub(super) struct Headings<'a> {
    known: HashMap<(&'a str, Language), Said>,
}

impl<'a> Headings<'a> {
    /// Where `chunk` stands: its last heading that names a section, and the heading of an entry below it.
    pub(super) fn place(&mut self, chunk: &'a Chunk) -> Place<'a> {
        let title = self.said(&chunk.title, chunk.language);
        let mut place = Place { section: None, entry: None, by_others: title.by_others };
        for heading in &chunk.heading_path {
            let said = self.said(heading, chunk.language);
            place.by_others |= said.by_others;
            match said.section {
                Some(section) => (place.section, place.entry) = (Some(section), None),
                None => place.entry = place.section.is_some().then_some(heading.as_str()),
            }
        }
        place.section = place.section.or(title.section);
        place
    }

    fn said(&mut self, heading: &'a str, language: Language) -> Said {
        let read = || {
            let words = Tokens::of(heading, language);
            Said { section: section(&words), by_others: words.concept_in("section", "references") }
        };
        *self.known.entry((heading, language)).or_insert_with(read)
    }
}

/// The section that a heading names. Titles of jobs and degrees, enumerations and dates are no sections.
fn section(words: &Tokens<'_>) -> Option<Section> {
    let heading = words.text;
    let is_entry = words.len() > MAX_SECTION_WORDS
        || heading.contains([',', '|', '–', '—', '('])
        || words.any("title")
        || words.any("institution")
        || !dates(heading).is_empty();
    if is_entry {
        return None;
    }
    Some(match words.any_concept("section")? {
        "experience" => Section::Experience,
        "education" => Section::Education,
        "certificates" => Section::Certificates,
        "awards" => Section::Awards,
        "talks" => Section::Talks,
        "publications" => Section::Publications,
        "projects" => Section::Projects,
        "skills" => Section::Skills,
        "languages" => Section::Languages,
        "contact" => Section::Contact,
        _ => Section::Other,
    })
}

impl Tokens<'_> {
    /// True if `concept` of `role` stands anywhere.
    pub(super) fn concept_in(&self, role: &str, concept: &str) -> bool {
        (0..self.len()).any(|at| self.concept(at, role).is_some_and(|(found, _)| found == concept))
    }
}
