//! What stands around every page of the dashboard: who is let in, where forms may come from, what browsers may keep.
//!
//! Forms are protected three times. The session's cookie is `SameSite=Strict`, so other sites' pages send none; a form
//! must come from a page of this origin; and it carries a token of its session ([`super::desk::OwnersForm`]).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use portavoz_app::messages;
use portavoz_app::session::{LONGEST_MS, Session, Sessions, sessions};

use super::desk::Desk;
use super::tongue::Tongue;
use super::trouble::Trouble;
use crate::access::{Https, OWNERS_BROWSER, cookie, is_own_origin};
use crate::state::AppState;

const COOKIE: &str = "portavoz_session";

/// Gives every page its [`Desk`], refuses forms of other origins, and makes pages of troubles.
pub(super) async fn around(
    State(state): State<AppState>,
    Https(https): Https,
    mut request: Request,
    next: Next,
) -> Response {
    let mut desk = Desk {
        site: Arc::clone(state.site()),
        tongue: Tongue::of(request.headers(), state.site().language()),
        here: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
        session: None,
        new_messages: 0,
    };
    let is_forged =
        !matches!(*request.method(), Method::GET | Method::HEAD) && !is_own_origin(request.headers(), request.uri());
    let token = cookie(request.headers(), COOKIE).map(str::to_owned);
    let checked = if is_forged { Err(Trouble::Forged) } else { session_of(&state, token).await };
    let response = match checked {
        Err(trouble) => trouble.into_response(),
        Ok(session) => {
            desk.session = session.map(Arc::new);
            if desk.session.is_some() {
                // A page that has another reason to fail says it itself.
                desk.new_messages = messages::count(state.site()).await.map_or(0, |counts| counts.new);
            }
            request.extensions_mut().insert(desk.clone());
            next.run(request).await
        }
    };
    let trouble = response.extensions().get::<Trouble>().copied();
    let mut response = trouble.map_or(response, |trouble| trouble.page(desk.bare_frame("")));
    let session = desk.session.as_deref();
    let used = session.and_then(|(sessions, session)| Some(sessions.sign(&session.used(state.site().now())?)));
    let headers = response.headers_mut();
    // A page that logs in or out says itself what becomes of the cookie.
    if let Some(token) = used.filter(|_| !headers.contains_key(header::SET_COOKIE)) {
        headers.append(header::SET_COOKIE, session_cookie(&token, https));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // With `no-referrer`, as elsewhere, browsers would send forms with `Origin: null`.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// Lets nobody through without a session; after logging in the owner comes back to where they wanted to go.
pub(super) async fn signed_in(request: Request, next: Next) -> Response {
    let desk = request.extensions().get::<Desk>();
    if desk.is_some_and(|desk| desk.session.is_some()) {
        return next.run(request).await;
    }
    let here = desk.filter(|_| request.method() == Method::GET).map(|desk| desk.here.as_str());
    Redirect::to(&super::login::address(here.unwrap_or("/admin"))).into_response()
}

/// The session of a cookie, if it holds.
async fn session_of(state: &AppState, token: Option<String>) -> Result<Option<(Sessions, Session)>, Trouble> {
    let Some(token) = token else { return Ok(None) };
    let sessions = sessions(state.site(), *state.admin().hash()).await?;
    let session = sessions.read(&token, state.site().now());
    Ok(session.map(|session| (sessions, session)))
}

/// The cookie that opens the dashboard; pages outside of it never see it.
pub(super) fn session_cookie(token: &str, https: bool) -> HeaderValue {
    set_cookie(token, LONGEST_MS / 1_000, https)
}

/// Takes the cookie away.
pub(super) fn no_session_cookie(https: bool) -> HeaderValue {
    set_cookie("", 0, https)
}

/// The cookie that tells the chat that this browser is the owner's, for a year.
pub(super) fn owners_browser_cookie(https: bool) -> HeaderValue {
    let secure = if https { "; Secure" } else { "" };
    let cookie = format!("{OWNERS_BROWSER}=1; Path=/api/chat; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&cookie).expect("it is letters, digits and signs that a header may have")
}

fn set_cookie(value: &str, seconds: u64, https: bool) -> HeaderValue {
    let secure = if https { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/admin; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).expect("a token is letters, digits, `-`, `_` and `.`")
}
