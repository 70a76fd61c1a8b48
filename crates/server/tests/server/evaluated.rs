//! Runs to read and compare, put into storage as an evaluation would.

use portavoz_domain::answer::{Citation, Outcome, Rung, RungTried};
use portavoz_domain::cases::Case;
use portavoz_domain::evaluation::{CaseResult, FoundPassage, Grade, Reply, Run, RunState, Target};
use portavoz_domain::ids::{DocumentId, RunId};
use portavoz_domain::quality::{Part, Quality, Term};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::usage::Usage;
use portavoz_domain::variation::{VariantName, Variation};
use portavoz_domain::verification::{CheckedSentence, Status, Verification};
use portavoz_text::language::Language;

use super::support::TestApp;

/// A name that would run in a browser if it was not escaped, and that no address holds as it is.
pub(crate) const HOSTILE: &str = "<script>alert(1)</script>/\"'&";

fn target(name: &str, model: &str) -> Target {
    let variation = Variation { model: Some(model.to_owned()), ..Variation::default() };
    Target { name: VariantName::parse(name).unwrap(), variation }
}

fn term(score: f32) -> Term {
    let part = Part { name: "topics".to_owned(), score, finding: format!("2 of 3 topics {HOSTILE}") };
    Term { score, parts: vec![part] }
}

fn reply(text: &str, cost: u64) -> Reply {
    let document: DocumentId = serde_json::from_value("rag.md".into()).unwrap();
    let sentence =
        |text: &str, status| CheckedSentence { text: text.to_owned(), status, score: 0.9, claims: Vec::new() };
    let sentences = vec![
        sentence("La precisión subió un 40 %.", Status::Supported),
        sentence("Ganó el premio Nobel.", Status::Contradicted),
    ];
    Reply {
        outcome: Some(Outcome::Answered),
        text: text.to_owned(),
        language: Language::Es,
        citations: vec![Citation {
            index: 1,
            document: document.clone(),
            title: "Buscador RAG".to_owned(),
            url: "/source?document=rag.md".to_owned(),
            quote: "subió un 40 %".to_owned(),
            span: 0..9,
            page: None,
        }],
        found: vec![FoundPassage {
            chunk: serde_json::from_value("rag.md#0".into()).unwrap(),
            document,
            span: 0..9,
            headings: vec!["Buscador RAG".to_owned()],
            relevance: 0.91,
        }],
        verification: Some(Verification { score: 0.8, sentences }),
        withheld: 1,
        quality: None,
        model: Some("m-1".to_owned()),
        served_model: Some("m-1-2026".to_owned()),
        service_tier: None,
        ladder: vec![RungTried { rung: Rung::Primary, model: Some("m-1".to_owned()), reason: None }],
        usage: Usage { prompt_tokens: 900, completion_tokens: 40, ..Usage::default() },
        cost_usd_micros: Some(cost),
        first_token_ms: Some(400),
        took_ms: Some(1_200),
        prompt_hash: None,
    }
}

fn result(target: &Target, case: &str, reply: Reply, quality: f32) -> CaseResult {
    CaseResult {
        target: target.name.clone(),
        case: case.to_owned(),
        key: format!("{}-{case}", target.name),
        asked: Timestamp::from_millis(1_795_348_800_000),
        reused: false,
        reply,
        grade: Grade {
            quality: Some(Quality::of(term(quality), term(quality), term(quality))),
            outcome_right: Some(true),
            recall: Some(1.0),
            citations_right: Some(1.0),
            supported: Some(if quality > 0.6 { 1.0 } else { 0.5 }),
            missing: if quality > 0.6 { Vec::new() } else { vec!["40 %".to_owned()] },
            forbidden: Vec::new(),
            language_right: Some(true),
            passed: quality > 0.6,
        },
    }
}

/// Puts a run of `old` and `new` into storage, begun in this minute, with this state. Every third answer of `new` is worse;
/// the first case is called [`HOSTILE`].
pub(crate) async fn evaluated(app: &TestApp, minute: i64, count: usize, state: RunState) -> RunId {
    let started = Timestamp::from_millis(1_795_348_800_000 + minute * 60_000);
    let id = RunId::mint(started, [minute as u8; 10]);
    let name = |case: usize| if case == 0 { HOSTILE.to_owned() } else { format!("case-{case:03}") };
    let cases = (0..count).map(|case| Case {
        id: name(case),
        question: format!("¿Pregunta {case}? {}", if case == 0 { HOSTILE } else { "" }),
        topics: vec!["RAG".to_owned()],
        must: vec!["40 %".to_owned()],
        sources: vec!["rag.md".to_owned(), "otra.md".to_owned()],
        tags: vec![if case % 2 == 0 { HOSTILE } else { "odd" }.to_owned()],
        ..Case::default()
    });
    let targets = vec![target("old", "m-1"), target("new", "m-2")];
    let finished = (state == RunState::Finished).then_some(started);
    let run = Run {
        site: app.site.site.id().clone(),
        id,
        name: format!("run {minute} {HOSTILE}"),
        plan: format!("plan-{minute}"),
        state,
        started,
        finished,
        cases: cases.collect(),
        targets: targets.clone(),
        knowledge_generation: 1,
        knowledge_hash: "k".to_owned(),
        batches: Vec::new(),
    };
    let evaluations = app.site.storage.evaluations();
    evaluations.begin(&run).await.unwrap();
    let mut results = Vec::new();
    for case in 0..count {
        let usual = 0.75 + 0.2 * ((case * 7 % 11) as f32 / 11.0);
        let is_worse = case % 3 == 0;
        let hostile = if case == 0 { HOSTILE } else { "" };
        let good = format!("La precisión subió un 40 % [1]. {hostile}");
        let bad = format!("La precisión subió bastante [1]. {hostile}");
        let of_new = if is_worse { (&bad, usual - 0.35) } else { (&good, usual) };
        results.push(result(&targets[0], &name(case), reply(&good, 300), usual));
        if state == RunState::Finished || case + 1 < count {
            results.push(result(&targets[1], &name(case), reply(of_new.0, 100), of_new.1));
        }
    }
    evaluations.record(app.site.site.id(), id, &results).await.unwrap();
    id
}
