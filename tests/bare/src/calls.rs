//! The other public functions, a few to each exported one.

use crate::input::{Input, Room, address};
use core::fmt::{self, Write};
use doorward_core::primitive::{base64url_decode, base64url_encode, json_at, json_object};
use doorward_core::{
    Algorithm, Cidr, ClaimRules, Claims, ClaimsWriter, Digest, Encoding, Form, Host, HostPattern,
    Jwt, Key, NumericDate, Origin, OriginPattern, Parsed, Place, Reason, Scheme, Startup, Tickets,
    UnixTime, Unprotected, Value, capability, credential, key, listen, origin, sign, startup_check,
    strip_cookie, strip_query, strip_subprotocol, ticket,
};

/// Exports a function that reads an `Input`, writes to a buffer and returns 0 or a reason's number.
macro_rules! export {
    ($( $name:ident => $function:ident; )*) => { $(
        /// See the function of this file that it calls.
        ///
        /// # Safety
        /// Both pointers are valid, and so are the texts and the buffer behind them; nobody else
        /// uses any of it meanwhile.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(input: *const Input, out: *mut Room) -> u32 {
            // SAFETY: as the caller promises.
            match unsafe { $function(&*input, (*out).bytes()) } {
                Ok(()) => 0,
                Err(reason) => reason.code(),
            }
        }
    )* };
}

export! {
    bare_sign => signs;
    bare_verify => verifies;
    bare_secret => decodes_a_secret;
    bare_capability => makes_a_capability;
    bare_host => reads_hosts;
    bare_origin => reads_origins;
    bare_credential => reads_credentials;
    bare_strip => strips;
    bare_tickets => issues_and_redeems;
    bare_listen => judges_a_listener;
    bare_reason => explains;
    bare_json => reads_json;
    bare_base64url => codes_base64url;
    bare_print => prints;
}

/// The negative control: an index that only C knows.
#[cfg(feature = "planted-panic")]
#[unsafe(no_mangle)]
pub extern "C" fn bare_planted(at: usize) -> u8 {
    const TABLE: [u8; 4] = *b"door";
    TABLE[at]
}

fn copy(text: &[u8], out: &mut [u8]) -> Result<(), Reason> {
    let out = out.get_mut(..=text.len()).ok_or(Reason::OutputTooSmall)?;
    for (place, byte) in out.iter_mut().zip(text.iter().chain(&[0])) {
        *place = *byte;
    }
    Ok(())
}

fn algorithm(number: u64) -> Algorithm {
    match number {
        0 => Algorithm::Hs256,
        1 => Algorithm::Hs384,
        _ => Algorithm::Hs512,
    }
}

/// Texts: kid, secret, subject, a claim's name, a claim's JSON text. Writes the token.
unsafe fn signs(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (kid, secret, subject, name, raw) =
        unsafe { (input.str(0), input.bytes(1), input.str(2), input.str(3), input.str(4)) };
    let id = (!kid.is_empty()).then_some(kid);
    let key = Key::new(id, algorithm(input.number), secret)?;
    let mut claims = [0; 1024];
    let mut writer = ClaimsWriter::new(&mut claims)
        .string("sub", subject)
        .integer("exp", input.now as i64)
        .bool("admin", input.flags & 1 == 1);
    if !name.is_empty() {
        writer = writer.raw(name, raw);
    }
    let mut token = [0; 4096];
    let token = sign(&key, writer.finish()?.as_bytes(), &mut token)?;
    copy(token.as_bytes(), out)
}

