//! 8. What the token says, judged.

use crate::jwt::push_json_string;
use crate::limits::{MAX_CLAIMS, MAX_LEEWAY};
use crate::reason::Reason;
use crate::strip::Writer;
use crate::text::compact::{self, Kinds, Notes, Read, ShortName, ShortNames};
use crate::text::json::{self, Fault, Kind, Span};
use crate::time::UnixTime;
use doorward_simd::{Beside, Decoded, Vector};

pub use crate::text::json::{Elements, JsonStr, Members, Value};
pub use crate::text::numeric::NumericDate;

/// What is asked of the claims (RFC 7519 §4.1). The checks run in the order of the fields' reasons:
/// types, presence, `exp`, `nbf`, lifetime, age, `iss`, `aud`, `sub`, `jti`.
#[derive(Clone, Copy, Debug)]
pub struct ClaimRules<'c> {
    /// The one issuer that is accepted, compared byte for byte. `None`: any or none.
    pub issuer: Option<&'c str>,
    /// Audiences of this server: `aud` must be there and name one of them. Empty: a token with `aud`
    /// is meant for somebody else (RFC 7519 §4.1.3).
    pub audience: &'c [&'c str],
    /// The one subject that is accepted.
    pub subject: Option<&'c str>,
    /// Seconds of clock skew granted on either side, at most 300.
    pub leeway: u32,
    /// Claims that must be there and not `null`, besides `exp`.
    pub required: &'c [&'c str],
    /// Most seconds that `exp` may lie ahead of now (leeway added), and after `iat` where there is
    /// one.
    pub max_lifetime: Option<u64>,
    /// Most seconds since `iat`, which then must be there.
    pub max_age: Option<u64>,
    /// Values of `jti` that are revoked.
    pub revoked: &'c [&'c str],
    /// Opt-out: `aud` may be there although no audience is configured.
    pub ignore_audience: bool,
    /// Opt-out: the second `exp + leeway` itself is still valid. RFC 7519 §4.1.4 says "on or after".
    pub valid_at_expiry: bool,
}

impl Default for ClaimRules<'_> {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: &[],
            subject: None,
            leeway: 30,
            required: &[],
            max_lifetime: None,
            max_age: None,
            revoked: &[],
            ignore_audience: false,
            valid_at_expiry: false,
        }
    }
}

/// The claims of a token whose MAC is proven.
#[derive(Clone, Copy)]
pub struct Claims<'a> {
    text: &'a [u8],
    registered: Registered,
}

/// Where the registered claims stand in the text, each at the place of its name.
#[derive(Clone, Copy)]
struct Registered([Span; 8]);

/// The registered names that are judged, each at its place.
static NAMES: ShortNames = ShortNames::new(&[ISS, SUB, AUD, JTI, EXP, NBF, IAT]);
const ISS: ShortName = ShortName::of(*b"iss");
const SUB: ShortName = ShortName::of(*b"sub");
const AUD: ShortName = ShortName::of(*b"aud");
const JTI: ShortName = ShortName::of(*b"jti");
const EXP: ShortName = ShortName::of(*b"exp");
const NBF: ShortName = ShortName::of(*b"nbf");
const IAT: ShortName = ShortName::of(*b"iat");

impl Registered {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn span(&self, name: ShortName) -> Span {
        self.0.get(name.place()).copied().unwrap_or(Span::NONE)
    }

    /// Reads claims in JSON of any form.
    #[inline(never)]
    fn read(&mut self, text: &[u8], spare: &mut [u8]) -> Result<Kinds, Reason> {
        let Self(values) = self;
        *values = [Span::NONE; 8];
        let see = |name, value| {
            if let Some(span) = NAMES.place(name).and_then(|place| values.get_mut(place)) {
                *span = Span::of(value, text);
            }
        };
        json::object(text, MAX_CLAIMS, spare, see).map_err(Fault::of_claims)?;
        let kind = |span: Span| if span.is_quoted() { Kinds::TEXT } else { Kinds::THERE };
        let there = values.iter().enumerate().filter(|(_, span)| !span.is_absent());
        Ok(there.fold(Kinds::NONE, |kinds, (place, &span)| kinds.with(kind(span), place)))
    }
}

