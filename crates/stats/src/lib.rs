//! What can honestly be said of measurements: summaries, and intervals that state how sure we are.
//!
//! Pure functions of numbers; no IO, no clock, no randomness, and nothing of portavoz. Each statistic names its source,
//! its formula and its assumptions, and is tested against examples that others published.
//! Start at [`Sample`] (measured values: latencies, costs, scores), then [`wilson`] (yes/no outcomes), [`auroc`] (scores
//! that tell cases apart), [`reliability`](reliability()) (probabilities) and [`bootstrap`](bootstrap()) (everything else).
//! Two ways of answering the same cases are compared by [`paired`];
//! two ways of serving visitors who keep coming, by [`sequential`].

mod alpha;
mod bootstrap;
mod confidence;
mod discrimination;
pub mod paired;
mod proportion;
mod random;
mod ranks;
mod reliability;
mod sample;
pub mod sequential;
mod special;

pub use alpha::{Alpha, InvalidAlpha};
pub use bootstrap::bootstrap;
pub use confidence::Confidence;
pub use discrimination::{Auroc, InvalidScores, auroc, recall_at};
pub use proportion::{InvalidCounts, wilson};
pub use reliability::{Bin, Reliability, reliability};
pub use sample::{InvalidSample, Sample, Summary};

/// A range that covers the true value with the stated confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}
