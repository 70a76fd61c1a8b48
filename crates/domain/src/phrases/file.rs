//! The shape of a phrase file, and the seven files read.

use std::sync::OnceLock;

use portavoz_text::language::Language;
use serde::Deserialize;

/// A text that mentions the owner, for known and unknown names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Owned<T> {
    pub(super) named: T,
    pub(super) unnamed: T,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrases {
    pub(super) greeting: Owned<String>,
    pub(super) identity: Owned<String>,
    pub(super) suggestions: Owned<Vec<String>>,
    pub(super) thanks: Owned<String>,
    pub(super) farewell: Owned<String>,
    pub(super) introduction: Owned<String>,
    pub(super) introduction_translated: Owned<String>,
    pub(super) not_known: Owned<String>,
    pub(super) ask_owner: Owned<String>,
    pub(super) leave_question: Owned<String>,
    pub(super) predefined: Owned<String>,
    pub(super) declined: Owned<String>,
    pub(super) withheld: Owned<String>,
    pub(super) withheld_kinds: WithheldKinds,
    pub(super) plain: Plain,
    pub(super) labels: Labels,
    pub(super) facets: Facets,
    pub(super) languages: Languages,
}

/// Texts that do not mention the owner.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plain {
    pub(super) nearest: String,
    pub(super) budget_spent: String,
    pub(super) too_long: String,
    pub(super) rate_limited: String,
    pub(super) empty: String,
    pub(super) failed: String,
    pub(super) and: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Labels {
    pub(super) sources: String,
    pub(super) contact: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) website: String,
    pub(super) links: String,
    pub(super) page: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Facets {
    pub(super) experience: String,
    pub(super) projects: String,
    pub(super) skills: String,
    pub(super) achievements: String,
    pub(super) education: String,
    pub(super) contact: String,
    pub(super) about: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Languages {
    pub(super) es: String,
    pub(super) en: String,
    pub(super) pt: String,
    pub(super) fr: String,
    pub(super) de: String,
    pub(super) it: String,
    pub(super) ca: String,
}

/// Kinds of claims, in the plural.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WithheldKinds {
    pub(super) number: String,
    pub(super) date: String,
    pub(super) duration: String,
    pub(super) name: String,
    pub(super) organisation: String,
    pub(super) technology: String,
    pub(super) link: String,
    pub(super) email: String,
    pub(super) promise: String,
}

/// The phrases of `language`, read at first use.
pub(super) fn phrases(language: Language) -> &'static Phrases {
    static FILES: [OnceLock<Phrases>; 7] = [const { OnceLock::new() }; 7];
    let (place, text) = match language {
        Language::Es => (&FILES[0], include_str!("../../data/phrases/es.toml")),
        Language::En => (&FILES[1], include_str!("../../data/phrases/en.toml")),
        Language::Pt => (&FILES[2], include_str!("../../data/phrases/pt.toml")),
        Language::Fr => (&FILES[3], include_str!("../../data/phrases/fr.toml")),
        Language::De => (&FILES[4], include_str!("../../data/phrases/de.toml")),
        Language::It => (&FILES[5], include_str!("../../data/phrases/it.toml")),
        Language::Ca => (&FILES[6], include_str!("../../data/phrases/ca.toml")),
    };
    place.get_or_init(|| toml::from_str(text).expect("a test reads every phrase file, and they are compiled in"))
}
