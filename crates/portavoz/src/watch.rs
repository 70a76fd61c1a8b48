//! Keeping a site up to date while it serves: edits of the knowledge folder, and ingests of other processes.
//!
//! The operating system tells of edits where it can, otherwise the folder is looked at every few seconds. Editors save
//! in bursts, so an ingest waits for a moment of quiet. Start at [`keep_up`]; [`folder`] does the watching.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portavoz_app::ingest::{IngestReport, ingest};
use portavoz_app::site::Site;
use portavoz_domain::document::Problem;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::problems;

mod folder;

use folder::FollowedFolder;

/// Nothing more happened for so long: the burst is over.
const QUIET: Duration = Duration::from_millis(500);
/// An ingest begins at the latest so long after the first edit, however busy the folder is.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at the database for ingests of other processes, and at whether the folder is still the same.
const REFRESH: Duration = Duration::from_secs(2);

/// Follows edits of `folder` (if there is one to follow) and ingests of other processes, until `stopping`. Begins with
/// an ingest once the folder is watched, so that no edit falls between the last ingest and the first look. An ingest
/// that is stopped leaves the previous index.
///
/// The folder is watched from the call on, not from the first poll: whoever announces that the site is served may do so
/// right after it.
pub fn keep_up(
    site: Arc<Site>,
    folder: Option<&Path>,
    stopping: CancellationToken,
) -> impl Future<Output = ()> + use<> {
    let (sender, edits) = mpsc::channel(1);
    let followed = folder.map(|folder| FollowedFolder::new(folder, sender.clone()));
    follow(site, followed, sender, edits, stopping)
}

async fn follow(
    site: Arc<Site>,
    mut followed: Option<FollowedFolder>,
    sender: mpsc::Sender<()>,
    mut edits: mpsc::Receiver<()>,
    stopping: CancellationToken,
) {
    // What was told before this process began was told by whoever ingested then.
    let mut told = site.storage().knowledge().problems(site.id()).await.unwrap_or_default();
    // If the channel is full, it holds this very word already.
    let _ = sender.try_send(());
    let mut refresh = tokio::time::interval(REFRESH);
    refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let following = async {
        loop {
            tokio::select! {
                Some(()) = edits.recv() => {
                    settle(&mut edits).await;
                    bring_up_to_date(&site, &mut told).await;
                }
                _ = refresh.tick() => {
                    if followed.as_mut().is_some_and(FollowedFolder::follow_replacement) {
                        tracing::info!(site = %site.id(), "another folder took the place of the documents; it is followed now");
                        let _ = sender.try_send(());
                    }
                    look_for_newer_index(&site).await;
                }
            }
        }
    };
    tokio::select! {
        () = following => {}
        () = stopping.cancelled() => {}
    }
}

/// Takes over what another process ingested.
async fn look_for_newer_index(site: &Site) {
    match site.refresh().await {
        Ok(true) => tracing::info!(site = %site.id(), "the index of another process answers now"),
        Ok(false) => {}
        Err(error) => tracing::warn!(site = %site.id(), %error, "cannot look for a newer index"),
    }
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

/// Ingests, and logs what is new; `told` are the problems of the last time.
async fn bring_up_to_date(site: &Site, told: &mut Vec<Problem>) {
    match ingest(site, &|_| {}).await {
        Ok(report) => {
            log(site, &report, told);
            *told = report.problems;
        }
        Err(error) => {
            tracing::error!(site = %site.id(), %error, "the ingest stopped; the previous index goes on answering")
        }
    }
}

fn log(site: &Site, report: &IngestReport, told: &[Problem]) {
    if report.reindexed {
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
    }
    // A broken document changes nothing in the index, and is news all the same; those that were told are not.
    let told: BTreeSet<(&str, &str)> = told.iter().map(key).collect();
    let (new, other_kinds) = problems::sort(report.problems.iter().filter(|problem| !told.contains(&key(problem))));
    for problem in new {
        let (document, cause) = key(problem);
        if !problem.skipped {
            tracing::info!(site = %site.id(), document, "read, but it {cause}");
        } else if report.removed.contains(&problem.document) {
            tracing::warn!(site = %site.id(), document, "skipped: {cause}; what it said before is no longer answered from");
        } else {
            tracing::warn!(site = %site.id(), document, "skipped: {cause}");
        }
    }
    if let Some(other_kinds) = other_kinds {
        tracing::info!(site = %site.id(), "not read: {other_kinds}");
    }
}

/// What makes a problem the same as one told before.
fn key(problem: &Problem) -> (&str, &str) {
    (problem.document.as_str(), &problem.cause)
}
