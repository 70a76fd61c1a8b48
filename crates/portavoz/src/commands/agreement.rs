//! Agreeing to what something costs before it is paid.

use portavoz_domain::usage::usd;

use crate::failure::Failure;
use crate::output::Output;

/// Has the owner agree to `what` at a cost of at most `most` micro-dollars. Nothing is asked if it is free or agreed to
/// beforehand; where nobody can be asked, it is refused with the way to agree.
pub(super) fn agree(output: &Output, what: &str, most: u64, yes: bool) -> anyhow::Result<()> {
    if most == 0 {
        return Ok(());
    }
    let what = format!("{what} costs at most {}", dollars(most));
    if yes {
        output.remark(what);
        return Ok(());
    }
    if !output.can_ask() {
        return Err(Failure::user(what).hint("agree to it with `--yes`").into());
    }
    let answer = output.question(&format!("{what}; go on? (y/n)"), "n")?;
    if answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    Err(Failure::user("nothing was asked").hint("agree with `y`").into())
}

/// `$0.0123`, with as many digits as small sums need.
pub(super) fn dollars(micros: u64) -> String {
    format!("${:.4}", usd(micros))
}
