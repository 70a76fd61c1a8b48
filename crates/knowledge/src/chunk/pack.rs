//! Packing: one section's blocks into passages of the right size.
//!
//! Lists stay with the line that introduces them, paragraphs are cut between sentences only when they must be, and
//! sentences between words only when nothing else helps. Start at [`pack`].

use std::ops::Range;

use portavoz_domain::document::{Block, BlockKind, Document};
use portavoz_domain::tokens::CountTokens;
use portavoz_text::sentences::sentences;

use super::ChunkLimits;
use super::sections::Section;

/// The text of a chunk and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// One line per piece.
    pub text: String,
    /// Hull of the pieces' places.
    pub span: Range<usize>,
    /// Page of the first piece.
    pub page: Option<u32>,
}

/// A line of a passage: a whole block or a part of one.
#[derive(Debug, Clone)]
struct Piece {
    line: String,
    span: Range<usize>,
    page: Option<u32>,
    tokens: usize,
}

/// Pieces that are kept in one passage.
type Unit = Vec<Piece>;

/// A short line right before a list introduces it even without a colon.
const LEAD_IN_TOKENS: usize = 40;

/// The passages of one section, in reading order.
pub fn pack(document: &Document, section: &Section<'_>, count: &dyn CountTokens, limits: ChunkLimits) -> Vec<Passage> {
    let cutter = Cutter { document, count, limits };
    let mut passages: Vec<Unit> = Vec::new();
    let mut open: Unit = Vec::new();
    for unit in cutter.units(section) {
        let filled = size(&open);
        let together = filled + size(&unit);
        let fits = together <= limits.target_tokens || (filled < limits.min_tokens && together <= limits.max_tokens);
        if !fits && !open.is_empty() {
            passages.push(std::mem::take(&mut open));
        }
        open.extend(unit);
    }
    // A crumb at the end is better off with its neighbour than alone.
    match passages.last_mut() {
        Some(last) if size(&open) < limits.min_tokens / 2 && size(last) + size(&open) <= limits.max_tokens => {
            last.append(&mut open);
        }
        _ => passages.push(open),
    }
    passages.into_iter().filter_map(join).collect()
}

fn size(unit: &[Piece]) -> usize {
    unit.iter().map(|piece| piece.tokens).sum()
}

fn join(pieces: Unit) -> Option<Passage> {
    let first = pieces.first()?;
    let mut span = first.span.clone();
    let page = first.page;
    for piece in &pieces {
        span = span.start.min(piece.span.start)..span.end.max(piece.span.end);
    }
    let lines: Vec<&str> = pieces.iter().map(|piece| piece.line.as_str()).collect();
    Some(Passage { text: lines.join("\n"), span, page })
}

struct Cutter<'a> {
    document: &'a Document,
    count: &'a dyn CountTokens,
    limits: ChunkLimits,
}

impl Cutter<'_> {
    fn units(&self, section: &Section<'_>) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::new();
        let mut previous: Option<BlockKind> = None;
        for block in &section.blocks {
            let pieces = self.pieces(block);
            let is_row = is_row(block.kind);
            let introduced =
                is_row && previous == Some(BlockKind::Paragraph) && units.last().is_some_and(|unit| leads_in(unit));
            let continues = is_row && previous == Some(block.kind);
            previous = Some(block.kind);
            match units.last_mut() {
                Some(last) if (introduced || continues) && size(last) + size(&pieces) <= self.limits.max_tokens => {
                    last.extend(pieces);
                }
                // A block that had to be cut is as many units as it has parts.
                _ if pieces.len() > 1 => units.extend(pieces.into_iter().map(|piece| vec![piece])),
                _ => units.push(pieces),
            }
        }
        units
    }

    /// The block as one line, or as several if it is larger than a passage may be.
    fn pieces(&self, block: &Block) -> Vec<Piece> {
        let mark = if block.kind == BlockKind::ListItem { "- " } else { "" };
        let whole = self.piece(block, format!("{mark}{}", block.text.trim()), block.span.clone());
        if whole.tokens <= self.limits.max_tokens {
            return vec![whole];
        }
        let mut from = block.span.start;
        let mut pieces = Vec::new();
        for part in self.parts(&block.text) {
            let span = self.place(part, from..block.span.end, block);
            if span != block.span {
                from = span.end;
            }
            let mark = if pieces.is_empty() { mark } else { "" };
            pieces.push(self.piece(block, format!("{mark}{part}"), span));
        }
        pieces
    }

    fn piece(&self, block: &Block, line: String, span: Range<usize>) -> Piece {
        // One more for the line break, which most tokenizers count.
        let tokens = self.count.count(&line) + 1;
        Piece { line, span, page: block.page, tokens }
    }

    /// Where a part stands, if its words stand in the document as they are (no markup between); else its block's place.
    fn place(&self, part: &str, within: Range<usize>, block: &Block) -> Range<usize> {
        self.document
            .text
            .get(within.clone())
            .and_then(|text| text.find(part))
            .map_or(block.span.clone(), |at| within.start + at..within.start + at + part.len())
    }

    /// `text` in parts of about the target size: whole sentences if possible, otherwise whole words, otherwise
    /// (a "word" larger than a passage) characters.
    fn parts<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let fine: Vec<Range<usize>> =
            sentences(text).into_iter().flat_map(|sentence| self.halved(text, sentence)).collect();
        let mut parts: Vec<Range<usize>> = Vec::new();
        for next in fine {
            match parts.last_mut() {
                Some(last) if self.tokens_of(text, last.start..next.end) < self.limits.target_tokens => {
                    last.end = next.end
                }
                _ => parts.push(next),
            }
        }
        parts.into_iter().filter_map(|part| text.get(part)).map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    /// `span` itself if it fits; otherwise its halves, cut between words, each halved again until it fits.
    fn halved(&self, text: &str, span: Range<usize>) -> Vec<Range<usize>> {
        // Room for a list mark and the line break.
        if self.tokens_of(text, span.clone()) + 4 <= self.limits.max_tokens.max(5) {
            return vec![span];
        }
        let Some(cut) = middle(text, &span) else { return vec![span] };
        let mut parts = self.halved(text, span.start..cut);
        parts.extend(self.halved(text, cut..span.end));
        parts
    }

    fn tokens_of(&self, text: &str, span: Range<usize>) -> usize {
        text.get(span).map_or(0, |part| self.count.count(part))
    }
}

/// The word border nearest to the middle of `span`, or a character border if it is all one word.
fn middle(text: &str, span: &Range<usize>) -> Option<usize> {
    let part = text.get(span.clone())?;
    let half = part.len() / 2;
    let inner = || part.char_indices().skip(1);
    inner()
        .filter(|(_, character)| character.is_whitespace())
        .filter(|(at, _)| part.get(*at..).is_some_and(|rest| !rest.trim().is_empty()))
        .map(|(at, _)| at)
        .min_by_key(|at| at.abs_diff(half))
        .or_else(|| inner().map(|(at, _)| at).min_by_key(|at| at.abs_diff(half)))
        .map(|at| span.start + at)
}

fn is_row(kind: BlockKind) -> bool {
    matches!(kind, BlockKind::ListItem | BlockKind::TableRow)
}

fn leads_in(unit: &[Piece]) -> bool {
    unit.last().is_some_and(|piece| piece.line.trim_end().ends_with(':') || piece.tokens <= LEAD_IN_TOKENS)
}
