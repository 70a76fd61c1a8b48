//! Runs by batch: handed in now, taken back when the same command is given again, or waited for.

use std::sync::Arc;
use std::time::Duration;

use portavoz_app::evaluation::batch::{Standing, collect, hand_in};
use portavoz_app::evaluation::{Plan, Wanted, plan};
use portavoz_app::site::Site;
use portavoz_domain::evaluation::Run;

use super::super::agreement::{consent, dollars};
use super::explain;
use crate::cli::Eval;
use crate::output::{Output, counted};

/// How often a batch that is waited for is looked at.
const PAUSE: Duration = Duration::from_secs(30);

/// Hands in what can be handed in; true if its answers are there already, because they were waited for.
pub(super) async fn handed_in(site: &Arc<Site>, first: &Plan, args: &Eval, output: &Output) -> anyhow::Result<bool> {
    let requests = counted(first.batchable(site), "question");
    let most = first.costs.most_usd_micros.div_ceil(2);
    let expected = dollars(first.costs.expected_usd_micros.div_ceil(2));
    let what = format!("{requests} by batch cost about {expected} (estimated) and at most {}", dollars(most));
    consent(output, what, args.yes, "agree with `y`, or try `--target extractive`, which is free")?;
    let handed = hand_in(site, first).await.map_err(explain)?;
    output.remark(format_args!("handed in {}", counted(handed.requests, "question")));
    if handed.direct > 0 {
        output.remark(format_args!(
            "{} cannot go by batch (they follow others, or need no model) and are asked at the end",
            counted(handed.direct, "question")
        ));
    }
    if handed.requests == 0 {
        return Ok(true);
    }
    if !args.wait {
        output.remark("the answers come within a day: the same command takes them back");
        return Ok(false);
    }
    let waiting = again(site, first).await?;
    collected(site, waiting, true, output).await
}

/// The same plan as it stands now.
async fn again(site: &Arc<Site>, before: &Plan) -> anyhow::Result<Plan> {
    let Run { name, cases, targets, .. } = before.run.clone();
    plan(site, Wanted { name, cases, targets, fresh: false }).await.map_err(explain)
}

/// Takes back what a batch answered; false if some of it is not there yet.
pub(super) async fn collected(
    site: &Arc<Site>,
    mut waiting_for: Plan,
    wait: bool,
    output: &Output,
) -> anyhow::Result<bool> {
    loop {
        let Standing { collected, failed, waiting, problems } = collect(site, &waiting_for).await.map_err(explain)?;
        for problem in &problems {
            output.remark(format_args!("the batch: {problem}"));
        }
        if collected > 0 {
            output.remark(format_args!("taken back: {}", counted(collected, "answer")));
        }
        if failed > 0 {
            output
                .remark(format_args!("{} got no answer by batch and are asked directly", counted(failed, "question")));
        }
        match waiting {
            None => return Ok(true),
            Some((done, total)) if wait => {
                output.remark(format_args!("the batch has {done} of {total} answers; waiting"));
                tokio::time::sleep(PAUSE).await;
                waiting_for = again(site, &waiting_for).await?;
            }
            Some((done, total)) => {
                output.remark(format_args!(
                    "the batch has {done} of {total} answers; the same command takes them back when it is done"
                ));
                return Ok(false);
            }
        }
    }
}
