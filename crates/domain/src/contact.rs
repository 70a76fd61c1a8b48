//! The owner's contact card: what a visitor gets when nothing else can be said.

use serde::{Deserialize, Serialize};

/// How to reach the owner. Every field may be missing; the card then says less, never something invented.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ContactCard {
    /// The owner's name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number, as the owner writes it.
    pub phone: Option<String>,
    /// The owner's site.
    pub url: Option<String>,
    /// Other profiles.
    pub links: Vec<String>,
}

impl ContactCard {
    /// This card, with what it lacks taken from `other`.
    pub fn completed_by(self, other: Self) -> Self {
        Self {
            name: self.name.or(other.name),
            email: self.email.or(other.email),
            phone: self.phone.or(other.phone),
            url: self.url.or(other.url),
            links: if self.links.is_empty() { other.links } else { self.links },
        }
    }

    /// True if there is no way to reach the owner on it.
    pub fn is_empty(&self) -> bool {
        self.email.is_none() && self.phone.is_none() && self.url.is_none() && self.links.is_empty()
    }
}
