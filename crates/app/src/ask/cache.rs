//! Answers of models that are told again: to a first question in the same words and language, on the same passages,
//! prompt and models, for a while. In memory, and without the visitor's words: the key is a hash.

use std::time::Duration;

use moka::sync::Cache;
use portavoz_domain::answer::{Citation, Outcome, Rung};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::verification::CheckedSentence;
use portavoz_text::language::Language;
use sha2::{Digest, Sha256};

use super::run::Run;
use super::score::Basis;
use super::telling::Telling;
use super::told::Told;
use crate::settings::CacheSettings;
use crate::site::Live;

/// Tells a question with everything that its answer depends on from any other.
pub(super) type Key = [u8; 32];

/// An answer as it was told.
#[derive(Debug, Clone)]
pub(super) struct Remembered {
    pub(super) text: String,
    pub(super) citations: Vec<Citation>,
    /// Each sentence that was told, as it stood in the answer, with its verdict.
    pub(super) sentences: Vec<(CheckedSentence, String)>,
    pub(super) model: Option<String>,
    pub(super) prompt_hash: Option<String>,
    basis: Basis,
    at: Timestamp,
}

/// The answers of a site that may be told again.
pub(crate) struct AnswerCache {
    answers: Option<Cache<Key, Remembered>>,
    lasts: Duration,
}

impl AnswerCache {
    pub(crate) fn new(settings: CacheSettings) -> Self {
        let answers = (settings.entries > 0).then(|| Cache::new(settings.entries));
        Self { answers, lasts: settings.lasts }
    }

    /// The key of a question that may be answered from here: the first of its conversation, where models answer.
    pub(super) fn key(&self, run: &Run, live: &Live, language: Language) -> Option<Key> {
        self.answers.as_ref()?;
        let ladder = run.variant.ladder(&run.site);
        if !run.past.messages.is_empty() || ladder.first_model().is_none() {
            return None;
        }
        let mut key = Sha256::new();
        let generation = live.index.generation().to_string();
        let (version, variant) = (run.variant.prompt_version(), run.variant.fingerprint());
        let versions = [live.hash(), generation.as_str(), version, variant, language.code()];
        let models: Vec<String> = ladder.map(|step| step.name).collect();
        let models = models.iter().map(String::as_str);
        for text in versions.into_iter().chain(models).chain([run.message.as_str()]) {
            key.update(text.len().to_le_bytes());
            key.update(text);
        }
        Some(key.finalize().into())
    }

    /// The answer, unless it is too old.
    pub(super) fn get(&self, key: &Key, now: Timestamp) -> Option<Remembered> {
        let remembered = self.answers.as_ref()?.get(key)?;
        let lasts = u64::try_from(self.lasts.as_millis()).unwrap_or(u64::MAX);
        (now.millis_since(remembered.at) <= lasts).then_some(remembered)
    }

    /// Keeps an answer that a model gave to the end and that was told whole.
    pub(super) fn remember(&self, key: Key, told: &Told, telling: &Telling, now: Timestamp) {
        let is_models = told.ladder.last().is_some_and(|tried| matches!(tried.rung, Rung::Primary | Rung::Fallback));
        let is_whole = told.outcome == Some(Outcome::Answered) && !told.cut_short && telling.withheld() == 0;
        let Some(answers) = self.answers.as_ref().filter(|_| is_models && is_whole) else { return };
        let remembered = Remembered {
            text: telling.text.clone(),
            citations: telling.citations.clone(),
            sentences: telling.told_sentences(),
            model: told.model.clone(),
            prompt_hash: told.prompt_hash.clone(),
            basis: told.basis.retold(),
            at: now,
        };
        answers.insert(key, remembered);
    }
}

/// Tells an answer again.
pub(super) async fn retell(remembered: Remembered, telling: &mut Telling) -> Told {
    telling.say(&remembered.text).await;
    for citation in remembered.citations {
        telling.cite(citation).await;
    }
    for (sentence, told) in remembered.sentences {
        telling.verdict(sentence, Some(told)).await;
    }
    let mut told = Told {
        outcome: Some(Outcome::Answered),
        cost_usd_micros: Some(0),
        model: remembered.model,
        prompt_hash: remembered.prompt_hash,
        basis: remembered.basis,
        ..Told::default()
    };
    let model = told.model.clone();
    told.tried(Rung::Cache, model.as_deref(), None);
    told
}
