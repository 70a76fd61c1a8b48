//! The guide's expectations: faster, cheaper, as good, and the four thresholds; each met, not met, or not known yet.

use super::{Compared, DayCost, Expectation, Material, State};
use crate::stats::Figures;

/// The guide compares with this model.
const DEAR_MODEL: &str = "gpt-4";
/// At least this much cheaper.
const CHEAPER_FROM: f64 = 0.8;
/// At least so many times faster.
const FASTER_FROM: f64 = 2.0;
/// Comparable means at most this much worse.
const COMPARABLE_WITHIN: f64 = 0.05;
/// Fewer turns than this say nothing of a mean or a percentile.
const ENOUGH_TURNS: u64 = 20;

/// All of them, in the guide's order.
pub(super) fn expectations(
    material: &Material<'_>,
    all: &Figures,
    compared: &[Compared],
    cost_by_day: &[DayCost],
) -> Vec<Expectation> {
    vec![
        faster(material, all),
        cheaper(compared, all),
        comparable(material, all),
        response(material, all),
        cost(material, all, cost_by_day),
        quality(material, all),
        efficiency(material, all),
    ]
}

/// An expectation of which nothing is known.
fn unknown(name: &'static str, expected: String, figure: &str, advice: &str) -> Expectation {
    Expectation { name, expected, state: State::NotKnown, figure: figure.to_owned(), advice: Some(advice.to_owned()) }
}

fn state(met: bool) -> State {
    if met { State::Met } else { State::NotMet }
}

const MEASURE: &str = "ask a reference model the same questions: `portavoz report --reference gpt-4o`";
const TRAFFIC: &str = "it shows once visitors have asked; `portavoz ask` asks as one";

fn faster(material: &Material<'_>, all: &Figures) -> Expectation {
    let expected = "answers 2-3 times faster than the reference model".to_owned();
    let Some(own) = all.total.p50_ms else { return unknown("faster", expected, "no answer was timed", TRAFFIC) };
    let reference = material.reference.as_ref();
    let Some((model, theirs)) = reference.and_then(|it| Some((&it.model, it.figures.total.p50_ms?))) else {
        return unknown("faster", expected, &format!("half of the answers took {own:.0} ms"), MEASURE);
    };
    let times = theirs / own.max(1.0);
    let figure = format!("{times:.1} times: {own:.0} ms against {theirs:.0} ms of {model}, at the median");
    Expectation { name: "faster", expected, state: state(times >= FASTER_FROM), figure, advice: None }
}

fn cheaper(compared: &[Compared], all: &Figures) -> Expectation {
    let expected = format!("80-90 % cheaper than {DEAR_MODEL}");
    if all.cost.unpriced_turns > 0 {
        let figure = format!("{} turns used a model without a known price", all.cost.unpriced_turns);
        return unknown("cheaper", expected, &figure, "give it a price in the file of `models.overrides`");
    }
    let dear = compared.iter().find(|other| other.model == DEAR_MODEL);
    let Some((dear, share)) = dear.and_then(|dear| Some((dear, dear.saved_share?))) else {
        let figure = if all.turns > 0 { "no model was called, so nothing was paid" } else { "no turns" };
        return unknown("cheaper", expected, figure, "it shows once a model has answered; set `OPENAI_API_KEY`");
    };
    let paid = all.cost.cost_usd;
    let figure =
        format!("{:.1} % cheaper: ${paid:.4} against ${:.4} for the same tokens", share * 100.0, dear.cost_usd);
    Expectation { name: "cheaper", expected, state: state(share >= CHEAPER_FROM), figure, advice: None }
}

fn comparable(material: &Material<'_>, all: &Figures) -> Expectation {
    let expected = "quality comparable with the reference model's".to_owned();
    let Some(own) = all.quality.quality_mean else {
        return unknown("comparable", expected, "no answer was scored", TRAFFIC);
    };
    let reference = material.reference.as_ref();
    let Some((model, theirs)) = reference.and_then(|it| Some((&it.model, it.figures.quality.quality_mean?))) else {
        return unknown("comparable", expected, &format!("quality {own:.2}"), MEASURE);
    };
    let figure = format!("{own:.2} against {theirs:.2} of {model}");
    Expectation { name: "comparable", expected, state: state(own >= theirs - COMPARABLE_WITHIN), figure, advice: None }
}

