//! The configured provider as a source of models: makes any of its models, with their successors, once each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use portavoz_app::models::{LadderModel, ModelSource};
use portavoz_llm::LlmError;
use portavoz_llm::catalogue::Catalogue;
use portavoz_llm::chat::ChatModel;
use portavoz_llm::openai::{ListedModel, list_models};

use super::{chat_model, connection, timeouts};
use crate::config::Settings;

/// Successors of successors are followed this far; a catalogue that goes in circles must end somewhere.
const LONGEST_LINE: usize = 8;

/// The provider.
pub struct Provider {
    settings: Settings,
    catalogue: Catalogue,
    http: reqwest::Client,
    /// One object per model, so that its limiter and its breaker count all of its calls.
    made: Mutex<BTreeMap<String, Arc<dyn ChatModel>>>,
}

impl Provider {
    /// The provider of these settings. Nobody is asked anything yet.
    pub fn new(settings: &Settings, catalogue: &Catalogue, http: &reqwest::Client) -> Self {
        let (settings, catalogue, http) = (settings.clone(), catalogue.clone(), http.clone());
        Self { settings, catalogue, http, made: Mutex::default() }
    }

    /// A model with its successors.
    pub fn ladder_model(&self, name: &str) -> anyhow::Result<LadderModel> {
        let mut names = vec![name.to_owned()];
        while let Some(next) = names.last().and_then(|name| self.successor(name)) {
            if names.len() == LONGEST_LINE || names.contains(&next) {
                break;
            }
            names.push(next);
        }
        let mut successor = None;
        for name in names.iter().skip(1).rev() {
            successor = Some(Arc::new(self.with_successor(name, successor.take())?));
        }
        self.with_successor(name, successor)
    }

    fn with_successor(&self, name: &str, successor: Option<Arc<LadderModel>>) -> anyhow::Result<LadderModel> {
        Ok(LadderModel { model: self.made(name)?, shutdown: self.catalogue.card(name).lifecycle.shutdown, successor })
    }

    /// The successor by its name at this provider: gateways put the maker's name before it, as in `openai/gpt-4o-mini`.
    fn successor(&self, name: &str) -> Option<String> {
        let successor = self.catalogue.card(name).lifecycle.successor?;
        Some(match name.rsplit_once('/') {
            Some((maker, _)) if !successor.contains('/') => format!("{maker}/{successor}"),
            _ => successor,
        })
    }

    fn made(&self, name: &str) -> anyhow::Result<Arc<dyn ChatModel>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = made.get(name) {
            return Ok(Arc::clone(model));
        }
        let model = chat_model(&self.catalogue.card(name), &self.settings, &self.http)?;
        made.insert(name.to_owned(), Arc::clone(&model));
        Ok(model)
    }
}

#[async_trait]
impl ModelSource for Provider {
    fn model(&self, name: &str) -> Result<LadderModel, String> {
        self.ladder_model(name).map_err(|error| format!("{error:#}"))
    }

    async fn list(&self) -> Result<Vec<ListedModel>, LlmError> {
        let provider = &self.settings.provider;
        let connection = connection(&self.http, &provider.base_url, provider.api_key.as_ref());
        list_models(connection, &timeouts(provider)).await
    }
}
