//! Reads the configuration as written: file, environment and flags, the later over the earlier, onto the defaults.
//!
//! Each value is tried alone, so that every mistake is found in one go and named with its key and place.

use serde::Deserialize;
use toml::de::DeTable;

use super::Config;
use super::keys::{self, Key};
use super::problem::{Origin, Origins, Problem};
use crate::environment::Environment;

/// Variables that begin like keys and are none.
const NOT_KEYS: [&str; 3] = ["PORTAVOZ_ADMIN_TOKEN", "PORTAVOZ_CONFIG", "PORTAVOZ_DATA"];

/// Variables that every client of these protocols honours, and the keys that win over them.
const COMMON_VARIABLES: [(&str, &str, &[&str]); 3] = [
    ("OPENAI_BASE_URL", "provider.base_url", &["provider.base_url"]),
    ("OPENAI_API_KEY", "provider.api_key", &["provider.api_key", "provider.api_key_file"]),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "otel.endpoint", &["otel.endpoint"]),
];

/// A configuration file's text.
#[derive(Debug, Clone, Copy)]
pub struct FileText<'a> {
    /// As people can open it.
    pub path: &'a str,
    /// Its content.
    pub text: &'a str,
}

/// A value given by a flag.
#[derive(Debug, Clone)]
pub struct FlagValue {
    /// The flag, with its dashes.
    pub flag: &'static str,
    /// `section.key`.
    pub key: &'static str,
    /// The value.
    pub value: toml::Value,
}

/// A configuration as written.
#[derive(Debug, Default)]
pub struct Written {
    /// The values.
    pub config: Config,
    /// Where those came from that are not defaults.
    pub origins: Origins,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What is odd: variables that look like keys and are none.
    pub warnings: Vec<Problem>,
}

/// Reads all sources.
pub fn read(file: Option<FileText<'_>>, environment: &Environment, flags: &[FlagValue]) -> Written {
    let mut merge = Merge::default();
    if let Some(file) = file {
        merge.read_file(file);
    }
    merge.read_environment(environment);
    for FlagValue { flag, key, value } in flags {
        if let Some(key) = key.split_once('.').and_then(|(section, name)| keys::find(section, name)) {
            merge.set(key, value.clone(), Origin::Flag(flag));
        }
    }
    merge.finish()
}

#[derive(Default)]
struct Merge {
    values: toml::Table,
    origins: Origins,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Merge {
    fn read_file(&mut self, file: FileText<'_>) {
        let line_of = |offset: usize| file.text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1);
        let at = |offset: usize| Origin::File { path: file.path.to_owned(), line: line_of(offset) };
        let (places, values) = match (DeTable::parse(file.text), file.text.parse::<toml::Table>()) {
            (Ok(places), Ok(values)) => (places, values),
            (Err(error), _) | (_, Err(error)) => {
                let offset = error.span().map_or(0, |span| span.start);
                self.problems.push(Problem::new(at(offset), error.message().to_owned()));
                return;
            }
        };
        for (section, content) in places.get_ref() {
            let section_at = at(section.span().start);
            let section = section.get_ref().as_ref();
            if !Config::sections().iter().any(|(known, _)| *known == section) {
                self.problems.push(unknown_section(section, section_at));
                continue;
            }
            let (Some(keys), Some(values)) = (content.get_ref().as_table(), values.get(section)) else {
                let problem = Problem::new(section_at, format!("`{section}` is a section, not a value"));
                self.problems.push(problem.allowed(format!("`[{section}]` with keys below it")));
                continue;
            };
            for name in keys.keys() {
                let place = at(name.span().start);
                let name = name.get_ref().as_ref();
                match (keys::find(section, name), values.get(name)) {
                    (Some(key), Some(value)) => self.set(key, value.clone(), place),
                    _ => self.problems.push(unknown_key(section, name, place)),
                }
            }
        }
    }

