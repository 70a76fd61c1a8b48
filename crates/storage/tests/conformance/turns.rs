//! Conversations, turns and gaps, one call after the other.

use portavoz_domain::answer::Outcome;
use portavoz_domain::turn::{NewTurn, Settlement, Turn, TurnStatus};
use portavoz_storage::{Conversation, Gap, Storage, StorageError, TurnFilter};
use portavoz_text::language::Language;

use crate::Database;
use crate::samples::{
    bare_settlement, conversation_id, later, other_site, settlement, site, turn, turn_id, visitor_id,
};

fn everything() -> TurnFilter {
    TurnFilter { limit: 1000, ..TurnFilter::default() }
}

async fn admit(storage: &dyn Storage, numbers: impl IntoIterator<Item = u32>) {
    for number in numbers {
        storage.turns().admit(&turn(number), None).await.unwrap();
    }
}

async fn listed(storage: &dyn Storage, filter: TurnFilter) -> Vec<String> {
    let turns = storage.turns().list(&site(), &filter).await.unwrap();
    turns.into_iter().map(|turn| turn.admitted.question).collect()
}

fn assert_conflict<T: std::fmt::Debug>(result: Result<T, StorageError>, words: &str) {
    match result {
        Err(StorageError::Conflict(text)) => assert!(text.contains(words), "`{text}` does not say `{words}`"),
        other => panic!("expected a conflict about `{words}`, got {other:?}"),
    }
}

pub async fn an_admitted_turn_is_open(database: &Database) {
    let turns = database.storage.turns();
    assert_eq!(turns.find(&site(), turn_id(1)).await.unwrap(), None);
    turns.admit(&turn(1), None).await.unwrap();
    let found = turns.find(&site(), turn_id(1)).await.unwrap();
    assert_eq!(found, Some(Turn { admitted: turn(1), settlement: None, feedback: None }));
}

pub async fn a_conversation_is_made_with_its_first_turn(database: &Database) {
    let turns = database.storage.turns();
    assert_eq!(turns.conversation(&site(), conversation_id(1)).await.unwrap(), None);
    admit(&*database.storage, [1, 2]).await;
    let first = turn(1);
    let expected = Conversation {
        id: first.conversation,
        visitor: first.visitor,
        language: first.language,
        created: first.created,
    };
    assert_eq!(turns.conversation(&site(), conversation_id(1)).await.unwrap(), Some(expected));
}

pub async fn a_settled_turn_reads_back_whole(database: &Database) {
    let turns = database.storage.turns();
    turns.admit(&turn(1), None).await.unwrap();
    assert!(turns.settle(&settlement(&turn(1)), Language::Es).await.unwrap());
    let expected = Turn { admitted: turn(1), settlement: Some(settlement(&turn(1))), feedback: None };
    assert_eq!(turns.find(&site(), turn_id(1)).await.unwrap().as_ref(), Some(&expected));
    let history = turns.history(&site(), conversation_id(1), 5).await.unwrap();
    assert_eq!(history.as_slice(), std::slice::from_ref(&expected));
    assert_eq!(turns.list(&site(), &everything()).await.unwrap(), [expected]);
}

pub async fn what_is_absent_in_a_settlement_stays_absent(database: &Database) {
    let turns = database.storage.turns();
    turns.admit(&turn(1), None).await.unwrap();
    assert!(turns.settle(&bare_settlement(&turn(1)), Language::Es).await.unwrap());
    let found = turns.find(&site(), turn_id(1)).await.unwrap().unwrap();
    assert_eq!(found.settlement, Some(bare_settlement(&turn(1))));
}

pub async fn a_foreign_conversation_conflicts_and_nothing_is_written(database: &Database) {
    let turns = database.storage.turns();
    turns.admit(&turn(1), None).await.unwrap();
    let intruder = NewTurn { visitor: visitor_id(2), ..turn(2) };
    assert_conflict(turns.admit(&intruder, None).await, "another visitor");
    assert_eq!(turns.find(&site(), turn_id(2)).await.unwrap(), None);
    let conversation = turns.conversation(&site(), conversation_id(1)).await.unwrap().unwrap();
    assert_eq!(conversation.visitor, visitor_id(1));
    turns.admit(&turn(2), None).await.unwrap();
}

pub async fn a_turn_id_that_exists_conflicts_and_nothing_is_written(database: &Database) {
    let turns = database.storage.turns();
    turns.admit(&turn(1), None).await.unwrap();
    assert_conflict(turns.admit(&turn(1), None).await, "exists already");
    let elsewhere = NewTurn { conversation: conversation_id(2), question: "otra".to_owned(), ..turn(1) };
    assert_conflict(turns.admit(&elsewhere, None).await, "exists already");
    assert_eq!(turns.conversation(&site(), conversation_id(2)).await.unwrap(), None);
    assert_eq!(turns.find(&site(), turn_id(1)).await.unwrap().unwrap().admitted, turn(1));
}

