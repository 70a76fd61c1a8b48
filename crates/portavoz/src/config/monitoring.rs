//! `[metrics]` and `[otel]`: who may read the counters, and where traces go.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::{Checker, filled};

/// The counters at `/metrics`, for Prometheus.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Whether anyone may read them. Otherwise they take the owner's token, from wherever they are read: behind a proxy on the same machine all requests come from that machine.
    pub public: bool,
}

/// Traces of turns for an OpenTelemetry collector. They say which step took how long and what model calls used, never what was asked or answered. Needs a portavoz built with the feature `otel`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Otel {
    /// The collector's address for OTLP over HTTP, without `/v1/traces`. `OTEL_EXPORTER_OTLP_ENDPOINT` sets it too. Without one no traces are made.
    #[schemars(example = &"http://127.0.0.1:4318")]
    pub endpoint: Option<String>,
}

impl Otel {
    /// Where traces go, if they are wanted.
    pub(super) fn resolve(&self, checker: &mut Checker<'_>) -> Option<String> {
        let endpoint = filled(&self.endpoint)?;
        checker.url("otel.endpoint", &endpoint)?;
        Some(endpoint.trim_end_matches('/').to_owned())
    }
}
