//! What was wrong and who was told.

use std::sync::Arc;

use portavoz_domain::alerts::{Delivery, Episode};
use portavoz_storage::StorageError;
use tokio::task::JoinSet;

use crate::Database;
use crate::samples::{episode, episode_id, later, other_site, site};

const RACERS: u32 = 32;

fn delivery(number: u32) -> Delivery {
    Delivery { channel: format!("canal {number}"), at: later(i64::from(number)), recovery: false, error: None }
}

pub async fn an_episode_reads_back_whole(database: &Database) {
    let alerts = database.storage.alerts();
    let opened = Episode {
        subject: "80".to_owned(),
        value: 8.25,
        limit: -0.5,
        deliveries: vec![delivery(1), Delivery { recovery: true, error: Some("no «route»".to_owned()), ..delivery(2) }],
        ..episode(1, "budget_day")
    };
    assert!(alerts.open(&opened).await.unwrap());
    assert_eq!(database.other.alerts().list(&site(), true, 10).await.unwrap(), std::slice::from_ref(&opened));

    let closed = Episode { closed: Some(later(9)), ..opened };
    assert_eq!(alerts.close(&site(), "budget_day", "80", later(9)).await.unwrap(), Some(closed.clone()));
    assert_eq!(alerts.list(&site(), true, 10).await.unwrap(), []);
    assert_eq!(database.other.alerts().list(&site(), false, 10).await.unwrap(), [closed]);
}

pub async fn of_one_subject_one_episode_is_open_at_a_time(database: &Database) {
    let alerts = database.storage.alerts();
    let about = |number, kind, subject: &str| Episode { subject: subject.to_owned(), ..episode(number, kind) };
    assert!(alerts.open(&about(1, "quality", "")).await.unwrap());
    assert!(!alerts.open(&about(2, "quality", "")).await.unwrap(), "the same again");
    assert!(alerts.open(&about(3, "quality", "gpt-4o")).await.unwrap(), "another subject");
    assert!(alerts.open(&about(4, "efficiency", "")).await.unwrap(), "another kind");
    assert!(!alerts.open(&about(1, "orphans", "")).await.unwrap(), "an id that exists");

    assert_eq!(alerts.close(&site(), "quality", "", later(50)).await.unwrap().unwrap().id, episode_id(1));
    assert_eq!(alerts.close(&site(), "quality", "", later(51)).await.unwrap(), None, "it is closed");
    assert_eq!(alerts.close(&site(), "orphans", "", later(51)).await.unwrap(), None, "there was none");
    assert!(alerts.open(&about(5, "quality", "")).await.unwrap(), "after the last was closed");
    assert_eq!(alerts.list(&site(), true, 10).await.unwrap().len(), 3);
}

pub async fn those_who_race_open_one_episode(database: &Database) {
    let mut racers = JoinSet::new();
    for number in 0..RACERS {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        racers.spawn(async move {
            let opened = storage.alerts().open(&episode(number, "provider_down")).await.unwrap();
            opened.then(|| episode_id(number))
        });
    }
    let winners: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
    let kept = database.storage.alerts().list(&site(), false, 100).await.unwrap();
    assert_eq!(kept.iter().map(|episode| episode.id).collect::<Vec<_>>(), winners);
    assert_eq!(winners.len(), 1);
}

pub async fn those_who_race_close_an_episode_once(database: &Database) {
    database.storage.alerts().open(&episode(1, "provider_down")).await.unwrap();
    let mut racers = JoinSet::new();
    for number in 0..RACERS {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        let at = later(i64::from(100 + number));
        racers.spawn(async move { storage.alerts().close(&site(), "provider_down", "", at).await.unwrap() });
    }
    let told: Vec<_> = racers.join_all().await.into_iter().flatten().collect();
    assert_eq!(told.len(), 1);
    assert_eq!(database.storage.alerts().list(&site(), false, 100).await.unwrap(), told);
}

pub async fn a_figure_is_that_of_the_open_episode(database: &Database) {
    let alerts = database.storage.alerts();
    alerts.open(&episode(1, "quality")).await.unwrap();
    alerts.close(&site(), "quality", "", later(10)).await.unwrap();
    alerts.open(&episode(2, "quality")).await.unwrap();
    alerts.touch(&site(), "quality", "", 0.75).await.unwrap();
    alerts.touch(&site(), "quality", "other", 0.25).await.unwrap();
    let values = database.other.alerts().list(&site(), false, 10).await.unwrap();
    assert_eq!(values.iter().map(|episode| episode.value).collect::<Vec<_>>(), [0.75, 0.1]);
}

pub async fn figures_that_are_not_finite_conflict(database: &Database) {
    let alerts = database.storage.alerts();
    for figure in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for wrong in
            [Episode { value: figure, ..episode(1, "quality") }, Episode { limit: figure, ..episode(1, "quality") }]
        {
            assert!(matches!(alerts.open(&wrong).await, Err(StorageError::Conflict(_))), "{wrong:?}");
        }
        let touched = alerts.touch(&site(), "quality", "", figure).await;
        assert!(matches!(touched, Err(StorageError::Conflict(_))), "{touched:?}");
    }
    assert_eq!(alerts.list(&site(), false, 10).await.unwrap(), []);
}

