//! Conversations and turns in SQLite. The two writes are the busiest of all: each is one trip to the connection's
//! thread in the usual case.

use async_trait::async_trait;
use portavoz_domain::answer::Outcome;
use portavoz_domain::ids::{ConversationId, SiteId, TurnId};
use portavoz_domain::turn::{NewTurn, Settlement, Turn, TurnStatus};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::SqliteStorage;
use super::errors::failed;
use super::writer::Write;
use crate::rows::{ConversationRow, TurnRow, select_turns};
use crate::values::{count, json, storable};
use crate::{Conversation, Result, TurnFilter, Turns, conflicts};

#[async_trait]
impl Turns for SqliteStorage {
    async fn admit(&self, turn: &NewTurn) -> Result<()> {
        self.writer.write(Admit(turn.clone())).await
    }

    async fn settle(&self, settlement: &Settlement) -> Result<bool> {
        if settlement.status == TurnStatus::Open {
            return Err(conflicts::settled_as_open(settlement.id));
        }
        let citations = json(&settlement.citations)?;
        let ladder = json(&settlement.ladder)?;
        self.writer.write(Settle { settlement: settlement.clone(), citations, ladder }).await
    }

    async fn conversation(&self, site: &SiteId, id: ConversationId) -> Result<Option<Conversation>> {
        let mut connection = self.connections.read().await?;
        let row = sqlx::query("SELECT id, visitor, language, created FROM conversations WHERE site = $1 AND id = $2")
            .bind(site.as_str())
            .bind(id.to_string())
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)?;
        row.map(|row| ConversationRow::from_sqlite(&row)?.try_into()).transpose()
    }

    async fn history(&self, site: &SiteId, conversation: ConversationId, limit: u32) -> Result<Vec<Turn>> {
        let mut connection = self.connections.read().await?;
        let rows = sqlx::query(select_turns!(
            "WHERE t.site = $1 AND t.conversation = $2 ORDER BY t.created DESC, t.id DESC LIMIT $3"
        ))
        .bind(site.as_str())
        .bind(conversation.to_string())
        .bind(count(limit))
        .fetch_all(&mut *connection)
        .await
        .map_err(failed)?;
        rows.iter().rev().map(read_turn).collect()
    }

    async fn find(&self, site: &SiteId, id: TurnId) -> Result<Option<Turn>> {
        let mut connection = self.connections.read().await?;
        let row = sqlx::query(select_turns!("WHERE t.site = $1 AND t.id = $2"))
            .bind(site.as_str())
            .bind(id.to_string())
            .fetch_optional(&mut *connection)
            .await
            .map_err(failed)?;
        row.as_ref().map(read_turn).transpose()
    }

    async fn list(&self, site: &SiteId, filter: &TurnFilter) -> Result<Vec<Turn>> {
        let mut connection = self.connections.read().await?;
        let mut query = listing(site, filter);
        let rows = query.build().fetch_all(&mut *connection).await.map_err(failed)?;
        if rows.is_empty()
            && let Some(after) = filter.after
            && !exists(&mut connection, site, after).await?
        {
            return Err(conflicts::unknown_turn(after));
        }
        rows.iter().map(read_turn).collect()
    }
}

fn read_turn(row: &SqliteRow) -> Result<Turn> {
    TurnRow::from_sqlite(row)?.try_into()
}

fn listing(site: &SiteId, filter: &TurnFilter) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(select_turns!("WHERE t.site = "));
    query.push_bind(site.to_string());
    if let Some(from) = filter.from {
        query.push(" AND t.created >= ").push_bind(from.as_millis());
    }
    if let Some(to) = filter.to {
        query.push(" AND t.created < ").push_bind(to.as_millis());
    }
    if let Some(outcome) = filter.outcome {
        query.push(" AND t.outcome = ").push_bind(outcome.name());
    }
    if let Some(after) = filter.after {
        query.push(" AND (t.created, t.id) < (SELECT created, id FROM turns WHERE site = ");
        query.push_bind(site.to_string()).push(" AND id = ").push_bind(after.to_string()).push(")");
    }
    query.push(" ORDER BY t.created DESC, t.id DESC LIMIT ").push_bind(count(filter.limit.clamp(1, 1000)));
    query
}

async fn exists(connection: &mut SqliteConnection, site: &SiteId, id: TurnId) -> Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM turns WHERE site = $1 AND id = $2)")
        .bind(site.as_str())
        .bind(id.to_string())
        .fetch_one(connection)
        .await
        .map_err(failed)
}

