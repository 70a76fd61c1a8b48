//! Pieces to lines in reading order: which spaces between pieces are gutters between columns.
//!
//! A gutter is found at a left edge that several pieces share, with pieces ending clearly before it. Pieces that
//! cross it (a header over both columns) cut the page into bands. Two sides of a gutter are columns, read one after
//! the other, unless they belong together row by row: dates beside jobs, labels beside text, tables.

use super::rows::{PagePieces, Piece, Word, by_row, is_bullet, joined_within};

/// Columns inside columns; pages have at most four side by side.
const MAX_DEPTH: usize = 6;
/// How far left edges of one column may differ, in points.
const EDGE: f64 = 2.0;
/// Pieces of a page up to which gutters are looked for; dense pages have some hundred.
const MAX_PIECES: usize = 3_000;
/// Edges that are tried: those at which most pieces begin.
const MAX_EDGES: usize = 60;
/// Space between columns that designers hardly go below, in points.
const USUAL_GUTTER: f64 = 14.0;
/// Gaps inside one column up to which words are neighbours and not cells, in ems: justified text has wide ones.
const CELL_GAP: f64 = 1.6;
/// Characters in a row up to which it can be a date, a label or the cell of a table.
const LABEL_CHARS: f64 = 30.0;

/// A line: pieces on one baseline within one column.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// From left to right; never empty.
    pub pieces: Vec<Piece>,
}

/// Lines read one after the other.
#[derive(Debug, Clone)]
pub(super) struct Region {
    /// From top to bottom.
    pub lines: Vec<Line>,
    /// Where lines have to end: at the gutter, or at the right end of the page's text.
    pub limit: f64,
    /// True if it is a heading that stands beside its text.
    pub is_label: bool,
}

/// The lines of a page in reading order; turned text comes last.
pub(super) fn reading_order(page: PagePieces) -> Vec<Region> {
    let mut regions = Vec::new();
    let limit = right_end(&page.upright);
    split(page.upright, 0, limit, &mut regions);
    if !page.turned.is_empty() {
        let limit = right_end(&page.turned);
        regions.push(region(page.turned, limit));
    }
    regions.retain(|region| !region.lines.is_empty());
    regions
}

/// A part of the page between pieces that cross the gutter.
enum Band {
    /// Read as one column.
    Single(Vec<Piece>),
    /// Read left, then right.
    Columns(Vec<Piece>, Vec<Piece>),
    /// Read row by row, once each date stands on one line; the height of the dates.
    Dates(Vec<Piece>, f64),
    /// Read label by label, each with the text beside it.
    Labels(Vec<(Vec<Piece>, Vec<Piece>)>),
}

fn split(pieces: Vec<Piece>, depth: usize, limit: f64, regions: &mut Vec<Region>) {
    let gutter = if depth < MAX_DEPTH { best_gutter(&pieces) } else { None };
    let Some(edge) = gutter else {
        regions.push(region(pieces, limit));
        return;
    };
    let whole = pieces.len();
    for band in bands(pieces, edge) {
        match band {
            Band::Single(pieces) if pieces.len() < whole => split(pieces, depth + 1, limit, regions),
            Band::Single(pieces) => regions.push(region(pieces, limit)),
            Band::Dates(pieces, _) => split(pieces, depth + 1, limit, regions),
            Band::Columns(left, right) => {
                split(left, depth + 1, edge - USUAL_GUTTER, regions);
                split(right, depth + 1, limit, regions);
            }
            Band::Labels(pairs) => {
                for (label, text) in pairs {
                    regions.push(Region { is_label: true, ..region(label, edge - USUAL_GUTTER) });
                    split(text, depth + 1, limit, regions);
                }
            }
        }
    }
}

fn right_end(pieces: &[Piece]) -> f64 {
    pieces.iter().map(|piece| piece.x1).fold(f64::MIN, f64::max)
}

fn region(pieces: Vec<Piece>, limit: f64) -> Region {
    Region { lines: by_row(pieces).into_iter().map(line).collect(), limit, is_label: false }
}

fn line(row: Vec<Piece>) -> Line {
    let most = if is_justified(&row) { f64::MAX } else { CELL_GAP };
    Line { pieces: joined_within(row, most) }
}

/// True if all words of a row stand equally far apart: stretched to the margin, and not cells.
fn is_justified(row: &[Piece]) -> bool {
    let words: Vec<&Word> = row.iter().flat_map(|piece| &piece.words).collect();
    if let [first, second] = words.as_slice() {
        let starts_low = first.text.chars().next().is_some_and(char::is_lowercase);
        return starts_low && !first.text.contains('@') && !second.text.chars().any(|c| c.is_ascii_digit());
    }
    let gaps: Vec<f64> = words.iter().zip(words.iter().skip(1)).map(|(a, b)| b.x0 - a.x1).collect();
    let (low, high) = gaps.iter().fold((f64::MAX, f64::MIN), |(low, high), gap| (low.min(*gap), high.max(*gap)));
    low > 0.0 && high <= 1.35 * low
}

