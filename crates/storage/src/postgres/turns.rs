//! Conversations and turns in PostgreSQL. A settlement, and an admission without a reservation, is one statement, and so
//! one trip to the server.

use async_trait::async_trait;
use portavoz_domain::budget::{Reservation, Reserved};
use portavoz_domain::feedback::RatingFilter;
use portavoz_domain::ids::{ConversationId, SiteId, TurnId};
use portavoz_domain::turn::{ConversationFilter, ConversationSummary, NewTurn, Settlement, Turn, TurnStatus};
use portavoz_text::language::Language;
use sqlx::postgres::{PgExecutor, PgRow};
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

use super::errors::{failed, is_duplicate, retrying};
use super::{PgStorage, spending};
use crate::rows::{
    AdmissionColumns, ConversationRow, IS_WEAK, MOST, ReservationColumns, SUMMARIES, SUMMARIES_OF, SettlementColumns,
    SummaryRow, TrafficColumns, TurnRow, Verdict, WEAK, cases_of, measures, select_turns,
};
use crate::values::{count, storable};
use crate::{Conversation, Result, TurnFilter, Turns, conflicts};

#[async_trait]
impl Turns for PgStorage {
    async fn admit(&self, turn: &NewTurn, reservation: Option<&Reservation>) -> Result<Reserved> {
        let reservation = match reservation {
            Some(reservation) => {
                conflicts::check_reservation(turn, reservation)?;
                self.reservation(reservation).await?
            }
            None => None,
        };
        // A conversation that another transaction made while this one looked was invisible to it. It is visible to
        // the second try; if that one still finds none of this visitor's, there is none.
        for _ in 0..2 {
            let admitted = match &reservation {
                None => retrying(|| admit(&self.pool, turn)).await?.then_some(Verdict::Granted),
                Some(columns) => retrying(|| admit_and_reserve(&self.pool, turn, columns)).await?,
            };
            if let Some(verdict) = admitted {
                return verdict.told(turn.id.into());
            }
        }
        Err(conflicts::foreign_conversation(turn.conversation))
    }

