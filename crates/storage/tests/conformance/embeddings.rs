//! Vectors by content and embedder.

use std::collections::HashMap;
use std::sync::Arc;

use portavoz_storage::{EmbedderKey, StorageError};
use tokio::task::JoinSet;

use crate::Database;

fn key(model: &str, dimensions: u32) -> EmbedderKey {
    EmbedderKey { model: model.to_owned(), dimensions }
}

fn hash(number: u16) -> [u8; 32] {
    let mut hash = [7; 32];
    hash[..2].copy_from_slice(&number.to_be_bytes());
    hash
}

pub async fn vectors_read_back_as_they_were(database: &Database) {
    let embeddings = database.storage.embeddings();
    let vectors = vec![
        (hash(1), vec![0.1, -0.2, 1e-30]),
        (hash(2), vec![f32::MIN_POSITIVE, f32::MAX, -0.0]),
        (hash(1), vec![0.1, -0.2, 1e-30]),
    ];
    embeddings.put(&key("m", 3), &vectors).await.unwrap();
    embeddings.put(&key("m", 3), &[]).await.unwrap();
    let found = embeddings.get(&key("m", 3), &[hash(1), hash(2), hash(3), hash(1)]).await.unwrap();
    assert_eq!(found, vectors.into_iter().collect());
    assert_eq!(embeddings.get(&key("m", 3), &[]).await.unwrap(), HashMap::new());
}

pub async fn vectors_of_two_embedders_never_mix(database: &Database) {
    let embeddings = database.storage.embeddings();
    let keys = [key("a", 2), key("a", 3), key("b", 2), key("A", 2)];
    for (number, key) in (1_u8..).zip(&keys) {
        let vector = vec![f32::from(number); key.dimensions as usize];
        embeddings.put(key, &[(hash(1), vector)]).await.unwrap();
    }
    for (number, key) in (1_u8..).zip(&keys) {
        let found = embeddings.get(key, &[hash(1)]).await.unwrap();
        assert_eq!(found[&hash(1)], vec![f32::from(number); key.dimensions as usize], "{key:?}");
    }
    assert_eq!(embeddings.get(&key("b", 3), &[hash(1)]).await.unwrap(), HashMap::new());
}

pub async fn one_wrong_dimension_rejects_all(database: &Database) {
    let embeddings = database.storage.embeddings();
    for wrong in [vec![1.0], vec![1.0, 2.0, 3.0], vec![]] {
        let result = embeddings.put(&key("m", 2), &[(hash(1), vec![1.0, 2.0]), (hash(2), wrong)]).await;
        assert!(matches!(result, Err(StorageError::Conflict(_))), "{result:?}");
    }
    assert_eq!(embeddings.get(&key("m", 2), &[hash(1), hash(2)]).await.unwrap(), HashMap::new());
}

pub async fn a_vector_that_is_there_stays(database: &Database) {
    let embeddings = database.storage.embeddings();
    embeddings.put(&key("m", 1), &[(hash(1), vec![1.0])]).await.unwrap();
    embeddings.put(&key("m", 1), &[(hash(1), vec![2.0]), (hash(2), vec![3.0])]).await.unwrap();
    let found = embeddings.get(&key("m", 1), &[hash(1), hash(2)]).await.unwrap();
    assert_eq!(found, HashMap::from([(hash(1), vec![1.0]), (hash(2), vec![3.0])]));
}

pub async fn many_vectors_at_once(database: &Database) {
    let embeddings = database.storage.embeddings();
    let vectors: Vec<_> = (0..2_500).map(|number| (hash(number), vec![f32::from(number); 8])).collect();
    embeddings.put(&key("m", 8), &vectors).await.unwrap();
    let hashes: Vec<_> = vectors.iter().map(|(hash, _)| *hash).collect();
    assert!(embeddings.get(&key("m", 8), &hashes).await.unwrap() == vectors.into_iter().collect());
}

pub async fn two_processes_may_keep_the_same_vectors(database: &Database) {
    let vectors: Vec<_> = (0..600).map(|number| (hash(number), vec![f32::from(number)])).collect();
    let mut processes = JoinSet::new();
    for round in 0..8 {
        let storage = Arc::clone(if round % 2 == 0 { &database.storage } else { &database.other });
        let mut vectors = vectors.clone();
        vectors.rotate_left(round * 70);
        if round % 4 > 1 {
            vectors.reverse();
        }
        processes.spawn(async move { storage.embeddings().put(&key("m", 1), &vectors).await });
    }
    for outcome in processes.join_all().await {
        outcome.unwrap();
    }
    let hashes: Vec<_> = vectors.iter().map(|(hash, _)| *hash).collect();
    let found = database.other.embeddings().get(&key("m", 1), &hashes).await.unwrap();
    assert!(found == vectors.into_iter().collect());
}
