//! A fence around parsers that are not ours: a panic inside them becomes a value, and says nothing on the terminal.
//!
//! Parsers of PDF and fonts assume well-formed input in many places. A file that breaks such an assumption must cost
//! its owner that file, not the run.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// True while this thread is inside [`quietly`].
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The panic hook is the process's; it is wrapped once, and only ever silences threads that are inside [`quietly`].
static HOOK: Once = Once::new();

/// The parser inside the fence panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Panicked;

/// Runs `parse`; a panic in it is [`Panicked`]. What `parse` changed before it panicked must be fit to be dropped.
pub(super) fn quietly<T>(parse: impl FnOnce() -> T) -> Result<T, Panicked> {
    HOOK.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                previous(panic);
            }
        }));
    });
    let outer = QUIET.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(parse));
    QUIET.set(outer);
    outcome.map_err(|_: Box<dyn Any + Send>| Panicked)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a panic is what is tested")]
    use super::*;

    #[test]
    fn a_panic_becomes_a_value_and_fences_nest() {
        assert_eq!(quietly(|| 7), Ok(7));
        assert_eq!(quietly(|| -> u8 { panic!("inside") }), Err(Panicked));
        let nested = quietly(|| {
            let inner = quietly(|| -> u8 { panic!("deeper") });
            (inner, QUIET.get())
        });
        assert_eq!(nested, Ok((Err(Panicked), true)));
        assert!(!QUIET.get());
    }
}
