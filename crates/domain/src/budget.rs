//! Budgets: what may be spent, what is reserved for calls that are under way, and what was charged for them.
//!
//! Every paid call belongs to a *charge*. It is opened by a reservation of the most that the call can cost, which is
//! refused if that could pass a cap, and settled with what was used. A charge whose process died between the two is an
//! *orphan*: nobody knows what the provider bills for it, so it stays charged at its reservation. Days and months are
//! those of UTC. Amounts are micro-dollars.

use serde::{Deserialize, Serialize};
use time::Date;

use crate::ids::{ChargeId, SiteId, VisitorId};
use crate::timestamp::Timestamp;

/// The most that may be spent; `None` is no cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Caps {
    /// By the site, in a day.
    pub day: Option<u64>,
    /// By the site, in a calendar month.
    pub month: Option<u64>,
    /// For one visitor, in a day.
    pub visitor_day: Option<u64>,
}

/// Which cap said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// [`Caps::day`].
    Day,
    /// [`Caps::month`].
    Month,
    /// [`Caps::visitor_day`].
    VisitorDay,
}

impl Cap {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Day, Self::Month, Self::VisitorDay];

    /// The stable name, which is also the reason in a ladder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "budget_day",
            Self::Month => "budget_month",
            Self::VisitorDay => "budget_visitor",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cap| cap.name() == name)
    }
}

/// What money is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Answering a visitor: every call of one turn together. The charge has the turn's id.
    Turn,
    /// The vector of a question.
    Question,
    /// Vectors of documents.
    Ingest,
    /// A second opinion on an answer that was given.
    Judge,
    /// Measuring: evaluations, comparisons, reports.
    Evaluation,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Turn, Self::Question, Self::Ingest, Self::Judge, Self::Evaluation];

    /// The stable name, as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Turn => "turn",
            Self::Question => "question",
            Self::Ingest => "ingest",
            Self::Judge => "judge",
            Self::Evaluation => "evaluation",
        }
    }

    /// Reads the stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// Asks for money. A second reservation for an open charge adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// The portfolio.
    pub site: SiteId,
    /// The charge.
    pub id: ChargeId,
    /// For whom; owners' own calls are for nobody.
    pub visitor: Option<VisitorId>,
    /// On what.
    pub purpose: Purpose,
    /// When; its day and month are the ones that pay, also for what the charge has reserved before.
    pub at: Timestamp,
    /// How much more, at most.
    pub amount: u64,
    /// What must not be passed.
    pub caps: Caps,
}

/// What became of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// The money is kept until the charge is settled.
    Granted,
    /// It could pass this cap; nothing is reserved.
    Refused(Cap),
}

/// How a site stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// Charged on this day: settled charges and orphans.
    pub day: u64,
    /// Charged in this month.
    pub month: u64,
    /// Reserved by open charges, whatever their day.
    pub reserved: u64,
    /// Of what is charged in this month, for orphans.
    pub orphaned: u64,
}

/// A charge whose process died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// The charge.
    pub id: ChargeId,
    /// What for.
    pub purpose: Purpose,
    /// When it was reserved.
    pub at: Timestamp,
    /// What it stays charged at.
    pub amount: u64,
}

/// What was charged on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySpend {
    /// In UTC.
    pub day: Date,
    /// Settled charges and orphans.
    pub charged: u64,
}

/// The proof that nothing is lost: the sums that budgets are judged by, beside the charges they are sums of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Audit {
    /// Number of charges.
    pub charges: u64,
    /// All charges, added one by one.
    pub charged: u64,
    /// The sums of all days.
    pub summed: u64,
    /// Days whose sum is not that of their charges.
    pub days_out_of_balance: u64,
    /// Open charges; those of processes that died are among them until they are swept.
    pub open: u64,
    /// Orphans.
    pub orphans: u64,
}

impl Audit {
    /// True if every day's sum is the sum of its charges.
    pub const fn balances(&self) -> bool {
        self.charged == self.summed && self.days_out_of_balance == 0
    }
}
