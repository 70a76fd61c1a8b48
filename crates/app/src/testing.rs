//! A site to test with: its documents, its scripted models and embedder, its clock. Behind the feature `testing`, for
//! the tests of this crate and of the server; no product code sees it.
#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]
#![allow(missing_docs, reason = "the names say it, and only tests read them")]
#![allow(missing_debug_implementations, reason = "only tests hold them")]

pub mod lies;
mod lives;

pub use lives::{Lives, ScriptedProvider};

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::alerts::Notifier;
use crate::ask::{Answer, Ask, ask};
use crate::clock::{Clock, Entropy};
use crate::ingest::{IngestReport, ingest};
use crate::models::LadderModel;
use crate::settings::{
    AlertSettings, BudgetSettings, CacheSettings, ExperimentSettings, Face, GenerationSettings, KnowledgeSettings,
    LifecycleSettings, MessageSettings, PrivacySettings, RetrievalSettings, SiteSettings, VerifySettings,
};
use crate::site::{Site, SiteParts};
use async_trait::async_trait;
use futures::stream;
use portavoz_domain::contact::ContactCard;
use portavoz_domain::context::ContextLimits;
use portavoz_domain::ids::{ConversationId, SiteId, VisitorId};
use portavoz_domain::prompt::{HistoryLimits, PromptOptions, Prompts};
use portavoz_domain::tariff::Tariff;
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::tokens::CountTokens;
use portavoz_domain::usage::{Price, Usage};
use portavoz_llm::LlmError;
use portavoz_llm::catalogue::Catalogue;
use portavoz_llm::chat::{ChatEnd, ChatEvent, ChatModel, ChatRequest, ChatStream};
use portavoz_llm::embed::{Embedded, Embedder, EmbeddingRole};
use portavoz_storage::Storage;
use portavoz_storage::sqlite::SqliteStorage;
use portavoz_text::language::Language;

/// 2026-11-22T12:00:00Z, and a millisecond more at each look.
pub struct SteppingClock(AtomicI64);

impl SteppingClock {
    /// Goes on from this moment.
    pub fn move_to(&self, moment: Timestamp) {
        self.0.store(moment.as_millis(), Ordering::Relaxed);
    }

    /// From now on it is this much later.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// Bytes that never repeat and are the same in every run.
pub struct CountingEntropy(AtomicUsize);

impl CountingEntropy {
    /// Other bytes than those of any site that this process opened before, as two starts of the program have them.
    fn fresh() -> Self {
        static OPENED: AtomicUsize = AtomicUsize::new(0);
        Self(AtomicUsize::new(1 + OPENED.fetch_add(1, Ordering::Relaxed) * 1_000_000))
    }
}

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let seed = self.0.fetch_add(1, Ordering::Relaxed) as u64;
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(place as u32 * 7) >> 8) as u8;
        }
    }
}

/// One reply of a scripted model.
#[derive(Clone)]
pub enum Reply {
    /// These events, one after the other.
    Says(Vec<Result<ChatEvent, LlmError>>),
    /// No first token.
    Fails(LlmError),
    /// Not even a first event.
    Silent,
    /// These pieces, then silence for ever.
    Hangs(Vec<&'static str>),
    /// The first `free` events at once, each further one when the gate gives a permit.
    Gated { events: Vec<Result<ChatEvent, LlmError>>, free: usize, gate: Arc<tokio::sync::Semaphore> },
}

/// Pieces, then the end with this usage.
pub fn says(pieces: &[&str], usage: Option<Usage>) -> Reply {
    let mut events: Vec<_> = pieces.iter().map(|piece| Ok(ChatEvent::Delta((*piece).to_owned()))).collect();
    events.push(Ok(ChatEvent::End(ChatEnd { usage, finish_reason: Some("stop".to_owned()), ..ChatEnd::default() })));
    Reply::Says(events)
}

/// Says what its script says and remembers what it was asked.
pub struct ScriptedModel {
    name: &'static str,
    tariff: Option<Tariff>,
    replies: Mutex<VecDeque<Reply>>,
    pub requests: Mutex<Vec<ChatRequest>>,
    /// Streams that were dropped, whether read to the end or not.
    pub dropped: Arc<AtomicUsize>,
}

pub const PRICE: Price = Price { input: 150_000, cached_input: 75_000, cache_write: 150_000, output: 600_000 };

impl ScriptedModel {
    pub fn new(name: &'static str, replies: Vec<Reply>) -> Arc<Self> {
        Self::priced(name, Some(PRICE), replies)
    }

