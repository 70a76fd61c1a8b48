//! `/admin/appearance`: how the widget is to look, the lines to paste for it, and which sites may embed it.
//!
//! Nothing is stored: what is chosen travels in the address, is shown by a page that embeds the real widget, and becomes
//! permanent where the owner pastes it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use portavoz_domain::colour::Colour;
use portavoz_text::language::Language;
use serde::Deserialize;

use super::desk::{Asked, Desk, Frame, Section, render};
use super::tongue::Tongue;
use super::trouble::Trouble;
use crate::access::Https;
use crate::layers::{CONTENT_SECURITY_POLICY, NO_FRAMES};
use crate::routes::assets::version;
use crate::routes::look::OWN_COLOUR;
use crate::routes::pages::chat::{first_name, greeting_of};
use crate::routes::pages::words::own_name;
use crate::state::AppState;

const POSITIONS: [&str; 2] = ["right", "left"];

#[derive(Template)]
#[template(path = "admin/appearance.html")]
struct AppearancePage {
    ui: Frame,
    snippet: String,
    /// Of `portavoz.toml`; empty if there is nothing to keep.
    lines: String,
    /// Where the widget is shown.
    preview: String,
    colour: String,
    greeting: String,
    positions: Vec<Choice>,
    languages: Vec<Choice>,
    allowed: Vec<String>,
}

/// A line of a list to choose from.
struct Choice {
    value: &'static str,
    words: &'static str,
    chosen: bool,
}

/// A page that embeds the widget, as the owner's would.
#[derive(Template)]
#[template(path = "admin/preview.html")]
struct PreviewPage {
    lang: &'static str,
    owner: String,
    attributes: Vec<(&'static str, String)>,
    version: &'static str,
}

/// What the form sends; what cannot be used is as if it were not there.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    colour: String,
    #[serde(default)]
    position: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    greeting: String,
}

/// The page.
pub(super) async fn appearance(
    State(state): State<AppState>,
    Https(https): Https,
    desk: Desk,
    headers: HeaderMap,
    Asked(chosen): Asked<Chosen>,
) -> Result<Response, Trouble> {
    let address = address(&state, https, &headers);
    let query = desk.here.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    let tongue = desk.tongue;
    let usual = usual_colour(&desk);
    let name = owner(&desk);
    let page = render(&AppearancePage {
        snippet: snippet(tongue, &address, first_name(&name), &chosen.attributes(usual)),
        lines: chosen.lines(usual),
        preview: format!("/admin/appearance/preview{query}"),
        colour: chosen.colour(usual).unwrap_or(usual).to_string(),
        greeting: chosen.greeting().unwrap_or_default(),
        positions: choices(&chosen.position, "", POSITIONS.map(|value| (value, side(tongue, value)))),
        languages: choices(
            &chosen.language,
            tongue.say("el de la página", "that of the page"),
            Language::ALL.map(|language| (language.code(), own_name(language))),
        ),
        allowed: std::iter::once(address).chain(state.settings().allowed_origins.iter().cloned()).collect(),
        ui: desk.frame(Section::Appearance),
    })?;
    Ok(policed(page, &format!("{CONTENT_SECURITY_POLICY}; frame-src 'self'")))
}

/// The page that the first one shows in a frame.
pub(super) async fn preview(desk: Desk, Asked(chosen): Asked<Chosen>) -> Result<Response, Trouble> {
    let usual = usual_colour(&desk);
    let mut attributes = chosen.attributes(usual);
    attributes.push(("data-open", String::new()));
    let page = render(&PreviewPage { lang: desk.tongue.code(), owner: owner(&desk), attributes, version: version() })?;
    let policy = CONTENT_SECURITY_POLICY.replace(NO_FRAMES, "frame-ancestors 'self'; frame-src 'self'");
    Ok(policed(page, &policy))
}

impl Chosen {
    /// `None` for the usual one.
    fn colour(&self, usual: Colour) -> Option<Colour> {
        self.colour.parse().ok().filter(|colour| *colour != usual)
    }

    fn greeting(&self) -> Option<String> {
        greeting_of(&self.greeting)
    }

