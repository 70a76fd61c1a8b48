//! Money, one call after the other: reservations, charges, sums.

use portavoz_domain::budget::{Audit, Cap, Caps, DaySpend, Orphan, Purpose, Reservation, Reserved, Standing};
use portavoz_domain::timestamp::Timestamp;
use portavoz_domain::turn::{NewTurn, Settlement};
use portavoz_storage::{Spending, StorageError};
use portavoz_text::language::Language;

use crate::Database;
use crate::samples::{
    NOW, charge_id, conversation_id, later, other_site, reservation, settlement, site, turn, turn_id, visitor_id,
};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A day like [`NOW`]'s, some days later; [`NOW`] is on the 22nd of a November.
fn in_days(days: i64) -> Timestamp {
    later(days * DAY_MS)
}

fn caps(day: u64, month: u64, visitor_day: u64) -> Caps {
    Caps { day: Some(day), month: Some(month), visitor_day: Some(visitor_day) }
}

const NO_CAPS: Caps = Caps { day: None, month: None, visitor_day: None };

async fn standing(spending: &dyn Spending) -> (u64, u64, u64, u64) {
    let Standing { day, month, reserved, orphaned } = spending.standing(&site(), NOW).await.unwrap();
    (day, month, reserved, orphaned)
}

pub async fn assert_balances(spending: &dyn Spending) -> Audit {
    let audit = spending.audit(&site()).await.unwrap();
    assert!(audit.balances(), "{audit:?}");
    audit
}

pub async fn a_reservation_is_kept_until_it_is_settled(database: &Database) {
    let spending = database.storage.spending();
    assert_eq!(standing(spending).await, (0, 0, 0, 0));
    assert_eq!(spending.reserve(&reservation(1, 70)).await.unwrap(), Reserved::Granted);
    assert_eq!(standing(database.other.spending()).await, (0, 0, 70, 0));
    assert!(spending.settle(&site(), charge_id(1), 38).await.unwrap());
    assert_eq!(standing(database.other.spending()).await, (38, 38, 0, 0));
    let audit = assert_balances(spending).await;
    assert_eq!((audit.charges, audit.charged, audit.open, audit.orphans), (1, 38, 0, 0));
}

pub async fn an_open_charge_can_grow(database: &Database) {
    let spending = database.storage.spending();
    let tight = |amount| Reservation { caps: caps(100, 1_000, 1_000), ..reservation(1, amount) };
    assert_eq!(spending.reserve(&tight(70)).await.unwrap(), Reserved::Granted);
    assert_eq!(spending.reserve(&tight(31)).await.unwrap(), Reserved::Refused(Cap::Day));
    assert_eq!(standing(spending).await, (0, 0, 70, 0));
    assert_eq!(spending.reserve(&tight(30)).await.unwrap(), Reserved::Granted);
    assert_eq!(standing(spending).await, (0, 0, 100, 0));
    assert!(spending.settle(&site(), charge_id(1), 100).await.unwrap());
    assert_eq!(standing(spending).await, (100, 100, 0, 0));
}

pub async fn a_charge_that_grows_is_paid_on_the_day_that_judged_it(database: &Database) {
    let spending = database.storage.spending();
    let tomorrow = in_days(1);
    spending.reserve(&reservation(1, 70)).await.unwrap();
    spending.reserve(&Reservation { at: tomorrow, ..reservation(1, 10) }).await.unwrap();
    spending.settle(&site(), charge_id(1), 75).await.unwrap();
    assert_eq!(spending.standing(&site(), NOW).await.unwrap().day, 0);
    assert_eq!(spending.standing(&site(), tomorrow).await.unwrap().day, 75);
    assert_balances(spending).await;
}

pub async fn a_charge_is_settled_once(database: &Database) {
    let spending = database.storage.spending();
    assert!(!spending.settle(&site(), charge_id(1), 5).await.unwrap(), "it never was");
    spending.reserve(&reservation(1, 70)).await.unwrap();
    assert!(!spending.settle(&other_site(), charge_id(1), 5).await.unwrap(), "it is another site's");
    assert!(spending.settle(&site(), charge_id(1), 38).await.unwrap());
    assert!(!database.other.spending().settle(&site(), charge_id(1), 50).await.unwrap());
    assert_eq!(standing(spending).await, (38, 38, 0, 0));
    let refused = spending.reserve(&reservation(1, 1)).await;
    assert!(matches!(&refused, Err(StorageError::Conflict(text)) if text.contains("was closed")), "{refused:?}");
    assert_eq!(standing(spending).await, (38, 38, 0, 0));
}

