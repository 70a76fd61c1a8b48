//! Measures how many turns a second SQLite takes: clients that admit a turn and settle it, one after the other, as
//! fast as they are answered.
//!
//! `cargo run --release -p portavoz-storage --example commit_rate -- [clients] [turns] [full|normal] [file]`

#![allow(clippy::print_stdout, reason = "a command that prints its result")]
#![allow(clippy::disallowed_methods, reason = "a load generator keeps its own time, tasks and arguments")]

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use portavoz_domain::answer::{Citation, Outcome, Rung, RungTried};
use portavoz_domain::ids::{ConversationId, DocumentId, SiteId, TurnId, VisitorId};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::turn::{NewTurn, Settlement, TurnStatus};
use portavoz_domain::usage::Usage;
use portavoz_storage::Storage;
use portavoz_storage::sqlite::{SqliteOptions, SqliteStorage, SyncMode};
use portavoz_text::language::Language;

const NOW: Timestamp = Timestamp::from_millis(1_795_338_000_000);

/// Turns of one conversation.
const CONVERSATION: u64 = 4;

type Outcomes = Result<Vec<Duration>, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut arguments = std::env::args().skip(1);
    let clients: u64 = arguments.next().map_or(Ok(16), |text| text.parse())?;
    let turns: u64 = arguments.next().map_or(Ok(20_000), |text| text.parse())?;
    let sync = match arguments.next().as_deref() {
        None | Some("full") => SyncMode::Full,
        Some("normal") => SyncMode::Normal,
        Some(other) => return Err(format!("`{other}` is neither full nor normal").into()),
    };
    let folder = tempfile::tempdir()?;
    let path = arguments.next().map_or_else(|| folder.path().join("rate.db"), PathBuf::from);

    let storage = Arc::new(SqliteStorage::open(&path, SqliteOptions { sync }).await?);
    let began = Instant::now();
    let running: Vec<_> =
        (0..clients).map(|client| tokio::spawn(run_client(Arc::clone(&storage), client, turns / clients))).collect();
    let mut took = Vec::new();
    for client in running {
        took.extend(client.await??);
    }
    let elapsed = began.elapsed();
    storage.close().await;

    took.sort_unstable();
    let bytes = std::fs::metadata(&path)?.len();
    println!("{clients} clients, {} turns, synchronous={sync:?}", took.len());
    println!("{:.0} turns/s", took.len() as f64 / elapsed.as_secs_f64());
    for (name, share) in [("p50", 0.50), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)] {
        let position = ((took.len() as f64 * share) as usize).min(took.len().saturating_sub(1));
        println!("{name} {:.2} ms a turn", took.get(position).map_or(0.0, Duration::as_secs_f64) * 1e3);
    }
    println!("{:.0} kB on disk a thousand turns", bytes as f64 / took.len() as f64);
    Ok(())
}

/// One client's turns, and how long each took.
async fn run_client(storage: Arc<SqliteStorage>, client: u64, turns: u64) -> Outcomes {
    let mut took = Vec::new();
    for number in 0..turns {
        let turn = question(client, number);
        let settlement = answer(&turn);
        let began = Instant::now();
        storage.turns().admit(&turn, None).await?;
        storage.turns().settle(&settlement, Language::Es).await?;
        took.push(began.elapsed());
    }
    Ok(took)
}

fn question(client: u64, number: u64) -> NewTurn {
    let created = Timestamp::from_millis(NOW.as_millis() + i64::try_from(number).unwrap_or(0));
    // Ids grow with time, as in production, so that neighbours share pages.
    let conversation = number / CONVERSATION;
    let begun = Timestamp::from_millis(NOW.as_millis() + i64::try_from(conversation * CONVERSATION).unwrap_or(0));
    NewTurn {
        site: SiteId::default(),
        id: TurnId::mint(created, random(client, number)),
        conversation: ConversationId::mint(begun, random(client, conversation)),
        visitor: VisitorId::mint(begun, random(client, conversation)),
        created,
        language: Language::Es,
        question: "¿Qué proyectos de inteligencia artificial ha construido María?".to_owned(),
    }
}

/// A typical turn: some 600 characters of answer and two sources. One in ten finds nothing.
fn answer(turn: &NewTurn) -> Settlement {
    let quote = "Un panel de IA con más de 1.000 peticiones al día que redujo el tiempo de análisis un 70 %.";
    let citation = |index| Citation {
        index,
        document: DocumentId::new("proyectos/panel.md"),
        title: "Panel de IA › Resultados".to_owned(),
        url: "/documentos/proyectos/panel.md#resultados".to_owned(),
        quote: quote.to_owned(),
        span: 100..200,
        page: None,
    };
    Settlement {
        site: turn.site.clone(),
        id: turn.id,
        settled: turn.created,
        status: TurnStatus::Complete,
        outcome: Some(Outcome::Answered),
        answer: quote.repeat(6),
        citations: vec![citation(1), citation(2)],
        verification: None,
        withheld: 0,
        model: Some("gpt-4o-mini".to_owned()),
        ladder: vec![RungTried { rung: Rung::Primary, model: Some("gpt-4o-mini".to_owned()), reason: None }],
        usage: Usage { prompt_tokens: 2_100, cached_tokens: 1_024, completion_tokens: 150, ..Usage::default() },
        cost_usd_micros: Some(329),
        charged_usd_micros: 329,
        service_tier: Some("default".to_owned()),
        served_model: Some("gpt-4o-mini-2024-07-18".to_owned()),
        first_token_ms: Some(420),
        took_ms: 1_900,
        prompt_hash: Some("9f86d081884c7d65".to_owned()),
        prompt_version: Some("89abcdef".to_owned()),
        knowledge_generation: 7,
        knowledge_hash: Some("0123456789abcdef".to_owned()),
        variant: None,
        opens_conversation: true,
        quality: None,
        efficiency: Some(0.4),
        unanswered: turn.created.as_millis() % 10 == 0,
    }
}

fn random(client: u64, number: u64) -> [u8; 10] {
    let bits = (client << 40 | number).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    let mut bytes = [0; 10];
    bytes.iter_mut().zip(bits).for_each(|(byte, bit)| *byte = bit);
    bytes
}
