//! How everything that is watched stands, as findings of the rules.
//!
//! Figures of turns are those of [`crate::stats`], by the hour: what the dashboard shows is what alerts are about, and no
//! turn is read for it, however busy the site is. The price is that a window begins at a full hour. It is the running
//! hour and as many full ones before it as the owner wants, and further back where turns are few, up to a day: a site
//! with ten visitors a day gets its verdicts too.

use std::sync::Arc;

use portavoz_domain::alerts::Episode;
use portavoz_domain::alerts::rules::{self, Ending, Finding, Sample, Thresholds, Window};
use portavoz_domain::answer::RungTried;
use portavoz_domain::timestamp::{HOUR_MS, Timestamp};
use portavoz_domain::traffic::{Span, Tally, TrafficQuery};
use portavoz_domain::turn::Turn;
use portavoz_storage::{StorageError, TurnFilter};

use crate::lifecycle::{Warning, warnings_in};
use crate::site::Site;
use crate::stats::Figures;

/// How far back a window reaches at most, in hours before the running one.
const FURTHEST_HOURS: i64 = 24;
/// Turns in which a model's last calls are looked for.
const LAST_TURNS: u32 = 50;

/// How everything stands. `open` are the open episodes: some end by other things than figures.
pub(super) async fn findings(site: &Arc<Site>, open: &[Episode]) -> Result<Vec<Finding>, StorageError> {
    let thresholds = &site.settings().alerts.thresholds;
    let now = site.now();
    let mut findings = rules::traffic(&window(site, now, thresholds).await?, thresholds);
    let standing = site.storage().spending().standing(site.id(), now).await?;
    findings.extend(rules::cost_of_day(&standing, thresholds));
    findings.extend(rules::budgets(&standing, &site.settings().budget.caps, now, open));
    findings.extend(providers(site, thresholds, open).await?);
    let endings: Vec<Ending> = warnings_in(site, super::language(site)).into_iter().map(ending).collect();
    findings.extend(rules::lifecycle(&endings, open));
    findings.extend(rules::orphans_of_past_days(now, open));
    Ok(findings)
}

/// The figures of the last hours.
async fn window(site: &Site, now: Timestamp, thresholds: &Thresholds) -> Result<Window, StorageError> {
    let hour = now.hour().as_millis();
    let from = hour - FURTHEST_HOURS * HOUR_MS;
    let query = TrafficQuery {
        from: Timestamp::from_millis(from),
        to: Timestamp::from_millis(hour + HOUR_MS),
        span: Span::Hour,
        ..TrafficQuery::default()
    };
    let sums = site.storage().traffic().sums(site.id(), &query).await?;
    let mut reaches = Vec::new();
    let mut sum = Tally::default();
    for start in (0..=FURTHEST_HOURS).map(|back| hour - back * HOUR_MS) {
        for one in sums.iter().filter(|one| one.start.as_millis() == start) {
            sum.merge(&one.tally);
        }
        if hour - start >= i64::from(thresholds.window_hours) * HOUR_MS || start == from {
            reaches.push(Reach {
                since: Timestamp::from_millis(start),
                figures: Figures::of(&sum),
                tally: sum.clone(),
            });
        }
    }
    Ok(choose(&reaches, thresholds))
}

/// The turns since some hour.
struct Reach {
    since: Timestamp,
    figures: Figures,
    tally: Tally,
}

/// Each figure of the shortest reach with enough turns, otherwise of the longest.
fn choose(reaches: &[Reach], thresholds: &Thresholds) -> Window {
    let shortest = |count: fn(&Figures) -> u64| {
        let enough = reaches.iter().find(|reach| count(&reach.figures) >= thresholds.min_turns);
        enough.or(reaches.last()).map(|reach| (reach, count(&reach.figures)))
    };
    let sample = |count: fn(&Figures) -> u64, value: fn(&Figures) -> Option<f64>| {
        let (reach, turns) = shortest(count)?;
        Some(Sample { value: value(&reach.figures)?, turns, since: reach.since })
    };
    let timed: fn(&Figures) -> u64 = |figures| figures.first_token.timed_turns;
    let limit = thresholds.response_ms.unwrap_or(f64::INFINITY);
    let within = shortest(timed).and_then(|(reach, _)| reach.tally.first_token().share_within(limit));
    Window {
        first_words_p95_ms: sample(timed, |figures| figures.first_token.p95_ms).unwrap_or_default(),
        within_limit: within.unwrap_or(1.0),
        quality: sample(|figures| figures.quality.scored_turns, |figures| figures.quality.quality_mean)
            .unwrap_or_default(),
        efficiency: sample(|figures| figures.efficiency.measured_turns, |figures| figures.efficiency.efficiency_mean)
            .unwrap_or_default(),
        fallback_rate: sample(|figures| figures.fallback.asked_turns, |figures| figures.fallback.fallback_rate)
            .unwrap_or_default(),
    }
}

/// Whether models answer at all, by the last turns that asked them, whichever process did.
async fn providers(site: &Site, thresholds: &Thresholds, open: &[Episode]) -> Result<Vec<Finding>, StorageError> {
    let models: Vec<String> = site.models().iter().map(|model| model.name().to_owned()).collect();
    let turns = match models.is_empty() {
        true => Vec::new(),
        false => {
            let filter = TurnFilter { limit: LAST_TURNS, ..TurnFilter::default() };
            site.storage().turns().list(site.id(), &filter).await?
        }
    };
    let tried = turns.iter().flat_map(newest_first);
    Ok(rules::providers(&models, tried, thresholds, open))
}

fn newest_first(turn: &Turn) -> impl Iterator<Item = &RungTried> + Clone {
    turn.settlement.iter().flat_map(|settlement| settlement.ladder.iter().rev())
}

fn ending(warning: Warning) -> Ending {
    Ending { subject: warning.subject(), days: warning.days, message: warning.message }
}
