//! The index of one portfolio: immutable, in memory and on disk, replaced as a whole when the documents change.
//!
//! Owns the chunks, their analysis, the full-text segment and the vectors, and the folder they lie in. Ranking stands
//! in [`crate::search`], which adds [`Index::search`]. Start at [`Index::build`] and [`Index::open_current`].
//!
//! A root folder holds one folder per built index and a file `CURRENT` that names the valid one. `CURRENT` is replaced
//! atomically after everything it names is on disk, so a crash at any point leaves the previous index valid;
//! [`sweep`] removes what crashes and earlier generations leave behind.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::Facet;
use portavoz_domain::ids::ChunkId;
use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::words::words;

use crate::analysis::Analysis;
use crate::analysis::lookalikes::Lookalikes;
use crate::search::CANDIDATES;
use crate::vectors::{InvalidVectors, VectorSet, VectorTable};

mod checksum;
mod files;
pub(crate) mod full_text;
#[cfg(test)]
mod tests;
mod topics;

pub use files::sweep;

use files::{Folder, Parts};
use full_text::FullText;

/// Why an index could not be built, opened or searched.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// What lies on disk is not a whole index of this version: build it again.
    #[error("the index at `{path}` is unusable: {cause}")]
    Corrupt {
        /// The folder or file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The disk refused.
    #[error("could not {action} `{path}`")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The question's vector was made by another model than the passages' vectors.
    #[error("the index holds {index}, the question was embedded by {question}: re-index or use the same embedder")]
    EmbedderMismatch {
        /// What the index holds.
        index: String,
        /// What came with the question.
        question: String,
    },
    /// The vectors to be indexed are malformed.
    #[error(transparent)]
    Vectors(#[from] InvalidVectors),
    /// The full-text engine failed.
    #[error("full-text search failed")]
    FullText(#[from] tantivy::TantivyError),
}

/// How much an index holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Distinct documents.
    pub documents: usize,
    /// Chunks.
    pub chunks: usize,
    /// Tokens of all chunks.
    pub tokens: u64,
    /// Chunks per language, most first; languages without chunks are absent.
    pub languages: Vec<(Language, usize)>,
    /// Chunks per facet, in the order of [`Facet::ALL`]; facets without chunks are absent.
    pub facets: Vec<(Facet, usize)>,
}

/// A searchable index. Cheap to share behind an `Arc`; never changes.
pub struct Index {
    pub(crate) generation: u64,
    pub(crate) chunks: Vec<Arc<Chunk>>,
    pub(crate) ordinals: HashMap<ChunkId, u32>,
    pub(crate) analysis: Analysis,
    pub(crate) lookalikes: Lookalikes,
    pub(crate) full_text: FullText,
    pub(crate) vectors: Option<VectorTable>,
    /// The chunks' languages, most frequent first.
    pub(crate) languages: Vec<Language>,
    /// Ordinals of each facet's chunks, preferred documents first; no more than a search looks at.
    pub(crate) by_facet: HashMap<Facet, Vec<u32>>,
    /// Folded words of the owner's name.
    pub(crate) owner: Vec<String>,
    /// How many terms a passage has on average, at least one.
    pub(crate) average_length: f32,
}

impl Index {
    /// Builds an index in a new folder of `root`, makes it the current one and opens it. Blocking.
    ///
    /// On error the folder is removed and the previous index stays current.
    pub fn build(
        root: &Path,
        generation: u64,
        chunks: Vec<Chunk>,
        vectors: Option<VectorSet>,
    ) -> Result<Self, IndexError> {
        let vectors = vectors.map(|set| VectorTable::new(set, chunks.len())).transpose()?;
        let analysis = Analysis::of(&chunks);
        let chunks: Vec<Arc<Chunk>> = chunks.into_iter().map(Arc::new).collect();
        let folder = Folder::create(root, generation)?;
        let built =
            FullText::build_in(&folder.full_text()?, &analysis).map_err(IndexError::from).and_then(|full_text| {
                folder.seal(&Parts { generation, chunks: &chunks, analysis: &analysis, vectors: vectors.as_ref() })?;
                folder.make_current(root)?;
                Ok(full_text)
            });
        match built {
            Ok(full_text) => Ok(Self::assemble(generation, chunks, analysis, full_text, vectors)),
            Err(error) => {
                folder.discard();
                Err(error)
            }
        }
    }

    /// Opens the current index of `root`; `None` if there has never been one. Blocking.
    ///
    /// Anything missing, torn or of another version is [`IndexError::Corrupt`]: the caller builds again from storage.
    pub fn open_current(root: &Path) -> Result<Option<Self>, IndexError> {
        let Some(folder) = Folder::current(root)? else { return Ok(None) };
        let stored = folder.read()?;
        let full_text = FullText::open(&folder.full_text()?, stored.chunks.len())
            .map_err(|error| folder.corrupt(&format!("its full text cannot be opened: {error}")))?;
        Ok(Some(Self::assemble(stored.generation, stored.chunks, stored.analysis, full_text, stored.vectors)))
    }

    /// The same index without a folder, for tests and for sites that keep nothing on disk.
    pub fn in_memory(generation: u64, chunks: Vec<Chunk>, vectors: Option<VectorSet>) -> Result<Self, IndexError> {
        let vectors = vectors.map(|set| VectorTable::new(set, chunks.len())).transpose()?;
        let analysis = Analysis::of(&chunks);
        let full_text = FullText::build_in_memory(&analysis)?;
        Ok(Self::assemble(generation, chunks.into_iter().map(Arc::new).collect(), analysis, full_text, vectors))
    }

    /// Tells the index the owner's name. Every passage is about the owner, so these words then say nothing about which
    /// passage answers; without them, a name that few passages repeat would look like the question's subject.
    #[must_use]
    pub fn with_owner(mut self, name: &str) -> Self {
        self.owner = words(name).into_iter().map(|word| fold(word.text)).collect();
        self
    }

    fn assemble(
        generation: u64,
        chunks: Vec<Arc<Chunk>>,
        analysis: Analysis,
        full_text: FullText,
        vectors: Option<VectorTable>,
    ) -> Self {
        let ordinals = chunks.iter().map(|chunk| chunk.id.clone()).zip(0..).collect();
        let lookalikes = Lookalikes::of(&analysis.vocabulary);
        let languages = languages(&chunks).into_iter().map(|(language, _)| language).collect();
        let (by_facet, owner, average_length) = (by_facet(&chunks), Vec::new(), analysis.average_length());
        Self {
            generation,
            chunks,
            ordinals,
            analysis,
            lookalikes,
            full_text,
            vectors,
            languages,
            by_facet,
            owner,
            average_length,
        }
    }

    /// Number of the knowledge change that this index was built from.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Number of chunks.
    pub fn len(&self) -> usize {
        self.chunks.len()
    }

    /// True if there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Name and dimensions of the model whose vectors the index holds, if it holds any.
    pub fn embedder(&self) -> Option<(&str, usize)> {
        self.vectors.as_ref().map(|vectors| (vectors.embedder(), vectors.dimensions()))
    }

    /// The chunk with this id.
    pub fn chunk(&self, id: &ChunkId) -> Option<Arc<Chunk>> {
        self.ordinals.get(id).and_then(|ordinal| self.at(*ordinal)).map(Arc::clone)
    }

    /// All chunks, by document and ordinal as they were given.
    pub fn chunks(&self) -> &[Arc<Chunk>] {
        &self.chunks
    }

    /// How rare a folded stem is: 0 if it stands in every chunk, most if it stands in none.
    pub fn idf(&self, stem: &str) -> f32 {
        self.analysis.idf(self.analysis.number(stem).map_or(0, |number| self.analysis.frequency(number)))
    }

    /// How much the index holds.
    pub fn counts(&self) -> Counts {
        let mut documents: Vec<&str> = self.chunks.iter().map(|chunk| chunk.document.as_str()).collect();
        documents.sort_unstable();
        documents.dedup();
        let of_facet = |facet| self.chunks.iter().filter(|chunk| chunk.facet == facet).count();
        Counts {
            documents: documents.len(),
            chunks: self.len(),
            tokens: self.chunks.iter().map(|chunk| u64::from(chunk.tokens)).sum(),
            languages: languages(&self.chunks),
            facets: Facet::ALL
                .into_iter()
                .map(|facet| (facet, of_facet(facet)))
                .filter(|(_, count)| *count > 0)
                .collect(),
        }
    }

    pub(crate) fn at(&self, ordinal: u32) -> Option<&Arc<Chunk>> {
        usize::try_from(ordinal).ok().and_then(|ordinal| self.chunks.get(ordinal))
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let embedder = self.embedder();
        formatter
            .debug_struct("Index")
            .field("generation", &self.generation)
            .field("chunks", &self.len())
            .field("embedder", &embedder)
            .finish_non_exhaustive()
    }
}

/// Chunks per language, most first, ties in the contract's order.
fn languages(chunks: &[Arc<Chunk>]) -> Vec<(Language, usize)> {
    let of_language = |language| chunks.iter().filter(|chunk| chunk.language == language).count();
    let mut counts: Vec<(Language, usize)> = Language::ALL
        .into_iter()
        .map(|language| (language, of_language(language)))
        .filter(|(_, count)| *count > 0)
        .collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

fn by_facet(chunks: &[Arc<Chunk>]) -> HashMap<Facet, Vec<u32>> {
    let mut filed: HashMap<Facet, Vec<(u32, f32)>> = HashMap::new();
    for (ordinal, chunk) in (0..).zip(chunks) {
        filed.entry(chunk.facet).or_default().push((ordinal, chunk.priority));
    }
    let preferred = |mut filed: Vec<(u32, f32)>| {
        // Stable, so equals stay in the documents' order.
        filed.sort_by(|one, other| other.1.total_cmp(&one.1));
        filed.into_iter().map(|(ordinal, _)| ordinal).take(CANDIDATES).collect()
    };
    filed.into_iter().map(|(facet, filed)| (facet, preferred(filed))).collect()
}
