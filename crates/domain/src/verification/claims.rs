//! The claims of one sentence, each judged against the sources.

use std::ops::Range;

use portavoz_text::language::Language;
use portavoz_text::words::slice;

use super::cover::{Cover, covers};
use super::facts::{Fact, Value};
use super::index::Index;
use super::names::Name;
use super::said::{self, Said, look_up};
use super::score::{Measures, probability};
use super::values::{self, Scene};
use super::{Asked, CheckedSentence, Claim, ClaimKind, Evidence, Status};
use super::{bare, durations, lists, names, plain, polarity, statement};
use crate::promises::Promise;

/// From this cover on, a unit is believed to speak of the same thing as the sentence.
const SAME_THING: f32 = 0.33;
/// A unit that speaks of a promise must cover the sentence this far to bear it out.
const PROMISED_FROM: f32 = 0.5;
/// From this probability on a proposition counts as supported.
const SUPPORTED_FROM: f32 = 0.5;

/// What the judgements of one sentence have in common.
struct Sentence<'a> {
    text: &'a str,
    language: Language,
    said: &'a Said,
    silent: Vec<bool>,
    covers: Vec<Cover>,
    scene: Scene<'a>,
    index: &'a Index,
}

/// Checks one sentence.
pub(super) fn check(text: &str, asked: Asked<'_>, question: Option<&Said>, index: &Index) -> CheckedSentence {
    let said = look_up(text, asked.language, index);
    let silent = plain::silences(text, &said.reading, asked.language);
    let covers = covers(&said, &silent, index);
    let bare = Scene { said: &said, language: asked.language, asked: question, anchors: &[], names: &[], index };
    let names = names::judge(bare, asked.language);
    let anchors = names::anchors(&names, &said, index);
    let scene = Scene { anchors: &anchors, names: &names, ..bare };
    let sentence = Sentence { text, language: asked.language, said: &said, silent, covers, scene, index };
    let mut claims: Vec<(Range<usize>, Claim)> = Vec::new();
    claims.extend(sentence.said.reading.facts.iter().filter_map(|fact| sentence.value(fact)));
    claims.extend(sentence.names(&names));
    claims.sort_by_key(|(span, _)| span.start);
    let mut claims: Vec<Claim> = claims.into_iter().map(|(_, claim)| claim).collect();
    if let Some(unit) = statement::copied_from(&said, index) {
        // What stands in a source word by word needs no reading between the lines.
        for claim in claims.iter_mut().filter(|claim| claim.status != Status::Supported) {
            claim.status = Status::Supported;
            claim.evidence = index.evidence(unit, None);
        }
    }
    claims.extend(sentence.promises());
    let is_plain = sentence.silent.iter().all(|silent| *silent) || plain::is_offer(&said.reading, asked.language);
    let measured = || measure(text, &said, question, asked, index).with("unproven", unproven(&claims));
    let score = if is_plain { 1.0 } else { probability(&measured()) };
    claims.extend((!is_plain).then(|| sentence.proposition(score)));
    let status = worst(&claims);
    CheckedSentence { text: text.to_owned(), status, score, claims }
}

/// Hard claims that are not borne out, as the models count them.
fn unproven(claims: &[Claim]) -> f32 {
    let count = claims.iter().filter(|claim| claim.kind.is_hard() && claim.status != Status::Supported).count();
    count.min(2) as f32
}

/// Measures a text, already looked up, for its score.
fn measure(text: &str, said: &Said, question: Option<&Said>, asked: Asked<'_>, index: &Index) -> Measures {
    let asks = asked.question.is_some_and(|question| question.contains('?'));
    let as_answer = question.and_then(|question| bare::measure(text, said, (asks, question), index));
    as_answer.unwrap_or_else(|| statement::measure(text, said, asked.language, index))
}

/// The question, looked up once for all sentences of an answer.
pub(super) fn question(asked: Asked<'_>, index: &Index) -> Option<Said> {
    asked.question.map(|question| said::look_up_question(question, asked.language, index))
}

