//! What visitors think of answers.

use std::sync::Arc;

use portavoz_domain::feedback::{Feedback, Rating, RatingFilter, Reason};
use portavoz_domain::traffic::{Measure, Span, TrafficQuery};
use portavoz_domain::turn::Settlement;
use portavoz_storage::{Scope, TurnFilter, TurnRating};
use tokio::task::JoinSet;

use crate::Database;
use crate::samples::{NOW, admit, later, other_site, settle, settlement, site, turn, turn_id, visitor_id};

fn rated(number: u32, rating: Option<Rating>) -> TurnRating {
    let feedback = rating.map(|rating| Feedback { rating, reason: None, comment: None, rated: later(7) });
    TurnRating { site: site(), turn: turn_id(number), visitor: visitor_id(1), feedback }
}

async fn settled(database: &Database, numbers: impl IntoIterator<Item = u32>) {
    for number in numbers {
        admit(database.storage.turns(), &turn(number)).await.unwrap();
        settle(database.storage.turns(), &settlement(&turn(number))).await.unwrap();
    }
}

async fn rate(database: &Database, rating: &TurnRating) -> bool {
    database.storage.ratings().rate(rating).await.unwrap()
}

/// Thumbs up and down in the sums.
async fn counted(database: &Database, span: Span) -> Vec<(u64, u64)> {
    let query = TrafficQuery { from: later(-DAY_MS), to: later(DAY_MS), span, ..TrafficQuery::default() };
    let sums = database.other.traffic().sums(&site(), &query).await.unwrap();
    let of = |sum: &portavoz_domain::traffic::TrafficSum, rating| sum.tally.get(&Measure::Thumbs(rating));
    sums.iter().map(|sum| (of(sum, Rating::Up), of(sum, Rating::Down))).collect()
}

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

pub async fn a_rating_reads_back_whole_with_its_turn(database: &Database) {
    settled(database, 1..=2).await;
    let feedback = Feedback {
        rating: Rating::Down,
        reason: Some(Reason::OffTarget),
        comment: Some("no era eso \u{1f995} «'\0'»".to_owned()),
        rated: later(9),
    };
    let rating = TurnRating { feedback: Some(feedback.clone()), ..rated(1, None) };
    assert!(rate(database, &rating).await);
    let turns = database.other.turns();
    let kept = Feedback { comment: Some("no era eso \u{1f995} «' '»".to_owned()), ..feedback };
    assert_eq!(turns.find(&site(), turn_id(1)).await.unwrap().unwrap().feedback, Some(kept.clone()));
    let history = turns.history(&site(), turn(1).conversation, 10).await.unwrap();
    assert_eq!(history.into_iter().map(|turn| turn.feedback).collect::<Vec<_>>(), [Some(kept), None]);
}

pub async fn only_settled_turns_of_the_visitor_are_rated(database: &Database) {
    settled(database, [1]).await;
    admit(database.storage.turns(), &turn(2)).await.unwrap();
    let up = Some(Rating::Up);
    for wrong in [
        TurnRating { visitor: visitor_id(2), ..rated(1, up) },
        TurnRating { site: other_site(), ..rated(1, up) },
        rated(2, up),
        rated(3, up),
        TurnRating { visitor: visitor_id(2), ..rated(1, None) },
    ] {
        assert!(!rate(database, &wrong).await, "{wrong:?}");
    }
    assert_eq!(counted(database, Span::Whole).await, [(0, 0)]);
}

pub async fn a_thumb_is_counted_once_however_often_it_changes(database: &Database) {
    settled(database, 1..=2).await;
    for (number, rating, expected) in [
        (1, Some(Rating::Up), (1, 0)),
        (1, Some(Rating::Up), (1, 0)),
        (2, Some(Rating::Down), (1, 1)),
        (1, Some(Rating::Down), (0, 2)),
        (2, None, (0, 1)),
        (2, None, (0, 1)),
        (1, Some(Rating::Up), (1, 0)),
        (1, None, (0, 0)),
    ] {
        assert!(rate(database, &rated(number, rating)).await);
        assert_eq!(counted(database, Span::Whole).await, [expected], "{number} {rating:?}");
    }
    assert_eq!(database.storage.turns().find(&site(), turn_id(1)).await.unwrap().unwrap().feedback, None);
}

