//! What `/metrics` tells: the process's counters as the text that Prometheus reads.
//!
//! Counters and times are of this process since it started; money, alerts and knowledge are as they stand. Every label has
//! a bounded number of values. To add one more metric: a line in one of the functions below; its name ends in its unit,
//! and a counter's in `_total`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use portavoz_app::meter::Readings;
use portavoz_app::site::Site;
use portavoz_app::stats::{open_alerts, spend};
use portavoz_domain::answer::{Outcome, Rung};
use portavoz_domain::feedback::Rating;
use portavoz_domain::traffic::reasons::known;
use portavoz_domain::traffic::{Measure, Tally};
use portavoz_domain::usage::usd;
use portavoz_domain::verification::Status;
use portavoz_text::language::Language;

mod text;

pub(crate) use text::CONTENT_TYPE;
use text::{Kind, Page};

/// Requests by route and status. Routes are templates, so there are only so many.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<BTreeMap<(String, u16), u64>>);

impl Requests {
    /// A request was answered.
    pub(crate) fn answered(&self, route: &str, status: u16) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((route.to_owned(), status)).or_default() += 1;
    }

    fn read(&self) -> BTreeMap<(String, u16), u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Everything there is to tell.
pub(crate) async fn page(site: &Site, requests: &Requests) -> String {
    let mut page = Page::new(site.id().as_str());
    let readings = site.meter().read();
    turns(&mut page, &readings.turns);
    tokens_and_money(&mut page, &readings.turns);
    ratings(&mut page, &readings);
    ladder(&mut page, &readings.turns);
    checks(&mut page, &readings.turns);
    times(&mut page, &readings);
    state(&mut page, site);
    let storage_answers = stored(&mut page, site).await;
    page.metric(Kind::Gauge, "portavoz_storage_up", "1 if the database answers, otherwise 0");
    page.sample(&[], u64::from(storage_answers));
    page.metric(Kind::Counter, "portavoz_http_requests_total", "Requests answered, by route and status");
    for ((route, status), count) in requests.read() {
        page.sample(&[("route", &route), ("status", &status.to_string())], count);
    }
    page.finish()
}

fn turns(page: &mut Page, turns: &BTreeMap<String, Tally>) {
    page.metric(Kind::Counter, "portavoz_turns_total", "Turns settled, by the model that answered");
    each(page, turns, &[(&[], Measure::Turns)]);
    page.metric(Kind::Counter, "portavoz_conversations_total", "Conversations that began");
    each(page, turns, &[(&[], Measure::Conversations)]);
    page.metric(Kind::Counter, "portavoz_turn_outcomes_total", "Turns by how they ended");
    for outcome in Outcome::ALL {
        each(page, turns, &[(&[("outcome", outcome.name())], Measure::Outcome(outcome))]);
    }
    each(
        page,
        turns,
        &[(&[("outcome", "abandoned")], Measure::Abandoned), (&[("outcome", "failed")], Measure::Failed)],
    );
    page.metric(Kind::Counter, "portavoz_turn_languages_total", "Turns by the language of the question");
    for language in Language::ALL {
        each(page, turns, &[(&[("language", language.code())], Measure::Language(language))]);
    }
    page.metric(Kind::Counter, "portavoz_unanswered_questions_total", "Questions that joined the list of gaps");
    each(page, turns, &[(&[], Measure::Unanswered)]);
}

fn ratings(page: &mut Page, readings: &Readings) {
    page.metric(
        Kind::Counter,
        "portavoz_ratings_total",
        "Thumbs that visitors gave, one who changes theirs counted again",
    );
    for rating in Rating::ALL {
        page.sample(&[("rating", rating.name())], readings.ratings.get(&rating).copied().unwrap_or(0));
    }
}

fn tokens_and_money(page: &mut Page, turns: &BTreeMap<String, Tally>) {
    page.metric(
        Kind::Counter,
        "portavoz_tokens_total",
        "Tokens of models; cached and cache_write are among prompt, reasoning is among completion",
    );
    let kinds: [(&[(&str, &str)], Measure); 5] = [
        (&[("kind", "prompt")], Measure::PromptTokens),
        (&[("kind", "cached")], Measure::CachedTokens),
        (&[("kind", "cache_write")], Measure::CacheWriteTokens),
        (&[("kind", "completion")], Measure::CompletionTokens),
        (&[("kind", "reasoning")], Measure::ReasoningTokens),
    ];
    each(page, turns, &kinds);
    page.metric(Kind::Counter, "portavoz_cost_usd_total", "Cost of turns in US dollars, as far as prices are known");
    for (model, tally) in turns {
        page.sample(&[("model", model)], usd(tally.get(&Measure::Cost)));
    }
    page.metric(Kind::Counter, "portavoz_unpriced_turns_total", "Turns that used a model without a known price");
    each(page, turns, &[(&[], Measure::Unpriced)]);
}

