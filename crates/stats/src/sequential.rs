//! Two ways of serving visitors, judged while they come: statements that stay true however often one looks.
//!
//! A usual p-value holds for one look at a number of visitors fixed beforehand; who looks daily and stops at the first
//! "significant" finds effects in nothing, four times out of ten. Everything here is *anytime-valid*: the probability of
//! *ever* making a false statement, over all looks together, is at most `alpha`. It rests on e-processes: a bet against
//! "no effect" that cannot be expected to win if there is none, so that by Ville's inequality its wealth ever reaches
//! `1 / alpha` with probability at most `alpha` (A. Ramdas, P. Grünwald, V. Vovk and G. Shafer, "Game-theoretic statistics
//! and safe anytime-valid inference", Statistical Science 38 (2023)).
//!
//! Start at [`TwoByTwo`] (is there an effect?) and [`DifferenceSequence`] (how large? for the picture). [`sample_ratio`]
//! says whether the assignment works at all, [`guardrail`] and [`mean_guardrail`] whether something else got worse,
//! [`plan`] how long it will take, before it starts, and [`futility`] whether going on can still pay. Several variants
//! are each compared with control, and [`crate::paired::holm`] works on their p-values.

mod blocks;
mod counts;
mod difference;
mod futility;
mod guardrail;
mod means;
mod naive;
mod plan;
mod sample_ratio;
mod share;
mod two_by_two;

pub use blocks::{Arm, Blocks};
pub use counts::Counts;
pub use difference::{DifferenceSequence, Look, difference_path};
pub use futility::{Futility, Outlook, futility};
pub use guardrail::{GuardrailVerdict, difference_from_counts, guardrail};
pub use means::{Moments, mean_at_least, mean_at_most, mean_guardrail};
pub use naive::naive_z;
pub use plan::{Plan, Planned, plan};
pub use sample_ratio::{Epoch, InvalidEpoch, SampleRatio, sample_ratio};
pub use share::{share_at_least, share_at_most, share_sequence};
pub use two_by_two::TwoByTwo;