/// Texts: token, secret, issuer, a claim's name, a name below it. Writes `sub`.
unsafe fn verifies(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (token, secret, issuer, name, below) =
        unsafe { (input.bytes(0), input.bytes(1), input.str(2), input.str(3), input.str(4)) };
    let key = [Key::new(None, algorithm(input.number), secret)?];
    let jwt = Jwt {
        claims: ClaimRules {
            issuer: (!issuer.is_empty()).then_some(issuer),
            ..ClaimRules::default()
        },
        ..Jwt::new(&key)
    };
    let mut scratch = [0; 2 * 16_384];
    let _ = jwt.verify(token, input.now(), &mut scratch)?;
    let signed = Parsed::parse(token, 16_384, &jwt)?.prove(&mut scratch)?;
    if signed.payload().is_empty() || signed.key() > 0 {
        return Err(Reason::ClaimsJson);
    }
    let claims = signed.claims(&jwt.claims, input.now())?;
    reads_claims(&claims, name, below, out)
}

fn reads_claims(
    claims: &Claims<'_>,
    name: &str,
    below: &str,
    out: &mut [u8],
) -> Result<(), Reason> {
    let seconds = |date: Option<NumericDate>| date.map_or(0, NumericDate::seconds);
    let mut sum = seconds(claims.expires())
        .wrapping_add(seconds(claims.not_before()))
        .wrapping_add(seconds(claims.issued_at()))
        .wrapping_add(claims.json().len() as i64);
    for value in
        [claims.get(name), claims.at(&[name, below]), claims.audience()].into_iter().flatten()
    {
        sum = sum.wrapping_add(reads_value(&value, below));
    }
    for text in [claims.issuer(), claims.token_id()].into_iter().flatten() {
        sum = sum.wrapping_add(text.raw().len() as i64);
    }
    let mut room = [0; 256];
    let subject = match claims.subject() {
        Some(subject) => subject.copy_to(&mut room).ok_or(Reason::OutputTooSmall)?,
        None => "",
    };
    copy(subject.as_bytes(), out)?;
    if sum == 1 { Err(Reason::ClaimsJson) } else { Ok(()) }
}

fn reads_value(value: &Value<'_>, name: &str) -> i64 {
    let elements = value.elements().into_iter().flatten();
    let text = value.as_str().map_or(0, |text| {
        let plain = text.plain().map_or(0, str::len) as i64;
        i64::from(text == name) + i64::from(text == text) + text.chars().count() as i64 + plain
    });
    text.wrapping_add(value.as_i64().unwrap_or_default())
        .wrapping_add(i64::from(value.as_bool().unwrap_or_default()))
        .wrapping_add(i64::from(value.is_null()))
        .wrapping_add(value.raw().len() as i64)
        .wrapping_add(elements.map(|element| element.raw().len() as i64).sum::<i64>())
        .wrapping_add(i64::from(value.get(name).is_some()))
}

/// Texts: an encoded secret. Makes a key of it.
unsafe fn decodes_a_secret(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let text = unsafe { input.bytes(0) };
    let encoding = match input.flags {
        0 => Encoding::Utf8,
        1 => Encoding::Base64,
        2 => Encoding::Base64Url,
        _ => Encoding::Hex,
    };
    let mut room = key::SecretBuffer::<256>::new();
    let secret = encoding.decode(text, room.as_mut())?;
    let key = Key::new(None, algorithm(input.number), secret)?;
    copy(key.algorithm().name().as_bytes(), out)
}

/// Texts: 32 bytes of entropy. Writes a token, and finds it again by its digest.
unsafe fn makes_a_capability(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let entropy = unsafe { input.bytes(0) }.first_chunk().ok_or(Reason::CapabilityInvalid)?;
    let form = match input.flags {
        0 => Form::Base64Url,
        1 => Form::Hex,
        _ => Form::Letters62,
    };
    let mut room = [0; 64];
    let token = capability::generate(entropy, form, &mut room)?;
    capability::check_strength(token.as_bytes(), input.number != 0)?;
    let stored = [Digest::from_bytes(*entropy), Digest::of(token.as_bytes()), Digest::of(entropy)];
    if capability::find(token.as_bytes(), stored.iter()) != Some(1) {
        return Err(Reason::CapabilityUnknown);
    }
    copy(token.as_bytes(), out)
}