    pub fn priced(name: &'static str, price: Option<Price>, replies: Vec<Reply>) -> Arc<Self> {
        Arc::new(Self {
            name,
            tariff: price.map(Tariff::flat),
            replies: Mutex::new(replies.into()),
            requests: Mutex::default(),
            dropped: Arc::default(),
        })
    }

    /// Says this next, whatever of its script is left.
    pub fn will_only(&self, reply: Reply) {
        *self.replies.lock().unwrap() = VecDeque::from([reply]);
    }

    /// Adds a reply to the script.
    pub fn will(&self, reply: Reply) {
        self.replies.lock().unwrap().push_back(reply);
    }

    pub fn calls(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

static WORDS: fn(&str) -> usize = words;

struct OnDrop(Arc<AtomicUsize>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl ChatModel for ScriptedModel {
    fn name(&self) -> &str {
        self.name
    }

    fn tariff(&self) -> Option<&Tariff> {
        self.tariff.as_ref()
    }

    fn tokenizer(&self) -> &dyn CountTokens {
        &WORDS
    }

    async fn chat(&self, request: &ChatRequest) -> Result<ChatStream, LlmError> {
        self.requests.lock().unwrap().push(request.clone());
        let reply = self.replies.lock().unwrap().pop_front().expect("the script has a reply for each call");
        let guard = OnDrop(Arc::clone(&self.dropped));
        // A reply that hangs waits, after its last event, at a gate that never opens.
        let (events, free, gate) = match reply {
            Reply::Fails(error) => return Err(error),
            Reply::Silent => {
                let _held = guard;
                return std::future::pending().await;
            }
            Reply::Says(events) => (events, usize::MAX, None),
            Reply::Hangs(pieces) => {
                let free = pieces.len();
                let end = ChatEvent::End(ChatEnd::default());
                let pieces = pieces.iter().map(|piece| ChatEvent::Delta((*piece).to_owned()));
                (pieces.chain([end]).map(Ok).collect(), free, None)
            }
            Reply::Gated { events, free, gate } => (events, free, Some(gate)),
        };
        let events = stream::unfold((events.into_iter().enumerate(), guard), move |(mut events, guard)| {
            let gate = gate.clone();
            async move {
                let (place, event) = events.next()?;
                if place >= free {
                    match gate {
                        Some(gate) => gate.acquire().await.unwrap().forget(),
                        None => std::future::pending().await,
                    }
                }
                Some((event, (events, guard)))
            }
        });
        Ok(Box::pin(events))
    }
}

/// Vectors of letter counts: enough to see who embedded what, how often.
pub struct LetterEmbedder {
    pub name: String,
    pub texts: AtomicUsize,
    pub failing: std::sync::atomic::AtomicBool,
}

impl LetterEmbedder {
    pub fn named(name: &str) -> Arc<Self> {
        Arc::new(Self { name: name.to_owned(), texts: AtomicUsize::new(0), failing: false.into() })
    }
}

#[async_trait]
impl Embedder for LetterEmbedder {
    fn name(&self) -> &str {
        &self.name
    }

    fn dimensions(&self) -> u32 {
        8
    }

    fn price_per_million(&self) -> Option<u64> {
        Some(20_000)
    }

    async fn embed(&self, texts: &[String], _role: EmbeddingRole) -> Result<Embedded, LlmError> {
        if self.failing.load(Ordering::SeqCst) {
            return Err(LlmError::Transient("no embeddings today".to_owned()));
        }
        self.texts.fetch_add(texts.len(), Ordering::SeqCst);
        let vectors = texts
            .iter()
            .map(|text| {
                let mut vector = [0.1_f32; 8];
                for byte in text.bytes() {
                    vector[usize::from(byte % 8)] += 1.0;
                }
                let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
                vector.iter().map(|x| x / length).collect()
            })
            .collect();
        let tokens: usize = texts.iter().map(|text| words(text)).sum();
        Ok(Embedded { vectors, usage: Usage { prompt_tokens: tokens as u64, ..Usage::default() } })
    }
}

/// A small portfolio about Ada, in Spanish.
pub const DOCUMENTS: [(&str, &str); 4] = [
    (
        "rag.md",
        "---\ntitle: Buscador RAG\nfacet: projects\n---\n# Buscador RAG\n\nEn 2022 Ada construyó un sistema RAG para \
         una biblioteca jurídica. La precisión de las respuestas subió un 40 % frente al buscador anterior.\n",
    ),
    (
        "experiencia.md",
        "---\ntitle: Experiencia\nfacet: experience\n---\n# Experiencia\n\nAda trabaja en inteligencia artificial \
         generativa desde 2021 en Taller Numérico, donde dirige un equipo de cuatro personas.\n",
    ),
    (
        "tecnologias.md",
        "---\ntitle: Tecnologías\nfacet: skills\n---\n# Tecnologías\n\n- Python\n- FastAPI\n- PyTorch\n- React\n",
    ),
    (
        "contacto.md",
        "---\ntitle: Contacto\nfacet: contact\n---\n# Contacto\n\nSe puede escribir a Ada a ada@example.org.\n",
    ),
];

/// What a test's site is made of.
pub struct Setup {
    pub models: Vec<Arc<ScriptedModel>>,
    pub embedder: Option<Arc<LetterEmbedder>>,
    pub storage: Option<Arc<dyn Storage>>,
    pub documents: bool,
    pub patience: Duration,
    pub suggestions: Vec<String>,
    pub verify: VerifySettings,
    pub privacy: PrivacySettings,
    pub messages: MessageSettings,
    pub budget: BudgetSettings,
    pub cache: CacheSettings,
    pub judge: Option<Arc<ScriptedModel>>,
    pub owner: &'static str,
    /// The ends and successors of the models, and what the provider says of them.
    pub lives: Lives,
    /// Instead of `models`, if there are any: models of the test's own making.
    pub ladder: Vec<LadderModel>,
    /// `prompt.tone`.
    pub tone: String,
    /// When the clock begins.
    pub now: Timestamp,
    pub lifecycle: LifecycleSettings,
    pub notifiers: Vec<Arc<dyn Notifier>>,
    pub alerts: AlertSettings,
    pub title: Option<String>,
    pub greeting: Option<String>,
    pub face: Face,
    pub experiments: ExperimentSettings,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            models: Vec::new(),
            embedder: None,
            storage: None,
            documents: true,
            patience: Duration::from_secs(600),
            suggestions: vec!["¿Qué ha construido?".to_owned()],
            verify: VerifySettings::default(),
            privacy: PrivacySettings::default(),
            messages: MessageSettings::default(),
            budget: BudgetSettings::default(),
            cache: CacheSettings { entries: 0, ..CacheSettings::default() },
            judge: None,
            owner: "Ada",
            lives: Lives::default(),
            ladder: Vec::new(),
            tone: String::new(),
            now: Timestamp::from_millis(1_795_348_800_000),
            lifecycle: LifecycleSettings::default(),
            notifiers: Vec::new(),
            alerts: AlertSettings::default(),
            title: None,
            greeting: None,
            face: Face::default(),
            experiments: ExperimentSettings::default(),
        }
    }
}

/// A site with its folder, which goes when it goes.
pub struct TestSite {
    pub site: Arc<Site>,
    pub clock: Arc<SteppingClock>,
    pub storage: Arc<dyn Storage>,
    pub folder: tempfile::TempDir,
}

impl Setup {
    pub fn with_models(models: &[&Arc<ScriptedModel>]) -> Self {
        Self { models: models.iter().map(|model| Arc::clone(model)).collect(), ..Self::default() }
    }