pub async fn a_turn_is_settled_once(database: &Database) {
    let turns = database.storage.turns();
    turns.admit(&turn(1), None).await.unwrap();
    let first = settlement(&turn(1));
    assert!(turns.settle(&first, Language::Es).await.unwrap());
    let second = Settlement { answer: "otra".to_owned(), unanswered: true, ..bare_settlement(&turn(1)) };
    assert!(!turns.settle(&second, Language::Es).await.unwrap());
    assert_eq!(turns.find(&site(), turn_id(1)).await.unwrap().unwrap().settlement, Some(first));
    assert_eq!(database.storage.gaps().list(&site(), 10).await.unwrap(), []);
}

pub async fn an_unknown_turn_cannot_be_settled(database: &Database) {
    let unknown = Settlement { unanswered: true, ..settlement(&turn(9)) };
    assert_conflict(database.storage.turns().settle(&unknown, Language::Es).await, "does not exist");
    assert_eq!(database.storage.gaps().list(&site(), 10).await.unwrap(), []);
}

pub async fn a_turn_cannot_be_settled_as_open(database: &Database) {
    let turns = database.storage.turns();
    turns.admit(&turn(1), None).await.unwrap();
    let open = Settlement { status: TurnStatus::Open, ..settlement(&turn(1)) };
    assert_conflict(turns.settle(&open, Language::Es).await, "as open");
    assert!(turns.settle(&settlement(&turn(1)), Language::Es).await.unwrap());
}

pub async fn an_unanswered_question_joins_the_gaps(database: &Database) {
    let turns = database.storage.turns();
    admit(&*database.storage, [1, 2]).await;
    let unanswered = Settlement { unanswered: true, ..settlement(&turn(1)) };
    assert!(turns.settle(&unanswered, Language::Es).await.unwrap());
    assert!(turns.settle(&settlement(&turn(2)), Language::Es).await.unwrap());
    let first = turn(1);
    let gap = Gap { turn: first.id, question: first.question, language: first.language, asked: first.created };
    assert_eq!(database.storage.gaps().list(&site(), 10).await.unwrap(), [gap]);
    assert_eq!(turns.find(&site(), turn_id(1)).await.unwrap().unwrap().settlement, Some(unanswered));
}

pub async fn gaps_come_newest_first(database: &Database) {
    let turns = database.storage.turns();
    // Turns 2 to 4 are of one moment: their ids decide.
    for (number, moment) in [(1, 7), (2, 5), (4, 5), (3, 5), (5, 1)] {
        let asked = NewTurn { created: later(moment), ..turn(number) };
        turns.admit(&asked, None).await.unwrap();
        turns.settle(&Settlement { unanswered: true, ..settlement(&asked) }, Language::Es).await.unwrap();
    }
    let gaps = database.storage.gaps();
    let order = |gaps: Vec<Gap>| gaps.into_iter().map(|gap| gap.turn).collect::<Vec<_>>();
    assert_eq!(order(gaps.list(&site(), 10).await.unwrap()), [1, 4, 3, 2, 5].map(turn_id));
    assert_eq!(order(gaps.list(&site(), 2).await.unwrap()), [1, 4].map(turn_id));
    assert_eq!(order(gaps.list(&site(), 0).await.unwrap()), []);
}

pub async fn history_is_the_last_turns_oldest_first(database: &Database) {
    let turns = database.storage.turns();
    for (number, moment) in [(1, 1), (3, 2), (2, 2), (4, 2), (5, 9)] {
        turns.admit(&NewTurn { created: later(moment), ..turn(number) }, None).await.unwrap();
    }
    turns.admit(&NewTurn { conversation: conversation_id(2), ..turn(6) }, None).await.unwrap();
    turns.settle(&settlement(&turn(2)), Language::Es).await.unwrap();
    for (limit, expected) in [(10, vec![1, 2, 3, 4, 5]), (3, vec![3, 4, 5]), (1, vec![5]), (0, vec![])] {
        let history = turns.history(&site(), conversation_id(1), limit).await.unwrap();
        let ids: Vec<_> = history.iter().map(|turn| turn.admitted.id).collect();
        assert_eq!(ids, expected.into_iter().map(turn_id).collect::<Vec<_>>(), "limit {limit}");
    }
    assert_eq!(turns.history(&site(), conversation_id(3), 10).await.unwrap(), []);
}

