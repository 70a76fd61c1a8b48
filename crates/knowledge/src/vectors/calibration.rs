//! Calibration: what a cosine of this embedder says about these documents, learned without anybody's labels.
//!
//! One model's cosines lie between 0.72 and 0.81, another's between 0.23 and 0.56, so a cosine means nothing alone. Two
//! steps make it mean something. A question's cosines are counted in its own standard deviations above its own mean
//! over all chunks, which no shift or stretch of an embedder's scale can move. And how much that many deviations
//! speak for a passage is learned when the index is built, from the owner's own chunks: a sentence of each of some
//! chunks (or the question of a FAQ entry) is asked of all of them, with its own chunk deprived of it. That is the inverse
//! cloze task of K. Lee, M.-W. Chang and K. Toutanova, "Latent retrieval for weakly supervised open domain question
//! answering", ACL (2019). An embedder that cannot tell chunks apart is thus given little to say.
//!
//! Owns the choice of probes and the curve. Embedding them is ingest's work; `Calibration::learned` is called by the table.

use portavoz_domain::chunk::Chunk;
use portavoz_text::sentences::sentences;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Probes of one index at most: each costs two embedded texts, and the curve has two numbers to learn.
const PROBES: usize = 48;
/// Shorter sentences ("2019 - 2021.") ask nothing.
const LEAST_QUESTION_CHARS: usize = 25;
/// With fewer vectors, deviations say nothing.
const LEAST_VECTORS: usize = 4;
/// Cosines that lie closer together than this are all the same, up to rounding.
const LEAST_DEVIATION: f64 = 1e-4;
/// What a cosine may say at most, in nats: words must be able to disagree.
const BOUNDS: (f32, f32) = (-3.0, 4.0);
/// The prior counts as much as this many probes.
const PRIOR_PROBES: f64 = 6.0;
/// The nearest wrong chunks of a probe that its own passage is told apart from: as many as are shown of a search. Against
/// chunks at random every embedder looks sure of everything.
const RIVALS: usize = 4;
/// Steps of Newton's method; two parameters settle in half as many.
const STEPS: usize = 40;

/// A question that its own passage answers, made from a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The chunk: its place among those given.
    pub chunk: usize,
    /// What to embed as a question.
    pub question: String,
    /// What to embed as the passage that answers it: the chunk without the question.
    pub passage: String,
}

/// The vectors of a [`Probe`].
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddedProbe {
    /// The chunk: its place among those given.
    pub chunk: usize,
    /// The question's vector.
    pub question: Vec<f32>,
    /// The passage's vector.
    pub passage: Vec<f32>,
}

/// Chooses probes among the chunks: by hash, so that an edit of one document changes few of them and most of their
/// vectors are remembered from the last ingest.
pub fn probes(chunks: &[Chunk]) -> Vec<Probe> {
    let mut found: Vec<([u8; 32], Probe)> = chunks
        .iter()
        .enumerate()
        .filter_map(|(place, chunk)| probe(place, chunk))
        .map(|probe| (Sha256::digest(&probe.question).into(), probe))
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.chunk.cmp(&other.1.chunk)));
    found.into_iter().take(PROBES).map(|(_, probe)| probe).collect()
}

fn probe(place: usize, chunk: &Chunk) -> Option<Probe> {
    if let Some(question) = &chunk.question {
        return Some(Probe { chunk: place, question: question.clone(), passage: chunk.embedding_text() });
    }
    let spans = sentences(&chunk.text);
    // A middle sentence: first ones introduce, and last ones often conclude with what stands above.
    let middle = spans.get(spans.len() / 2).filter(|_| spans.len() > 1)?;
    let question = chunk.text.get(middle.clone())?;
    let (before, after) = (chunk.text.get(..middle.start)?, chunk.text.get(middle.end..)?);
    let is_asking = question.chars().count() >= LEAST_QUESTION_CHARS;
    is_asking.then(|| Probe {
        chunk: place,
        question: question.to_owned(),
        passage: format!("{}\n{}{}", chunk.heading(), before, after.trim_start()),
    })
}

/// A logistic curve from standard deviations to nats.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Evidence of a passage as near as the average one.
    base: f32,
    /// Evidence of each standard deviation more.
    slope: f32,
    /// Mean evidence of a passage that answers: what counts as nothing unusual.
    expected: f32,
    /// Probes that it was learned from.
    probes: usize,
}

/// What most embedders come to: learned from nothing.
impl Default for Calibration {
    fn default() -> Self {
        Self { base: -5.0, slope: 1.6, expected: 1.5, probes: 0 }
    }
}

