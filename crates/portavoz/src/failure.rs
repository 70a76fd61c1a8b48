//! Errors that end the program: what kind they are decides the exit code, and a hint says what to do next.

use std::error::Error;
use std::fmt;
use std::io;

use crate::config::problem::Problems;

/// Whose turn it is to mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something failed: exit code 1.
    Internal,
    /// The command was used wrongly: exit code 2.
    User,
    /// The configuration is wrong: exit code 3.
    Config,
}

impl Kind {
    /// The process's exit code.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::User => 2,
            Self::Config => 3,
        }
    }
}

/// An error with its kind and what to do about it; also usable as the context of another error.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// The command was used wrongly.
    pub fn user(message: impl Into<String>) -> Self {
        Self { kind: Kind::User, message: message.into(), hint: None }
    }

    /// The configuration is wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self { kind: Kind::Config, message: message.into(), hint: None }
    }

    /// Something failed.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { kind: Kind::Internal, message: message.into(), hint: None }
    }

    /// Adds what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for Failure {}

/// The kind of an error, however deep it was found.
pub fn kind_of(error: &anyhow::Error) -> Kind {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        failure.kind
    } else if error.downcast_ref::<Problems>().is_some() {
        Kind::Config
    } else {
        Kind::Internal
    }
}

/// What to do about an error, if it says so, however deep.
pub fn hint_of(error: &anyhow::Error) -> Option<String> {
    match error.downcast_ref::<Failure>() {
        Some(failure) => failure.hint.clone(),
        None if error.downcast_ref::<Problems>().is_some() => {
            Some("`portavoz config example` prints every key with its documentation and default".to_owned())
        }
        None => None,
    }
}

/// True if the error only says that nobody reads the output any more.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    error.downcast_ref::<io::Error>().is_some_and(broken)
}

/// The error as people read it: what, why, and what to do next.
pub fn render(error: &anyhow::Error) -> String {
    let mut text = format!("{} {error}", console::style("error:").for_stderr().red().bold());
    let mut last = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Many errors repeat their cause in their own words.
        if !last.contains(&cause) {
            text.push_str(&format!("\n  because {cause}"));
            last = cause;
        }
    }
    if let Some(hint) = hint_of(error) {
        text.push_str(&format!("\n{} {hint}", console::style("hint:").for_stderr().cyan().bold()));
    }
    text
}