/// A question comes in. Both statements write nothing unless both may: the second returns the turn's id if it did.
struct Admit(NewTurn);

const ADMIT: &str = "
    INSERT INTO conversations (site, id, visitor, language, created)
    SELECT $1, $2, $3, $4, $5
    WHERE NOT EXISTS (SELECT 1 FROM turns WHERE site = $1 AND id = $6)
    ON CONFLICT (site, id) DO NOTHING;

    INSERT INTO turns (site, id, conversation, created, language, question, status)
    SELECT site, $6, id, $5, $4, $7, 'open' FROM conversations
    WHERE site = $1 AND id = $2 AND visitor = $3
    ON CONFLICT (site, id) DO NOTHING
    RETURNING id";

#[async_trait]
impl Write for Admit {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection) -> Result<()> {
        let Self(turn) = self;
        // `fetch_all`, because anything less would stop after the first row and skip statements that follow it.
        let written = sqlx::query(ADMIT)
            .bind(turn.site.as_str())
            .bind(turn.conversation.to_string())
            .bind(turn.visitor.to_string())
            .bind(turn.language.code())
            .bind(turn.created.as_millis())
            .bind(turn.id.to_string())
            .bind(storable(&turn.question))
            .fetch_all(&mut *connection)
            .await
            .map_err(failed)?;
        if !written.is_empty() {
            Ok(())
        } else if exists(connection, &turn.site, turn.id).await? {
            Err(conflicts::turn_exists(turn.id))
        } else {
            Err(conflicts::foreign_conversation(turn.conversation))
        }
    }
}

/// A turn ends. JSON is made by the caller, so that the writer's time is for writing.
struct Settle {
    settlement: Settlement,
    citations: String,
    ladder: String,
}

const SETTLE: &str = "
    UPDATE turns SET status = $3, settled = $4, outcome = $5, answer = $6, citations = $7, model = $8, ladder = $9,
        prompt_tokens = $10, cached_tokens = $11, cache_write_tokens = $12, completion_tokens = $13,
        reasoning_tokens = $14, usage_estimated = $15, cost_usd_micros = $16, first_token_ms = $17, took_ms = $18,
        prompt_hash = $19, knowledge_generation = $20, unanswered = $21
    WHERE site = $1 AND id = $2 AND status = 'open'";

const RECORD_GAP: &str = "
    INSERT INTO gaps (site, turn, question, language, asked)
    SELECT site, id, question, language, created FROM turns WHERE site = $1 AND id = $2";

#[async_trait]
impl Write for Settle {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        let Settlement { site, id, unanswered, .. } = &self.settlement;
        if self.update(connection).await? == 0 {
            let known = exists(connection, site, *id).await?;
            return if known { Ok(false) } else { Err(conflicts::unknown_turn(*id)) };
        }
        if *unanswered {
            sqlx::query(RECORD_GAP)
                .bind(site.as_str())
                .bind(id.to_string())
                .execute(connection)
                .await
                .map_err(failed)?;
        }
        Ok(true)
    }
}

impl Settle {
    /// Writes the settled half of the row if the turn is open; returns how many rows that were.
    async fn update(&self, connection: &mut SqliteConnection) -> Result<u64> {
        let Settlement { usage, .. } = &self.settlement;
        let done = sqlx::query(SETTLE)
            .bind(self.settlement.site.as_str())
            .bind(self.settlement.id.to_string())
            .bind(self.settlement.status.name())
            .bind(self.settlement.settled.as_millis())
            .bind(self.settlement.outcome.map(Outcome::name))
            .bind(storable(&self.settlement.answer))
            .bind(self.citations.as_str())
            .bind(self.settlement.model.as_deref().map(storable))
            .bind(self.ladder.as_str())
            .bind(count(usage.prompt_tokens))
            .bind(count(usage.cached_tokens))
            .bind(count(usage.cache_write_tokens))
            .bind(count(usage.completion_tokens))
            .bind(count(usage.reasoning_tokens))
            .bind(usage.estimated)
            .bind(self.settlement.cost_usd_micros.map(count))
            .bind(self.settlement.first_token_ms.map(count))
            .bind(count(self.settlement.took_ms))
            .bind(self.settlement.prompt_hash.as_deref().map(storable))
            .bind(count(self.settlement.knowledge_generation))
            .bind(self.settlement.unanswered)
            .execute(connection)
            .await
            .map_err(failed)?;
        Ok(done.rows_affected())
    }
}
