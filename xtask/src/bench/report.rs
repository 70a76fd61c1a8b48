//! What a measurement found, as a table or as JSON, beside an earlier one if asked.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use portavoz_stats::{Confidence, Interval, Sample};
use serde_json::{Value, json};

use super::options::Options;

/// One line of the table.
struct Figure {
    name: &'static str,
    unit: &'static str,
    value: f64,
    /// 95 %, if there were enough rounds to say.
    interval: Option<Interval>,
}

/// Figures in the order found.
pub struct Report {
    title: &'static str,
    figures: Vec<Figure>,
}

impl Report {
    /// Without figures yet.
    pub const fn new(title: &'static str) -> Self {
        Self { title, figures: Vec::new() }
    }

    /// A single number.
    pub fn value(&mut self, name: &'static str, unit: &'static str, value: f64) {
        self.figures.push(Figure { name, unit, value, interval: None });
    }

    /// The median of independent rounds or pairs, with an interval for it.
    pub fn median(&mut self, name: &'static str, unit: &'static str, values: Vec<f64>) -> anyhow::Result<()> {
        let sample = Sample::new(values).context(name)?;
        let interval = sample.median_interval(Confidence::NinetyFive);
        self.figures.push(Figure { name, unit, value: sample.quantile(0.5), interval });
        Ok(())
    }

    /// p50 and p99 of single requests.
    pub fn percentiles(&mut self, names: [&'static str; 2], values: Vec<f64>) -> anyhow::Result<()> {
        let sample = Sample::new(values).context(names[0])?;
        self.value(names[0], "ms", sample.quantile(0.50));
        self.value(names[1], "ms", sample.quantile(0.99));
        Ok(())
    }

    /// Prints what was found.
    pub fn print(&self, options: &Options) -> anyhow::Result<()> {
        let earlier = options.compare.as_deref().map(read_earlier).transpose()?;
        if options.json {
            println!("{}", serde_json::to_string_pretty(&self.json(options))?);
            return Ok(());
        }
        println!(
            "{} ({} clients, {} s, about {} chunks)",
            self.title, options.clients, options.seconds, options.chunks
        );
        for figure in &self.figures {
            let interval = figure.interval.map(|range| format!("  [{}, {}]", round(range.low), round(range.high)));
            let before = earlier.as_ref().and_then(|earlier| earlier["figures"][figure.name]["value"].as_f64());
            let beside = before.map(|before| format!("  before {}: x{:.2}", round(before), figure.value / before));
            println!(
                "  {:<44} {:>10} {:<10}{}{}",
                figure.name,
                round(figure.value),
                figure.unit,
                interval.unwrap_or_default(),
                beside.unwrap_or_default()
            );
        }
        if self.figures.iter().any(|figure| figure.interval.is_some()) {
            println!("  in brackets: 95 % interval for the median of rounds, pairs or starts");
        }
        Ok(())
    }

    fn json(&self, options: &Options) -> Value {
        let figures: serde_json::Map<String, Value> = self
            .figures
            .iter()
            .map(|figure| {
                let interval = figure.interval.map(|range| [range.low, range.high]);
                let entry = json!({"value": figure.value, "unit": figure.unit, "interval_95": interval});
                (figure.name.to_owned(), entry)
            })
            .collect();
        json!({
            "measurement": self.title,
            "clients": options.clients,
            "seconds": options.seconds,
            "chunks": options.chunks,
            "embeddings": options.embeddings,
            "figures": figures,
        })
    }
}

fn read_earlier(file: &Path) -> anyhow::Result<Value> {
    let text = fs::read_to_string(file).with_context(|| format!("`{}` cannot be read", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("`{}` is no output of `--json`", file.display()))
}

/// Three digits that count, never fewer than the whole part.
fn round(value: f64) -> String {
    let digits: usize = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_show_three_digits() {
        for (value, expected) in
            [(7191.4, "7191"), (99.94, "99.9"), (2.104, "2.10"), (0.0604, "0.060"), (-0.5, "-0.500")]
        {
            assert_eq!(round(value), expected);
        }
    }
}
