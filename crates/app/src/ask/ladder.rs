//! Who answers: the models in order, then the documents themselves, then the predefined message. First success wins,
//! and each rung that was tried is reported with its reason.
//!
//! To add one more rung: 1. its name in `domain::answer::Rung`; 2. its place in [`climb`]; 3. a test that brings the
//! rungs above it down.

use std::sync::Arc;

use portavoz_domain::answer::{Outcome, Rung};
use portavoz_domain::context::{Context, pack};
use portavoz_domain::prompt::{TemplateError, assemble, recent};
use portavoz_domain::question::{Question, Wants};
use portavoz_domain::search::Hit;
use portavoz_domain::verification::Asked;
use portavoz_knowledge::index::IndexError;
use portavoz_llm::chat::{ChatModel, ChatRequest};

use super::call::{Call, CallEnd, Called, call};
use super::checking::Checks;
use super::guard::Guard;
use super::judge::Judge;
use super::run::{Keeping, Run};
use super::score::Basis;
use super::sought::Found;
use super::telling::Telling;
use super::told::Told;
use super::{cache, stock};
use crate::alerts;
use crate::budget::{NoMoney, Purse, worst_case};
use crate::models::{LadderModel, SHUT_DOWN, Step};
use crate::site::short_hash;
use crate::verify::beyond_passages;

/// A question with what was found for it.
pub(super) struct Climb {
    pub(super) question: Question,
    pub(super) found: Result<Found, IndexError>,
    /// The first model's name and call, if there is to be one.
    pub(super) first: Option<(String, Prepared)>,
    /// Where the answer may be remembered.
    pub(super) key: Option<cache::Key>,
}

/// Makes the first model's call ready, so that its money can be kept with the turn's admission.
pub(super) fn first_call(run: &Run, question: &Question, hits: &[Hit]) -> Option<(String, Prepared)> {
    if hits.is_empty() {
        return None;
    }
    let ladder = run.variant.ladder(&run.site);
    let model = &ladder.first_model()?.model;
    Some((model.name().to_owned(), prepared(run, question, hits, model.as_ref()).ok()?))
}

/// Answers a question from what was found.
pub(super) async fn climb(run: &Run, climb: Climb, purse: &Purse, telling: &mut Telling) -> Told {
    let live = run.live.as_ref();
    let Climb { question, found, first, .. } = climb;
    let question = &question;
    let mut told = Told { cost_usd_micros: Some(0), ..Told::default() };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(site = %run.site.id(), turn.id = %run.turn, %error, "the search failed");
            told.tried(Rung::Extractive, None, Some("search_failed"));
            return stock::predefined(&run.site, question.language, told, telling).await;
        }
    };
    for search in &found.spent {
        told.charge(search.usage, search.cost_usd_micros);
    }
    let hits = &found.hits;
    told.basis = Basis::of(question, &found, run.variant.retrieval.threshold);
    if hits.is_empty() && question.wants == Wants::Contact && !run.site.contact().is_empty() {
        return stock::contact(&run.site, question.language, told, telling).await;
    }
    if hits.is_empty() {
        return match stock::from_facts(&run.site, live, question, told, telling).await {
            Ok(answered) => answered,
            Err(told) => stock::not_known(&run.site, live, question, told, telling).await,
        };
    }
    let asked = Asking { run, question, hits, purse };
    match climb_models(&asked, first, &mut told, telling).await {
        Climbed::Done(outcome) => {
            told.outcome = Some(outcome);
            told
        }
        Climbed::NotKnown => stock::not_known(&run.site, live, question, told, telling).await,
        Climbed::Left => told,
        Climbed::NoModel => {
            let passages = stock::Passages { live, found: &found };
            stock::extractive(&run.site, passages, question, told, telling).await
        }
    }
}

enum Climbed {
    Done(Outcome),
    NotKnown,
    Left,
    NoModel,
}

/// What is asked of models, and out of whose money.
struct Asking<'a> {
    run: &'a Run,
    question: &'a Question,
    hits: &'a [Hit],
    purse: &'a Purse,
}

