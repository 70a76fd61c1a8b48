//! Markdown: blocks with the byte spans they have in the file.
//!
//! Front matter goes to [`super::front_matter`]; a file of questions is finished by [`super::faq`]. Start at [`read`].

use std::ops::Range;

use portavoz_domain::document::{BlockKind, Format};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::draft::{Draft, fold_space};
use super::{front_matter, html, links};

/// Words an image's description needs to say something; "logo" and "badge" do not.
const TELLING_ALT_WORDS: usize = 3;

/// Reads a Markdown file. The error is the cause why it is skipped.
pub(super) fn read(text: String, is_faq: bool) -> Result<Draft, String> {
    let (front, body) = front_matter::split(&text);
    if front.is_draft() {
        return Err("is marked as a draft in its front matter".to_owned());
    }
    let is_faq = is_faq || front.text("type").is_some_and(|kind| kind.eq_ignore_ascii_case("faq"));
    let mut found = Vec::new();
    Walk::default().run(text.get(body..).unwrap_or_default(), &mut found);
    for part in &mut found {
        part.span = part.span.start + body..part.span.end + body;
    }
    if is_faq {
        found = super::faq::questions_of(found);
    }
    let mut draft = Draft::of_text(if is_faq { Format::Faq } else { Format::Markdown }, text);
    for part in found {
        draft.mark(part.kind, &part.text, part.span);
    }
    front.apply(&mut draft);
    Ok(draft)
}

/// A block found in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// Its kind.
    pub kind: BlockKind,
    /// Its text, not yet folded.
    pub text: String,
    /// Its place.
    pub span: Range<usize>,
    /// If it opens with bold words: bytes of `text`, and the byte of the file, at which they end.
    pub bold_lead: Option<(usize, usize)>,
}

/// The state of the walk over the events of the parser.
#[derive(Default)]
struct Walk {
    /// The block that is being filled.
    open: Option<Part>,
    /// Where the innermost list items begin, marker included; taken by the first block inside.
    item_starts: Vec<Option<usize>>,
    /// Level and first byte of the open heading.
    heading: Option<(u8, usize)>,
    code: bool,
    /// Links and images that are open: their target, and where their words begin in the open block.
    targets: Vec<(String, usize)>,
    table: Table,
    html_block: Option<String>,
}

/// The table that is being read.
#[derive(Default)]
struct Table {
    columns: Vec<String>,
    cells: Vec<String>,
    in_head: bool,
    rows: usize,
}

