//! What paragraph styles mean: headings and lists, also by the names that localised versions of Word give them.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::xml::{attribute, is_on};

/// Styles based on styles based on styles: deeper chains are circles.
const MAX_CHAIN: usize = 20;

/// One paragraph style.
#[derive(Debug, Default, Clone)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline_level: Option<u8>,
    is_list: Option<bool>,
    is_bold: bool,
}

/// Every style of the document, by id.
#[derive(Debug, Default)]
pub(super) struct Styles(HashMap<String, Style>);

impl Styles {
    /// The heading level of paragraphs in this style, 1 to 6.
    pub fn heading_level(&self, id: &str) -> Option<u8> {
        let by_name = |name: &str| level_of_name(name);
        self.chain(id)
            .find_map(|style| {
                by_name(&style.name).or(style.outline_level.filter(|level| *level < 9).map(|level| level + 1))
            })
            .or_else(|| by_name(id))
            .map(|level| level.clamp(1, 6))
    }

    /// True if paragraphs in this style are items of a list.
    pub fn is_list(&self, id: &str) -> bool {
        self.chain(id).find_map(|style| style.is_list).unwrap_or(false)
            || self
                .chain(id)
                .any(|style| style.name.starts_with("list bullet") || style.name.starts_with("list number"))
    }

    /// True if the style itself sets bold.
    pub fn is_bold(&self, id: &str) -> bool {
        self.chain(id).any(|style| style.is_bold)
    }

    /// The style and those it is based on.
    fn chain<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a Style> {
        std::iter::successors(self.0.get(id), |style| self.0.get(style.based_on.as_ref()?)).take(MAX_CHAIN)
    }
}

/// Reads `word/styles.xml`.
pub(super) fn read(xml: &str) -> Styles {
    let mut styles = HashMap::new();
    let mut open: Option<(String, Style)> = None;
    let mut reader = Reader::from_str(xml);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) if tag.local_name().as_ref() == "style" => {
                open = attribute(&tag, "styleId").map(|id| (id, Style::default()));
            }
            Event::End(tag) if tag.local_name().as_ref() == "style" => styles.extend(open.take()),
            Event::Start(tag) | Event::Empty(tag) => {
                let Some((_, style)) = &mut open else { continue };
                match tag.local_name().as_ref() {
                    "name" => style.name = attribute(&tag, "val").unwrap_or_default().to_lowercase(),
                    "basedOn" => style.based_on = attribute(&tag, "val"),
                    "outlineLvl" => style.outline_level = attribute(&tag, "val").and_then(|level| level.parse().ok()),
                    "numId" => style.is_list = attribute(&tag, "val").map(|id| id != "0"),
                    "b" => style.is_bold = is_on(&tag),
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Styles(styles)
}

/// The level that a style's name or id says. Localised ids lose their accents: `Ttulo1` is `Título1`.
fn level_of_name(name: &str) -> Option<u8> {
    let name: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    if matches!(name.as_str(), "title" | "puesto" | "titel" | "titre" | "titolo" | "ttulo" | "título") {
        return Some(1);
    }
    let words = [
        "heading",
        "título",
        "titulo",
        "ttulo",
        "titre",
        "überschrift",
        "berschrift",
        "titolo",
        "títol",
        "ttol",
        "encabezado",
    ];
    let digits = words.iter().find_map(|word| name.strip_prefix(word))?;
    digits.parse().ok().filter(|level| (1..=9).contains(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_by_name_id_outline_and_base() {
        let styles = read(
            r#"<w:styles xmlns:w="w"><w:style w:styleId="Ttulo1"><w:name w:val="heading 1"/></w:style>
            <w:style w:styleId="Mio"><w:name w:val="Mi estilo"/><w:basedOn w:val="Ttulo1"/></w:style>
            <w:style w:styleId="Nivel"><w:name w:val="x"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
            <w:style w:styleId="A"><w:basedOn w:val="B"/></w:style><w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>"#,
        );
        for (id, level) in [
            ("Ttulo1", Some(1)),
            ("Mio", Some(1)),
            ("Nivel", Some(3)),
            ("A", None),
            ("berschrift2", Some(2)),
            ("Normal", None),
        ] {
            assert_eq!(styles.heading_level(id), level, "{id}");
        }
    }
}
