//! Topics: what the documents speak of, for visitors who asked about something else.
//!
//! Start at [`Index::topics`]; [`Index::nearest_topics`] prefers what lies near a question. A topic is a heading or title
//! that reads well inside a sentence: short, without commas, and not merely the owner's name.

use std::collections::HashSet;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::question::Question;
use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::stopwords::is_stopword;
use portavoz_text::words::words;

use super::{Index, IndexError};

/// Longer topics make a list unreadable.
const MAX_CHARS: usize = 50;
/// Passages less relevant than this have nothing to do with the question.
const NEAR: f32 = 0.01;

impl Index {
    /// At most `limit` topics, each a heading or title with its facet: one of each facet in turn, preferred documents
    /// and fuller passages first, so that even a short list shows the breadth of the portfolio.
    pub fn topics(&self, limit: usize) -> Vec<(String, Facet)> {
        self.distinct(self.in_turn(|_| true), limit)
    }

    /// At most `limit` topics, those nearest to the question first, then [`Index::topics`]; in the question's language
    /// if the documents have enough in it.
    pub fn nearest_topics(&self, question: &Question, limit: usize) -> Result<Vec<(String, Facet)>, IndexError> {
        let own = |chunk: &Chunk| chunk.language == question.language;
        let own_topics = self.distinct(self.in_turn(own), limit);
        let speaks_enough = own_topics.len() >= limit;
        let near = self.search(question, None, limit.saturating_mul(3))?;
        let near = near.hits.iter().filter(|hit| hit.relevance >= NEAR).map(|hit| hit.chunk.as_ref());
        let mut topics = self.distinct(near.filter(|chunk| !speaks_enough || own(chunk)), limit);
        let mut named: HashSet<String> = topics.iter().map(|(name, _)| fold(name)).collect();
        let others =
            if speaks_enough { own_topics } else { own_topics.into_iter().chain(self.topics(limit)).collect() };
        let missing = limit.saturating_sub(topics.len());
        topics.extend(others.into_iter().filter(|(name, _)| named.insert(fold(name))).take(missing));
        Ok(topics)
    }

    /// Chunks of each facet in turn.
    fn in_turn(&self, wanted: impl Fn(&Chunk) -> bool) -> impl Iterator<Item = &Chunk> {
        let chunks = || self.chunks.iter().map(AsRef::as_ref).filter(|chunk| wanted(chunk));
        let mut by_facet: Vec<Vec<&Chunk>> = Facet::ALL
            .into_iter()
            .map(|facet| chunks().filter(|chunk: &&Chunk| chunk.facet == facet).collect())
            .collect();
        for chunks in &mut by_facet {
            // Stable, so equals stay in the documents' order.
            chunks.sort_by(|one, other| other.priority.total_cmp(&one.priority).then(other.tokens.cmp(&one.tokens)));
        }
        let rounds = by_facet.iter().map(Vec::len).max().unwrap_or(0);
        (0..rounds)
            .flat_map(move |round| by_facet.iter().filter_map(|chunks| chunks.get(round).copied()).collect::<Vec<_>>())
    }

    fn distinct<'a>(&self, chunks: impl Iterator<Item = &'a Chunk>, limit: usize) -> Vec<(String, Facet)> {
        let mut seen = HashSet::new();
        chunks
            .filter_map(|chunk| Some((self.topic_of(chunk)?.to_owned(), chunk.facet)))
            .filter(|(name, _)| seen.insert(fold(name)))
            .take(limit)
            .collect()
    }

    /// The nearest heading that reads well in a list, or the title.
    fn topic_of<'a>(&self, chunk: &'a Chunk) -> Option<&'a str> {
        if chunk.question.is_some() {
            // The title of a list of questions tells nothing of them.
            return None;
        }
        let headings = chunk.heading_path.iter().rev().chain(std::iter::once(&chunk.title));
        headings.map(|heading| heading.trim()).find(|heading| self.reads_well(heading, chunk.language))
    }

    fn reads_well(&self, heading: &str, language: Language) -> bool {
        let says_more = words(heading)
            .iter()
            .map(|word| fold(word.text))
            .any(|word| !self.owner.contains(&word) && !is_stopword(&word, language));
        !heading.is_empty() && heading.chars().count() <= MAX_CHARS && !heading.contains([',', ';']) && says_more
    }
}
