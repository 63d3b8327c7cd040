//! Keys, and signed tokens outside of a request.

use crate::codes::*;
use crate::types::{doorward_bytes, doorward_gate, doorward_key, doorward_key_entry};
use crate::{boundary, guard};
use doorward_core::key::SecretBuffer;
use doorward_core::{Algorithm, Encoding, Jwt, Key, Parsed, Reason, UnixTime, jwt};

/// Verifies a signed token that did not come in a request, by a gate's rules for tokens: keys, claims,
/// times. Host, origin and scope rules are not asked.
///
/// @param gate         a gate with keys
/// @param token        the token, without `Bearer`
/// @param now          Unix time in seconds; 0: there is no clock
/// @param scratch      room for the claims, of any content
/// @param scratch_len  its bytes: `doorward_gate_scratch_bytes(gate)` are enough for any token, twice its length
///                     for this one
/// @param claims       receives the verified claims as JSON text
///
/// @return `DOORWARD_OK`, the first failing check's reason (30xx to 60xx), 1004 scratch_too_small, or
///         1005 config_invalid for a gate without keys.
///
/// Ownership: `*claims` points into `scratch` and is good until that is used again.
///
/// Threads: any number of calls may run at once, each with its own `scratch`.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 6)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_jwt_verify(
    gate: *const doorward_gate,
    token: doorward_bytes,
    now: u64,
    scratch: *mut u8,
    scratch_len: usize,
    claims: *mut doorward_bytes,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let state = unsafe { guard::gate(gate) }?;
        // The rules first, as for a decision.
        state.with(
            #[inline(always)]
            |gate, bytes| {
                // SAFETY: as the caller promises.
                let (token, scratch, out) = unsafe {
                    (
                        guard::bytes(token)?,
                        guard::buffer(scratch, scratch_len)?,
                        guard::out(claims)?,
                    )
                };
                let jwt = gate.jwt.as_ref().ok_or(Reason::ConfigInvalid)?;
                if scratch.len() < bytes.min(Jwt::scratch_bytes(token.len())) {
                    return Err(Reason::ScratchTooSmall);
                }
                let now = UnixTime::from_seconds(now);
                let (claims, _) = jwt.verify_within(gate.max_token_bytes, token, now, scratch)?;
                out.set(doorward_bytes::of(claims.as_bytes()));
                Ok(())
            },
        )
    })
}

/// Makes a key ready for signing, and for verifying payloads that are not claims.
///
/// @param key    storage for the key, of any content
/// @param entry  id, algorithm, encoding and secret; only read during the call
///
/// @return `DOORWARD_OK`, 1006 key_invalid, 1001 or 1003. After a failure the storage is wiped.
///
/// Ownership: the secret is not kept: wipe yours. The id is not copied: it stays where it is as long as
/// the key is used. End the key with `doorward_key_wipe`.
///
/// Threads: nobody else uses `key` meanwhile. Afterwards it is shared as `const`.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 2)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_key_init(
    key: *mut doorward_key,
    entry: *const doorward_key_entry,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        unsafe {
            guard::out(key)?;
            guard::wipe_key(key);
            let entry = guard::shared(entry)?;
            let id = guard::text(entry.id)?;
            let id = Some(id).filter(|id| !id.is_empty());
            let secret = guard::bytes(entry.secret)?;
            guard::place_key(key, make_key(id, entry.algorithm, entry.encoding, secret)?)
        }
    })
}

/// Wipes a key.
///
/// @param key  the key; NULL and storage that never became a key are fine
///
/// Threads: nobody else uses the key during the call or afterwards.
///
/// # Safety
/// Every pointer leads to what is said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_key_wipe(key: *mut doorward_key) {
    boundary::value((), || {
        // SAFETY: the caller's promise.
        unsafe { guard::wipe_key(key) };
        Some(())
    });
}

/// Signs claims: writes the token, `header.payload.signature`.
///
/// @param key      the key; its id, if it has one, becomes `kid`
/// @param claims   the claims set as JSON text; taken as it is, once it is one strict object without a
///                 name twice. Write it with a JSON library, not with printf: a quote in a name would
///                 write other claims
/// @param out      room for the token, used as scratch in between
/// @param out_len  its bytes, at least `doorward_jwt_signed_bytes(key, claims.len)`
/// @param written  receives the token's length; there is no NUL behind it
///
/// @return `DOORWARD_OK`, 5001 claims_json, 5002 claims_duplicate_name, 1011 output_too_small, 1001 or
///         1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 5)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_jwt_sign(
    key: *const doorward_key,
    claims: doorward_bytes,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (key, claims, out, written) = unsafe {
            (
                guard::key(key)?,
                guard::bytes(claims)?,
                guard::buffer(out, out_len)?,
                guard::out(written)?,
            )
        };
        written.set(jwt::sign(key, claims, out)?.len());
        Ok(())
    })
}

