//! The real binary, as people run it. One story per module; start at [`program`].

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod alerting;
mod cases;
mod configuration;
mod crash;
mod disagreeing;
mod evaluating;
mod experiments;
mod keeping;
mod models;
mod pipeline;
mod program;
mod provider;
mod serving;
mod stats;
#[cfg(feature = "otel")]
mod traces;
mod verifying;
