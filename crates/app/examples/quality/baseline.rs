//! The baselines: what the usual tools do with the same texts.
//!
//! [`Bm25`] is tantivy's ranking over stems without stop words of the corpus's language; [`coverage`](Coverage) is the
//! share of a question's idf weight that one text holds. Both know nothing of what portavoz adds.

use std::collections::{HashMap, HashSet};

use portavoz_text::language::Language;
use portavoz_text::terms::terms;
use tantivy::collector::TopDocs;
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{IndexBuilder, Searcher, TantivyDocument, TantivyError, Term};

/// Memory in which the one segment is made.
const WRITER_BYTES: usize = 64 << 20;

/// Texts ranked by BM25.
pub struct Bm25 {
    searcher: Searcher,
    field: Field,
    language: Language,
}

impl Bm25 {
    /// Indexes texts of one language.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>, language: Language) -> Result<Self, TantivyError> {
        let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqs);
        let mut schema = Schema::builder();
        let field = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let builder = IndexBuilder::new().schema(schema.build());
        let mut writer =
            builder.single_segment_index_writer::<TantivyDocument>(RamDirectory::create(), WRITER_BYTES)?;
        for text in texts {
            let mut document = TantivyDocument::new();
            let stems = stems(text, language).into_iter().enumerate();
            let tokens = stems.map(|(position, text)| Token { position, text, ..Token::default() }).collect();
            document.add_pre_tokenized_text(field, PreTokenizedString { text: String::new(), tokens });
            writer.add_document(document)?;
        }
        Ok(Self { searcher: writer.finalize()?.reader()?.searcher(), field, language })
    }

    /// The places of the at most `limit` texts that match best. The question is read in the texts' language.
    pub fn best(&self, question: &str, limit: usize) -> Result<Vec<usize>, TantivyError> {
        let clauses = stems(question, self.language).into_iter().map(|stem| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(self.field, &stem);
            (Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
        });
        let query = BooleanQuery::new(clauses.collect());
        let found = self.searcher.search(&query, &TopDocs::with_limit(limit).order_by_score())?;
        Ok(found.into_iter().filter_map(|(_, address)| usize::try_from(address.doc_id).ok()).collect())
    }
}

/// How much of a question stands in the text that holds most of it.
pub struct Coverage {
    texts: Vec<HashSet<String>>,
    frequencies: HashMap<String, f64>,
    language: Language,
}

impl Coverage {
    /// Knows texts of one language.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>, language: Language) -> Self {
        let texts: Vec<HashSet<String>> = texts.map(|text| stems(text, language).into_iter().collect()).collect();
        let mut frequencies: HashMap<String, f64> = HashMap::new();
        for stem in texts.iter().flatten() {
            *frequencies.entry(stem.clone()).or_default() += 1.0;
        }
        Self { texts, frequencies, language }
    }

    /// The best text's share of the question's weight, 0..=1; the question is read in the texts' language.
    pub fn best(&self, question: &str) -> f64 {
        let asked: HashSet<String> = stems(question, self.language).into_iter().collect();
        let total: f64 = asked.iter().map(|stem| self.idf(stem)).sum();
        let held = |text: &HashSet<String>| -> f64 {
            asked.iter().filter(|stem| text.contains(*stem)).map(|stem| self.idf(stem)).sum()
        };
        let best = self.texts.iter().map(held).fold(0.0, f64::max);
        if total > 0.0 { best / total } else { 0.0 }
    }

    /// As BM25 has it.
    fn idf(&self, stem: &str) -> f64 {
        let (count, holding) = (self.texts.len() as f64, self.frequencies.get(stem).copied().unwrap_or(0.0));
        (1.0 + (count - holding + 0.5) / (holding + 0.5)).ln()
    }
}

/// The share of a claim's stems that stand in its source.
pub fn overlap(claim: &str, source: &str, language: Language) -> f64 {
    let held: HashSet<String> = stems(source, language).into_iter().collect();
    let said = stems(claim, language);
    let found = said.iter().filter(|stem| held.contains(*stem)).count();
    found as f64 / said.len().max(1) as f64
}

fn stems(text: &str, language: Language) -> Vec<String> {
    terms(text, language).into_iter().map(|term| term.stem).collect()
}
