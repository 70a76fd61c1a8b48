//! Migrations on schemas that hold something.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use super::*;
use crate::migration::POSTGRES;
use crate::migration::tests::{assert_samples_can_be_read, sample};
use crate::postgres::tests::postgres_cluster::fresh_url;
use crate::postgres::{PgStorage, schema};
use crate::{Storage, StorageError};

async fn connect(url: &str) -> (PgConnection, Schema) {
    let (options, schema) = schema::choose(PgConnectOptions::from_str(url).unwrap()).unwrap();
    (options.connect().await.unwrap(), schema)
}

#[tokio::test]
async fn a_filled_database_survives_every_step() {
    let Some(url) = fresh_url() else { return };
    let (mut connection, schema) = connect(&url).await;
    for steps in 1..=POSTGRES.len() {
        let known = &POSTGRES[..steps];
        migrate(&mut connection, &schema, known).await.unwrap();
        assert_eq!(applied(&mut connection).await.unwrap().len(), steps);
        // X'00' is SQLite's spelling of bytes, '\x00' is PostgreSQL's.
        let sample = sample(&known[steps - 1]).replace("X'", r"'\x");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sample)).execute(&mut connection).await.unwrap();
    }
    let storage = PgStorage::connect(&url).await.unwrap();
    assert_samples_can_be_read(&storage).await;
    storage.close().await;
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_behind() {
    let Some(url) = fresh_url() else { return };
    let (mut connection, schema) = connect(&url).await;
    let good = Migration { version: 1, name: "good", sql: "CREATE TABLE good (id BIGINT);" };
    let half = Migration { version: 2, name: "half", sql: "CREATE TABLE half (id BIGINT); CREATE TABEL rest;" };
    assert!(matches!(migrate(&mut connection, &schema, &[good, half]).await, Err(StorageError::Backend(_))));
    assert_eq!(applied(&mut connection).await.unwrap().len(), 1);

    let whole = Migration { sql: "CREATE TABLE half (id BIGINT);", ..half };
    migrate(&mut connection, &schema, &[good, whole]).await.unwrap();
    assert_eq!(applied(&mut connection).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_may_start_together() {
    let Some(url) = fresh_url() else { return };
    let mut starts = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let url = url.clone();
        starts.spawn(async move { PgStorage::connect(&url).await });
    }
    for storage in starts.join_all().await {
        let storage = storage.unwrap();
        storage.ping().await.unwrap();
        storage.close().await;
    }
}

#[tokio::test]
async fn a_schema_of_a_newer_program_is_refused() {
    let Some(url) = fresh_url() else { return };
    PgStorage::connect(&url).await.unwrap().close().await;
    let (mut connection, _) = connect(&url).await;
    sqlx::query("INSERT INTO portavoz_migrations (version, name, checksum) VALUES (99990101000000, 'future', '')")
        .execute(&mut connection)
        .await
        .unwrap();
    let refused = PgStorage::connect(&url).await.unwrap_err();
    assert!(matches!(&refused, StorageError::Conflict(text) if text.contains("newer portavoz")), "{refused}");
}
