//! How a site is doing: figures out of the sums of its turns.
//!
//! [`Figures`] are computed from one tally; a [`Period`] says of which turns. No turn is read for it: a year of traffic
//! is told in milliseconds.

mod figures;
mod period;

pub use figures::{
    Cache, Checked, Cost, Efficiency, Fallback, Figures, RESPONSE_LIMIT_MS, Reason, Scores, Share, Times, Tokens,
};
pub use period::Period;

#[cfg(test)]
mod tests;
