#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may stop at once")]

use std::fs;

use portavoz_domain::ids::DocumentId;
use portavoz_domain::question::{Question, Wants};

use super::*;

fn chunk(document: &str, ordinal: usize, facet: Facet, heading: &str, text: &str) -> Chunk {
    let document = DocumentId::new(document);
    Chunk {
        id: ChunkId::new(&document, ordinal),
        title: format!("Documento {document}"),
        document,
        url: None,
        heading_path: vec![heading.to_owned()],
        facet,
        language: Language::Es,
        text: text.to_owned(),
        question: None,
        span: 0..text.len(),
        page: None,
        tokens: 10,
        priority: 1.0,
    }
}

fn chunks() -> Vec<Chunk> {
    vec![
        chunk(
            "cv.md",
            0,
            Facet::Experience,
            "Acme",
            "Trabajó en Acme con Kubernetes y microservicios durante dos años.",
        ),
        chunk("cv.md", 1, Facet::Education, "Máster", "Estudió un máster en estadística en Barcelona."),
        chunk(
            "rag.md",
            0,
            Facet::Projects,
            "Buscador",
            "Construyó un buscador de contratos con recuperación aumentada.",
        ),
    ]
}

fn vectors() -> VectorSet {
    let rows = [[1.0, 0.0], [0.0, 1.0], [0.7, 0.7]];
    VectorSet {
        embedder: "toy".to_owned(),
        dimensions: 2,
        vectors: rows.iter().map(|row| Some(row.to_vec())).collect(),
        probes: Vec::new(),
    }
}

fn question(text: &str) -> Question {
    Question { text: text.to_owned(), language: Language::Es, carried: None, facets: Vec::new(), wants: Wants::Open }
}

fn best(index: &Index, text: &str) -> String {
    let found = index.search(&question(text), None, 5).unwrap();
    found.hits.first().map(|hit| hit.chunk.id.to_string()).unwrap_or_default()
}

fn folders(root: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_was_built_is_what_is_opened() {
    let root = tempfile::tempdir().unwrap();
    let built = Index::build(root.path(), 7, chunks(), Some(vectors())).unwrap();
    let opened = Index::open_current(root.path()).unwrap().unwrap();
    assert_eq!(opened.generation(), 7);
    assert_eq!(opened.embedder(), Some(("toy", 2)));
    assert_eq!(opened.chunks(), built.chunks());
    assert_eq!(opened.analysis, built.analysis);
    let in_memory = Index::in_memory(7, chunks(), Some(vectors())).unwrap();
    for text in ["¿Dónde usó Kubernetes?", "¿Qué estudió en Barcelona?", "¿Hizo un buscador?", "¿Sabe cocinar?"]
    {
        let expected = in_memory.search(&question(text), None, 3).unwrap();
        assert_eq!(built.search(&question(text), None, 3).unwrap(), expected, "{text}");
        assert_eq!(opened.search(&question(text), None, 3).unwrap(), expected, "{text}");
    }
}

#[test]
fn an_index_never_built_is_absent_and_an_empty_one_finds_nothing() {
    let root = tempfile::tempdir().unwrap();
    assert!(Index::open_current(&root.path().join("none")).unwrap().is_none());
    assert!(Index::open_current(root.path()).unwrap().is_none());
    Index::build(root.path(), 1, Vec::new(), None).unwrap();
    let empty = Index::open_current(root.path()).unwrap().unwrap();
    assert!(empty.is_empty() && empty.topics(3).is_empty());
    let found = empty.search(&question("¿Qué proyectos tiene?"), None, 4).unwrap();
    assert!(found.hits.is_empty() && found.answerable == 0.0);
}

#[test]
fn a_new_generation_replaces_the_old_one_and_sweeping_removes_the_rest() {
    let root = tempfile::tempdir().unwrap();
    let old = Index::build(root.path(), 1, chunks(), None).unwrap();
    let mut changed = chunks();
    changed.truncate(1);
    Index::build(root.path(), 2, changed, None).unwrap();
    fs::create_dir(root.path().join("3-0")).unwrap();
    fs::write(root.path().join("CURRENT.3-0.tmp"), "3-0").unwrap();
    fs::create_dir(root.path().join("not-ours")).unwrap();
    assert_eq!(sweep(root.path()).unwrap(), 2);
    assert_eq!(folders(root.path()), ["2-0", "CURRENT", "not-ours"]);
    assert_eq!(Index::open_current(root.path()).unwrap().unwrap().len(), 1);
    assert_eq!(best(&old, "¿Qué estudió en Barcelona?"), "cv.md#1", "an open index outlives its folder");
}

#[test]
fn sweeping_without_a_current_index_removes_nothing() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("1-0")).unwrap();
    assert_eq!(sweep(root.path()).unwrap(), 0);
    fs::write(root.path().join("CURRENT"), "rubbish").unwrap();
    assert!(matches!(sweep(root.path()), Err(IndexError::Corrupt { .. })));
    assert_eq!(folders(root.path()), ["1-0", "CURRENT"]);
}

