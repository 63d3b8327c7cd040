//! A gate from a policy document: the heap, files, the clock and the random source. Only in builds with
//! the standard library, which is the default.

use crate::capability::form;
use crate::codes::*;
use crate::decide::with_request;
use crate::gate::State;
use crate::message::{Message, tell};
use crate::text::copy;
use crate::types::{
    doorward_address, doorward_bytes, doorward_gate, doorward_message, doorward_request,
};
use crate::{boundary, guard};
use doorward_core::{Reason, Request, UnixTime};
use doorward_policy::{Policy, PolicyError, Warning};
use std::net::IpAddr;
use std::path::Path;

/// Reads a policy file and makes a gate of it, on the heap.
///
/// @param path     the file, TOML if its name ends in `.toml`, JSON if in `.json`; relative paths of
///                 secrets are meant from its folder
/// @param message  receives, on failure, what is wrong, as `file:line:column: key: …`; on success, what
///                 should be mended, one line each, or nothing
/// @param gate     receives the gate
///
/// @return `DOORWARD_OK`, 1005 to 1009 for a policy that cannot be used, 1001 or 1003.
///
/// Ownership: the gate is the caller's, who ends it with `doorward_gate_free`.
///
/// Threads: any number of calls may run at once. The gate is shared as `const`.
///
/// Only in builds with the standard library, which is the default.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(3)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_open(
    path: doorward_bytes,
    message: doorward_message,
    gate: *mut *mut doorward_gate,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let path = Path::new(unsafe { guard::text(path) }?);
        // SAFETY: as the caller promises.
        unsafe { load(message, gate, || Policy::from_file(path)) }
    })
}

/// Makes a gate of a policy document that is in memory, on the heap.
///
/// @param policy   the document; it is copied
/// @param syntax   `DOORWARD_TOML` or `DOORWARD_JSON`
/// @param message  as for `doorward_gate_open`
/// @param gate     receives the gate
///
/// @return as `doorward_gate_open`.
///
/// Ownership: as for `doorward_gate_open`.
///
/// Threads: as for `doorward_gate_open`.
///
/// Only in builds with the standard library, which is the default.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_from_policy(
    policy: doorward_bytes,
    syntax: doorward_syntax,
    message: doorward_message,
    gate: *mut *mut doorward_gate,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let text = unsafe { guard::text(policy) }?;
        let read = match syntax {
            DOORWARD_TOML => Policy::from_toml,
            DOORWARD_JSON => Policy::from_json,
            _ => return Err(Reason::NullArgument),
        };
        // SAFETY: as the caller promises.
        unsafe { load(message, gate, || read(text)) }
    })
}

/// Reads a gate's document and its secrets again and puts the rules in place of the old ones, all at
/// once. Decisions that are under way end under the old ones. A document that is not in order changes
/// nothing.
///
/// @param gate     a gate from `doorward_gate_open` or `doorward_gate_from_policy`
/// @param message  as for `doorward_gate_open`
///
/// @return as `doorward_gate_open`; 1005 for a gate in memory of the caller's.
///
/// Threads: any number of threads may decide meanwhile, and reload as well.
///
/// Only in builds with the standard library, which is the default.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_reload(
    gate: *const doorward_gate,
    message: doorward_message,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (state, mut message) = unsafe { (guard::gate(gate)?, Message::new(message)?) };
        let State::Shared(shared) = state else {
            return Err(Reason::ConfigInvalid);
        };
        report(&mut message, shared.reload(), |warnings| warnings.as_slice()).map(|_| ())
    })
}

/// Ends a gate's rules while others may still ask it: keys are wiped when the last call that is under way has
/// ended. Whoever asks later is let in by no rule: a decision is a refusal, `doorward_jwt_verify` and a reload
/// give 1005, and whatever else is asked speaks of no rules of yours. It waits for a reload that is under way.
///
/// @param gate  a gate from `doorward_gate_open` or `doorward_gate_from_policy`, which `doorward_gate_free`
///              still ends
///
/// @return `DOORWARD_OK`; 1005 for a gate in memory of the caller's, 1001.
///
/// Threads: any number of threads may decide, reload and close meanwhile.
///
/// Only in builds with the standard library, which is the default.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_close(gate: *const doorward_gate) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let State::Shared(shared) = (unsafe { guard::gate(gate) })? else {
            return Err(Reason::ConfigInvalid);
        };
        shared.close().map_err(|error| error.reason())
    })
}

