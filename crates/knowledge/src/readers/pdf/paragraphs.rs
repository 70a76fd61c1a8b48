//! Lines to paragraphs and list items: where one ends and the next begins, when only the look of a page says so.

use super::columns::{Line, Region, usual_size};
use super::hyphens::{Vocabulary, append_line};
use super::rows::{Piece, is_bullet};

/// Line pitch in ems where a region has too few lines to tell.
const USUAL_PITCH: f64 = 1.35;
/// Points from which on type is display type.
const HEADING_SIZE: f64 = 15.0;
/// Bytes of a paragraph that surely is running text.
const LONG_TEXT: usize = 40;
/// Pitches beyond this are space between paragraphs.
const MAX_PITCH: f64 = 1.75;

/// A paragraph, item or row as it looks; what is a heading is decided over the whole document.
#[derive(Debug, Clone)]
pub(super) struct Paragraph {
    /// What it looks like.
    pub look: Look,
    /// Its text.
    pub text: String,
    /// Its cells, if it is one line with wide gaps.
    cells: Vec<String>,
    /// Page of its first line, from 1.
    pub page: u32,
    /// Its font size.
    pub size: f64,
    /// True if all of it is bold.
    pub is_bold: bool,
    /// Lines it takes.
    pub lines: usize,
    /// True if it stands beside the text it heads.
    pub is_label: bool,
}

/// What a paragraph looks like by its marks and cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Running text, or a heading.
    Plain,
    /// Begins with a bullet.
    Item,
    /// Cells side by side.
    Row,
}

/// The paragraphs of all pages. One that runs over the end of a page is one.
pub(super) fn of_pages(pages: &[Vec<Region>], vocabulary: &Vocabulary) -> Vec<Paragraph> {
    let document_pitch = pitch(pages.iter().flatten()).unwrap_or(USUAL_PITCH);
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    for (number, regions) in (1..).zip(pages) {
        for (index, region) in regions.iter().enumerate() {
            let mut found = of_region(region, number, document_pitch, vocabulary).into_iter();
            if let Some(first) = found.next() {
                // A sentence may go on over the end of a page, or from the foot of a column to the head of the next.
                let is_long = |last: &Paragraph| index == 0 || last.text.len() > LONG_TEXT;
                match paragraphs.last_mut().filter(|last| is_long(last) && runs_on(last, &first)) {
                    Some(last) => append_line(&mut last.text, &first.text, vocabulary),
                    None => paragraphs.push(first),
                }
            }
            paragraphs.extend(found);
        }
    }
    paragraphs
}

impl Line {
    fn x0(&self) -> f64 {
        self.pieces.first().map_or(0.0, |piece| piece.x0)
    }

    fn x1(&self) -> f64 {
        self.pieces.last().map_or(0.0, |piece| piece.x1)
    }

    fn y(&self) -> f64 {
        self.pieces.first().map_or(0.0, |piece| piece.y)
    }

    fn size(&self) -> f64 {
        usual_size(&self.pieces)
    }

    fn is_bold(&self) -> bool {
        /// Longest piece that can be a date.
        const DATE_CHARS: usize = 25;
        let is_date = |piece: &&Piece| {
            piece.chars <= DATE_CHARS && piece.words.iter().any(|word| word.text.chars().any(|c| c.is_ascii_digit()))
        };
        // The date at the other end of the line may be set lighter than the title it belongs to.
        let counted: Vec<&Piece> = self.pieces.iter().filter(|piece| piece.bold_chars > 0 || !is_date(piece)).collect();
        let (bold, all) =
            counted.iter().fold((0, 0), |(bold, all), piece| (bold + piece.bold_chars, all + piece.chars));
        bold > 0 && bold * 10 >= all * 9
    }

    fn has_bullet(&self) -> bool {
        let mut words = self.pieces.iter().flat_map(|piece| &piece.words);
        let Some(first) = words.next() else { return false };
        is_bullet(&first.text) && words.next().is_some()
    }