    /// What the script's element says of it.
    fn attributes(&self, usual: Colour) -> Vec<(&'static str, String)> {
        // The right corner is where it stands anyway, except where people read from right to left.
        let position = Some("left").filter(|position| *position == self.position);
        let language = Language::ALL.into_iter().map(Language::code).find(|code| *code == self.language);
        [
            ("data-colour", self.colour(usual).map(|colour| colour.to_string())),
            ("data-position", position.map(str::to_owned)),
            ("data-language", language.map(str::to_owned)),
            ("data-greeting", self.greeting()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    /// What can be written down once, for the chat page and every widget.
    fn lines(&self, usual: Colour) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let colour = self.colour(usual).map(|colour| format!("colour = \"{colour}\"\n"));
        let greeting = self.greeting().map(|greeting| format!("greeting = {}\n", quoted(&greeting)));
        let lines: String = colour.into_iter().chain(greeting).collect();
        if lines.is_empty() { lines } else { format!("[site]\n{}", lines.trim_end()) }
    }
}

/// What the widget has without being told: the colour of `portavoz.toml`, otherwise portavoz's own.
fn usual_colour(desk: &Desk) -> Colour {
    desk.site.settings().face.colour.unwrap_or(OWN_COLOUR)
}

fn owner(desk: &Desk) -> String {
    desk.site.contact().name.unwrap_or_else(|| "portavoz".to_owned())
}

/// The lines to paste.
fn snippet(tongue: Tongue, address: &str, name: &str, attributes: &[(&'static str, String)]) -> String {
    let attributes: String =
        attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", in_quotes(value))).collect();
    let ask = format!("{} {}", tongue.say("Pregunta por", "Ask about"), in_quotes(name));
    format!(
        "<script src=\"{address}/widget.js\" async{attributes}></script>\n\
         <noscript><a href=\"{address}/\">{ask}</a></noscript>"
    )
}

/// A text as an attribute of HTML holds it, or an element.
fn in_quotes(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Where visitors reach this server: as it is configured, otherwise as this request did.
fn address(state: &AppState, https: bool, headers: &HeaderMap) -> String {
    let scheme = if https { "https" } else { "http" };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    state.settings().public_url.clone().unwrap_or_else(|| format!("{scheme}://{host}"))
}

fn choices<const N: usize>(chosen: &str, none: &'static str, all: [(&'static str, &'static str); N]) -> Vec<Choice> {
    let none = Some(("", none)).filter(|(_, words)| !words.is_empty());
    let all = none.into_iter().chain(all);
    all.map(|(value, words)| Choice { value, words, chosen: value == chosen }).collect()
}

const fn side(tongue: Tongue, position: &'static str) -> &'static str {
    match position.as_bytes() {
        b"left" => tongue.say("izquierda", "left"),
        _ => tongue.say("derecha", "right"),
    }
}

fn policed(page: Html<String>, policy: &str) -> Response {
    let mut response = page.into_response();
    if let Ok(policy) = HeaderValue::from_str(policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(colour: &str, position: &str, language: &str, greeting: &str) -> Chosen {
        let [colour, position, language, greeting] = [colour, position, language, greeting].map(str::to_owned);
        Chosen { colour, position, language, greeting }
    }

    #[test]
    fn the_snippet_says_what_was_chosen_and_no_more() {
        let paste =
            |chosen: &Chosen| snippet(Tongue::En, "https://chat.example", "María", &chosen.attributes(OWN_COLOUR));
        let rest = "\n<noscript><a href=\"https://chat.example/\">Ask about María</a></noscript>";
        for (chosen, attributes) in [
            (Chosen::default(), ""),
            (chosen("#0f6b63", "right", "", "  "), ""),
            (chosen("red", "above", "tlh", ""), ""),
            (
                chosen("#a01060", "left", "de", "\"Hallo\" <b>& mehr</b>"),
                " data-colour=\"#a01060\" data-position=\"left\" data-language=\"de\" \
                 data-greeting=\"&quot;Hallo&quot; &lt;b&gt;&amp; mehr&lt;/b&gt;\"",
            ),
        ] {
            let script = format!("<script src=\"https://chat.example/widget.js\" async{attributes}></script>");
            assert_eq!(paste(&chosen), script + rest);
        }
    }

    #[test]
    fn the_lines_are_what_the_configuration_reads() {
        assert_eq!(Chosen::default().lines(OWN_COLOUR), "");
        assert_eq!(
            chosen("#a01060", "left", "de", "\"Hola\"\\").lines(OWN_COLOUR),
            "[site]\ncolour = \"#a01060\"\ngreeting = \"\\\"Hola\\\"\\\\\""
        );
    }
}
