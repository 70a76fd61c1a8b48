//! What visitors think of answers. The operations are in `feedback.rs` of each database.

use async_trait::async_trait;
use portavoz_domain::feedback::Feedback;
use portavoz_domain::ids::{SiteId, TurnId, VisitorId};

use crate::Result;

/// A rating of a turn by a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnRating {
    /// The portfolio.
    pub site: SiteId,
    /// The turn.
    pub turn: TurnId,
    /// Whose turn it must be.
    pub visitor: VisitorId,
    /// What they think of it; `None` takes back what was said.
    pub feedback: Option<Feedback>,
}

/// What visitors think of answers; read with the turn ([`crate::Turns`]).
#[async_trait]
pub trait Ratings: Send + Sync {
    /// Keeps, replaces or takes back what a visitor thinks of a settled turn of theirs. False if there is no such turn:
    /// nothing is written then. In the same transaction the thumb is counted in the traffic of the hour in which the turn
    /// settled (or of its day, once that was compacted), and the one that was given before is taken out of it.
    async fn rate(&self, rating: &TurnRating) -> Result<bool>;
}
