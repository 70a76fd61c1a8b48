//! What happens around every route: request ids, log lines, CORS, protective headers, panics.

use axum::Router;
use axum::extract::{MatchedPath, State};
use axum::http::{HeaderName, HeaderValue, Method, Request, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tower_http::trace::{MakeSpan, TraceLayer};

use crate::access::request_address;
use crate::error::ApiError;
use crate::state::AppState;

/// Pages run our own scripts and styles alone, and nobody frames them.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// The part of it that pages replace which others may frame.
pub(crate) const NO_FRAMES: &str = "frame-ancestors 'none'";
/// What requests are counted under that no route is for.
const NO_ROUTE: &str = "none";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CORS_MAX_AGE: std::time::Duration = std::time::Duration::from_secs(3_600);

/// Wraps the routes.
pub(crate) fn around(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    // The last layer is the outermost.
    routes
        .layer(CatchPanicLayer::custom(|_panic| -> Response { ApiError::Internal.into_response() }))
        .layer(RequestBodyTimeoutLayer::new(state.settings().body_timeout))
        .layer(cors(state))
        .layer(header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(from_fn_with_state(state.clone(), counted))
        .layer(TraceLayer::new_for_http().make_span_with(SpanOf(state.clone())))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MintRequestId(state.clone())))
}

/// Closed unless the owner opened it.
fn cors(state: &AppState) -> CorsLayer {
    let origins = state.settings().allowed_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT])
        .expose_headers([REQUEST_ID])
        .max_age(CORS_MAX_AGE)
}

/// Counts the answer under the template of its route: addresses themselves are without number.
async fn counted(State(state): State<AppState>, request: axum::extract::Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    state.requests().answered(route, response.status().as_u16());
    response
}

/// Log lines name the path without its query, as the query of a source page names documents.
#[derive(Clone)]
struct SpanOf(AppState);

impl<B> MakeSpan<B> for SpanOf {
    fn make_span(&mut self, request: &Request<B>) -> tracing::Span {
        let id = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
        // The address itself is in no log: its name of today tells who is the same, and tells nobody who it was.
        let client = self.0.pseudonym(request_address(request, &self.0.settings().trusted_proxies));
        tracing::info_span!("request", id, method = %request.method(), path = request.uri().path(), %client)
    }
}

#[derive(Clone)]
struct MintRequestId(AppState);

impl MakeRequestId for MintRequestId {
    fn make_request_id<B>(&mut self, _request: &Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&self.0.site().new_request_id()).ok().map(RequestId::new)
    }
}
