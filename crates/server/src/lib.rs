//! HTTP: decodes and admits requests, lets `app` answer them, and encodes what happens.
//!
//! No rule of a turn lives here. Every route is a file under `routes/`; every error becomes one shape in [`error`].
//! Start at [`router`].
//!
//! To add one more route: 1. its file under `routes/`, with its shapes and `#[utoipa::path]`; 2. its line in
//! [`router`]; 3. its story in `tests/`; 4. accept the snapshot of `/openapi.json`.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::get;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

pub mod access;
mod body;
pub mod error;
mod layers;
mod metrics;
mod query;
mod routes;
mod serve;
pub mod sheet;
pub mod state;
mod theme;
mod wire;

pub use serve::serve;
pub use state::{AdminToken, AppState, ServerSettings};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "portavoz",
        description = "The assistant of one person's portfolio. Visitors' routes are open; `/api/admin` takes the \
                       owner's token as `Authorization: Bearer`; `/v1` speaks the OpenAI protocol. Every error is \
                       `{error: {code, message, hint?}}`.",
        license(name = "MIT OR Apache-2.0")
    ),
    modifiers(&OwnersToken),
    tags(
        (name = "visitors", description = "Asking, reading one's own conversations, and saying something back"),
        (name = "openai", description = "The OpenAI protocol: any OpenAI SDK is a client"),
        (name = "owner", description = "For the owner, with the admin token"),
        (name = "operation", description = "For probes"),
    )
)]
struct Description;

/// Describes how the owner's routes are opened; they name it as `owner`.
struct OwnersToken;

impl Modify for OwnersToken {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let words = "The owner's token: of PORTAVOZ_ADMIN_TOKEN, or of the first start.";
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(words)).build();
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("owner", SecurityScheme::Http(scheme));
    }
}

/// The whole application.
pub fn router(state: AppState) -> Router {
    let (api, description) = described_routes().split_for_parts();
    let description = Arc::new(description);
    let pages = Router::new()
        .route("/", get(routes::pages::chat::chat))
        .route("/widget", get(routes::widget::frame))
        .route("/source", get(routes::pages::source))
        .route("/docs", get(routes::pages::docs))
        .route_layer(from_fn(routes::pages::delivery::small))
        .route("/widget.js", get(routes::widget::loader))
        .route("/theme/{name}", get(routes::look::theme))
        .route("/logo", get(routes::look::logo))
        .route("/favicon.ico", get(routes::look::icon))
        .route("/assets/{*name}", get(routes::assets::asset))
        .route("/openapi.json", get(move || std::future::ready(axum::Json(Arc::clone(&description)))));
    let body_limit = DefaultBodyLimit::max(state.settings().max_body_bytes);
    let pages = pages.merge(routes::admin::pages(&state));
    let routes = api.merge(pages).fallback(routes::not_found).method_not_allowed_fallback(routes::wrong_method);
    layers::around(routes.layer(body_limit), &state).with_state(state)
}

/// The description that `/openapi.json` serves.
pub fn description() -> utoipa::openapi::OpenApi {
    described_routes().split_for_parts().1
}

fn described_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(routes::chat::chat))
        .routes(routes!(routes::conversations::conversation, routes::forget::conversation))
        .routes(routes!(routes::forget::visitor))
        .routes(routes!(routes::feedback::feedback))
        .routes(routes!(routes::messages::leave))
        .routes(routes!(routes::openai::chat_completions))
        .routes(routes!(routes::openai::models))
        .routes(routes!(routes::openai::model))
        .routes(routes!(routes::search::search))
        .routes(routes!(routes::verify::check).layer(DefaultBodyLimit::max(routes::verify::MAX_BODY_BYTES)))
        .routes(routes!(routes::export::export))
        .routes(routes!(routes::erase::erase))
        .routes(routes!(routes::facts::facts))
        .routes(routes!(routes::facts::contradictions))
        .routes(routes!(routes::models::list))
        .routes(routes!(routes::models::migrate_model))
        .routes(routes!(routes::models::rollback_model))
        .routes(routes!(routes::alerts::alerts))
        .routes(routes!(routes::alerts::test))
        .routes(routes!(routes::experiments::list, routes::experiments::start::start))
        .routes(routes!(routes::experiments::start::plan))
        .routes(routes!(routes::experiments::show))
        .routes(routes!(routes::experiments::change::shares))
        .routes(routes!(routes::experiments::change::stop))
        .routes(routes!(routes::experiments::change::ship))
        .routes(routes!(routes::experiments::change::archive))
        .routes(routes!(routes::spend::spend))
        .routes(routes!(routes::stats::stats))
        .routes(routes!(routes::turns::turns))
        .routes(routes!(routes::turns::conversations))
        .routes(routes!(routes::turns::conversation))
        .routes(routes!(routes::messages::owner::messages))
        .routes(routes!(routes::messages::owner::mark, routes::messages::owner::remove))
        .routes(routes!(routes::runs::list))
        .routes(routes!(routes::runs::show, routes::runs::remove))
        .routes(routes!(routes::runs::results::results))
        .routes(routes!(routes::runs::comparison::compare))
        .routes(routes!(routes::metrics::metrics))
        .routes(routes!(routes::health::healthz))
        .routes(routes!(routes::health::readyz))
}
