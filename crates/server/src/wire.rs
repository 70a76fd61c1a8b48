//! Shapes of the API that several routes share, and how an [`AnswerEvent`] becomes one of them.

use portavoz_domain::answer::{self, AnswerEvent};
use portavoz_domain::feedback;
use portavoz_domain::usage;
use portavoz_domain::verification::{CheckedSentence, Claim, Verification};
use serde::Serialize;
use utoipa::ToSchema;

/// A source. Its `index` is the number in brackets in the answer's text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Citation {
    /// From 1, in order of first mention.
    index: u32,
    /// The document's id.
    document: String,
    /// Title and headings above the passage.
    title: String,
    /// Opens the source at the place; relative to this server if it has no address of its own.
    url: String,
    /// The words of the source.
    quote: String,
    /// Page, for paged documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
}

impl From<answer::Citation> for Citation {
    fn from(from: answer::Citation) -> Self {
        Self {
            index: from.index,
            document: from.document.to_string(),
            title: from.title,
            url: from.url,
            quote: from.quote,
            page: from.page,
        }
    }
}

/// What the visitor thinks of an answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Feedback {
    /// `up` or `down`.
    rating: &'static str,
    /// `wrong`, `incomplete`, `off_target`, `unclear` or `other`.
    reason: Option<&'static str>,
    comment: Option<String>,
}

impl From<feedback::Feedback> for Feedback {
    fn from(from: feedback::Feedback) -> Self {
        Self { rating: from.rating.name(), reason: from.reason.map(|reason| reason.name()), comment: from.comment }
    }
}

/// Tokens of all model calls of a turn.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct Usage {
    pub(crate) prompt_tokens: u64,
    /// Of those, read from the provider's cache.
    pub(crate) cached_tokens: u64,
    pub(crate) completion_tokens: u64,
    /// Of those, spent on reasoning.
    pub(crate) reasoning_tokens: u64,
    /// True if counted here because the provider did not say.
    pub(crate) estimated: bool,
}

impl From<usage::Usage> for Usage {
    fn from(from: usage::Usage) -> Self {
        Self {
            prompt_tokens: from.prompt_tokens,
            cached_tokens: from.cached_tokens,
            completion_tokens: from.completion_tokens,
            reasoning_tokens: from.reasoning_tokens,
            estimated: from.estimated,
        }
    }
}

/// A rung of the ladder that was tried; the one without `reason` answered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Rung {
    /// `stock`, `primary`, `fallback`, `approved`, `extractive` or `predefined`.
    rung: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// Why it did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<answer::RungTried> for Rung {
    fn from(from: answer::RungTried) -> Self {
        Self { rung: from.rung.name(), model: from.model, reason: from.reason }
    }
}

/// What the check of an answer against its sources found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AnswerVerification {
    /// 0 to 1: how likely the sources support all of it.
    score: f32,
    /// Sentences that were kept from the visitor, because the sources do not say what they claim.
    withheld: u32,
    /// The sentences that were told, in their order.
    sentences: Vec<AnswerSentence>,
}

/// A sentence of an answer, checked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AnswerSentence {
    /// Without source markers.
    text: String,
    /// `supported`, `contradicted` or `unsupported`.
    status: &'static str,
    /// What it claims.
    claims: Vec<AnswerClaim>,
}

/// A claim, checked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AnswerClaim {
    /// `number`, `date`, `duration`, `name`, `organisation`, `technology`, `link`, `email`, `promise` or `proposition`.
    kind: &'static str,
    /// As the sentence says it.
    text: String,
    /// `supported`, `contradicted` or `unsupported`.
    status: &'static str,
}

impl AnswerVerification {
    /// For whoever got the answer: `found` must hold no sentence that was withheld. Null only if nothing was checked,
    /// for an answer of which everything was withheld has been checked very well.
    pub(crate) fn told(found: Option<Verification>, withheld: u32) -> Option<Self> {
        if found.is_none() && withheld == 0 {
            return None;
        }
        let Verification { score, sentences } = found.unwrap_or_default();
        Some(Self { score, withheld, sentences: sentences.into_iter().map(AnswerSentence::from).collect() })
    }
}

impl From<CheckedSentence> for AnswerSentence {
    fn from(sentence: CheckedSentence) -> Self {
        Self {
            text: sentence.text,
            status: sentence.status.name(),
            claims: sentence.claims.into_iter().map(AnswerClaim::from).collect(),
        }
    }
}

impl From<Claim> for AnswerClaim {
    fn from(claim: Claim) -> Self {
        Self { kind: claim.kind.name(), text: claim.text, status: claim.status.name() }
    }
}

/// The end of a turn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Done {
    /// `answered`, `not_known`, `declined` or `smalltalk`.
    pub(crate) outcome: &'static str,
    /// Language of the answer.
    pub(crate) language: &'static str,
    /// The model that answered; null if none did.
    pub(crate) model: Option<String>,
    pub(crate) usage: Usage,
    /// US dollars; null if a model without a known price was used.
    pub(crate) cost_usd: Option<f64>,
    /// Null if nothing was checked: stock replies are not, and nothing is where the owner switched it off.
    pub(crate) verification: Option<AnswerVerification>,
    /// 0 to 1; null while it is not measured.
    pub(crate) quality: Option<f32>,
    /// Each rung tried, in order.
    pub(crate) ladder: Vec<Rung>,
    /// Milliseconds from the question's arrival.
    pub(crate) took_ms: u64,
}

impl From<answer::Done> for Done {
    fn from(from: answer::Done) -> Self {
        Self {
            outcome: from.outcome.name(),
            language: from.language.code(),
            model: from.model,
            usage: from.usage.into(),
            cost_usd: from.cost_usd,
            verification: AnswerVerification::told(from.verification, from.withheld),
            quality: from.quality,
            ladder: from.ladder.into_iter().map(Rung::from).collect(),
            took_ms: from.took_ms,
        }
    }
}

#[derive(Serialize)]
struct Start<'a> {
    turn_id: String,
    conversation_id: String,
    visitor_token: &'a str,
    model: Option<&'a str>,
    variant: Option<&'a str>,
}

#[derive(Serialize)]
struct Delta<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Verdict<'a> {
    index: u32,
    sentence: Option<&'a str>,
    status: &'static str,
}

#[derive(Serialize)]
struct Replace<'a> {
    text: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Failed<'a> {
    code: &'a str,
    message: &'a str,
}

/// The name and data of the server-sent event.
pub(crate) fn server_event(event: AnswerEvent) -> (&'static str, String) {
    match event {
        AnswerEvent::Start { turn_id, conversation_id, visitor_token, model, variant } => (
            "start",
            json(&Start {
                turn_id: turn_id.to_string(),
                conversation_id: conversation_id.to_string(),
                visitor_token: &visitor_token,
                model: model.as_deref(),
                variant: variant.as_deref(),
            }),
        ),
        AnswerEvent::Delta { text } => ("delta", json(&Delta { text: &text })),
        AnswerEvent::Citation(citation) => ("citation", json(&Citation::from(citation))),
        AnswerEvent::Verdict { index, sentence, status } => {
            ("verdict", json(&Verdict { index, sentence: sentence.as_deref(), status: status.name() }))
        }
        AnswerEvent::Replace { text, reason } => ("replace", json(&Replace { text: &text, reason: &reason })),
        AnswerEvent::Done(done) => ("done", json(&Done::from(*done))),
        AnswerEvent::Failed { code, message } => ("failed", json(&Failed { code: &code, message: &message })),
    }
}

/// JSON of a shape of ours.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our shapes have string keys and no failing serialisers")
}
