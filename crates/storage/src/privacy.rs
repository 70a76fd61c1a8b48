//! Removing what was said: whose turns and messages, and how they are found. The operations are in `privacy.rs` of each database.

use async_trait::async_trait;
use portavoz_domain::ids::{ConversationId, SiteId, VisitorId};
use portavoz_domain::timestamp::Timestamp;
use sqlx::{Database, Encode, QueryBuilder, Type};

use crate::Result;

/// Which turns of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of a visitor's.
    Visitor(VisitorId),
    /// All of a conversation's.
    Conversation(ConversationId),
    /// Asked before this moment.
    Before(Timestamp),
    /// Asked from the first moment on, and before the second.
    Between(Timestamp, Timestamp),
    /// Over before this moment: settled before it, or never settled and asked before the second moment, by which
    /// nothing can still be running.
    Over(Timestamp, Timestamp),
    /// All of them.
    All,
}

/// What was removed, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// Questions with their answers.
    pub turns: u64,
    /// Conversations of which no turn is left.
    pub conversations: u64,
    /// Of the turns, those that were listed as gaps.
    pub gaps: u64,
    /// Messages that were left for the owner.
    pub messages: u64,
}

impl Erased {
    /// Adds another part of the same erasure.
    pub fn plus(self, other: Self) -> Self {
        Self {
            turns: self.turns + other.turns,
            conversations: self.conversations + other.conversations,
            gaps: self.gaps + other.gaps,
            messages: self.messages + other.messages,
        }
    }
}

/// Removing what was said. Money and sums stay, as they say nothing of what was said.
#[async_trait]
pub trait Privacy: Send + Sync {
    /// What [`Privacy::erase`] would remove if it were called until nothing is left.
    async fn count(&self, site: &SiteId, scope: Scope) -> Result<Erased>;

    /// Removes the oldest turns of `scope`, at most `limit` (1..=1000) of them, with their gaps, with what visitors
    /// thought of them and with the conversations of which no turn is left; and as many of its oldest messages. A turn that is open goes too: settling it is a conflict from then on.
    /// [`Scope::Visitor`] also takes the visitor out of the accounts: what was charged stays, and nobody knows for whom.
    async fn erase(&self, site: &SiteId, scope: Scope, limit: u32) -> Result<Erased>;

    /// Overwrites what was removed where the database itself has kept it: SQLite's log, PostgreSQL's dead rows. Copies
    /// that others made are beyond its reach.
    async fn scrub(&self) -> Result<()>;
}

/// A condition on columns of `messages`, to follow `WHERE`. A message belongs to the conversation that it came from, and is
/// over when it has come.
pub(crate) fn push_scope_of_messages<DB>(query: &mut QueryBuilder<DB>, site: &SiteId, scope: Scope)
where
    DB: Database,
    for<'t> String: Encode<'t, DB> + Type<DB>,
    for<'t> i64: Encode<'t, DB> + Type<DB>,
{
    query.push("site = ").push_bind(site.to_string());
    match scope {
        Scope::Visitor(visitor) => {
            query.push(" AND visitor = ").push_bind(visitor.to_string());
        }
        Scope::Conversation(id) => {
            query.push(" AND conversation = ").push_bind(id.to_string());
        }
        Scope::Before(moment) | Scope::Over(moment, _) => {
            query.push(" AND received < ").push_bind(moment.as_millis());
        }
        Scope::Between(from, to) => {
            query.push(" AND received >= ").push_bind(from.as_millis());
            query.push(" AND received < ").push_bind(to.as_millis());
        }
        Scope::All => {}
    }
}

/// A condition on columns of `turns`, to follow `WHERE`.
pub(crate) fn push_scope<DB>(query: &mut QueryBuilder<DB>, site: &SiteId, scope: Scope)
where
    DB: Database,
    for<'t> String: Encode<'t, DB> + Type<DB>,
    for<'t> i64: Encode<'t, DB> + Type<DB>,
{
    query.push("site = ").push_bind(site.to_string());
    match scope {
        Scope::Visitor(visitor) => {
            query.push(" AND conversation IN (SELECT id FROM conversations WHERE site = ").push_bind(site.to_string());
            query.push(" AND visitor = ").push_bind(visitor.to_string()).push(")");
        }
        Scope::Conversation(id) => {
            query.push(" AND conversation = ").push_bind(id.to_string());
        }
        Scope::Before(moment) => {
            query.push(" AND created < ").push_bind(moment.as_millis());
        }
        Scope::Between(from, to) => {
            query.push(" AND created >= ").push_bind(from.as_millis());
            query.push(" AND created < ").push_bind(to.as_millis());
        }
        Scope::Over(settled, asked) => {
            // What was settled before was asked before: so the index by time finds it.
            query.push(" AND created < ").push_bind(settled.as_millis().max(asked.as_millis()));
            query.push(" AND (settled < ").push_bind(settled.as_millis());
            query.push(" OR settled IS NULL AND created < ").push_bind(asked.as_millis()).push(")");
        }
        Scope::All => {}
    }
}