pub async fn each_cap_refuses_what_could_pass_it(database: &Database) {
    let spending = database.storage.spending();
    // 40 are charged today, 20 on the first of the month, 30 are reserved, of which 10 for visitor 1.
    for (number, at, charged) in [(1, NOW, 40), (2, in_days(-21), 20)] {
        spending.reserve(&Reservation { at, ..reservation(number, 50) }).await.unwrap();
        spending.settle(&site(), charge_id(number), charged).await.unwrap();
    }
    spending.reserve(&reservation(3, 10)).await.unwrap();
    spending.reserve(&Reservation { visitor: None, ..reservation(4, 20) }).await.unwrap();
    for (number, (caps, expected)) in (5..).zip([
        (caps(74, 95, 55), Reserved::Refused(Cap::Day)),
        (caps(75, 94, 55), Reserved::Refused(Cap::Month)),
        (caps(75, 95, 54), Reserved::Refused(Cap::VisitorDay)),
        (caps(0, 0, 0), Reserved::Refused(Cap::Day)),
        (caps(75, 95, 55), Reserved::Granted),
        (caps(75, 95, 55), Reserved::Refused(Cap::Day)),
    ]) {
        let asked = Reservation { caps, ..reservation(number, 5) };
        assert_eq!(database.other.spending().reserve(&asked).await.unwrap(), expected, "{caps:?}");
    }
}

pub async fn a_cap_that_is_none_refuses_nothing(database: &Database) {
    let spending = database.storage.spending();
    spending.reserve(&reservation(1, 1_000)).await.unwrap();
    for (number, caps, expected) in [
        (2, Caps { day: None, ..caps(0, 1_005, 1_005) }, Reserved::Granted),
        (3, Caps { month: None, ..caps(1_010, 0, 1_010) }, Reserved::Granted),
        (4, Caps { visitor_day: None, ..caps(1_015, 1_015, 0) }, Reserved::Granted),
        (5, Caps { day: Some(1_019), ..NO_CAPS }, Reserved::Refused(Cap::Day)),
        (5, Caps { month: Some(1_019), ..NO_CAPS }, Reserved::Refused(Cap::Month)),
        (5, Caps { visitor_day: Some(1_019), ..NO_CAPS }, Reserved::Refused(Cap::VisitorDay)),
        (5, NO_CAPS, Reserved::Granted),
    ] {
        let asked = Reservation { caps, ..reservation(number, 5) };
        assert_eq!(spending.reserve(&asked).await.unwrap(), expected, "{caps:?}");
    }
    // Nobody in particular has no cap of a visitor.
    let asked = Reservation { visitor: None, caps: caps(u64::MAX, u64::MAX, 0), ..reservation(6, 5) };
    assert_eq!(spending.reserve(&asked).await.unwrap(), Reserved::Granted);
}

pub async fn each_day_and_each_month_pays_for_itself(database: &Database) {
    let spending = database.storage.spending();
    // The 22nd of November is day 0; December begins on day 9.
    for (number, days) in (1..).zip([-22, -21, 0, 8, 9]) {
        spending.reserve(&Reservation { at: in_days(days), ..reservation(number, 100) }).await.unwrap();
        spending.settle(&site(), charge_id(number), u64::from(number)).await.unwrap();
    }
    for (days, day, month) in [(-22, 1, 1), (-21, 2, 9), (0, 3, 9), (1, 0, 9), (8, 4, 9), (9, 5, 5), (40, 0, 0)] {
        let found = spending.standing(&site(), in_days(days)).await.unwrap();
        assert_eq!((found.day, found.month), (day, month), "day {days}");
    }
    let date = |days| in_days(days).date().unwrap();
    let listed = spending.by_day(&site(), date(-21), date(9)).await.unwrap();
    let expected = [(-21, 2), (0, 3), (8, 4)].map(|(days, charged)| DaySpend { day: date(days), charged });
    assert_eq!(listed, expected);
    assert_balances(spending).await;
}

pub async fn a_visitor_pays_for_a_day(database: &Database) {
    let spending = database.storage.spending();
    spending.reserve(&reservation(1, 50)).await.unwrap();
    spending.settle(&site(), charge_id(1), 30).await.unwrap();
    spending.reserve(&reservation(2, 5)).await.unwrap();
    spending.reserve(&Reservation { visitor: Some(visitor_id(2)), ..reservation(3, 7) }).await.unwrap();
    spending.reserve(&Reservation { visitor: None, ..reservation(4, 11) }).await.unwrap();
    for (visitor, expected) in [(1, 35), (2, 7), (3, 0)] {
        let found = database.other.spending().of_visitor(&site(), visitor_id(visitor), NOW).await.unwrap();
        assert_eq!(found, expected, "visitor {visitor}");
    }
    assert_eq!(spending.of_visitor(&site(), visitor_id(1), in_days(1)).await.unwrap(), 5, "open, whatever its day");
    assert_eq!(spending.of_visitor(&other_site(), visitor_id(1), NOW).await.unwrap(), 0);
}

