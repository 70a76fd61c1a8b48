//! A year of a busy site, a million turns, and how long each question of the dashboard takes on it.
//!
//! One week is written as it is lived: every turn admitted with a reservation and settled. The other weeks are copies
//! made inside the database, moved by whole weeks, so that all sums agree; the audit at the end proves it.
//!
//! `cargo run --release -p portavoz-storage --example year_of_traffic -- [turns] [folder]`

#![allow(clippy::print_stdout, reason = "a command that prints its result")]
#![allow(clippy::disallowed_methods, reason = "a measurement keeps its own time, tasks and arguments")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use portavoz_domain::answer::{Citation, Outcome, Rung, RungTried};
use portavoz_domain::budget::{Caps, Purpose, Reservation};
use portavoz_domain::ids::{ConversationId, DocumentId, SiteId, TurnId, VisitorId};
use portavoz_domain::quality::{Part, Quality, Term};
use portavoz_domain::timestamp::{DAY_MS, HOUR_MS, Timestamp};
use portavoz_domain::traffic::{Span, TrafficQuery};
use portavoz_domain::turn::{ConversationFilter, NewTurn, Settlement, TurnStatus};
use portavoz_domain::usage::Usage;
use portavoz_storage::sqlite::{SqliteOptions, SqliteStorage, SyncMode};
use portavoz_storage::{Storage, TurnFilter};
use portavoz_text::language::Language;
use sqlx::{Connection, SqliteConnection};

type Failure = Box<dyn Error + Send + Sync>;

/// 2025-11-24, a Monday, at midnight.
const BEGINNING: i64 = 1_763_942_400_000;
const WEEK_MS: i64 = 7 * DAY_MS;
const WEEKS: i64 = 52;
const END: i64 = BEGINNING + WEEKS * WEEK_MS;

/// Turns of one conversation.
const CONVERSATION: i64 = 4;

/// Hours stay apart this long; older ones are compacted into days.
const HOURLY_DAYS: i64 = 8;

/// The most that a question of the dashboard may take.
const LIMIT: Duration = Duration::from_millis(100);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let turns: i64 = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let path = arguments.next().map_or_else(|| folder.path().to_path_buf(), PathBuf::from).join("year.db");

    let began = Instant::now();
    write_week(&path, turns / WEEKS).await?;
    println!("a week of {} turns was lived in {:.0} s", turns / WEEKS, began.elapsed().as_secs_f64());
    let began = Instant::now();
    copy_weeks(&path).await?;
    let storage = SqliteStorage::open(&path, SqliteOptions { sync: SyncMode::Normal }).await?;
    // A model that was tried for a moment a year ago: what is rare must be found as fast.
    for number in 0..20 {
        let mut asked = question(number, 20);
        asked.id = TurnId::mint(asked.created, random(1 << 40 | number));
        storage.turns().admit(&asked, Some(&reservation(&asked))).await?;
        let told = Settlement { model: Some("tried-once".to_owned()), ..answer(&asked, number) };
        storage.turns().settle(&told, asked.language).await?;
    }
    let compacted = Timestamp::from_millis(END - HOURLY_DAYS * DAY_MS);
    let rows = storage.traffic().compact(&SiteId::default(), compacted).await?;
    println!("the year was copied in {:.0} s, {rows} hourly sums compacted", began.elapsed().as_secs_f64());

    let within = ask_everything(&storage).await?;
    let audit = storage.spending().audit(&SiteId::default()).await?;
    println!("{audit:?}");
    storage.close().await;
    let bytes = std::fs::metadata(&path)?.len();
    println!("{:.0} kB on disk a thousand turns", bytes as f64 / turns as f64);
    if within && audit.balances() { Ok(()) } else { Err("a question took too long, or the sums do not agree".into()) }
}

