//! What the sections use to check their values: problems are collected, so that all are reported at once.

use std::path::{Path, PathBuf};

use reqwest::Url;
use secrecy::SecretString;

use super::place::{Place, shown};
use super::problem::{Origin, Origins, Problem};
use super::secret::Secret;

/// Collects what is wrong while sections resolve.
pub struct Checker<'a> {
    /// Where the site and its data are.
    pub place: &'a Place,
    /// Where each value that is not a default came from.
    pub origins: &'a Origins,
    /// What was found so far.
    pub problems: Vec<Problem>,
}

impl Checker<'_> {
    /// Notes that the value of `key` is wrong, and what would be right.
    pub fn refuse(&mut self, key: &str, what: String, allowed: &str) {
        let origin = self.origins.get(key).cloned().unwrap_or(Origin::Default);
        self.problems.push(Problem::new(origin, format!("`{key}`: {what}")).allowed(allowed));
    }

    /// True if the key was set anywhere, even to its default.
    pub fn was_set(&self, key: &str) -> bool {
        self.origins.contains_key(key)
    }

    /// A path as the program opens it: relative ones start at the site's folder, wherever the program was started.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.place.site.join(path)
    }

    /// Reads an address of the web.
    pub fn url(&mut self, key: &str, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_none() {
            self.refuse(key, format!("`{text}` is not a web address"), "an address such as `https://example.com`");
        }
        url
    }

    /// A secret, written in place or in a file of its own. `key` names the first; the second has `_file` after it.
    pub fn secret(&mut self, key: &str, inline: Option<&Secret>, file: Option<&Path>) -> Option<SecretString> {
        let inline = inline.map(Secret::expose).filter(|text| !text.trim().is_empty());
        let file_key = format!("{key}_file");
        match (inline, file) {
            (Some(_), Some(_)) => {
                self.refuse(&file_key, format!("`{key}` is set as well"), "one of the two");
                None
            }
            (Some(text), None) => Some(SecretString::from(text.trim())),
            (None, Some(file)) => self.secret_from(&file_key, &self.path(file)),
            (None, None) => None,
        }
    }

    fn secret_from(&mut self, key: &str, path: &Path) -> Option<SecretString> {
        let content = match std::fs::read_to_string(path) {
            Ok(content) => content,
            Err(error) => {
                self.refuse(key, format!("cannot read `{}`: {error}", shown(path)), "a readable file");
                return None;
            }
        };
        let secret = content.lines().next().map(str::trim).filter(|line| !line.is_empty());
        if secret.is_none() {
            self.refuse(key, format!("`{}` is empty", shown(path)), "a file with the key on its first line");
        }
        secret.map(SecretString::from)
    }
}

/// An optional text; one that was set to nothing counts as not set.
pub fn filled(text: &Option<String>) -> Option<String> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}
