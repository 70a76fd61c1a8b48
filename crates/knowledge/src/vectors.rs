//! Vectors: exact cosine search over all chunks, with our own dot product.
//!
//! Owns the table of vectors in memory and as bytes. Vectors are made elsewhere; here they are only normalised,
//! compared and ranked. Exact search is quick enough up to 100k chunks and has no recall to lose. What a cosine says of a
//! passage is learned in [`calibration`]. Start at [`VectorTable`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use calibration::{Calibration, EmbeddedProbe, Spread};
use serde::{Deserialize, Serialize};

pub mod calibration;

/// Vectors as ingest hands them over.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorSet {
    /// Name of the model that made them.
    pub embedder: String,
    /// Length of each.
    pub dimensions: u32,
    /// One entry per chunk, in the chunks' order; `None` where a chunk has no vector yet.
    pub vectors: Vec<Option<Vec<f32>>>,
    /// What the embedder's cosines are learned from; without any, they are taken for those of most embedders.
    pub probes: Vec<EmbeddedProbe>,
}

/// A question's vector, with the name of the model that made it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueryVector<'a> {
    /// Name of the model.
    pub embedder: &'a str,
    /// The vector; need not be normalised.
    pub values: &'a [f32],
}

/// The model of a table's vectors, as an index stores it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredModel {
    /// Its name.
    pub model: String,
    /// Length of each vector.
    pub dimensions: usize,
    /// What its cosines say of these chunks.
    pub calibration: Calibration,
}

/// Vectors of unit length, one row per chunk.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorTable {
    embedder: String,
    dimensions: usize,
    values: Vec<f32>,
    calibration: Calibration,
}

/// A vector of a [`VectorSet`] cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidVectors {
    /// Not one entry per chunk.
    #[error("{vectors} vectors were given for {chunks} chunks")]
    WrongCount {
        /// Entries given.
        vectors: usize,
        /// Chunks there are.
        chunks: usize,
    },
    /// A vector of another length, or with numbers that are not finite.
    #[error("vector {position} is not {dimensions} finite numbers")]
    Malformed {
        /// Which, from 0.
        position: usize,
        /// The length it should have.
        dimensions: usize,
    },
    /// Zero dimensions.
    #[error("vectors need at least one dimension")]
    NoDimensions,
}

/// The nearest chunks, and what it takes to judge any other.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Nearest {
    /// Chunk ordinal and cosine, best first; ties by ordinal.
    pub top: Vec<(u32, f32)>,
    /// The question's vector, of unit length.
    query: Vec<f32>,
    /// How the cosines of all chunks with a vector lie.
    spread: Spread,
}

impl VectorTable {
    /// Checks and normalises a set for `chunks` chunks. A vector of length zero counts as missing.
    pub fn new(set: VectorSet, chunks: usize) -> Result<Self, InvalidVectors> {
        let dimensions = usize::try_from(set.dimensions).unwrap_or(usize::MAX);
        if dimensions == 0 {
            return Err(InvalidVectors::NoDimensions);
        }
        if set.vectors.len() != chunks {
            return Err(InvalidVectors::WrongCount { vectors: set.vectors.len(), chunks });
        }
        let mut values = Vec::with_capacity(chunks.saturating_mul(dimensions));
        for (position, vector) in set.vectors.iter().enumerate() {
            match vector {
                None => values.resize(values.len() + dimensions, 0.0),
                Some(vector) if vector.len() == dimensions && vector.iter().all(|value| value.is_finite()) => {
                    values.extend(normalised(vector));
                }
                Some(_) => return Err(InvalidVectors::Malformed { position, dimensions }),
            }
        }
        let mut table = Self { embedder: set.embedder, dimensions, values, calibration: Calibration::default() };
        table.calibration = Calibration::learned(set.probes.iter().filter_map(|probe| table.asked(probe)));
        Ok(table)
    }

