//! Upkeep: what has to be done now and then while a site is served, whoever asks or does not ask.
//!
//! Each job runs at the start and then again and again until the server stops. Several processes that serve one site
//! run the same jobs, at the same time if it so happens: a job is a function of `app` that can stand that, and that can
//! be broken off at any point where it waits. Start at [`jobs`].
//!
//! To add one more job: 1. its function in `app`, taking `&Arc<Site>`; 2. its line in [`jobs`].

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use portavoz_app::site::Site;
use portavoz_app::{alerts, experiments, lifecycle, messages, privacy, stats};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Between two runs of what should not wait.
const MINUTE: Duration = Duration::from_secs(60);
/// Between two runs of what can.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Everything that is done for a site while it is served.
pub fn jobs(site: &Arc<Site>) -> Vec<Job> {
    vec![
        Job::new("database", MINUTE, site, |site| async move { site.check().await }),
        Job::new("models", MINUTE, site, |site| async move { lifecycle::refresh(&site).await }),
        Job::new("experiments", MINUTE, site, |site| async move { experiments::guard::guard(&site).await }),
        Job::new("lifecycle", 6 * HOUR, site, |site| async move { lifecycle::keep_watch(&site).await }),
        Job::new("retention", HOUR, site, |site| async move { privacy::retain(&site).await }),
        Job::new("sums", HOUR, site, |site| async move { stats::compact(&site).await }),
        Job::new("orphans", MINUTE, site, |site| async move { alerts::sweep(&site).await }),
        Job::new("messages", MINUTE, site, |site| async move { messages::tell(&site).await }),
        Job::new("alerts", MINUTE, site, |site| async move { alerts::evaluate(&site).await }),
    ]
}

/// Something that is done again and again.
pub struct Job {
    /// For the log.
    name: &'static str,
    /// From the start of one run to the start of the next; a run that takes longer is followed at once.
    every: Duration,
    run: Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>,
}

impl Job {
    /// A job that is done `with` something, mostly a site.
    pub fn new<W, R, E>(
        name: &'static str,
        every: Duration,
        with: &Arc<W>,
        run: impl Fn(Arc<W>) -> R + Send + Sync + 'static,
    ) -> Self
    where
        W: Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<anyhow::Error>,
    {
        let with = Arc::clone(with);
        let run = move || {
            let running = run(Arc::clone(&with));
            async move { running.await.map_err(Into::into) }.boxed()
        };
        Self { name, every, run: Box::new(run) }
    }
}

/// Starts the jobs, each a task of its own, so that a slow one keeps no other waiting. They end with `stopping`.
pub fn start(jobs: Vec<Job>, tasks: &TaskTracker, stopping: &CancellationToken) {
    for job in jobs {
        let stopping = stopping.clone();
        tasks.spawn(async move { stopping.run_until_cancelled(repeat(job)).await });
    }
}

async fn repeat(job: Job) {
    let mut ticks = tokio::time::interval(job.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        // The first one comes at once.
        ticks.tick().await;
        // A defect in one run must not end all later ones.
        let ended = AssertUnwindSafe((job.run)()).catch_unwind().await;
        let failure = match ended {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(format!("{error:#}")),
            Err(_) => Some("a defect; it is told above".to_owned()),
        };
        match (&failure, failing) {
            (Some(error), false) => {
                tracing::warn!(job = job.name, error, "upkeep fails; it is tried again, and told when it works");
            }
            (None, true) => tracing::info!(job = job.name, "upkeep works again"),
            (Some(error), true) => tracing::debug!(job = job.name, error, "upkeep still fails"),
            (None, false) => {}
        }
        failing = failure.is_some();
    }
}

#[cfg(test)]
mod tests;
