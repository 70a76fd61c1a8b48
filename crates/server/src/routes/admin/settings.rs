//! `/admin/settings`: every key of the configuration with its value and where that comes from. It is read here and written in
//! the file: what is running is what was checked when it was started.

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use super::desk::{Asked, Desk, Frame, Page, Section, render};
use super::tongue::Tongue;
use crate::sheet::{SettingsKey, SettingsOrigin, SettingsSection};
use crate::state::AppState;

/// Longer words are cut: no key has them.
const MAX_TEXT_CHARS: usize = 100;

#[derive(Template)]
#[template(path = "admin/settings.html")]
struct SettingsPage {
    ui: Frame,
    file: String,
    /// The words looked for.
    text: String,
    /// Whether only what somebody wrote is shown.
    only_written: bool,
    /// How many keys are shown, and how many of all were written by somebody.
    shown: usize,
    written: usize,
    sections: Vec<SectionShown>,
}

struct SectionShown {
    name: &'static str,
    doc: String,
    keys: Vec<KeyShown>,
}

struct KeyShown {
    key: SettingsKey,
    /// Where its value comes from, in words; empty for a default.
    origin: String,
    /// The line to write into the file.
    line: String,
}

/// What to show.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    only: String,
}

/// The page.
pub(super) async fn settings(desk: Desk, State(state): State<AppState>, Asked(wanted): Asked<Wanted>) -> Page {
    let sheet = &state.settings().sheet;
    let text: String = wanted.q.trim().chars().take(MAX_TEXT_CHARS).collect();
    let only_written = wanted.only == "written";
    let is_wanted = |section: &str, key: &SettingsKey| {
        (!only_written || key.origin != SettingsOrigin::Default) && speaks_of(section, key, &text.to_lowercase())
    };
    let sections: Vec<SectionShown> = sheet
        .sections
        .iter()
        .map(|SettingsSection { name, doc, keys }| SectionShown {
            name,
            doc: doc.clone(),
            keys: keys.iter().filter(|key| is_wanted(name, key)).map(|key| shown(desk.tongue, key)).collect(),
        })
        .filter(|section| !section.keys.is_empty())
        .collect();
    let keys = || sheet.sections.iter().flat_map(|section| &section.keys);
    render(&SettingsPage {
        ui: desk.frame(Section::Settings),
        file: sheet.file.clone(),
        shown: sections.iter().map(|section| section.keys.len()).sum(),
        written: keys().filter(|key| key.origin != SettingsOrigin::Default).count(),
        text,
        only_written,
        sections,
    })
}

/// Whether a key's name, value, variable or documentation has these words.
fn speaks_of(section: &str, key: &SettingsKey, words: &str) -> bool {
    let path = format!("{section}.{}", key.name);
    let texts = [path.as_str(), &key.doc, &key.variable, key.value.as_deref().unwrap_or_default()];
    words.split_whitespace().all(|word| texts.iter().any(|text| text.to_lowercase().contains(word)))
}

fn shown(tongue: Tongue, key: &SettingsKey) -> KeyShown {
    let value = key.value.as_ref().or(key.default.as_ref());
    KeyShown {
        origin: match &key.origin {
            SettingsOrigin::Default => String::new(),
            SettingsOrigin::File { path, line } => match tongue {
                Tongue::Es => format!("{path}, línea {line}"),
                Tongue::En => format!("{path}, line {line}"),
            },
            SettingsOrigin::Variable(name) => format!("{} {name}", tongue.say("variable", "variable")),
            SettingsOrigin::Flag(flag) => format!("{} {flag}", tongue.say("opción", "flag")),
        },
        line: format!("{} = {}", key.name, value.map_or("…", String::as_str)),
        key: key.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_name_value_variable_and_meaning() {
        let key = SettingsKey {
            name: "max_results",
            doc: "How many passages an answer may rest on.".to_owned(),
            value: Some("4".to_owned()),
            default: Some("4".to_owned()),
            allowed: String::new(),
            variable: "PORTAVOZ_RETRIEVAL__MAX_RESULTS".to_owned(),
            origin: SettingsOrigin::Default,
        };
        for (words, expected) in [
            ("", true),
            ("retrieval.max", true),
            ("passages answer", true),
            ("portavoz_retrieval", true),
            ("4", true),
            ("passages money", false),
        ] {
            assert_eq!(speaks_of("retrieval", &key, words), expected, "{words}");
        }
    }
}
