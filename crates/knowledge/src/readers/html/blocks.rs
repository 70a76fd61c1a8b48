//! From elements to blocks.

use std::rc::Rc;

use markup5ever_rcdom::{Node, NodeData};
use portavoz_domain::document::BlockKind;

use super::furniture::is_furniture;
use super::{attribute, name};
use crate::readers::draft::{Draft, fold_space};
use crate::readers::links;
use crate::readers::markdown::labelled_row;

/// Elements that end a paragraph where they begin and where they end.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "ul",
    "ol",
    "dl",
    "blockquote",
    "figure",
    "figcaption",
    "address",
    "table",
    "caption",
    "hr",
    "details",
    "body",
    "html",
    "fieldset",
    "center",
    "hgroup",
    "tbody",
    "thead",
    "tfoot",
];
/// Walks deeper than this are cut off; no page that people read comes near.
const MAX_WALK: usize = 500;

/// Appends the blocks below `root`.
pub(super) fn walk(root: &Rc<Node>, in_article: bool, draft: &mut Draft) {
    let mut walk = Walk { draft, inline: String::new(), kind: BlockKind::Paragraph, in_article };
    walk.children(root, 0);
    walk.flush();
}

/// The state of the walk: words gathered for the block that is open.
struct Walk<'a> {
    draft: &'a mut Draft,
    inline: String,
    kind: BlockKind,
    in_article: bool,
}

impl Walk<'_> {
    fn children(&mut self, node: &Node, depth: usize) {
        if depth > MAX_WALK {
            return;
        }
        for child in node.children.borrow().iter() {
            match &child.data {
                NodeData::Text { contents } => self.inline.push_str(&contents.borrow()),
                NodeData::Element { .. } if !is_furniture(child, self.in_article) => self.element(child, depth + 1),
                _ => {}
            }
        }
    }

    fn element(&mut self, node: &Rc<Node>, depth: usize) {
        match name(node) {
            tag @ ("h1" | "h2" | "h3" | "h4" | "h5" | "h6") => {
                let level = tag.bytes().last().map_or(1, |digit| digit - b'0');
                self.block(BlockKind::Heading { level }, node, depth);
            }
            "li" => self.block(BlockKind::ListItem, node, depth),
            "summary" => {
                self.flush();
                let text = self.words_within(node, depth);
                let kind = if text.ends_with('?') { BlockKind::Question } else { BlockKind::Heading { level: 4 } };
                self.draft.push(kind, &text);
            }
            "pre" => {
                self.flush();
                let mut code = String::new();
                raw_text(node, &mut code, depth);
                self.draft.push(BlockKind::Code, &code);
            }
            "table" if is_plain_table(node) => {
                self.flush();
                self.table(node, depth);
            }
            "dt" => {
                self.flush();
                self.kind = BlockKind::ListItem;
                self.children(node, depth);
                self.inline.truncate(self.inline.trim_end().len());
                self.inline.push_str(": ");
            }
            "dd" => {
                self.kind = BlockKind::ListItem;
                self.children(node, depth);
                self.flush();
            }
            "br" | "wbr" => self.inline.push(' '),
            "td" | "th" | "tr" => self.block(BlockKind::Paragraph, node, depth),
            "a" => {
                let at = self.inline.len();
                self.children(node, depth);
                // Blocks inside a link have been flushed; then there are no words left to carry the address.
                if let (Some(words), Some(target)) = (self.inline.get(at..).map(str::to_owned), attribute(node, "href"))
                {
                    self.inline.truncate(at);
                    let is_icon = words.trim().is_empty();
                    let words = if is_icon {
                        attribute(node, "aria-label").or(attribute(node, "title")).unwrap_or_default()
                    } else {
                        words
                    };
                    self.inline.push_str(&links::with_target(&words, &target));
                }
            }
            tag if BLOCKS.contains(&tag) => {
                // A paragraph inside a list item goes on with the item's text.
                let goes_on = matches!(tag, "p" | "div" | "section") && self.kind == BlockKind::ListItem;
                let kind = if goes_on { self.kind } else { BlockKind::Paragraph };
                let keep = kind == BlockKind::ListItem && fold_space(&self.inline).is_empty();
                if keep { self.children(node, depth) } else { self.block(kind, node, depth) }
            }
            _ => self.children(node, depth),
        }
    }

    /// An element that is a block of its own.
    fn block(&mut self, kind: BlockKind, node: &Node, depth: usize) {
        self.flush();
        let outer = std::mem::replace(&mut self.kind, kind);
        self.children(node, depth);
        self.flush();
        self.kind = outer;
    }

    fn flush(&mut self) {
        let words = std::mem::take(&mut self.inline);
        self.draft.push(self.kind, &words);
    }

    /// The words of an element, without making a block of them.
    fn words_within(&mut self, node: &Node, depth: usize) -> String {
        let outer = std::mem::take(&mut self.inline);
        self.children(node, depth);
        fold_space(&std::mem::replace(&mut self.inline, outer))
    }

    fn table(&mut self, table: &Rc<Node>, depth: usize) {
        let mut columns: Vec<String> = Vec::new();
        let mut rows = Vec::new();
        super::for_each(table, &mut |node| {
            if name(node) == "tr" {
                rows.push(Rc::clone(node));
            }
        });
        for (index, row) in rows.iter().enumerate() {
            let cells: Vec<Rc<Node>> =
                row.children.borrow().iter().filter(|cell| matches!(name(cell), "td" | "th")).cloned().collect();
            let texts: Vec<String> = cells.iter().map(|cell| self.words_within(cell, depth + 1)).collect();
            let is_head = index == 0 && rows.len() > 1 && cells.iter().all(|cell| name(cell) == "th");
            if is_head {
                columns = texts;
            } else if columns.is_empty() && texts.len() == 2 && cells.first().is_some_and(|cell| name(cell) == "th") {
                self.draft.push(BlockKind::TableRow, &texts.join(": "));
            } else {
                self.draft.push(BlockKind::TableRow, &labelled_row(&columns, &texts));
            }
        }
    }
}

/// True if a table holds facts; one that holds headings, lists or tables is there for its layout.
fn is_plain_table(table: &Rc<Node>) -> bool {
    let mut is_plain = true;
    super::for_each(table, &mut |node| {
        let holds = matches!(name(node), "h1" | "h2" | "h3" | "h4" | "ul" | "ol" | "pre");
        is_plain &= !holds && (name(node) != "table" || Rc::ptr_eq(node, table));
    });
    is_plain
}

/// Text as it stands, for preformatted elements.
fn raw_text(node: &Node, text: &mut String, depth: usize) {
    for child in node.children.borrow().iter() {
        match &child.data {
            NodeData::Text { contents } => text.push_str(&contents.borrow()),
            NodeData::Element { .. } if name(child) == "br" => text.push('\n'),
            NodeData::Element { .. } if depth < MAX_WALK => raw_text(child, text, depth + 1),
            _ => {}
        }
    }
}
