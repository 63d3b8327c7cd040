//! 7. Signed tokens: JWS compact serialization with HMAC (RFC 7515, RFC 7518 §3.2, RFC 7519).
//!
//! `Parsed` (untrusted) → `Signed` (its MAC is proven) → `Claims` (judged). The order of steps is
//! fixed: length, alphabet, dots, base64url, header, MAC, payload, claims; the first failing step
//! gives the reason, so that nobody without a key is told anything of the claims. Where claims are read while the MAC is
//! computed, what was found of them is asked for when it is proven.

use crate::claims::{ClaimRules, Claims, Unproven};
use crate::key::{Algorithm, Key};
use crate::limits::{
    MAX_CLAIMS, MAX_HEADER_BYTES, MAX_HEADER_MEMBERS, MAX_KEYS, MAX_KID_BYTES, MAX_TOKEN_BYTES,
};
use crate::reason::Reason;
use crate::strip::Writer;
use crate::text::ascii::{WIDE, last_position, position, same, split_str};
use crate::text::base64url::{self, Decoder, decoded_len, encoded_len};
use crate::text::compact::Notes;
use crate::text::json::{self, Fault, JsonStr, NameKey, Value};
use crate::time::UnixTime;
use core::iter::Peekable;
use doorward_simd::{Beside, Decoded, Room, Vector, text_room};

/// A verifier of signed tokens: its keys and what it asks of the claims.
#[derive(Clone, Copy, Debug)]
pub struct Jwt<'c> {
    /// The key ring. A token with `kid` is checked with the key of that id, one without with the
    /// first eight keys of its algorithm at most.
    pub keys: &'c [Key<'c>],
    /// Accepted values of `typ`. Empty: absent or `JWT`. Otherwise `typ` must be there and be one of
    /// them; case and a leading `application/` do not count (RFC 7515 §4.1.9).
    pub types: &'c [&'c str],
    /// Opt-out: `typ` may be any string.
    pub ignore_type: bool,
    /// Opt-out: `kid` chooses no key; each key of the algorithm is tried.
    pub ignore_kid: bool,
    /// What is asked of the claims.
    pub claims: ClaimRules<'c>,
    /// Without the feature there is no value of this type: a gate's `jwt` is `None`, and what would prove
    /// a token is not in the image.
    #[cfg(not(feature = "jwt"))]
    #[allow(dead_code, reason = "it is there so that nobody can fill it")]
    absent: core::convert::Infallible,
}

