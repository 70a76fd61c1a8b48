//! The demo portfolio, carried inside the binary so that an installed portavoz can show itself.
//!
//! It is unpacked once and again only when a newer binary carries another one, so that people can play with the files.

use std::io;
use std::path::Path;

use rust_embed::RustEmbed;

use crate::config::place::FILE_NAME;

#[derive(RustEmbed)]
#[folder = "../../examples/maria/knowledge"]
struct Documents;

const CONFIGURATION: &str = include_str!("../../../examples/maria/portavoz.toml");
const CASES: &str = include_str!("../../../examples/maria/cases.toml");

/// The name of the file of cases in a site's folder.
const CASES_NAME: &str = "cases.toml";

/// Lists what was unpacked; written last, so that an unpacking that was cut short is done again.
const MANIFEST: &str = ".unpacked";

/// Unpacks what the binary carries into `folder`, unless it was unpacked before. Files that an older binary brought
/// and this one does not carry any more are taken away; files of others stay.
pub fn unpack(folder: &Path) -> io::Result<()> {
    let manifest = manifest();
    let before = std::fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    if before == manifest {
        return Ok(());
    }
    let knowledge = folder.join("knowledge");
    std::fs::create_dir_all(&knowledge)?;
    for name in names(&before).filter(|name| Documents::get(name).is_none()) {
        match std::fs::remove_file(knowledge.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    for name in Documents::iter() {
        let Some(document) = Documents::get(&name) else { continue };
        let path = knowledge.join(name.as_ref());
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, &document.data)?;
    }
    std::fs::write(folder.join(FILE_NAME), CONFIGURATION)?;
    std::fs::write(folder.join(CASES_NAME), CASES)?;
    std::fs::write(folder.join(MANIFEST), manifest)
}

/// A line for each document, its hash and its name, below the configuration and the cases: different for every demo.
fn manifest() -> String {
    let mut names: Vec<_> = Documents::iter().collect();
    names.sort();
    let mut text = format!("{CONFIGURATION}\n{CASES}\n");
    for name in names {
        let Some(document) = Documents::get(&name) else { continue };
        let hash = document.metadata.sha256_hash().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        text.push_str(&format!("document {hash} {name}\n"));
    }
    text
}

/// The documents' names in a manifest.
fn names(manifest: &str) -> impl Iterator<Item = &str> {
    manifest.lines().filter_map(|line| line.strip_prefix("document ")?.split_once(' ')).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use super::*;

    #[test]
    fn an_older_demo_is_replaced_and_what_people_added_stays() {
        let folder = tempfile::tempdir().unwrap();
        unpack(folder.path()).unwrap();
        let document = Documents::iter().next().unwrap().into_owned();
        let knowledge = folder.path().join("knowledge");
        let carried = std::fs::read(knowledge.join(&document)).unwrap();

        std::fs::write(knowledge.join(&document), "edited").unwrap();
        std::fs::write(knowledge.join("mine.md"), "mine").unwrap();
        unpack(folder.path()).unwrap();
        assert_eq!(std::fs::read(knowledge.join(&document)).unwrap(), b"edited", "the same demo is not unpacked twice");

        std::fs::write(knowledge.join("old.md"), "of an older demo").unwrap();
        std::fs::write(folder.path().join(MANIFEST), "document 00 old.md\n").unwrap();
        unpack(folder.path()).unwrap();
        assert_eq!(std::fs::read(knowledge.join(&document)).unwrap(), carried);
        assert!(!knowledge.join("old.md").exists());
        assert_eq!(std::fs::read(knowledge.join("mine.md")).unwrap(), b"mine");
    }
}