/// Texts: a Host, a host pattern, an address block, a scheme. Writes the Host as it is compared.
unsafe fn reads_hosts(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (text, pattern, block, scheme) =
        unsafe { (input.bytes(0), input.str(1), input.str(2), input.bytes(3)) };
    let host = Host::parse(text).ok_or(Reason::HostMalformed)?;
    HostPattern::parse(pattern)?;
    Cidr::parse(block)?;
    let scheme = Scheme::parse(scheme).ok_or(Reason::ForwardedProtoUnknown)?;
    let mut writer = Printed::new(out);
    write!(writer, "{host}").map_err(|_| Reason::OutputTooSmall)?;
    let odd = host.is_loopback_name() && host.port() != Some(host.port_or_default(scheme));
    if odd && input.flags == 1 {
        return Err(Reason::HostNotAllowed);
    }
    Ok(())
}

/// Texts: an Origin, a line of the list. Writes the line's canonical text.
unsafe fn reads_origins(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (header, line) = unsafe { (input.bytes(0), input.str(1)) };
    let line = origin::canonical(line)?;
    OriginPattern::new(&line)?;
    copy(line.as_bytes(), out)?;
    match Origin::parse(header)? {
        Origin::Null => Err(Reason::OriginNull),
        Origin::Tuple(_) => Ok(()),
    }
}

/// Texts: a place, an `Authorization` value. Writes the bearer's token.
unsafe fn reads_credentials(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (place, value) = unsafe { (input.str(0), input.bytes(1)) };
    let place = Place::parse(place)?;
    if place.is_cookie() && place.as_str().is_empty() {
        return Err(Reason::ConfigInvalid);
    }
    copy(credential::bearer(value)?, out)
}

/// Texts: a target, a cookie line, a subprotocol line, the name to strip. Writes the one that the
/// flags choose.
unsafe fn strips(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (target, cookie, subprotocol, name) =
        unsafe { (input.bytes(0), input.bytes(1), input.bytes(2), input.str(3)) };
    let mut room = [0; 512];
    let rest = match input.flags {
        0 => strip_query(target, name, &mut room)?,
        1 => strip_cookie(cookie, name, &mut room)?,
        _ => strip_subprotocol(subprotocol, name, &mut room)?,
    };
    copy(rest, out)
}

/// Texts: 32 bytes of entropy, the payload. Issues a ticket `number` seconds before it is redeemed,
/// and writes what it holds.
unsafe fn issues_and_redeems(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (entropy, payload) = unsafe { (input.bytes(0), input.bytes(1)) };
    let entropy = entropy.first_chunk().ok_or(Reason::CapabilityInvalid)?;
    let mut tickets = Tickets::<4>::new(30);
    let mut room = [0; 43];
    let issued = UnixTime::from_seconds(input.now.wrapping_sub(input.number));
    for _ in 0..input.flags {
        let _ = tickets.issue(&[0; 32], b"", issued, &mut room)?;
    }
    let token = tickets.issue(entropy, payload, issued, &mut room)?;
    let found = tickets.redeem(token.as_bytes(), input.now())?;
    if found.len() > ticket::MAX_PAYLOAD_BYTES {
        return Err(Reason::OutputTooSmall);
    }
    copy(found, out)?;
    match tickets.redeem(token.as_bytes(), input.now()) {
        Err(Reason::TokenAlreadyUsed) => Ok(()),
        _ => Err(Reason::TokenAlreadyUsed),
    }
}

/// Texts: the 4 or 16 bytes of an address.
unsafe fn judges_a_listener(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let address = address(unsafe { input.bytes(0) }).ok_or(Reason::ConfigInvalid)?;
    let mode = match input.flags & 1 {
        0 => Unprotected::Refuse,
        _ => Unprotected::Warn,
    };
    let word: &[u8] = match startup_check(address, input.flags & 2 == 2, mode)? {
        Startup::Protected if listen::is_loopback(address) => b"loopback",
        Startup::Protected => b"protected",
        Startup::Warned => b"warned",
    };
    copy(word, out)
}