/// Claims that are read while the MAC of their token is on its way, and their dates compared with the clock.
///
/// **Nothing is proven yet.** Whoever asks for them has the MAC's answer in hand; without it, what was found here is
/// forgotten. So that nobody without a key learns anything by the time that it takes, or makes it long, no more is done here
/// than that: no text is compared with a rule, no array is judged, and of a text longer than
/// [`SHORT`](Self::SHORT) only members of registered names are read, each once.
pub(crate) struct Unproven<'r> {
    rules: &'r ClaimRules<'r>,
    now: UnixTime,
    registered: Registered,
    read: Read,
    /// `None`: the claims are to be read when they are proven.
    kinds: Option<Kinds>,
    /// Whether types, presence and dates are right. `None`: that is to be judged when they are proven.
    dated: Option<Result<(), Reason>>,
}

impl<'r> Unproven<'r> {
    /// Bytes of claims that are read whole. The hash of longer ones takes so long that it hides no part of them worth it.
    const SHORT: usize = 1_024;

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn new(rules: &'r ClaimRules<'r>, now: UnixTime) -> Self {
        let registered = Registered([Span::NONE; 8]);
        Self { rules, now, registered, read: Read::NONE, kinds: None, dated: None }
    }

    /// The claims of a text that is now proven, or what is wrong with them; `None` if they are still to be read.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn proven<'a>(&self, text: &'a [u8]) -> Option<Result<Claims<'a>, Reason>> {
        let kinds = self.kinds?;
        let view = View { text, registered: &self.registered };
        let judged = match self.dated {
            Some(dated) => dated.and_then(|()| self.rules.check_names(&view, kinds)),
            None => self.rules.judge(&view, kinds, self.now),
        };
        Some(judged.map(|()| Claims { text, registered: self.registered }))
    }
}

impl Beside for Unproven<'_> {
    fn first(&mut self, vector: Vector, found: Decoded, room: &[u8], quotes: &mut [[u8; 2]]) {
        let Some(count) = found.quotes else { return };
        let notes = Notes { room, quotes: count, ascii: found.ascii, vector };
        let Registered(values) = &mut self.registered;
        if let Some(read) = compact::front(notes, quotes, &NAMES, values) {
            self.read = read;
        }
    }

    fn then(&mut self, vector: Vector, found: Decoded, room: &[u8], quotes: &mut [[u8; 2]]) {
        let Some(count) = found.quotes.filter(|_| found.len <= Self::SHORT) else { return };
        let notes = Notes { room, quotes: count, ascii: found.ascii, vector };
        let Registered(values) = &mut self.registered;
        let spare = quotes.as_flattened_mut();
        self.kinds = compact::object(notes, found.len, spare, &NAMES, values, self.read);
        if let (Some(kinds), Some(text)) = (self.kinds, room.get(..found.len)) {
            let view = View { text, registered: &self.registered };
            self.dated = self.rules.dated(&view, kinds, self.now);
        }
    }
}

/// Claims while they are judged.
struct View<'v> {
    text: &'v [u8],
    registered: &'v Registered,
}

/// The bit of a name in [`Kinds`].
const fn bit(name: ShortName) -> u32 {
    1 << name.place()
}

impl<'a> Claims<'a> {
    /// Reads a proven payload and judges it.
    pub(crate) fn judged(
        text: &'a [u8],
        notes: Option<Notes<'_>>,
        spare: &mut [u8],
        rules: &ClaimRules<'_>,
        now: UnixTime,
    ) -> Result<Self, Reason> {
        let mut registered = Registered([Span::NONE; 8]);
        let Registered(values) = &mut registered;
        let read = notes.and_then(|notes| {
            compact::object(notes, text.len(), spare, &NAMES, values, Read::NONE)
        });
        let kinds = match read {
            Some(kinds) => kinds,
            None => registered.read(text, spare)?,
        };
        rules.judge(&View { text, registered: &registered }, kinds, now)?;
        Ok(Self { text, registered })
    }

