//! The baseline: BM25 over stems without stop words, as a full-text engine gives it, and plain idf coverage.
//!
//! The question is read with the stemmer and the stop words of the documents' language, whatever its own.

use std::collections::{HashMap, HashSet};
use std::error::Error;

use portavoz_domain::chunk::Chunk;
use portavoz_text::language::Language;
use portavoz_text::terms::terms;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{IndexBuilder, Searcher, TantivyDocument, Term};

/// Both baselines over the same chunks.
pub(crate) struct Baseline {
    language: Language,
    field: Field,
    searcher: Searcher,
    stems: Vec<HashSet<String>>,
    frequencies: HashMap<String, usize>,
}

fn stems(text: &str, language: Language) -> Vec<String> {
    terms(text, language).into_iter().map(|term| term.stem).collect()
}

impl Baseline {
    pub(crate) fn of(chunks: &[Chunk], language: Language) -> Result<Self, Box<dyn Error>> {
        let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqs);
        let mut schema = Schema::builder();
        let field = schema.add_text_field("body", TextOptions::default().set_indexing_options(indexing));
        let builder = IndexBuilder::new().schema(schema.build());
        let directory = tantivy::directory::RamDirectory::create();
        let mut writer = builder.single_segment_index_writer::<TantivyDocument>(directory, 64 << 20)?;
        let mut sets = Vec::new();
        let mut frequencies: HashMap<String, usize> = HashMap::new();
        for chunk in chunks {
            let stems = stems(&chunk.text, language);
            let tokens = stems
                .iter()
                .enumerate()
                .map(|(position, stem)| Token { position, text: stem.clone(), ..Token::default() })
                .collect();
            let mut document = TantivyDocument::new();
            document.add_pre_tokenized_text(field, PreTokenizedString { text: String::new(), tokens });
            writer.add_document(document)?;
            let set: HashSet<String> = stems.into_iter().collect();
            set.iter().for_each(|stem| *frequencies.entry(stem.clone()).or_default() += 1);
            sets.push(set);
        }
        let searcher = writer.finalize()?.reader()?.searcher();
        Ok(Self { language, field, searcher, stems: sets, frequencies })
    }

    /// Places of the at most `limit` best chunks.
    pub(crate) fn best(&self, question: &str, limit: usize) -> Result<Vec<usize>, Box<dyn Error>> {
        let clauses: Vec<(Occur, Box<dyn Query>)> = stems(question, self.language)
            .iter()
            .map(|stem| {
                let term = TermQuery::new(Term::from_field_text(self.field, stem), IndexRecordOption::WithFreqs);
                (Occur::Should, Box::new(term) as Box<dyn Query>)
            })
            .collect();
        let found = self.searcher.search(&BooleanQuery::new(clauses), &TopDocs::with_limit(limit).order_by_score())?;
        Ok(found.into_iter().filter_map(|(_, address)| usize::try_from(address.doc_id).ok()).collect())
    }

    /// The largest share of the question's rarity that one chunk covers.
    pub(crate) fn coverage(&self, question: &str) -> f32 {
        let mut asked = stems(question, self.language);
        asked.sort();
        asked.dedup();
        let idf = |stem: &String| {
            let frequency = self.frequencies.get(stem).copied().unwrap_or(0) as f32;
            (1.0 + (self.stems.len() as f32 - frequency + 0.5) / (frequency + 0.5)).ln()
        };
        let total: f32 = asked.iter().map(idf).sum();
        let covered = |set: &HashSet<String>| asked.iter().filter(|stem| set.contains(*stem)).map(idf).sum::<f32>();
        self.stems.iter().map(covered).fold(0.0, f32::max) / total.max(f32::MIN_POSITIVE)
    }
}
