//! Snapshots that no test asserts any more are dead text; they fail the run.
//!
//! `insta` appends the path of each snapshot that a test asserts to the file named by an environment variable, so the
//! files in the tree that are missing from that list are the dead ones.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::bail;

use crate::process::{output, root, tools};

/// The list of one run.
pub struct References(PathBuf);

impl References {
    /// An empty list.
    pub fn start() -> anyhow::Result<Self> {
        let path = tools().join("snapshot-references");
        fs::create_dir_all(tools())?;
        fs::write(&path, "")?;
        Ok(Self(path))
    }

    /// Where `insta` is to write.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// An error that names every snapshot of the tree that no test of the run asserted.
    pub fn find_unreferenced(&self) -> anyhow::Result<()> {
        let list = fs::read_to_string(&self.0)?;
        let asserted: HashSet<PathBuf> = list.lines().filter_map(|line| Path::new(line).canonicalize().ok()).collect();
        let files = ["ls-files", "--cached", "--others", "--exclude-standard", "*.snap"];
        let dead: Vec<String> = output(Command::new("git").args(files).current_dir(root()))?
            .lines()
            .filter(|file| root().join(file).canonicalize().is_ok_and(|path| !asserted.contains(&path)))
            .map(|file| format!("\n  {file}"))
            .collect();
        if !dead.is_empty() {
            bail!("snapshots that no test asserts; delete them:{}", dead.concat());
        }
        Ok(())
    }
}
