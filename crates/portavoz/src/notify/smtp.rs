//! Alerts by e-mail.

use std::error::Error;
use std::io;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use portavoz_app::alerts::{Notifier, NotifyError};
use portavoz_app::clock::Entropy;
use portavoz_domain::alerts::words::{Notice, ReplyTo};
use secrecy::ExposeSecret;

use super::{Failed, Patience, UNREACHABLE, tries};
use crate::config::alerts::{SmtpSettings, SmtpTls};
use crate::failure::Failure;
use crate::runtime::SystemEntropy;

/// Sends alerts through a mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
    patience: Patience,
}

impl Smtp {
    pub(super) fn new(settings: &SmtpSettings, patience: Patience) -> anyhow::Result<Self> {
        let tls = match settings.tls {
            SmtpTls::None => Tls::None,
            SmtpTls::Starttls => Tls::Required(parameters(settings)?),
            SmtpTls::Tls => Tls::Wrapper(parameters(settings)?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.as_str())
            .port(settings.port)
            .tls(tls)
            .hello_name(ClientId::Domain(settings.from.email.domain().to_owned()))
            .timeout(Some(patience.answer));
        if let Some((user, password)) = &settings.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        Ok(Self { transport: builder.build(), from: settings.from.clone(), to: settings.to.clone(), patience })
    }

    async fn once(&self, message: &Message) -> Result<(), Failed> {
        self.transport.send(message.clone()).await.map(drop).map_err(|error| failed(&error))
    }

    fn message(&self, notice: &Notice) -> Result<Message, lettre::error::Error> {
        let figures: String = notice.fields.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let mut random = [0; 12];
        SystemEntropy.fill(&mut random);
        let id: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut message = Message::builder()
            .from(self.from.clone())
            .subject(one_line(&notice.subject()))
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            // Nobody's holiday notice is to answer (RFC 3834).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        for receiver in &self.to {
            message = message.to(receiver.clone());
        }
        if let Some(writer) = notice.reply_to.as_ref().and_then(writer) {
            message = message.reply_to(writer);
        }
        message.body(format!("{}\n\n{figures}", notice.text))
    }
}

/// A visitor's words in a header are one line, whatever they sent: a second one would be a header of their own.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// The visitor as a receiver of answers; `None` if what they wrote is no address after all. It is in the mail's text then.
fn writer(reply_to: &ReplyTo) -> Option<Mailbox> {
    let address = reply_to.email.parse::<Address>().ok()?;
    Some(Mailbox::new(reply_to.name.as_deref().map(one_line), address))
}

#[async_trait]
impl Notifier for Smtp {
    fn name(&self) -> &'static str {
        "email"
    }

    async fn send(&self, notice: &Notice) -> Result<(), NotifyError> {
        let message = self.message(notice).map_err(|error| NotifyError {
            what: format!("the mail cannot be written: {error}"),
            mend: "check `alerts.from` and `alerts.to`",
        })?;
        tries(self.patience, || self.once(&message)).await
    }
}

/// The certificates that are trusted: the same as for models, the same on every machine, and the owner's own.
fn parameters(settings: &SmtpSettings) -> anyhow::Result<TlsParameters> {
    let mut parameters = TlsParameters::builder(settings.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(pem) = &settings.ca {
        let unusable = |_| {
            Failure::config("`alerts.smtp_ca_file` holds no certificate").hint("name a file of certificates in PEM")
        };
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem).map_err(unusable)?);
    }
    Ok(parameters.build()?)
}

/// Whether the two could not agree on TLS: a certificate that is not trusted comes as a failed connection.
fn is_about_tls(error: &lettre::transport::smtp::Error) -> bool {
    let mut cause = error.source();
    while let Some(one) = cause {
        let inside = one.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if one.is::<rustls::Error>() || inside.is_some_and(|inside| inside.is::<rustls::Error>()) {
            return true;
        }
        cause = one.source();
    }
    error.is_tls()
}

fn failed(error: &lettre::transport::smtp::Error) -> Failed {
    let code = error.status().map(u16::from);
    let mend = match code {
        Some(530 | 534 | 535) => {
            "the mail server wants another login: check `alerts.smtp_user` and `alerts.smtp_password`"
        }
        Some(550..=554) => "the mail server refuses sender or receiver: check `alerts.from` and `alerts.to`",
        Some(_) => "the mail server says why",
        None if is_about_tls(error) => {
            "check `alerts.smtp_tls`, and name the certificate of a server of your own as `alerts.smtp_ca_file`"
        }
        None if error.is_client() => "the mail server offers no such encryption or login: check `alerts.smtp_tls`",
        None => UNREACHABLE,
    };
    let passing = !(error.is_permanent() || error.is_client() || is_about_tls(error));
    Failed { error: NotifyError { what: error.to_string(), mend }, passing }
}
