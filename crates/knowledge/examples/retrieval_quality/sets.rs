//! What is asked of what: settings made from a folder of questions, and from the portfolios of the crate's own tests.
//!
//! A [`Setting`] is one index and the questions put to it. Start at [`of_folder`] and [`portfolios`].

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};

use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::{Document, Facet};
use portavoz_domain::ids::{ChunkId, DocumentId};
use portavoz_domain::question::{Question, Understood, Wants};
use portavoz_domain::understanding::understand;
use portavoz_knowledge::chunk::{ChunkLimits, chunk};
use portavoz_knowledge::index::Index;
use portavoz_text::language::Language;
use portavoz_text::sentences::sentences;
use serde::Deserialize;

use super::questions::{Asked, Paragraph, Set, document};

/// A portfolio of the tests.
#[derive(Debug, Deserialize)]
struct Portfolio {
    owner: String,
    #[serde(default = "spanish")]
    lang: String,
    passage: Vec<PortfolioPassage>,
    question: Vec<PortfolioQuestion>,
}

#[derive(Debug, Deserialize)]
struct Portfolios {
    portfolio: Vec<Portfolio>,
}

#[derive(Debug, Deserialize)]
struct PortfolioPassage {
    id: String,
    title: String,
    #[serde(default)]
    headings: Vec<String>,
    facet: String,
    text: String,
    question: Option<String>,
}

#[derive(Debug, Deserialize)]
struct PortfolioQuestion {
    text: String,
    lang: String,
    #[serde(default)]
    answers: Vec<String>,
}

fn spanish() -> String {
    "es".to_owned()
}

/// One question put to one index.
pub(crate) struct Case {
    pub(crate) question: Question,
    /// Ids of the chunks that answer it; none if the index does not.
    pub(crate) right: HashSet<String>,
    /// Questions of one group stay on one side of a fold: an article, or one portfolio question.
    pub(crate) group: usize,
}

/// What a setting is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Every question has an answer: recall.
    Recall,
    /// Half of the questions have none: answerability and calibration.
    Answerable,
    /// Twins in two languages, of which the one in the question's is wanted.
    Bilingual,
    /// A portfolio.
    Portfolio,
}

/// One index and the questions put to it.
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) purpose: Purpose,
    pub(crate) index: Index,
    /// The documents' language, for the baseline; of a mixed index, the questions'.
    pub(crate) language: Language,
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) cases: Vec<Case>,
    /// What all its questions count together in a fit.
    pub(crate) weight: f64,
}

/// What a paragraph is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Paragraph,
    /// Each sentence is a document.
    Sentence,
    /// Each sentence is a passage of its paragraph's document.
    Part,
}

/// Settings of every pair of languages, of paragraphs and of sentences, whole and halved.
pub(crate) fn of_folder(folder: &Path) -> Result<Vec<Setting>, Box<dyn Error>> {
    let read =
        |name: &str| -> Result<Set, Box<dyn Error>> { Ok(serde_json::from_slice(&std::fs::read(folder.join(name))?)?) };
    let sets = [(Language::Es, read("questions_es.json")?), (Language::En, read("questions_en.json")?)];
    let mut settings = Vec::new();
    for unit in [Unit::Paragraph, Unit::Sentence, Unit::Part] {
        for (to, documents) in &sets {
            for (from, asked) in &sets {
                let made = Made { unit, documents, to: *to, asked, from: *from };
                settings.push(made.setting(None)?);
                for half in [0, 1] {
                    settings.push(made.setting(Some(half))?);
                }
            }
        }
    }
    for (from, asked) in &sets {
        settings.push(bilingual(&sets, asked, *from)?);
    }
    Ok(settings)
}

struct Made<'a> {
    unit: Unit,
    documents: &'a Set,
    to: Language,
    asked: &'a Set,
    from: Language,
}

