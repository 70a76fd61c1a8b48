//! `/admin/experiments/{id}`: one experiment with all that is known of it, and what can be done.

use askama::Template;
use axum::extract::Path;
use portavoz_app::experiments::judge::{
    ArmFigures, Guardrail, GuardrailKind, GuardrailState, Judged, Judgement, Verdict,
};
use portavoz_app::experiments::{find, judge};
use portavoz_app::records::{TurnFilter, turns};
use portavoz_domain::experiment::{Experiment, ExperimentState, WHOLE};
use portavoz_domain::turn::Turn;

use super::super::conversation::ending;
use super::super::desk::{Desk, Frame, Page, Section, render};
use super::super::tongue::Tongue;
use super::evidence::{Course, progress, wealth};
use super::{period, state};

/// Answers of each arm that are shown.
const SEEN: usize = 4;
/// Turns that are looked through for them.
const LOOKED_THROUGH: u32 = 300;

#[derive(Template)]
#[template(path = "admin/experiment.html")]
struct ExperimentPage {
    ui: Frame,
    id: String,
    state: (&'static str, &'static str),
    when: String,
    note: String,
    /// Why what was wanted was not done.
    refused: Option<String>,
    /// Colour of the whole.
    tone: &'static str,
    word: &'static str,
    sentence: String,
    arms: Vec<ArmShown>,
    variants: Vec<VariantShown>,
    ratio: RatioShown,
    /// Name and figure.
    visitors: Vec<(&'static str, String)>,
    seen: Vec<(String, Vec<Seen>)>,
    /// What can be done now.
    may_stop: bool,
    may_ship: Vec<String>,
    may_archive: bool,
    /// The shares in force, in per cent; `None` unless they can be changed.
    shares: Option<String>,
}

/// An arm with its figures.
struct ArmShown {
    name: String,
    differences: Vec<(&'static str, String)>,
    share: String,
    visitors: String,
    /// Share answered from the documents, and the shares that are possible.
    rate: (String, String),
    cost: String,
    slow: String,
    withheld: String,
    thumbs: String,
}

/// A variant against the control.
struct VariantShown {
    name: String,
    verdict: (&'static str, &'static str),
    sentence: String,
    course: Option<CourseShown>,
    /// `4 to 1 of 20 to 1`, and how far that is, 0 to 1.
    evidence: (String, f64),
    guardrails: Vec<GuardrailShown>,
}

struct CourseShown {
    course: Course,
    /// The ends of the axis.
    upper: String,
    lower: String,
    visitors: String,
    /// The whole in words.
    told: String,
    /// Visitors, the difference seen, and those not ruled out; the newest first.
    rows: Vec<(String, String, String)>,
}

struct GuardrailShown {
    name: &'static str,
    state: (&'static str, &'static str),
    control: String,
    variant: String,
    limit: String,
}

struct RatioShown {
    state: (&'static str, &'static str),
    got: String,
    expected: String,
}

/// What a visitor saw.
struct Seen {
    address: String,
    question: String,
    answer: String,
    ending: (&'static str, &'static str),
    when: String,
}

/// The page.
pub(in super::super) async fn show(desk: Desk, Path(id): Path<String>) -> Page {
    page(&desk, &id, None).await
}

/// The page, perhaps after something that could not be done.
pub(super) async fn page(desk: &Desk, id: &str, refused: Option<String>) -> Page {
    let tongue = desk.tongue;
    let experiment = find(&desk.site, id).await?;
    let judgement = judge::judge(&desk.site, experiment.clone(), tongue.language()).await?;
    let (tone, word) = whole(tongue, &judgement);
    let is = |state: ExperimentState| experiment.state == state;
    let (runs, stopped, shipped) =
        (is(ExperimentState::Running), is(ExperimentState::Stopped), is(ExperimentState::Shipped));
    let percents = experiment.shares_now().iter().map(|share| percent(tongue, *share));
    let mut ui = desk.frame_of_form(Section::Experiments);
    ui.title = experiment.name.to_string();
    ui.here = format!("{}/{}", super::PATH, experiment.id);
    render(&ExperimentPage {
        id: experiment.id.to_string(),
        state: state(tongue, experiment.state),
        when: period(tongue, &experiment),
        note: experiment.note.clone(),
        refused,
        tone,
        word,
        sentence: judgement.sentence.clone(),
        arms: judgement.arms.iter().map(|arm| arm_shown(tongue, arm)).collect(),
        variants: judgement.variants.iter().map(|judged| variant_shown(tongue, &judgement, judged)).collect(),
        ratio: ratio_shown(tongue, &judgement),
        visitors: visitors(tongue, &judgement),
        seen: seen(desk, &experiment).await?,
        may_stop: runs || shipped,
        may_ship: if runs || stopped {
            experiment.arms.iter().skip(1).map(|arm| arm.name.to_string()).collect()
        } else {
            Vec::new()
        },
        may_archive: stopped || shipped,
        shares: runs.then(|| percents.collect::<Vec<_>>().join(" ")),
        ui,
    })
}

fn verdict(tongue: Tongue, verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Running => ("plain", tongue.say("aún no se sabe", "not known yet")),
        Verdict::Better => ("good", tongue.say("mejor", "better")),
        Verdict::Worse => ("bad", tongue.say("peor", "worse")),
        Verdict::NoDifference => ("good", tongue.say("sin diferencia que importe", "no difference that matters")),
        Verdict::CannotTell => ("warn", tongue.say("no se sabrá", "cannot tell")),
    }
}

/// The colour and word of all variants together: what presses most comes first.
fn whole(tongue: Tongue, judgement: &Judgement) -> (&'static str, &'static str) {
    if judgement.ratio.alarm {
        return ("bad", tongue.say("cifras dudosas", "figures not to be trusted"));
    }
    let any = |wanted: Verdict| judgement.variants.iter().any(|judged| judged.verdict == wanted);
    if any(Verdict::Better) && any(Verdict::Worse) {
        return ("warn", tongue.say("una mejor, otra peor", "one better, another worse"));
    }
    let order = [Verdict::Worse, Verdict::Better, Verdict::CannotTell, Verdict::NoDifference, Verdict::Running];
    let found = order.into_iter().find(|verdict| any(*verdict));
    verdict(tongue, found.unwrap_or(Verdict::Running))
}

fn arm_shown(tongue: Tongue, arm: &ArmFigures) -> ArmShown {
    let of = |count: u64| {
        if arm.observed == 0 { "–".to_owned() } else { tongue.share(count as f64 / arm.observed as f64) }
    };
    let (low, high) = (tongue.share(arm.possible.low), tongue.share(arm.possible.high));
    ArmShown {
        name: arm.name.to_string(),
        differences: arm.differences.clone(),
        share: percent(tongue, arm.share_per_mille),
        visitors: format!("{} {} {}", tongue.count(arm.observed), tongue.say("de", "of"), tongue.count(arm.exposed)),
        rate: (arm.rate.map_or_else(|| "–".to_owned(), |rate| tongue.share(rate)), format!("[{low} – {high}]")),
        cost: arm.cost_mean_usd.map_or_else(|| "–".to_owned(), |cost| tongue.dollars(cost)),
        slow: of(arm.slow),
        withheld: of(arm.withheld),
        thumbs: format!("{} / {}", tongue.count(arm.thumbs_up), tongue.count(arm.thumbs_down)),
    }
}

/// Thousandths as a percentage, with a decimal only if it needs one.
fn percent(tongue: Tongue, per_mille: u32) -> String {
    let share = f64::from(per_mille) / f64::from(WHOLE) * 100.0;
    format!("{}%", tongue.decimal(share, usize::from(!per_mille.is_multiple_of(10))))
}

fn variant_shown(tongue: Tongue, judgement: &Judgement, judged: &Judged) -> VariantShown {
    let points = |share: f64| {
        let sign = if share > 0.0 { "+" } else { "−" };
        format!("{sign}{}", tongue.decimal(share.abs() * 100.0, 0))
    };
    let course = Course::of(judged, judgement.effect).map(|course| CourseShown {
        upper: points(course.reach),
        lower: points(-course.reach),
        visitors: tongue.count(course.visitors),
        told: {
            let (low, high) = (points(judged.possible.low), points(judged.possible.high));
            match tongue {
                Tongue::Es => {
                    format!("tras {} visitantes la diferencia está entre {low} y {high} puntos", course.visitors)
                }
                Tongue::En => {
                    format!("after {} visitors the difference is between {low} and {high} points", course.visitors)
                }
            }
        },
        rows: course
            .moments
            .iter()
            .map(|moment| {
                let seen = moment.difference.map_or_else(|| "–".to_owned(), points);
                let possible = [moment.possible.low, moment.possible.high].map(points);
                (tongue.count(moment.visitors), seen, possible.join(tongue.say(" a ", " to ")))
            })
            .collect(),
        course,
    });
    let (has, takes) = wealth(judged.p_adjusted, judgement.alpha);
    let (has, takes) = (tongue.count(has.floor() as u64), tongue.count(takes.round() as u64));
    let evidence = match tongue {
        Tongue::Es => format!("{has} a 1; para un veredicto hacen falta {takes} a 1"),
        Tongue::En => format!("{has} to 1; a verdict takes {takes} to 1"),
    };
    VariantShown {
        name: judged.name.to_string(),
        verdict: verdict(tongue, judged.verdict),
        sentence: judged.sentence.clone(),
        course,
        evidence: (evidence, progress(judged.p_adjusted, judgement.alpha)),
        guardrails: judged.guardrails.iter().map(|guardrail| guardrail_shown(tongue, guardrail)).collect(),
    }
}

fn guardrail_shown(tongue: Tongue, guardrail: &Guardrail) -> GuardrailShown {
    let say = |es, en| tongue.say(es, en);
    let name = match guardrail.kind {
        GuardrailKind::Cost => say("Coste de una primera respuesta", "Cost of a first answer"),
        GuardrailKind::Slow => say("Esperaron demasiado", "Waited too long"),
        GuardrailKind::Withheld => say("Con frases retenidas", "With sentences withheld"),
        GuardrailKind::Thumbs => say("Pulgares hacia abajo", "Thumbs down"),
    };
    let state = match guardrail.state {
        GuardrailState::Holds => ("good", say("se respeta", "holds")),
        GuardrailState::Broken => ("bad", say("se incumple", "broken")),
        GuardrailState::NotYetKnown => ("plain", say("aún no se sabe", "not known yet")),
        GuardrailState::NotApplicable => ("plain", say("no se aplica", "does not apply")),
    };
    let figure = |value: Option<f64>| match (value, guardrail.kind) {
        (None, _) => "–".to_owned(),
        (Some(value), GuardrailKind::Cost) => tongue.dollars(value),
        (Some(value), _) => tongue.share(value),
    };
    GuardrailShown {
        name,
        state,
        control: figure(guardrail.control),
        variant: figure(guardrail.variant),
        limit: figure(guardrail.limit),
    }
}

fn ratio_shown(tongue: Tongue, judgement: &Judgement) -> RatioShown {
    let all = |numbers: Vec<String>| numbers.join(" : ");
    RatioShown {
        state: if judgement.ratio.alarm {
            ("bad", tongue.say("el reparto falla", "the assignment is broken"))
        } else {
            ("good", tongue.say("bien", "fine"))
        },
        got: all(judgement.ratio.got.iter().map(|got| tongue.count(*got)).collect()),
        expected: all(judgement.ratio.expected.iter().map(|it| tongue.decimal(*it, 0)).collect()),
    }
}

fn visitors(tongue: Tongue, judgement: &Judgement) -> Vec<(&'static str, String)> {
    let say = |es, en| tongue.say(es, en);
    vec![
        (say("Cuentan", "Count"), tongue.count(judgement.observed)),
        (
            say("Aún no han preguntado a los documentos", "Have not asked the documents yet"),
            tongue.count(judgement.unobserved),
        ),
        (say("Excluidos: vieron dos maneras", "Left out: saw two ways"), tongue.count(judgement.mixed)),
        (say("Se acaba con", "It ends at"), tongue.count(judgement.horizon.into())),
    ]
}

/// The newest answers of each arm.
async fn seen(
    desk: &Desk,
    experiment: &Experiment,
) -> Result<Vec<(String, Vec<Seen>)>, super::super::trouble::Trouble> {
    let filter = TurnFilter {
        from: Some(experiment.started),
        to: experiment.ended,
        limit: LOOKED_THROUGH,
        ..TurnFilter::default()
    };
    let found = turns(&desk.site, &filter).await?;
    let of_arm = |label: String| {
        let variant = |turn: &&Turn| turn.settlement.as_ref().and_then(|it| it.variant.as_ref()) == Some(&label);
        found.iter().filter(variant).take(SEEN).map(|turn| seen_by(desk, turn)).collect::<Vec<_>>()
    };
    let arms = experiment.arms.iter().map(|arm| (arm.name.to_string(), of_arm(experiment.label(&arm.name))));
    Ok(arms.filter(|(_, seen)| !seen.is_empty()).collect())
}

fn seen_by(desk: &Desk, turn: &Turn) -> Seen {
    /// Of an answer; the rest is in the conversation.
    const MOST_CHARS: usize = 240;
    let answer = turn.settlement.as_ref().map(|settlement| settlement.answer.as_str()).unwrap_or_default();
    let mut shown: String = answer.chars().take(MOST_CHARS).collect();
    if shown.len() < answer.len() {
        shown.push('…');
    }
    let (words, tone) = ending(desk.tongue, turn.settlement.as_ref());
    Seen {
        address: format!("/admin/conversations/{}#turn-{}", turn.admitted.conversation, turn.admitted.id),
        question: turn.admitted.question.clone(),
        answer: shown,
        ending: (tone, words),
        when: desk.tongue.brief(turn.admitted.created, desk.site.now()),
    }
}
