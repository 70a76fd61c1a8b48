//! `/admin/login` and `/admin/logout`: the owner's token opens the dashboard.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use portavoz_app::session::{end_sessions, sessions};
use serde::Deserialize;

use super::desk::{Asked, Desk, Frame, OwnersForm, inner_path};
use super::guard::{no_session_cookie, owners_browser_cookie, session_cookie};
use super::trouble::Trouble;
use crate::access::{ClientAddress, Https};
use crate::state::AppState;

#[derive(Template)]
#[template(path = "admin/login.html")]
struct LoginPage {
    ui: Frame,
    next: String,
    problem: Option<String>,
    left: bool,
}

/// Where to go after logging in, and whether the owner has just logged out.
#[derive(Debug, Deserialize)]
pub(super) struct LoginQuery {
    #[serde(default)]
    next: String,
    #[serde(default)]
    left: bool,
}

/// What the form sends. It needs no token of a session: only who knows the owner's token can make it do anything.
#[derive(Deserialize)]
pub(super) struct Credentials {
    token: String,
    #[serde(default)]
    next: String,
}

/// Nothing but the form's own token.
#[derive(Debug, Deserialize)]
pub(super) struct NoFields {}

/// The address of the form, for a page that wants a session.
pub(super) fn address(next: &str) -> String {
    let mut address = "/admin/login".to_owned();
    if inner_path(next) != "/admin" {
        address.push_str("?next=");
        // Every byte but letters, digits and slashes.
        for byte in next.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => address.push(char::from(byte)),
                byte => address.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    address
}

/// The form.
pub(super) async fn form(desk: Desk, Asked(query): Asked<LoginQuery>) -> Result<Response, Trouble> {
    if desk.session.is_some() {
        return Ok(Redirect::to(inner_path(&query.next)).into_response());
    }
    Ok(page(&desk, &query.next, None, query.left)?.into_response())
}

/// Logs in. Every attempt counts against its address before it is looked at, so that a guess beyond the limit learns
/// nothing, not even if it was right.
pub(super) async fn log_in(
    State(state): State<AppState>,
    desk: Desk,
    ClientAddress(address): ClientAddress,
    Https(https): Https,
    form: Result<Form<Credentials>, FormRejection>,
) -> Result<Response, Trouble> {
    let Form(credentials) = form?;
    if let Err(wait) = state.admit_admin_failure(address) {
        let seconds = wait.as_secs() + 1;
        let problem = match desk.tongue {
            super::tongue::Tongue::Es => format!("Demasiados intentos. Espera {seconds} s y vuelve a probar."),
            super::tongue::Tongue::En => format!("Too many attempts. Wait {seconds} s and try again."),
        };
        let page = page(&desk, &credentials.next, Some(problem), false)?;
        let wait = [(header::RETRY_AFTER, HeaderValue::from(seconds))];
        return Ok((StatusCode::TOO_MANY_REQUESTS, wait, page).into_response());
    }
    if !state.admin().matches(credentials.token.trim()) {
        tracing::warn!(%address, "a wrong owner's token was tried at the dashboard");
        let problem = desk.tongue.say("Ese no es el token.", "That is not the token.").to_owned();
        return Ok((StatusCode::UNAUTHORIZED, page(&desk, &credentials.next, Some(problem), false)?).into_response());
    }
    let sessions = sessions(&desk.site, *state.admin().hash()).await?;
    let token = sessions.sign(&sessions.begin(&desk.site));
    let mut response = Redirect::to(inner_path(&credentials.next)).into_response();
    response.headers_mut().append(header::SET_COOKIE, session_cookie(&token, https));
    response.headers_mut().append(header::SET_COOKIE, owners_browser_cookie(https));
    Ok(response)
}

/// Logs out, on every device: a session that somebody copied ends too.
pub(super) async fn log_out(
    desk: Desk,
    Https(https): Https,
    OwnersForm(NoFields {}): OwnersForm<NoFields>,
) -> Result<Response, Trouble> {
    end_sessions(&desk.site).await?;
    let cookie = [(header::SET_COOKIE, no_session_cookie(https))];
    Ok((cookie, Redirect::to("/admin/login?left=true")).into_response())
}

fn page(desk: &Desk, next: &str, problem: Option<String>, left: bool) -> Result<Html<String>, Trouble> {
    let ui = desk.bare_frame(desk.tongue.say("Entrar en el panel", "Log in to the dashboard"));
    super::desk::render(&LoginPage { ui, next: inner_path(next).to_owned(), problem, left })
}
