//! Reasons in words. The core's texts have no NUL behind them, which C wants: the tables with one are
//! laid out at compile time.

use crate::codes::*;
use crate::types::{doorward_bytes, doorward_list};
use crate::{boundary, guard, text};
use core::ffi::c_char;
use doorward_core::{Class, Reason};

/// All texts of one kind, each with a NUL behind it, in the order of `Reason::ALL`.
macro_rules! texts {
    ($table:ident, $of:ident, $reason:ident => $text:expr) => {
        const $table: &[u8] = {
            const LEN: usize = {
                let (mut len, mut rest) = (0, Reason::ALL);
                while let [$reason, tail @ ..] = rest {
                    len += $text.len() + 1;
                    rest = tail;
                }
                len
            };
            const BYTES: [u8; LEN] = {
                let (mut bytes, mut at, mut rest) = ([0; LEN], 0, Reason::ALL);
                while let [$reason, tail @ ..] = rest {
                    let mut text: &[u8] = $text.as_bytes();
                    while let [byte, more @ ..] = text {
                        bytes[at] = *byte;
                        at += 1;
                        text = more;
                    }
                    at += 1;
                    rest = tail;
                }
                bytes
            };
            &BYTES
        };

        fn $of(code: doorward_reason) -> *const c_char {
            static TABLE: &[u8] = $table;
            let found = Reason::ALL.iter().position(|reason| reason.code() == code);
            let text = found.and_then(|at| TABLE.split_inclusive(|&byte| byte == 0).nth(at));
            match text.and_then(|text| core::ffi::CStr::from_bytes_with_nul(text).ok()) {
                Some(text) => text::c_str(text),
                None if code == DOORWARD_OK => text::c_str(c"ok"),
                None => text::c_str(c"unknown"),
            }
        }
    };
}

texts!(NAMES, name_of, reason => reason.name());
texts!(LINES, line_of, reason => reason.text());

/// The stable name of a reason, such as "token_expired": what logs and metrics carry.
///
/// @param reason  the reason
///
/// @return a text with a NUL that lives as long as the program; "ok" for `DOORWARD_OK`, "unknown" for a
///         number that is no reason.
///
/// Threads: any number of calls may run at once.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn doorward_reason_name(reason: doorward_reason) -> *const c_char {
    name_of(reason)
}

/// One line for the log, without any byte of the request.
///
/// @param reason  the reason
///
/// @return a text with a NUL that lives as long as the program.
///
/// Threads: any number of calls may run at once.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn doorward_reason_text(reason: doorward_reason) -> *const c_char {
    line_of(reason)
}

/// The HTTP status of an answer.
///
/// @param reason  the reason
///
/// @return the status; 200 for `DOORWARD_OK`, 500 for a number that is no reason.
///
/// Threads: any number of calls may run at once.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn doorward_reason_status(reason: doorward_reason) -> u32 {
    match (Reason::from_code(reason), reason) {
        (Some(reason), _) => u32::from(reason.status()),
        (None, DOORWARD_OK) => 200,
        (None, _) => 500,
    }
}

/// What the peer may know of a reason.
///
/// @param reason  the reason
///
/// @return the class; `DOORWARD_CLASS_NONE` for `DOORWARD_OK`, `DOORWARD_CLASS_INTERNAL` for a number
///         that is no reason.
///
/// Threads: any number of calls may run at once.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn doorward_reason_class(reason: doorward_reason) -> doorward_class {
    match (Reason::from_code(reason).map(Reason::class), reason) {
        (Some(Class::Unauthenticated), _) => DOORWARD_CLASS_UNAUTHENTICATED,
        (Some(Class::InvalidRequest), _) => DOORWARD_CLASS_INVALID_REQUEST,
        (Some(Class::InvalidToken), _) => DOORWARD_CLASS_INVALID_TOKEN,
        (Some(Class::InsufficientScope), _) => DOORWARD_CLASS_INSUFFICIENT_SCOPE,
        (Some(Class::Forbidden), _) => DOORWARD_CLASS_FORBIDDEN,
        (Some(Class::Unavailable), _) => DOORWARD_CLASS_UNAVAILABLE,
        (None, DOORWARD_OK) => DOORWARD_CLASS_NONE,
        (Some(Class::Internal) | None, _) => DOORWARD_CLASS_INTERNAL,
    }
}