impl<'c> Jwt<'c> {
    /// A verifier with the strict defaults: `exp` required, 30 s of leeway, no `aud` expected.
    #[cfg(feature = "jwt")]
    #[must_use]
    pub fn new(keys: &'c [Key<'c>]) -> Self {
        Self {
            keys,
            types: &[],
            ignore_type: false,
            ignore_kid: false,
            claims: ClaimRules::default(),
        }
    }

    /// Bytes of scratch that verifying a token of at most `max_token` bytes may need: the payload,
    /// and as much again for the names of a large one.
    #[must_use]
    pub const fn scratch_bytes(max_token: usize) -> usize {
        decoded_len(max_token).saturating_mul(2)
    }

    /// Verifies a token and judges its claims.
    ///
    /// # Errors
    /// The first failing check's reason (30xx to 60xx); [`Reason::ScratchTooSmall`] if `scratch` is
    /// shorter than [`Jwt::scratch_bytes`] of the token's length.
    pub fn verify<'a>(
        &self,
        token: &[u8],
        now: UnixTime,
        scratch: &'a mut [u8],
    ) -> Result<Claims<'a>, Reason> {
        self.verify_within(MAX_TOKEN_BYTES, token, now, scratch).map(|(claims, _)| claims)
    }

    /// As [`verify`](Self::verify), of a token of at most `max` bytes: the claims, and the place in the ring of the
    /// key that proved them.
    ///
    /// # Errors
    /// As those of [`verify`](Self::verify).
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn verify_within<'a>(
        &self,
        max: usize,
        token: &[u8],
        now: UnixTime,
        scratch: &'a mut [u8],
    ) -> Result<(Claims<'a>, usize), Reason> {
        let mut unproven = Unproven::new(&self.claims, now);
        let (signed, early) = match self.shortcut(token, max, scratch, &mut unproven) {
            Some((proven, found)) => {
                let signed = found.signed(proven, scratch)?;
                // The MAC is proven: what was found of the claims counts.
                let claims = unproven.proven(signed.payload);
                (signed, claims)
            }
            None => (self.prove_by_steps(token, max, scratch)?, None),
        };
        let key = signed.key;
        let claims = match early {
            Some(claims) => claims,
            None => signed.claims(&self.claims, now),
        };
        Ok((claims?, key))
    }

    /// Checks the form of a token of at most `max` bytes and proves its MAC: what [`Parsed::parse`] and
    /// [`Parsed::prove`] do, in one pass where the CPU has vector code for it.
    ///
    /// # Errors
    /// As those of the two.
    pub fn prove<'s>(
        &self,
        token: &[u8],
        max: usize,
        scratch: &'s mut [u8],
    ) -> Result<Signed<'s>, Reason> {
        match self.shortcut(token, max, scratch, &mut ()) {
            Some((proven, found)) => found.signed(proven, scratch),
            None => self.prove_by_steps(token, max, scratch),
        }
    }

    /// Proves an ordinary token with vector code. `None` leaves the token to the step-by-step path,
    /// which alone knows every reason: whatever is wrong with the form, and whatever is unusual.
    /// `Some` tells whether the MAC is right. `beside` is done beside it.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn shortcut(
        &self,
        token: &[u8],
        max: usize,
        scratch: &mut [u8],
        beside: &mut dyn Beside,
    ) -> Option<(bool, Found)> {
        let vector = Vector::detect()?;
        // A place in the text is noted in 16 bits.
        if token.len() > max.min(MAX_TOKEN_BYTES) {
            return None;
        }
        let (at, key, payload_at) = self.one_key(token)?;
        let tag_chars = key.algorithm().tag_chars();
        let (input, tag) = token.split_at_checked(token.len().checked_sub(tag_chars)?)?;
        let input = input.strip_suffix(b".")?;
        let payload_chars = input.len().checked_sub(payload_at).filter(|&chars| chars > 0)?;
        let (text, quotes) = scratch.split_at_mut_checked(text_room(payload_chars))?;
        // So much is left for the names of a large object in any case.
        if quotes.len() < payload_chars.saturating_sub(payload_chars / 4) {
            return None;
        }
        let room = Room { text, quotes: quotes.as_chunks_mut().0 };
        // Neither the alphabet nor a third dot was looked for: what is decoded has none.
        let (proven, text) = key.verify_with(vector, input, payload_at, tag, room, beside)?;
        Some((proven, Found { vector, text, payload_chars, key: at }))
    }
}

impl<'c> Jwt<'c> {
    /// The one key that may prove a token, its place in the ring, and where the payload begins. `None` if
    /// it is not one key, or the header is none that is accepted.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn one_key(&self, token: &[u8]) -> Option<(usize, &'c Key<'c>, usize)> {
        // Nearly every verifier has one key and no wish for a type, and nearly every issuer writes one of two
        // headers.
        if let [key] = self.keys
            && (self.types.is_empty() || self.ignore_type)
            && let Some(header) = token.first_chunk::<37>()
            && let [first, second] = ordinary_headers(key.algorithm())
            && (same(header, first) || same(header, second))
        {
            return Some((0, key, header.len()));
        }
        self.one_key_of_any(token)
    }

    #[inline(never)]
    fn one_key_of_any(&self, token: &[u8]) -> Option<(usize, &'c Key<'c>, usize)> {
        let (header, _) = token.split_at_checked(position(token, b'.')?)?;
        let (algorithm, choice) = read_header(header, self).ok()?;
        let mut fitting = fitting(self.keys, algorithm, choice).ok()?;
        let (at, key) = fitting.next().filter(|_| fitting.next().is_none())?;
        Some((at, key, header.len().checked_add(1)?))
    }
}

