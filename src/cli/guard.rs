//! Catches what should not happen: a panic ends a command with a message, as any other error does.
//!
//! The likeliest cause is a file of the index that was damaged on the disk: the engine trusts what
//! it maps, and checking every file before each search would cost more than searching.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};

use super::error::{CliError, Kind};

/// What the last panic said, and where.
static LAST: Mutex<String> = Mutex::new(String::new());

/// Runs a command; a panic of it, in any of its threads, is an error of ours.
pub(super) fn guarded(
    command: impl FnOnce() -> Result<u8, CliError>,
) -> Result<u8, CliError> {
    set_hook(Box::new(|info| {
        let place = info.location().map(|l| format!(" ({}:{})", l.file(), l.line()));
        let said = info.payload_as_str().unwrap_or("for no stated reason");
        // A thread that waits for others panics after the one that says why.
        if said != "a scoped thread panicked" {
            let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
            *last = format!("{said}{}", place.unwrap_or_default());
        }
    }));
    catch_unwind(AssertUnwindSafe(command)).unwrap_or_else(|_| {
        let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let error = CliError::user(format!("a fault of the program: {last}"));
        let hint = "`citemap doctor` checks whether the index is damaged; \
                    `citemap index --rebuild` makes it anew";
        Err(CliError { kind: Kind::Internal, ..error.hint(hint) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_a_hint() {
        let alone = guarded(|| panic!("mid > len")).unwrap_err().render();
        assert!(alone.starts_with("citemap: a fault of the program: mid > len (src"));
        assert!(alone.contains("hint: `citemap doctor`"));
        let threads = guarded(|| {
            std::thread::scope(|scope| {
                scope.spawn(|| panic!("in a thread"));
            });
            Ok(0)
        });
        assert!(threads.unwrap_err().render().contains("in a thread"));
        let _ = std::panic::take_hook();
    }
}
