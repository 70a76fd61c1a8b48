//! Embeddings by OpenAI's protocol: batches within the provider's limits, vectors checked and brought to length 1.
//!
//! Remembering vectors of unchanged texts is not done here: storage keeps them by content hash.

mod vectors;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use portavoz_domain::usage::Usage;
use serde::Serialize;
use tokio::time::{Instant, timeout_at};

use crate::catalogue::Card;
use crate::embed::{Embedded, Embedder, EmbeddingRole};
use crate::openai::{
    Adaptations, Call, CallPolicy, Caller, Connection, ConnectionError, Failure, Parameter, Random, read_limited,
    with_retries,
};
use crate::tokens::{tokenizer_for, truncate};
use crate::{LlmError, TimeoutPhase};

/// OpenAI's limits of a request.
const MOST_INPUTS: usize = 2_048;
const MOST_TOKENS: usize = 300_000;
/// Local servers embed inputs one after the other: a batch of theirs must not outlast the time limit.
const INPUTS_OF_UNKNOWN: usize = 64;
/// Batches under way at once.
const CONCURRENT_BATCHES: usize = 4;
/// 2,048 vectors of 3,072 numbers, written as decimals.
const RESPONSE_BYTES: usize = 128 * 1024 * 1024;

/// What an embedder is made of.
#[derive(Debug, Clone)]
pub struct OpenAiEmbedderParams {
    /// Where it is and how to get in.
    pub connection: Connection,
    /// What the catalogue knows of it; `card.name` is the name that is sent.
    pub card: Card,
    /// How long to wait, how often to retry, how much to ask.
    pub policy: CallPolicy,
    /// Where the jitter of retries comes from.
    pub random: Random,
    /// Length of the vectors: shorter ones are asked for where the model can; for a model that is not listed, this
    /// says what it gives.
    pub dimensions: Option<u32>,
    /// Fewer texts a request than the provider allows.
    pub batch_inputs: Option<usize>,
}

/// An embedding model behind an OpenAI-compatible server.
#[derive(Debug)]
pub struct OpenAiEmbedder {
    name: String,
    card: Card,
    caller: Caller,
    adaptations: Adaptations,
    dimensions: u32,
    /// Sent as `dimensions`.
    shortened_to: Option<u32>,
    batch_inputs: usize,
}

impl OpenAiEmbedder {
    /// An embedder whose vectors are of known length; see [`OpenAiEmbedder::connect`] for others.
    pub fn new(params: OpenAiEmbedderParams) -> Result<Self, ConnectionError> {
        let unknown = || ConnectionError::UnknownDimensions(params.card.name.clone());
        let dimensions =
            params.dimensions.or(params.card.dimensions).filter(|length| *length > 0).ok_or_else(unknown)?;
        Self::with_dimensions(params, dimensions)
    }

    /// An embedder of any model: the length of the vectors is measured by embedding one word, if nothing else tells.
    pub async fn connect(params: OpenAiEmbedderParams) -> Result<Self, LlmError> {
        let unusable = |error: ConnectionError| LlmError::Permanent(error.to_string());
        if params.dimensions.or(params.card.dimensions).is_some() {
            return Self::new(params).map_err(unusable);
        }
        let mut embedder = Self::with_dimensions(params, 0).map_err(unusable)?;
        let probe = embedder.embed(&["portavoz".to_owned()], EmbeddingRole::Query).await?;
        let length = probe.vectors.first().map_or(0, Vec::len);
        embedder.dimensions = u32::try_from(length).unwrap_or(u32::MAX);
        Ok(embedder)
    }

    fn with_dimensions(params: OpenAiEmbedderParams, dimensions: u32) -> Result<Self, ConnectionError> {
        let card = params.card;
        let shortened_to = params.dimensions.filter(|asked| card.shortens && Some(*asked) != card.dimensions);
        let most = if card.family.is_some() { MOST_INPUTS } else { INPUTS_OF_UNKNOWN };
        Ok(Self {
            // Vectors cut short are other vectors.
            name: shortened_to.map_or_else(|| card.name.clone(), |length| format!("{}@{length}", card.name)),
            caller: Caller::new(params.connection, params.policy, params.random)?,
            adaptations: Adaptations::default(),
            dimensions,
            shortened_to,
            batch_inputs: params.batch_inputs.unwrap_or(most).clamp(1, MOST_INPUTS),
            card,
        })
    }

    /// The body that embeds `texts` as one batch, as JSON.
    pub fn request_body(&self, texts: &[String]) -> String {
        let inputs: Vec<&str> = texts.iter().map(|text| self.prepared(text)).collect();
        self.body(&inputs).0
    }

