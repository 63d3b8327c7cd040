//! A verifier of signed tokens, without a request around them.

use crate::answer;
use crate::clock;
use crate::node::{Answer, Call, Trouble};
use doorward_core::limits::MAX_TOKEN_BYTES;
use doorward_core::{Jwt, Key, jwt};
use doorward_policy::{Policy, Reason, Snapshot, UnixTime};
use std::cell::RefCell;
use std::rc::Rc;
use zeroize::Zeroizing;

/// `openVerifier(policy)`: two functions, or an error as JSON. `policy` is the JSON text of a policy
/// with a `jwt` table.
pub(crate) fn open(call: &Call) -> Answer {
    let text = Zeroizing::new(call.text(0)?);
    let policy = match Policy::from_json(&text) {
        Ok(policy) => policy,
        Err(error) => return call.give_text(&answer::policy_error(&error)),
    };
    let rules = policy.gate().snapshot();
    let verifier = Rc::new(Verifier { rules, room: RefCell::default() });
    let checker = Rc::clone(&verifier);
    let verify = call.function(move |call| verifier.verify(call))?;
    let check = call.function(move |call| checker.check(call))?;
    call.give_list(&[verify, check])
}

struct Verifier {
    rules: Snapshot,
    room: RefCell<Room>,
}

/// Memory that one verification after another uses.
#[derive(Default)]
struct Room {
    token: Vec<u8>,
    scratch: Vec<u8>,
}

impl Verifier {
    /// `verify(token, now)`: the claims as JSON text, or the reason's number.
    fn verify(&self, call: &Call) -> Answer {
        self.judge(call, |claims| match claims {
            Ok(claims) => call.give_utf8(claims),
            Err(reason) => call.give_number(reason.code()),
        })
    }

    /// `check(token, now)`: undefined, or the reason's number. A text for JavaScript costs half as much
    /// as all else around the verification.
    fn check(&self, call: &Call) -> Answer {
        self.judge(call, |claims| match claims {
            Ok(_) => call.give_nothing(),
            Err(reason) => call.give_number(reason.code()),
        })
    }

    #[inline]
    fn judge(&self, call: &Call, give: impl FnOnce(Result<&[u8], Reason>) -> Answer) -> Answer {
        let mut room = self.room.try_borrow_mut().map_err(|_| Trouble::Internal)?;
        let Room { token, scratch } = &mut *room;
        if token.is_empty() {
            // Most tokens are shorter; a longer one makes the room longer, once.
            token.resize(2_048, 0);
        }
        let token = call.read(0, MAX_TOKEN_BYTES, token)?;
        let now = clock::at(call.number(1)?);
        give(judge(&self.rules, token, now, scratch))
    }
}

/// The claims of a token, as UTF-8.
#[inline]
pub(crate) fn judge<'s>(
    rules: &Snapshot,
    token: &[u8],
    now: UnixTime,
    scratch: &'s mut Vec<u8>,
) -> Result<&'s [u8], Reason> {
    let jwt = rules.jwt().ok_or(Reason::ConfigInvalid)?;
    let needed = Jwt::scratch_bytes(token.len().min(MAX_TOKEN_BYTES));
    if scratch.len() < needed {
        scratch.resize(needed, 0);
    }
    jwt.verify(token, now, scratch).map(|claims| claims.as_bytes())
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
