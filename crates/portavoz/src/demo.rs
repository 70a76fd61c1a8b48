//! The demo portfolio, carried inside the binary so that an installed portavoz can show itself.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use rust_embed::RustEmbed;

use crate::config::place::FILE_NAME;

#[derive(RustEmbed)]
#[folder = "../../examples/maria/knowledge"]
struct Documents;

const CONFIGURATION: &str = include_str!("../../../examples/maria/portavoz.toml");

/// Brings `folder` to what the binary carries: files of an older version go, and what is the same stays untouched,
/// so that a second start has nothing to ingest.
pub fn unpack(folder: &Path) -> io::Result<()> {
    let knowledge = folder.join("knowledge");
    std::fs::create_dir_all(&knowledge)?;
    write_changed(&folder.join(FILE_NAME), CONFIGURATION.as_bytes())?;
    let mut carried = BTreeSet::new();
    for name in Documents::iter() {
        let Some(document) = Documents::get(&name) else { continue };
        let path = knowledge.join(name.as_ref());
        write_changed(&path, &document.data)?;
        carried.insert(path);
    }
    for path in files_below(&knowledge)? {
        if !carried.contains(&path) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn write_changed(path: &Path, content: &[u8]) -> io::Result<()> {
    if std::fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, content)
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    Ok(files)
}
