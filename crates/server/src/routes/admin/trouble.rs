//! What a page of the dashboard shows instead of what was asked for.

use askama::Template;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use portavoz_app::compare::runs::RunsError;
use portavoz_app::experiments::ExperimentError;
use portavoz_app::messages::MessageError;
use portavoz_app::records::RecordsError;
use portavoz_app::site::SiteError;

use super::desk::Frame;
use crate::error::ApiError;

/// Why there is no page. Handlers return it; [`super::guard::around`] makes the page of it, in the owner's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// A form that did not come from a page of the session.
    Forged,
    /// Nothing has this address.
    NotFound,
    /// The address or form is not one of ours.
    BadRequest,
    /// The database does not answer.
    Unavailable,
    /// A defect of ours.
    Internal,
}

#[derive(Template)]
#[template(path = "admin/trouble.html")]
struct TroublePage {
    ui: Frame,
    what: &'static str,
    next: &'static str,
}

/// Any address of the dashboard that has no page.
pub(super) async fn no_such_page() -> Trouble {
    Trouble::NotFound
}

impl Trouble {
    const fn status(self) -> StatusCode {
        match self {
            Self::Forged => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The page that says it: what happened, and what to do.
    pub(super) fn page(self, mut ui: Frame) -> Response {
        let say = |es, en| ui.tongue.say(es, en);
        let (what, next) = match self {
            Self::Forged => (
                say(
                    "Esta acción no salió de una página del panel",
                    "This action did not come from a page of the dashboard",
                ),
                say("Vuelve a la página y repítela.", "Go back to the page and do it again."),
            ),
            Self::NotFound => (
                say("Aquí no hay nada", "There is nothing here"),
                say(
                    "Puede que se haya borrado o que la dirección esté incompleta.",
                    "It may have been erased, or the address is incomplete.",
                ),
            ),
            Self::BadRequest => (
                say("La dirección no se entiende", "The address cannot be understood"),
                say("Vuelve al resumen y llega desde allí.", "Go back to the overview and start from there."),
            ),
            Self::Unavailable => (
                say("La base de datos no responde", "The database does not answer"),
                say(
                    "Los visitantes siguen teniendo respuesta si se puede; prueba otra vez en un momento.",
                    "Visitors are still answered where possible; try again in a moment.",
                ),
            ),
            Self::Internal => (
                say("Algo ha fallado por nuestra parte", "Something went wrong on our side"),
                say("La causa está en el registro del servidor.", "The cause is in the server's log."),
            ),
        };
        ui.title = what.to_owned();
        match (TroublePage { ui, what, next }).render() {
            Ok(page) => (self.status(), Html(page)).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<SiteError> for Trouble {
    fn from(error: SiteError) -> Self {
        match ApiError::from(error) {
            ApiError::StorageUnavailable => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

impl From<MessageError> for Trouble {
    fn from(error: MessageError) -> Self {
        match error {
            MessageError::Site(error) => error.into(),
            // Reading meets no other than a place that is gone.
            _ => Self::BadRequest,
        }
    }
}

impl From<RunsError> for Trouble {
    fn from(error: RunsError) -> Self {
        match error {
            RunsError::Storage(error) => SiteError::from(error).into(),
            RunsError::Interrupted => Self::Internal,
            // What may be several is none of them.
            _ => Self::NotFound,
        }
    }
}

impl From<ExperimentError> for Trouble {
    fn from(error: ExperimentError) -> Self {
        match error {
            ExperimentError::Storage(error) => SiteError::from(error).into(),
            ExperimentError::Unknown(_) => Self::NotFound,
            _ => Self::BadRequest,
        }
    }
}

impl From<RecordsError> for Trouble {
    fn from(error: RecordsError) -> Self {
        match error {
            RecordsError::UnknownPlace(_) => Self::BadRequest,
            RecordsError::Site(error) => error.into(),
        }
    }
}

impl From<askama::Error> for Trouble {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page could not be rendered");
        Self::Internal
    }
}

impl From<QueryRejection> for Trouble {
    fn from(_: QueryRejection) -> Self {
        Self::BadRequest
    }
}

impl From<FormRejection> for Trouble {
    fn from(_: FormRejection) -> Self {
        Self::BadRequest
    }
}
