//! Reading the query of an address, and saying what is wrong with it: what a parameter may be, and which there are.

use std::fmt::Display;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use portavoz_domain::moment::{Edge, FORMS, read};
use portavoz_domain::timestamp::Timestamp;

use crate::error::ApiError;
use crate::state::AppState;

/// The parameters as they were sent. Take each by its name, then [`QueryParams::finish`].
#[derive(Debug, Default)]
pub(crate) struct QueryParams {
    sent: Vec<(String, String)>,
    /// Those that were asked for.
    known: Vec<&'static str>,
}

impl FromRequestParts<AppState> for QueryParams {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Self::Rejection> {
        let Query(sent) = Query::try_from_uri(&parts.uri)
            .map_err(|_| ApiError::BadRequest("the query of the address cannot be read".to_owned()))?;
        Ok(Self { sent, known: Vec::new() })
    }
}

impl QueryParams {
    /// The text of a parameter, if it was sent and is not empty.
    fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let sent = self.sent.iter().rev().find(|(sent, _)| sent == name);
        sent.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// A parameter that `read` understands; `allowed` says what that is.
    pub(crate) fn read<T>(
        &mut self,
        name: &'static str,
        allowed: impl Display,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        let wrong = || {
            let shown: String = value.chars().take(100).collect();
            ApiError::BadParameter(format!("`{name}` is `{shown}`; it must be {allowed}"))
        };
        read(&value).map(Some).ok_or_else(wrong)
    }

    /// A moment.
    pub(crate) fn moment(&mut self, name: &'static str, edge: Edge) -> Result<Option<Timestamp>, ApiError> {
        self.read(name, FORMS, |text| read(text, edge))
    }

    /// A whole number from 1.
    pub(crate) fn up_to(&mut self, name: &'static str, most: u32, default: u32) -> Result<u32, ApiError> {
        let allowed = format!("a whole number from 1 to {most}");
        let number = self.read(name, allowed, |text| text.parse().ok().filter(|number| (1..=most).contains(number)))?;
        Ok(number.unwrap_or(default))
    }

    /// One of these words.
    pub(crate) fn one_of<T>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Result<Option<T>, ApiError>
    where
        T: Copy,
    {
        let names: Vec<String> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
        self.read(name, format!("one of {}", names.join(", ")), |text| {
            choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice)
        })
    }

    /// Refuses what nobody asked for: a misspelt filter would answer another question.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        match self.sent.iter().find(|(name, _)| !self.known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => {
                let shown: String = name.chars().take(100).collect();
                Err(ApiError::BadParameter(format!(
                    "there is no parameter `{shown}`; there are {}",
                    self.known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                )))
            }
        }
    }
}

/// Whether there may be more than this page, of which this many were found.
pub(crate) fn is_full(found: usize, limit: u32) -> bool {
    u32::try_from(found).is_ok_and(|found| found >= limit)
}