/// Measures a text of any length, its sentences checked, for its score.
pub(super) fn measures(
    text: &str,
    checked: &[CheckedSentence],
    (asked, question): (Asked<'_>, Option<&Said>),
    index: &Index,
) -> Measures {
    let said = look_up(text, asked.language, index);
    let found = checked.iter().map(|sentence| unproven(&sentence.claims)).fold(0.0, f32::max);
    measure(text, &said, question, asked, index).with("unproven", found)
}

/// The worst of the claims, hard ones before the proposition.
fn worst(claims: &[Claim]) -> Status {
    let has = |status: Status| claims.iter().any(|claim| claim.status == status);
    if has(Status::Contradicted) {
        Status::Contradicted
    } else if has(Status::Unsupported) {
        Status::Unsupported
    } else {
        Status::Supported
    }
}

impl Sentence<'_> {
    fn is_silent(&self, tokens: &Range<usize>) -> bool {
        self.silent.get(tokens.start) == Some(&true)
    }

    fn claim(&self, kind: ClaimKind, span: &Range<usize>, status: Status, evidence: Option<Evidence>) -> Claim {
        Claim { kind, text: slice(self.text, span.clone()).to_owned(), status, evidence }
    }

    /// A number, date or address of the sentence as a claim.
    fn value(&self, fact: &Fact) -> Option<(Range<usize>, Claim)> {
        if self.is_silent(&fact.tokens) {
            return None;
        }
        let (status, evidence) = match &fact.value {
            Value::Name => return None,
            Value::Address(address) => self.address(address),
            Value::Quantity { .. } | Value::Date(_) => {
                let mut verdict = values::judge(fact, self.scene);
                let lasted = durations::judge(fact, self.scene);
                let told = || durations::judge_period(fact, self.text, self.scene);
                if let Some(other) = lasted.or_else(told) {
                    verdict = other;
                }
                let turned = verdict.status == Status::Supported && self.is_turned(fact, verdict.at.as_ref());
                let status = if turned { Status::Contradicted } else { verdict.status };
                (status, verdict.at.and_then(|(unit, span)| self.index.evidence(unit, Some(span))))
            }
        };
        Some((fact.span.clone(), self.claim(fact.kind, &fact.span, status, evidence)))
    }

    /// True if the sentence says that the value is more and the source that it is less, or the other way round.
    fn is_turned(&self, fact: &Fact, at: Option<&(usize, Range<usize>)>) -> bool {
        let Some((unit, span)) = at else { return false };
        let own = polarity::direction(fact, &self.said.reading.tokens, self.language);
        let theirs = self.index.units.get(*unit).map_or(0, |unit| polarity::given_direction(span, unit));
        own * theirs < 0
    }

    fn address(&self, address: &str) -> (Status, Option<Evidence>) {
        for (number, unit) in self.index.units.iter().enumerate() {
            for fact in &unit.reading.facts {
                if matches!(&fact.value, Value::Address(known) if known == address) {
                    return (Status::Supported, self.index.evidence(number, Some(fact.span.clone())));
                }
            }
        }
        (Status::Unsupported, None)
    }

    fn names(&self, names: &[Name]) -> Vec<(Range<usize>, Claim)> {
        let tokens = &self.said.reading.tokens;
        names
            .iter()
            .filter(|name| !self.is_silent(&name.tokens))
            .filter_map(|name| {
                let span = tokens.get(name.tokens.start)?.span.start..tokens.get(name.tokens.end - 1)?.span.end;
                let evidence = name.at.filter(|_| name.status == Status::Supported).and_then(|at| {
                    let word = self.index.units.get(at.unit)?.reading.tokens.get(at.index)?;
                    self.index.evidence(at.unit, Some(word.span.clone()))
                });
                let claim = self.claim(name.kind, &span, name.status, evidence);
                Some((span, claim))
            })
            .collect()
    }

    /// Promises in the owner's name: borne out only by a unit that speaks of the very thing.
    fn promises(&self) -> Vec<Claim> {
        let words: Vec<&str> = self.said.reading.tokens.iter().map(|token| token.folded.as_str()).collect();
        let spoken = |promise: Promise| {
            let named = self.said.reading.tokens.iter().any(|token| promise.names(&token.folded));
            let listed = lists::words(self.language).promises.iter().filter(|(listed, _)| *listed == promise);
            named || listed.into_iter().any(|(_, phrase)| (0..words.len()).any(|at| phrase.end(&words, at).is_some()))
        };
        if self.silent.iter().any(|silent| *silent) || self.text.trim_end().ends_with('?') {
            return Vec::new();
        }
        Promise::ALL
            .into_iter()
            .filter(|promise| spoken(*promise))
            .map(|promise| {
                let borne = self.covers.iter().take_while(|cover| cover.share >= PROMISED_FROM).find(|cover| {
                    self.index.units.get(cover.unit).is_some_and(|unit| {
                        let said = unit.reading.tokens.iter().any(|token| promise.names(&token.folded));
                        let words: Vec<&str> = unit.reading.tokens.iter().map(|token| token.folded.as_str()).collect();
                        let listed =
                            lists::words(unit.language).promises.iter().filter(|(listed, _)| *listed == promise);
                        said || listed
                            .into_iter()
                            .any(|(_, phrase)| (0..words.len()).any(|at| phrase.end(&words, at).is_some()))
                    })
                });
                let status = if borne.is_some() { Status::Supported } else { Status::Unsupported };
                let evidence = borne.and_then(|cover| self.index.evidence(cover.unit, None));
                Claim { kind: ClaimKind::Promise, text: self.text.to_owned(), status, evidence }
            })
            .collect()
    }

    /// The sentence as a whole.
    fn proposition(&self, score: f32) -> Claim {
        let best = self.covers.first().copied();
        let status = match best {
            Some(_) if self.is_denied_there() => Status::Contradicted,
            Some(_) if score >= SUPPORTED_FROM => Status::Supported,
            _ => Status::Unsupported,
        };
        let evidence =
            best.filter(|_| status != Status::Unsupported).and_then(|best| self.index.evidence(best.unit, None));
        Claim { kind: ClaimKind::Proposition, text: self.text.to_owned(), status, evidence }
    }

    /// True if the sources deny what the sentence says, or say what it denies.
    fn is_denied_there(&self) -> bool {
        let own = polarity::denied(&self.said.reading);
        let loud: Vec<bool> = own.iter().zip(&self.silent).map(|(denied, silent)| *denied && !silent).collect();
        let denies = loud.contains(&true);
        let Some(best) = self.covers.first().filter(|best| denies || best.share >= SAME_THING) else { return false };
        let least = if denies { best.share * 0.6 } else { best.share * 0.85 };
        let mut close = self.covers.iter().take_while(|cover| cover.share >= least);
        // One unit that agrees is enough; a denial needs one that denies the same words.
        !close.any(|cover| {
            let agreement = polarity::agreement(self.said, &loud, cover.unit, self.index);
            if denies {
                agreement.denied > agreement.affirmed_there && agreement.denied > agreement.missing
            } else {
                agreement.denied_there < agreement.affirmed
            }
        })
    }
}
