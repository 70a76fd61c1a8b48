//! `GET /api/admin/spend`: how the site stands with its money.

use axum::Json;
use axum::extract::State;
use portavoz_app::stats;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Owner;
use crate::error::{ApiError, ErrorBody};
use crate::state::AppState;

/// Money in US dollars. Days and months are those of UTC.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpendResponse {
    /// Charged today, orphans included.
    day_usd: f64,
    /// Charged this month, orphans included.
    month_usd: f64,
    /// Kept for calls that are under way; 0 when nothing is.
    reserved_usd: f64,
    /// The most that may be spent in a day; null without a cap.
    cap_day_usd: Option<f64>,
    /// The most that may be spent in a month; null without a cap.
    cap_month_usd: Option<f64>,
    /// Of this month's, charged for calls whose process died before it could say what they cost.
    orphaned_usd: f64,
}

/// Tells what was spent, what is reserved and what the caps are.
#[utoipa::path(
    get, path = "/api/admin/spend", tag = "owner", security(("owner" = [])),
    responses(
        (status = 200, body = SpendResponse),
        (status = 401, body = ErrorBody, description = "The owner's token is missing or wrong"),
    )
)]
pub(crate) async fn spend(State(state): State<AppState>, _owner: Owner) -> Result<Json<SpendResponse>, ApiError> {
    let stats::Spend { day_usd, month_usd, reserved_usd, cap_day_usd, cap_month_usd, orphaned_usd } =
        stats::spend(state.site()).await?;
    Ok(Json(SpendResponse { day_usd, month_usd, reserved_usd, cap_day_usd, cap_month_usd, orphaned_usd }))
}
