//! What the statistics promise, tried: thousands of made-up experiments with a known truth, from fixed seeds.
//!
//! Each test prints its rows of the table in `docs/statistics.md`, and fails if the document says something else;
//! `cargo nextest run -E 'binary(simulations)' --no-capture` shows them. The column after `±` is two standard errors of
//! the simulation itself.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, reason = "a test")]

use portavoz_stats::paired::{Bootstrap, bca, permutation};
use portavoz_stats::sequential::{
    Arm, Blocks, Counts, DifferenceSequence, Epoch, GuardrailVerdict, Moments, Plan, TwoByTwo, guardrail,
    mean_guardrail, naive_z, plan, sample_ratio, share_sequence,
};
use portavoz_stats::{Alpha, Confidence};

const ALPHA: Alpha = Alpha::FIVE_PERCENT;

/// SplitMix64, as in the crate, which keeps its own to itself.
struct Chance(u64);

impl Chance {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A standard normal value: G. E. P. Box and M. E. Muller, Annals of Mathematical Statistics 29 (1958).
    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// A visitor: assigned to the variant with probability `to_variant`, successful with the share of the arm.
    fn visitor(&mut self, to_variant: f64, shares: (f64, f64)) -> (Arm, bool) {
        let arm = if self.happens(to_variant) { Arm::Variant } else { Arm::Control };
        (arm, self.happens(if arm == Arm::Control { shares.0 } else { shares.1 }))
    }
}

/// The share of `times` runs in which something happened, each run with its own seed, printed as a row of the table.
fn share_of(times: u32, what: &str, mut happened: impl FnMut(&mut Chance) -> bool) -> f64 {
    let hits = (0..times).filter(|run| happened(&mut Chance(0x5eed + u64::from(*run) * 7_919))).count();
    row(what, hits as f64 / f64::from(times), times)
}

fn row(what: &str, share: f64, times: u32) -> f64 {
    let error = 2.0 * (share * (1.0 - share) / f64::from(times)).sqrt();
    println!("| {what:<76} | {:5.1} % | ± {:3.1} |", 100.0 * share, 100.0 * error);
    let document = include_str!("../../../docs/statistics.md");
    let stated = document.lines().find_map(|line| {
        let mut cells = line.split('|').map(str::trim).skip_while(|cell| cell.is_empty());
        (cells.next() == Some(what)).then(|| cells.next()?.strip_suffix(" %")?.parse::<f64>().ok())?
    });
    // A mathematics library that rounds otherwise may turn a few runs.
    let close = stated.is_some_and(|stated| (stated / 100.0 - share).abs() <= error + 0.001);
    assert!(close, "docs/statistics.md says {stated:?} of `{what}`: copy the row that was printed");
    share
}

/// The visitors of an experiment, counted by arm.
#[derive(Default)]
struct Tally {
    control: (u64, u64),
    variant: (u64, u64),
}

impl Tally {
    fn add(&mut self, (arm, success): (Arm, bool)) {
        let counts = if arm == Arm::Control { &mut self.control } else { &mut self.variant };
        counts.0 += u64::from(success);
        counts.1 += 1;
    }

    fn counts(&self) -> (Counts, Counts) {
        (Counts::new(self.control.0, self.control.1).unwrap(), Counts::new(self.variant.0, self.variant.1).unwrap())
    }
}

#[test]
fn false_verdicts_of_the_e_process_stay_below_alpha_where_peeking_at_the_z_test_does_not() {
    for (share, to_variant, blocks) in
        [(0.70, 0.5, Blocks::EVEN), (0.95, 0.5, Blocks::EVEN), (0.70, 0.1, Blocks::new(9, 1))]
    {
        let times = 2_000;
        let (mut verdicts, mut naive) = (0, 0);
        for run in 0..times {
            let mut chance = Chance(u64::from(run) * 104_729);
            let (mut test, mut tally, mut fooled) = (TwoByTwo::new(blocks), Tally::default(), false);
            for visitor in 1..=2_000 {
                let (arm, success) = chance.visitor(to_variant, (share, share));
                test.observe(arm, success);
                tally.add((arm, success));
                let (control, variant) = tally.counts();
                fooled |= visitor % 10 == 0 && naive_z(control, variant).is_some_and(|p| p <= 0.05);
            }
            verdicts += u32::from(test.rejects(ALPHA));
            naive += u32::from(fooled);
        }
        let what = |test| format!("no effect ({share} in both arms, {to_variant} to the variant): {test}");
        let verdicts = row(&what("e-process"), f64::from(verdicts) / f64::from(times), times);
        let naive = row(&what("z-test, peeking"), f64::from(naive) / f64::from(times), times);
        assert!(verdicts <= 0.05, "{verdicts}");
        assert!(naive > 0.3, "{naive}");
    }
}

