//! The policy: what a verdict means for the visitor.

use serde::{Deserialize, Serialize};

use super::{CheckedSentence, Status};

/// What happens to sentences that the sources do not support (`verify.mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A sentence with a contradicted claim or an unsupported hard fact is withheld.
    #[default]
    Strict,
    /// Everything is delivered; what is not supported is marked.
    Annotate,
    /// Nothing is checked.
    Off,
}

/// True if `strict` keeps the sentence from the visitor: something in it is contradicted, or a hard fact of it is not
/// in the sources.
pub fn withholds(sentence: &CheckedSentence) -> bool {
    sentence.claims.iter().any(|claim| match claim.status {
        Status::Supported => false,
        Status::Contradicted => true,
        Status::Unsupported => claim.kind.is_hard(),
    })
}
