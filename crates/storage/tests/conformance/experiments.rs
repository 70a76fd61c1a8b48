//! Live experiments and the visitors in them.

use std::sync::Arc;

use portavoz_domain::experiment::{Experiment, ExperimentState, Exposure};
use portavoz_domain::variation::VariantName;
use portavoz_storage::{Offer, Scope, StorageError, StoredExperiment, Subject};
use tokio::task::JoinSet;

use crate::Database;
use crate::samples::{
    admit, experiment, experiment_id, later, observation, other_site, settle, settlement, site, turn, turn_id,
};

const RACERS: u32 = 32;

fn arm(name: &str) -> VariantName {
    VariantName::parse(name).unwrap()
}

/// By the first version, at a moment.
fn offer(name: &str, moment: i64) -> Offer {
    Offer { version: 1, arm: arm(name), at: later(moment) }
}

fn of<'a>(site: &'a portavoz_domain::ids::SiteId, number: u32, subject: &'a str) -> Subject<'a> {
    Subject { site, experiment: experiment_id(number), subject }
}

fn in_state(number: u32, state: ExperimentState) -> Experiment {
    Experiment { state, ..experiment(number) }
}

pub async fn an_experiment_reads_back_whole(database: &Database) {
    let experiments = database.storage.experiments();
    let kept = Experiment { note: "¿«Luna»? \u{0} 'it''s' 🦕".to_owned(), ..experiment(1) };
    experiments.create(&kept).await.unwrap();
    let stored = StoredExperiment { experiment: kept.clone(), version: 1 };
    assert_eq!(database.other.experiments().find(&site(), kept.id).await.unwrap(), Some(stored.clone()));
    assert_eq!(database.other.experiments().in_force(&site()).await.unwrap(), Some(stored));
    assert_eq!(experiments.find(&other_site(), kept.id).await.unwrap(), None);
    assert_eq!(experiments.in_force(&other_site()).await.unwrap(), None);
    assert_eq!(experiments.find(&site(), experiment_id(2)).await.unwrap(), None);
}

