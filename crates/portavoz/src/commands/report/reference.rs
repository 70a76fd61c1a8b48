//! Asking a reference model the owner's own recent questions again, to compare time and quality.
//!
//! The questions go the whole way of a visitor's, over the same index, in a site of its own whose turns are forgotten:
//! nothing of it joins the owner's conversations or figures. What it may cost is reserved in the owner's budget first.

use std::collections::HashSet;
use std::sync::Arc;

use portavoz_app::ask::{Ask, ask};
use portavoz_app::clock::Entropy;
use portavoz_app::report::Reference;
use portavoz_app::site::{Site, SiteParts};
use portavoz_app::stats::{Figures, Period};
use portavoz_domain::answer::Outcome;
use portavoz_domain::budget::{Purpose, Reservation, Reserved};
use portavoz_domain::ids::ChargeId;
use portavoz_domain::traffic::{Span, Tally, TrafficQuery};
use portavoz_domain::turn::Turn;
use portavoz_llm::catalogue::Catalogue;
use portavoz_storage::Storage;
use portavoz_storage::sqlite::SqliteStorage;

use super::super::Invocation;
use super::super::agreement::agree;
use crate::assemble::{self, Assembled};
use crate::config::Settings;
use crate::failure::Failure;
use crate::models;
use crate::runtime::SystemEntropy;

/// Room for prompts longer than any seen: the reference may be told more.
const PROMPT_MARGIN: u64 = 1_000;
/// Prompt tokens assumed if no turn has called a model yet: the context's ceiling.
const PROMPT_AT_MOST: u64 = 4_000;

/// What is to be asked of whom, and for whom.
pub(super) struct Asking<'a> {
    pub(super) invocation: &'a Invocation,
    pub(super) assembled: &'a Assembled,
    pub(super) settings: &'a Settings,
    pub(super) catalogue: &'a Catalogue,
    pub(super) model: &'a str,
    pub(super) questions: u32,
    /// The cost is agreed to.
    pub(super) yes: bool,
    pub(super) longest_prompt: u64,
}

/// Asks, and gives back what was measured.
pub(super) async fn measure(recent: &[Turn], asking: Asking<'_>) -> anyhow::Result<Reference> {
    let Asking { assembled, settings, catalogue, .. } = asking;
    let questions = questions(recent, asking.questions);
    if questions.is_empty() {
        return Err(Failure::user("there are no answered questions to ask again")
            .hint("report a longer time with `--from`, or wait for visitors")
            .into());
    }
    let card = catalogue.card(asking.model);
    let Some(tariff) = card.tariff else {
        return Err(Failure::user(format!("the price of `{}` is not known", asking.model))
            .hint("give it one in the file of `models.overrides`, or name another model")
            .into());
    };
    let prompt = if asking.longest_prompt == 0 { PROMPT_AT_MOST } else { asking.longest_prompt + PROMPT_MARGIN };
    let each = tariff.worst_case_usd_micros(prompt, u64::from(settings.model.max_tokens));
    let most = each.saturating_mul(u64::try_from(questions.len()).unwrap_or(u64::MAX));
    let what = format!("asking {} questions of {}", questions.len(), asking.model);
    agree(&asking.invocation.output, &what, most, asking.yes)?;
    let site = &assembled.site;
    let mut random = [0; 10];
    SystemEntropy.fill(&mut random);
    let charge = ChargeId::mint(site.now(), random);
    let reservation = Reservation {
        site: site.id().clone(),
        id: charge,
        visitor: None,
        purpose: Purpose::Evaluation,
        at: site.now(),
        amount: most,
        caps: site.settings().budget.caps,
    };
    if let Reserved::Refused(cap) = assembled.storage.spending().reserve(&reservation).await? {
        return Err(Failure::user(format!("asking again could pass the budget (`{}`)", cap.name()))
            .hint("ask fewer questions with `--questions`, or raise the budget")
            .into());
    }
    let measured = ask_all(&asking, &questions).await;
    // Whatever happened, what is not known to be cheaper is charged in full.
    let spent = measured.as_ref().ok().and_then(|(_, spent)| *spent).unwrap_or(most);
    assembled.storage.spending().settle(site.id(), charge, spent).await?;
    measured.map(|(reference, _)| reference)
}

/// The newest first questions of conversations that were answered, each once: they lean on nothing said before.
fn questions(recent: &[Turn], most: u32) -> Vec<String> {
    let mut seen = HashSet::new();
    recent
        .iter()
        .filter(|turn| {
            turn.settlement.as_ref().is_some_and(|it| it.opens_conversation && it.outcome == Some(Outcome::Answered))
        })
        .map(|turn| turn.admitted.question.clone())
        .filter(|question| seen.insert(question.clone()))
        .take(usize::try_from(most).unwrap_or(usize::MAX))
        .collect()
}

/// Asks one after the other, as visitors who do not know of each other; what was measured and what it cost.
async fn ask_all(asking: &Asking<'_>, questions: &[String]) -> anyhow::Result<(Reference, Option<u64>)> {
    let Asking { settings, catalogue, .. } = *asking;
    let storage = Arc::new(SqliteStorage::in_memory().await?);
    let (parts, _) = assemble::parts(settings, Arc::clone(&storage) as Arc<dyn Storage>).await?;
    let site =
        Site::open(SiteParts { models: vec![models::reference(asking.model, settings, catalogue)?.into()], ..parts })
            .await?;
    let begun = site.now();
    for question in questions {
        let request = Ask {
            message: question.clone(),
            visitor: site.new_visitor(),
            conversation: None,
            language: None,
            stream: true,
            client_history: Vec::new(),
            variant: None,
        };
        // One that fails is settled as failed, which the figures show.
        let _told = ask(&site, request).await?.whole().await;
    }
    site.finish().await;
    let period = Period::between(begun, site.now()).unwrap_or_else(|| Period::last_days(begun, 1));
    let query =
        TrafficQuery { from: period.from, to: period.to, span: Span::Whole, by_model: true, ..TrafficQuery::default() };
    let sums = storage.traffic().sums(site.id(), &query).await?;
    // What other rungs answered says nothing of the model.
    let mut all = Tally::default();
    let mut own = Tally::default();
    for sum in &sums {
        all.merge(&sum.tally);
        if sum.key.model == asking.model {
            own.merge(&sum.tally);
        }
    }
    let (figures, whole) = (Figures::of(&own), Figures::of(&all));
    let spent = all.get(&portavoz_domain::traffic::Measure::Cost);
    let is_priced = whole.cost.unpriced_turns == 0;
    let reference = Reference {
        model: asking.model.to_owned(),
        questions: u64::try_from(questions.len()).unwrap_or(u64::MAX),
        answered: figures.turns,
        cost_usd: is_priced.then_some(whole.cost.cost_usd),
        figures,
    };
    Ok((reference, is_priced.then_some(spent)))
}
