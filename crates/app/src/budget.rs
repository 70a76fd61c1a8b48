//! Money: what a call may cost, whether it may be made, and what it is charged at in the end.
//!
//! Every paid call is made out of a [`Purse`], which is one charge of `domain::budget`: it is asked before each call whether
//! the most that the call can cost is there, and told afterwards what it did cost. A turn's purse is opened by its
//! admission and settled with its row; any other one is opened by [`Purse::open`] and settled by [`Purse::settle`], or, if
//! whoever holds it goes away, at what was reserved. Start at [`worst_case`].

use std::sync::{Arc, Mutex, PoisonError};

use portavoz_domain::budget::{Cap, Caps, Purpose, Reservation, Reserved};
use portavoz_domain::ids::{ChargeId, SiteId, VisitorId};
use portavoz_domain::message::Message;
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::tokens::CountTokens;
use portavoz_llm::chat::{ChatModel, ChatRequest};
use portavoz_llm::embed::Embedder;
use portavoz_storage::Storage;
use tokio_util::task::TaskTracker;

use crate::search::embedding_price;
use crate::site::Site;

/// Tokens that the chat format adds to each message, as published for the o200k models.
pub(crate) const TOKENS_PER_MESSAGE: u64 = 4;
/// Fewer bytes than this in a token, on the average of a whole prompt, are not seen of any tokenizer in our languages.
/// Ours need not be the provider's, and a reservation must not be too small.
const BYTES_PER_TOKEN_AT_LEAST: u64 = 3;

/// Why a call may not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoMoney {
    /// It could pass this cap.
    Cap(Cap),
    /// Nobody knows what it costs, and the owner wants a cap kept.
    Unpriced,
    /// The database that keeps count cannot be asked.
    Unavailable,
}

impl NoMoney {
    /// The stable reason in a ladder.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Cap(cap) => cap.name(),
            Self::Unpriced => "unpriced",
            Self::Unavailable => "storage_unavailable",
        }
    }
}

impl std::fmt::Display for NoMoney {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Cap(Cap::Day) => "it could pass the budget of the day (`budget.day_usd`)",
            Self::Cap(Cap::Month) => "it could pass the budget of the month (`budget.month_usd`)",
            Self::Cap(Cap::VisitorDay) => "it could pass the visitor's budget of the day (`budget.visitor_day_usd`)",
            Self::Unpriced => "its price is not known, and a budget is set: give it one in `models.overrides`",
            Self::Unavailable => "the budget cannot be read",
        })
    }
}

/// The most that a call can cost, in micro-dollars; `Err` if nobody knows and that is not good enough. A call of unknown
/// price is charged nothing where the owner set no cap of their own.
pub(crate) fn worst_case(site: &Site, model: &dyn ChatModel, request: &ChatRequest) -> Result<u64, NoMoney> {
    match model.tariff() {
        Some(tariff) => {
            let prompt_tokens = prompt_tokens_at_most(&request.messages, model.tokenizer());
            let completion_tokens = request.max_tokens.unwrap_or(site.settings().generation.max_tokens);
            Ok(tariff.worst_case_usd_micros(prompt_tokens, u64::from(completion_tokens)))
        }
        None => unpriced(site),
    }
}

/// The most that embedding these texts can cost, in micro-dollars.
pub(crate) fn worst_case_of_embedding(site: &Site, embedder: &dyn Embedder, texts: &[String]) -> Result<u64, NoMoney> {
    match embedder.price_per_million() {
        Some(price) => {
            let counted = texts.iter().map(|text| tokens_at_most(text, site.parts.tokenizer));
            let usage = portavoz_domain::usage::Usage { prompt_tokens: counted.sum(), ..Default::default() };
            Ok(embedding_price(price).cost_usd_micros(&usage))
        }
        None => unpriced(site),
    }
}

fn unpriced(site: &Site) -> Result<u64, NoMoney> {
    if site.settings().budget.refuse_unpriced { Err(NoMoney::Unpriced) } else { Ok(0) }
}

pub(crate) fn prompt_tokens_at_most(messages: &[Message], tokenizer: &dyn CountTokens) -> u64 {
    messages.iter().map(|message| tokens_at_most(&message.content, tokenizer) + TOKENS_PER_MESSAGE).sum()
}

fn tokens_at_most(text: &str, tokenizer: &dyn CountTokens) -> u64 {
    let counted = u64::try_from(tokenizer.count(text)).unwrap_or(u64::MAX);
    counted.max(u64::try_from(text.len()).unwrap_or(u64::MAX).div_ceil(BYTES_PER_TOKEN_AT_LEAST))
}

