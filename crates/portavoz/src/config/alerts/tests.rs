//! What is written about alerts, and what is made of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use super::*;
use crate::config::place::Place;
use crate::config::problem::{Origin, Origins};

/// Reads a section as if every key of it stood in a file; what it says, or what is wrong.
fn read(text: &str) -> Result<AlertSettings, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hook"), "https://hooks.example.com/a/b\n").unwrap();
    let place = Place::in_folder(folder.path(), None, None);
    let table: toml::Table = text.parse().unwrap();
    let origins: Origins = table.keys().map(|key| (format!("alerts.{key}"), Origin::Default)).collect();
    let written: Alerts = table.try_into().unwrap();
    let mut checker = Checker { place: &place, origins: &origins, problems: Vec::new() };
    let settings = written.resolve(&mut checker);
    let problems: Vec<String> = checker.problems.iter().map(ToString::to_string).collect();
    if problems.is_empty() { Ok(settings) } else { Err(problems) }
}

#[test]
fn by_default_alerts_are_in_the_log_alone() {
    let settings = read("").unwrap();
    assert!(settings.log && settings.webhook_url.is_none() && settings.smtp.is_none() && settings.language.is_none());
}

#[test]
fn a_mail_server_needs_little_more_than_a_name() {
    let minimal = "smtp_host = 'mail.example.com'\nfrom = 'bot@example.com'\nto = ['María <m@example.com>']\n";
    for (more, port) in [("", 587), ("smtp_tls = 'tls'", 465), ("smtp_tls = 'none'", 25), ("smtp_port = 2525", 2525)] {
        let smtp = read(&format!("{minimal}{more}")).unwrap().smtp.unwrap();
        assert_eq!((smtp.host.as_str(), smtp.port, smtp.to.len()), ("mail.example.com", port, 1), "{more}");
        assert!(smtp.login.is_none());
    }
    let with_login = format!("{minimal}smtp_user = 'bot'\nsmtp_password = 'x'\nlanguage = 'es'");
    let settings = read(&with_login).unwrap();
    assert_eq!(settings.smtp.unwrap().login.unwrap().0, "bot");
    assert_eq!(settings.language, Some(Language::Es));
}

#[test]
fn the_webhook_may_stand_in_a_file() {
    let settings = read("webhook_url_file = 'hook'").unwrap();
    assert_eq!(settings.webhook_url.unwrap().expose_secret(), "https://hooks.example.com/a/b");
}

#[test]
fn half_a_configuration_is_refused_with_the_other_half() {
    for (text, key, allowed) in [
        ("to = ['m@example.com']", "alerts.to", "`alerts.smtp_host` too"),
        ("smtp_host = 'a'\nto = ['m@example.com']", "alerts.from", "an address such as"),
        ("smtp_host = 'a'\nfrom = 'm@example.com'", "alerts.to", "one address or several"),
        ("smtp_host = 'a'\nfrom = 'm@example.com'\nto = ['María']", "alerts.to", "an address such as"),
        (
            "smtp_host = 'a'\nfrom = 'a@b.c'\nto = ['a@b.c']\nsmtp_user = 'u'",
            "alerts.smtp_user",
            "`alerts.smtp_password`",
        ),
        (
            "smtp_host = 'a'\nfrom = 'a@b.c'\nto = ['a@b.c']\nsmtp_password = 'p'",
            "alerts.smtp_password",
            "`alerts.smtp_user` too",
        ),
        (
            "smtp_host = 'a'\nfrom = 'a@b.c'\nto = ['a@b.c']\nsmtp_ca_file = 'no.pem'",
            "alerts.smtp_ca_file",
            "a readable PEM file",
        ),
    ] {
        let problems = read(text).unwrap_err();
        assert!(
            problems.iter().any(|problem| problem.contains(key) && problem.contains(allowed)),
            "{text}: {problems:?}"
        );
    }
}

#[test]
fn a_wrong_address_of_a_webhook_is_not_repeated() {
    let problems = read("webhook_url = 'hooks.example.com/a-secret'").unwrap_err();
    assert!(problems[0].contains("alerts.webhook_url") && !problems[0].contains("a-secret"), "{problems:?}");
}
