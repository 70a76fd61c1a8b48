//! The script that writes turns: any number of admissions and settlements in one transaction and in one trip to the
//! connection's thread.
//!
//! A trip costs two thread switches, more than the writing itself, and on a busy machine each of them waits for a free
//! core. So the busiest writes have a form in which a batch of any size is one trip: rows as a JSON array, from which
//! SQLite inserts and updates. A row that may not be written is passed over; [`write`] tells which were written, and
//! the writer finds out about the others one by one.

use std::collections::HashSet;

use portavoz_domain::ids::{SiteId, TurnId};
use serde::Serialize;
use sqlx::{Row as _, SqliteConnection};

use crate::Result;
use crate::values::json;

/// What a row does to its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Admission,
    Settlement,
}

/// One admission or settlement.
#[derive(Debug)]
pub(super) struct Row {
    kind: Kind,
    site: SiteId,
    id: TurnId,
    json: String,
}

impl Row {
    /// The row whose values are the fields of `values`, among them `site` and `id`.
    pub(super) fn new(kind: Kind, site: &SiteId, id: TurnId, values: &impl Serialize) -> Result<Self> {
        Ok(Self { kind, site: site.clone(), id, json: json(values)? })
    }
}

/// `$1`: admissions, `$2`: settlements. A conversation is made with a turn that is new; a turn is made in a
/// conversation of its visitor; a gap is made of a turn whose settlement says so, whoever wrote that settlement.
macro_rules! statements {
    () => {
        "
        INSERT INTO conversations (site, id, visitor, language, created)
        SELECT value ->> 'site', value ->> 'conversation', value ->> 'visitor', value ->> 'language',
            value ->> 'created'
        FROM json_each($1)
        WHERE NOT EXISTS (SELECT 1 FROM turns t WHERE t.site = value ->> 'site' AND t.id = value ->> 'id')
        ON CONFLICT (site, id) DO NOTHING;

        INSERT INTO turns (site, id, conversation, created, language, question, status)
        SELECT c.site, value ->> 'id', c.id, value ->> 'created', value ->> 'language', value ->> 'question', 'open'
        FROM json_each($1) CROSS JOIN conversations c
        WHERE c.site = value ->> 'site' AND c.id = value ->> 'conversation' AND c.visitor = value ->> 'visitor'
        ON CONFLICT (site, id) DO NOTHING
        RETURNING 'admission' AS kind, site, id;

        UPDATE turns SET status = value ->> 'status', settled = value ->> 'settled', outcome = value ->> 'outcome',
            answer = value ->> 'answer', citations = value ->> 'citations', model = value ->> 'model',
            ladder = value ->> 'ladder', prompt_tokens = value ->> 'prompt_tokens',
            cached_tokens = value ->> 'cached_tokens', cache_write_tokens = value ->> 'cache_write_tokens',
            completion_tokens = value ->> 'completion_tokens', reasoning_tokens = value ->> 'reasoning_tokens',
            usage_estimated = value ->> 'usage_estimated', cost_usd_micros = value ->> 'cost_usd_micros',
            first_token_ms = value ->> 'first_token_ms', took_ms = value ->> 'took_ms',
            prompt_hash = value ->> 'prompt_hash', knowledge_generation = value ->> 'knowledge_generation',
            unanswered = value ->> 'unanswered'
        FROM json_each($2)
        WHERE turns.site = value ->> 'site' AND turns.id = value ->> 'id' AND turns.status = 'open'
        RETURNING 'settlement' AS kind, site, id;

        INSERT INTO gaps (site, turn, question, language, asked)
        SELECT t.site, t.id, t.question, t.language, t.created
        FROM json_each($2) CROSS JOIN turns t
        WHERE t.site = value ->> 'site' AND t.id = value ->> 'id' AND t.unanswered
        ON CONFLICT (site, turn) DO NOTHING;
        "
    };
}

/// The statements in a transaction of their own. After an error the transaction may still be open.
const SCRIPT: &str = concat!("BEGIN IMMEDIATE;", statements!(), "COMMIT");

/// The statements inside a transaction that is open.
pub(super) const STATEMENTS: &str = statements!();

/// Writes and commits what may be written of `rows`; true at the positions of those that were.
pub(super) async fn write_and_commit(
    connection: &mut SqliteConnection,
    rows: &[&Row],
) -> Result<Vec<bool>, sqlx::Error> {
    run(connection, SCRIPT, rows).await
}

/// Writes one row in the open transaction, if it may be written; true if it was.
pub(super) async fn write(connection: &mut SqliteConnection, row: &Row) -> Result<bool, sqlx::Error> {
    Ok(run(connection, STATEMENTS, &[row]).await? == [true])
}

async fn run(connection: &mut SqliteConnection, script: &'static str, rows: &[&Row]) -> Result<Vec<bool>, sqlx::Error> {
    // Of rows for one turn only the first takes part: it could not be told which of them was written.
    let mut seen = HashSet::with_capacity(rows.len());
    let first: Vec<bool> = rows.iter().map(|row| seen.insert((row.kind, &row.site, row.id))).collect();
    let array = |kind| {
        let taking_part = rows.iter().zip(&first).filter(|(row, first)| row.kind == kind && **first);
        let objects: Vec<_> = taking_part.map(|(row, _)| row.json.as_str()).collect();
        format!("[{}]", objects.join(","))
    };
    // `fetch_all`, because anything less would stop at the first row that comes back, before the script's end.
    let returned =
        sqlx::query(script).bind(array(Kind::Admission)).bind(array(Kind::Settlement)).fetch_all(connection).await?;
    let mut written = HashSet::with_capacity(returned.len());
    for row in &returned {
        written.insert((row.try_get("kind")?, row.try_get("site")?, row.try_get("id")?));
    }
    let was_written = |row: &Row| {
        let kind = match row.kind {
            Kind::Admission => "admission",
            Kind::Settlement => "settlement",
        };
        written.contains::<(&str, &str, String)>(&(kind, row.site.as_str(), row.id.to_string()))
    };
    Ok(rows.iter().zip(first).map(|(row, first)| first && was_written(row)).collect())
}

#[cfg(test)]
mod tests;
