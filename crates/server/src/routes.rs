//! The routes, one operation a file: shapes first, then the handler.

use crate::error::ApiError;

pub(crate) mod admin;
pub(crate) mod alerts;
pub(crate) mod assets;
pub(crate) mod chat;
pub(crate) mod conversations;
pub(crate) mod erase;
pub(crate) mod experiments;
pub(crate) mod export;
pub(crate) mod facts;
pub(crate) mod feedback;
pub(crate) mod forget;
pub(crate) mod health;
pub(crate) mod look;
pub(crate) mod messages;
pub(crate) mod metrics;
pub(crate) mod models;
pub(crate) mod openai;
pub(crate) mod pages;
pub(crate) mod runs;
pub(crate) mod search;
pub(crate) mod spend;
pub(crate) mod stats;
pub(crate) mod turns;
pub(crate) mod verify;
pub(crate) mod widget;

/// Nothing has this address.
pub(crate) async fn not_found() -> ApiError {
    ApiError::NotFound
}

/// The address exists, for other methods.
pub(crate) async fn wrong_method() -> ApiError {
    ApiError::MethodNotAllowed
}
