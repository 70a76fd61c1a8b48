//! Copies of rows.

use std::sync::Arc;

use portavoz_domain::feedback::{Feedback, Rating};
use portavoz_domain::inbox::LeftMessage;
use portavoz_domain::turn::{NewTurn, Settlement};
use portavoz_storage::sqlite::SqliteStorage;
use portavoz_storage::{
    Column, EmbedderKey, Kind, KnowledgeChange, Loaded, Offer, Piece, Result, Scope, Selection, Storage, StorageError,
    Subject, Table, TurnRating, Value,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::Database;
use crate::samples::{
    NOW, admit, case_result, conversation_id, document, episode, experiment, experiment_id, later, message,
    observation, other_site, run, run_id, settle, settlement, site, turn, turn_id, variant_name, visitor_id,
};

/// Everything of a selection.
async fn dumped(storage: &Arc<dyn Storage>, selection: &Selection) -> Vec<Piece> {
    let (sender, mut receiver) = mpsc::channel(2);
    let collecting = async {
        let mut pieces = Vec::new();
        while let Some(piece) = receiver.recv().await {
            pieces.push(piece);
        }
        pieces
    };
    let (sent, pieces) = tokio::join!(storage.portable().dump(selection, sender), collecting);
    sent.unwrap();
    pieces
}

/// All rows of a selection, whatever their table.
pub async fn rows_of(storage: &Arc<dyn Storage>, selection: &Selection) -> Vec<Vec<Value>> {
    let pieces = dumped(storage, selection).await.into_iter();
    pieces.flat_map(|piece| if let Piece::Rows(rows) = piece { rows } else { Vec::new() }).collect()
}

/// Names of tables with their rows. The two databases tell truth values from numbers differently, so kinds are left out.
async fn contents(storage: &Arc<dyn Storage>, selection: &Selection) -> Vec<(Vec<String>, Vec<Vec<Value>>)> {
    let mut tables: Vec<(Vec<String>, Vec<Vec<Value>>)> = Vec::new();
    for piece in dumped(storage, selection).await {
        match piece {
            Piece::Table(Table { name, columns }) => {
                let names = std::iter::once(name).chain(columns.into_iter().map(|column| column.name));
                tables.push((names.collect(), Vec::new()));
            }
            Piece::Rows(rows) => tables.last_mut().unwrap().1.extend(rows),
        }
    }
    tables.sort_by(|one, other| one.0.cmp(&other.0));
    tables
}

async fn load(storage: &Arc<dyn Storage>, schema: i64, replace: bool, pieces: Vec<Result<Piece>>) -> Result<Loaded> {
    let (sender, receiver) = mpsc::channel(2);
    let sending = async move {
        for piece in pieces {
            if sender.send(piece).await.is_err() {
                break;
            }
        }
    };
    let (loaded, ()) = tokio::join!(storage.portable().load(schema, replace, receiver), sending);
    loaded
}

/// Something in every table, of two sites.
async fn fill(storage: &Arc<dyn Storage>) {
    let turns = storage.turns();
    for number in 1..=300 {
        let asked = NewTurn {
            site: if number % 100 == 0 { other_site() } else { site() },
            conversation: conversation_id(number % 7),
            visitor: visitor_id(number % 7),
            question: format!("¿«{number}»? \u{1f995} 'it''s' \\ \n"),
            ..turn(number)
        };
        admit(turns, &asked).await.unwrap();
        if number % 5 > 0 {
            let settlement = Settlement { unanswered: number % 2 == 0, ..settlement(&asked) };
            settle(turns, &settlement).await.unwrap();
        }
    }
    let change = KnowledgeChange { upserts: vec![document("cv.md", 1, 3)], ..KnowledgeChange::default() };
    storage.knowledge().apply(&site(), &change, NOW).await.unwrap();
    let key = EmbedderKey { model: "m".to_owned(), dimensions: 2 };
    storage.embeddings().put(&key, &[([7; 32], vec![0.1, f32::MIN_POSITIVE])]).await.unwrap();
    storage.secrets().put(&site(), "key", b"\0\xff'").await.unwrap();
    storage.alerts().open(&episode(1, "quality")).await.unwrap();
    storage.choices().put(&site(), "model", "{}", NOW).await.unwrap();
    storage.evaluations().begin(&run(1)).await.unwrap();
    storage.evaluations().record(&site(), run_id(1), &[case_result("uno", "a")]).await.unwrap();
    let (home, offer) = (site(), Offer { version: 1, arm: variant_name("b"), at: NOW });
    storage.experiments().create(&experiment(1)).await.unwrap();
    for (number, subject) in [(8, "aa"), (9, "bb")] {
        let subject = Subject { site: &home, experiment: experiment_id(1), subject };
        storage.experiments().expose(subject, &offer).await.unwrap();
        storage.experiments().observe(subject, &observation(number)).await.unwrap();
    }
    for number in 1..=14 {
        let visitor = visitor_id(number % 7);
        let feedback = Feedback { rating: Rating::Up, reason: None, comment: Some("«sí»".to_owned()), rated: NOW };
        let rating = TurnRating { site: site(), turn: turn_id(number), visitor, feedback: Some(feedback) };
        storage.ratings().rate(&rating).await.unwrap();
        storage.messages().receive(&LeftMessage { visitor, ..message(number) }).await.unwrap();
    }
}

pub async fn a_copy_moves_to_another_database_and_back(database: &Database) {
    let storage = &database.storage;
    fill(storage).await;
    let whole = contents(storage, &Selection::Database).await;
    let rows: usize = whole.iter().map(|(_, rows)| rows.len()).sum();
    let rows = u64::try_from(rows).unwrap();
    let schema = storage.portable().schema();

    let elsewhere: Arc<dyn Storage> = Arc::new(SqliteStorage::in_memory().await.unwrap());
    let copy = dumped(storage, &Selection::Database).await.into_iter().map(Ok).collect();
    let loaded = load(&elsewhere, schema, false, copy).await.unwrap();
    assert_eq!((loaded.tables, loaded.rows), (u64::try_from(whole.len()).unwrap(), rows));
    assert!(contents(&elsewhere, &Selection::Database).await == whole);

    storage.privacy().erase(&site(), Scope::All, 1000).await.unwrap();
    storage.secrets().put(&site(), "key", b"new").await.unwrap();
    let copy = dumped(&elsewhere, &Selection::Database).await.into_iter().map(Ok).collect();
    assert_eq!(load(storage, schema, true, copy).await.unwrap().rows, rows);
    assert_eq!(storage.secrets().get(&site(), "key").await.unwrap().unwrap(), b"\0\xff'");
    let mut back = contents(&database.other, &Selection::Database).await;
    // Higher than any that was there, so that no index is taken for one of these documents.
    assert_eq!(storage.knowledge().generation(&site()).await.unwrap(), 3);
    for ((_, back), (_, whole)) in back.iter_mut().zip(&whole).filter(|((names, _), _)| names[0] == "knowledge") {
        back.clone_from(whole);
    }
    assert!(back == whole);
    // And it goes on from there.
    admit(storage.turns(), &turn(900)).await.unwrap();
}

pub async fn a_copy_is_of_one_moment(database: &Database) {
    fill(&database.storage).await;
    if Arc::ptr_eq(&database.storage, &database.other) {
        return; // An in-memory database has one connection: nobody can write meanwhile.
    }
    let (sender, mut receiver) = mpsc::channel(1);
    let storage = Arc::clone(&database.storage);
    let selection = Selection::Database;
    let mut dumping = JoinSet::new();
    dumping.spawn(async move { storage.portable().dump(&selection, sender).await });
    let Some(Piece::Table(first)) = receiver.recv().await else { panic!("a table comes first") };
    database.other.privacy().erase(&site(), Scope::All, 1000).await.unwrap();
    let mut turns = 0;
    let mut table = first.name;
    while let Some(piece) = receiver.recv().await {
        match piece {
            Piece::Table(next) => table = next.name,
            Piece::Rows(rows) if table == "turns" => turns += rows.len(),
            Piece::Rows(_) => {}
        }
    }
    dumping.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(turns, 300);
}

pub async fn a_filled_database_is_replaced_only_if_told(database: &Database) {
    let storage = &database.storage;
    admit(storage.turns(), &turn(1)).await.unwrap();
    let refused = load(storage, storage.portable().schema(), false, Vec::new()).await.unwrap_err();
    assert!(matches!(&refused, StorageError::Conflict(text) if text.contains("not empty")), "{refused}");
    assert!(storage.turns().find(&site(), turn_id(1)).await.unwrap().is_some());
    load(storage, storage.portable().schema(), true, Vec::new()).await.unwrap();
    assert_eq!(database.other.turns().find(&site(), turn_id(1)).await.unwrap(), None);
}

fn table(name: &str, columns: &[(&str, Kind)]) -> Piece {
    let column = |(name, kind): &(&str, Kind)| Column { name: (*name).to_owned(), kind: *kind, key: false };
    Piece::Table(Table { name: name.to_owned(), columns: columns.iter().map(column).collect() })
}

fn texts(values: &[&str]) -> Vec<Value> {
    values.iter().map(|value| Value::Text((*value).to_owned())).collect()
}

pub async fn a_load_that_fails_changes_nothing(database: &Database) {
    let storage = &database.storage;
    fill(storage).await;
    let before = contents(storage, &Selection::Database).await;
    let secrets = || table("secrets", &[("site", Kind::Text), ("name", Kind::Text), ("value", Kind::Bytes)]);
    let broken = || Err(StorageError::Conflict("the file ends early".to_owned()));
    for (pieces, words) in [
        (vec![Ok(secrets()), broken()], "the file ends early"),
        (vec![Ok(table("horses", &[]))], "a table `horses`"),
        (vec![Ok(table("secrets", &[("colour", Kind::Text)]))], "a column `colour`"),
        (vec![Ok(Piece::Rows(vec![texts(&["a"])]))], "rows without a table"),
        (vec![Ok(secrets()), Ok(Piece::Rows(vec![texts(&["a", "b"])]))], "a row of 2 values"),
        (vec![Ok(secrets()), Ok(Piece::Rows(vec![texts(&["a", "b", "c"])]))], "`secrets.value`"),
    ] {
        let failed = load(storage, storage.portable().schema(), true, pieces).await.unwrap_err();
        assert!(matches!(&failed, StorageError::Conflict(text) if text.contains(words)), "{words}: {failed}");
    }
    let orphan = table("gaps", &[("site", Kind::Text), ("turn", Kind::Text), ("question", Kind::Text)]);
    let failed = load(
        storage,
        storage.portable().schema(),
        true,
        vec![Ok(orphan), Ok(Piece::Rows(vec![texts(&["default", "nobody", "¿?"])]))],
    );
    failed.await.unwrap_err();
    for schema in [1, 99_990_101_000_000] {
        assert!(matches!(load(storage, schema, true, Vec::new()).await, Err(StorageError::Conflict(_))));
    }
    assert!(contents(&database.other, &Selection::Database).await == before);
}

pub async fn a_copy_of_an_older_schema_is_brought_up_to_date(database: &Database) {
    let conversations = [("site", Kind::Text), ("id", Kind::Text), ("visitor", Kind::Text), ("language", Kind::Text)];
    let turns = [("site", Kind::Text), ("id", Kind::Text), ("conversation", Kind::Text), ("language", Kind::Text)];
    let turns: Vec<_> = turns.into_iter().chain([("question", Kind::Text), ("status", Kind::Text)]).collect();
    let created = [("created", Kind::Integer)];
    let (conversation, visitor) = (conversation_id(1).to_string(), visitor_id(1).to_string());
    let with_time = |values: &[&str]| vec![texts(values).into_iter().chain([Value::Integer(7)]).collect()];
    let pieces = vec![
        Ok(table("conversations", &[conversations.as_slice(), created.as_slice()].concat())),
        Ok(Piece::Rows(with_time(&["default", &conversation, &visitor, "es"]))),
        Ok(table("turns", &[turns.as_slice(), created.as_slice()].concat())),
        Ok(Piece::Rows(with_time(&["default", &turn_id(1).to_string(), &conversation, "es", "¿Eh?", "open"]))),
    ];
    let loaded = load(&database.storage, 20_261_122_090_200, false, pieces).await.unwrap();
    assert_eq!(loaded, Loaded { tables: 2, rows: 2 });
    let found = database.storage.turns().find(&site(), turn_id(1)).await.unwrap().unwrap();
    assert_eq!((found.admitted.question.as_str(), found.settlement), ("¿Eh?", None));
    database.storage.choices().put(&site(), "new", "1", later(0)).await.unwrap();
}

pub async fn a_selection_has_what_hangs_on_its_turns(database: &Database) {
    fill(&database.storage).await;
    let of = async |selection| {
        let tables = contents(&database.storage, &selection).await;
        tables.into_iter().map(|(names, rows)| (names[0].clone(), rows.len())).collect::<Vec<_>>()
    };
    let count =
        |tables: &[(String, usize)], name: &str| tables.iter().find(|(table, _)| table == name).map(|(_, rows)| *rows);
    let whole = of(Selection::Site(site())).await;
    assert_eq!((count(&whole, "turns"), count(&whole, "secrets"), count(&whole, "chunks")), (Some(297), None, None));
    assert_eq!((count(&whole, "choices"), count(&whole, "embeddings")), (Some(1), None));
    // Turns 1, 8, 15, ... 295 are visitor 1's; 200 would be, were it not of another site.
    let visitors = of(Selection::Turns(site(), Scope::Visitor(visitor_id(1)))).await;
    let expected = (1..=300).filter(|number| number % 7 == 1 && number % 100 != 0).collect::<Vec<_>>();
    let gaps = expected.iter().filter(|number| *number % 2 == 0 && *number % 5 > 0).count();
    assert_eq!((count(&visitors, "turns"), count(&visitors, "gaps")), (Some(expected.len()), Some(gaps)));
    assert_eq!((count(&visitors, "conversations"), count(&visitors, "documents")), (Some(1), None));
    // What came of turn 8 goes with it; the experiment is not the visitor's.
    assert_eq!((count(&visitors, "exposures"), count(&visitors, "experiments")), (Some(1), None));
    let moment = of(Selection::Turns(site(), Scope::Between(later(4), later(6)))).await;
    // Turns 1 and 8 are settled and rated; of 4 and 5 the latter is open.
    assert_eq!((count(&visitors, "feedback"), count(&visitors, "messages")), (Some(2), Some(2)));
    assert_eq!((count(&moment, "feedback"), count(&moment, "messages")), (Some(1), Some(2)));
    assert_eq!((count(&moment, "turns"), count(&moment, "conversations")), (Some(2), Some(2)));
}

pub async fn a_copy_that_nobody_takes_ends_quietly(database: &Database) {
    fill(&database.storage).await;
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    database.storage.portable().dump(&Selection::Database, sender).await.unwrap();
    database.storage.ping().await.unwrap();
}
