//! A site: one portfolio with its settings, storage, models and live index.
//!
//! Many tasks share a site. The index is swapped whole, so a question that began on the old one ends on it. Answers
//! run as tracked tasks: [`Site::finish`] waits for them, which is what a graceful shutdown is.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use portavoz_domain::budget::Purpose;
use portavoz_domain::chunk::Chunk;
use portavoz_domain::contact::ContactCard;
use portavoz_domain::defence::canary;
use portavoz_domain::document::Document;
use portavoz_domain::ids::{ChargeId, ConversationId, DocumentId, RunId, SiteId, TurnId, VisitorId};
use portavoz_domain::phrases;
use portavoz_domain::prompt::Prompts;
use portavoz_domain::question::{Understood, Wants};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::tokens::CountTokens;
use portavoz_domain::understanding::understand;
use portavoz_knowledge::index::{Index, IndexError};
use portavoz_knowledge::readers::contact_card;
use portavoz_knowledge::web::Client;
use portavoz_llm::catalogue::Catalogue;
use portavoz_llm::embed::Embedder;
use portavoz_storage::{Storage, StorageError};
use portavoz_text::language::Language;
use portavoz_text::words::words;
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::alerts::{Alarms, Notifier};
use crate::ask::AnswerCache;
use crate::budget::Account;
use crate::clock::{Clock, Entropy, id_bytes};
use crate::experiments;
use crate::facts::Ledger;
use crate::lifecycle;
use crate::meter::Meter;
use crate::models::{LadderModel, ModelSource, Roster};
use crate::privacy::addresses::Pseudonyms;
use crate::privacy::memory::Memory;
use crate::settings::SiteSettings;
use crate::variant::Variant;
use crate::visitor::{SECRET_BYTES, VisitorTokens};

/// Stock questions offered at once.
const OFFERED_QUESTIONS: usize = 3;
/// The longest question of a FAQ that is offered, in characters: it stands on a button.
const LONGEST_OFFERED: usize = 70;
/// For sites without documents whose owner named no language.
pub(crate) const FALLBACK_LANGUAGE: Language = Language::En;
/// Name of the secret that signs visitor tokens.
const VISITOR_SECRET: &str = "visitor-tokens";

/// What a site is made of.
pub struct SiteParts {
    /// Its name.
    pub id: SiteId,
    /// Its configuration.
    pub settings: SiteSettings,
    /// Compiled prompt templates.
    pub prompts: Prompts,
    /// Where its rows are.
    pub storage: Arc<dyn Storage>,
    /// The primary model, then the fallbacks; empty means that answers are quoted from the documents.
    pub models: Vec<LadderModel>,
    /// Gives a second opinion on sentences that the rules are in doubt about, if configured.
    pub judge: Option<LadderModel>,
    /// Where further models come from, if there is a provider.
    pub source: Option<Arc<dyn ModelSource>>,
    /// What is known of models.
    pub catalogue: Catalogue,
    /// Gives vectors to passages and questions, if configured.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// The embedder's model by its name in the catalogue, if it has one.
    pub embedding_model: Option<String>,
    /// Ways to reach the owner.
    pub notifiers: Vec<Arc<dyn Notifier>>,
    /// Counts tokens of passages at ingest and of contexts when there is no model.
    pub tokenizer: &'static dyn CountTokens,
    /// Fetches pages of the owner's site; without it, configured pages are named as problems.
    pub web: Option<Client>,
    /// The folder of this site's index.
    pub index_root: PathBuf,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random bytes.
    pub entropy: Arc<dyn Entropy>,
}

/// Why a site cannot be opened or brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The database said no.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The index cannot be built.
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl SiteError {
    /// True if the database cannot be reached for now: trying later may help.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Storage(StorageError::Unavailable(_)))
    }
}

/// One portfolio, open.
pub struct Site {
    pub(crate) parts: SiteParts,
    pub(crate) live: ArcSwap<Live>,
    pub(crate) ingesting: tokio::sync::Mutex<()>,
    visitor_tokens: VisitorTokens,
    canary: String,
    usual: Arc<Variant>,
    roster: Roster,
    pub(crate) memory: Memory,
    pub(crate) alarms: Alarms,
    pub(crate) answers: AnswerCache,
    pub(crate) experiments: experiments::Standing,
    tasks: TaskTracker,
    meter: Meter,
}

