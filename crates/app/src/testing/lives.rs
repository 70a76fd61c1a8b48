//! When scripted models end and who follows them, and a provider that says so.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use portavoz_llm::LlmError;
use portavoz_llm::catalogue::parse_date;
use portavoz_llm::chat::ChatModel;
use portavoz_llm::openai::ListedModel;

use super::ScriptedModel;
use crate::models::{LadderModel, ModelSource};

/// The models of a provider, with what is known of their ends.
#[derive(Clone, Default)]
pub struct Lives {
    models: Vec<(Arc<ScriptedModel>, Option<&'static str>, Option<&'static str>)>,
    listed: Arc<Mutex<Option<Vec<ListedModel>>>>,
}

impl Lives {
    /// Adds a model, with its first day without it (`YYYY-MM-DD`) and its successor's name, both by the catalogue.
    #[must_use]
    pub fn with(
        mut self,
        model: &Arc<ScriptedModel>,
        shutdown: Option<&'static str>,
        successor: Option<&'static str>,
    ) -> Self {
        self.models.push((Arc::clone(model), shutdown, successor));
        self
    }

    /// The provider lists these from now on, each with the end it announces.
    pub fn lists(&self, models: &[(&str, Option<&str>)]) {
        let listed = models.iter().map(|(id, end)| ListedModel {
            id: (*id).to_owned(),
            owned_by: None,
            shutdown_date: end.map(|end| parse_date(end).unwrap()),
        });
        *self.listed.lock().unwrap() = Some(listed.collect());
    }

    /// A model as a part of a ladder.
    pub(super) fn of(&self, model: &Arc<ScriptedModel>) -> LadderModel {
        let known = self.models.iter().find(|(known, ..)| known.name == model.name);
        let (_, shutdown, successor) = known.cloned().unwrap_or((Arc::clone(model), None, None));
        let successor = successor.and_then(|name| self.models.iter().find(|(known, ..)| known.name == name));
        LadderModel {
            model: Arc::clone(model) as Arc<dyn ChatModel>,
            shutdown: shutdown.map(|date| parse_date(date).unwrap()),
            successor: successor.map(|(successor, ..)| Arc::new(self.of(successor))),
        }
    }
}

/// The provider of these models.
pub struct ScriptedProvider {
    pub lives: Lives,
}

#[async_trait]
impl ModelSource for ScriptedProvider {
    fn model(&self, name: &str) -> Result<LadderModel, String> {
        let known = self.lives.models.iter().find(|(known, ..)| known.name == name);
        known.map(|(model, ..)| self.lives.of(model)).ok_or_else(|| format!("no script for `{name}`"))
    }

    async fn list(&self) -> Result<Vec<ListedModel>, LlmError> {
        let listed = self.lives.listed.lock().unwrap().clone();
        listed.ok_or_else(|| LlmError::Transient("the provider is out of reach".to_owned()))
    }
}