    fn read_environment(&mut self, environment: &Environment) {
        for (variable, path, set_by) in COMMON_VARIABLES {
            let already_set = set_by.iter().any(|key| self.origins.contains_key(*key))
                || set_by.iter().any(|key| environment.get(&variable_of(key)).is_some());
            let key = path.split_once('.').and_then(|(section, name)| keys::find(section, name));
            if let (false, Some(key), Some(text)) = (already_set, key, environment.get(variable)) {
                self.set(key, toml::Value::String(text.to_owned()), Origin::Environment(variable.to_owned()));
            }
        }
        for (variable, text) in environment.with_prefix("PORTAVOZ_") {
            if NOT_KEYS.contains(&variable) {
                continue;
            }
            let origin = Origin::Environment(variable.to_owned());
            let path = variable.trim_start_matches("PORTAVOZ_").to_lowercase();
            let (section, name) = path.split_once("__").unwrap_or((&path, ""));
            match keys::find(section, name) {
                Some(key) => self.set_from_text(key, text, origin),
                None => {
                    let mut what = "is not a key of the configuration; it has no effect".to_owned();
                    if let Some(nearest) = keys::nearest(section, name) {
                        what.push_str(&format!("; did you mean `{}`?", variable_of(&nearest)));
                    }
                    self.warnings.push(Problem::new(origin, what));
                }
            }
        }
    }

    /// Sets a key from a variable's text: read as TOML if that gives what the key takes, otherwise as a text,
    /// otherwise as a list with commas.
    fn set_from_text(&mut self, key: &Key, text: &str, origin: Origin) {
        let as_toml = format!("value = {text}").parse::<toml::Table>().ok().and_then(|mut table| table.remove("value"));
        let as_text = toml::Value::String(text.to_owned());
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let as_list = toml::Value::Array(parts.map(|part| toml::Value::String(part.to_owned())).collect());
        let candidates = as_toml.into_iter().chain([as_text.clone()]).chain(key.is_list().then_some(as_list));
        let value = candidates.into_iter().find(|value| accepts(key, value)).unwrap_or(as_text);
        self.set(key, value, origin);
    }

    fn set(&mut self, key: &Key, value: toml::Value, origin: Origin) {
        let path = key.path();
        if !accepts(key, &value) || !key.is_in_range(&value) {
            let what = if key.secret { "has a value of another kind".to_owned() } else { format!("is {value}") };
            self.problems.push(Problem::new(origin, format!("`{path}` {what}")).allowed(key.allowed()));
            return;
        }
        let section =
            self.values.entry(key.section).or_insert_with(|| toml::Value::Table(toml::Table::new())).as_table_mut();
        if let Some(section) = section {
            section.insert(key.name.to_owned(), value);
            self.origins.insert(path, origin);
        }
    }

    fn finish(mut self) -> Written {
        let config = Config::deserialize(self.values).unwrap_or_else(|error| {
            // Each value was accepted alone, so this is for mistakes in this file, not for users.
            self.problems.push(Problem::new(Origin::Default, error.to_string()));
            Config::default()
        });
        Written { config, origins: self.origins, problems: self.problems, warnings: self.warnings }
    }
}

/// True if the key's type takes the value.
fn accepts(key: &Key, value: &toml::Value) -> bool {
    let section = toml::Table::from_iter([(key.name.to_owned(), value.clone())]);
    let tree = toml::Table::from_iter([(key.section.to_owned(), toml::Value::Table(section))]);
    Config::deserialize(tree).is_ok()
}

/// The variable that sets a key.
pub fn variable_of(path: &str) -> String {
    format!("PORTAVOZ_{}", path.replace('.', "__").to_uppercase())
}

fn unknown_section(section: &str, origin: Origin) -> Problem {
    let suggestion = match (keys::nearest("", section), keys::nearest_section(section)) {
        (_, Some(nearest)) => format!("; did you mean `[{nearest}]`?"),
        (Some(nearest), None) => format!("; did you mean `{nearest}`?"),
        (None, None) => String::new(),
    };
    Problem::new(origin, format!("unknown section `{section}`{suggestion}"))
}

fn unknown_key(section: &str, name: &str, origin: Origin) -> Problem {
    let suggestion =
        keys::nearest(section, name).map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
    Problem::new(origin, format!("unknown key `{section}.{name}`{suggestion}"))
}
