//! Models behind a wire: the provider protocol, the catalogue, tokenizers and embedders.
//!
//! Start at [`chat`] (what a model is to the rest of portavoz), then [`openai`] (the one protocol spoken). What differs
//! between models stands in the [`catalogue`]; how they count is in [`tokens`]; vectors are made in [`embed`].

pub mod batch;
pub mod catalogue;
pub mod chat;
pub mod embed;
mod error;
pub mod openai;
pub mod tokens;

pub use error::{LlmError, TimeoutPhase};
