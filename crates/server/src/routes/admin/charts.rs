//! Charts: a series of figures beside the one before it, as numbers for the script that draws them and as the table that
//! stands beside. A chart of hardly any figures is none: it shows what there is and says when there will be a course.

use portavoz_domain::timestamp::Timestamp;
use serde::Serialize;

use super::tongue::Tongue;

/// Fewer points with figures are no course: they are told, not drawn.
const FEWEST_POINTS: usize = 2;

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
    pub(super) lines: Vec<Line>,
    /// The whole period in one figure, and how it changed: words and colour.
    pub(super) sum: Option<(String, (String, &'static str))>,
}

/// One figure at each time.
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) values: Vec<Option<f64>>,
    /// At the same places of the period before; empty if it is not compared.
    pub(super) before: Vec<Option<f64>>,
}

/// When the values of a chart were, oldest first.
pub(super) struct Times<'a> {
    pub(super) starts: &'a [Timestamp],
    pub(super) hourly: bool,
}

/// A chart, ready to be shown.
pub(super) struct Chart {
    pub(super) title: &'static str,
    /// What one point is: `Milisegundos por día`.
    pub(super) scale: String,
    pub(super) sum: Option<(String, (String, &'static str))>,
    /// For the script; empty if there is nothing to draw.
    pub(super) json: String,
    pub(super) columns: Vec<String>,
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
    series: Vec<DrawnLine<'a>>,
    limit: Option<f64>,
    limit_name: &'a str,
    before_name: &'a str,
    bars: bool,
    hourly: bool,
}

#[derive(Serialize)]
struct DrawnLine<'a> {
    name: &'a str,
    values: &'a [Option<f64>],
    before: &'a [Option<f64>],
}

impl Plot {
    /// As it is shown.
    pub(super) fn chart(self, tongue: Tongue, times: &Times<'_>) -> Chart {
        let rows: Vec<Row> = times
            .starts
            .iter()
            .enumerate()
            .rev()
            .filter_map(|(place, start)| self.row(tongue, place, when(tongue, *start, times.hourly)))
            .collect();
        let json = if rows.len() < FEWEST_POINTS { String::new() } else { self.drawn(tongue, times) };
        let is_compared = |line: &&Line| !line.before.is_empty();
        let names = self.lines.iter().map(|line| line.name.to_owned());
        let names_before = self.lines.iter().filter(is_compared).map(|line| before_name(tongue, line.name));
        Chart {
            title: self.title,
            scale: scale(tongue, self.unit, times.hourly),
            json,
            columns: names.chain(names_before).collect(),
            rows,
            sum: self.sum,
        }
    }

    fn drawn(&self, tongue: Tongue, times: &Times<'_>) -> String {
        let drawn = Drawn {
            unit: self.unit,
            times: times.starts.iter().map(|start| start.as_millis().div_euclid(1_000)).collect(),
            series: self
                .lines
                .iter()
                .map(|line| DrawnLine { name: line.name, values: &line.values, before: &line.before })
                .collect(),
            limit: self.limit.map(|(_, limit)| limit),
            limit_name: self.limit.map_or("", |(name, _)| name),
            before_name: tongue.say("antes", "before"),
            bars: self.bars,
            hourly: times.hourly,
        };
        serde_json::to_string(&drawn).unwrap_or_default()
    }

    fn row(&self, tongue: Tongue, place: usize, when: String) -> Option<Row> {
        let at = |values: &[Option<f64>]| values.get(place).copied().flatten();
        let is_something = self.lines.iter().filter_map(|line| at(&line.values)).any(|value| !self.bars || value > 0.0);
        let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| self.unit.shown(tongue, value));
        let now = self.lines.iter().map(|line| shown(at(&line.values)));
        let before = self.lines.iter().filter(|line| !line.before.is_empty()).map(|line| shown(at(&line.before)));
        is_something.then(|| Row { when, values: now.chain(before).collect() })
    }
}

fn before_name(tongue: Tongue, name: &str) -> String {
    format!("{name}, {}", tongue.say("periodo anterior", "period before"))
}

/// What one point is, in words.
fn scale(tongue: Tongue, unit: Unit, hourly: bool) -> String {
    let what = match unit {
        Unit::Ms => tongue.say("Tiempo", "Time"),
        Unit::Usd => tongue.say("Dólares", "US dollars"),
        Unit::Score => tongue.say("De 0 a 1", "0 to 1"),
        Unit::Count => tongue.say("Cuántas", "How many"),
    };
    let each = if hourly { tongue.say("por hora", "by the hour") } else { tongue.say("por día", "by the day") };
    format!("{what}, {each}")
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

    fn plot(unit: Unit, bars: bool, values: &[Option<f64>], before: &[Option<f64>]) -> Plot {
        let lines = vec![Line { name: "p50", values: values.to_vec(), before: before.to_vec() }];
        Plot { title: "Tiempo", unit, bars, limit: Some(("límite", 2_000.0)), lines, sum: None }
    }

    #[test]
    fn a_chart_and_its_table_hold_the_same_numbers() {
        let starts = [0, 3_600, 7_200].map(|second| Timestamp::from_millis(1_795_348_800_000 + second * 1_000));
        let plot = plot(Unit::Ms, false, &[Some(300.0), None, Some(2_500.0)], &[None, None, Some(400.0)]);
        let chart = plot.chart(Tongue::Es, &Times { starts: &starts, hourly: true });
        let told: Vec<(&str, &[String])> = chart.rows.iter().map(|row| (&*row.when, &*row.values)).collect();
        assert_eq!(
            told,
            [
                ("22 nov 2026, 14:00", &["2,50\u{a0}s".to_owned(), "400\u{a0}ms".to_owned()][..]),
                ("22 nov 2026, 12:00", &["300\u{a0}ms".to_owned(), "–".to_owned()][..]),
            ]
        );
        assert_eq!(chart.columns, ["p50", "p50, periodo anterior"]);
        assert_eq!(
            chart.json,
            r#"{"unit":"ms","times":[1795348800,1795352400,1795356000],"series":[{"name":"p50","values":[300.0,null,2500.0],"before":[null,null,400.0]}],"limit":2000.0,"limit_name":"límite","before_name":"antes","bars":false,"hourly":true}"#
        );
    }

    #[test]
    fn hardly_anything_is_no_chart() {
        let starts = [0, 1].map(|day| Timestamp::from_millis(day * 24 * 60 * 60 * 1_000));
        for (values, rows) in [([Some(0.0), Some(0.0)], 0), ([Some(0.0), Some(1.0)], 1)] {
            let chart =
                plot(Unit::Usd, true, &values, &[]).chart(Tongue::En, &Times { starts: &starts, hourly: false });
            assert_eq!((chart.json.as_str(), chart.rows.len()), ("", rows));
        }
    }
}
