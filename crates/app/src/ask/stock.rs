//! Replies that need no model: smalltalk, what is turned down, what is not known, sentences quoted from the documents, the predefined
//! message.

use std::sync::Arc;

use portavoz_domain::answer::{Outcome, Rung};
use portavoz_domain::defence::Concern;
use portavoz_domain::extract::weights::WEIGHTS;
use portavoz_domain::extract::{Extract, ExtractLimits, Sources, extract_from};
use portavoz_domain::phrases;
use portavoz_domain::question::{Question, Smalltalk};
use portavoz_domain::search::Hit;
use portavoz_domain::verification::policy::Mode;
use portavoz_domain::verification::{CheckedSentence, Claim, ClaimKind, Evidence, Status};
use portavoz_text::language::Language;

use super::sought::{Found, Sought};
use super::sources::citation;
use super::telling::Telling;
use super::told::Told;
use crate::facts;
use crate::site::{Live, Site};

/// Topics that a visitor is offered when the documents are silent.
const OFFERED_TOPICS: usize = 3;

/// A friendly line; no documents, no model.
pub(super) async fn smalltalk(site: &Site, kind: Smalltalk, language: Language, telling: &mut Telling) -> Told {
    let name = site.contact().name;
    let owner = name.as_deref();
    let line = match kind {
        Smalltalk::Greeting => phrases::greeting(language, owner, &site.suggestions(language)),
        Smalltalk::Identity => phrases::identity(language, owner, &site.suggestions(language)),
        Smalltalk::Thanks => phrases::thanks(language, owner),
        Smalltalk::Farewell => phrases::farewell(language, owner),
    };
    telling.say(&line).await;
    let mut told = Told { outcome: Some(Outcome::Smalltalk), cost_usd_micros: Some(0), ..Told::default() };
    told.tried(Rung::Stock, None, None);
    told
}

/// Turns down an attack or a request that is not ours: no documents, no model, no cost, no gap.
pub(super) async fn declined(site: &Site, concern: Concern, language: Language, telling: &mut Telling) -> Told {
    let name = site.contact().name;
    let offered = site.suggestions(language).into_iter().chain(phrases::suggestions(language, name.as_deref()));
    let suggestion = offered.into_iter().next().unwrap_or_default();
    telling.say(&phrases::declined(language, name.as_deref(), &suggestion)).await;
    let reason = match concern {
        Concern::Attack => "attack",
        Concern::OffTopic => "off_topic",
    };
    let mut told = Told { outcome: Some(Outcome::Declined), cost_usd_micros: Some(0), ..Told::default() };
    told.tried(Rung::Stock, None, Some(reason));
    told
}

/// The documents are silent: says so, offers what they do speak of, and keeps the question for the owner.
pub(super) async fn not_known(
    site: &Site,
    live: &Live,
    question: &Question,
    mut told: Told,
    telling: &mut Telling,
) -> Told {
    let topics = live.index.nearest_topics(question, OFFERED_TOPICS).unwrap_or_default();
    let topics: Vec<String> = topics.into_iter().map(|(topic, _)| topic).collect();
    let contact = site.contact();
    telling.say(&phrases::not_known(question.language, contact.name.as_deref(), &topics, &contact)).await;
    told.outcome = Some(Outcome::NotKnown);
    told.unanswered = true;
    told.tried(Rung::Stock, None, None);
    told
}

/// What an answer without a model rests on.
#[derive(Clone, Copy)]
pub(super) struct Passages<'a> {
    pub(super) live: &'a Live,
    pub(super) found: &'a Found,
}

/// The sentences of the passages that answer, quoted and cited; if there are several questions, with a word on those
/// that nothing answers. If no sentence answers, it is not known; if all were told before, that was all.
pub(super) async fn extractive(
    site: &Site,
    passages: Passages<'_>,
    question: &Question,
    told: Told,
    telling: &mut Telling,
) -> Told {
    let Passages { live, found } = passages;
    let Sought { told: told_before, .. } = &found.sought;
    let mut told = match from_facts(site, live, question, told, telling).await {
        Ok(answered) => return answered,
        Err(told) => told,
    };
    let asked = found.answerable();
    let idf = |stem: &str| live.index.idf(stem);
    let sources = Sources { hits: &found.hits, idf: &idf, told: told_before, weights: &WEIGHTS };
    let Some(extract) = extract_from(&asked, sources, ExtractLimits::default()) else {
        told.tried(Rung::Extractive, None, Some("no_sentence"));
        if told_before.is_empty() {
            return not_known(site, live, question, told, telling).await;
        }
        return nothing_more(site, question.language, told, telling).await;
    };
    quote(site, question, &found.hits, &extract, telling).await;
    let contact = site.contact();
    for silent in &found.silent {
        let line = phrases::not_known(question.language, contact.name.as_deref(), &[], &contact);
        telling.say(&format!("\n\n{silent} {line}")).await;
        told.unanswered = true;
    }
    told.outcome = Some(Outcome::Answered);
    told.tried(Rung::Extractive, None, None);
    told
}

