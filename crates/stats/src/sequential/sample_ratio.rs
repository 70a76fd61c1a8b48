//! Did the arms get visitors in the proportions planned? If not, something is broken and no result is to be believed.

use crate::Alpha;
use crate::special::ln_gamma;

/// The strength of the Dirichlet prior around the planned shares, as if so many visitors had been seen.
const CONCENTRATION: f64 = 20.0;

/// A time during which the planned shares stayed the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch<'a> {
    /// The planned share of each arm, in any unit (0.9 and 0.1, or 9 and 1).
    pub shares: &'a [f64],
    /// The visitors that each arm got in that time.
    pub visitors: &'a [u64],
}

/// An epoch that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEpoch {
    /// Shares and visitors are not of the same arms.
    #[error("`{shares}` shares for `{visitors}` arms: give one share for each arm")]
    OtherArms {
        /// How many shares.
        shares: usize,
        /// How many arms.
        visitors: usize,
    },
    /// A share is negative or no number, or all are 0.
    #[error("the shares have to be 0 or more, and one of them above 0")]
    Shares,
}

/// How the visitors that the arms got fit the plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleRatio {
    /// The evidence for a mismatch, as the natural logarithm of a Bayes factor; infinite if an arm that should get nobody
    /// got somebody.
    pub log_bayes_factor: f64,
}

impl SampleRatio {
    /// The anytime-valid p-value now, at most 1. The smallest one of all looks is valid too.
    pub fn p(self) -> f64 {
        (-self.log_bayes_factor).exp().min(1.0)
    }

    /// Whether to sound the alarm. Where assignment works, the probability of ever hearing it is at most `alpha`; use
    /// [`Alpha::ONE_PERCENT`], because an alarm stops everything. Once heard it stays: the caller keeps that.
    pub fn alarms(self, alpha: Alpha) -> bool {
        self.log_bayes_factor >= alpha.ln_threshold()
    }
}

