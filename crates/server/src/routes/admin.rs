//! The dashboard: the owner's pages under `/admin`.
//!
//! One page is one file here with the struct that its template of the same name (`templates/admin/`) shows. A page asks
//! `app` for figures and decides only how they look; figures of periods come from sums, never from reading turns.
//! [`desk`] is what every page gets, [`guard`] what stands around all of them. Pages work without scripts; charts are
//! drawn from the numbers of the table beside them.
//!
//! To add one more page: 1. its file, with a struct that has `ui: Frame`, and its template, which extends
//! `admin/layout.html`; 2. its line in [`pages`]; 3. if it belongs into the menu, its [`desk::Section`]; 4. its line in
//! `PAGES` of `tests/browser/dashboard.mjs`, which looks at it in both themes and on a phone.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use crate::state::AppState;

mod alerts;
mod answer;
mod appearance;
mod charts;
mod checklist;
mod conversation;
mod conversations;
mod desk;
mod documents;
mod evaluation;
mod experiments;
mod guard;
mod login;
mod messages;
mod models;
mod names;
mod overview;
mod search;
mod settings;
mod spending;
mod tongue;
mod trouble;

/// The routes of the dashboard, guarded.
pub(crate) fn pages(state: &AppState) -> Router<AppState> {
    let behind_login = Router::new()
        .route("/admin", get(overview::overview))
        .route("/admin/conversations", get(conversations::conversations))
        .route("/admin/conversations/{id}", get(conversation::conversation))
        .route("/admin/messages", get(messages::messages))
        .route("/admin/messages/{id}/state", post(messages::mark))
        .route("/admin/messages/{id}/remove", post(messages::remove))
        .route("/admin/documents", get(documents::documents))
        .route("/admin/documents/preview", get(documents::preview::preview))
        .route("/admin/spending", get(spending::spending))
        .route("/admin/search", get(search::search))
        .route("/admin/models", get(models::models))
        .route("/admin/models/migrate", post(models::move_on))
        .route("/admin/models/rollback", post(models::go_back))
        .route("/admin/evaluation", get(evaluation::evaluation))
        .route("/admin/evaluation/compare", get(evaluation::compare::compare))
        .route("/admin/evaluation/{run}", get(evaluation::run::run).post(evaluation::run::removed))
        .route("/admin/evaluation/{run}/{case}", get(evaluation::case::case))
        .route("/admin/experiments", get(experiments::experiments).post(experiments::plan::begin))
        .route("/admin/experiments/new", get(experiments::plan::new))
        .route("/admin/experiments/{id}", get(experiments::show::show).post(experiments::act::act))
        .route("/admin/alerts", get(alerts::alerts))
        .route("/admin/alerts/test", post(alerts::test))
        .route("/admin/appearance", get(appearance::appearance))
        .route("/admin/appearance/preview", get(appearance::preview))
        .route("/admin/checklist", get(checklist::checklist))
        .route("/admin/settings", get(settings::settings))
        .route("/admin/logout", post(login::log_out))
        .route("/admin/{*rest}", get(trouble::no_such_page))
        .route_layer(from_fn(guard::signed_in));
    Router::new()
        .route("/admin/login", get(login::form).post(login::log_in))
        .route("/admin/language/{code}", get(tongue::choose))
        .merge(behind_login)
        .route_layer(from_fn_with_state(state.clone(), guard::around))
}
