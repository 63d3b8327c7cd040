//! 4. Where the credential is: exactly one, or none.
//!
//! A malformed credential never falls through to the next place, and two credentials are refused:
//! whoever reads the request next could pick the other one (RFC 6750 §2).

use crate::limits::{MAX_COOKIE_BYTES, MAX_TARGET_BYTES};
use crate::origin::Page;
use crate::reason::Reason;
use crate::request::{JUDGED_NAMES, Judged, Request};
use crate::text::ascii::{
    hex_digit, is_b64token, is_token, is_visible, split_once, split_str, trim, trim_end,
};

/// A place where a credential may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'c> {
    text: &'c str,
    kind: Kind<'c>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind<'c> {
    Authorization,
    Cookie(&'c [u8]),
    Query(&'c [u8]),
    Header(&'c [u8]),
    Subprotocol(&'c [u8]),
}

impl Place<'static> {
    /// `Authorization: Bearer …`: the default, alone.
    pub const AUTHORIZATION: Self = Self { text: "authorization", kind: Kind::Authorization };
}

impl<'c> Place<'c> {
    /// Reads a place as the policy writes it: `authorization`, `cookie:NAME`, `query:NAME`,
    /// `header:NAME`, `subprotocol:PREFIX`. With an empty prefix the one offered subprotocol is the
    /// credential.
    ///
    /// # Errors
    /// [`Reason::ConfigInvalid`] for anything else, and for a name that its place cannot have.
    pub fn parse(text: &'c str) -> Result<Self, Reason> {
        let (word, name) = match split_str(text, b':') {
            Some((word, name)) => (word, Some(name.as_bytes())),
            None => (text, None),
        };
        let kind = match (word, name) {
            ("authorization", None) => Kind::Authorization,
            ("cookie", Some(name)) if is_token(name) => Kind::Cookie(name),
            ("query", Some(name)) if !name.is_empty() && is_printable(name) => Kind::Query(name),
            ("header", Some(name)) if is_token(name) && !is_judged_elsewhere(name) => {
                Kind::Header(name)
            }
            ("subprotocol", Some(name)) if name.is_empty() || is_token(name) => {
                Kind::Subprotocol(name)
            }
            _ => return Err(Reason::ConfigInvalid),
        };
        Ok(Self { text, kind })
    }

    /// The place as the policy writes it.
    #[must_use]
    pub const fn as_str(&self) -> &'c str {
        self.text
    }

    /// Whether the same text could be taken for the credential of both places, so that every request
    /// would have two: one header in two spellings, or a subprotocol with both prefixes.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        match (self.kind, other.kind) {
            (Kind::Header(a), Kind::Header(b)) => a.eq_ignore_ascii_case(b),
            (Kind::Subprotocol(a), Kind::Subprotocol(b)) => a.starts_with(b) || b.starts_with(a),
            (a, b) => a == b,
        }
    }

    /// Whether the browser adds what stands here by itself, for every page.
    #[must_use]
    pub const fn is_cookie(&self) -> bool {
        matches!(self.kind, Kind::Cookie(_))
    }

    /// The name of the header that is searched here; none if it is the target.
    pub(crate) fn header_name(&self) -> Option<&'c str> {
        match self.kind {
            Kind::Authorization => Some("authorization"),
            Kind::Cookie(_) => Some("cookie"),
            Kind::Query(_) => None,
            Kind::Header(_) => split_str(self.text, b':').map(|(_, name)| name),
            Kind::Subprotocol(_) => Some("sec-websocket-protocol"),
        }
    }

    /// Whether finding a credential here may need to decode it, which needs room in the scratch
    /// buffer.
    pub(crate) const fn is_query(&self) -> bool {
        matches!(self.kind, Kind::Query(_))
    }
}

fn is_printable(name: &[u8]) -> bool {
    name.iter().all(|byte| matches!(byte, 0x20..=0x7e))
}

/// Headers whose bytes another rule reads: a credential there would be judged by two grammars.
fn is_judged_elsewhere(name: &[u8]) -> bool {
    let places = ["cookie", "sec-websocket-protocol"];
    JUDGED_NAMES.into_iter().chain(places).any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
}

/// The credential of a request, and where it stood.
#[derive(Clone, Copy)]
pub struct Credential<'r, 'c> {
    place: &'c Place<'c>,
    value: &'r [u8],
    percent_encoded: bool,
    /// Its alphabet is still to be judged: see [`CredentialRules::find_unjudged`].
    unjudged: bool,
}

