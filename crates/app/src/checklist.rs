//! The checklist of a running site: those lines that can be checked with the site alone. Each is looked at now, with the
//! figure behind it and what mends it.
//!
//! The command `portavoz doctor` has more lines, which need files or the provider. To add one more: a function that gives a
//! [`Line`], and its call in [`examine`].

use portavoz_domain::budget::{Audit, Standing};
use portavoz_domain::extract::{ExtractLimits, extract};
use portavoz_domain::question::{Question, Understood};
use portavoz_domain::understanding::understand;
use portavoz_domain::usage::usd;
use serde::Serialize;

use crate::facts;
use crate::site::{Site, SiteError};
use crate::stats::{Figures, Period, Step, overview_by};

/// Quality is looked at over so many days.
const QUALITY_DAYS: u32 = 30;
/// Turns that could be trained on or experimented with are looked for over so many days.
const LONG_DAYS: u32 = 365;
/// Passages that are searched for when the rung below the models is tried.
const PASSAGES_TRIED: usize = 8;
/// Questions that it is tried on.
const QUESTIONS_TRIED: usize = 3;
/// The fewest examples that a fine-tuning job takes, by the provider's documentation.
const FEWEST_EXAMPLES: u64 = 10;
/// Answers are to be at least this good: the guide's threshold.
const GOOD_ENOUGH: f64 = 0.8;

/// How things stand with one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Fine,
    /// Works, but should be looked at.
    Warning,
    /// Does not work.
    Broken,
}

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What was checked.
    pub check: &'static str,
    /// How it stands.
    pub state: State,
    /// The figures behind it.
    pub finding: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl Line {
    /// As it should be.
    pub fn fine(check: &'static str, finding: impl Into<String>) -> Self {
        Self { check, state: State::Fine, finding: finding.into(), mend: None }
    }

    /// To be looked at.
    pub fn warning(check: &'static str, finding: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Warning, finding: finding.into(), mend: Some(mend.into()) }
    }

    /// To be mended.
    pub fn broken(check: &'static str, finding: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, state: State::Broken, finding: finding.into(), mend: Some(mend.into()) }
    }
}

/// Looks at everything, in the order of the guide's checklist.
pub async fn examine(site: &Site) -> Vec<Line> {
    vec![
        cost_monitoring(site).await,
        training_examples(site).await,
        fallbacks(site),
        evaluation_metrics(site).await,
        experiments(site).await,
    ]
}

/// Are there caps, are all prices known, and do the sums balance?
pub async fn cost_monitoring(site: &Site) -> Line {
    const CHECK: &str = "cost monitoring";
    let (standing, audit) = match money(site).await {
        Ok(found) => found,
        Err(error) => return Line::broken(CHECK, error.to_string(), "check the database"),
    };
    let caps = site.settings().budget.caps;
    let cap =
        |micros: Option<u64>| micros.map_or_else(|| "no cap".to_owned(), |micros| format!("of ${:.2}", usd(micros)));
    let mut finding = format!(
        "${:.4} today ({}), ${:.4} this month ({}), ${:.4} reserved; {} charges add up to the sums of their days",
        usd(standing.day),
        cap(caps.day),
        usd(standing.month),
        cap(caps.month),
        usd(standing.reserved),
        audit.charges
    );
    if !audit.balances() {
        let words = format!(
            "the books do not balance: charges of ${:.6}, sums of ${:.6}, {} days differ",
            usd(audit.charged),
            usd(audit.summed),
            audit.days_out_of_balance
        );
        return Line::broken(
            CHECK,
            words,
            "restore a backup (`portavoz restore`), and report this: it must not happen",
        );
    }
    if audit.orphans > 0 {
        finding.push_str(&format!(
            "; {} cut off by a crash, charged at the most they can have cost (${:.4} this month)",
            audit.orphans,
            usd(standing.orphaned)
        ));
    }
    let unpriced = unpriced_models(site);
    if !unpriced.is_empty() {
        let names = unpriced.join(", ");
        let mend = "give each a price in the file that `models.overrides` names; a local model may have the price 0";
        return Line::warning(CHECK, format!("{finding}; no price is known of {names}"), mend);
    }
    if caps.day.or(caps.month).is_none() && !site.models().is_empty() {
        return Line::warning(CHECK, finding, "set `budget.day_usd` or `budget.month_usd`");
    }
    Line::fine(CHECK, finding)
}

async fn money(site: &Site) -> Result<(Standing, Audit), SiteError> {
    let spending = site.storage().spending();
    Ok(tokio::try_join!(spending.standing(site.id(), site.now()), spending.audit(site.id()))?)
}

/// Names of models, judge and embedder whose calls cannot be priced.
fn unpriced_models(site: &Site) -> Vec<String> {
    let models = site.models().into_iter().map(|model| model.model).chain(site.judge());
    let mut names: Vec<String> =
        models.filter(|model| model.tariff().is_none()).map(|model| model.name().to_owned()).collect();
    let embedder = site.embedder().filter(|embedder| embedder.price_per_million().is_none());
    names.extend(embedder.map(|embedder| embedder.name().to_owned()));
    names.dedup();
    names
}