    fn value(&self, name: ShortName) -> Option<Value<'a>> {
        self.registered.span(name).value(self.text)
    }

    /// The claims set as JSON text, byte for byte as its issuer wrote it.
    #[must_use]
    pub fn json(&self) -> &'a str {
        core::str::from_utf8(self.text).unwrap_or_default()
    }

    /// The bytes of [`json`](Self::json), which are UTF-8.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.text
    }

    /// The claim of this name. Names are compared exactly, after their escapes.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        json::find(self.text, name)
    }

    /// The claim at the end of a path of names, such as `["realm_access", "roles"]`.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<Value<'a>> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.get(first)?, |value, name| value.get(name))
    }

    /// `sub` (RFC 7519 §4.1.2).
    #[must_use]
    pub fn subject(&self) -> Option<JsonStr<'a>> {
        self.value(SUB)?.as_str()
    }

    /// The bytes of `sub`, where it is written without escapes: for a caller that wants no `&str` of them.
    #[must_use]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn plain_subject(&self) -> Option<&'a [u8]> {
        self.registered.span(SUB).plain(self.text)
    }

    /// `iss` (RFC 7519 §4.1.1).
    #[must_use]
    pub fn issuer(&self) -> Option<JsonStr<'a>> {
        self.value(ISS)?.as_str()
    }

    /// `jti` (RFC 7519 §4.1.7).
    #[must_use]
    pub fn token_id(&self) -> Option<JsonStr<'a>> {
        self.value(JTI)?.as_str()
    }

    /// `exp` (RFC 7519 §4.1.4).
    #[must_use]
    pub fn expires(&self) -> Option<NumericDate> {
        NumericDate::parse(self.value(EXP)?.text())
    }

    /// `nbf` (RFC 7519 §4.1.5).
    #[must_use]
    pub fn not_before(&self) -> Option<NumericDate> {
        NumericDate::parse(self.value(NBF)?.text())
    }

    /// `iat` (RFC 7519 §4.1.6).
    #[must_use]
    pub fn issued_at(&self) -> Option<NumericDate> {
        NumericDate::parse(self.value(IAT)?.text())
    }

    /// `aud` (RFC 7519 §4.1.3): a string, or an array of strings.
    #[must_use]
    pub fn audience(&self) -> Option<Value<'a>> {
        self.value(AUD)
    }
}

/// Prints the length: the text is a token's.
impl core::fmt::Debug for Claims<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Claims({} bytes)", self.text.len())
    }
}

/// The registered dates, each absent or right.
struct Dates {
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
    iat: Option<NumericDate>,
}