fn response(material: &Material<'_>, all: &Figures) -> Expectation {
    let limit = material.limits.response_ms;
    let expected = format!("first words within {limit:.0} ms for nineteen of twenty visitors");
    let Some(p95) = all.first_token.p95_ms.filter(|_| all.first_token.timed_turns >= ENOUGH_TURNS) else {
        return few("response_time", expected, all.first_token.timed_turns, "timed");
    };
    let met = p95 <= limit;
    let advice = "see which rung is slow: `portavoz stats`; a lower `context.max_tokens` makes prompts shorter";
    let figure = format!("{p95:.0} ms at the 95th percentile of {} turns", all.first_token.timed_turns);
    Expectation { name: "response_time", expected, state: state(met), figure, advice: advised(met, advice) }
}

fn cost(material: &Material<'_>, all: &Figures, cost_by_day: &[DayCost]) -> Expectation {
    let limit = material.limits.cost_day_usd;
    let expected = format!("at most ${limit:.2} a day");
    let dearest = cost_by_day.iter().max_by(|one, other| one.cost_usd.total_cmp(&other.cost_usd));
    let Some(dearest) = dearest else { return unknown("cost_day", expected, "no turns", TRAFFIC) };
    let met = dearest.cost_usd <= limit;
    let unpriced = match all.cost.unpriced_turns {
        0 => String::new(),
        turns => format!(", and {turns} turns of unknown price"),
    };
    let figure = format!("${:.4} on the dearest day, {}{unpriced}", dearest.cost_usd, dearest.day);
    let state = if met && all.cost.unpriced_turns > 0 { State::NotKnown } else { state(met) };
    Expectation {
        name: "cost_day",
        expected,
        state,
        figure,
        advice: advised(met, "`budget.day_usd` keeps every day below a cap"),
    }
}

fn quality(material: &Material<'_>, all: &Figures) -> Expectation {
    let limit = material.limits.quality;
    let expected = format!("quality of at least {limit:.2}");
    let scores = &all.quality;
    let Some(mean) = scores.quality_mean.filter(|_| scores.scored_turns >= ENOUGH_TURNS) else {
        return few("quality", expected, scores.scored_turns, "scored");
    };
    let terms =
        [("relevance", scores.relevance_mean), ("accuracy", scores.accuracy_mean), ("clarity", scores.clarity_mean)];
    let told: Vec<String> = terms.iter().filter_map(|(name, mean)| Some(format!("{name} {:.2}", (*mean)?))).collect();
    let figure = format!("{mean:.2} on {} turns ({})", scores.scored_turns, told.join(", "));
    let met = mean >= limit;
    let advice = "look at the worst answers: `GET /api/admin/turns?max_quality=0.6`";
    Expectation { name: "quality", expected, state: state(met), figure, advice: advised(met, advice) }
}

fn efficiency(material: &Material<'_>, all: &Figures) -> Expectation {
    let limit = material.limits.efficiency;
    let expected = format!("token efficiency of at least {limit:.2}");
    let measured = all.efficiency.measured_turns;
    let Some(mean) = all.efficiency.efficiency_mean.filter(|_| measured >= ENOUGH_TURNS) else {
        return few("efficiency", expected, measured, "with a model");
    };
    let met = mean >= limit;
    let advice =
        "fewer passages (`retrieval.max_results`) and a shorter history (`conversation.max_tokens`) waste fewer tokens";
    let figure = format!("{mean:.2} on {measured} turns");
    Expectation { name: "efficiency", expected, state: state(met), figure, advice: advised(met, advice) }
}

fn few(name: &'static str, expected: String, turns: u64, what: &str) -> Expectation {
    unknown(name, expected, &format!("{turns} turns {what}; {ENOUGH_TURNS} say enough"), TRAFFIC)
}

fn advised(met: bool, advice: &str) -> Option<String> {
    (!met).then(|| advice.to_owned())
}
