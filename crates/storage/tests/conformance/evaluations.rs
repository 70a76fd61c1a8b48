//! Runs and what their targets answered.

use std::sync::Arc;

use portavoz_domain::evaluation::{BatchJob, CaseResult, Reply, Run, RunState};
use portavoz_domain::ids::ChargeId;
use portavoz_storage::StorageError;
use tokio::task::JoinSet;

use crate::Database;
use crate::samples::{case_result, later, other_site, run, run_id, site, variant_name};

pub async fn a_run_reads_back_whole(database: &Database) {
    let evaluations = database.storage.evaluations();
    let kept = Run { name: "«casos» \u{0}".to_owned(), ..run(1) };
    evaluations.begin(&kept).await.unwrap();
    assert_eq!(database.other.evaluations().run(&site(), kept.id).await.unwrap(), Some(kept.clone()));
    assert_eq!(evaluations.run(&other_site(), kept.id).await.unwrap(), None);
    assert_eq!(evaluations.run(&site(), run_id(2)).await.unwrap(), None);
    let again = evaluations.begin(&Run { name: "otra".to_owned(), ..run(1) }).await;
    assert!(matches!(again, Err(StorageError::Conflict(_))), "{again:?}");
    assert_eq!(evaluations.run(&site(), kept.id).await.unwrap(), Some(kept));
}

pub async fn a_run_goes_on_and_is_finished(database: &Database) {
    let evaluations = database.storage.evaluations();
    assert!(!evaluations.update(&run(1)).await.unwrap(), "there is none");
    evaluations.begin(&run(1)).await.unwrap();
    evaluations.record(&site(), run_id(1), &[case_result("uno", "a")]).await.unwrap();
    let batch = BatchJob {
        target: variant_name("a"),
        id: "batch_1".to_owned(),
        created: later(2),
        reserved_usd_micros: 9,
        charge: ChargeId::mint(later(2), [7; 10]),
    };
    let waiting = Run { state: RunState::Waiting, batches: vec![batch], ..run(1) };
    assert!(evaluations.update(&waiting).await.unwrap());
    assert_eq!(database.other.evaluations().run(&site(), run_id(1)).await.unwrap(), Some(waiting));
    let finished = Run { state: RunState::Finished, finished: Some(later(50)), ..run(1) };
    assert!(evaluations.update(&finished).await.unwrap());
    let entries = database.other.evaluations().runs(&site(), 10).await.unwrap();
    assert_eq!((entries[0].state, entries[0].finished, entries[0].results), (RunState::Finished, Some(later(50)), 1));
}

pub async fn runs_come_newest_first_with_their_figures(database: &Database) {
    let evaluations = database.storage.evaluations();
    for number in [2, 1, 4, 3] {
        evaluations.begin(&Run { started: later(i64::from(number / 2)), ..run(number) }).await.unwrap();
    }
    evaluations.begin(&Run { site: other_site(), ..run(4) }).await.unwrap();
    let paid = |case, target, cost_usd_micros| {
        let result = case_result(case, target);
        CaseResult { reply: Reply { cost_usd_micros, ..result.reply }, ..result }
    };
    let results =
        [paid("uno", "a", Some(7)), paid("uno", "b", Some(5)), paid("dos", "a", None), paid("dos", "b", Some(1000))];
    let [first, second, third, fourth] = results;
    let results = [first, second, third, CaseResult { reused: true, ..fourth }];
    evaluations.record(&site(), run_id(3), &results).await.unwrap();
    evaluations.record(&other_site(), run_id(4), &results).await.unwrap();

    let entries = database.other.evaluations().runs(&site(), 10).await.unwrap();
    let ids: Vec<_> = entries.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [4, 3, 2, 1].map(run_id));
    assert_eq!((entries[0].results, entries[0].cost_usd_micros), (0, 0));
    let entry = &entries[1];
    assert_eq!((entry.cases, entry.results, entry.cost_usd_micros), (2, 4, 12), "what was reused cost nothing");
    assert_eq!(entry.targets, ["b", "a"].map(variant_name));
    assert_eq!((entry.name.as_str(), entry.plan.as_str(), entry.state), ("casos", "plan 3", RunState::Running));
    assert_eq!(database.other.evaluations().runs(&site(), 2).await.unwrap().len(), 2);
}

pub async fn costs_beyond_all_reason_do_not_hide_a_run(database: &Database) {
    let evaluations = database.storage.evaluations();
    evaluations.begin(&run(1)).await.unwrap();
    for case in ["uno", "dos"] {
        let result = case_result(case, "a");
        let reply = Reply { cost_usd_micros: Some(u64::MAX), ..result.reply };
        evaluations.record(&site(), run_id(1), &[CaseResult { reply, ..result }]).await.unwrap();
    }
    assert_eq!(evaluations.runs(&site(), 1).await.unwrap()[0].cost_usd_micros, 2 << 53);
    assert_eq!(evaluations.results(&site(), run_id(1)).await.unwrap()[0].reply.cost_usd_micros, Some(u64::MAX));
}