pub async fn turns_are_listed_newest_first(database: &Database) {
    for (number, moment) in [(1, 3), (2, 8), (3, 8), (4, 1)] {
        let turn = NewTurn { created: later(moment), ..turn(number) };
        database.storage.turns().admit(&turn, None).await.unwrap();
    }
    let questions = [3, 2, 1, 4].map(|number| turn(number).question);
    assert_eq!(listed(&*database.storage, everything()).await, questions);
}

pub async fn a_list_can_be_filtered(database: &Database) {
    let storage = &*database.storage;
    admit(storage, 1..=5).await;
    for (number, outcome) in [(1, Outcome::Answered), (2, Outcome::NotKnown), (4, Outcome::NotKnown)] {
        let mut settlement = Settlement { outcome: Some(outcome), ..settlement(&turn(number)) };
        if number == 2 {
            settlement.model = Some("gpt-6".to_owned());
            settlement.quality.as_mut().unwrap().score = 0.3;
        }
        storage.turns().settle(&settlement, Language::Es).await.unwrap();
    }
    let from = |number| Some(later(number));
    for (filter, expected) in [
        (TurnFilter { from: from(4), ..everything() }, vec![5, 4]),
        (TurnFilter { to: from(3), ..everything() }, vec![2, 1]),
        (TurnFilter { from: from(2), to: from(4), ..everything() }, vec![3, 2]),
        (TurnFilter { from: from(4), to: from(2), ..everything() }, vec![]),
        (TurnFilter { outcome: Some(Outcome::NotKnown), ..everything() }, vec![4, 2]),
        (TurnFilter { outcome: Some(Outcome::NotKnown), after: Some(turn_id(4)), ..everything() }, vec![2]),
        (TurnFilter { outcome: Some(Outcome::Declined), ..everything() }, vec![]),
        (TurnFilter { status: Some(TurnStatus::Open), ..everything() }, vec![5, 3]),
        (TurnFilter { status: Some(TurnStatus::Complete), from: from(2), ..everything() }, vec![4, 2]),
        (TurnFilter { model: Some("gpt-6".to_owned()), ..everything() }, vec![2]),
        (TurnFilter { model: Some("gpt-7".to_owned()), ..everything() }, vec![]),
        (TurnFilter { language: Some(Language::Es), limit: 2, ..everything() }, vec![5, 4]),
        (TurnFilter { language: Some(Language::Fr), ..everything() }, vec![]),
        (TurnFilter { max_quality: Some(0.3), ..everything() }, vec![2]),
        (TurnFilter { max_quality: Some(0.2), ..everything() }, vec![]),
        (TurnFilter { max_quality: Some(1.0), ..everything() }, vec![4, 2, 1]),
        (TurnFilter { min_cost_usd_micros: Some(21), ..everything() }, vec![4, 2, 1]),
        (TurnFilter { min_cost_usd_micros: Some(22), ..everything() }, vec![]),
        (TurnFilter { text: Some("PREGUNTA 3".to_owned()), ..everything() }, vec![3]),
        (TurnFilter { text: Some("tres AÑOS".to_owned()), ..everything() }, vec![4, 2, 1]),
        (TurnFilter { text: Some("a%".to_owned()), ..everything() }, vec![]),
        (TurnFilter { text: Some("pregunta_".to_owned()), ..everything() }, vec![]),
        (TurnFilter { text: Some("!".to_owned()), ..everything() }, vec![]),
        (TurnFilter { conversation: Some(conversation_id(1)), limit: 2, ..everything() }, vec![5, 4]),
        (TurnFilter { conversation: Some(conversation_id(2)), ..everything() }, vec![]),
        (TurnFilter { after: Some(turn_id(3)), limit: 1, ..everything() }, vec![2]),
        (TurnFilter { after: Some(turn_id(1)), ..everything() }, vec![]),
    ] {
        let questions: Vec<_> = expected.into_iter().map(|number| turn(number).question).collect();
        assert_eq!(listed(storage, filter.clone()).await, questions, "{filter:?}");
    }
}

pub async fn pages_neither_repeat_nor_skip_turns_of_one_moment(database: &Database) {
    let storage = &*database.storage;
    for number in [5, 1, 7, 3, 2, 6, 4] {
        storage.turns().admit(&NewTurn { created: later(0), ..turn(number) }, None).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = storage.turns().list(&site(), &TurnFilter { after, limit: 2, ..everything() }).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.admitted.id);
        seen.extend(page.iter().map(|turn| turn.admitted.id));
        // A newer turn that arrives meanwhile belongs to no later page.
        let number = 100 + u32::try_from(seen.len()).unwrap();
        storage.turns().admit(&NewTurn { created: later(1), ..turn(number) }, None).await.unwrap();
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1].map(turn_id));
}

