//! `portavoz messages`: what visitors left for the owner.

use portavoz_domain::ids::SiteId;
use portavoz_domain::inbox::{LeftMessage, MessageCounts, MessageFilter, MessageState};
use portavoz_domain::timestamp::Timestamp;
use portavoz_storage::{Messages as Kept, Result};
use serde_json::{Value, json};

use super::{Ending, Invocation, wait_for};
use crate::assemble;
use crate::cli::Messages;
use crate::logging::Audience;
use crate::output::{bold, counted, dim};

/// Lists.
pub fn run(invocation: &Invocation, args: &Messages) -> anyhow::Result<Ending> {
    let settings = invocation.load(None, &[], Audience::Command)?.settings;
    wait_for(async {
        let storage = assemble::open_storage(&settings.storage).await?;
        let (kept, site) = (storage.messages(), &settings.site.id);
        let found = list(kept, site, args).await?;
        let counts = kept.count(site).await?;
        storage.close().await;
        if args.json {
            let messages: Vec<Value> = found.iter().map(as_json).collect();
            let MessageCounts { new, read, done } = counts;
            let counts = json!({ "new": new, "read": read, "done": done });
            invocation.output.json(&json!({ "messages": messages, "counts": counts }))?;
        } else {
            invocation.output.line(render(&found, counts))?;
        }
        Ok(Ending::Fine)
    })
}

/// The newest messages, of all states or of those that are not done.
async fn list(kept: &dyn Kept, site: &SiteId, args: &Messages) -> Result<Vec<LeftMessage>> {
    let states: &[Option<MessageState>] =
        if args.all { &[None] } else { &[Some(MessageState::New), Some(MessageState::Read)] };
    let mut found = Vec::new();
    for state in states {
        let filter = MessageFilter { state: *state, after: None, limit: args.limit.into() };
        found.extend(kept.list(site, &filter).await?);
    }
    found.sort_by_key(|message| std::cmp::Reverse((message.received, message.id)));
    found.truncate(args.limit.into());
    Ok(found)
}

/// The shape of `GET /api/admin/messages`.
fn as_json(message: &LeftMessage) -> Value {
    json!({
        "message_id": message.id.to_string(),
        "received_at": message.received.to_rfc3339(),
        "message": message.text,
        "name": message.name,
        "email": message.email,
        "language": message.language.code(),
        "state": message.state.name(),
        "visitor_id": message.visitor.to_string(),
        "conversation_id": message.conversation.map(|id| id.to_string()),
        "turn_id": message.turn.map(|id| id.to_string()),
    })
}

fn render(messages: &[LeftMessage], counts: MessageCounts) -> String {
    let done = usize::try_from(counts.done).unwrap_or(usize::MAX);
    if messages.is_empty() {
        return match done {
            0 => "no visitor has left a message yet; the page and the widget offer it (`messages.enabled`)".to_owned(),
            _ => format!("nothing to do: {} done (`--all` shows them)", counted(done, "message")),
        };
    }
    messages.iter().map(shown).collect::<Vec<_>>().join("\n\n")
}

fn shown(message: &LeftMessage) -> String {
    let mark = match message.state {
        MessageState::New => console::style("●").yellow().bold(),
        MessageState::Read => console::style("○"),
        MessageState::Done => console::style("✓").green(),
    };
    let writer = match (&message.name, &message.email) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => "a visitor without a name or an address".to_owned(),
    };
    let when = format!("{}, {}", minute(message.received), message.state.name());
    let mut lines = vec![format!("{mark}  {}  {}", bold().apply_to(harmless(&writer)), dim().apply_to(when))];
    lines.extend(message.text.lines().map(|line| format!("   {}", harmless(line))));
    if let Some(conversation) = message.conversation {
        lines.push(format!("   {}", dim().apply_to(format!("from conversation {conversation}"))));
    }
    lines.join("\n")
}

/// Words of a stranger, without what a terminal would take for orders.
fn harmless(text: &str) -> String {
    text.replace(|letter: char| letter.is_control() && letter != '\t', "\u{fffd}")
}

fn minute(at: Timestamp) -> String {
    at.to_rfc3339().chars().take(16).map(|letter| if letter == 'T' { ' ' } else { letter }).collect()
}
