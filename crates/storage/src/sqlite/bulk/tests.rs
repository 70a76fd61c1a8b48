//! Whatever turns meet in a batch, each caller gets the answer that the rows bear out.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portavoz_domain::budget::Reserved;
use portavoz_domain::ids::VisitorId;
use portavoz_domain::turn::{NewTurn, Settlement};
use portavoz_text::language::Language;
use proptest::prelude::*;
use sqlx::{AssertSqlSafe, Connection};
use tokio::task::JoinSet;

use super::*;
use crate::migration;
use crate::sqlite::SqliteStorage;
use crate::sqlite::migrations::migrate;
use crate::sqlite::tests::samples::{conversation_id, reservation, settlement, site, turn, turn_id, visitor_id};
use crate::{Storage, StorageError};

#[derive(Debug, Clone, Copy)]
enum Call {
    Admit { turn: u32, conversation: u32, visitor: u32 },
    Settle { turn: u32, unanswered: bool, call: u64 },
}

#[derive(Debug)]
enum Answer {
    Admitted(crate::Result<Reserved>),
    Settled(crate::Result<bool>),
}

fn asked(number: u32, conversation: u32, visitor: u32) -> NewTurn {
    NewTurn { conversation: conversation_id(conversation), visitor: visitor_id(visitor), ..turn(number) }
}

/// `call` tells the settlements of one turn apart.
fn told(number: u32, unanswered: bool, call: u64) -> Settlement {
    Settlement { unanswered, took_ms: call, ..settlement(&turn(number)) }
}

fn calls() -> impl Strategy<Value = Vec<Vec<Call>>> {
    let admission = (0..8_u32, 0..4_u32, 0..2_u32).prop_map(|(turn, conversation, visitor)| Call::Admit {
        turn,
        conversation,
        visitor,
    });
    let settlement = (0..8_u32, any::<bool>(), any::<u32>()).prop_map(|(turn, unanswered, call)| Call::Settle {
        turn,
        unanswered,
        call: call.into(),
    });
    prop::collection::vec(prop::collection::vec(prop_oneof![2 => admission, 1 => settlement], 1..24), 1..5)
}

/// Makes all calls at once; on one thread, they are all waiting before the writer takes the first.
async fn make(storage: &Arc<SqliteStorage>, calls: &[Call]) -> Vec<(Call, Answer)> {
    let mut callers = JoinSet::new();
    for call in calls.iter().copied() {
        let storage = Arc::clone(storage);
        callers.spawn(async move {
            let turns = storage.turns();
            let answer = match call {
                Call::Admit { turn, conversation, visitor } => {
                    Answer::Admitted(turns.admit(&asked(turn, conversation, visitor), None).await)
                }
                Call::Settle { turn, unanswered, call } => {
                    Answer::Settled(turns.settle(&told(turn, unanswered, call), Language::Es).await)
                }
            };
            (call, answer)
        });
    }
    callers.join_all().await
}

/// What the answers so far say that the database holds.
#[derive(Default)]
struct Believed {
    turns: BTreeMap<u32, (u32, u32)>,
    owners: BTreeMap<u32, u32>,
    settled: BTreeMap<u32, (bool, u64)>,
}

impl Believed {
    /// Takes in what was acknowledged. A thing that happens once may be acknowledged once.
    fn learn(&mut self, call: Call, answer: &Answer) {
        match (call, answer) {
            (Call::Admit { turn, conversation, visitor }, Answer::Admitted(Ok(_))) => {
                assert_eq!(self.turns.insert(turn, (conversation, visitor)), None, "turn {turn} was admitted twice");
                let owner = *self.owners.entry(conversation).or_insert(visitor);
                assert_eq!(owner, visitor, "conversation {conversation} has two owners");
            }
            (Call::Settle { turn, unanswered, call }, Answer::Settled(Ok(true))) => {
                assert_eq!(self.settled.insert(turn, (unanswered, call)), None, "turn {turn} was settled twice");
            }
            _ => {}
        }
    }

