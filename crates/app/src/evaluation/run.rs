//! Asking what is planned: some questions at once, each answer kept as soon as it is there.
//!
//! Stopping is always clean: what is under way is awaited and kept, and the next plan goes on from there. A process that is
//! killed loses at most the answers under way.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use portavoz_domain::evaluation::{CaseResult, Reply, Run, RunState, grade};
use tokio_util::sync::CancellationToken;

use super::asking::{Asking, Hindrance, ask, hindrance};
use super::costs::Costs;
use super::in_order;
use super::plan::{EvaluationError, Plan, Question};
use crate::ask::rehearsal::RehearsalError;
use crate::site::Site;

/// So many questions in a row that a target's model did not answer at all end the run: the next would fare no better.
const DOWN_AFTER: u32 = 5;
/// A busy model is asked again so often, waiting twice as long each time.
const BUSY_TRIES: u32 = 8;

/// How a run is asked.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Questions at once, at least 1.
    pub parallel: usize,
    /// What the run may cost, in micro-dollars.
    pub max_cost_usd_micros: Option<u64>,
    /// How long a busy model is first left alone.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { parallel: 4, max_cost_usd_micros: None, pause: Duration::from_secs(2) }
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Results that are there.
    pub done: usize,
    /// Results that there will be.
    pub total: usize,
    /// What was paid since the run was begun or gone on with, in micro-dollars.
    pub paid_usd_micros: u64,
    /// Questions that wait because a model is busy.
    pub waiting: usize,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Every case was asked of every target.
    Finished,
    /// Not yet: the same plan goes on with it.
    Stopped(Stop),
}

/// Why a run was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// As asked for.
    Cancelled,
    /// The next question could pass the cap of the run.
    MaxCost,
    /// The next question could pass a cap of the owner's, or its price is not known; the stable reason.
    Budget(&'static str),
    /// A target's model does not answer: the last reason.
    Down {
        /// Whose.
        target: String,
        /// The stable reason, such as `timeout`.
        reason: String,
    },
}

/// What came of a run.
#[derive(Debug)]
pub struct Ended {
    /// The run as it is kept now.
    pub run: Run,
    /// Its results, in its order.
    pub results: Vec<CaseResult>,
    /// How it ended.
    pub ending: Ending,
    /// What was paid this time, in micro-dollars.
    pub paid_usd_micros: u64,
}

/// Asks what is planned. `progress` is told after each result. Cancelling `stop` lets the questions under way end.
pub async fn run(
    site: &Arc<Site>,
    plan: Plan,
    limits: Limits,
    stop: &CancellationToken,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Ended, EvaluationError> {
    let storage = site.storage().evaluations();
    let mut run = plan.run.clone();
    if plan.resumed {
        run.state = RunState::Running;
        storage.update(&run).await?;
    } else {
        storage.begin(&run).await?;
    }
    storage.record(site.id(), run.id, &plan.reused).await?;
    let mut results = plan.done.clone();
    results.extend(plan.reused.iter().cloned());
    let mut asking =
        Running { site, plan: &plan, limits, stop, progress, results, paid: 0, held: 0, failed: HashMap::new() };
    asking.tell(0);
    let stopped = asking.questions().await?;
    let (results, paid_usd_micros) = (asking.results, asking.paid);
    let ending = match stopped {
        Some(stop) => Ending::Stopped(stop),
        None => {
            run.state = RunState::Finished;
            run.finished = Some(site.now());
            storage.update(&run).await?;
            Ending::Finished
        }
    };
    let results = in_order(&run, results);
    Ok(Ended { run, results, ending, paid_usd_micros })
}

/// A run under way.
struct Running<'a> {
    site: &'a Arc<Site>,
    plan: &'a Plan,
    limits: Limits,
    stop: &'a CancellationToken,
    progress: &'a (dyn Fn(Progress) + Send + Sync),
    results: Vec<CaseResult>,
    /// In micro-dollars; and the most that the questions under way can cost.
    paid: u64,
    held: u64,
    /// How often in a row each target's model did not answer.
    failed: HashMap<usize, u32>,
}

/// What one question came to.
struct Answered<'a> {
    question: &'a Question,
    reply: Result<Reply, RehearsalError>,
    /// What tries that brought no answer cost.
    wasted: u64,
}

