//! portavoz's own secrets.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::Database;
use crate::samples::{other_site, site};

pub async fn a_secret_is_made_once(database: &Database) {
    let secrets = database.storage.secrets();
    assert_eq!(secrets.get(&site(), "key").await.unwrap(), None);
    assert_eq!(secrets.get_or_insert(&site(), "key", b"first\0\xff").await.unwrap(), b"first\0\xff");
    assert_eq!(secrets.get_or_insert(&site(), "key", b"second").await.unwrap(), b"first\0\xff");
    assert_eq!(secrets.get(&site(), "key").await.unwrap().unwrap(), b"first\0\xff");
}

pub async fn a_secret_can_be_replaced(database: &Database) {
    let secrets = database.storage.secrets();
    for value in [b"one".as_slice(), b"two", b""] {
        secrets.put(&site(), "key", value).await.unwrap();
        assert_eq!(database.other.secrets().get(&site(), "key").await.unwrap().unwrap(), value);
    }
    assert_eq!(secrets.get_or_insert(&site(), "key", b"fresh").await.unwrap(), b"");
}

pub async fn a_secret_is_its_sites(database: &Database) {
    let secrets = database.storage.secrets();
    secrets.put(&site(), "key", b"mine").await.unwrap();
    assert_eq!(secrets.get(&other_site(), "key").await.unwrap(), None);
    assert_eq!(secrets.get(&site(), "other key").await.unwrap(), None);
    assert_eq!(secrets.get_or_insert(&other_site(), "key", b"theirs").await.unwrap(), b"theirs");
    assert_eq!(secrets.get(&site(), "key").await.unwrap().unwrap(), b"mine");
}

pub async fn those_who_race_get_the_same_secret(database: &Database) {
    let mut racers = JoinSet::new();
    for number in 0..32_u8 {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        racers.spawn(async move { storage.secrets().get_or_insert(&site(), "key", &[number]).await.unwrap() });
    }
    let values = racers.join_all().await;
    let stored = database.storage.secrets().get(&site(), "key").await.unwrap().unwrap();
    assert!(values.iter().all(|value| *value == stored), "{values:?}");
}
