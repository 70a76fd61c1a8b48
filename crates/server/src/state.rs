//! What every route can reach.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;
use portavoz_app::privacy::addresses::{Pseudonym, Pseudonyms};
use portavoz_app::site::Site;
use portavoz_domain::ids::VisitorId;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::metrics::Requests;
use crate::sheet::SettingsSheet;

/// Wrong owner's tokens tolerated from one address in a minute.
const ADMIN_FAILURES_PER_MINUTE: u32 = 10;
/// Messages for the owner that one visitor, and one address, can leave in an hour: nobody honest leaves more.
const MESSAGES_PER_VISITOR_PER_HOUR: u32 = 5;
const MESSAGES_PER_ADDRESS_PER_HOUR: u32 = 20;
/// A limiter forgets idle keys once it holds this many, so that it cannot be filled up.
const KEYS_BEFORE_SWEEP: usize = 10_000;

/// How the server behaves.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Origins, besides the server's own, whose pages may ask questions: `https://maria.example`.
    pub allowed_origins: Vec<String>,
    /// Where visitors reach the server, if that is known: `https://chat.maria.example`.
    pub public_url: Option<String>,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The largest request body.
    pub max_body_bytes: usize,
    /// Between two pieces of a request's body.
    pub body_timeout: Duration,
    /// Questions a minute of one visitor; `None` for no limit.
    pub per_visitor_per_minute: Option<NonZeroU32>,
    /// Questions a minute from one address; `None` for no limit.
    pub per_address_per_minute: Option<NonZeroU32>,
    /// Whether messages for the owner are limited, to a few in an hour.
    pub limit_messages: bool,
    /// Whether anyone may read `/metrics`; otherwise only the owner.
    pub public_metrics: bool,
    /// How long running answers may take to end at shutdown.
    pub shutdown_grace: Duration,
    /// The configuration, for the owner to read.
    pub sheet: Arc<SettingsSheet>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            allowed_origins: Vec::new(),
            public_url: None,
            trusted_proxies: Vec::new(),
            max_body_bytes: 64 * 1024,
            body_timeout: Duration::from_secs(30),
            per_visitor_per_minute: NonZeroU32::new(20),
            per_address_per_minute: NonZeroU32::new(60),
            limit_messages: true,
            public_metrics: false,
            shutdown_grace: Duration::from_secs(30),
            sheet: Arc::default(),
        }
    }
}

/// The owner's token, of which only the hash is kept.
#[derive(Clone)]
pub struct AdminToken {
    hash: [u8; 32],
}

impl std::fmt::Debug for AdminToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("AdminToken")
    }
}

impl AdminToken {
    /// From the token itself.
    pub fn from_token(token: &str) -> Self {
        Self { hash: Sha256::digest(token).into() }
    }

    /// From a stored hash; `None` if it has not the length of one.
    pub fn from_hash(hash: &[u8]) -> Option<Self> {
        Some(Self { hash: hash.try_into().ok()? })
    }

    /// What may be stored.
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Whether `token` is the owner's, in time that does not depend on it.
    pub fn matches(&self, token: &str) -> bool {
        let hash: [u8; 32] = Sha256::digest(token).into();
        self.hash.ct_eq(&hash).into()
    }
}

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    shared: Arc<Shared>,
}

struct Shared {
    site: Arc<Site>,
    settings: ServerSettings,
    admin: AdminToken,
    visitors: Option<DefaultKeyedRateLimiter<VisitorId>>,
    pseudonyms: Pseudonyms,
    addresses: Option<DefaultKeyedRateLimiter<Pseudonym>>,
    admin_failures: Option<DefaultKeyedRateLimiter<Pseudonym>>,
    messages_of_visitors: Option<DefaultKeyedRateLimiter<VisitorId>>,
    messages_of_addresses: Option<DefaultKeyedRateLimiter<Pseudonym>>,
    requests: Requests,
}

impl AppState {
    /// The state of a server for one site.
    pub fn new(site: Arc<Site>, settings: ServerSettings, admin: AdminToken) -> Self {
        let an_hour = |messages| NonZeroU32::new(messages).filter(|_| settings.limit_messages).map(Quota::per_hour);
        let shared = Shared {
            pseudonyms: site.pseudonyms(),
            visitors: settings.per_visitor_per_minute.map(|limit| RateLimiter::keyed(Quota::per_minute(limit))),
            addresses: settings.per_address_per_minute.map(|limit| RateLimiter::keyed(Quota::per_minute(limit))),
            admin_failures: NonZeroU32::new(ADMIN_FAILURES_PER_MINUTE)
                .map(|limit| RateLimiter::keyed(Quota::per_minute(limit))),
            messages_of_visitors: an_hour(MESSAGES_PER_VISITOR_PER_HOUR).map(RateLimiter::keyed),
            messages_of_addresses: an_hour(MESSAGES_PER_ADDRESS_PER_HOUR).map(RateLimiter::keyed),
            requests: Requests::default(),
            site,
            settings,
            admin,
        };
        Self { shared: Arc::new(shared) }
    }

    /// The portfolio that is served.
    pub fn site(&self) -> &Arc<Site> {
        &self.shared.site
    }

    /// How the server behaves.
    pub fn settings(&self) -> &ServerSettings {
        &self.shared.settings
    }

    /// Counts requests.
    pub(crate) fn requests(&self) -> &Requests {
        &self.shared.requests
    }

    /// The owner's token.
    pub(crate) fn admin(&self) -> &AdminToken {
        &self.shared.admin
    }

    /// Counts a question against the limits of its address and, if it came with a token, of its visitor. The wait
    /// until the next one is let through, if this one is not.
    pub(crate) fn admit(&self, address: IpAddr, visitor: Option<VisitorId>) -> Result<(), Duration> {
        check(self.shared.addresses.as_ref(), &self.pseudonym(address))?;
        match visitor {
            Some(visitor) => check(self.shared.visitors.as_ref(), &visitor),
            None => Ok(()),
        }
    }

    /// Counts a message for the owner as [`Self::admit`] counts a question, against limits of its own.
    pub(crate) fn admit_message(&self, address: IpAddr, visitor: Option<VisitorId>) -> Result<(), Duration> {
        check(self.shared.messages_of_addresses.as_ref(), &self.pseudonym(address))?;
        match visitor {
            Some(visitor) => check(self.shared.messages_of_visitors.as_ref(), &visitor),
            None => Ok(()),
        }
    }

    /// Counts a wrong owner's token against its address.
    pub(crate) fn admit_admin_failure(&self, address: IpAddr) -> Result<(), Duration> {
        check(self.shared.admin_failures.as_ref(), &self.pseudonym(address))
    }

    /// What stands for an address in limits and logs, for the rest of the day.
    pub(crate) fn pseudonym(&self, address: IpAddr) -> Pseudonym {
        self.shared.pseudonyms.of(address)
    }
}

fn check<K: std::hash::Hash + Eq + Clone>(
    limiter: Option<&DefaultKeyedRateLimiter<K>>,
    key: &K,
) -> Result<(), Duration> {
    let Some(limiter) = limiter else { return Ok(()) };
    if limiter.len() > KEYS_BEFORE_SWEEP {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|refused| {
        use governor::clock::Clock;
        refused.wait_time_from(governor::clock::DefaultClock::default().now())
    })
}
