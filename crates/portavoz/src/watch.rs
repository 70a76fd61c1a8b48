//! Keeping a site up to date while it serves: edits of the knowledge folder, and ingests of other processes.
//!
//! The operating system tells of edits where it can, otherwise the folder is looked at every few seconds. Editors save
//! in bursts, so an ingest waits for a moment of quiet. Start at [`keep_up`].

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use notify::{Config, Event, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use portavoz_app::ingest::{IngestReport, ingest};
use portavoz_app::site::Site;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// Nothing more happened for so long: the burst is over.
const QUIET: Duration = Duration::from_millis(500);
/// An ingest begins at the latest so long after the first edit, however busy the folder is.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at the folder, where the system does not tell.
const POLL: Duration = Duration::from_secs(2);
/// Between two looks at the database for ingests of other processes.
const REFRESH: Duration = Duration::from_secs(2);

/// Follows edits of `folder` (if there is one to follow) and ingests of other processes, until `stopping`. Begins with
/// an ingest once the folder is watched, so that no edit falls between the last ingest and the first look. An ingest
/// that is stopped leaves the previous index.
pub async fn keep_up(site: Arc<Site>, folder: Option<&Path>, stopping: CancellationToken) {
    let (sender, mut edits) = mpsc::channel(1);
    let watcher = folder.and_then(|folder| watch(folder, sender.clone()));
    // If the channel is full, it holds this very word already.
    let _ = sender.try_send(());
    let mut refresh = tokio::time::interval(REFRESH);
    refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let following = async {
        loop {
            tokio::select! {
                Some(()) = edits.recv() => {
                    settle(&mut edits).await;
                    bring_up_to_date(&site).await;
                }
                _ = refresh.tick() => match site.refresh().await {
                    Ok(true) => tracing::info!(site = %site.id(), "the index of another process answers now"),
                    Ok(false) => {}
                    Err(error) => tracing::warn!(site = %site.id(), %error, "cannot look for a newer index"),
                },
            }
        }
    };
    tokio::select! {
        () = following => {}
        () = stopping.cancelled() => {}
    }
    // Lives as long as it is listened to.
    drop(watcher);
}

/// Waits until the burst of edits is over.
async fn settle(edits: &mut mpsc::Receiver<()>) {
    let latest = Instant::now() + PATIENCE;
    while let Ok(Some(())) = tokio::time::timeout_at(latest.min(Instant::now() + QUIET), edits.recv()).await {
        if Instant::now() >= latest {
            return;
        }
    }
}

async fn bring_up_to_date(site: &Site) {
    match ingest(site, &|_| {}).await {
        Ok(report) => log(site, &report),
        Err(error) => {
            tracing::error!(site = %site.id(), %error, "the ingest stopped; the previous index goes on answering")
        }
    }
}

fn log(site: &Site, report: &IngestReport) {
    if !report.reindexed {
        return;
    }
    tracing::info!(
        site = %site.id(),
        documents = report.documents,
        chunks = report.chunks,
        added = report.added.len(),
        changed = report.changed.len(),
        removed = report.removed.len(),
        took_ms = report.took_ms,
        "the documents changed; the new index answers now"
    );
    for problem in report.problems.iter().filter(|problem| problem.skipped) {
        tracing::warn!(site = %site.id(), document = %problem.document, "skipped: {}", problem.cause);
    }
}

/// Sends a word for every edit; `None` if the folder cannot be watched at all, which is logged.
fn watch(folder: &Path, sender: mpsc::Sender<()>) -> Option<Box<dyn Watcher + Send>> {
    let told = {
        let sender = sender.clone();
        move |event: notify::Result<Event>| {
            // Reading a file is an event too, and an ingest reads every file: it must not call for the next one.
            if event.is_ok_and(|event| !event.kind.is_access()) {
                // A full channel already holds the word that something changed.
                let _ = sender.try_send(());
            }
        }
    };
    let native = RecommendedWatcher::new(told.clone(), Config::default()).and_then(|mut watcher| {
        watcher.watch(folder, RecursiveMode::Recursive)?;
        Ok(Box::new(watcher) as Box<dyn Watcher + Send>)
    });
    let watcher = native.or_else(|error| {
        tracing::info!(%error, "the system does not tell of edits: the folder is looked at every {POLL:?}");
        let mut watcher = PollWatcher::new(told, Config::default().with_poll_interval(POLL))?;
        watcher.watch(folder, RecursiveMode::Recursive)?;
        Ok::<_, notify::Error>(Box::new(watcher) as Box<dyn Watcher + Send>)
    });
    watcher.inspect_err(|error| tracing::warn!(%error, "the folder `{}` is not watched", folder.display())).ok()
}
