//! What a visitor thinks of an answer of theirs: given, changed and taken back by [`rate`].

use portavoz_domain::feedback::{Feedback, MAX_COMMENT_CHARS, Rating, Reason};
use portavoz_domain::ids::{TurnId, VisitorId};
use portavoz_storage::TurnRating;

use crate::site::{Site, SiteError};

/// What a visitor says of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The answer.
    pub turn: TurnId,
    /// The thumb; `None` takes back what was said.
    pub rating: Option<Rating>,
    /// Why. Without a thumb it says nothing.
    pub reason: Option<Reason>,
    /// In the visitor's words. Without a thumb it says nothing.
    pub comment: Option<String>,
}

/// Why an opinion is not kept.
#[derive(Debug, thiserror::Error)]
pub enum FeedbackError {
    /// The owner keeps nothing of visitors.
    #[error("feedback is switched off here")]
    Off,
    /// There is no such answer *of this visitor*.
    #[error("there is no such answer")]
    UnknownTurn,
    /// The comment is too long.
    #[error("the comment has {chars} characters; at most {MAX_COMMENT_CHARS} can be kept")]
    CommentTooLong {
        /// Its characters.
        chars: usize,
    },
    /// The database said no.
    #[error(transparent)]
    Site(#[from] SiteError),
}

/// Keeps, changes or takes back what a visitor thinks of an answer; returns what holds now.
pub async fn rate(site: &Site, visitor: VisitorId, opinion: Opinion) -> Result<Option<Feedback>, FeedbackError> {
    if !site.takes_feedback() {
        return Err(FeedbackError::Off);
    }
    let comment = opinion.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty());
    let chars = comment.map_or(0, |comment| comment.chars().count());
    if chars > MAX_COMMENT_CHARS {
        return Err(FeedbackError::CommentTooLong { chars });
    }
    let feedback = opinion.rating.map(|rating| Feedback {
        rating,
        reason: opinion.reason,
        comment: comment.map(str::to_owned),
        rated: site.now(),
    });
    let rating = TurnRating { site: site.id().clone(), turn: opinion.turn, visitor, feedback };
    if !site.storage().ratings().rate(&rating).await.map_err(SiteError::from)? {
        return Err(FeedbackError::UnknownTurn);
    }
    if let Some(feedback) = &rating.feedback {
        site.meter().rated(feedback.rating);
    }
    Ok(rating.feedback)
}
