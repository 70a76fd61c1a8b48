//! The walk over the body: paragraphs, runs, fields, tables and text boxes become pieces of text in reading order.

use std::collections::HashMap;

use portavoz_domain::document::BlockKind;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::styles::Styles;
use super::xml::{attribute, entity, is_on};
use crate::readers::draft::fold_space;
use crate::readers::links;
use crate::readers::markdown::labelled_row;

/// Longest cell of a table that holds facts; longer ones are there for layout.
const FACT_CHARS: usize = 200;
/// Elements open at once beyond which a document is refused.
const MAX_DEPTH: usize = 1_000;

/// One paragraph as read.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Its kind, by its style.
    pub kind: BlockKind,
    /// Its text.
    pub text: String,
    /// True if every word of it is bold.
    pub is_bold: bool,
}

/// Elements whose text is not the document's: deleted or moved text, field codes, drawings' names.
const SKIPPED: &[&str] = &["del", "moveFrom", "instrText", "delText", "Fallback", "comment", "rubyPr", "rt", "sdtPr"];

/// Reads `word/document.xml`. What follows a place that is not well-formed is lost, which is an error only if
/// nothing came before it.
pub(super) fn read(xml: &str, styles: &Styles, links: &HashMap<String, String>) -> Result<Vec<Piece>, String> {
    let mut walk = Walk {
        styles,
        links,
        paragraphs: Vec::new(),
        tables: Vec::new(),
        skipping: 0,
        fields: Vec::new(),
        pieces: Vec::new(),
    };
    let mut reader = Reader::from_str(xml);
    let mut depth = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(format!("is nested deeper than {MAX_DEPTH} elements"));
                }
                walk.start(&tag, false);
            }
            Ok(Event::Empty(tag)) => walk.start(&tag, true),
            Ok(Event::End(tag)) => {
                depth = depth.saturating_sub(1);
                walk.end(tag.local_name().as_ref());
            }
            Ok(Event::Text(words)) => walk.words(&words.xml10_content()),
            Ok(Event::CData(words)) => walk.words(&words.xml10_content()),
            Ok(Event::GeneralRef(name)) => walk.words(&entity(&name)),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) if walk.pieces.is_empty() => return Err("is cut off or damaged".to_owned()),
            Err(_) => break,
        }
    }
    Ok(walk.pieces)
}

/// A paragraph that is open.
#[derive(Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    outline_level: Option<u8>,
    is_list: Option<bool>,
    /// Inside a `w:t`, the only place where text counts.
    in_text: bool,
    run_bold: Option<bool>,
    bold_chars: usize,
    all_chars: usize,
    /// The open hyperlink: its target and where its words begin.
    link: Option<(String, usize)>,
}

/// A complex field: its code, and where its result begins once that has begun.
struct Field {
    code: String,
    result_at: Option<usize>,
    in_code: bool,
}

/// A table that is open: rows of cells of pieces.
type Table = Vec<Vec<Vec<Piece>>>;

struct Walk<'a> {
    styles: &'a Styles,
    links: &'a HashMap<String, String>,
    /// Open paragraphs; a text box puts paragraphs inside a paragraph.
    paragraphs: Vec<Paragraph>,
    tables: Vec<Table>,
    /// Depth inside skipped elements.
    skipping: usize,
    fields: Vec<Field>,
    pieces: Vec<Piece>,
}

impl Walk<'_> {
    fn start(&mut self, tag: &BytesStart<'_>, is_empty: bool) {
        let name = tag.local_name();
        let name = name.as_ref();
        if name == "instrText"
            && !is_empty
            && let Some(field) = self.fields.last_mut()
        {
            field.in_code = true;
        }
        if self.skipping > 0 || SKIPPED.contains(&name) {
            self.skipping += usize::from(!is_empty);
            return;
        }
        match name {
            "p" if !is_empty => self.paragraphs.push(Paragraph::default()),
            "tbl" if !is_empty => self.tables.push(Vec::new()),
            "tr" if !is_empty => {
                if let Some(table) = self.tables.last_mut() {
                    table.push(Vec::new());
                }
            }
            "tc" if !is_empty => {
                if let Some(row) = self.tables.last_mut().and_then(|table| table.last_mut()) {
                    row.push(Vec::new());
                }
            }
            "fldChar" => self.field(tag),
            _ => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.start(name, tag, is_empty, self.links);
                }
            }
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipping > 0 {
            self.skipping -= 1;
            if name == "instrText"
                && let Some(field) = self.fields.last_mut()
            {
                field.in_code = false;
            }
            return;
        }
        match name {
            "p" => {
                if let Some(paragraph) = self.paragraphs.pop() {
                    let piece = paragraph.piece(self.styles);
                    self.put(piece);
                }
            }
            "tbl" => self.end_table(),
            _ => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.end(name);
                }
            }
        }
    }

    fn words(&mut self, words: &str) {
        if let Some(field) = self.fields.last_mut().filter(|field| field.in_code) {
            field.code.push_str(words);
        } else if self.skipping == 0
            && let Some(paragraph) = self.paragraphs.last_mut()
        {
            paragraph.words(words);
        }
    }

    /// Word writes links either as elements or as fields with a code such as `HYPERLINK "https://..."`.
    fn field(&mut self, tag: &BytesStart<'_>) {
        match attribute(tag, "fldCharType").as_deref() {
            Some("begin") => self.fields.push(Field { code: String::new(), result_at: None, in_code: false }),
            Some("separate") => {
                if let (Some(field), Some(paragraph)) = (self.fields.last_mut(), self.paragraphs.last()) {
                    field.result_at = Some(paragraph.text.len());
                }
            }
            Some("end") => {
                let Some(Field { code, result_at: Some(at), .. }) = self.fields.pop() else { return };
                let target = code.trim().strip_prefix("HYPERLINK").and_then(|rest| rest.split('"').nth(1));
                if let (Some(target), Some(paragraph)) = (target, self.paragraphs.last_mut())
                    && paragraph.text.is_char_boundary(at.min(paragraph.text.len()))
                {
                    let words = paragraph.text.split_off(at.min(paragraph.text.len()));
                    paragraph.text.push_str(&links::with_target(&words, target));
                }
            }
            _ => {}
        }
    }

    /// Puts a piece where it belongs: into the open cell, otherwise into the document.
    fn put(&mut self, piece: Piece) {
        match self.tables.last_mut().and_then(|table| table.last_mut()).and_then(|row| row.last_mut()) {
            Some(cell) => cell.push(piece),
            None => self.pieces.push(piece),
        }
    }

    fn end_table(&mut self) {
        let Some(table) = self.tables.pop() else { return };
        let pieces =
            if holds_facts(&table) { fact_rows(&table) } else { table.into_iter().flatten().flatten().collect() };
        for piece in pieces {
            self.put(piece);
        }
    }
}

