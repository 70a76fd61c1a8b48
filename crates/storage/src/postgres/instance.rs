//! Which processes live: each that reserves money keeps one connection, whose session holds an advisory lock on the
//! process's number.
//!
//! The server releases the lock when the session ends, however it ends; numbers come from a sequence and are not used
//! again. So an open charge whose number nobody holds is an orphan. A process that lives but loses its session (a server
//! that restarts, a network that fails) loses its open charges to the next sweep; settling them corrects that.

use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::Mutex;

use super::errors::failed;
use super::schema::Schema;
use crate::{Result, StorageError};

/// This process among those that use the schema.
#[derive(Debug)]
pub(super) struct Instance {
    options: PgConnectOptions,
    /// Advisory locks are pairs of numbers and count for the whole database: ours begin with one made of our name and the
    /// schema's.
    family: i32,
    held: Mutex<Held>,
}

/// What is held.
#[derive(Debug)]
enum Held {
    /// Nothing yet, or not any more.
    Nothing,
    /// A number, by the session of this connection.
    Number(i64, PgConnection),
    /// Nothing ever again.
    Closed,
}

impl Instance {
    /// Holds nothing until a number is asked for.
    pub(super) fn new(options: PgConnectOptions, schema: &Schema) -> Self {
        let digest = Sha256::digest(format!("portavoz instances {}", schema.as_str()).as_bytes());
        let family = digest.first_chunk().map_or(0, |bytes| i32::from_be_bytes(*bytes));
        Self { options, family, held: Mutex::new(Held::Nothing) }
    }

    /// The first half of all locks on numbers.
    pub(super) const fn family(&self) -> i32 {
        self.family
    }

    /// The number of this process, taken when it is first asked for.
    pub(super) async fn number(&self) -> Result<i64> {
        let mut held = self.held.lock().await;
        match &*held {
            Held::Number(number, _) => Ok(*number),
            Held::Closed => Err(StorageError::Unavailable("it was closed".to_owned())),
            Held::Nothing => {
                let (number, connection) = self.take().await?;
                *held = Held::Number(number, connection);
                Ok(number)
            }
        }
    }

    async fn take(&self) -> Result<(i64, PgConnection)> {
        let mut connection = self.options.connect().await.map_err(failed)?;
        let number: i64 =
            sqlx::query_scalar("SELECT NEXTVAL('instances')").fetch_one(&mut connection).await.map_err(failed)?;
        sqlx::query("SELECT PG_ADVISORY_LOCK($1, $2::INTEGER)")
            .bind(self.family)
            .bind(number)
            .execute(&mut connection)
            .await
            .map_err(failed)?;
        Ok((number, connection))
    }

    /// Looks whether the session still lives; if it does not, the next reservation takes a new number.
    pub(super) async fn check(&self) {
        let mut held = self.held.lock().await;
        if let Held::Number(number, connection) = &mut *held
            && let Err(error) = connection.ping().await
        {
            tracing::warn!(number, %error, "the session that guards reservations was lost; a new one will be opened");
            *held = Held::Nothing;
        }
    }

    /// Gives the number back.
    pub(super) async fn leave(&self) {
        let held = std::mem::replace(&mut *self.held.lock().await, Held::Closed);
        let Held::Number(number, mut connection) = held else { return };
        // The server takes its time to notice that a session has ended; whoever sweeps next must not have to wait for it.
        let unlocked = sqlx::query("SELECT PG_ADVISORY_UNLOCK($1, $2::INTEGER)")
            .bind(self.family)
            .bind(number)
            .execute(&mut connection)
            .await;
        if let Err(error) = unlocked.map(drop).and(connection.close().await) {
            tracing::warn!(%error, "a connection to the database did not close cleanly");
        }
    }
}