/// Whose money, for what.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) site: SiteId,
    pub(crate) charge: ChargeId,
    pub(crate) visitor: Option<VisitorId>,
    pub(crate) purpose: Purpose,
    pub(crate) at: Timestamp,
    pub(crate) caps: Caps,
}

impl Account {
    /// A reservation of `amount` more.
    pub(crate) fn reservation(&self, amount: u64) -> Reservation {
        Reservation {
            site: self.site.clone(),
            id: self.charge,
            visitor: self.visitor,
            purpose: self.purpose,
            at: self.at,
            amount,
            caps: self.caps,
        }
    }
}

/// The money of one charge.
pub(crate) struct Purse {
    storage: Arc<dyn Storage>,
    tasks: TaskTracker,
    account: Account,
    kept: Mutex<Kept>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Kept {
    reserved: u64,
    charged: u64,
    /// Nothing is left to do when the purse is dropped.
    settled: bool,
}

impl Purse {
    /// The purse of a turn, after its admission reserved `reserved`. The turn's settlement settles it.
    pub(crate) fn of_turn(site: &Site, account: Account, reserved: u64) -> Self {
        let kept = Mutex::new(Kept { reserved, charged: 0, settled: true });
        Self { storage: site.shared_storage(), tasks: site.tasks().clone(), account, kept }
    }

    /// A purse with at least `amount` in it.
    pub(crate) async fn open(
        site: &Site,
        purpose: Purpose,
        visitor: Option<VisitorId>,
        amount: u64,
    ) -> Result<Self, NoMoney> {
        let account = site.account(site.new_charge(), visitor, purpose);
        let purse =
            Self { storage: site.shared_storage(), tasks: site.tasks().clone(), account, kept: Mutex::default() };
        purse.afford(amount).await?;
        Ok(purse)
    }

    /// Sees to it that a call of at most `amount` can be paid, beside what was charged already.
    pub(crate) async fn afford(&self, amount: u64) -> Result<(), NoMoney> {
        let kept = self.kept();
        let more = kept.charged.saturating_add(amount).saturating_sub(kept.reserved);
        if more == 0 {
            return Ok(());
        }
        match self.storage.spending().reserve(&self.account.reservation(more)).await {
            Ok(Reserved::Granted) => {
                self.change(|kept| kept.reserved += more);
                Ok(())
            }
            Ok(Reserved::Refused(cap)) => Err(NoMoney::Cap(cap)),
            Err(error) => {
                tracing::error!(site = %self.account.site, %error, "the budget cannot be asked, so nothing is spent");
                Err(NoMoney::Unavailable)
            }
        }
    }

    /// A call was made and cost this.
    pub(crate) fn charge(&self, amount: u64) {
        self.change(|kept| kept.charged = kept.charged.saturating_add(amount));
    }

    /// What all calls so far cost.
    pub(crate) fn charged(&self) -> u64 {
        self.kept().charged
    }

    /// Gives back what is left.
    pub(crate) async fn settle(self) {
        let kept = self.kept();
        self.change(|kept| kept.settled = true);
        if kept.reserved == 0 {
            return;
        }
        if let Err(error) = self.storage.spending().settle(&self.account.site, self.account.charge, kept.charged).await
        {
            // It stays reserved, and becomes an orphan's charge when this process ends: too much, never too little.
            tracing::error!(site = %self.account.site, charge = %self.account.charge, %error, "a charge could not be settled");
        }
    }

    /// Leaves what is reserved as it is, for whoever settles the charge later; if nobody does, it is an orphan's.
    pub(crate) fn leave_open(self) -> ChargeId {
        self.change(|kept| kept.settled = true);
        self.account.charge
    }

    fn kept(&self) -> Kept {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Kept)) {
        change(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Purse {
    /// Whoever held it went away in the middle of a call, which is then taken to have cost what was reserved for it.
    fn drop(&mut self) {
        let kept = self.kept();
        if kept.settled || kept.reserved == 0 || tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let (storage, account) = (Arc::clone(&self.storage), self.account.clone());
        self.tasks.spawn(async move {
            if let Err(error) = storage.spending().settle(&account.site, account.charge, kept.reserved).await {
                tracing::error!(site = %account.site, charge = %account.charge, %error, "a charge could not be settled");
            }
        });
    }
}
