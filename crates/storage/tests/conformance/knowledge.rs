//! Documents, chunks and problems.

use std::sync::Arc;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Problem;
use portavoz_domain::ids::{DocumentId, SiteId};
use portavoz_storage::{DocumentEntry, IngestedDocument, KnowledgeChange, Storage, StorageError};
use tokio::task::JoinSet;

use crate::Database;
use crate::samples::{NOW, document, later, other_site, site};

fn upsert(documents: impl Into<Vec<IngestedDocument>>) -> KnowledgeChange {
    KnowledgeChange { upserts: documents.into(), ..KnowledgeChange::default() }
}

fn problem(document: &str, cause: &str) -> Problem {
    Problem { document: DocumentId::new(document), cause: cause.to_owned(), skipped: cause.len() > 5 }
}

async fn apply(storage: &dyn Storage, change: &KnowledgeChange) -> u64 {
    storage.knowledge().apply(&site(), change, NOW).await.unwrap()
}

async fn chunks(storage: &dyn Storage, site: &SiteId) -> (u64, Vec<Chunk>) {
    storage.knowledge().chunks(site).await.unwrap()
}

pub async fn a_site_without_documents_has_generation_zero(database: &Database) {
    let knowledge = database.storage.knowledge();
    assert_eq!(knowledge.generation(&site()).await.unwrap(), 0);
    assert_eq!(chunks(&*database.storage, &site()).await, (0, Vec::new()));
    assert_eq!(knowledge.documents(&site()).await.unwrap(), []);
    assert_eq!(knowledge.problems(&site()).await.unwrap(), []);
    assert_eq!(knowledge.document(&site(), &DocumentId::new("cv.md")).await.unwrap(), None);
}

pub async fn a_document_reads_back_whole(database: &Database) {
    let full = document("cv.md", 1, 3);
    let mut bare = document("notas/sin nada.txt", 2, 0);
    bare.document.url = None;
    bare.document.facet = None;
    bare.document.tags = Vec::new();
    bare.document.blocks = Vec::new();
    bare.document.text = String::new();
    assert_eq!(apply(&*database.storage, &upsert([full.clone(), bare.clone()])).await, 1);

    let knowledge = database.storage.knowledge();
    for ingested in [&full, &bare] {
        let found = knowledge.document(&site(), &ingested.document.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&ingested.document));
    }
    let entry = |ingested: &IngestedDocument, chunks, tokens| DocumentEntry {
        id: ingested.document.id.clone(),
        hash: ingested.hash,
        title: ingested.document.title.clone(),
        chunks,
        tokens,
    };
    assert_eq!(knowledge.documents(&site()).await.unwrap(), [entry(&full, 3, 120), entry(&bare, 0, 0)]);
    assert_eq!(chunks(&*database.storage, &site()).await, (1, full.chunks));
}

pub async fn a_changed_document_replaces_the_old_one(database: &Database) {
    let storage = &*database.storage;
    let kept = document("a.md", 1, 2);
    apply(storage, &upsert([kept.clone(), document("b.md", 1, 5)])).await;
    let changed = document("b.md", 2, 1);
    assert_eq!(apply(storage, &upsert([changed.clone()])).await, 2);

    assert_eq!(chunks(storage, &site()).await, (2, [kept.chunks, changed.chunks].concat()));
    let found = storage.knowledge().document(&site(), &changed.document.id).await.unwrap();
    assert_eq!(found, Some(changed.document));
}

pub async fn a_deleted_document_goes_with_its_chunks(database: &Database) {
    let storage = &*database.storage;
    let kept = document("a.md", 1, 2);
    apply(storage, &upsert([kept.clone(), document("b.md", 1, 5)])).await;
    let deletes = vec![DocumentId::new("b.md"), DocumentId::new("never-there.md")];
    assert_eq!(apply(storage, &KnowledgeChange { deletes, ..KnowledgeChange::default() }).await, 2);

    assert_eq!(chunks(storage, &site()).await, (2, kept.chunks));
    assert_eq!(storage.knowledge().documents(&site()).await.unwrap().len(), 1);
    assert_eq!(storage.knowledge().document(&site(), &DocumentId::new("b.md")).await.unwrap(), None);
}