/// Texts: a realm, a scope. Writes the challenge of the reason with this number.
unsafe fn explains(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (realm, scope) = unsafe { (input.str(0), input.str(1)) };
    let reason = u32::try_from(input.number)
        .ok()
        .and_then(Reason::from_code)
        .ok_or(Reason::ConfigInvalid)?;
    let class = reason.class();
    let told = [
        reason.name(),
        reason.text(),
        class.name(),
        class.body(),
        class.error_code().unwrap_or_default(),
    ];
    if told.iter().map(|text| text.len()).sum::<usize>() == usize::from(reason.status()) {
        return Err(Reason::ConfigInvalid);
    }
    match reason.challenge(realm, &[scope]) {
        Some(challenge) => copy(challenge.as_str().as_bytes(), out),
        None => copy(b"", out),
    }
}

/// Texts: a JSON object, a name, a name below it. Writes the value's text.
unsafe fn reads_json(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (text, name, below) = unsafe { (input.bytes(0), input.str(1), input.str(2)) };
    let mut spare = [0; 4096];
    json_object(text, &mut spare)?;
    let path = [name, below];
    let path = path.get(..1 + usize::from(!below.is_empty()));
    let value = json_at(text, path.unwrap_or_default()).ok_or(Reason::ClaimMissing)?;
    if reads_value(&value, below) == i64::MAX {
        return Err(Reason::ClaimsJson);
    }
    copy(value.raw().as_bytes(), out)
}

/// Texts: base64url. Writes it decoded and encoded again.
unsafe fn codes_base64url(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let text = unsafe { input.bytes(0) };
    let (mut bytes, mut again) = ([0; 512], [0; 512]);
    let bytes = base64url_decode(text, &mut bytes)?;
    copy(base64url_encode(bytes, &mut again)?.as_bytes(), out)
}

/// Texts: a Host, an Origin, a JSON object, the name of a string in it. Writes what is printed.
unsafe fn prints(input: &Input, out: &mut [u8]) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (host, header, text, name) =
        unsafe { (input.bytes(0), input.bytes(1), input.bytes(2), input.str(3)) };
    let host = Host::parse(host).ok_or(Reason::HostMalformed)?;
    let reason = Origin::parse(header).err();
    // Not the Debug of configured texts and of the peer's address: the standard library's code for
    // those keeps a panic. No denial needs it.
    let key = Key::new(None, algorithm(input.number), &[7; 64])?;
    let digest = Digest::of(text);
    let value = json_at(text, &[name]);
    let mut writer = Printed::new(out);
    (|| -> fmt::Result {
        write!(writer, "{host} {digest} {digest:?} ")?;
        if let Ok(Origin::Tuple(tuple)) = Origin::parse(header) {
            write!(writer, "{tuple} ")?;
        }
        if let Some(reason) = reason {
            write!(writer, "{reason} ")?;
        }
        if let Some(text) = value.and_then(|value| value.as_str()) {
            write!(writer, "{text} {text:?} ")?;
        }
        write!(writer, "{host:?} {reason:?} {value:?} {key:?}")
    })()
    .map_err(|_| Reason::OutputTooSmall)
}

/// A `Write` over a buffer that C reads as a string.
struct Printed<'o> {
    rest: &'o mut [u8],
}

impl<'o> Printed<'o> {
    fn new(rest: &'o mut [u8]) -> Self {
        Self { rest }
    }
}

impl Write for Printed<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let rest = core::mem::take(&mut self.rest);
        let (place, rest) = rest.split_at_mut_checked(text.len()).ok_or(fmt::Error)?;
        for (place, byte) in place.iter_mut().zip(text.bytes()) {
            *place = byte;
        }
        *rest.first_mut().ok_or(fmt::Error)? = 0;
        self.rest = rest;
        Ok(())
    }
}
