//! Turns, documents and chunks to store. Everything is told apart by small numbers.

#![allow(dead_code, reason = "each test binary takes what it needs")]

use portavoz_domain::alerts::Episode;
use portavoz_domain::answer::{Citation, Outcome, Rung, RungTried};
use portavoz_domain::budget::{Caps, Purpose, Reservation};
use portavoz_domain::cases::Case;
use portavoz_domain::chunk::Chunk;
use portavoz_domain::document::{Block, BlockKind, Document, Facet, Format};
use portavoz_domain::evaluation::{CaseResult, FoundPassage, Grade, Reply, Run, RunState, Target};
use portavoz_domain::experiment::{Arm, Design, Experiment, ExperimentState, Observation, Shares};
use portavoz_domain::ids::{
    ChargeId, ChunkId, ConversationId, DocumentId, EpisodeId, ExperimentId, MessageId, RunId, SiteId, TurnId, VisitorId,
};
use portavoz_domain::inbox::{LeftMessage, MessageState};
use portavoz_domain::quality::{Part, Quality, Term};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::turn::{NewTurn, Settlement, TurnStatus};
use portavoz_domain::usage::Usage;
use portavoz_domain::variation::{VariantName, Variation};
use portavoz_domain::verification::{CheckedSentence, Claim, ClaimKind, Evidence, Status, Verification};
use portavoz_storage::{IngestedDocument, Turns};
use portavoz_text::language::Language;

pub const NOW: Timestamp = Timestamp::from_millis(1_795_338_000_000);

pub fn later(millis: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() + millis)
}

pub fn site() -> SiteId {
    SiteId::default()
}

pub fn other_site() -> SiteId {
    SiteId::parse("agencia").unwrap()
}

fn random(number: u32) -> [u8; 10] {
    let [a, b, c, d] = number.to_be_bytes();
    [0, 0, 0, 0, 0, 0, a, b, c, d]
}

/// Ids of the same moment sort as their numbers do.
pub fn turn_id(number: u32) -> TurnId {
    TurnId::mint(NOW, random(number))
}

pub fn conversation_id(number: u32) -> ConversationId {
    ConversationId::mint(NOW, random(number))
}

pub fn visitor_id(number: u32) -> VisitorId {
    VisitorId::mint(NOW, random(number))
}

pub fn episode_id(number: u32) -> EpisodeId {
    EpisodeId::mint(NOW, random(number))
}

/// Open episode `number` of the only subject of `kind`, at a moment that grows with the number.
pub fn episode(number: u32, kind: &str) -> Episode {
    Episode {
        site: site(),
        id: episode_id(number),
        kind: kind.to_owned(),
        subject: String::new(),
        opened: later(i64::from(number)),
        closed: None,
        value: 0.1,
        limit: 0.8,
        message: format!("aviso {number}"),
        deliveries: Vec::new(),
    }
}

pub fn run_id(number: u32) -> RunId {
    RunId::mint(NOW, random(number))
}

pub fn variant_name(text: &str) -> VariantName {
    VariantName::parse(text).unwrap()
}

/// Run `number` of the plan with that number: two cases of the targets `a` and `b`.
pub fn run(number: u32) -> Run {
    let case = |id: &str| Case { id: id.to_owned(), question: format!("¿{id}?"), ..Case::default() };
    let variation = Variation { model: Some("gpt-6-luna".to_owned()), ..Variation::default() };
    Run {
        site: site(),
        id: run_id(number),
        name: "casos".to_owned(),
        plan: format!("plan {number}"),
        state: RunState::Running,
        started: later(i64::from(number)),
        finished: None,
        cases: vec![case("uno"), case("dos")],
        targets: vec![
            Target { name: variant_name("b"), variation: Variation::default() },
            Target { name: variant_name("a"), variation },
        ],
        knowledge_generation: 3,
        knowledge_hash: "0123".to_owned(),
        batches: Vec::new(),
    }
}

/// What a target answered to a case, with every field set to something of its own.
pub fn case_result(case: &str, target: &str) -> CaseResult {
    let settled = settlement(&turn(1));
    let found = FoundPassage {
        document: DocumentId::new("cv.md"),
        chunk: ChunkId::new(&DocumentId::new("cv.md"), 2),
        span: 10..29,
        headings: vec!["Experiencia".to_owned()],
        relevance: 0.75,
    };
    let reply = Reply {
        outcome: settled.outcome,
        text: settled.answer,
        language: Language::Ca,
        citations: settled.citations,
        found: vec![found],
        verification: settled.verification,
        withheld: 20,
        quality: settled.quality.clone(),
        model: settled.model,
        served_model: settled.served_model,
        service_tier: settled.service_tier,
        ladder: settled.ladder,
        usage: settled.usage,
        cost_usd_micros: Some(16),
        first_token_ms: Some(17),
        took_ms: Some(18),
        prompt_hash: settled.prompt_hash,
    };
    let grade = Grade {
        quality: settled.quality,
        outcome_right: Some(true),
        recall: Some(1.0),
        citations_right: Some(0.5),
        supported: Some(0.25),
        missing: vec!["RAG".to_owned()],
        forbidden: vec!["COBOL".to_owned()],
        language_right: Some(false),
        passed: false,
    };
    let key = format!("{case} of {target}");
    let (target, case) = (variant_name(target), case.to_owned());
    CaseResult { target, case, key, asked: later(1), reused: false, reply, grade }
}