/// What changes with an ingest, swapped as one.
pub(crate) struct Live {
    pub(crate) index: Arc<Index>,
    pub(crate) contact: ContactCard,
    /// Of most passages; `None` without any.
    language: Option<Language>,
    /// Of the index; drawn when first asked for.
    ledger: OnceLock<Arc<Ledger>>,
    /// Of all passages; made when first asked for.
    hash: OnceLock<String>,
    /// Where links may lead; gathered when first asked for.
    pub(crate) hosts: OnceLock<Arc<[String]>>,
    /// Questions to offer that these documents answer, by language; found when first asked for.
    suggestions: [OnceLock<Vec<String>>; Language::ALL.len()],
}

impl Live {
    pub(crate) fn new(index: Index, mut contact: ContactCard) -> Self {
        contact.email = contact.email.or_else(|| only_address(index.chunks()));
        let index = match &contact.name {
            Some(name) => index.with_owner(name),
            None => index,
        };
        let language = index.counts().languages.first().map(|(language, _)| *language);
        Self {
            index: Arc::new(index),
            contact,
            language,
            ledger: OnceLock::new(),
            hash: OnceLock::new(),
            hosts: OnceLock::new(),
            suggestions: Default::default(),
        }
    }

    /// What the documents state. Whoever comes while it is being drawn waits for it.
    pub(crate) fn ledger(&self) -> &Arc<Ledger> {
        self.ledger.get_or_init(|| Arc::new(Ledger::of(self.index.chunks())))
    }

    /// Tells these passages from any others, in sixteen hexadecimal digits: what an answer rested on.
    pub(crate) fn hash(&self) -> &str {
        self.hash.get_or_init(|| {
            let texts = self.index.chunks().iter().flat_map(|chunk| [chunk.document.as_str(), chunk.text.as_str()]);
            short_hash(texts)
        })
    }

    /// Draws the ledger and the hash on a thread of its own, so that no question has to: it takes a moment for a large portfolio.
    pub(crate) fn draw_ledger(self: &Arc<Self>) -> JoinHandle<()> {
        let live = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            live.ledger();
            live.hash();
        })
    }
}

/// The first sixteen hexadecimal digits of the SHA-256 of texts and their lengths: enough to tell versions apart.
pub(crate) fn short_hash<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The one e-mail address that the documents name. Several say nothing about which is the owner's.
fn only_address(chunks: &[Arc<Chunk>]) -> Option<String> {
    let mut found: Option<String> = None;
    for word in chunks.iter().filter(|chunk| chunk.text.contains('@')).flat_map(|chunk| words(&chunk.text)) {
        let (user, host) = word.text.split_once('@').unwrap_or_default();
        if user.is_empty() || !host.contains('.') {
            continue;
        }
        match &found {
            Some(known) if !known.eq_ignore_ascii_case(word.text) => return None,
            _ => found = Some(word.text.to_owned()),
        }
    }
    found
}

/// The configured contact card, completed from the first JSON Resume in the folder.
pub(crate) async fn complete_contact(parts: &SiteParts) -> Result<ContactCard, StorageError> {
    let card = parts.settings.owner.clone();
    for entry in parts.storage.knowledge().documents(&parts.id).await? {
        // Only a JSON file can be one. It is read again as a file, because the stored text is prose by now.
        if !entry.id.as_str().ends_with(".json") {
            continue;
        }
        let bytes = tokio::fs::read(parts.settings.knowledge.folder.join(entry.id.as_str())).await;
        if let Some(found) = bytes.ok().as_deref().and_then(contact_card) {
            return Ok(card.completed_by(found));
        }
    }
    Ok(card)
}

impl std::fmt::Debug for Site {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Site").field("id", &self.parts.id).finish_non_exhaustive()
    }
}

