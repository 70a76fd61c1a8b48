//! The text format of Prometheus, version 0.0.4.

use std::fmt::{Display, Write};

use portavoz_app::meter::{BOUNDS_MS, Timing};

/// What it is served as.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What kind of metric follows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
    /// A sum and a count; no quantiles.
    Summary,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
        }
    }
}

/// The text, as it grows. Every sample has the site's label.
pub(super) struct Page {
    text: String,
    site: String,
    /// The metric whose samples follow.
    name: &'static str,
}

impl Page {
    pub(super) fn new(site: &str) -> Self {
        Self { text: String::new(), site: site.to_owned(), name: "" }
    }

    /// Begins a metric; its samples must follow before the next one begins.
    pub(super) fn metric(&mut self, kind: Kind, name: &'static str, help: &str) {
        self.name = name;
        let kind = kind.name();
        // Writing to a string cannot fail.
        let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    /// A sample of the metric.
    pub(super) fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.part("", labels, value);
    }

    /// A sample of a metric that has several parts.
    pub(super) fn part(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let _ = write!(self.text, "{}{suffix}{{site=\"{}\"", self.name, escaped(&self.site));
        for (name, value) in labels {
            let _ = write!(self.text, ",{name}=\"{}\"", escaped(value));
        }
        let _ = writeln!(self.text, "}} {value}");
    }

    /// The buckets, sum and count of a histogram, in seconds.
    pub(super) fn histogram(&mut self, timing: &Timing) {
        let mut within = 0;
        for (bound_ms, count) in BOUNDS_MS.iter().zip(timing.buckets) {
            within += count;
            self.part("_bucket", &[("le", &(*bound_ms as f64 / 1e3).to_string())], within);
        }
        self.part("_bucket", &[("le", "+Inf")], timing.count());
        self.part("_sum", &[], timing.sum.as_secs_f64());
        self.part("_count", &[], timing.count());
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// As the format wants label values.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_special_in_labels_is_escaped() {
        let mut page = Page::new("maría");
        page.metric(Kind::Counter, "turns_total", "Turns");
        page.sample(&[("model", "a\"b\\c\nd")], 2);
        let expected = "# HELP turns_total Turns\n# TYPE turns_total counter\n\
                        turns_total{site=\"maría\",model=\"a\\\"b\\\\c\\nd\"} 2\n";
        assert_eq!(page.finish(), expected);
    }

    #[test]
    fn buckets_of_a_histogram_add_up() {
        let mut timing = Timing::default();
        for place in [0, 0, 10, BOUNDS_MS.len()] {
            timing.buckets[place] += 1;
        }
        let mut page = Page::new("x");
        page.metric(Kind::Histogram, "took_seconds", "Time");
        page.histogram(&timing);
        let text = page.finish();
        for line in [
            "took_seconds_bucket{site=\"x\",le=\"0.001\"} 2",
            "took_seconds_bucket{site=\"x\",le=\"1\"} 2",
            "took_seconds_bucket{site=\"x\",le=\"2\"} 3",
            "took_seconds_bucket{site=\"x\",le=\"60\"} 3",
            "took_seconds_bucket{site=\"x\",le=\"+Inf\"} 4",
            "took_seconds_count{site=\"x\"} 4",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
