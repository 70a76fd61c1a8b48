//! `[alerts]`: how the owner is told that something is not as it should be.

use std::path::PathBuf;

use portavoz_text::language::Language;
use reqwest::Url;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::check::{Checker, filled};
use super::place::shown;
use super::secret::Secret;

/// The language of alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertLanguage {
    /// Spanish for sites in Spanish, otherwise English.
    Auto,
    /// Spanish.
    Es,
    /// English.
    En,
}

/// How mail is protected on its way to the mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// In the clear at first, then by TLS before anything is said; port 587.
    Starttls,
    /// By TLS from the start; port 465.
    Tls,
    /// Not at all; port 25. For a mail server on this machine.
    None,
}

/// How the owner is told that something is not as it should be: by every way that is set. `portavoz alerts test` tries them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Alerts {
    /// Whether alerts are written to the log.
    pub log: bool,
    /// Language of the messages: `auto` (Spanish for sites in Spanish, otherwise English), `es` or `en`.
    pub language: AlertLanguage,
    /// Incoming webhook of Slack, or of any service that takes its JSON (Mattermost, Rocket.Chat; Discord with `/slack` at the end). Its address is a secret.
    #[schemars(example = &"https://hooks.slack.com/services/...")]
    pub webhook_url: Option<Secret>,
    /// File with the webhook's address on its first line, in place of `alerts.webhook_url`.
    #[schemars(example = &"/run/secrets/webhook")]
    pub webhook_url_file: Option<PathBuf>,
    /// Mail server for alerts by e-mail.
    #[schemars(example = &"smtp.example.com")]
    pub smtp_host: Option<String>,
    /// Its port; 0 for the usual one of `alerts.smtp_tls`.
    pub smtp_port: u16,
    /// `starttls`, `tls` or `none`.
    pub smtp_tls: SmtpTls,
    /// File of the certificate that the mail server's own is signed by (PEM), if that is not one that the world trusts.
    #[schemars(example = &"mail-ca.pem")]
    pub smtp_ca_file: Option<PathBuf>,
    /// User name at the mail server, if it wants one.
    #[schemars(example = &"maria@example.com")]
    pub smtp_user: Option<String>,
    /// Password at the mail server.
    #[schemars(example = &"...")]
    pub smtp_password: Option<Secret>,
    /// File with the password on its first line, in place of `alerts.smtp_password`.
    #[schemars(example = &"/run/secrets/smtp")]
    pub smtp_password_file: Option<PathBuf>,
    /// Sender of the mails.
    #[schemars(example = &"portavoz@example.com")]
    pub from: Option<String>,
    /// Who gets the mails.
    pub to: Vec<String>,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            log: true,
            language: AlertLanguage::Auto,
            webhook_url: None,
            webhook_url_file: None,
            smtp_host: None,
            smtp_port: 0,
            smtp_tls: SmtpTls::Starttls,
            smtp_ca_file: None,
            smtp_user: None,
            smtp_password: None,
            smtp_password_file: None,
            from: None,
            to: Vec::new(),
        }
    }
}

/// How the owner is told, checked.
#[derive(Debug, Clone)]
pub struct AlertSettings {
    /// To the log.
    pub log: bool,
    /// `None` for the site's.
    pub language: Option<Language>,
    /// A webhook's address.
    pub webhook_url: Option<SecretString>,
    /// By mail.
    pub smtp: Option<SmtpSettings>,
}

/// How mail is sent, checked.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// The mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How mail is protected.
    pub tls: SmtpTls,
    /// A certificate that is trusted beside those of the world, as PEM.
    pub ca: Option<Vec<u8>>,
    /// User name and password.
    pub login: Option<(String, SecretString)>,
    /// The sender.
    pub from: lettre::message::Mailbox,
    /// The receivers; never empty.
    pub to: Vec<lettre::message::Mailbox>,
}

impl Alerts {
    pub(super) fn resolve(&self, checker: &mut Checker<'_>) -> AlertSettings {
        let webhook = checker.secret("alerts.webhook_url", self.webhook_url.as_ref(), self.webhook_url_file.as_deref());
        let webhook_url = webhook.filter(|url| {
            let parsed = Url::parse(url.expose_secret());
            let is_fine = parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            if !is_fine {
                // The address stays unsaid: whoever has it can write to the owner's channel.
                let key = if self.webhook_url.is_some() { "alerts.webhook_url" } else { "alerts.webhook_url_file" };
                checker.refuse(
                    key,
                    "is not a web address".to_owned(),
                    "an address such as `https://hooks.slack.com/services/...`",
                );
            }
            is_fine
        });
        let language = match self.language {
            AlertLanguage::Auto => None,
            AlertLanguage::Es => Some(Language::Es),
            AlertLanguage::En => Some(Language::En),
        };
        AlertSettings { log: self.log, language, webhook_url, smtp: self.resolve_smtp(checker) }
    }

    fn resolve_smtp(&self, checker: &mut Checker<'_>) -> Option<SmtpSettings> {
        let password =
            checker.secret("alerts.smtp_password", self.smtp_password.as_ref(), self.smtp_password_file.as_deref());
        let Some(host) = filled(&self.smtp_host) else {
            let half = ["from", "to", "smtp_user"].into_iter().find(|key| checker.was_set(&format!("alerts.{key}")));
            if let Some(half) = half {
                checker.refuse(
                    &format!("alerts.{half}"),
                    "is set, but no mail server is".to_owned(),
                    "`alerts.smtp_host` too",
                );
            }
            return None;
        };
        let login = match (filled(&self.smtp_user), password) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            (Some(_), None) => {
                checker.refuse(
                    "alerts.smtp_user",
                    "has no password".to_owned(),
                    "`alerts.smtp_password` or `alerts.smtp_password_file` too",
                );
                None
            }
            (None, Some(_)) => {
                checker.refuse("alerts.smtp_password", "has no user".to_owned(), "`alerts.smtp_user` too");
                None
            }
        };
        let from = mailbox(checker, "alerts.from", self.from.as_deref().unwrap_or_default());
        let to: Vec<_> = self.to.iter().filter_map(|address| mailbox(checker, "alerts.to", address)).collect();
        if self.to.is_empty() {
            checker.refuse(
                "alerts.to",
                "nobody is named".to_owned(),
                "one address or several, such as `[\"maria@example.com\"]`",
            );
        }
        let usual_port = match self.smtp_tls {
            SmtpTls::Starttls => 587,
            SmtpTls::Tls => 465,
            SmtpTls::None => 25,
        };
        let port = if self.smtp_port == 0 { usual_port } else { self.smtp_port };
        Some(SmtpSettings { host, port, tls: self.smtp_tls, ca: self.ca(checker), login, from: from?, to })
    }

    fn ca(&self, checker: &mut Checker<'_>) -> Option<Vec<u8>> {
        let path = checker.path(self.smtp_ca_file.as_deref()?);
        let read = std::fs::read(&path);
        if let Err(error) = &read {
            checker.refuse(
                "alerts.smtp_ca_file",
                format!("cannot read `{}`: {error}", shown(&path)),
                "a readable PEM file",
            );
        }
        read.ok()
    }
}

fn mailbox(checker: &mut Checker<'_>, key: &str, text: &str) -> Option<lettre::message::Mailbox> {
    let parsed = text.trim().parse().ok();
    if parsed.is_none() {
        checker.refuse(
            key,
            format!("`{text}` is not an e-mail address"),
            "an address such as `maria@example.com` or `María <maria@example.com>`",
        );
    }
    parsed
}

#[cfg(test)]
mod tests;