pub fn experiment_id(number: u32) -> ExperimentId {
    ExperimentId::mint(NOW, random(number))
}

/// Running experiment `number`, which is called `e` and the number and tries another model.
pub fn experiment(number: u32) -> Experiment {
    let other = Variation { model: Some("gpt-6-luna".to_owned()), temperature: Some(0.3), ..Variation::default() };
    Experiment {
        site: site(),
        id: experiment_id(number),
        name: variant_name(&format!("e{number}")),
        state: ExperimentState::Running,
        salt: "5a17".to_owned(),
        arms: vec![
            Arm { name: variant_name("control"), variation: Variation::default() },
            Arm { name: variant_name("b"), variation: other },
        ],
        shares: vec![Shares { from: NOW, per_mille: vec![500, 500] }],
        design: Design::default(),
        started: later(i64::from(number)),
        ended: None,
        shipped: None,
        note: String::new(),
    }
}

/// What came of turn `number`.
pub fn observation(number: u32) -> Observation {
    Observation {
        at: later(i64::from(number)),
        turn: Some(turn_id(number)),
        success: number.is_multiple_of(2),
        withheld: number,
        first_token_ms: (!number.is_multiple_of(3)).then(|| u64::from(number)),
        cost_usd_micros: u64::from(number) * 10,
    }
}

pub fn message_id(number: u32) -> MessageId {
    MessageId::mint(NOW, random(number))
}

/// New message `number` of visitor 1, of which nobody was told, at a moment that grows with the number.
pub fn message(number: u32) -> LeftMessage {
    LeftMessage {
        site: site(),
        id: message_id(number),
        visitor: visitor_id(1),
        conversation: None,
        turn: None,
        received: later(i64::from(number)),
        language: Language::Es,
        text: format!("mensaje {number}"),
        name: None,
        email: None,
        state: MessageState::New,
        deliveries: Vec::new(),
        told: None,
    }
}

pub fn charge_id(number: u32) -> ChargeId {
    turn_id(number).into()
}

/// A reservation for turn `number` of visitor 1, without caps.
pub fn reservation(number: u32, amount: u64) -> Reservation {
    Reservation {
        site: site(),
        id: charge_id(number),
        visitor: Some(visitor_id(1)),
        purpose: Purpose::Turn,
        at: later(i64::from(number)),
        amount,
        caps: Caps::default(),
    }
}

/// Turn `number` of visitor 1 in conversation 1, at a moment that grows with the number.
pub fn turn(number: u32) -> NewTurn {
    NewTurn {
        site: site(),
        id: turn_id(number),
        conversation: conversation_id(1),
        visitor: visitor_id(1),
        created: later(i64::from(number)),
        language: Language::Es,
        question: format!("¿Pregunta {number}?"),
    }
}

/// Admits a turn.
pub async fn admit(turns: &dyn Turns, turn: &NewTurn) -> portavoz_storage::Result<()> {
    turns.admit(turn, None).await.map(drop)
}

/// Settles a turn.
pub async fn settle(turns: &dyn Turns, settlement: &Settlement) -> portavoz_storage::Result<bool> {
    turns.settle(settlement, Language::Es).await
}

