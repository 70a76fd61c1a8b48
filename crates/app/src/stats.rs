//! How a site is doing: figures out of the sums of its turns.
//!
//! [`Figures`] are computed from one tally; a [`Period`] says of which turns; an [`Overview`] has both, the period before,
//! a series and groups. No turn is read for it: a year of traffic is told in milliseconds. Start at [`overview()`].

mod compaction;
mod figures;
mod overview;
mod period;
mod remarks;
mod spend;

pub use compaction::compact;
pub use figures::{
    Cache, Checked, Cost, Efficiency, Fallback, Figures, RESPONSE_LIMIT_MS, Reason, Scores, Share, Thumbs, Times,
    Tokens,
};
pub use overview::{
    Group, Overview, Point, Step, TunedBesideBase, base_of, course, figures, overview, overview_by, tally,
};
pub use period::Period;
pub use remarks::{Remark, remarks};
pub use spend::{Spend, open_alerts, spend};

#[cfg(test)]
mod tests;
