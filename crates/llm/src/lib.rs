//! Models behind a wire: the provider protocol, the catalogue, tokenizers and embedders.
//!
//! Start at [`chat`] (what a model is to the rest of portavoz), then `openai` (the one protocol spoken).

pub mod chat;
pub mod embed;
mod error;

pub use error::LlmError;
