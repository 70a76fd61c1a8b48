//! Small readings of the XML parts: attributes, relationships, the text of one element.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The value of an attribute, by its name without prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, key: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == key)?;
    Some(unescape(&found.value))
}

/// True unless the attribute `val` of an on/off element switches it off.
pub(super) fn is_on(tag: &BytesStart<'_>) -> bool {
    !matches!(attribute(tag, "val").as_deref(), Some("0" | "false" | "off" | "none"))
}

/// Replaces the five entities of XML and numeric references.
pub(super) fn unescape(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), |text| text.into_owned())
}

/// What an entity stands for; empty if it is not one of XML's own.
pub(super) fn entity(name: &str) -> String {
    let whole = format!("&{name};");
    let text = unescape(&whole);
    if text == whole { String::new() } else { text }
}

/// Targets outside the file, by relationship id.
pub(super) fn relationships(xml: &str) -> HashMap<String, String> {
    let mut targets = HashMap::new();
    let mut reader = Reader::from_str(xml);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "Relationship" => {
                if let (Some(id), Some(target)) = (attribute(&tag, "Id"), attribute(&tag, "Target"))
                    && attribute(&tag, "TargetMode").as_deref() == Some("External")
                {
                    targets.insert(id, target);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    targets
}

/// The text of the first element with this name.
pub(super) fn first_text(xml: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    let mut text: Option<String> = None;
    while let Ok(event) = reader.read_event() {
        match (event, &mut text) {
            (Event::Start(tag), None) if tag.local_name().as_ref() == name => text = Some(String::new()),
            (Event::Text(words), Some(text)) => text.push_str(&words.xml10_content()),
            (Event::GeneralRef(name), Some(text)) => text.push_str(&entity(&name)),
            (Event::End(_), Some(_)) | (Event::Eof, _) => break,
            _ => {}
        }
    }
    text.filter(|text| !text.trim().is_empty())
}
