//! What asking will cost, before anybody is asked.
//!
//! The frame of each prompt (system message, examples, question) is counted exactly. What is found is not known before the
//! search, which may itself cost something: the estimate takes as many passages of the usual length as may be read, and
//! the bound as much as a prompt can hold.

use portavoz_domain::cases::Case;
use portavoz_domain::message::{Message, Role};
use portavoz_domain::prompt::assemble;
use portavoz_domain::usage::Usage;
use portavoz_llm::chat::ChatModel;
use serde::Serialize;

use crate::ask::rehearsal::Knowledge;
use crate::budget::{TOKENS_PER_MESSAGE, prompt_tokens_at_most};
use crate::site::Site;
use crate::variant::Variant;

/// Tokens of a usual answer: two or three sentences with their sources.
const USUAL_ANSWER: u64 = 120;
/// What a context may weigh beside what its tokenizer counts: reservations count bytes, too.
const CONTEXT_MARGIN: u64 = 2;
/// Tokens that a judge is asked with and answers, beside what the answering model read.
const JUDGE_PROMPT: u64 = 800;
const JUDGE_REPLY: u64 = 256;

/// What questions cost, in micro-dollars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Costs {
    /// An estimate, from the prompts and the usual length of answers.
    pub expected_usd_micros: u64,
    /// No more than this, whatever the models say.
    pub most_usd_micros: u64,
    /// Questions to models whose price nobody knows; they are in neither figure.
    pub unpriced: u32,
}

impl Costs {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            expected_usd_micros: self.expected_usd_micros.saturating_add(other.expected_usd_micros),
            most_usd_micros: self.most_usd_micros.saturating_add(other.most_usd_micros),
            unpriced: self.unpriced.saturating_add(other.unpriced),
        }
    }

    /// True if nothing can be charged for it.
    pub const fn is_free(&self) -> bool {
        self.most_usd_micros == 0 && self.unpriced == 0
    }
}

/// What asking a case costs, the questions before it included.
pub(super) fn of_case(site: &Site, variant: &Variant, case: &Case, knowledge: &Knowledge) -> Costs {
    let ladder = variant.ladder(site);
    let Some(model) = ladder.first_model() else { return Costs::default() };
    let questions = case.before.iter().chain([&case.question]);
    questions.fold(Costs::default(), |sum, question| {
        let asked = Asked { site, variant, model: model.model.as_ref(), case, knowledge };
        sum.plus(asked.costs(question))
    })
}

/// A question to a model.
struct Asked<'a> {
    site: &'a Site,
    variant: &'a Variant,
    model: &'a dyn ChatModel,
    case: &'a Case,
    knowledge: &'a Knowledge,
}

impl Asked<'_> {
    fn costs(&self, question: &str) -> Costs {
        let Some(tariff) = self.model.tariff() else { return Costs { unpriced: 1, ..Costs::default() } };
        let (variant, settings) = (self.variant, self.site.settings());
        let frame = self.frame(question);
        let count = |text: &str| number(self.model.tokenizer().count(text));
        let usual_frame: u64 = frame.iter().map(|message| count(&message.content) + TOKENS_PER_MESSAGE).sum();
        let context_at_most = number(variant.context.hard_max_tokens) * CONTEXT_MARGIN;
        let is_alone = self.case.before.is_empty();
        let history = if is_alone { 0 } else { number(settings.history.max_tokens) };
        let answer_at_most = u64::from(variant.generation.max_tokens);
        let usual = Usage {
            prompt_tokens: usual_frame + self.usual_context() + if is_alone { 0 } else { USUAL_ANSWER },
            completion_tokens: USUAL_ANSWER.min(answer_at_most),
            ..Usage::default()
        };
        let prompt_at_most =
            prompt_tokens_at_most(&frame, self.model.tokenizer()) + context_at_most + history * CONTEXT_MARGIN;
        let judge = self.site.judge();
        let judged = judge.as_ref().and_then(|judge| judge.tariff()).map_or(0, |tariff| {
            let once = tariff.worst_case_usd_micros(context_at_most + JUDGE_PROMPT, JUDGE_REPLY);
            once.saturating_mul(number(settings.verify.judge.max_sentences))
        });
        Costs {
            expected_usd_micros: tariff.cost_usd_micros(&usual, None).unwrap_or(0),
            most_usd_micros: tariff.worst_case_usd_micros(prompt_at_most, answer_at_most).saturating_add(judged),
            unpriced: 0,
        }
    }

    /// The messages without what is found.
    fn frame(&self, question: &str) -> Vec<Message> {
        let prompts = &self.variant.wording.prompts;
        let language = self.case.spoken(self.site.language());
        // Templates were rendered when they were read, so these do.
        let system = prompts.system(language).unwrap_or_default();
        let last = prompts.question(language, "", question).unwrap_or_else(|_| question.to_owned());
        let mut earlier = self.variant.examples.clone();
        if !self.case.before.is_empty() {
            earlier.push(Message::new(Role::User, self.case.before.join("\n")));
        }
        assemble(system, &earlier, last)
    }

    /// As many passages as may be read, of the usual length.
    fn usual_context(&self) -> u64 {
        let chunks = self.knowledge.chunks();
        let tokens: u64 = chunks.iter().map(|chunk| u64::from(chunk.tokens)).sum();
        let mean = tokens / number(chunks.len()).max(1);
        let limits = self.variant.context;
        let passages = limits.max_passages.min(self.variant.retrieval.max_results);
        (mean * number(passages)).min(number(limits.max_tokens.min(limits.hard_max_tokens)))
    }
}

fn number(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
