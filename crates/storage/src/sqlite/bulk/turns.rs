//! Statements of the script that write turns.

use sqlx::{QueryBuilder, Sqlite};

use super::padded;
use crate::rows::{AdmissionColumns, SettlementColumns};

/// A conversation is made with a turn that is new.
pub(super) fn push_conversations(script: &mut QueryBuilder<Sqlite>, admissions: &[&AdmissionColumns]) {
    script.push("WITH new (site, id, visitor, language, created, turn) AS (");
    script.push_values(padded(admissions), |mut row, columns| {
        row.push_bind(columns.map(|columns| columns.site.as_str()))
            .push_bind(columns.map(|columns| columns.conversation.as_str()))
            .push_bind(columns.map(|columns| columns.visitor.as_str()))
            .push_bind(columns.map(|columns| columns.language))
            .push_bind(columns.map(|columns| columns.created))
            .push_bind(columns.map(|columns| columns.id.as_str()));
    });
    script.push(
        ")
        INSERT INTO conversations (site, id, visitor, language, created)
        SELECT site, id, visitor, language, created FROM new
        WHERE site IS NOT NULL AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.site = new.site AND t.id = new.turn)
        ON CONFLICT (site, id) DO NOTHING;",
    );
}

/// A turn is made in a conversation of its visitor.
pub(super) fn push_turns(script: &mut QueryBuilder<Sqlite>, admissions: &[&AdmissionColumns]) {
    script.push("WITH new (site, id, conversation, visitor, created, language, question) AS (");
    script.push_values(padded(admissions), |mut row, columns| {
        row.push_bind(columns.map(|columns| columns.site.as_str()))
            .push_bind(columns.map(|columns| columns.id.as_str()))
            .push_bind(columns.map(|columns| columns.conversation.as_str()))
            .push_bind(columns.map(|columns| columns.visitor.as_str()))
            .push_bind(columns.map(|columns| columns.created))
            .push_bind(columns.map(|columns| columns.language))
            .push_bind(columns.map(|columns| columns.question.as_str()));
    });
    script.push(
        ")
        INSERT INTO turns (site, id, conversation, created, language, question, status)
        SELECT c.site, new.id, c.id, new.created, new.language, new.question, 'open'
        FROM new CROSS JOIN conversations c
        WHERE c.site = new.site AND c.id = new.conversation AND c.visitor = new.visitor
        ON CONFLICT (site, id) DO NOTHING
        RETURNING 'admitted' AS done, site, id;",
    );
}

/// A turn is settled if it is open.
pub(super) fn push_settlements(script: &mut QueryBuilder<Sqlite>, settlements: &[&SettlementColumns]) {
    script.push(
        "WITH new (site, id, status, settled, outcome, answer, citations, verification, withheld, model, ladder,
            prompt_tokens, cached_tokens, cache_write_tokens, completion_tokens, reasoning_tokens, usage_estimated,
            cost_usd_micros, charged_usd_micros, service_tier, served_model, first_token_ms, took_ms, prompt_hash,
            prompt_version, knowledge_generation, knowledge_hash, variant, opens_conversation, quality,
            quality_score, efficiency, unanswered) AS (",
    );
    script.push_values(padded(settlements), |mut row, columns| {
        row.push_bind(columns.map(|columns| columns.site.as_str()))
            .push_bind(columns.map(|columns| columns.id.as_str()))
            .push_bind(columns.map(|columns| columns.status))
            .push_bind(columns.map(|columns| columns.settled))
            .push_bind(columns.and_then(|columns| columns.outcome))
            .push_bind(columns.map(|columns| columns.answer.as_str()))
            .push_bind(columns.map(|columns| columns.citations.as_str()))
            .push_bind(columns.and_then(|columns| columns.verification.as_deref()))
            .push_bind(columns.map(|columns| columns.withheld))
            .push_bind(columns.and_then(|columns| columns.model.as_deref()))
            .push_bind(columns.map(|columns| columns.ladder.as_str()))
            .push_bind(columns.map(|columns| columns.prompt_tokens))
            .push_bind(columns.map(|columns| columns.cached_tokens))
            .push_bind(columns.map(|columns| columns.cache_write_tokens))
            .push_bind(columns.map(|columns| columns.completion_tokens))
            .push_bind(columns.map(|columns| columns.reasoning_tokens))
            .push_bind(columns.map(|columns| columns.usage_estimated))
            .push_bind(columns.and_then(|columns| columns.cost_usd_micros))
            .push_bind(columns.map(|columns| columns.charged_usd_micros))
            .push_bind(columns.and_then(|columns| columns.service_tier.as_deref()))
            .push_bind(columns.and_then(|columns| columns.served_model.as_deref()))
            .push_bind(columns.and_then(|columns| columns.first_token_ms))
            .push_bind(columns.map(|columns| columns.took_ms))
            .push_bind(columns.and_then(|columns| columns.prompt_hash.as_deref()))
            .push_bind(columns.and_then(|columns| columns.prompt_version.as_deref()))
            .push_bind(columns.map(|columns| columns.knowledge_generation))
            .push_bind(columns.and_then(|columns| columns.knowledge_hash.as_deref()))
            .push_bind(columns.and_then(|columns| columns.variant.as_deref()))
            .push_bind(columns.map(|columns| columns.opens_conversation))
            .push_bind(columns.and_then(|columns| columns.quality.as_deref()))
            .push_bind(columns.and_then(|columns| columns.quality_score))
            .push_bind(columns.and_then(|columns| columns.efficiency))
            .push_bind(columns.map(|columns| columns.unanswered));
    });
    script.push(
        ")
        UPDATE turns SET status = new.status, settled = new.settled, outcome = new.outcome, answer = new.answer,
            citations = new.citations, verification = new.verification, withheld = new.withheld, model = new.model,
            ladder = new.ladder, prompt_tokens = new.prompt_tokens, cached_tokens = new.cached_tokens,
            cache_write_tokens = new.cache_write_tokens, completion_tokens = new.completion_tokens,
            reasoning_tokens = new.reasoning_tokens, usage_estimated = new.usage_estimated,
            cost_usd_micros = new.cost_usd_micros, charged_usd_micros = new.charged_usd_micros,
            service_tier = new.service_tier, served_model = new.served_model, first_token_ms = new.first_token_ms,
            took_ms = new.took_ms, prompt_hash = new.prompt_hash, prompt_version = new.prompt_version,
            knowledge_generation = new.knowledge_generation, knowledge_hash = new.knowledge_hash,
            variant = new.variant, opens_conversation = new.opens_conversation, quality = new.quality,
            quality_score = new.quality_score, efficiency = new.efficiency, unanswered = new.unanswered
        FROM new
        WHERE turns.site = new.site AND turns.id = new.id AND turns.status = 'open'
        RETURNING 'settled' AS done, site, id;",
    );
}

/// A gap is made of a turn whose settlement says so, whoever wrote that settlement.
pub(super) fn push_gaps(script: &mut QueryBuilder<Sqlite>, unanswered: &[&SettlementColumns]) {
    script.push("WITH new (site, turn) AS (");
    script.push_values(padded(unanswered), |mut row, columns| {
        row.push_bind(columns.map(|columns| columns.site.as_str()))
            .push_bind(columns.map(|columns| columns.id.as_str()));
    });
    script.push(
        ")
        INSERT INTO gaps (site, turn, question, language, asked)
        SELECT t.site, t.id, t.question, t.language, t.created
        FROM new CROSS JOIN turns t
        WHERE t.site = new.site AND t.id = new.turn AND t.unanswered
        ON CONFLICT (site, turn) DO NOTHING;",
    );
}