/// Is there anything to train on?
pub async fn training_examples(site: &Site) -> Line {
    const CHECK: &str = "fine-tuning data";
    let figures = match recent(site, LONG_DAYS).await {
        Ok(figures) => figures,
        Err(error) => return Line::broken(CHECK, error.to_string(), "check the database"),
    };
    let answered = count(&figures.outcomes, "answered");
    let enough = if answered < FEWEST_EXAMPLES { "fewer than" } else { "at least" };
    Line::fine(
        CHECK,
        format!(
            "{answered} turns of the last year were answered from the documents, {enough} the {FEWEST_EXAMPLES} that a \
             job takes; this version keeps them and does not make data sets of them yet"
        ),
    )
}

/// What answers when no model does? Tried, not presumed.
pub fn fallbacks(site: &Site) -> Line {
    const CHECK: &str = "fallbacks";
    let mut rungs: Vec<String> = site.models().iter().skip(1).map(|model| model.name().to_owned()).collect();
    rungs.extend(["sentences quoted from the documents".to_owned(), "contact card".to_owned()]);
    let rungs = rungs.join(" → ");
    let asked: Vec<String> = site.suggestions(site.language()).into_iter().take(QUESTIONS_TRIED).collect();
    let silent: Vec<&String> = asked.iter().filter(|question| !answers_alone(site, question)).collect();
    let answered = asked.len() - silent.len();
    if asked.is_empty() {
        let finding = format!("{rungs}; not tried: the documents answer none of the stock questions");
        return Line::warning(CHECK, finding, "add documents, then `portavoz ingest`");
    }
    let finding = format!("{rungs}; tried without a model: {answered} of {} questions answered", asked.len());
    match silent.first() {
        None => Line::fine(CHECK, finding),
        Some(question) => {
            let mend = format!(
                "say in a document what answers it; `portavoz search --explain \"{question}\"` shows how near they come"
            );
            Line::warning(CHECK, format!("{finding}; not «{question}»"), mend)
        }
    }
}

/// Whether the documents answer a question without any model.
fn answers_alone(site: &Site, question: &str) -> bool {
    let Understood::Question(question) = understand(question, None, &[], site.language()) else { return true };
    facts::computed(site, &question).is_some() || quotes(site, &question)
}

fn quotes(site: &Site, question: &Question) -> bool {
    let index = site.index();
    let threshold = site.settings().retrieval.threshold;
    let Ok(found) = index.search(question, None, PASSAGES_TRIED) else { return false };
    let best = found.hits.first().map_or(0.0, |hit| hit.relevance);
    let idf = |stem: &str| index.idf(stem);
    best.max(found.answerable) >= threshold && extract(question, &found.hits, &idf, ExtractLimits::default()).is_some()
}

/// How good are the answers, and how many of them were looked at?
pub async fn evaluation_metrics(site: &Site) -> Line {
    const CHECK: &str = "evaluation metrics";
    let figures = match recent(site, QUALITY_DAYS).await {
        Ok(figures) => figures,
        Err(error) => return Line::broken(CHECK, error.to_string(), "check the database"),
    };
    let quality = &figures.quality;
    let Some(mean) = quality.quality_mean else {
        let finding = format!("no answer was scored in {QUALITY_DAYS} days, of {} turns", figures.turns);
        return if figures.turns == 0 {
            Line::fine(CHECK, format!("no turns in {QUALITY_DAYS} days; every answer is scored as it is given"))
        } else {
            Line::warning(CHECK, finding, "ask a question of the documents: `portavoz ask \"...\"`")
        };
    };
    let score = |score: Option<f64>| score.map_or_else(|| "–".to_owned(), |score| format!("{score:.2}"));
    let finding = format!(
        "quality {mean:.2} over {QUALITY_DAYS} days (relevance {}, accuracy {}, clarity {}), {} of {} turns scored; token \
         efficiency {}",
        score(quality.relevance_mean),
        score(quality.accuracy_mean),
        score(quality.clarity_mean),
        quality.scored_turns,
        figures.turns,
        score(figures.efficiency.efficiency_mean)
    );
    if mean < GOOD_ENOUGH {
        let mend = "`portavoz stats --by model` shows which model; the turns are at `/api/admin/turns?max_quality=0.6`";
        return Line::warning(CHECK, format!("{finding}; below {GOOD_ENOUGH}"), mend);
    }
    Line::fine(CHECK, finding)
}

/// Does an experiment run?
pub async fn experiments(site: &Site) -> Line {
    const CHECK: &str = "A/B tests";
    let period = Period::last_days(site.now(), LONG_DAYS);
    match overview_by(site, period, Step::Day).await {
        Ok(overview) => {
            let variants = overview.by_variant.iter().filter(|group| !group.name.is_empty()).count();
            let finding = format!(
                "none runs: this version has no experiments yet; {} prompts and {} models stand side by side in `portavoz \
                 stats --by prompt` and `--by model`, {variants} variants on record",
                overview.by_prompt.iter().filter(|group| !group.name.is_empty()).count(),
                overview.by_model.iter().filter(|group| !group.name.is_empty()).count(),
            );
            Line::fine(CHECK, finding)
        }
        Err(error) => Line::broken(CHECK, error.to_string(), "check the database"),
    }
}

async fn recent(site: &Site, days: u32) -> Result<Figures, SiteError> {
    crate::stats::figures(site, Period::last_days(site.now(), days)).await
}

fn count(shares: &[crate::stats::Share], name: &str) -> u64 {
    shares.iter().find(|share| share.name == name).map_or(0, |share| share.turns)
}
