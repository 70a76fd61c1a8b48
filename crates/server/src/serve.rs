//! Listening, and ending well.
//!
//! Connections are accepted here and not by `axum::serve`, which sets no time for a request's head: a client that
//! sends one byte a minute could hold as many connections as it likes.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::{Service, service_fn};

use crate::router;
use crate::state::AppState;

/// For the whole head of a request, and for the next request of a kept connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Connections at once; more wait in the operating system's queue.
const MAX_CONNECTIONS: usize = 8_192;
/// After a failed accept (no file descriptors left), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `shutdown` completes; then takes no new connections, lets running answers end (for the grace that the
/// settings give) and waits until each is settled.
pub async fn serve(listener: TcpListener, state: AppState, shutdown: impl Future<Output = ()> + Send) {
    let grace = state.settings().shutdown_grace;
    let site = Arc::clone(state.site());
    let app = router(state);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = next(&listener, &places) => accepted,
            Some(_ended) = connections.join_next() => continue,
        };
        if let Some((stream, peer, place)) = accepted {
            connections.spawn(converse(stream, peer, app.clone(), graceful.watcher(), place));
        }
    }
    // Refuses newcomers at once, instead of leaving them in the queue of a server that ends.
    drop(listener);
    if tokio::time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!(grace_s = grace.as_secs(), "answers were still running at the end of the grace");
    }
    // Whoever still listens is cut off now, which settles their turns as abandoned.
    connections.shutdown().await;
    // A visitor who left has no connection any more, but the turn is still to be settled.
    if tokio::time::timeout(grace, site.finish()).await.is_err() {
        tracing::warn!("some turns were not settled before the end");
    }
}

/// The next connection, once there is a place for it; `None` if accepting failed this time.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// Answers the requests of one connection until either side ends it.
async fn converse(stream: TcpStream, peer: SocketAddr, app: Router, watcher: Watcher, _place: OwnedSemaphorePermit) {
    // Without it a small event waits up to 40 ms for the one before it to be acknowledged.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps Nagle's algorithm");
    }
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().call(request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(HEAD_TIMEOUT);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}
