//! Characters to words, and words to pieces: runs of words on one baseline without a wide gap.
//!
//! A piece never crosses the space between two columns, because it ends at every gap wider than words need. Which
//! pieces make a line together is decided in [`super::columns`].

use unicode_normalization::UnicodeNormalization;

use super::flatten::Dot;
use super::glyphs::{Glyph, PageGlyphs};

/// Gaps are in units of the font size ("em").
/// A gap between words where the producer draws no spaces.
const WORD_GAP: f64 = 0.18;
/// The same where spaces are drawn: gaps alone are then letter-spacing.
const WORD_GAP_BESIDE_SPACES: f64 = 0.45;
/// The widest gap inside a piece; justified text stays below, gutters lie above.
const PIECE_GAP: f64 = 0.8;
/// The widest gap between a bullet and its text.
const BULLET_GAP: f64 = 3.0;
/// How far baselines of one line may differ.
const BASELINE: f64 = 0.25;

/// Marks of list items.
pub(super) const BULLETS: &str = "•◦▪▫‣⁃∙●○■□▸▹►▶➢➤✓✔★☆*·–—-";

/// A word with its place.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Its letters, composed.
    pub text: String,
    /// Where it begins.
    pub x0: f64,
    /// Where it ends.
    pub x1: f64,
}

/// Words on one baseline.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// In order; never empty.
    pub words: Vec<Word>,
    /// Where it begins.
    pub x0: f64,
    /// Where it ends.
    pub x1: f64,
    /// Its baseline, growing downwards.
    pub y: f64,
    /// The size of most of its characters.
    pub size: f64,
    /// Characters in it.
    pub chars: usize,
    /// Of those, bold.
    pub bold_chars: usize,
}

/// A page's pieces.
#[derive(Debug, Default, Clone)]
pub(super) struct PagePieces {
    /// Upright text.
    pub upright: Vec<Piece>,
    /// Text turned by a quarter, in coordinates turned back.
    pub turned: Vec<Piece>,
}

impl Piece {
    /// Its words with spaces between them.
    pub fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// True if it begins with the mark of a list item.
    fn starts_with_bullet(&self) -> bool {
        self.words.first().is_some_and(|word| is_bullet(&word.text))
    }

    /// True if it is nothing but the mark of a list item.
    fn is_bullet(&self) -> bool {
        matches!(self.words.as_slice(), [word] if is_bullet(&word.text))
    }
}

/// True if a word is the mark of a list item.
pub(super) fn is_bullet(word: &str) -> bool {
    let mut characters = word.chars();
    matches!((characters.next(), characters.next()), (Some(mark), None) if BULLETS.contains(mark))
}

/// The pieces of a page.
pub(super) fn of_page(glyphs: PageGlyphs) -> PagePieces {
    let mut upright = pieces(glyphs.upright);
    for dot in glyphs.dots {
        put_bullet(&mut upright, dot);
    }
    PagePieces { upright, turned: pieces(glyphs.turned) }
}

/// Puts a drawn dot before the piece it stands in front of.
fn put_bullet(pieces: &mut [Piece], dot: Dot) {
    let distance = |piece: &Piece| piece.x0 - dot.x1;
    let is_before = |piece: &&mut Piece| {
        (0.0..=BULLET_GAP * piece.size).contains(&distance(piece))
            && (piece.y - 0.3 * piece.size - dot.y).abs() < 0.3 * piece.size
            && dot.x1 - dot.x0 < 0.8 * piece.size
            && !piece.starts_with_bullet()
    };
    if let Some(piece) = pieces.iter_mut().filter(is_before).min_by(|a, b| distance(a).total_cmp(&distance(b))) {
        piece.words.insert(0, Word { text: "•".to_owned(), x0: dot.x0, x1: dot.x1 });
        piece.x0 = dot.x0;
    }
}

