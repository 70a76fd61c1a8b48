//! Keys: not in cassettes, not in what is shown, not in logs.

use std::io::Write;
use std::sync::{Arc, Mutex};

use portavoz_llm::openai::CallPolicy;

use crate::cassette;
use crate::player::Player;
use crate::{KEY, ask, connection, model, question};

#[test]
fn cassettes_hold_no_secrets() {
    for name in cassette::names() {
        let text = std::fs::read_to_string(cassette::folder().join(format!("{name}.toml"))).unwrap();
        let lower = text.to_lowercase();
        for mark in [
            "bearer ",
            "sk-proj-",
            "sk-svcacct-",
            "sk-ant-",
            "sk-or-",
            "api-key:",
            "gsk_",
            "x-api-key",
            "set-cookie",
            "org-",
        ] {
            assert!(!lower.contains(mark), "`{name}` holds `{mark}`");
        }
        let long_word = text.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| {
            word.len() >= 32
                && word.bytes().any(|byte| byte.is_ascii_digit())
                && word.bytes().any(|byte| byte.is_ascii_lowercase())
        });
        // Bytes in hexadecimal are no keys.
        assert!(
            long_word.is_none_or(|word| word.bytes().all(|byte| byte.is_ascii_hexdigit())),
            "`{name}` holds {long_word:?}"
        );
    }
}

#[test]
fn debug_shows_no_key() {
    let mut connection = connection("http://user:password@localhost/v1");
    connection.headers.push(("x-token".to_owned(), "header-secret".into()));
    let shown =
        format!("{connection:?} {:?}", model("gpt-4o-mini", "http://user:password@localhost", CallPolicy::default()));
    for secret in [KEY, "password", "header-secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("localhost"), "{shown}");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn logs_hold_neither_keys_nor_questions_nor_answers() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    for name in [
        "a_rate_limit_that_stays_is_reported",
        "reasoning_models_refuse_max_tokens_and_temperature",
        "a_bad_key_is_explained_without_repeating_it",
    ] {
        let cassette = cassette::read(name);
        let player = Player::start(cassette.exchange, false).await;
        let _ = ask(&model("gpt-4o-mini", &player.url(""), CallPolicy::default()), &question(true)).await;
    }
    drop(guard);
    let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(written.contains("asking again"), "something is logged: {written}");
    for secret in [KEY, "¿Qué sabe hacer?", "You answer about", "Sabe Rust"] {
        assert!(!written.contains(secret), "`{secret}` is logged");
    }
}