/// All that the passages say was told before. No gap for the owner: "tell me more" names nothing that could be added.
async fn nothing_more(site: &Site, language: Language, mut told: Told, telling: &mut Telling) -> Told {
    telling.say(&phrases::withheld(language, site.contact().name.as_deref(), &[])).await;
    told.outcome = Some(Outcome::NotKnown);
    told.tried(Rung::Stock, None, Some("nothing_more"));
    told
}

/// Tells what can be computed from the facts of the documents ("how many years"), with the statements it rests on.
/// Gives `told` back untouched if nothing can.
pub(super) async fn from_facts(
    site: &Site,
    live: &Live,
    question: &Question,
    mut told: Told,
    telling: &mut Telling,
) -> Result<Told, Told> {
    let Some(computed) = facts::computed_from(live, question, site.now()) else { return Err(told) };
    let mut cited: Vec<(Hit, &str)> = Vec::new();
    for fact in &computed.rests_on {
        let chunk = live.index.chunks().iter().find(|chunk| chunk.id == fact.source.chunk);
        let is_new = !cited.iter().any(|(known, _)| known.chunk.id == fact.source.chunk);
        if let Some(chunk) = chunk.filter(|_| is_new) {
            let quote = chunk.text.get(fact.source.within.clone()).unwrap_or_default();
            cited.push((Hit { chunk: Arc::clone(chunk), relevance: 1.0, features: Vec::new() }, quote));
        }
    }
    let marks: String = (1..=cited.len()).map(|number| format!("[{number}]")).collect();
    telling.say(&format!("{} {marks}", computed.text)).await;
    for (place, (hit, quote)) in cited.iter().enumerate() {
        telling.cite(citation(hit, place + 1, Some(quote), &site.settings().public_url)).await;
    }
    let evidence = computed.rests_on.first().map(|fact| Evidence { source: 0, span: fact.source.within.clone() });
    vouch(site, &computed.text, evidence, format!("{} {marks}", computed.text), telling).await;
    told.outcome = Some(Outcome::Answered);
    told.tried(Rung::Extractive, None, None);
    Ok(told)
}

/// Tells an extract: an introduction in the visitor's language, then each quotation with its source.
async fn quote(site: &Site, question: &Question, hits: &[Hit], extract: &Extract, telling: &mut Telling) {
    let quoted_language = extract.quoted.first().and_then(|quoted| hits.get(quoted.hit)).map(|hit| hit.chunk.language);
    let quoted_language = quoted_language.unwrap_or(question.language);
    let name = site.contact().name;
    telling.say(&phrases::introduction(question.language, name.as_deref(), quoted_language)).await;
    // Passages in order of first mention: their numbers.
    let mut numbered: Vec<usize> = Vec::new();
    for quoted in &extract.quoted {
        let known = numbered.iter().position(|&hit| hit == quoted.hit);
        let number = known.unwrap_or(numbered.len()) + 1;
        let separator = if extract.list { "\n- " } else { " " };
        let sentence = format!("{} [{number}]", quoted.text);
        telling.say(&format!("{separator}{sentence}")).await;
        if known.is_none() {
            numbered.push(quoted.hit);
            if let Some(hit) = hits.get(quoted.hit) {
                telling.cite(citation(hit, number, Some(&quoted.text), &site.settings().public_url)).await;
            }
        }
        let evidence = Some(Evidence { source: number - 1, span: quoted.span.clone() });
        vouch(site, &quoted.text, evidence, sentence, telling).await;
    }
}

/// Reports a sentence that needs no check, because it was taken from its source (a place among the sources told).
async fn vouch(site: &Site, text: &str, evidence: Option<Evidence>, told: String, telling: &mut Telling) {
    let claim = Claim { kind: ClaimKind::Proposition, text: text.to_owned(), status: Status::Supported, evidence };
    let sentence =
        CheckedSentence { text: text.to_owned(), status: Status::Supported, score: 1.0, claims: vec![claim] };
    match site.settings().verify.mode {
        Mode::Off => telling.remember(sentence),
        Mode::Strict | Mode::Annotate => telling.verdict(sentence, Some(told)).await,
    }
}

/// The contact card, for those who ask for it and whom no passage tells.
pub(super) async fn contact(site: &Site, language: Language, mut told: Told, telling: &mut Telling) -> Told {
    let card = site.contact();
    let heading = phrases::label(language, phrases::Label::Contact);
    let lines = phrases::contact_lines(language, &card);
    let named = card.name.iter().fold(heading.to_owned(), |heading, name| format!("{heading}, {name}"));
    telling.say(&lines.iter().fold(format!("{named}:"), |text, line| format!("{text}\n- {line}"))).await;
    told.outcome = Some(Outcome::Answered);
    told.tried(Rung::Stock, None, None);
    told
}

/// The last rung: who to ask, never a dead end.
pub(super) async fn predefined(site: &Site, language: Language, mut told: Told, telling: &mut Telling) -> Told {
    telling.start_over("predefined").await;
    let contact = site.contact();
    telling.say(&phrases::predefined(language, contact.name.as_deref(), &contact)).await;
    told.outcome = Some(Outcome::NotKnown);
    told.unanswered = true;
    told.tried(Rung::Predefined, None, None);
    told
}
