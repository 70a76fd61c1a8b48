//! Who asks, and from where: addresses behind proxies, origins, visitor tokens, the owner's token.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use ipnet::IpNet;
use portavoz_domain::ids::VisitorId;

use crate::error::ApiError;
use crate::state::AppState;

/// The address a request came from.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// Proof that the request is the owner's.
#[derive(Debug, Clone, Copy)]
pub struct Owner;

/// The visitor of a valid token, if the request has one.
#[derive(Debug, Clone, Copy)]
pub struct KnownVisitor(pub Option<VisitorId>);

/// Who asks a question, from a page that may: no page at all, one of ours, or one of the allow-list. Any other is
/// refused.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    /// Where the question came from.
    pub address: IpAddr,
    /// The visitor of a valid token, if the request has one in its head.
    pub visitor: Option<VisitorId>,
}

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
        Ok(Self(client_address(peer, &parts.headers, &state.settings().trusted_proxies)))
    }
}

impl FromRequestParts<AppState> for Owner {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        if bearer(&parts.headers).is_some_and(|token| state.admin().matches(token)) {
            return Ok(Self);
        }
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, state).await;
        Err(state.admit_admin_failure(address).map_or_else(ApiError::RateLimited, |()| ApiError::Unauthorized))
    }
}

impl FromRequestParts<AppState> for KnownVisitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        Ok(Self(bearer(&parts.headers).and_then(|token| state.site().visitor_tokens().read(token))))
    }
}

impl FromRequestParts<AppState> for Asker {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        check_origin(parts, &state.settings().allowed_origins)?;
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, state).await;
        let Ok(KnownVisitor(visitor)) = KnownVisitor::from_request_parts(parts, state).await;
        Ok(Self { address, visitor })
    }
}

fn check_origin(parts: &Parts, allowed: &[String]) -> Result<(), ApiError> {
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return Ok(()) };
    let host = text(header::HOST).or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
    let own = host.is_some() && origin.split_once("://").map(|(_, authority)| authority) == host;
    if own || allowed.iter().any(|allowed| allowed == origin) {
        Ok(())
    } else {
        Err(ApiError::OriginNotAllowed(origin.chars().take(100).collect()))
    }
}

/// The token of `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The nearest address that is not a trusted proxy's. `X-Forwarded-For` is read from its end, because every proxy
/// appends the peer it saw and anything before that may be the client's invention; without a trusted peer it is not
/// read at all.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address.to_canonical()));
    let mut client = peer.to_canonical();
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|part| parse_forwarded(part.trim()))
        .collect::<Vec<_>>();
    for hop in forwarded.into_iter().rev() {
        if !is_trusted(client) {
            break;
        }
        match hop {
            Some(address) => client = address,
            None => break,
        }
    }
    client
}

/// `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1` or `[2001:db8::1]:5678`.
fn parse_forwarded(text: &str) -> Option<IpAddr> {
    let address = text.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use super::*;

    #[test]
    fn forwarded_headers_count_only_behind_trusted_proxies() {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "::1/128"].iter().map(|net| net.parse().unwrap()).collect();
        for (peer, forwarded, client) in [
            ("203.0.113.7", &[][..], "203.0.113.7"),
            ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["rubbish"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1, rubbish"], "10.0.0.1"),
            ("::1", &["[2001:db8::9]:4711"], "2001:db8::9"),
            ("::ffff:10.0.0.1", &["198.51.100.1:80"], "198.51.100.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let found = client_address(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(found, client.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        }
    }
}