impl<'c> Jwt<'c> {
    /// As [`prove`](Self::prove), without vector code.
    fn prove_by_steps<'s>(
        &self,
        token: &[u8],
        max: usize,
        scratch: &'s mut [u8],
    ) -> Result<Signed<'s>, Reason> {
        // Where there is vector code, it has looked already.
        if WIDE
            && Vector::detect().is_none()
            && let Some((proven, key, payload_len)) = self.prove_ordinary(token, max, scratch)
        {
            if !proven {
                return Err(Reason::SignatureInvalid);
            }
            let (payload, spare) =
                scratch.split_at_mut_checked(payload_len).ok_or(Reason::ScratchTooSmall)?;
            return Ok(Signed { payload, spare, key, notes: None });
        }
        Parsed::parse(token, max, self)?.prove(scratch)
    }

    /// Proves an ordinary token without a survey of it: what is decoded has neither a foreign character nor a dot.
    /// Whether its MAC is right, its key's place, and the bytes of its payload. `None` leaves the token to
    /// [`Parsed`], which alone knows every reason: whatever is wrong with the form, and whatever is unusual.
    #[inline(always)]
    fn prove_ordinary(
        &self,
        token: &[u8],
        max: usize,
        scratch: &mut [u8],
    ) -> Option<(bool, usize, usize)> {
        if token.len() > max.min(MAX_TOKEN_BYTES) {
            return None;
        }
        let (at, key, payload_at) = self.one_key(token)?;
        let tag_at = token.len().checked_sub(key.algorithm().tag_chars())?;
        let (input, tag) = token.split_at_checked(tag_at)?;
        let input = input.strip_suffix(b".")?;
        let payload = input.get(payload_at..).filter(|payload| !payload.is_empty())?;
        if !base64url::is_canonical(payload) {
            return None;
        }
        let payload_len = decoded_len(payload.len());
        let mut decoder = Decoder::new(payload, scratch.get_mut(..payload_len)?)?;
        let proven = key.verify_text(input, tag, &mut decoder)?;
        decoder.finish().then_some((proven, at, payload_len))
    }
}

/// What vector code has found of a token; its payload lies in the scratch.
struct Found {
    vector: Vector,
    text: Decoded,
    payload_chars: usize,
    key: usize,
}

impl Found {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn signed(self, proven: bool, scratch: &mut [u8]) -> Result<Signed<'_>, Reason> {
        if !proven {
            return Err(Reason::SignatureInvalid);
        }
        let (text, spare) = scratch
            .split_at_mut_checked(text_room(self.payload_chars))
            .ok_or(Reason::ScratchTooSmall)?;
        let Decoded { len, ascii, quotes } = self.text;
        let text = &*text;
        let payload = text.get(..len).ok_or(Reason::ScratchTooSmall)?;
        let vector = self.vector;
        let notes = quotes.map(|quotes| Notes { room: text, quotes, ascii, vector });
        Ok(Signed { payload, spare, key: self.key, notes })
    }
}

/// Whether a text has the two dots of a compact JWS (RFC 7515 §7.1).
#[must_use]
pub fn has_two_dots(text: &[u8]) -> bool {
    text.iter().filter(|&&byte| byte == b'.').count() == 2
}

/// A token whose form is right. Nothing in it is proven.
#[derive(Clone, Copy)]
pub struct Parsed<'t, 'c> {
    // The ring that `choice` points into: no other may prove the token.
    keys: &'c [Key<'c>],
    signing_input: &'t [u8],
    payload: &'t [u8],
    signature: &'t [u8],
    algorithm: Option<Algorithm>,
    choice: Choice,
}

/// Which key the header asks for.
#[derive(Clone, Copy)]
enum Choice {
    /// No `kid`: any key of the algorithm.
    Any,
    /// The key at this place of the ring.
    Key(usize),
    /// A `kid` that no key has.
    Unknown,
}

