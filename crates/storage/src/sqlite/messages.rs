//! What visitors leave for the owner, in SQLite.

use async_trait::async_trait;
use portavoz_domain::alerts::Delivery;
use portavoz_domain::ids::{MessageId, SiteId};
use portavoz_domain::inbox::{LeftMessage, MessageCounts, MessageFilter, MessageState};
use portavoz_domain::timestamp::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::SqliteStorage;
use super::errors::failed;
use super::writer::Write;
use crate::rows::{MessageColumns, MessageRow, delivery_json, select_messages};
use crate::values::count;
use crate::{Messages, Result, conflicts};

#[async_trait]
impl Messages for SqliteStorage {
    async fn receive(&self, message: &LeftMessage) -> Result<()> {
        let columns = MessageColumns::of(message)?;
        if self.writer.write(Receive(columns)).await? { Ok(()) } else { Err(conflicts::message_exists(message.id)) }
    }

    async fn find(&self, site: &SiteId, id: MessageId) -> Result<Option<LeftMessage>> {
        let mut connection = self.connections.read().await?;
        let row = sqlx::query(select_messages!("WHERE m.site = $1 AND m.id = $2"))
            .bind(site.as_str())
            .bind(id.to_string())
            .fetch_optional(&mut *connection)
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
        let mut connection = self.connections.read().await?;
        let mut query = listing(site, filter);
        let rows = query.build().fetch_all(&mut *connection).await.map_err(failed)?;
        rows.iter().map(read_message).collect()
    }

    async fn count(&self, site: &SiteId) -> Result<MessageCounts> {
        let mut connection = self.connections.read().await?;
        let row = sqlx::query(
            "SELECT COUNT(CASE WHEN state = 'new' THEN 1 END) AS new_ones,
                COUNT(CASE WHEN state = 'read' THEN 1 END) AS read_ones,
                COUNT(CASE WHEN state = 'done' THEN 1 END) AS done_ones
            FROM messages WHERE site = $1",
        )
        .bind(site.as_str())
        .fetch_one(&mut *connection)
        .await
        .map_err(failed)?;
        let number = |name: &str| row.try_get::<i64, _>(name).map(i64::unsigned_abs).map_err(failed);
        Ok(MessageCounts { new: number("new_ones")?, read: number("read_ones")?, done: number("done_ones")? })
    }

    async fn mark(&self, site: &SiteId, id: MessageId, state: MessageState) -> Result<bool> {
        self.writer.write(Change::of(site, id, What::State(state))).await
    }

    async fn remove(&self, site: &SiteId, id: MessageId) -> Result<bool> {
        self.writer.write(Change::of(site, id, What::Removal)).await
    }

    async fn untold(&self, site: &SiteId, limit: u32) -> Result<Vec<LeftMessage>> {
        let mut connection = self.connections.read().await?;
        let rows =
            sqlx::query(select_messages!("WHERE m.site = $1 AND m.told IS NULL ORDER BY m.received, m.id LIMIT $2"))
                .bind(site.as_str())
                .bind(count(limit.clamp(1, 1000)))
                .fetch_all(&mut *connection)
                .await
                .map_err(failed)?;
        rows.iter().map(read_message).collect()
    }

    async fn delivered(&self, site: &SiteId, id: MessageId, delivery: &Delivery) -> Result<bool> {
        let delivery = delivery_json(delivery)?;
        self.writer.write(Change::of(site, id, What::Delivery(delivery))).await
    }

    async fn told(&self, site: &SiteId, id: MessageId, at: Timestamp) -> Result<bool> {
        self.writer.write(Change::of(site, id, What::Told(at))).await
    }
}

fn read_message(row: &SqliteRow) -> Result<LeftMessage> {
    MessageRow::from_sqlite(row)?.try_into()
}

fn listing(site: &SiteId, filter: &MessageFilter) -> QueryBuilder<Sqlite> {
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

/// A message comes in.
struct Receive(MessageColumns);

#[async_trait]
impl Write for Receive {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        let Self(columns) = self;
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
        written.execute(connection).await.map(|done| done.rows_affected() > 0).map_err(failed)
    }
}

/// What happens to a message.
enum What {
    State(MessageState),
    Removal,
    Delivery(String),
    Told(Timestamp),
}

/// Something happens to a message, if it is there.
struct Change {
    site: SiteId,
    id: MessageId,
    what: What,
}

impl Change {
    fn of(site: &SiteId, id: MessageId, what: What) -> Self {
        Self { site: site.clone(), id, what }
    }
}

#[async_trait]
impl Write for Change {
    type Answer = bool;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<bool> {
        let Self { site, id, what } = self;
        let statement = match what {
            What::State(_) => "UPDATE messages SET state = $3 WHERE site = $1 AND id = $2",
            What::Removal => "DELETE FROM messages WHERE site = $1 AND id = $2",
            // `$[#]` is the place after the last element.
            What::Delivery(_) => {
                "UPDATE messages SET deliveries = json_insert(deliveries, '$[#]', json($3)) WHERE site = $1 AND id = $2"
            }
            What::Told(_) => "UPDATE messages SET told = $3 WHERE site = $1 AND id = $2",
        };
        let query = sqlx::query(statement).bind(site.as_str()).bind(id.to_string());
        let query = match what {
            What::State(state) => query.bind(state.name()),
            What::Removal => query,
            What::Delivery(delivery) => query.bind(delivery.as_str()),
            What::Told(at) => query.bind(at.as_millis()),
        };
        query.execute(connection).await.map(|done| done.rows_affected() > 0).map_err(failed)
    }
}
