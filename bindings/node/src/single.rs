//! Single functions of the path: one call in, one answer out. A number is a reason's.

use crate::answer;
use crate::clock;
use crate::node::{Answer, Call, Trouble};
use crate::verifier::with_key;
use doorward_core::limits::MAX_TOKEN_BYTES;
use doorward_core::{
    Challenge, Digest, Form, Host, Jwt, Origin, Parsed, Reason, Request, Scheme, Unprotected,
    capability, credential, origin, primitive, scope, startup_check, strip,
};
use doorward_policy::Policy;
use serde_json::json;
use std::cell::RefCell;
use zeroize::Zeroizing;

fn give(call: &Call, result: Result<&[u8], Reason>) -> Answer {
    match result {
        Ok(bytes) => call.give_bytes(bytes),
        Err(reason) => call.give_number(reason.code()),
    }
}

/// `newToken(form)`: a capability token from the system's random source.
pub(crate) fn new_token(call: &Call) -> Answer {
    let token = doorward_policy::clock::new_token(form(call, 0)?).map_err(|_| Trouble::Internal)?;
    call.give_text(&token)
}

/// `tokenOf(form, entropy)`: the capability token of 32 given bytes.
pub(crate) fn token_of(call: &Call) -> Answer {
    let mut out = Zeroizing::new([0; 64]);
    let entropy = entropy(call, 1)?;
    let token = capability::generate(&entropy, form(call, 0)?, out.as_mut_slice());
    give(call, token.map(str::as_bytes))
}

fn form(call: &Call, at: usize) -> Result<Form, Trouble> {
    match call.text(at)?.as_str() {
        "base64url" => Ok(Form::Base64Url),
        "hex" => Ok(Form::Hex),
        "letters62" => Ok(Form::Letters62),
        _ => Err(Trouble::Usage("form must be base64url, hex or letters62")),
    }
}

pub(crate) fn entropy(call: &Call, at: usize) -> Result<Zeroizing<[u8; 32]>, Trouble> {
    let bytes = Zeroizing::new(call.read_all(at)?);
    let bytes = bytes.as_slice().try_into().map_err(|_| Trouble::Usage("entropy is 32 bytes"))?;
    Ok(Zeroizing::new(bytes))
}

/// `digest(token)`: SHA-256 in hexadecimal digits.
pub(crate) fn digest(call: &Call) -> Answer {
    let token = Zeroizing::new(call.read_all(0)?);
    call.give_text(&Digest::of(&token).to_string())
}

/// `find(token, digests)`: the place of the token's digest among those, or undefined.
pub(crate) fn find(call: &Call) -> Answer {
    let token = Zeroizing::new(call.read_all(0)?);
    let stored = call.read_parts(1, usize::MAX, usize::MAX / 4)?.unwrap_or_default();
    let stored = stored.iter().map(|hex| digest_of(hex)).collect::<Result<Vec<_>, _>>()?;
    match capability::find(&token, stored.iter()).and_then(|index| u32::try_from(index).ok()) {
        Some(index) => call.give_number(index),
        None => call.give_nothing(),
    }
}

/// `matches(token, digest)`: whether the token is that of the digest.
pub(crate) fn matches(call: &Call) -> Answer {
    let token = Zeroizing::new(call.read_all(0)?);
    let mut hex = vec![0; 80];
    let stored = digest_of(call.read(1, 64, &mut hex)?)?;
    call.give_bool(capability::find(&token, std::iter::once(&stored)).is_some())
}

fn digest_of(hex: &[u8]) -> Result<Digest, Trouble> {
    std::str::from_utf8(hex)
        .ok()
        .and_then(Digest::from_hex)
        .ok_or(Trouble::Usage("a digest is 64 hexadecimal digits"))
}

/// `hasScope(claims, claim, scope)`: whether the claim of that name lists the scope.
pub(crate) fn has_scope(call: &Call) -> Answer {
    let (claims, claim, scope) = (call.read_all(0)?, call.text(1)?, call.text(2)?);
    let lists = primitive::json_at(&claims, &[&claim]).is_some_and(|it| scope::lists(it, &scope));
    call.give_bool(lists)
}