#[test]
fn effects_are_found_as_often_as_research_says() {
    let verdict_within_600 = |shares: (f64, f64)| {
        move |chance: &mut Chance| {
            let visitors = (0..300).flat_map(|_| {
                let pair = [(Arm::Control, chance.happens(shares.0)), (Arm::Variant, chance.happens(shares.1))];
                pair.into_iter()
            });
            TwoByTwo::after(Blocks::EVEN, visitors.collect::<Vec<_>>()).rejects(ALPHA)
        }
    };
    let small = share_of(2_000, "0.70 against 0.80, verdict within 300 an arm", verdict_within_600((0.7, 0.8)));
    let large = share_of(2_000, "0.70 against 0.90, verdict within 300 an arm", verdict_within_600((0.7, 0.9)));
    assert!((0.27..0.37).contains(&small), "{small}");
    assert!(large > 0.98, "{large}");
}

#[test]
fn a_plan_says_what_then_happens() {
    let wanted = Plan { base: 0.7, effect: 0.1, alpha: ALPHA, blocks: Blocks::EVEN, seed: 1 };
    let planned = plan(&wanted).unwrap();
    let within = planned.at_80_percent().unwrap();
    let what = format!("0.70 against 0.80, verdict within the {within} visitors planned for 80 %");
    let found = share_of(1_000, &what, |chance| {
        let visitors: Vec<_> = (0..within).map(|_| chance.visitor(0.5, (0.7, 0.8))).collect();
        TwoByTwo::after(Blocks::EVEN, visitors).rejects(ALPHA)
    });
    assert!((0.72..0.88).contains(&found), "{found}");
}

#[test]
fn the_confidence_sequence_never_loses_the_true_difference_too_often() {
    for (shares, to_variant, blocks) in
        [((0.70, 0.70), 0.5, Blocks::EVEN), ((0.70, 0.80), 0.5, Blocks::EVEN), ((0.95, 0.90), 0.25, Blocks::new(3, 1))]
    {
        let truth = shares.1 - shares.0;
        let what = format!("true difference {truth:+.2} ever left ({} against {})", shares.0, shares.1);
        let lost = share_of(1_000, &what, |chance| {
            let mut sequence = DifferenceSequence::new(blocks, ALPHA);
            for _ in 0..1_000 {
                let (arm, success) = chance.visitor(to_variant, shares);
                sequence.observe(arm, success);
            }
            // The intersection of all intervals so far: left once is left for good.
            let range = sequence.interval();
            !(range.low < truth && truth < range.high)
        });
        assert!(lost <= 0.05, "{lost}");
    }
}

#[test]
fn the_sequence_of_one_share_never_loses_it_too_often() {
    for share in [0.05, 0.7] {
        let lost = share_of(2_000, &format!("true share {share} ever left"), |chance| {
            let mut successes = 0;
            (1..=1_000).any(|trials| {
                successes += u64::from(chance.happens(share));
                let range = || share_sequence(Counts::new(successes, trials).unwrap(), ALPHA);
                trials % 10 == 0 && (share < range().low || range().high < share)
            })
        });
        assert!(lost <= 0.05, "{lost}");
    }
}

#[test]
fn sample_ratio_alarms_are_rare_where_assignment_works_and_come_where_it_does_not() {
    let alarms = |planned: f64, actual: f64| {
        move |chance: &mut Chance| {
            let mut visitors = [0, 0];
            (1..=2_000).any(|_| {
                visitors[usize::from(chance.happens(actual))] += 1;
                let epoch = Epoch { shares: &[1.0 - planned, planned], visitors: &visitors };
                sample_ratio(&[epoch]).unwrap().alarms(Alpha::ONE_PERCENT)
            })
        }
    };
    for planned in [0.5, 0.1] {
        let what = format!("sample-ratio alarm at 1 %, {planned} to the variant as planned");
        let found = share_of(5_000, &what, alarms(planned, planned));
        assert!(found <= 0.01, "{found}");
    }
    let found = share_of(500, "sample-ratio alarm within 2 000 visitors, 0.44 instead of 0.5", alarms(0.5, 0.44));
    assert!(found > 0.9, "{found}");
}

