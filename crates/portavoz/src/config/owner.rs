//! `[owner]`: the contact card. A JSON Resume in the knowledge folder fills what is missing here.

use portavoz_domain::contact::ContactCard;
use portavoz_domain::inbox::looks_like_email;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{Checker, filled};

/// How to reach the person the portfolio is about. A JSON Resume in the knowledge folder fills what is missing.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Owner {
    /// The owner's name.
    #[schemars(example = &"María Ejemplo")]
    pub name: Option<String>,
    /// The owner's profession in a few words; the prompt introduces the owner with them.
    #[schemars(example = &"a generative-AI professional")]
    pub headline: Option<String>,
    /// E-mail address that visitors may be given.
    #[schemars(example = &"maria@example.com")]
    pub email: Option<String>,
    /// Telephone number that visitors may be given, as it should be written.
    #[schemars(example = &"+34 600 000 000")]
    pub phone: Option<String>,
    /// The owner's own site.
    #[schemars(example = &"https://maria.example.com")]
    pub url: Option<String>,
    /// Addresses of other profiles.
    pub links: Vec<String>,
}

impl Owner {
    pub(super) fn resolve(&self, checker: &mut Checker<'_>) -> ContactCard {
        let email = filled(&self.email);
        if email.as_deref().is_some_and(|email| !looks_like_email(email)) {
            let email = email.as_deref().unwrap_or_default();
            checker.refuse(
                "owner.email",
                format!("`{email}` is not an e-mail address"),
                "an address such as `name@example.com`",
            );
        }
        let url = filled(&self.url);
        if let Some(url) = &url {
            checker.url("owner.url", url);
        }
        for link in &self.links {
            checker.url("owner.links", link);
        }
        ContactCard { name: filled(&self.name), email, phone: filled(&self.phone), url, links: self.links.clone() }
    }
}
