//! Alerts on their way to real receivers on loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use portavoz_domain::alerts::words::{Notice, ReplyTo, Tone};
use portavoz_domain::ids::SiteId;
use portavoz_llm::openai::{Timeouts, http_client};
use portavoz_text::language::Language;
use secrecy::SecretString;

use super::*;
use crate::config::alerts::{SmtpSettings, SmtpTls};
use receivers::{Mail, Reply, mail, web};

mod receivers;

/// Short, for receivers that are not to be waited for.
const SHORT: Patience =
    Patience { answer: Duration::from_millis(300), pauses: [Duration::from_millis(1), Duration::from_millis(2)] };
/// Long enough for any receiver that answers, with short pauses.
const LONG: Patience =
    Patience { answer: Duration::from_secs(60), pauses: [Duration::from_millis(1), Duration::from_millis(2)] };

fn notice(tone: Tone) -> Notice {
    Notice {
        site: SiteId::parse("maria").unwrap(),
        tone,
        title: "El día sale caro".to_owned(),
        text: "Los modelos han costado 10,42 USD <hoy> & mañana más.".to_owned(),
        fields: vec![("Cifra".to_owned(), "10,42 USD".to_owned()), ("Límite".to_owned(), "10,00 USD".to_owned())],
        language: Language::Es,
        reply_to: None,
    }
}

fn webhook(url: &str, patience: Patience) -> Webhook {
    Webhook::new(http_client(&Timeouts::default()).unwrap(), SecretString::from(url), patience)
}

#[tokio::test]
async fn a_webhook_gets_what_slack_reads() {
    let (url, bodies) = web(vec![Reply::Status(200)]);
    let webhook = webhook(&url, LONG);
    for tone in [Tone::Alert, Tone::Recovery, Tone::Test] {
        webhook.send(&notice(tone)).await.unwrap();
    }
    insta::assert_json_snapshot!("webhook", *bodies.lock().unwrap());
}

#[tokio::test]
async fn a_webhook_that_fails_twice_is_tried_a_third_time() {
    let (url, bodies) = web(vec![Reply::Status(503), Reply::Cut, Reply::Status(204)]);
    webhook(&url, LONG).send(&notice(Tone::Alert)).await.unwrap();
    let bodies = bodies.lock().unwrap();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test]
async fn a_webhook_that_never_takes_it_is_an_error_that_keeps_the_address_to_itself() {
    for (reply, patience, tries, what) in [
        (Reply::Status(500), LONG, 3, "it answered 500 Internal Server Error"),
        (Reply::Status(429), LONG, 3, "it answered 429 Too Many Requests"),
        (Reply::Status(404), LONG, 1, "it answered 404 Not Found"),
        (Reply::Status(301), LONG, 1, "it answered 301 Moved Permanently"),
        (Reply::Silence, SHORT, 3, "no answer within 300ms"),
        (Reply::Cut, LONG, 3, "it broke off the connection"),
    ] {
        let (url, bodies) = web(vec![reply]);
        let error = webhook(&url, patience).send(&notice(Tone::Alert)).await.unwrap_err();
        assert_eq!(error.what, what, "{reply:?}");
        assert_eq!(bodies.lock().unwrap().len(), tries, "{reply:?}");
        assert!(!format!("{error:?} {error}").contains("secret") && !error.mend.is_empty());
    }
}

#[tokio::test]
async fn a_webhook_that_is_not_there_is_an_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/a-secret", taken.local_addr().unwrap());
    drop(taken);
    let error = webhook(&url, LONG).send(&notice(Tone::Alert)).await.unwrap_err();
    assert_eq!(error.what, "it cannot be reached");
}

/// A connection to a mail server on loopback, in the clear, without a login.
fn to_port(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port,
        tls: SmtpTls::None,
        ca: None,
        login: None,
        from: "portavoz <bot@example.com>".parse().unwrap(),
        to: vec!["María <maria@example.com>".parse().unwrap(), "host@example.com".parse().unwrap()],
    }
}

