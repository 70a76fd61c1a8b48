//! Figures: one measured number each, with its interval, the baseline's number beside it, and the mark to reach.

use portavoz_stats::{Confidence, Interval, Sample, auroc, bootstrap, reliability, wilson};
use serde_json::{Value, json};

/// Draws of a bootstrap: enough for two digits of a 95 % interval. Tests look at values alone.
const RESAMPLES: usize = if cfg!(test) { 20 } else { 1_000 };
/// Any number; the same in every run, so that equal answers give equal intervals.
const SEED: u64 = 20;
/// Bins of a reliability curve.
pub const BINS: usize = 10;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share or probability.
    Share,
    /// Characters.
    Characters,
    /// Microseconds.
    Micros,
}

/// What a figure should reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mark {
    /// Nothing is asked of it.
    Free,
    /// At least this.
    AtLeast(f64),
    /// At most this.
    AtMost(f64),
    /// This share of what the baseline gets wrong must be right.
    ErrorCut(f64),
}

/// A number with what is needed to judge it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What is measured.
    pub measure: String,
    /// On which questions, claims or messages.
    pub set: String,
    /// How many cases.
    pub cases: usize,
    /// The number.
    pub value: f64,
    /// Its 95 % interval.
    pub interval: Option<Interval>,
    /// What it counts.
    pub unit: Unit,
    /// The baseline's number.
    pub baseline: Option<f64>,
    /// The share of the baseline's error that is gone, with its 95 % interval.
    pub error_cut: Option<(f64, Option<Interval>)>,
    /// What to reach.
    pub mark: Mark,
}

impl Figure {
    /// A number without interval.
    pub fn plain(measure: &str, set: &str, cases: usize, value: f64, unit: Unit) -> Self {
        Self {
            measure: measure.to_owned(),
            set: set.to_owned(),
            cases,
            value,
            interval: None,
            unit,
            baseline: None,
            error_cut: None,
            mark: Mark::Free,
        }
    }

    /// How often it came out right.
    pub fn share(measure: &str, set: &str, right: &[bool]) -> Self {
        let value = mean(right.iter().copied());
        let successes = right.iter().filter(|right| **right).count() as u64;
        let interval = wilson(successes, right.len() as u64, Confidence::NinetyFive).ok();
        Self { interval, ..Self::plain(measure, set, right.len(), value, Unit::Share) }
    }

    /// How well scores tell true cases from false ones.
    pub fn area(measure: &str, set: &str, scored: &[(f64, bool)]) -> Self {
        let area = auroc(scored).ok();
        let value = area.map_or(f64::NAN, |area| area.value);
        let interval = area.map(|area| area.interval(Confidence::NinetyFive));
        Self { interval, ..Self::plain(measure, set, scored.len(), value, Unit::Share) }
    }

    /// How far probabilities are from what they say.
    pub fn calibration_error(measure: &str, set: &str, predictions: &[(f64, bool)]) -> Self {
        let error = |cases: &[(f64, bool)]| reliability(cases, BINS).error;
        let interval = resampled(predictions.len(), |places| Some(error(&drawn(predictions, places))));
        let value = error(predictions);
        Self { interval, ..Self::plain(measure, set, predictions.len(), value, Unit::Share) }
    }

    /// The middle of measured values.
    pub fn median(measure: &str, set: &str, values: Vec<f64>, unit: Unit) -> Self {
        let count = values.len();
        let sample = Sample::new(values).ok();
        let value = sample.as_ref().map_or(f64::NAN, |sample| sample.summary().median);
        let interval = sample.and_then(|sample| sample.median_interval(Confidence::NinetyFive));
        Self { interval, ..Self::plain(measure, set, count, value, unit) }
    }

    /// Beside what the baseline got right on the same cases.
    #[must_use]
    pub fn beside_share(mut self, ours: &[bool], baseline: &[bool]) -> Self {
        let cut = |places: Option<&[usize]>| {
            let pick = |right: &[bool]| match places {
                None => mean(right.iter().copied()),
                Some(places) => mean(places.iter().filter_map(|place| right.get(*place).copied())),
            };
            error_cut(pick(ours), pick(baseline))
        };
        let interval = resampled(ours.len(), |places| cut(Some(places)));
        self.baseline = Some(mean(baseline.iter().copied()));
        self.error_cut = cut(None).map(|value| (value, interval));
        self
    }