pub async fn problems_alone_keep_the_generation(database: &Database) {
    let storage = &*database.storage;
    let first = KnowledgeChange { problems: vec![problem("b.pdf", "broken"), problem("a.pdf", "odd")], ..upsert([]) };
    assert_eq!(apply(storage, &first).await, 0);
    let found = storage.knowledge().problems(&site()).await.unwrap();
    assert_eq!(found, [problem("a.pdf", "odd"), problem("b.pdf", "broken")]);

    let with_document = KnowledgeChange { upserts: vec![document("a.md", 1, 1)], ..first };
    assert_eq!(apply(storage, &with_document).await, 1);
    let second =
        KnowledgeChange { problems: vec![problem("c.pdf", "second"), problem("c.pdf", "after")], ..upsert([]) };
    assert_eq!(apply(storage, &second).await, 1);
    let found = storage.knowledge().problems(&site()).await.unwrap();
    assert_eq!(found, [problem("c.pdf", "second"), problem("c.pdf", "after")], "in the order of the ingest");
    assert_eq!(apply(storage, &upsert([])).await, 1);
    assert_eq!(storage.knowledge().problems(&site()).await.unwrap(), []);
    assert_eq!(chunks(storage, &site()).await.1.len(), 1);
}

pub async fn documents_and_chunks_come_in_order(database: &Database) {
    let storage = &*database.storage;
    // By bytes: capitals first, accents last, whatever the server's locale says.
    let names = ["B.md", "a.md", "a.md.bak", "ab.md", "z.md", "á.md"];
    let scrambled = ["z.md", "a.md.bak", "á.md", "B.md", "ab.md", "a.md"];
    apply(storage, &upsert(scrambled.map(|name| document(name, 1, 12)))).await;

    let documents = storage.knowledge().documents(&site()).await.unwrap();
    let ids: Vec<_> = documents.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, names);
    let expected: Vec<_> = names.iter().flat_map(|name| document(name, 1, 12).chunks).collect();
    assert_eq!(chunks(storage, &site()).await.1, expected, "chunk 10 stands after chunk 9, not after chunk 1");
}

pub async fn of_a_document_given_twice_the_last_counts(database: &Database) {
    let storage = &*database.storage;
    let last = document("a.md", 2, 1);
    let change = KnowledgeChange {
        upserts: vec![document("a.md", 1, 3), last.clone()],
        deletes: vec![DocumentId::new("a.md")],
        problems: Vec::new(),
    };
    assert_eq!(apply(storage, &change).await, 1);
    assert_eq!(chunks(storage, &site()).await, (1, last.chunks));
}

pub async fn a_chunk_of_another_document_conflicts_and_nothing_is_written(database: &Database) {
    let storage = &*database.storage;
    let good = document("a.md", 1, 1);
    let mut bad = document("b.md", 1, 2);
    bad.chunks[1].document = DocumentId::new("a.md");
    let result = storage.knowledge().apply(&site(), &upsert([good, bad]), NOW).await;
    assert!(matches!(&result, Err(StorageError::Conflict(text)) if text.contains("`b.md#1`")), "{result:?}");
    assert_eq!(chunks(storage, &site()).await, (0, Vec::new()));
    assert_eq!(storage.knowledge().documents(&site()).await.unwrap(), []);
}

