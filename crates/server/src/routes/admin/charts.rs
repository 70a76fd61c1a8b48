//! Charts: a series of figures, as numbers for the script that draws them and as the table that stands beside.

use portavoz_domain::timestamp::Timestamp;
use serde::Serialize;

use super::tongue::Tongue;

/// What the values of a chart are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Unit {
    /// Milliseconds.
    Ms,
    /// US dollars.
    Usd,
    /// 0 to 1.
    Score,
    /// How many.
    Count,
}

/// What is to be drawn.
pub(super) struct Plot {
    pub(super) title: &'static str,
    pub(super) unit: Unit,
    /// True if values are sums of their hour or day, false if they are a course.
    pub(super) bars: bool,
    /// What the values should keep to, and its name.
    pub(super) limit: Option<(&'static str, f64)>,
    /// Name and a value for each time.
    pub(super) lines: Vec<(&'static str, Vec<Option<f64>>)>,
}

/// When the values of a chart were, oldest first.
pub(super) struct Times<'a> {
    pub(super) starts: &'a [Timestamp],
    pub(super) hourly: bool,
}

/// A chart, ready to be shown.
pub(super) struct Chart {
    pub(super) title: &'static str,
    /// For the script; empty if there is nothing to draw.
    pub(super) json: String,
    pub(super) columns: Vec<&'static str>,
    /// Newest first; times without any value are left out.
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    pub(super) when: String,
    pub(super) values: Vec<String>,
}

/// What the script reads.
#[derive(Serialize)]
struct Drawn<'a> {
    unit: Unit,
    times: Vec<i64>,
    series: Vec<Line<'a>>,
    limit: Option<f64>,
    limit_name: &'a str,
    bars: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    values: &'a [Option<f64>],
}

impl Plot {
    /// As it is shown.
    pub(super) fn chart(self, tongue: Tongue, times: &Times<'_>) -> Chart {
        let drawn = Drawn {
            unit: self.unit,
            times: times.starts.iter().map(|start| start.as_millis().div_euclid(1_000)).collect(),
            series: self.lines.iter().map(|(name, values)| Line { name, values }).collect(),
            limit: self.limit.map(|(_, limit)| limit),
            limit_name: self.limit.map_or("", |(name, _)| name),
            bars: self.bars,
        };
        let rows: Vec<Row> = times
            .starts
            .iter()
            .enumerate()
            .rev()
            .filter_map(|(place, start)| self.row(tongue, place, when(tongue, *start, times.hourly)))
            .collect();
        let json = if rows.is_empty() { String::new() } else { serde_json::to_string(&drawn).unwrap_or_default() };
        Chart { title: self.title, json, columns: self.lines.iter().map(|(name, _)| *name).collect(), rows }
    }

    fn row(&self, tongue: Tongue, place: usize, when: String) -> Option<Row> {
        let values: Vec<Option<f64>> = self.lines.iter().map(|(_, values)| values.get(place).copied()?).collect();
        let is_something = values.iter().flatten().any(|value| !self.bars || *value > 0.0);
        let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| self.unit.shown(tongue, value));
        is_something.then(|| Row { when, values: values.into_iter().map(shown).collect() })
    }
}

impl Unit {
    pub(super) fn shown(self, tongue: Tongue, value: f64) -> String {
        match self {
            Self::Ms => tongue.duration(value),
            Self::Usd => tongue.dollars(value),
            Self::Score => tongue.decimal(value, 2),
            Self::Count => tongue.count(value.round() as u64),
        }
    }
}

fn when(tongue: Tongue, start: Timestamp, hourly: bool) -> String {
    if hourly { tongue.moment(start) } else { tongue.day(&start.to_rfc3339()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_and_its_table_hold_the_same_numbers() {
        let starts = [0, 3_600, 7_200].map(|second| Timestamp::from_millis(1_795_348_800_000 + second * 1_000));
        let plot = Plot {
            title: "Tiempo",
            unit: Unit::Ms,
            bars: false,
            limit: Some(("límite", 2_000.0)),
            lines: vec![("p50", vec![Some(300.0), None, Some(2_500.0)])],
        };
        let chart = plot.chart(Tongue::Es, &Times { starts: &starts, hourly: true });
        let told: Vec<(&str, &[String])> = chart.rows.iter().map(|row| (&*row.when, &*row.values)).collect();
        assert_eq!(
            told,
            [
                ("22 nov 2026, 14:00", &["2,50\u{a0}s".to_owned()][..]),
                ("22 nov 2026, 12:00", &["300\u{a0}ms".to_owned()][..]),
            ]
        );
        assert_eq!(
            chart.json,
            r#"{"unit":"ms","times":[1795348800,1795352400,1795356000],"series":[{"name":"p50","values":[300.0,null,2500.0]}],"limit":2000.0,"limit_name":"límite","bars":false}"#
        );
    }

    #[test]
    fn nothing_is_no_chart() {
        let starts = [Timestamp::from_millis(0)];
        let lines = vec![("USD", vec![Some(0.0)])];
        let plot = Plot { title: "Coste", unit: Unit::Usd, bars: true, limit: None, lines };
        let chart = plot.chart(Tongue::En, &Times { starts: &starts, hourly: false });
        assert!(chart.json.is_empty() && chart.rows.is_empty());
    }
}