pub async fn an_unfinished_run_of_a_plan_is_found(database: &Database) {
    let evaluations = database.storage.evaluations();
    let of_plan = |number, state| Run { plan: "p".to_owned(), state, ..run(number) };
    assert_eq!(evaluations.unfinished(&site(), "p").await.unwrap(), None);
    for (number, state) in [(1, RunState::Running), (3, RunState::Waiting), (2, RunState::Running)] {
        evaluations.begin(&of_plan(number, state)).await.unwrap();
    }
    evaluations.begin(&of_plan(4, RunState::Finished)).await.unwrap();
    assert_eq!(database.other.evaluations().unfinished(&site(), "p").await.unwrap(), Some(run_id(3)));
    assert_eq!(evaluations.unfinished(&site(), "q").await.unwrap(), None);
    assert_eq!(evaluations.unfinished(&other_site(), "p").await.unwrap(), None);
}

pub async fn a_result_reads_back_whole_and_is_replaced(database: &Database) {
    let evaluations = database.storage.evaluations();
    evaluations.begin(&run(1)).await.unwrap();
    let first = case_result("uno", "a");
    evaluations.record(&site(), run_id(1), &[case_result("uno", "b"), first.clone()]).await.unwrap();
    evaluations.record(&site(), run_id(1), &[case_result("dos", "b")]).await.unwrap();
    evaluations.record(&site(), run_id(1), &[]).await.unwrap();
    let found = database.other.evaluations().results(&site(), run_id(1)).await.unwrap();
    assert_eq!(found, [case_result("dos", "b"), first.clone(), case_result("uno", "b")]);

    let anew = CaseResult { asked: later(99), reused: true, key: "otra \u{0} clave".to_owned(), ..first };
    evaluations.record(&site(), run_id(1), std::slice::from_ref(&anew)).await.unwrap();
    let found = database.other.evaluations().results(&site(), run_id(1)).await.unwrap();
    assert_eq!(found, [case_result("dos", "b"), anew, case_result("uno", "b")]);
    assert_eq!(evaluations.results(&other_site(), run_id(1)).await.unwrap(), []);
}

pub async fn results_of_no_run_conflict_and_nothing_is_written(database: &Database) {
    let evaluations = database.storage.evaluations();
    evaluations.begin(&run(1)).await.unwrap();
    for (site, run) in [(site(), run_id(2)), (other_site(), run_id(1))] {
        let refused = evaluations.record(&site, run, &[case_result("uno", "a")]).await;
        assert!(matches!(refused, Err(StorageError::Conflict(_))), "{refused:?}");
        assert_eq!(database.other.evaluations().results(&site, run).await.unwrap(), []);
    }
}

pub async fn the_newest_result_of_a_key_is_known(database: &Database) {
    let evaluations = database.storage.evaluations();
    for number in 1..=3 {
        evaluations.begin(&run(number)).await.unwrap();
    }
    let result =
        |case, moment, key: &str| CaseResult { asked: later(moment), key: key.to_owned(), ..case_result(case, "a") };
    let failed = |case, moment, key| {
        let result = result(case, moment, key);
        CaseResult { reply: Reply { outcome: None, ..result.reply }, ..result }
    };
    let older = [result("uno", 1, "k1"), result("dos", 9, "k2"), failed("tres", 9, "k3")];
    let newer = [result("uno", 5, "k1"), failed("dos", 10, "k2"), result("cuatro", 1, "k4")];
    evaluations.record(&site(), run_id(2), &older).await.unwrap();
    evaluations.record(&site(), run_id(1), &newer).await.unwrap();
    evaluations.record(&site(), run_id(3), &[result("uno", 5, "k1")]).await.unwrap();
    let keys: Vec<_> = (0..1200).map(|number| format!("k{number}")).collect();
    let known = database.other.evaluations().known(&site(), &keys).await.unwrap();
    let mut told: Vec<_> = known.values().map(|found| (found.key.as_str(), found.asked)).collect();
    told.sort();
    assert_eq!(told, [("k1", later(5)), ("k2", later(9)), ("k4", later(1))]);
    assert!(evaluations.known(&site(), &[]).await.unwrap().is_empty());
    assert!(evaluations.known(&other_site(), &keys).await.unwrap().is_empty());
}

pub async fn a_run_goes_with_its_results(database: &Database) {
    let evaluations = database.storage.evaluations();
    for number in [1, 2] {
        evaluations.begin(&run(number)).await.unwrap();
        evaluations.record(&site(), run_id(number), &[case_result("uno", "a")]).await.unwrap();
    }
    assert!(!evaluations.remove(&other_site(), run_id(1)).await.unwrap());
    assert!(evaluations.remove(&site(), run_id(1)).await.unwrap());
    assert!(!evaluations.remove(&site(), run_id(1)).await.unwrap());
    assert_eq!(database.other.evaluations().results(&site(), run_id(1)).await.unwrap(), []);
    assert_eq!(database.other.evaluations().results(&site(), run_id(2)).await.unwrap().len(), 1);
}

pub async fn those_who_record_at_once_are_all_kept(database: &Database) {
    database.storage.evaluations().begin(&run(1)).await.unwrap();
    let mut racers = JoinSet::new();
    for number in 0..32 {
        let storage = Arc::clone(if number % 2 == 0 { &database.storage } else { &database.other });
        racers.spawn(async move {
            let own = case_result(&format!("caso {number}"), "a");
            let results = [case_result("común", "a"), own, case_result("común", "b")];
            storage.evaluations().record(&site(), run_id(1), &results).await.unwrap();
        });
    }
    racers.join_all().await;
    assert_eq!(database.storage.evaluations().results(&site(), run_id(1)).await.unwrap().len(), 34);
}
