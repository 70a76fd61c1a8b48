//! Reading a conversation back, for the visitor whose it is ([`transcript`]) and for the owner ([`record`]).

use portavoz_domain::answer::{Citation, Outcome};
use portavoz_domain::feedback::Feedback;
use portavoz_domain::ids::{ConversationId, TurnId, VisitorId};
use portavoz_domain::markers::unmarked;
use portavoz_domain::turn::{Turn, TurnStatus};
use portavoz_domain::verification::{CheckedSentence, Verification};
use portavoz_storage::{Conversation, StorageError};
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
    /// What the visitor thinks of it, if they said.
    pub feedback: Option<Feedback>,
}

/// The conversation's turns; `None` if there is no such conversation *of this visitor*: a stranger cannot tell a
/// foreign conversation from one that never was.
pub async fn transcript(site: &Site, visitor: VisitorId, id: ConversationId) -> Result<Option<Transcript>, SiteError> {
    let Some(conversation) = find(site, visitor, id).await? else { return Ok(None) };
    let history = history(site, id, MAX_TURNS).await?;
    Ok(Some(Transcript {
        conversation_id: id,
        language: conversation.language,
        turns: history.into_iter().map(shown).collect(),
    }))
}

/// A conversation, as its owner's records hold it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its first language.
    pub language: Language,
    /// Who asked: a name that says nothing of the person.
    pub visitor: VisitorId,
    /// Oldest first.
    pub turns: Vec<RecordedTurn>,
}

/// One question, with all that is known of its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedTurn {
    /// As it is kept.
    pub turn: Turn,
    /// What was checked, sentence by sentence, those withheld included.
    pub sentences: Vec<RecordedSentence>,
}

/// A sentence that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedSentence {
    /// The verdict.
    pub checked: CheckedSentence,
    /// False if the visitor was not told it.
    pub was_told: bool,
}

/// A conversation with everything that was recorded of it, whoever had it; `None` if there is none. For the owner.
pub async fn record(site: &Site, id: ConversationId) -> Result<Option<Record>, SiteError> {
    let turns = site.storage().turns();
    let Some(conversation) = turns.conversation(site.id(), id).await? else { return Ok(None) };
    let history = turns.history(site.id(), id, MAX_TURNS).await?;
    let turns = history.into_iter().map(recorded).collect();
    Ok(Some(Record { language: conversation.language, visitor: conversation.visitor, turns }))
}

fn recorded(turn: Turn) -> RecordedTurn {
    let settled = turn.settlement.as_ref();
    let sentences = settled.map(|settled| recorded_sentences(&settled.answer, settled.verification.as_ref()));
    RecordedTurn { sentences: sentences.unwrap_or_default(), turn }
}

/// What was checked of an answer, sentence by sentence, and whether each was told: those that the answer does not hold
/// were withheld.
pub fn recorded_sentences(answer: &str, verification: Option<&Verification>) -> Vec<RecordedSentence> {
    let told = letters(&unmarked(answer));
    let checked = verification.into_iter().flat_map(|verification| verification.sentences.iter().cloned());
    checked.map(|checked| RecordedSentence { was_told: told.contains(&letters(&checked.text)), checked }).collect()
}

/// The conversation, if it is this visitor's.
pub(crate) async fn find(
    site: &Site,
    visitor: VisitorId,
    id: ConversationId,
) -> Result<Option<Conversation>, StorageError> {
    let found = match site.memory.conversation(id) {
        Some(remembered) => Some(remembered),
        None => site.storage().turns().conversation(site.id(), id).await?,
    };
    Ok(found.filter(|conversation| conversation.visitor == visitor))
}

/// Its last turns, oldest first.
pub(crate) async fn history(site: &Site, id: ConversationId, limit: u32) -> Result<Vec<Turn>, StorageError> {
    match site.memory.history(id, limit) {
        Some(remembered) => Ok(remembered),
        None => site.storage().turns().history(site.id(), id, limit).await,
    }
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
        feedback: turn.feedback,
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
    let answer = letters(&unmarked(answer));
    let told = found.sentences.into_iter().filter(|sentence| answer.contains(&letters(&sentence.text)));
    let sentences: Vec<CheckedSentence> = told.collect();
    let score = sentences.iter().map(|sentence| sentence.score).reduce(f32::min).unwrap_or(0.0);
    Verification { score, sentences }
}

/// What to compare words told with words checked by: marks and addresses may stand otherwise in the answer than in what was
/// checked; its words do not.
fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).collect()
}
