//! One call: breaker, limiter, address, time limit, status. Chat and embeddings make theirs here.

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use tokio::time::{Instant, timeout_at};

use super::breaker::{Breaker, Permit};
use super::connection::{Connection, ConnectionError, Endpoint};
use super::failure::{self, Failure, read_limited};
use super::limiter::Limiter;
use super::policy::{CallPolicy, Random};
use super::redact::Redactor;
use crate::{LlmError, TimeoutPhase};

/// An error page is read no further.
const ERROR_BODY_BYTES: usize = 64 * 1024;
/// An error page is waited for no longer: the status has said nearly everything.
const ERROR_BODY_WAIT: Duration = Duration::from_secs(3);

/// What to post.
pub(crate) struct Call<'a> {
    /// Below the root, such as `chat/completions`.
    pub(crate) path: &'a str,
    /// JSON.
    pub(crate) body: String,
    /// The model, for messages.
    pub(crate) subject: &'a str,
    /// Until when the answer must begin.
    pub(crate) deadline: Instant,
    /// What to call it if it does not.
    pub(crate) phase: TimeoutPhase,
    /// Whether the answer comes piece by piece.
    pub(crate) stream: bool,
}

/// All that calls to one model share.
#[derive(Debug)]
pub(crate) struct Caller {
    endpoint: Endpoint,
    policy: CallPolicy,
    limiter: Option<Limiter>,
    breaker: Arc<Breaker>,
    random: Random,
}

impl Caller {
    /// Checks the connection.
    pub(crate) fn new(connection: Connection, policy: CallPolicy, random: Random) -> Result<Self, ConnectionError> {
        Ok(Self {
            endpoint: Endpoint::new(connection)?,
            limiter: policy.requests_per_minute.map(Limiter::new),
            breaker: Breaker::new(policy.breaker),
            policy,
            random,
        })
    }

    pub(crate) const fn policy(&self) -> &CallPolicy {
        &self.policy
    }

    /// Where it is, for exchanges beside the chat.
    pub(crate) const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(crate) fn host(&self) -> &str {
        self.endpoint.host()
    }

    pub(crate) fn redactor(&self) -> Redactor {
        self.endpoint.redactor().clone()
    }

    /// A number in 0..=1 for jitter.
    pub(crate) fn random(&self) -> f64 {
        self.random.next()
    }

    /// Posts and returns the response once its status is known and good. The permit is to be settled by whoever
    /// reads the body.
    pub(crate) async fn post(&self, call: Call<'_>) -> Result<(reqwest::Response, Permit), Failure> {
        let permit = self.breaker.admit().map_err(|retry_in| Failure::local(LlmError::CircuitOpen { retry_in }))?;
        if let Some(limiter) = &self.limiter {
            let patience = self.policy.limit_wait.min(call.deadline.saturating_duration_since(Instant::now()));
            limiter
                .acquire(patience)
                .await
                .map_err(|wait| Failure::local(LlmError::RateLimited { retry_after: Some(wait) }))?;
        }
        match self.send(&call).await {
            Ok(response) => Ok((response, permit)),
            Err(failure) => {
                failure.settle(permit);
                Err(failure)
            }
        }
    }

    /// Sends to the first root that has something at this path.
    async fn send(&self, call: &Call<'_>) -> Result<reqwest::Response, Failure> {
        let mut first_failure = None;
        for (root, url) in self.endpoint.roots() {
            let sent = self.endpoint.post(url, call.path, call.body.clone(), call.stream).send();
            let response = timeout_at(call.deadline, sent)
                .await
                .map_err(|_elapsed| Failure::from(LlmError::Timeout(call.phase)))?
                .map_err(|error| failure::from_transport(&error, self.endpoint.host()))?;
            if response.status().is_success() {
                self.endpoint.settle(root);
                return Ok(response);
            }
            let missing = matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
            let failure = self.bad_status(response, call).await;
            // "No such model" is an answer of the right address; anything else that is missing may be elsewhere.
            if !missing || failure.knows_models {
                return Err(failure);
            }
            first_failure.get_or_insert(failure);
        }
        Err(first_failure.unwrap_or_else(|| LlmError::Permanent("the provider has no address".to_owned()).into()))
    }

    async fn bad_status(&self, response: reqwest::Response, call: &Call<'_>) -> Failure {
        let (status, headers) = (response.status(), response.headers().clone());
        let until = call.deadline.min(Instant::now() + ERROR_BODY_WAIT);
        let body = timeout_at(until, read_limited(response, ERROR_BODY_BYTES))
            .await
            .ok()
            .and_then(Result::ok)
            .unwrap_or_default();
        failure::from_status(status, &headers, &body, call.subject, &self.endpoint)
    }
}
