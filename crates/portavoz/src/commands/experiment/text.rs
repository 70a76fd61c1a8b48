//! Experiments for the terminal: verdict first, then the figures, then what guards them.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use portavoz_app::experiments::judge::{
    ArmFigures, Guardrail, GuardrailKind, GuardrailState, Judged, Judgement, Possible,
};
use portavoz_app::experiments::plan::Plan;
use portavoz_domain::experiment::{Experiment, ExperimentState};
use portavoz_domain::timestamp::Timestamp;

use crate::output::{bold, dim};

/// Columns of the picture of a difference.
const WIDTH: usize = 41;
/// Percentage points from its middle to either end.
const REACH: f64 = 0.4;

/// What to expect.
pub(super) fn plan(plan: &Plan) -> String {
    plan.sentence.clone()
}

/// All experiments in a table.
pub(super) fn list(experiments: &[Experiment]) -> String {
    if experiments.is_empty() {
        return "no experiment; `portavoz experiment plan --help` says how to begin".to_owned();
    }
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["name", "state", "variants", "shares", "since"]);
    for experiment in experiments {
        let state = match &experiment.shipped {
            Some(arm) if experiment.state == ExperimentState::Shipped => format!("shipped: {arm}"),
            _ => experiment.state.to_string(),
        };
        let variants: Vec<&str> = experiment.arms.iter().skip(1).map(|arm| arm.name.as_str()).collect();
        let started = minute(experiment.started);
        table.add_row([experiment.name.to_string(), state, variants.join(", "), shares(experiment), started]);
    }
    table.trim_fmt()
}

/// `500 : 500`.
pub(super) fn shares(experiment: &Experiment) -> String {
    experiment.shares_now().iter().map(ToString::to_string).collect::<Vec<_>>().join(" : ")
}

/// What was shipped, and what to do about it.
pub(super) fn shipped(experiment: &Experiment) -> String {
    let arm = experiment.shipped.as_ref().and_then(|name| experiment.arm(name));
    let differences = arm.map(|arm| arm.variation.differences()).unwrap_or_default();
    let lines: Vec<String> = differences.iter().map(|(key, value)| format!("  {key} = {value}")).collect();
    let name = &experiment.name;
    format!(
        "`{}` answers everybody now; running servers follow within a minute. It differs by:\n{}\nwrite that into \
         portavoz.toml, then `portavoz experiment archive {name}`; `portavoz experiment stop {name}` takes it back",
        experiment.shipped.as_ref().map_or("", |arm| arm.as_str()),
        lines.join("\n")
    )
}

/// One line, for logs.
pub(super) fn line(judgement: &Judgement) -> String {
    format!("{} {}: {}", judgement.experiment, judgement.state, judgement.sentence)
}

/// Everything about one.
pub(super) fn shown(experiment: &Experiment, judgement: &Judgement) -> String {
    let ended = experiment.ended.map(|ended| format!(", ended {}", minute(ended))).unwrap_or_default();
    let heading = format!(
        "{}  {}",
        bold().apply_to(&experiment.name),
        dim().apply_to(format!("{}, began {}{ended}", experiment.state, minute(experiment.started)))
    );
    let mut lines = vec![heading, judgement.sentence.clone(), String::new(), arms(&judgement.arms), String::new()];
    for judged in &judgement.variants {
        lines.extend(variant(judged));
    }
    lines.push(visitors(judgement));
    lines.extend((!experiment.note.is_empty()).then(|| format!("note: {}", experiment.note)));
    lines.join("\n")
}

fn arms(arms: &[ArmFigures]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(["", "share", "visitors", "answered", "cost", "slow", "withheld", "thumbs"]);
    for arm in arms {
        let part =
            |count: u64| if arm.observed == 0 { "–".to_owned() } else { percent(count as f64 / arm.observed as f64) };
        table.add_row([
            arm.name.to_string(),
            format!("{} %", f64::from(arm.share_per_mille) / 10.0),
            arm.observed.to_string(),
            arm.rate.map_or_else(|| "–".to_owned(), percent),
            arm.cost_mean_usd.map_or_else(|| "–".to_owned(), |cost| format!("${cost:.6}")),
            part(arm.slow),
            part(arm.withheld),
            format!("{} up, {} down", arm.thumbs_up, arm.thumbs_down),
        ]);
    }
    table.trim_fmt()
}

fn variant(judged: &Judged) -> Vec<String> {
    vec![
        format!("{}  {}", bold().apply_to(&judged.name), picture(judged)),
        format!("  p = {:.4} at any look, all variants together", judged.p_adjusted),
        format!("  guardrails {}", guardrails(&judged.guardrails)),
        String::new(),
    ]
}

/// The differences that are possible, on a scale from -40 to +40 points: `·` ruled out, `━` possible, `●` seen.
fn picture(judged: &Judged) -> String {
    let place = |difference: f64| {
        let share = ((difference + REACH) / (2.0 * REACH)).clamp(0.0, 1.0);
        (share * (WIDTH - 1) as f64).round() as usize
    };
    let Possible { low, high } = judged.possible;
    let seen = judged.difference.map(place);
    let letter = |column: usize| match column {
        column if Some(column) == seen => '●',
        column if column == place(0.0) => '|',
        column if (place(low)..=place(high)).contains(&column) => '━',
        _ => '·',
    };
    let scale: String = (0..WIDTH).map(letter).collect();
    format!("{scale}  {:+.1} to {:+.1} points", low * 100.0, high * 100.0)
}

/// `holds: cost; not yet known: waiting, thumbs`.
fn guardrails(all: &[Guardrail]) -> String {
    let states = [
        (GuardrailState::Broken, "BROKEN"),
        (GuardrailState::Holds, "hold"),
        (GuardrailState::NotYetKnown, "not yet known"),
        (GuardrailState::NotApplicable, "not applicable"),
    ];
    let of_state = |(state, words): &(GuardrailState, &str)| {
        let found = all.iter().filter(|guardrail| guardrail.state == *state);
        let named: Vec<&str> = found.map(|guardrail| guarded(guardrail.kind)).collect();
        (!named.is_empty()).then(|| format!("{words}: {}", named.join(", ")))
    };
    states.iter().filter_map(of_state).collect::<Vec<_>>().join("; ")
}

const fn guarded(kind: GuardrailKind) -> &'static str {
    match kind {
        GuardrailKind::Cost => "cost",
        GuardrailKind::Slow => "waiting",
        GuardrailKind::Withheld => "withheld sentences",
        GuardrailKind::Thumbs => "thumbs",
    }
}

fn visitors(judgement: &Judgement) -> String {
    let Judgement { exposed, observed, unobserved, mixed, ratio, .. } = judgement;
    let expected: Vec<String> = ratio.expected.iter().map(|expected| format!("{expected:.0}")).collect();
    let got: Vec<String> = ratio.got.iter().map(ToString::to_string).collect();
    let health = if ratio.alarm { "OFF" } else { "as planned" };
    dim()
        .apply_to(format!(
            "{exposed} visitors: {observed} count, {unobserved} have asked nothing yet, {mixed} saw two ways and are left out\n\
             proportions {health}: {} (planned {}), p = {:.4}",
            got.join(" : "),
            expected.join(" : "),
            ratio.p
        ))
        .to_string()
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn minute(at: Timestamp) -> String {
    at.to_rfc3339().chars().take(16).map(|letter| if letter == 'T' { ' ' } else { letter }).collect()
}
