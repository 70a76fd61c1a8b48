//! A model's words on their way to the visitor: the beginning held until it is clear that it is an answer, the end
//! judged as a whole. How the words between are told is [`super::checking`] and [`super::straight`].

use std::collections::HashSet;

use portavoz_domain::markers::{Beginning, beginning};
use portavoz_domain::phrases;
use portavoz_domain::search::Hit;
use portavoz_domain::usage::Usage;
use portavoz_domain::verification::policy::Mode;
use portavoz_llm::LlmError;
use portavoz_text::terms::terms;

use super::call::{Call, CallEnd, cite};
use super::checking::Checking;
use super::straight::Straight;
use super::telling::Telling;

/// From this share of its words on an answer rests on a passage: "I do not know" shares none with any.
const RESTS_FROM: f32 = 0.3;
/// Ends an answer that reached its limit of tokens.
const CUT_SHORT: &str = " […]";
/// Why an answer is void: nothing in it was supported.
const UNSUPPORTED: &str = "unsupported";
/// Why an answer is void: it gave the system message away.
const LEAKED: &str = "leaked";

/// An answer on its way to the visitor.
pub(super) struct Streaming<'a> {
    call: &'a Call<'a>,
    /// The beginning, while it may still be the mark of not knowing.
    undecided: Option<String>,
    not_known: bool,
    words: Words<'a>,
}

enum Words<'a> {
    Straight(Box<Straight<'a>>),
    Checked(Box<Checking<'a>>),
}

impl<'a> Streaming<'a> {
    pub(super) fn new(call: &'a Call<'a>) -> Self {
        let words = match call.checks.mode {
            Mode::Off => Words::Straight(Box::new(Straight::new(call))),
            Mode::Strict | Mode::Annotate => Words::Checked(Box::new(Checking::new(call))),
        };
        Self { call, undecided: Some(String::new()), not_known: false, words }
    }

    /// Takes the next piece; gives back the end if the answer must not go on.
    pub(super) async fn take(&mut self, piece: &str, telling: &mut Telling) -> Option<CallEnd> {
        if self.not_known {
            return None;
        }
        match self.undecided.take() {
            None => self.tell(piece, telling).await,
            Some(mut held) => {
                held.push_str(piece);
                match beginning(&held) {
                    Beginning::Undecided => self.undecided = Some(held),
                    Beginning::NotKnown => self.not_known = true,
                    Beginning::Answer => self.tell(&held, telling).await,
                }
            }
        }
        self.leaked().then_some(CallEnd::Void(LEAKED))
    }

    /// What the judge's calls used and cost.
    pub(super) fn judged(self) -> Vec<(Usage, Option<u64>)> {
        match self.words {
            Words::Straight(_) => Vec::new(),
            Words::Checked(checking) => checking.judged,
        }
    }

    async fn tell(&mut self, text: &str, telling: &mut Telling) {
        match &mut self.words {
            Words::Straight(straight) => straight.take(text, telling).await,
            Words::Checked(checking) => checking.take(text, telling).await,
        }
    }

    fn leaked(&self) -> bool {
        matches!(&self.words, Words::Straight(straight) if straight.leaked)
    }

    /// Ends the answer, for the reason that the provider gave.
    pub(super) async fn finish(&mut self, reason: Option<&str>, telling: &mut Telling) -> CallEnd {
        if self.not_known {
            return CallEnd::NotKnown;
        }
        if let Some(held) = self.undecided.take() {
            self.tell(&held, telling).await;
        }
        let (not_known, lost) = match &mut self.words {
            Words::Straight(straight) => {
                straight.finish(telling).await;
                (straight.not_known(), None)
            }
            Words::Checked(checking) => {
                checking.finish(telling).await;
                (checking.not_known, (checking.withheld > 0).then(|| checking.kinds.clone()))
            }
        };
        if self.leaked() {
            return CallEnd::Void(LEAKED);
        }
        // Said in the middle of other words, it still means that nothing rests on the passages.
        if not_known && telling.citations.is_empty() {
            telling.start_over("not_known").await;
            return CallEnd::NotKnown;
        }
        if reason == Some("content_filter") {
            return CallEnd::Failed(LlmError::Refused("the provider's filter ended the answer".to_owned()));
        }
        if telling.text.trim().is_empty() && lost.is_none() {
            let reason = reason.unwrap_or("no reason");
            return CallEnd::Failed(LlmError::Transient(format!("the answer is empty (`{reason}`)")));
        }
        if telling.citations.is_empty()
            && let Some(passage) = resting_place(&telling.text, self.call.passages)
        {
            cite(self.call, passage, telling).await;
        }
        // Of what was told nothing rests on the documents, and the rest was not even told.
        if lost.is_some() && telling.citations.is_empty() {
            return CallEnd::Void(UNSUPPORTED);
        }
        // Cut at the limit of tokens: the visitor must see that it is not the end.
        if reason == Some("length") {
            telling.say(CUT_SHORT).await;
        }
        if let Some(kinds) = lost {
            let checks = &self.call.checks;
            let line = phrases::withheld(checks.asked.language, checks.owner, &kinds);
            telling.say(&format!("\n\n{line}")).await;
        }
        CallEnd::Answered
    }
}

/// The passage that an answer without markers rests on: the one that has most of its words, if that is enough of them.
fn resting_place(answer: &str, passages: &[&Hit]) -> Option<usize> {
    let shares = passages.iter().map(|hit| {
        let language = hit.chunk.language;
        let said: HashSet<String> = terms(answer, language).into_iter().map(|term| term.stem).collect();
        let text = hit.chunk.embedding_text();
        let there: HashSet<String> = terms(&text, language).into_iter().map(|term| term.stem).collect();
        said.intersection(&there).count() as f32 / said.len().max(1) as f32
    });
    let best = shares.enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    (best.1 >= RESTS_FROM).then_some(best.0)
}
