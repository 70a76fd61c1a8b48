//! What the owner does to an experiment: other shares, an end, a winner, the archive. Each form leads back to its page.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use portavoz_app::experiments::{ExperimentError, archive, set_shares, ship, stop};
use portavoz_domain::experiment::{Experiment, WHOLE};
use serde::Deserialize;

use super::super::desk::{Desk, OwnersForm};
use super::super::trouble::Trouble;
use super::{PATH, plan, show};

/// What is done.
#[derive(Debug, Deserialize)]
pub(in super::super) struct Done {
    /// `stop`, `ship`, `archive` or `shares`.
    what: String,
    /// The variant that is to answer everybody.
    #[serde(default)]
    variant: String,
    /// Parts of new visitors in per cent, the control's first, parted by spaces.
    #[serde(default)]
    shares: String,
}

/// `POST /admin/experiments/{id}`: does it.
pub(in super::super) async fn act(
    desk: Desk,
    Path(id): Path<String>,
    OwnersForm(done): OwnersForm<Done>,
) -> Result<Response, Trouble> {
    let changed: Result<Experiment, ExperimentError> = match done.what.as_str() {
        "stop" => stop(&desk.site, &id).await,
        "ship" => ship(&desk.site, &id, &done.variant).await,
        "archive" => archive(&desk.site, &id).await,
        "shares" => set_shares(&desk.site, &id, &per_mille(&done.shares)).await,
        _ => return Err(Trouble::BadRequest),
    };
    match changed {
        Ok(experiment) => Ok(Redirect::to(&format!("{PATH}/{}", experiment.id)).into_response()),
        Err(ExperimentError::Unknown(_)) => Err(Trouble::NotFound),
        Err(error) => {
            let why = plan::told(error)?;
            Ok(show::page(&desk, &id, Some(why)).await?.into_response())
        }
    }
}

/// What is no number is no share, which the check of shares tells.
fn per_mille(text: &str) -> Vec<u32> {
    let parts = text.split([' ', ';', '/']).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let percent = part.trim_end_matches('%').replace(',', ".").parse::<f64>().unwrap_or(0.0);
            (percent.clamp(0.0, 100.0) / 100.0 * f64::from(WHOLE)).round() as u32
        })
        .collect()
}
