//! What a set of cases can show at all: the smallest difference it detects, and the cases that would settle one.
//!
//! A comparison that finds nothing says little unless it could have found something; these figures say what.

use crate::Alpha;
use crate::special::{fair_tail, incomplete_beta, ln_choose, normal_quantile, t_quantile};

/// Beyond this many cases the answer is "more than anyone will write"; also what keeps the search short.
const MOST_CASES: u64 = 20_000;

/// How sure a comparison is to be, both ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PowerWanted {
    /// How often a difference may be claimed where there is none; two-sided.
    pub alpha: Alpha,
    /// How often a difference that is there is to be found; cut to 0.5..=0.999.
    pub power: f64,
}

impl Default for PowerWanted {
    /// The usual ones: 5 % and 80 %.
    fn default() -> Self {
        Self { alpha: Alpha::FIVE_PERCENT, power: 0.8 }
    }
}

impl PowerWanted {
    fn tails(self) -> (f64, f64) {
        (1.0 - self.alpha.get() / 2.0, if self.power.is_nan() { 0.8 } else { self.power.clamp(0.5, 0.999) })
    }
}

/// The smallest mean difference that `cases` cases find with the power wanted, where differences have the standard
/// deviation `spread`; in the unit of the metric. `None` with fewer than two cases.
///
/// `(t(1 - alpha/2) + t(power)) spread / sqrt(n)`, quantiles of Student's t with `n - 1` degrees of freedom. Source:
/// H. S. Bloom, "Minimum detectable effects", Evaluation Review 19 (1995). Assumes that the mean is about normal; within
/// some percent of the exact figure from five cases on.
pub fn detectable_mean(cases: u64, spread: f64, wanted: PowerWanted) -> Option<f64> {
    let (sure, power) = wanted.tails();
    let freedom = cases.checked_sub(1).filter(|freedom| *freedom > 0)? as f64;
    Some((t_quantile(sure, freedom) + t_quantile(power, freedom)) * spread.abs() / (cases as f64).sqrt())
}

/// How many cases find a mean `difference` with the power wanted, where differences have the standard deviation
/// `spread`: [`detectable_mean`] turned round. `None` if more than 20 000.
pub fn cases_for_mean(difference: f64, spread: f64, wanted: PowerWanted) -> Option<u64> {
    let enough = |cases| detectable_mean(cases, spread, wanted).is_some_and(|smallest| smallest <= difference.abs());
    first(2, enough)
}

/// How often McNemar's exact test at `alpha` finds a `difference` of shares with `cases` cases, of which the share
/// `discordant` differs between the two ways. `None` if the shares are impossible (`|difference| <= discordant <= 1`).
///
/// The sum over the number `m` of cases that differ, binomial with `discordant`, of the probability that
/// `min(1, 2 P(B <= min(b, m - b))) <= alpha`, with `b` binomial with `m` trials and
/// `(discordant + difference) / (2 discordant)`. Exact; source: S. W. Duffy, "Asymptotic and exact power for the
/// McNemar test and its analogue with R controls per case", Biometrics 40 (1984).
pub fn mcnemar_power(cases: u64, discordant: f64, difference: f64, alpha: Alpha) -> Option<f64> {
    if !(difference.abs() <= discordant && discordant <= 1.0) {
        return None;
    }
    if discordant <= 0.0 || cases == 0 {
        return Some(0.0);
    }
    let tilt = (discordant + difference.abs()) / (2.0 * discordant);
    let n = cases as f64;
    let reach = 8.0 * (n * discordant * (1.0 - discordant)).sqrt() + 8.0;
    let from = (n * discordant - reach).max(0.0) as u64;
    let to = ((n * discordant + reach) as u64).min(cases);
    // The largest minority that still is a verdict; it only grows with the cases that differ.
    let mut minority = (0.5 * from as f64 - 6.0 * (from as f64).sqrt()).max(0.0) as u64;
    let mut power = 0.0;
    for differ in from..=to {
        let verdict = |minority| minority < differ && 2.0 * fair_tail(minority, differ) <= alpha.get();
        while verdict(minority + 1) {
            minority += 1;
        }
        if verdict(minority) {
            let likely = ln_choose(cases, differ)
                + differ as f64 * discordant.ln()
                + if differ == cases { 0.0 } else { (cases - differ) as f64 * (1.0 - discordant).ln() };
            power += likely.exp() * (tail(minority, differ, tilt) + tail(minority, differ, 1.0 - tilt));
        }
    }
    Some(power.min(1.0))
}