    fn first_word_width(&self) -> f64 {
        self.pieces.first().and_then(|piece| piece.words.first()).map_or(0.0, |word| word.x1 - word.x0)
    }

    fn text(&self) -> String {
        self.pieces.iter().map(Piece::text).collect::<Vec<_>>().join(" ")
    }

    fn starts_lower(&self) -> bool {
        self.text().chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase)
    }
}

fn of_region(region: &Region, page: u32, document_pitch: f64, vocabulary: &Vocabulary) -> Vec<Paragraph> {
    const ENOUGH_LINES: usize = 7;
    let own = if region.lines.len() >= ENOUGH_LINES { pitch(std::iter::once(region)) } else { None };
    let pitch = own.unwrap_or(document_pitch);
    let right = region.lines.iter().map(Line::x1).fold(f64::MIN, f64::max);
    let mut paragraphs = Vec::new();
    // First by space, size and bullets, then each group by how its lines are filled.
    for group in cut(&region.lines, |before, line| is_apart(before, line, pitch)) {
        let margin = margin(group, right, region.limit);
        for lines in cut(group, |before, line| ends_early(before, line, margin)) {
            paragraphs.extend(paragraph(lines, page, vocabulary));
        }
    }
    mark_tables(&mut paragraphs);
    for paragraph in &mut paragraphs {
        paragraph.is_label = region.is_label;
    }
    paragraphs
}

/// Cuts lines before each one that does not go on with the line before it.
fn cut(lines: &[Line], is_cut: impl Fn(&Line, &Line) -> bool) -> Vec<&[Line]> {
    lines.chunk_by(|before, line| !is_cut(before, line)).collect()
}

/// Makes rows of cells of paragraphs that look like one, where two or more stand together; one alone is a line with a
/// date at its end.
fn mark_tables(paragraphs: &mut [Paragraph]) {
    let is_row: Vec<bool> = paragraphs.iter().map(|paragraph| paragraph.cells.len() > 1).collect();
    for (index, paragraph) in paragraphs.iter_mut().enumerate() {
        let beside = |at: Option<usize>| at.and_then(|at| is_row.get(at)).copied().unwrap_or(false);
        let cells = std::mem::take(&mut paragraph.cells);
        if cells.len() > 1 && !paragraph.is_bold && (beside(index.checked_sub(1)) || beside(Some(index + 1))) {
            paragraph.look = Look::Row;
            paragraph.text = cells.join("; ");
        }
    }
}

/// True if a line begins something new by its look.
fn is_apart(before: &Line, line: &Line, pitch: f64) -> bool {
    let em = before.size().max(line.size());
    let step = line.y() - before.y();
    let is_other_size = (before.size() - line.size()).abs() > 0.08 * em;
    // Large lines are set tighter or looser than the text around them.
    let most = if is_heading_size(before, line) { pitch.max(1.3) * 1.15 } else { pitch * 1.22 };
    line.has_bullet()
        || is_row(before) != is_row(line)
        || is_row(line)
        || is_other_size
        || step < 0.5 * em
        || step > most * em
        || (before.is_bold() != line.is_bold() && (before.is_bold() || !before_is_open(before)))
        || (line.x0() - before.x0()).abs() > 12.0 * em
}

/// True if a line that is not bold ends in a way that a bold word may go on.
fn before_is_open(before: &Line) -> bool {
    before.text().ends_with([',', ':', '-'])
        || before.text().split(' ').next_back().is_some_and(|word| word.chars().count() <= 3)
}

fn is_heading_size(before: &Line, line: &Line) -> bool {
    before.size() >= HEADING_SIZE && line.size() >= HEADING_SIZE
}

/// Two cells or more, far apart.
fn is_row(line: &Line) -> bool {
    line.pieces.len() > 1 && line.pieces.iter().all(|piece| piece.chars <= 60) && !line.has_bullet()
}