/// Explains a decision: each check with the values that it compared, secrets left out.
///
/// @param gate     the gate
/// @param request  what arrived
/// @param now      Unix time in seconds; 0: there is no clock
/// @param message  receives the explanation, one line a check
///
/// @return what `doorward_gate_decide` would return. The explanation has been written then, too; it has
///         not after 1001 and 1003, and after 1005 for a gate in memory of the caller's.
///
/// Threads: any number of calls may run at once.
///
/// Only in builds with the standard library, which is the default.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 2)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_explain(
    gate: *const doorward_gate,
    request: *const doorward_request,
    now: u64,
    message: doorward_message,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (state, request, mut message) =
            unsafe { (guard::gate(gate)?, guard::shared(request)?, Message::new(message)?) };
        let State::Shared(shared) = state else {
            return Err(Reason::ConfigInvalid);
        };
        let snapshot = shared.snapshot();
        let now = UnixTime::from_seconds(now);
        let explain = |arrived: &Request<'_>| Ok(snapshot.explain(arrived, now));
        // SAFETY: as the caller promises.
        let explanation = unsafe { with_request(request, explain) }?;
        tell(&mut message, &explanation);
        explanation.reason.map_or(Ok(()), Err)
    })
}

/// Judges a listener before it is opened, by the policy's `listen.without_credential`.
///
/// @param gate     a gate from `doorward_gate_open` or `doorward_gate_from_policy`
/// @param at       the address that is listened on
/// @param warning  receives 1 if it is unprotected and the policy says to warn only, else 0
///
/// @return `DOORWARD_OK`, 1010 startup_unprotected, 1005 for a gate in memory of the caller's, 1001 or
///         1003.
///
/// Threads: any number of calls may run at once.
///
/// Only in builds with the standard library, which is the default.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 2, 3)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_startup_check(
    gate: *const doorward_gate,
    at: *const doorward_address,
    warning: *mut u32,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let state = unsafe { guard::gate(gate) }?;
        // SAFETY: as the caller promises.
        let at = crate::decide::address(unsafe { guard::shared(at) }?)?;
        // SAFETY: as the caller promises.
        let out = unsafe { guard::out(warning) }?;
        let State::Shared(shared) = state else {
            return Err(Reason::ConfigInvalid);
        };
        let startup = shared.snapshot().startup_check(at.ok_or(Reason::NullArgument)?)?;
        out.set(u32::from(startup == doorward_core::Startup::Warned));
        Ok(())
    })
}

/// Reads the address of a listener: `IP:port`, the address alone, or `name:port`. No name is looked up:
/// `localhost` is loopback, and any other is taken for 0.0.0.0, which other machines reach.
///
/// @param text     the text
/// @param address  receives the address
///
/// @return `DOORWARD_OK`, 1005 config_invalid, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// Only in builds with the standard library, which is the default.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(2)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_address_parse(
    text: doorward_bytes,
    address: *mut doorward_address,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (text, out) = unsafe { (guard::text(text)?, guard::out(address)?) };
        let mut bytes = [0; 16];
        let kind = match doorward_policy::read_address(text).ok_or(Reason::ConfigInvalid)? {
            IpAddr::V4(v4) => {
                bytes[..4].copy_from_slice(&v4.octets());
                DOORWARD_ADDRESS_V4
            }
            IpAddr::V6(v6) => {
                bytes = v6.octets();
                DOORWARD_ADDRESS_V6
            }
        };
        out.set(doorward_address { kind, bytes });
        Ok(())
    })
}

/// Writes a new capability token with 256 bits from the system's random source.
///
/// @param form     how the token is written
/// @param out      room for the token: 43 bytes, 64 for `DOORWARD_FORM_HEX`
/// @param out_len  its bytes
/// @param written  receives the token's length; there is no NUL behind it
///
/// @return `DOORWARD_OK`, 9002 store_unavailable if the system has no random bytes to give, 1011
///         output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// Only in builds with the standard library, which is the default.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_capability_new(
    form: doorward_form,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (out, written) = unsafe { (guard::buffer(out, out_len)?, guard::out(written)?) };
        let token = doorward_policy::new_token(self::form(form)?);
        let token = token.map_err(|_| Reason::StoreUnavailable)?;
        written.set(copy(token.as_bytes(), out)?);
        Ok(())
    })
}

/// The system's time.
///
/// @return Unix time in seconds; 0 if the clock stands before 1970: a decision then says that it has no
///         clock.
///
/// Threads: any number of calls may run at once.
///
/// Only in builds with the standard library, which is the default.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn doorward_now() -> u64 {
    boundary::value(0, || Some(doorward_policy::now().seconds()))
}

/// # Safety
/// The promise of [`guard`].
unsafe fn load(
    message: doorward_message,
    gate: *mut *mut doorward_gate,
    read: impl FnOnce() -> Result<Policy, PolicyError>,
) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (out, mut message) = unsafe { (guard::out(gate)?, Message::new(message)?) };
    let policy = report(&mut message, read(), Policy::warnings)?;
    out.set(guard::boxed_gate(State::Shared(policy.gate()))?);
    Ok(())
}

/// Tells what is wrong, or what should be mended.
fn report<T>(
    message: &mut Message<'_>,
    outcome: Result<T, PolicyError>,
    warnings: impl FnOnce(&T) -> &[Warning],
) -> Result<T, Reason> {
    match outcome {
        Ok(done) => {
            for warning in warnings(&done) {
                tell(message, format_args!("{warning}\n"));
            }
            Ok(done)
        }
        Err(error) => {
            tell(message, &error);
            Err(error.reason())
        }
    }
}