/// The left edge of the right column that parts the most text.
fn best_gutter(pieces: &[Piece]) -> Option<f64> {
    // Scattered marks are no columns, and trying every edge of them would take long.
    if pieces.len() > MAX_PIECES {
        return None;
    }
    let mut edges: Vec<f64> = pieces.iter().map(|piece| piece.x0).collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup_by(|a, b| (*a - *b).abs() < EDGE);
    let starts = |edge: &f64| pieces.iter().filter(|piece| (piece.x0 - edge).abs() <= EDGE).count();
    let mut edges: Vec<(usize, f64)> = edges.into_iter().skip(1).map(|edge| (starts(&edge), edge)).collect();
    edges.retain(|(starts, _)| *starts >= 2);
    edges.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.total_cmp(y)));
    edges.truncate(MAX_EDGES);
    edges.sort_by(|(_, x), (_, y)| x.total_cmp(y));
    let mut best: Option<(f64, f64)> = None;
    for (_, edge) in edges {
        let score: f64 = bands(pieces.to_vec(), edge)
            .iter()
            .map(|band| match band {
                Band::Single(_) => 0.0,
                Band::Columns(left, right) => height(left).min(height(right)),
                Band::Dates(_, height) => *height,
                Band::Labels(pairs) => pairs.iter().map(|(label, text)| height(label).min(height(text))).sum(),
            })
            .sum();
        if score > 0.0 && best.is_none_or(|(_, known)| score > known) {
            best = Some((edge, score));
        }
    }
    best.map(|(edge, _)| edge)
}

/// Cuts pieces at an edge. Neighbouring bands that are read as one column are one band, so that paragraphs in them
/// stay whole.
fn bands(mut pieces: Vec<Piece>, edge: f64) -> Vec<Band> {
    pieces.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x0.total_cmp(&b.x0)));
    let gutter = (0.5 * usual_size(&pieces)).max(4.0);
    let mut bands: Vec<Band> = Vec::new();
    let (mut left, mut right): (Vec<Piece>, Vec<Piece>) = (Vec::new(), Vec::new());
    for piece in pieces {
        if piece.x1 <= edge - gutter {
            left.push(piece);
        } else if piece.x0 >= edge - EDGE {
            right.push(piece);
        } else {
            close(&mut bands, &mut left, &mut right, Some(piece.y - piece.size));
            single(&mut bands, vec![piece]);
        }
    }
    close(&mut bands, &mut left, &mut right, None);
    bands
}

/// Ends a band; `below` is the top of what follows.
fn close(bands: &mut Vec<Band>, left: &mut Vec<Piece>, right: &mut Vec<Piece>, below: Option<f64>) {
    let (mut left, right) = (std::mem::take(left), std::mem::take(right));
    let tail = headings_below(&mut left, &right, below);
    match relation(&left, &right) {
        Relation::Columns => bands.push(Band::Columns(left, right)),
        Relation::Rows => single(bands, left.into_iter().chain(right).collect()),
        Relation::Dates => {
            // A date over two lines belongs to the first line beside it.
            let height = height(&left).min(height(&right));
            let dates = blocks(left).into_iter().filter_map(|block| block.into_iter().reduce(on_one_line));
            bands.push(Band::Dates(dates.chain(right).collect(), height));
        }
        Relation::Labels => bands.push(Band::Labels(labelled(left, right))),
    }
    single(bands, tail);
}

/// Takes what stands at the foot of the left side, below all of the right side, and heads what follows: by its size,
/// or because it is nearer to that than to what is above.
fn headings_below(left: &mut Vec<Piece>, right: &[Piece], below: Option<f64>) -> Vec<Piece> {
    if right.is_empty() {
        return Vec::new();
    }
    let (usual, (_, bottom)) = (usual_size(right), extent(right));
    let is_text = |piece: &Piece| piece.y <= bottom + 1.0 || piece.size <= 1.12 * usual;
    let keep = left.iter().rposition(is_text).map_or(0, |last| last + 1);
    let mut tail = left.split_off(keep);
    if let (true, Some(below), [.., before, last]) = (tail.is_empty(), below, left.as_slice())
        && last.y - last.size > bottom
        && last.y - last.size - before.y > 1.3 * (below - last.y).max(0.0)
    {
        tail.extend(left.pop());
    }
    tail
}