pub async fn nothing_costs_nothing(database: &Database) {
    let spending = database.storage.spending();
    let asked = Reservation { caps: caps(0, 0, 0), ..reservation(1, 0) };
    assert_eq!(spending.reserve(&asked).await.unwrap(), Reserved::Granted);
    assert!(!spending.settle(&site(), charge_id(1), 0).await.unwrap(), "there is no charge");
    assert_eq!(assert_balances(spending).await, Audit::default());
}

pub async fn more_than_was_reserved_is_charged_in_truth(database: &Database) {
    let spending = database.storage.spending();
    spending.reserve(&Reservation { caps: caps(10, 10, 10), ..reservation(1, 10) }).await.unwrap();
    assert!(spending.settle(&site(), charge_id(1), 25).await.unwrap());
    assert_eq!(standing(spending).await, (25, 25, 0, 0));
    let asked = Reservation { caps: caps(25, 25, 25), ..reservation(2, 1) };
    assert_eq!(spending.reserve(&asked).await.unwrap(), Reserved::Refused(Cap::Day));
}

pub async fn amounts_beyond_all_reason_can_be_kept(database: &Database) {
    let spending = database.storage.spending();
    for number in 1..=3 {
        assert_eq!(spending.reserve(&reservation(number, u64::MAX)).await.unwrap(), Reserved::Granted);
    }
    let capped = Reservation { caps: caps(1_000_000, 1_000_000, 1_000_000), ..reservation(4, u64::MAX) };
    assert_eq!(spending.reserve(&capped).await.unwrap(), Reserved::Refused(Cap::Day));
    for number in 1..=3 {
        assert!(spending.settle(&site(), charge_id(number), u64::MAX).await.unwrap());
    }
    assert_eq!(spending.standing(&site(), NOW).await.unwrap().month, 3 << 53);
    assert_balances(spending).await;
}

pub async fn sites_have_their_own_money(database: &Database) {
    let spending = database.storage.spending();
    spending.reserve(&reservation(1, 90)).await.unwrap();
    let elsewhere = Reservation { site: other_site(), caps: caps(50, 50, 50), ..reservation(1, 50) };
    assert_eq!(spending.reserve(&elsewhere).await.unwrap(), Reserved::Granted);
    assert!(spending.settle(&site(), charge_id(1), 80).await.unwrap());
    let found = spending.standing(&other_site(), NOW).await.unwrap();
    assert_eq!((found.day, found.reserved), (0, 50));
    assert_eq!(spending.audit(&other_site()).await.unwrap().open, 1);
}

pub async fn a_turn_comes_with_its_reservation(database: &Database) {
    let (turns, spending) = (database.storage.turns(), database.storage.spending());
    let within = Reservation { caps: caps(100, 100, 100), ..reservation(1, 70) };
    assert_eq!(turns.admit(&turn(1), Some(&within)).await.unwrap(), Reserved::Granted);
    let beyond = Reservation { caps: caps(100, 100, 100), ..reservation(2, 31) };
    assert_eq!(turns.admit(&turn(2), Some(&beyond)).await.unwrap(), Reserved::Refused(Cap::Day));
    assert_eq!(turns.admit(&turn(3), Some(&reservation(3, 0))).await.unwrap(), Reserved::Granted);
    assert_eq!(turns.history(&site(), conversation_id(1), 10).await.unwrap().len(), 3, "refused or not");
    assert_eq!(standing(spending).await, (0, 0, 70, 0));

    let told = Settlement { charged_usd_micros: 38, ..settlement(&turn(1)) };
    assert!(turns.settle(&told, Language::Es).await.unwrap());
    assert!(!turns.settle(&told, Language::Es).await.unwrap());
    for number in 2..=3 {
        assert!(turns.settle(&settlement(&turn(number)), Language::Es).await.unwrap(), "without a charge");
    }
    assert_eq!(standing(spending).await, (38, 38, 0, 0));
    assert!(!spending.settle(&site(), charge_id(1), 99).await.unwrap());
    assert_eq!(assert_balances(spending).await.charges, 1);
}

