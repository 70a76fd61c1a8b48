//! Search: from a question to ranked passages, each with its relevance and the reasons for it.
//!
//! Owns the way from question to hits. Starts at [`Index::search`] and goes: `query` (what the question asks for, in
//! the words of the index) -> candidates by full text, vectors and facet -> [`fusion`] (one list of several) ->
//! [`features`] (how a passage meets the question) -> [`rank`] (from features to a probability, with the coefficients
//! of [`coefficients`]). Everything after the candidates is pure.
//!
//! To add one more feature: 1. a field of [`features::Features`], computed in `features.rs`; 2. its row, at the same
//! place, in [`coefficients::FITTED`]; 3. fit again with `cargo run --release --example retrieval_quality`.

use portavoz_domain::chunk::Chunk;
use portavoz_domain::question::Question;
use portavoz_domain::search::{Hit, SearchResult};
use portavoz_text::language::Language;

use crate::analysis::Passage;
use crate::index::{Index, IndexError};
use crate::vectors::{Nearest, QueryVector};

pub mod coefficients;
pub mod features;
pub mod fusion;
mod overlap;
mod query;
pub mod rank;
#[cfg(test)]
mod tests;

use coefficients::Model;
use features::Features;
use overlap::Overlap;
use query::Query;
use rank::{Judged, WholeFeatures};

/// How many candidates each retriever proposes.
pub(crate) const CANDIDATES: usize = 40;
/// Up to here every chunk is ranked: it costs less than it could miss.
const RANK_ALL: usize = 64;

impl Index {
    /// The at most `limit` passages most likely to answer the question, best first, ties by chunk id.
    ///
    /// A `vector` must come from the index's own embedder; vectors of two models say nothing about each other.
    pub fn search(
        &self,
        question: &Question,
        vector: Option<QueryVector<'_>>,
        limit: usize,
    ) -> Result<SearchResult, IndexError> {
        self.examine(question, vector, limit).map(|(result, _)| result)
    }

    /// [`Index::search`], with what was known of all passages together.
    pub fn examine(
        &self,
        question: &Question,
        vector: Option<QueryVector<'_>>,
        limit: usize,
    ) -> Result<(SearchResult, WholeFeatures), IndexError> {
        self.examine_with(question, vector, limit, &coefficients::FITTED)
    }

    /// [`Index::examine`] by other coefficients: for fitting them.
    pub fn examine_with(
        &self,
        question: &Question,
        vector: Option<QueryVector<'_>>,
        limit: usize,
        model: &Model,
    ) -> Result<(SearchResult, WholeFeatures), IndexError> {
        let nearest = self.nearest(vector)?;
        let query = Query::of(question, self);
        let mut judged = Vec::new();
        for ordinal in self.candidates(&query, nearest.as_ref())? {
            judged.extend(self.judge(&query, ordinal, nearest.as_ref()));
        }
        rank::compare(&mut judged, query.is_native, model);
        judged.sort_by(|one: &Judged, other: &Judged| {
            other.score.total_cmp(&one.score).then_with(|| self.id(one.ordinal).cmp(self.id(other.ordinal)))
        });
        let whole = WholeFeatures::of(&judged, &query.demand());
        let answerable = if judged.is_empty() { 0.0 } else { rank::answerable(&whole, query.is_native, model) };
        let hits = judged.iter().take(limit).filter_map(|judged| self.hit(judged, model)).collect();
        Ok((SearchResult { hits, answerable }, whole))
    }

    fn nearest(&self, vector: Option<QueryVector<'_>>) -> Result<Option<Nearest>, IndexError> {
        let Some(vector) = vector else { return Ok(None) };
        let matching = self
            .vectors
            .as_ref()
            .filter(|table| table.embedder() == vector.embedder && table.dimensions() == vector.values.len());
        let Some(table) = matching else {
            return Err(IndexError::EmbedderMismatch {
                index: self.embedder().map_or_else(|| "no vectors".to_owned(), |(name, length)| describe(name, length)),
                question: describe(vector.embedder, vector.values.len()),
            });
        };
        Ok(Some(table.nearest(vector.values, CANDIDATES)))
    }

    /// Ordinals worth ranking.
    fn candidates(&self, query: &Query, nearest: Option<&Nearest>) -> Result<Vec<u32>, IndexError> {
        if self.len() <= RANK_ALL {
            return Ok((0..).take(self.len()).collect());
        }
        let by_words = self.full_text.best(&query.clauses(self), CANDIDATES)?;
        let by_words: Vec<u32> = by_words.into_iter().map(|(ordinal, _)| ordinal).collect();
        let by_vector: Vec<u32> =
            nearest.map(|nearest| nearest.top.iter().map(|(ordinal, _)| *ordinal).collect()).unwrap_or_default();
        let by_facet = self.of_facets(query);
        Ok(fusion::fuse(&[&by_words, &by_vector, &by_facet], |ordinal| self.id(ordinal)))
    }

    /// Passages filed under the question's facets, strongest facet first: a broad question ("what has she built?")
    /// shares no word with them.
    fn of_facets(&self, query: &Query) -> Vec<u32> {
        let filed = query.facets.iter().filter_map(|facet| self.by_facet.get(facet)).flatten();
        filed.copied().take(CANDIDATES).collect()
    }

    fn judge(&self, query: &Query, ordinal: u32, nearest: Option<&Nearest>) -> Option<Judged> {
        let chunk = self.at(ordinal)?;
        let passage = usize::try_from(ordinal).ok().and_then(|ordinal| self.analysis.passages.get(ordinal))?;
        let mut overlap = Overlap::of(query, passage, chunk, &self.analysis);
        overlap.look_around(query, self.neighbours(ordinal, chunk));
        let nearest = nearest.zip(self.vectors.as_ref());
        let cosine = nearest.map(|(nearest, table)| table.evidence(nearest, ordinal));
        let features = Features::of(query, &overlap, chunk, cosine);
        let speaks_same = chunk.language == query.language;
        Some(rank::judge(ordinal, features, speaks_same, overlap.covered))
    }

    /// The passages before and after, of the same document.
    fn neighbours(&self, ordinal: u32, chunk: &Chunk) -> impl Iterator<Item = &Passage> {
        let around = [ordinal.checked_sub(1), ordinal.checked_add(1)].into_iter().flatten();
        let same = move |other: &u32| self.at(*other).is_some_and(|other| other.document == chunk.document);
        let places = around.filter(same).filter_map(|other| usize::try_from(other).ok());
        places.filter_map(|other| self.analysis.passages.get(other))
    }

    fn hit(&self, judged: &Judged, model: &Model) -> Option<Hit> {
        let chunk = self.at(judged.ordinal)?;
        Some(Hit { chunk: chunk.clone(), relevance: judged.relevance, features: rank::explain(judged, model) })
    }

    fn id(&self, ordinal: u32) -> &str {
        self.at(ordinal).map_or("", |chunk| chunk.id.as_str())
    }

    pub(crate) fn speaks(&self, language: Language) -> bool {
        self.languages.contains(&language)
    }
}

fn describe(model: &str, dimensions: usize) -> String {
    format!("vectors of `{model}` with {dimensions} dimensions")
}
