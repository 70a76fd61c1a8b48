//! Sections: which blocks of a document belong together because nothing divides them.
//!
//! A section ends at every heading, at every FAQ question and where the blocks' own facet changes.
//! Start at [`sections`].

use portavoz_domain::document::{Block, BlockKind, Document, Facet};

/// Blocks under one heading, or the answer of one FAQ question.
#[derive(Debug, Clone, PartialEq)]
pub struct Section<'a> {
    /// Headings above, highest first.
    pub path: Vec<&'a str>,
    /// The FAQ question that the blocks answer.
    pub question: Option<&'a Block>,
    /// The facet the format itself gave the blocks.
    pub facet: Option<Facet>,
    /// In reading order, never empty; a heading among them is one that nothing stands below.
    pub blocks: Vec<&'a Block>,
}

/// The sections of `document`, in reading order.
pub fn sections(document: &Document) -> Vec<Section<'_>> {
    let mut walk = Walk::default();
    let mut rest = document.blocks.iter().filter(|block| !block.text.trim().is_empty()).peekable();
    while let Some(block) = rest.next() {
        match block.kind {
            BlockKind::Heading { level } => walk.heading(block, level, rest.peek().copied()),
            BlockKind::Question => walk.question(block),
            BlockKind::Paragraph | BlockKind::ListItem | BlockKind::TableRow | BlockKind::Code => walk.content(block),
        }
    }
    walk.close();
    walk.done
}

#[derive(Default)]
struct Walk<'a> {
    headings: Vec<(u8, &'a str)>,
    question: Option<&'a Block>,
    open: Vec<&'a Block>,
    done: Vec<Section<'a>>,
}

impl<'a> Walk<'a> {
    fn heading(&mut self, block: &'a Block, level: u8, next: Option<&Block>) {
        let stays_below = |(above, _): &(u8, &str)| *above < level;
        let keeps_section = self.headings.iter().all(stays_below) && self.question.is_none();
        let is_childless =
            next.is_none_or(|next| matches!(next.kind, BlockKind::Heading { level: other } if other <= level));
        if !(is_childless && keeps_section) {
            self.close();
        }
        self.question = None;
        self.headings.retain(stays_below);
        if is_childless {
            // Nothing stands below it, so it is a line of its parent: a list of skills set as headings, say.
            self.content(block);
        } else {
            self.headings.push((level, block.text.as_str()));
        }
    }

    fn question(&mut self, block: &'a Block) {
        self.close();
        self.question = Some(block);
    }

    fn content(&mut self, block: &'a Block) {
        if self.open.last().is_some_and(|last| last.facet != block.facet) {
            self.close();
        }
        self.open.push(block);
    }

    fn close(&mut self) {
        let blocks = std::mem::take(&mut self.open);
        let Some(first) = blocks.first() else { return };
        self.done.push(Section {
            path: self.headings.iter().map(|(_, text)| *text).collect(),
            question: self.question,
            facet: first.facet.or(self.question.and_then(|question| question.facet)),
            blocks,
        });
    }
}
