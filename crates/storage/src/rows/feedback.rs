//! Rows of `feedback`, and what a thumb changes in the sums.

use portavoz_domain::feedback::{Feedback, Rating};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::traffic::{Measure, TrafficKey};

use super::money::stored_key;
use super::stored_row;
use crate::values::storable;
use crate::{Result, TurnRating};

/// The columns of what a visitor thinks, as they are written.
#[derive(Debug)]
pub(crate) struct FeedbackColumns {
    pub(crate) rating: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) comment: Option<String>,
    pub(crate) rated: i64,
}

impl From<&Feedback> for FeedbackColumns {
    fn from(feedback: &Feedback) -> Self {
        Self {
            rating: feedback.rating.name(),
            reason: feedback.reason.map(|reason| reason.name()),
            comment: feedback.comment.as_deref().map(storable),
            rated: feedback.rated.as_millis(),
        }
    }
}

stored_row! {
    /// A turn that is rated: where it was counted, and the thumb that it has.
    RatedRow of "turns" by id {
        id: String,
        settled: i64,
        model: Option<String>,
        prompt_version: Option<String>,
        variant: Option<String>,
        rating: Option<String>,
    }
}

/// Where a turn was counted.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) hour: i64,
    /// Its hours are part of this day once they were compacted.
    pub(crate) day: i64,
    pub(crate) key: TrafficKey,
}

impl RatedRow {
    /// Where the turn was counted.
    pub(crate) fn counted(&self) -> Counted {
        let settled = Timestamp::from_millis(self.settled);
        let text = Option::as_deref;
        let key = TrafficKey::of(text(&self.model), text(&self.prompt_version), text(&self.variant));
        Counted { hour: settled.hour().as_millis(), day: settled.day().as_millis(), key: stored_key(&key) }
    }

    fn thumb(&self) -> Result<Option<Rating>> {
        let column = Self::column(&self.id, "rating");
        self.rating.as_ref().map(|name| column.known(name, Rating::parse(name))).transpose()
    }
}

/// The measures that a rating changes, each by one up or down, in the order of their names: the order in which every
/// process takes its rows.
pub(crate) fn thumbs(row: &RatedRow, rating: &TurnRating) -> Result<Vec<(String, bool)>> {
    let (before, after) = (row.thumb()?, rating.feedback.as_ref().map(|feedback| feedback.rating));
    let mut changes = Vec::new();
    if before != after {
        changes.extend(before.map(|thumb| (Measure::Thumbs(thumb).name(), false)));
        changes.extend(after.map(|thumb| (Measure::Thumbs(thumb).name(), true)));
    }
    changes.sort_unstable();
    Ok(changes)
}
