//! The link that begins an answer in the owner's mail program.

use portavoz_domain::inbox::LeftMessage;

use super::subject;
use crate::routes::admin::desk::encoded;

/// The longest part of a message that is quoted: mail programs cut long links off.
const QUOTED_CHARS: usize = 600;

/// `mailto:` with a subject in the visitor's language, and their words quoted; `None` without an address.
pub(super) fn link(message: &LeftMessage) -> Option<String> {
    let (name, host) = message.email.as_deref()?.split_once('@')?;
    let mut quoted: String = message.text.chars().take(QUOTED_CHARS).collect();
    if quoted.len() < message.text.len() {
        quoted.push('…');
    }
    let lines: Vec<String> = quoted.lines().map(|line| format!("> {line}")).collect();
    let body = format!("\r\n\r\n{}\r\n", lines.join("\r\n"));
    // Whatever a visitor wrote adds no receiver and no header (RFC 6068).
    let (subject, body) = (encoded(subject(message.language)), encoded(&body));
    Some(format!("mailto:{}@{}?subject={subject}&body={body}", encoded(name), encoded(host)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

    use portavoz_domain::ids::{MessageId, SiteId, VisitorId};
    use portavoz_domain::inbox::MessageState;
    use portavoz_domain::timestamp::Timestamp;
    use portavoz_text::language::Language;

    use super::*;

    fn message(email: &str, text: &str) -> LeftMessage {
        let at = Timestamp::from_millis(0);
        LeftMessage {
            site: SiteId::default(),
            id: MessageId::mint(at, [0; 10]),
            visitor: VisitorId::mint(at, [0; 10]),
            conversation: None,
            turn: None,
            received: at,
            language: Language::En,
            text: text.to_owned(),
            name: None,
            email: Some(email.to_owned()),
            state: MessageState::New,
            deliveries: Vec::new(),
            told: None,
        }
    }

    #[test]
    fn an_answer_quotes_the_message_and_goes_to_its_writer_alone() {
        let plain = link(&message("zoe+a@example.com", "Free in March?\nZoé")).unwrap();
        let body = "%0D%0A%0D%0A%3E%20Free%20in%20March%3F%0D%0A%3E%20Zo%C3%A9%0D%0A";
        assert_eq!(plain, format!("mailto:zoe%2Ba@example.com?subject=Your%20message&body={body}"));
        let sly = link(&message("a?cc=b@c.d&bcc=e.f", "x&cc=y")).unwrap();
        assert!(sly.starts_with("mailto:a%3Fcc%3Db@c.d%26bcc%3De.f?subject="), "{sly}");
        assert_eq!(sly.matches('&').count(), 1, "{sly}");
        assert!(link(&message("a@b.c", &"é".repeat(2_000))).unwrap().len() < 4_000);
    }
}
