//! Which migrations are asked for, and whether the folders agree with the list.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

const KNOWN: &[Migration] = &[
    Migration { version: 1, name: "one", sql: "CREATE TABLE one (id INTEGER);" },
    Migration { version: 3, name: "three", sql: "CREATE TABLE three (id INTEGER);" },
];

fn applied(migrations: &[Migration]) -> Vec<Applied> {
    migrations.iter().map(|migration| Applied { version: migration.version, checksum: migration.checksum() }).collect()
}

#[test]
fn what_is_missing_is_pending_in_order() {
    for (have, expected) in [(0, vec![1, 3]), (1, vec![3]), (2, vec![])] {
        let pending = pending(KNOWN, &applied(&KNOWN[..have])).unwrap();
        assert_eq!(pending.iter().map(|migration| migration.version).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_database_of_another_history_is_refused() {
    let newer = Migration { version: 9, ..KNOWN[1] };
    let edited = Migration { sql: "CREATE TABLE one (id TEXT);", ..KNOWN[0] };
    let foreign = Migration { version: 2, ..KNOWN[0] };
    for (history, words) in [
        (vec![KNOWN[0], KNOWN[1], newer], "made by a newer portavoz (schema 9; this one knows up to 3)"),
        (vec![edited], "migration 1 `one` is not the one that was applied"),
        (vec![foreign], "has schema 2 where this portavoz has 1 `one`"),
        (vec![KNOWN[1]], "has schema 3 where this portavoz has 1 `one`"),
    ] {
        let error = pending(KNOWN, &applied(&history)).unwrap_err();
        assert!(matches!(&error, StorageError::Conflict(text) if text.contains(words)), "{error}");
    }
}

#[test]
fn folders_and_list_name_the_same_migrations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let listed: BTreeSet<_> = SQLITE.iter().map(file_name).collect();
    assert_eq!(listed, POSTGRES.iter().map(file_name).collect());
    for backend in ["sqlite", "postgres", "sample"] {
        let files = std::fs::read_dir(folder.join(backend)).unwrap();
        let found = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(listed, found, "in {backend}");
    }
    assert!(SQLITE.is_sorted_by_key(|migration| migration.version));
}

fn file_name(migration: &Migration) -> String {
    format!("{}_{}.sql", migration.version, migration.name)
}

/// The rows that the program of a migration would have written, for SQLite.
pub(crate) fn sample(migration: &Migration) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sample");
    std::fs::read_to_string(folder.join(file_name(migration))).unwrap()
}

/// Reads through today's operations what [`sample`] wrote in the schemas of the past.
pub(crate) async fn assert_samples_can_be_read(storage: &dyn crate::Storage) {
    use portavoz_domain::answer::Outcome;
    use portavoz_domain::ids::{DocumentId, SiteId, TurnId};
    let site = SiteId::default();
    let turn = |last: &str| TurnId::parse(&format!("019a0000-0000-7000-8000-0000000000{last}")).unwrap();
    let settled = storage.turns().find(&site, turn("13")).await.unwrap().unwrap();
    let settled = settled.settlement.unwrap();
    assert_eq!((settled.outcome, settled.verification, settled.withheld), (Some(Outcome::NotKnown), None, 0));
    let checked = storage.turns().find(&site, turn("14")).await.unwrap().unwrap().settlement.unwrap();
    let sentences = checked.verification.unwrap().sentences;
    assert_eq!((sentences[0].claims[0].text.as_str(), checked.withheld), ("Python", 1));
    assert_money_can_be_read(storage).await;
    let open = storage.turns().find(&SiteId::parse("agencia").unwrap(), turn("12")).await.unwrap().unwrap();
    assert_eq!((open.admitted.question.as_str(), open.settlement), ("Does she know COBOL? 🦕", None));
    assert_eq!(storage.gaps().list(&site, 10).await.unwrap().len(), 1);

    let (generation, chunks) = storage.knowledge().chunks(&site).await.unwrap();
    assert_eq!((generation, chunks.len()), (3, 1));
    let document = storage.knowledge().document(&site, &DocumentId::new("cv.md")).await.unwrap().unwrap();
    assert_eq!(document.blocks.len(), 1);
    assert_eq!(storage.knowledge().problems(&site).await.unwrap().len(), 1);

    let key = crate::EmbedderKey { model: "tiny".to_owned(), dimensions: 2 };
    let hash = std::array::from_fn(|position| u8::try_from(position).unwrap());
    assert_eq!(storage.embeddings().get(&key, &[hash]).await.unwrap()[&hash], [1.0, -2.0]);
    let episodes = storage.alerts().list(&site, false, 10).await.unwrap();
    assert_eq!(episodes.iter().map(|episode| episode.kind.as_str()).collect::<Vec<_>>(), ["quality", "budget_day"]);
    assert_eq!((episodes[0].limit, episodes[1].deliveries[0].channel.as_str()), (0.8, "log"));
    assert_voices_can_be_read(storage).await;
    assert_experiments_can_be_read(storage).await;
    assert_runs_can_be_read(storage).await;
    let chosen = storage.choices().get(&site, "model").await.unwrap();
    assert_eq!(chosen.as_deref(), Some(r#"{"primary":"gpt-6-luna"}"#));
    assert_eq!(storage.secrets().get(&site, "visitor-key").await.unwrap().unwrap(), [0, 255, 16]);
}

/// What was tried on visitors.
async fn assert_experiments_can_be_read(storage: &dyn crate::Storage) {
    use portavoz_domain::experiment::ExperimentState;
    use portavoz_domain::ids::SiteId;
    let site = SiteId::default();
    let stored = storage.experiments().in_force(&site).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.experiment.state), (2, ExperimentState::Running));
    assert_eq!(stored.experiment.arms[1].variation.model.as_deref(), Some("gpt-6-luna"));
    let exposures = storage.experiments().exposures(&site, stored.experiment.id).await.unwrap();
    assert_eq!(exposures.iter().map(|exposure| exposure.mixed).collect::<Vec<_>>(), [false, true]);
    assert_eq!(exposures[0].observation.as_ref().map(|observation| observation.cost_usd_micros), Some(128));
}

/// What was asked of targets.
async fn assert_runs_can_be_read(storage: &dyn crate::Storage) {
    use portavoz_domain::ids::SiteId;
    let site = SiteId::default();
    let unfinished = storage.evaluations().unfinished(&site, "abcd").await.unwrap().unwrap();
    let run = storage.evaluations().run(&site, unfinished).await.unwrap().unwrap();
    assert_eq!((run.cases[0].topics.len(), run.targets.len()), (1, 1));
    let results = storage.evaluations().results(&site, unfinished).await.unwrap();
    assert_eq!((results[0].reply.first_token_ms, results[0].grade.passed), (Some(3), true));
    assert_eq!(storage.evaluations().runs(&site, 1).await.unwrap()[0].results, 1);
}

/// What visitors said back.
async fn assert_voices_can_be_read(storage: &dyn crate::Storage) {
    use portavoz_domain::feedback::Reason;
    use portavoz_domain::ids::{SiteId, TurnId};
    use portavoz_domain::inbox::{MessageFilter, MessageState};
    let site = SiteId::default();
    let turn = TurnId::parse("019a0000-0000-7000-8000-000000000016").unwrap();
    let feedback = storage.turns().find(&site, turn).await.unwrap().unwrap().feedback.unwrap();
    assert_eq!((feedback.reason, feedback.comment.as_deref()), (Some(Reason::Incomplete), Some("Y «Go»?")));
    let filter = MessageFilter { limit: 10, ..MessageFilter::default() };
    let messages = storage.messages().list(&site, &filter).await.unwrap();
    assert_eq!(
        messages.iter().map(|message| message.state).collect::<Vec<_>>(),
        [MessageState::Done, MessageState::New]
    );
    assert_eq!((messages[1].turn, messages[1].deliveries[0].channel.as_str()), (Some(turn), "email"));
}

/// Money and sums of turns, and the columns that lists of turns are filtered by.
async fn assert_money_can_be_read(storage: &dyn crate::Storage) {
    use portavoz_domain::ids::SiteId;
    use portavoz_domain::timestamp::Timestamp;
    use portavoz_domain::traffic::{Measure, TrafficQuery};
    let (site, agency) = (SiteId::default(), SiteId::parse("agencia").unwrap());
    let now = Timestamp::from_millis(1_795_338_000_000);
    let audit = storage.spending().audit(&site).await.unwrap();
    assert!(audit.balances(), "{audit:?}");
    let standing = storage.spending().standing(&site, now).await.unwrap();
    assert_eq!((standing.day, standing.month, standing.orphaned), (128, 128, 90));
    // The process that held it is long gone.
    assert_eq!(storage.spending().sweep(&agency).await.unwrap().len(), 1);
    let query = TrafficQuery { from: now.day(), to: Timestamp::from_millis(i64::MAX), ..TrafficQuery::default() };
    let sums = storage.traffic().sums(&site, &query).await.unwrap();
    assert_eq!(sums[0].tally.get(&Measure::Turns), 8);
    // One score was in the text of its row only, until a migration took it out.
    for (most, expected) in [(0.95, 2), (0.6, 1)] {
        let filter = crate::TurnFilter { max_quality: Some(most), limit: 10, ..crate::TurnFilter::default() };
        assert_eq!(storage.turns().list(&site, &filter).await.unwrap().len(), expected, "at most {most}");
    }
}
