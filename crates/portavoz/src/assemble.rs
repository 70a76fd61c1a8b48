//! Putting a site together: database, models, embedder, prompts, and the site over them.
//!
//! The one place that opens `storage`, and with [`crate::models`] `llm`; everything after it works with `app`.
//! Start at [`open`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use portavoz_app::settings::{
    AlertSettings, GenerationSettings, KnowledgeSettings, LifecycleSettings, RetrievalSettings, SiteSettings,
    VerifySettings,
};
use portavoz_app::site::{Site, SiteParts};
use portavoz_domain::context::ContextLimits;
use portavoz_domain::prompt::{HistoryLimits, PromptOptions, Prompts};
use portavoz_llm::catalogue::Card;
use portavoz_storage::Storage;
use portavoz_storage::postgres::PgStorage;
use portavoz_storage::sqlite::{SqliteOptions, SqliteStorage, SyncMode};
use secrecy::ExposeSecret;

use crate::config::Settings;
use crate::config::embeddings::EmbedderSettings;
use crate::config::place::shown;
use crate::config::retrieval::Specificity;
use crate::config::storage::{StorageSettings, Sync};
use crate::failure::Failure;
use crate::models::{self, Models};
use crate::notify;
use crate::runtime::{SystemClock, SystemEntropy};

/// A site with what its owner's commands need beside it.
pub struct Assembled {
    /// The portfolio, open.
    pub site: Arc<Site>,
    /// Its database; to be closed at the end.
    pub storage: Arc<dyn Storage>,
    /// What is known of its models, in the order of the ladder.
    pub cards: Vec<Card>,
}

/// Opens a site on the index that was last built.
pub async fn open(settings: &Settings) -> anyhow::Result<Assembled> {
    make_data_folder(&settings.place.data)?;
    let storage = open_storage(&settings.storage).await?;
    let (parts, cards) = parts(settings, Arc::clone(&storage)).await?;
    let site = Site::open(parts).await.with_context(|| format!("cannot open the site `{}`", settings.site.id))?;
    Ok(Assembled { site, storage, cards })
}

