//! A whole site without a model over a set's paragraphs: what a visitor of portavoz would be told.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use portavoz_app::ask::{Answer, Ask, ask};
use portavoz_app::clock::{Clock, Entropy};
use portavoz_app::ingest::ingest;
use portavoz_app::settings::{
    AlertSettings, BudgetSettings, CacheSettings, ExperimentSettings, Face, GenerationSettings, KnowledgeSettings,
    LifecycleSettings, MessageSettings, PrivacySettings, RetrievalSettings, SiteSettings, VerifySettings,
};
use portavoz_app::site::{Site, SiteParts};
use portavoz_domain::contact::ContactCard;
use portavoz_domain::context::ContextLimits;
use portavoz_domain::ids::SiteId;
use portavoz_domain::prompt::{HistoryLimits, PromptOptions, Prompts};
use portavoz_domain::timestamp::Timestamp;
use portavoz_llm::catalogue::Catalogue;
use portavoz_llm::embed::Embedder;
use portavoz_storage::sqlite::SqliteStorage;
use tempfile::TempDir;

use super::folder::QuestionSet;

/// A site and its folder, which goes when it goes.
pub struct WholeSite {
    site: Arc<Site>,
    _folder: TempDir,
}

/// A millisecond more at each look.
struct Steps(AtomicI64);

impl Clock for Steps {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// Bytes that are the same in every run and never repeat.
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            part.iter_mut().zip(number.to_le_bytes()).for_each(|(slot, byte)| *slot = byte);
        }
    }
}

/// Four characters a token, as in most languages of Europe.
fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}

static TOKENS: fn(&str) -> usize = tokens;

impl WholeSite {
    /// Writes each paragraph as a text file and ingests them.
    pub async fn open(set: &QuestionSet, embedder: Option<&Arc<dyn Embedder>>) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let documents = folder.path().join("knowledge");
        std::fs::create_dir(&documents)?;
        for paragraph in &set.paragraphs {
            std::fs::write(documents.join(format!("{}.txt", paragraph.id)), &paragraph.text)?;
        }
        let settings = SiteSettings {
            owner: ContactCard::default(),
            language: Some(set.language),
            title: None,
            greeting: None,
            face: Face::default(),
            suggestions: Vec::new(),
            public_url: String::new(),
            max_message_chars: 2_000,
            retrieval: RetrievalSettings { embedding_timeout: Duration::from_secs(60), ..RetrievalSettings::default() },
            context: ContextLimits::default(),
            history: HistoryLimits::default(),
            generation: GenerationSettings::default(),
            verify: VerifySettings::default(),
            lifecycle: LifecycleSettings::default(),
            privacy: PrivacySettings::default(),
            messages: MessageSettings::default(),
            alerts: AlertSettings::default(),
            budget: BudgetSettings::default(),
            cache: CacheSettings::default(),
            experiments: ExperimentSettings::default(),
            knowledge: KnowledgeSettings {
                folder: documents,
                urls: Vec::new(),
                sitemaps: Vec::new(),
                max_file_bytes: 1_000_000,
                max_pages: 1,
            },
        };
        let parts = SiteParts {
            id: SiteId::default(),
            settings,
            prompts: Prompts::new(PromptOptions::default(), &BTreeMap::new())?,
            storage: Arc::new(SqliteStorage::in_memory().await?),
            models: Vec::new(),
            judge: None,
            source: None,
            catalogue: Catalogue::embedded(),
            embedding_model: None,
            embedder: embedder.map(Arc::clone),
            notifiers: Vec::new(),
            tokenizer: &TOKENS,
            web: None,
            index_root: folder.path().join("index"),
            clock: Arc::new(Steps(AtomicI64::new(1_795_348_800_000))),
            entropy: Arc::new(Counted(AtomicU64::new(1))),
        };
        let site = Site::open(parts).await?;
        ingest(&site, &|_| {}).await?;
        Ok(Self { site, _folder: folder })
    }

    /// What a new visitor is answered.
    pub async fn ask(&self, message: &str) -> Result<Answer, Box<dyn Error>> {
        let request = Ask {
            message: message.to_owned(),
            visitor: self.site.new_visitor(),
            conversation: None,
            language: None,
            stream: false,
            client_history: Vec::new(),
            variant: None,
        };
        Ok(ask(&self.site, request).await?.whole().await?)
    }
}