    /// Every refusal must have its reason, given that all calls of its round are over.
    fn check_refusal(&self, known_before: &BTreeSet<u32>, call: Call, answer: &Answer) {
        match (call, answer) {
            (Call::Admit { turn, .. }, Answer::Admitted(Err(StorageError::Conflict(text))))
                if text.contains("exists") =>
            {
                assert!(self.turns.contains_key(&turn), "turn {turn}: {text}");
            }
            (Call::Admit { conversation, visitor, .. }, Answer::Admitted(Err(StorageError::Conflict(_)))) => {
                assert!(self.owners.get(&conversation).is_some_and(|owner| *owner != visitor), "{call:?}");
            }
            (Call::Settle { turn, .. }, Answer::Settled(Ok(false))) => assert!(self.settled.contains_key(&turn)),
            // A turn that is admitted in the same round may be unknown yet.
            (Call::Settle { turn, .. }, Answer::Settled(Err(StorageError::Conflict(_)))) => {
                assert!(!known_before.contains(&turn), "turn {turn} was known");
            }
            (_, Answer::Admitted(Ok(_)) | Answer::Settled(Ok(true))) => {}
            (call, answer) => unreachable!("{call:?}: {answer:?}"),
        }
    }

    async fn check_rows(&self, storage: &SqliteStorage) {
        for number in 0..8 {
            let found = storage.turns().find(&site(), turn_id(number)).await.unwrap();
            let expected =
                self.turns.get(&number).map(|(conversation, visitor)| asked(number, *conversation, *visitor));
            assert_eq!(found.as_ref().map(|turn| turn.admitted.clone()), expected);
            let expected = self.settled.get(&number).map(|(unanswered, call)| told(number, *unanswered, *call));
            assert_eq!(found.and_then(|turn| turn.settlement), expected);
        }
        for number in 0..4 {
            let found = storage.turns().conversation(&site(), conversation_id(number)).await.unwrap();
            let owner: Option<VisitorId> = self.owners.get(&number).map(|visitor| visitor_id(*visitor));
            assert_eq!(found.map(|conversation| conversation.visitor), owner);
        }
        let mut gaps: Vec<_> = storage.gaps().list(&site(), 100).await.unwrap().iter().map(|gap| gap.turn).collect();
        gaps.sort_unstable();
        let unanswered = self.settled.iter().filter(|(_, (unanswered, _))| *unanswered);
        assert_eq!(gaps, unanswered.map(|(number, _)| turn_id(*number)).collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_mixture_of_turns_gives_each_its_own_answer(rounds in calls()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let storage = Arc::new(SqliteStorage::in_memory().await.unwrap());
            let mut believed = Believed::default();
            for round in rounds {
                let known_before = believed.turns.keys().copied().collect();
                let answers = make(&storage, &round).await;
                answers.iter().for_each(|(call, answer)| believed.learn(*call, answer));
                answers.iter().for_each(|(call, answer)| believed.check_refusal(&known_before, *call, answer));
                believed.check_rows(&storage).await;
            }
            storage.close().await;
        });
    }
}

#[tokio::test]
async fn the_script_looks_up_rows_by_key() {
    let mut connection = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
    migrate(&mut connection, migration::SQLITE).await.unwrap();
    let admission = AdmissionColumns::from(&turn(1));
    let reservation = ReservationColumns::of(&reservation(1, 5), 1);
    let settlement = SettlementColumns::of(&told(1, true, 0)).unwrap();
    let traffic = TrafficColumns::of(&told(1, true, 0), Language::Es);
    let rows = [Row::Admission(&admission, Some(&reservation)), Row::Settlement(&settlement, &traffic)];
    let mut script = QueryBuilder::new("");
    push_statements(&mut script, rows.into_iter());
    let sql = script.into_string();
    let statements: Vec<_> = sql.split_terminator(';').collect();
    assert_eq!(statements.len(), 9);
    for statement in statements {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let plan = sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap();
        for step in plan.iter().map(|row| row.get::<String, _>("detail")) {
            let given = ["new", "asked", "turned", "counted", "paid"].map(|table| format!("SCAN {table}"));
            let by_key = !step.starts_with("SCAN") || given.contains(&step) || step.contains("CONSTANT ROW");
            assert!(by_key && !step.contains("turns_open"), "{statement}\n{step}");
        }
    }
}