/// The smallest difference of shares that McNemar's exact test finds with the power wanted among `cases` cases, of which
/// the share `discordant` differs; to 1e-6. `None` if not even `discordant` itself is found.
pub fn detectable_share(cases: u64, discordant: f64, wanted: PowerWanted) -> Option<f64> {
    let (_, power) = wanted.tails();
    let found = |difference| mcnemar_power(cases, discordant, difference, wanted.alpha).is_some_and(|is| is >= power);
    let (mut low, mut high) = (0.0, discordant);
    if !found(high) {
        return None;
    }
    while high - low > 1e-6 {
        let middle = 0.5 * (low + high);
        if found(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// How many cases let McNemar's exact test find a `difference` of shares with the power wanted, where the share
/// `discordant` of cases differs. `None` if the shares are impossible, or if it takes more than 20 000 cases.
///
/// Searched from the approximation `(z(1 - alpha/2) sqrt(d) + z(power) sqrt(d - difference^2))^2 / difference^2`,
/// `d = discordant`, of R. J. Connor, "Sample size for testing differences in proportions for the paired-sample design",
/// Biometrics 43 (1987), which is for the test without exactness and somewhat too small. The exact power is not quite
/// monotone in the number of cases, so the answer may be off by a case or two.
pub fn cases_for_share(difference: f64, discordant: f64, wanted: PowerWanted) -> Option<u64> {
    let (_, power) = wanted.tails();
    let start = (0.9 * connor(difference, discordant, wanted)).max(1.0);
    if !(start.is_finite() && difference.abs() <= discordant && discordant <= 1.0) || start > MOST_CASES as f64 {
        return None;
    }
    first(start as u64, |cases| {
        mcnemar_power(cases, discordant, difference, wanted.alpha).is_some_and(|is| is >= power)
    })
}

fn connor(difference: f64, discordant: f64, wanted: PowerWanted) -> f64 {
    let (sure, power) = wanted.tails();
    let square = difference * difference;
    let root = normal_quantile(sure) * discordant.sqrt() + normal_quantile(power) * (discordant - square).sqrt();
    root * root / square
}

/// The probability of at most `most` successes in `trials`, each with probability `p`.
fn tail(most: u64, trials: u64, p: f64) -> f64 {
    incomplete_beta(1.0 - p, (trials - most) as f64, most as f64 + 1.0)
}

/// The first number from `start` on that is `enough`, taken that all later ones are too.
fn first(start: u64, enough: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut below, mut high) = (start.saturating_sub(1), start);
    while !enough(high) {
        if high >= MOST_CASES {
            return None;
        }
        below = high;
        high = (high + high / 4 + 1).min(MOST_CASES);
    }
    while high - below > 1 {
        let middle = below + (high - below) / 2;
        if enough(middle) { high = middle } else { below = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paired::mcnemar;

    const USUAL: PowerWanted = PowerWanted { alpha: Alpha::FIVE_PERCENT, power: 0.8 };

    /// R's `power.t.test(n = , sd = 1, power = .8, type = "paired")$delta` (4.2.2), which solves the noncentral t.
    #[test]
    fn the_smallest_mean_is_close_to_the_exact_one() {
        for (cases, exact) in [(5, 1.682), (10, 0.996), (30, 0.529_2), (100, 0.282_9), (1_000, 0.088_69)] {
            let found = detectable_mean(cases, 1.0, USUAL).unwrap();
            assert!((found / exact - 1.0).abs() < 0.03, "{cases}: {found} {exact}");
        }
        assert_eq!(detectable_mean(1, 1.0, USUAL), None);
    }

    #[test]
    fn the_cases_that_settle_a_mean_are_the_first_to_detect_it() {
        let cases = cases_for_mean(-0.05, 0.2, USUAL).unwrap();
        assert!(detectable_mean(cases, 0.2, USUAL).unwrap() <= 0.05);
        assert!(detectable_mean(cases - 1, 0.2, USUAL).unwrap() > 0.05);
        assert_eq!(cases_for_mean(0.0, 0.2, USUAL), None);
        assert_eq!(cases_for_mean(0.5, 0.0, USUAL), Some(2));
    }

    /// All numbers of both kinds, each with its probability and its verdict.
    fn by_counting(cases: u64, discordant: f64, difference: f64) -> f64 {
        let (better, worse) = ((discordant + difference) / 2.0, (discordant - difference) / 2.0);
        let mut power = 0.0;
        for b in 0..=cases {
            for c in 0..=cases - b {
                let ways = ln_choose(cases, b) + ln_choose(cases - b, c);
                let rest = (1.0 - discordant).powi((cases - b - c) as i32);
                let likely = ways.exp() * better.powi(b as i32) * worse.powi(c as i32) * rest;
                power += if mcnemar(b, c) <= 0.05 { likely } else { 0.0 };
            }
        }
        power
    }

    #[test]
    fn the_power_of_mcnemars_test_is_that_of_all_outcomes_counted() {
        for (cases, discordant, difference) in
            [(20, 0.3, 0.2), (60, 0.25, 0.15), (60, 0.25, 0.0), (40, 1.0, 0.4), (30, 0.4, 0.4), (90, 0.05, 0.05)]
        {
            let found = mcnemar_power(cases, discordant, difference, Alpha::FIVE_PERCENT).unwrap();
            let counted = by_counting(cases, discordant, difference);
            assert!((found - counted).abs() < 1e-9, "{cases} {discordant} {difference}: {found} {counted}");
        }
    }

    #[test]
    fn exactness_costs_some_cases_over_connors_formula() {
        for (difference, discordant) in [(0.1, 0.2), (0.1, 0.3), (0.2, 0.3), (0.05, 0.2), (0.03, 0.1)] {
            let cases = cases_for_share(difference, discordant, USUAL).unwrap() as f64;
            let asymptotic = connor(difference, discordant, USUAL);
            assert!(asymptotic <= cases && cases < 1.3 * asymptotic, "{difference} {discordant}: {cases} {asymptotic}");
            let found = detectable_share(cases as u64, discordant, USUAL).unwrap();
            assert!((found / difference - 1.0).abs() < 0.02, "{found} {difference}");
        }
    }

    #[test]
    fn what_no_number_of_cases_can_show_is_said() {
        assert_eq!(cases_for_share(0.0, 0.2, USUAL), None);
        assert_eq!(cases_for_share(0.3, 0.2, USUAL), None);
        assert_eq!(cases_for_share(0.001, 0.5, USUAL), None);
        assert_eq!(detectable_share(5, 0.5, USUAL), None);
        assert_eq!(mcnemar_power(50, 0.2, 0.3, Alpha::FIVE_PERCENT), None);
        assert_eq!(mcnemar_power(50, 0.0, 0.0, Alpha::FIVE_PERCENT), Some(0.0));
    }
}
