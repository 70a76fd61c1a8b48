//! Migrations on files that hold something.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use super::*;
use crate::Storage;
use crate::migration::SQLITE;
use crate::migration::tests::{assert_samples_can_be_read, sample};
use crate::sqlite::{SqliteOptions, SqliteStorage};

async fn connect(path: &std::path::Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await.unwrap()
}

#[tokio::test]
async fn a_filled_database_survives_every_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let mut connection = connect(&path).await;
    for steps in 1..=SQLITE.len() {
        let known = &SQLITE[..steps];
        migrate(&mut connection, known).await.unwrap();
        assert_eq!(applied(&mut connection).await.unwrap().len(), steps);
        let sample = sqlx::AssertSqlSafe(sample(&known[steps - 1]));
        sqlx::raw_sql(sample).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();

    let storage = SqliteStorage::open(&path, SqliteOptions::default()).await.unwrap();
    assert_samples_can_be_read(&storage).await;
    storage.close().await;
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_behind() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let good = Migration { version: 1, name: "good", sql: "CREATE TABLE good (id INTEGER);" };
    let half = Migration { version: 2, name: "half", sql: "CREATE TABLE half (id INTEGER); CREATE TABEL rest;" };
    assert!(matches!(migrate(&mut connection, &[good, half]).await, Err(StorageError::Backend(_))));
    assert_eq!(applied(&mut connection).await.unwrap().len(), 1);
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(tables, ["good", "portavoz_migrations"]);

    let whole = Migration { sql: "CREATE TABLE half (id INTEGER);", ..half };
    migrate(&mut connection, &[good, whole]).await.unwrap();
    assert_eq!(applied(&mut connection).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_may_open_a_new_file_together() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new.db");
        let mut openings = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let path = path.clone();
            openings.spawn(async move { SqliteStorage::open(&path, SqliteOptions::default()).await });
        }
        for storage in openings.join_all().await {
            storage.unwrap().ping().await.unwrap();
        }
    }
}