pub async fn deliveries_are_kept_in_order(database: &Database) {
    let alerts = database.storage.alerts();
    alerts.open(&episode(1, "quality")).await.unwrap();
    alerts.delivered(&site(), episode_id(1), &delivery(3)).await.unwrap();
    alerts.close(&site(), "quality", "", later(10)).await.unwrap();
    let failed = Delivery { error: Some("timeout".to_owned()), recovery: true, ..delivery(1) };
    alerts.delivered(&site(), episode_id(1), &failed).await.unwrap();
    alerts.delivered(&site(), episode_id(1), &delivery(2)).await.unwrap();
    let kept = database.other.alerts().list(&site(), false, 1).await.unwrap().remove(0);
    assert_eq!(kept.deliveries, [delivery(3), failed, delivery(2)]);
}

pub async fn those_who_deliver_at_once_are_all_kept(database: &Database) {
    database.storage.alerts().open(&episode(1, "quality")).await.unwrap();
    let mut racers = JoinSet::new();
    for number in 0..RACERS {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        racers.spawn(async move {
            storage.alerts().delivered(&site(), episode_id(1), &delivery(number)).await.unwrap();
        });
    }
    racers.join_all().await;
    let kept = database.storage.alerts().list(&site(), true, 1).await.unwrap().remove(0);
    let mut moments: Vec<_> = kept.deliveries.iter().map(|delivery| delivery.at).collect();
    moments.sort_unstable();
    assert_eq!(moments, (0..RACERS).map(|number| later(i64::from(number))).collect::<Vec<_>>());
}

pub async fn an_unknown_episode_cannot_be_delivered(database: &Database) {
    let alerts = database.storage.alerts();
    alerts.open(&episode(1, "quality")).await.unwrap();
    for (site, id) in [(site(), episode_id(2)), (other_site(), episode_id(1))] {
        let result = alerts.delivered(&site, id, &delivery(1)).await;
        assert!(matches!(result, Err(StorageError::Conflict(_))), "{result:?}");
    }
}

pub async fn episodes_come_newest_first(database: &Database) {
    let alerts = database.storage.alerts();
    for number in [3, 1, 2, 4] {
        let opened = later(if number < 3 { 1 } else { 0 });
        alerts.open(&Episode { opened, ..episode(number, &format!("kind {number}")) }).await.unwrap();
    }
    alerts.close(&site(), "kind 1", "", later(60)).await.unwrap();
    for (only_open, limit, expected) in
        [(false, 10, vec![2, 1, 4, 3]), (true, 10, vec![2, 4, 3]), (false, 2, vec![2, 1]), (true, 0, vec![2])]
    {
        let listed = alerts.list(&site(), only_open, limit).await.unwrap();
        let expected: Vec<_> = expected.into_iter().map(episode_id).collect();
        assert_eq!(listed.iter().map(|episode| episode.id).collect::<Vec<_>>(), expected, "{only_open} {limit}");
    }
}

pub async fn sites_have_their_own_alerts(database: &Database) {
    let alerts = database.storage.alerts();
    assert!(alerts.open(&episode(1, "quality")).await.unwrap());
    assert!(alerts.open(&Episode { site: other_site(), ..episode(1, "quality") }).await.unwrap());
    alerts.touch(&other_site(), "quality", "", 0.5).await.unwrap();
    assert!(alerts.close(&other_site(), "quality", "", later(5)).await.unwrap().is_some());
    assert_eq!(alerts.list(&site(), true, 10).await.unwrap(), [episode(1, "quality")]);
    assert_eq!(alerts.list(&other_site(), true, 10).await.unwrap(), []);
}

pub async fn any_alert_text_can_be_kept(database: &Database) {
    let alerts = database.storage.alerts();
    let text = "it's \"100 %\" \\ \u{1f995}\n; DROP TABLE alerts; --";
    let odd = Episode {
        kind: text.to_owned(),
        subject: text.to_owned(),
        message: format!("{text}\0"),
        deliveries: vec![Delivery { channel: "a\0b".to_owned(), ..delivery(1) }],
        ..episode(1, "")
    };
    assert!(alerts.open(&odd).await.unwrap());
    let told = Delivery { error: Some(format!("{text}\0")), ..delivery(2) };
    alerts.delivered(&site(), episode_id(1), &told).await.unwrap();
    let closed = alerts.close(&site(), text, text, later(7)).await.unwrap().unwrap();
    assert_eq!(closed.message, format!("{text} "));
    assert_eq!(closed.deliveries[0].channel, "a b");
    assert_eq!(closed.deliveries[1].error, Some(format!("{text} ")));
}
