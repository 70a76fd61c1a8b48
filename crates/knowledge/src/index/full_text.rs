//! Full text: which passages hold the question's stems, by BM25 (tantivy).
//!
//! Owns the one segment and its three fields. The stems are ours, so tantivy never tokenises; it ranks by rarity,
//! frequency and length, and only proposes candidates. Start at [`FullText::best`].

use std::path::Path;

use tantivy::collector::TopDocs;
use tantivy::directory::{Directory, MmapDirectory, RamDirectory};
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{IndexBuilder, ReloadPolicy, Searcher, TantivyDocument, TantivyError, Term};

use crate::analysis::{Analysis, StemId};

/// Memory in which the segment is made before it is written.
const WRITER_BYTES: usize = 64 << 20;

/// Fields and how much a match in each counts. Documents are added in the chunks' order, so that a document's number
/// is its chunk's ordinal.
const FIELDS: [(&str, f32); 3] = [("body", 1.0), ("heading", 1.2), ("question", 2.0)];

/// A searcher over one segment.
pub(crate) struct FullText {
    searcher: Searcher,
    fields: Vec<(Field, f32)>,
}

/// One stem that a query asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clause<'a> {
    /// The stem.
    pub stem: &'a str,
    /// What a match counts, beside its rarity.
    pub boost: f32,
}

impl FullText {
    /// Writes the segment into an empty folder and opens it.
    pub fn build_in(folder: &Path, analysis: &Analysis) -> Result<Self, TantivyError> {
        Self::build(MmapDirectory::open(folder)?, analysis)
    }

    /// The same in memory.
    pub fn build_in_memory(analysis: &Analysis) -> Result<Self, TantivyError> {
        Self::build(RamDirectory::create(), analysis)
    }

    /// Opens what [`Self::build_in`] wrote for that many chunks.
    pub fn open(folder: &Path, chunks: usize) -> Result<Self, TantivyError> {
        let full_text = Self::of(&tantivy::Index::open(MmapDirectory::open(folder)?)?)?;
        let is_whole =
            full_text.searcher.num_docs() == chunks as u64 && full_text.searcher.segment_readers().len() <= 1;
        if is_whole {
            Ok(full_text)
        } else {
            Err(TantivyError::SchemaError("not one segment of all chunks".to_owned()))
        }
    }

    fn build(directory: impl Into<Box<dyn Directory>>, analysis: &Analysis) -> Result<Self, TantivyError> {
        let (schema, fields) = schema();
        let builder = IndexBuilder::new().schema(schema);
        let mut writer = builder.single_segment_index_writer::<TantivyDocument>(directory, WRITER_BYTES)?;
        for passage in &analysis.passages {
            let body = passage.tokens.iter().map(|token| token.stem());
            let mut document = TantivyDocument::new();
            let [body_field, heading_field, question_field] = fields;
            document.add_pre_tokenized_text(body_field, tokens(analysis, body));
            document.add_pre_tokenized_text(
                heading_field,
                tokens(analysis, passage.above.iter().chain(&passage.heading).copied()),
            );
            document.add_pre_tokenized_text(question_field, tokens(analysis, passage.question.iter().copied()));
            writer.add_document(document)?;
        }
        Self::of(&writer.finalize()?)
    }

    fn of(index: &tantivy::Index) -> Result<Self, TantivyError> {
        let schema = index.schema();
        let fields = FIELDS
            .iter()
            .map(|(name, boost)| Ok((schema.get_field(name)?, *boost)))
            .collect::<Result<Vec<_>, TantivyError>>()?;
        // The segment never changes: no watching, no reloading.
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { searcher: reader.searcher(), fields })
    }

    /// The at most `limit` chunks that match best, with their BM25 scores; ties go to the lower ordinal.
    pub fn best(&self, clauses: &[Clause<'_>], limit: usize) -> Result<Vec<(u32, f32)>, TantivyError> {
        if clauses.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let mut queries: Vec<(Occur, Box<dyn Query>)> = Vec::with_capacity(clauses.len() * FIELDS.len());
        for clause in clauses {
            for (field, boost) in &self.fields {
                let term = TermQuery::new(Term::from_field_text(*field, clause.stem), IndexRecordOption::WithFreqs);
                queries.push((Occur::Should, Box::new(BoostQuery::new(Box::new(term), boost * clause.boost))));
            }
        }
        let found = self.searcher.search(&BooleanQuery::new(queries), &TopDocs::with_limit(limit).order_by_score())?;
        Ok(found.into_iter().map(|(score, address)| (address.doc_id, score)).collect())
    }
}

fn schema() -> (Schema, [Field; 3]) {
    // The tokenizer's name is never looked up, because every text comes in tokens.
    let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqs);
    let options = TextOptions::default().set_indexing_options(indexing);
    let mut schema = Schema::builder();
    let fields = FIELDS.map(|(name, _)| schema.add_text_field(name, options.clone()));
    (schema.build(), fields)
}

fn tokens(analysis: &Analysis, stems: impl Iterator<Item = StemId>) -> PreTokenizedString {
    let tokens = stems
        .enumerate()
        .map(|(position, stem)| Token { position, text: analysis.stem(stem).to_owned(), ..Token::default() })
        .collect();
    PreTokenizedString { text: String::new(), tokens }
}