pub async fn a_thumb_is_taken_out_of_a_day_that_was_compacted(database: &Database) {
    settled(database, 1..=2).await;
    assert!(rate(database, &rated(1, Some(Rating::Up))).await);
    database.storage.traffic().compact(&site(), later(2 * DAY_MS)).await.unwrap();
    assert!(rate(database, &rated(1, Some(Rating::Down))).await);
    assert!(rate(database, &rated(2, Some(Rating::Down))).await);
    assert_eq!(counted(database, Span::Day).await, [(0, 2)]);
    database.storage.traffic().compact(&site(), later(2 * DAY_MS)).await.unwrap();
    assert!(rate(database, &rated(1, None)).await);
    assert!(rate(database, &rated(2, Some(Rating::Up))).await);
    assert_eq!(counted(database, Span::Day).await, [(1, 0)]);
    assert!(rate(database, &rated(2, None)).await);
    assert_eq!(counted(database, Span::Day).await, [(0, 0)]);
}

pub async fn thumbs_given_at_once_are_all_counted(database: &Database) {
    const TURNS: u32 = 8;
    settled(database, 1..=TURNS).await;
    let mut racers = JoinSet::new();
    for round in 0..4 {
        for number in 1..=TURNS {
            let storage = Arc::clone(if (number + round) % 2 == 0 { &database.storage } else { &database.other });
            let rating = if (number + round) % 3 == 0 { Rating::Up } else { Rating::Down };
            racers.spawn(async move { storage.ratings().rate(&rated(number, Some(rating))).await.unwrap() });
        }
    }
    assert!(racers.join_all().await.into_iter().all(|kept| kept));
    let filter = TurnFilter { rating: Some(RatingFilter::Is(Rating::Up)), limit: 100, ..TurnFilter::default() };
    let up = u64::try_from(database.storage.turns().list(&site(), &filter).await.unwrap().len()).unwrap();
    assert_eq!(counted(database, Span::Whole).await, [(up, u64::from(TURNS) - up)]);
}

pub async fn turns_are_listed_by_their_thumbs(database: &Database) {
    settled(database, 1..=5).await;
    for (number, rating) in [(1, Rating::Down), (2, Rating::Up), (4, Rating::Down)] {
        assert!(rate(database, &rated(number, Some(rating))).await);
    }
    for (filter, expected) in [
        (RatingFilter::Any, vec![4, 2, 1]),
        (RatingFilter::Is(Rating::Up), vec![2]),
        (RatingFilter::Is(Rating::Down), vec![4, 1]),
    ] {
        let filter = TurnFilter { rating: Some(filter), limit: 100, ..TurnFilter::default() };
        let found = database.storage.turns().list(&site(), &filter).await.unwrap();
        let expected: Vec<_> = expected.into_iter().map(turn_id).collect();
        assert_eq!(found.iter().map(|turn| turn.admitted.id).collect::<Vec<_>>(), expected, "{filter:?}");
    }
    let page =
        TurnFilter { rating: Some(RatingFilter::Any), after: Some(turn_id(3)), limit: 1, ..TurnFilter::default() };
    assert_eq!(database.storage.turns().list(&site(), &page).await.unwrap()[0].admitted.id, turn_id(2));
}

pub async fn a_rating_goes_with_its_turn_and_the_sums_stay(database: &Database) {
    settled(database, 1..=2).await;
    assert!(rate(database, &rated(1, Some(Rating::Up))).await);
    database.storage.privacy().erase(&site(), Scope::Between(NOW, later(2)), 100).await.unwrap();
    assert!(!rate(database, &rated(1, None)).await);
    assert_eq!(counted(database, Span::Whole).await, [(1, 0)]);
    // The same turn again has no thumb.
    admit(database.storage.turns(), &turn(1)).await.unwrap();
    let again = Settlement { answer: String::new(), ..settlement(&turn(1)) };
    settle(database.storage.turns(), &again).await.unwrap();
    assert_eq!(database.other.turns().find(&site(), turn_id(1)).await.unwrap().unwrap().feedback, None);
}
