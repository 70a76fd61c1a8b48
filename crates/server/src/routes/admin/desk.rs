//! What every page of the dashboard is given, and the frame that every page stands in.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::response::Html;
use portavoz_app::session::{Session, Sessions};
use portavoz_app::site::Site;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::tongue::Tongue;
use super::trouble::Trouble;
use crate::routes::assets::version;
use crate::state::AppState;

/// A page, or why there is none.
pub(super) type Page = Result<Html<String>, Trouble>;

/// The pages of the menu, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Overview,
    Conversations,
    Messages,
    Spending,
    Documents,
    Models,
    Evaluation,
    Experiments,
    Alerts,
    Appearance,
    Checklist,
    Settings,
}

/// What a page of the dashboard works with.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) site: Arc<Site>,
    pub(super) tongue: Tongue,
    /// Path and query of this request.
    pub(super) here: String,
    /// The owner's session, if there is one.
    pub(super) session: Option<Arc<(Sessions, Session)>>,
    /// Messages of visitors that the owner has not read.
    pub(super) new_messages: u64,
}

/// What the layout shows around a page.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) tongue: Tongue,
    pub(super) title: String,
    pub(super) owner: String,
    pub(super) version: &'static str,
    /// Path and query of the page.
    pub(super) here: String,
    section: Option<Section>,
    new_messages: u64,
    /// Goes with every form; empty on pages without a session.
    pub(super) csrf: String,
}

/// A query, every wrong one being [`Trouble::BadRequest`].
#[derive(FromRequestParts)]
#[from_request(via(Query), rejection(Trouble))]
pub(super) struct Asked<T>(pub(super) T);

/// A form that came from a page of the owner's session.
pub(super) struct OwnersForm<T>(pub(super) T);

#[derive(Deserialize)]
struct Submitted<T> {
    #[serde(default)]
    csrf: String,
    #[serde(flatten)]
    fields: T,
}

impl Section {
    const ALL: [Self; 12] = [
        Self::Overview,
        Self::Conversations,
        Self::Messages,
        Self::Spending,
        Self::Documents,
        Self::Models,
        Self::Evaluation,
        Self::Experiments,
        Self::Alerts,
        Self::Appearance,
        Self::Checklist,
        Self::Settings,
    ];

    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Overview => "/admin",
            Self::Conversations => "/admin/conversations",
            Self::Messages => "/admin/messages",
            Self::Spending => "/admin/spending",
            Self::Documents => "/admin/documents",
            Self::Models => "/admin/models",
            Self::Evaluation => "/admin/evaluation",
            Self::Experiments => "/admin/experiments",
            Self::Alerts => "/admin/alerts",
            Self::Appearance => "/admin/appearance",
            Self::Checklist => "/admin/checklist",
            Self::Settings => "/admin/settings",
        }
    }

    pub(super) const fn name(self, tongue: Tongue) -> &'static str {
        match self {
            Self::Overview => tongue.say("Resumen", "Overview"),
            Self::Conversations => tongue.say("Conversaciones", "Conversations"),
            Self::Messages => tongue.say("Mensajes", "Messages"),
            Self::Spending => tongue.say("Gasto", "Spending"),
            Self::Documents => tongue.say("Documentos", "Documents"),
            Self::Models => tongue.say("Modelos", "Models"),
            Self::Evaluation => tongue.say("Evaluación", "Evaluation"),
            Self::Experiments => tongue.say("Experimentos", "Experiments"),
            Self::Alerts => tongue.say("Alertas", "Alerts"),
            Self::Appearance => tongue.say("Apariencia", "Appearance"),
            Self::Checklist => tongue.say("Comprobaciones", "Checklist"),
            Self::Settings => tongue.say("Ajustes", "Settings"),
        }
    }
}

impl Section {
    /// Lines of its sign, on a square of 20.
    pub(super) const fn icon(self) -> &'static str {
        match self {
            Self::Overview => "M3 9.5 10 3l7 6.5M5 8.5V17h10V8.5M8.5 17v-5h3v5",
            Self::Conversations => "M3 4h14v9.5H9L5 17v-3.5H3z",
            Self::Messages => "M3 5h14v10H3zM3 6l7 5 7-5",
            Self::Appearance => {
                "M10 3a7 7 0 1 0 0 14c1.5 0 1.8-1 1.3-2-.6-1.2.2-2.5 1.7-2.5H15c1.3 0 2-.9 2-2.2C17 6 13.9 3 10 3M6.5 9.5h.01M9.5 6.5h.01M13 8h.01"
            }
            Self::Documents => "M5 2.5h6.5L15.5 6.5V17.5H5zM11.5 2.5v4h4M7.5 10.5h5M7.5 13.5h5",
            Self::Spending => {
                "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15M10 5.5v9M12.5 8c-.6-1.3-5-1.6-5 .3s5 1.4 5 3.4-4.4 1.6-5 .3"
            }
            Self::Models => "M6 6h8v8H6zM8.5 3v3M11.5 3v3M8.5 14v3M11.5 14v3M3 8.5h3M3 11.5h3M14 8.5h3M14 11.5h3",
            Self::Evaluation => "M3.5 3v13.5H17M7.5 13.5v-4M11 13.5V6M14.5 13.5V8.5",
            Self::Experiments => {
                "M7.5 3h5M8.5 3v5L4.3 15.4A1.4 1.4 0 0 0 5.5 17.5h9a1.4 1.4 0 0 0 1.2-2.1L11.5 8V3M6.7 12.5h6.6"
            }
            Self::Alerts => "M5.5 13.5V9a4.5 4.5 0 0 1 9 0v4.5l1.5 1.5H4zM8.5 17.5h3",
            Self::Settings => {
                "M3 6h6M13 6h4M3 14h2M9 14h8M11 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4M7 12a2 2 0 1 0 0 4 2 2 0 0 0 0-4"
            }
            Self::Checklist => "M3 5.5 4.5 7 7.5 4M3 13.5 4.5 15 7.5 12M10.5 6H17M10.5 14H17",
        }
    }
}