/// The sequential test of the planned proportions, over all epochs of an experiment, with any number of arms.
///
/// For each epoch, `Gamma(K) / Gamma(K + n) prod Gamma(K share_i + x_i) / Gamma(K share_i) / prod share_i^x_i`, with
/// `K = 20`: the likelihood of the visitors under shares spread around the plan, against that under the plan. Source:
/// M. Lindon and A. Malek, "Anytime-valid inference for multinomial count data", NeurIPS 35 (2022).
///
/// The epochs are multiplied: at the start of each the factor is 1, and whatever came before, it cannot be expected to
/// grow while assignment works; so the product of all is still a bet that cannot be expected to win. Shares may be
/// changed at any moment, for any reason but the visitor about to be assigned. Assumes that visitors are assigned
/// independently; count each of them once.
pub fn sample_ratio(epochs: &[Epoch<'_>]) -> Result<SampleRatio, InvalidEpoch> {
    let log_bayes_factor = epochs.iter().map(|epoch| of_epoch(*epoch)).sum::<Result<f64, InvalidEpoch>>()?;
    Ok(SampleRatio { log_bayes_factor })
}

fn of_epoch(epoch: Epoch<'_>) -> Result<f64, InvalidEpoch> {
    if epoch.shares.len() != epoch.visitors.len() {
        return Err(InvalidEpoch::OtherArms { shares: epoch.shares.len(), visitors: epoch.visitors.len() });
    }
    let total: f64 = epoch.shares.iter().sum();
    if !(total > 0.0 && total.is_finite()) || epoch.shares.iter().any(|share| *share < 0.0) {
        return Err(InvalidEpoch::Shares);
    }
    let all: u64 = epoch.visitors.iter().sum();
    let mut log_factor = ln_gamma(CONCENTRATION) - ln_gamma(CONCENTRATION + all as f64);
    for (share, visitors) in epoch.shares.iter().map(|share| share / total).zip(epoch.visitors) {
        // An arm that nobody should get and nobody got says nothing, whatever its logarithms.
        if share > 0.0 {
            let seen = *visitors as f64;
            let prior = CONCENTRATION * share;
            log_factor += ln_gamma(prior + seen) - ln_gamma(prior) - seen * share.ln();
        } else if *visitors > 0 {
            return Ok(f64::INFINITY);
        }
    }
    Ok(log_factor)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(shares: &[f64], visitors: &[u64]) -> SampleRatio {
        sample_ratio(&[Epoch { shares, visitors }]).unwrap()
    }

    /// By hand for one visitor: the mixture expects what the plan does. For two of the same arm at 50/50:
    /// `10 * 11 / (20 * 21) / 0.25 = 22 / 21`.
    #[test]
    fn the_first_visitors_give_what_the_formula_gives_by_hand() {
        assert!(of(&[1.0, 1.0], &[1, 0]).log_bayes_factor.abs() < 1e-12);
        let two = of(&[0.5, 0.5], &[2, 0]);
        assert!((two.log_bayes_factor - (22.0_f64 / 21.0).ln()).abs() < 1e-12, "{two:?}");
    }

    #[test]
    fn proportions_as_planned_are_quiet_and_others_sound_the_alarm() {
        for (shares, visitors, alarm) in [
            (&[0.5, 0.5][..], &[520, 480][..], false),
            (&[0.5, 0.5], &[20, 0], true),
            (&[0.5, 0.5], &[1_100, 900], true),
            (&[9.0, 1.0], &[900, 100], false),
            (&[9.0, 1.0], &[800, 200], true),
            (&[1.0, 1.0, 1.0], &[330, 340, 335], false),
            (&[1.0, 1.0, 1.0], &[400, 340, 200], true),
            (&[1.0, 0.0], &[50, 0], false),
            (&[1.0, 0.0], &[50, 1], true),
        ] {
            assert_eq!(of(shares, visitors).alarms(Alpha::ONE_PERCENT), alarm, "{shares:?} {visitors:?}");
        }
    }

    /// 500 at half and half, then 500 at 90/10: as planned, though the sum fits neither plan.
    #[test]
    fn a_change_of_shares_is_no_mismatch() {
        let first = Epoch { shares: &[0.5, 0.5], visitors: &[252, 248] };
        let second = Epoch { shares: &[0.9, 0.1], visitors: &[447, 53] };
        assert!(!sample_ratio(&[first, second]).unwrap().alarms(Alpha::ONE_PERCENT));
        assert!(of(&[0.5, 0.5], &[699, 301]).alarms(Alpha::ONE_PERCENT));
        assert_eq!(sample_ratio(&[]).unwrap().p(), 1.0);
    }

    #[test]
    fn epochs_that_make_no_sense_are_refused() {
        let refusal = |shares, visitors| sample_ratio(&[Epoch { shares, visitors }]).unwrap_err();
        assert_eq!(refusal(&[1.0], &[1, 2]), InvalidEpoch::OtherArms { shares: 1, visitors: 2 });
        assert_eq!(refusal(&[1.0, -0.5], &[1, 2]), InvalidEpoch::Shares);
        assert_eq!(refusal(&[0.0, 0.0], &[1, 2]), InvalidEpoch::Shares);
        assert_eq!(refusal(&[1.0, f64::NAN], &[1, 2]), InvalidEpoch::Shares);
    }

    proptest! {
        /// One step of the martingale: weighed with the planned shares, the next visitor cannot change the factor.
        #[test]
        fn the_next_visitor_changes_nothing_on_average(
            shares in proptest::collection::vec(0.05..1.0, 2..5), visitors in proptest::collection::vec(0_u64..200, 5),
        ) {
            let visitors = &visitors[..shares.len()];
            let now = of(&shares, visitors).log_bayes_factor;
            let total: f64 = shares.iter().sum();
            let mut expected = 0.0;
            for (arm, share) in shares.iter().enumerate() {
                let mut next = visitors.to_vec();
                next[arm] += 1;
                expected += share / total * (of(&shares, &next).log_bayes_factor - now).exp();
            }
            prop_assert!((expected - 1.0).abs() < 1e-9, "{expected}");
        }
    }
}