impl<'t, 'c> Parsed<'t, 'c> {
    /// Checks the form of a token of at most `max` bytes, and of [`MAX_TOKEN_BYTES`] in any case, and reads
    /// its header.
    ///
    /// # Errors
    /// A reason of the 30xx family.
    pub fn parse(token: &'t [u8], max: usize, jwt: &Jwt<'c>) -> Result<Self, Reason> {
        if token.len() > max.min(MAX_TOKEN_BYTES) {
            return Err(Reason::TokenTooLong);
        }
        // rfc8725bis §3.14: what holds any other byte is not a JWT.
        let (header, payload, signature, signing_input) = segments(token)
            .filter(|_| base64url::foreign(token) == 2)
            .ok_or_else(|| not_compact(token))?;
        if ![header, payload, signature].into_iter().all(base64url::is_canonical) {
            return Err(Reason::TokenBase64);
        }
        let (algorithm, choice) = read_header(header, jwt)?;
        Ok(Self { keys: jwt.keys, signing_input, payload, signature, algorithm, choice })
    }

    /// Proves the MAC with the keys of the verifier that the token was parsed for, and decodes the
    /// payload into `scratch`.
    ///
    /// # Errors
    /// A reason of the 40xx family, or [`Reason::ScratchTooSmall`].
    pub fn prove<'s>(self, scratch: &'s mut [u8]) -> Result<Signed<'s>, Reason> {
        let (payload, spare) = scratch
            .split_at_mut_checked(decoded_len(self.payload.len()))
            .ok_or(Reason::ScratchTooSmall)?;
        let mut fitting = fitting(self.keys, self.algorithm, self.choice)?;
        let mut decoder =
            Decoder::new(self.payload, &mut *payload).ok_or(Reason::ScratchTooSmall)?;
        if fitting.peek().is_none() {
            return Err(Reason::AlgorithmNotAllowed);
        }
        let proven = fitting.find(|(_, key)| {
            key.verify_text(self.signing_input, self.signature, &mut decoder) == Some(true)
        });
        let (key, _) = proven.ok_or(Reason::SignatureInvalid)?;
        // The alphabet was judged before: a decoder that stumbles here is refused all the same.
        if !decoder.finish() {
            return Err(Reason::TokenBase64);
        }
        Ok(Signed { payload, spare, key, notes: None })
    }
}

/// The keys that may prove a token, with their places.
fn fitting<'c>(
    keys: &'c [Key<'c>],
    algorithm: Option<Algorithm>,
    choice: Choice,
) -> Result<Peekable<impl Iterator<Item = (usize, &'c Key<'c>)>>, Reason> {
    let (skip, take) = match choice {
        Choice::Any => (0, usize::MAX),
        Choice::Key(at) => (at, 1),
        Choice::Unknown => return Err(Reason::KeyUnknown),
    };
    Ok(keys
        .iter()
        .enumerate()
        .skip(skip)
        .take(take)
        .filter(move |(_, key)| Some(key.algorithm()) == algorithm)
        .take(MAX_KEYS)
        .peekable())
}

impl core::fmt::Debug for Parsed<'_, '_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Parsed({} bytes)", self.signing_input.len())
    }
}

/// Why a token has not three segments and two dots: another byte goes before the number of dots.
#[cold]
fn not_compact(token: &[u8]) -> Reason {
    // Every byte, whatever came before: so the compiler turns it into vector code.
    let other = |byte| byte != b'.' && !base64url::is_character(byte);
    let others = token.iter().fold(false, |any, &byte| any | other(byte));
    if others { Reason::TokenAlphabet } else { Reason::TokenSegments }
}

type Segments<'t> = (&'t [u8], &'t [u8], &'t [u8], &'t [u8]);

/// Header, payload, signature, and the first two with their dot; none of the three is empty.
fn segments(token: &[u8]) -> Option<Segments<'_>> {
    let (header, rest) = token.split_at_checked(position(token, b'.')?)?;
    let (signing_input, signature) = token.split_at_checked(last_position(token, b'.')?)?;
    let payload = rest.get(1..signing_input.len().checked_sub(header.len())?)?;
    let signature = signature.get(1..)?;
    let filled = !header.is_empty() && !payload.is_empty() && !signature.is_empty();
    filled.then_some((header, payload, signature, signing_input))
}