impl<'r, 'c> Credential<'r, 'c> {
    /// What is wrong with a credential whose token was refused: its alphabet before all else, if that was
    /// left for later.
    #[cold]
    pub(crate) fn refused(&self, reason: Reason) -> Reason {
        if self.unjudged && !is_b64token(self.value) { Reason::CredentialMalformed } else { reason }
    }

    /// The place where it stood.
    #[must_use]
    pub const fn place(&self) -> &'c Place<'c> {
        self.place
    }

    /// The token itself. One that stands percent-encoded in the target is decoded into the front of
    /// `scratch`; the rest of it is handed back.
    ///
    /// # Errors
    /// [`Reason::TokenTooLong`] if it does not fit.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn token<'s>(&self, scratch: &'s mut [u8]) -> Result<(&'s [u8], &'s mut [u8]), Reason>
    where
        'r: 's,
    {
        if !self.percent_encoded {
            return Ok((self.value, scratch));
        }
        let len = Decoded { rest: self.value }.count();
        let (token, rest) = scratch.split_at_mut_checked(len).ok_or(Reason::TokenTooLong)?;
        for (slot, byte) in token.iter_mut().zip(Decoded { rest: self.value }) {
            *slot = byte.ok_or(Reason::CredentialMalformed)?;
        }
        Ok((token, rest))
    }
}

/// Prints the place: the value is a secret.
impl core::fmt::Debug for Credential<'_, '_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Credential({}, {} bytes)", self.place.text, self.value.len())
    }
}

/// The places and how they are read.
#[derive(Clone, Copy, Debug)]
pub struct CredentialRules<'c> {
    /// The places, in order.
    pub places: &'c [Place<'c>],
    /// Opt-out: a request without a credential comes in as the anonymous principal.
    pub anonymous: bool,
    /// Opt-out: the first place that holds something is used, the others are not looked at.
    pub first_present_wins: bool,
}

impl Default for CredentialRules<'static> {
    fn default() -> Self {
        Self { places: &[Place::AUTHORIZATION], anonymous: false, first_present_wins: false }
    }
}

impl<'c> CredentialRules<'c> {
    /// Judges the size and the alphabet of what the places are going to be searched in.
    ///
    /// # Errors
    /// [`Reason::RequestTooLarge`] or [`Reason::TargetMalformed`].
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn judge_size(&self, request: &Request<'_>) -> Result<(), Reason> {
        if self.is_authorization() { Ok(()) } else { self.judge_size_of_places(request) }
    }

