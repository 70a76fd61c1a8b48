//! Removing what was said, from PostgreSQL.

use async_trait::async_trait;
use portavoz_domain::ids::{SiteId, VisitorId};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row};

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::privacy::{push_scope, push_scope_of_messages};
use crate::values::count;
use crate::{Erased, Privacy, Result, Scope};

#[async_trait]
impl Privacy for PgStorage {
    async fn count(&self, site: &SiteId, scope: Scope) -> Result<Erased> {
        let mut query = QueryBuilder::<Postgres>::new("WITH gone AS (SELECT id, conversation FROM turns WHERE ");
        push_scope(&mut query, site, scope);
        query.push(
            ") SELECT (SELECT count(*) FROM gone) AS turns,
            (SELECT count(*) FROM gone JOIN gaps g ON g.turn = gone.id AND g.site = ",
        );
        query.push_bind(site.to_string()).push(
            ") AS gaps,
            (SELECT count(*) FROM (SELECT conversation, count(*) AS turns FROM gone GROUP BY conversation) some_gone
                WHERE some_gone.turns = (SELECT count(*) FROM turns t WHERE t.site = ",
        );
        query.push_bind(site.to_string()).push(
            " AND t.conversation = some_gone.conversation)) AS conversations,
            (SELECT count(*) FROM messages WHERE ",
        );
        push_scope_of_messages(&mut query, site, scope);
        query.push(") AS messages");
        let row = query.build().fetch_one(&self.pool).await.map_err(failed)?;
        let number = |name: &str| row.try_get::<i64, _>(name).map(i64::unsigned_abs).map_err(failed);
        Ok(Erased {
            turns: number("turns")?,
            conversations: number("conversations")?,
            gaps: number("gaps")?,
            messages: number("messages")?,
        })
    }

    async fn erase(&self, site: &SiteId, scope: Scope, limit: u32) -> Result<Erased> {
        retrying(|| erase(&self.pool, site, scope, limit.clamp(1, 1000))).await
    }

    async fn scrub(&self) -> Result<()> {
        // A batch of statements would be one transaction, in which nothing can be vacuumed.
        for table in [
            "VACUUM gaps",
            "VACUUM feedback",
            "VACUUM turns",
            "VACUUM conversations",
            "VACUUM messages",
            "VACUUM exposures",
        ] {
            sqlx::query(table).execute(&self.pool).await.map_err(failed)?;
        }
        Ok(())
    }
}

async fn erase(pool: &PgPool, site: &SiteId, scope: Scope, limit: u32) -> Result<Erased> {
    let mut transaction = pool.begin().await.map_err(failed)?;
    let mut query = QueryBuilder::<Postgres>::new("SELECT id, conversation FROM turns WHERE ");
    push_scope(&mut query, site, scope);
    // Of two erasures at once, the second waits here and then finds what the first left.
    query.push(" ORDER BY created, id LIMIT ").push_bind(count(limit)).push(" FOR UPDATE");
    let rows = query.build().fetch_all(&mut *transaction).await.map_err(failed)?;
    let column = |name: &str| {
        rows.iter().map(|row| row.try_get::<String, _>(name)).collect::<Result<Vec<_>, _>>().map_err(failed)
    };
    let (turns, conversations) = (column("id")?, column("conversation")?);
    if let Scope::Visitor(visitor) = scope {
        forget_payer(&mut transaction, site, visitor).await?;
    }
    let messages = erase_messages(&mut transaction, site, scope, limit).await?;
    // What visitors thought of the turns goes with them.
    let gaps = "DELETE FROM gaps WHERE site = $1 AND turn = ANY($2)";
    let gaps = affected(&mut transaction, gaps, site, &turns).await?;
    let removed = "DELETE FROM turns WHERE site = $1 AND id = ANY($2)";
    let turns = affected(&mut transaction, removed, site, &turns).await?;
    // A conversation takes its turns with it, so none may come while it is looked at: whoever is adding one holds the
    // row until it is committed, and is then seen by the next statement.
    let locked = "SELECT id FROM conversations WHERE site = $1 AND id = ANY($2) ORDER BY id FOR UPDATE";
    affected(&mut transaction, locked, site, &conversations).await?;
    let emptied = "DELETE FROM conversations WHERE site = $1 AND id = ANY($2) AND NOT EXISTS (
        SELECT 1 FROM turns t WHERE t.site = conversations.site AND t.conversation = conversations.id)";
    let conversations = affected(&mut transaction, emptied, site, &conversations).await?;
    transaction.commit().await.map_err(failed)?;
    Ok(Erased { turns, conversations, gaps, messages })
}

/// The oldest messages of a scope go; returns how many there were. Of two erasures at once, one gets each.
async fn erase_messages(connection: &mut PgConnection, site: &SiteId, scope: Scope, limit: u32) -> Result<u64> {
    let mut query = QueryBuilder::<Postgres>::new("DELETE FROM messages WHERE site = ");
    query.push_bind(site.to_string()).push(" AND id IN (SELECT id FROM messages WHERE ");
    push_scope_of_messages(&mut query, site, scope);
    query.push(" ORDER BY received, id LIMIT ").push_bind(count(limit)).push(")");
    query.build().execute(connection).await.map(|done| done.rows_affected()).map_err(failed)
}

/// Takes a visitor out of the accounts. What is open is taken out when it is old, for it is still to be settled.
async fn forget_payer(connection: &mut PgConnection, site: &SiteId, visitor: VisitorId) -> Result<()> {
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

/// Runs a statement on the rows with these values; returns how many there were.
async fn affected(connection: &mut PgConnection, sql: &'static str, site: &SiteId, values: &[String]) -> Result<u64> {
    sqlx::query(sql)
        .bind(site.as_str())
        .bind(values)
        .execute(connection)
        .await
        .map(|done| done.rows_affected())
        .map_err(failed)
}
