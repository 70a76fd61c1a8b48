//! Signed visitor tokens: who may read and continue a conversation.
//!
//! A token is `v1.<visitor id>.<signature>`, the signature being HMAC-SHA-256 over the rest with the site's secret. A
//! client cannot choose its visitor id, so limits that count by visitor cannot be dodged by inventing one, and a
//! conversation opens only to the visitor who began it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use portavoz_domain::ids::{SiteId, VisitorId};
use sha2::Sha256;

/// Bytes of the site's secret.
pub(crate) const SECRET_BYTES: usize = 32;
const VERSION: &str = "v1";

/// Signs and reads the visitor tokens of one site.
#[derive(Clone)]
pub struct VisitorTokens {
    site: SiteId,
    secret: Vec<u8>,
}

impl std::fmt::Debug for VisitorTokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("VisitorTokens").field("site", &self.site).finish_non_exhaustive()
    }
}

impl VisitorTokens {
    /// Tokens of `site`, signed with its secret.
    pub fn new(site: SiteId, secret: Vec<u8>) -> Self {
        Self { site, secret }
    }

    /// The token of a visitor.
    pub fn sign(&self, visitor: VisitorId) -> String {
        let signature = self.mac(visitor).finalize().into_bytes();
        format!("{VERSION}.{visitor}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The visitor of a token; `None` if the token is not ours, whatever is wrong with it.
    pub fn read(&self, token: &str) -> Option<VisitorId> {
        let mut parts = token.split('.');
        let (Some(VERSION), Some(id), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let visitor = VisitorId::parse(id).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // Compares in constant time.
        self.mac(visitor).verify_slice(&signature).ok()?;
        Some(visitor)
    }

    fn mac(&self, visitor: VisitorId) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes keys of any length");
        mac.update(format!("{VERSION}\n{}\n{visitor}", self.site).as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use portavoz_domain::timestamp::Timestamp;

    use super::*;

    fn tokens(site: &str, secret: u8) -> VisitorTokens {
        VisitorTokens::new(SiteId::parse(site).unwrap(), vec![secret; SECRET_BYTES])
    }

    #[test]
    fn a_token_is_read_only_where_it_was_signed() {
        let visitor = VisitorId::mint(Timestamp::from_millis(1_000), [7; 10]);
        let token = tokens("default", 1).sign(visitor);
        assert_eq!(tokens("default", 1).read(&token), Some(visitor));
        assert_eq!(tokens("default", 2).read(&token), None, "another secret");
        assert_eq!(tokens("other", 1).read(&token), None, "another site");
    }

    #[test]
    fn a_token_that_was_tampered_with_is_nobodys() {
        let tokens = tokens("default", 1);
        let other = VisitorId::mint(Timestamp::from_millis(2_000), [8; 10]);
        let token = tokens.sign(VisitorId::mint(Timestamp::from_millis(1_000), [7; 10]));
        let signature = token.rsplit('.').next().unwrap();
        for forged in [
            String::new(),
            "v1".to_owned(),
            format!("v1.{other}.{signature}"),
            format!("v2.{}", &token[3..]),
            format!("{token}.x"),
            token[..token.len() - 4].to_owned(),
            "v1.not-an-id.AAAA".to_owned(),
        ] {
            assert_eq!(tokens.read(&forged), None, "{forged}");
        }
    }
}
