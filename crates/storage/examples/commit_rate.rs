//! Measures how many turns a second SQLite takes: clients that admit a turn and settle it, one after the other, as
//! fast as they are answered; without a reservation and with one, in turns, and what the reservation costs.
//!
//! Traffic is summed either way: a turn cannot be settled without.
//!
//! `cargo run --release -p portavoz-storage --example commit_rate -- [clients] [turns] [full|normal] [folder]`

#![allow(clippy::print_stdout, reason = "a command that prints its result")]
#![allow(clippy::disallowed_methods, reason = "a load generator keeps its own time, tasks and arguments")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use portavoz_domain::answer::{Citation, Outcome, Rung, RungTried};
use portavoz_domain::budget::{Caps, Purpose, Reservation};
use portavoz_domain::ids::{ConversationId, DocumentId, SiteId, TurnId, VisitorId};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::turn::{NewTurn, Settlement, TurnStatus};
use portavoz_domain::usage::Usage;
use portavoz_storage::Storage;
use portavoz_storage::sqlite::{SqliteOptions, SqliteStorage, SyncMode};
use portavoz_text::language::Language;

const NOW: Timestamp = Timestamp::from_millis(1_795_338_000_000);

/// Rounds of each kind.
const ROUNDS: u32 = 3;

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
    let place = arguments.next().map_or_else(|| folder.path().to_path_buf(), PathBuf::from);

    println!("{clients} clients, {turns} turns a round, synchronous={sync:?}");
    let mut best = [Duration::MAX; 2];
    for round in 0..ROUNDS {
        for (with_money, best) in [false, true].into_iter().zip(&mut best) {
            let path = place.join(format!("rate-{round}-{with_money}.db"));
            *best = measure(&path, sync, Load { clients, turns, with_money }).await?.min(*best);
        }
    }
    let [without, with] = best.map(|best| best.as_secs_f64());
    println!("best of {ROUNDS}: with a reservation {:.2} times as long as without", with / without);
    Ok(())
}

/// What is measured.
#[derive(Debug, Clone, Copy)]
struct Load {
    clients: u64,
    turns: u64,
    with_money: bool,
}

/// Fills a new database, prints what it took, and returns it.
async fn measure(path: &Path, sync: SyncMode, load: Load) -> Result<Duration, Box<dyn Error + Send + Sync>> {
    let storage = Arc::new(SqliteStorage::open(path, SqliteOptions { sync }).await?);
    let began = Instant::now();
    let running: Vec<_> =
        (0..load.clients).map(|client| tokio::spawn(run_client(Arc::clone(&storage), client, load))).collect();
    let mut took = Vec::new();
    for client in running {
        took.extend(client.await??);
    }
    let elapsed = began.elapsed();
    storage.close().await;

    took.sort_unstable();
    let bytes = std::fs::metadata(path)?.len();
    let count = took.len() as f64;
    print!("{}: {:.0} turns/s;", if load.with_money { "with money" } else { "without" }, count / elapsed.as_secs_f64());
    for (name, share) in [("p50", 0.50), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)] {
        let position = ((count * share) as usize).min(took.len().saturating_sub(1));
        print!(" {name} {:.2} ms,", took.get(position).map_or(0.0, Duration::as_secs_f64) * 1e3);
    }
    println!(" {:.0} kB on disk a thousand turns", bytes as f64 / count);
    Ok(elapsed)
}

/// One client's turns, and how long each took.
async fn run_client(storage: Arc<SqliteStorage>, client: u64, load: Load) -> Outcomes {
    let mut took = Vec::new();
    for number in 0..load.turns / load.clients {
        let turn = question(client, number);
        let settlement = answer(&turn);
        let reservation = load.with_money.then(|| reservation(&turn));
        let began = Instant::now();
        storage.turns().admit(&turn, reservation.as_ref()).await?;
        storage.turns().settle(&settlement, Language::Es).await?;
        took.push(began.elapsed());
    }
    Ok(took)
}

/// A typical reservation: all caps are set, none is reached.
fn reservation(turn: &NewTurn) -> Reservation {
    Reservation {
        site: turn.site.clone(),
        id: turn.id.into(),
        visitor: Some(turn.visitor),
        purpose: Purpose::Turn,
        at: turn.created,
        amount: 1_200,
        caps: Caps { day: Some(1 << 50), month: Some(1 << 50), visitor_day: Some(1 << 50) },
    }
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
