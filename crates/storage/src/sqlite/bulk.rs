//! The script that writes turns: any number of admissions and settlements in one transaction and in one trip to the
//! connection's thread.
//!
//! A trip costs two thread switches, more than the writing itself, and on a busy machine each of them waits for a free
//! core. So the busiest writes have a form in which a batch of any size is one trip: each statement takes all rows of
//! its kind. A row that may not be written is passed over; the script tells which were written, and the writer finds
//! out about the others one by one.

use std::collections::HashSet;

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use crate::rows::{AdmissionColumns, SettlementColumns};

/// One admission or settlement.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row<'a> {
    Admission(&'a AdmissionColumns),
    Settlement(&'a SettlementColumns),
}

/// What tells rows apart: what they do, to which turn of which site.
type Key<'a> = (&'static str, &'a str, &'a str);

const ADMISSION: &str = "admission";
const SETTLEMENT: &str = "settlement";

impl<'a> Row<'a> {
    fn key(&self) -> Key<'a> {
        match self {
            Self::Admission(columns) => (ADMISSION, &columns.site, &columns.id),
            Self::Settlement(columns) => (SETTLEMENT, &columns.site, &columns.id),
        }
    }
}

/// Writes and commits what may be written of `rows`; true at the positions of those that were. After an error the
/// transaction may still be open.
pub(super) async fn write_and_commit(
    connection: &mut SqliteConnection,
    rows: &[Row<'_>],
) -> Result<Vec<bool>, sqlx::Error> {
    let first = first_of_each_turn(rows);
    let mut script = QueryBuilder::new("BEGIN IMMEDIATE;");
    push_statements(&mut script, rows.iter().zip(&first).filter_map(|(row, first)| first.then_some(*row)));
    script.push("COMMIT");
    let returned = script.build().fetch_all(connection).await?;
    let written = written(&returned)?;
    Ok(rows.iter().zip(first).map(|(row, first)| first && written.contains(&row.key())).collect())
}

/// Writes one row in the transaction that is open, if it may be written; true if it was.
pub(super) async fn write(connection: &mut SqliteConnection, row: Row<'_>) -> Result<bool, sqlx::Error> {
    let mut script = QueryBuilder::new("");
    push_statements(&mut script, std::iter::once(row));
    Ok(!script.build().fetch_all(connection).await?.is_empty())
}

/// Of rows that do the same to one turn, only the first may take part: from what comes back one could not tell which
/// of them was written.
fn first_of_each_turn(rows: &[Row<'_>]) -> Vec<bool> {
    let mut seen = HashSet::with_capacity(rows.len());
    rows.iter().map(|row| seen.insert(row.key())).collect()
}

/// The keys that the script returned.
fn written(returned: &[SqliteRow]) -> Result<HashSet<Key<'_>>, sqlx::Error> {
    let mut keys = HashSet::with_capacity(returned.len());
    for row in returned {
        let admitted: bool = row.try_get("admitted")?;
        keys.insert((if admitted { ADMISSION } else { SETTLEMENT }, row.try_get("site")?, row.try_get("id")?));
    }
    Ok(keys)
}

fn push_statements<'a>(script: &mut QueryBuilder<Sqlite>, rows: impl Iterator<Item = Row<'a>>) {
    let (mut admissions, mut settlements) = (Vec::new(), Vec::new());
    for row in rows {
        match row {
            Row::Admission(columns) => admissions.push(columns),
            Row::Settlement(columns) => settlements.push(columns),
        }
    }
    if !admissions.is_empty() {
        push_conversations(script, &admissions);
        push_turns(script, &admissions);
    }
    if !settlements.is_empty() {
        push_settlements(script, &settlements);
    }
    settlements.retain(|columns| columns.unanswered);
    if !settlements.is_empty() {
        push_gaps(script, &settlements);
    }
}

/// The rows, filled up to a power of two with rows of nulls, which match nothing: so that few different scripts exist,
/// and nearly every one is found prepared.
fn padded<'a, T>(rows: &[&'a T]) -> impl Iterator<Item = Option<&'a T>> {
    rows.iter().copied().map(Some).chain(std::iter::repeat(None)).take(rows.len().next_power_of_two())
}

/// A conversation is made with a turn that is new.
fn push_conversations(script: &mut QueryBuilder<Sqlite>, admissions: &[&AdmissionColumns]) {
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
fn push_turns(script: &mut QueryBuilder<Sqlite>, admissions: &[&AdmissionColumns]) {
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
        RETURNING TRUE AS admitted, site, id;",
    );
}

/// A turn is settled if it is open.
fn push_settlements(script: &mut QueryBuilder<Sqlite>, settlements: &[&SettlementColumns]) {
    script.push(
        "WITH new (site, id, status, settled, outcome, answer, citations, verification, withheld, model, ladder,
            prompt_tokens, cached_tokens, cache_write_tokens, completion_tokens, reasoning_tokens, usage_estimated,
            cost_usd_micros, charged_usd_micros, service_tier, served_model, first_token_ms, took_ms, prompt_hash,
            prompt_version, knowledge_generation, knowledge_hash, variant, opens_conversation, quality, efficiency,
            unanswered) AS (",
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
            efficiency = new.efficiency, unanswered = new.unanswered
        FROM new
        WHERE turns.site = new.site AND turns.id = new.id AND turns.status = 'open'
        RETURNING FALSE AS admitted, site, id;",
    );
}

/// A gap is made of a turn whose settlement says so, whoever wrote that settlement.
fn push_gaps(script: &mut QueryBuilder<Sqlite>, unanswered: &[&SettlementColumns]) {
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

#[cfg(test)]
mod tests;
