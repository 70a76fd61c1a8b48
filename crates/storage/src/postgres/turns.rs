//! Conversations and turns in PostgreSQL. The two writes are one statement each, and so one trip to the server.

use async_trait::async_trait;
use portavoz_domain::ids::{ConversationId, SiteId, TurnId};
use portavoz_domain::turn::{NewTurn, Settlement, Turn, TurnStatus};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

use super::PgStorage;
use super::errors::{failed, is_duplicate, retrying};
use crate::rows::{AdmissionColumns, ConversationRow, SettlementColumns, TurnRow, select_turns};
use crate::values::count;
use crate::{Conversation, Result, TurnFilter, Turns, conflicts};

#[async_trait]
impl Turns for PgStorage {
    async fn admit(&self, turn: &NewTurn) -> Result<()> {
        // A conversation that another transaction made while this one looked was invisible to it. It is visible to
        // the second try; if that one still finds none of this visitor's, there is none.
        for _ in 0..2 {
            if retrying(|| admit(&self.pool, turn)).await? {
                return Ok(());
            }
        }
        Err(conflicts::foreign_conversation(turn.conversation))
    }

    async fn settle(&self, settlement: &Settlement) -> Result<bool> {
        if settlement.status == TurnStatus::Open {
            return Err(conflicts::settled_as_open(settlement.id));
        }
        let columns = SettlementColumns::of(settlement)?;
        match retrying(|| settle(&self.pool, &columns)).await? {
            Settled { known: true, settled } => Ok(settled),
            Settled { known: false, .. } => Err(conflicts::unknown_turn(settlement.id)),
        }
    }

    async fn conversation(&self, site: &SiteId, id: ConversationId) -> Result<Option<Conversation>> {
        let row = sqlx::query("SELECT id, visitor, language, created FROM conversations WHERE site = $1 AND id = $2")
            .bind(site.as_str())
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?;
        row.map(|row| ConversationRow::from_postgres(&row)?.try_into()).transpose()
    }

    async fn history(&self, site: &SiteId, conversation: ConversationId, limit: u32) -> Result<Vec<Turn>> {
        let rows = sqlx::query(select_turns!(
            "WHERE t.site = $1 AND t.conversation = $2 ORDER BY t.created DESC, t.id DESC LIMIT $3"
        ))
        .bind(site.as_str())
        .bind(conversation.to_string())
        .bind(count(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.iter().rev().map(read_turn).collect()
    }

    async fn find(&self, site: &SiteId, id: TurnId) -> Result<Option<Turn>> {
        let row = sqlx::query(select_turns!("WHERE t.site = $1 AND t.id = $2"))
            .bind(site.as_str())
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?;
        row.as_ref().map(read_turn).transpose()
    }

    async fn list(&self, site: &SiteId, filter: &TurnFilter) -> Result<Vec<Turn>> {
        let mut query = listing(site, filter);
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        if rows.is_empty()
            && let Some(after) = filter.after
            && !exists(&self.pool, site, after).await?
        {
            return Err(conflicts::unknown_turn(after));
        }
        rows.iter().map(read_turn).collect()
    }
}

fn read_turn(row: &PgRow) -> Result<Turn> {
    TurnRow::from_postgres(row)?.try_into()
}

fn listing(site: &SiteId, filter: &TurnFilter) -> QueryBuilder<Postgres> {
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

async fn exists(pool: &PgPool, site: &SiteId, id: TurnId) -> Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM turns WHERE site = $1 AND id = $2)")
        .bind(site.as_str())
        .bind(id.to_string())
        .fetch_one(pool)
        .await
        .map_err(failed)
}

/// True if the turn was written; false if the visitor owns no such conversation. A turn that exists breaks the
/// statement, and its conversation is not written either.
async fn admit(pool: &PgPool, turn: &NewTurn) -> Result<bool> {
    let columns = AdmissionColumns::from(turn);
    let written = sqlx::query(
        "WITH fresh AS (
            INSERT INTO conversations (site, id, visitor, language, created)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (site, id) DO NOTHING
            RETURNING site, id
        ), owned AS (
            SELECT site, id FROM fresh
            UNION ALL
            SELECT site, id FROM conversations WHERE site = $1 AND id = $2 AND visitor = $3
        )
        INSERT INTO turns (site, id, conversation, created, language, question, status)
        SELECT site, $6, id, $5, $4, $7, 'open' FROM owned",
    )
    .bind(columns.site)
    .bind(columns.conversation)
    .bind(columns.visitor)
    .bind(columns.language)
    .bind(columns.created)
    .bind(columns.id)
    .bind(columns.question)
    .execute(pool)
    .await;
    match written {
        Ok(done) => Ok(done.rows_affected() > 0),
        Err(error) if is_duplicate(&error) => Err(conflicts::turn_exists(turn.id)),
        Err(error) => Err(failed(error)),
    }
}

