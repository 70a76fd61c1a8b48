//! `/admin/messages`: what visitors left for the owner, and what became of it.
//!
//! Each form leads back to the list as it was filtered. Removing is asked for twice, without a script: the button stands
//! inside a fold.

use askama::Template;
use axum::extract::Path;
use axum::response::Redirect;
use portavoz_app::messages;
use portavoz_domain::ids::MessageId;
use portavoz_domain::inbox::{LeftMessage, MessageCounts, MessageFilter, MessageState};
use portavoz_text::language::Language;
use serde::Deserialize;

use super::desk::{Asked, Desk, Frame, OwnersForm, Page, Section, render};
use super::tongue::Tongue;
use super::trouble::Trouble;

mod reply;

/// Messages of a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "admin/messages.html")]
struct MessagesPage {
    ui: Frame,
    sentence: String,
    /// Value, words with their number, whether it is chosen.
    states: Vec<(&'static str, String, bool)>,
    /// The chosen state's name; empty for all.
    state: &'static str,
    rows: Vec<Row>,
    next: Option<String>,
    /// Whether no visitor ever left anything.
    is_empty: bool,
    /// Why visitors cannot leave any, and the key to change.
    off: Option<(&'static str, &'static str)>,
}

struct Row {
    id: String,
    /// The name that the visitor gave, or that there is none.
    who: String,
    state: &'static str,
    /// The state in words, with its colour.
    mark: (&'static str, &'static str),
    when: String,
    language: &'static str,
    text: String,
    /// Address, and the link that begins an answer to it.
    reply: Option<(String, String)>,
    /// Where the owner reads what the message came from.
    origin: Option<String>,
    /// The states that it can be given: value, words.
    moves: Vec<(&'static str, &'static str)>,
    /// Ways by which the owner was told, the log apart.
    told: Vec<String>,
    /// A way by which that failed, why, and when it was tried last.
    failed: Vec<(String, String, String)>,
}

/// What the owner chose.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

/// What becomes of a message.
#[derive(Debug, Deserialize)]
pub(super) struct Marked {
    state: String,
    /// The list that the form stood in.
    #[serde(default)]
    list: String,
}

/// A message is to go.
#[derive(Debug, Deserialize)]
pub(super) struct Removed {
    #[serde(default)]
    list: String,
}

/// The page.
pub(super) async fn messages(desk: Desk, Asked(chosen): Asked<Chosen>) -> Page {
    let tongue = desk.tongue;
    let state = MessageState::parse(&chosen.state);
    let after = match chosen.after.as_str() {
        "" => None,
        id => Some(MessageId::parse(id).map_err(|_| Trouble::BadRequest)?),
    };
    // One more than is shown tells whether there is a next page.
    let filter = MessageFilter { state, after, limit: ROWS as u32 + 1 };
    let mut found = messages::list(&desk.site, &filter).await?;
    let counts = messages::count(&desk.site).await?;
    let is_more = found.len() > ROWS;
    found.truncate(ROWS);
    let last = found.last().map(|message| message.id).filter(|_| is_more);
    let name = state.map_or("", MessageState::name);
    render(&MessagesPage {
        ui: desk.frame(Section::Messages),
        sentence: sentence(tongue, &counts),
        states: states(tongue, &counts, state),
        state: name,
        next: last.map(|after| format!("/admin/messages?state={name}&after={after}")),
        rows: found.into_iter().map(|message| row(&desk, message)).collect(),
        is_empty: counts == MessageCounts::default(),
        off: off(&desk),
    })
}

/// `POST /admin/messages/{id}/state`: says what was done about a message.
pub(super) async fn mark(
    desk: Desk,
    Path(id): Path<String>,
    OwnersForm(marked): OwnersForm<Marked>,
) -> Result<Redirect, Trouble> {
    let state = MessageState::parse(&marked.state).ok_or(Trouble::BadRequest)?;
    messages::mark(&desk.site, message_id(&id)?, state).await?.ok_or(Trouble::NotFound)?;
    Ok(back(&marked.list))
}

/// `POST /admin/messages/{id}/remove`: removes a message for good.
pub(super) async fn remove(
    desk: Desk,
    Path(id): Path<String>,
    OwnersForm(removed): OwnersForm<Removed>,
) -> Result<Redirect, Trouble> {
    // Whoever sends the form twice wanted it gone.
    messages::remove(&desk.site, message_id(&id)?).await?;
    Ok(back(&removed.list))
}

fn message_id(id: &str) -> Result<MessageId, Trouble> {
    MessageId::parse(id).map_err(|_| Trouble::NotFound)
}

fn back(list: &str) -> Redirect {
    match MessageState::parse(list) {
        Some(state) => Redirect::to(&format!("/admin/messages?state={}", state.name())),
        None => Redirect::to("/admin/messages"),
    }
}

fn sentence(tongue: Tongue, counts: &MessageCounts) -> String {
    let MessageCounts { new, read, .. } = *counts;
    match (new, read) {
        (0, 0) if *counts == MessageCounts::default() => tongue
            .say("Ningún visitante ha dejado un mensaje todavía.", "No visitor has left a message yet.")
            .to_owned(),
        (0, 0) => {
            tongue.say("Todo está atendido: no hay nada que hacer.", "All is done: nothing needs doing.").to_owned()
        }
        (0, _) => {
            let open = tongue.counted(
                read,
                ("mensaje leído espera respuesta", "message that you read waits for an answer"),
                ("mensajes leídos esperan respuesta", "messages that you read wait for an answer"),
            );
            format!("{open}.")
        }
        _ => {
            let new =
                tongue.counted(new, ("mensaje por leer", "message to read"), ("mensajes por leer", "messages to read"));
            format!("{new}.")
        }
    }
}

fn states(tongue: Tongue, counts: &MessageCounts, chosen: Option<MessageState>) -> Vec<(&'static str, String, bool)> {
    let all = counts.new + counts.read + counts.done;
    let mut states = vec![("", format!("{} {}", tongue.say("Todos", "All"), tongue.count(all)), chosen.is_none())];
    for (state, es, en, count) in [
        (MessageState::New, "Nuevos", "New", counts.new),
        (MessageState::Read, "Leídos", "Read", counts.read),
        (MessageState::Done, "Atendidos", "Done", counts.done),
    ] {
        let words = format!("{} {}", tongue.say(es, en), tongue.count(count));
        states.push((state.name(), words, chosen == Some(state)));
    }
    states
}

fn off(desk: &Desk) -> Option<(&'static str, &'static str)> {
    let say = |es, en| desk.tongue.say(es, en);
    if desk.site.takes_messages() {
        None
    } else if desk.site.settings().messages.enabled {
        let why = say(
            "No se aceptan mensajes, porque nada de los visitantes se guarda.",
            "No messages are taken, because nothing of visitors is kept.",
        );
        Some((why, "privacy.retention_days = 0"))
    } else {
        Some((say("No se aceptan mensajes.", "No messages are taken."), "messages.enabled = false"))
    }
}

fn row(desk: &Desk, message: LeftMessage) -> Row {
    let tongue = desk.tongue;
    let (to_read, to_done) =
        (tongue.say("Marcar como leído", "Mark as read"), tongue.say("Marcar como atendido", "Mark as done"));
    let reopen = tongue.say("Volver a abrir", "Reopen");
    let (mark, moves) = match message.state {
        MessageState::New => {
            (("warn", tongue.say("nuevo", "new")), vec![(MessageState::Read, to_read), (MessageState::Done, to_done)])
        }
        MessageState::Read => (("plain", tongue.say("leído", "read")), vec![(MessageState::Done, to_done)]),
        MessageState::Done => (("good", tongue.say("atendido", "done")), vec![(MessageState::Read, reopen)]),
    };
    let origin = message.conversation.map(|conversation| match message.turn {
        Some(turn) => format!("/admin/conversations/{conversation}#turn-{turn}"),
        None => format!("/admin/conversations/{conversation}"),
    });
    let (told, failed) = deliveries(tongue, &message);
    Row {
        id: message.id.to_string(),
        state: message.state.name(),
        mark,
        when: tongue.moment(message.received),
        language: message.language.code(),
        reply: message.email.clone().map(|email| (email, reply::link(&message).unwrap_or_default())),
        origin,
        moves: moves.into_iter().map(|(state, words)| (state.name(), words)).collect(),
        told,
        failed,
        who: message
            .name
            .unwrap_or_else(|| tongue.say("Un visitante sin nombre", "A visitor without a name").to_owned()),
        text: message.text,
    }
}

/// Channels that have told the owner, and those that have not yet: name, why, when last.
fn deliveries(tongue: Tongue, message: &LeftMessage) -> (Vec<String>, Vec<(String, String, String)>) {
    let (mut told, mut failed): (Vec<String>, Vec<(String, String, String)>) = Default::default();
    for delivery in &message.deliveries {
        let channel = &delivery.channel;
        failed.retain(|(known, ..)| known != channel);
        match &delivery.error {
            // That the log has it tells the owner nothing.
            None if channel == "log" => {}
            None => told.push(tongue.channel(channel).to_owned()),
            Some(error) => failed.push((channel.clone(), error.clone(), tongue.moment(delivery.at))),
        }
    }
    (told, failed)
}

/// What an answer is called, in the visitor's language.
const fn subject(language: Language) -> &'static str {
    match language {
        Language::Es => "Su mensaje",
        Language::En => "Your message",
        Language::Pt => "A sua mensagem",
        Language::Fr => "Votre message",
        Language::De => "Ihre Nachricht",
        Language::It => "Il suo messaggio",
        Language::Ca => "El seu missatge",
    }
}
