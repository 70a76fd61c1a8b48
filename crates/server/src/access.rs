//! Who asks, and from where: addresses behind proxies, origins, visitor tokens, the owner's token.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Request, Uri, header};
use ipnet::IpNet;
use portavoz_domain::ids::VisitorId;

use crate::error::ApiError;
use crate::state::AppState;

/// The cookie that the chat gets of a browser in which the owner has opened the dashboard. It proves nothing and opens
/// nothing: who has it is not counted as a visitor.
pub(crate) const OWNERS_BROWSER: &str = "portavoz_owner";

/// The address a request came from.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// Proof that the request is the owner's.
#[derive(Debug, Clone, Copy)]
pub struct Owner;

/// The visitor of a valid token, if the request has one.
#[derive(Debug, Clone, Copy)]
pub struct KnownVisitor(pub Option<VisitorId>);

/// Whether the client speaks HTTPS: with the nearest trusted proxy, as portavoz itself speaks HTTP alone.
#[derive(Debug, Clone, Copy)]
pub struct Https(pub bool);

/// Who asks a question, from a page that may: no page at all, one of ours, or one of the allow-list. Any other is
/// refused.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    /// Where the question came from.
    pub address: IpAddr,
    /// The visitor of a valid token, if the request has one in its head.
    pub visitor: Option<VisitorId>,
    /// True if it is the owner who asks: by their token, or in a browser in which they opened the dashboard.
    pub is_owner: bool,
}

impl Asker {
    /// The visitor of the request's head, or else of a token in its body.
    pub(crate) fn visitor_or(&self, state: &AppState, token: Option<&str>) -> Option<VisitorId> {
        self.visitor.or_else(|| state.site().visitor_tokens().read(token?))
    }
}

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        Ok(Self(address_of(&parts.extensions, &parts.headers, &state.settings().trusted_proxies)))
    }
}

impl FromRequestParts<AppState> for Https {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let trusted = &state.settings().trusted_proxies;
        let is_trusted = peer.is_some_and(|peer| trusted.iter().any(|net| net.contains(&peer)));
        let said = parts.headers.get_all("x-forwarded-proto").iter().next_back().and_then(|value| value.to_str().ok());
        let nearest = said.and_then(|protocols| protocols.rsplit(',').next());
        Ok(Self(is_trusted && nearest.is_some_and(|protocol| protocol.trim().eq_ignore_ascii_case("https"))))
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
        let has_token = bearer(&parts.headers).is_some_and(|token| state.admin().matches(token));
        let is_owner = has_token || cookie(&parts.headers, OWNERS_BROWSER).is_some();
        Ok(Self { address, visitor, is_owner })
    }
}

/// Whether a page of the server's own sent this: by what the browser says of it (which a proxy that rewrites `Host` does not
/// confuse), otherwise by its origin. What says neither comes from no page.
pub(crate) fn is_own_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    match (text(headers, "sec-fetch-site"), text(headers, "origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => is_own(origin, headers, uri),
        (None, None) => false,
    }
}

/// Whether pages of `origin` may show the chat in a frame: the server's own, those of this machine, on which sites are
/// built before they are published, and those of the allow-list. What browsers enforce of it is in [`frame_ancestors`].
pub(crate) fn may_frame(origin: &Uri, headers: &HeaderMap, uri: &Uri, allowed: &[String]) -> bool {
    let text = origin.to_string();
    let text = text.trim_end_matches('/');
    let is_local = matches!(origin.host(), Some("localhost" | "127.0.0.1"));
    is_local || is_own(text, headers, uri) || allowed.iter().any(|allowed| allowed == text)
}

/// The same as a directive of a content security policy.
pub(crate) fn frame_ancestors(allowed: &[String]) -> String {
    let local = ["'self'", "http://localhost:*", "https://localhost:*", "http://127.0.0.1:*"];
    let sources: Vec<&str> = local.into_iter().chain(allowed.iter().map(String::as_str)).collect();
    format!("frame-ancestors {}", sources.join(" "))
}

fn is_own(origin: &str, headers: &HeaderMap, uri: &Uri) -> bool {
    let host = text(headers, "host").or_else(|| uri.authority().map(|authority| authority.as_str()));
    host.is_some() && origin.split_once("://").map(|(_, authority)| authority) == host
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn check_origin(parts: &Parts, allowed: &[String]) -> Result<(), ApiError> {
    let Some(origin) = text(&parts.headers, "origin") else { return Ok(()) };
    if is_own(origin, &parts.headers, &parts.uri) || allowed.iter().any(|allowed| allowed == origin) {
        Ok(())
    } else {
        Err(ApiError::OriginNotAllowed(origin.chars().take(100).collect()))
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|line| line.split(';')).find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    })
}

/// The token of `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The address that a request came from.
pub(crate) fn request_address<B>(request: &Request<B>, trusted: &[IpNet]) -> IpAddr {
    address_of(request.extensions(), request.headers(), trusted)
}

fn address_of(extensions: &Extensions, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    client_address(peer, headers, trusted)
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