impl Calibration {
    /// What nearness says of a passage's answering, in nats: the logarithm of how much more likely it is so near if it
    /// answers than if it is merely one of the nearest, less what that is for a passage that answers. So a passage as
    /// near as an answer usually is gains nothing, and farther ones lose: the weights of the words, to which this is
    /// added, were fitted on passages that answer, and an embedder that tells little apart takes little away.
    pub fn evidence(&self, deviations: f32) -> f32 {
        self.ratio(deviations) - self.expected
    }

    fn ratio(&self, deviations: f32) -> f32 {
        (self.base + self.slope * deviations).clamp(BOUNDS.0, BOUNDS.1)
    }

    /// Learns the curve from questions, each given as the cosine of its passage and those of all other chunks.
    ///
    /// A logistic regression of "is its passage" on deviations, with the same weight for passages and their rivals, the
    /// nearest other chunks; its score is then the logarithm of the likelihood ratio (J. A. Anderson, "Separate sample
    /// logistic discrimination", Biometrika 59, 1972). A few probes cannot move it far from [`Calibration::default`].
    pub(super) fn learned(asked: impl Iterator<Item = (f32, Vec<f32>)>) -> Self {
        let (mut cases, mut answers) = (Vec::new(), Vec::new());
        for (own, mut others) in asked {
            let all = Spread::of(others.iter().copied().chain([own]));
            let Some(own) = all.deviations(own) else { continue };
            answers.push(own);
            cases.push((f64::from(own), true, 1.0));
            others.sort_by(|one, other| other.total_cmp(one));
            others.truncate(RIVALS);
            let weight = 1.0 / others.len().max(1) as f64;
            let deviations = others.iter().filter_map(|cosine| all.deviations(*cosine));
            cases.extend(deviations.map(|deviations| (f64::from(deviations), false, weight)));
        }
        let (base, slope) = fit(&cases);
        let prior = Self::default();
        let learned = Self { base: base as f32, slope: slope as f32, probes: answers.len(), ..prior };
        let sum: f32 = answers.iter().map(|deviations| learned.ratio(*deviations)).sum();
        let count = answers.len() as f32;
        let expected = (sum + PRIOR_PROBES as f32 * prior.expected) / (count + PRIOR_PROBES as f32);
        Self { expected, ..learned }
    }
}

/// Base and slope of the logistic regression on `(deviations, is its passage, weight)`.
fn fit(cases: &[(f64, bool, f64)]) -> (f64, f64) {
    /// The curvature that one case of weight 1 adds, about: what makes the prior worth so many probes.
    const CURVATURE: f64 = 0.1;
    let prior = Calibration::default();
    let (base_before, slope_before) = (f64::from(prior.base), f64::from(prior.slope));
    let (mut base, mut slope) = (base_before, slope_before);
    let strength = PRIOR_PROBES * CURVATURE;
    for _ in 0..STEPS {
        let (mut down_base, mut down_slope) = (strength * (base_before - base), strength * (slope_before - slope));
        let (mut base_curve, mut mixed, mut slope_curve) = (strength, 0.0, strength);
        for (x, is_own, weight) in cases {
            let p = 1.0 / (1.0 + (-(base + slope * x)).exp());
            let missing = weight * (f64::from(u8::from(*is_own)) - p);
            let curve = weight * p * (1.0 - p);
            down_base += missing;
            down_slope += missing * x;
            base_curve += curve;
            mixed += curve * x;
            slope_curve += curve * x * x;
        }
        let determinant = base_curve * slope_curve - mixed * mixed;
        let step = |value: f64| (value / determinant).clamp(-1.0, 1.0);
        base += step(slope_curve * down_base - mixed * down_slope);
        // Nearer never speaks against a passage.
        slope = (slope + step(base_curve * down_slope - mixed * down_base)).max(0.0);
    }
    (base, slope)
}

/// Mean and standard deviation of a question's cosines.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Spread {
    count: usize,
    sum: f64,
    squares: f64,
}

impl Spread {
    pub fn of(cosines: impl Iterator<Item = f32>) -> Self {
        let mut spread = Self::default();
        cosines.for_each(|cosine| spread.add(cosine));
        spread
    }

    pub fn add(&mut self, cosine: f32) {
        let cosine = f64::from(cosine);
        self.count += 1;
        self.sum += cosine;
        self.squares += cosine * cosine;
    }

    /// How many standard deviations above the mean; `None` if there are too few cosines, or all are the same.
    pub fn deviations(&self, cosine: f32) -> Option<f32> {
        let count = self.count.max(1) as f64;
        let mean = self.sum / count;
        let deviation = (self.squares / count - mean * mean).max(0.0).sqrt();
        let is_spread = self.count >= LEAST_VECTORS && deviation >= LEAST_DEVIATION;
        is_spread.then(|| ((f64::from(cosine) - mean) / deviation) as f32)
    }
}

#[cfg(test)]
mod tests;