fn on_one_line(mut first: Piece, next: Piece) -> Piece {
    first.x1 = first.x1.max(next.x1);
    first.chars += next.chars;
    first.bold_chars += next.bold_chars;
    first.words.extend(next.words);
    first
}

/// The pieces of a side, cut where there is more space above a row than within a block.
fn blocks(pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    let side = Side::of(&pieces);
    let mut blocks: Vec<Vec<Piece>> = Vec::new();
    for (index, row) in side.rows.into_iter().enumerate() {
        match blocks.last_mut().filter(|_| !side.starts.contains(&index)) {
            Some(block) => block.extend(row),
            None => blocks.push(row),
        }
    }
    blocks
}

fn single(bands: &mut Vec<Band>, pieces: Vec<Piece>) {
    match bands.last_mut() {
        Some(Band::Single(last)) => last.extend(pieces),
        _ if pieces.is_empty() => {}
        _ => bands.push(Band::Single(pieces)),
    }
}

/// How two sides of a gutter belong together.
#[derive(Debug, PartialEq, Eq)]
enum Relation {
    /// Each side is read by itself.
    Columns,
    /// Row by row.
    Rows,
    /// Row by row, with the left side holding dates of several lines.
    Dates,
    /// The left side holds headings for the text on the right.
    Labels,
}

/// One side of a gutter, in numbers.
struct Side {
    rows: Vec<Vec<Piece>>,
    /// Indices of rows that begin a block: more space above than within.
    starts: Vec<usize>,
    chars: usize,
    has_bullets: bool,
    /// Share of rows that reach the right end of the side: wrapped text does.
    filled: f64,
}

impl Side {
    fn of(pieces: &[Piece]) -> Self {
        let rows = by_row(pieces.to_vec());
        let y = |row: &Vec<Piece>| row.first().map_or(0.0, |piece| piece.y);
        let size = |row: &Vec<Piece>| row.first().map_or(0.0, |piece| piece.size);
        let is_start =
            |index: &usize| match (index.checked_sub(1).and_then(|before| rows.get(before)), rows.get(*index)) {
                (Some(before), Some(row)) => {
                    let (above, own) = (size(before), size(row));
                    y(row) - y(before) > 1.7 * own.max(above) || (own - above).abs() > 0.1 * own
                }
                _ => true,
            };
        let starts = (0..rows.len()).filter(is_start).collect();
        let (x0, x1) = pieces.iter().fold((f64::MAX, f64::MIN), |(x0, x1), piece| (x0.min(piece.x0), x1.max(piece.x1)));
        let reaches = |row: &&Vec<Piece>| row.last().is_some_and(|piece| piece.x1 > x1 - 0.15 * (x1 - x0));
        let filled = rows.iter().filter(reaches).count() as f64 / rows.len().max(1) as f64;
        let has_bullets = pieces.iter().any(|piece| piece.words.first().is_some_and(|word| is_bullet(&word.text)));
        Self { starts, chars: pieces.iter().map(|piece| piece.chars).sum(), has_bullets, filled, rows }
    }

    fn y(&self, row: usize) -> f64 {
        self.rows.get(row).and_then(|row| row.first()).map_or(f64::MAX, |piece| piece.y)
    }

    /// Share of `rows` that stand on the baseline of a row of the other side.
    fn aligned(&self, rows: &[usize], other: &Self, others: &[usize]) -> f64 {
        let is_aligned = |row: &&usize| others.iter().any(|at| (other.y(*at) - self.y(**row)).abs() <= 1.5);
        rows.iter().filter(is_aligned).count() as f64 / rows.len().max(1) as f64
    }

    fn chars_per_row(&self) -> f64 {
        self.chars as f64 / self.rows.len().max(1) as f64
    }

    /// Share of rows with a digit: most rows of a column of dates.
    fn dated(&self) -> f64 {
        let has_digit = |row: &&Vec<Piece>| {
            row.iter().flat_map(|piece| &piece.words).any(|word| word.text.chars().any(|c| c.is_ascii_digit()))
        };
        self.rows.iter().filter(has_digit).count() as f64 / self.rows.len().max(1) as f64
    }

    fn all_rows(&self) -> Vec<usize> {
        (0..self.rows.len()).collect()
    }

    fn has_headings(&self, usual: f64) -> bool {
        (0..self.rows.len()).any(|row| self.is_heading(row, usual))
    }

    fn is_heading(&self, row: usize, usual: f64) -> bool {
        self.rows.get(row).into_iter().flatten().any(|piece| piece.size > 1.12 * usual)
    }
}

