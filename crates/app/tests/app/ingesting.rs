//! Documents come, change and go; the index follows, whatever happens on the way.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use portavoz_app::search::search;

use portavoz_app::testing::{DOCUMENTS, LetterEmbedder, Setup, TestSite};
use portavoz_domain::chunk::Chunk;

#[tokio::test]
async fn an_unchanged_folder_is_left_alone() {
    let site = Setup::default().open().await;
    let again = site.ingest().await;
    assert_eq!((again.generation, again.reindexed, again.unchanged), (1, false, DOCUMENTS.len()));
    assert!(again.added.is_empty() && again.changed.is_empty() && again.removed.is_empty());
}

#[tokio::test]
async fn edits_additions_and_deletions_show_in_the_next_search() {
    let site = Setup::default().open().await;
    site.write("rag.md", "# Buscador RAG\n\nLa precisión subió un 55 % en 2023 gracias al sistema RAG.\n");
    site.write("charla.md", "# Charlas\n\nAda dio una charla sobre grafos en Lugo.\n");
    std::fs::remove_file(site.folder.path().join("knowledge/tecnologias.md")).unwrap();
    let report = site.ingest().await;
    let names =
        |ids: &[portavoz_domain::ids::DocumentId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert_eq!(names(&report.added), "charla.md");
    assert_eq!(names(&report.changed), "rag.md");
    assert_eq!(names(&report.removed), "tecnologias.md");
    assert_eq!(report.generation, 2);

    let texts = |found: portavoz_domain::search::SearchResult| {
        found.hits.iter().map(|hit| hit.chunk.text.clone()).collect::<Vec<_>>().join("\n")
    };
    let found = texts(search(&site.site, "precisión RAG", 10).await.unwrap());
    assert!(found.contains("55 %") && !found.contains("40 %"), "{found}");
    let found = texts(search(&site.site, "charla sobre grafos", 10).await.unwrap());
    assert!(found.contains("Lugo"), "{found}");
    let found = texts(search(&site.site, "FastAPI", 10).await.unwrap());
    assert!(!found.contains("FastAPI"), "{found}");
}

#[tokio::test]
async fn a_broken_file_is_named_and_the_rest_is_read() {
    let site = Setup::default().open().await;
    site.write("cv.pdf", "%PDF-1.7 and then nothing of the kind");
    site.write("vacio.md", "  \n");
    let report = site.ingest().await;
    let named: Vec<&str> = report.problems.iter().map(|problem| problem.document.as_str()).collect();
    assert_eq!(named, ["cv.pdf", "vacio.md"]);
    assert_eq!(report.documents, DOCUMENTS.len());
}

fn owned(site: &TestSite) -> Vec<Chunk> {
    site.site.index().chunks().iter().map(|chunk| chunk.as_ref().clone()).collect()
}

#[tokio::test]
async fn vectors_are_asked_for_once_and_never_mixed() {
    let first = LetterEmbedder::named("first");
    let site = Setup { embedder: Some(Arc::clone(&first)), ..Setup::default() }.open().await;
    let chunks = site.site.index().len();
    // Beside the chunks, the few probes that the cosines are learned from: a question and a passage each.
    let probes = portavoz_knowledge::vectors::calibration::probes(&owned(&site)).len();
    assert_eq!(first.texts.load(Ordering::SeqCst), chunks + 2 * probes);
    site.write("rag.md", "# Buscador RAG\n\nOtra frase sobre el sistema RAG y su precisión.\n");
    let report = site.ingest().await.embedding.unwrap();
    assert_eq!((report.embedded, report.cached), (1, site.site.index().len() - 1));
    assert!(report.cost_usd.is_some_and(|cost| cost > 0.0));

    // Another embedder over the same documents: everything is embedded anew, nothing of the first is used.
    let second = LetterEmbedder::named("second");
    let setup =
        Setup { embedder: Some(Arc::clone(&second)), storage: Some(Arc::clone(&site.storage)), ..Setup::default() };
    let site = setup.open_in(site.folder).await;
    let before = search(&site.site, "precisión", 3).await.unwrap();
    assert!(
        before
            .hits
            .iter()
            .flat_map(|hit| &hit.features)
            .all(|feature| feature.name != "cosine" || feature.value == 0.0)
    );
    let report = site.ingest().await;
    assert!(report.reindexed);
    assert_eq!(report.embedding.unwrap().embedded, site.site.index().len());
    assert_eq!(site.site.index().embedder().map(|(name, _)| name.to_owned()), Some("second".to_owned()));
}

#[tokio::test]
async fn a_failing_embedder_costs_the_vectors_and_not_the_documents() {
    let embedder = LetterEmbedder::named("flaky");
    embedder.failing.store(true, Ordering::SeqCst);
    let site = Setup { embedder: Some(Arc::clone(&embedder)), ..Setup::default() }.open().await;
    let report = site.ingest().await;
    assert!(report.problems.iter().any(|problem| problem.cause.contains("no embeddings today")), "{report:?}");
    assert!(!search(&site.site, "precisión RAG", 3).await.unwrap().hits.is_empty());
    embedder.failing.store(false, Ordering::SeqCst);
    let report = site.ingest().await;
    assert!(report.reindexed && report.problems.is_empty());
}

#[tokio::test]
async fn a_lost_or_broken_index_is_built_again_from_the_database() {
    let site = Setup::default().open().await;
    let storage = Arc::clone(&site.storage);
    let folder = site.folder;
    drop(site.site);
    for damage in ["lost", "broken"] {
        let root = folder.path().join("index");
        match damage {
            "lost" => std::fs::remove_dir_all(&root).unwrap(),
            _ => std::fs::write(root.join("CURRENT"), "\u{1}nonsense").unwrap(),
        }
        let setup = Setup { storage: Some(Arc::clone(&storage)), ..Setup::default() };
        let copy = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), copy.path());
        let site = setup.open_in(copy).await;
        assert!(!search(&site.site, "precisión RAG", 3).await.unwrap().hits.is_empty(), "{damage}");
        std::fs::create_dir_all(&root).unwrap();
    }
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn another_process_that_shares_the_database_sees_the_new_documents() {
    let writer = Setup::default().open().await;
    let setup = Setup { storage: Some(Arc::clone(&writer.storage)), documents: false, ..Setup::default() };
    let reader = setup.open_in(tempfile::tempdir().unwrap()).await;
    writer.write("charla.md", "# Charlas\n\nAda dio una charla sobre grafos en Lugo.\n");
    writer.ingest().await;
    assert!(reader.site.refresh().await.unwrap());
    assert!(!reader.site.refresh().await.unwrap(), "once is enough");
    let found = search(&reader.site, "charla sobre grafos", 3).await.unwrap();
    assert!(found.hits[0].chunk.text.contains("Lugo"));
}
