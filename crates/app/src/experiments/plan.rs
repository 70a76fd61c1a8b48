//! How long an experiment will take at this site's traffic: asked before it starts, because the honest answer is often
//! "months". Start at [`plan`].

use portavoz_domain::answer::Outcome;
use portavoz_domain::experiment::Observation;
use portavoz_domain::timestamp::{DAY_MS, Timestamp};
use portavoz_domain::traffic::{Measure, Span, Tally, TrafficQuery};
use portavoz_stats::Alpha;
use portavoz_stats::sequential::{self, Blocks};
use portavoz_storage::{StorageError, TurnFilter};
use portavoz_text::language::Language;
use serde::Serialize;

use super::words::{Tongue, compare_offline};
use super::{Draft, ExperimentError, Result, check};
use crate::site::Site;

/// Traffic is looked at over so many days.
const DAYS: i64 = 28;
/// Turns that tell the share of success, the newest ones, at most.
const TURNS: u32 = 1_000;
/// Fewer first questions than this say nothing of the share of success.
const ENOUGH: u64 = 20;
/// The share of success that is taken for a site that has no answers to show: what sites like it mostly have.
const ASSUMED: f64 = 0.75;
/// An experiment that takes longer is not worth its time: the same questions can be compared offline.
const LONGEST_DAYS: f64 = 60.0;
/// The same experiments are played through at each call.
const SEED: u64 = 28;

/// What to make of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// It will come to a verdict in time, if there is a difference.
    Start,
    /// It will take too long: compare offline.
    CompareOffline,
    /// It will be given up before it can be told.
    RaiseHorizon,
    /// Nobody comes: it never ends.
    NoTraffic,
}

/// What to expect of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Conversations begun a day, the nearest to visitors that is known; null without any.
    pub visitors_per_day: Option<f64>,
    /// Over how many days.
    pub measured_days: f64,
    /// The share of first questions that were answered from the documents, 0 to 1.
    pub base: f64,
    /// Of how many first questions; 0 if the share is assumed.
    pub base_of: u64,
    /// The smallest difference that matters, 0 to 1.
    pub effect: f64,
    /// Visitors of all arms after which four in five experiments have their verdict; null if more than 20,000 of an arm.
    pub visitors: Option<u64>,
    /// Visitors after which half have.
    pub visitors_median: Option<u64>,
    /// Days until then; null if either is not known.
    pub days: Option<f64>,
    /// Days until half of all experiments have their verdict.
    pub days_median: Option<f64>,
    /// Visitors after which it is given up.
    pub horizon: u32,
    /// What to make of it.
    pub advice: Advice,
    /// All of it in words.
    pub sentence: String,
}

/// What to expect of a draft, in Spanish or English. Also checks it: what [`super::start`] refuses is refused here.
pub async fn plan(site: &Site, draft: &Draft, language: Language) -> Result<Plan> {
    let (arms, shares) = check(site, draft)?;
    let traffic = Recent::of(site).await?;
    let (effect, horizon) = (draft.design.effect, draft.design.horizon);
    let alpha = Alpha::new(draft.design.alpha).unwrap_or(Alpha::FIVE_PERCENT).shared_by(arms.len() - 1);
    let pairs: Vec<(u32, u32)> = shares
        .first()
        .into_iter()
        .flat_map(|control| shares.iter().skip(1).map(|variant| (*control, *variant)))
        .collect();
    let base = traffic.base;
    // Two hundred experiments are played through for each variant: not on a thread that answers others.
    let playing = site
        .tasks()
        .spawn_blocking(move || pairs.iter().map(|pair| visitors(*pair, base, effect, alpha)).collect::<Vec<_>>());
    let played = playing.await.map_err(|error| ExperimentError::Storage(StorageError::Backend(Box::new(error))))?;
    // The slowest variant decides.
    let slowest = |of: fn(&Needed) -> Option<u64>| {
        played.iter().map(of).collect::<Option<Vec<u64>>>().and_then(|all| all.into_iter().max())
    };
    let (needed, median) = (slowest(|one| one.at_80_percent), slowest(|one| one.median));
    let days = |visitors: Option<u64>| Some(visitors? as f64 / traffic.per_day?);
    let advice = match (traffic.per_day, needed) {
        (None, _) => Advice::NoTraffic,
        (_, None) => Advice::CompareOffline,
        (_, Some(_)) if days(needed).is_some_and(|days| days > LONGEST_DAYS) => Advice::CompareOffline,
        (_, Some(needed)) if needed > u64::from(horizon) => Advice::RaiseHorizon,
        _ => Advice::Start,
    };
    let mut plan = Plan {
        visitors_per_day: traffic.per_day,
        measured_days: traffic.days,
        base,
        base_of: traffic.base_of,
        effect,
        visitors: needed,
        visitors_median: median,
        days: days(needed),
        days_median: days(median),
        horizon,
        advice,
        sentence: String::new(),
    };
    plan.sentence = sentence(&plan, Tongue::of(language));
    Ok(plan)
}

/// The visitors of all arms until a verdict on one variant.
#[derive(Debug, Clone, Copy, Default)]
struct Needed {
    at_80_percent: Option<u64>,
    median: Option<u64>,
}