    /// Whether the one place is the `Authorization` header, as it is in nearly every policy.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn is_authorization(&self) -> bool {
        matches!(self.places, [Place { kind: Kind::Authorization, .. }])
    }

    fn judge_size_of_places(&self, request: &Request<'_>) -> Result<(), Reason> {
        for place in self.places {
            match place.kind {
                Kind::Query(_) if request.target.len() > MAX_TARGET_BYTES => {
                    return Err(Reason::RequestTooLarge);
                }
                Kind::Query(_) if !is_visible(request.target) => {
                    return Err(Reason::TargetMalformed);
                }
                Kind::Cookie(_) if cookie_bytes(request) > MAX_COOKIE_BYTES => {
                    return Err(Reason::RequestTooLarge);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The one credential of the request, or none.
    ///
    /// # Errors
    /// A reason of the 23xx family.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn find<'r>(
        &self,
        request: &Request<'r>,
        judged: &Judged<'r>,
    ) -> Result<Option<Credential<'r, 'c>>, Reason> {
        // Two Authorization lines are refused even where no place reads them: what stands behind
        // this gate might.
        let authorization = judged.authorization.single(Reason::CredentialDuplicate)?;
        let mut found = None;
        for place in self.places {
            let value = match place.kind {
                Kind::Authorization => authorization.map(bearer).transpose()?,
                Kind::Cookie(name) if self.first_present_wins => {
                    checked(cookies(request, name).find(|value| !value.is_empty()), is_b64token)?
                }
                Kind::Cookie(name) => checked(self.one(cookies(request, name))?, is_b64token)?,
                Kind::Query(name) => {
                    checked(self.one(parameters(request.target, name))?, is_encoded_b64token)?
                }
                Kind::Header(name) => {
                    checked(self.one(request.values(name).map(trim))?, is_b64token)?
                }
                Kind::Subprotocol(prefix) => {
                    checked(self.one(subprotocols(request, prefix))?, is_b64token)?
                }
            };
            let Some(value) = value else { continue };
            if found.is_some() {
                return Err(Reason::CredentialDuplicate);
            }
            let percent_encoded = place.is_query() && value.contains(&b'%');
            found = Some(Credential { place, value, percent_encoded, unjudged: false });
            if self.first_present_wins {
                break;
            }
        }
        Ok(found)
    }

    /// As [`find`](Self::find), for a gate that takes signed tokens alone. The parts of one are of an alphabet
    /// within that of a b64token, so one that proves good is in its alphabet; a refused one is judged by
    /// [`Credential::refused`]. Most tokens are read once less.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn find_unjudged<'r>(
        &self,
        request: &Request<'r>,
        judged: &Judged<'r>,
    ) -> Result<Option<Credential<'r, 'c>>, Reason> {
        if let ([place @ Place { kind: Kind::Authorization, .. }], Some(line)) =
            (self.places, judged.authorization.only())
            && let (Some(first), [.., b'!'..=b'~']) = (line.first_chunk(), line)
            && begins_as_bearer(*first)
            && let Some((_, value)) = line.split_first_chunk::<7>()
        {
            return Ok(Some(Credential { place, value, percent_encoded: false, unjudged: true }));
        }
        self.find(request, judged)
    }

    /// Whether what was found, or that nothing was, is enough for the page that asks.
    ///
    /// # Errors
    /// [`Reason::CredentialMissing`], or [`Reason::OriginForbidden`] for a page that owes a credential
    /// of its own and brings none, or one that the browser added.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn settle(&self, page: Page, found: Option<&Credential<'_, '_>>) -> Result<(), Reason> {
        let owes = page == Page::OwesCredential;
        match found {
            None if !self.anonymous => Err(Reason::CredentialMissing),
            None if owes => Err(Reason::OriginForbidden),
            Some(credential) if owes && credential.place().is_cookie() => {
                Err(Reason::OriginForbidden)
            }
            _ => Ok(()),
        }
    }

    /// Whether any cookie place holds something.
    #[must_use]
    pub fn cookie_presented(&self, request: &Request<'_>) -> bool {
        self.places.iter().any(|place| match place.kind {
            Kind::Cookie(name) => cookies(request, name).next().is_some(),
            _ => false,
        })
    }

    /// The only value, or none.
    fn one<'r>(&self, values: impl Iterator<Item = &'r [u8]>) -> Result<Option<&'r [u8]>, Reason> {
        let mut values = values.filter(|value| !(self.first_present_wins && value.is_empty()));
        let first = values.next();
        match values.next() {
            Some(_) => Err(Reason::CredentialDuplicate),
            None => Ok(first),
        }
    }
}

fn checked(value: Option<&[u8]>, well_formed: fn(&[u8]) -> bool) -> Result<Option<&[u8]>, Reason> {
    match value {
        Some(value) if !well_formed(value) => Err(Reason::CredentialMalformed),
        value => Ok(value),
    }
}

/// The token of an `Authorization` value (RFC 6750 §2.1): `Bearer`, whatever its case, one or more
/// spaces, a b64token, nothing after.
///
/// # Errors
/// [`Reason::CredentialSchemeUnsupported`] for another scheme, [`Reason::CredentialMalformed`]
/// otherwise.
pub fn bearer(value: &[u8]) -> Result<&[u8], Reason> {
    // As nearly everybody writes it. Whatever is wrong with it is told below.
    if let Some(token) = value.strip_prefix(b"Bearer ").filter(|token| is_b64token(token)) {
        return Ok(token);
    }
    // RFC 9110 §5.5: white space at the end is not part of the field value.
    let value = trim_end(value);
    let (scheme, rest) = split_once(value, b' ');
    if !is_token(scheme) {
        return Err(Reason::CredentialMalformed);
    }
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Err(Reason::CredentialSchemeUnsupported);
    }
    let mut token = rest.unwrap_or_default();
    while let [b' ', rest @ ..] = token {
        token = rest;
    }
    if is_b64token(token) { Ok(token) } else { Err(Reason::CredentialMalformed) }
}

