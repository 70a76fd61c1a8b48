//! Reading a conversation back, for the visitor whose it is.

use portavoz_domain::answer::{Citation, Outcome};
use portavoz_domain::ids::{ConversationId, TurnId, VisitorId};
use portavoz_domain::turn::{Turn, TurnStatus};
use portavoz_text::language::Language;
use serde::Serialize;

use crate::site::{Site, SiteError};

/// The longest history that is shown, in turns.
const MAX_TURNS: u32 = 200;

/// A conversation, as its visitor sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transcript {
    /// Which conversation.
    pub conversation_id: ConversationId,
    /// Its first language.
    pub language: Language,
    /// Oldest first.
    pub turns: Vec<TranscriptTurn>,
}

/// One question and what was answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TranscriptTurn {
    /// Which turn.
    pub turn_id: TurnId,
    /// When it was asked, RFC 3339.
    pub asked_at: String,
    /// The visitor's words.
    pub question: String,
    /// What was told; empty while the answer is being made.
    pub answer: String,
    /// Its sources.
    pub citations: Vec<Citation>,
    /// How it ended; null while open or after a failure.
    pub outcome: Option<Outcome>,
    /// Where it stands.
    pub status: TurnStatus,
}

/// The conversation's turns; `None` if there is no such conversation *of this visitor*: a stranger cannot tell a
/// foreign conversation from one that never was.
pub async fn transcript(site: &Site, visitor: VisitorId, id: ConversationId) -> Result<Option<Transcript>, SiteError> {
    let turns = site.storage().turns();
    let Some(conversation) = turns.conversation(site.id(), id).await?.filter(|found| found.visitor == visitor) else {
        return Ok(None);
    };
    let history = turns.history(site.id(), id, MAX_TURNS).await?;
    Ok(Some(Transcript {
        conversation_id: id,
        language: conversation.language,
        turns: history.into_iter().map(shown).collect(),
    }))
}

fn shown(turn: Turn) -> TranscriptTurn {
    let (status, outcome, answer, citations) = match turn.settlement {
        Some(settled) => (settled.status, settled.outcome, settled.answer, settled.citations),
        None => (TurnStatus::Open, None, String::new(), Vec::new()),
    };
    TranscriptTurn {
        turn_id: turn.admitted.id,
        asked_at: turn.admitted.created.to_rfc3339(),
        question: turn.admitted.question,
        answer,
        citations,
        outcome,
        status,
    }
}
