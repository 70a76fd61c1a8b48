//! Assembling the messages of a call: static prefix first, then history, then the passages, the question last.
//!
//! The system message holds nothing that changes from turn to turn, so that providers can reuse it from their caches;
//! dates, prices and visitor data never enter it. The texts are templates (`templates/*.jinja`), which owners may
//! replace one by one.
//! To add one more scaffold language: 1. `system.xx.jinja` and `question.xx.jinja`; 2. `TEMPLATES`;
//! 3. [`scaffold_language`]; 4. accept the snapshots.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior, context};
use portavoz_text::language::Language;

use crate::message::{Message, Role};
use crate::phrases::language_name;
use crate::tokens::CountTokens;
use crate::verification::Status;

/// What a model answers when the passages do not hold the answer; the visitor gets our own words instead.
pub const NOT_KNOWN_MARK: &str = "[[NOT_KNOWN]]";

/// Templates by file name.
const TEMPLATES: [(&str, &str); 5] = [
    ("system.es.jinja", include_str!("../templates/system.es.jinja")),
    ("system.en.jinja", include_str!("../templates/system.en.jinja")),
    ("question.es.jinja", include_str!("../templates/question.es.jinja")),
    ("question.en.jinja", include_str!("../templates/question.en.jinja")),
    ("judge.jinja", include_str!("../templates/judge.jinja")),
];

/// Why an owner's template cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The file's name is not one of ours.
    #[error("`{0}` is not a prompt template; there are {names}", names = template_names())]
    Unknown(String),
    /// The template does not compile or names a variable that there is not.
    #[error("prompt template `{name}` cannot be used: {cause}")]
    Invalid {
        /// The file.
        name: String,
        /// What is wrong, with the line.
        cause: String,
    },
}

/// The owner's wishes about the prompt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PromptOptions {
    /// The owner's name; without it the prompt speaks of "the owner of this portfolio".
    pub owner: Option<String>,
    /// A few words on the profession: "a generative-AI professional".
    pub headline: Option<String>,
    /// Ask for specifics: the repair when answers turn generic.
    pub specific: bool,
    /// The tone, in the owner's words: the repair when it drifts. Empty means professional and approachable.
    pub tone: String,
}

/// Compiled templates.
#[derive(Debug, Clone)]
pub struct Prompts {
    environment: Environment<'static>,
    options: PromptOptions,
    /// See [`Prompts::with_canary`].
    canary: String,
}

/// How much history goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryLimits {
    /// Messages, the visitor's and ours together.
    pub max_messages: usize,
    /// Their tokens.
    pub max_tokens: usize,
}

impl Default for HistoryLimits {
    fn default() -> Self {
        Self { max_messages: 10, max_tokens: 1_500 }
    }
}

impl Prompts {
    /// Compiles the built-in templates with `overrides` (file name to text) in their place, and renders each once so
    /// that a mistake shows now and not in front of a visitor.
    pub fn new(options: PromptOptions, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for name in overrides.keys() {
            if !TEMPLATES.iter().any(|(known, _)| known == name) {
                return Err(TemplateError::Unknown(name.clone()));
            }
        }
        for (name, built_in) in TEMPLATES {
            let text = overrides.get(name).map_or(built_in, String::as_str).to_owned();
            environment.add_template_owned(name, text).map_err(|error| invalid(name, &error))?;
        }
        Self { environment, options, canary: String::new() }.checked()
    }

    /// These prompts with other options, and with `overrides` in the place of their templates; without a canary.
    pub fn varied(&self, options: PromptOptions, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let mut environment = self.environment.clone();
        for (name, text) in overrides {
            let Some((known, _)) = TEMPLATES.iter().find(|(known, _)| known == name) else {
                return Err(TemplateError::Unknown(name.clone()));
            };
            environment.add_template_owned(*known, text.clone()).map_err(|error| invalid(name, &error))?;
        }
        Self { environment, options, canary: String::new() }.checked()
    }

    fn checked(self) -> Result<Self, TemplateError> {
        for language in [Language::Es, Language::En] {
            self.system(language)?;
            self.question(language, "-", "-")?;
        }
        self.judge("-", "-", "-")?;
        Ok(self)
    }

