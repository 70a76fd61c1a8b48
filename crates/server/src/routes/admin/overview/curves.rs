//! The charts of the overview: the period's course, with the one before it drawn faintly behind.

use portavoz_app::stats::{Figures, Overview, Point, Step};
use portavoz_domain::timestamp::Timestamp;

use super::super::charts::{Chart, Line, Plot, Times, Unit};
use super::super::desk::Desk;
use super::comparison::{Better, change};

/// What one chart draws of a period's figures.
struct Curve {
    title: &'static str,
    unit: Unit,
    bars: bool,
    better: Better,
    limit: Option<(&'static str, f64)>,
    lines: Vec<(&'static str, Figure)>,
    /// What the whole period is told by.
    sum: Figure,
}

type Figure = fn(&Figures) -> Option<f64>;

/// All of them, of a period and the course of the one before.
pub(super) fn charts(desk: &Desk, overview: &Overview, before: &[Point]) -> Vec<Chart> {
    let starts: Vec<Timestamp> = overview.series.iter().map(|point| point.start).collect();
    let times = Times { starts: &starts, hourly: overview.step == Step::Hour };
    let values = |points: &[Point], figure: Figure| points.iter().map(|point| figure(&point.figures)).collect();
    let is_comparable = overview.previous.turns > 0;
    let plot = |curve: Curve| {
        let (now, past) = ((curve.sum)(&overview.current), (curve.sum)(&overview.previous));
        let line = |(name, figure): (&'static str, Figure)| Line {
            name,
            values: values(&overview.series, figure),
            before: if is_comparable { values(before, figure) } else { Vec::new() },
        };
        Plot {
            sum: now.map(|sum| (curve.unit.shown(desk.tongue, sum), change(desk.tongue, curve.better, now, past))),
            title: curve.title,
            unit: curve.unit,
            bars: curve.bars,
            limit: curve.limit,
            lines: curve.lines.into_iter().map(line).collect(),
        }
    };
    curves(desk, overview.step).into_iter().map(|curve| plot(curve).chart(desk.tongue, &times)).collect()
}

fn curves(desk: &Desk, step: Step) -> [Curve; 5] {
    let say = |es, en| desk.tongue.say(es, en);
    let limits = desk.site.settings().alerts.thresholds;
    let (limit, least) = (say("límite", "limit"), say("mínimo", "at least"));
    [
        Curve {
            title: say("Preguntas", "Questions"),
            unit: Unit::Count,
            bars: true,
            better: Better::Neither,
            limit: None,
            lines: vec![(say("preguntas", "questions"), |figures| Some(figures.turns as f64))],
            sum: |figures| Some(figures.turns as f64),
        },
        Curve {
            title: say("Espera hasta las primeras palabras", "Wait for the first words"),
            unit: Unit::Ms,
            bars: false,
            better: Better::Less,
            limit: limits.response_ms.map(|ms| (limit, ms)),
            lines: vec![
                (say("19 de 20", "19 of 20"), |figures| figures.first_token.p95_ms),
                (say("la mitad", "half"), |figures| figures.first_token.p50_ms),
            ],
            sum: |figures| figures.first_token.p95_ms,
        },
        Curve {
            title: say("Calidad", "Quality"),
            unit: Unit::Score,
            bars: false,
            better: Better::More,
            limit: Some((least, limits.quality)),
            lines: vec![(say("calidad", "quality"), |figures| figures.quality.quality_mean)],
            sum: |figures| figures.quality.quality_mean,
        },
        Curve {
            title: say("Coste de las respuestas", "Cost of answers"),
            unit: Unit::Usd,
            bars: true,
            better: Better::Neither,
            // The limit is a day's: beside hours it would say nothing.
            limit: limits.cost_day_usd.filter(|_| step == Step::Day).map(|usd| (limit, usd)),
            lines: vec![(say("coste", "cost"), |figures| Some(figures.cost.cost_usd))],
            sum: |figures| Some(figures.cost.cost_usd),
        },
        Curve {
            title: say("Eficiencia de tokens", "Token efficiency"),
            unit: Unit::Score,
            bars: false,
            better: Better::More,
            limit: Some((least, limits.efficiency)),
            lines: vec![(say("eficiencia", "efficiency"), |figures| figures.efficiency.efficiency_mean)],
            sum: |figures| figures.efficiency.efficiency_mean,
        },
    ]
}
