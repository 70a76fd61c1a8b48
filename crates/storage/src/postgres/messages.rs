//! What visitors leave for the owner, in PostgreSQL.

use async_trait::async_trait;
use portavoz_domain::alerts::Delivery;
use portavoz_domain::ids::{MessageId, SiteId};
use portavoz_domain::inbox::{LeftMessage, MessageCounts, MessageFilter, MessageState};
use portavoz_domain::timestamp::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

use super::PgStorage;
use super::errors::{failed, retrying};
use crate::rows::{MessageColumns, MessageRow, delivery_json, select_messages};
use crate::values::count;
use crate::{Messages, Result, conflicts};

#[async_trait]
impl Messages for PgStorage {
    async fn receive(&self, message: &LeftMessage) -> Result<()> {
        let columns = MessageColumns::of(message)?;
        if retrying(|| receive(&self.pool, &columns)).await? {
            Ok(())
        } else {
            Err(conflicts::message_exists(message.id))
        }
    }

    async fn find(&self, site: &SiteId, id: MessageId) -> Result<Option<LeftMessage>> {
        let row = sqlx::query(select_messages!("WHERE m.site = $1 AND m.id = $2"))
            .bind(site.as_str())
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await
            .map_err(failed)?;
        row.as_ref().map(read_message).transpose()
    }

    async fn list(&self, site: &SiteId, filter: &MessageFilter) -> Result<Vec<LeftMessage>> {
        if let Some(after) = filter.after
            && self.find(site, after).await?.is_none()
        {
            return Err(conflicts::unknown_message(after));
        }
        let mut query = listing(site, filter);
        let rows = query.build().fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter().map(read_message).collect()
    }

    async fn count(&self, site: &SiteId) -> Result<MessageCounts> {
        let row = sqlx::query(
            "SELECT COUNT(CASE WHEN state = 'new' THEN 1 END) AS new_ones,
                COUNT(CASE WHEN state = 'read' THEN 1 END) AS read_ones,
                COUNT(CASE WHEN state = 'done' THEN 1 END) AS done_ones
            FROM messages WHERE site = $1",
        )
        .bind(site.as_str())
        .fetch_one(&self.pool)
        .await
        .map_err(failed)?;
        let number = |name: &str| row.try_get::<i64, _>(name).map(i64::unsigned_abs).map_err(failed);
        Ok(MessageCounts { new: number("new_ones")?, read: number("read_ones")?, done: number("done_ones")? })
    }

    async fn mark(&self, site: &SiteId, id: MessageId, state: MessageState) -> Result<bool> {
        retrying(|| async {
            sqlx::query("UPDATE messages SET state = $3 WHERE site = $1 AND id = $2")
                .bind(site.as_str())
                .bind(id.to_string())
                .bind(state.name())
                .execute(&self.pool)
                .await
                .map(|done| done.rows_affected() > 0)
                .map_err(failed)
        })
        .await
    }

    async fn remove(&self, site: &SiteId, id: MessageId) -> Result<bool> {
        retrying(|| async {
            sqlx::query("DELETE FROM messages WHERE site = $1 AND id = $2")
                .bind(site.as_str())
                .bind(id.to_string())
                .execute(&self.pool)
                .await
                .map(|done| done.rows_affected() > 0)
                .map_err(failed)
        })
        .await
    }

    async fn untold(&self, site: &SiteId, limit: u32) -> Result<Vec<LeftMessage>> {
        let rows =
            sqlx::query(select_messages!("WHERE m.site = $1 AND m.told IS NULL ORDER BY m.received, m.id LIMIT $2"))
                .bind(site.as_str())
                .bind(count(limit.clamp(1, 1000)))
                .fetch_all(&self.pool)
                .await
                .map_err(failed)?;
        rows.iter().map(read_message).collect()
    }

    async fn delivered(&self, site: &SiteId, id: MessageId, delivery: &Delivery) -> Result<bool> {
        let delivery = delivery_json(delivery)?;
        retrying(|| async {
            sqlx::query(
                "UPDATE messages SET deliveries = (deliveries::jsonb || jsonb_build_array($3::jsonb))::text
                WHERE site = $1 AND id = $2",
            )
            .bind(site.as_str())
            .bind(id.to_string())
            .bind(delivery.as_str())
            .execute(&self.pool)
            .await
            .map(|done| done.rows_affected() > 0)
            .map_err(failed)
        })
        .await
    }

    async fn told(&self, site: &SiteId, id: MessageId, at: Timestamp) -> Result<bool> {
        retrying(|| async {
            sqlx::query("UPDATE messages SET told = $3 WHERE site = $1 AND id = $2")
                .bind(site.as_str())
                .bind(id.to_string())
                .bind(at.as_millis())
                .execute(&self.pool)
                .await
                .map(|done| done.rows_affected() > 0)
                .map_err(failed)
        })
        .await
    }
}

fn read_message(row: &PgRow) -> Result<LeftMessage> {
    MessageRow::from_postgres(row)?.try_into()
}

fn listing(site: &SiteId, filter: &MessageFilter) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(select_messages!("WHERE m.site = "));
    query.push_bind(site.to_string());
    if let Some(state) = filter.state {
        query.push(" AND m.state = ").push_bind(state.name());
    }
    if let Some(after) = filter.after {
        query.push(" AND (m.received, m.id) < (SELECT received, id FROM messages WHERE site = ");
        query.push_bind(site.to_string()).push(" AND id = ").push_bind(after.to_string()).push(")");
    }
    query.push(" ORDER BY m.received DESC, m.id DESC LIMIT ").push_bind(count(filter.limit.clamp(1, 1000)));
    query
}

/// False if there is one of its id.
async fn receive(pool: &PgPool, columns: &MessageColumns) -> Result<bool> {
    let written = sqlx::query(
        "INSERT INTO messages (site, id, visitor, conversation, turn, received, language, text, name, email, state,
                deliveries, told)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (site, id) DO NOTHING",
    )
    .bind(columns.site.as_str())
    .bind(columns.id.as_str())
    .bind(columns.visitor.as_str())
    .bind(columns.conversation.as_deref())
    .bind(columns.turn.as_deref())
    .bind(columns.received)
    .bind(columns.language)
    .bind(columns.text.as_str())
    .bind(columns.name.as_deref())
    .bind(columns.email.as_deref())
    .bind(columns.state)
    .bind(columns.deliveries.as_str())
    .bind(columns.told);
    written.execute(pool).await.map(|done| done.rows_affected() > 0).map_err(failed)
}
