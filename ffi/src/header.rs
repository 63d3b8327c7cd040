//! Single checks of header values, for servers that have a path of their own.

use crate::codes::*;
use crate::decide::scheme;
use crate::types::doorward_bytes;
use crate::{boundary, guard, text};
use core::fmt::Write as _;
use doorward_core::limits::MAX_ORIGIN_BYTES;
use doorward_core::{Host, Origin, Reason, credential, origin};

/// The token of an `Authorization` value (RFC 6750 section 2.1).
///
/// @param value  the header's value
/// @param token  receives the token: a part of `value`
///
/// @return `DOORWARD_OK`, 2302 credential_malformed, 2304 credential_scheme_unsupported, 1001 or 1003.
///
/// Ownership: `*token` points into `value`.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(2)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_bearer(
    value: doorward_bytes,
    token: *mut doorward_bytes,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (value, out) = unsafe { (guard::bytes(value)?, guard::out(token)?) };
        out.set(doorward_bytes::of(credential::bearer(value)?));
        Ok(())
    })
}

/// Checks the grammar of an `Origin` value: a serialized origin (RFC 6454 section 6.2). Whether the page
/// may ask is for a gate to say.
///
/// @param value  the header's value
///
/// @return `DOORWARD_OK`, 2203 origin_malformed, 2204 origin_null for `null`, or 1001.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_origin_check(value: doorward_bytes) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        match Origin::parse(unsafe { guard::bytes(value) }?)? {
            Origin::Null => Err(Reason::OriginNull),
            Origin::Tuple(_) => Ok(()),
        }
    })
}

/// The canonical text of a line of an origin list: what a browser would send, or a pattern: one label in
/// front of a name, or any port of a loopback name.
///
/// @param line     the line
/// @param out      room for the text; 512 bytes are always enough
/// @param out_len  its bytes
/// @param written  receives the text's length; there is no NUL behind it
///
/// @return `DOORWARD_OK`, 1007 origin_rule_invalid for a line that could match no page or nearly every
///         page, 1011 output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_origin_canonical(
    line: doorward_bytes,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (line, out, written) =
            unsafe { (guard::text(line)?, guard::buffer(out, out_len)?, guard::out(written)?) };
        written.set(text::copy(origin::canonical(line)?.as_bytes(), out)?);
        Ok(())
    })
}

/// Reads a `Host` value strictly: no white space, user info, percent sign, trailing dot or empty port,
/// and no number that a browser would turn into an IPv4 address.
///
/// @param value    the header's value
/// @param scheme   the connection's scheme, for the default port
/// @param out      room for the name in lower case, IPv6 in brackets; 253 bytes are always enough
/// @param out_len  its bytes
/// @param written  receives the name's length; there is no NUL behind it
/// @param port     receives the port
///
/// @return `DOORWARD_OK`, 2103 host_malformed, 1011 output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(5, 6)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_host_parse(
    value: doorward_bytes,
    scheme: doorward_scheme,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
    port: *mut u16,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (value, out, written, port) = unsafe {
            (
                guard::bytes(value)?,
                guard::buffer(out, out_len)?,
                guard::out(written)?,
                guard::out(port)?,
            )
        };
        let scheme = self::scheme(scheme)?;
        let host = Host::parse(value).ok_or(Reason::HostMalformed)?;
        let mut whole = heapless::String::<MAX_ORIGIN_BYTES>::new();
        write!(whole, "{host}").map_err(|_| Reason::Internal)?;
        // The port is told by itself; a name has no colon, and an address ends with its bracket.
        let colon = whole.as_bytes().iter().rposition(|&byte| byte == b':');
        let name = match (colon, host.port()) {
            (Some(colon), Some(_)) => whole.get(..colon).ok_or(Reason::Internal)?,
            _ => whole.as_str(),
        };
        let len = text::copy(name.as_bytes(), out)?;
        written.set(len);
        port.set(host.port_or_default(scheme));
        Ok(())
    })
}
