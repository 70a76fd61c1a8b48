//! `/admin/evaluation/{run}/{case}`: one case, the answers of all targets side by side, and where their words differ.

use askama::Template;
use axum::extract::Path;
use portavoz_app::compare::runs::{find_run, results, side};
use portavoz_app::conversation::recorded_sentences;
use portavoz_domain::answer::{Citation, RungTried};
use portavoz_domain::cases::{Case, is_source};
use portavoz_domain::evaluation::{self, CaseResult, Piece, Reply, differences};
use portavoz_text::language::Language;
use serde::Deserialize;

use super::super::answer::{Bit, Part, QualityShown, parts};
use super::super::desk::{Asked, Desk, Frame, Page, Section, encoded, render};
use super::super::tongue::Tongue;
use super::super::trouble::Trouble;
use super::{PATH, words};

/// Longer answers are cut where they are compared word by word: nobody reads on.
const MOST_CHARS: usize = 20_000;

#[derive(Template)]
#[template(path = "admin/case.html")]
struct CasePage {
    ui: Frame,
    /// Name and address of the run.
    run: (String, String),
    id: String,
    question: String,
    before: Vec<String>,
    expected: Expected,
    answers: Vec<AnswerShown>,
    /// Name of what the others are compared with.
    base: String,
    /// The ways to other choices of it: name, address, whether it is the one chosen.
    bases: Vec<(String, String, bool)>,
    compared: Vec<WordByWord>,
    previous: Option<String>,
    next: Option<String>,
}

