//! Words told sentence by sentence, each once it is checked (`verify.mode = "strict"` and `"annotate"`).
//!
//! The sources are the passages of the context and the contact card. In strict, what they contradict or do not say is
//! withheld; in annotate it is told and its verdict says so, but links that they do not name lead nowhere.
//! Start at [`Checking::take`].

use std::collections::VecDeque;
use std::time::Instant;

use portavoz_domain::links::{Addresses, ImageFilter};
use portavoz_domain::markers::MarkerStream;
use portavoz_domain::prompt::NOT_KNOWN_MARK;
use portavoz_domain::search::Hit;
use portavoz_domain::units::{Unit, UnitStream};
use portavoz_domain::usage::Usage;
use portavoz_domain::verification::policy::{Mode, withholds};
use portavoz_domain::verification::{Asked, CheckedSentence, Claim, ClaimKind, Source, Sources, Status, check};
use tracing::{Instrument, debug_span};

use super::call::{Call, cite};
use super::guard::Guard;
use super::judge::Judge;
use super::telling::Telling;
use crate::meter::Meter;

/// What an answer is checked against, and how strictly.
pub(super) struct Checks<'a> {
    pub(super) mode: Mode,
    pub(super) asked: Asked<'a>,
    /// What the contact card says and where the passages' documents are, line by line.
    pub(super) card: &'a str,
    pub(super) owner: Option<&'a str>,
    pub(super) guard: Guard<'a>,
    pub(super) judge: Option<Judge<'a>>,
    pub(super) meter: &'a Meter,
}

/// An answer on its way to the visitor.
pub(super) struct Checking<'a> {
    call: &'a Call<'a>,
    sources: Sources,
    addresses: Addresses,
    units: UnitStream,
    markers: MarkerStream,
    /// A line that announces others, and what of them was withheld since: it is told with the first that is told.
    waiting: VecDeque<Judged>,
    /// What stood before a withheld beginning of a line; the rest of the line is told behind it.
    dropped_lead: Option<String>,
    last_told: bool,
    pub(super) not_known: bool,
    /// Sentences that this answer lost, and the kinds of claims that cost them.
    pub(super) withheld: u32,
    pub(super) kinds: Vec<ClaimKind>,
    /// What the judge's calls used and cost.
    pub(super) judged: Vec<(Usage, Option<u64>)>,
}

/// A unit with its verdict.
struct Judged {
    unit: Unit,
    sentence: CheckedSentence,
    told: bool,
}

impl<'a> Checking<'a> {
    pub(super) fn new(call: &'a Call<'a>) -> Self {
        let (sources, addresses) = prepared(call.passages, &call.checks);
        Self {
            call,
            sources,
            addresses,
            units: UnitStream::default(),
            markers: MarkerStream::new(call.passages.len()),
            waiting: VecDeque::new(),
            dropped_lead: None,
            last_told: false,
            not_known: false,
            withheld: 0,
            kinds: Vec::new(),
            judged: Vec::new(),
        }
    }

    pub(super) async fn take(&mut self, piece: &str, telling: &mut Telling) {
        for unit in self.units.push(piece) {
            self.hear(unit, telling).await;
        }
    }

    pub(super) async fn finish(&mut self, telling: &mut Telling) {
        for unit in self.units.finish() {
            self.hear(unit, telling).await;
        }
        // An announcement of which nothing is left announces nothing.
        let is_void = self.waiting.len() > 1;
        if let Some(announcement) = self.waiting.front_mut() {
            announcement.told &= !is_void;
        }
        self.release_waiting(telling).await;
    }

    async fn hear(&mut self, mut unit: Unit, telling: &mut Telling) {
        if unit.text.contains(NOT_KNOWN_MARK) {
            self.not_known = true;
            unit.text = unit.text.replace(NOT_KNOWN_MARK, "");
        }
        unit.text = ImageFilter::clean(&unit.text);
        let words = unit.words();
        if !words.contains(char::is_alphanumeric) {
            // Nothing but a marker: it goes with the sentence before.
            if self.last_told && self.waiting.is_empty() {
                self.say(&unit.lead, &unit.text, telling).await;
            }
            return;
        }
        let begun = Instant::now();
        let verification = debug_span!("verification");
        let mut sentence = verification.in_scope(|| check(&words, self.call.checks.asked, &self.sources));
        self.check_addresses(&mut unit, &mut sentence);
        self.ask_judge(&mut sentence, telling).instrument(verification).await;
        self.call.checks.meter.checked(begun.elapsed());
        let is_strict = self.call.checks.mode == Mode::Strict;
        let leaks = self.call.checks.guard.leaks(&words);
        if leaks {
            sentence.status = Status::Unsupported;
        }
        let told = !(leaks || is_strict && withholds(&sentence));
        self.decide(Judged { unit, sentence, told }, telling).await;
    }

