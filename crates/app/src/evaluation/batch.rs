//! Runs by batch: the provider answers within a day, for half the price.
//!
//! A batch goes twice through the way of a question. The first time, a model that only notes what it is asked stands in
//! the target's place; what it noted is handed in and remembered with the run. The second time, a model that says what
//! the batch answered does, so that answers are checked and graded like any other. Questions with others before them
//! are asked directly, as the second needs the answer to the first.
//!
//! Money: what a batch can cost at most is reserved when it is handed in, and replaced by what it did cost when it is
//! collected. Should the books be closed on the process in between, it stays charged at the most. A batch is never handed
//! in twice: it carries a label by which it is found again, should the program have died before it could note it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::stream;
use portavoz_domain::budget::Purpose;
use portavoz_domain::evaluation::{BatchJob, CaseResult, Reply, Run, RunState, grade};
use portavoz_domain::tariff::Tariff;
use portavoz_domain::tokens::CountTokens;
use portavoz_domain::usage::Price;
use portavoz_llm::LlmError;
use portavoz_llm::batch::BATCH_TIER;
use portavoz_llm::chat::{ChatEnd, ChatEvent, ChatModel, ChatRequest, ChatStream};

use super::asking::{Asking, ask};
use super::plan::{EvaluationError, Plan, Question};
use crate::ask::rehearsal::RehearsalError;
use crate::budget::{Purse, worst_case};
use crate::site::Site;

const FREE: Tariff = Tariff::flat(Price { input: 0, cached_input: 0, cache_write: 0, output: 0 });

/// What was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    /// Requests that wait for the provider.
    pub requests: usize,
    /// Questions that no model had to be asked.
    pub answered: usize,
    /// Questions that are left to be asked directly: with others before them, or of models without batches.
    pub direct: usize,
}

/// Where the batches of a run stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Answers that were taken back now.
    pub collected: usize,
    /// Requests that the provider failed or did not get to; they can be asked directly.
    pub failed: usize,
    /// Of the batches that are not done: answered, and all.
    pub waiting: Option<(u64, u64)>,
    /// What was wrong with a batch as a whole.
    pub problems: Vec<String>,
}

impl Plan {
    /// True if batches of this run were handed in and not collected yet.
    pub fn awaits_batches(&self) -> bool {
        !self.run.batches.is_empty()
    }

    /// How many of the questions left can be handed in as a batch.
    pub fn batchable(&self, site: &Site) -> usize {
        self.questions.iter().filter(|question| self.batch_model(site, question).is_some()).count()
    }

    /// The model of a question that can be handed in.
    fn batch_model(&self, site: &Site, question: &Question) -> Option<Arc<dyn ChatModel>> {
        let is_alone = self.run.cases.get(question.case)?.before.is_empty();
        let model = self.variants.get(question.target)?.ladder(site).first_model()?.model.clone();
        (is_alone && !question.costs.is_free() && model.batches().is_some()).then_some(model)
    }
}

/// Hands in what can be handed in. What a cap does not allow is refused before anything is sent.
pub async fn hand_in(site: &Arc<Site>, plan: &Plan) -> Result<HandedIn, EvaluationError> {
    let storage = site.storage().evaluations();
    let mut run = plan.run.clone();
    if plan.resumed {
        storage.update(&run).await?;
    } else {
        storage.begin(&run).await?;
    }
    storage.record(site.id(), run.id, &plan.reused).await?;
    let mut handed = HandedIn { requests: 0, answered: 0, direct: 0 };
    for target in 0..run.targets.len() {
        let of_target = |question: &&Question| question.target == target;
        let mut model = None;
        let mut requests = Vec::new();
        for question in plan.questions.iter().filter(of_target) {
            let Some(batching) = plan.batch_model(site, question) else {
                handed.direct += 1;
                continue;
            };
            let noting = Arc::new(Noting { model: Arc::clone(&batching), noted: Mutex::default() });
            let reply = asked(site, plan, question, Arc::clone(&noting) as Arc<dyn ChatModel>).await?;
            match noting.taken() {
                Some(request) => requests.push((question.key.clone(), request)),
                // Smalltalk, what is turned down and what is not known needs no model.
                None => {
                    handed.answered += 1;
                    keep(site, plan, (question, reply, Some(0))).await?;
                }
            }
            model = Some(batching);
        }
        if let (Some(model), false) = (model, requests.is_empty()) {
            let job = order(site, &run, target, model.as_ref(), &requests).await?;
            handed.requests += requests.len();
            run.batches.push(job);
            run.state = RunState::Waiting;
            storage.update(&run).await?;
        }
    }
    Ok(handed)
}