impl Paragraph {
    fn start(&mut self, name: &str, tag: &BytesStart<'_>, is_empty: bool, links: &HashMap<String, String>) {
        match name {
            "pStyle" => self.style = attribute(tag, "val"),
            "outlineLvl" => self.outline_level = attribute(tag, "val").and_then(|level| level.parse().ok()),
            "numId" => self.is_list = attribute(tag, "val").map(|id| id != "0"),
            "t" => self.in_text = !is_empty,
            "r" => self.run_bold = None,
            "b" => self.run_bold = Some(is_on(tag)),
            "tab" | "br" | "cr" | "ptab" => self.text.push(' '),
            "noBreakHyphen" => self.text.push('-'),
            "hyperlink" if !is_empty => {
                let target = attribute(tag, "id").and_then(|id| links.get(&id).cloned());
                self.link = target.map(|target| (target, self.text.len()));
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "hyperlink" => {
                if let Some((target, at)) = self.link.take() {
                    let words = self.text.split_off(at.min(self.text.len()));
                    self.text.push_str(&links::with_target(&words, &target));
                }
            }
            _ => {}
        }
    }

    fn words(&mut self, words: &str) {
        if self.in_text {
            self.text.push_str(words);
            let count = words.chars().filter(|c| !c.is_whitespace()).count();
            self.all_chars += count;
            self.bold_chars += if self.run_bold == Some(true) { count } else { 0 };
        }
    }

    fn piece(self, styles: &Styles) -> Piece {
        let style = self.style.as_deref().unwrap_or_default();
        let by_outline = self.outline_level.filter(|level| *level < 9).map(|level| (level + 1).min(6));
        let kind = match by_outline.or_else(|| styles.heading_level(style)) {
            Some(level) => BlockKind::Heading { level },
            None if self.is_list.unwrap_or_else(|| styles.is_list(style)) => BlockKind::ListItem,
            None => BlockKind::Paragraph,
        };
        let is_bold = self.all_chars > 0 && (self.bold_chars == self.all_chars || styles.is_bold(style));
        Piece { kind, text: self.text, is_bold }
    }
}

/// True if a table holds facts: at least two columns of single short paragraphs.
fn holds_facts(table: &Table) -> bool {
    let is_fact = |cell: &Vec<Piece>| {
        let mut filled = cell.iter().filter(|piece| !piece.text.trim().is_empty());
        let first = filled.next();
        filled.next().is_none()
            && first.is_none_or(|piece| {
                matches!(piece.kind, BlockKind::Paragraph) && piece.text.chars().count() <= FACT_CHARS
            })
    };
    table.iter().any(|row| row.len() > 1) && table.iter().flatten().all(is_fact)
}

/// The rows of a table of facts. Its first row names the columns if all of it is bold and no other row is.
fn fact_rows(table: &Table) -> Vec<Piece> {
    let is_bold =
        |row: &Vec<Vec<Piece>>| row.iter().flatten().all(|piece| piece.is_bold || piece.text.trim().is_empty());
    let texts = |row: &Vec<Vec<Piece>>| -> Vec<String> {
        row.iter()
            .map(|cell| fold_space(&cell.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(" ")))
            .collect()
    };
    let has_head = table.len() > 1 && table.first().is_some_and(is_bold) && !table.iter().skip(1).any(is_bold);
    let columns = table.first().filter(|_| has_head).map(texts).unwrap_or_default();
    table
        .iter()
        .skip(usize::from(has_head))
        .map(|row| Piece { kind: BlockKind::TableRow, text: labelled_row(&columns, &texts(row)), is_bold: false })
        .collect()
}
