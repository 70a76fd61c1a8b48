//! What a search finds, and why.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::chunk::Chunk;

/// One reason for a hit's score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// The feature's name, such as `idf_coverage`.
    pub name: &'static str,
    /// Its value for this passage.
    pub value: f32,
    /// What it added to the score before the score became a relevance.
    pub contribution: f32,
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The passage.
    pub chunk: Arc<Chunk>,
    /// 0..=1: how likely the passage answers the question.
    pub relevance: f32,
    /// Every feature's part in it.
    pub features: Vec<Feature>,
}

/// The answer of a search.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SearchResult {
    /// Best first; ties broken by chunk id.
    pub hits: Vec<Hit>,
    /// 0..=1: how likely the knowledge base answers the question at all.
    pub answerable: f32,
}
