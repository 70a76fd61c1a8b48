//! What the rules look at: the files of the tree, and what cargo knows of the packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// A text file of the project.
pub struct File {
    /// From the root of the workspace, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl File {
    /// A made-up file, to show to a rule.
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// True if the path ends in `.` and one of these.
    pub fn is(&self, extensions: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
    }

    /// Lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every text file that is, or would be, committed. What git ignores is not looked at.
pub fn files() -> &'static [File] {
    static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
        let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let output = Command::new("git").args(arguments).current_dir(root()).output().expect("git is installed");
        assert!(output.status.success(), "tidy asks git which files are the project's; this is not a clone");
        let names = String::from_utf8(output.stdout).expect("file names are UTF-8");
        let mut files: Vec<File> = names
            .split_terminator('\0')
            .filter_map(|path| Some(File { path: path.to_owned(), text: fs::read_to_string(root().join(path)).ok()? }))
            .collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    });
    &FILES
}

/// What `cargo metadata` says of the packages built on this machine with all features.
pub fn metadata() -> &'static Value {
    static METADATA: LazyLock<Value> = LazyLock::new(|| {
        let host = Command::new("rustc").arg("--print=host-tuple").output().expect("rustc is installed");
        let host = String::from_utf8(host.stdout).expect("the name of a platform is ASCII");
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version=1", "--all-features", "--filter-platform", host.trim()])
            .current_dir(root())
            .output()
            .expect("cargo runs this test");
        assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("cargo metadata writes JSON")
    });
    &METADATA
}

/// The packages of the workspace.
pub fn members() -> impl Iterator<Item = &'static Value> {
    packages().filter(|package| package["source"].is_null())
}

/// All packages, ours and others'.
pub fn packages() -> impl Iterator<Item = &'static Value> {
    metadata()["packages"].as_array().into_iter().flatten()
}

/// Fails with all complaints, one a line.
#[track_caller]
pub fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// A toml file of the root.
pub fn root_toml(name: &str) -> toml::Table {
    fs::read_to_string(root().join(name)).expect("the file is there").parse().expect("the file is TOML")
}

/// The words of a line of code: identifiers, with where they start.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character: char| !character.is_alphanumeric() && character != '_').filter(|word| !word.is_empty())
}

/// The line without its comment. A `//` inside a string literal ends the line too, which no rule minds.
pub fn code_of(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}
