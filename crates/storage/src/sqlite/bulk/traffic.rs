//! Statements of the script that add turns to the traffic.

use std::collections::BTreeMap;

use portavoz_domain::traffic::{Tally, TrafficKey};
use sqlx::{QueryBuilder, Sqlite};

use crate::rows::{MOST, TrafficColumns, measures};

/// Measures of a statement are filled up to a power of two of at least so many: a turn has about twenty.
const FEWEST: usize = 32;

/// Adds the settlements that the statement just before wrote, each hour's and key's together.
///
/// The sums are made here, before it is known which settlements are written; so unless all of them are, the first
/// statement breaks on a measure without an amount, and the whole script with it. That happens only if a turn is
/// settled twice; the writer then does the batch one by one.
pub(super) fn push_tallies(script: &mut QueryBuilder<Sqlite>, traffic: &[&TrafficColumns]) {
    let mut sums: BTreeMap<(&str, i64, &TrafficKey), Tally> = BTreeMap::new();
    for columns in traffic {
        sums.entry((&columns.site, columns.start, &columns.key)).or_default().merge(&columns.tally);
    }
    let mut settled = i64::try_from(traffic.len()).ok();
    for ((site, start, key), tally) in sums {
        script.push("WITH turned (site, start, model, prompt, variant, settled) AS (");
        script.push_values([key], |mut row, key| {
            row.push_bind(site)
                .push_bind(start)
                .push_bind(key.model.as_str())
                .push_bind(key.prompt.as_str())
                .push_bind(key.variant.as_str())
                .push_bind(settled.take());
        });
        script.push("), counted (measure, amount) AS (");
        let measures = measures(&tally);
        let filled = measures.len().next_power_of_two().max(FEWEST);
        let rows = measures.into_iter().map(Some).chain(std::iter::repeat(None)).take(filled);
        script.push_values(rows, |mut row, counted| {
            let (measure, amount) = counted.unzip();
            row.push_bind(measure).push_bind(amount);
        });
        script.push(
            ")
            INSERT INTO traffic (site, start, hours, model, prompt, variant, measure, amount)
            SELECT site, start, 1, model, prompt, variant, measure,
                CASE WHEN settled IS NULL OR settled = changes() THEN amount END
            FROM turned CROSS JOIN counted WHERE measure IS NOT NULL
            ON CONFLICT (site, start, hours, model, prompt, variant, measure)
            DO UPDATE SET amount = MIN(amount + excluded.amount, ",
        );
        script.push(MOST).push(");");
    }
}
