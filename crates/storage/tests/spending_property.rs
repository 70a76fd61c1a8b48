//! Whatever happens to money, in any order and by two processes: it adds up.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test panics")]

use std::collections::BTreeMap;

use portavoz_domain::budget::{Caps, Reservation, Reserved};
use portavoz_storage::Storage;
use portavoz_storage::sqlite::{SqliteOptions, SqliteStorage, SyncMode};
use proptest::prelude::*;
use samples::{NOW, charge_id, later, reservation, site, visitor_id};

#[path = "support/samples.rs"]
mod samples;

const CAPS: Caps = Caps { day: Some(100), month: Some(150), visitor_day: Some(60) };
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

#[derive(Debug, Clone, Copy)]
enum Step {
    /// Opens or extends a charge, on a day of two.
    Reserve {
        process: usize,
        charge: u32,
        day: i64,
        amount: u64,
    },
    /// Settles it at a share of what it reserved, in hundredths.
    Settle {
        process: usize,
        charge: u32,
        share: u64,
    },
    /// A process ends and another one begins in its place.
    Restart {
        process: usize,
    },
    Sweep {
        process: usize,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let reserve = (0..2_usize, 0..12_u32, 0..2_i64, 0..40_u64)
        .prop_map(|(process, charge, day, amount)| Step::Reserve { process, charge, day, amount });
    let settle = (0..2_usize, 0..12_u32, 0..=100_u64).prop_map(|(process, charge, share)| Step::Settle {
        process,
        charge,
        share,
    });
    let restart = (0..2_usize).prop_map(|process| Step::Restart { process });
    let sweep = (0..2_usize).prop_map(|process| Step::Sweep { process });
    prop::collection::vec(prop_oneof![6 => reserve, 4 => settle, 1 => restart, 1 => sweep], 1..40)
}

/// What the test believes of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Charge {
    Open { holder: u64, day: i64, reserved: u64 },
    Orphaned { day: i64, reserved: u64 },
    Settled { day: i64, charged: u64 },
}

/// The database, the processes, and what is believed of them.
struct World {
    folder: tempfile::TempDir,
    processes: Vec<(u64, SqliteStorage)>,
    begun: u64,
    charges: BTreeMap<u32, Charge>,
}

async fn open(folder: &tempfile::TempDir) -> SqliteStorage {
    let options = SqliteOptions { sync: SyncMode::Normal };
    SqliteStorage::open(&folder.path().join("portavoz.db"), options).await.unwrap()
}

impl World {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let processes = vec![(0, open(&folder).await), (1, open(&folder).await)];
        Self { folder, processes, begun: 2, charges: BTreeMap::new() }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Reserve { process, charge, day, amount } => self.reserve(process, charge, day, amount).await,
            Step::Settle { process, charge, share } => self.settle(process, charge, share).await,
            Step::Restart { process } => {
                self.processes[process].1.close().await;
                self.processes[process] = (self.begun, open(&self.folder).await);
                self.begun += 1;
            }
            Step::Sweep { process } => self.sweep(process).await,
        }
    }

    async fn reserve(&mut self, process: usize, charge: u32, day: i64, amount: u64) {
        let (holder, storage) = &self.processes[process];
        let asked = Reservation { at: later(day * DAY_MS), caps: CAPS, ..reservation(charge, amount) };
        let reserved = storage.spending().reserve(&asked).await;
        let known = self.charges.get(&charge).copied();
        let before = match known {
            _ if amount == 0 => return assert_eq!(reserved.unwrap(), Reserved::Granted),
            None => 0,
            Some(Charge::Open { reserved, .. }) => reserved,
            // A closed charge is told as such only if its money could be had.
            Some(_) => return assert!(!matches!(reserved, Ok(Reserved::Granted)), "{known:?}"),
        };
        let fits = self.sum(|_| true, |at| at == day) + amount <= 100
            && self.sum(|_| true, |_| true) + amount <= 150
            && self.sum(|_| true, |at| at == day) + amount <= 60;
        assert_eq!(reserved.unwrap() == Reserved::Granted, fits, "{asked:?}");
        if fits {
            self.charges.insert(charge, Charge::Open { holder: *holder, day, reserved: before + amount });
        }
    }

    async fn settle(&mut self, process: usize, charge: u32, share: u64) {
        let known = self.charges.get(&charge).copied();
        let closing = match known {
            Some(Charge::Open { day, reserved, .. } | Charge::Orphaned { day, reserved }) => Some((day, reserved)),
            _ => None,
        };
        let charged = closing.map_or(7, |(_, reserved)| reserved * share / 100);
        let settled = self.processes[process].1.spending().settle(&site(), charge_id(charge), charged).await.unwrap();
        assert_eq!(settled, closing.is_some(), "{known:?}");
        if let Some((day, _)) = closing {
            self.charges.insert(charge, Charge::Settled { day, charged });
        }
    }

    async fn sweep(&mut self, process: usize) {
        let living: Vec<_> = self.processes.iter().map(|(number, _)| *number).collect();
        let mut found: Vec<_> = Vec::new();
        for orphan in self.processes[process].1.spending().sweep(&site()).await.unwrap() {
            found.push((orphan.id, orphan.amount));
        }
        found.sort_unstable();
        let mut expected = Vec::new();
        for (number, charge) in &mut self.charges {
            if let Charge::Open { holder, day, reserved } = *charge
                && !living.contains(&holder)
            {
                *charge = Charge::Orphaned { day, reserved };
                expected.push((charge_id(*number), reserved));
            }
        }
        assert_eq!(found, expected);
    }

    /// Charged on days that are `paid_on`, and everything open that is `held`.
    fn sum(&self, held: impl Fn(i64) -> bool, paid_on: impl Fn(i64) -> bool) -> u64 {
        let amounts = self.charges.values().map(|charge| match *charge {
            Charge::Open { day, reserved, .. } if held(day) => reserved,
            Charge::Orphaned { day, reserved } if paid_on(day) => reserved,
            Charge::Settled { day, charged } if paid_on(day) => charged,
            _ => 0,
        });
        amounts.sum()
    }

    async fn check(&self) {
        let spending = self.processes[0].1.spending();
        let audit = spending.audit(&site()).await.unwrap();
        assert!(audit.balances(), "{audit:?}");
        let standing = spending.standing(&site(), NOW).await.unwrap();
        assert_eq!(standing.month, self.sum(|_| false, |_| true));
        assert_eq!(standing.reserved, self.sum(|_| true, |_| false));
        for day in 0..2 {
            let standing = spending.standing(&site(), later(day * DAY_MS)).await.unwrap();
            assert_eq!(standing.day, self.sum(|_| false, |at| at == day));
            assert!(self.sum(|at| at == day, |at| at == day) <= 60, "day {day}");
            let visitor = spending.of_visitor(&site(), visitor_id(1), later(day * DAY_MS)).await.unwrap();
            assert_eq!(visitor, self.sum(|_| true, |at| at == day));
        }
        assert!(standing.month + standing.reserved <= 150);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn whatever_happens_the_money_adds_up(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut world = World::begin().await;
            for step in steps {
                world.take(step).await;
                world.check().await;
            }
            // Everybody goes: nothing stays reserved.
            for process in [0, 1, 0] {
                world.take(Step::Restart { process }).await;
            }
            world.sweep(0).await;
            assert_eq!(world.sum(|_| true, |_| false), 0);
            world.check().await;
            for (_, storage) in &world.processes {
                storage.close().await;
            }
        });
    }
}
