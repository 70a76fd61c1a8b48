//! The owner's documents as they are indexed, for the owner.

use portavoz_domain::document::Problem;
use portavoz_domain::ids::DocumentId;

use crate::site::{Site, SiteError};

/// What is indexed and what is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    /// By id.
    pub documents: Vec<ShelvedDocument>,
    /// Of the last ingest, by document.
    pub problems: Vec<Problem>,
    /// How often the documents have changed.
    pub generation: u64,
}

/// One document without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelvedDocument {
    /// Its path or address.
    pub id: DocumentId,
    /// For people.
    pub title: String,
    /// Passages cut from it.
    pub chunks: u32,
    /// Their tokens together.
    pub tokens: u64,
}

/// Lists the site's documents and what was wrong with them.
pub async fn shelf(site: &Site) -> Result<Shelf, SiteError> {
    let knowledge = site.storage().knowledge();
    let shelved = |entry: portavoz_storage::DocumentEntry| ShelvedDocument {
        id: entry.id,
        title: entry.title,
        chunks: entry.chunks,
        tokens: entry.tokens,
    };
    Ok(Shelf {
        documents: knowledge.documents(site.id()).await?.into_iter().map(shelved).collect(),
        problems: knowledge.problems(site.id()).await?,
        generation: knowledge.generation(site.id()).await?,
    })
}
