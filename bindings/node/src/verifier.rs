//! A verifier of signed tokens, without a request around them.

use crate::answer;
use crate::clock;
use crate::node::{Answer, Call, Trouble};
use doorward_core::limits::MAX_TOKEN_BYTES;
use doorward_core::{Jwt, Key, jwt};
use doorward_policy::{Policy, Reason, Snapshot, UnixTime};
use std::cell::RefCell;
use zeroize::Zeroizing;

/// `openVerifier(policy)`: a function, or an error as JSON. `policy` is the JSON text of a policy
/// with a `jwt` table.
pub(crate) fn open(call: &Call) -> Answer {
    let text = Zeroizing::new(call.text(0)?);
    let policy = match Policy::from_json(&text) {
        Ok(policy) => policy,
        Err(error) => return call.give_text(&answer::policy_error(&error)),
    };
    let rules = policy.gate().snapshot();
    let room = RefCell::new(Room::default());
    call.function(move |call| verify(&rules, &room, call))
}

/// Memory that one verification after another uses.
#[derive(Default)]
struct Room {
    token: Vec<u8>,
    scratch: Vec<u8>,
}

/// `verify(token, now)`: the claims as JSON text, or the reason's number.
fn verify(rules: &Snapshot, room: &RefCell<Room>, call: &Call) -> Answer {
    let mut room = room.try_borrow_mut().map_err(|_| Trouble::Internal)?;
    let Room { token, scratch } = &mut *room;
    if token.is_empty() {
        // Most tokens are shorter; a longer one makes the room longer, once.
        token.resize(2_048, 0);
    }
    let token = call.read(0, MAX_TOKEN_BYTES, token)?;
    let now = clock::at(call.number(1)?);
    match judge(rules, token, now, scratch) {
        Ok(claims) => call.give_text(claims),
        Err(reason) => call.give_number(reason.code()),
    }
}

pub(crate) fn judge<'s>(
    rules: &Snapshot,
    token: &[u8],
    now: UnixTime,
    scratch: &'s mut Vec<u8>,
) -> Result<&'s str, Reason> {
    let jwt = rules.gate().jwt.ok_or(Reason::ConfigInvalid)?;
    let needed = Jwt::scratch_bytes(token.len().min(MAX_TOKEN_BYTES));
    if scratch.len() < needed {
        scratch.resize(needed, 0);
    }
    jwt.verify(token, now, scratch).map(|claims| claims.json())
}

/// `sign(algorithm, secret, encoding, kid, claims)`: a token, or the reason's number.
pub(crate) fn sign(call: &Call) -> Answer {
    let (kid, claims) = (call.optional_text(3)?, call.read_all(4)?);
    let signed = with_key(call, kid.as_deref(), |key| {
        let mut out = vec![0; jwt::signed_len(&key, claims.len())];
        jwt::sign(&key, &claims, &mut out).map(str::to_owned)
    })?;
    match signed {
        Ok(token) => call.give_text(&token),
        Err(reason) => call.give_number(reason.code()),
    }
}

/// Makes the key of the arguments `(algorithm, secret, encoding)`.
pub(crate) fn with_key<T>(
    call: &Call,
    kid: Option<&str>,
    work: impl FnOnce(Key<'_>) -> Result<T, Reason>,
) -> Result<Result<T, Reason>, Trouble> {
    use doorward_core::{Algorithm, Encoding};
    let algorithm = Algorithm::from_name(&call.text(0)?)
        .ok_or(Trouble::Usage("algorithm must be HS256, HS384 or HS512"))?;
    let text = Zeroizing::new(call.read_all(1)?);
    let encoding = match call.text(2)?.as_str() {
        "utf8" => Encoding::Utf8,
        "base64" => Encoding::Base64,
        "base64url" => Encoding::Base64Url,
        "hex" => Encoding::Hex,
        _ => return Err(Trouble::Usage("encoding must be utf8, base64, base64url or hex")),
    };
    let mut room = Zeroizing::new(vec![0; text.len()]);
    let secret = encoding.decode(&text, &mut room);
    Ok(secret.and_then(|secret| Key::new(kid, algorithm, secret)).and_then(work))
}
