//! Small exchanges beside the chat: lists, files, batches. One request, one whole body, no retries.

use reqwest::{RequestBuilder, Url};
use tokio::time::{Instant, timeout_at};

use super::connection::Endpoint;
use super::failure::{self, Failure, read_limited};
use crate::{LlmError, TimeoutPhase};

/// What is exchanged.
pub(crate) struct Exchange<'a> {
    pub(crate) endpoint: &'a Endpoint,
    /// Until when the whole body must be there.
    pub(crate) deadline: Instant,
    /// The longest body.
    pub(crate) limit: usize,
    /// What is asked for, for messages.
    pub(crate) subject: &'a str,
}

impl Exchange<'_> {
    /// The body from the first root that has something there.
    pub(crate) async fn body(&self, request: impl Fn(&Url) -> RequestBuilder) -> Result<Vec<u8>, Failure> {
        let late = |_| Failure::from(LlmError::Timeout(TimeoutPhase::Total));
        let mut first_failure = None;
        for (place, root) in self.endpoint.roots() {
            let response = timeout_at(self.deadline, request(root).send())
                .await
                .map_err(late)?
                .map_err(|error| failure::from_transport(&error, self.endpoint.host()))?;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = timeout_at(self.deadline, read_limited(response, self.limit)).await.map_err(late)??;
            // A page where something else should be is the front of something else: it may be at the other root.
            let is_page = body.trim_ascii_start().first() == Some(&b'<');
            if status.is_success() && !is_page {
                self.endpoint.settle(place);
                return Ok(body);
            }
            let failure = if is_page {
                Failure::permanent(format!(
                    "`{}` sent a web page instead of {}: check the base URL",
                    self.endpoint.host(),
                    self.subject
                ))
            } else {
                failure::from_status(status, &headers, &body, self.subject, self.endpoint)
            };
            if !is_page && !matches!(status.as_u16(), 404 | 405) {
                return Err(failure);
            }
            first_failure.get_or_insert(failure);
        }
        Err(first_failure.unwrap_or_else(|| Failure::permanent("the provider has no address")))
    }
}
