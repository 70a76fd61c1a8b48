//! Alerts in the log, for those who watch it.

use async_trait::async_trait;
use portavoz_app::alerts::{Notifier, NotifyError};
use portavoz_domain::alerts::words::{Notice, Tone};

/// Writes alerts to the log: warnings when they begin, good news when they are over. A test is a warning too, so that it
/// is seen. Of a message that a visitor left it says that there is one, and nothing that is in it: logs are read by others.
#[derive(Debug)]
pub struct Log;

#[async_trait]
impl Notifier for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    async fn send(&self, notice: &Notice) -> Result<(), NotifyError> {
        let Notice { site, title, text, .. } = notice;
        match notice.tone {
            Tone::Alert | Tone::Test => tracing::warn!(%site, "alert: {title}. {text}"),
            Tone::Message => tracing::info!(%site, "a visitor left a message: `portavoz messages` shows it"),
            Tone::Recovery => tracing::info!(%site, "alert: {title}. {text}"),
        }
        Ok(())
    }
}
