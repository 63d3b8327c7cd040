//! Capability tokens: random text whose bearer may come in. Only its SHA-256 is stored.

use crate::codes::*;
use crate::types::doorward_bytes;
use crate::{boundary, guard};
use doorward_core::{Digest, Form, Reason, capability};

/// The SHA-256 of a token: what is stored in its place.
///
/// @param token   the token
/// @param digest  receives 32 bytes
///
/// @return `DOORWARD_OK`, or 1001.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(2)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_capability_digest(
    token: doorward_bytes,
    digest: *mut [u8; 32],
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (token, out) = unsafe { (guard::bytes(token)?, guard::out(digest)?) };
        out.set(*Digest::of(token).as_bytes());
        Ok(())
    })
}

/// Which of the stored digests is the token's. All are looked at without early exit, and whole digests
/// are compared in constant time, so that the time does not tell where there is a match, nor how much of
/// a digest agrees.
///
/// @param token    the token
/// @param digests  the digests, 32 bytes each
/// @param count    how many
/// @param index    receives the place of the one, counted from 0; of several equal ones the last
///
/// @return `DOORWARD_OK`, 4004 capability_unknown, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_capability_match(
    token: doorward_bytes,
    digests: *const [u8; 32],
    count: usize,
    index: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (token, digests, out) =
            unsafe { (guard::bytes(token)?, guard::digests(digests, count)?, guard::out(index)?) };
        out.set(capability::find(token, digests.iter()).ok_or(Reason::CapabilityUnknown)?);
        Ok(())
    })
}

/// Writes a new token from 256 random bits. No bit is lost, and no two entropies give one token.
///
/// @param entropy  32 bytes from a cryptographic random source: wipe them afterwards
/// @param form     how the token is written
/// @param out      room for the token: 43 bytes, 64 for `DOORWARD_FORM_HEX`
/// @param out_len  its bytes
/// @param written  receives the token's length; there is no NUL behind it
///
/// @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 5)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_capability_generate(
    entropy: *const [u8; 32],
    form: doorward_form,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (entropy, out, written) = unsafe {
            (guard::shared(entropy)?, guard::buffer(out, out_len)?, guard::out(written)?)
        };
        written.set(capability::generate(entropy, self::form(form)?, out)?.len());
        Ok(())
    })
}

/// Checks a token that is about to be configured: at least 22 characters of a b64token (RFC 6750
/// section 2.1).
///
/// @param token  the token
/// @param weak   1: any number of characters will do
///
/// @return `DOORWARD_OK`, 1009 capability_invalid, or 1001.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_capability_check(
    token: doorward_bytes,
    weak: u32,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let token = unsafe { guard::bytes(token) }?;
        capability::check_strength(token, weak != 0)
    })
}

/// The form of this number.
pub(crate) fn form(number: doorward_form) -> Result<Form, Reason> {
    match number {
        DOORWARD_FORM_BASE64URL => Ok(Form::Base64Url),
        DOORWARD_FORM_HEX => Ok(Form::Hex),
        DOORWARD_FORM_LETTERS62 => Ok(Form::Letters62),
        _ => Err(Reason::NullArgument),
    }
}
