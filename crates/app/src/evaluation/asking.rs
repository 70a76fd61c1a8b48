//! One question of a plan, asked as a visitor would ask it, and what became of it.

use std::sync::Arc;

use portavoz_domain::budget::Cap;
use portavoz_domain::cases::Case;
use portavoz_domain::evaluation::{FoundPassage, Reply};
use portavoz_domain::usage::Usage;
use portavoz_llm::{LlmError, TimeoutPhase};

use crate::ask::rehearsal::{Knowledge, Rehearsal, RehearsalError, Rehearsed, rehearse};
use crate::budget::NoMoney;
use crate::site::Site;
use crate::variant::Variant;

/// Who is asked, and from what they answer.
pub(super) struct Asking<'a> {
    pub(super) site: &'a Arc<Site>,
    pub(super) variant: &'a Arc<Variant>,
    pub(super) case: &'a Case,
    pub(super) knowledge: &'a Knowledge,
    /// Whether models are to answer piece by piece, so that the first words can be timed.
    pub(super) stream: bool,
}

/// What keeps a model from answering at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hindrance {
    /// Too many requests: the same question can be asked again in a while.
    Busy,
    /// The money is not there, for this stable reason.
    NoMoney(&'static str),
    /// It is down, refuses the key, or is not there any more.
    Down,
}

/// Asks the questions before the case's own, then its own. What all of them cost is the reply's cost.
pub(super) async fn ask(asking: &Asking<'_>) -> Result<Reply, RehearsalError> {
    let mut before: Vec<(String, String)> = Vec::new();
    let mut usage = Usage::default();
    let mut cost = Some(0_u64);
    for question in &asking.case.before {
        let told = asked(asking, question, &before).await?;
        usage = usage.plus(&told.settlement.usage);
        cost = cost.zip(told.settlement.cost_usd_micros).map(|(sum, more)| sum.saturating_add(more));
        let failed = reply_of(&told);
        if failed.failure().is_some() {
            // The case's own question would be asked after an answer that the target did not give.
            return Ok(Reply { usage, cost_usd_micros: cost, ..failed });
        }
        before.push((question.clone(), told.settlement.answer));
    }
    let told = asked(asking, &asking.case.question, &before).await?;
    let mut reply = reply_of(&told);
    reply.usage = usage.plus(&reply.usage);
    reply.cost_usd_micros = cost.zip(reply.cost_usd_micros).map(|(sum, more)| sum.saturating_add(more));
    Ok(reply)
}

async fn asked(asking: &Asking<'_>, question: &str, before: &[(String, String)]) -> Result<Rehearsed, RehearsalError> {
    let rehearsal = Rehearsal {
        message: question.to_owned(),
        before: before.to_vec(),
        language: asking.case.language,
        variant: Arc::clone(asking.variant),
        knowledge: asking.knowledge.clone(),
        stream: asking.stream,
    };
    rehearse(asking.site, rehearsal).await
}

fn reply_of(told: &Rehearsed) -> Reply {
    let settlement = told.settlement.clone();
    let found = told.found.iter().map(|(chunk, relevance)| FoundPassage {
        document: chunk.document.clone(),
        chunk: chunk.id.clone(),
        span: chunk.span.clone(),
        headings: std::iter::once(&chunk.title).chain(&chunk.heading_path).cloned().collect(),
        relevance: *relevance,
    });
    Reply {
        outcome: settlement.outcome,
        text: settlement.answer,
        language: told.language,
        citations: settlement.citations,
        found: found.collect(),
        verification: settlement.verification,
        withheld: settlement.withheld,
        quality: settlement.quality,
        model: settlement.model,
        served_model: settlement.served_model,
        service_tier: settlement.service_tier,
        ladder: settlement.ladder,
        usage: settlement.usage,
        cost_usd_micros: settlement.cost_usd_micros,
        first_token_ms: settlement.first_token_ms,
        took_ms: Some(settlement.took_ms),
        prompt_hash: settlement.prompt_hash,
    }
}

/// What kept the target's model from answering, if anything did; a refusal of this one question is its answer to it.
pub(super) fn hindrance(reply: &Reply) -> Option<Hindrance> {
    let reason = reply.failure().filter(|_| reply.model.is_none())?;
    let money = [Cap::Day, Cap::Month, Cap::VisitorDay].map(NoMoney::Cap);
    let money = money.into_iter().chain([NoMoney::Unpriced, NoMoney::Unavailable]).map(NoMoney::reason);
    if let Some(reason) = money.into_iter().find(|known| *known == reason) {
        return Some(Hindrance::NoMoney(reason));
    }
    let is = |errors: &[LlmError]| errors.iter().any(|error| error.code() == reason);
    if is(&[LlmError::RateLimited { retry_after: None }, LlmError::CircuitOpen { retry_in: std::time::Duration::ZERO }])
    {
        return Some(Hindrance::Busy);
    }
    let down = [
        LlmError::Timeout(TimeoutPhase::Total),
        LlmError::Transient(String::new()),
        LlmError::UnknownModel(String::new()),
        LlmError::Permanent(String::new()),
    ];
    (is(&down) || reason == "out_of_time").then_some(Hindrance::Down)
}
