//! Drawings of evaluations, made here so that they need no script: where a mean lies with its range, a difference around
//! nothing, how many cases are how good, and cost against quality. Each stands beside its figures in words.

use portavoz_app::evaluation::Summary;
use portavoz_domain::evaluation::metrics::Metric;

/// Columns of a distribution.
pub(super) const COLUMNS: usize = 10;
/// Width and height of the drawing of cost against quality, and the room around it for words.
const CLOUD: (f64, f64) = (320.0, 200.0);
const ROOM: (f64, f64) = (40.0, 30.0);

/// A mean with its range on an axis of 100.
pub(super) struct Whisker {
    pub(super) at: f64,
    pub(super) low: f64,
    /// Length of the range.
    pub(super) length: f64,
}

/// An axis that shows a part of 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    pub(super) from: f64,
    pub(super) to: f64,
}

/// A difference around nothing, on an axis of 200 whose middle is nothing.
pub(super) struct Around {
    pub(super) at: f64,
    pub(super) low: f64,
    pub(super) length: f64,
    /// Where what does not matter begins, and how long it is; `None` where everything matters.
    pub(super) margin: Option<(f64, f64)>,
}

/// A point of cost against quality.
pub(super) struct Dot {
    pub(super) x: f64,
    pub(super) y: f64,
    /// The letter that stands in it.
    pub(super) letter: char,
    pub(super) name: String,
    /// US dollars of an answer.
    pub(super) cost: f64,
    pub(super) quality: f64,
}

impl Axis {
    /// The tenths that hold all these figures; at least two of them, so that a hair's breadth does not look like a gap.
    pub(super) fn around(figures: impl Iterator<Item = f64>) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for figure in figures {
            (low, high) = (low.min(figure), high.max(figure));
        }
        if low > high {
            return Self { from: 0.0, to: 1.0 };
        }
        let (mut from, mut to) = ((low * 10.0).floor().clamp(0.0, 10.0), (high * 10.0).ceil().clamp(0.0, 10.0));
        while to - from < 2.0 {
            if to < 10.0 { to += 1.0 } else { from -= 1.0 }
        }
        Self { from: from / 10.0, to: to / 10.0 }
    }

    fn place(self, figure: f64) -> f64 {
        ((figure - self.from) / (self.to - self.from) * 100.0).clamp(0.0, 100.0)
    }

    /// A mean with its range; one without a range is a point.
    pub(super) fn whisker(self, mean: f64, low: Option<f64>, high: Option<f64>) -> Whisker {
        let (low, high) = (self.place(low.unwrap_or(mean)), self.place(high.unwrap_or(mean)));
        Whisker { at: self.place(mean), low, length: high - low }
    }
}

impl Around {
    /// The axis is as long as the farther end of the range, or twice the margin if that is more.
    pub(super) fn of(difference: f64, range: Option<(f64, f64)>, margin: Option<f64>) -> Self {
        let (low, high) = range.unwrap_or((difference, difference));
        let reach = low.abs().max(high.abs()).max(difference.abs()).max(2.0 * margin.unwrap_or(0.0)) * 1.08;
        let place = |figure: f64| if reach > 0.0 { 100.0 + figure / reach * 100.0 } else { 100.0 };
        let margin = margin.filter(|_| reach > 0.0).map(|margin| (place(-margin), place(margin) - place(-margin)));
        Self { at: place(difference), low: place(low), length: place(high) - place(low), margin }
    }
}

/// How many of these scores fall into each tenth of 0 to 1; 1 is in the last one.
pub(super) fn distribution(scores: impl Iterator<Item = f64>) -> [usize; COLUMNS] {
    let mut columns = [0; COLUMNS];
    for score in scores {
        let place = ((score * COLUMNS as f64) as usize).min(COLUMNS - 1);
        if let Some(column) = columns.get_mut(place) {
            *column += 1;
        }
    }
    columns
}

/// Cost of an answer against quality; empty unless there are two and one of them costs anything.
pub(super) fn cloud(summaries: &[Summary]) -> Vec<Dot> {
    let points: Vec<(String, f64, f64)> = summaries
        .iter()
        .filter_map(|summary| {
            let cost = summary.figure(Metric::Cost)?.mean;
            Some((summary.target.to_string(), cost, summary.figure(Metric::Quality)?.mean))
        })
        .collect();
    let dearest = points.iter().map(|(_, cost, _)| *cost).fold(0.0, f64::max);
    if points.len() < 2 || dearest <= 0.0 {
        return Vec::new();
    }
    let axis = Axis::around(points.iter().map(|(.., quality)| *quality));
    let (width, height) = (CLOUD.0 - ROOM.0 - 20.0, CLOUD.1 - ROOM.1 - 14.0);
    let dot = |((name, cost, quality), letter): ((String, f64, f64), char)| Dot {
        x: ROOM.0 + 8.0 + cost / dearest * (width - 8.0),
        y: 14.0 + (1.0 - axis.place(quality) / 100.0) * height,
        letter,
        name,
        cost,
        quality,
    };
    points.into_iter().zip('A'..='Z').map(dot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_shows_the_tenths_around_its_figures() {
        for (figures, from, to) in [
            (vec![], 0.0, 1.0),
            (vec![0.83, 0.86], 0.8, 1.0),
            (vec![0.95, 1.0], 0.8, 1.0),
            (vec![0.31, 0.62], 0.3, 0.7),
            (vec![0.0], 0.0, 0.2),
        ] {
            let axis = Axis::around(figures.iter().copied());
            assert!((axis.from - from).abs() < 1e-9 && (axis.to - to).abs() < 1e-9, "{figures:?}: {axis:?}");
        }
        let whisker = Axis { from: 0.8, to: 1.0 }.whisker(0.9, Some(0.85), Some(0.95));
        assert!((whisker.at - 50.0).abs() < 1e-9 && (whisker.length - 50.0).abs() < 1e-9);
    }

    #[test]
    fn a_difference_of_nothing_stands_in_the_middle() {
        let none = Around::of(0.0, None, None);
        assert_eq!((none.at, none.low, none.length, none.margin), (100.0, 100.0, 0.0, None));
        let worse = Around::of(-0.1, Some((-0.2, 0.0)), Some(0.025));
        assert!(worse.at < 100.0 && worse.low >= 0.0 && worse.low + worse.length <= 200.0);
        let (begin, length) = worse.margin.unwrap_or_default();
        assert!((begin + length / 2.0 - 100.0).abs() < 1e-9, "what does not matter stands around nothing");
    }

    #[test]
    fn every_score_is_in_one_column() {
        let columns = distribution([0.0, 0.09, 0.1, 0.95, 1.0, 1.0].into_iter());
        assert_eq!(columns, [2, 1, 0, 0, 0, 0, 0, 0, 0, 3]);
    }
}
