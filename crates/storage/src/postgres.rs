//! PostgreSQL, for several processes that share one state.
//!
//! Every method is one transaction: a single statement where that can be, otherwise an explicit one under the lock
//! that orders it. A connection is taken from the pool for that transaction and given back at its end; none is held
//! while anything else is awaited. What PostgreSQL asks to be tried again is tried again here, unseen by callers.
//!
//! Start with [`PgStorage::connect`]; the operations are in the submodule of their trait.

use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool};

use crate::{
    Choices, Embeddings, Evaluations, Experiments, Gaps, Knowledge, Messages, Portable, Privacy, Ratings, Result,
    Secrets, Spending, Storage, StorageError, Traffic, Turns, migration,
};

mod alerts;
mod choices;
mod embeddings;
mod errors;
mod evaluations;
mod experiments;
mod feedback;
mod gaps;
mod instance;
mod knowledge;
mod messages;
mod migrations;
mod portable;
mod privacy;
mod schema;
mod secrets;
mod spending;
mod traffic;
mod turns;

use errors::failed;
use instance::Instance;

/// Connections of one process. PostgreSQL allows 100 in all unless told otherwise.
const CONNECTIONS: u32 = 16;

/// How long an operation waits for a connection before the database counts as unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// After this long unused, a connection is tried before use: the server may have gone and come back.
const TRUSTED_IDLE: Duration = Duration::from_secs(5);

/// A PostgreSQL database.
#[derive(Debug)]
pub struct PgStorage {
    pool: PgPool,
    instance: Instance,
}

impl PgStorage {
    /// Connects to `postgres://user:password@host/database` and brings the schema up to date. TLS is used if the
    /// server offers it, and required with `?sslmode=require` (or `verify-full`).
    ///
    /// The tables live in a schema of their own, so that deployments can share a database: `portavoz`, or another
    /// that the URL names as `?options=-csearch_path%3Dname`. It is made if it does not exist.
    pub async fn connect(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| StorageError::Conflict(format!("the database's address cannot be used: {error}")))?
            .application_name("portavoz")
            .disable_statement_logging();
        let (options, schema) = schema::choose(options)?;
        let mut connection = options.connect().await.map_err(failed)?;
        migrations::migrate(&mut connection, &schema, migration::POSTGRES).await?;
        connection.close().await.map_err(failed)?;

        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(|connection, usage| {
                Box::pin(async move {
                    if usage.idle_for > TRUSTED_IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(options.clone());
        Ok(Self { pool, instance: Instance::new(options, &schema) })
    }
}

#[async_trait]
impl Storage for PgStorage {
    fn turns(&self) -> &dyn Turns {
        self
    }

    fn ratings(&self) -> &dyn Ratings {
        self
    }

    fn messages(&self) -> &dyn Messages {
        self
    }

    fn spending(&self) -> &dyn Spending {
        self
    }

    fn traffic(&self) -> &dyn Traffic {
        self
    }

    fn knowledge(&self) -> &dyn Knowledge {
        self
    }

    fn embeddings(&self) -> &dyn Embeddings {
        self
    }

    fn gaps(&self) -> &dyn Gaps {
        self
    }

    fn secrets(&self) -> &dyn Secrets {
        self
    }

    // By its path, for both traits have a `close`.
    fn alerts(&self) -> &dyn crate::Alerts {
        self
    }

    fn choices(&self) -> &dyn Choices {
        self
    }

    fn evaluations(&self) -> &dyn Evaluations {
        self
    }

    fn experiments(&self) -> &dyn Experiments {
        self
    }

    fn privacy(&self) -> &dyn Privacy {
        self
    }

    fn portable(&self) -> &dyn Portable {
        self
    }

    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop).map_err(failed)
    }

    async fn close(&self) {
        self.pool.close().await;
        self.instance.leave().await;
    }
}

#[cfg(test)]
mod tests;
