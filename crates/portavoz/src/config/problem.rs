//! What is wrong in a configuration, and where it was written.

use std::collections::BTreeMap;
use std::fmt;

/// Where a value came from. Problems are listed in this order, those of a file by line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The program's own default.
    Default,
    /// The configuration file.
    File {
        /// As the user can open it.
        path: String,
        /// From 1.
        line: usize,
    },
    /// An environment variable.
    Environment(String),
    /// A flag of the command line.
    Flag(&'static str),
}

/// Where each value that is not a default came from, by `section.key`.
pub type Origins = BTreeMap<String, Origin>;

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { path, line } => write!(formatter, "{path}:{line}"),
            Self::Environment(name) => formatter.write_str(name),
            Self::Flag(name) => formatter.write_str(name),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it was written.
    pub origin: Origin,
    /// What is wrong, naming the key.
    pub what: String,
    /// What would be right.
    pub allowed: Option<String>,
}

impl Problem {
    /// A problem without advice yet.
    pub fn new(origin: Origin, what: impl Into<String>) -> Self {
        Self { origin, what: what.into(), allowed: None }
    }

    /// Adds what would be right.
    pub fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.origin != Origin::Default {
            write!(formatter, "{}: ", self.origin)?;
        }
        formatter.write_str(&self.what)?;
        match &self.allowed {
            Some(allowed) => write!(formatter, " (allowed: {allowed})"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong in a configuration, found in one go.
#[derive(Debug)]
pub struct Problems(pub Vec<Problem>);

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => formatter.write_str("the configuration has a problem")?,
            count => write!(formatter, "the configuration has {count} problems")?,
        }
        for problem in &self.0 {
            write!(formatter, "\n  {problem}")?;
        }
        Ok(())
    }
}
