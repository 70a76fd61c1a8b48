//! Jobs, degrees, projects and milestones that are entries of a CV: a heading with its time, or a line with it.

use std::ops::Range;

use portavoz_text::dates::{dates, periods};
use portavoz_text::language::Language;

use super::pieces::{Pieces, pieces};
use super::sections::Section;
use super::tokens::Tokens;
use super::{Fact, Milestone, Reading, Statement, When};

/// Words before the time of an entry; where more stand, it is a sentence.
const MAX_WORDS_BEFORE_TIME: usize = 14;
/// Words of a name; longer segments tell a story.
const MAX_NAME_WORDS: usize = 9;

pub(super) fn draw(reading: &Reading<'_>, facts: &mut Vec<Fact>) {
    let Some(section) = reading.place.section else { return };
    if reading.place.by_others {
        return;
    }
    if let Some(heading) = reading.place.entry {
        facts.extend(from_heading(reading, section, heading));
        return;
    }
    if dates(&reading.chunk.text).is_empty() {
        return;
    }
    let spans = reading.lines.iter().flat_map(|span| entries_of(reading.text(span), span.start));
    let lines: Vec<Line<'_>> = spans.map(|span| Line::of(reading, &span)).collect();
    let mut paired = false;
    // A line without a marker among items is the rest of an item that a page broke.
    let has_items = lines.iter().any(|line| line.is_item);
    for (at, line) in lines.iter().enumerate() {
        if has_items && !line.is_item && at > 0 {
            continue;
        }
        if line.is_time_alone() {
            if let Some(found) = pair(reading, section, &lines, at, paired) {
                paired = true;
                facts.extend(found);
            }
        } else if line.is_entry() {
            facts.extend(statement(section, &line.pieces).map(|found| reading.fact(found, line.span.clone(), None)));
        }
    }
}

/// The entries of a line that begins, or ends, with the first, or last, of several periods: readers join the lines of a
/// plain text. Any other line is one.
fn entries_of(line: &str, start: usize) -> Vec<Range<usize>> {
    let found = periods(line);
    let whole = || std::iter::once(start..start + line.len()).collect();
    let (Some(first), Some(last)) = (found.first(), found.last()) else { return whole() };
    let begins = first.span.start == 0;
    let ends = line.get(last.span.end..).is_some_and(|rest| rest.trim_end_matches([')', '.', ' ']).is_empty());
    if found.len() < 2 || begins == ends {
        return whole();
    }
    let cuts = found.iter().map(|period| if begins { period.span.start } else { period.span.end });
    let mut cuts: Vec<usize> = cuts.collect();
    if begins {
        cuts.push(line.len());
    } else {
        cuts.insert(0, 0);
    }
    let trimmed = |from: usize, to: usize| {
        let piece = line.get(from..to).unwrap_or_default();
        let head = piece.len() - piece.trim_start_matches([')', ' ', '.', ',', ';']).len();
        start + from + head..start + from + piece.trim_end().len()
    };
    let pieces = cuts.windows(2).filter_map(|pair| match pair {
        [from, to] => Some(trimmed(*from, *to)),
        _ => None,
    });
    pieces.filter(|span| span.start < span.end).collect()
}

/// A line that may be an entry.
struct Line<'a> {
    span: Range<usize>,
    pieces: Pieces<'a>,
    words_before_time: usize,
    is_sentence: bool,
    is_item: bool,
}

impl<'a> Line<'a> {
    fn of(reading: &Reading<'a>, span: &Range<usize>) -> Self {
        let text = reading.text(span);
        let pieces = pieces(text, reading.chunk.language);
        let before = Tokens::of(text.get(..pieces.time.start).unwrap_or_default(), reading.chunk.language);
        let has_verb = |words: &Tokens<'_>| words.any_here("be") || words.any_here("work");
        let is_sentence = has_verb(&before) || pieces.segments.iter().any(has_verb);
        let line_start =
            reading.chunk.text.get(..span.start).and_then(|head| head.rfind('\n')).map_or(0, |end| end + 1);
        let is_item = line_start < span.start;
        Self { span: span.clone(), words_before_time: before.len(), is_sentence, is_item, pieces }
    }

