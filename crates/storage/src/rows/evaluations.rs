//! Rows of `runs` and `results`.

use portavoz_domain::evaluation::{CaseResult, Run, RunEntry, RunState};
use portavoz_domain::ids::RunId;
use portavoz_domain::timestamp::Timestamp;

use super::{amount, stored_row};
use crate::values::{count, json, storable};
use crate::{Result, StorageError};

/// Runs with the figures of their results; of a site, at most so many.
pub(crate) const RUN_ENTRIES: &str = "SELECT r.id, r.name, r.plan, r.state, r.started, r.finished, r.targets, r.cases,
        (SELECT COUNT(*) FROM results x WHERE x.site = r.site AND x.run = r.id) AS results,
        (SELECT CAST(COALESCE(SUM(x.cost_usd_micros), 0) AS BIGINT) FROM results x
            WHERE x.site = r.site AND x.run = r.id) AS cost_usd_micros
    FROM runs r WHERE r.site = $1 ORDER BY r.started DESC, r.id DESC LIMIT $2";

/// The results of a run.
pub(crate) const RESULTS: &str =
    "SELECT reply_key, body FROM results WHERE site = $1 AND run = $2 ORDER BY case_id, target";

/// The newest result of each of some keys, up to the site, which a condition on the key follows. Bodies are read of the
/// newest only.
pub(crate) const KNOWN: &str = "SELECT r.reply_key, r.body FROM results r JOIN (
        SELECT site, run, case_id, target, row_number() OVER (
            PARTITION BY reply_key ORDER BY asked DESC, run DESC, case_id, target
        ) AS place
        FROM results WHERE answered AND site = ";

/// The rest of [`KNOWN`].
pub(crate) const KNOWN_END: &str =
    ") n ON r.site = n.site AND r.run = n.run AND r.case_id = n.case_id AND r.target = n.target WHERE n.place = 1";

stored_row! {
    /// A run. The body says all; the other columns are for conditions and lists.
    RunRow of "runs" by id {
        id: String,
        body: String,
    }
}

impl TryFrom<RunRow> for Run {
    type Error = StorageError;

    fn try_from(row: RunRow) -> Result<Self> {
        RunRow::column(&row.id, "body").json(&row.body)
    }
}

/// The id of a run that was stored.
pub(crate) fn run_id(text: &str) -> Result<RunId> {
    RunRow::column(text, "id").read(RunId::parse(text))
}

stored_row! {
    /// A run as it stands in a list.
    RunEntryRow of "runs" by id {
        id: String,
        name: String,
        plan: String,
        state: String,
        started: i64,
        finished: Option<i64>,
        targets: String,
        cases: i64,
        results: i64,
        cost_usd_micros: i64,
    }
}

impl TryFrom<RunEntryRow> for RunEntry {
    type Error = StorageError;

    fn try_from(row: RunEntryRow) -> Result<Self> {
        let column = |name| RunEntryRow::column(&row.id, name);
        Ok(Self {
            id: column("id").read(RunId::parse(&row.id))?,
            state: column("state").known(&row.state, RunState::parse(&row.state))?,
            started: Timestamp::from_millis(row.started),
            finished: row.finished.map(Timestamp::from_millis),
            targets: column("targets").json(&row.targets)?,
            cases: column("cases").number(row.cases)?,
            results: column("results").number(row.results)?,
            cost_usd_micros: column("cost_usd_micros").number(row.cost_usd_micros)?,
            name: row.name,
            plan: row.plan,
        })
    }
}

stored_row! {
    /// A result. The body says all; the other columns are for conditions and sums.
    ResultRow of "results" by reply_key {
        reply_key: String,
        body: String,
    }
}

impl TryFrom<ResultRow> for CaseResult {
    type Error = StorageError;

    fn try_from(row: ResultRow) -> Result<Self> {
        ResultRow::column(&row.reply_key, "body").json(&row.body)
    }
}

/// The columns of a run, as they are written.
#[derive(Debug)]
pub(crate) struct RunColumns {
    pub(crate) site: String,
    pub(crate) id: RunId,
    pub(crate) name: String,
    pub(crate) plan: String,
    pub(crate) state: &'static str,
    pub(crate) started: i64,
    pub(crate) finished: Option<i64>,
    pub(crate) targets: String,
    pub(crate) cases: i64,
    pub(crate) body: String,
}

impl RunColumns {
    /// The columns of `run`.
    pub(crate) fn of(run: &Run) -> Result<Self> {
        let targets: Vec<_> = run.targets.iter().map(|target| &target.name).collect();
        Ok(Self {
            site: run.site.to_string(),
            id: run.id,
            name: storable(&run.name),
            plan: storable(&run.plan),
            state: run.state.name(),
            started: run.started.as_millis(),
            finished: run.finished.map(Timestamp::as_millis),
            targets: json(&targets)?,
            cases: count(run.cases.len()),
            body: json(run)?,
        })
    }
}

/// The columns of a result, as they are written.
#[derive(Debug)]
pub(crate) struct ResultColumns {
    pub(crate) case_id: String,
    pub(crate) target: String,
    pub(crate) reply_key: String,
    pub(crate) asked: i64,
    pub(crate) answered: bool,
    pub(crate) cost_usd_micros: i64,
    pub(crate) body: String,
}

impl ResultColumns {
    /// The columns of `result`. What was taken from an earlier run cost nothing again.
    pub(crate) fn of(result: &CaseResult) -> Result<Self> {
        let paid = if result.reused { None } else { result.reply.cost_usd_micros };
        Ok(Self {
            case_id: storable(&result.case),
            target: result.target.to_string(),
            reply_key: storable(&result.key),
            asked: result.asked.as_millis(),
            answered: result.reply.outcome.is_some(),
            cost_usd_micros: amount(paid.unwrap_or_default()),
            body: json(result)?,
        })
    }
}
