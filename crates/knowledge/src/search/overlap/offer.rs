//! Offers: what a sentence could answer with: a number, a date, a name that the question does not have itself.
//!
//! Start at [`Offer::lacks`].

use portavoz_domain::question::Wants;

use super::super::query::Query;
use crate::analysis::{Analysis, Token};

/// What a sentence has beside the question's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Offer {
    has_named: bool,
    has_number: bool,
    has_date: bool,
}

impl Offer {
    pub fn note(&mut self, query: &Query, token: Token, analysis: &Analysis) {
        if token.is_named() {
            let stem = analysis.stem(token.stem());
            self.has_named = true;
            self.has_number |= stem.starts_with(|first: char| first.is_ascii_digit());
            self.has_date |= is_year(stem);
        }
        if query.is_word_of_kind(token.stem()) {
            self.has_number = true;
            self.has_date = true;
        }
    }

    pub fn join(self, other: Self) -> Self {
        Self {
            has_named: self.has_named || other.has_named,
            has_number: self.has_number || other.has_number,
            has_date: self.has_date || other.has_date,
        }
    }

    /// True if what is wanted is not here; never where anything may answer.
    pub fn lacks(self, wants: Wants) -> bool {
        match wants {
            Wants::Figure | Wants::Duration => !self.has_number,
            Wants::Date => !self.has_date,
            Wants::Place | Wants::Name => !self.has_named,
            Wants::List | Wants::Contact | Wants::YesNo | Wants::Open => false,
        }
    }
}

fn is_year(stem: &str) -> bool {
    stem.parse::<u16>().is_ok_and(|number| (1000..2100).contains(&number))
}