impl Made<'_> {
    /// All paragraphs, or those of one half.
    fn setting(&self, half: Option<usize>) -> Result<Setting, Box<dyn Error>> {
        let mut chunks = Vec::new();
        let kept =
            self.documents.paragraphs.iter().filter(|paragraph| half.is_none_or(|half| paragraph.id % 2 == half));
        kept.for_each(|paragraph| self.cut(paragraph, &mut chunks));
        let articles = articles(self.documents);
        let mut cases = Vec::new();
        // The answer as the documents' language words it: the files are parallel.
        for (asked, original) in self.asked.questions.iter().zip(&self.documents.questions) {
            let right = chunks.iter().filter(|chunk| self.answers(chunk, asked.pid, original));
            cases.push(Case {
                question: question(&asked.q, self.from),
                right: right.map(|chunk| chunk.id.as_str().to_owned()).collect(),
                group: articles.get(&asked.pid).copied().unwrap_or(0),
            });
        }
        let unit = match self.unit {
            Unit::Paragraph => "paragraphs",
            Unit::Sentence => "sentences",
            Unit::Part => "sentences of documents",
        };
        let halved = half.map(|half| format!(", half {half}")).unwrap_or_default();
        Ok(Setting {
            name: format!("{} on {} {unit}{halved}", self.from, self.to),
            purpose: if half.is_some() { Purpose::Answerable } else { Purpose::Recall },
            index: Index::in_memory(1, chunks.clone(), None)?,
            language: self.to,
            chunks,
            cases,
            weight: if half.is_some() { 0.5 } else { 1.0 } * if self.unit == Unit::Paragraph { 1.0 } else { 0.6 },
        })
    }

    fn cut(&self, paragraph: &Paragraph, chunks: &mut Vec<Chunk>) {
        let id = paragraph.id.to_string();
        match self.unit {
            Unit::Paragraph => chunks.extend(cut(&document(&id, &id, &paragraph.text, self.to))),
            Unit::Sentence | Unit::Part => {
                for span in sentences(&paragraph.text) {
                    let text = paragraph.text.get(span.clone()).unwrap_or_default();
                    let place = format!("{id}.{}", span.start);
                    let parts = cut(&document(&place, &place, text, self.to));
                    chunks.extend(parts.into_iter().map(|chunk| match self.unit {
                        Unit::Part => Chunk { document: DocumentId::new(id.as_str()), ..chunk },
                        _ => chunk,
                    }));
                }
            }
        }
    }

    fn answers(&self, chunk: &Chunk, pid: usize, original: &Asked) -> bool {
        let (document, _) = chunk.id.as_str().split_once('#').unwrap_or((chunk.id.as_str(), ""));
        let (id, start) = document.split_once('.').unwrap_or((document, "0"));
        if id != pid.to_string() {
            return false;
        }
        let Some(paragraph) = self.documents.paragraphs.iter().find(|paragraph| paragraph.id == pid) else {
            return false;
        };
        let from: usize = start.parse().unwrap_or(0);
        let span = from + chunk.span.start..from + chunk.span.end;
        original.answers.iter().any(|answer| {
            let at = paragraph.text.char_indices().nth(answer.start).map_or(0, |(at, _)| at);
            // An answer that reaches over the border of two sentences is in neither: then its beginning counts.
            span.contains(&at) || chunk.text.contains(&answer.text) && self.unit == Unit::Paragraph
        })
    }
}

/// Both languages' paragraphs in one index: what a visitor should be shown is the one in their language.
fn bilingual(sets: &[(Language, Set)], asked: &Set, from: Language) -> Result<Setting, Box<dyn Error>> {
    let chunks: Vec<Chunk> = sets
        .iter()
        .flat_map(|(language, set)| {
            let named = move |paragraph: &Paragraph| {
                let id = format!("{language}-{}", paragraph.id);
                document(&id, &id, &paragraph.text, *language)
            };
            set.paragraphs.iter().flat_map(move |paragraph| cut(&named(paragraph)))
        })
        .collect();
    let articles = articles(asked);
    let cases = asked.questions.iter().map(|asked| {
        let wanted = format!("{from}-{}", asked.pid);
        let holds = |chunk: &&Chunk| {
            chunk.document.as_str() == wanted && asked.answers.iter().any(|answer| chunk.text.contains(&answer.text))
        };
        Case {
            question: question(&asked.q, from),
            right: chunks.iter().filter(holds).map(|chunk| chunk.id.as_str().to_owned()).collect(),
            group: articles.get(&asked.pid).copied().unwrap_or(0),
        }
    });
    let cases = cases.collect();
    Ok(Setting {
        name: format!("{from} on es and en paragraphs"),
        purpose: Purpose::Bilingual,
        index: Index::in_memory(1, chunks.clone(), None)?,
        language: from,
        chunks,
        cases,
        weight: 0.3,
    })
}

