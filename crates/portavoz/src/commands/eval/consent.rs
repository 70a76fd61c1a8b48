//! The cost of a run, told and agreed to before anybody is asked.

use portavoz_app::evaluation::Plan;

use super::super::agreement::{consent, dollars};
use crate::cli::Eval;
use crate::failure::Failure;
use crate::output::{Output, counted};

/// Tells what the plan costs, and asks unless it is agreed to already. Nothing is asked about what is free.
pub(super) fn agree(output: &Output, plan: &Plan, args: &Eval) -> anyhow::Result<()> {
    let costs = plan.costs;
    if costs.is_free() {
        return Ok(());
    }
    if let Some(most) = args.max_cost.filter(|most| costs.expected_usd_micros > micros(*most)) {
        let expected = dollars(costs.expected_usd_micros);
        return Err(Failure::internal(format!(
            "the run is expected to cost {expected}, more than `--max-cost` (${most:.2})"
        ))
        .hint("ask fewer cases with `--limit` or `--tag`, or allow more")
        .into());
    }
    consent(output, told(plan), args.yes, "agree with `y`, or try `--target extractive`, which is free")
}

/// What it will cost: an estimate, said to be one, and a bound.
fn told(plan: &Plan) -> String {
    let costs = plan.costs;
    let questions = counted(plan.paid(), "question");
    let unpriced = match costs.unpriced {
        0 => String::new(),
        _ => format!(
            ", and {} to models of unknown price",
            counted(usize::try_from(costs.unpriced).unwrap_or(0), "question")
        ),
    };
    format!(
        "{questions} to models cost about {} (estimated) and at most {}{unpriced}",
        dollars(costs.expected_usd_micros),
        dollars(costs.most_usd_micros)
    )
}

/// US dollars as micro-dollars; what is no amount is nothing.
pub(super) fn micros(usd: f64) -> u64 {
    (usd.max(0.0) * 1e6).round() as u64
}