async fn climb_models(
    asking: &Asking<'_>,
    mut first: Option<(String, Prepared)>,
    told: &mut Told,
    telling: &mut Telling,
) -> Climbed {
    let Asking { run, question, hits, purse } = *asking;
    let around = Around::of(run, question, hits);
    let mut ladder = run.variant.ladder(&run.site);
    while let Some(Step { rung, name, model }) = ladder.next() {
        let Some(LadderModel { model, .. }) = model else {
            told.tried(rung, Some(&name), Some(SHUT_DOWN));
            continue;
        };
        let patience = run.patience_left();
        if patience.is_zero() {
            told.tried(rung, Some(model.name()), Some("out_of_time"));
            continue;
        }
        let ready = first.take_if(|(of, _)| of == model.name()).map(|(_, prepared)| prepared);
        let ready = ready.map_or_else(|| prepared(run, question, hits, model.as_ref()), Ok);
        let Prepared { request, context, worst_case } = match ready {
            Ok(prepared) => prepared,
            Err(error) => {
                tracing::error!(site = %run.site.id(), %error, "the prompt could not be rendered");
                told.tried(rung, Some(model.name()), Some("prompt"));
                continue;
            }
        };
        let worst_case = match affordable(worst_case, purse).await {
            Ok(worst_case) => worst_case,
            Err(refused) => {
                // The owner who evaluates sees the refusal with their own eyes.
                if let (NoMoney::Cap(cap), Keeping::Database) = (refused, &run.keeping) {
                    alerts::budget_refused(&run.site, cap);
                }
                told.tried(rung, Some(model.name()), Some(refused.reason()));
                continue;
            }
        };
        told.prompt_hash = request.messages.first().map(|system| short_hash([system.content.as_str()]));
        let passages: Vec<&Hit> = context.passages.iter().filter_map(|&place| hits.get(place)).collect();
        told.basis.read_by_model(&passages, &context);
        let asked = Call {
            model: model.as_ref(),
            request: &request,
            passages: &passages,
            patience,
            source_base: &run.site.settings().public_url,
            checks: around.checks(asking, &context),
        };
        let Called { end, usage, served, cut_short, judged } = call(&asked, telling).await;
        let cost = model.tariff().and_then(|tariff| tariff.cost_usd_micros(&usage, served.tier.as_deref()));
        told.charge(usage, cost);
        purse.charge(cost.unwrap_or(worst_case));
        told.service_tier = served.tier;
        told.served_model = served.model;
        told.cut_short = cut_short;
        for (usage, cost_usd_micros) in judged {
            told.charge(usage, cost_usd_micros);
        }
        match end {
            CallEnd::Answered => {
                told.tried(rung, Some(model.name()), None);
                told.model = Some(model.name().to_owned());
                return Climbed::Done(Outcome::Answered);
            }
            CallEnd::NotKnown => {
                told.tried(rung, Some(model.name()), Some("not_known"));
                return Climbed::NotKnown;
            }
            CallEnd::Void(reason) => {
                // Another model would be told the same passages: what they say is better quoted.
                told.tried(rung, Some(model.name()), Some(reason));
                telling.start_over(reason).await;
                return Climbed::NoModel;
            }
            CallEnd::Left => {
                told.tried(rung, Some(model.name()), Some("visitor_left"));
                return Climbed::Left;
            }
            CallEnd::Failed(error) => {
                tracing::warn!(
                    site = %run.site.id(), turn.id = %run.turn, model = model.name(), code = error.code(), %error,
                    "a model did not answer"
                );
                told.tried(rung, Some(model.name()), Some(error.code()));
                telling.start_over(error.code()).await;
                ladder.failed(&error);
            }
        }
        if telling.gone() {
            return Climbed::Left;
        }
    }
    Climbed::NoModel
}

/// What all calls of a turn are checked by.
struct Around {
    standalone: String,
    owner: Option<String>,
    card: String,
    judge: Option<Arc<dyn ChatModel>>,
}

impl Around {
    fn of(run: &Run, question: &Question, hits: &[Hit]) -> Self {
        let contact = run.site.contact();
        let card = beyond_passages(&contact, question.language, hits.iter().map(|hit| hit.chunk.as_ref()));
        Self { standalone: question.standalone(), owner: contact.name, card, judge: run.site.judge() }
    }

    fn checks<'a>(&'a self, asking: &Asking<'a>, context: &'a Context) -> Checks<'a> {
        let Asking { run, question, purse, .. } = *asking;
        let settings = run.site.settings().verify;
        let judge = self.judge.as_deref().map(|model| Judge {
            model,
            site: &run.site,
            purse,
            settings: settings.judge,
            prompts: &run.variant.wording.prompts,
            passages: &context.text,
            question: &self.standalone,
        });
        Checks {
            mode: settings.mode,
            asked: Asked { question: Some(&self.standalone), language: question.language },
            card: &self.card,
            owner: self.owner.as_deref(),
            guard: Guard::new(&run.variant.wording.guard, run.site.canary()),
            judge,
            meter: run.site.meter(),
        }
    }
}

/// Sees to it that a call can be paid; how much it can cost.
async fn affordable(worst_case: Result<u64, NoMoney>, purse: &Purse) -> Result<u64, NoMoney> {
    let worst_case = worst_case?;
    purse.afford(worst_case).await.map(|()| worst_case)
}

/// A call that is ready to be made.
pub(super) struct Prepared {
    request: ChatRequest,
    /// What of the documents is in it.
    context: Context,
    /// The most that it can cost.
    pub(super) worst_case: Result<u64, NoMoney>,
}

/// Makes a call ready.
#[tracing::instrument(level = "debug", name = "context", skip_all)]
fn prepared(run: &Run, question: &Question, hits: &[Hit], model: &dyn ChatModel) -> Result<Prepared, TemplateError> {
    let variant = &run.variant;
    let tokenizer = model.tokenizer();
    let mut limits = variant.context;
    limits.max_passages = limits.max_passages.min(variant.retrieval.max_results);
    let context = pack(hits, question.language, limits, tokenizer);
    let prompts = &variant.wording.prompts;
    let system = prompts.system(question.language)?;
    let last = prompts.question(question.language, &context.text, &question.text)?;
    let mut earlier = variant.examples.clone();
    earlier.extend(recent(&run.past.messages, run.site.settings().history, tokenizer));
    let request = ChatRequest {
        messages: assemble(system, &earlier, last),
        temperature: Some(variant.generation.temperature),
        top_p: Some(variant.generation.top_p),
        max_tokens: Some(variant.generation.max_tokens),
        stream: run.stream,
    };
    let worst_case = worst_case(&run.site, model, &request);
    Ok(Prepared { request, context, worst_case })
}
