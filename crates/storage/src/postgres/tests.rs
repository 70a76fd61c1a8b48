//! What only PostgreSQL can do wrong; what both databases must do right is in `tests/conformance.rs`.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use portavoz_domain::ids::SiteId;
use postgres_cluster::fresh_url;
use sqlx::Row;

use super::*;

#[path = "../../tests/support/postgres_cluster.rs"]
pub(super) mod postgres_cluster;

#[tokio::test]
async fn an_address_that_cannot_be_used_is_told() {
    for (url, words) in [
        ("not a url", "address cannot be used"),
        ("postgres://localhost/x?options=-csearch_path%3Dno-such", "`no-such` is not a usable schema name"),
        ("postgres://localhost/x?options=-csearch_path%3Da,b", "`a,b` is not a usable schema name"),
        ("postgres://localhost/x?options=-csearch_path%3D", "`` is not a usable schema name"),
    ] {
        let error = PgStorage::connect(url).await.unwrap_err();
        assert!(matches!(&error, StorageError::Conflict(text) if text.contains(words)), "{url}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let error = PgStorage::connect("postgres:///x?host=/nowhere&user=nobody").await.unwrap_err();
    assert!(matches!(error, StorageError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_unavailable() {
    let Some(url) = fresh_url() else { return };
    let (server, query) = url.split_once('?').unwrap();
    let error = PgStorage::connect(&format!("{server}?{query}&dbname=missing")).await.unwrap_err();
    assert!(matches!(error, StorageError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn deployments_in_one_database_do_not_see_each_other() {
    let (Some(url), Some(other_url)) = (fresh_url(), fresh_url()) else { return };
    let (one, other) = tokio::join!(PgStorage::connect(&url), PgStorage::connect(&other_url));
    let (one, other) = (one.unwrap(), other.unwrap());
    let site = SiteId::default();
    one.secrets().put(&site, "key", b"mine").await.unwrap();
    assert_eq!(other.secrets().get(&site, "key").await.unwrap(), None);
    one.close().await;
    other.close().await;
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_replaced() {
    let Some(url) = fresh_url() else { return };
    let storage = PgStorage::connect(&url).await.unwrap();
    storage.ping().await.unwrap();
    let admin = PgPoolOptions::new().connect(&url).await.unwrap();
    let ended = sqlx::query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE application_name = 'portavoz' AND query = 'SELECT 1' AND pid <> pg_backend_pid()",
    )
    .fetch_all(&admin)
    .await
    .unwrap();
    assert!(ended.iter().any(|row| row.get::<bool, _>(0)));
    // The call that meets the dead connection may fail; it must say so, and the next one must work.
    if let Err(error) = storage.ping().await {
        assert!(matches!(error, StorageError::Unavailable(_)), "{error:?}");
    }
    storage.ping().await.unwrap();
    storage.close().await;
}
