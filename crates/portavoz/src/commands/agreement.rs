//! Agreeing to what something costs before it is paid.

use portavoz_domain::usage::usd;

use crate::failure::Failure;
use crate::output::Output;

/// Has the owner agree to `what` at a cost of at most `most` micro-dollars. Nothing is asked if it is free.
pub(super) fn agree(output: &Output, what: &str, most: u64, yes: bool) -> anyhow::Result<()> {
    if most == 0 {
        return Ok(());
    }
    consent(output, format!("{what} costs at most {}", dollars(most)), yes, "agree with `y`")
}

/// Has the owner agree to what is told in `what`, unless they did beforehand (`yes`); where nobody can be asked, it is
/// refused with the way to agree. `otherwise` is what to do after a no.
pub(super) fn consent(output: &Output, what: String, yes: bool, otherwise: &str) -> anyhow::Result<()> {
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
    Err(Failure::user("nothing was asked").hint(otherwise).into())
}

/// `$0.0123`, with as many digits as small sums need.
pub(in crate::commands) fn dollars(micros: u64) -> String {
    format!("${:.4}", usd(micros))
}
