//! Where the time of a turn goes: a span for each step, named and filled as OpenTelemetry's conventions for generative AI
//! say. They hold times, tokens, names of models and codes, never words of visitors, documents or answers.
//!
//! All are of level `debug`: while nobody asks for traces they are off at the place where they stand, which costs one look
//! at a flag.

use portavoz_domain::answer::Outcome;
use tracing::field::Empty;
use tracing::{Span, debug_span};

use super::call::{Call, CallEnd, Called};
use super::run::Run;

/// The whole turn; its steps are below it.
pub(super) fn turn(run: &Run) -> Span {
    let span = debug_span!(
        "turn",
        portavoz.site = %run.site.id(),
        portavoz.turn.id = Empty,
        gen_ai.conversation.id = Empty,
        portavoz.language = Empty,
        portavoz.outcome = Empty,
        portavoz.model = Empty,
        portavoz.cost_usd_micros = Empty,
    );
    if !span.is_disabled() {
        span.record("portavoz.turn.id", run.turn.to_string());
        span.record("gen_ai.conversation.id", run.conversation.to_string());
    }
    span
}

/// Notes on the turn's span how it ended.
pub(super) fn ended(language: &str, outcome: Option<Outcome>, model: Option<&str>, cost_usd_micros: Option<u64>) {
    let span = Span::current();
    span.record("portavoz.language", language);
    span.record("portavoz.outcome", outcome.map_or("none", Outcome::name));
    if let Some(model) = model {
        span.record("portavoz.model", model);
    }
    if let Some(cost) = cost_usd_micros {
        span.record("portavoz.cost_usd_micros", cost);
    }
}

/// A call of a model.
pub(super) fn generation(call: &Call<'_>) -> Span {
    let request = call.request;
    let span = debug_span!(
        "generation",
        otel.name = Empty,
        otel.kind = "client",
        otel.status_code = Empty,
        error.type = Empty,
        gen_ai.operation.name = "chat",
        // The protocol that is spoken, whoever speaks it.
        gen_ai.provider.name = "openai",
        gen_ai.request.model = call.model.name(),
        gen_ai.request.max_tokens = request.max_tokens,
        gen_ai.request.temperature = request.temperature.map(f64::from),
        gen_ai.request.top_p = request.top_p.map(f64::from),
        gen_ai.response.model = Empty,
        gen_ai.response.finish_reasons = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        gen_ai.usage.cache_read.input_tokens = Empty,
    );
    if !span.is_disabled() {
        span.record("otel.name", format!("chat {}", call.model.name()));
    }
    span
}

/// Notes on the current call's span why the model stopped.
pub(super) fn finished(reason: Option<&str>) {
    if let Some(reason) = reason {
        Span::current().record("gen_ai.response.finish_reasons", reason);
    }
}

/// Notes on a call's span what came of it.
pub(super) fn called(span: &Span, called: &Called) {
    span.record("gen_ai.usage.input_tokens", called.usage.prompt_tokens);
    span.record("gen_ai.usage.output_tokens", called.usage.completion_tokens);
    span.record("gen_ai.usage.cache_read.input_tokens", called.usage.cached_tokens);
    if let Some(model) = &called.served.model {
        span.record("gen_ai.response.model", model);
    }
    if let CallEnd::Failed(error) = &called.end {
        span.record("error.type", error.code());
        span.record("otel.status_code", "ERROR");
    }
}