/// What became of a settlement.
struct Settled {
    known: bool,
    settled: bool,
}

/// Of two at once, the second waits for the first and then finds the turn settled.
async fn settle(pool: &PgPool, columns: &SettlementColumns) -> Result<Settled> {
    let row = sqlx::query(
        "WITH settled AS (
            UPDATE turns SET status = $3, settled = $4, outcome = $5, answer = $6, citations = $7, model = $8,
                ladder = $9, prompt_tokens = $10, cached_tokens = $11, cache_write_tokens = $12,
                completion_tokens = $13, reasoning_tokens = $14, usage_estimated = $15, cost_usd_micros = $16,
                first_token_ms = $17, took_ms = $18, prompt_hash = $19, knowledge_generation = $20, unanswered = $21,
                verification = $22, withheld = $23, charged_usd_micros = $24, service_tier = $25, served_model = $26,
                prompt_version = $27, knowledge_hash = $28, variant = $29, opens_conversation = $30, quality = $31,
                efficiency = $32
            WHERE site = $1 AND id = $2 AND status = 'open'
            RETURNING site, id, question, language, created
        ), gap AS (
            INSERT INTO gaps (site, turn, question, language, asked)
            SELECT site, id, question, language, created FROM settled WHERE $21
        )
        SELECT EXISTS (SELECT 1 FROM settled) AS settled,
            EXISTS (SELECT 1 FROM turns WHERE site = $1 AND id = $2) AS known",
    )
    .bind(columns.site.as_str())
    .bind(columns.id.as_str())
    .bind(columns.status)
    .bind(columns.settled)
    .bind(columns.outcome)
    .bind(columns.answer.as_str())
    .bind(columns.citations.as_str())
    .bind(columns.model.as_deref())
    .bind(columns.ladder.as_str())
    .bind(columns.prompt_tokens)
    .bind(columns.cached_tokens)
    .bind(columns.cache_write_tokens)
    .bind(columns.completion_tokens)
    .bind(columns.reasoning_tokens)
    .bind(columns.usage_estimated)
    .bind(columns.cost_usd_micros)
    .bind(columns.first_token_ms)
    .bind(columns.took_ms)
    .bind(columns.prompt_hash.as_deref())
    .bind(columns.knowledge_generation)
    .bind(columns.unanswered)
    .bind(columns.verification.as_deref())
    .bind(columns.withheld)
    .bind(columns.charged_usd_micros)
    .bind(columns.service_tier.as_deref())
    .bind(columns.served_model.as_deref())
    .bind(columns.prompt_version.as_deref())
    .bind(columns.knowledge_hash.as_deref())
    .bind(columns.variant.as_deref())
    .bind(columns.opens_conversation)
    .bind(columns.quality.as_deref())
    .bind(columns.efficiency)
    .fetch_one(pool)
    .await
    .map_err(failed)?;
    Ok(Settled { known: row.try_get("known").map_err(failed)?, settled: row.try_get("settled").map_err(failed)? })
}
