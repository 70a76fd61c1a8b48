//! A document while it is being read: readers append blocks, and spans come out right by construction.
//!
//! Owns the rules that hold for every format: blocks are in order and do not overlap, their spans lie on character
//! borders, their text is folded, a document has a title and a language. Start at [`Draft::push`] for formats whose
//! text we write, at [`Draft::mark`] for formats whose text stands as written.

use std::ops::Range;

use portavoz_domain::document::{Block, BlockKind, Document, Facet, Format, Problem};
use portavoz_domain::ids::DocumentId;
use portavoz_text::language::{self, Language};

use super::ReadOptions;

/// Characters of a document that are looked at to find its language: enough to be sure, little enough to be quick.
const LANGUAGE_SAMPLE_CHARS: usize = 4_000;

/// A thousand pages. Longer text is a dump of something, or a mistake: it would drown every other document.
const MAX_CHARS: usize = 2_000_000;

/// A document in the making.
#[derive(Debug)]
pub(super) struct Draft {
    /// What it is read from.
    pub format: Format,
    /// The best title seen; the first heading or the file's name stands in for it.
    pub title: Option<String>,
    /// Where visitors can open it.
    pub url: Option<String>,
    /// As the owner said.
    pub language: Option<Language>,
    /// As the owner said.
    pub facet: Option<Facet>,
    /// From front matter.
    pub tags: Vec<String>,
    /// From front matter.
    pub priority: f32,
    /// Causes of what was odd but did not stop the reading.
    pub oddities: Vec<String>,
    text: String,
    blocks: Vec<Block>,
}

impl Draft {
    /// A draft whose text we write, block by block.
    pub fn new(format: Format) -> Self {
        Self::of_text(format, String::new())
    }

    /// A draft whose text stands as the owner wrote it.
    pub fn of_text(format: Format, text: String) -> Self {
        Self {
            format,
            title: None,
            url: None,
            language: None,
            facet: None,
            tags: Vec::new(),
            priority: 1.0,
            oddities: Vec::new(),
            text,
            blocks: Vec::new(),
        }
    }

    /// Appends a block to the text. Text without a letter or digit is no block.
    pub fn push(&mut self, kind: BlockKind, text: &str) {
        self.push_at(kind, text, None, None);
    }

    /// [`Draft::push`] with the page and the facet that the format itself knows.
    pub fn push_at(&mut self, kind: BlockKind, text: &str, page: Option<u32>, facet: Option<Facet>) {
        let text = readable(kind, text);
        if !text.chars().any(char::is_alphanumeric) {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let start = self.text.len();
        self.text.push_str(&text);
        self.blocks.push(Block { kind, text, span: start..self.text.len(), page, facet });
    }

    /// Names a part of the written text as a block. A span that is not a proper slice, or that does not lie behind
    /// the block before it, is moved to the nearest one that does; an empty one is dropped.
    pub fn mark(&mut self, kind: BlockKind, text: &str, span: Range<usize>) {
        let text = readable(kind, text);
        let behind = self.blocks.last().map_or(0, |block| block.span.end);
        let start = ceil_border(&self.text, span.start.max(behind));
        let end = floor_border(&self.text, span.end.min(self.text.len()));
        let Some(slice) = self.text.get(start..end) else { return };
        let (before, after) = (slice.len() - slice.trim_start().len(), slice.trim_end().len());
        if before < after && text.chars().any(char::is_alphanumeric) {
            self.blocks.push(Block { kind, text, span: start + before..start + after, page: None, facet: None });
        }
    }

    /// The text written so far, or all of it when it stands as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The blocks so far.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Makes the document. A draft without blocks is a problem: there is nothing to find in it. So is one with more
    /// text than anybody would read.
    pub fn finish(self, id: &DocumentId, options: &ReadOptions) -> Result<(Document, Vec<Problem>), Problem> {
        let refused = |cause: &str| Problem { document: id.clone(), cause: cause.to_owned(), skipped: true };
        if self.blocks.is_empty() {
            return Err(refused("has no readable text"));
        }
        if self.blocks.iter().map(|block| block.text.chars().count()).sum::<usize>() > MAX_CHARS {
            return Err(refused("has more than 2,000,000 characters of text; split it"));
        }
        let title = self
            .title
            .as_deref()
            .map(fold_space)
            .filter(|title| !title.is_empty())
            .or_else(|| first_title(&self.blocks))
            .unwrap_or_else(|| title_of_id(id));
        let language = self.language.or_else(|| detect(&self.blocks)).unwrap_or(options.language);
        let problems =
            self.oddities.into_iter().map(|cause| Problem { document: id.clone(), cause, skipped: false }).collect();
        let document = Document {
            id: id.clone(),
            title,
            url: self.url,
            language,
            facet: self.facet,
            tags: self.tags,
            priority: self.priority,
            format: self.format,
            text: self.text,
            blocks: self.blocks,
        };
        Ok((document, problems))
    }
}

/// Folds white space to single spaces and drops what nobody sees: zero-width characters and other controls.
pub(super) fn fold_space(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_whitespace() || character == '\u{a0}' {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        } else if !is_invisible(character) {
            folded.push(character);
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Characters without a shape that would split or hide words.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// A block's text: folded, except that code keeps its lines.
fn readable(kind: BlockKind, text: &str) -> String {
    if kind != BlockKind::Code {
        return fold_space(text);
    }
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// The first heading, if it stands so near the beginning that it can be the title.
fn first_title(blocks: &[Block]) -> Option<String> {
    blocks.iter().take(3).find(|block| matches!(block.kind, BlockKind::Heading { .. })).map(|block| block.text.clone())
}

/// A title from the last part of a path or URL: `proyectos/panel-de-ia.md` is "panel de ia".
fn title_of_id(id: &DocumentId) -> String {
    let path = id.as_str().split(['?', '#']).next().unwrap_or_default();
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let words = fold_space(&stem.replace(['-', '_', '.'], " "));
    if words.is_empty() { id.as_str().to_owned() } else { words }
}

/// The language of the running text: names and technologies in headings and lists mislead, so they come last.
fn detect(blocks: &[Block]) -> Option<Language> {
    let mut sample = String::new();
    let is_prose = |block: &&Block| block.kind == BlockKind::Paragraph && block.text.len() > 60;
    for block in blocks.iter().filter(is_prose).chain(blocks.iter().filter(|block| !is_prose(block))) {
        if sample.len() > LANGUAGE_SAMPLE_CHARS {
            break;
        }
        sample.extend(block.text.chars().take(LANGUAGE_SAMPLE_CHARS));
        sample.push('\n');
    }
    language::detect(&sample)
}

/// The first character border at or after `index`.
fn ceil_border(text: &str, index: usize) -> usize {
    (index..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

/// The last character border at or before `index`.
fn floor_border(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}