/// User `maria`, password `se creto`.
const LOGIN: &str = "AG1hcmlhAHNlIGNyZXRv";

fn login() -> Option<(String, SecretString)> {
    Some(("maria".to_owned(), SecretString::from("se creto")))
}

#[tokio::test]
async fn a_mail_says_what_the_alert_says() {
    let (port, lines) = mail(Mail::default());
    Smtp::new(&to_port(port), LONG).unwrap().send(&notice(Tone::Alert)).await.unwrap();
    let lines = lines.lock().unwrap().clone();
    let changing = |line: &str| line.starts_with("Date: ") || line.starts_with("Message-ID: ");
    let id = lines.iter().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
    assert!(id.starts_with('<') && id.ends_with("@example.com>"), "{id}");
    let told: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !changing(line)).collect();
    insta::assert_snapshot!("mail", told.join("\n"));
}

/// A message whose words try to be more than that.
fn message() -> Notice {
    Notice {
        tone: Tone::Message,
        title: "Mensaje de Zoé\r\nBcc: all@example.com".to_owned(),
        text: "<!channel> @everyone ¿Tiene un hueco?\r\n.\r\nMAIL FROM:<x@example.com>".to_owned(),
        fields: vec![("Correo".to_owned(), "zoe@example.com".to_owned())],
        reply_to: Some(ReplyTo {
            name: Some("Zoé\r\nBcc: all@example.com".to_owned()),
            email: "zoe@example.com".to_owned(),
        }),
        ..notice(Tone::Message)
    }
}

#[tokio::test]
async fn a_message_by_mail_can_be_answered_and_stays_one_message() {
    let (port, lines) = mail(Mail::default());
    let smtp = Smtp::new(&to_port(port), LONG).unwrap();
    smtp.send(&message()).await.unwrap();
    let sent = lines.lock().unwrap().clone();
    let headers: Vec<&String> =
        sent.iter().skip_while(|line| *line != "DATA").take_while(|line| !line.is_empty()).collect();
    assert!(!headers.iter().any(|line| line.starts_with("Bcc:")), "{headers:?}");
    let reply = headers.iter().find(|line| line.starts_with("Reply-To: ")).unwrap();
    assert!(reply.contains("=?utf-8?b?") || reply.contains("Zo"), "{reply}");
    assert!(headers.iter().any(|line| line.contains("<zoe@example.com>")), "{headers:?}");
    assert_eq!(sent.iter().filter(|line| line.starts_with("MAIL FROM:<bot@")).count(), 1, "{sent:?}");

    let unusable = ReplyTo { name: None, email: "zoe@example..com\r\nBcc: all@example.com".to_owned() };
    lines.lock().unwrap().clear();
    smtp.send(&Notice { reply_to: Some(unusable), ..message() }).await.unwrap();
    let sent = lines.lock().unwrap().clone();
    assert!(!sent.iter().any(|line| line.starts_with("Reply-To:") || line.starts_with("Bcc:")), "{sent:?}");
}

#[tokio::test]
async fn a_message_by_webhook_calls_nobody() {
    let (url, bodies) = web(vec![Reply::Status(200)]);
    webhook(&url, LONG).send(&message()).await.unwrap();
    let text = bodies.lock().unwrap()[0]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("&lt;!channel&gt;") && !text.contains("@everyone"), "{text}");
    assert!(text.contains("¿Tiene un hueco?"), "{text}");
}