/// The HTTP body of a refusal: one line, the same for each reason of a class.
///
/// @param reason  the reason
///
/// @return a text with a NUL that lives as long as the program; empty for `DOORWARD_OK`.
///
/// Threads: any number of calls may run at once.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn doorward_reason_body(reason: doorward_reason) -> *const c_char {
    /// The core's text with a NUL behind it; a class whose text is another one does not compile.
    macro_rules! body {
        ($class:ident, $text:literal) => {{
            const TEXT: &core::ffi::CStr = {
                let (ours, cores) = ($text.to_bytes(), Class::$class.body().as_bytes());
                assert!(ours.len() == cores.len());
                let mut at = 0;
                while at < ours.len() {
                    assert!(ours[at] == cores[at]);
                    at += 1;
                }
                $text
            };
            TEXT
        }};
    }
    text::c_str(match Reason::from_code(reason).map(Reason::class) {
        None if reason == DOORWARD_OK => c"",
        Some(Class::Unauthenticated) => body!(Unauthenticated, c"authentication required\n"),
        Some(Class::InvalidRequest) => body!(InvalidRequest, c"invalid request\n"),
        Some(Class::InvalidToken) => body!(InvalidToken, c"invalid token\n"),
        Some(Class::InsufficientScope) => body!(InsufficientScope, c"insufficient scope\n"),
        Some(Class::Forbidden) => body!(Forbidden, c"forbidden\n"),
        Some(Class::Unavailable) => body!(Unavailable, c"unavailable\n"),
        Some(Class::Internal) | None => body!(Internal, c"internal error\n"),
    })
}

/// The `WWW-Authenticate` value that goes with a reason; `doorward_gate_challenge` knows realm and scopes
/// by itself.
///
/// @param reason   the reason
/// @param realm    the realm: printable ASCII without quote and backslash, at most 64 bytes
/// @param scopes   the scopes that are required, at most 64
/// @param out      room for the value; 512 bytes are always enough
/// @param out_len  its bytes
/// @param written  receives the length; 0 where no challenge goes with the reason
///
/// @return `DOORWARD_OK`, 1011 output_too_small, 1001 also for a number that is no reason, or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(6)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_reason_challenge(
    reason: doorward_reason,
    realm: doorward_bytes,
    scopes: doorward_list,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        let reason = Reason::from_code(reason).ok_or(Reason::NullArgument)?;
        // SAFETY: the caller's promise.
        let (realm, items, out, written) = unsafe {
            (
                guard::text(realm)?,
                guard::list(scopes)?,
                guard::buffer(out, out_len)?,
                guard::out(written)?,
            )
        };
        let mut scopes = heapless::Vec::<&str, 64>::new();
        for item in items {
            // SAFETY: as the caller promises.
            let scope = unsafe { guard::text(*item) }?;
            scopes.push(scope).map_err(|_| Reason::NullArgument)?;
        }
        let challenge = reason.challenge(realm, &scopes);
        let value = challenge.as_ref().map_or("", |challenge| challenge.as_str());
        written.set(text::copy(value.as_bytes(), out)?);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ffi::CStr;

    fn read(text: *const c_char) -> &'static str {
        // SAFETY: every text of this file has a NUL and lives as long as the program.
        unsafe { CStr::from_ptr(text) }.to_str().unwrap()
    }

    #[test]
    fn every_reason_has_the_words_of_the_table() {
        for reason in Reason::ALL {
            let code = reason.code();
            assert_eq!(read(doorward_reason_name(code)), reason.name());
            assert_eq!(read(doorward_reason_text(code)), reason.text());
            assert_eq!(read(doorward_reason_body(code)), reason.class().body());
            assert_eq!(doorward_reason_status(code), u32::from(reason.status()));
        }
        for (code, name, status) in
            [(0, "ok", 200), (1, "unknown", 500), (u32::MAX, "unknown", 500)]
        {
            assert_eq!(read(doorward_reason_name(code)), name);
            assert_eq!(doorward_reason_status(code), status);
        }
    }
}