pub async fn a_turn_that_is_not_written_reserves_nothing(database: &Database) {
    let (turns, spending) = (database.storage.turns(), database.storage.spending());
    turns.admit(&turn(1), None).await.unwrap();
    let stranger = NewTurn { visitor: visitor_id(2), ..turn(2) };
    for (asked, reserved) in [
        (turn(1), reservation(1, 5)),
        (stranger, reservation(2, 5)),
        (turn(3), reservation(4, 5)),
        (turn(3), Reservation { site: other_site(), ..reservation(3, 5) }),
    ] {
        let refused = turns.admit(&asked, Some(&reserved)).await;
        assert!(matches!(refused, Err(StorageError::Conflict(_))), "{asked:?}: {refused:?}");
    }
    assert_eq!(turns.find(&site(), turn_id(3)).await.unwrap(), None);
    assert_eq!(assert_balances(spending).await, Audit::default());
    assert_eq!(spending.audit(&other_site()).await.unwrap(), Audit::default());
}

pub async fn a_sweep_leaves_the_living_alone(database: &Database) {
    for spending in [database.storage.spending(), database.other.spending()] {
        spending.reserve(&reservation(1, 5)).await.unwrap();
        assert_eq!(database.storage.spending().sweep(&site()).await.unwrap(), []);
        assert_eq!(database.other.spending().sweep(&site()).await.unwrap(), []);
    }
    assert_eq!(standing(database.storage.spending()).await, (0, 0, 10, 0));
}

pub async fn what_a_process_leaves_open_is_orphaned(database: &Database) {
    if std::sync::Arc::ptr_eq(&database.storage, &database.other) {
        return; // Nobody is left.
    }
    let (leaving, staying) = (database.storage.spending(), database.other.spending());
    leaving.reserve(&Reservation { purpose: Purpose::Judge, visitor: None, ..reservation(2, 7) }).await.unwrap();
    leaving.reserve(&reservation(1, 70)).await.unwrap();
    leaving.reserve(&Reservation { site: other_site(), ..reservation(3, 9) }).await.unwrap();
    staying.reserve(&reservation(4, 11)).await.unwrap();
    database.storage.close().await;

    let orphans = staying.sweep(&site()).await.unwrap();
    let orphan =
        |number, purpose, amount| Orphan { id: charge_id(number), purpose, at: later(i64::from(number)), amount };
    assert_eq!(orphans, [orphan(1, Purpose::Turn, 70), orphan(2, Purpose::Judge, 7)]);
    assert_eq!(staying.sweep(&site()).await.unwrap(), [], "each once");
    assert_eq!(standing(staying).await, (77, 77, 11, 77));
    assert_eq!(staying.of_visitor(&site(), visitor_id(1), NOW).await.unwrap(), 81);
    let audit = assert_balances(staying).await;
    assert_eq!((audit.charges, audit.open, audit.orphans), (3, 1, 2));

    // Whoever knows better later may say so, once.
    assert!(staying.settle(&site(), charge_id(1), 30).await.unwrap());
    assert!(!staying.settle(&site(), charge_id(1), 31).await.unwrap());
    assert_eq!(standing(staying).await, (37, 37, 11, 7));
    assert_eq!(staying.of_visitor(&site(), visitor_id(1), NOW).await.unwrap(), 41);
    let closed = staying.reserve(&reservation(2, 1)).await;
    assert!(matches!(closed, Err(StorageError::Conflict(_))), "{closed:?}");
    assert_balances(staying).await;
}

pub async fn visitors_are_forgotten_and_sums_stay(database: &Database) {
    let spending = database.storage.spending();
    for (number, days) in [(1, 0), (2, 1), (3, 2)] {
        spending.reserve(&Reservation { at: in_days(days), ..reservation(number, 10) }).await.unwrap();
    }
    spending.settle(&site(), charge_id(1), 5).await.unwrap();
    spending.settle(&site(), charge_id(2), 6).await.unwrap();
    assert_eq!(spending.forget_visitors(&site(), in_days(1)).await.unwrap(), 1);
    assert_eq!(spending.forget_visitors(&site(), in_days(1)).await.unwrap(), 0);
    // The third is reserved and counts on any day.
    for (days, expected) in [(0, 10), (1, 16), (2, 10)] {
        assert_eq!(spending.of_visitor(&site(), visitor_id(1), in_days(days)).await.unwrap(), expected, "day {days}");
    }
    assert_eq!(spending.forget_visitors(&site(), in_days(3)).await.unwrap(), 2);
    spending.settle(&site(), charge_id(3), 7).await.unwrap();
    assert_eq!(spending.of_visitor(&site(), visitor_id(1), in_days(2)).await.unwrap(), 0);
    assert_eq!(spending.standing(&site(), NOW).await.unwrap().month, 18);
    assert_balances(spending).await;
}