/// What a site over this database is made of, with what is known of its models.
pub async fn parts(settings: &Settings, storage: Arc<dyn Storage>) -> anyhow::Result<(SiteParts, Vec<Card>)> {
    let Models { cards, chat, judge, source, catalogue, embedder, tokenizer, http } = models::open(settings).await?;
    let notifiers = notify::notifiers(&settings.alerts, &http)?;
    let parts = SiteParts {
        id: settings.site.id.clone(),
        settings: site_settings(settings),
        prompts: prompts(settings)?,
        storage,
        models: chat,
        judge,
        source,
        catalogue,
        embedder,
        embedding_model: embedding_model(settings),
        notifiers,
        tokenizer,
        web: Some(http),
        index_root: index_root(settings),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    Ok((parts, cards))
}

impl Assembled {
    /// Waits for answers that are still being written, then closes the database.
    pub async fn close(self) {
        self.site.finish().await;
        self.storage.close().await;
    }
}

/// The model that makes vectors, if its maker has a catalogue entry for it.
fn embedding_model(settings: &Settings) -> Option<String> {
    match &settings.embedder {
        EmbedderSettings::Openai { model, .. } => Some(model.clone()),
        EmbedderSettings::None | EmbedderSettings::Local { .. } => None,
    }
}

/// Where the site's index is.
pub fn index_root(settings: &Settings) -> PathBuf {
    settings.place.data.join("index").join(settings.site.id.to_string())
}

/// Makes the folder of database and index, which never belongs into the owner's version control.
fn make_data_folder(folder: &Path) -> anyhow::Result<()> {
    let ignore = folder.join(".gitignore");
    std::fs::create_dir_all(folder)
        .and_then(|()| if ignore.exists() { Ok(()) } else { std::fs::write(&ignore, "*\n") })
        .with_context(|| {
            Failure::user(format!("cannot write the data folder `{}`", shown(folder)))
                .hint("name a folder that can be written with `--data DIR`")
        })
}

/// Opens the database.
pub async fn open_storage(settings: &StorageSettings) -> anyhow::Result<Arc<dyn Storage>> {
    let opened: Result<Arc<dyn Storage>, _> = match settings {
        StorageSettings::Sqlite { path, sync } => {
            let sync = match sync {
                Sync::Full => SyncMode::Full,
                Sync::Normal => SyncMode::Normal,
            };
            let storage = SqliteStorage::open(path, SqliteOptions { sync }).await;
            storage.map(|storage| Arc::new(storage) as Arc<dyn Storage>)
        }
        StorageSettings::Postgres { url } => {
            let storage = PgStorage::connect(url.expose_secret()).await;
            storage.map(|storage| Arc::new(storage) as Arc<dyn Storage>)
        }
    };
    opened.with_context(|| {
        let hint = match settings {
            StorageSettings::Sqlite { .. } => {
                "check that the file is portavoz's and can be written, or name another folder with `--data DIR`"
            }
            StorageSettings::Postgres { .. } => "check that the server runs and that `storage.url` is right",
        };
        Failure::internal(format!("cannot open the database ({})", settings.describe())).hint(hint)
    })
}

fn site_settings(settings: &Settings) -> SiteSettings {
    let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    SiteSettings {
        owner: settings.owner.clone(),
        language: settings.site.language,
        title: settings.site.title.clone(),
        greeting: settings.site.greeting.clone(),
        face: settings.site.face.clone(),
        suggestions: settings.site.suggestions.clone(),
        public_url: settings.server.public_url.clone().unwrap_or_default(),
        max_message_chars: settings.server.max_message_chars,
        retrieval: RetrievalSettings {
            max_results: size(settings.retrieval.max_results),
            threshold: settings.retrieval.threshold as f32,
            ..RetrievalSettings::default()
        },
        context: ContextLimits {
            max_passages: size(settings.retrieval.max_results),
            max_tokens: size(settings.context.max_tokens),
            hard_max_tokens: size(settings.context.hard_max_tokens),
        },
        history: HistoryLimits {
            max_messages: size(settings.conversation.max_messages),
            max_tokens: size(settings.conversation.max_tokens),
        },
        generation: GenerationSettings {
            temperature: settings.model.temperature as f32,
            top_p: settings.model.top_p as f32,
            max_tokens: settings.model.max_tokens,
            patience: settings.provider.first_token_timeout,
        },
        lifecycle: LifecycleSettings { watch: settings.models.watch, auto_successor: settings.models.auto_successor },
        budget: settings.budget,
        cache: settings.cache,
        experiments: settings.experiments,
        verify: VerifySettings { mode: settings.verify.mode.into(), ..VerifySettings::default() },
        privacy: (&settings.privacy).into(),
        messages: settings.messages,
        alerts: AlertSettings { thresholds: (&settings.thresholds).into(), language: settings.alerts.language },
        knowledge: KnowledgeSettings {
            folder: settings.knowledge.folder.clone(),
            urls: settings.knowledge.urls.iter().map(ToString::to_string).collect(),
            sitemaps: settings.knowledge.sitemaps.iter().map(ToString::to_string).collect(),
            max_file_bytes: settings.knowledge.max_file_bytes,
            max_pages: settings.knowledge.max_pages,
        },
    }
}

/// Compiles the prompt templates, the owner's own in place of the built-in ones.
pub fn prompts(settings: &Settings) -> anyhow::Result<Prompts> {
    let options = PromptOptions {
        owner: settings.owner.name.clone(),
        headline: settings.headline.clone(),
        specific: settings.specificity == Specificity::High,
        tone: settings.tone.clone().unwrap_or_default(),
    };
    let overrides = settings.prompt_folder.as_deref().map(templates).transpose()?.unwrap_or_default();
    Prompts::new(options, &overrides).map_err(|error| {
        Failure::config(error.to_string()).hint("mend the template, or remove it from `prompt.folder`").into()
    })
}

/// The prompt templates of a folder, by file name.
pub fn templates(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let unreadable = || Failure::config(format!("cannot read the prompt templates in `{}`", shown(folder)));
    let mut templates = BTreeMap::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        // Editors leave other files about; only what looks like a template is taken for one.
        let name = path.file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(".jinja"));
        if let Some(name) = name {
            templates.insert(name.to_owned(), std::fs::read_to_string(&path).with_context(unreadable)?);
        }
    }
    Ok(templates)
}
