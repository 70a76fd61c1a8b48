//! The ways in which the owner is told: the log, a webhook, e-mail. When and what is told is `app`'s.
//!
//! To add one more way: 1. its file here with its `Notifier`; 2. its keys in `config/alerts.rs`; 3. its line in
//! [`notifiers`].

use std::sync::Arc;
use std::time::Duration;

use portavoz_app::alerts::{Notifier, NotifyError};

use crate::config::alerts::AlertSettings;

mod log;
mod smtp;
mod webhook;

use log::Log;
use smtp::Smtp;
use webhook::Webhook;

/// The ways that are configured.
pub fn notifiers(settings: &AlertSettings, http: &reqwest::Client) -> anyhow::Result<Vec<Arc<dyn Notifier>>> {
    let mut notifiers: Vec<Arc<dyn Notifier>> = Vec::new();
    if settings.log {
        notifiers.push(Arc::new(Log));
    }
    if let Some(url) = &settings.webhook_url {
        notifiers.push(Arc::new(Webhook::new(http.clone(), url.clone(), Patience::default())));
    }
    if let Some(smtp) = &settings.smtp {
        notifiers.push(Arc::new(Smtp::new(smtp, Patience::default())?));
    }
    Ok(notifiers)
}

/// How long a receiver is waited for, and how often it is tried: less than half a minute in all.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// For one try.
    answer: Duration,
    /// Before the second and the third try.
    pauses: [Duration; 2],
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(8), pauses: [Duration::from_millis(500), Duration::from_secs(2)] }
    }
}

/// How one try failed.
#[derive(Debug)]
struct Failed {
    error: NotifyError,
    /// Whether another try may do better.
    passing: bool,
}

/// Tries three times; an error that is not a passing one ends it at once.
async fn tries<F: Future<Output = Result<(), Failed>>>(
    patience: Patience,
    once: impl Fn() -> F,
) -> Result<(), NotifyError> {
    let once_in_time = || async {
        tokio::time::timeout(patience.answer, once()).await.unwrap_or_else(|_| {
            let what = format!("no answer within {:?}", patience.answer);
            Err(Failed { error: NotifyError { what, mend: UNREACHABLE }, passing: true })
        })
    };
    let mut tried = once_in_time().await;
    for pause in patience.pauses {
        match tried {
            Err(Failed { passing: true, .. }) => {}
            _ => break,
        }
        tokio::time::sleep(pause).await;
        tried = once_in_time().await;
    }
    tried.map_err(|failed| failed.error)
}

/// What to do about a receiver that does not answer.
const UNREACHABLE: &str = "check that the receiver runs and can be reached from this machine";

#[cfg(test)]
mod tests;