/// Groups pieces by baseline, top to bottom, left to right in each row.
pub(super) fn by_row(mut pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    pieces.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x0.total_cmp(&b.x0)));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let reach = |row: &Vec<Piece>| {
            row.last().is_some_and(|last| (piece.y - last.y).abs() <= BASELINE * piece.size.min(last.size).max(4.0))
        };
        match rows.last_mut().filter(|row| reach(row)) {
            Some(row) => row.push(piece),
            None => rows.push(vec![piece]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    }
    rows
}

fn pieces(glyphs: Vec<Glyph>) -> Vec<Piece> {
    let runs = runs(without_doubles(glyphs));
    let pieces: Vec<Piece> = runs.iter().filter_map(|run| piece(run)).collect();
    by_row(pieces).into_iter().flat_map(joined).collect()
}

/// Drops characters drawn twice at one place, which is how some producers make bold text and shadows.
fn without_doubles(glyphs: Vec<Glyph>) -> Vec<Glyph> {
    /// Shift of a second drawing, in ems.
    const SHIFT: f64 = 0.06;
    /// Equal characters nearby that are compared; a line has fewer.
    const RECENT: usize = 64;
    let mut seen: std::collections::HashMap<(String, i64), Vec<(f64, f64)>> = std::collections::HashMap::new();
    glyphs
        .into_iter()
        .filter(|glyph| {
            if glyph.text.trim().is_empty() {
                return true;
            }
            let places = seen.entry((glyph.text.clone(), (glyph.y / 20.0) as i64)).or_default();
            let reach = SHIFT * glyph.size;
            let is_double = places
                .iter()
                .rev()
                .take(RECENT)
                .any(|(x, y)| (x - glyph.x0).abs() < reach && (y - glyph.y).abs() < reach);
            if !is_double {
                places.push((glyph.x0, glyph.y));
            }
            !is_double
        })
        .collect()
}

/// A character of a run, and whether a space was drawn before it.
type Spaced = (Glyph, bool);

/// Cuts the drawing order where it jumps to another line or over a wide gap.
fn runs(glyphs: Vec<Glyph>) -> Vec<Vec<Spaced>> {
    let mut runs: Vec<Vec<Spaced>> = Vec::new();
    let mut space = false;
    for glyph in glyphs {
        if glyph.text.trim().is_empty() {
            space = true;
            continue;
        }
        let goes_on = runs.last().and_then(|run| run.last()).is_some_and(|(last, _)| {
            let em = glyph.size.max(last.size);
            let gap = glyph.x0 - last.x1;
            // Footnote marks and ordinals stand a little higher, right behind their word.
            let is_raised = (glyph.size < last.size * 0.85 || last.size < glyph.size * 0.85) && gap.abs() < 0.2 * em;
            let reach = if is_raised { 0.55 } else { BASELINE };
            (glyph.y - last.y).abs() <= reach * em && gap > -0.6 * em && gap < PIECE_GAP * em
        });
        match runs.last_mut().filter(|_| goes_on) {
            Some(run) => run.push((glyph, space)),
            None => runs.push(vec![(glyph, false)]),
        }
        space = false;
    }
    runs
}

fn piece(run: &[Spaced]) -> Option<Piece> {
    let limit = word_gap(run);
    let mut words: Vec<Word> = Vec::new();
    let mut last_end = f64::NEG_INFINITY;
    for (glyph, space) in run {
        let begins = *space || glyph.x0 - last_end > limit * glyph.size;
        match words.last_mut().filter(|_| !begins) {
            Some(word) => {
                append(&mut word.text, glyph, last_end);
                word.x1 = word.x1.max(glyph.x1);
            }
            None => words.push(Word { text: glyph.text.clone(), x0: glyph.x0, x1: glyph.x1 }),
        }
        last_end = glyph.x1;
    }
    let words: Vec<Word> = words
        .into_iter()
        .flat_map(|word| {
            let text: String = word.text.nfc().collect();
            // A font may hold two words in one character ("Lda. ").
            let parts: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            parts.into_iter().map(move |text| Word { text, ..word.clone() })
        })
        .collect();
    let (first, last) = (words.first()?, words.last()?);
    let (x0, x1) = (first.x0, last.x1.max(first.x1));
    let mut sizes: Vec<f64> = run.iter().map(|(glyph, _)| glyph.size).collect();
    sizes.sort_by(f64::total_cmp);
    let size = sizes.get(sizes.len() / 2).copied()?;
    let y = run.iter().map(|(glyph, _)| glyph).find(|glyph| (glyph.size - size).abs() < 0.1).map(|glyph| glyph.y)?;
    let bold_chars = run.iter().filter(|(glyph, _)| glyph.is_bold).count();
    Some(Piece { words, x0, x1, y, size, chars: run.len(), bold_chars })
}

