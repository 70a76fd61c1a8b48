//! Finding passages for a question: the retrieval step of a turn, and the owner's search bench.

use std::collections::HashMap;
use std::time::Duration;

use portavoz_domain::budget::Purpose;
use portavoz_domain::ids::{ChunkId, VisitorId};
use portavoz_domain::question::{Question, Understood};
use portavoz_domain::search::{Hit, SearchResult};
use portavoz_domain::understanding::understand;
use portavoz_domain::usage::{Price, Usage};
use portavoz_knowledge::index::{Index, IndexError};
use portavoz_knowledge::vectors::QueryVector;
use portavoz_llm::embed::EmbeddingRole;
use portavoz_text::language::Language;

use crate::budget::{Purse, worst_case_of_embedding};
use crate::site::{Site, SiteError};

/// What a retrieval found and what its vector cost.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Retrieval {
    pub(crate) result: SearchResult,
    pub(crate) usage: Usage,
    /// `None` if the embedder has no known price.
    pub(crate) cost_usd_micros: Option<u64>,
}

/// Searches the site for free text, as the owner's search bench does: smalltalk is searched for like anything else.
pub async fn search(site: &Site, query: &str, limit: usize) -> Result<SearchResult, SiteError> {
    let question = match understand(query, None, &[], site.language()) {
        Understood::Question(question) => question,
        Understood::Smalltalk(_, language) => bare_question(query, language),
    };
    Ok(retrieve(site, &site.index(), &question, None, limit).await?.result)
}

/// Searches for an understood question, with its vector if the site has an embedder and it answers in time: a visitor
/// does not wait for a slow embedder, nor go without an answer for a broken one.
pub(crate) async fn retrieve(
    site: &Site,
    index: &Index,
    question: &Question,
    visitor: Option<VisitorId>,
    limit: usize,
) -> Result<Retrieval, IndexError> {
    let (vector, usage, cost_usd_micros) = query_vector(site, index, question, visitor).await;
    let vector = vector.as_deref().zip(site.embedder());
    let vector = vector.map(|(values, embedder)| QueryVector { embedder: embedder.name(), values });
    let result = index.search(question, vector, limit)?;
    Ok(Retrieval { result, usage, cost_usd_micros })
}

/// The hits of several searches as one list: each passage as relevant as where it is most so, best first, ties by chunk id.
pub(crate) fn united(searches: impl IntoIterator<Item = Hit>) -> Vec<Hit> {
    let mut best: HashMap<ChunkId, Hit> = HashMap::new();
    for hit in searches {
        let known = best.get(&hit.chunk.id).map_or(f32::NEG_INFINITY, |known| known.relevance);
        if hit.relevance > known {
            best.insert(hit.chunk.id.clone(), hit);
        }
    }
    let mut hits: Vec<Hit> = best.into_values().collect();
    hits.sort_by(|one, other| {
        other.relevance.total_cmp(&one.relevance).then_with(|| one.chunk.id.cmp(&other.chunk.id))
    });
    hits
}

/// The question's vector, and what it cost. Nothing if there is none, or no money for it.
async fn query_vector(
    site: &Site,
    index: &Index,
    question: &Question,
    visitor: Option<VisitorId>,
) -> (Option<Vec<f32>>, Usage, Option<u64>) {
    let nothing = (None, Usage::default(), Some(0));
    let Some(embedder) = site.embedder() else { return nothing };
    // Vectors of two models never meet: until the index is rebuilt for a new embedder, search is lexical.
    if index.embedder().is_none_or(|(of_index, _)| of_index != embedder.name()) {
        return nothing;
    }
    let limit: Duration = site.settings().retrieval.embedding_timeout;
    let texts = [question.standalone()];
    let purse = match worst_case_of_embedding(site, embedder, &texts) {
        Ok(amount) => Purse::open(site, Purpose::Question, visitor, amount).await,
        Err(refused) => Err(refused),
    };
    let purse = match purse {
        Ok(purse) => purse,
        Err(refused) => {
            tracing::debug!(site = %site.id(), reason = refused.reason(), "the question gets no vector");
            return nothing;
        }
    };
    match tokio::time::timeout(limit, embedder.embed(&texts, EmbeddingRole::Query)).await {
        Ok(Ok(mut embedded)) => {
            let price = embedder.price_per_million();
            let cost = price.map(|input| embedding_price(input).cost_usd_micros(&embedded.usage));
            purse.charge(cost.unwrap_or(0));
            purse.settle().await;
            (embedded.vectors.pop(), embedded.usage, cost)
        }
        Ok(Err(error)) => {
            tracing::warn!(site = %site.id(), code = error.code(), %error, "the question has no vector");
            purse.settle().await;
            nothing
        }
        Err(_) => {
            tracing::warn!(site = %site.id(), limit_ms = limit.as_millis(), "the embedder was too slow for a question");
            nothing
        }
    }
}

/// Embeddings bill their input alone.
pub(crate) const fn embedding_price(input: u64) -> Price {
    Price { input, cached_input: input, cache_write: input, output: 0 }
}

/// A text to search for as it is, whatever it says.
pub(crate) fn bare_question(text: &str, language: Language) -> Question {
    Question {
        text: text.to_owned(),
        language,
        carried: None,
        facets: Vec::new(),
        wants: portavoz_domain::question::Wants::Open,
    }
}
