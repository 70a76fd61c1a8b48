//! Conversations and turns in SQLite. The statements of the two writes are in `bulk.rs`.

use async_trait::async_trait;
use portavoz_domain::ids::{ConversationId, SiteId, TurnId};
use portavoz_domain::turn::{NewTurn, Settlement, Turn, TurnStatus};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::SqliteStorage;
use super::bulk;
use super::errors::failed;
use super::writer::Write;
use crate::rows::{AdmissionColumns, ConversationRow, SettlementColumns, TurnRow, select_turns};
use crate::values::count;
use crate::{Conversation, Result, TurnFilter, Turns, conflicts};

#[async_trait]
impl Turns for SqliteStorage {
    async fn admit(&self, turn: &NewTurn) -> Result<()> {
        self.writer.write(Admit { columns: turn.into(), id: turn.id, conversation: turn.conversation }).await
    }

    async fn settle(&self, settlement: &Settlement) -> Result<bool> {
        if settlement.status == TurnStatus::Open {
            return Err(conflicts::settled_as_open(settlement.id));
        }
        self.writer.write(Settle { columns: SettlementColumns::of(settlement)?, id: settlement.id }).await
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
            && !exists(&mut connection, site.as_str(), after).await?
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

async fn exists(connection: &mut SqliteConnection, site: &str, id: TurnId) -> Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM turns WHERE site = $1 AND id = $2)")
        .bind(site)
        .bind(id.to_string())
        .fetch_one(connection)
        .await
        .map_err(failed)
}

/// A question comes in.
struct Admit {
    columns: AdmissionColumns,
    id: TurnId,
    conversation: ConversationId,
}

#[async_trait]
impl Write for Admit {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection) -> Result<()> {
        if bulk::write(connection, bulk::Row::Admission(&self.columns)).await.map_err(failed)? {
            Ok(())
        } else if exists(connection, &self.columns.site, self.id).await? {
            Err(conflicts::turn_exists(self.id))
        } else {
            Err(conflicts::foreign_conversation(self.conversation))
        }
    }

    fn bulk(&self) -> Option<(bulk::Row<'_>, ())> {
        Some((bulk::Row::Admission(&self.columns), ()))
    }
}

/// A turn ends.
struct Settle {
    columns: SettlementColumns,
    id: TurnId,
}

#[async_trait]
impl Write for Settle {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        if bulk::write(connection, bulk::Row::Settlement(&self.columns)).await.map_err(failed)? {
            Ok(true)
        } else if exists(connection, &self.columns.site, self.id).await? {
            Ok(false)
        } else {
            Err(conflicts::unknown_turn(self.id))
        }
    }

    fn bulk(&self) -> Option<(bulk::Row<'_>, bool)> {
        Some((bulk::Row::Settlement(&self.columns), true))
    }
}