/// The right end that lines of a group are filled to: the region's, unless the group is a narrower paragraph.
fn margin(group: &[Line], region: f64, limit: f64) -> f64 {
    let lower = group.iter().skip(1).filter(|line| line.starts_lower()).count();
    // Where nothing shows that lines were wrapped, they may be shorter than the column is wide.
    if lower == 0 && group.first().is_some_and(|line| line.size() < HEADING_SIZE) {
        return region.max(limit);
    }
    let own = group.iter().map(Line::x1).fold(f64::MIN, f64::max);
    // Lines of a list of facts begin with capitals; lines of wrapped text mostly do not.
    if group.len() > 1 && lower * 10 >= (group.len() - 1) * 4 { own } else { region }
}

/// True if the first word of a line would have fitted on the line before: then somebody ended that line.
fn ends_early(before: &Line, line: &Line, margin: f64) -> bool {
    let space = 0.3 * line.size();
    let (text, next) = (before.text(), line.text());
    let is_broken_word = super::hyphens::ends_broken(&text);
    // Addresses and numbers stand on lines of their own, unless the line before announces them.
    if is_way_to_reach(&text) || (is_way_to_reach(&next) && !text.ends_with([':', ','])) {
        return true;
    }
    !is_broken_word
        && !text.ends_with(',')
        && before.x1() + space + line.first_word_width() < margin - 0.2 * line.size()
}

/// True if a line is nothing but an e-mail address, a telephone number or a web address.
fn is_way_to_reach(line: &str) -> bool {
    let is_number = line.chars().filter(char::is_ascii_digit).count() >= 6
        && line.chars().all(|character| character.is_ascii_digit() || " +()-./".contains(character));
    let is_address = |word: &str| {
        (word.contains('@') || word.contains("://") || word.contains('/')) && word.contains('.') && !word.ends_with('.')
    };
    is_number || (!line.contains(' ') && is_address(line))
}

fn paragraph(lines: &[Line], page: u32, vocabulary: &Vocabulary) -> Option<Paragraph> {
    let first = lines.first()?;
    let is_item = first.has_bullet();
    let look = if is_item { Look::Item } else { Look::Plain };
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let mut words = line.text();
        if index == 0 && is_item {
            words = words.split_once(' ').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
        }
        append_line(&mut text, &words, vocabulary);
    }
    let all_pieces: Vec<Piece> = lines.iter().flat_map(|line| line.pieces.clone()).collect();
    let is_bold = lines.iter().all(Line::is_bold);
    let cells =
        if lines.len() == 1 && is_row(first) { first.pieces.iter().map(Piece::text).collect() } else { Vec::new() };
    Some(Paragraph {
        look,
        text,
        cells,
        page,
        size: usual_size(&all_pieces),
        is_bold,
        lines: lines.len(),
        is_label: false,
    })
}

/// True if a paragraph at the top of a page goes on with the last one of the page before.
fn runs_on(last: &Paragraph, first: &Paragraph) -> bool {
    let ends_open = !last.text.ends_with(['.', '!', '?', ':', ';', '…']);
    let starts_low = first.text.chars().next().is_some_and(char::is_lowercase);
    first.look == Look::Plain && ends_open && starts_low && (first.size - last.size).abs() < 0.3 && !first.is_bold
}

/// The pitch of lines that follow each other closely, in ems: the lower quarter of all pitches.
fn pitch<'a>(regions: impl Iterator<Item = &'a Region>) -> Option<f64> {
    let mut pitches: Vec<f64> = regions
        .flat_map(|region| region.lines.iter().zip(region.lines.iter().skip(1)))
        .filter(|(before, line)| (before.size() - line.size()).abs() < 0.3)
        .map(|(before, line)| (line.y() - before.y()) / line.size().max(1.0))
        .filter(|pitch| (0.9..=MAX_PITCH).contains(pitch))
        .collect();
    pitches.sort_by(f64::total_cmp);
    pitches.get(pitches.len() / 4).copied()
}