impl<'a> Running<'a> {
    /// Asks all of them; why it stopped before the end, if it did.
    async fn questions(&mut self) -> Result<Option<Stop>, EvaluationError> {
        let plan = self.plan;
        let mut next = plan.questions.iter().peekable();
        let mut under_way = FuturesUnordered::new();
        let mut stopped: Option<Stop> = None;
        loop {
            while stopped.is_none() && under_way.len() < self.limits.parallel.max(1) {
                if self.stop.is_cancelled() && next.peek().is_some() {
                    stopped = Some(Stop::Cancelled);
                    break;
                }
                let Some(question) = next.peek() else { break };
                if !self.affords(question.costs) {
                    // What is under way may cost less than feared.
                    if under_way.is_empty() {
                        stopped = Some(Stop::MaxCost);
                    }
                    break;
                }
                let Some(question) = next.next() else { break };
                self.held = self.held.saturating_add(question.costs.most_usd_micros);
                under_way.push(asked(self.site, plan, question, self.limits.pause, self.stop));
            }
            let Some(answered) = under_way.next().await else { break };
            let waiting = under_way.len();
            if let Some(stop) = self.keep(answered, waiting).await? {
                stopped.get_or_insert(stop);
            }
        }
        Ok(stopped)
    }

    fn affords(&self, costs: Costs) -> bool {
        let Some(most) = self.limits.max_cost_usd_micros else { return true };
        self.paid.saturating_add(self.held).saturating_add(costs.most_usd_micros) <= most
    }

    /// Keeps an answer; why to stop, if it says so.
    async fn keep(&mut self, answered: Answered<'a>, waiting: usize) -> Result<Option<Stop>, EvaluationError> {
        let Answered { question, reply, wasted } = answered;
        let (Some(case), Some(target)) =
            (self.plan.run.cases.get(question.case), self.plan.run.targets.get(question.target))
        else {
            return Ok(None);
        };
        self.held = self.held.saturating_sub(question.costs.most_usd_micros);
        let reply = match reply {
            Ok(reply) => reply,
            Err(RehearsalError::Ask(error)) => {
                return Err(EvaluationError::Case { case: case.id.clone(), cause: error.to_string() });
            }
            Err(RehearsalError::Failed(_)) => return Ok(Some(Stop::Budget("storage_unavailable"))),
        };
        // A call of unknown price is held to have cost the most that was kept for it.
        self.paid += wasted + reply.cost_usd_micros.unwrap_or(question.costs.most_usd_micros);
        let stop = match hindrance(&reply) {
            Some(Hindrance::NoMoney(reason)) => return Ok(Some(Stop::Budget(reason))),
            Some(Hindrance::Busy) => {
                let reason = reply.failure().unwrap_or_default().to_owned();
                let cancelled = self.stop.is_cancelled();
                return Ok(Some(if cancelled {
                    Stop::Cancelled
                } else {
                    Stop::Down { target: target.name.to_string(), reason }
                }));
            }
            Some(Hindrance::Down) => {
                let failed = self.failed.entry(question.target).or_default();
                *failed += 1;
                (*failed >= DOWN_AFTER).then(|| Stop::Down {
                    target: target.name.to_string(),
                    reason: reply.failure().unwrap_or_default().to_owned(),
                })
            }
            None => {
                if reply.model.is_some() {
                    self.failed.remove(&question.target);
                }
                None
            }
        };
        let result = CaseResult {
            target: target.name.clone(),
            case: case.id.clone(),
            key: question.key.clone(),
            asked: self.site.now(),
            reused: false,
            grade: grade(case, &reply, self.site.language()),
            reply,
        };
        let storage = self.site.storage().evaluations();
        storage.record(self.site.id(), self.plan.run.id, std::slice::from_ref(&result)).await?;
        self.results.push(result);
        self.tell(waiting);
        Ok(stop)
    }

    fn tell(&self, waiting: usize) {
        let (done, total) = (self.results.len(), self.plan.total());
        (self.progress)(Progress { done, total, paid_usd_micros: self.paid, waiting });
    }
}

/// Asks one question; a busy model again after a while, so that what stands in for it is not taken for its answer.
async fn asked<'a>(
    site: &'a Arc<Site>,
    plan: &'a Plan,
    question: &'a Question,
    pause: Duration,
    stop: &'a CancellationToken,
) -> Answered<'a> {
    let missing = || {
        RehearsalError::Failed(crate::ask::Failure {
            code: "no_plan".to_owned(),
            message: "the plan does not know its own question".to_owned(),
        })
    };
    let case = plan.run.cases.get(question.case);
    let found = case.and_then(|case| Some((case, plan.variants.get(question.target)?, plan.knowledge_of(case)?)));
    let Some((case, variant, knowledge)) = found else {
        return Answered { question, reply: Err(missing()), wasted: 0 };
    };
    let asking = Asking { site, variant, case, knowledge, stream: true };
    let (mut wait, mut wasted) = (pause, 0);
    let mut reply = ask(&asking).await;
    for _ in 1..BUSY_TRIES {
        let busy = reply.as_ref().ok().filter(|reply| hindrance(reply) == Some(Hindrance::Busy));
        let Some(cost) = busy.map(|reply| reply.cost_usd_micros.unwrap_or(0)) else { break };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => break,
        }
        // Questions before the case's own may have been answered, and paid for.
        wasted += cost;
        reply = ask(&asking).await;
        wait *= 2;
    }
    Answered { question, reply, wasted }
}
