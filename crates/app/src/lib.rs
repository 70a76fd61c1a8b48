//! The use cases: opening a site, ingesting its documents, searching them, answering questions about them.
//!
//! Each use case is a file; it calls `knowledge`, `llm` and `storage`, and leaves the rules to `domain`. Time and
//! randomness come in through [`clock`]. Nothing is global: a [`site::Site`] is one portfolio with everything it needs.
//! Start at [`ask`], the way a question walks.

pub mod alerts;
pub mod ask;
pub mod backup;
mod budget;
pub mod cases;
pub mod checklist;
pub mod clock;
pub mod compare;
mod consult;
pub mod conversation;
pub mod documents;
pub mod evaluation;
pub mod experiments;
pub mod face;
pub mod facts;
pub mod feedback;
pub mod ingest;
pub mod lifecycle;
pub mod messages;
pub mod meter;
pub mod models;
pub mod privacy;
pub mod records;
pub mod report;
pub mod search;
pub mod session;
pub mod settings;
pub mod site;
pub mod spending;
pub mod stats;
#[cfg(feature = "testing")]
pub mod testing;
pub mod variant;
pub mod verify;
pub mod visitor;
