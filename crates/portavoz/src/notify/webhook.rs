//! Alerts by an incoming webhook, in the JSON of Slack, which Mattermost, Rocket.Chat and others take as well, and Discord
//! under `/slack`.
//!
//! All sentences are in `text`, which every receiver shows; the attachment adds colour and the figures as fields.

use async_trait::async_trait;
use portavoz_app::alerts::{Notifier, NotifyError};
use portavoz_domain::alerts::words::{Notice, Tone};
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{Failed, Patience, UNREACHABLE, tries};

/// Posts alerts to an address. The address is a secret, and said in no error.
pub struct Webhook {
    http: reqwest::Client,
    url: SecretString,
    patience: Patience,
}

impl Webhook {
    pub(super) fn new(http: reqwest::Client, url: SecretString, patience: Patience) -> Self {
        Self { http, url, patience }
    }

    async fn once(&self, body: &Value) -> Result<(), Failed> {
        let sent = self.http.post(self.url.expose_secret()).json(body).send().await;
        let status = sent.map_err(|error| unreachable(&error))?.status();
        if status.is_success() { Ok(()) } else { Err(refused(status)) }
    }
}

#[async_trait]
impl Notifier for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    async fn send(&self, notice: &Notice) -> Result<(), NotifyError> {
        let body = body(notice);
        tries(self.patience, || self.once(&body)).await
    }
}

/// The message as Slack wants it.
fn body(notice: &Notice) -> Value {
    let color = match notice.tone {
        Tone::Alert => "danger",
        Tone::Recovery => "good",
        Tone::Test => "#888888",
        Tone::Message => "#3366cc",
    };
    let fields: Vec<Value> = notice
        .fields
        .iter()
        .map(|(name, value)| json!({ "title": escaped(name), "value": escaped(value), "short": true }))
        .collect();
    let subject = escaped(&notice.subject());
    json!({
        "text": format!("{subject}\n{}", escaped(&notice.text)),
        "attachments": [{ "color": color, "fallback": subject, "fields": fields }],
    })
}

/// Slack reads `<...>` as links and mentions. Discord calls everybody at a word, and visitors' words come through here: the
/// space of no width keeps the word readable and quiet.
fn escaped(text: &str) -> String {
    let plain = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    plain.replace("@everyone", "@\u{200b}everyone").replace("@here", "@\u{200b}here")
}

fn unreachable(error: &reqwest::Error) -> Failed {
    let what = if error.is_timeout() {
        "it does not answer in time"
    } else if error.is_connect() {
        "it cannot be reached"
    } else {
        "it broke off the connection"
    };
    // The error's own words would name the address.
    Failed { error: NotifyError { what: what.to_owned(), mend: UNREACHABLE }, passing: true }
}

fn refused(status: StatusCode) -> Failed {
    let mend = match status.as_u16() {
        401 | 403 | 404 | 410 => {
            "the webhook was withdrawn or its address is not whole: make a new one, set it as `alerts.webhook_url`"
        }
        300..=399 => "it sends elsewhere: set the address that it names as `alerts.webhook_url`",
        400..=499 if status != StatusCode::TOO_MANY_REQUESTS => {
            "it does not take Slack's JSON: look for a \"Slack-compatible\" address"
        }
        _ => "the receiver has trouble of its own: it is tried again",
    };
    let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
    Failed { error: NotifyError { what: format!("it answered {status}"), mend }, passing }
}
