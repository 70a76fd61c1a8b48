//! Removing what was said, from SQLite. What is deleted is overwritten: the connection that writes has
//! `secure_delete` on.

use std::time::Duration;

use async_trait::async_trait;
use portavoz_domain::ids::{SiteId, VisitorId};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::SqliteStorage;
use super::connections::lease;
use super::errors::failed;
use super::writer::Write;
use crate::privacy::{push_scope, push_scope_of_messages};
use crate::values::count;
use crate::{Erased, Privacy, Result, Scope};

/// Tries to find a moment in which nobody reads the log, and the pause between two of them.
const SCRUB_TRIES: usize = 10;
const SCRUB_PAUSE: Duration = Duration::from_millis(20);

#[async_trait]
impl Privacy for SqliteStorage {
    async fn count(&self, site: &SiteId, scope: Scope) -> Result<Erased> {
        let mut connection = self.connections.read().await?;
        let mut query = QueryBuilder::<Sqlite>::new("WITH gone AS (SELECT id, conversation FROM turns WHERE ");
        push_scope(&mut query, site, scope);
        query.push(
            ") SELECT (SELECT count(*) FROM gone) AS turns,
            (SELECT count(*) FROM gone JOIN gaps g ON g.turn = gone.id AND g.site = ",
        );
        query.push_bind(site.to_string()).push(
            ") AS gaps,
            (SELECT count(*) FROM (SELECT conversation, count(*) AS turns FROM gone GROUP BY conversation) some
                WHERE some.turns = (SELECT count(*) FROM turns t WHERE t.site = ",
        );
        query.push_bind(site.to_string()).push(
            " AND t.conversation = some.conversation)) AS conversations,
            (SELECT count(*) FROM messages WHERE ",
        );
        push_scope_of_messages(&mut query, site, scope);
        query.push(") AS messages");
        let row = query.build().fetch_one(&mut *connection).await.map_err(failed)?;
        let number = |name: &str| row.try_get::<i64, _>(name).map(i64::unsigned_abs).map_err(failed);
        Ok(Erased {
            turns: number("turns")?,
            conversations: number("conversations")?,
            gaps: number("gaps")?,
            messages: number("messages")?,
        })
    }

    async fn erase(&self, site: &SiteId, scope: Scope, limit: u32) -> Result<Erased> {
        self.writer.write(Erase { site: site.clone(), scope, limit: limit.clamp(1, 1000) }).await
    }

    async fn scrub(&self) -> Result<()> {
        for _ in 0..SCRUB_TRIES {
            if self.empty_log().await? {
                break;
            }
            tokio::time::sleep(SCRUB_PAUSE).await;
        }
        // A reader that stays, such as a backup, keeps the log: it is emptied next time, or overwritten by later writes.
        Ok(())
    }
}

impl SqliteStorage {
    /// Moves the log into the database and empties it; false if somebody reads it. Does not wait for them, as turns
    /// would wait with it.
    async fn empty_log(&self) -> Result<bool> {
        let slot = self.connections.writing();
        let mut connection = lease(slot.lock().await)?;
        let patience: i64 =
            sqlx::query_scalar("PRAGMA busy_timeout").fetch_one(&mut *connection).await.map_err(failed)?;
        set_patience(&mut connection, 0).await?;
        let tried = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await;
        set_patience(&mut connection, patience).await?;
        Ok(tried.map_err(failed)? == 0)
    }
}

/// Milliseconds to wait for another connection's lock.
async fn set_patience(connection: &mut SqliteConnection, patience: i64) -> Result<()> {
    let mut query = QueryBuilder::<Sqlite>::new("PRAGMA busy_timeout = ");
    query.push(patience).build().execute(connection).await.map(drop).map_err(failed)
}

/// The oldest turns of a scope go.
struct Erase {
    site: SiteId,
    scope: Scope,
    limit: u32,
}

#[async_trait]
impl Write for Erase {
    type Answer = Erased;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<Erased> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT id, conversation FROM turns WHERE ");
        push_scope(&mut query, &self.site, self.scope);
        query.push(" ORDER BY created, id LIMIT ").push_bind(count(self.limit));
        let rows = query.build().fetch_all(&mut *connection).await.map_err(failed)?;
        let column = |name: &str| {
            rows.iter().map(|row| row.try_get::<String, _>(name)).collect::<Result<Vec<_>, _>>().map_err(failed)
        };
        let (turns, conversations) = (column("id")?, column("conversation")?);
        if let Scope::Visitor(visitor) = self.scope {
            forget_payer(connection, &self.site, visitor).await?;
        }
        let messages = erase_messages(connection, &self.site, self.scope, self.limit).await?;
        if turns.is_empty() {
            return Ok(Erased { messages, ..Erased::default() });
        }
        // What visitors thought of the turns goes with them.
        Ok(Erased {
            messages,
            gaps: delete(connection, "DELETE FROM gaps WHERE site = ", &self.site, ("turn", &turns), "").await?,
            turns: delete(connection, "DELETE FROM turns WHERE site = ", &self.site, ("id", &turns), "").await?,
            conversations: delete(
                connection,
                "DELETE FROM conversations WHERE site = ",
                &self.site,
                ("id", &conversations),
                " AND NOT EXISTS (SELECT 1 FROM turns t WHERE t.site = conversations.site
                    AND t.conversation = conversations.id)",
            )
            .await?,
        })
    }
}

/// The oldest messages of a scope go; returns how many there were.
async fn erase_messages(connection: &mut SqliteConnection, site: &SiteId, scope: Scope, limit: u32) -> Result<u64> {
    let mut query = QueryBuilder::<Sqlite>::new("DELETE FROM messages WHERE site = ");
    query.push_bind(site.to_string()).push(" AND id IN (SELECT id FROM messages WHERE ");
    push_scope_of_messages(&mut query, site, scope);
    query.push(" ORDER BY received, id LIMIT ").push_bind(count(limit)).push(")");
    query.build().execute(connection).await.map(|done| done.rows_affected()).map_err(failed)
}

/// Takes a visitor out of the accounts. What is open is taken out when it is old, for it is still to be settled.
async fn forget_payer(connection: &mut SqliteConnection, site: &SiteId, visitor: VisitorId) -> Result<()> {
    for statement in [
        "DELETE FROM spend WHERE site = $1 AND visitor = $2",
        "UPDATE charges SET visitor = NULL WHERE site = $1 AND visitor = $2 AND state <> 'open'",
    ] {
        sqlx::query(statement)
            .bind(site.as_str())
            .bind(visitor.to_string())
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// Deletes rows by the values of one column; returns how many there were.
async fn delete(
    connection: &mut SqliteConnection,
    statement: &'static str,
    site: &SiteId,
    (column, values): (&'static str, &[String]),
    condition: &'static str,
) -> Result<u64> {
    let mut query = QueryBuilder::<Sqlite>::new(statement);
    query.push_bind(site.to_string()).push(" AND ").push(column).push(" IN (");
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind(value.as_str());
    }
    query.push(")").push(condition);
    query.build().persistent(false).execute(connection).await.map(|done| done.rows_affected()).map_err(failed)
}