/// The number of each paragraph's article.
fn articles(set: &Set) -> HashMap<usize, usize> {
    let mut titles: Vec<&str> = set.paragraphs.iter().map(|paragraph| paragraph.title.as_str()).collect();
    titles.sort_unstable();
    titles.dedup();
    let place = |title: &str| titles.binary_search(&title).unwrap_or(0);
    set.paragraphs.iter().map(|paragraph| (paragraph.id, place(&paragraph.title))).collect()
}

fn cut(document: &Document) -> Vec<Chunk> {
    chunk(document, &|text: &str| text.chars().count().div_ceil(4), ChunkLimits::default())
}

/// The portfolios of the tests.
pub(crate) fn portfolios() -> Result<Vec<Setting>, Box<dyn Error>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let read = |name: &str| std::fs::read_to_string(folder.join(name));
    let mut all: Vec<Portfolio> = vec![toml::from_str(&read("portfolio.toml")?)?];
    for name in ["portfolio_small.toml", "portfolio_more.toml"] {
        all.extend(toml::from_str::<Portfolios>(&read(name)?)?.portfolio);
    }
    let mut group = 0;
    all.into_iter().map(|portfolio| portfolio_setting(portfolio, &mut group)).collect()
}

fn portfolio_setting(portfolio: Portfolio, group: &mut usize) -> Result<Setting, Box<dyn Error>> {
    let language = Language::parse(&portfolio.lang).ok_or("unknown language")?;
    let chunks =
        portfolio.passage.iter().map(|passage| portfolio_chunk(passage, language)).collect::<Result<Vec<_>, _>>()?;
    let mut cases = Vec::new();
    for asked in portfolio.question {
        *group += 1;
        let language = Language::parse(&asked.lang).ok_or("unknown language")?;
        let question = question(&asked.text, language);
        cases.push(Case { question, right: asked.answers.into_iter().collect(), group: *group });
    }
    Ok(Setting {
        name: format!("portfolio of {}", portfolio.owner),
        purpose: Purpose::Portfolio,
        index: Index::in_memory(1, chunks.clone(), None)?.with_owner(&portfolio.owner),
        language,
        chunks,
        // One portfolio question weighs as much as several others: that is what the product is for.
        weight: cases.len() as f64 / 8.0,
        cases,
    })
}

fn portfolio_chunk(passage: &PortfolioPassage, language: Language) -> Result<Chunk, Box<dyn Error>> {
    let (document, _) = passage.id.split_once('#').ok_or("a passage id needs a `#`")?;
    Ok(Chunk {
        id: ChunkId::from_stored(passage.id.clone()),
        document: DocumentId::new(document),
        title: passage.title.clone(),
        url: None,
        heading_path: passage.headings.clone(),
        facet: Facet::parse(&passage.facet).ok_or("unknown facet")?,
        language,
        text: passage.text.clone(),
        question: passage.question.clone(),
        span: 0..passage.text.len(),
        page: None,
        tokens: u32::try_from(passage.text.len() / 4)?,
        priority: 1.0,
    })
}

/// The question as the product understands it.
fn question(text: &str, language: Language) -> Question {
    match understand(text, Some(language), &[], language) {
        Understood::Question(question) => question,
        Understood::Smalltalk(..) => {
            Question { text: text.to_owned(), language, carried: None, facets: Vec::new(), wants: Wants::Open }
        }
    }
}
