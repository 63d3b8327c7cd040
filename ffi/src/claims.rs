//! What verified claims say, by name.

use crate::codes::doorward_reason;
use crate::types::doorward_bytes;
use crate::{boundary, guard};
use doorward_core::{Reason, Value, primitive, scope};

/// Checks that a text is one strict JSON object, as a claims set must be: RFC 8259, UTF-8, no name
/// twice at the top level, at most 32 deep.
///
/// @param text       the text
/// @param spare      room for names, of any content
/// @param spare_len  its bytes: as many as `text` has
///
/// @return `DOORWARD_OK`, 5001 claims_json, 5002 claims_duplicate_name, 1004 scratch_too_small, 1001 or
///         1003.
///
/// Threads: any number of calls may run at once, each with its own `spare`.
///
/// # Safety
/// Every pointer leads to what is said above; `spare` overlaps nothing else.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_json_object(
    text: doorward_bytes,
    spare: *mut u8,
    spare_len: usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (text, spare) = unsafe { (guard::bytes(text)?, guard::buffer(spare, spare_len)?) };
        if spare.len() < text.len() {
            return Err(Reason::ScratchTooSmall);
        }
        primitive::json_object(text, spare)
    })
}

/// The string at the end of a path of names, its escapes resolved.
///
/// @param claims    verified claims, as `doorward_decision.claims`
/// @param path      the names, such as `{"realm_access", "name"}`
/// @param path_len  how many, at most 32
/// @param out       room for the string
/// @param out_len   its bytes; as many as `claims` has are always enough
/// @param written   receives the string's length; there is no NUL behind it, and there may be some in it
///
/// @return `DOORWARD_OK`, 5004 claim_missing, 5003 claim_type_invalid for another type, 1011
///         output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(6)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_claim_string(
    claims: doorward_bytes,
    path: *const doorward_bytes,
    path_len: usize,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (value, out, written) = unsafe {
            (find(claims, path, path_len)?, guard::buffer(out, out_len)?, guard::out(written)?)
        };
        let text = value.as_str().ok_or(Reason::ClaimTypeInvalid)?;
        written.set(text.copy_to(out).ok_or(Reason::OutputTooSmall)?.len());
        Ok(())
    })
}

/// The integer at the end of a path of names: a number without fraction and exponent.
///
/// @param claims    verified claims
/// @param path      the names
/// @param path_len  how many, at most 32
/// @param value     receives the integer
///
/// @return `DOORWARD_OK`, 5004 claim_missing, 5003 claim_type_invalid for another type and for a number
///         that an int64_t does not hold, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_claim_integer(
    claims: doorward_bytes,
    path: *const doorward_bytes,
    path_len: usize,
    value: *mut i64,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (found, out) = unsafe { (find(claims, path, path_len)?, guard::out(value)?) };
        out.set(found.as_i64().ok_or(Reason::ClaimTypeInvalid)?);
        Ok(())
    })
}

/// The truth value at the end of a path of names.
///
/// @param claims    verified claims
/// @param path      the names
/// @param path_len  how many, at most 32
/// @param value     receives 1 or 0
///
/// @return `DOORWARD_OK`, 5004 claim_missing, 5003 claim_type_invalid for another type, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_claim_bool(
    claims: doorward_bytes,
    path: *const doorward_bytes,
    path_len: usize,
    value: *mut u32,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (found, out) = unsafe { (find(claims, path, path_len)?, guard::out(value)?) };
        out.set(u32::from(found.as_bool().ok_or(Reason::ClaimTypeInvalid)?));
        Ok(())
    })
}

/// The value at the end of a path of names as JSON text, whatever its type.
///
/// @param claims    verified claims
/// @param path      the names
/// @param path_len  how many, at most 32
/// @param value     receives the text: a part of `claims`, a string with its quotes and escapes
///
/// @return `DOORWARD_OK`, 5004 claim_missing, 1001 or 1003.
///
/// Ownership: `*value` points into `claims`.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_claim_raw(
    claims: doorward_bytes,
    path: *const doorward_bytes,
    path_len: usize,
    value: *mut doorward_bytes,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise, for both.
        let (found, out) = unsafe { (find(claims, path, path_len)?, guard::out(value)?) };
        out.set(doorward_bytes::of(found.raw().as_bytes()));
        Ok(())
    })
}

/// Whether a claim lists a word: as an element of an array of strings, or as a word of a string with
/// spaces. For roles, groups and scopes.
///
/// @param claims    verified claims
/// @param path      the names
/// @param path_len  how many, at most 32
/// @param word      the word
/// @param value     receives 1 or 0
///
/// @return `DOORWARD_OK`, 5004 claim_missing, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(5)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_claim_lists(
    claims: doorward_bytes,
    path: *const doorward_bytes,
    path_len: usize,
    word: doorward_bytes,
    value: *mut u32,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (found, word, out) =
            unsafe { (find(claims, path, path_len)?, guard::text(word)?, guard::out(value)?) };
        out.set(u32::from(scope::lists(found, word)));
        Ok(())
    })
}

/// Deepest path: no verified JSON is deeper.
const MAX_PATH: usize = doorward_core::limits::MAX_JSON_DEPTH as usize;

/// # Safety
/// The promise of [`guard`].
unsafe fn find<'a>(
    claims: doorward_bytes,
    path: *const doorward_bytes,
    path_len: usize,
) -> Result<Value<'a>, Reason> {
    // SAFETY: as the caller promises.
    let (claims, path) = unsafe { (guard::bytes(claims)?, guard::slice(path, path_len)?) };
    let mut names = heapless::Vec::<&str, MAX_PATH>::new();
    for name in path {
        // SAFETY: as the caller promises.
        let name = unsafe { guard::text(*name) }?;
        names.push(name).map_err(|_| Reason::NullArgument)?;
    }
    primitive::json_at(claims, &names).ok_or(Reason::ClaimMissing)
}
