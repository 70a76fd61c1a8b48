//! The steps of one turn, in order, from the admitted question to the settled row.

use std::sync::Arc;

use portavoz_domain::answer::{AnswerEvent, Done};
use portavoz_domain::budget::{Cap, Purpose, Reserved};
use portavoz_domain::defence::{Concern, assess};
use portavoz_domain::experiment::Observation;
use portavoz_domain::question::{Question, Smalltalk, Understood};
use portavoz_domain::turn::{NewTurn, Settlement, TurnStatus};
use portavoz_domain::understanding::understand;
use portavoz_domain::usage::usd;
use portavoz_text::language::Language;
use tokio::sync::mpsc;
use tracing::debug_span;

use super::cache::Remembered;
use super::ladder::Climb;
use super::rehearsal::Rehearsed;
use super::run::{Keeping, Run};
use super::score::{Score, score};
use super::sought::Sought;
use super::telling::Telling;
use super::told::Told;
use super::{cache, ladder, spans, stock};
use crate::budget::{NoMoney, Purse};
use crate::experiments::enrolment;
use crate::site::Live;

/// Stable code of a turn that the database would not take.
pub(super) const STORAGE_UNAVAILABLE: &str = "storage_unavailable";

/// Which way an admitted message goes.
enum Way {
    Declined(Concern),
    Smalltalk(Smalltalk),
    /// The same answer as to the same question before.
    Again(Box<Remembered>),
    Ladder(Box<Climb>),
}

impl Way {
    /// The money that the first call needs, if there is to be one.
    fn reservation(&self) -> Option<u64> {
        match self {
            Self::Ladder(climb) => climb.first.as_ref().and_then(|(_, first)| first.worst_case.ok()),
            Self::Declined(_) | Self::Smalltalk(_) | Self::Again(_) => None,
        }
    }

    /// The money was refused: the first call is not to be asked for again.
    fn refuse(&mut self, cap: Cap) {
        if let Self::Ladder(climb) = self
            && let Some((_, first)) = &mut climb.first
        {
            first.worst_case = Err(NoMoney::Cap(cap));
        }
    }
}

impl Run {
    /// Answers, settles and says so, in that order. Never fails: what goes wrong becomes an event.
    pub(super) async fn answer(self, events: mpsc::Sender<AnswerEvent>) {
        let site = Arc::clone(&self.site);
        let mut telling = Telling::new(events, Arc::clone(&site.parts.clock), self.arrived);
        let live = Arc::clone(&self.live);
        let understanding = || understand(&self.message, self.told_language, &self.past.turns, site.language());
        let understood = debug_span!("understanding").in_scope(understanding);
        let language = match &understood {
            Understood::Smalltalk(_, language) => *language,
            Understood::Question(question) => question.language,
        };
        // Attacks and other people's homework are turned down before anything is searched or spent.
        let concern = match &understood {
            Understood::Smalltalk(..) => None,
            Understood::Question(_) => assess(&self.message).concern(),
        };
        let mut way = match (&understood, concern) {
            (_, Some(concern)) => Way::Declined(concern),
            (Understood::Smalltalk(kind, _), None) => Way::Smalltalk(*kind),
            (Understood::Question(question), None) => self.way_of_question(question, &live).await,
        };
        // No model is called before the row is written, and its money kept.
        let Some(purse) = self.admit(language, &mut way).await else {
            telling.send(failed()).await;
            return;
        };
        telling.send(self.start()).await;
        let mut told = match way {
            Way::Declined(concern) => stock::declined(&site, concern, language, &mut telling).await,
            Way::Smalltalk(kind) => stock::smalltalk(&site, kind, language, &mut telling).await,
            Way::Again(remembered) => cache::retell(*remembered, &mut telling).await,
            Way::Ladder(climb) => {
                let key = climb.key;
                let told = ladder::climb(&self, *climb, &purse, &mut telling).await;
                if let Some(key) = key {
                    site.answers.remember(key, &told, &telling, site.now());
                }
                told
            }
        };
        told.charged_usd_micros = purse.charged();
        if let Keeping::Rehearsal(_) = self.keeping {
            purse.settle().await;
        }
        spans::ended(language.code(), told.outcome, told.model.as_deref(), told.cost_usd_micros);
        self.settle(told, language, &telling).await;
    }

    /// Which way a question goes, with everything ready to be paid for.
    async fn way_of_question(&self, question: &Question, live: &Live) -> Way {
        // A rehearsal or an experiment wants to know what this way of answering says, not what was said before.
        let key = match self.keeping {
            Keeping::Database if !self.variant.is_anew() => self.site.answers.key(self, live, question.language),
            Keeping::Database | Keeping::Rehearsal(_) => None,
        };
        if let Some(remembered) = key.and_then(|key| self.site.answers.get(&key, self.site.now())) {
            return Way::Again(Box::new(remembered));
        }
        let wanted = self.variant.retrieval;
        let found = Sought::of(question, &self.past.turns).search(&self.site, &live.index, self.visitor, wanted).await;
        let first = found.as_ref().ok().and_then(|found| ladder::first_call(self, question, &found.hits));
        Way::Ladder(Box::new(Climb { question: question.clone(), found, first, key }))
    }

