//! The questions: `data/cases/questions.toml`.

use std::sync::OnceLock;

use portavoz_text::language::Language;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    es: Wording,
    en: Wording,
    nobody: Nobody,
}

/// Well-known names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nobody {
    pub(super) skills: Vec<String>,
    pub(super) organisations: Vec<String>,
}

/// The questions of one language, and its words for what is not a name or a number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wording {
    pub(super) unnamed: String,
    /// From one on.
    pub(super) numbers: Vec<String>,
    /// Articles, each with the words that organisations begin with that take it.
    articles: Vec<(String, Vec<String>)>,
    pub(super) native: String,
    pub(super) fluent: String,
    pub(super) intermediate: String,
    pub(super) basic: String,
    pub(super) job_title: Vec<String>,
    pub(super) job_begin: Vec<String>,
    pub(super) job_end: Vec<String>,
    pub(super) job_in_year: Vec<String>,
    pub(super) job_now: Vec<String>,
    pub(super) degree_place: Vec<String>,
    pub(super) degree_name: Vec<String>,
    pub(super) degree_end: Vec<String>,
    pub(super) skill_since: Vec<String>,
    pub(super) skills: Vec<String>,
    pub(super) tongue_level: Vec<String>,
    pub(super) tongues: Vec<String>,
    pub(super) project_begin: Vec<String>,
    pub(super) project_end: Vec<String>,
    pub(super) project_year: Vec<String>,
    pub(super) projects: Vec<String>,
    pub(super) award_year: Vec<String>,
    pub(super) award_by: Vec<String>,
    pub(super) certificate_year: Vec<String>,
    pub(super) certificate_by: Vec<String>,
    pub(super) talk_year: Vec<String>,
    pub(super) talk_by: Vec<String>,
    pub(super) publication_year: Vec<String>,
    pub(super) publication_by: Vec<String>,
    pub(super) experience: Vec<String>,
    pub(super) experience_all: Vec<String>,
    pub(super) contact: Vec<String>,
    pub(super) birth: Vec<String>,
    pub(super) nobody_skill: Vec<String>,
    pub(super) nobody_organisation: Vec<String>,
}

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| {
        toml::from_str(include_str!("../../../data/cases/questions.toml"))
            .expect("a test reads the file, and it is compiled in")
    })
}

impl Wording {
    /// The questions for documents in this language.
    pub(super) fn of(language: Language) -> &'static Self {
        match spoken(language) {
            Language::Es => &file().es,
            _ => &file().en,
        }
    }

    /// The name of an organisation within a sentence: "la Universidad del Ebro".
    pub(super) fn with_article(&self, organisation: &str) -> String {
        let first = organisation.split_whitespace().next().unwrap_or_default();
        let article = self.articles.iter().find(|(_, words)| words.iter().any(|word| word == first));
        article.map_or_else(|| organisation.to_owned(), |(article, _)| format!("{article} {organisation}"))
    }
}

/// The language in which questions about a passage of this language are asked.
pub(super) const fn spoken(language: Language) -> Language {
    match language {
        Language::Es => Language::Es,
        _ => Language::En,
    }
}

/// Names that hardly any portfolio mentions.
pub(super) fn nobody() -> &'static Nobody {
    &file().nobody
}
