//! The progress bar of an ingest, a copy or many calls, on the standard error stream.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use portavoz_app::ingest::IngestProgress;

/// A bar that follows the work, or nothing if nobody looks.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar on the standard error stream if `visible`.
    pub fn new(visible: bool) -> Self {
        let bar = if visible { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar }
    }

    /// Shows where the ingest stands.
    pub fn show(&self, step: &IngestProgress) {
        match step {
            IngestProgress::Scanning => self.spin("looking for documents".to_owned()),
            IngestProgress::Fetching { url } => self.spin(format!("fetching {url}")),
            IngestProgress::Reading { done, total } => self.count("reading", *done, *total),
            IngestProgress::Embedding { done, total } => self.count("embedding", *done, *total),
            IngestProgress::Indexing => self.spin("writing the index".to_owned()),
        }
    }

    /// Shows how many lines were written.
    pub fn lines(&self, written: usize) {
        self.spin(format!("{written} lines"));
    }

    /// Shows how many turns were removed.
    pub fn turns(&self, done: u64, total: u64) {
        self.count("removing", usize::try_from(done).unwrap_or(0), usize::try_from(total).unwrap_or(0));
    }

    /// Shows which table is copied, and how far.
    pub fn rows(&self, doing: &str, table: &str, rows: u64) {
        self.spin(format!("{doing} {table}: {rows} rows"));
    }

    /// Shows how many of the calls were answered.
    pub fn answers(&self, done: usize, total: usize) {
        self.count("asking", done, total);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn spin(&self, message: String) {
        self.bar.set_style(ProgressStyle::default_spinner());
        self.bar.set_message(message);
    }

    fn count(&self, what: &'static str, done: usize, total: usize) {
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
        self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
        self.bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        self.bar.set_message(what);
    }
}
