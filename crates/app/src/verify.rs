//! Checking any answer, whoever gave it: against texts that are given, or against everything the site knows.
//!
//! The judgement is `domain`'s; this finds what to judge against and says where each verdict comes from, in words
//! that can be shown. Start at [`verify`].

use std::sync::Arc;

use portavoz_domain::chunk::Chunk;
use portavoz_domain::contact::ContactCard;
use portavoz_domain::ids::DocumentId;
use portavoz_domain::markers::unmarked;
use portavoz_domain::phrases;
use portavoz_domain::search::Hit;
use portavoz_domain::verification::{self, Asked, ClaimKind, Evidence, Source, Sources, Status};
use portavoz_knowledge::index::{Index, IndexError};
use portavoz_text::language::{Language, detect};
use portavoz_text::sentences::sentences;
use serde::Serialize;

use crate::search::{bare_question, retrieve, united};
use crate::site::{Site, SiteError};

/// The longest answer that is checked at once. Unit: characters.
pub const MAX_ANSWER_CHARS: usize = 20_000;
/// The most texts that an answer is checked against.
pub const MAX_TEXTS: usize = 200;
/// The longest context, all texts together. Unit: characters.
pub const MAX_CONTEXT_CHARS: usize = 200_000;

/// Passages of the knowledge base that may speak of one sentence of the answer.
const PASSAGES_PER_SENTENCE: usize = 4;
/// Passages of the knowledge base at most: a long answer draws on many, and every sentence is held against all.
const MAX_PASSAGES: usize = 48;

/// An answer to check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerifyRequest {
    /// The answer.
    pub answer: String,
    /// What was asked: it tells what a short answer claims.
    pub question: Option<String>,
    /// What to check against; `None` for the knowledge base.
    pub context: Option<Vec<String>>,
    /// The answer's language; recognised if absent.
    pub language: Option<Language>,
}

/// Why an answer was not checked.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Nothing but white space.
    #[error("the answer is empty")]
    EmptyAnswer,
    /// Too long for one check.
    #[error("the answer has {length} characters; at most {MAX_ANSWER_CHARS} are checked at once")]
    AnswerTooLong {
        /// As sent.
        length: usize,
    },
    /// Longer than the site's visitors may ask.
    #[error("the question has {length} characters; at most {limit} are allowed")]
    QuestionTooLong {
        /// As sent.
        length: usize,
        /// As allowed.
        limit: usize,
    },
    /// Too many texts.
    #[error("the context has {count} texts; at most {MAX_TEXTS} are read")]
    TooManyTexts {
        /// As sent.
        count: usize,
    },
    /// The texts are too long together.
    #[error("the context has {length} characters; at most {MAX_CONTEXT_CHARS} are read")]
    ContextTooLong {
        /// As sent.
        length: usize,
    },
    /// The process is being torn down.
    #[error("the check was interrupted")]
    Interrupted,
    /// The site cannot be searched.
    #[error(transparent)]
    Site(#[from] SiteError),
}

impl From<IndexError> for VerifyError {
    fn from(error: IndexError) -> Self {
        Self::Site(error.into())
    }
}

/// An answer, checked, with the words that each verdict rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verified {
    /// 0..=1: how likely the sources support all of it.
    pub score: f32,
    /// Its sentences, in their order.
    pub sentences: Vec<VerifiedSentence>,
}

/// A sentence, checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifiedSentence {
    /// Without source markers.
    pub text: String,
    /// The worst of its claims that matters.
    pub status: Status,
    /// 0..=1: how likely the sources support it.
    pub score: f32,
    /// What it claims.
    pub claims: Vec<VerifiedClaim>,
}

/// A claim, checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifiedClaim {
    /// What it is about.
    pub kind: ClaimKind,
    /// As the sentence says it.
    pub text: String,
    /// What the sources say.
    pub status: Status,
    /// The words that say it, or say otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Quote>,
}