impl Site {
    /// Opens a site on the index that was last built, whatever has happened to the documents since: bringing it up to
    /// date is [`crate::ingest`]'s work. A missing or broken index is built again from what the database remembers.
    pub async fn open(parts: SiteParts) -> Result<Arc<Self>, SiteError> {
        let mut fresh = [0; SECRET_BYTES];
        parts.entropy.fill(&mut fresh);
        let secret = parts.storage.secrets().get_or_insert(&parts.id, VISITOR_SECRET, &fresh).await?;
        // Made from a secret, the mark is the same from start to start and nobody's guess.
        let canary = canary(&Sha256::new().chain_update(b"canary").chain_update(&secret).finalize());
        let usual = Arc::new(Variant::usual(&parts.settings, parts.prompts.clone(), &canary));
        let opened = match Index::open_current(&parts.index_root) {
            Ok(opened) => opened,
            Err(error) => {
                tracing::warn!(site = %parts.id, %error, "the index cannot be read and is built again");
                None
            }
        };
        let stale = opened.is_none();
        let index = match opened {
            Some(index) => index,
            None => Index::in_memory(0, Vec::new(), None)?,
        };
        let live = Arc::new(Live::new(index, complete_contact(&parts).await?));
        // Not waited for: visitors are answered meanwhile.
        let _drawing = live.draw_ledger();
        let site = Arc::new(Self {
            visitor_tokens: VisitorTokens::new(parts.id.clone(), secret),
            canary,
            usual,
            roster: Roster::default(),
            memory: Memory::new(parts.settings.privacy),
            answers: AnswerCache::new(parts.settings.cache),
            live: ArcSwap::new(live),
            ingesting: tokio::sync::Mutex::new(()),
            alarms: Alarms::default(),
            experiments: experiments::Standing::default(),
            tasks: TaskTracker::new(),
            meter: Meter::default(),
            parts,
        });
        lifecycle::refresh(&site).await?;
        experiments::refresh(&site).await?;
        if stale && site.storage().knowledge().generation(site.id()).await? > 0 {
            site.refresh().await?;
        }
        Ok(site)
    }

    /// The site's name.
    pub fn id(&self) -> &SiteId {
        &self.parts.id
    }

    /// Version of its prompt templates and options.
    pub fn prompt_version(&self) -> &str {
        self.usual.prompt_version()
    }

    /// Its configuration.
    pub fn settings(&self) -> &SiteSettings {
        &self.parts.settings
    }

    /// The language to speak when neither visitor nor conversation tell one.
    pub fn language(&self) -> Language {
        self.settings().language.or_else(|| self.live.load().language).unwrap_or(FALLBACK_LANGUAGE)
    }

    /// Questions to offer a visitor: the owner's, or else those stock questions that the documents answer.
    pub fn suggestions(&self, language: Language) -> Vec<String> {
        if !self.settings().suggestions.is_empty() {
            return self.settings().suggestions.clone();
        }
        let live = self.live.load();
        let found = || {
            let stock = phrases::suggestions(language, live.contact.name.as_deref());
            // What a FAQ asks, where the documents leave stock questions open.
            let in_language = live.index.chunks().iter().filter(|chunk| chunk.language == language);
            let asked = in_language.filter_map(|chunk| chunk.question.clone());
            let asked = asked.filter(|question| question.chars().count() <= LONGEST_OFFERED);
            let candidates = stock.into_iter().chain(asked).filter(|question| self.answers(&live, question));
            let mut offered: Vec<String> = Vec::new();
            for question in candidates {
                if !offered.contains(&question) {
                    offered.push(question);
                }
                if offered.len() == OFFERED_QUESTIONS {
                    break;
                }
            }
            offered
        };
        live.suggestions.get(language.index()).map(|known| known.get_or_init(found).clone()).unwrap_or_default()
    }

    /// Whether a question finds a passage by its words.
    fn answers(&self, live: &Live, question: &str) -> bool {
        let Understood::Question(question) = understand(question, None, &[], self.language()) else { return false };
        let contact = question.wants == Wants::Contact && !live.contact.is_empty();
        let found = live.index.search(&question, None, 1).unwrap_or_default();
        contact || found.hits.iter().any(|hit| hit.relevance >= self.settings().retrieval.threshold)
    }