    /// A text as it is sent: never empty, which providers refuse, and never longer than the model reads.
    fn prepared<'a>(&self, text: &'a str) -> &'a str {
        let text = if text.trim().is_empty() { " " } else { text };
        match self.card.context_window {
            Some(most) => truncate(&self.card, text, most as usize),
            None => text,
        }
    }

    fn body(&self, inputs: &[&str]) -> (String, Vec<(&'static str, Parameter)>) {
        #[derive(Serialize)]
        struct WireRequest<'a> {
            model: &'a str,
            input: &'a [&'a str],
            #[serde(skip_serializing_if = "Option::is_none")]
            encoding_format: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            dimensions: Option<u32>,
        }
        let keeps = |parameter| !self.adaptations.drops(parameter);
        let wire = WireRequest {
            model: &self.card.name,
            input: inputs,
            // A third of the size and no rounding; asked only of models that are known to know it.
            encoding_format: (self.card.family.is_some() && keeps(Parameter::EncodingFormat)).then_some("base64"),
            dimensions: self.shortened_to.filter(|_| keeps(Parameter::Dimensions)),
        };
        let sent = [
            (wire.encoding_format.is_some(), ("encoding_format", Parameter::EncodingFormat)),
            (wire.dimensions.is_some(), ("dimensions", Parameter::Dimensions)),
        ];
        let sent = sent.into_iter().filter_map(|(is_sent, sent)| is_sent.then_some(sent)).collect();
        (serde_json::to_string(&wire).expect("strings, numbers and lists are always JSON"), sent)
    }

    /// Splits inputs so that each batch stays within the limits.
    fn batches<'a>(&self, inputs: &[&'a str]) -> Vec<Batch<'a>> {
        let tokenizer = tokenizer_for(&self.card);
        let mut batches: Vec<Batch<'a>> = Vec::new();
        for input in inputs {
            let tokens = tokenizer.count(input);
            match batches
                .last_mut()
                .filter(|last| last.inputs.len() < self.batch_inputs && last.tokens + tokens <= MOST_TOKENS)
            {
                Some(last) => {
                    last.inputs.push(input);
                    last.tokens += tokens;
                }
                None => batches.push(Batch { inputs: vec![input], tokens }),
            }
        }
        batches
    }

    async fn embed_batch(&self, batch: Batch<'_>, role: EmbeddingRole) -> Result<Embedded, LlmError> {
        let timeouts = self.caller.policy().timeouts;
        // A visitor waits for the query; passages have time, and each try has its own.
        let (limit, deadline) = match role {
            EmbeddingRole::Query => (timeouts.first_token, Some(Instant::now() + timeouts.first_token)),
            EmbeddingRole::Passage => (timeouts.total, None),
        };
        with_retries(&self.caller, deadline, || {
            self.attempt(&batch, deadline.unwrap_or_else(|| Instant::now() + limit))
        })
        .await
    }

    async fn attempt(&self, batch: &Batch<'_>, deadline: Instant) -> Result<Embedded, Failure> {
        loop {
            let (body, sent) = self.body(&batch.inputs);
            let phase = TimeoutPhase::Total;
            let call = Call { path: "embeddings", body, subject: &self.card.name, deadline, phase, stream: false };
            let (response, permit) = match self.caller.post(call).await {
                Ok(answered) => answered,
                Err(failure)
                    if failure.rejected.as_ref().is_some_and(|rejected| self.adaptations.learn(rejected, &sent)) =>
                {
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            let read = timeout_at(deadline, read_limited(response, RESPONSE_BYTES)).await;
            let embedded = read
                .unwrap_or_else(|_elapsed| Err(LlmError::Timeout(phase).into()))
                .and_then(|body| vectors::read(&body, batch.inputs.len(), self.dimensions, &self.caller.redactor()));
            match embedded {
                Ok((vectors, usage)) => {
                    permit.succeed();
                    let tokens = u64::try_from(batch.tokens).unwrap_or(u64::MAX);
                    let estimate = Usage { prompt_tokens: tokens, estimated: true, ..Usage::default() };
                    return Ok(Embedded { vectors, usage: usage.unwrap_or(estimate) });
                }
                Err(failure) => {
                    failure.settle(permit);
                    return Err(failure);
                }
            }
        }
    }
}

/// Inputs of one request.
struct Batch<'a> {
    inputs: Vec<&'a str>,
    tokens: usize,
}

#[async_trait]
impl Embedder for OpenAiEmbedder {
    fn name(&self) -> &str {
        &self.name
    }

    fn dimensions(&self) -> u32 {
        self.dimensions
    }

    fn price_per_million(&self) -> Option<u64> {
        self.card.price().map(|price| price.input)
    }

    async fn embed(&self, texts: &[String], role: EmbeddingRole) -> Result<Embedded, LlmError> {
        let inputs: Vec<&str> = texts.iter().map(|text| self.prepared(text)).collect();
        let calls: Vec<_> = self.batches(&inputs).into_iter().map(|batch| self.embed_batch(batch, role)).collect();
        let parts: Vec<Embedded> = stream::iter(calls).buffered(CONCURRENT_BATCHES).try_collect().await?;
        let mut all = Embedded { vectors: Vec::with_capacity(texts.len()), usage: Usage::default() };
        for part in parts {
            all.vectors.extend(part.vectors);
            all.usage.prompt_tokens += part.usage.prompt_tokens;
            all.usage.estimated |= part.usage.estimated;
        }
        Ok(all)
    }
}