fn visitors((control, variant): (u32, u32), base: f64, effect: f64, alpha: Alpha) -> Needed {
    if control == 0 || variant == 0 {
        return Needed::default();
    }
    // Where there is no room above, the difference is looked for below.
    let effect = if base + effect > 1.0 { -effect } else { effect };
    let blocks = Blocks::for_shares(control.into(), variant.into());
    let Some(planned) = sequential::plan(&sequential::Plan { base, effect, alpha, blocks, seed: SEED }) else {
        return Needed::default();
    };
    let part = f64::from(control + variant) / f64::from(portavoz_domain::experiment::WHOLE);
    let all = |pair: Option<u64>| Some((pair? as f64 / part).ceil() as u64);
    Needed { at_80_percent: all(planned.at_80_percent()), median: all(planned.median()) }
}

/// The last four weeks.
struct Recent {
    per_day: Option<f64>,
    days: f64,
    base: f64,
    base_of: u64,
}

impl Recent {
    async fn of(site: &Site) -> Result<Self> {
        let now = site.now();
        let query = TrafficQuery {
            from: now.day().days_earlier(DAYS),
            to: Timestamp::from_millis(now.hour().as_millis() + portavoz_domain::timestamp::HOUR_MS),
            span: Span::Day,
            ..TrafficQuery::default()
        };
        let sums = site.storage().traffic().sums(site.id(), &query).await?;
        // A site that is younger than four weeks is judged by the days that it has.
        let first = sums.iter().map(|sum| sum.start).min().unwrap_or(now);
        let days = (now.millis_since(first) as f64 / DAY_MS as f64).max(1.0);
        let mut all = Tally::default();
        sums.iter().for_each(|sum| all.merge(&sum.tally));
        let conversations = all.get(&Measure::Conversations);
        let (base, base_of) = base(site, query.from, &all).await?;
        Ok(Self { per_day: (conversations > 0).then(|| conversations as f64 / days), days, base, base_of })
    }
}

/// The share of first questions that were answered from the documents, and of how many.
async fn base(site: &Site, from: Timestamp, all: &Tally) -> Result<(f64, u64)> {
    if site.settings().privacy.retention_days == 0 {
        // No words are kept that could be looked at again: who was answered at all stands in for it.
        let answered = all.get(&Measure::Outcome(Outcome::Answered));
        let asked = answered + all.get(&Measure::Outcome(Outcome::NotKnown));
        return Ok(share(answered, asked));
    }
    let filter = TurnFilter { from: Some(from), limit: TURNS, ..TurnFilter::default() };
    let turns = site.storage().turns().list(site.id(), &filter).await?;
    let first =
        turns.iter().filter_map(|turn| turn.settlement.as_ref()).filter(|settlement| settlement.opens_conversation);
    let observed: Vec<bool> = first.filter_map(Observation::of).map(|observation| observation.success).collect();
    let successes = observed.iter().filter(|success| **success).count() as u64;
    Ok(share(successes, observed.len() as u64))
}

fn share(successes: u64, all: u64) -> (f64, u64) {
    if all < ENOUGH { (ASSUMED, 0) } else { (successes as f64 / all as f64, all) }
}

fn sentence(plan: &Plan, tongue: Tongue) -> String {
    let (base, effect) = (tongue.percent(plan.base), tongue.number(plan.effect * 100.0, 0));
    let known = match plan.base_of {
        0 => tongue.say(
            format!("Se supone que hoy los documentos responden al {base} de las primeras preguntas (hay menos de {ENOUGH} para medirlo)."),
            format!("It is assumed that {base} of first questions are answered from the documents today (there are fewer than {ENOUGH} to measure)."),
        ),
        of => tongue.say(
            format!("Hoy los documentos responden al {base} de las primeras preguntas (de {of})."),
            format!("Today {base} of first questions are answered from the documents (of {of})."),
        ),
    };
    let Some(needed) = plan.visitors else {
        let compare = compare_offline(tongue);
        return tongue.say(
            format!("{known} Una diferencia de {effect} puntos no se notaría ni con 20.000 visitantes. {compare}"),
            format!("{known} A difference of {effect} points would not show in 20,000 visitors. {compare}"),
        );
    };
    let needs = tongue.say(
        format!("{known} Para notar una diferencia de {effect} puntos hacen falta unos {needed} visitantes (cuatro de cada cinco veces)."),
        format!("{known} To see a difference of {effect} points takes about {needed} visitors (four times out of five)."),
    );
    let (Some(per_day), Some(days)) = (plan.visitors_per_day, plan.days) else {
        return tongue.say(
            format!("{needs} Aún no viene nadie: no terminaría nunca. {}", compare_offline(tongue)),
            format!("{needs} Nobody comes yet: it would never end. {}", compare_offline(tongue)),
        );
    };
    let (per_day, days) = (tongue.number(per_day, 1), tongue.number(days.ceil(), 0));
    let time = tongue.say(
        format!("{needs} Con {per_day} al día son unos {days} días."),
        format!("{needs} At {per_day} a day that is about {days} days."),
    );
    let advice = match plan.advice {
        Advice::Start => tongue.say(
            "Si no hay diferencia, o es menor, no habrá veredicto antes.",
            "If there is no difference, or a smaller one, there will be no verdict sooner.",
        ),
        Advice::CompareOffline | Advice::NoTraffic => {
            let compare = compare_offline(tongue);
            tongue.say(format!("Es demasiado: mejor sin visitantes. {compare}"), format!("That is too long. {compare}"))
        }
        Advice::RaiseHorizon => tongue.say(
            format!("Se abandona a los {}: sube `horizon`, o busca una diferencia mayor.", plan.horizon),
            format!("It is given up after {}: raise `horizon`, or look for a larger difference.", plan.horizon),
        ),
    };
    format!("{time} {advice}")
}