    /// Marks addresses that no source names, and takes the way out of them.
    fn check_addresses(&self, unit: &mut Unit, sentence: &mut CheckedSentence) {
        for place in self.addresses.unknown_in(&unit.text) {
            let address = unit.text.get(place).unwrap_or_default();
            let kind = if address.contains('@') { ClaimKind::Email } else { ClaimKind::Link };
            let claim = Claim { kind, text: address.to_owned(), status: Status::Unsupported, evidence: None };
            sentence.claims.insert(0, claim);
            if sentence.status == Status::Supported {
                sentence.status = Status::Unsupported;
            }
        }
        unit.text = self.addresses.defused(&unit.text);
    }

    async fn ask_judge(&mut self, sentence: &mut CheckedSentence, telling: &Telling) {
        let Some(judge) = &self.call.checks.judge else { return };
        if !judge.doubts(sentence, self.judged.len()) {
            return;
        }
        let opinion = tokio::select! {
            biased;
            () = telling.left() => return,
            opinion = judge.opinion(&sentence.text) => opinion,
        };
        self.judged.push((opinion.usage, opinion.cost_usd_micros));
        let Some(status) = opinion.status else { return };
        sentence.status = status;
        if let Some(proposition) = sentence.claims.iter_mut().find(|claim| claim.kind == ClaimKind::Proposition) {
            proposition.status = status;
        }
    }

    /// Tells or withholds, in order; an announcement waits for what it announces.
    async fn decide(&mut self, judged: Judged, telling: &mut Telling) {
        if !judged.told && !self.waiting.is_empty() {
            self.waiting.push_back(judged);
            return;
        }
        let lost_some = self.waiting.len() > 1;
        if let Some(announcement) = self.waiting.front_mut() {
            announcement.told &= !lost_some || judged.unit.item;
        }
        self.release_waiting(telling).await;
        if judged.told && judged.unit.announces() {
            self.waiting.push_back(judged);
        } else {
            self.release(judged, telling).await;
        }
    }

    async fn release_waiting(&mut self, telling: &mut Telling) {
        while let Some(judged) = self.waiting.pop_front() {
            self.release(judged, telling).await;
        }
    }

    async fn release(&mut self, judged: Judged, telling: &mut Telling) {
        let Judged { unit, sentence, told } = judged;
        self.last_told = told;
        if told {
            let dropped = self.dropped_lead.take().filter(|_| !unit.starts_line);
            let text = self.say(&dropped.unwrap_or(unit.lead), &unit.text, telling).await;
            telling.verdict(sentence, Some(text)).await;
            return;
        }
        if unit.starts_line {
            self.dropped_lead = Some(unit.lead);
        }
        self.withheld += 1;
        self.kinds
            .extend(sentence.claims.iter().filter(|claim| claim.status != Status::Supported).map(|claim| claim.kind));
        telling.verdict(sentence, None).await;
    }

    /// Says words with their markers renumbered; gives them back as they were told.
    async fn say(&mut self, lead: &str, text: &str, telling: &mut Telling) -> String {
        let marked = self.markers.push(&format!("{lead}{text}"));
        let told = marked.text + &self.markers.finish();
        telling.say(&told).await;
        for passage in marked.newly_cited {
            cite(self.call, passage, telling).await;
        }
        told.strip_prefix(lead).unwrap_or(&told).trim().to_owned()
    }
}

/// The sources of a call, made ready.
fn prepared(passages: &[&Hit], checks: &Checks<'_>) -> (Sources, Addresses) {
    let headings: Vec<String> = passages.iter().map(|hit| hit.chunk.heading()).collect();
    let of_passages = passages.iter().zip(&headings).map(|(hit, heading)| Source {
        heading,
        question: hit.chunk.question.as_deref(),
        text: &hit.chunk.text,
        language: hit.chunk.language,
    });
    let card = Source { heading: "", question: None, text: checks.card, language: checks.asked.language };
    let sources: Vec<Source<'_>> = of_passages.chain([card]).collect();
    let addresses = Addresses::of(sources.iter().map(|source| source.text));
    (Sources::of(&sources), addresses)
}
