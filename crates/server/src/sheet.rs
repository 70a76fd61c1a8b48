//! The configuration as the dashboard shows it: every key with its value and where that comes from. The server reads no
//! configuration itself: whoever starts it hands this over, with secrets left out.

/// Every section, in the order of the documentation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SettingsSheet {
    /// The file to write into, as the owner can open it.
    pub file: String,
    /// Its sections.
    pub sections: Vec<SettingsSection>,
}

/// Keys that belong together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SettingsSection {
    /// Its name, without brackets.
    pub name: &'static str,
    /// What it is about.
    pub doc: String,
    /// Its keys.
    pub keys: Vec<SettingsKey>,
}

/// One key.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsKey {
    /// Its name in the section.
    pub name: &'static str,
    /// What it does.
    pub doc: String,
    /// The value that holds, as it is written in the file; never that of a secret. `None` if it is not set.
    pub value: Option<String>,
    /// What holds if nothing is written.
    pub default: Option<String>,
    /// What may be written.
    pub allowed: String,
    /// The variable that sets it.
    pub variable: String,
    /// Where the value comes from.
    pub origin: SettingsOrigin,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsOrigin {
    /// Nobody wrote one.
    Default,
    /// The configuration file.
    File {
        /// As the owner can open it.
        path: String,
        /// From 1.
        line: usize,
    },
    /// An environment variable.
    Variable(String),
    /// A flag of the command line.
    Flag(String),
}
