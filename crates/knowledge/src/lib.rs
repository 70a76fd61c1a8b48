//! Knowledge: from the owner's files to ranked passages.
//!
//! Three steps, each its own module: `readers` turn bytes into documents, [`chunk`] cuts documents into passages,
//! [`index`] keeps passages searchable and [`search`] finds those that answer a question. The crate calls no model:
//! vectors come in from outside ([`vectors`]). It never decides what a visitor is told.

mod analysis;
pub mod chunk;
pub mod index;
pub mod readers;
pub mod search;
pub mod source;
pub mod vectors;
pub mod web;
