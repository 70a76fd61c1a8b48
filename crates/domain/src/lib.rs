//! The rules of a turn: what a document, a question, a context, a prompt, an answer and its price are.
//!
//! Pure: no IO, no async, no clock, no randomness. Time, ids and random numbers come in as arguments, so each rule
//! can be read and tested alone. The shapes that cross crate borders live here:
//! [`document`] and [`chunk`] (what the owner published), [`search`] (what was found), [`answer`] (what the visitor
//! is told), [`verification`] (what of it the sources support), [`turn`] (what is kept of it), [`usage`] and [`tariff`] (what it
//! cost), [`budget`] (what may be spent), [`quality`] (how good it was), [`traffic`] (what is summed of many),
//! [`alerts`] (what is wrong), [`feedback`] and [`inbox`] (what visitors say back), [`cases`] and [`evaluation`] (what answers are judged by),
//! [`variation`] and [`experiment`] (what is tried instead).

pub mod alerts;
pub mod answer;
pub mod budget;
pub mod cases;
pub mod chunk;
pub mod colour;
pub mod contact;
pub mod context;
pub mod defence;
pub mod document;
pub mod evaluation;
pub mod experiment;
pub mod extract;
pub mod facts;
pub mod feedback;
pub mod ids;
pub mod inbox;
pub mod lifecycle;
pub mod links;
pub mod markers;
pub mod message;
pub mod moment;
pub mod phrases;
pub mod promises;
pub mod prompt;
pub mod quality;
pub mod question;
pub mod search;
pub mod tariff;
pub mod timestamp;
pub mod tokens;
pub mod traffic;
pub mod turn;
pub mod understanding;
pub mod units;
pub mod usage;
pub mod variation;
pub mod verification;
