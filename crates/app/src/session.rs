//! The owner's sessions in the dashboard: signed, short, and ended by logging out.
//!
//! A session is kept nowhere. Its token is `v1.<random>.<began>.<seen>.<signature>`, the signature being HMAC-SHA-256
//! over the rest with a secret of the site and the hash of the owner's token. So it survives a restart, holds in every
//! process that shares the database, and ends with either of the two: logging out replaces the secret, which ends every
//! session there is (the owner is one person), and a new owner's token ends those of the old one. The secret is read at
//! each request, because an end that a process learns of later is none.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use portavoz_domain::ids::SiteId;
use portavoz_domain::timestamp::{DAY_MS, HOUR_MS, Timestamp};
use sha2::Sha256;

use crate::site::{Site, SiteError};
use crate::visitor::SECRET_BYTES;

/// A session that is not used ends after this long.
const IDLE_MS: u64 = 12 * HOUR_MS.unsigned_abs();
/// And one that is, after this long.
pub const LONGEST_MS: u64 = 7 * DAY_MS.unsigned_abs();
/// A session is written anew when it was last seen this long ago, not at each request.
const SEEN_AGAIN_MS: u64 = 5 * 60 * 1_000;
/// How far another process's clock may be ahead of ours.
const SKEW_MS: u64 = 60 * 1_000;
const VERSION: &str = "v1";
const RANDOM_BYTES: usize = 16;
/// Name of the secret that signs sessions.
const SESSION_SECRET: &str = "owner-sessions";

/// A session of the owner that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    random: String,
    began: Timestamp,
    seen: Timestamp,
}

impl Session {
    /// The session as it is after being used at `now`, if it is time to write that down.
    pub fn used(&self, now: Timestamp) -> Option<Self> {
        (now.millis_since(self.seen) >= SEEN_AGAIN_MS).then(|| Self { seen: now, ..self.clone() })
    }

    fn holds(&self, now: Timestamp) -> bool {
        // The clocks of two processes differ a little. A token from further ahead was signed by a clock that has been set
        // back since, and its age cannot be told.
        let is_past = self.began <= self.seen && self.seen.millis_since(now) <= SKEW_MS;
        is_past && now.millis_since(self.seen) < IDLE_MS && now.millis_since(self.began) < LONGEST_MS
    }
}

/// Signs and reads the sessions of one site's owner.
pub struct Sessions {
    site: SiteId,
    secret: Vec<u8>,
    owner: [u8; 32],
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sessions").field("site", &self.site).finish_non_exhaustive()
    }
}

/// The sessions of the owner whose token has this hash, as they stand at this moment.
pub async fn sessions(site: &Site, owner: [u8; 32]) -> Result<Sessions, SiteError> {
    let secret = site.storage().secrets().get_or_insert(site.id(), SESSION_SECRET, &fresh_secret(site)).await?;
    Ok(Sessions { site: site.id().clone(), secret, owner })
}

/// Ends every session of the site's owner.
pub async fn end_sessions(site: &Site) -> Result<(), SiteError> {
    Ok(site.storage().secrets().put(site.id(), SESSION_SECRET, &fresh_secret(site)).await?)
}

fn fresh_secret(site: &Site) -> [u8; SECRET_BYTES] {
    let mut secret = [0; SECRET_BYTES];
    site.parts.entropy.fill(&mut secret);
    secret
}

impl Sessions {
    /// A session that begins now.
    pub fn begin(&self, site: &Site) -> Session {
        let mut random = [0; RANDOM_BYTES];
        site.parts.entropy.fill(&mut random);
        let now = site.now();
        Session { random: URL_SAFE_NO_PAD.encode(random), began: now, seen: now }
    }

    /// The session's token, for the owner's browser.
    pub fn sign(&self, session: &Session) -> String {
        let Session { random, began, seen } = session;
        let words = format!("{VERSION}.{random}.{}.{}", began.as_millis(), seen.as_millis());
        let signature = URL_SAFE_NO_PAD.encode(self.mac("session", &words).finalize().into_bytes());
        format!("{words}.{signature}")
    }