/// Words of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// Place of the text in the context, from 0; `None` for the knowledge base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<usize>,
    /// The document; `None` for a text of the context and for the contact card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
    /// Title and headings above the passage; `None` for a text of the context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The whole sentence.
    pub quote: String,
}

impl Verified {
    /// True if the sources say all of it.
    pub fn is_supported(&self) -> bool {
        self.sentences.iter().all(|sentence| sentence.status == Status::Supported)
    }
}

/// Checks an answer against the texts of the request or, without any, against the knowledge base.
pub async fn verify(site: &Site, request: VerifyRequest) -> Result<Verified, VerifyError> {
    admit(&request, site.settings().max_message_chars)?;
    let VerifyRequest { answer, question, context, language } = request;
    let answer = unmarked(&answer);
    let language = language.or_else(|| detect(&answer)).unwrap_or_else(|| site.language());
    let question = question.filter(|question| !question.trim().is_empty());
    let check = Check { answer, question, language };
    let texts = match context {
        Some(context) => Texts::Given(context),
        None => Texts::Known { index: site.index(), hits: check.hits_of_question(site).await?, card: site.contact() },
    };
    // Many searches and many comparisons: too long for a thread that others' answers stream on.
    let checking = site.tasks().spawn_blocking(move || check.against(texts));
    checking.await.map_err(|_| VerifyError::Interrupted)?
}

fn admit(request: &VerifyRequest, max_question_chars: usize) -> Result<(), VerifyError> {
    let length = request.answer.chars().count();
    if request.answer.trim().is_empty() {
        return Err(VerifyError::EmptyAnswer);
    }
    if length > MAX_ANSWER_CHARS {
        return Err(VerifyError::AnswerTooLong { length });
    }
    let length = request.question.as_deref().map_or(0, |question| question.chars().count());
    if length > max_question_chars {
        return Err(VerifyError::QuestionTooLong { length, limit: max_question_chars });
    }
    let texts = request.context.as_deref().unwrap_or_default();
    if texts.len() > MAX_TEXTS {
        return Err(VerifyError::TooManyTexts { count: texts.len() });
    }
    let length = texts.iter().map(|text| text.chars().count()).sum();
    if length > MAX_CONTEXT_CHARS {
        return Err(VerifyError::ContextTooLong { length });
    }
    Ok(())
}

/// What an answer is held against.
enum Texts {
    Given(Vec<String>),
    Known {
        index: Arc<Index>,
        /// For the question, if there was one.
        hits: Vec<Hit>,
        card: ContactCard,
    },
}

/// An admitted answer.
struct Check {
    /// Without markers.
    answer: String,
    question: Option<String>,
    language: Language,
}

impl Check {
    /// What the question finds, by meaning too if the site has an embedder: a pass over the answer's sentences by words
    /// alone might miss what the answer puts in words of its own.
    async fn hits_of_question(&self, site: &Site) -> Result<Vec<Hit>, IndexError> {
        let Some(question) = &self.question else { return Ok(Vec::new()) };
        let question = bare_question(question, self.language);
        let limit = site.settings().retrieval.max_results.max(PASSAGES_PER_SENTENCE);
        Ok(retrieve(site, &site.index(), &question, None, limit).await?.result.hits)
    }

    fn against(self, texts: Texts) -> Result<Verified, VerifyError> {
        let passages = match texts {
            Texts::Given(texts) => {
                texts.into_iter().enumerate().map(|(place, text)| Passage::given(place, text, self.language)).collect()
            }
            Texts::Known { index, hits, card } => {
                let found = self.passages_of_sentences(&index, hits)?;
                let contact = Passage::of_contact(&card, self.language, &found);
                found.iter().map(|chunk| Passage::of_chunk(chunk)).chain([contact]).collect::<Vec<_>>()
            }
        };
        let sources: Vec<Source<'_>> = passages.iter().map(Passage::source).collect();
        let asked = Asked { question: self.question.as_deref(), language: self.language };
        let verification = verification::verify(&self.answer, asked, &Sources::of(&sources));
        Ok(Verified {
            score: verification.score,
            sentences: verification.sentences.into_iter().map(|sentence| shown(sentence, &passages)).collect(),
        })
    }