/// A settlement with every field set to something of its own.
pub fn settlement(turn: &NewTurn) -> Settlement {
    Settlement {
        site: turn.site.clone(),
        id: turn.id,
        settled: later(5_000),
        status: TurnStatus::Complete,
        outcome: Some(Outcome::Answered),
        answer: "Tres años con RAG [1].".to_owned(),
        citations: vec![Citation {
            index: 1,
            document: DocumentId::new("cv.md"),
            title: "Currículum › Experiencia".to_owned(),
            url: "/documents/cv.md".to_owned(),
            quote: "Tres años con RAG.".to_owned(),
            span: 10..29,
            page: Some(2),
        }],
        verification: Some(verification()),
        withheld: 20,
        model: Some("gpt-4o-mini".to_owned()),
        ladder: vec![
            RungTried { rung: Rung::Primary, model: Some("a".to_owned()), reason: Some("timeout".to_owned()) },
            RungTried { rung: Rung::Fallback, model: Some("gpt-4o-mini".to_owned()), reason: None },
        ],
        usage: Usage {
            prompt_tokens: 11,
            cached_tokens: 12,
            cache_write_tokens: 13,
            completion_tokens: 14,
            reasoning_tokens: 15,
            estimated: true,
        },
        cost_usd_micros: Some(16),
        charged_usd_micros: 21,
        service_tier: Some("default".to_owned()),
        served_model: Some("gpt-4o-mini-2024-07-18".to_owned()),
        first_token_ms: Some(17),
        took_ms: 18,
        prompt_hash: Some("abc".to_owned()),
        prompt_version: Some("89abcdef".to_owned()),
        knowledge_generation: 19,
        knowledge_hash: Some("0123456789abcdef".to_owned()),
        variant: Some("b".to_owned()),
        opens_conversation: true,
        quality: Some(quality()),
        efficiency: Some(0.625),
        unanswered: false,
    }
}

fn verification() -> Verification {
    let evidence = Some(Evidence { source: 1, span: 3..9 });
    let number = Claim { kind: ClaimKind::Number, text: "tres".to_owned(), status: Status::Supported, evidence };
    let proposition = Claim {
        kind: ClaimKind::Proposition,
        text: "Tres años".to_owned(),
        status: Status::Contradicted,
        evidence: None,
    };
    let sentence = CheckedSentence {
        text: "Tres años".to_owned(),
        status: Status::Contradicted,
        score: 0.25,
        claims: vec![number, proposition],
    };
    Verification { score: 0.25, sentences: vec![sentence] }
}

fn quality() -> Quality {
    let term = |score| Term {
        score,
        parts: vec![Part { name: "sentence_length".to_owned(), score, finding: "18 words a sentence".to_owned() }],
    };
    Quality::of(term(0.5), term(0.75), term(1.0))
}

/// A settlement in which everything that may be absent is.
pub fn bare_settlement(turn: &NewTurn) -> Settlement {
    Settlement {
        status: TurnStatus::Failed,
        outcome: None,
        answer: String::new(),
        citations: Vec::new(),
        verification: None,
        withheld: 0,
        model: None,
        ladder: Vec::new(),
        usage: Usage::default(),
        cost_usd_micros: None,
        charged_usd_micros: 0,
        service_tier: None,
        served_model: None,
        first_token_ms: None,
        took_ms: 0,
        prompt_hash: None,
        prompt_version: None,
        knowledge_generation: 0,
        knowledge_hash: None,
        variant: None,
        opens_conversation: false,
        quality: None,
        efficiency: None,
        ..settlement(turn)
    }
}

/// A document with `chunks` chunks, all of them different from those of another `version`.
pub fn document(id: &str, version: u8, chunks: usize) -> IngestedDocument {
    let document = Document {
        id: DocumentId::new(id),
        title: format!("Título {version}"),
        url: Some(format!("https://example.org/{id}")),
        language: Language::Es,
        facet: Some(Facet::Projects),
        tags: vec!["rag".to_owned(), "visión".to_owned()],
        priority: 1.7,
        format: Format::Markdown,
        text: format!("Texto {version} de {id}"),
        blocks: blocks(),
    };
    let chunks = (0..chunks).map(|ordinal| chunk(&document, version, ordinal)).collect();
    IngestedDocument { document, hash: [version; 32], chunks }
}

fn blocks() -> Vec<Block> {
    let kinds = [
        BlockKind::Heading { level: 2 },
        BlockKind::Paragraph,
        BlockKind::ListItem,
        BlockKind::TableRow,
        BlockKind::Code,
        BlockKind::Question,
    ];
    let block = |(position, kind)| Block {
        kind,
        text: format!("bloque {position}"),
        span: position..position + 1,
        page: Some(1),
        facet: Some(Facet::Skills),
    };
    kinds.into_iter().enumerate().map(block).collect()
}

fn chunk(document: &Document, version: u8, ordinal: usize) -> Chunk {
    Chunk {
        id: ChunkId::new(&document.id, ordinal),
        document: document.id.clone(),
        title: document.title.clone(),
        url: document.url.clone(),
        heading_path: vec!["Proyectos".to_owned(), "Panel".to_owned()],
        facet: Facet::Achievements,
        language: Language::Ca,
        text: format!("fragmento {ordinal}, versión {version}"),
        question: Some("¿Qué hizo?".to_owned()),
        span: ordinal..ordinal + 7,
        page: Some(3),
        tokens: 40,
        priority: 1.7,
    }
}