    /// The session of a token; `None` if the token is not ours or its time has passed.
    pub fn read(&self, token: &str, now: Timestamp) -> Option<Session> {
        let (words, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        // Compares in constant time; nothing of an unsigned token is believed.
        self.mac("session", words).verify_slice(&signature).ok()?;
        let mut parts = words.split('.');
        let (Some(VERSION), Some(random), Some(began), Some(seen), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let moment = |millis: &str| millis.parse().ok().map(Timestamp::from_millis);
        let session = Session { random: random.to_owned(), began: moment(began)?, seen: moment(seen)? };
        session.holds(now).then_some(session)
    }

    /// What every form of the session's pages carries: proof that the page was ours.
    pub fn form_token(&self, session: &Session) -> String {
        URL_SAFE_NO_PAD.encode(self.mac("form", &session.random).finalize().into_bytes())
    }

    /// Whether a form came from a page of this session.
    pub fn is_form_token(&self, session: &Session, token: &str) -> bool {
        let signature = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
        self.mac("form", &session.random).verify_slice(&signature).is_ok()
    }

    fn mac(&self, purpose: &str, words: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("HMAC takes keys of any length");
        mac.update(format!("{VERSION}\n{purpose}\n{}\n", self.site).as_bytes());
        mac.update(&self.owner);
        mac.update(words.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use super::*;

    const BEGAN: Timestamp = Timestamp::from_millis(1_795_348_800_000);

    fn sessions(site: &str, secret: u8, owner: u8) -> Sessions {
        Sessions { site: SiteId::parse(site).unwrap(), secret: vec![secret; SECRET_BYTES], owner: [owner; 32] }
    }

    fn session(seen_after_ms: u64) -> Session {
        Session { random: "AAAA".to_owned(), began: BEGAN, seen: after(seen_after_ms) }
    }

    fn after(millis: u64) -> Timestamp {
        Timestamp::from_millis(BEGAN.as_millis() + i64::try_from(millis).unwrap())
    }

    #[test]
    fn a_session_holds_only_where_and_for_whom_it_was_signed() {
        let token = sessions("default", 1, 1).sign(&session(0));
        assert_eq!(sessions("default", 1, 1).read(&token, BEGAN), Some(session(0)));
        for (others, why) in [
            (sessions("default", 2, 1), "after a log-out"),
            (sessions("default", 1, 2), "after a new owner's token"),
            (sessions("other", 1, 1), "another site"),
        ] {
            assert_eq!(others.read(&token, BEGAN), None, "{why}");
        }
    }

    #[test]
    fn a_session_ends_when_it_is_idle_or_old() {
        let sessions = sessions("default", 1, 1);
        for (seen, now, holds) in [
            (0, 0, true),
            (0, IDLE_MS - 1, true),
            (0, IDLE_MS, false),
            (IDLE_MS, IDLE_MS + 1, true),
            (LONGEST_MS - 1, LONGEST_MS - 1, true),
            (LONGEST_MS - 1, LONGEST_MS, false),
            (SKEW_MS, 0, true),
            (SKEW_MS + 1, 0, false),
        ] {
            let read = sessions.read(&sessions.sign(&session(seen)), after(now));
            assert_eq!(read.is_some(), holds, "seen after {seen}, read after {now}");
        }
    }

    #[test]
    fn a_session_is_written_anew_now_and_then_and_keeps_its_beginning() {
        assert_eq!(session(0).used(after(SEEN_AGAIN_MS - 1)), None);
        assert_eq!(session(0).used(after(SEEN_AGAIN_MS)), Some(session(SEEN_AGAIN_MS)));
    }

    #[test]
    fn a_token_that_was_tampered_with_opens_nothing() {
        let sessions = sessions("default", 1, 1);
        let token = sessions.sign(&session(0));
        let (words, signature) = token.rsplit_once('.').unwrap();
        let later = words.replace(&BEGAN.as_millis().to_string(), &after(1).as_millis().to_string());
        for forged in [
            String::new(),
            "v1".to_owned(),
            words.to_owned(),
            format!("{later}.{signature}"),
            format!("{words}.{}", sessions.form_token(&session(0))),
            format!("{token}."),
            token.replacen("v1", "v2", 1),
        ] {
            assert_eq!(sessions.read(&forged, after(1)), None, "{forged}");
        }
    }

    #[test]
    fn a_form_belongs_to_its_session() {
        let sessions = sessions("default", 1, 1);
        let other = Session { random: "BBBB".to_owned(), ..session(0) };
        let token = sessions.form_token(&session(0));
        assert!(sessions.is_form_token(&session(SEEN_AGAIN_MS), &token), "also after it was written anew");
        assert!(!sessions.is_form_token(&other, &token));
        assert!(!sessions.is_form_token(&session(0), ""));
    }
}
