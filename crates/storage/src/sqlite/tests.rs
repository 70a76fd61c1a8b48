//! What only a SQLite file can do wrong; what both databases must do right is in `tests/conformance.rs`.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::path::PathBuf;

use portavoz_domain::ids::{SiteId, TurnId};
use portavoz_domain::timestamp::Timestamp;
use portavoz_text::language::Language;
use samples::{NOW, document, settlement, site, turn, turn_id};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};
use tempfile::TempDir;

use super::*;
use crate::{EmbedderKey, KnowledgeChange, StorageError, TurnFilter};

#[path = "../../tests/support/samples.rs"]
pub(super) mod samples;

fn new_path() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("datos/portavoz.db");
    (folder, path)
}

async fn open(path: &Path) -> Result<SqliteStorage> {
    SqliteStorage::open_waiting(path, SqliteOptions::default(), Duration::ZERO).await
}

/// A connection of another program.
async fn stranger(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).busy_timeout(Duration::ZERO);
    options.connect().await.unwrap()
}

async fn execute(connection: &mut SqliteConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// Another program opens the file, runs `sql` and is gone.
async fn tamper(path: &Path, sql: &str) {
    let mut connection = stranger(path).await;
    execute(&mut connection, sql).await;
    connection.close().await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn only_this_user_can_read_what_is_made() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = new_path();
    let storage = open(&path).await.unwrap();
    storage.turns().admit(&turn(1), None).await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
    storage.close().await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_stays_as_it_is() {
    let (folder, _) = new_path();
    let path = folder.path().join("notes.txt");
    let text = "not a database. ".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let error = open(&path).await.unwrap_err();
    assert!(error.to_string().ends_with("notes.txt` is not a SQLite database"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let (folder, _) = new_path();
    let path = folder.path().join("other.db");
    tamper(&path, "CREATE TABLE songs (title TEXT)").await;
    let error = open(&path).await.unwrap_err();
    assert!(matches!(&error, StorageError::Conflict(text) if text.contains("another program")), "{error}");
}

#[tokio::test]
async fn a_database_of_a_newer_portavoz_is_refused() {
    let (_folder, path) = new_path();
    open(&path).await.unwrap().close().await;
    let future = "INSERT INTO portavoz_migrations (version, name, checksum) VALUES (99990101000000, 'future', X'00')";
    tamper(&path, future).await;
    let error = open(&path).await.unwrap_err();
    assert!(matches!(&error, StorageError::Conflict(text) if text.contains("newer portavoz")), "{error}");
}

#[tokio::test]
async fn a_path_that_cannot_be_a_file_is_unavailable() {
    let (folder, _) = new_path();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for path in [folder.path().to_path_buf(), file.join("below/portavoz.db")] {
        let error = open(&path).await.unwrap_err();
        assert!(matches!(&error, StorageError::Unavailable(text) if text.contains("cannot be opened")), "{error}");
    }
}

#[tokio::test]
async fn while_another_process_writes_reads_go_on_and_writes_are_unavailable() {
    let (_folder, path) = new_path();
    let storage = open(&path).await.unwrap();
    storage.turns().admit(&turn(1), None).await.unwrap();

    let mut other = stranger(&path).await;
    execute(&mut other, "BEGIN IMMEDIATE").await;
    let refused = storage.turns().admit(&turn(2), None).await.unwrap_err();
    assert!(matches!(&refused, StorageError::Unavailable(text) if text.contains("another process")), "{refused}");
    assert!(storage.turns().find(&site(), turn_id(1)).await.unwrap().is_some());
    open(&path).await.unwrap().close().await;

    execute(&mut other, "COMMIT").await;
    storage.turns().admit(&turn(2), None).await.unwrap();
    storage.close().await;
}

#[tokio::test]
async fn a_new_file_that_another_process_locks_is_unavailable() {
    let (folder, _) = new_path();
    let path = folder.path().join("new.db");
    let mut other = stranger(&path).await;
    execute(&mut other, "BEGIN IMMEDIATE; CREATE TABLE busy (id INTEGER)").await;
    let error = open(&path).await.unwrap_err();
    assert!(matches!(&error, StorageError::Unavailable(text) if text.contains("another process")), "{error}");
}

#[tokio::test]
async fn a_full_disk_is_unavailable_and_loses_nothing() {
    let (_folder, path) = new_path();
    let storage = open(&path).await.unwrap();
    storage.turns().admit(&turn(1), None).await.unwrap();
    pragma(&storage, "PRAGMA max_page_count = 40").await;

    let mut big = turn(2);
    big.question = "x".repeat(1_000_000);
    let error = storage.turns().admit(&big, None).await.unwrap_err();
    assert!(matches!(&error, StorageError::Unavailable(text) if text.contains("disk is full")), "{error}");
    assert_eq!(storage.turns().find(&site(), turn_id(2)).await.unwrap(), None);

    pragma(&storage, "PRAGMA max_page_count = 4000").await;
    storage.turns().admit(&big, None).await.unwrap();
    assert!(storage.turns().settle(&settlement(&turn(1)), Language::Es).await.unwrap());
    storage.close().await;
}

async fn pragma(storage: &SqliteStorage, sql: &'static str) {
    let slot = storage.connections.writing();
    let mut connection = connections::lease(slot.lock().await).unwrap();
    sqlx::query(sql).execute(&mut *connection).await.unwrap();
}

#[tokio::test]
async fn closing_leaves_one_file_with_everything_in_it() {
    let (_folder, path) = new_path();
    let storage = SqliteStorage::open(&path, SqliteOptions { sync: SyncMode::Normal }).await.unwrap();
    storage.turns().admit(&turn(1), None).await.unwrap();
    storage.close().await;
    let files: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files, std::slice::from_ref(&path));

    let storage = open(&path).await.unwrap();
    assert_eq!(storage.turns().find(&site(), turn_id(1)).await.unwrap().unwrap().admitted, turn(1));
    storage.close().await;
}

#[tokio::test]
async fn a_value_that_makes_no_sense_is_named_with_its_place() {
    for (table, column, value) in [
        ("conversations", "visitor", "'x'"),
        ("conversations", "language", "'xx'"),
        ("turns", "language", "'xx'"),
        ("turns", "status", "'lost'"),
        ("turns", "outcome", "'maybe'"),
        ("turns", "citations", "'{'"),
        ("turns", "ladder", "NULL"),
        ("turns", "answer", "NULL"),
        ("turns", "prompt_tokens", "-1"),
        ("turns", "took_ms", "NULL"),
        ("turns", "question", "CAST(X'ff' AS TEXT)"),
        ("gaps", "language", "''"),
        ("knowledge", "generation", "-1"),
        ("documents", "facet", "'fame'"),
        ("documents", "format", "'cuneiform'"),
        ("documents", "blocks", "'[1]'"),
        ("documents", "token_count", "-5"),
        ("chunks", "place", "'{}'"),
        ("chunks", "tokens", "4294967296"),
    ] {
        let (_folder, path) = new_path();
        let storage = filled(&path).await;
        let sql = format!("UPDATE {table} SET {column} = {value}");
        tamper(&path, &sql).await;
        let errors = read_everything(&storage).await;
        assert!(!errors.is_empty(), "{sql}");
        for error in errors {
            match error {
                // A turn shows its conversation's visitor as its own.
                StorageError::Corrupt { table: named, column: found, .. } => {
                    assert!((named == table || column == "visitor") && found == column, "{sql}: {named}.{found}");
                }
                other => unreachable!("{sql}: {other:?}"),
            }
        }
        storage.close().await;
    }
}

/// A database with a row in every table.
async fn filled(path: &Path) -> SqliteStorage {
    let storage = open(path).await.unwrap();
    storage.turns().admit(&turn(1), None).await.unwrap();
    let mut settlement = settlement(&turn(1));
    settlement.unanswered = true;
    storage.turns().settle(&settlement, Language::Es).await.unwrap();
    let change = KnowledgeChange { upserts: vec![document("cv.md", 1, 2)], ..KnowledgeChange::default() };
    storage.knowledge().apply(&site(), &change, NOW).await.unwrap();
    storage
}

/// The errors of all operations that read.
async fn read_everything(storage: &SqliteStorage) -> Vec<StorageError> {
    let turn = turn(1);
    let cv = document("cv.md", 1, 0).document.id;
    let filter = TurnFilter { limit: 10, ..TurnFilter::default() };
    [
        storage.turns().conversation(&site(), turn.conversation).await.err(),
        storage.turns().history(&site(), turn.conversation, 10).await.err(),
        storage.turns().find(&site(), turn.id).await.err(),
        storage.turns().list(&site(), &filter).await.err(),
        storage.gaps().list(&site(), 10).await.err(),
        storage.knowledge().generation(&site()).await.err(),
        storage.knowledge().documents(&site()).await.err(),
        storage.knowledge().document(&site(), &cv).await.err(),
        storage.knowledge().chunks(&site()).await.err(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test]
async fn a_vector_of_the_wrong_length_is_corrupt() {
    let (_folder, path) = new_path();
    let storage = open(&path).await.unwrap();
    let key = EmbedderKey { model: "m".to_owned(), dimensions: 2 };
    storage.embeddings().put(&key, &[([1; 32], vec![1.0, 2.0])]).await.unwrap();
    let shorten = "PRAGMA ignore_check_constraints = ON; UPDATE embeddings SET vector = X'00000000'";
    tamper(&path, shorten).await;
    let error = storage.embeddings().get(&key, &[[1; 32]]).await.unwrap_err();
    assert!(matches!(error, StorageError::Corrupt { table: "embeddings", column: "vector", .. }), "{error:?}");
    storage.close().await;
}

#[tokio::test]
async fn frequent_reads_need_neither_scan_nor_sort() {
    let (_folder, path) = new_path();
    let storage = filled(&path).await;
    let mut connection = stranger(&path).await;
    for sql in [
        crate::rows::select_turns!(
            "WHERE t.site = 'a' AND t.conversation = 'b' ORDER BY t.created DESC, t.id DESC LIMIT 5"
        ),
        crate::rows::select_turns!("WHERE t.site = 'a' AND t.id = 'b'"),
        crate::rows::select_turns!("WHERE t.site = 'a' ORDER BY t.created DESC, t.id DESC LIMIT 5"),
        crate::rows::select_turns!(
            "WHERE t.site = 'a' AND t.created >= 1 AND (t.created, t.id) < (SELECT created, id FROM turns
            WHERE site = 'a' AND id = 'b') ORDER BY t.created DESC, t.id DESC LIMIT 5"
        ),
        "SELECT id FROM turns WHERE site = 'a' AND status = 'open' ORDER BY created, id",
        crate::rows::select_turns!("WHERE t.site = 'a' AND t.outcome = ? ORDER BY t.created DESC, t.id DESC LIMIT 5"),
        crate::rows::select_turns!("WHERE t.site = 'a' AND t.model = ? ORDER BY t.created DESC, t.id DESC LIMIT 5"),
        crate::rows::select_turns!("WHERE t.site = 'a' AND t.language = ? ORDER BY t.created DESC, t.id DESC LIMIT 5"),
        crate::rows::select_turns!(
            "WHERE t.site = 'a' AND t.status = ? AND t.status <> 'complete' ORDER BY t.created DESC, t.id DESC LIMIT 5"
        ),
        crate::rows::select_turns!(
            "WHERE t.site = 'a' AND t.quality_score <= ? AND t.quality_score < 0.8 ORDER BY t.created DESC, t.id DESC LIMIT 5"
        ),
        "SELECT id FROM conversations WHERE site = 'a' ORDER BY created DESC, id DESC LIMIT 5",
        "SELECT SUM(reserved) FROM charges WHERE site = 'a' AND state = 'open'",
        "SELECT SUM(charged) FROM charges WHERE site = 'a' AND state = 'orphaned' AND day >= 1 AND day < 2",
        "SELECT day, SUM(charged) FROM charges WHERE site = 'a' AND charged IS NOT NULL GROUP BY day",
        "SELECT SUM(charged) FROM spend WHERE site = 'a' AND visitor = '' AND day >= 1 AND day < 2",
        "SELECT turn FROM gaps WHERE site = 'a' ORDER BY asked DESC, turn DESC LIMIT 5",
        "SELECT document, text FROM chunks WHERE site = 'a' ORDER BY document, ordinal",
        "SELECT id, hash FROM documents WHERE site = 'a' ORDER BY id",
        "SELECT vector FROM embeddings WHERE model = 'm' AND dimensions = 2 AND hash IN (X'00', X'01')",
    ] {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let plan = sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap();
        for step in plan.iter().map(|row| row.get::<String, _>("detail")) {
            let cheap = !step.starts_with("SCAN") && !step.contains("TEMP B-TREE");
            assert!(cheap, "{sql}\n{step}");
        }
    }
    connection.close().await.unwrap();
    storage.close().await;
}

#[test]
fn ids_of_the_samples_are_different() {
    // Every other test leans on this.
    let sites = [site(), SiteId::parse("agencia").unwrap()];
    let mut turns: Vec<TurnId> = (0..3).map(turn_id).collect();
    turns.dedup();
    assert_eq!(
        (turns.len(), sites[0] == sites[1], turn(1).created),
        (3, false, Timestamp::from_millis(NOW.as_millis() + 1))
    );
}