/// `originParse(value)`: undefined, or the reason's number.
pub(crate) fn origin_parse(call: &Call) -> Answer {
    let value = call.read_all(0)?;
    match Origin::parse(&value) {
        Ok(Origin::Tuple(_)) => call.give_nothing(),
        Ok(Origin::Null) => call.give_number(Reason::OriginNull.code()),
        Err(reason) => call.give_number(reason.code()),
    }
}

/// `originNormalise(line)`: the canonical text of a line of an origin list, or the reason's number.
pub(crate) fn origin_normalise(call: &Call) -> Answer {
    let line = call.text(0)?;
    match origin::canonical(&line) {
        Ok(text) => call.give_text(&text),
        Err(reason) => call.give_number(reason.code()),
    }
}

/// `hostParse(value, scheme)`: host and port as JSON, or the reason's number.
pub(crate) fn host_parse(call: &Call) -> Answer {
    let value = call.read_all(0)?;
    let scheme = Scheme::parse(&call.read_all(1)?)
        .ok_or(Trouble::Usage("scheme must be http, https, ws or wss"))?;
    let Some(host) = Host::parse(&value) else {
        return call.give_number(Reason::HostMalformed.code());
    };
    let written = host.to_string();
    let name = host.port().map_or(written.as_str(), |port| {
        written.strip_suffix(&format!(":{port}")).unwrap_or(&written)
    });
    call.give_text(&json!({ "host": name, "port": host.port_or_default(scheme) }).to_string())
}

/// `bearer(value)`: the token of an Authorization line, or the reason's number.
pub(crate) fn bearer(call: &Call) -> Answer {
    let value = call.read_all(0)?;
    give(call, credential::bearer(&value))
}

/// `base64urlDecode(text)`: the bytes as a string of one character each, or the reason's number.
pub(crate) fn base64url_decode(call: &Call) -> Answer {
    let text = call.read_all(0)?;
    let mut out = vec![0; text.len()];
    give(call, primitive::base64url_decode(&text, &mut out))
}

/// `base64urlEncode(bytes)`
pub(crate) fn base64url_encode(call: &Call) -> Answer {
    let bytes = call.read_all(0)?;
    // Four characters for three bytes, and at most three more.
    let mut out = vec![0; bytes.len().div_ceil(3) * 4];
    give(call, primitive::base64url_encode(&bytes, &mut out).map(str::as_bytes))
}

/// `jsonObject(text)`: undefined if it is one strict JSON object, or the reason's number.
pub(crate) fn json_object(call: &Call) -> Answer {
    let text = call.read_all(0)?;
    let mut spare = vec![0; text.len()];
    match primitive::json_object(&text, &mut spare) {
        Ok(()) => call.give_nothing(),
        Err(reason) => call.give_number(reason.code()),
    }
}

/// `claimAt(text, path, kind)`: the value as JSON text, or undefined where there is none of the kind.
pub(crate) fn claim_at(call: &Call) -> Answer {
    let text = call.read_all(0)?;
    let path: Vec<String> =
        serde_json::from_str(&call.text(1)?).map_err(|_| Trouble::Usage("path must be names"))?;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let found = primitive::json_at(&text, &path);
    let value = match call.text(2)?.as_str() {
        "string" => found.and_then(|it| it.as_str()).map(|it| json!(it.to_string()).to_string()),
        "integer" => found.and_then(|it| it.as_i64()).map(|it| it.to_string()),
        "bool" => found.and_then(|it| it.as_bool()).map(|it| it.to_string()),
        "raw" => found.map(|it| it.raw().to_owned()),
        _ => return Err(Trouble::Usage("kind must be string, integer, bool or raw")),
    };
    value.map_or_else(|| call.give_nothing(), |text| call.give_text(&text))
}

thread_local! {
    /// The claims of which one is read.
    static CLAIMS: RefCell<Vec<u8>> = RefCell::new(vec![0; 2_048]);
}

/// `plainClaim(claims, name)`: a claim of the outermost object that is a string and written as it reads,
/// or undefined.
pub(crate) fn plain_claim(call: &Call) -> Answer {
    CLAIMS.with_borrow_mut(|room| {
        let mut name = [0; 16];
        let len = call.copy_ascii(1, &mut name)?.ok_or(Trouble::Usage("expected a short name"))?;
        let name = std::str::from_utf8(name.get(..len).unwrap_or_default()).unwrap_or_default();
        let claims = call.read(0, MAX_TOKEN_BYTES, room)?;
        let found = primitive::json_at(claims, &[name]).and_then(|claim| claim.as_str());
        match found.map(|text| text.raw()).filter(|raw| !raw.contains('\\')) {
            Some(raw) => call.give_text(raw),
            None => call.give_nothing(),
        }
    })
}