    /// Writes the turn's row and keeps its money; `None` if the database will not have it.
    #[tracing::instrument(level = "debug", name = "admission", skip_all)]
    async fn admit(&self, language: Language, way: &mut Way) -> Option<Purse> {
        let amount = way.reservation();
        if let Keeping::Rehearsal(_) = self.keeping {
            return self.rehearsal_purse(amount.unwrap_or(0), way).await;
        }
        let account = self.site.account(self.turn.into(), Some(self.visitor), Purpose::Turn);
        let reservation = amount.map(|amount| account.reservation(amount));
        let turn = self.site.memory.admitting(self.new_turn(language));
        match self.site.storage().turns().admit(&turn, reservation.as_ref()).await {
            Ok(Reserved::Granted) => Some(Purse::of_turn(&self.site, account, amount.unwrap_or(0))),
            Ok(Reserved::Refused(cap)) => {
                way.refuse(cap);
                Some(Purse::of_turn(&self.site, account, 0))
            }
            Err(error) => {
                tracing::error!(site = %self.site.id(), turn.id = %self.turn, %error, "the turn could not be admitted");
                None
            }
        }
    }

    /// The money of a turn that is kept nowhere; `None` if the database cannot be asked.
    async fn rehearsal_purse(&self, amount: u64, way: &mut Way) -> Option<Purse> {
        match Purse::open(&self.site, Purpose::Evaluation, None, amount).await {
            Ok(purse) => Some(purse),
            Err(NoMoney::Cap(cap)) => {
                way.refuse(cap);
                Purse::open(&self.site, Purpose::Evaluation, None, 0).await.ok()
            }
            Err(NoMoney::Unpriced | NoMoney::Unavailable) => None,
        }
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
            model: self.variant.first_model(&self.site),
            variant: self.variant.label.clone(),
        }
    }

    /// Writes the end of the turn, then tells it: `done` means committed.
    #[tracing::instrument(level = "debug", name = "settlement", skip_all)]
    async fn settle(self, told: Told, language: Language, telling: &Telling) {
        // Everything is told by now: nobody waits for the score but the settlement.
        let Score { quality, efficiency } = score(&self, &told, telling);
        let live = &self.live;
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
            charged_usd_micros: told.charged_usd_micros,
            service_tier: told.service_tier,
            served_model: told.served_model,
            first_token_ms: telling.first_token_ms,
            took_ms,
            prompt_hash: told.prompt_hash,
            prompt_version: Some(self.variant.prompt_version().to_owned()),
            knowledge_generation: live.index.generation(),
            knowledge_hash: Some(live.hash().to_owned()),
            variant: self.variant.label.clone(),
            opens_conversation: self.opens_conversation,
            quality,
            efficiency,
            unanswered: told.unanswered,
        };
        if let Keeping::Rehearsal(wanted) = self.keeping {
            // Whoever wanted it may have gone away meanwhile.
            let _gone = wanted.send(Rehearsed { settlement, language, found: told.basis.found() });
            return;
        }
        // Before what is kept loses its words, if none are kept.
        let observation = settlement.variant.is_some().then(|| Observation::of(&settlement)).flatten();
        let settlement = self.site.memory.settling(self.new_turn(language), settlement);
        if let Err(error) = self.site.storage().turns().settle(&settlement, language).await {
            tracing::error!(site = %self.site.id(), turn.id = %self.turn, %error, "the turn could not be settled");
            self.settle_charge_alone(told.charged_usd_micros).await;
            telling.send(failed()).await;
            return;
        }
        self.site.meter().settled(&settlement, language);
        if let Some(observation) = observation {
            enrolment::observe(&self.site, self.visitor, &settlement, &observation).await;
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

impl Run {
    /// The turn is gone, as its visitor may have wished while it was answered; its money is not.
    async fn settle_charge_alone(&self, charged: u64) {
        let site = &self.site;
        if let Err(error) = site.storage().spending().settle(site.id(), self.turn.into(), charged).await {
            tracing::error!(site = %site.id(), turn.id = %self.turn, %error, "the turn's charge stays reserved");
        }
    }
}

fn failed() -> AnswerEvent {
    AnswerEvent::Failed {
        code: STORAGE_UNAVAILABLE.to_owned(),
        message: "the answer could not be kept; please try again later".to_owned(),
    }
}
