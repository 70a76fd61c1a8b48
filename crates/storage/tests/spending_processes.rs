//! Money in several processes, some of which are killed: no cap is passed, nothing stays reserved, nothing is lost.
//!
//! The tests run this binary again as children that reserve and settle as fast as they can and print what was
//! acknowledged; kill some of them without warning; and add up.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failing test panics")]
#![allow(clippy::print_stdout, reason = "the child's only way to tell")]
#![allow(clippy::disallowed_methods, reason = "the child is told by the environment where to write")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use portavoz_domain::budget::{Caps, Reservation, Reserved};
use portavoz_domain::ids::ChargeId;
use portavoz_domain::turn::{NewTurn, Settlement};
use portavoz_storage::postgres::PgStorage;
use portavoz_storage::sqlite::{SqliteOptions, SqliteStorage};
use portavoz_storage::{Spending, Storage};
use portavoz_text::language::Language;
use samples::{NOW, charge_id, conversation_id, reservation, settlement, site, turn};

#[path = "support/postgres_cluster.rs"]
mod postgres_cluster;
#[path = "support/samples.rs"]
mod samples;

const PLACE: &str = "PORTAVOZ_SPENDING_TEST_PLACE";
const FIRST: &str = "PORTAVOZ_SPENDING_TEST_FIRST";
const CAP: &str = "PORTAVOZ_SPENDING_TEST_CAP";

/// What each charge reserves.
const RESERVED: u64 = 100;

/// Callers of a child, each with charges of its own.
const CALLERS: u32 = 4;

/// Refusals in a row after which a caller of a child gives up.
const PATIENCE: u32 = 20;

/// What charge `number` comes to.
fn used(number: u32) -> u64 {
    [RESERVED, 30, 0][number as usize % 3]
}

async fn open(place: &str) -> Arc<dyn Storage> {
    if place.starts_with("postgres") {
        Arc::new(PgStorage::connect(place).await.unwrap())
    } else {
        Arc::new(SqliteStorage::open(place.as_ref(), SqliteOptions::default()).await.unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child of the tests below"]
async fn child_that_spends() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let first: u32 = std::env::var(FIRST).unwrap().parse().unwrap();
    let day = std::env::var(CAP).ok().map(|cap| cap.parse().unwrap());
    let storage = open(&place).await;
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        callers.spawn(spend(Arc::clone(&storage), first + caller, Caps { day, ..Caps::default() }));
    }
    callers.join_all().await;
    storage.close().await;
}

/// Every other charge is a turn's.
async fn spend(storage: Arc<dyn Storage>, first: u32, caps: Caps) {
    let mut refused = 0;
    for number in (first..).step_by(CALLERS as usize) {
        let asked = Reservation { caps, ..reservation(number, RESERVED) };
        let with_turn = (number / CALLERS).is_multiple_of(2);
        let turn = NewTurn { conversation: conversation_id(number), ..turn(number) };
        let reserved = if with_turn {
            storage.turns().admit(&turn, Some(&asked)).await.unwrap()
        } else {
            storage.spending().reserve(&asked).await.unwrap()
        };
        if reserved == Reserved::Granted {
            refused = 0;
            tell("reserved", number);
            if with_turn {
                let told = Settlement { charged_usd_micros: used(number), ..settlement(&turn) };
                assert!(storage.turns().settle(&told, Language::Es).await.unwrap());
            } else {
                assert!(storage.spending().settle(&site(), asked.id, used(number)).await.unwrap());
            }
            tell("settled", number);
        } else {
            refused += 1;
            if refused == PATIENCE {
                return;
            }
        }
    }
}

fn tell(what: &str, number: u32) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "acknowledged {what} {number}").unwrap();
    out.flush().unwrap();
}

fn start(place: &str, first: u32, cap: Option<u64>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "child_that_spends", "--nocapture"]);
    command.env(PLACE, place).env(FIRST, first.to_string()).env_remove(CAP).stdout(Stdio::piped());
    if let Some(cap) = cap {
        command.env(CAP, cap.to_string());
    }
    command.spawn().unwrap()
}

/// What children acknowledged.
#[derive(Default)]
struct Told {
    reserved: BTreeSet<u32>,
    settled: BTreeSet<u32>,
}

impl Told {
    /// Takes in whole lines; the last one may have been cut by the kill.
    fn learn(&mut self, lines: &str) {
        for line in lines.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            // The test harness prints its own words before the first line.
            let Some((_, told)) = line.split_once("acknowledged ") else { continue };
            let (what, number) = told.split_once(' ').unwrap();
            let numbers = if what == "settled" { &mut self.settled } else { &mut self.reserved };
            numbers.insert(number.parse().unwrap());
        }
    }

    /// Reads the child's words to its end, or kills it after so many.
    fn hear(&mut self, mut child: Child, kill_after: Option<usize>) {
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut told = String::new();
        if let Some(lines) = kill_after {
            while told.matches("acknowledged").count() < lines && out.read_line(&mut told).unwrap() > 0 {}
            child.kill().unwrap();
        }
        out.read_to_string(&mut told).unwrap();
        let ended = child.wait().unwrap();
        assert!(kill_after.is_some() || ended.success(), "{told}");
        self.learn(&told);
    }
}

