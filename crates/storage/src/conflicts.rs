//! The requests that contradict what is stored, worded once for both databases.

use portavoz_domain::budget::Reservation;
use portavoz_domain::chunk::Chunk;
use portavoz_domain::experiment::ExperimentState;
use portavoz_domain::ids::{ChargeId, ConversationId, EpisodeId, MessageId, RunId, TurnId};
use portavoz_domain::turn::NewTurn;
use portavoz_domain::variation::VariantName;

use crate::{EmbedderKey, IngestedDocument, KnowledgeChange, Result, StorageError};

pub(crate) fn foreign_conversation(id: ConversationId) -> StorageError {
    StorageError::Conflict(format!("conversation `{id}` belongs to another visitor"))
}

pub(crate) fn turn_exists(id: TurnId) -> StorageError {
    StorageError::Conflict(format!("turn `{id}` exists already"))
}

pub(crate) fn unknown_turn(id: TurnId) -> StorageError {
    StorageError::Conflict(format!("turn `{id}` does not exist"))
}

pub(crate) fn settled_as_open(id: TurnId) -> StorageError {
    StorageError::Conflict(format!("turn `{id}` cannot be settled as open"))
}

pub(crate) fn message_exists(id: MessageId) -> StorageError {
    StorageError::Conflict(format!("message `{id}` exists already"))
}

pub(crate) fn unknown_message(id: MessageId) -> StorageError {
    StorageError::Conflict(format!("message `{id}` does not exist"))
}

pub(crate) fn unknown_episode(id: EpisodeId) -> StorageError {
    StorageError::Conflict(format!("alert `{id}` does not exist"))
}

/// Refuses figures that are not numbers: SQLite would keep them as null.
pub(crate) fn check_figures(figures: &[f64]) -> Result<()> {
    match figures.iter().find(|figure| !figure.is_finite()) {
        None => Ok(()),
        Some(figure) => Err(StorageError::Conflict(format!("`{figure}` cannot be the figure of an alert"))),
    }
}

pub(crate) fn run_exists(id: RunId) -> StorageError {
    StorageError::Conflict(format!("run `{id}` exists already"))
}

pub(crate) fn unknown_run(id: RunId) -> StorageError {
    StorageError::Conflict(format!("run `{id}` does not exist"))
}

pub(crate) fn experiment_in_force(name: &str, state: ExperimentState) -> StorageError {
    StorageError::Conflict(format!("experiment `{name}` is {state}, and at most one experiment can be in force"))
}

pub(crate) fn experiment_exists(name: &VariantName) -> StorageError {
    StorageError::Conflict(format!("experiment `{name}` exists already"))
}

pub(crate) fn unknown_conversation(id: ConversationId) -> StorageError {
    StorageError::Conflict(format!("conversation `{id}` does not exist"))
}

pub(crate) fn closed_charge(id: ChargeId) -> StorageError {
    StorageError::Conflict(format!("charge `{id}` was closed and takes no more reservations"))
}

/// Refuses a reservation that does not belong to the turn it comes with: it would never be settled.
pub(crate) fn check_reservation(turn: &NewTurn, reservation: &Reservation) -> Result<()> {
    if reservation.site == turn.site && reservation.id == turn.id.into() {
        Ok(())
    } else {
        Err(StorageError::Conflict(format!("charge `{}` is not that of turn `{}`", reservation.id, turn.id)))
    }
}

/// Refuses a change in which a chunk says it was cut from another document than the one it comes with.
pub(crate) fn check_chunks(change: &KnowledgeChange) -> Result<()> {
    for IngestedDocument { document, chunks, .. } in &change.upserts {
        if let Some(Chunk { id, .. }) = chunks.iter().find(|chunk| chunk.document != document.id) {
            let document = &document.id;
            return Err(StorageError::Conflict(format!("chunk `{id}` was not cut from document `{document}`")));
        }
    }
    Ok(())
}

/// Refuses vectors if one of them has another length than its embedder makes.
pub(crate) fn check_dimensions(key: &EmbedderKey, vectors: &[([u8; 32], Vec<f32>)]) -> Result<()> {
    let expected = key.dimensions;
    match vectors.iter().find(|(_, vector)| u32::try_from(vector.len()) != Ok(expected)) {
        None => Ok(()),
        Some((_, vector)) => Err(StorageError::Conflict(format!(
            "embedder `{}` makes vectors of {expected} numbers, not of {}",
            key.model,
            vector.len()
        ))),
    }
}