    async fn settle(&self, settlement: &Settlement, language: Language) -> Result<bool> {
        if settlement.status == TurnStatus::Open {
            return Err(conflicts::settled_as_open(settlement.id));
        }
        let columns = SettlementColumns::of(settlement)?;
        let traffic = TrafficColumns::of(settlement, language);
        match retrying(|| settle(&self.pool, &columns, &traffic)).await? {
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

    async fn conversations(&self, site: &SiteId, filter: &ConversationFilter) -> Result<Vec<ConversationSummary>> {
        let mut query = summaries(site, filter);
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        if rows.is_empty()
            && let Some(after) = filter.after
            && self.conversation(site, after).await?.is_none()
        {
            return Err(conflicts::unknown_conversation(after));
        }
        rows.iter().map(|row| SummaryRow::from_postgres(row)?.try_into()).collect()
    }
}

fn read_turn(row: &PgRow) -> Result<Turn> {
    TurnRow::from_postgres(row)?.try_into()
}

/// Some conditions are told twice: with a constant, so that the database knows which small index holds all it needs.
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
    if let Some(status) = filter.status {
        query.push(" AND t.status = ").push_bind(status.name());
        if status != TurnStatus::Complete {
            query.push(" AND t.status <> 'complete'");
        }
    }
    if let Some(model) = &filter.model {
        query.push(" AND t.model = ").push_bind(storable(model));
    }
    if let Some(language) = filter.language {
        query.push(" AND t.language = ").push_bind(language.code());
    }
    if let Some(most) = filter.max_quality {
        query.push(" AND t.quality_score <= ").push_bind(f64::from(most));
        if most < WEAK {
            query.push(IS_WEAK);
        }
    }
    if let Some(rating) = filter.rating {
        // As a set, so that turns are passed over by their ids alone, without a look at their rows.
        query.push(" AND t.id IN (SELECT turn FROM feedback WHERE site = ").push_bind(site.to_string());
        if let RatingFilter::Is(rating) = rating {
            query.push(" AND rating = ").push_bind(rating.name());
        }
        query.push(")");
    }
    if let Some(least) = filter.min_cost_usd_micros {
        query.push(" AND t.charged_usd_micros >= ").push_bind(count(least));
    }
    if let Some(text) = &filter.text {
        query.push(" AND (");
        for (place, case) in cases_of(text).into_iter().enumerate() {
            query.push(if place > 0 { " OR " } else { "" });
            query.push("t.question ILIKE ").push_bind(case.clone()).push(" ESCAPE '!'");
            query.push(" OR t.answer ILIKE ").push_bind(case).push(" ESCAPE '!'");
        }
        query.push(")");
    }
    if let Some(conversation) = filter.conversation {
        query.push(" AND t.conversation = ").push_bind(conversation.to_string());
    }
    if let Some(after) = filter.after {
        query.push(" AND (t.created, t.id) < (SELECT created, id FROM turns WHERE site = ");
        query.push_bind(site.to_string()).push(" AND id = ").push_bind(after.to_string()).push(")");
    }
    query.push(" ORDER BY t.created DESC, t.id DESC LIMIT ").push_bind(count(filter.limit.clamp(1, 1000)));
    query
}

/// The page of conversations first, then the turns of those few.
fn summaries(site: &SiteId, filter: &ConversationFilter) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(SUMMARIES_OF);
    query.push_bind(site.to_string());
    if let Some(from) = filter.from {
        query.push(" AND created >= ").push_bind(from.as_millis());
    }
    if let Some(to) = filter.to {
        query.push(" AND created < ").push_bind(to.as_millis());
    }
    if let Some(after) = filter.after {
        query.push(" AND (created, id) < (SELECT created, id FROM conversations WHERE site = ");
        query.push_bind(site.to_string()).push(" AND id = ").push_bind(after.to_string()).push(")");
    }
    query.push(" ORDER BY created DESC, id DESC LIMIT ").push_bind(count(filter.limit.clamp(1, 1000)));
    query.push(SUMMARIES);
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
async fn admit(executor: impl PgExecutor<'_>, turn: &NewTurn) -> Result<bool> {
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
    .execute(executor)
    .await;
    match written {
        Ok(done) => Ok(done.rows_affected() > 0),
        Err(error) if is_duplicate(&error) => Err(conflicts::turn_exists(turn.id)),
        Err(error) => Err(failed(error)),
    }
}

/// The same with a reservation, judged under the site's lock; `None` if nothing was written.
async fn admit_and_reserve(pool: &PgPool, turn: &NewTurn, reservation: &ReservationColumns) -> Result<Option<Verdict>> {
    let mut transaction = pool.begin_with(spending::BEGIN).await.map_err(failed)?;
    if !admit(&mut *transaction, turn).await? {
        return Ok(None);
    }
    let verdict = spending::reserve(&mut transaction, reservation).await?;
    // A charge that takes no more keeps its turn from being written.
    if verdict != Verdict::Closed {
        transaction.commit().await.map_err(failed)?;
    }
    Ok(Some(verdict))
}

/// What became of a settlement.
struct Settled {
    known: bool,
    settled: bool,
}

/// Of two at once, the second waits for the first and then finds the turn settled.
///
/// The parts follow each other because each reads the one before: all processes take the sums of the site before those
/// of the visitor before the traffic in the order of names, so that no two of them wait for each other.
async fn settle(pool: &PgPool, columns: &SettlementColumns, traffic: &TrafficColumns) -> Result<Settled> {
    let (measures, amounts): (Vec<_>, Vec<_>) = measures(&traffic.tally).into_iter().unzip();
    let row = sqlx::query(
        "WITH settled AS (
            UPDATE turns SET status = $3, settled = $4, outcome = $5, answer = $6, citations = $7, model = $8,
                ladder = $9, prompt_tokens = $10, cached_tokens = $11, cache_write_tokens = $12,
                completion_tokens = $13, reasoning_tokens = $14, usage_estimated = $15, cost_usd_micros = $16,
                first_token_ms = $17, took_ms = $18, prompt_hash = $19, knowledge_generation = $20, unanswered = $21,
                verification = $22, withheld = $23, charged_usd_micros = $24, service_tier = $25, served_model = $26,
                prompt_version = $27, knowledge_hash = $28, variant = $29, opens_conversation = $30, quality = $31,
                efficiency = $32, quality_score = $33
            WHERE site = $1 AND id = $2 AND status = 'open'
            RETURNING site, id, question, language, created
        ), gap AS (
            INSERT INTO gaps (site, turn, question, language, asked)
            SELECT site, id, question, language, created FROM settled WHERE $21
        ), due AS (
            SELECT c.site, c.id, c.visitor, c.day, $34 - COALESCE(c.charged, 0) AS more
            FROM charges c JOIN settled s ON c.site = s.site AND c.id = s.id
            WHERE c.state <> 'settled' FOR UPDATE OF c
        ), paid AS (
            UPDATE charges c SET state = 'settled', charged = $34 FROM due
            WHERE c.site = due.site AND c.id = due.id
            RETURNING c.site, c.visitor, c.day, due.more
        ), summed AS (
            INSERT INTO spend (site, visitor, day, charged)
            SELECT site, '', day, more FROM paid
            UNION ALL
            SELECT site, visitor, day, more FROM paid WHERE visitor IS NOT NULL
            ORDER BY 2
            ON CONFLICT (site, visitor, day) DO UPDATE SET charged = spend.charged + excluded.charged
            RETURNING site
        ), counted AS (
            INSERT INTO traffic (site, start, hours, model, prompt, variant, measure, amount)
            SELECT s.site, $35, 1, $36, $37, $38, m.measure, m.amount
            FROM settled s, (SELECT COUNT(*) FROM summed) AS first, UNNEST($39::TEXT[], $40::BIGINT[]) AS m (measure, amount)
            ORDER BY m.measure
            ON CONFLICT (site, start, hours, model, prompt, variant, measure)
            DO UPDATE SET amount = LEAST(traffic.amount + excluded.amount, $41)
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
    .bind(columns.quality_score)
    .bind(columns.charged_usd_micros.min(MOST))
    .bind(traffic.start)
    .bind(traffic.key.model.as_str())
    .bind(traffic.key.prompt.as_str())
    .bind(traffic.key.variant.as_str())
    .bind(measures)
    .bind(amounts)
    .bind(MOST)
    .fetch_one(pool)
    .await
    .map_err(failed)?;
    Ok(Settled { known: row.try_get("known").map_err(failed)?, settled: row.try_get("settled").map_err(failed)? })
}