    /// The site, its documents ingested.
    pub async fn open(self) -> TestSite {
        let folder = tempfile::tempdir().unwrap();
        let documents = folder.path().join("knowledge");
        std::fs::create_dir(&documents).unwrap();
        if self.documents {
            for (name, text) in DOCUMENTS {
                std::fs::write(documents.join(name), text).unwrap();
            }
        }
        let opened = self.open_in(folder).await;
        opened.ingest().await;
        opened
    }

    /// The site over an existing folder, as it was left.
    pub async fn open_in(self, folder: tempfile::TempDir) -> TestSite {
        let storage = match self.storage {
            Some(storage) => storage,
            None => Arc::new(SqliteStorage::in_memory().await.unwrap()),
        };
        let mut settings = settings(&folder.path().join("knowledge"), self.patience, self.suggestions);
        settings.verify = self.verify;
        settings.lifecycle = self.lifecycle;
        settings.privacy = self.privacy;
        settings.messages = self.messages;
        settings.alerts = self.alerts;
        settings.budget = self.budget;
        settings.cache = self.cache;
        settings.experiments = self.experiments;
        (settings.title, settings.greeting, settings.face) = (self.title, self.greeting, self.face);
        if self.owner != "Ada" {
            settings.owner = ContactCard { name: Some(self.owner.to_owned()), ..ContactCard::default() };
        }
        let scripted = self.models.iter().map(|model| self.lives.of(model)).collect();
        let clock = Arc::new(SteppingClock(AtomicI64::new(self.now.as_millis())));
        let parts = SiteParts {
            id: SiteId::default(),
            settings,
            prompts: Prompts::new(
                PromptOptions { owner: Some(self.owner.to_owned()), tone: self.tone, ..PromptOptions::default() },
                &BTreeMap::new(),
            )
            .unwrap(),
            storage: Arc::clone(&storage),
            models: if self.ladder.is_empty() { scripted } else { self.ladder },
            judge: self.judge.as_ref().map(|model| self.lives.of(model)),
            source: Some(Arc::new(ScriptedProvider { lives: self.lives })),
            catalogue: Catalogue::embedded(),
            embedding_model: None,
            embedder: self.embedder.map(|embedder| embedder as Arc<dyn Embedder>),
            notifiers: self.notifiers,
            tokenizer: &WORDS,
            web: None,
            index_root: folder.path().join("index"),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(CountingEntropy::fresh()),
        };
        TestSite { site: Site::open(parts).await.unwrap(), storage, folder, clock }
    }
}

fn settings(knowledge: &Path, patience: Duration, suggestions: Vec<String>) -> SiteSettings {
    SiteSettings {
        owner: ContactCard {
            name: Some("Ada".to_owned()),
            email: Some("ada@example.org".to_owned()),
            ..ContactCard::default()
        },
        language: Some(Language::Es),
        title: None,
        greeting: None,
        face: Face::default(),
        suggestions,
        public_url: String::new(),
        max_message_chars: 2_000,
        retrieval: RetrievalSettings { embedding_timeout: Duration::from_secs(60), ..RetrievalSettings::default() },
        context: ContextLimits::default(),
        history: HistoryLimits::default(),
        generation: GenerationSettings { patience, ..GenerationSettings::default() },
        verify: VerifySettings::default(),
        lifecycle: LifecycleSettings::default(),
        privacy: PrivacySettings::default(),
        messages: MessageSettings::default(),
        alerts: AlertSettings::default(),
        budget: BudgetSettings::default(),
        cache: CacheSettings::default(),
        experiments: ExperimentSettings::default(),
        knowledge: KnowledgeSettings {
            folder: knowledge.to_owned(),
            urls: Vec::new(),
            sitemaps: Vec::new(),
            max_file_bytes: 1_000_000,
            max_pages: 10,
        },
    }
}

impl TestSite {
    pub async fn ingest(&self) -> IngestReport {
        ingest(&self.site, &|_| {}).await.unwrap()
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join("knowledge").join(name), text).unwrap();
    }

    pub fn question(&self, message: &str) -> Ask {
        Ask {
            message: message.to_owned(),
            visitor: self.site.new_visitor(),
            conversation: None,
            language: None,
            stream: true,
            client_history: Vec::new(),
            variant: None,
        }
    }

    /// A first question of a new visitor.
    pub async fn ask(&self, message: &str) -> Answer {
        ask(&self.site, self.question(message)).await.unwrap().whole().await.unwrap()
    }

    /// The next question of a conversation.
    pub async fn go_on(&self, visitor: VisitorId, conversation: ConversationId, message: &str) -> Answer {
        let question = Ask { visitor, conversation: Some(conversation), ..self.question(message) };
        ask(&self.site, question).await.unwrap().whole().await.unwrap()
    }
}