/// Sweeps until nothing is reserved. A database server may notice the end of a killed process only when it has done what
/// that process last asked for, so a first sweep may come too early.
async fn sweep_all(spending: &dyn Spending) -> BTreeSet<ChargeId> {
    const SWEEPS: usize = 10_000;
    let mut orphans = BTreeSet::new();
    for _ in 0..SWEEPS {
        orphans.extend(spending.sweep(&site()).await.unwrap().iter().map(|orphan| orphan.id));
        if spending.standing(&site(), NOW).await.unwrap().reserved == 0 {
            break;
        }
    }
    orphans
}

/// Sweeps what the dead left and checks that every acknowledged charge is there, settled or orphaned, and no money else.
async fn assert_accounts(storage: &dyn Storage, told: &Told) {
    let spending = storage.spending();
    let orphans = sweep_all(spending).await;
    let standing = spending.standing(&site(), NOW).await.unwrap();
    let audit = spending.audit(&site()).await.unwrap();
    assert_eq!((standing.reserved, audit.open), (0, 0));
    assert!(audit.balances(), "{audit:?}");
    assert_eq!(standing.orphaned, audit.orphans * RESERVED);
    assert_eq!(standing.day, audit.charged);
    assert!(audit.charges >= told.reserved.len() as u64);
    for number in &told.settled {
        assert!(!orphans.contains(&charge_id(*number)), "charge {number} was settled");
        assert!(!spending.settle(&site(), charge_id(*number), 1).await.unwrap(), "charge {number} was settled");
    }
    // A charge whose settlement nobody acknowledged may be settled or not: what it is charged is one or the other.
    let known: u64 = told.settled.iter().map(|number| used(*number)).sum();
    let most = audit.charges - told.settled.len() as u64;
    assert!((known..=known + most * RESERVED).contains(&audit.charged), "{audit:?}, {known} known");
}

async fn assert_kills_lose_nothing(place: &str) {
    let mut told = Told::default();
    let mut orphaned = 0;
    for (round, lines) in (0..).zip([1, 2, 9, 40, 300]) {
        told.hear(start(place, round * 1_000_000, None), Some(lines));
        // As after any start: what was reserved by the dead is charged, at once.
        let storage = open(place).await;
        assert_accounts(&*storage, &told).await;
        orphaned = storage.spending().audit(&site()).await.unwrap().orphans;
        storage.close().await;
    }
    // Where a kill strikes is up to the processes' race, but five of them strike somebody with money in hand.
    assert!(orphaned > 0, "no kill left an orphan");
}

#[tokio::test]
async fn what_a_killed_process_reserved_is_charged_on_a_file() {
    let folder = tempfile::tempdir().unwrap();
    assert_kills_lose_nothing(folder.path().join("portavoz.db").to_str().unwrap()).await;
}

#[tokio::test]
async fn what_a_killed_process_reserved_is_charged_on_postgres() {
    let Some(url) = postgres_cluster::fresh_url() else { return };
    assert_kills_lose_nothing(&url).await;
}

/// Three processes want the same money, and one of them is killed.
async fn assert_three_processes_keep_the_cap(place: &str) {
    const MONEY: u64 = 100 * RESERVED;
    let storage = open(place).await;
    let children: Vec<_> = (0..3).map(|child| start(place, child * 1_000_000, Some(MONEY))).collect();
    let hearing: Vec<_> = children
        .into_iter()
        .zip([None, Some(50), None])
        .map(|(child, kill_after)| {
            tokio::task::spawn_blocking(move || {
                let mut told = Told::default();
                told.hear(child, kill_after);
                told
            })
        })
        .collect();
    let mut told = Told::default();
    for heard in hearing {
        while !heard.is_finished() {
            let standing = storage.spending().standing(&site(), NOW).await.unwrap();
            assert!(standing.day + standing.reserved <= MONEY, "{standing:?}");
        }
        let heard = heard.await.unwrap();
        told.reserved.extend(heard.reserved);
        told.settled.extend(heard.settled);
    }
    assert_accounts(&*storage, &told).await;
    let standing = storage.spending().standing(&site(), NOW).await.unwrap();
    let rest = MONEY.checked_sub(standing.day).unwrap();
    let caps = Caps { day: Some(MONEY), ..Caps::default() };
    for (number, amount, granted) in [(5_000_000, rest + 1, false), (5_000_001, rest, true)] {
        let asked = Reservation { caps, ..reservation(number, amount) };
        let reserved = storage.spending().reserve(&asked).await.unwrap();
        assert_eq!(reserved == Reserved::Granted, granted, "{amount} of {rest}");
    }
    storage.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_keep_the_cap_on_a_file() {
    let folder = tempfile::tempdir().unwrap();
    assert_three_processes_keep_the_cap(folder.path().join("portavoz.db").to_str().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_keep_the_cap_on_postgres() {
    let Some(url) = postgres_cluster::fresh_url() else { return };
    assert_three_processes_keep_the_cap(&url).await;
}