/// Reserves the money and sends a target's requests, unless that was done before.
async fn order(
    site: &Site,
    run: &Run,
    target: usize,
    model: &dyn ChatModel,
    requests: &[(String, ChatRequest)],
) -> Result<BatchJob, EvaluationError> {
    let label = format!("{}-{target}", run.id);
    let name = run.targets.get(target).map(|target| target.name.clone());
    let refused = |cause: String| EvaluationError::Batch(cause);
    let (Some(batches), Some(target)) = (model.batches(), name) else {
        return Err(refused(format!("`{}` takes no batches", model.name())));
    };
    let mut most = 0_u64;
    for (_, request) in requests {
        let each = worst_case(site, model, request).map_err(|error| refused(error.to_string()))?;
        most = most.saturating_add(each.div_ceil(2));
    }
    let purse = Purse::open(site, Purpose::Evaluation, None, most).await.map_err(|error| refused(error.to_string()))?;
    // The program may have died after it was handed in, before it was noted.
    let known = batches.find(&label).await;
    let handed = match known {
        Ok(Some(batch)) => Ok(batch),
        Ok(None) => batches.hand_in(&label, requests).await,
        Err(error) => Err(error),
    };
    match handed {
        Ok(batch) => Ok(BatchJob {
            target,
            id: batch.id,
            created: site.now(),
            reserved_usd_micros: most,
            charge: purse.leave_open(),
        }),
        // Whether a request that got no answer was understood nobody knows; the label tells the next time.
        Err(error) => {
            purse.settle().await;
            Err(refused(error.to_string()))
        }
    }
}

/// Takes back what is ready. Batches that are not done stay with the run.
pub async fn collect(site: &Arc<Site>, plan: &Plan) -> Result<Standing, EvaluationError> {
    let storage = site.storage().evaluations();
    let mut run = plan.run.clone();
    let mut standing = Standing::default();
    for job in plan.run.batches.clone() {
        let refused = |error: LlmError| EvaluationError::Batch(error.to_string());
        let place = run.targets.iter().position(|target| target.name == job.target);
        let variant = place.and_then(|place| plan.variants.get(place));
        let model =
            variant.and_then(|variant| variant.ladder(site).first_model().map(|first| Arc::clone(&first.model)));
        let Some((place, model)) = place.zip(model) else { continue };
        let Some(batches) = model.batches() else { continue };
        let batch = batches.look(&job.id).await.map_err(refused)?;
        if !batch.ended {
            let (done, total) = standing.waiting.unwrap_or_default();
            standing.waiting = Some((done + batch.completed + batch.failed, total + batch.total));
            continue;
        }
        standing.problems.extend(batch.problem.clone());
        let replies = batches.collect(&batch).await.map_err(refused)?;
        let mut said: HashMap<String, (String, ChatEnd)> = HashMap::new();
        for reply in replies {
            match reply.reply {
                Ok(answer) => drop(said.insert(reply.name, answer)),
                Err(error) => standing.problems.push(error.to_string()),
            }
        }
        let mut spent = 0_u64;
        for question in plan.questions.iter().filter(|question| question.target == place) {
            let Some(answer) = said.remove(&question.key) else {
                standing.failed += usize::from(plan.batch_model(site, question).is_some());
                continue;
            };
            let usage = answer.1.usage.unwrap_or_default();
            let cost = model.tariff().and_then(|tariff| tariff.cost_usd_micros(&usage, Some(BATCH_TIER)));
            spent = spent.saturating_add(cost.unwrap_or(question.costs.most_usd_micros));
            let saying = Arc::new(Saying { model: Arc::clone(&model), answer: Mutex::new(Some(answer)) });
            let reply = asked(site, plan, question, saying).await?;
            keep(site, plan, (question, reply, cost)).await?;
            standing.collected += 1;
        }
        site.storage().spending().settle(site.id(), job.charge, spent).await?;
        run.batches.retain(|known| known.id != job.id);
        if run.batches.is_empty() {
            run.state = RunState::Running;
        }
        storage.update(&run).await?;
    }
    standing.problems.sort();
    standing.problems.dedup();
    Ok(standing)
}

