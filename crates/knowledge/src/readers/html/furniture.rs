//! What on a page is the article, and what stands around it: menus, banners, forms, scripts.

use std::rc::Rc;

use markup5ever_rcdom::Node;

use super::{attribute, for_each, name};

/// Elements that never hold the article's text.
const NEVER_TEXT: &[&str] = &[
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas", "audio", "video", "map",
    "form", "button", "select", "input", "textarea", "dialog", "nav", "aside", "footer", "menu", "head", "link",
];
/// Roles of the same.
const NEVER_ROLES: &[&str] =
    &["navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "complementary", "menu"];
/// Words in a class or id that mark furniture, whole between `-`, `_` and spaces.
const FURNITURE_WORDS: &[&str] = &[
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "newsletter",
    "breadcrumb",
    "breadcrumbs",
    "navbar",
    "sidebar",
    "pagination",
    "share",
    "sharing",
    "comments",
    "related",
    "skip",
];

/// The element that holds the article: the only `main`, otherwise the only `article`.
pub(super) fn article(document: &Rc<Node>) -> Option<Rc<Node>> {
    let (mut mains, mut articles) = (Vec::new(), Vec::new());
    for_each(document, &mut |node| {
        if name(node) == "main" || attribute(node, "role").as_deref() == Some("main") {
            mains.push(Rc::clone(node));
        } else if name(node) == "article" {
            articles.push(Rc::clone(node));
        }
    });
    let only = |mut nodes: Vec<Rc<Node>>| if nodes.len() == 1 { nodes.pop() } else { None };
    only(mains).or_else(|| only(articles))
}

/// True if the element and all in it is to be left out. A `header` inside the article holds its title and stays.
pub(super) fn is_furniture(node: &Node, in_article: bool) -> bool {
    let tag = name(node);
    if tag.is_empty() {
        return false;
    }
    if NEVER_TEXT.contains(&tag) || (tag == "header" && !in_article) {
        return true;
    }
    if matches!(tag, "body" | "html" | "main" | "article") {
        return false;
    }
    let is = |key: &str, expected: &str| attribute(node, key).as_deref() == Some(expected);
    if attribute(node, "hidden").is_some() || is("aria-hidden", "true") {
        return true;
    }
    if attribute(node, "role").is_some_and(|role| NEVER_ROLES.contains(&role.as_str())) {
        return true;
    }
    let style = attribute(node, "style").unwrap_or_default().replace(' ', "").to_ascii_lowercase();
    if style.contains("display:none") || style.contains("visibility:hidden") {
        return true;
    }
    ["class", "id"].iter().filter_map(|key| attribute(node, key)).any(|value| {
        let value = value.to_ascii_lowercase();
        value.split([' ', '-', '_']).any(|word| FURNITURE_WORDS.contains(&word))
    })
}
