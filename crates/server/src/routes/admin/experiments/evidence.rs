//! The evidence of an experiment as drawings: which differences were possible as visitors came, and how far the bet against
//! "no difference" is from a verdict.

use portavoz_app::experiments::judge::{Judged, PathPoint};

/// Width and height of the drawing; it is stretched to its place.
const SIZE: (f64, f64) = (600.0, 200.0);
/// Of the path's beginning, so much does not stretch the axis: after few visitors nearly everything is possible.
const BEGINNING: f64 = 0.15;

/// The differences that were possible as visitors came.
pub(super) struct Course {
    /// Corners of the band, and of the line in it, for SVG.
    pub(super) band: String,
    pub(super) line: String,
    /// Heights of no difference, and of the differences that matter.
    pub(super) zero: f64,
    pub(super) matters: [f64; 2],
    /// The difference at the upper end of the axis; the lower end is as far below nothing.
    pub(super) reach: f64,
    /// Visitors at the right end.
    pub(super) visitors: u64,
    /// Some of its moments, the newest first, for those who read numbers.
    pub(super) moments: Vec<PathPoint>,
}

/// Moments in the table: a row for every visitor would be read by nobody.
const ROWS: usize = 20;

impl Course {
    /// `None` with fewer than two moments: they are no course.
    pub(super) fn of(judged: &Judged, effect: f64) -> Option<Self> {
        let path: &[PathPoint] = &judged.path;
        let visitors = path.last().filter(|_| path.len() > 1)?.visitors;
        let settled = path.iter().filter(|point| point.visitors as f64 >= BEGINNING * visitors as f64);
        let farthest = settled.map(|point| point.possible.low.abs().max(point.possible.high.abs())).fold(0.0, f64::max);
        let reach = farthest.max(1.5 * effect).clamp(0.01, 1.0);
        let x = |point: &PathPoint| point.visitors as f64 / visitors.max(1) as f64 * SIZE.0;
        let y = |difference: f64| (0.5 - (difference / reach).clamp(-1.0, 1.0) / 2.0) * SIZE.1;
        let corner = |at: f64, difference: f64| format!("{at:.1},{:.1}", y(difference));
        let upper = path.iter().map(|point| corner(x(point), point.possible.high));
        let lower = path.iter().rev().map(|point| corner(x(point), point.possible.low));
        let line = path.iter().filter_map(|point| Some(corner(x(point), point.difference?)));
        Some(Self {
            band: upper.chain(lower).collect::<Vec<_>>().join(" "),
            line: line.collect::<Vec<_>>().join(" "),
            zero: y(0.0),
            matters: [y(effect), y(-effect)],
            reach,
            visitors,
            moments: path.iter().rev().step_by(path.len().div_ceil(ROWS)).copied().collect(),
        })
    }
}

/// How much a bet against "no difference" has won, and what a verdict takes: both as so many to one. The p-value of an
/// e-process is one over its largest wealth.
pub(super) fn wealth(p_adjusted: f64, alpha: f64) -> (f64, f64) {
    (1.0 / p_adjusted.max(1e-9), 1.0 / alpha.max(1e-9))
}

/// How far on the way to a verdict, 0 to 1: by the logarithm, as evidence multiplies.
pub(super) fn progress(p_adjusted: f64, alpha: f64) -> f64 {
    let (has, takes) = wealth(p_adjusted, alpha);
    if takes <= 1.0 { 1.0 } else { (has.ln() / takes.ln()).clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_that_multiplies_moves_on_by_equal_steps() {
        for (p, expected) in [(1.0, 0.0), (0.05_f64.sqrt(), 0.5), (0.05, 1.0), (0.0001, 1.0)] {
            assert!((progress(p, 0.05) - expected).abs() < 1e-9, "{p}");
        }
        let (has, takes) = wealth(0.25, 0.05);
        assert!((has - 4.0).abs() < 1e-9 && (takes - 20.0).abs() < 1e-9);
    }
}