/// The headers that nearly every issuer writes, as they stand in the token.
static KNOWN_HEADERS: [(&[u8], Algorithm, Option<&str>); 9] = [
    (b"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", Algorithm::Hs256, Some("JWT")),
    (b"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9", Algorithm::Hs256, Some("JWT")),
    (b"eyJhbGciOiJIUzI1NiJ9", Algorithm::Hs256, None),
    (b"eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9", Algorithm::Hs384, Some("JWT")),
    (b"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzM4NCJ9", Algorithm::Hs384, Some("JWT")),
    (b"eyJhbGciOiJIUzM4NCJ9", Algorithm::Hs384, None),
    (b"eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9", Algorithm::Hs512, Some("JWT")),
    (b"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzUxMiJ9", Algorithm::Hs512, Some("JWT")),
    (b"eyJhbGciOiJIUzUxMiJ9", Algorithm::Hs512, None),
];

/// The first two of these for an algorithm, each with the dot behind it.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn ordinary_headers(algorithm: Algorithm) -> &'static [[u8; 37]; 2] {
    const HS256: [[u8; 37]; 2] =
        [*b"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.", *b"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9."];
    const HS384: [[u8; 37]; 2] =
        [*b"eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.", *b"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzM4NCJ9."];
    const HS512: [[u8; 37]; 2] =
        [*b"eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.", *b"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzUxMiJ9."];
    match algorithm {
        Algorithm::Hs256 => &HS256,
        Algorithm::Hs384 => &HS384,
        Algorithm::Hs512 => &HS512,
    }
}

fn read_header(text: &[u8], jwt: &Jwt<'_>) -> Result<(Option<Algorithm>, Choice), Reason> {
    match KNOWN_HEADERS.iter().find(|(known, ..)| *known == text) {
        Some((_, algorithm, typ)) => {
            check_type(typ.map(JsonStr::from_plain), jwt)?;
            Ok((Some(*algorithm), Choice::Any))
        }
        None => read_any_header(text, jwt),
    }
}

/// What of a JOSE header is judged.
#[derive(Default)]
struct Fields<'h> {
    alg: Option<Value<'h>>,
    typ: Option<Value<'h>>,
    cty: Option<Value<'h>>,
    kid: Option<Value<'h>>,
    critical: bool,
    unsupported: bool,
}

impl<'h> Fields<'h> {
    fn see(&mut self, name: NameKey, value: Value<'h>) {
        const ALG: NameKey = NameKey::of("alg");
        const TYP: NameKey = NameKey::of("typ");
        const CTY: NameKey = NameKey::of("cty");
        const KID: NameKey = NameKey::of("kid");
        const CRIT: NameKey = NameKey::of("crit");
        const B64: NameKey = NameKey::of("b64");
        const ZIP: NameKey = NameKey::of("zip");
        match name {
            ALG => self.alg = Some(value),
            TYP => self.typ = Some(value),
            CTY => self.cty = Some(value),
            KID => self.kid = Some(value),
            // RFC 7515 §4.1.11: an extension that is not understood must be refused, and none is.
            CRIT => self.critical = true,
            // RFC 7797 §7: a JWT must not use b64; zip belongs to encryption (RFC 7516 §4.1.3).
            B64 | ZIP => self.unsupported = true,
            // RFC 7515 §4: other names are ignored. No key is ever taken from jwk, jku, x5c or x5u.
            _ => {}
        }
    }
}

