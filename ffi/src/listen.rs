//! Before the first request: whether a listener may be opened at all.

use crate::codes::doorward_reason;
use crate::decide::address;
use crate::types::doorward_address;
use crate::{boundary, guard};
use doorward_core::{Reason, Startup, Unprotected, startup_check};

/// Judges a listener before it is opened: one that other machines reach and that has no credential
/// configured lets everybody in.
///
/// @param at          the address that is listened on
/// @param credential  1 if a credential is configured and needed
/// @param only_warn   1: an unprotected listener is reported and not refused
/// @param warning     receives 1 if it is unprotected and was only to be reported, else 0
///
/// @return `DOORWARD_OK`, 1010 startup_unprotected, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_startup_check(
    at: *const doorward_address,
    credential: u32,
    only_warn: u32,
    warning: *mut u32,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let at = address(unsafe { guard::shared(at) }?)?.ok_or(Reason::NullArgument)?;
        // SAFETY: as the caller promises.
        let out = unsafe { guard::out(warning) }?;
        let mode = if only_warn == 0 { Unprotected::Refuse } else { Unprotected::Warn };
        let startup = startup_check(at, credential != 0, mode)?;
        out.set(u32::from(startup == Startup::Warned));
        Ok(())
    })
}
