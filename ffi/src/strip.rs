//! Taking the credential out of what is logged, proxied or echoed.

use crate::codes::doorward_reason;
use crate::types::doorward_bytes;
use crate::{boundary, guard};
use doorward_core::{Reason, strip};

/// The request target without a query parameter.
///
/// @param target   the target
/// @param name     the parameter
/// @param out      room for the result; as many bytes as `target` has are always enough
/// @param out_len  its bytes
/// @param written  receives the result's length; there is no NUL behind it
///
/// @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(5)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_strip_query(
    target: doorward_bytes,
    name: doorward_bytes,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    // SAFETY: the caller's promise.
    unsafe { strip(target, name, out, out_len, written, strip::strip_query) }
}

/// A `Cookie` value without a cookie; empty if no other is left.
///
/// @param value    the header's value
/// @param name     the cookie
/// @param out      room for the result; twice as many bytes as `value` has are always enough
/// @param out_len  its bytes
/// @param written  receives the result's length; there is no NUL behind it
///
/// @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(5)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_strip_cookie(
    value: doorward_bytes,
    name: doorward_bytes,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    // SAFETY: the caller's promise.
    unsafe { strip(value, name, out, out_len, written, strip::strip_cookie) }
}

/// A `Sec-WebSocket-Protocol` value without the items that begin with a prefix; empty if no other is
/// left. What remains may be echoed.
///
/// @param value    the header's value
/// @param prefix   the prefix
/// @param out      room for the result; twice as many bytes as `value` has are always enough
/// @param out_len  its bytes
/// @param written  receives the result's length; there is no NUL behind it
///
/// @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(5)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_strip_subprotocol(
    value: doorward_bytes,
    prefix: doorward_bytes,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    // SAFETY: the caller's promise.
    unsafe { strip(value, prefix, out, out_len, written, strip::strip_subprotocol) }
}

/// One of the core's three.
type Strip = for<'o> fn(&[u8], &str, &'o mut [u8]) -> Result<&'o [u8], Reason>;

/// # Safety
/// The promise of [`guard`].
unsafe fn strip(
    from: doorward_bytes,
    name: doorward_bytes,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
    strip: Strip,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (from, name, out, written) = unsafe {
            (
                guard::bytes(from)?,
                guard::text(name)?,
                guard::buffer(out, out_len)?,
                guard::out(written)?,
            )
        };
        written.set(strip(from, name, out)?.len());
        Ok(())
    })
}
