//! A document as the source page shows it: headings, lists and paragraphs, with the cited place marked.
//!
//! Readers keep each block twice: as plain text, which reads well, and as a span of the document's text, which citations
//! point into. Here the two meet. Start at [`parts`].

use std::ops::Range;

use portavoz_domain::document::{Block, BlockKind, Document};

/// Of headings in HTML.
const LOWEST_LEVEL: u8 = 6;
/// Questions stand below the title of their list.
const QUESTION_LEVEL: u8 = 2;

/// A part of the page, from top to bottom.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    /// Level as in HTML: 2 to 6, for the document's title is the page's only `h1`.
    Heading {
        level: u8,
        pieces: Vec<Piece>,
    },
    Paragraph(Vec<Piece>),
    List(Vec<Vec<Piece>>),
    /// Shown with its own white space: code, and what is not known as a block.
    AsWritten(Vec<Piece>),
    /// What follows stands on this page, from 1.
    Page(u32),
}

/// Some text, marked or not.
#[derive(Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) marked: bool,
    /// True for the first marked piece of the page, where the citation leads.
    pub(super) is_place: bool,
}

/// The parts of `document`, with `marked`, a byte range of its text on character borders, marked.
pub(super) fn parts(document: &Document, marked: &Range<usize>) -> Vec<Part> {
    let in_some_block = document.blocks.iter().any(|block| overlap(&block.span, marked));
    // What is not in a block, such as front matter, is not for reading; unless it is what was asked for.
    let mut parts = if document.blocks.is_empty() || (!marked.is_empty() && !in_some_block) {
        vec![Part::AsWritten(pieces(&document.text, 0, marked))]
    } else {
        of_blocks(document, marked)
    };
    if let Some(place) = parts.iter_mut().flat_map(Part::pieces).find(|piece| piece.marked) {
        place.is_place = true;
    }
    parts
}

fn of_blocks(document: &Document, marked: &Range<usize>) -> Vec<Part> {
    let mut parts = Vec::new();
    // Levels of the headings that the reader is below, in the document's own count.
    let mut above: Vec<u8> = Vec::new();
    let mut page = None;
    for (position, block) in document.blocks.iter().enumerate() {
        if block.page.is_some() && block.page != page {
            page = block.page;
            parts.extend(page.map(Part::Page));
        }
        // The page's own heading says it already.
        if position == 0 && block.text == document.title && !overlap(&block.span, marked) {
            continue;
        }
        let pieces = of_block(block, &document.text, marked);
        match block.kind {
            BlockKind::Heading { level } => parts.push(heading(level, &mut above, pieces)),
            BlockKind::Question => parts.push(heading(QUESTION_LEVEL, &mut above, pieces)),
            BlockKind::ListItem => match parts.last_mut() {
                Some(Part::List(items)) => items.push(pieces),
                _ => parts.push(Part::List(vec![pieces])),
            },
            BlockKind::Paragraph | BlockKind::TableRow => parts.push(Part::Paragraph(pieces)),
            BlockKind::Code => parts.push(Part::AsWritten(pieces)),
        }
    }
    parts
}

/// A heading one level below the one it stands under: documents leave levels out, which would confuse who listens to the
/// page's outline.
fn heading(own: u8, above: &mut Vec<u8>, pieces: Vec<Piece>) -> Part {
    above.retain(|level| *level < own);
    above.push(own);
    let level = u8::try_from(above.len() + 1).unwrap_or(LOWEST_LEVEL).min(LOWEST_LEVEL);
    Part::Heading { level, pieces }
}

/// A block's plain text, marked as far as it is cited. Where plain text and source differ and only a part of the block
/// is cited, the source is shown, so that the mark is exact.
fn of_block(block: &Block, text: &str, marked: &Range<usize>) -> Vec<Piece> {
    let span = &block.span;
    if !overlap(span, marked) || (marked.start <= span.start && span.end <= marked.end) {
        return vec![Piece { text: block.text.clone(), marked: overlap(span, marked), is_place: false }];
    }
    let source = text.get(span.clone()).unwrap_or_default();
    match source.find(&block.text) {
        Some(offset) => pieces(&block.text, span.start + offset, marked),
        None => pieces(source, span.start, marked),
    }
}

/// `text`, which begins at byte `start`, cut at the ends of `marked`. Without empty pieces.
fn pieces(text: &str, start: usize, marked: &Range<usize>) -> Vec<Piece> {
    let from = text.floor_char_boundary(marked.start.saturating_sub(start));
    let to = text.floor_char_boundary(marked.end.saturating_sub(start)).max(from);
    [(0..from, false), (from..to, true), (to..text.len(), false)]
        .into_iter()
        .filter_map(|(range, marked)| {
            let text = text.get(range).filter(|text| !text.is_empty())?;
            Some(Piece { text: text.to_owned(), marked, is_place: false })
        })
        .collect()
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start.max(other.start) < one.end.min(other.end)
}

impl Part {
    fn pieces(&mut self) -> impl Iterator<Item = &mut Piece> {
        let groups: Vec<&mut Vec<Piece>> = match self {
            Self::Heading { pieces, .. } | Self::Paragraph(pieces) | Self::AsWritten(pieces) => vec![pieces],
            Self::List(items) => items.iter_mut().collect(),
            Self::Page(_) => Vec::new(),
        };
        groups.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests;