/// The gap that parts words in this run. Letter-spaced headings have gaps between all letters.
fn word_gap(run: &[Spaced]) -> f64 {
    if run.iter().any(|(_, space)| *space) {
        return WORD_GAP_BESIDE_SPACES;
    }
    let pairs = run.iter().zip(run.iter().skip(1));
    let mut gaps: Vec<f64> = pairs.map(|((a, _), (b, _))| (b.x0 - a.x1) / b.size.max(1.0)).collect();
    gaps.sort_by(f64::total_cmp);
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(0.0).max(0.0);
    if usual > 0.08 { usual + WORD_GAP } else { WORD_GAP }
}

/// Appends a character to a word; an accent drawn over its letter joins it.
fn append(word: &mut String, glyph: &Glyph, last_end: f64) {
    let overlaps = glyph.x0 < last_end - 0.1 * glyph.size;
    if let Some(mark) = combining(&glyph.text).filter(|_| overlaps) {
        word.push(mark);
        return;
    }
    // Some producers draw the accent first and its letter over it.
    if let Some(mark) =
        word.chars().last().and_then(|last| combining(last.encode_utf8(&mut [0; 4]))).filter(|_| overlaps)
    {
        word.pop();
        word.push_str(if glyph.text == "ı" { "i" } else { &glyph.text });
        word.push(mark);
        return;
    }
    word.push_str(&glyph.text);
}

/// The combining form of a free-standing accent.
fn combining(text: &str) -> Option<char> {
    Some(match text {
        "´" | "ˊ" => '\u{301}',
        "`" | "ˋ" => '\u{300}',
        "^" | "ˆ" => '\u{302}',
        "~" | "˜" => '\u{303}',
        "¨" => '\u{308}',
        "¸" => '\u{327}',
        "ˇ" => '\u{30c}',
        "˚" => '\u{30a}',
        _ => return None,
    })
}

/// Joins what belongs together on one row: runs cut by a change of font, bullets and their text.
fn joined(row: Vec<Piece>) -> Vec<Piece> {
    joined_within(row, PIECE_GAP)
}

/// Joins pieces of a row with no wider gap than this between them, in ems.
pub(super) fn joined_within(row: Vec<Piece>, most: f64) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in row {
        let near = pieces.last().is_some_and(|last| {
            let em = piece.size.max(last.size);
            let gap = piece.x0 - last.x1;
            gap > -0.5 * em && (gap <= most * em || (last.is_bullet() && gap <= BULLET_GAP * em))
        });
        match pieces.last_mut().filter(|_| near) {
            Some(last) => join(last, piece),
            None => pieces.push(piece),
        }
    }
    pieces
}

fn join(left: &mut Piece, right: Piece) {
    let is_one_word = right.x0 - left.x1 < 0.1 * right.size.min(left.size);
    if right.chars > left.chars {
        left.size = right.size;
    }
    let mut words = right.words.into_iter();
    if is_one_word
        && !left.is_bullet()
        && let (Some(last), Some(first)) = (left.words.last_mut(), words.next())
    {
        last.text = format!("{}{}", last.text, first.text).nfc().collect();
        last.x1 = last.x1.max(first.x1);
    }
    left.words.extend(words);
    left.x1 = left.x1.max(right.x1);
    left.chars += right.chars;
    left.bold_chars += right.bold_chars;
}