    fn has_time(&self) -> bool {
        !self.pieces.time.is_empty()
    }

    /// "2019 – 2022", perhaps with a place beside it.
    fn is_time_alone(&self) -> bool {
        self.has_time() && self.pieces.segments.iter().all(is_place) && self.pieces.date.is_none()
    }

    fn is_entry(&self) -> bool {
        self.has_time() && !self.is_sentence && self.words_before_time <= MAX_WORDS_BEFORE_TIME
    }

    /// "Architect, Firth Partnership": a title and somebody's name, and nothing else.
    fn is_untimed_job(&self) -> bool {
        let [title, _, ..] = self.pieces.segments.as_slice() else { return false };
        !self.has_time()
            && !self.is_sentence
            && title.any("title")
            && title.len() <= MAX_NAME_WORDS
            && self.pieces.segments.len() <= 3
    }
}

/// A time on a line of its own belongs to the line after it if the passage begins with one, and to the line before it
/// if that is the passage's first; whatever else is told apart by the first such pair is believed to go on so.
fn pair(reading: &Reading<'_>, section: Section, lines: &[Line<'_>], at: usize, paired: bool) -> Option<Vec<Fact>> {
    let time_first = at == 0 || (paired && lines.first().is_some_and(Line::is_time_alone));
    let entry_first = at == 1 || (paired && lines.get(1).is_some_and(Line::is_time_alone));
    let other = match (time_first, entry_first) {
        (true, _) => lines.get(at + 1),
        (false, true) => lines.get(at - 1),
        (false, false) => None,
    };
    let (line, other) = (lines.get(at)?, other.filter(|other| other.is_untimed_job())?);
    let found = statement_of(section, &other.pieces.segments, &line.pieces);
    let span = line.span.start.min(other.span.start)..line.span.end.max(other.span.end);
    Some(found.map(|found| reading.fact(found, span, None)).into_iter().collect())
}

/// A heading such as "Engineer, Lumbre (2019–2022)", or one above a line that begins with the time.
fn from_heading(reading: &Reading<'_>, section: Section, heading: &str) -> Option<Fact> {
    let own = pieces(heading, reading.chunk.language);
    let first = reading.lines.first()?;
    if !own.time.is_empty() {
        return Some(reading.fact(statement(section, &own)?, first.clone(), Some(heading)));
    }
    let line = Line::of(reading, first);
    let begins = line.has_time() && line.words_before_time == 0;
    // The prose of a JSON Résumé puts a project's kind and client before its time.
    let is_note = section == Section::Projects && line.has_time() && !line.is_sentence && line.words_before_time <= 6;
    if !(begins || is_note) {
        return None;
    }
    let found = statement_of(section, &own.segments, &line.pieces)?;
    Some(reading.fact(found, first.clone(), Some(heading)))
}

fn statement(section: Section, pieces: &Pieces<'_>) -> Option<Statement> {
    statement_of(section, &pieces.segments, pieces)
}

