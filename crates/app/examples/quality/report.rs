//! The printed table, one block of lines a group of measures, and the file for programs.

use std::path::Path;

use portavoz_stats::{Bin, Interval, Reliability};
use serde_json::{Value, json};

use super::figure::{Figure, Mark, Unit};

/// Width of a bar of a reliability curve, in characters.
const BAR: usize = 40;

/// What was measured, printed as it comes.
#[derive(Default)]
pub struct Report {
    figures: Vec<Figure>,
}

impl Report {
    /// The column heads.
    pub fn begin(&mut self) {
        println!(
            "{:<38} {:<14} {:>6}  {:>8} {:<17} {:>8}  {:<27} mark",
            "measure", "set", "cases", "ours", "95 %", "baseline", "baseline's error cut"
        );
    }

    /// Prints a figure and keeps it.
    pub fn add(&mut self, figure: Figure) {
        println!("{}", line(&figure));
        self.figures.push(figure);
    }

    /// Something to know that is not a figure.
    pub fn note(&self, text: &str) {
        println!("  {text}");
    }

    /// A reliability curve as bars: `=` for what came true, `|` for what was said.
    pub fn curve(&self, title: &str, curve: &Reliability) {
        println!("  {title}: said and came true, by tenths of relevance");
        for bin in curve.bins.iter().filter(|bin| bin.count > 0) {
            println!("    {:.2} {:.2} {:>5} {}", bin.predicted, bin.observed, bin.count, bar(bin));
        }
    }

    /// How many marks are reached, and which are not.
    pub fn end(&self) {
        let judged: Vec<&Figure> = self.figures.iter().filter(|figure| figure.is_reached().is_some()).collect();
        let short: Vec<&&Figure> = judged.iter().filter(|figure| figure.is_reached() == Some(false)).collect();
        println!("\n{} of {} marks reached", judged.len() - short.len(), judged.len());
        for figure in short {
            println!("  short: {}, {}: {}", figure.measure, figure.set, number(figure.value, figure.unit));
        }
    }

    /// All figures, in the order they were added.
    #[cfg(test)]
    pub fn figures(&self) -> &[Figure] {
        &self.figures
    }

    /// Writes the figures for programs.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        let figures: Vec<Value> = self.figures.iter().map(Figure::to_json).collect();
        std::fs::write(path, format!("{:#}\n", json!({ "figures": figures })))
    }
}

fn line(figure: &Figure) -> String {
    let interval = figure.interval.map(|interval| range(interval, figure.unit)).unwrap_or_default();
    let baseline = figure.baseline.map(|value| number(value, figure.unit)).unwrap_or_default();
    let cut = figure.error_cut.map_or_else(String::new, |(cut, interval)| {
        let interval = interval.map(|cut| format!(" [{:.0} .. {:.0}]", cut.low * 100.0, cut.high * 100.0));
        format!("{:.0} %{}", cut * 100.0, interval.unwrap_or_default())
    });
    let line = format!(
        "{:<38} {:<14} {:>6}  {:>8} {:<17} {:>8}  {:<27} {}",
        figure.measure,
        figure.set,
        figure.cases,
        number(figure.value, figure.unit),
        interval,
        baseline,
        cut,
        mark(figure)
    );
    line.trim_end().to_owned()
}

fn mark(figure: &Figure) -> String {
    let verdict = if figure.is_reached() == Some(true) { "reached" } else { "SHORT" };
    match figure.mark {
        Mark::Free => String::new(),
        Mark::AtLeast(mark) => format!(">= {} {verdict}", number(mark, figure.unit)),
        Mark::AtMost(mark) => format!("<= {} {verdict}", number(mark, figure.unit)),
        Mark::ErrorCut(mark) => format!("cut {:.0} % {verdict}", mark * 100.0),
    }
}

fn number(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{value:.3}"),
        Unit::Characters => format!("{value:.0}"),
        Unit::Micros => format!("{value:.1} us"),
    }
}

fn range(interval: Interval, unit: Unit) -> String {
    format!("[{} .. {}]", number(interval.low, unit), number(interval.high, unit)).replace(" us", "")
}

fn bar(bin: &Bin) -> String {
    let place = |share: f64| (share * BAR as f64).round() as usize;
    let (came_true, said) = (place(bin.observed), place(bin.predicted));
    let cell = |column: usize| match column {
        column if column == said => '|',
        column if column < came_true => '=',
        _ => ' ',
    };
    (0..=BAR).map(cell).collect::<String>().trim_end().to_owned()
}