/// Whether a value begins as nearly everybody writes it, `Bearer` and one space, and a visible character comes
/// next: white space around the token is told apart by the whole grammar.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn begins_as_bearer(first: [u8; 8]) -> bool {
    // The lowest seven bytes of the difference are zero if the word and the space are those, and the highest
    // says how far the last byte is above the first visible one.
    let difference = u64::from_le_bytes(first).wrapping_sub(u64::from_le_bytes(*b"Bearer !"));
    difference.rotate_left(8) <= (b'~' - b'!') as u64
}

fn cookie_bytes(request: &Request<'_>) -> usize {
    request.values(b"cookie").fold(0, |sum: usize, line| sum.saturating_add(line.len()))
}

/// The values of a cookie (RFC 6265 §5.4), over all lines: HTTP/2 splits them.
fn cookies<'r, 'n>(
    request: &Request<'r>,
    name: &'n [u8],
) -> impl Iterator<Item = &'r [u8]> + use<'r, 'n> {
    request.values(b"cookie").flat_map(move |line| cookie_values(line, name))
}

/// The values of a cookie in one line.
pub(crate) fn cookie_values<'r, 'n>(
    line: &'r [u8],
    name: &'n [u8],
) -> impl Iterator<Item = &'r [u8]> + use<'r, 'n> {
    line.split(|&byte| byte == b';').filter_map(move |pair| match split_once(trim(pair), b'=') {
        (known, Some(value)) if trim_end(known) == name => Some(trim(value)),
        _ => None,
    })
}

/// The offered subprotocols that begin with the prefix, without it.
fn subprotocols<'r, 'n>(
    request: &Request<'r>,
    prefix: &'n [u8],
) -> impl Iterator<Item = &'r [u8]> + use<'r, 'n> {
    request
        .values(b"sec-websocket-protocol")
        .flat_map(|line| line.split(|&byte| byte == b','))
        .filter_map(move |item| trim(item).strip_prefix(prefix))
}

/// The query of a target, between the first `?` and the first `#`.
pub(crate) fn query_of(target: &[u8]) -> Option<&[u8]> {
    let (target, _) = split_once(target, b'#');
    split_once(target, b'?').1
}

/// The values of a query parameter, as they stand (WHATWG URL, application/x-www-form-urlencoded).
fn parameters<'r, 'n>(
    target: &'r [u8],
    name: &'n [u8],
) -> impl Iterator<Item = &'r [u8]> + use<'r, 'n> {
    query_of(target).unwrap_or_default().split(|&byte| byte == b'&').filter_map(move |pair| {
        let (known, value) = split_once(pair, b'=');
        is_parameter(known, name).then(|| value.unwrap_or_default())
    })
}

/// Whether a parameter's name, decoded, is this one. Decoding matters: `%74oken` is a second
/// `token` to whoever reads the target next.
pub(crate) fn is_parameter(encoded: &[u8], name: &[u8]) -> bool {
    Decoded { rest: encoded }.eq(name.iter().map(|&byte| Some(byte)))
}

fn is_encoded_b64token(value: &[u8]) -> bool {
    if !value.contains(&b'%') {
        // `+` stands for a space here.
        return !value.contains(&b'+') && is_b64token(value);
    }
    let mut body = false;
    let mut padding = false;
    for byte in (Decoded { rest: value }) {
        match byte {
            Some(b'=') => padding = true,
            Some(byte) if !padding && is_b64token(&[byte]) => body = true,
            _ => return false,
        }
    }
    body
}

/// The bytes that a form-encoded text stands for; `None` for a percent sign that encodes none.
struct Decoded<'r> {
    rest: &'r [u8],
}

impl Iterator for Decoded<'_> {
    type Item = Option<u8>;

    fn next(&mut self) -> Option<Option<u8>> {
        let (byte, rest) = match self.rest {
            [] => return None,
            [b'%', high, low, rest @ ..] => match (hex_digit(*high), hex_digit(*low)) {
                (Some(high), Some(low)) => (Some(high << 4 | low), rest),
                _ => (None, rest),
            },
            [b'%', ..] => (None, &[][..]),
            [b'+', rest @ ..] => (Some(b' '), rest),
            [byte, rest @ ..] => (Some(*byte), rest),
        };
        self.rest = rest;
        Some(byte)
    }
}
