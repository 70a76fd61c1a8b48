//! Whatever the writes beside it do, each write gets its own right answer.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use sqlx::Connection;
use tokio::task::JoinSet;

use super::*;

/// A write of a test: it inserts `number`, and then something happens.
#[derive(Debug, Clone, Copy)]
struct Insert {
    number: i64,
    then: Then,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Succeed,
    /// Returns an error after it wrote.
    Refuse,
    /// A statement fails after it wrote.
    Break,
}

#[async_trait]
impl Write for Insert {
    type Answer = i64;

    async fn run(&self, connection: &mut SqliteConnection) -> Result<i64> {
        sqlx::query("INSERT INTO numbers (number) VALUES ($1)")
            .bind(self.number)
            .execute(&mut *connection)
            .await
            .map_err(errors::failed)?;
        match self.then {
            Then::Succeed => Ok(self.number),
            Then::Refuse => Err(StorageError::Conflict(format!("refused {}", self.number))),
            Then::Break => Err(execute(connection, "INSERT INTO numbers (number) VALUES (NULL)").await.unwrap_err()),
        }
    }
}

/// A write that can be run but not committed: a reference that is checked at the end points nowhere.
struct Uncommittable;

#[async_trait]
impl Write for Uncommittable {
    type Answer = ();

    async fn run(&self, connection: &mut SqliteConnection) -> Result<()> {
        execute(connection, "INSERT INTO doubles (half) VALUES (-1)").await
    }
}

async fn database() -> (Slot, Arc<Writer>) {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    for sql in [
        "CREATE TABLE numbers (number INTEGER NOT NULL UNIQUE)",
        "CREATE TABLE doubles (half INTEGER REFERENCES numbers (number) DEFERRABLE INITIALLY DEFERRED)",
    ] {
        execute(&mut connection, sql).await.unwrap();
    }
    let slot: Slot = Arc::new(Mutex::new(Some(connection)));
    let writer = Arc::new(Writer::start(Arc::clone(&slot)));
    (slot, writer)
}

async fn numbers(slot: &Slot) -> BTreeSet<i64> {
    let mut connection = lease(slot.lock().await).unwrap();
    let rows = sqlx::query_scalar("SELECT number FROM numbers").fetch_all(&mut *connection).await.unwrap();
    rows.into_iter().collect()
}

/// Has all of them written at once; on one thread, they are all waiting before the writer takes the first.
async fn write_all(writer: &Arc<Writer>, writes: &[Insert]) -> Vec<(Insert, Result<i64>)> {
    let mut callers = JoinSet::new();
    for write in writes.iter().copied() {
        let writer = Arc::clone(writer);
        callers.spawn(async move { (write, writer.write(write).await) });
    }
    callers.join_all().await
}

fn check(write: Insert, answer: &Result<i64>, stored: &BTreeSet<i64>) {
    match (write.then, answer) {
        (Then::Succeed, Ok(number)) => {
            assert_eq!(*number, write.number);
            assert!(stored.contains(number), "{number} was acknowledged");
        }
        // Somebody else inserted the same number first.
        (_, Err(StorageError::Backend(error))) if error.to_string().contains("UNIQUE") => {
            assert!(stored.contains(&write.number));
        }
        (Then::Refuse, Err(StorageError::Conflict(text))) => assert_eq!(*text, format!("refused {}", write.number)),
        (Then::Break, Err(StorageError::Backend(error))) => assert!(error.to_string().contains("NOT NULL")),
        (_, other) => unreachable!("{write:?} was answered {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn any_mixture_of_writes_gives_each_its_own_answer(
        rounds in prop::collection::vec(
            prop::collection::vec((0_i64..12, prop::sample::select(vec![Then::Succeed, Then::Refuse, Then::Break])), 1..20),
            1..4,
        )
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (slot, writer) = database().await;
            let mut expected = BTreeSet::new();
            for round in rounds {
                let writes: Vec<_> = round.into_iter().map(|(number, then)| Insert { number, then }).collect();
                let answers = write_all(&writer, &writes).await;
                let good = writes.iter().filter(|write| write.then == Then::Succeed).map(|write| write.number);
                let before = expected.clone();
                expected.extend(good);
                let stored = numbers(&slot).await;
                assert_eq!(stored, expected);
                let mut successes: BTreeMap<i64, usize> = BTreeMap::new();
                for (write, answer) in &answers {
                    check(*write, answer, &stored);
                    *successes.entry(write.number).or_default() += usize::from(answer.is_ok());
                }
                for number in expected.difference(&before) {
                    assert_eq!(successes[number], 1, "{number} was inserted once");
                }
            }
            writer.close().await;
        });
    }
}

#[tokio::test]
async fn writes_that_wait_share_a_commit() {
    let (slot, writer) = database().await;
    let commits = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&commits);
    lease(slot.lock().await).unwrap().lock_handle().await.unwrap().set_commit_hook(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        true
    });
    let writes: Vec<_> = (0..100).map(|number| Insert { number, then: Then::Succeed }).collect();
    for (_, answer) in write_all(&writer, &writes).await {
        answer.unwrap();
    }
    let commits = commits.load(Ordering::Relaxed);
    assert!((1..=2).contains(&commits), "{commits} commits");
}

#[tokio::test]
async fn a_commit_that_fails_is_told_to_all_and_hurts_no_later_write() {
    let (slot, writer) = database().await;
    let mut spoiler = JoinSet::new();
    spoiler.spawn({
        let writer = Arc::clone(&writer);
        async move { writer.write(Uncommittable).await }
    });
    let neighbours: Vec<_> = (0..5).map(|number| Insert { number, then: Then::Succeed }).collect();
    let answers = write_all(&writer, &neighbours).await;
    assert!(spoiler.join_next().await.unwrap().unwrap().is_err());
    let stored = numbers(&slot).await;
    for (write, answer) in answers {
        assert_eq!(stored.contains(&write.number), answer.is_ok(), "{write:?}");
    }
    assert_eq!(writer.write(Insert { number: 99, then: Then::Succeed }).await.unwrap(), 99);
    assert!(numbers(&slot).await.contains(&99));
}

#[tokio::test]
async fn what_waits_at_close_is_committed_and_later_writes_are_refused() {
    let (slot, writer) = database().await;
    let mut waiting = JoinSet::new();
    waiting.spawn({
        let writer = Arc::clone(&writer);
        async move { writer.write(Insert { number: 1, then: Then::Succeed }).await }
    });
    tokio::task::yield_now().await;
    writer.close().await;
    assert_eq!(waiting.join_next().await.unwrap().unwrap().unwrap(), 1);
    assert_eq!(numbers(&slot).await, BTreeSet::from([1]));
    let late = writer.write(Insert { number: 2, then: Then::Succeed }).await;
    assert!(matches!(late, Err(StorageError::Unavailable(_))), "{late:?}");
}
