//! Conversations and turns in SQLite. The statements of the two writes are in `bulk.rs`.

use async_trait::async_trait;
use portavoz_domain::budget::{Reservation, Reserved};
use portavoz_domain::feedback::RatingFilter;
use portavoz_domain::ids::{ConversationId, SiteId, TurnId};
use portavoz_domain::turn::{ConversationFilter, ConversationSummary, NewTurn, Settlement, Turn, TurnStatus};
use portavoz_text::language::Language;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::SqliteStorage;
use super::bulk::{self, Done};
use super::errors::failed;
use super::writer::{Bulk, Write};
use crate::rows::{
    AdmissionColumns, ConversationRow, IS_WEAK, ReservationColumns, SUMMARIES, SUMMARIES_OF, SettlementColumns,
    SummaryRow, TrafficColumns, TurnRow, Verdict, WEAK, cases_of, select_turns,
};
use crate::values::{count, storable};
use crate::{Conversation, Result, TurnFilter, Turns, conflicts};

#[async_trait]
impl Turns for SqliteStorage {
    async fn admit(&self, turn: &NewTurn, reservation: Option<&Reservation>) -> Result<Reserved> {
        if let Some(reservation) = reservation {
            conflicts::check_reservation(turn, reservation)?;
        }
        let reservation = reservation.and_then(|reservation| self.reservation(reservation));
        let admit = Admit { columns: turn.into(), reservation, id: turn.id, conversation: turn.conversation };
        self.writer.write(admit).await
    }

    async fn settle(&self, settlement: &Settlement, language: Language) -> Result<bool> {
        if settlement.status == TurnStatus::Open {
            return Err(conflicts::settled_as_open(settlement.id));
        }
        let columns = SettlementColumns::of(settlement)?;
        let traffic = TrafficColumns::of(settlement, language);
        self.writer.write(Settle { columns, traffic, id: settlement.id }).await
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
            && status(&mut connection, site.as_str(), after).await?.is_none()
        {
            return Err(conflicts::unknown_turn(after));
        }
        rows.iter().map(read_turn).collect()
    }

    async fn conversations(&self, site: &SiteId, filter: &ConversationFilter) -> Result<Vec<ConversationSummary>> {
        let mut connection = self.connections.read().await?;
        let mut query = summaries(site, filter);
        let rows = query.build().fetch_all(&mut *connection).await.map_err(failed)?;
        drop(connection);
        if rows.is_empty()
            && let Some(after) = filter.after
            && self.conversation(site, after).await?.is_none()
        {
            return Err(conflicts::unknown_conversation(after));
        }
        rows.iter().map(|row| SummaryRow::from_sqlite(row)?.try_into()).collect()
    }
}

fn read_turn(row: &SqliteRow) -> Result<Turn> {
    TurnRow::from_sqlite(row)?.try_into()
}

/// Some conditions are told twice: with a constant, so that the database knows which small index holds all it needs.
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
            query.push("t.question LIKE ").push_bind(case.clone()).push(" ESCAPE '!'");
            query.push(" OR t.answer LIKE ").push_bind(case).push(" ESCAPE '!'");
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
fn summaries(site: &SiteId, filter: &ConversationFilter) -> QueryBuilder<Sqlite> {
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

/// How a turn stands; `None` if there is none.
async fn status(connection: &mut SqliteConnection, site: &str, id: TurnId) -> Result<Option<String>> {
    sqlx::query_scalar("SELECT status FROM turns WHERE site = $1 AND id = $2")
        .bind(site)
        .bind(id.to_string())
        .fetch_optional(connection)
        .await
        .map_err(failed)
}

/// A question comes in.
struct Admit {
    columns: AdmissionColumns,
    reservation: Option<ReservationColumns>,
    id: TurnId,
    conversation: ConversationId,
}

impl Admit {
    fn row(&self) -> bulk::Row<'_> {
        bulk::Row::Admission(&self.columns, self.reservation.as_ref())
    }

    fn answer(&self, done: Done) -> Result<Reserved> {
        match self.reservation {
            None => Ok(Reserved::Granted),
            Some(_) => done.verdict.unwrap_or(Verdict::Closed).told(self.id.into()),
        }
    }
}

#[async_trait]
impl Write for Admit {
    type Answer = Reserved;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<Reserved> {
        match bulk::write(connection, self.row()).await.map_err(failed)? {
            Some(done) => self.answer(done),
            None if status(connection, &self.columns.site, self.id).await?.is_some() => {
                Err(conflicts::turn_exists(self.id))
            }
            None => Err(conflicts::foreign_conversation(self.conversation)),
        }
    }

    fn bulk(&self) -> Option<Bulk<'_, Self>> {
        Some((self.row(), Self::answer))
    }
}

/// A turn ends.
struct Settle {
    columns: SettlementColumns,
    traffic: TrafficColumns,
    id: TurnId,
}

impl Settle {
    fn row(&self) -> bulk::Row<'_> {
        bulk::Row::Settlement(&self.columns, &self.traffic)
    }
}

#[async_trait]
impl Write for Settle {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        match status(connection, &self.columns.site, self.id).await?.as_deref() {
            Some("open") => Ok(bulk::write(connection, self.row()).await.map_err(failed)?.is_some()),
            Some(_) => Ok(false),
            None => Err(conflicts::unknown_turn(self.id)),
        }
    }

    fn bulk(&self) -> Option<Bulk<'_, Self>> {
        Some((self.row(), |_, _| Ok(true)))
    }
}