/// What the case demands.
struct Expected {
    /// Name and words, those that the case has.
    lines: Vec<(&'static str, String)>,
    topics: Vec<String>,
    must: Vec<String>,
    must_not: Vec<String>,
    sources: Vec<String>,
    without: Vec<String>,
    tags: Vec<String>,
    reference: Option<String>,
}

/// One target's answer.
struct AnswerShown {
    /// Tells it apart on the page.
    place: usize,
    name: String,
    passed: (&'static str, &'static str),
    outcome: (&'static str, &'static str),
    /// Who answered: the last rung, and its model.
    by: Option<(&'static str, String)>,
    /// Why the first model did not.
    failed: Option<String>,
    parts: Vec<Part>,
    faults: Vec<(&'static str, Vec<String>)>,
    citations: Vec<Citation>,
    sources: Vec<SourceShown>,
    found: Vec<(String, String)>,
    quality: Option<QualityShown>,
    /// Name and figure.
    figures: Vec<(&'static str, String)>,
    ladder: Vec<RungTried>,
}

/// An expected source: whether it was found, and cited.
struct SourceShown {
    name: String,
    found: (&'static str, String),
    cited: bool,
}

/// Two answers word by word.
struct WordByWord {
    name: String,
    pieces: Vec<Piece>,
    same: bool,
}

/// What the others are compared with, and which.
#[derive(Debug, Default, Deserialize)]
pub(in super::super) struct Beside {
    /// A target of the run, or `RUN:TARGET` of another; the first one if nobody says.
    #[serde(default)]
    base: String,
    /// A target: the only one that is shown beside it.
    #[serde(default)]
    only: String,
}

/// The page.
pub(in super::super) async fn case(
    desk: Desk,
    Path((run, id)): Path<(String, String)>,
    Asked(beside): Asked<Beside>,
) -> Page {
    let tongue = desk.tongue;
    let run = find_run(&desk.site, &run).await?;
    let place = run.cases.iter().position(|case| case.id == id).ok_or(Trouble::NotFound)?;
    let case = run.cases.get(place).ok_or(Trouble::NotFound)?;
    let mut own: Vec<(String, CaseResult)> = results(&desk.site, &run)
        .await?
        .into_iter()
        .filter(|result| result.case == id)
        .map(|result| (result.target.to_string(), result))
        .collect();
    let names: Vec<String> = own.iter().map(|(name, _)| name.clone()).collect();
    if beside.base.contains(':') {
        // Of another run, whose case has the same id.
        let other = side(&desk.site, &beside.base).await?;
        let label = format!("{} ({})", other.target.name, words::named(tongue, &other.run.name));
        let found = other.results.into_iter().find(|result| result.case == id);
        own.insert(0, (label, found.ok_or(Trouble::NotFound)?));
    } else if let Some(at) = own.iter().position(|(name, _)| *name == beside.base) {
        let base = own.remove(at);
        own.insert(0, base);
    }
    let path = format!("{PATH}/{}", run.id);
    let here = format!("{path}/{}", encoded(&id));
    let is_only = own.iter().skip(1).any(|(name, _)| *name == beside.only);
    if is_only {
        let mut at = 0;
        own.retain(|(name, _)| {
            at += 1;
            at == 1 || *name == beside.only
        });
    }
    let base = own.first().map(|(name, _)| name.clone()).unwrap_or_default();
    let to = |place: Option<usize>| {
        let case = run.cases.get(place?)?;
        Some(format!("{path}/{}", encoded(&case.id)))
    };
    let mut ui = desk.frame(Section::Evaluation);
    ui.title.clone_from(&case.question);
    render(&CasePage {
        run: (words::named(tongue, &run.name), format!("{path}#cases")),
        question: case.question.clone(),
        before: case.before.clone(),
        expected: expected(tongue, case, desk.site.language()),
        compared: word_by_word(&own),
        answers: own.iter().enumerate().map(|(place, (name, it))| shown(tongue, case, place, (name, it))).collect(),
        bases: names
            .iter()
            .map(|name| (name.clone(), format!("{here}?base={}#words", encoded(name)), *name == base))
            .collect(),
        base,
        previous: to(place.checked_sub(1)),
        next: to(Some(place + 1)),
        id,
        ui,
    })
}

fn expected(tongue: Tongue, case: &Case, fallback: Language) -> Expected {
    let mut lines = Vec::new();
    if let Some(outcome) = case.expected() {
        lines.push((tongue.say("Debe acabar", "Must end"), tongue.outcome(outcome).to_owned()));
    }
    lines.push((tongue.say("Idioma", "Language"), tongue.language_name(case.spoken(fallback)).to_owned()));
    if let Some(origin) = case.origin.as_ref().filter(|origin| !origin.note.is_empty()) {
        lines.push((tongue.say("De dónde sale", "Where it comes from"), origin.note.clone()));
    }
    Expected {
        lines,
        topics: case.topics.clone(),
        must: case.must.clone(),
        must_not: case.must_not.clone(),
        sources: case.sources.clone(),
        without: case.without.clone(),
        tags: case.tags.clone(),
        reference: case.reference.clone(),
    }
}

fn shown(tongue: Tongue, case: &Case, place: usize, (name, result): (&String, &CaseResult)) -> AnswerShown {
    use portavoz_domain::answer::Outcome::{Answered, Declined, NotKnown, Smalltalk};
    let reply = &result.reply;
    let outcome = match reply.outcome {
        None => ("bad", tongue.say("sin respuesta", "no answer")),
        Some(outcome) => {
            let tone = match outcome {
                _ if result.grade.outcome_right == Some(false) => "bad",
                Answered => "good",
                NotKnown if result.grade.outcome_right != Some(true) => "warn",
                NotKnown | Declined | Smalltalk => "plain",
            };
            (tone, tongue.outcome(outcome))
        }
    };
    let by = reply.ladder.last().filter(|_| reply.outcome.is_some());
    AnswerShown {
        place,
        name: name.clone(),
        passed: words::passed(tongue, result.grade.passed),
        outcome,
        by: by.map(|tried| (tongue.rung(tried.rung), tried.model.clone().unwrap_or_default())),
        failed: reply.failure().map(|reason| tongue.reason(reason).to_owned()),
        parts: parts(&reply.text, &recorded_sentences(&reply.text, reply.verification.as_ref())),
        faults: words::faults(tongue, result),
        citations: reply.citations.clone(),
        sources: sources(tongue, case, result),
        found: reply
            .found
            .iter()
            .map(|passage| {
                let above = passage.headings.join(" › ");
                let name = if above.is_empty() { passage.document.to_string() } else { above };
                (name, tongue.decimal(passage.relevance.into(), 2))
            })
            .collect(),
        quality: result.grade.quality.clone().map(|quality| QualityShown::of(tongue, quality)),
        figures: figures(tongue, result),
        ladder: reply.ladder.clone(),
    }
}

/// The sources that a case names, of which one is enough: where it was found, the others are not missed.
fn sources(tongue: Tongue, case: &Case, result: &CaseResult) -> Vec<SourceShown> {
    let missed = if result.grade.recall == Some(1.0) { "plain" } else { "bad" };
    case.sources.iter().map(|source| source_shown(tongue, source, &result.reply, missed)).collect()
}

fn source_shown(tongue: Tongue, source: &str, reply: &Reply, missed: &'static str) -> SourceShown {
    let is_it = |passage: &evaluation::FoundPassage| is_source(source, passage.document.as_str(), &passage.headings);
    let found = match reply.found.iter().position(is_it) {
        Some(place) => ("good", format!("{} {}", tongue.say("encontrada, lugar", "found, place"), place + 1)),
        None => (missed, tongue.say("no encontrada", "not found").to_owned()),
    };
    let cited = reply.citations.iter().any(|citation| {
        let cites = |passage: &&evaluation::FoundPassage| {
            passage.document == citation.document && passage.span == citation.span
        };
        is_source(source, citation.document.as_str(), &[]) || reply.found.iter().filter(cites).any(is_it)
    });
    SourceShown { name: source.to_owned(), found, cited }
}

fn figures(tongue: Tongue, result: &CaseResult) -> Vec<(&'static str, String)> {
    let say = |es, en| tongue.say(es, en);
    let reply = &result.reply;
    let unpriced = || say("precio desconocido", "price unknown").to_owned();
    let cost = reply.cost_usd_micros.map_or_else(unpriced, |cost| tongue.money(cost));
    let mut figures = vec![(say("Coste", "Cost"), cost)];
    let times = [
        (say("Primeras palabras", "First words"), reply.first_token_ms),
        (say("Respuesta completa", "Whole answer"), reply.took_ms),
    ];
    figures.extend(times.into_iter().filter_map(|(name, ms)| Some((name, tongue.duration(ms? as f64)))));
    let tokens = [
        (say("Tokens de entrada", "Prompt tokens"), reply.usage.prompt_tokens),
        (say("Tokens de salida", "Completion tokens"), reply.usage.completion_tokens),
    ];
    figures.extend(tokens.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name, tongue.count(count))));
    let length = reply.text.split_whitespace().count() as u64;
    figures.push((say("Palabras", "Words"), tongue.count(length)));
    if let Some(served) = &reply.served_model {
        figures.push((say("Servido por", "Served by"), served.clone()));
    }
    if result.reused {
        figures.push((say("Tomada de", "Taken from"), say("una evaluación anterior", "an earlier run").to_owned()));
    }
    figures
}

/// Every other answer against the first.
fn word_by_word(answers: &[(String, CaseResult)]) -> Vec<WordByWord> {
    let cut = |text: &str| text.chars().take(MOST_CHARS).collect::<String>();
    let Some(((_, base), others)) = answers.split_first() else { return Vec::new() };
    let base = cut(&base.reply.text);
    let compared = |(name, other): &(String, CaseResult)| {
        let pieces = differences(&base, &cut(&other.reply.text));
        WordByWord { name: name.clone(), same: pieces.iter().all(|it| it.side == evaluation::Side::Both), pieces }
    };
    others.iter().map(compared).collect()
}
