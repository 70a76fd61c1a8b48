//! HTML: the article, without the menus, banners and forms around it.
//!
//! Owns which parts of a page count ([`html/furniture.rs`](self::furniture)) and how the rest becomes blocks
//! ([`html/blocks.rs`](self::blocks)). Start at [`read`].

use std::rc::Rc;

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Node, NodeData, RcDom};
use portavoz_domain::document::Format;
use portavoz_text::language::Language;

use super::draft::{Draft, fold_space};

mod blocks;
mod furniture;

/// Elements open at once beyond which a page is refused: the parser's time grows with the square of the depth.
const MAX_DEPTH: usize = 2_000;
/// An article this short beside a longer page is not the article.
const MIN_ARTICLE_CHARS: usize = 200;

/// Reads a page. The error is the cause why it is skipped.
pub(super) fn read(markup: &str) -> Result<Draft, String> {
    if depth(markup) > MAX_DEPTH {
        return Err(format!("is nested deeper than {MAX_DEPTH} elements"));
    }
    let document = parse(markup);
    let mut draft = Draft::new(Format::Html);
    let head = Head::of(&document);
    let main = furniture::article(&document);
    if let Some(article) = &main {
        blocks::walk(article, true, &mut draft);
    }
    if draft.text().chars().count() < MIN_ARTICLE_CHARS {
        let mut whole = Draft::new(Format::Html);
        blocks::walk(&document, false, &mut whole);
        if whole.text().len() > draft.text().len() * 2 {
            draft = whole;
        }
    }
    let heading =
        draft.blocks().iter().find(|block| block.kind == portavoz_domain::document::BlockKind::Heading { level: 1 });
    draft.title = heading.map(|block| block.text.clone()).or(head.og_title).or(head.title);
    draft.url = head.canonical;
    draft.language = head.language;
    Ok(draft)
}

/// The words of a piece of markup, without tags.
pub(super) fn plain_text(markup: &str) -> String {
    if depth(markup) > MAX_DEPTH {
        return String::new();
    }
    let mut draft = Draft::new(Format::Html);
    blocks::walk(&parse(markup), false, &mut draft);
    let texts: Vec<&str> = draft.blocks().iter().map(|block| block.text.as_str()).collect();
    texts.join(" ")
}

fn parse(markup: &str) -> Rc<Node> {
    parse_document(RcDom::default(), ParseOpts::default()).one(markup).document
}

/// What the page says about itself.
#[derive(Default)]
struct Head {
    title: Option<String>,
    og_title: Option<String>,
    canonical: Option<String>,
    og_url: Option<String>,
    language: Option<Language>,
}

impl Head {
    fn of(document: &Rc<Node>) -> Self {
        let mut head = Self::default();
        for_each(document, &mut |node| {
            let content = || attribute(node, "content").filter(|content| !content.trim().is_empty());
            match name(node) {
                "html" => head.language = attribute(node, "lang").and_then(|tag| Language::parse(&tag)),
                "title" if head.title.is_none() => {
                    head.title = Some(fold_space(&words_of(node))).filter(|t| !t.is_empty())
                }
                "meta" => match attribute(node, "property").as_deref() {
                    Some("og:title") => head.og_title = content(),
                    Some("og:url") => head.og_url = content(),
                    _ => {}
                },
                "link" if attribute(node, "rel").as_deref() == Some("canonical") => {
                    head.canonical = attribute(node, "href")
                }
                _ => {}
            }
        });
        let is_whole = |url: &String| url.starts_with("https://") || url.starts_with("http://");
        head.canonical = head.canonical.filter(is_whole).or(head.og_url.take().filter(is_whole));
        head
    }
}

/// Visits every element, parents first. Not recursive: depth costs no stack.
fn for_each(root: &Rc<Node>, visit: &mut impl FnMut(&Rc<Node>)) {
    let mut stack = vec![Rc::clone(root)];
    while let Some(node) = stack.pop() {
        visit(&node);
        stack.extend(node.children.borrow().iter().rev().cloned());
    }
}

/// The tag's name; empty for what is no element.
fn name(node: &Node) -> &str {
    match &node.data {
        NodeData::Element { name, .. } => &name.local,
        _ => "",
    }
}

/// The value of an attribute.
fn attribute(node: &Node, key: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else { return None };
    attrs.borrow().iter().find(|attribute| &*attribute.name.local == key).map(|attribute| attribute.value.to_string())
}

/// The words directly inside an element that holds only text.
fn words_of(node: &Node) -> String {
    let mut words = String::new();
    for child in node.children.borrow().iter() {
        if let NodeData::Text { contents } = &child.data {
            words.push_str(&contents.borrow());
        }
    }
    words
}

/// How many elements are open at once at the deepest place, by a count that errs on the high side only for elements
/// that must be closed.
fn depth(markup: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0_usize);
    for piece in markup.split('<').skip(1) {
        let closes = piece.starts_with('/');
        let tag: String = piece.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if tag.is_empty() || MAY_STAY_OPEN.contains(&tag.to_ascii_lowercase().as_str()) || piece.contains("/>") {
            continue;
        }
        open = if closes { open.saturating_sub(1) } else { open + 1 };
        deepest = deepest.max(open);
    }
    deepest
}

/// Elements without an end tag, or whose end tag people leave out.
const MAY_STAY_OPEN: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p",
    "li", "dt", "dd", "option", "optgroup", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "html", "head",
    "body",
];

#[cfg(test)]
mod tests;