    /// Reads what [`Self::to_bytes`] wrote; `None` if the length does not fit.
    pub fn from_bytes(model: StoredModel, chunks: usize, bytes: &[u8]) -> Option<Self> {
        let StoredModel { model: embedder, dimensions, calibration } = model;
        let expected = chunks.checked_mul(dimensions)?.checked_mul(size_of::<f32>())?;
        if dimensions == 0 || bytes.len() != expected {
            return None;
        }
        let (words, _) = bytes.as_chunks::<4>();
        let values = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        Some(Self { embedder, dimensions, values, calibration })
    }

    /// What is stored of the model beside the rows.
    pub fn model(&self) -> StoredModel {
        let (dimensions, calibration) = (self.dimensions, self.calibration);
        StoredModel { model: self.embedder.clone(), dimensions, calibration }
    }

    /// All rows, little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    /// Name of the model that made them.
    pub fn embedder(&self) -> &str {
        &self.embedder
    }

    /// Length of each.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The `limit` chunks nearest to `query`, which must have the table's dimensions (otherwise nothing is near).
    pub fn nearest(&self, query: &[f32], limit: usize) -> Nearest {
        if query.len() != self.dimensions {
            return Nearest::default();
        }
        let query: Vec<f32> = normalised(query).collect();
        let mut heap: BinaryHeap<Reverse<Scored>> = BinaryHeap::with_capacity(limit + 1);
        let mut spread = Spread::default();
        for (ordinal, row) in (0_u32..).zip(self.values.chunks_exact(self.dimensions)) {
            let Some(cosine) = cosine(&query, row) else { continue };
            spread.add(cosine);
            heap.push(Reverse(Scored { cosine, ordinal }));
            if heap.len() > limit {
                heap.pop();
            }
        }
        let mut top: Vec<Scored> = heap.into_iter().map(|Reverse(scored)| scored).collect();
        top.sort_by(|one, other| other.cmp(one));
        Nearest { top: top.into_iter().map(|scored| (scored.ordinal, scored.cosine)).collect(), query, spread }
    }

    /// What the nearness of a chunk to the question says for its answering it, in nats: the logarithm of how much more
    /// likely it is so near if it does. 0 if nothing is known: no vector, or too few chunks to compare with.
    pub fn evidence(&self, nearest: &Nearest, ordinal: u32) -> f32 {
        let row = usize::try_from(ordinal).ok().and_then(|ordinal| self.row(ordinal));
        let cosine = row.filter(|row| row.len() == nearest.query.len()).and_then(|row| cosine(&nearest.query, row));
        let deviations = cosine.and_then(|cosine| nearest.spread.deviations(cosine));
        deviations.map_or(0.0, |deviations| self.calibration.evidence(deviations))
    }

    fn row(&self, place: usize) -> Option<&[f32]> {
        let start = place.checked_mul(self.dimensions)?;
        self.values.get(start..start.checked_add(self.dimensions)?)
    }

    /// The cosine of a probe's own passage, and those of all other chunks.
    fn asked(&self, probe: &EmbeddedProbe) -> Option<(f32, Vec<f32>)> {
        let fits = |vector: &[f32]| vector.len() == self.dimensions && vector.iter().all(|value| value.is_finite());
        if !fits(&probe.question) || !fits(&probe.passage) {
            return None;
        }
        let question: Vec<f32> = normalised(&probe.question).collect();
        let own: Vec<f32> = normalised(&probe.passage).collect();
        let others = self.values.chunks_exact(self.dimensions).enumerate().filter(|(place, _)| *place != probe.chunk);
        let others = others.filter_map(|(_, row)| cosine(&question, row)).collect();
        Some((cosine(&question, &own)?, others))
    }
}

/// The cosine of two vectors of unit length; `None` if the second is missing.
fn cosine(query: &[f32], row: &[f32]) -> Option<f32> {
    let cosine = dot(query, row);
    (cosine != 0.0 || row.iter().any(|value| *value != 0.0)).then_some(cosine)
}

/// Greater is better: higher cosine, then lower ordinal.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scored {
    cosine: f32,
    ordinal: u32,
}

impl Eq for Scored {}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scored {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.cosine.total_cmp(&other.cosine).then(other.ordinal.cmp(&self.ordinal))
    }
}