    /// Its database.
    pub fn storage(&self) -> &dyn Storage {
        self.parts.storage.as_ref()
    }

    /// The index that questions are answered from at this moment.
    pub fn index(&self) -> Arc<Index> {
        Arc::clone(&self.live.load().index)
    }

    /// The owner's contact card: what the configuration says, completed from the documents.
    pub fn contact(&self) -> ContactCard {
        self.live.load().contact.clone()
    }

    /// What is known of its models beyond the configuration.
    pub(crate) fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The embedder, if there is one.
    pub fn embedder(&self) -> Option<&dyn Embedder> {
        self.parts.embedder.as_deref()
    }

    /// Whether visitors can leave messages for the owner.
    pub fn takes_messages(&self) -> bool {
        self.settings().messages.enabled && self.takes_feedback()
    }

    /// Whether visitors can say what they think of answers: not where nothing of them is kept.
    pub fn takes_feedback(&self) -> bool {
        self.settings().privacy.retention_days > 0
    }

    /// Proves that questions can be answered: the database responds.
    pub async fn check(&self) -> Result<(), SiteError> {
        Ok(self.storage().ping().await?)
    }

    /// A document of the site, for showing a source.
    pub async fn document(&self, id: &DocumentId) -> Result<Option<Document>, SiteError> {
        Ok(self.storage().knowledge().document(self.id(), id).await?)
    }

    /// Names for visitors' addresses, of this process and day by day.
    pub fn pseudonyms(&self) -> Pseudonyms {
        Pseudonyms::new(Arc::clone(&self.parts.clock), Arc::clone(&self.parts.entropy))
    }

    /// Signs and reads visitor tokens.
    pub fn visitor_tokens(&self) -> &VisitorTokens {
        &self.visitor_tokens
    }

    /// The mark in the site's system messages that must never be told.
    pub(crate) fn canary(&self) -> &str {
        &self.canary
    }

    /// Its own way of answering.
    pub fn usual(&self) -> &Arc<Variant> {
        &self.usual
    }

    /// The time, by the site's clock.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Mints a visitor.
    pub fn new_visitor(&self) -> VisitorId {
        VisitorId::mint(self.now(), id_bytes(self.parts.entropy.as_ref()))
    }

    /// Mints the id of a request, for logs.
    pub fn new_request_id(&self) -> String {
        self.new_turn().to_string()
    }

    /// Mints a conversation.
    pub(crate) fn new_conversation(&self) -> ConversationId {
        ConversationId::mint(self.now(), id_bytes(self.parts.entropy.as_ref()))
    }

    /// Mints a turn.
    pub(crate) fn new_turn(&self) -> TurnId {
        TurnId::mint(self.now(), id_bytes(self.parts.entropy.as_ref()))
    }

    pub(crate) fn new_charge(&self) -> ChargeId {
        ChargeId::mint(self.now(), id_bytes(self.parts.entropy.as_ref()))
    }

    /// Mints a run of an evaluation.
    pub(crate) fn new_run(&self) -> RunId {
        RunId::mint(self.now(), id_bytes(self.parts.entropy.as_ref()))
    }

    /// The account of a charge that begins now.
    pub(crate) fn account(&self, charge: ChargeId, visitor: Option<VisitorId>, purpose: Purpose) -> Account {
        let (site, at) = (self.id().clone(), self.now());
        Account { site, charge, visitor, purpose, at, caps: self.settings().budget.caps }
    }

    /// The database, for tasks that outlive a call.
    pub(crate) fn shared_storage(&self) -> Arc<dyn Storage> {
        Arc::clone(&self.parts.storage)
    }

    /// Tracks tasks that must end before the process does.
    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// What this process has counted.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// How many answers are being made.
    pub fn running_answers(&self) -> u64 {
        u64::try_from(self.tasks.len()).unwrap_or(u64::MAX)
    }

    /// Waits until every running answer has been told and settled. New ones may still begin while it waits: stop
    /// taking questions first.
    pub async fn finish(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}
