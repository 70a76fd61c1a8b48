//! Takes secrets out of texts that came from a server: some repeat the key they refuse.

use secrecy::{ExposeSecret, SecretString};

use super::connection::Connection;

/// Provider's words are cut to this many characters.
const MESSAGE_CHARS: usize = 240;

/// Takes secrets out of texts that came from a server, some of which repeat the key.
#[derive(Clone)]
pub(crate) struct Redactor {
    secrets: Vec<SecretString>,
}

impl Redactor {
    /// Knows the secrets of `connection`.
    pub(crate) fn new(connection: &Connection) -> Self {
        let headers = connection.headers.iter().map(|(_, value)| value.clone());
        Self { secrets: connection.api_key.clone().into_iter().chain(headers).collect() }
    }

    /// One line of at most [`MESSAGE_CHARS`] characters without secrets and whatever looks like one.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            let secret = secret.expose_secret().trim();
            if secret.len() >= 4 {
                text = text.replace(secret, "[key]");
            }
        }
        let words = text.split_whitespace().map(|word| if word.contains("sk-") { "[key]" } else { word });
        let line = words.collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(MESSAGE_CHARS) {
            Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
            None => line,
        }
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Redactor")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use crate::openai::{Timeouts, http_client};

    #[test]
    fn secrets_leave_no_trace_in_texts() {
        let http = http_client(&Timeouts::default()).unwrap();
        let mut connection = Connection::new(http, "http://localhost").with_api_key("private-key-1".into());
        connection.headers.push(("x-token".to_owned(), "header-secret".into()));
        let clean = Redactor::new(&connection)
            .clean("key private-key-1 (or sk-proj-abc***xyz, \"sk-live\") and header-secret\n at fault");
        assert_eq!(clean, "key [key] (or [key] [key] and [key] at fault");
    }

    #[test]
    fn long_messages_are_cut_between_characters() {
        let http = http_client(&Timeouts::default()).unwrap();
        let clean = Redactor::new(&Connection::new(http, "http://localhost")).clean(&"ñ".repeat(999));
        assert_eq!(clean.chars().count(), MESSAGE_CHARS + 3);
    }
}