impl Walk {
    fn run(mut self, text: &str, found: &mut Vec<Part>) {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_HEADING_ATTRIBUTES;
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            match event {
                Event::Start(tag) => self.start(tag, range, found),
                Event::End(tag) => self.end(tag, range, found),
                Event::Text(words) if self.html_block.is_none() => self.words(&words, range),
                Event::Code(words) => self.words(&words, range),
                Event::SoftBreak | Event::HardBreak => self.words(" ", range),
                Event::Html(markup) | Event::Text(markup) => {
                    if let Some(block) = &mut self.html_block {
                        block.push_str(&markup);
                    }
                }
                Event::InlineHtml(markup) if markup.to_ascii_lowercase().starts_with("<br") => self.words(" ", range),
                Event::InlineMath(words) | Event::DisplayMath(words) => self.words(&words, range),
                Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::Rule | Event::TaskListMarker(_) => {}
            }
        }
        self.close(found);
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>, found: &mut Vec<Part>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.close(found);
                self.heading = Some((level as u8, range.start));
            }
            Tag::CodeBlock(kind) => {
                self.close(found);
                self.code = true;
                // Diagrams drawn as code are markup, not text.
                if matches!(&kind, CodeBlockKind::Fenced(language) if language.trim() == "mermaid") {
                    self.html_block = Some(String::new());
                }
            }
            Tag::Item => {
                self.close(found);
                self.item_starts.push(Some(range.start));
            }
            Tag::HtmlBlock => {
                self.close(found);
                self.html_block = Some(String::new());
            }
            Tag::Table(_) => {
                self.close(found);
                self.table = Table::default();
            }
            Tag::TableHead => self.table.in_head = true,
            Tag::TableRow => self.table.cells.clear(),
            Tag::TableCell => {
                self.open = Some(Part { kind: BlockKind::TableRow, text: String::new(), span: range, bold_lead: None })
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                let block = self.block(range);
                let at = block.text.len();
                self.targets.push((dest_url.into_string(), at));
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {
                let is_bold = tag == Tag::Strong;
                let end = range.end;
                let block = self.block(range);
                if is_bold && block.text.trim().is_empty() {
                    block.bold_lead = Some((0, end));
                }
            }
            Tag::Paragraph | Tag::BlockQuote(_) | Tag::List(_) | Tag::FootnoteDefinition(_) => self.close(found),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>, found: &mut Vec<Part>) {
        match tag {
            TagEnd::Heading(_) => {
                self.extend(range.end);
                self.close(found);
                self.heading = None;
            }
            TagEnd::CodeBlock => {
                self.close(found);
                self.code = false;
                self.html_block = None;
            }
            TagEnd::Item => {
                self.close(found);
                self.item_starts.pop();
            }
            TagEnd::HtmlBlock => {
                let markup = self.html_block.take().unwrap_or_default();
                let text = html::plain_text(&markup);
                found.push(Part { kind: BlockKind::Paragraph, text, span: range, bold_lead: None });
            }
            TagEnd::TableCell => {
                let cell = self.open.take().map(|part| fold_space(&part.text)).unwrap_or_default();
                if self.table.in_head { self.table.columns.push(cell) } else { self.table.cells.push(cell) }
            }
            TagEnd::TableHead => self.table.in_head = false,
            TagEnd::TableRow => {
                self.table.rows += 1;
                let text = labelled_row(&self.table.columns, &self.table.cells);
                found.push(Part { kind: BlockKind::TableRow, text, span: range, bold_lead: None });
            }
            TagEnd::Table if self.table.rows == 0 => {
                let text = self.table.columns.join("; ");
                found.push(Part { kind: BlockKind::TableRow, text, span: range, bold_lead: None });
            }
            TagEnd::Strong => {
                if let Some(block) = &mut self.open
                    && let Some((length @ 0, _)) = &mut block.bold_lead
                {
                    *length = block.text.len();
                }
            }
            TagEnd::Link => self.end_link(),
            TagEnd::Image => self.end_image(),
            TagEnd::Paragraph => {
                self.extend(range.end);
                self.close(found);
            }
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => self.close(found),
            _ => {}
        }
    }

    /// Lets the open block reach to the end of its element: markup at its end belongs to it.
    fn extend(&mut self, end: usize) {
        if let Some(block) = &mut self.open {
            block.span.end = block.span.end.max(end);
        }
    }

    fn end_link(&mut self) {
        if let (Some((target, at)), Some(block)) = (self.targets.pop(), &mut self.open) {
            let words = block.text.split_off(at.min(block.text.len()));
            block.text.push_str(&links::with_target(&words, &target));
        }
    }

    fn end_image(&mut self) {
        if let (Some((_, at)), Some(block)) = (self.targets.pop(), &mut self.open) {
            let alt = block.text.split_off(at.min(block.text.len()));
            if alt.split_whitespace().count() >= TELLING_ALT_WORDS {
                block.text.push_str(&alt);
            }
        }
    }

    fn words(&mut self, words: &str, range: Range<usize>) {
        self.block(range).text.push_str(words);
    }

    /// The open block, extended to `range`; a new one of the kind that the surroundings ask for if none is open.
    fn block(&mut self, range: Range<usize>) -> &mut Part {
        let (heading, code) = (self.heading, self.code);
        let item = self.item_starts.last_mut();
        let block = self.open.get_or_insert_with(|| {
            let item_start = item.and_then(Option::take);
            let kind = match (heading, code, item_start) {
                (Some((level, _)), ..) => BlockKind::Heading { level },
                (_, true, _) => BlockKind::Code,
                (.., Some(_)) => BlockKind::ListItem,
                _ => BlockKind::Paragraph,
            };
            let start = item_start.or(heading.map(|(_, start)| start)).unwrap_or(range.start);
            Part { kind, text: String::new(), span: start..range.end, bold_lead: None }
        });
        block.span.end = block.span.end.max(range.end);
        block
    }

    fn close(&mut self, found: &mut Vec<Part>) {
        found.extend(self.open.take());
        self.targets.clear();
    }
}

/// A row as `Column: cell; Column: cell`, without empty cells.
pub(super) fn labelled_row(columns: &[String], cells: &[String]) -> String {
    let named = cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(index, cell)| {
        match columns.get(index).filter(|column| !column.is_empty()) {
            Some(column) => format!("{}: {cell}", column.trim_end_matches(':')),
            None => cell.clone(),
        }
    });
    named.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