/// Lives the first week.
async fn write_week(path: &Path, turns: i64) -> Result<(), Failure> {
    let storage = Arc::new(SqliteStorage::open(path, SqliteOptions { sync: SyncMode::Normal }).await?);
    let clients = 64;
    let mut running = tokio::task::JoinSet::new();
    for client in 0..clients {
        let storage = Arc::clone(&storage);
        running.spawn(async move {
            for number in (client..turns).step_by(clients as usize) {
                let asked = question(number, turns);
                storage.turns().admit(&asked, Some(&reservation(&asked))).await?;
                storage.turns().settle(&answer(&asked, number), asked.language).await?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    storage.close().await;
    Ok(())
}

/// Copies the first week into all others. An id begins with its moment, so a copy's is made of its own.
async fn copy_weeks(path: &Path) -> Result<(), Failure> {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", path.display())).await?;
    for sql in [
        "PRAGMA synchronous = OFF",
        "PRAGMA foreign_keys = OFF",
        "CREATE TEMP TABLE week AS SELECT * FROM turns",
        "CREATE TEMP TABLE moved AS WITH RECURSIVE weeks (number) AS
            (SELECT 1 UNION ALL SELECT number + 1 FROM weeks WHERE number < 51)
            SELECT number * 604800000 AS by FROM weeks",
        "INSERT INTO conversations (site, id, visitor, language, created)
            SELECT c.site, printf('%08x-%04x', (c.created + m.by) >> 16, (c.created + m.by) & 65535) || substr(c.id, 14),
                c.visitor, c.language, c.created + m.by
            FROM moved m CROSS JOIN conversations c",
        "INSERT INTO turns (site, id, conversation, created, language, question, status, settled, outcome, answer,
                citations, model, ladder, prompt_tokens, cached_tokens, cache_write_tokens, completion_tokens,
                reasoning_tokens, usage_estimated, cost_usd_micros, first_token_ms, took_ms, prompt_hash,
                knowledge_generation, unanswered, verification, withheld, charged_usd_micros, service_tier, served_model,
                prompt_version, knowledge_hash, variant, opens_conversation, quality, efficiency, quality_score)
            SELECT t.site, printf('%08x-%04x', (t.created + m.by) >> 16, (t.created + m.by) & 65535) || substr(t.id, 14),
                printf('%08x-%04x', (c.created + m.by) >> 16, (c.created + m.by) & 65535) || substr(c.id, 14),
                t.created + m.by, t.language, t.question, t.status, t.settled + m.by, t.outcome, t.answer, t.citations,
                t.model, t.ladder, t.prompt_tokens, t.cached_tokens, t.cache_write_tokens, t.completion_tokens,
                t.reasoning_tokens, t.usage_estimated, t.cost_usd_micros, t.first_token_ms, t.took_ms, t.prompt_hash,
                t.knowledge_generation, t.unanswered, t.verification, t.withheld, t.charged_usd_micros, t.service_tier,
                t.served_model, t.prompt_version, t.knowledge_hash, t.variant, t.opens_conversation, t.quality,
                t.efficiency, t.quality_score
            FROM moved m CROSS JOIN week t CROSS JOIN conversations c ON c.site = t.site AND c.id = t.conversation",
        "INSERT INTO charges (site, id, visitor, purpose, day, opened, instance, reserved, charged, state)
            SELECT c.site, printf('%08x-%04x', (c.opened + m.by) >> 16, (c.opened + m.by) & 65535) || substr(c.id, 14),
                c.visitor, c.purpose, c.day + m.by, c.opened + m.by, c.instance, c.reserved, c.charged, c.state
            FROM moved m CROSS JOIN charges c",
        "INSERT INTO spend (site, visitor, day, charged)
            SELECT s.site, s.visitor, s.day + m.by, s.charged FROM moved m CROSS JOIN spend s",
        "INSERT INTO traffic (site, start, hours, model, prompt, variant, measure, amount)
            SELECT t.site, t.start + m.by, t.hours, t.model, t.prompt, t.variant, t.measure, t.amount
            FROM moved m CROSS JOIN traffic t",
    ] {
        sqlx::query(sql).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

/// Asks a question five times and prints the middle time and the longest; not within the limit if the middle one is not.
macro_rules! ask {
    ($within:ident, $name:expr, $question:expr) => {{
        let mut took = Vec::new();
        let mut found = 0;
        for _ in 0..5 {
            let began = Instant::now();
            found = $question.await?.len();
            took.push(began.elapsed());
        }
        took.sort_unstable();
        let (middle, slowest) = (took[2], took[4]);
        $within &= middle < LIMIT;
        println!("{:<44} {:>7.1} ms (at most {:.1}), {found} rows", $name, ms(middle), ms(slowest));
    }};
}

async fn ask_everything(storage: &SqliteStorage) -> Result<bool, Failure> {
    let site = SiteId::default();
    let (turns, spending, traffic) = (storage.turns(), storage.spending(), storage.traffic());
    let at = Timestamp::from_millis;
    let mut within = true;
    for (name, from, span, apart) in [
        ("traffic of a year by day", BEGINNING, Span::Day, false),
        ("traffic of a year by day, all keys apart", BEGINNING, Span::Day, true),
        ("traffic of a year as a whole, all keys apart", BEGINNING, Span::Whole, true),
        ("traffic of 30 days by day", END - 30 * DAY_MS, Span::Day, false),
        ("traffic of a week by hour", END - WEEK_MS, Span::Hour, false),
        ("traffic of today by hour", END - DAY_MS, Span::Hour, true),
    ] {
        let query =
            TrafficQuery { from: at(from), to: at(END), span, by_model: apart, by_prompt: apart, by_variant: apart };
        ask!(within, name, traffic.sums(&site, &query));
    }
    for (name, filter) in filters() {
        ask!(within, format!("50 turns {name}"), turns.list(&site, &filter));
    }
    let newest = ConversationFilter { limit: 50, ..ConversationFilter::default() };
    ask!(within, "50 conversations", turns.conversations(&site, &newest));
    let old = ConversationFilter { to: Some(at(BEGINNING + WEEK_MS)), ..newest.clone() };
    ask!(within, "50 conversations of a year ago", turns.conversations(&site, &old));
    let (from, to) = (at(BEGINNING).date().ok_or("no date")?, at(END).date().ok_or("no date")?);
    ask!(within, "spending of a year by day", spending.by_day(&site, from, to));
    let standing = async || spending.standing(&site, at(END - 1)).await.map(|standing| [standing]);
    ask!(within, "the standing", standing());
    let audit = async || spending.audit(&site).await.map(|audit| [audit]);
    ask!(within, "the audit of all charges", audit());
    ask!(within, "50 gaps", storage.gaps().list(&site, 50));
    Ok(within)
}

/// Pages of turns as the dashboard asks for them: common things, rare ones, and one that is not there.
fn filters() -> Vec<(&'static str, TurnFilter)> {
    let all = TurnFilter { limit: 50, ..TurnFilter::default() };
    let model = |name: &str| TurnFilter { model: Some(name.to_owned()), ..all.clone() };
    vec![
        ("", all.clone()),
        ("of a year ago", TurnFilter { to: Some(Timestamp::from_millis(BEGINNING + WEEK_MS)), ..all.clone() }),
        ("that were answered", TurnFilter { outcome: Some(Outcome::Answered), ..all.clone() }),
        ("that were declined", TurnFilter { outcome: Some(Outcome::Declined), ..all.clone() }),
        ("by the usual model", model("gpt-4o-mini")),
        ("by a model that was tried once", model("tried-once")),
        ("by a model that never was", model("never")),
        ("in Catalan", TurnFilter { language: Some(Language::Ca), ..all.clone() }),
        ("in no German", TurnFilter { language: Some(Language::De), ..all.clone() }),
        ("that failed", TurnFilter { status: Some(TurnStatus::Failed), ..all.clone() }),
        ("that are open", TurnFilter { status: Some(TurnStatus::Open), ..all.clone() }),
        ("of quality 0.9 at most", TurnFilter { max_quality: Some(0.9), ..all.clone() }),
        ("of quality 0.5 at most", TurnFilter { max_quality: Some(0.5), ..all.clone() }),
        ("of quality 0.1 at most", TurnFilter { max_quality: Some(0.1), ..all }),
    ]
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

/// Turn `number` of a week of `turns`, spread evenly over its minutes.
fn question(number: i64, turns: i64) -> NewTurn {
    let moment = |number: i64| Timestamp::from_millis(BEGINNING + number * (WEEK_MS - HOUR_MS) / turns.max(1));
    let first = number / CONVERSATION * CONVERSATION;
    NewTurn {
        site: SiteId::default(),
        id: TurnId::mint(moment(number), random(number)),
        conversation: ConversationId::mint(moment(first), random(first)),
        visitor: VisitorId::mint(moment(first), random(first)),
        created: moment(first.max(number)),
        language: if number % 100 == 0 { Language::Ca } else { Language::Es },
        question: "¿Qué proyectos de inteligencia artificial ha construido María?".to_owned(),
    }
}

/// A typical reservation.
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

/// A typical turn: some 600 characters of answer and two sources. One in fifty is declined, one in a hundred fails, one in
/// two hundred is of low quality.
fn answer(turn: &NewTurn, number: i64) -> Settlement {
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
    let failed = number % 100 == 7;
    let outcome = if number % 50 == 3 { Outcome::Declined } else { Outcome::Answered };
    let took_ms = 300 + (number * 7919 % 4_000).unsigned_abs();
    Settlement {
        site: turn.site.clone(),
        id: turn.id,
        settled: Timestamp::from_millis(turn.created.as_millis() + 1_900),
        status: if failed { TurnStatus::Failed } else { TurnStatus::Complete },
        outcome: (!failed).then_some(outcome),
        answer: quote.repeat(6),
        citations: vec![citation(1), citation(2)],
        verification: None,
        withheld: 0,
        model: Some(if number % 10 == 1 { "gpt-6-luna" } else { "gpt-4o-mini" }.to_owned()),
        ladder: vec![RungTried { rung: Rung::Primary, model: Some("gpt-4o-mini".to_owned()), reason: None }],
        usage: Usage { prompt_tokens: 2_100, cached_tokens: 1_024, completion_tokens: 150, ..Usage::default() },
        cost_usd_micros: Some(329),
        charged_usd_micros: 329,
        service_tier: Some("default".to_owned()),
        served_model: Some("gpt-4o-mini-2024-07-18".to_owned()),
        first_token_ms: Some(took_ms / 3),
        took_ms,
        prompt_hash: Some("9f86d081884c7d65".to_owned()),
        prompt_version: Some("89abcdef".to_owned()),
        knowledge_generation: 7,
        knowledge_hash: Some("0123456789abcdef".to_owned()),
        variant: None,
        opens_conversation: number % CONVERSATION == 0,
        quality: Some(quality(if number % 200 == 9 { 0.4 } else { 0.9 })),
        efficiency: Some(0.4),
        unanswered: false,
    }
}

fn quality(score: f32) -> Quality {
    let part = |name: &str| Part { name: name.to_owned(), score, finding: "18 words a sentence".to_owned() };
    let term = || Term { score, parts: vec![part("sentence_length"), part("addressed")] };
    Quality::of(term(), term(), term())
}

/// Ten bytes that differ between numbers.
fn random(number: i64) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&number.to_be_bytes());
    bytes
}