impl ClaimRules<'_> {
    #[inline(never)]
    fn judge(&self, claims: &View<'_>, kinds: Kinds, now: UnixTime) -> Result<(), Reason> {
        match self.dated(claims, kinds, now) {
            Some(dated) => dated,
            None => {
                claims.check_texts(kinds)?;
                self.check_odd_dates(claims, kinds, now)
            }
        }?;
        self.check_names(claims, kinds)
    }

    /// Whether types, presence and dates are right, where that is told at a glance: no date has a fraction, as nearly
    /// always, so that the compiler leaves out what only fractions ask for, and no rule asks for more than the clock.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn dated(&self, claims: &View<'_>, kinds: Kinds, now: UnixTime) -> Option<Result<(), Reason>> {
        let texts = kinds.no_texts() & (bit(ISS) | bit(SUB) | bit(JTI) | bit(AUD)) == 0;
        let more =
            !self.required.is_empty() || self.max_lifetime.is_some() || self.max_age.is_some();
        if !texts || more {
            return None;
        }
        Some(self.check_dates(claims, kinds, &claims.plain_dates(kinds)?, now))
    }

    #[inline(never)]
    fn check_odd_dates(
        &self,
        claims: &View<'_>,
        kinds: Kinds,
        now: UnixTime,
    ) -> Result<(), Reason> {
        self.check_dates(claims, kinds, &claims.dates()?, now)
    }

    /// Whether all claims are there that are asked for, and the dates hold.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn check_dates(
        &self,
        claims: &View<'_>,
        kinds: Kinds,
        dates: &Dates,
        now: UnixTime,
    ) -> Result<(), Reason> {
        let exp = dates.exp.filter(|_| self.has_all(claims, kinds)).ok_or(Reason::ClaimMissing)?;
        self.check_time(exp, dates, now)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn has_all(&self, claims: &View<'_>, kinds: Kinds) -> bool {
        // Most tokens have all four.
        let all = bit(ISS) | bit(AUD) | bit(SUB) | bit(IAT);
        (kinds.there() & all == all || self.has_asked(kinds))
            && (self.required.is_empty() || self.has_required(claims))
    }

    #[inline(never)]
    fn has_asked(&self, kinds: Kinds) -> bool {
        let there = |name| kinds.there() & bit(name) != 0;
        (self.issuer.is_none() || there(ISS))
            && (self.audience.is_empty() || there(AUD))
            && (self.subject.is_none() || there(SUB))
            && (self.max_age.is_none() || there(IAT))
    }

    #[inline(never)]
    fn has_required(&self, claims: &View<'_>) -> bool {
        self.required
            .iter()
            .all(|name| json::find(claims.text, name).is_some_and(|value| !value.is_null()))
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn check_time(&self, exp: NumericDate, dates: &Dates, now: UnixTime) -> Result<(), Reason> {
        let now = i64::try_from(now.known()?).unwrap_or(i64::MAX);
        let leeway = i64::from(self.leeway.min(MAX_LEEWAY));
        let earliest = now.saturating_sub(leeway);
        let latest = now.saturating_add(leeway);
        // RFC 7519 §4.1.4: "on or after" exp the token is not accepted. A fraction counts.
        let expired =
            if self.valid_at_expiry { earliest > exp.seconds() } else { earliest >= exp.ceil() };
        if expired {
            return Err(Reason::TokenExpired);
        }
        if dates.nbf.is_some_and(|nbf| latest < nbf.ceil()) {
            return Err(Reason::TokenNotYetValid);
        }
        if self.max_lifetime.is_some() || self.max_age.is_some() {
            self.check_age(exp, dates, earliest, latest)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn check_age(
        &self,
        exp: NumericDate,
        dates: &Dates,
        earliest: i64,
        latest: i64,
    ) -> Result<(), Reason> {
        if let Some(max) = self.max_lifetime {
            let max = i64::try_from(max).unwrap_or(i64::MAX);
            if exp.ceil() > latest.saturating_add(max)
                || dates.iat.is_some_and(|iat| exp.is_later_than(iat, max))
            {
                return Err(Reason::LifetimeTooLong);
            }
        }
        if let (Some(max), Some(iat)) = (self.max_age, dates.iat) {
            let max = i64::try_from(max).unwrap_or(i64::MAX);
            if earliest.saturating_sub(max) >= iat.ceil() {
                return Err(Reason::TokenTooOld);
            }
        }
        Ok(())
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn check_names(&self, claims: &View<'_>, kinds: Kinds) -> Result<(), Reason> {
        let is = |name, expected| claims.registered.span(name).is_string(claims.text, expected);
        if self.issuer.is_some_and(|issuer| !is(ISS, issuer)) {
            return Err(Reason::IssuerNotAccepted);
        }
        if self.audience.is_empty() {
            if !self.ignore_audience && kinds.there() & bit(AUD) != 0 {
                return Err(Reason::AudienceUnexpected);
            }
        } else if !self.audience.first().is_some_and(|first| is(AUD, first))
            && !claims.audience().is_some_and(|aud| self.has_audience(aud))
        {
            return Err(Reason::AudienceNotAccepted);
        }
        if self.subject.is_some() || !self.revoked.is_empty() {
            self.check_holder(claims)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn check_holder(&self, claims: &View<'_>) -> Result<(), Reason> {
        let is = |name, expected| claims.registered.span(name).is_string(claims.text, expected);
        if self.subject.is_some_and(|subject| !is(SUB, subject)) {
            return Err(Reason::SubjectNotAccepted);
        }
        if self.revoked.iter().any(|jti| is(JTI, jti)) {
            return Err(Reason::TokenRevoked);
        }
        Ok(())
    }

    /// Whether the claim is an audience of ours, or names one in an array.
    #[inline(never)]
    fn has_audience(&self, aud: Value<'_>) -> bool {
        let is_ours = |value: Value<'_>| self.audience.iter().any(|known| value.is_string(known));
        is_ours(aud) || aud.elements().is_some_and(|mut elements| elements.any(is_ours))
    }
}

impl View<'_> {
    /// A registered claim is absent or of its type; a wrong type is never taken for absent, nor passed
    /// over where the claim is not checked.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn check_texts(&self, kinds: Kinds) -> Result<(), Reason> {
        let others = kinds.no_texts();
        let strings = others & (bit(ISS) | bit(SUB) | bit(JTI)) == 0;
        let audience = others & bit(AUD) == 0 || self.audience().is_some_and(is_array_of_strings);
        if strings && audience { Ok(()) } else { Err(Reason::ClaimTypeInvalid) }
    }

    /// The dates but `iat`, if each is absent or known to be ten digits.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn plain_dates(&self, kinds: Kinds) -> Option<Dates> {
        if kinds.no_dates() & (bit(EXP) | bit(NBF) | bit(IAT)) != 0 {
            return None;
        }
        let date = |name| match kinds.there() & bit(name) {
            0 => None,
            _ => self.registered.span(name).first_bytes(self.text).map(NumericDate::of_digits),
        };
        Some(Dates { exp: date(EXP), nbf: date(NBF), iat: None })
    }

    fn audience(&self) -> Option<Value<'_>> {
        self.registered.span(AUD).value(self.text)
    }

    fn dates(&self) -> Result<Dates, Reason> {
        let date = |name| {
            let span = self.registered.span(name);
            if span.is_absent() {
                return Ok(None);
            }
            // A number, or no date.
            NumericDate::parse(span.text(self.text)).map(Some).ok_or(Reason::ClaimTypeInvalid)
        };
        Ok(Dates { exp: date(EXP)?, nbf: date(NBF)?, iat: date(IAT)? })
    }
}

#[inline(never)]
fn is_array_of_strings(value: Value<'_>) -> bool {
    value.elements().is_some_and(|mut elements| {
        elements.all(|element| matches!(element.kind(), Kind::String { .. }))
    })
}

/// Writes a claims set into a buffer of the caller's, for [`sign`](crate::jwt::sign).
///
/// ```
/// use doorward_core::{Algorithm, ClaimsWriter, Key, sign};
///
/// let key = Key::new(None, Algorithm::Hs256, b"an example secret of forty characters...")?;
/// let (mut claims, mut token) = ([0; 128], [0; 256]);
/// let claims = ClaimsWriter::new(&mut claims)
///     .string("sub", "sensor-7")
///     .integer("exp", 1_700_003_600)
///     .finish()?;
/// assert_eq!(claims, r#"{"sub":"sensor-7","exp":1700003600}"#);
/// assert_eq!(sign(&key, claims.as_bytes(), &mut token)?.matches('.').count(), 2);
/// # Ok::<(), doorward_core::Reason>(())
/// ```
#[must_use]
pub struct ClaimsWriter<'o> {
    out: Result<Writer<'o>, Reason>,
    gap: &'static [u8],
}

impl<'o> ClaimsWriter<'o> {
    /// An empty claims set in `out`.
    pub const fn new(out: &'o mut [u8]) -> Self {
        Self { out: Ok(Writer::new(out)), gap: b"{" }
    }

    /// Adds a string.
    pub fn string(self, name: &str, value: &str) -> Self {
        self.member(name, |out| push_json_string(out, value))
    }

    /// Adds an integer.
    pub fn integer(self, name: &str, value: i64) -> Self {
        self.member(name, |out| push_integer(out, value))
    }

    /// Adds a truth value.
    pub fn bool(self, name: &str, value: bool) -> Self {
        self.member(name, |out| out.push(if value { b"true" } else { b"false" }))
    }

    /// Adds a value that is JSON text already. It is judged when the claims are signed.
    pub fn raw(self, name: &str, value: &str) -> Self {
        self.member(name, |out| out.push(value.as_bytes()))
    }

    /// The claims set.
    ///
    /// # Errors
    /// [`Reason::OutputTooSmall`] if it did not fit.
    pub fn finish(self) -> Result<&'o str, Reason> {
        let mut out = self.out?;
        out.push(if self.gap == b"{" { b"{}" } else { b"}" })?;
        core::str::from_utf8(out.finish()?).map_err(|_| Reason::OutputTooSmall)
    }

    fn member(self, name: &str, value: impl FnOnce(&mut Writer<'o>) -> Result<(), Reason>) -> Self {
        let Self { out, gap } = self;
        let out = out.and_then(|mut out| {
            out.push(gap)?;
            push_json_string(&mut out, name)?;
            out.push(b":")?;
            value(&mut out)?;
            Ok(out)
        });
        Self { out, gap: b"," }
    }
}

impl core::fmt::Debug for ClaimsWriter<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ClaimsWriter")
    }
}

