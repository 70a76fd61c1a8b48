//! Two ways of answering, judged on the same cases: is one better, by how much, and what would it take to know?
//!
//! Everything here assumes that cases are independent of one another and that each was answered both ways; the figure
//! of a case is its difference, "new minus old". Start at [`permutation`] (could chance do this?) and [`bca`] (how large
//! is it?) for scores, at [`mcnemar`] and [`newcombe`] for yes/no outcomes; [`holm`] when several metrics are looked at;
//! [`detectable_mean`],
//! [`cases_for_mean`] and their likes for what a set of cases can show at all. [`kappa`] and [`rank_correlation`]
//! say how far a judge agrees with people. These tests are for a number of cases that was fixed beforehand; for
//! visitors that keep coming there is [`crate::sequential`].

mod bca;
mod correlation;
mod holm;
mod kappa;
mod mcnemar;
mod newcombe;
mod permutation;
mod power;

pub use bca::{Bca, Bootstrap, bca, bca_from};
pub use correlation::{RankCorrelation, rank_correlation};
pub use holm::holm;
pub use kappa::{Kappa, kappa};
pub use mcnemar::mcnemar;
pub use newcombe::{PairedCounts, newcombe};
pub use permutation::{Permutation, permutation};
pub use power::{PowerWanted, cases_for_mean, cases_for_share, detectable_mean, detectable_share, mcnemar_power};