pub async fn experiments_come_newest_first(database: &Database) {
    let experiments = database.storage.experiments();
    for number in [2, 1, 4, 3] {
        let moment = later(i64::from(number / 2));
        experiments
            .create(&Experiment { started: moment, ..in_state(number, ExperimentState::Archived) })
            .await
            .unwrap();
    }
    experiments.create(&Experiment { site: other_site(), ..experiment(5) }).await.unwrap();
    let ids = async |limit| {
        let found = database.other.experiments().list(&site(), limit).await.unwrap();
        found.into_iter().map(|stored| stored.experiment.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(10).await, [4, 3, 2, 1].map(experiment_id));
    assert_eq!(ids(2).await, [4, 3].map(experiment_id));
    assert_eq!(ids(0).await, [4].map(experiment_id));
}

pub async fn one_experiment_of_a_site_is_in_force(database: &Database) {
    let experiments = database.storage.experiments();
    experiments.create(&experiment(1)).await.unwrap();
    for wrong in [experiment(2), in_state(2, ExperimentState::Shipped)] {
        let refused = experiments.create(&wrong).await.unwrap_err();
        assert!(matches!(&refused, StorageError::Conflict(text) if text.contains("`e1` is running")), "{refused}");
    }
    experiments.create(&in_state(2, ExperimentState::Stopped)).await.unwrap();
    experiments.create(&Experiment { site: other_site(), ..experiment(1) }).await.unwrap();
    let refused = experiments.change(1, &in_state(2, ExperimentState::Shipped)).await;
    assert!(matches!(refused, Err(StorageError::Conflict(_))), "{refused:?}");

    assert!(experiments.change(1, &in_state(1, ExperimentState::Shipped)).await.unwrap());
    let shipped = database.other.experiments().in_force(&site()).await.unwrap().unwrap();
    assert_eq!((shipped.experiment.state, shipped.version), (ExperimentState::Shipped, 2));
    let refused = experiments.create(&experiment(3)).await;
    assert!(matches!(refused, Err(StorageError::Conflict(_))), "{refused:?}");
    assert!(experiments.change(2, &in_state(1, ExperimentState::Archived)).await.unwrap());
    assert_eq!(experiments.in_force(&site()).await.unwrap(), None);
    experiments.create(&experiment(3)).await.unwrap();
}

pub async fn a_name_is_free_once_its_experiment_is_archived(database: &Database) {
    let experiments = database.storage.experiments();
    experiments.create(&in_state(1, ExperimentState::Stopped)).await.unwrap();
    let namesake = Experiment { name: experiment(1).name, ..in_state(2, ExperimentState::Running) };
    for wrong in [namesake.clone(), in_state(1, ExperimentState::Archived)] {
        let refused = experiments.create(&wrong).await.unwrap_err();
        assert!(matches!(&refused, StorageError::Conflict(text) if text.contains("`e1` exists")), "{refused}");
    }
    assert!(experiments.change(1, &in_state(1, ExperimentState::Archived)).await.unwrap());
    experiments.create(&namesake).await.unwrap();
    let refused = experiments.change(2, &in_state(1, ExperimentState::Stopped)).await;
    assert!(matches!(refused, Err(StorageError::Conflict(_))), "{refused:?}");
}

pub async fn of_changes_of_one_version_one_wins(database: &Database) {
    database.storage.experiments().create(&experiment(1)).await.unwrap();
    assert!(!database.storage.experiments().change(2, &experiment(1)).await.unwrap(), "another version");
    assert!(
        !database.storage.experiments().change(1, &in_state(2, ExperimentState::Stopped)).await.unwrap(),
        "nothing"
    );
    let mut racers = JoinSet::new();
    for number in 0..RACERS {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        racers.spawn(async move {
            let after = Experiment { note: number.to_string(), ..experiment(1) };
            storage.experiments().change(1, &after).await.unwrap().then_some(after.note)
        });
    }
    let winners: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
    let kept = database.other.experiments().find(&site(), experiment_id(1)).await.unwrap().unwrap();
    assert_eq!((winners, kept.version), (vec![kept.experiment.note], 2));
}

pub async fn a_subject_keeps_the_arm_it_got(database: &Database) {
    let experiments = database.storage.experiments();
    experiments.create(&experiment(1)).await.unwrap();
    let site = site();
    let first = experiments.expose(of(&site, 1, "aa"), &offer("b", 1)).await.unwrap().unwrap();
    let expected = Exposure { subject: "aa".to_owned(), arm: arm("b"), at: later(1), mixed: false, observation: None };
    assert_eq!(first, expected);
    let again = database.other.experiments().expose(of(&site, 1, "aa"), &offer("control", 2)).await.unwrap();
    assert_eq!(again, Some(expected));
}

pub async fn those_who_race_get_the_same_arm(database: &Database) {
    database.storage.experiments().create(&experiment(1)).await.unwrap();
    for subject in ["aa", "bb", "cc"] {
        let mut racers = JoinSet::new();
        for number in 0..RACERS {
            let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
            racers.spawn(async move {
                let wanted = offer(if number % 3 == 0 { "b" } else { "control" }, i64::from(number));
                storage.experiments().expose(of(&site(), 1, subject), &wanted).await.unwrap().unwrap()
            });
        }
        let got = racers.join_all().await;
        assert!(got.iter().all(|exposure| *exposure == got[0]), "{got:?}");
    }
    assert_eq!(database.storage.experiments().exposures(&site(), experiment_id(1)).await.unwrap().len(), 3);
}

pub async fn nobody_is_exposed_unless_it_runs(database: &Database) {
    let experiments = database.storage.experiments();
    let site = site();
    assert_eq!(experiments.expose(of(&site, 1, "aa"), &offer("b", 1)).await.unwrap(), None, "no experiment");
    experiments.create(&experiment(1)).await.unwrap();
    experiments.expose(of(&site, 1, "aa"), &offer("b", 1)).await.unwrap().unwrap();
    assert!(experiments.change(1, &in_state(1, ExperimentState::Stopped)).await.unwrap());
    for subject in ["aa", "bb"] {
        let exposed = database.other.experiments().expose(of(&site, 1, subject), &offer("b", 2)).await.unwrap();
        assert_eq!(exposed, None);
    }
    assert_eq!(experiments.exposures(&site, experiment_id(1)).await.unwrap().len(), 1);
    assert!(experiments.observe(of(&site, 1, "aa"), &observation(3)).await.unwrap(), "it was being answered");
}

pub async fn nobody_new_is_assigned_by_shares_of_before(database: &Database) {
    let experiments = database.storage.experiments();
    let site = site();
    experiments.create(&experiment(1)).await.unwrap();
    experiments.expose(of(&site, 1, "aa"), &offer("b", 1)).await.unwrap().unwrap();
    assert!(experiments.change(1, &experiment(1)).await.unwrap());
    let known = database.other.experiments().expose(of(&site, 1, "aa"), &offer("control", 2)).await.unwrap();
    assert_eq!(known.map(|exposure| exposure.arm), Some(arm("b")));
    assert_eq!(database.other.experiments().expose(of(&site, 1, "bb"), &offer("b", 2)).await.unwrap(), None);
    let anew = Offer { version: 2, ..offer("b", 2) };
    assert!(database.other.experiments().expose(of(&site, 1, "bb"), &anew).await.unwrap().is_some());
}

pub async fn only_the_first_observation_counts(database: &Database) {
    database.storage.experiments().create(&experiment(1)).await.unwrap();
    let site = site();
    database.storage.experiments().expose(of(&site, 1, "aa"), &offer("b", 1)).await.unwrap();
    let unknown = database.storage.experiments().observe(of(&site, 1, "zz"), &observation(1)).await.unwrap();
    assert!(!unknown, "nobody of that name came");
    let mut racers = JoinSet::new();
    for number in 0..RACERS {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        racers.spawn(async move {
            let observation = observation(number);
            let counted = storage.experiments().observe(of(&self::site(), 1, "aa"), &observation).await.unwrap();
            counted.then_some(observation)
        });
    }
    let counted: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
    let kept = database.storage.experiments().exposures(&site, experiment_id(1)).await.unwrap();
    let kept: Vec<_> = kept.into_iter().filter_map(|exposure| exposure.observation).collect();
    assert_eq!((kept.len(), &kept), (1, &counted));
}

pub async fn exposures_come_in_the_order_of_their_observation(database: &Database) {
    let experiments = database.storage.experiments();
    experiments.create(&experiment(1)).await.unwrap();
    let site = site();
    for (moment, subject) in (0..).zip(["late", "b", "a", "never2", "never1"]) {
        experiments.expose(of(&site, 1, subject), &offer("control", 100 - moment)).await.unwrap();
    }
    for (subject, moment) in [("a", 200), ("b", 200), ("late", 300)] {
        experiments.observe(of(&site, 1, subject), &observation(moment)).await.unwrap();
    }
    experiments.mix(of(&site, 1, "b")).await.unwrap();
    let found = database.other.experiments().exposures(&site, experiment_id(1)).await.unwrap();
    let told: Vec<_> = found.iter().map(|exposure| (exposure.subject.as_str(), exposure.mixed)).collect();
    assert_eq!(told, [("a", false), ("b", true), ("late", false), ("never1", false), ("never2", false)]);
    assert_eq!(found[2].observation, Some(observation(300)));
}

pub async fn a_subject_can_be_mixed_and_withdrawn(database: &Database) {
    let experiments = database.storage.experiments();
    experiments.create(&experiment(1)).await.unwrap();
    let site = site();
    assert!(!experiments.mix(of(&site, 1, "aa")).await.unwrap());
    assert!(!experiments.withdraw(of(&site, 1, "aa")).await.unwrap());
    experiments.expose(of(&site, 1, "aa"), &offer("b", 1)).await.unwrap();
    experiments.expose(of(&site, 1, "bb"), &offer("b", 1)).await.unwrap();
    assert!(experiments.mix(of(&site, 1, "aa")).await.unwrap());
    let again = database.other.experiments().expose(of(&site, 1, "aa"), &offer("b", 2)).await.unwrap().unwrap();
    assert!(again.mixed);
    assert!(experiments.withdraw(of(&site, 1, "aa")).await.unwrap());
    let left = experiments.exposures(&site, experiment_id(1)).await.unwrap();
    assert_eq!(left.iter().map(|exposure| exposure.subject.as_str()).collect::<Vec<_>>(), ["bb"]);
}

pub async fn forgotten_subjects_leave_figures_and_order(database: &Database) {
    let experiments = database.storage.experiments();
    experiments.create(&experiment(1)).await.unwrap();
    let site = site();
    for (moment, subject) in (0..).zip(["cc", "aa", "bb", "dd"]) {
        experiments.expose(of(&site, 1, subject), &offer("b", moment)).await.unwrap();
    }
    for (subject, moment) in [("cc", 7), ("bb", 5), ("aa", 7)] {
        experiments.observe(of(&site, 1, subject), &observation(moment)).await.unwrap();
    }
    let before = experiments.exposures(&site, experiment_id(1)).await.unwrap();
    assert_eq!(before.iter().map(|exposure| exposure.subject.as_str()).collect::<Vec<_>>(), ["bb", "aa", "cc", "dd"]);
    for _ in 0..2 {
        assert_eq!(experiments.forget_subjects(&site, experiment_id(1)).await.unwrap(), 4);
        let mut after = database.other.experiments().exposures(&site, experiment_id(1)).await.unwrap();
        for (number, (exposure, was)) in after.iter_mut().zip(&before).enumerate() {
            assert_eq!(exposure.subject, format!("#{:010}", number + 1));
            assert!(exposure.observation.as_ref().is_none_or(|observation| observation.turn.is_none()));
            exposure.subject.clone_from(&was.subject);
            if let (Some(after), Some(was)) = (&mut exposure.observation, &was.observation) {
                after.turn = was.turn;
            }
        }
        assert_eq!(after, before);
    }
    assert_eq!(experiments.forget_subjects(&other_site(), experiment_id(1)).await.unwrap(), 0);
}

pub async fn figures_of_an_experiment_outlive_its_turns(database: &Database) {
    let (storage, site) = (&database.storage, site());
    storage.experiments().create(&experiment(1)).await.unwrap();
    storage.experiments().expose(of(&site, 1, "aa"), &offer("b", 1)).await.unwrap();
    let asked = turn(1);
    admit(storage.turns(), &asked).await.unwrap();
    settle(storage.turns(), &settlement(&asked)).await.unwrap();
    storage.experiments().observe(of(&site, 1, "aa"), &observation(1)).await.unwrap();
    storage.privacy().erase(&site, Scope::All, 1000).await.unwrap();
    let kept = database.other.experiments().exposures(&site, experiment_id(1)).await.unwrap();
    assert_eq!(kept[0].observation.as_ref().unwrap().turn, Some(turn_id(1)));
}