fn read_any_header(text: &[u8], jwt: &Jwt<'_>) -> Result<(Option<Algorithm>, Choice), Reason> {
    let mut room = [0; decoded_len(MAX_HEADER_BYTES)];
    let header = base64url::decode(text, &mut room).ok_or(Reason::HeaderJson)?;
    let mut fields = Fields::default();
    // So few members are compared as they come: no table, no spare room.
    json::object(header, MAX_HEADER_MEMBERS, &mut [], |name, value| fields.see(name, value))
        .map_err(|fault| match fault {
            Fault::Duplicate => Reason::HeaderDuplicateName,
            Fault::Syntax | Fault::Room => Reason::HeaderJson,
        })?;
    let alg = string_of(fields.alg)?.ok_or(Reason::HeaderFieldType)?;
    let typ = string_of(fields.typ)?;
    string_of(fields.cty)?;
    let choice = choose(string_of(fields.kid)?, jwt)?;
    if fields.critical {
        return Err(Reason::HeaderCritical);
    }
    if fields.unsupported {
        return Err(Reason::HeaderUnsupported);
    }
    check_type(typ, jwt)?;
    Ok((Algorithm::ALL.into_iter().find(|known| alg == known.name()), choice))
}

fn string_of(field: Option<Value<'_>>) -> Result<Option<JsonStr<'_>>, Reason> {
    match field {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(Reason::HeaderFieldType),
    }
}

/// RFC 7515 §4.1.4: `kid` is an opaque string, matched exactly. Unknown is unknown: no other key is
/// tried.
fn choose(kid: Option<JsonStr<'_>>, jwt: &Jwt<'_>) -> Result<Choice, Reason> {
    let Some(kid) = kid else {
        return Ok(Choice::Any);
    };
    let mut room = [0; MAX_KID_BYTES];
    let kid = kid.copy_to(&mut room).ok_or(Reason::HeaderFieldType)?;
    if jwt.ignore_kid {
        return Ok(Choice::Any);
    }
    let place = jwt.keys.iter().position(|key| key.id() == Some(kid));
    Ok(place.map_or(Choice::Unknown, Choice::Key))
}

fn check_type(typ: Option<JsonStr<'_>>, jwt: &Jwt<'_>) -> Result<(), Reason> {
    let accepted = match typ {
        _ if jwt.ignore_type => true,
        None => jwt.types.is_empty(),
        Some(typ) if jwt.types.is_empty() => typ == "JWT" || is_media_type(typ, "JWT"),
        Some(typ) => jwt.types.iter().any(|name| is_media_type(typ, name)),
    };
    if accepted { Ok(()) } else { Err(Reason::HeaderTypeUnexpected) }
}

/// Whether two media types are the same, a leading `application/` left aside (RFC 7515 §4.1.9).
fn is_media_type(typ: JsonStr<'_>, name: &str) -> bool {
    const MAX: usize = 128;
    let same = |typ: &str| without_application(typ).eq_ignore_ascii_case(without_application(name));
    match typ.plain() {
        Some(plain) => same(plain),
        None => typ.copy_to(&mut [0; MAX]).is_some_and(same),
    }
}

fn without_application(media_type: &str) -> &str {
    match split_str(media_type, b'/') {
        Some((application, subtype)) if application.eq_ignore_ascii_case("application") => subtype,
        _ => media_type,
    }
}

/// A token whose MAC is proven. Only this gives access to what the payload says.
pub struct Signed<'s> {
    payload: &'s [u8],
    spare: &'s mut [u8],
    key: usize,
    /// What was noted of the payload while it was decoded; the places are in `spare`.
    notes: Option<Notes<'s>>,
}

impl<'s> Signed<'s> {
    /// The decoded payload. Its issuer wrote it; nothing of it has been judged.
    #[must_use]
    pub const fn payload(&self) -> &'s [u8] {
        self.payload
    }

    /// The place in the ring of the key that proved the token.
    #[must_use]
    pub const fn key(&self) -> usize {
        self.key
    }

    /// Reads the claims and judges them.
    ///
    /// # Errors
    /// A reason of the 50xx or 60xx family.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn claims(self, rules: &ClaimRules<'_>, now: UnixTime) -> Result<Claims<'s>, Reason> {
        Claims::judged(self.payload, self.notes, self.spare, rules, now)
    }
}

impl core::fmt::Debug for Signed<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Signed({} bytes)", self.payload.len())
    }
}

