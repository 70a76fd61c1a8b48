//! `[knowledge]`: where the owner's documents are.

use std::path::PathBuf;

use reqwest::Url;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Checker;
use super::place::shown;

/// Where the owner's documents are.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Knowledge {
    /// Folder of documents, beside this file: Markdown, text, HTML, PDF, DOCX, JSON Resume and FAQ files.
    pub folder: PathBuf,
    /// Pages of the owner's own site to read as well.
    pub urls: Vec<String>,
    /// Sitemaps whose pages are read as well.
    pub sitemaps: Vec<String>,
    /// Files above this size are skipped and reported. Unit: megabytes of 1,000,000 bytes.
    #[schemars(range(min = 1, max = 1000))]
    pub max_file_mb: u64,
    /// At most this many pages are fetched from all sitemaps together.
    #[schemars(range(min = 1, max = 10000))]
    pub max_pages: u64,
    /// While serving, pick up edits of the folder by themselves.
    pub watch: bool,
}

impl Default for Knowledge {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("knowledge"),
            urls: Vec::new(),
            sitemaps: Vec::new(),
            max_file_mb: 20,
            max_pages: 200,
            watch: true,
        }
    }
}

/// The sources of knowledge, checked.
#[derive(Debug, Clone)]
pub struct KnowledgeSettings {
    /// Exists, unless there are pages to read instead.
    pub folder: PathBuf,
    /// Single pages.
    pub urls: Vec<Url>,
    /// Lists of pages.
    pub sitemaps: Vec<Url>,
    /// Larger files are skipped.
    pub max_file_bytes: usize,
    /// Cap over all sitemaps.
    pub max_pages: usize,
    /// Pick up edits while serving.
    pub watch: bool,
}

impl Knowledge {
    pub(super) fn resolve(&self, checker: &mut Checker<'_>) -> KnowledgeSettings {
        let mut pages = |key: &str, texts: &[String]| -> Vec<Url> {
            texts.iter().filter_map(|text| checker.url(key, text)).collect()
        };
        let urls = pages("knowledge.urls", &self.urls);
        let sitemaps = pages("knowledge.sitemaps", &self.sitemaps);
        let folder = checker.path(&self.folder);
        let web_only = !self.urls.is_empty() || !self.sitemaps.is_empty();
        if !folder.is_dir() && !web_only {
            checker.refuse(
                "knowledge.folder",
                format!("there is no folder `{}`", shown(&folder)),
                "a folder with documents; `portavoz init` makes one",
            );
        }
        KnowledgeSettings {
            folder,
            urls,
            sitemaps,
            max_file_bytes: usize::try_from(self.max_file_mb.saturating_mul(1_000_000)).unwrap_or(usize::MAX),
            max_pages: usize::try_from(self.max_pages).unwrap_or(usize::MAX),
            watch: self.watch,
        }
    }
}
