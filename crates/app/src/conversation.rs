//! Reading a conversation back, for the visitor whose it is.

use portavoz_domain::answer::{Citation, Outcome};
use portavoz_domain::ids::{ConversationId, TurnId, VisitorId};
use portavoz_domain::markers::unmarked;
use portavoz_domain::turn::{Turn, TurnStatus};
use portavoz_domain::verification::{CheckedSentence, Verification};
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
    /// What the check found of the sentences that were told; `None` if nothing was checked.
    pub verification: Option<Verification>,
    /// How many sentences were not told.
    pub withheld: u32,
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
    let mut shown = TranscriptTurn {
        turn_id: turn.admitted.id,
        asked_at: turn.admitted.created.to_rfc3339(),
        question: turn.admitted.question,
        answer: String::new(),
        citations: Vec::new(),
        outcome: None,
        verification: None,
        withheld: 0,
        status: TurnStatus::Open,
    };
    if let Some(settled) = turn.settlement {
        shown.verification = settled.verification.map(|found| of_what_was_told(found, &settled.answer));
        shown.withheld = settled.withheld;
        shown.answer = settled.answer;
        shown.citations = settled.citations;
        shown.outcome = settled.outcome;
        shown.status = settled.status;
    }
    shown
}

/// The row holds withheld sentences too; the visitor sees nothing of them, here as little as in the answer.
fn of_what_was_told(found: Verification, answer: &str) -> Verification {
    // Marks and addresses may stand otherwise in the answer than in what was checked; its words do not.
    let letters = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    let answer = letters(&unmarked(answer));
    let told = found.sentences.into_iter().filter(|sentence| answer.contains(&letters(&sentence.text)));
    let sentences: Vec<CheckedSentence> = told.collect();
    let score = sentences.iter().map(|sentence| sentence.score).reduce(f32::min).unwrap_or(0.0);
    Verification { score, sentences }
}
