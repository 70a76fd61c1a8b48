#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may stop at once")]

use portavoz_domain::document::Facet;
use portavoz_domain::ids::{ChunkId, DocumentId};
use portavoz_text::language::Language;
use proptest::prelude::*;

use super::*;
use crate::vectors::{VectorSet, VectorTable};

const DIMENSIONS: usize = 24;

/// Numbers that look random, from -1 to 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn vector(&mut self) -> Vec<f32> {
        (0..DIMENSIONS).map(|_| self.next()).collect()
    }

    /// A vector near another: the smaller `distance`, the nearer.
    fn near(&mut self, other: &[f32], distance: f32) -> Vec<f32> {
        other.iter().map(|value| value + distance * self.next()).collect()
    }
}

/// Forty chunks and twenty probes; a probe's question lies at `distance` from its passage.
fn set(distance: f32) -> VectorSet {
    let mut noise = Noise(7);
    let rows: Vec<Vec<f32>> = (0..40).map(|_| noise.vector()).collect();
    let probes = (0..20).map(|chunk| EmbeddedProbe {
        chunk,
        question: noise.near(&rows[chunk], distance),
        passage: rows[chunk].clone(),
    });
    let probes = probes.collect();
    VectorSet {
        embedder: "toy".to_owned(),
        dimensions: DIMENSIONS as u32,
        vectors: rows.into_iter().map(Some).collect(),
        probes,
    }
}

/// The evidence for each of the forty chunks of a question near chunk 30.
fn evidence(set: VectorSet, question: &[f32]) -> Vec<f32> {
    let chunks = set.vectors.len();
    let table = VectorTable::new(set, chunks).unwrap();
    let nearest = table.nearest(question, 3);
    (0..chunks as u32).map(|ordinal| table.evidence(&nearest, ordinal)).collect()
}

fn question(set: &VectorSet) -> Vec<f32> {
    Noise(99).near(set.vectors[30].as_ref().unwrap(), 0.8)
}

/// The same vectors of unit length with one more component, the same for all: every cosine `c` becomes
/// `(c + k^2) / (1 + k^2)`, as of embedders whose vectors all point the same way.
fn shifted(vector: &[f32], k: f32) -> Vec<f32> {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    vector.iter().map(|value| value / length).chain([k]).collect()
}

#[test]
fn another_scale_of_cosines_changes_nothing() {
    let plain = set(0.8);
    let asked = question(&plain);
    // Cosines that would lie around 0 lie around 0.2, 0.5 and 0.8.
    for k in [0.5, 1.0, 2.0] {
        let moved = VectorSet {
            dimensions: plain.dimensions + 1,
            vectors: plain.vectors.iter().flatten().map(|vector| Some(shifted(vector, k))).collect(),
            probes: plain
                .probes
                .iter()
                .map(|probe| EmbeddedProbe {
                    question: shifted(&probe.question, k),
                    passage: shifted(&probe.passage, k),
                    ..*probe
                })
                .collect(),
            embedder: "moved".to_owned(),
        };
        let (before, after) = (evidence(plain.clone(), &asked), evidence(moved, &shifted(&asked, k)));
        for (before, after) in before.iter().zip(&after) {
            assert!((before - after).abs() < 2e-3, "{k}: {before} {after}");
        }
    }
}

/// How far the evidence for chunk 30 lies above that for the best of the others.
fn lead(said: &[f32]) -> f32 {
    let others = said.iter().enumerate().filter(|(place, _)| *place != 30).map(|(_, said)| *said);
    said[30] - others.fold(f32::NEG_INFINITY, f32::max)
}

#[test]
fn an_embedder_that_tells_chunks_apart_is_believed() {
    let near = set(0.8);
    let said = evidence(near.clone(), &question(&near));
    assert!(lead(&said) > 2.0, "{}", lead(&said));
    assert!(said[30] > -0.5, "as near as an answer usually is: {}", said[30]);
}

#[test]
fn an_embedder_that_cannot_tell_chunks_apart_has_little_to_say() {
    let mut blind = set(0.8);
    let mut noise = Noise(3);
    for probe in &mut blind.probes {
        probe.question = noise.vector();
    }
    let said = evidence(blind.clone(), &question(&blind));
    let believed = evidence(set(0.8), &question(&blind));
    assert!(lead(&said) < lead(&believed) / 2.0, "{} {}", lead(&said), lead(&believed));
}

#[test]
fn too_few_chunks_and_missing_vectors_say_nothing() {
    let few = VectorSet { vectors: set(0.8).vectors[..3].to_vec(), probes: Vec::new(), ..set(0.8) };
    assert_eq!(evidence(few, &Noise(1).vector()), [0.0; 3]);
    let mut gap = set(0.8);
    let asked = question(&gap);
    gap.vectors[30] = None;
    assert_eq!(evidence(gap, &asked)[30], 0.0);
}

proptest! {
    #[test]
    fn nearer_never_speaks_against_a_passage(
        asked in proptest::collection::vec((-1.0_f32..1.0, proptest::collection::vec(-1.0_f32..1.0, 4..20)), 0..12),
        one in -5.0_f32..5.0, other in -5.0_f32..5.0,
    ) {
        let calibration = Calibration::learned(asked.into_iter());
        let (low, high) = (calibration.evidence(one.min(other)), calibration.evidence(one.max(other)));
        let widest = BOUNDS.1 - BOUNDS.0;
        prop_assert!(-widest <= low && low <= high && high <= widest);
    }
}

fn chunk(place: usize, text: &str, question: Option<&str>) -> Chunk {
    let document = DocumentId::new("d.md");
    Chunk {
        id: ChunkId::new(&document, place),
        document,
        title: "Título".to_owned(),
        url: None,
        heading_path: Vec::new(),
        facet: Facet::About,
        language: Language::Es,
        text: text.to_owned(),
        question: question.map(str::to_owned),
        span: 0..text.len(),
        page: None,
        tokens: 10,
        priority: 1.0,
    }
}

#[test]
fn a_probe_asks_a_sentence_of_the_passage_without_it() {
    let chunks = [
        chunk(0, "Nació en Ávila. Construye relojes de sol para escuelas. Vive en Soria.", None),
        chunk(1, "Una sola frase que nadie puede sacar de su trozo.", None),
        chunk(2, "Sí. No. Quizá.", None),
        chunk(3, "Los lunes y los jueves.", Some("¿Cuándo abre el taller?")),
    ];
    let mut found = probes(&chunks);
    found.sort_by_key(|probe| probe.chunk);
    let expected = [
        (0, "Construye relojes de sol para escuelas.", "Título\nNació en Ávila. Vive en Soria."),
        (3, "¿Cuándo abre el taller?", "Título\nLos lunes y los jueves."),
    ];
    let found: Vec<(usize, &str, &str)> =
        found.iter().map(|probe| (probe.chunk, probe.question.as_str(), probe.passage.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn an_edit_changes_few_probes() {
    let text = |place: usize| format!("Esto es el trozo {place}. Trata de la materia número {place}. Y termina.");
    let before: Vec<Chunk> = (0..200).map(|place| chunk(place, &text(place), None)).collect();
    // A document more at the beginning moves every other chunk.
    let after: Vec<Chunk> = (300..303).chain(0..200).map(|place| chunk(place, &text(place), None)).collect();
    let questions = |chunks: &[Chunk]| probes(chunks).into_iter().map(|probe| probe.question).collect::<Vec<_>>();
    let (before, after) = (questions(&before), questions(&after));
    assert_eq!(before.len(), PROBES);
    assert!(after.iter().filter(|question| !before.contains(question)).count() <= 3);
}
