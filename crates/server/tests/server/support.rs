//! A running server and the people who talk to it.

use std::net::SocketAddr;
use std::sync::Arc;

use portavoz_app::testing::{ScriptedModel, Setup, TestSite};
use portavoz_llm::openai::Timeouts;
use portavoz_server::{AdminToken, AppState, ServerSettings, serve};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// The owner's token in these tests.
pub(crate) const ADMIN: &str = "the owner's token";

/// A server on a free port of loopback. `finish` it, so that its end is checked too.
pub(crate) struct TestApp {
    pub(crate) address: SocketAddr,
    pub(crate) site: TestSite,
    client: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    served: JoinSet<()>,
}

/// A visitor: a client that remembers its conversation.
pub(crate) struct Visitor<'a> {
    app: &'a TestApp,
    conversation: Option<(String, String)>,
}

impl TestApp {
    /// Without limits, without a model.
    pub(crate) async fn start() -> Self {
        Self::with(Setup::default(), unlimited()).await
    }

    pub(crate) async fn with_models(models: &[&Arc<ScriptedModel>]) -> Self {
        Self::with(Setup::with_models(models), unlimited()).await
    }

    pub(crate) async fn with(setup: Setup, settings: ServerSettings) -> Self {
        let site = setup.open().await;
        let state = AppState::new(Arc::clone(&site.site), settings, AdminToken::from_token(ADMIN));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let mut served = JoinSet::new();
        served.spawn(serve(listener, state, async {
            let _dropped = stopped.await;
        }));
        Self { address, site, client: client(), stop: Some(stop), served }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn visitor(&self) -> Visitor<'_> {
        Visitor { app: self, conversation: None }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> reqwest::RequestBuilder {
        self.client.post(self.url(path)).json(body)
    }

    pub(crate) fn post_text(&self, path: &str, body: impl Into<String>) -> reqwest::RequestBuilder {
        self.client.post(self.url(path)).header("content-type", "application/json").body(body.into())
    }

    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// Asks the server to stop and does not wait.
    pub(crate) fn stop(&mut self) {
        let _told = self.stop.take().map(|stop| stop.send(()));
    }

    /// Stops the server and checks that it ends well.
    pub(crate) async fn finish(mut self) {
        self.stop();
        drop(std::mem::replace(&mut self.client, client()));
        self.served.join_all().await;
    }
}

pub(crate) fn unlimited() -> ServerSettings {
    ServerSettings {
        per_visitor_per_minute: None,
        per_address_per_minute: None,
        limit_messages: false,
        ..ServerSettings::default()
    }
}

/// The owner at the dashboard: a browser's part in it, as far as the server can see.
pub(crate) struct OwnersBrowser<'a> {
    app: &'a TestApp,
    pub(crate) cookie: Option<String>,
}

impl TestApp {
    pub(crate) fn owners_browser(&self) -> OwnersBrowser<'_> {
        OwnersBrowser { app: self, cookie: None }
    }
}

impl OwnersBrowser<'_> {
    pub(crate) fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.app.request(method, path);
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Response {
        let response = self.request(reqwest::Method::GET, path).send().await.unwrap();
        self.keep_cookie(&response);
        response
    }

    /// A page, which must be there.
    pub(crate) async fn page(&mut self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.text().await.unwrap()
    }

    /// Sends a form, from a page of the server's own.
    pub(crate) async fn submit(&mut self, path: &str, fields: &str) -> Response {
        let origin = format!("http://{}", self.app.address);
        let request = self.request(reqwest::Method::POST, path).header("origin", origin);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(fields.to_owned());
        let response = request.send().await.unwrap();
        self.keep_cookie(&response);
        response
    }

    pub(crate) async fn log_in(&mut self) -> Response {
        self.submit("/admin/login", &format!("token={}", ADMIN.replace(' ', "+"))).await
    }

    /// The token of the forms of a page.
    pub(crate) async fn form_token(&mut self) -> String {
        let page = self.page("/admin/documents").await;
        let token = page.split_once("name=\"csrf\" value=\"").unwrap().1.split_once('"').unwrap().0;
        token.to_owned()
    }

    fn keep_cookie(&mut self, response: &Response) {
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            // The mark of an owner's browser is for the chat alone.
            if pair.starts_with("portavoz_owner=") {
                continue;
            }
            self.cookie = Some(pair.to_owned()).filter(|pair| !pair.ends_with('='));
        }
    }
}

fn client() -> reqwest::Client {
    portavoz_llm::openai::http_client(&Timeouts::default()).unwrap()
}

impl Visitor<'_> {
    /// Asks, as the next question of this visitor's conversation.
    pub(crate) async fn ask(&mut self, message: &str) -> Value {
        let mut body = json!({ "message": message });
        if let Some((conversation, token)) = &self.conversation {
            body["conversation_id"] = conversation.as_str().into();
            body["visitor_token"] = token.as_str().into();
        }
        let response = self.app.post("/api/chat", &body).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let answer: Value = response.json().await.unwrap();
        self.conversation = Some((text(&answer["conversation_id"]), text(&answer["visitor_token"])));
        answer
    }

    pub(crate) fn conversation(&self) -> &(String, String) {
        self.conversation.as_ref().unwrap()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Server-sent events as (name, data).
pub(crate) fn events(body: &str) -> Vec<(String, Value)> {
    body.split("\n\n")
        .filter(|event| !event.trim().is_empty() && !event.starts_with(':'))
        .map(|event| {
            let field =
                |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(|rest| rest.trim().to_owned());
            let data = field("data:").unwrap();
            (field("event:").unwrap_or_default(), serde_json::from_str(&data).unwrap_or(Value::String(data)))
        })
        .collect()
}

/// Status and stable code of an error.
pub(crate) async fn error(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    assert!(body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
    (status, text(&body["error"]["code"]))
}
