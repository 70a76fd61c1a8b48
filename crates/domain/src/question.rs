//! A visitor's message, understood: a question with its language, subject and kind of answer, or smalltalk.

use portavoz_text::language::Language;
use serde::{Deserialize, Serialize};

use crate::document::Facet;

/// A kind of message that needs neither documents nor model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Smalltalk {
    /// "hola"
    Greeting,
    /// "are you a bot?"
    Identity,
    /// "thanks!"
    Thanks,
    /// "adiós"
    Farewell,
}

/// What kind of answer a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wants {
    /// A list: which technologies, what projects.
    List,
    /// A number: how many, how much.
    Figure,
    /// A date or year: when.
    Date,
    /// A length of time: how long, how many years.
    Duration,
    /// A place: where.
    Place,
    /// A name: who, which company.
    Name,
    /// A way to reach the owner.
    Contact,
    /// Yes or no.
    YesNo,
    /// Anything else.
    Open,
}

/// A question as retrieval and the extractive rung use it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The visitor's words.
    pub text: String,
    /// Their language; the answer's language.
    pub language: Language,
    /// For a follow-up: the words of earlier turns that it leans on ("and in which year?"), weaker than `text`.
    pub carried: Option<String>,
    /// The facets it asks about, strongest first; empty if it names none.
    pub facets: Vec<Facet>,
    /// The kind of answer it asks for.
    pub wants: Wants,
}

impl Question {
    /// The question with what it leans on, as one text: what is embedded and what is told to the model.
    pub fn standalone(&self) -> String {
        match &self.carried {
            Some(carried) => format!("{} ({carried})", self.text),
            None => self.text.clone(),
        }
    }
}

/// One earlier turn of the conversation, as far as understanding needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastTurn {
    /// What the visitor asked.
    pub question: String,
    /// What they were told.
    pub answer: String,
    /// The language they were answered in.
    pub language: Language,
}

/// A message, understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Understood {
    /// Gets a stock reply.
    Smalltalk(Smalltalk, Language),
    /// Gets an answer.
    Question(Question),
}