#[test]
fn guardrails_on_shares_raise_few_false_alarms() {
    let ever = |shares: (f64, f64), to_variant: f64, margin: f64, verdict: GuardrailVerdict| {
        move |chance: &mut Chance| {
            let mut tally = Tally::default();
            (1..=2_000).any(|visitor| {
                tally.add(chance.visitor(to_variant, shares));
                let (control, variant) = tally.counts();
                visitor % 10 == 0 && guardrail(control, variant, margin, ALPHA) == verdict
            })
        }
    };
    let (broken, holds) = (GuardrailVerdict::Broken, GuardrailVerdict::Holds);
    // Worse by just the margin: neither verdict is true beyond doubt, so that both are as likely as they may be.
    for (shares, to_variant, verdict) in [
        ((0.10, 0.15), 0.5, broken),
        ((0.10, 0.15), 0.5, holds),
        ((0.10, 0.15), 0.1, holds),
        ((0.02, 0.05), 0.1, holds),
        ((0.005, 0.02), 0.5, holds),
        ((0.50, 0.55), 0.5, broken),
        ((0.02, 0.02), 0.1, broken),
    ] {
        let margin = shares.1 - shares.0;
        let what =
            format!("{} against {}, {to_variant} to the variant, margin {margin:.3}: {verdict:?}", shares.0, shares.1);
        let found = share_of(2_000, &what, ever(shares, to_variant, margin, verdict));
        assert!(found <= 0.05, "{found}");
    }
    for (shares, verdict) in [((0.10, 0.10), holds), ((0.10, 0.25), broken)] {
        let what = format!("{} against {}, margin 0.05, within 2 000: {verdict:?}", shares.0, shares.1);
        let found = share_of(500, &what, ever(shares, 0.5, 0.05, verdict));
        assert!(found > 0.8, "{found}");
    }
}

#[test]
fn guardrails_on_means_raise_few_false_alarms_although_costs_are_skewed() {
    let ever = |worse: f64, margin: f64, wanted: GuardrailVerdict| {
        move |chance: &mut Chance| {
            let (mut sums, mut squares, mut counts) = ([0.0; 2], [0.0; 2], [0_u64; 2]);
            (1..=2_000).any(|visitor| {
                let arm = usize::from(chance.happens(0.5));
                // Log-normal: most visitors cost little, a few much.
                let cost = (0.8 * chance.normal()).exp() + if arm == 1 { worse } else { 0.0 };
                sums[arm] += cost;
                squares[arm] += cost * cost;
                counts[arm] += 1;
                let moments = [0, 1].map(|arm| Moments::from_sums(counts[arm], sums[arm], squares[arm]));
                let [Some(control), Some(variant)] = moments else { return false };
                let verdict = mean_guardrail(control, variant, margin, ALPHA);
                visitor % 10 == 0 && verdict == wanted
            })
        }
    };
    for verdict in [GuardrailVerdict::Broken, GuardrailVerdict::Holds] {
        let what = format!("skewed costs, worse by just the margin: {verdict:?}");
        let found = share_of(2_000, &what, ever(0.2, 0.2, verdict));
        assert!(found <= 0.05, "{found}");
    }
    let what = "skewed costs, worse by 40 % of the mean: Broken";
    let found = share_of(500, what, ever(0.55, 0.0, GuardrailVerdict::Broken));
    assert!(found > 0.9, "{found}");
}

#[test]
fn bca_intervals_of_skewed_differences_cover_nearly_as_often_as_they_say() {
    for cases in [20, 60] {
        let what = format!("true mean in the 95 % BCa interval, {cases} skewed differences");
        let covered = share_of(1_000, &what, |chance| {
            let differences: Vec<f64> = (0..cases).map(|_| -(1.0 - chance.unit()).ln()).collect();
            let how = Bootstrap { resamples: 999, seed: chance.0 };
            let range = bca(&differences, Confidence::NinetyFive, how).unwrap().interval;
            range.low <= 1.0 && 1.0 <= range.high
        });
        assert!(covered >= if cases == 20 { 0.88 } else { 0.91 }, "{covered}");
    }
}

#[test]
fn the_permutation_test_is_fooled_at_most_as_often_as_it_says() {
    for (cases, draws) in [(12, 0), (60, 999)] {
        let what = format!("no difference, {cases} cases: permutation test at 5 %");
        let fooled = share_of(4_000, &what, |chance| {
            // Differences in tenths with ties and zeros, as scores have them, and long tails.
            let size = |chance: &mut Chance| (10.0 * chance.normal().abs().powi(2)).round() / 10.0;
            let differences: Vec<f64> =
                (0..cases).map(|_| if chance.happens(0.5) { size(chance) } else { -size(chance) }).collect();
            permutation(&differences, draws, chance.0).unwrap().p <= 0.05
        });
        assert!(fooled <= 0.05 + 0.003, "three thousandths are the simulation's own error: {fooled}");
    }
}