    /// Beside the baseline's scores of the same cases.
    #[must_use]
    pub fn beside_area(mut self, ours: &[(f64, bool)], baseline: &[(f64, bool)]) -> Self {
        let area = |scored: &[(f64, bool)]| auroc(scored).ok().map(|area| area.value);
        let interval =
            resampled(ours.len(), |places| error_cut(area(&drawn(ours, places))?, area(&drawn(baseline, places))?));
        self.baseline = area(baseline);
        let cut = self.baseline.and_then(|baseline| error_cut(self.value, baseline));
        self.error_cut = cut.map(|value| (value, interval));
        self
    }

    /// With what it should reach.
    #[must_use]
    pub fn reaching(mut self, mark: Mark) -> Self {
        self.mark = mark;
        self
    }

    /// Whether it reaches its mark; `None` if nothing is asked of it.
    pub fn is_reached(&self) -> Option<bool> {
        match self.mark {
            Mark::Free => None,
            Mark::AtLeast(mark) => Some(self.value >= mark),
            Mark::AtMost(mark) => Some(self.value <= mark),
            // A baseline without error leaves nothing to cut.
            Mark::ErrorCut(mark) => Some(self.error_cut.map_or(self.value >= 1.0, |(cut, _)| cut >= mark)),
        }
    }

    /// As an object for programs.
    pub fn to_json(&self) -> Value {
        let interval = |interval: Interval| json!([interval.low, interval.high]);
        let (kind, mark) = match self.mark {
            Mark::Free => (None, None),
            Mark::AtLeast(mark) => (Some("at_least"), Some(mark)),
            Mark::AtMost(mark) => (Some("at_most"), Some(mark)),
            Mark::ErrorCut(mark) => (Some("error_cut"), Some(mark)),
        };
        json!({
            "measure": self.measure, "set": self.set, "cases": self.cases,
            "value": self.value, "interval": self.interval.map(interval),
            "baseline": self.baseline,
            "error_cut": self.error_cut.map(|(cut, _)| cut),
            "error_cut_interval": self.error_cut.and_then(|(_, cut)| cut).map(interval),
            "mark_kind": kind, "mark": mark, "reached": self.is_reached(),
        })
    }
}

/// The share of the baseline's error that is gone; `None` if it made none.
fn error_cut(ours: f64, baseline: f64) -> Option<f64> {
    (baseline < 1.0).then(|| (ours - baseline) / (1.0 - baseline))
}

fn mean(right: impl Iterator<Item = bool>) -> f64 {
    let (count, trues) =
        right.fold((0_usize, 0_usize), |(count, trues), right| (count + 1, trues + usize::from(right)));
    trues as f64 / count.max(1) as f64
}

fn resampled(count: usize, statistic: impl FnMut(&[usize]) -> Option<f64>) -> Option<Interval> {
    bootstrap(count, RESAMPLES, SEED, Confidence::NinetyFive, statistic)
}

fn drawn(cases: &[(f64, bool)], places: &[usize]) -> Vec<(f64, bool)> {
    places.iter().filter_map(|place| cases.get(*place).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_on_the_error_looks_at_what_the_baseline_gets_wrong() {
        let baseline = [true, true, false, false];
        let figure = Figure::share("recall", "es", &[true, true, true, false]);
        let figure = figure.beside_share(&[true, true, true, false], &baseline);
        assert_eq!(figure.error_cut.map(|(cut, _)| cut), Some(0.5));
        assert_eq!(figure.clone().reaching(Mark::ErrorCut(0.4)).is_reached(), Some(true));
        assert_eq!(figure.reaching(Mark::ErrorCut(0.6)).is_reached(), Some(false));
    }

    #[test]
    fn a_baseline_without_error_is_only_equalled() {
        for (ours, expected) in [([true, true], true), ([true, false], false)] {
            let figure = Figure::share("recall", "es", &ours).beside_share(&ours, &[true, true]);
            assert_eq!(figure.reaching(Mark::ErrorCut(0.3)).is_reached(), Some(expected));
        }
    }
}
