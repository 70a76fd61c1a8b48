//! `[site]`: the portfolio as visitors see it.

use std::path::PathBuf;

use portavoz_app::settings::{Face, Logo};
use portavoz_domain::colour::Colour;
use portavoz_domain::ids::SiteId;
use portavoz_text::language::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{Checker, filled};
use super::place::shown;

/// In bytes: every visitor downloads it.
const LARGEST_LOGO: usize = 300_000;

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
    /// Colour of buttons and links. It is made darker or lighter where that is needed to keep text readable.
    #[schemars(example = &"#0f6b63")]
    pub colour: Option<String>,
    /// Picture beside the owner's name: a PNG, JPEG, WebP or SVG file of at most 300 kB, square.
    #[schemars(example = &"logo.svg")]
    pub logo: Option<PathBuf>,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            language: None,
            title: None,
            greeting: None,
            suggestions: Vec::new(),
            colour: None,
            logo: None,
        }
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
    /// Colour and picture.
    pub face: Face,
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
            face: Face { colour: self.colour(checker), logo: self.logo(checker) },
        }
    }

    fn colour(&self, checker: &mut Checker<'_>) -> Option<Colour> {
        let text = filled(&self.colour)?;
        let colour = text.parse();
        if colour.is_err() {
            checker.refuse(
                "site.colour",
                format!("`{text}` is not a colour"),
                "six hexadecimal digits, such as `#0f6b63`",
            );
        }
        colour.ok()
    }

    fn logo(&self, checker: &mut Checker<'_>) -> Option<Logo> {
        let path = checker.path(self.logo.as_deref().filter(|path| !path.as_os_str().is_empty())?);
        let allowed = "a PNG, JPEG, WebP or SVG file of at most 300 kB";
        let found = match std::fs::read(&path) {
            Ok(bytes) if bytes.len() > LARGEST_LOGO => {
                Err(format!("`{}` has {} kB", shown(&path), bytes.len() / 1_000))
            }
            Ok(bytes) => {
                Logo::read(&bytes).ok_or_else(|| format!("`{}` is not a picture of these kinds", shown(&path)))
            }
            Err(error) => Err(format!("cannot read `{}`: {error}", shown(&path))),
        };
        found.map_err(|what| checker.refuse("site.logo", what, allowed)).ok()
    }
}