#[tokio::test]
async fn a_mail_goes_through_tls_with_a_login() {
    for (tls, behaviour) in [
        (SmtpTls::Starttls, Mail { starttls: true, auth: Some(LOGIN), ..Mail::default() }),
        (SmtpTls::Tls, Mail { tls: true, auth: Some(LOGIN), ..Mail::default() }),
    ] {
        let (port, lines) = mail(behaviour);
        let settings = SmtpSettings { tls, login: login(), ca: Some(receivers::CA.to_vec()), ..to_port(port) };
        Smtp::new(&settings, LONG).unwrap().send(&notice(Tone::Recovery)).await.unwrap();
        let lines = lines.lock().unwrap();
        let at = |start: &str| lines.iter().position(|line| line.starts_with(start));
        assert!(at("AUTH PLAIN").is_some() && at("DATA") > at("AUTH PLAIN"), "{lines:?}");
        assert_eq!(at("STARTTLS").is_some(), tls == SmtpTls::Starttls);
        assert!(at("STARTTLS") < at("AUTH PLAIN"), "no password before TLS: {lines:?}");
    }
}

#[tokio::test]
async fn a_password_is_never_sent_in_the_clear_where_tls_was_asked_for() {
    let (port, lines) = mail(Mail { auth: Some(LOGIN), ..Mail::default() });
    let settings = SmtpSettings { tls: SmtpTls::Starttls, login: login(), ..to_port(port) };
    let error = Smtp::new(&settings, LONG).unwrap().send(&notice(Tone::Alert)).await.unwrap_err();
    assert!(error.mend.contains("`alerts.smtp_tls`"), "{error:?}");
    assert!(!lines.lock().unwrap().iter().any(|line| line.starts_with("AUTH")));
}

#[tokio::test]
async fn mail_that_is_not_taken_is_an_error_with_what_to_do() {
    let trusted = |tls| move |port| SmtpSettings { tls, ca: Some(receivers::CA.to_vec()), ..to_port(port) };
    let stranger = |port| SmtpSettings { tls: SmtpTls::Tls, ..to_port(port) };
    let wrong = |port| SmtpSettings {
        login: Some(("maria".into(), SecretString::from("guess"))),
        ..trusted(SmtpTls::Tls)(port)
    };
    let conversations =
        |lines: &receivers::Lines| lines.lock().unwrap().iter().filter(|line| line.starts_with("EHLO")).count();
    let (port, lines) = mail(Mail { tls: true, auth: Some(LOGIN), ..Mail::default() });
    for (settings, mend) in [(wrong(port), "`alerts.smtp_password`"), (stranger(port), "`alerts.smtp_ca_file`")] {
        let error = Smtp::new(&settings, LONG).unwrap().send(&notice(Tone::Alert)).await.unwrap_err();
        assert!(error.mend.contains(mend), "{error:?}");
        assert!(!format!("{error:?}").contains("guess"), "{error:?}");
    }
    assert_eq!(conversations(&lines), 1, "neither is tried again");
    let (port, lines) = mail(Mail { refuses: true, ..Mail::default() });
    let error = Smtp::new(&to_port(port), LONG).unwrap().send(&notice(Tone::Alert)).await.unwrap_err();
    assert!(error.mend.contains("`alerts.to`") && error.what.contains("550"), "{error:?}");
    assert_eq!(conversations(&lines), 1);
}

#[tokio::test]
async fn a_busy_mail_server_is_tried_again() {
    let (port, lines) = mail(Mail { busy: 2, ..Mail::default() });
    Smtp::new(&to_port(port), LONG).unwrap().send(&notice(Tone::Alert)).await.unwrap();
    assert_eq!(lines.lock().unwrap().iter().filter(|line| line.starts_with("MAIL")).count(), 3);
}

#[tokio::test]
async fn nobody_is_told_unless_a_way_is_set() {
    let http = http_client(&Timeouts::default()).unwrap();
    let names = |settings: &AlertSettings| -> Vec<&str> {
        notifiers(settings, &http).unwrap().iter().map(|notifier| notifier.name()).collect()
    };
    let nothing = AlertSettings { log: false, language: None, webhook_url: None, smtp: None };
    assert!(names(&nothing).is_empty());
    let url = Some(SecretString::from("http://127.0.0.1:1/"));
    let all = AlertSettings { log: true, webhook_url: url, smtp: Some(to_port(25)), ..nothing };
    assert_eq!(names(&all), ["log", "webhook", "email"]);
}