fn ladder(page: &mut Page, turns: &BTreeMap<String, Tally>) {
    page.metric(Kind::Counter, "portavoz_rung_answers_total", "Turns by the rung of the ladder that answered");
    for rung in Rung::ALL {
        each(page, turns, &[(&[("rung", rung.name())], Measure::Rung(rung))]);
    }
    page.metric(Kind::Counter, "portavoz_rung_failures_total", "Turns by why a rung of the ladder did not answer");
    let mut reasons: BTreeMap<(Rung, &'static str), u64> = BTreeMap::new();
    for (measure, count) in turns.values().flat_map(Tally::iter) {
        let Measure::Reason(name) = measure else { continue };
        let Some((rung, reason)) = name.split_once(':') else { continue };
        if let Some(rung) = Rung::parse(rung) {
            *reasons.entry((rung, known(reason))).or_default() += count;
        }
    }
    for ((rung, reason), count) in reasons {
        page.sample(&[("rung", rung.name()), ("reason", reason)], count);
    }
    page.metric(Kind::Counter, "portavoz_model_turns_total", "Turns in which a model was asked");
    each(page, turns, &[(&[], Measure::Asked)]);
    page.metric(Kind::Counter, "portavoz_fallback_turns_total", "Turns in which a model that was asked failed");
    each(page, turns, &[(&[], Measure::FellBack)]);
}

fn checks(page: &mut Page, turns: &BTreeMap<String, Tally>) {
    page.metric(Kind::Counter, "portavoz_sentences_total", "Sentences of models by what the documents say of them");
    for status in [Status::Supported, Status::Contradicted, Status::Unsupported] {
        each(page, turns, &[(&[("status", status.name())], Measure::Sentences(status))]);
    }
    page.metric(Kind::Counter, "portavoz_withheld_sentences_total", "Sentences that were kept from visitors");
    each(page, turns, &[(&[], Measure::Withheld)]);
    // Means are for the scraper to make: rate(sum) / rate(count).
    for (name, help, sum, count) in [
        ("portavoz_quality_score", "Quality of answers, 0 to 1", Measure::Quality, Measure::Scored),
        ("portavoz_token_efficiency", "Token efficiency of answers, 0 to 1", Measure::Efficiency, Measure::Efficient),
    ] {
        page.metric(Kind::Summary, name, help);
        for (model, tally) in turns {
            page.part("_sum", &[("model", model)], tally.get(&sum) as f64 / 1e6);
            page.part("_count", &[("model", model)], tally.get(&count));
        }
    }
}

fn times(page: &mut Page, readings: &Readings) {
    for (name, help, timing) in [
        ("portavoz_first_token_seconds", "From a question's arrival to the first words", &readings.first_token),
        ("portavoz_turn_seconds", "From a question's arrival to the end of the answer", &readings.total),
        ("portavoz_search_seconds", "Of a search in the documents", &readings.search),
        ("portavoz_verification_seconds", "Of checking one sentence", &readings.verification),
    ] {
        page.metric(Kind::Histogram, name, help);
        page.histogram(timing);
    }
}

fn state(page: &mut Page, site: &Site) {
    let index = site.index();
    let passages = u64::try_from(index.len()).unwrap_or(u64::MAX);
    for (name, help, value) in [
        ("portavoz_index_generation", "Number of the knowledge that is served", index.generation()),
        ("portavoz_index_passages", "Passages that answers can rest on", passages),
        ("portavoz_running_answers", "Answers that are being made", site.running_answers()),
    ] {
        page.metric(Kind::Gauge, name, help);
        page.sample(&[], value);
    }
    page.metric(Kind::Gauge, "portavoz_build_info", "Always 1; the label is the version");
    page.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1_u64);
}

/// What only the database knows; false if it does not answer.
async fn stored(page: &mut Page, site: &Site) -> bool {
    let Ok(spend) = spend(site).await else { return false };
    for (name, help, value) in [
        ("portavoz_budget_spent_day_usd", "Charged today, all processes together", Some(spend.day_usd)),
        ("portavoz_budget_spent_month_usd", "Charged this month, all processes together", Some(spend.month_usd)),
        ("portavoz_budget_reserved_usd", "Kept for calls that are under way", Some(spend.reserved_usd)),
        (
            "portavoz_budget_orphaned_month_usd",
            "Charged this month for calls of processes that died",
            Some(spend.orphaned_usd),
        ),
        ("portavoz_budget_cap_day_usd", "The most that may be spent in a day", spend.cap_day_usd),
        ("portavoz_budget_cap_month_usd", "The most that may be spent in a month", spend.cap_month_usd),
    ] {
        if let Some(value) = value {
            page.metric(Kind::Gauge, name, help);
            page.sample(&[], value);
        }
    }
    let Ok(alerts) = open_alerts(site).await else { return false };
    page.metric(Kind::Gauge, "portavoz_open_alerts", "Alerts that are open, by kind");
    for (kind, count) in &alerts {
        page.sample(&[("kind", kind)], count);
    }
    if alerts.is_empty() {
        page.sample(&[("kind", "")], 0_u64);
    }
    true
}

/// A sample for each model; of models without any only the plain ones.
fn each(page: &mut Page, turns: &BTreeMap<String, Tally>, wanted: &[(&[(&str, &str)], Measure)]) {
    for (model, tally) in turns {
        for (labels, measure) in wanted {
            let count = tally.get(measure);
            if count > 0 || labels.is_empty() {
                let labels: Vec<(&str, &str)> =
                    [("model", model.as_str())].into_iter().chain(labels.iter().copied()).collect();
                page.sample(&labels, count);
            }
        }
    }
}
