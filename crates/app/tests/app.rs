//! The use cases at their border: a real SQLite in memory, real documents and index, a scripted model, a mock clock
//! and seeded randomness.
#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod app {
    mod alerting;
    mod answering;
    mod batching;
    mod budgets;
    mod cases;
    mod checking;
    mod comparing;
    mod computing;
    mod conversations;
    mod evaluating;
    mod experimenting;
    mod inbox;
    mod ingesting;
    mod keeping;
    mod leaving;
    mod lifecycle;
    mod lying;
    mod overview;
    mod prompt_caching;
    mod remembering;
    mod scoring;
    mod two_models;
    mod varying;
    mod verifying;
}
