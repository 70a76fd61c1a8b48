//! `[server]` and `[rate]`: where visitors come in, and how much of them.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{Checker, filled};

/// The address that is tried first when none was asked for.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8080";

/// Where visitors come in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on. `0.0.0.0:8080` for all of the machine's addresses.
    pub listen: String,
    /// Sites whose pages may show the widget and call the API, such as `https://maria.example.com`. Own pages always may.
    pub allowed_origins: Vec<String>,
    /// Proxies whose forwarded headers are believed: addresses or networks such as `10.0.0.0/8`. None by default.
    pub trusted_proxies: Vec<String>,
    /// Longest message of a visitor. Unit: characters.
    #[schemars(range(min = 1, max = 100000))]
    pub max_message_chars: u32,
    /// Largest request body. Unit: kilobytes.
    #[schemars(range(min = 1, max = 10000))]
    pub max_body_kb: u32,
    /// Address under which visitors reach this server, when it stands behind a proxy.
    #[schemars(example = &"https://chat.example.com")]
    pub public_url: Option<String>,
    /// How long running answers may take to end after a stop was asked for. Unit: milliseconds.
    #[schemars(range(min = 0, max = 600000))]
    pub shutdown_grace_ms: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: DEFAULT_LISTEN.to_owned(),
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            max_message_chars: 2000,
            max_body_kb: 64,
            public_url: None,
            shutdown_grace_ms: 10_000,
        }
    }
}

/// The server, checked.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// False if `listen` is the default: another port may then be taken if that one is in use.
    pub listen_was_asked_for: bool,
    /// `scheme://host[:port]`, nothing after it.
    pub allowed_origins: Vec<String>,
    /// Whose forwarded headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Of a visitor's message.
    pub max_message_chars: usize,
    /// Of a request.
    pub max_body_bytes: usize,
    /// Without a slash at its end.
    pub public_url: Option<String>,
    /// For running answers, after a stop was asked for.
    pub shutdown_grace: Duration,
}

impl Server {
    pub(super) fn resolve(&self, checker: &mut Checker<'_>) -> ServerSettings {
        let listen = parse_listen(&self.listen).unwrap_or_else(|| {
            checker.refuse(
                "server.listen",
                format!("`{}` is not an address with a port", self.listen),
                "address and port, such as `127.0.0.1:8080` or `[::1]:8080`",
            );
            SocketAddr::from(([127, 0, 0, 1], 0))
        });
        let allowed_origins =
            self.allowed_origins.iter().filter_map(|origin| resolve_origin(origin, checker)).collect();
        let mut trusted_proxies = Vec::new();
        for text in &self.trusted_proxies {
            match parse_network(text) {
                Some(network) => trusted_proxies.push(network),
                None => checker.refuse(
                    "server.trusted_proxies",
                    format!("`{text}` is not an address or network"),
                    "entries such as `10.0.0.1` or `10.0.0.0/8`",
                ),
            }
        }
        let public_url = filled(&self.public_url);
        if let Some(url) = &public_url {
            checker.url("server.public_url", url);
        }
        ServerSettings {
            listen,
            listen_was_asked_for: checker.was_set("server.listen"),
            allowed_origins,
            trusted_proxies,
            max_message_chars: usize::try_from(self.max_message_chars).unwrap_or(usize::MAX),
            max_body_bytes: usize::try_from(self.max_body_kb).unwrap_or(usize::MAX).saturating_mul(1_000),
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            shutdown_grace: Duration::from_millis(self.shutdown_grace_ms),
        }
    }
}

/// Reads an address with a port; `localhost` and a port alone (`:8080`) mean this machine.
fn parse_listen(text: &str) -> Option<SocketAddr> {
    let text = text.trim();
    let local = text.strip_prefix("localhost:").or_else(|| text.strip_prefix(':'));
    match local {
        Some(port) => port.parse().ok().map(|port: u16| SocketAddr::from(([127, 0, 0, 1], port))),
        None => text.parse().ok(),
    }
}

/// Reads `10.0.0.0/8`, or a single address as the network of itself.
pub fn parse_network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// An origin as browsers send it. A path would never match, so it is refused instead of ignored.
fn resolve_origin(text: &str, checker: &mut Checker<'_>) -> Option<String> {
    let origin = reqwest::Url::parse(text.trim())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none())
        .map(|url| url.origin().ascii_serialization());
    if origin.is_none() {
        checker.refuse(
            "server.allowed_origins",
            format!("`{text}` is not an origin"),
            "scheme and host, such as `https://maria.example.com`, without a path",
        );
    }
    origin
}

/// How often visitors may ask. Refusals are clear and cost nothing.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rate {
    /// Whether the limits below hold.
    pub enabled: bool,
    /// Questions of one visitor in a minute.
    #[schemars(range(min = 1, max = 100000))]
    pub per_visitor_per_minute: u32,
    /// Questions from one network address in a minute; several visitors may share an address.
    #[schemars(range(min = 1, max = 100000))]
    pub per_address_per_minute: u32,
}

impl Default for Rate {
    fn default() -> Self {
        Self { enabled: true, per_visitor_per_minute: 20, per_address_per_minute: 60 }
    }
}
