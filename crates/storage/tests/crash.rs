//! Acknowledged means committed: a process that is killed at any moment keeps every turn it acknowledged.
//!
//! The test runs itself again as a child that writes as fast as it can and prints what was acknowledged; kills it
//! without warning; and looks for everything that was printed.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a failing test panics")]
#![allow(clippy::print_stdout, reason = "the child's only way to tell")]
#![allow(clippy::disallowed_methods, reason = "the child is told by the environment where to write")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use portavoz_domain::ids::TurnId;
use portavoz_domain::turn::{NewTurn, Settlement};
use portavoz_storage::Storage;
use portavoz_storage::sqlite::{SqliteOptions, SqliteStorage};
use portavoz_text::language::Language;
use samples::{conversation_id, settlement, site, turn};

#[path = "support/samples.rs"]
mod samples;

const PATH: &str = "PORTAVOZ_CRASH_TEST_PATH";
const FIRST: &str = "PORTAVOZ_CRASH_TEST_FIRST";

/// Callers of the child, each with turns of its own.
const CALLERS: u32 = 8;

async fn open(path: &Path) -> SqliteStorage {
    SqliteStorage::open(path, SqliteOptions::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the child of the test below; ends only when killed"]
async fn child_that_writes_until_it_is_killed() {
    let Ok(path) = std::env::var(PATH) else { return };
    let first: u32 = std::env::var(FIRST).unwrap().parse().unwrap();
    let storage = Arc::new(open(Path::new(&path)).await);
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        let storage = Arc::clone(&storage);
        callers.spawn(async move {
            for number in (first + caller..).step_by(CALLERS as usize) {
                let turn = NewTurn { conversation: conversation_id(number), ..turn(number) };
                storage.turns().admit(&turn, None).await.unwrap();
                tell("admitted", turn.id);
                let settlement = Settlement { unanswered: true, ..settlement(&turn) };
                assert!(storage.turns().settle(&settlement, Language::Es).await.unwrap());
                tell("settled", turn.id);
            }
        });
    }
    callers.join_all().await;
}

fn tell(what: &str, id: TurnId) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "acknowledged {what} {id}").unwrap();
    out.flush().unwrap();
}

/// Runs the child until it has told `lines` things, kills it, and returns all it told.
fn run_and_kill(path: &Path, first: u32, lines: usize) -> Vec<(String, TurnId)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "child_that_writes_until_it_is_killed", "--nocapture"])
        .env(PATH, path)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut told = String::new();
    while told.matches("acknowledged").count() < lines {
        assert!(out.read_line(&mut told).unwrap() > 0, "the child ended by itself: {told}");
    }
    child.kill().unwrap();
    out.read_to_string(&mut told).unwrap();
    child.wait().unwrap();
    told.split_inclusive('\n').filter_map(acknowledgement).collect()
}

/// What a whole line acknowledges; the last one may have been cut by the kill.
fn acknowledgement(line: &str) -> Option<(String, TurnId)> {
    // The test harness prints its own words before the first line.
    let (_, told) = line.strip_suffix('\n')?.split_once("acknowledged ")?;
    let (what, id) = told.split_once(' ')?;
    Some((what.to_owned(), TurnId::parse(id).unwrap()))
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portavoz.db");
    let mut acknowledged = Vec::new();
    // Killed after its very first acknowledgement, among the early ones, and after checkpoints of the WAL. Where
    // exactly each kill strikes is up to the two processes' race.
    for (round, lines) in (0..).zip([1, 2, 5, 17, 40, 133, 700, 3_000]) {
        acknowledged.extend(run_and_kill(&path, round * 1_000_000, lines));

        let storage = open(&path).await;
        for (what, id) in &acknowledged {
            let found = storage.turns().find(&site(), *id).await.unwrap();
            let found = found.unwrap_or_else(|| unreachable!("{what} turn {id} is lost"));
            if what == "settled" {
                let settlement = Settlement { unanswered: true, ..settlement(&found.admitted) };
                assert_eq!(found.settlement, Some(settlement));
            }
        }
        let settled = acknowledged.iter().filter(|(what, _)| what == "settled").count();
        let gaps = storage.gaps().list(&site(), u32::MAX).await.unwrap().len();
        assert!(gaps >= settled, "{gaps} gaps of {settled} settled turns");
        storage.turns().admit(&turn(999_000_000 + round), None).await.unwrap();
        storage.close().await;
    }
}
