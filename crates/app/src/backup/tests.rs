//! Files that are whole, and files that are not.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::io::Read;

use portavoz_domain::ids::SiteId;
use portavoz_storage::sqlite::SqliteStorage;

use super::*;

const MADE: Timestamp = Timestamp::from_millis(1_795_348_800_000);

fn silent() -> Arc<Progress> {
    Arc::new(|_: &str, _: u64| {})
}

async fn filled() -> SqliteStorage {
    let storage = SqliteStorage::in_memory().await.unwrap();
    let site = SiteId::default();
    storage.secrets().put(&site, "key", b"\0\xff").await.unwrap();
    for number in 0..600_i64 {
        let value = format!("{{\"número\":{number},\"{}\":0.1}}", "\u{1f995}\\ \n");
        storage.choices().put(&site, &format!("choice {number}"), &value, MADE).await.unwrap();
    }
    storage
}

/// A backup of [`filled`] in a folder of its own.
async fn backed_up() -> (tempfile::TempDir, PathBuf, Manifest) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backup.gz");
    let file = std::fs::File::create(&path).unwrap();
    let manifest = write(&filled().await, file, MADE, silent()).await.unwrap();
    (folder, path, manifest)
}

fn unpacked(path: &Path) -> Vec<u8> {
    let mut text = Vec::new();
    GzDecoder::new(BufReader::new(std::fs::File::open(path).unwrap())).read_to_end(&mut text).unwrap();
    text
}

fn pack(path: &Path, text: &[u8]) {
    let mut packing = GzEncoder::new(std::fs::File::create(path).unwrap(), Compression::fast());
    packing.write_all(text).unwrap();
    packing.finish().unwrap();
}

#[tokio::test]
async fn a_backup_says_what_is_in_it_and_comes_back() {
    let (_folder, path, manifest) = backed_up().await;
    assert_eq!((manifest.made.as_str(), manifest.rows()), ("2026-11-22T12:00:00Z", 601));
    assert_eq!(verify(&path, silent().as_ref()).unwrap(), manifest);
    let empty = SqliteStorage::in_memory().await.unwrap();
    assert_eq!(restore(&empty, &path, false, silent()).await.unwrap(), manifest);
    let site = SiteId::default();
    assert_eq!(empty.secrets().get(&site, "key").await.unwrap().unwrap(), b"\0\xff");
    let chosen = empty.choices().get(&site, "choice 599").await.unwrap().unwrap();
    assert_eq!(chosen, "{\"número\":599,\"\u{1f995}\\ \n\":0.1}");
}

#[tokio::test]
async fn a_file_that_is_not_whole_is_refused_and_nothing_is_lost() {
    let (_folder, path, _) = backed_up().await;
    let packed = std::fs::read(&path).unwrap();
    let text = String::from_utf8(unpacked(&path)).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let last = lines.len() - 1;
    let without = |left_out: usize| {
        lines.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, line)| *line).collect::<String>()
    };
    let row = lines.iter().position(|line| line.starts_with("[\"default\"")).unwrap();
    let mut damaged: Vec<(&str, Vec<u8>)> = vec![
        ("cut in the middle", packed[..packed.len() / 2].to_vec()),
        ("cut at the end", packed[..packed.len() - 1].to_vec()),
        ("empty", Vec::new()),
        ("something else", b"not a backup".to_vec()),
        ("one byte changed", {
            let mut packed = packed.clone();
            let middle = packed.len() / 2;
            packed[middle] ^= 1;
            packed
        }),
    ];
    for (what, changed) in [
        ("without its last line", without(last)),
        ("without a row", without(row)),
        ("without a table's end", without(last - 1)),
        ("with a row twice", format!("{}{}", lines[..=row].concat(), lines[row..].concat())),
        ("with a changed word", text.replacen("choice 5", "choice 6", 1)),
        ("with more behind it", format!("{text}[\"default\"]\n")),
        ("of another format", text.replacen("\"portavoz_backup\":1", "\"portavoz_backup\":2", 1)),
    ] {
        assert_ne!(changed, text, "{what}");
        pack(&path, changed.as_bytes());
        damaged.push((what, std::fs::read(&path).unwrap()));
    }
    let storage = filled().await;
    for (what, bytes) in damaged {
        std::fs::write(&path, bytes).unwrap();
        let refused = restore(&storage, &path, true, silent()).await.unwrap_err();
        assert!(matches!(&refused, BackupError::Broken(_)), "{what}: {refused:?}");
    }
    assert_eq!(storage.secrets().get(&SiteId::default(), "key").await.unwrap().unwrap(), b"\0\xff");
    let missing = restore(&storage, Path::new("/nowhere/backup.gz"), true, silent()).await.unwrap_err();
    assert!(matches!(missing, BackupError::Io(_)), "{missing:?}");
}

#[tokio::test]
async fn a_filled_database_is_replaced_only_if_told() {
    let (_folder, path, _) = backed_up().await;
    let storage = filled().await;
    let site = SiteId::default();
    storage.choices().put(&site, "choice 1", "mine", MADE).await.unwrap();
    let refused = restore(&storage, &path, false, silent()).await.unwrap_err();
    assert!(matches!(refused, BackupError::Storage(StorageError::Conflict(_))), "{refused:?}");
    assert_eq!(storage.choices().get(&site, "choice 1").await.unwrap().as_deref(), Some("mine"));
    restore(&storage, &path, true, silent()).await.unwrap();
    assert_ne!(storage.choices().get(&site, "choice 1").await.unwrap().as_deref(), Some("mine"));
}
