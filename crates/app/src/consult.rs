//! One call of a model whose reply is wanted whole: second opinions, judges, writers of cases.
//!
//! Paid out of a purse like every call: what it can cost at most is there before it is made, and what it did cost is
//! charged afterwards, whatever came of it.

use std::time::Duration;

use futures::StreamExt;
use portavoz_domain::usage::Usage;
use portavoz_llm::chat::{ChatEnd, ChatEvent, ChatModel, ChatRequest};
use portavoz_llm::{LlmError, TimeoutPhase};

use crate::ask::estimate;
use crate::budget::{NoMoney, Purse, worst_case};
use crate::site::Site;

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoReply {
    /// It was not asked: there is no money for it.
    #[error("{0}")]
    NoMoney(NoMoney),
    /// It was asked, and did not reply in time or at all.
    #[error(transparent)]
    Model(#[from] LlmError),
}

/// A call that was made.
#[derive(Debug)]
pub(crate) struct Consulted {
    /// The whole reply, or why there is none.
    pub(crate) reply: Result<String, NoReply>,
    /// What the provider said, or else an estimate; zero if it was not asked.
    pub(crate) usage: Usage,
    /// `None` if nobody knows.
    pub(crate) cost_usd_micros: Option<u64>,
}

/// Asks `model` out of `purse`, for as long as `patience`.
pub(crate) async fn consult(
    site: &Site,
    model: &dyn ChatModel,
    request: &ChatRequest,
    purse: &Purse,
    patience: Duration,
) -> Consulted {
    let affordable = match worst_case(site, model, request) {
        Ok(worst_case) => purse.afford(worst_case).await.map(|()| worst_case),
        Err(refused) => Err(refused),
    };
    let worst_case = match affordable {
        Ok(worst_case) => worst_case,
        Err(refused) => {
            let reply = Err(NoReply::NoMoney(refused));
            return Consulted { reply, usage: Usage::default(), cost_usd_micros: Some(0) };
        }
    };
    let mut said = String::new();
    let asked = tokio::time::timeout(patience, read(model, request, &mut said)).await;
    let asked = asked.unwrap_or(Err(LlmError::Timeout(TimeoutPhase::Total)));
    let end = asked.as_ref().ok().cloned().unwrap_or_default();
    let usage = end.usage.unwrap_or_else(|| estimate(&request.messages, &said, model.tokenizer()));
    let tariff = model.tariff();
    let cost_usd_micros = tariff.and_then(|tariff| tariff.cost_usd_micros(&usage, end.service_tier.as_deref()));
    purse.charge(cost_usd_micros.unwrap_or(worst_case));
    Consulted { reply: asked.map(|_| said).map_err(NoReply::Model), usage, cost_usd_micros }
}

async fn read(model: &dyn ChatModel, request: &ChatRequest, said: &mut String) -> Result<ChatEnd, LlmError> {
    let mut stream = model.chat(request).await?;
    while let Some(event) = stream.next().await {
        match event? {
            ChatEvent::Delta(text) => said.push_str(&text),
            ChatEvent::End(end) => return Ok(end),
        }
    }
    Err(LlmError::Transient("the reply was cut".to_owned()))
}