#[test]
fn a_crash_before_the_swap_leaves_the_old_index_current() {
    let root = tempfile::tempdir().unwrap();
    Index::build(root.path(), 1, chunks(), None).unwrap();
    // As a crash leaves it: the folder of the next generation is there, in whatever state, and so is a new CURRENT
    // that was not yet renamed.
    let partial = root.path().join("2-0");
    fs::create_dir(&partial).unwrap();
    fs::write(partial.join("chunks.bin"), b"half").unwrap();
    fs::write(root.path().join("CURRENT.2-0.tmp"), "2-").unwrap();
    assert_eq!(Index::open_current(root.path()).unwrap().unwrap().generation(), 1);
    // The next build steps over the leftovers.
    Index::build(root.path(), 2, chunks(), None).unwrap();
    assert_eq!(fs::read_to_string(root.path().join("CURRENT")).unwrap(), "2-1\n");
    assert_eq!(Index::open_current(root.path()).unwrap().unwrap().generation(), 2);
}

#[test]
fn every_torn_or_missing_file_is_noticed() {
    let root = tempfile::tempdir().unwrap();
    Index::build(root.path(), 1, chunks(), Some(vectors())).unwrap();
    let folder = root.path().join("1-0");
    let mut files: Vec<PathBuf> = vec![root.path().join("CURRENT")];
    for path in [folder.clone(), folder.join("full_text")] {
        let listed = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
        files.extend(
            listed.filter(|path| path.is_file() && !path.file_name().unwrap().to_string_lossy().starts_with('.')),
        );
    }
    assert!(files.len() >= 8, "{files:?}");
    let is_corrupt = || matches!(Index::open_current(root.path()), Err(IndexError::Corrupt { .. }));
    for file in files {
        let whole = fs::read(&file).unwrap();
        fs::write(&file, whole.get(..whole.len() / 2).unwrap()).unwrap();
        assert!(is_corrupt(), "{} cut", file.display());
        fs::write(&file, vec![0xff; whole.len()]).unwrap();
        assert!(is_corrupt(), "{} overwritten", file.display());
        if !file.ends_with("CURRENT") {
            fs::remove_file(&file).unwrap();
            assert!(is_corrupt(), "{} missing", file.display());
        }
        fs::write(&file, &whole).unwrap();
        assert!(Index::open_current(root.path()).unwrap().is_some(), "{} restored", file.display());
    }
    fs::remove_dir_all(&folder).unwrap();
    assert!(is_corrupt(), "folder missing");
}

#[test]
fn current_cannot_lead_outside() {
    let root = tempfile::tempdir().unwrap();
    Index::build(root.path(), 1, chunks(), None).unwrap();
    for name in ["../1-0", "", "1-0/full_text", "/etc", "1", "a-b", "1-0\n1-0"] {
        fs::write(root.path().join("CURRENT"), name).unwrap();
        assert!(matches!(Index::open_current(root.path()), Err(IndexError::Corrupt { .. })), "{name:?}");
    }
}

#[test]
fn another_version_is_built_again() {
    let root = tempfile::tempdir().unwrap();
    Index::build(root.path(), 1, chunks(), None).unwrap();
    let manifest = root.path().join("1-0/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    for (ours, other) in [("\"format\": 2", "\"format\": 99"), ("\"analysis\": 1", "\"analysis\": 99")] {
        let changed = text.replace(ours, other);
        assert_ne!(changed, text);
        fs::write(&manifest, changed).unwrap();
        assert!(matches!(Index::open_current(root.path()), Err(IndexError::Corrupt { .. })), "{other}");
    }
}

#[test]
fn malformed_vectors_leave_no_folder_behind() {
    let root = tempfile::tempdir().unwrap();
    let mut wrong = vectors();
    wrong.vectors.pop();
    assert!(matches!(Index::build(root.path(), 1, chunks(), Some(wrong)), Err(IndexError::Vectors(_))));
    assert!(folders(root.path()).is_empty());
}

#[test]
fn chunks_are_found_by_id_and_counted() {
    let index = Index::in_memory(1, chunks(), None).unwrap();
    let id = ChunkId::from_stored("rag.md#0");
    assert_eq!(index.chunk(&id).unwrap().id, id);
    assert!(index.chunk(&ChunkId::from_stored("rag.md#9")).is_none());
    assert_eq!(
        index.counts(),
        Counts {
            documents: 2,
            chunks: 3,
            tokens: 30,
            languages: vec![(Language::Es, 3)],
            facets: vec![(Facet::Experience, 1), (Facet::Projects, 1), (Facet::Education, 1)],
        }
    );
}

#[test]
fn rarer_stems_weigh_more() {
    let index = Index::in_memory(1, chunks(), None).unwrap();
    let (everywhere, once, never) =
        (index.idf("document"), index.idf(&portavoz_text::stem::stem("Kubernetes", Language::Es)), index.idf("cobol"));
    assert!(everywhere < once && once < never, "{everywhere} {once} {never}");
}

#[test]
fn topics_show_the_breadth_and_the_near_ones_first() {
    let index = Index::in_memory(1, chunks(), None).unwrap();
    let names = |topics: Vec<(String, Facet)>| topics.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(index.topics(2)), ["Acme", "Buscador"]);
    assert_eq!(names(index.topics(9)), ["Acme", "Buscador", "Máster"]);
    let near = names(index.nearest_topics(&question("¿Sabe estadística bayesiana?"), 2).unwrap());
    assert_eq!(near.first().unwrap(), "Máster");
    assert_eq!(near.len(), 2);
}