/// Asks a question with this model in the place of its target's.
async fn asked(
    site: &Arc<Site>,
    plan: &Plan,
    question: &Question,
    model: Arc<dyn ChatModel>,
) -> Result<Reply, EvaluationError> {
    let missing = || EvaluationError::Batch("the plan does not know its own question".to_owned());
    let case = plan.run.cases.get(question.case).ok_or_else(missing)?;
    let variant = plan.variants.get(question.target).ok_or_else(missing)?;
    let knowledge = plan.knowledge_of(case).ok_or_else(missing)?;
    let variant = Arc::new(variant.as_ref().clone().with_model(model));
    let asking = Asking { site, variant: &variant, case, knowledge, stream: false };
    ask(&asking).await.map_err(|error| match error {
        RehearsalError::Ask(error) => EvaluationError::Case { case: case.id.clone(), cause: error.to_string() },
        RehearsalError::Failed(error) => EvaluationError::Batch(error.to_string()),
    })
}

/// Grades and keeps a reply, with what it cost beside what was charged for it now. Times of a batch say nothing.
async fn keep(
    site: &Site,
    plan: &Plan,
    (question, reply, cost): (&Question, Reply, Option<u64>),
) -> Result<(), EvaluationError> {
    let run = &plan.run;
    let Some((case, target)) = run.cases.get(question.case).zip(run.targets.get(question.target)) else {
        return Ok(());
    };
    let cost_usd_micros = reply.cost_usd_micros.zip(cost).map(|(now, before)| now.saturating_add(before));
    let reply = Reply { first_token_ms: None, took_ms: None, cost_usd_micros, ..reply };
    let result = CaseResult {
        target: target.name.clone(),
        case: case.id.clone(),
        key: question.key.clone(),
        asked: site.now(),
        reused: false,
        grade: grade(case, &reply, site.language()),
        reply,
    };
    Ok(site.storage().evaluations().record(site.id(), run.id, std::slice::from_ref(&result)).await?)
}

/// Notes what it is asked, and answers nothing.
struct Noting {
    model: Arc<dyn ChatModel>,
    noted: Mutex<Option<ChatRequest>>,
}

impl Noting {
    fn taken(&self) -> Option<ChatRequest> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[async_trait]
impl ChatModel for Noting {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn tariff(&self) -> Option<&Tariff> {
        Some(&FREE)
    }

    fn tokenizer(&self) -> &dyn CountTokens {
        self.model.tokenizer()
    }

    async fn chat(&self, request: &ChatRequest) -> Result<ChatStream, LlmError> {
        *self.noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(request.clone());
        Err(LlmError::Permanent("it is asked by batch".to_owned()))
    }
}

/// Says what a batch answered, once; it is paid for already.
struct Saying {
    model: Arc<dyn ChatModel>,
    answer: Mutex<Option<(String, ChatEnd)>>,
}

#[async_trait]
impl ChatModel for Saying {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn tariff(&self) -> Option<&Tariff> {
        Some(&FREE)
    }

    fn tokenizer(&self) -> &dyn CountTokens {
        self.model.tokenizer()
    }

    async fn chat(&self, _request: &ChatRequest) -> Result<ChatStream, LlmError> {
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (text, end) = answer.ok_or_else(|| LlmError::Permanent("the batch answered once".to_owned()))?;
        // The tier has its price already.
        let end = ChatEnd { service_tier: None, ..end };
        Ok(Box::pin(stream::iter([Ok(ChatEvent::Delta(text)), Ok(ChatEvent::End(end))])))
    }
}
