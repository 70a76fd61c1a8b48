//! Which paragraphs are headings, and of which level: by size, weight and capitals, compared over the document.

use portavoz_domain::document::BlockKind;

use super::paragraphs::{Look, Paragraph};

/// How much larger than the text a heading is.
const LARGER: f64 = 1.12;
/// Longest heading that only its size marks.
const MAX_LARGE_CHARS: usize = 120;
/// Longest heading that only weight or capitals mark.
const MAX_BOLD_CHARS: usize = 70;

/// Longest word in capitals that is rather an acronym than a heading.
const MAX_ACRONYM_CHARS: usize = 6;

/// A finished block.
#[derive(Debug)]
pub(super) struct TextBlock {
    /// Its kind.
    pub kind: BlockKind,
    /// Its text.
    pub text: String,
    /// Its page.
    pub page: u32,
}

/// A look that headings share: size in half points, then whether beside their text, in capitals, or bold.
type Style = (i64, bool, bool, bool);

/// Gives every paragraph its kind.
pub(super) fn mark(paragraphs: Vec<Paragraph>) -> Vec<TextBlock> {
    let body = body_size(&paragraphs);
    let styles: Vec<Option<Style>> =
        (0..paragraphs.len()).map(|index| heading_style(&paragraphs, index, body)).collect();
    // Styles in use more than once make the levels; the largest one makes the first, as it is the title's.
    let mut ranks: Vec<Style> = Vec::new();
    let largest = styles.iter().flatten().max().copied();
    for style in styles.iter().flatten() {
        let uses = styles.iter().flatten().filter(|other| *other == style).count();
        if (uses > 1 || Some(*style) == largest) && !ranks.contains(style) {
            ranks.push(*style);
        }
    }
    ranks.sort_by(|a, b| b.cmp(a));
    let mut blocks: Vec<TextBlock> = Vec::new();
    for (paragraph, style) in paragraphs.into_iter().zip(styles) {
        let kind = match style {
            Some(style) => level(&ranks, style, &blocks),
            None => plain(paragraph.look),
        };
        blocks.push(TextBlock { kind, text: paragraph.text, page: paragraph.page });
    }
    blocks
}

fn plain(look: Look) -> BlockKind {
    match look {
        Look::Plain => BlockKind::Paragraph,
        Look::Item => BlockKind::ListItem,
        Look::Row => BlockKind::TableRow,
    }
}

fn level(ranks: &[Style], style: Style, before: &[TextBlock]) -> BlockKind {
    let above = ranks.iter().filter(|rank| **rank > style).count();
    let follows_title = before.last().is_some_and(|block| block.kind == BlockKind::Heading { level: 1 });
    // A line of its own style right below the name says what the person does; nothing stands under it.
    if !ranks.contains(&style) && follows_title {
        return BlockKind::Paragraph;
    }
    BlockKind::Heading { level: u8::try_from(above + 1).unwrap_or(6).min(6) }
}

/// The style of a paragraph that is a heading.
fn heading_style(paragraphs: &[Paragraph], index: usize, body: f64) -> Option<Style> {
    let paragraph = paragraphs.get(index)?;
    let text = paragraph.text.trim();
    let chars = text.chars().count();
    let is_caps = text.chars().filter(|c| c.is_alphabetic()).count() >= 4 && !text.chars().any(char::is_lowercase);
    let style = ((paragraph.size * 2.0).round() as i64, paragraph.is_label, is_caps, paragraph.is_bold);
    if paragraph.look == Look::Item || !text.chars().any(char::is_alphabetic) {
        return None;
    }
    if paragraph.size >= body * LARGER && chars <= MAX_LARGE_CHARS && !is_prose(text) {
        return Some(style);
    }
    if paragraph.is_label && chars <= MAX_BOLD_CHARS {
        return Some(style);
    }
    // Capitals alone may be a name of something ("QGIS"), so they need more than one short word.
    let is_title_in_caps = is_caps && (chars > MAX_ACRONYM_CHARS || text.contains(' '));
    let is_marked = paragraph.is_bold || is_title_in_caps;
    let heads_something = paragraphs.get(index + 1).is_some_and(|next| {
        let differs = !(next.is_bold && paragraph.is_bold) || next.look == Look::Item || is_caps;
        differs && (paragraph.is_bold || next.size <= paragraph.size * 1.05)
    });
    let is_short = chars <= MAX_BOLD_CHARS && paragraph.lines <= 2;
    let is_sentence = text.ends_with(['.', ',', ';']) || text.contains('@');
    (is_marked && heads_something && is_short && !is_sentence && paragraph.size >= body * 0.95).then_some(style)
}

/// Large type can be an introduction.
fn is_prose(text: &str) -> bool {
    text.ends_with('.') && text.split_whitespace().count() > 8
}

/// The size of most of the text.
fn body_size(paragraphs: &[Paragraph]) -> f64 {
    let mut sizes: Vec<(i64, usize)> = Vec::new();
    for paragraph in paragraphs {
        let size = (paragraph.size * 2.0).round() as i64;
        match sizes.iter_mut().find(|(known, _)| *known == size) {
            Some((_, chars)) => *chars += paragraph.text.len(),
            None => sizes.push((size, paragraph.text.len())),
        }
    }
    sizes.into_iter().max_by_key(|(size, chars)| (*chars, -*size)).map_or(10.0, |(size, _)| size as f64 / 2.0)
}