fn relation(left: &[Piece], right: &[Piece]) -> Relation {
    if left.is_empty() || right.is_empty() || overlap(left, right) <= 0.0 {
        return Relation::Rows;
    }
    let usual = usual_size(&[left, right].concat());
    let (left, right) = (Side::of(left), Side::of(right));
    let (left_rows, right_rows) = (left.all_rows(), right.all_rows());
    let right_aligned = right.aligned(&right_rows, &left, &left_rows);

    // Dates and places at the right margin.
    let right_is_isolated = right.starts.len() as f64 >= 0.8 * right.rows.len() as f64;
    if right_aligned >= 0.9
        && right.chars_per_row() <= LABEL_CHARS
        && right.chars * 2 < left.chars
        && !right.has_headings(usual)
        && (right.dated() >= 0.6 || right_is_isolated)
    {
        return Relation::Rows;
    }
    // Dates or section names in a narrow column at the left.
    let short_blocks = left.rows.len() <= left.starts.len() * 3;
    // Section headings over the whole table stand in it without a partner.
    let labels: Vec<usize> = left.starts.iter().copied().filter(|start| !left.is_heading(*start, usual)).collect();
    let left_aligned = left.aligned(&labels, &right, &right_rows);
    let start_aligned = left.aligned(&labels, &right, &right.starts);
    if !labels.is_empty()
        && left_aligned >= 0.75
        && left.chars_per_row() <= LABEL_CHARS
        && left.chars * 2 < right.chars
        && short_blocks
        && !left.has_bullets
        && (left.dated() >= 0.6 || start_aligned >= 0.75)
    {
        let (bold, all) =
            left.rows.iter().flatten().fold((0, 0), |(bold, all), p| (bold + p.bold_chars, all + p.chars));
        let is_dated = left.dated() >= 0.4;
        return match (is_dated, left.rows.len() > left.starts.len()) {
            (true, true) => Relation::Dates,
            (false, true) => Relation::Labels,
            (false, false) if bold * 10 >= all * 8 => Relation::Labels,
            _ => Relation::Rows,
        };
    }
    if left.rows.len() < 2 || right.rows.len() < 2 {
        return Relation::Rows;
    }
    // A table: every row has both cells, and neither side is wrapped text or a list.
    let both = left.aligned(&left_rows, &right, &right_rows) >= 0.85 && right_aligned >= 0.85;
    let is_short = left.chars_per_row() <= LABEL_CHARS && right.chars_per_row() <= LABEL_CHARS;
    let is_wrapped = left.filled > 0.7 || right.filled > 0.7;
    let has_lists = left.has_bullets || right.has_bullets || left.has_headings(usual) || right.has_headings(usual);
    if both && is_short && !is_wrapped && !has_lists { Relation::Rows } else { Relation::Columns }
}

/// Cuts both sides at the labels of the left one.
fn labelled(left: Vec<Piece>, right: Vec<Piece>) -> Vec<(Vec<Piece>, Vec<Piece>)> {
    let side = Side::of(&left);
    let tops: Vec<f64> = side.starts.iter().map(|start| side.y(*start)).collect();
    let slot = |piece: &Piece| tops.iter().filter(|top| **top <= piece.y + 1.5).count().saturating_sub(1);
    let mut pairs: Vec<(Vec<Piece>, Vec<Piece>)> = tops.iter().map(|_| (Vec::new(), Vec::new())).collect();
    for piece in left {
        if let Some((label, _)) = pairs.get_mut(slot(&piece)) {
            label.push(piece);
        }
    }
    for piece in right {
        if let Some((_, text)) = pairs.get_mut(slot(&piece)) {
            text.push(piece);
        }
    }
    pairs
}

fn extent(pieces: &[Piece]) -> (f64, f64) {
    pieces
        .iter()
        .fold((f64::MAX, f64::MIN), |(top, bottom), piece| (top.min(piece.y - piece.size), bottom.max(piece.y)))
}

fn height(pieces: &[Piece]) -> f64 {
    let (top, bottom) = extent(pieces);
    (bottom - top).max(0.0)
}

/// Height over which both sides have text.
fn overlap(left: &[Piece], right: &[Piece]) -> f64 {
    let ((top_a, bottom_a), (top_b, bottom_b)) = (extent(left), extent(right));
    bottom_a.min(bottom_b) - top_a.max(top_b)
}

/// The size of most characters.
pub(super) fn usual_size(pieces: &[Piece]) -> f64 {
    let mut sizes: Vec<(f64, usize)> = Vec::new();
    for piece in pieces {
        match sizes.iter_mut().find(|(size, _)| (*size - piece.size).abs() < 0.3) {
            Some((_, chars)) => *chars += piece.chars,
            None => sizes.push((piece.size, piece.chars)),
        }
    }
    sizes.into_iter().max_by_key(|(_, chars)| *chars).map_or(10.0, |(size, _)| size)
}
