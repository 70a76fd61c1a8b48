//! Money for three and sixty-four who want it, in two processes.

use std::sync::Arc;

use portavoz_domain::budget::{Cap, Caps, Purpose, Reservation, Reserved};
use portavoz_domain::turn::{NewTurn, Settlement};
use portavoz_storage::Storage;
use portavoz_text::language::Language;
use tokio::task::JoinSet;

use super::spending::assert_balances;
use crate::Database;
use crate::samples::{NOW, charge_id, conversation_id, reservation, settlement, site, turn};

/// As many callers as the contract names.
const CALLERS: u32 = 64;

/// What each of them asks for.
const PRICE: u64 = 100;

/// Enough for three of them.
const ENOUGH: Option<u64> = Some(3 * PRICE + PRICE / 2);

/// The process that caller `number` talks to.
fn process(database: &Database, number: u32) -> Arc<dyn Storage> {
    Arc::clone(if number.is_multiple_of(2) { &database.storage } else { &database.other })
}

/// All ask at once; returns who was granted it, having checked that the others were refused by `cap`.
async fn ask(database: &Database, caps: Caps, cap: Cap, with_turns: bool) -> Vec<u32> {
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let storage = process(database, number);
        callers.spawn(async move {
            let asked = Reservation { caps, ..reservation(number, PRICE) };
            let reserved = if with_turns {
                let turn = NewTurn { conversation: conversation_id(number), ..turn(number) };
                storage.turns().admit(&turn, Some(&asked)).await.unwrap()
            } else {
                storage.spending().reserve(&asked).await.unwrap()
            };
            (number, reserved)
        });
    }
    let mut granted = Vec::new();
    for (number, reserved) in callers.join_all().await {
        match reserved {
            Reserved::Granted => granted.push(number),
            refused => assert_eq!(refused, Reserved::Refused(cap)),
        }
    }
    granted
}

async fn assert_three_get_it(database: &Database, caps: Caps, cap: Cap, with_turns: bool) {
    let granted = ask(database, caps, cap, with_turns).await;
    assert_eq!(granted.len(), 3);
    let spending = database.storage.spending();
    let standing = spending.standing(&site(), NOW).await.unwrap();
    assert_eq!((standing.day, standing.reserved), (0, 3 * PRICE));
    let mut settling = JoinSet::new();
    for number in granted.iter().copied().chain(granted.iter().copied()) {
        let storage = process(database, number + 1);
        settling.spawn(async move {
            if with_turns {
                let told = Settlement { charged_usd_micros: PRICE, ..settlement(&turn(number)) };
                storage.turns().settle(&told, Language::Es).await.unwrap()
            } else {
                storage.spending().settle(&site(), charge_id(number), PRICE).await.unwrap()
            }
        });
    }
    assert_eq!(settling.join_all().await.into_iter().filter(|settled| *settled).count(), 3);
    let standing = spending.standing(&site(), NOW).await.unwrap();
    assert_eq!((standing.day, standing.month, standing.reserved), (3 * PRICE, 3 * PRICE, 0));
    assert_eq!(assert_balances(spending).await.charges, 3);
    // Half a price is left.
    let rest = Reservation { caps, ..reservation(1_000, PRICE / 2 + 1) };
    assert_eq!(spending.reserve(&rest).await.unwrap(), Reserved::Refused(cap));
    let rest = Reservation { amount: PRICE / 2, ..rest };
    assert_eq!(spending.reserve(&rest).await.unwrap(), Reserved::Granted);
}

pub async fn money_of_a_day_is_enough_for_three(database: &Database) {
    assert_three_get_it(database, Caps { day: ENOUGH, ..Caps::default() }, Cap::Day, false).await;
}

pub async fn money_of_a_month_is_enough_for_three(database: &Database) {
    assert_three_get_it(database, Caps { month: ENOUGH, ..Caps::default() }, Cap::Month, false).await;
}

pub async fn money_for_a_visitor_is_enough_for_three(database: &Database) {
    assert_three_get_it(database, Caps { visitor_day: ENOUGH, ..Caps::default() }, Cap::VisitorDay, false).await;
}

pub async fn money_is_enough_for_three_turns(database: &Database) {
    assert_three_get_it(database, Caps { day: ENOUGH, ..Caps::default() }, Cap::Day, true).await;
}

pub async fn what_comes_and_goes_never_passes_the_cap(database: &Database) {
    let caps = Caps { day: Some(1_000), month: Some(1_000), visitor_day: None };
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let storage = process(database, number);
        let other = process(database, number + 1);
        callers.spawn(async move {
            for round in 0..4 {
                let number = number * 4 + round;
                let asked = Reservation { caps, purpose: Purpose::Question, ..reservation(number, PRICE) };
                if storage.spending().reserve(&asked).await.unwrap() == Reserved::Granted {
                    let used = u64::from(number) % PRICE;
                    assert!(other.spending().settle(&site(), asked.id, used).await.unwrap());
                }
                let standing = storage.spending().standing(&site(), NOW).await.unwrap();
                assert!(standing.day + standing.reserved <= 1_000, "{standing:?}");
            }
        });
    }
    callers.join_all().await;
    assert_eq!(assert_balances(database.storage.spending()).await.open, 0);
}