impl Desk {
    /// The frame of a page that the menu leads to, or of one below it.
    pub(super) fn frame(&self, section: Section) -> Frame {
        Frame { section: Some(section), ..self.bare_frame(section.name(self.tongue)) }
    }

    /// The frame of a page that its forms answer with too: what leads back leads to the page, as the forms' own addresses
    /// cannot be read.
    pub(super) fn frame_of_form(&self, section: Section) -> Frame {
        Frame { here: section.path().to_owned(), ..self.frame(section) }
    }

    /// The frame of a page outside of the menu.
    pub(super) fn bare_frame(&self, title: &str) -> Frame {
        let session = self.session.as_deref();
        Frame {
            tongue: self.tongue,
            title: title.to_owned(),
            owner: self.site.contact().name.unwrap_or_else(|| "portavoz".to_owned()),
            version: version(),
            here: self.here.clone(),
            section: None,
            new_messages: self.new_messages,
            csrf: session.map(|(sessions, session)| sessions.form_token(session)).unwrap_or_default(),
        }
    }
}

/// Renders a page.
pub(super) fn render(page: &impl Template) -> Page {
    Ok(Html(page.render()?))
}

/// The address of a page with what was chosen on it; what is empty is left out.
pub(super) fn address<'a>(path: &str, chosen: impl IntoIterator<Item = (&'static str, &'a str)>) -> String {
    let mut address = path.to_owned();
    for (name, value) in chosen.into_iter().filter(|(_, value)| !value.is_empty()) {
        address.push(if address.len() == path.len() { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.push_str(&encoded(value));
    }
    address
}

/// As it may stand in an address, whatever it says: letters, digits and `-._~` alone stay as they are.
pub(super) fn encoded(value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value
        .bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// `path` if it is one of the dashboard, otherwise the dashboard's first page: nobody is sent elsewhere from here.
pub(super) fn inner_path(path: &str) -> &str {
    let is_inner = path.strip_prefix("/admin").is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') && !path.contains("//");
    if is_inner && is_plain { path } else { "/admin" }
}

impl Frame {
    /// For templates.
    pub(super) fn say<'a>(&self, es: &'a str, en: &'a str) -> &'a str {
        self.tongue.say(es, en)
    }

    /// `1 pregunta`, `3 preguntas`, for templates.
    pub(super) fn counted(&self, number: usize, [es, en]: &[&str; 2], [es_many, en_many]: &[&str; 2]) -> String {
        self.tongue.counted(number as u64, (es, en), (es_many, en_many))
    }

    /// The pages of the menu, and how much there is new in each.
    pub(super) fn menu(&self) -> impl Iterator<Item = (Section, Option<String>)> {
        Section::ALL.into_iter().map(|each| {
            let is_new = each == Section::Messages && self.new_messages > 0;
            (each, is_new.then(|| self.tongue.count(self.new_messages)))
        })
    }

    /// Whether the page that is shown is the menu's `section`, or one below it.
    pub(super) fn is_in(&self, section: &Section) -> bool {
        self.section == Some(*section)
    }
}

impl<S: Sync> FromRequestParts<S> for Desk {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        // Put there by `guard::around`, which stands around every page.
        parts.extensions.get::<Self>().cloned().ok_or(Trouble::Internal)
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for OwnersForm<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Self::Rejection> {
        let session = request.extensions().get::<Desk>().and_then(|desk| desk.session.clone());
        let Form(submitted) = Form::<Submitted<T>>::from_request(request, state).await?;
        let is_ours = session.is_some_and(|session| session.0.is_form_token(&session.1, &submitted.csrf));
        if is_ours { Ok(Self(submitted.fields)) } else { Err(Trouble::Forged) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_only_to_pages_of_the_dashboard() {
        for (path, expected) in [
            ("/admin", "/admin"),
            ("/admin/documents", "/admin/documents"),
            ("/admin?period=week", "/admin?period=week"),
            ("", "/admin"),
            ("/", "/admin"),
            ("/administration", "/admin"),
            ("//evil.example/admin", "/admin"),
            ("https://evil.example/admin", "/admin"),
            ("/admin//evil.example", "/admin"),
            ("/admin/\\evil.example", "/admin"),
            ("/admin/\r\nset-cookie: a=b", "/admin"),
        ] {
            assert_eq!(inner_path(path), expected, "{path:?}");
        }
    }
}
