//! The steps of one turn, in order, from the admitted question to the settled row.

use std::sync::Arc;

use portavoz_domain::answer::{AnswerEvent, Done};
use portavoz_domain::defence::assess;
use portavoz_domain::question::Understood;
use portavoz_domain::turn::{NewTurn, Settlement, TurnStatus};
use portavoz_domain::understanding::understand;
use portavoz_domain::usage::usd;
use portavoz_text::language::Language;
use tokio::sync::mpsc;

use super::run::Run;
use super::score::{Score, score};
use super::sought::Sought;
use super::telling::Telling;
use super::told::Told;
use super::{ladder, stock};
use crate::site::Live;

/// Stable code of a turn that the database would not take.
pub(super) const STORAGE_UNAVAILABLE: &str = "storage_unavailable";
/// Passages searched for, as a multiple of those that may be used: near-duplicates make room for the next ones.
const SEARCHED_PER_USED: usize = 3;

impl Run {
    /// Answers, settles and says so, in that order. Never fails: what goes wrong becomes an event.
    pub(super) async fn answer(self, events: mpsc::Sender<AnswerEvent>) {
        let site = Arc::clone(&self.site);
        let mut telling = Telling::new(events, Arc::clone(&site.parts.clock), self.arrived);
        let live = site.live.load_full();
        let index = Arc::clone(&live.index);
        let understood = understand(&self.message, self.told_language, &self.past.turns, site.language());
        let language = match &understood {
            Understood::Smalltalk(_, language) => *language,
            Understood::Question(question) => question.language,
        };
        // Attacks and other people's homework are turned down before anything is searched or spent.
        let concern = match &understood {
            Understood::Smalltalk(..) => None,
            Understood::Question(_) => assess(&self.message).concern(),
        };
        let new_turn = site.memory.admitting(self.new_turn(language));
        // The row is written while the passages are sought; no model is called before both are done.
        let admission = site.storage().turns().admit(&new_turn, None);
        let retrieval = async {
            match &understood {
                Understood::Question(question) if concern.is_none() => {
                    let limit = site.settings().retrieval.max_results * SEARCHED_PER_USED;
                    Some(Sought::of(question, &self.past.turns).search(&site, &index, limit).await)
                }
                _ => None,
            }
        };
        let (admitted, found) = tokio::join!(admission, retrieval);
        if let Err(error) = admitted {
            tracing::error!(site = %site.id(), turn.id = %self.turn, %error, "the turn could not be admitted");
            telling.send(failed()).await;
            return;
        }
        telling.send(self.start()).await;
        let told = match (&understood, found, concern) {
            (_, _, Some(concern)) => stock::declined(&site, concern, language, &mut telling).await,
            (Understood::Question(question), Some(found), None) => {
                ladder::climb(&self, &index, question, found, &mut telling).await
            }
            (Understood::Smalltalk(kind, language), ..) => {
                stock::smalltalk(&site, *kind, *language, &mut telling).await
            }
            (Understood::Question(_), None, None) => Told::default(),
        };
        self.settle(told, language, &live, &telling).await;
    }

    fn new_turn(&self, language: Language) -> NewTurn {
        NewTurn {
            site: self.site.id().clone(),
            id: self.turn,
            conversation: self.conversation,
            visitor: self.visitor,
            created: self.arrived,
            language,
            question: self.message.clone(),
        }
    }

    fn start(&self) -> AnswerEvent {
        AnswerEvent::Start {
            turn_id: self.turn,
            conversation_id: self.conversation,
            visitor_token: self.site.visitor_tokens().sign(self.visitor),
            model: self.site.first_model(),
            variant: None,
        }
    }

    /// Writes the end of the turn, then tells it: `done` means committed.
    async fn settle(&self, told: Told, language: Language, live: &Live, telling: &Telling) {
        // Everything is told by now: nobody waits for the score but the settlement.
        let Score { quality, efficiency } = score(&self.site, live, &told, telling);
        let told_quality = quality.as_ref().map(|quality| quality.score);
        let settled = self.site.now();
        let took_ms = settled.millis_since(self.arrived);
        let settlement = Settlement {
            site: self.site.id().clone(),
            id: self.turn,
            settled,
            status: if told.outcome.is_some() { TurnStatus::Complete } else { TurnStatus::Abandoned },
            outcome: told.outcome,
            answer: telling.text.clone(),
            citations: telling.citations.clone(),
            verification: telling.whole_verification(),
            withheld: telling.withheld(),
            model: told.model.clone(),
            ladder: told.ladder.clone(),
            usage: told.usage,
            cost_usd_micros: told.cost_usd_micros,
            charged_usd_micros: told.cost_usd_micros.unwrap_or(0),
            service_tier: told.service_tier,
            served_model: told.served_model,
            first_token_ms: telling.first_token_ms,
            took_ms,
            prompt_hash: told.prompt_hash,
            prompt_version: Some(self.site.prompt_version().to_owned()),
            knowledge_generation: live.index.generation(),
            knowledge_hash: Some(live.hash().to_owned()),
            variant: None,
            opens_conversation: self.opens_conversation,
            quality,
            efficiency,
            unanswered: told.unanswered,
        };
        let settlement = self.site.memory.settling(self.new_turn(language), settlement);
        if let Err(error) = self.site.storage().turns().settle(&settlement, language).await {
            tracing::error!(site = %self.site.id(), turn.id = %self.turn, %error, "the turn could not be settled");
            telling.send(failed()).await;
            return;
        }
        let Some(outcome) = told.outcome else { return };
        let done = Done {
            outcome,
            language,
            model: told.model,
            usage: told.usage,
            cost_usd: told.cost_usd_micros.map(usd),
            verification: telling.verification(),
            withheld: telling.withheld(),
            quality: told_quality,
            ladder: told.ladder,
            took_ms,
        };
        telling.send(AnswerEvent::Done(Box::new(done))).await;
    }
}

fn failed() -> AnswerEvent {
    AnswerEvent::Failed {
        code: STORAGE_UNAVAILABLE.to_owned(),
        message: "the answer could not be kept; please try again later".to_owned(),
    }
}