    /// The passages that may speak of any sentence, most relevant first.
    fn passages_of_sentences(&self, index: &Index, mut hits: Vec<Hit>) -> Result<Vec<Arc<Chunk>>, IndexError> {
        for span in sentences(&self.answer) {
            let sentence = bare_question(self.answer.get(span).unwrap_or_default(), self.language);
            hits.extend(index.search(&sentence, None, PASSAGES_PER_SENTENCE)?.hits);
        }
        Ok(united(hits).into_iter().take(MAX_PASSAGES).map(|hit| hit.chunk).collect())
    }
}

/// What is true beside the words of the passages, a line each: the contact card, whichever document it came from, and
/// where the passages' documents can be opened.
pub(crate) fn beyond_passages<'a>(
    card: &ContactCard,
    language: Language,
    passages: impl Iterator<Item = &'a Chunk>,
) -> String {
    let addresses = passages.filter_map(|chunk| chunk.url.clone());
    let lines = card.name.iter().cloned().chain(phrases::contact_lines(language, card)).chain(addresses);
    lines.collect::<Vec<_>>().join("\n")
}

/// A text that an answer is held against, and where it comes from.
struct Passage {
    context: Option<usize>,
    document: Option<DocumentId>,
    heading: String,
    question: Option<String>,
    text: String,
    language: Language,
}

impl Passage {
    fn given(place: usize, text: String, default: Language) -> Self {
        let language = detect(&text).unwrap_or(default);
        Self { context: Some(place), document: None, heading: String::new(), question: None, text, language }
    }

    fn of_chunk(chunk: &Chunk) -> Self {
        Self {
            context: None,
            document: Some(chunk.document.clone()),
            heading: chunk.heading(),
            question: chunk.question.clone(),
            text: chunk.text.clone(),
            language: chunk.language,
        }
    }

    fn of_contact(card: &ContactCard, language: Language, found: &[Arc<Chunk>]) -> Self {
        let heading = phrases::label(language, phrases::Label::Contact).to_owned();
        let text = beyond_passages(card, language, found.iter().map(Arc::as_ref));
        Self { context: None, document: None, heading, question: None, text, language }
    }

    fn source(&self) -> Source<'_> {
        Source { heading: &self.heading, question: self.question.as_deref(), text: &self.text, language: self.language }
    }

    /// The whole sentences around the evidence; what stands above them if that says it.
    fn quote(&self, evidence: &Evidence) -> Quote {
        let touched = sentences(&self.text).into_iter().filter(|sentence| {
            !evidence.span.is_empty() && sentence.start < evidence.span.end && evidence.span.start < sentence.end
        });
        let around = touched.reduce(|first, last| first.start..last.end);
        let above = || [Some(self.heading.as_str()), self.question.as_deref()].into_iter().flatten();
        let quote = around
            .and_then(|around| self.text.get(around))
            .map_or_else(|| above().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" › "), str::to_owned);
        Quote {
            context: self.context,
            document: self.document.clone(),
            title: self.context.is_none().then(|| self.heading.clone()),
            quote,
        }
    }
}

fn shown(sentence: verification::CheckedSentence, passages: &[Passage]) -> VerifiedSentence {
    let claims = sentence.claims.into_iter().map(|claim| VerifiedClaim {
        kind: claim.kind,
        text: claim.text,
        status: claim.status,
        evidence: claim.evidence.and_then(|evidence| Some(passages.get(evidence.source)?.quote(&evidence))),
    });
    VerifiedSentence { text: sentence.text, status: sentence.status, score: sentence.score, claims: claims.collect() }
}
