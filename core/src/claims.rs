//! 8. What the token says, judged.

use crate::jwt::push_json_string;
use crate::limits::{MAX_CLAIMS, MAX_LEEWAY};
use crate::reason::Reason;
use crate::strip::Writer;
use crate::text::json::{self, Fault, Kind, NameKey, Notes};
use crate::time::UnixTime;

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
    registered: Registered<'a>,
}

#[derive(Clone, Copy, Default)]
struct Registered<'a> {
    iss: Option<Value<'a>>,
    sub: Option<Value<'a>>,
    aud: Option<Value<'a>>,
    jti: Option<Value<'a>>,
    exp: Option<Value<'a>>,
    nbf: Option<Value<'a>>,
    iat: Option<Value<'a>>,
}

impl<'a> Registered<'a> {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn see(&mut self, name: NameKey, value: Value<'a>) {
        const ISS: NameKey = NameKey::of("iss");
        const SUB: NameKey = NameKey::of("sub");
        const AUD: NameKey = NameKey::of("aud");
        const JTI: NameKey = NameKey::of("jti");
        const EXP: NameKey = NameKey::of("exp");
        const NBF: NameKey = NameKey::of("nbf");
        const IAT: NameKey = NameKey::of("iat");
        match name {
            ISS => self.iss = Some(value),
            SUB => self.sub = Some(value),
            AUD => self.aud = Some(value),
            JTI => self.jti = Some(value),
            EXP => self.exp = Some(value),
            NBF => self.nbf = Some(value),
            IAT => self.iat = Some(value),
            _ => {}
        }
    }
}

impl<'a> Claims<'a> {
    /// Reads a proven payload and judges it. Filled in where it lies: a copy of it costs as much as
    /// a few claims.
    pub(crate) fn judged(
        text: &'a [u8],
        notes: Option<Notes>,
        spare: &mut [u8],
        rules: &ClaimRules<'_>,
        now: UnixTime,
    ) -> Result<Self, Reason> {
        let mut claims = Self { text, registered: Registered::default() };
        claims.read(notes, spare)?;
        rules.judge(&claims, now)?;
        Ok(claims)
    }

    fn read(&mut self, notes: Option<Notes>, spare: &mut [u8]) -> Result<(), Reason> {
        let registered = &mut self.registered;
        let see = |name, value| registered.see(name, value);
        match notes {
            Some(notes) => json::noted_object(self.text, notes, MAX_CLAIMS, spare, see),
            None => json::object(self.text, MAX_CLAIMS, spare, see),
        }
        .map_err(Fault::of_claims)
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
        self.registered.sub?.as_str()
    }

    /// `iss` (RFC 7519 §4.1.1).
    #[must_use]
    pub fn issuer(&self) -> Option<JsonStr<'a>> {
        self.registered.iss?.as_str()
    }

    /// `jti` (RFC 7519 §4.1.7).
    #[must_use]
    pub fn token_id(&self) -> Option<JsonStr<'a>> {
        self.registered.jti?.as_str()
    }

    /// `exp` (RFC 7519 §4.1.4).
    #[must_use]
    pub fn expires(&self) -> Option<NumericDate> {
        NumericDate::parse(self.registered.exp?.text())
    }

    /// `nbf` (RFC 7519 §4.1.5).
    #[must_use]
    pub fn not_before(&self) -> Option<NumericDate> {
        NumericDate::parse(self.registered.nbf?.text())
    }

    /// `iat` (RFC 7519 §4.1.6).
    #[must_use]
    pub fn issued_at(&self) -> Option<NumericDate> {
        NumericDate::parse(self.registered.iat?.text())
    }

    /// `aud` (RFC 7519 §4.1.3): a string, or an array of strings.
    #[must_use]
    pub const fn audience(&self) -> Option<Value<'a>> {
        self.registered.aud
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
    fn judge(&self, claims: &Claims<'_>, now: UnixTime) -> Result<(), Reason> {
        let dates = check_types(&claims.registered)?;
        let exp = self.check_presence(claims, &dates)?;
        self.check_time(exp, &dates, now)?;
        self.check_names(&claims.registered)
    }

    fn check_presence(&self, claims: &Claims<'_>, dates: &Dates) -> Result<NumericDate, Reason> {
        let Registered { iss, sub, aud, .. } = claims.registered;
        let all = (self.issuer.is_none() || iss.is_some())
            && (self.audience.is_empty() || aud.is_some())
            && (self.subject.is_none() || sub.is_some())
            && (self.max_age.is_none() || dates.iat.is_some())
            && self
                .required
                .iter()
                .all(|name| claims.get(name).is_some_and(|value| !value.is_null()));
        dates.exp.filter(|_| all).ok_or(Reason::ClaimMissing)
    }

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

    fn check_names(&self, claims: &Registered<'_>) -> Result<(), Reason> {
        if self.issuer.is_some_and(|issuer| !is_string(claims.iss, issuer)) {
            return Err(Reason::IssuerNotAccepted);
        }
        match claims.aud {
            Some(_) if self.audience.is_empty() && !self.ignore_audience => {
                return Err(Reason::AudienceUnexpected);
            }
            Some(aud) if !self.audience.is_empty() && !self.has_audience(aud) => {
                return Err(Reason::AudienceNotAccepted);
            }
            _ => {}
        }
        if self.subject.is_some_and(|subject| !is_string(claims.sub, subject)) {
            return Err(Reason::SubjectNotAccepted);
        }
        if self.revoked.iter().any(|jti| is_string(claims.jti, jti)) {
            return Err(Reason::TokenRevoked);
        }
        Ok(())
    }

    fn has_audience(&self, aud: Value<'_>) -> bool {
        let accepted = |value: Value<'_>| self.audience.iter().any(|known| value.is_string(known));
        match aud.elements() {
            Some(mut elements) => elements.any(accepted),
            None => accepted(aud),
        }
    }
}

fn is_string(claim: Option<Value<'_>>, expected: &str) -> bool {
    claim.is_some_and(|value| value.is_string(expected))
}

/// A registered claim is absent or of its type; a wrong type is never taken for absent, nor passed
/// over where the claim is not checked.
fn check_types(claims: &Registered<'_>) -> Result<Dates, Reason> {
    let string = |value: Value<'_>| matches!(value.kind(), Kind::String { .. });
    let strings = claims.iss.is_none_or(string)
        && claims.sub.is_none_or(string)
        && claims.jti.is_none_or(string);
    let audience = claims.aud.is_none_or(|aud| match aud.elements() {
        Some(mut elements) => elements.all(string),
        None => string(aud),
    });
    if !strings || !audience {
        return Err(Reason::ClaimTypeInvalid);
    }
    Ok(Dates { exp: date(claims.exp)?, nbf: date(claims.nbf)?, iat: date(claims.iat)? })
}

#[cfg_attr(target_pointer_width = "64", inline(always))]
fn date(claim: Option<Value<'_>>) -> Result<Option<NumericDate>, Reason> {
    match claim {
        None => Ok(None),
        Some(value) if value.kind() == Kind::Number => {
            NumericDate::parse(value.text()).map(Some).ok_or(Reason::ClaimTypeInvalid)
        }
        Some(_) => Err(Reason::ClaimTypeInvalid),
    }
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