pub async fn a_page_after_an_unknown_turn_conflicts(database: &Database) {
    admit(&*database.storage, [1, 2]).await;
    let filter = TurnFilter { after: Some(turn_id(3)), ..everything() };
    assert_conflict(database.storage.turns().list(&site(), &filter).await, "does not exist");
}

pub async fn a_limit_is_kept_within_its_bounds(database: &Database) {
    admit(&*database.storage, 1..=3).await;
    for (limit, expected) in [(0, 1), (1, 1), (3, 3), (u32::MAX, 3)] {
        let filter = TurnFilter { limit, ..everything() };
        assert_eq!(listed(&*database.storage, filter).await.len(), expected, "limit {limit}");
    }
}

pub async fn sites_do_not_see_each_other(database: &Database) {
    let turns = database.storage.turns();
    let elsewhere = NewTurn { site: other_site(), visitor: visitor_id(2), ..turn(1) };
    // The same ids on two sites are two conversations and two turns.
    turns.admit(&turn(1), None).await.unwrap();
    turns.admit(&elsewhere, None).await.unwrap();
    turns.admit(&turn(2), None).await.unwrap();
    turns.settle(&Settlement { unanswered: true, ..settlement(&turn(1)) }, Language::Es).await.unwrap();

    let there = turns.find(&other_site(), turn_id(1)).await.unwrap();
    assert_eq!(there, Some(Turn { admitted: elsewhere, settlement: None, feedback: None }));
    assert_eq!(turns.find(&other_site(), turn_id(2)).await.unwrap(), None);
    assert_eq!(turns.list(&other_site(), &everything()).await.unwrap().len(), 1);
    assert_eq!(turns.history(&other_site(), conversation_id(1), 10).await.unwrap().len(), 1);
    let conversation = turns.conversation(&other_site(), conversation_id(1)).await.unwrap().unwrap();
    assert_eq!(conversation.visitor, visitor_id(2));
    assert_eq!(database.storage.gaps().list(&other_site(), 10).await.unwrap(), []);
    let foreign = Settlement { site: other_site(), ..settlement(&turn(2)) };
    assert_conflict(turns.settle(&foreign, Language::Es).await, "does not exist");
    let filter = TurnFilter { after: Some(turn_id(2)), ..everything() };
    assert_conflict(turns.list(&other_site(), &filter).await, "does not exist");
}

pub async fn any_text_can_be_kept(database: &Database) {
    let turns = database.storage.turns();
    let long = "ñandú 🦤 ".repeat(9_000);
    for (number, (text, expected)) in (1..).zip([
        ("", ""),
        ("👩🏽‍💻 \u{1F1EA}\u{1F1F8} e\u{301}", "👩🏽‍💻 \u{1F1EA}\u{1F1F8} e\u{301}"),
        ("nul\0in\0", "nul in "),
        ("'; DROP TABLE turns; -- $1 ?1 \\ \" \u{1}\u{FFFD}", "'; DROP TABLE turns; -- $1 ?1 \\ \" \u{1}\u{FFFD}"),
        (long.as_str(), long.as_str()),
    ]) {
        let asked = NewTurn { question: text.to_owned(), ..turn(number) };
        turns.admit(&asked, None).await.unwrap();
        let mut told = Settlement { answer: text.to_owned(), unanswered: true, ..settlement(&asked) };
        told.model = Some(text.to_owned());
        told.citations[0].quote = text.to_owned();
        told.ladder[0].reason = Some(text.to_owned());
        assert!(turns.settle(&told, Language::Es).await.unwrap());

        let found = turns.find(&site(), turn_id(number)).await.unwrap().unwrap();
        let settled = found.settlement.unwrap();
        assert_eq!((found.admitted.question.as_str(), settled.answer.as_str()), (expected, expected));
        assert_eq!(settled.model.as_deref(), Some(expected));
        // Inside JSON even NUL has a spelling.
        assert_eq!((settled.citations, settled.ladder), (told.citations, told.ladder));
        let newest = database.storage.gaps().list(&site(), 1).await.unwrap();
        assert_eq!(newest[0].question, expected);
    }
}

pub async fn counts_beyond_all_reason_do_not_lose_the_turn(database: &Database) {
    let turns = database.storage.turns();
    turns.admit(&turn(1), None).await.unwrap();
    let mut absurd = settlement(&turn(1));
    absurd.usage.prompt_tokens = u64::MAX;
    absurd.cost_usd_micros = Some(u64::MAX);
    assert!(turns.settle(&absurd, Language::Es).await.unwrap());
    let settled = turns.find(&site(), turn_id(1)).await.unwrap().unwrap().settlement.unwrap();
    let most = u64::try_from(i64::MAX).unwrap();
    assert_eq!((settled.usage.prompt_tokens, settled.cost_usd_micros), (most, Some(most)));
}