/// Signs claims: writes the token, `header.payload.signature`, to the beginning of `out`.
///
/// `claims` is the JSON text of the claims set and is taken as it is, once it is one strict object
/// without a name twice. The header is `{"alg":…,"typ":"JWT"}`, with `kid` where the key has an id.
///
/// # Errors
/// [`Reason::ClaimsJson`] or [`Reason::ClaimsDuplicateName`] for claims that no verifier should
/// take; [`Reason::OutputTooSmall`] if `out` has less than [`signed_len`] bytes, which is used as
/// scratch in between.
pub fn sign<'o>(key: &Key<'_>, claims: &[u8], out: &'o mut [u8]) -> Result<&'o str, Reason> {
    let needed = signed_len(key, claims.len());
    let out = out.get_mut(..needed).ok_or(Reason::OutputTooSmall)?;
    json::object(claims, MAX_CLAIMS, out, |_, _| ()).map_err(Fault::of_claims)?;
    let mut header = [0; MAX_SIGNED_HEADER];
    let header = write_header(key, &mut header)?;
    let mut token = Writer::new(out);
    push_encoded(&mut token, header)?;
    token.push(b".")?;
    push_encoded(&mut token, claims)?;
    let mut tag = [0; 64];
    let tag = key.sign(token.written(), &mut tag);
    token.push(b".")?;
    push_encoded(&mut token, tag)?;
    core::str::from_utf8(token.finish()?).map_err(|_| Reason::OutputTooSmall)
}

/// A `kid` of 128 control characters, each written as `\u0000`, and what stands around it.
const MAX_SIGNED_HEADER: usize = 6 * MAX_KID_BYTES + 48;

/// Bytes that [`sign`] needs for claims of this length.
#[must_use]
pub fn signed_len(key: &Key<'_>, claims_len: usize) -> usize {
    let mut room = [0; MAX_SIGNED_HEADER];
    let header = write_header(key, &mut room).map_or(MAX_SIGNED_HEADER, <[u8]>::len);
    [header, claims_len, key.algorithm().bytes()]
        .into_iter()
        .map(encoded_len)
        .fold(2, usize::saturating_add)
}

fn write_header<'o>(key: &Key<'_>, out: &'o mut [u8]) -> Result<&'o [u8], Reason> {
    let mut header = Writer::new(out);
    header.push(b"{\"alg\":\"")?;
    header.push(key.algorithm().name().as_bytes())?;
    header.push(b"\",\"typ\":\"JWT\"")?;
    if let Some(id) = key.id() {
        header.push(b",\"kid\":")?;
        push_json_string(&mut header, id)?;
    }
    header.push(b"}")?;
    let header = header.finish()?;
    // A kid of many control characters: no verifier of ours would read the header.
    if encoded_len(header.len()) > MAX_HEADER_BYTES { Err(Reason::KeyInvalid) } else { Ok(header) }
}

fn push_encoded(out: &mut Writer<'_>, bytes: &[u8]) -> Result<(), Reason> {
    let written = base64url::encode(bytes, out.room()).ok_or(Reason::OutputTooSmall)?.len();
    out.advance(written);
    Ok(())
}

/// Writes a string with its quotes (RFC 8259 §7).
pub(crate) fn push_json_string(out: &mut Writer<'_>, text: &str) -> Result<(), Reason> {
    out.push(b"\"")?;
    for &byte in text.as_bytes() {
        match byte {
            b'"' | b'\\' => out.push(&[b'\\', byte])?,
            0..0x20 => {
                let digit = |value: u8| {
                    if value < 10 {
                        b'0' | value
                    } else {
                        value.wrapping_add(b'a').wrapping_sub(10)
                    }
                };
                out.push(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)])?;
            }
            _ => out.push(&[byte])?,
        }
    }
    out.push(b"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_header_is_a_known_one() {
        for algorithm in Algorithm::ALL {
            for header in ordinary_headers(algorithm) {
                let text = header.strip_suffix(b".").unwrap();
                assert!(KNOWN_HEADERS.contains(&(text, algorithm, Some("JWT"))));
            }
        }
    }
}
