//! Our search over a set's paragraphs: from paragraph to chunk to index, and from words to an understood question.

use std::error::Error;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::{Block, BlockKind, Document, Format};
use portavoz_domain::ids::DocumentId;
use portavoz_domain::question::{Question, Understood, Wants};
use portavoz_domain::search::SearchResult;
use portavoz_domain::understanding::understand;
use portavoz_knowledge::chunk::{ChunkLimits, chunk};
use portavoz_knowledge::index::Index;
use portavoz_knowledge::vectors::calibration::{EmbeddedProbe, probes};
use portavoz_knowledge::vectors::{QueryVector, VectorSet};
use portavoz_llm::embed::EmbeddingRole;
use portavoz_text::fold::fold;
use portavoz_text::language::Language;
use portavoz_text::words::words;

use super::embedding::Embedding;
use super::folder::{AnswerText, Paragraph};

/// An index of paragraphs or sentences; a chunk's document is the paragraph's id.
pub struct Ours<'a> {
    index: Index,
    embedding: Option<&'a Embedding>,
}

impl<'a> Ours<'a> {
    /// Indexes whole paragraphs, cut as the program cuts them.
    pub fn of_paragraphs<'t>(
        paragraphs: impl Iterator<Item = &'t Paragraph>,
        language: Language,
        embedding: Option<&'a Embedding>,
    ) -> Result<Self, Box<dyn Error>> {
        Self::of_texts(paragraphs.map(|paragraph| (paragraph.id, paragraph.text.as_str())), language, embedding)
    }

    /// Indexes texts, each with the id of its paragraph.
    pub fn of_texts<'t>(
        texts: impl Iterator<Item = (usize, &'t str)>,
        language: Language,
        embedding: Option<&'a Embedding>,
    ) -> Result<Self, Box<dyn Error>> {
        // Four characters a token, as in most languages of Europe.
        let count = |text: &str| text.chars().count().div_ceil(4);
        let mut chunks: Vec<Chunk> = Vec::new();
        for (place, (id, text)) in texts.enumerate() {
            // Places keep the ids of a paragraph's sentences apart.
            let document = document(&format!("{place}"), text, language);
            chunks.extend(
                chunk(&document, &count, ChunkLimits::default())
                    .into_iter()
                    .map(|chunk| Chunk { document: DocumentId::new(id.to_string()), ..chunk }),
            );
        }
        let vectors = embedding.map(|embedding| vectors(&chunks, embedding)).transpose()?;
        Ok(Self { index: Index::in_memory(1, chunks, vectors)?, embedding })
    }

    /// The best chunks.
    pub fn search(&self, question: &Question, limit: usize) -> Result<SearchResult, Box<dyn Error>> {
        let Some(embedding) = self.embedding else { return Ok(self.index.search(question, None, limit)?) };
        let embedded = embedding.embed(&[question.standalone()], EmbeddingRole::Query)?;
        let vector = embedded.first().map(|values| QueryVector { embedder: embedding.embedder().name(), values });
        Ok(self.index.search(question, vector, limit)?)
    }

    /// How rare a stem is in the index.
    pub fn idf(&self, stem: &str) -> f32 {
        self.index.idf(stem)
    }
}

/// One vector a chunk, as ingest hands them over.
fn vectors(chunks: &[Chunk], embedding: &Embedding) -> Result<VectorSet, Box<dyn Error>> {
    let texts: Vec<String> = chunks.iter().map(Chunk::embedding_text).collect();
    let vectors = embedding.embed(&texts, EmbeddingRole::Passage)?;
    let asked = probes(chunks);
    let (questions, deprived): (Vec<String>, Vec<String>) =
        asked.iter().map(|probe| (probe.question.clone(), probe.passage.clone())).unzip();
    let questions = embedding.embed(&questions, EmbeddingRole::Query)?;
    let deprived = embedding.embed(&deprived, EmbeddingRole::Passage)?;
    let probes = asked
        .iter()
        .zip(questions.into_iter().zip(deprived))
        .map(|(probe, (question, passage))| EmbeddedProbe { chunk: probe.chunk, question, passage });
    let embedder = embedding.embedder();
    Ok(VectorSet {
        embedder: embedder.name().to_owned(),
        dimensions: embedder.dimensions(),
        vectors: vectors.into_iter().map(Some).collect(),
        probes: probes.collect(),
    })
}

/// The question as the program understands it, its language known.
pub fn understood(text: &str, language: Language) -> Question {
    match understand(text, Some(language), &[], language) {
        Understood::Question(question) => question,
        Understood::Smalltalk(..) => {
            Question { text: text.to_owned(), language, carried: None, facets: Vec::new(), wants: Wants::Open }
        }
    }
}

/// True if a chunk is of this paragraph.
pub fn is_of(chunk: &Chunk, paragraph: usize) -> bool {
    chunk.document.as_str() == paragraph.to_string()
}

/// True if the text holds one of the answers; case, accents, spaces and punctuation aside.
pub fn holds(text: &str, answers: &[AnswerText]) -> bool {
    let text = plain(text);
    answers.iter().any(|answer| text.contains(&plain(&answer.text)))
}

/// Folded words, one space between them.
fn plain(text: &str) -> String {
    let kept = words(text).into_iter().map(|word| fold(word.text));
    let letters = |word: String| word.chars().filter(|character| character.is_alphanumeric()).collect::<String>();
    kept.map(letters).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn document(id: &str, text: &str, language: Language) -> Document {
    let block =
        Block { kind: BlockKind::Paragraph, text: text.to_owned(), span: 0..text.len(), page: None, facet: None };
    Document {
        id: DocumentId::new(id),
        // A title that says nothing, because the sets' paragraphs have none of their own.
        title: "§".to_owned(),
        url: None,
        language,
        facet: None,
        tags: Vec::new(),
        priority: 1.0,
        format: Format::Text,
        text: text.to_owned(),
        blocks: vec![block],
    }
}