pub async fn sites_have_their_own_knowledge(database: &Database) {
    let knowledge = database.storage.knowledge();
    let here = KnowledgeChange { problems: vec![problem("x.pdf", "odd")], ..upsert([document("a.md", 1, 1)]) };
    knowledge.apply(&site(), &here, NOW).await.unwrap();
    knowledge.apply(&site(), &here, NOW).await.unwrap();
    let there = document("a.md", 9, 2);
    assert_eq!(knowledge.apply(&other_site(), &upsert([there.clone()]), later(1)).await.unwrap(), 1);

    assert_eq!(knowledge.generation(&site()).await.unwrap(), 2);
    assert_eq!(chunks(&*database.storage, &other_site()).await, (1, there.chunks));
    assert_eq!(knowledge.problems(&other_site()).await.unwrap(), []);
    let delete = KnowledgeChange { deletes: vec![DocumentId::new("a.md")], ..KnowledgeChange::default() };
    knowledge.apply(&other_site(), &delete, later(2)).await.unwrap();
    assert_eq!(chunks(&*database.storage, &site()).await.1, document("a.md", 1, 1).chunks);
    assert_eq!(knowledge.problems(&site()).await.unwrap().len(), 1);
}

pub async fn another_process_sees_the_change(database: &Database) {
    apply(&*database.storage, &upsert([document("a.md", 1, 2)])).await;
    assert_eq!(database.other.knowledge().generation(&site()).await.unwrap(), 1);
    assert_eq!(chunks(&*database.other, &site()).await.1, document("a.md", 1, 2).chunks);
}

pub async fn ingests_at_once_get_generations_of_their_own(database: &Database) {
    let mut ingests = JoinSet::new();
    for number in 0..12_u8 {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        ingests.spawn(async move { apply(&*storage, &upsert([document("a.md", number, 3)])).await });
    }
    let mut generations = ingests.join_all().await;
    generations.sort_unstable();
    assert_eq!(generations, (1..=12).collect::<Vec<_>>());
    assert_eq!(chunks(&*database.storage, &site()).await.1.len(), 3);
}

pub async fn chunks_and_generation_belong_together(database: &Database) {
    let writer = Arc::clone(&database.other);
    // Generation g has g chunks, so that a mixture would show.
    let mut ingests = JoinSet::new();
    let ingest = ingests.spawn(async move {
        for version in 1..=30_u8 {
            apply(&*writer, &upsert([document("a.md", version, usize::from(version))])).await;
        }
    });
    while !ingest.is_finished() {
        let (generation, chunks) = chunks(&*database.storage, &site()).await;
        assert_eq!(chunks.len() as u64, generation);
    }
    ingests.join_all().await;
}

pub async fn ten_thousand_chunks_come_back(database: &Database) {
    let documents: Vec<_> = (0..20).map(|number| document(&format!("{number:02}.md"), 1, 500)).collect();
    apply(&*database.storage, &upsert(documents.clone())).await;
    let expected: Vec<_> = documents.into_iter().flat_map(|ingested| ingested.chunks).collect();
    assert!(chunks(&*database.storage, &site()).await.1 == expected);
}

pub async fn any_document_text_can_be_kept(database: &Database) {
    let text = "a\0🦕\0z".to_owned();
    let mut ingested = document("raro\0.md", 1, 1);
    ingested.document.text.clone_from(&text);
    ingested.document.title.clone_from(&text);
    ingested.chunks[0].text = text;
    let mut change = upsert([ingested.clone()]);
    change.problems = vec![problem("raro\0.md", "nul\0")];
    apply(&*database.storage, &change).await;

    let knowledge = database.storage.knowledge();
    let found = knowledge.document(&site(), &ingested.document.id).await.unwrap().unwrap();
    assert_eq!(found.text.len(), ingested.document.text.len(), "spans into the text stay right");
    assert_eq!((found.id.as_str(), found.text.as_str(), found.title.as_str()), ("raro .md", "a 🦕 z", "a 🦕 z"));
    assert_eq!(chunks(&*database.storage, &site()).await.1[0].text, "a 🦕 z");
    assert_eq!(knowledge.problems(&site()).await.unwrap(), [problem("raro .md", "nul ")]);
    let delete = KnowledgeChange { deletes: vec![ingested.document.id], ..KnowledgeChange::default() };
    apply(&*database.storage, &delete).await;
    assert_eq!(knowledge.documents(&site()).await.unwrap(), []);
}