    /// These prompts with a mark in the system message that nothing else has: where it turns up, the message has been
    /// given away. It is the same for every turn, so that the message stays in the providers' caches.
    #[must_use]
    pub fn with_canary(self, canary: String) -> Self {
        Self { canary, ..self }
    }

    /// The owner's wishes.
    pub const fn options(&self) -> &PromptOptions {
        &self.options
    }

    /// The static system message for visitors of `language`.
    pub fn system(&self, language: Language) -> Result<String, TemplateError> {
        let scaffold = scaffold_language(language);
        self.render(
            &format!("system.{scaffold}.jinja"),
            context! {
                owner => self.owner(scaffold),
                headline => self.options.headline.as_deref(),
                specific => self.options.specific,
                tone => self.options.tone.as_str(),
                not_known => NOT_KNOWN_MARK,
                canary => self.canary.as_str(),
            },
        )
    }

    /// The last message: passages, then the question.
    pub fn question(&self, language: Language, passages: &str, question: &str) -> Result<String, TemplateError> {
        let scaffold = scaffold_language(language);
        self.render(
            &format!("question.{scaffold}.jinja"),
            context! {
                owner => self.owner(scaffold),
                context => passages,
                language => language_name(language, scaffold),
                question => question,
            },
        )
    }

    /// What a second model is asked about a sentence of an answer to `question`: one word, see [`verdict_of`].
    pub fn judge(&self, passages: &str, question: &str, sentence: &str) -> Result<String, TemplateError> {
        self.render(
            "judge.jinja",
            context! { owner => self.owner(Language::En), context => passages, question => question, sentence => sentence },
        )
    }

    fn owner(&self, scaffold: Language) -> &str {
        self.options.owner.as_deref().unwrap_or_else(|| unnamed_owner(scaffold))
    }

    fn render(&self, name: &str, values: minijinja::Value) -> Result<String, TemplateError> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(values))
            .map_err(|error| invalid(name, &error))
    }
}

/// All messages of a call.
pub fn assemble(system: String, history: &[Message], question: String) -> Vec<Message> {
    let mut messages = Vec::with_capacity(history.len() + 2);
    messages.push(Message::new(Role::System, system));
    messages.extend_from_slice(history);
    messages.push(Message::new(Role::User, question));
    messages
}

/// What a judge says, if it is one of the words it was asked for.
pub fn verdict_of(reply: &str) -> Option<Status> {
    let word = reply.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty())?.to_lowercase();
    [Status::Supported, Status::Contradicted, Status::Unsupported].into_iter().find(|status| status.name() == word)
}

/// The newest messages within the limits, oldest first. Begins with a visitor's message: an answer without its
/// question would be read as an answer to nothing.
pub fn recent(history: &[Message], limits: HistoryLimits, count: &dyn CountTokens) -> Vec<Message> {
    let mut left = limits.max_tokens;
    let mut kept: Vec<Message> = Vec::new();
    for message in history.iter().rev().take(limits.max_messages) {
        let Some(rest) = left.checked_sub(count.count(&message.content)) else { break };
        left = rest;
        kept.push(message.clone());
    }
    kept.reverse();
    let first = kept.iter().position(|message| message.role == Role::User).unwrap_or(kept.len());
    kept.split_off(first)
}

/// The language of the scaffold for a visitor's language: Spanish for its speakers and their Catalan neighbours,
/// English, which models follow best, for all others.
pub const fn scaffold_language(language: Language) -> Language {
    match language {
        Language::Es | Language::Ca => Language::Es,
        _ => Language::En,
    }
}

/// How an owner is called whose name was not given.
const fn unnamed_owner(scaffold: Language) -> &'static str {
    match scaffold {
        Language::Es => "la persona titular de este portfolio",
        _ => "the owner of this portfolio",
    }
}

fn invalid(name: &str, error: &minijinja::Error) -> TemplateError {
    let cause = match (error.line(), error.detail()) {
        (Some(line), Some(detail)) => format!("line {line}: {}: {detail}", error.kind()),
        (Some(line), None) => format!("line {line}: {}", error.kind()),
        (None, _) => error.to_string(),
    };
    TemplateError::Invalid { name: name.to_owned(), cause }
}

fn template_names() -> String {
    TEMPLATES.map(|(name, _)| format!("`{name}`")).join(", ")
}

#[cfg(test)]
mod tests;
