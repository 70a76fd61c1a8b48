//! A site's configuration, validated: what the use cases need to know, free of files and environment.

use std::path::PathBuf;
use std::time::Duration;

use portavoz_domain::alerts::rules::Thresholds;
use portavoz_domain::budget::Caps;
use portavoz_domain::contact::ContactCard;
use portavoz_domain::context::ContextLimits;
use portavoz_domain::prompt::HistoryLimits;
use portavoz_domain::verification::policy::Mode;
use portavoz_text::language::Language;

pub use crate::experiments::ExperimentSettings;
pub use crate::face::{Face, Logo};
pub use crate::privacy::PrivacySettings;

/// Everything that can be set about a site's answers.
#[derive(Debug, Clone)]
pub struct SiteSettings {
    /// What the owner says about ways to be reached; a JSON Resume fills what is missing.
    pub owner: ContactCard,
    /// Spoken when neither visitor nor conversation tell a language; most of the documents' own if absent.
    pub language: Option<Language>,
    /// The page's title; made from the owner's name if absent.
    pub title: Option<String>,
    /// First words on the page; a stock greeting if absent.
    pub greeting: Option<String>,
    /// Questions offered to visitors; made from the documents if empty.
    pub suggestions: Vec<String>,
    /// How the owner wants the pages to look.
    pub face: Face,
    /// Where visitors reach portavoz, without a final `/`; empty makes citations relative to the server.
    pub public_url: String,
    /// The longest message, in characters.
    pub max_message_chars: usize,
    /// See [`RetrievalSettings`].
    pub retrieval: RetrievalSettings,
    /// How much a model reads.
    pub context: ContextLimits,
    /// How much of the conversation goes along.
    pub history: HistoryLimits,
    /// See [`GenerationSettings`].
    pub generation: GenerationSettings,
    /// See [`VerifySettings`].
    pub verify: VerifySettings,
    /// See [`LifecycleSettings`].
    pub lifecycle: LifecycleSettings,
    /// See [`PrivacySettings`].
    pub privacy: PrivacySettings,
    /// See [`MessageSettings`].
    pub messages: MessageSettings,
    /// See [`AlertSettings`].
    pub alerts: AlertSettings,
    /// See [`BudgetSettings`].
    pub budget: BudgetSettings,
    /// See [`CacheSettings`].
    pub cache: CacheSettings,
    /// See [`ExperimentSettings`].
    pub experiments: ExperimentSettings,
    /// See [`KnowledgeSettings`].
    pub knowledge: KnowledgeSettings,
}

/// What counts as found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetrievalSettings {
    /// Passages at most.
    pub max_results: usize,
    /// The least relevance, 0..=1, of a passage that an answer may rest on.
    pub threshold: f32,
    /// How long the question's vector may take before the search goes on without it.
    pub embedding_timeout: Duration,
}

impl Default for RetrievalSettings {
    fn default() -> Self {
        Self { max_results: 4, threshold: 0.75, embedding_timeout: Duration::from_millis(1_500) }
    }
}

/// Parameters of generation, sent to models that accept them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GenerationSettings {
    /// 0..=2.
    pub temperature: f32,
    /// 0..=1.
    pub top_p: f32,
    /// Tokens of an answer at most.
    pub max_tokens: u32,
    /// How long a visitor waits for the first words of any model, all of them together; then the documents answer.
    pub patience: Duration,
}

impl Default for GenerationSettings {
    fn default() -> Self {
        Self { temperature: 0.7, top_p: 0.9, max_tokens: 1_000, patience: Duration::from_secs(20) }
    }
}

/// What happens to what a model says, before a visitor reads it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct VerifySettings {
    /// What becomes of sentences that the documents do not support.
    pub mode: Mode,
    /// See [`JudgeSettings`]; has no effect unless the site has a judge.
    pub judge: JudgeSettings,
}

/// When the judge, a second model, is asked about a sentence, and for how long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JudgeSettings {
    /// The sentence's score, 0..=1, from which on the rules' verdict is in doubt.
    pub doubtful_from: f32,
    /// The score from which on it is not in doubt any more.
    pub doubtful_below: f32,
    /// How long a sentence may wait for the judge; then the rules' verdict stands.
    pub timeout: Duration,
    /// Sentences of one answer that the judge is asked about, at most.
    pub max_sentences: usize,
}

impl Default for JudgeSettings {
    fn default() -> Self {
        Self { doubtful_from: 0.35, doubtful_below: 0.65, timeout: Duration::from_millis(2_000), max_sentences: 4 }
    }
}

/// What happens when a provider switches a model off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifecycleSettings {
    /// Whether the provider is asked every few hours for its models and their ends.
    pub watch: bool,
    /// Whether the successor takes over by itself; otherwise the configured models are asked whatever their dates say.
    pub auto_successor: bool,
}

impl Default for LifecycleSettings {
    fn default() -> Self {
        Self { watch: true, auto_successor: true }
    }
}

/// What becomes of messages for the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageSettings {
    /// Whether visitors can leave any.
    pub enabled: bool,
    /// Whether the owner is told of each, by the channels of alerts.
    pub notify: bool,
}

impl Default for MessageSettings {
    fn default() -> Self {
        Self { enabled: true, notify: true }
    }
}

/// When and in which language the owner is alerted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct AlertSettings {
    /// What figures are to keep to.
    pub thresholds: Thresholds,
    /// Of the messages; the site's if absent.
    pub language: Option<Language>,
}

/// What may be spent on models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BudgetSettings {
    /// What must not be passed.
    pub caps: Caps,
    /// Whether a model of unknown price stays unasked: its calls cannot be kept below any cap.
    pub refuse_unpriced: bool,
}

/// Which answers of models are told again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheSettings {
    /// How many are remembered; 0 remembers none.
    pub entries: u64,
    /// For how long one may be told again.
    pub lasts: Duration,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self { entries: 1_000, lasts: Duration::from_secs(12 * 60 * 60) }
    }
}

/// Where the documents are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeSettings {
    /// The folder of documents.
    pub folder: PathBuf,
    /// Pages of the owner's site, read at each ingest.
    pub urls: Vec<String>,
    /// Sitemaps of the owner's site; every page they name is read.
    pub sitemaps: Vec<String>,
    /// Larger files are skipped.
    pub max_file_bytes: usize,
    /// Pages of one sitemap at most.
    pub max_pages: usize,
}
