//! Where an exported function begins and ends: a result becomes a number, a panic does not get out.

use crate::codes::doorward_reason;
use doorward_core::Reason;

/// Runs the body of an exported function. A panic that crossed into C would be undefined; here it
/// becomes [`Reason::Internal`], as a denial is the safe answer to a question that broke.
pub(crate) fn run(body: impl FnOnce() -> Result<(), Reason>) -> doorward_reason {
    match catch(body) {
        Ok(()) => crate::codes::DOORWARD_OK,
        Err(reason) => reason.code(),
    }
}

/// As [`run`], for functions that give a value and cannot fail but by a panic.
pub(crate) fn value<T>(otherwise: T, body: impl FnOnce() -> Option<T>) -> T {
    let mut found = None;
    match catch(|| {
        found = body();
        Ok(())
    }) {
        Ok(()) => found.unwrap_or(otherwise),
        Err(_) => otherwise,
    }
}

#[cfg(feature = "std")]
fn catch(body: impl FnOnce() -> Result<(), Reason>) -> Result<(), Reason> {
    // Unwind safety: nothing is written to the caller before the body's last step, and what a body
    // shares with other calls is replaced as a whole (`doorward_policy::Gate`).
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).unwrap_or(Err(Reason::Internal))
}

/// Without std a panic does not unwind: it ends in the panic handler.
#[cfg(not(feature = "std"))]
fn catch(body: impl FnOnce() -> Result<(), Reason>) -> Result<(), Reason> {
    body()
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[test]
    fn a_panic_does_not_cross() {
        let planted = std::hint::black_box(7_usize);
        let quiet = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| ()));
        let code = run(|| {
            let table = [0_u8; 4];
            if table[planted] == 0 { Ok(()) } else { Err(Reason::NullArgument) }
        });
        let answer = value(3, || Some([1, 2][planted]));
        std::panic::set_hook(quiet);
        assert_eq!((code, answer), (9999, 3));
        assert_eq!(run(|| Err(Reason::TokenExpired)), 5005);
        assert_eq!(run(|| Ok(())), 0);
    }
}
