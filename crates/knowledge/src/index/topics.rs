//! Topics: what the documents speak of, for visitors who asked about something else.
//!
//! Start at [`Index::topics`]; [`Index::nearest_topics`] prefers what lies near a question.

use std::collections::HashSet;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::question::Question;
use portavoz_text::fold::fold;

use super::{Index, IndexError};

impl Index {
    /// At most `limit` topics, each a heading or title with its facet: one of each facet in turn, preferred documents
    /// and fuller passages first, so that even a short list shows the breadth of the portfolio.
    pub fn topics(&self, limit: usize) -> Vec<(String, Facet)> {
        let mut by_facet: Vec<Vec<&Chunk>> = Facet::ALL
            .into_iter()
            .map(|facet| self.chunks.iter().map(AsRef::as_ref).filter(|chunk: &&Chunk| chunk.facet == facet).collect())
            .collect();
        for chunks in &mut by_facet {
            // Stable, so equals stay in the documents' order.
            chunks.sort_by(|one, other| other.priority.total_cmp(&one.priority).then(other.tokens.cmp(&one.tokens)));
        }
        let rounds = by_facet.iter().map(Vec::len).max().unwrap_or(0);
        let in_turn =
            (0..rounds).flat_map(|round| by_facet.iter().filter_map(move |chunks| chunks.get(round).copied()));
        distinct(in_turn, limit)
    }

    /// At most `limit` topics, those nearest to the question first, then [`Index::topics`].
    pub fn nearest_topics(&self, question: &Question, limit: usize) -> Result<Vec<(String, Facet)>, IndexError> {
        let near = self.search(question, None, limit.saturating_mul(3))?;
        let mut topics = distinct(near.hits.iter().map(|hit| hit.chunk.as_ref()), limit);
        let named: HashSet<String> = topics.iter().map(|(name, _)| fold(name)).collect();
        let missing = limit - topics.len();
        let others = self.topics(limit).into_iter().filter(|(name, _)| !named.contains(&fold(name)));
        topics.extend(others.take(missing));
        Ok(topics)
    }
}

fn distinct<'a>(chunks: impl Iterator<Item = &'a Chunk>, limit: usize) -> Vec<(String, Facet)> {
    let mut seen = HashSet::new();
    chunks
        .map(|chunk| (chunk.heading_path.last().unwrap_or(&chunk.title).clone(), chunk.facet))
        .filter(|(name, _)| !name.trim().is_empty() && seen.insert(fold(name)))
        .take(limit)
        .collect()
}
