//! Asking a reference model the owner's own recent questions again, to compare time and quality.
//!
//! The questions go the whole way of a visitor's as rehearsals, so nothing of it joins the owner's conversations or
//! figures; every call is reserved in the owner's budget before it is made.

use std::collections::HashSet;
use std::sync::Arc;

use portavoz_app::ask::rehearsal::{Rehearsal, rehearse};
use portavoz_app::report::Reference;
use portavoz_app::stats::Figures;
use portavoz_domain::answer::Outcome;
use portavoz_domain::traffic::Tally;
use portavoz_domain::turn::Turn;
use portavoz_domain::variation::Variation;
use portavoz_llm::catalogue::Catalogue;

use super::super::Invocation;
use super::super::agreement::agree;
use crate::assemble::Assembled;
use crate::config::Settings;
use crate::failure::Failure;

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
    let Asking { settings, catalogue, .. } = asking;
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
    ask_all(&asking, &questions).await
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

/// Asks one after the other, as visitors who do not know of each other.
async fn ask_all(asking: &Asking<'_>, questions: &[String]) -> anyhow::Result<Reference> {
    let site = &asking.assembled.site;
    let variation = Variation { model: Some(asking.model.to_owned()), ..Variation::default() };
    let variant = site.variant(&variation).map_err(|error| {
        Failure::config(error.to_string())
            .hint("set `OPENAI_API_KEY`, or `provider.base_url` for a server that wants no key")
    })?;
    let variant = Arc::new(variant.alone());
    // What other rungs answered says nothing of the model, but is paid for all the same.
    let (mut all, mut own) = (Tally::default(), Tally::default());
    for question in questions {
        let rehearsal = Rehearsal {
            message: question.clone(),
            before: Vec::new(),
            language: None,
            variant: Arc::clone(&variant),
            knowledge: site.knowledge(),
            stream: true,
        };
        // One that fails is left out of the answers, which the figures show.
        let Ok(told) = rehearse(site, rehearsal).await else { continue };
        let (key, tally) = Tally::of(&told.settlement, told.language);
        all.merge(&tally);
        if key.model == asking.model {
            own.merge(&tally);
        }
    }
    let (figures, whole) = (Figures::of(&own), Figures::of(&all));
    Ok(Reference {
        model: asking.model.to_owned(),
        questions: u64::try_from(questions.len()).unwrap_or(u64::MAX),
        answered: figures.turns,
        cost_usd: (whole.cost.unpriced_turns == 0).then_some(whole.cost.cost_usd),
        figures,
    })
}
