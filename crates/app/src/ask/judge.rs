//! The judge: a second model, asked about sentences that the rules are in doubt about.
//!
//! It is asked before the sentence is told, within a time; whatever goes wrong, the rules' verdict stands. What it
//! uses is charged to the turn like any other call.

use portavoz_domain::message::{Message, Role};
use portavoz_domain::prompt::{Prompts, verdict_of};
use portavoz_domain::usage::Usage;
use portavoz_domain::verification::policy::withholds;
use portavoz_domain::verification::{CheckedSentence, Status};
use portavoz_llm::chat::{ChatModel, ChatRequest};

use crate::budget::Purse;
use crate::consult::{Consulted, NoReply, consult};
use crate::settings::JudgeSettings;
use crate::site::Site;

/// Tokens of a verdict at most: a word, and room for models that think before they say it.
const REPLY_TOKENS: u32 = 256;

/// Gives second opinions.
pub(super) struct Judge<'a> {
    pub(super) model: &'a dyn ChatModel,
    pub(super) site: &'a Site,
    /// The turn's money.
    pub(super) purse: &'a Purse,
    pub(super) settings: JudgeSettings,
    pub(super) prompts: &'a Prompts,
    /// What the answering model read.
    pub(super) passages: &'a str,
    pub(super) question: &'a str,
}

/// What a judge said, if anything, and what that used.
pub(super) struct Opinion {
    pub(super) status: Option<Status>,
    pub(super) usage: Usage,
    pub(super) cost_usd_micros: Option<u64>,
}

impl Judge<'_> {
    /// True if the rules are in doubt about a sentence and the judge may be asked once more in this answer. Hard facts
    /// are never in doubt: a source says them or it does not.
    pub(super) fn doubts(&self, sentence: &CheckedSentence, asked: usize) -> bool {
        let JudgeSettings { doubtful_from, doubtful_below, max_sentences, .. } = self.settings;
        let is_doubtful = (doubtful_from..doubtful_below).contains(&sentence.score);
        asked < max_sentences && sentence.status == Status::Unsupported && is_doubtful && !withholds(sentence)
    }

    /// Asks about a sentence.
    pub(super) async fn opinion(&self, sentence: &str) -> Opinion {
        let prompt = match self.prompts.judge(self.passages, self.question, sentence) {
            Ok(prompt) => prompt,
            Err(error) => {
                tracing::error!(%error, "the judge's prompt could not be rendered");
                return Opinion { status: None, usage: Usage::default(), cost_usd_micros: Some(0) };
            }
        };
        let request = ChatRequest {
            messages: vec![Message::new(Role::User, prompt)],
            temperature: Some(0.0),
            top_p: None,
            max_tokens: Some(REPLY_TOKENS),
            stream: false,
        };
        let consulted = consult(self.site, self.model, &request, self.purse, self.settings.timeout).await;
        let Consulted { reply, usage, cost_usd_micros } = consulted;
        let status = match reply {
            Ok(reply) => verdict_of(&reply),
            Err(NoReply::NoMoney(refused)) => {
                tracing::debug!(reason = refused.reason(), "the judge is not asked");
                None
            }
            Err(NoReply::Model(error)) => {
                tracing::warn!(model = self.model.name(), code = error.code(), %error, "the judge did not answer");
                None
            }
        };
        Opinion { status, usage, cost_usd_micros }
    }
}
