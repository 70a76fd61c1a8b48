//! `[site]`: the portfolio as visitors see it.

use portavoz_domain::ids::SiteId;
use portavoz_text::language::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{Checker, filled};

/// The portfolio as visitors see it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// Name of the site in the database: lower-case letters, digits and hyphens. One database can hold many sites.
    pub name: String,
    /// Language of the site, used for visitors whose language cannot be told: es, en, pt, fr, de, it or ca. By default that of most documents.
    #[schemars(example = &"es")]
    pub language: Option<String>,
    /// Title of the chat page. By default made from the owner's name.
    #[schemars(example = &"Ask about María")]
    pub title: Option<String>,
    /// First line a visitor sees. By default a greeting in the visitor's language.
    #[schemars(example = &"Hello! What would you like to know?")]
    pub greeting: Option<String>,
    /// Questions offered to visitors before they type.
    pub suggestions: Vec<String>,
}

impl Default for Site {
    fn default() -> Self {
        Self { name: "default".to_owned(), language: None, title: None, greeting: None, suggestions: Vec::new() }
    }
}

/// The site, checked.
#[derive(Debug, Clone)]
pub struct SiteSettings {
    /// Its name in the database.
    pub id: SiteId,
    /// For visitors whose language cannot be told.
    pub language: Option<Language>,
    /// Of the chat page.
    pub title: Option<String>,
    /// First line a visitor sees.
    pub greeting: Option<String>,
    /// Offered before the visitor types.
    pub suggestions: Vec<String>,
}

impl Site {
    pub(super) fn resolve(&self, checker: &mut Checker<'_>) -> SiteSettings {
        let id = SiteId::parse(&self.name).unwrap_or_else(|_| {
            checker.refuse(
                "site.name",
                format!("`{}` is not a site name", self.name),
                "1 to 64 of a-z, 0-9 and hyphen",
            );
            SiteId::default()
        });
        let language = filled(&self.language).and_then(|tag| {
            let language = Language::parse(&tag);
            if language.is_none() {
                checker.refuse(
                    "site.language",
                    format!("`{tag}` is not a language portavoz speaks"),
                    "es, en, pt, fr, de, it or ca",
                );
            }
            language
        });
        SiteSettings {
            id,
            language,
            title: filled(&self.title),
            greeting: filled(&self.greeting),
            suggestions: self.suggestions.clone(),
        }
    }
}