fn normalised(vector: &[f32]) -> impl Iterator<Item = f32> {
    let length = dot(vector, vector).sqrt();
    let scale = if length > 0.0 { length.recip() } else { 0.0 };
    vector.iter().map(move |value| value * scale)
}

/// Eight sums side by side, so that the compiler can use vector registers without reordering any of them.
fn dot(one: &[f32], other: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0_f32; LANES];
    let (one_lanes, one_rest) = one.as_chunks::<LANES>();
    let (other_lanes, other_rest) = other.as_chunks::<LANES>();
    for (one, other) in one_lanes.iter().zip(other_lanes) {
        for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
            *sum += one * other;
        }
    }
    let rest: f32 = one_rest.iter().zip(other_rest).map(|(one, other)| one * other).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at once")]
mod tests {
    use super::*;

    fn set(vectors: Vec<Option<Vec<f32>>>, dimensions: u32) -> VectorSet {
        VectorSet { embedder: "toy".to_owned(), dimensions, vectors, probes: Vec::new() }
    }

    #[test]
    fn the_nearest_come_first_and_ties_go_to_the_lower_ordinal() {
        let vectors =
            vec![Some(vec![0.0, 2.0]), Some(vec![3.0, 0.0]), None, Some(vec![1.0, 0.0]), Some(vec![1.0, 1.0])];
        let table = VectorTable::new(set(vectors, 2), 5).unwrap();
        let found = table.nearest(&[5.0, 0.0], 3);
        let ordinals: Vec<u32> = found.top.iter().map(|(ordinal, _)| *ordinal).collect();
        assert_eq!(ordinals, [1, 3, 4]);
        assert!((found.top.first().unwrap().1 - 1.0).abs() < 1e-6);
        // Cosines are 0, 1, 1 and 0.7071; the missing vector is not one of them.
        let deviations = found.spread.deviations(1.0).unwrap();
        assert!((deviations - (1.0 - 0.676_776) / 0.408_9).abs() < 1e-3, "{deviations}");
    }

    #[test]
    fn bytes_give_back_the_same_table() {
        let vectors =
            (0..7_u8).map(|row| Some((0..19_u8).map(|column| f32::from(row * 3 + column) - 9.0).collect())).collect();
        let table = VectorTable::new(set(vectors, 19), 7).unwrap();
        let (bytes, model) = (table.to_bytes(), table.model());
        assert_eq!(VectorTable::from_bytes(model.clone(), 7, &bytes), Some(table));
        assert_eq!(VectorTable::from_bytes(model.clone(), 7, bytes.get(1..).unwrap()), None);
        assert_eq!(VectorTable::from_bytes(model.clone(), 8, &bytes), None);
        assert_eq!(VectorTable::from_bytes(StoredModel { dimensions: 0, ..model }, 0, &[]), None);
    }

    #[test]
    fn malformed_vectors_are_refused() {
        for (vectors, dimensions) in
            [(vec![Some(vec![1.0])], 2), (vec![Some(vec![f32::NAN, 1.0])], 2), (vec![], 2), (vec![Some(vec![])], 0)]
        {
            assert!(VectorTable::new(set(vectors.clone(), dimensions), 1).is_err(), "{vectors:?}");
        }
    }

    #[test]
    fn a_query_of_other_dimensions_is_near_to_nothing() {
        let table = VectorTable::new(set(vec![Some(vec![1.0, 0.0])], 2), 1).unwrap();
        assert_eq!(table.nearest(&[1.0], 5), Nearest::default());
    }

    #[test]
    fn the_dot_product_is_the_plain_one() {
        for length in [0_u8, 1, 7, 8, 9, 33] {
            let one: Vec<f32> = (0..length).map(f32::from).collect();
            let other: Vec<f32> = (0..length).map(|value| 1.0 - f32::from(value)).collect();
            let plain: f32 = one.iter().zip(&other).map(|(one, other)| one * other).sum();
            assert!((dot(&one, &other) - plain).abs() <= plain.abs() * 1e-5, "{length}");
        }
    }
}