/// `stripQuery(target, name)`
pub(crate) fn strip_query(call: &Call) -> Answer {
    strip(call, strip::strip_query)
}

/// `stripCookie(value, name)`
pub(crate) fn strip_cookie(call: &Call) -> Answer {
    strip(call, strip::strip_cookie)
}

/// `stripSubprotocol(value, prefix)`
pub(crate) fn strip_subprotocol(call: &Call) -> Answer {
    strip(call, strip::strip_subprotocol)
}

fn strip(
    call: &Call,
    strip: impl for<'o> Fn(&[u8], &str, &'o mut [u8]) -> Result<&'o [u8], Reason>,
) -> Answer {
    let (read, name) = (call.read_parts(0, 1, usize::MAX / 4)?.unwrap_or_default(), call.text(1)?);
    let value = read.first().map(Vec::as_slice).unwrap_or_default();
    // Twice its length is enough: between two items a space may be added.
    let mut out = vec![0; value.len() * 2];
    give(call, strip(value, &name, &mut out))
}

/// `listen(address, credential, mode)`: `ok`, `warn`, or the reason's number.
pub(crate) fn listen(call: &Call) -> Answer {
    let address = doorward_policy::read_address(&call.text(0)?)
        .ok_or(Trouble::Usage("expected an address: 127.0.0.1, [::1]:8080, localhost:8080"))?;
    let mode = match call.text(2)?.as_str() {
        "refuse" => Unprotected::Refuse,
        "warn" => Unprotected::Warn,
        _ => return Err(Trouble::Usage("mode must be refuse or warn")),
    };
    answer::startup(call, startup_check(address, call.count(1)? == 1, mode))
}

/// `key(algorithm, secret, encoding)`: undefined, or the reason's number.
pub(crate) fn key(call: &Call) -> Answer {
    match with_key(call, None, |_| Ok(()))? {
        Ok(()) => call.give_nothing(),
        Err(reason) => call.give_number(reason.code()),
    }
}

/// `jws(algorithm, secret, encoding, token)`: the payload as a string of one character a byte, or the
/// reason's number. Neither `typ` nor claims are judged.
pub(crate) fn jws(call: &Call) -> Answer {
    let token = call.read_all(3)?;
    let mut scratch = vec![0; Jwt::scratch_bytes(token.len())];
    let proven = with_key(call, None, |key| {
        let keys = [key];
        let jwt = Jwt { ignore_kid: true, ignore_type: true, ..Jwt::new(&keys) };
        let signed = Parsed::parse(&token, token.len(), &jwt)?.prove(&mut scratch)?;
        Ok(signed.payload().to_vec())
    })?;
    give(call, proven.as_deref().map_err(|reason| *reason))
}

/// `challenge(code, realm, scopes)`: the `WWW-Authenticate` value, or undefined.
pub(crate) fn challenge(call: &Call) -> Answer {
    let reason = Reason::from_code(call.count(0)?).ok_or(Trouble::Usage("no such reason"))?;
    let realm = call.text(1)?;
    let scopes: Vec<String> = serde_json::from_str(&call.text(2)?)
        .map_err(|_| Trouble::Usage("scopes must be strings"))?;
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    match reason.challenge(&realm, &scopes).as_ref().map(Challenge::as_str) {
        Some(text) => call.give_text(text),
        None => call.give_nothing(),
    }
}

/// `decideWithScratch(policy, bytes)`: what a gate answers an empty request when it is given that much
/// memory: the reason's number, 0 if it may come in.
pub(crate) fn decide_with_scratch(call: &Call) -> Answer {
    let policy = match Policy::from_json(&call.text(0)?) {
        Ok(policy) => policy,
        Err(error) => return call.give_text(&answer::policy_error(&error)),
    };
    let request =
        Request { method: b"GET", target: b"/", scheme: Scheme::Https, peer: None, headers: &[] };
    let mut scratch = vec![0; usize::try_from(call.count(1)?).unwrap_or(usize::MAX)];
    let rules = policy.gate().snapshot();
    let decision = rules.decide(&request, clock::at(None), &mut scratch);
    call.give_number(decision.reason().map_or(0, Reason::code))
}