/// What `segments` with the time of `timed` state in a section.
fn statement_of(section: Section, segments: &[Tokens<'_>], timed: &Pieces<'_>) -> Option<Statement> {
    match section {
        Section::Experience if timed.date.is_none() => job(segments, timed.when),
        Section::Education => degree(segments, timed.when),
        Section::Projects => project(segments, timed),
        Section::Certificates => milestone(Milestone::Certificate, segments, timed),
        Section::Awards => milestone(Milestone::Award, segments, timed),
        Section::Talks => milestone(Milestone::Talk, segments, timed),
        Section::Publications => milestone(Milestone::Publication, segments, timed),
        _ => None,
    }
}

/// The first segment with a job's title is the title, the first other name is the organisation.
fn job(segments: &[Tokens<'_>], when: When) -> Option<Statement> {
    let title_at = segments.iter().position(|segment| segment.any("title") && segment.len() <= MAX_NAME_WORDS);
    let title = title_at.and_then(|at| segments.get(at));
    if let Some((title, organisation)) = title.and_then(split_at_word) {
        return Some(Statement::Employment { title: Some(title), organisation: Some(organisation), when });
    }
    let is_self = segments.iter().any(|segment| segment.any("self"));
    let is_name = |segment: &&Tokens<'_>| {
        segment.len() <= MAX_NAME_WORDS && begins_like_a_name(segment) && !is_place(segment) && !segment.any("self")
    };
    let others = segments.iter().enumerate().filter(|(at, _)| Some(*at) != title_at).map(|(_, segment)| segment);
    let organisation = others.clone().find(is_name).filter(|_| !is_self).map(|segment| segment.text.to_owned());
    let title = title.map(|title| title.text.to_owned());
    // Without a title, only what stands first can be the organisation.
    let is_sure =
        is_self || title.is_some() || segments.first().is_some_and(|first| organisation.as_deref() == Some(first.text));
    let is_known = is_self || organisation.is_some();
    (is_known && is_sure).then_some(Statement::Employment { title, organisation, when })
}

/// "Engineer at Lumbre", in the languages where that word stands before an employer only.
fn split_at_word(segment: &Tokens<'_>) -> Option<(String, String)> {
    if !matches!(segment.language, Language::En | Language::De | Language::Fr | Language::It) {
        return None;
    }
    let is_at = |at: &usize| {
        let before_employer = ["at", "bei", "beim", "chez", "presso"];
        segment.get(*at).is_some_and(|token| before_employer.contains(&token.folded.as_str()))
    };
    let at = (1..segment.len()).find(is_at)?;
    let name = segment.words(at + 1, segment.len());
    let title = segment.words(0, at);
    let is_title = Tokens::of(title, segment.language).any("title");
    (is_title && name.starts_with(char::is_uppercase)).then(|| (title.to_owned(), name.to_owned()))
}

fn degree(segments: &[Tokens<'_>], when: When) -> Option<Statement> {
    let at = segments.iter().position(|segment| segment.any_concept("degree").is_some())?;
    let degree = segments.get(at)?;
    let others = || segments.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, segment)| segment);
    let named = others().find(|segment| segment.any("institution"));
    let institution = named.or_else(|| others().find(|segment| begins_like_a_name(segment) && !is_place(segment)));
    let is_short = degree.len() <= MAX_NAME_WORDS + 3;
    is_short.then(|| Statement::Education {
        degree: degree.text.to_owned(),
        institution: institution.map(|segment| segment.text.to_owned()),
        when,
    })
}

fn project(segments: &[Tokens<'_>], timed: &Pieces<'_>) -> Option<Statement> {
    let name = segments.first().filter(|name| name.len() <= MAX_NAME_WORDS && begins_like_a_name(name))?;
    Some(Statement::Project { name: name.text.to_owned(), when: timed.when })
}

fn milestone(milestone: Milestone, segments: &[Tokens<'_>], timed: &Pieces<'_>) -> Option<Statement> {
    let date = timed.date?;
    let name = segments.first().filter(|name| begins_like_a_name(name))?;
    let by = segments.get(1).filter(|by| by.len() <= MAX_NAME_WORDS && begins_like_a_name(by));
    let bare = |text: &str| text.trim_matches(|c: char| "«»“”\"'".contains(c)).to_owned();
    Some(Statement::Milestone { milestone, name: bare(name.text), by: by.map(|by| bare(by.text)), date })
}

fn begins_like_a_name(segment: &Tokens<'_>) -> bool {
    let first = segment.text.trim_start_matches(|c: char| !c.is_alphanumeric()).chars().next();
    first.is_some_and(|first| first.is_uppercase() || first.is_numeric())
}

/// A city, a country, "remote", and nothing else.
fn is_place(segment: &Tokens<'_>) -> bool {
    let names = |at: usize| segment.is(at, "place") > 0 || segment.is_stopword(at);
    (0..segment.len()).all(names) && segment.any("place")
}