fn push_integer(out: &mut Writer<'_>, value: i64) -> Result<(), Reason> {
    let mut digits = heapless::Vec::<u8, 20>::new();
    let mut rest = value.unsigned_abs();
    loop {
        let [digit, ..] = (rest % 10).to_le_bytes();
        // 2^63 has 19 digits.
        let _ = digits.push(b'0' | digit);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b"-")?;
    }
    digits.iter().rev().try_for_each(|digit| out.push(&[*digit]))
}

#[cfg(all(test, feature = "jwt"))]
mod tests {
    use super::*;
    use crate::text::base64url;
    use crate::{Algorithm, Jwt, Key, sign};
    use doorward_simd::{Room, text_room};
    use std::format;
    use std::string::String;

    /// Every set of the four claims that are asked for by rules of their own, and every set of those rules.
    #[test]
    fn what_is_asked_for_must_be_there_whatever_else_is() {
        let members = [r#""iss":"me""#, r#""aud":"api""#, r#""sub":"you""#, r#""iat":1700000000"#];
        let key = [Key::new(None, Algorithm::Hs256, &[7; 32]).unwrap()];
        for (there, asked) in
            (0..16_u8).flat_map(|there| (0..16_u8).map(move |asked| (there, asked)))
        {
            let is_asked = |at: u8| asked >> at & 1 == 1;
            let mut json = String::from(r#"{"exp":1700003600"#);
            for (_, member) in members.iter().enumerate().filter(|(at, _)| there >> at & 1 == 1) {
                json += ",";
                json += member;
            }
            json += "}";
            let mut jwt = Jwt::new(&key);
            jwt.claims = ClaimRules {
                issuer: is_asked(0).then_some("me"),
                audience: if is_asked(1) { &["api"] } else { &[] },
                subject: is_asked(2).then_some("you"),
                max_age: is_asked(3).then_some(60),
                ignore_audience: true,
                ..ClaimRules::default()
            };
            let (mut room, mut scratch) = ([0; 400], [0; 600]);
            let token = sign(&key[0], json.as_bytes(), &mut room).unwrap();
            let now = UnixTime::from_seconds(1_700_000_000);
            let judged = jwt.verify(token.as_bytes(), now, &mut scratch).map(|_| ());
            let expected = if asked & !there == 0 { Ok(()) } else { Err(Reason::ClaimMissing) };
            assert_eq!(judged, expected, "{json}, asked for {asked:04b}");
        }
    }

    /// What is found of claims before anything is proven: whether they are read, and what their dates are.
    fn early(rules: &ClaimRules<'_>, json: &str) -> Option<(bool, Option<Result<(), Reason>>)> {
        let vector = Vector::detect()?;
        let mut payload = [0; 4_000];
        let payload = base64url::encode(json.as_bytes(), &mut payload)?;
        let (mut text, mut quotes) = ([0; text_room(4_000)], [[0; 2]; 2_000]);
        let room = Room { text: &mut text, quotes: &mut quotes };
        let found = vector.decode(payload.as_bytes(), room)?;
        let mut unproven = Unproven::new(rules, UnixTime::from_seconds(1_700_000_000));
        unproven.first(vector, found, &text, &mut quotes);
        unproven.then(vector, found, &text, &mut quotes);
        Some((unproven.kinds.is_some(), unproven.dated))
    }

    #[test]
    fn before_the_mac_is_proven_only_dates_are_judged_and_only_short_claims_read() {
        if Vector::detect().is_none() {
            return;
        }
        let plain = ClaimRules::default();
        let strict = ClaimRules {
            issuer: Some("me"),
            audience: &["you"],
            subject: Some("her"),
            revoked: &["1"],
            ..plain
        };
        let good = r#""exp":1700003600"#;
        for (rules, json, expected) in [
            (&plain, format!("{{{good}}}"), Some(Ok(()))),
            (&plain, r#"{"exp":1600000000}"#.into(), Some(Err(Reason::TokenExpired))),
            (&plain, r#"{"iss":"me"}"#.into(), Some(Err(Reason::ClaimMissing))),
            // All of it wrong.
            (
                &strict,
                format!(r#"{{{good},"iss":"x","aud":"x","sub":"x","jti":"1"}}"#),
                Some(Ok(())),
            ),
            (&strict, format!(r#"{{{good},"iss":"me","aud":["x"],"sub":"her"}}"#), None),
            (&plain, format!(r#"{{{good},"sub":1}}"#), None),
            (&plain, r#"{"exp":1700003600.5}"#.into(), None),
            (&ClaimRules { required: &["x"], ..plain }, format!("{{{good}}}"), None),
            (&ClaimRules { max_age: Some(1), ..plain }, format!("{{{good}}}"), None),
            (&ClaimRules { max_lifetime: Some(1), ..plain }, format!("{{{good}}}"), None),
        ] {
            assert_eq!(early(rules, &json), Some((true, expected)), "{json}");
        }
        let long = |len: usize| {
            let json = format!(r#"{{{good},"x":"{}"}}"#, "y".repeat(len - 25));
            assert_eq!(json.len(), len);
            early(&plain, &json)
        };
        assert_eq!(long(Unproven::SHORT), Some((true, Some(Ok(())))));
        assert_eq!(long(Unproven::SHORT + 1), Some((false, None)));
    }
}