/// Bytes that `doorward_jwt_sign` needs.
///
/// @param key         the key
/// @param claims_len  bytes of the claims set
///
/// @return the bytes; 0 if `key` is no key.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_jwt_signed_bytes(
    key: *const doorward_key,
    claims_len: usize,
) -> usize {
    boundary::value(0, || {
        // SAFETY: the caller's promise.
        let key = unsafe { guard::key(key) }.ok()?;
        Some(jwt::signed_len(key, claims_len))
    })
}

/// Proves the MAC of a token and gives its payload, whatever that is: no claim and no time is judged,
/// `typ` and `kid` are passed over. For JWS that are not JWT.
///
/// @param key          the key
/// @param token        the token
/// @param scratch      room for the payload, of any content
/// @param scratch_len  its bytes; as many as the token has are more than enough
/// @param payload      receives the payload
///
/// @return `DOORWARD_OK`, a reason of the 30xx and 40xx families, 1004 scratch_too_small, 1001 or 1003.
///
/// Ownership: `*payload` points into `scratch` and is good until that is used again.
///
/// Threads: any number of calls may run at once, each with its own `scratch`.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 5)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_jws_verify(
    key: *const doorward_key,
    token: doorward_bytes,
    scratch: *mut u8,
    scratch_len: usize,
    payload: *mut doorward_bytes,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (key, token, scratch, out) = unsafe {
            (
                guard::key(key)?,
                guard::bytes(token)?,
                guard::buffer(scratch, scratch_len)?,
                guard::out(payload)?,
            )
        };
        let keys = core::slice::from_ref(key);
        let jwt = Jwt { ignore_kid: true, ignore_type: true, ..Jwt::new(keys) };
        let signed = Parsed::parse(token, token.len(), &jwt)?.prove(scratch)?;
        out.set(doorward_bytes::of(signed.payload()));
        Ok(())
    })
}

/// Decodes canonical base64url (RFC 4648 section 5, no padding).
///
/// @param text     the text
/// @param out      room for the bytes
/// @param out_len  how many; three for each four characters are enough
/// @param written  receives how many were written
///
/// @return `DOORWARD_OK`, 3002 token_alphabet, 3004 token_base64, 1011 output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_base64url_decode(
    text: doorward_bytes,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (text, out, written) =
            unsafe { (guard::bytes(text)?, guard::buffer(out, out_len)?, guard::out(written)?) };
        written.set(doorward_core::primitive::base64url_decode(text, out)?.len());
        Ok(())
    })
}

/// Encodes bytes as base64url without padding, in constant time.
///
/// @param bytes    the bytes
/// @param out      room for the text
/// @param out_len  how many bytes; four for each three bytes begun are enough
/// @param written  receives how many were written; there is no NUL behind them
///
/// @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_base64url_encode(
    bytes: doorward_bytes,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (bytes, out, written) =
            unsafe { (guard::bytes(bytes)?, guard::buffer(out, out_len)?, guard::out(written)?) };
        written.set(doorward_core::primitive::base64url_encode(bytes, out)?.len());
        Ok(())
    })
}

/// Longest secret that is decoded without a heap, in bytes: HMAC hashes what is longer than a block
/// (RFC 2104 §2), so that more than 128 bytes buy nothing.
const MAX_DECODED_SECRET: usize = 1024;

/// The key of these parts.
pub(crate) fn make_key(
    id: Option<&'static str>,
    algorithm: doorward_algorithm,
    encoding: doorward_encoding,
    secret: &[u8],
) -> Result<Key<'static>, Reason> {
    let algorithm = match algorithm {
        DOORWARD_HS256 => Algorithm::Hs256,
        DOORWARD_HS384 => Algorithm::Hs384,
        DOORWARD_HS512 => Algorithm::Hs512,
        _ => return Err(Reason::KeyInvalid),
    };
    let encoding = match encoding {
        DOORWARD_UTF8 => return Key::new(id, algorithm, secret),
        DOORWARD_BASE64 => Encoding::Base64,
        DOORWARD_BASE64URL => Encoding::Base64Url,
        DOORWARD_HEX => Encoding::Hex,
        _ => return Err(Reason::KeyInvalid),
    };
    let mut room = SecretBuffer::<MAX_DECODED_SECRET>::new();
    Key::new(id, algorithm, encoding.decode(secret, room.as_mut())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_secret_is_refused_as_a_key_and_not_cut() {
        let long = [b'a'; 4 * MAX_DECODED_SECRET];
        let made = make_key(None, DOORWARD_HS256, DOORWARD_HEX, &long);
        assert_eq!(made.err(), Some(Reason::KeyInvalid));
        assert!(make_key(None, DOORWARD_HS256, DOORWARD_UTF8, &long).is_ok());
    }
}
