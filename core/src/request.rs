//! 1. What arrived: a borrowed view of the request, every header value kept, so that duplicates show.

use crate::limits::{MAX_HEADER_VALUE_BYTES, MAX_HEADERS};
use crate::reason::Reason;
use crate::text::ascii::{HeaderName, split_once};
use core::fmt;
use core::net::IpAddr;

/// The scheme by which the server was reached. A WebSocket's `ws` is HTTP, its `wss` HTTPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain text: `http`, `ws`.
    Http,
    /// TLS: `https`, `wss`.
    Https,
}

impl Scheme {
    /// Reads `http`, `https`, `ws` or `wss`, whatever the case.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.eq_ignore_ascii_case(b"https") || text.eq_ignore_ascii_case(b"wss") {
            Some(Self::Https)
        } else if text.eq_ignore_ascii_case(b"http") || text.eq_ignore_ascii_case(b"ws") {
            Some(Self::Http)
        } else {
            None
        }
    }

    /// `http` or `https`: how a serialized origin begins.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port that an origin or a Host of this scheme leaves out.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// One header line, as it arrived. Names are compared without case.
#[derive(Clone, Copy)]
pub struct Header<'r> {
    /// The field name.
    pub name: &'r [u8],
    /// The field value, without the line end.
    pub value: &'r [u8],
}

impl<'r> Header<'r> {
    /// A header line from text.
    #[must_use]
    pub const fn new(name: &'r str, value: &'r str) -> Self {
        Self { name: name.as_bytes(), value: value.as_bytes() }
    }
}

/// A request as the server saw it. Nothing in it is trusted but `scheme` and `peer`, which the server
/// knows of its own connection.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// The method, for explanations only: no rule depends on it.
    pub method: &'r [u8],
    /// The request target as it arrived. The host in a target of absolute form counts as a `Host` line
    /// (RFC 9112 §3.2.2) unless one says the same; path and query are read only where the policy names a
    /// `query:` place.
    pub target: &'r [u8],
    /// The scheme of the connection: whether the server itself spoke TLS.
    pub scheme: Scheme,
    /// The other end of the connection. Only a listed proxy's forwarding headers count, so without
    /// an address none do.
    pub peer: Option<IpAddr>,
    /// Every header line in the order of arrival, duplicates included. HTTP/2's `:authority` is given as
    /// `Host`.
    pub headers: &'r [Header<'r>],
}

/// Prints the shape of the request; its bytes are the peer's.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("scheme", &self.scheme)
            .field("peer", &self.peer)
            .field("target_bytes", &self.target.len())
            .field("headers", &self.headers.len())
            .finish_non_exhaustive()
    }
}

/// The lines of one header: none, exactly one, or several. A present header is never absent,
/// whatever it holds.
#[derive(Clone, Copy, Default)]
pub(crate) struct Lines<'r> {
    first: Option<&'r [u8]>,
    several: bool,
}

impl<'r> Lines<'r> {
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn add(&mut self, value: &'r [u8]) {
        match self.first {
            None => self.first = Some(value),
            Some(_) => self.several = true,
        }
    }

    /// The value, if there is one line.
    pub(crate) const fn only(&self) -> Option<&'r [u8]> {
        if self.several { None } else { self.first }
    }

    /// The value, if there is one line; `several` if there are more.
    pub(crate) const fn single(&self, several: Reason) -> Result<Option<&'r [u8]>, Reason> {
        if self.several { Err(several) } else { Ok(self.first) }
    }
}

const HOST: HeaderName<4> = HeaderName::new(b"host");
const ORIGIN: HeaderName<6> = HeaderName::new(b"origin");
const AUTHORIZATION: HeaderName<13> = HeaderName::new(b"authorization");
const FETCH_SITE: HeaderName<14> = HeaderName::new(b"sec-fetch-site");
const FORWARDED: HeaderName<9> = HeaderName::new(b"forwarded");
const FORWARDED_HOST: HeaderName<16> = HeaderName::new(b"x-forwarded-host");
const FORWARDED_PROTO: HeaderName<17> = HeaderName::new(b"x-forwarded-proto");

/// The names of those, for [`Gate::header_names`](crate::Gate::header_names).
pub(crate) const JUDGED_NAMES: [&str; 7] = [
    "host",
    "origin",
    "authorization",
    "sec-fetch-site",
    "forwarded",
    "x-forwarded-host",
    "x-forwarded-proto",
];

/// The headers that the stages judge, found in one pass over the request.
#[derive(Clone, Copy, Default)]
pub struct Judged<'r> {
    pub(crate) host: Lines<'r>,
    pub(crate) origin: Lines<'r>,
    pub(crate) fetch_site: Lines<'r>,
    pub(crate) authorization: Lines<'r>,
    pub(crate) forwarded: bool,
}

impl fmt::Debug for Judged<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judged").field("forwarded", &self.forwarded).finish_non_exhaustive()
    }
}

impl<'r> Judged<'r> {
    /// Adds a line that few requests have, if it is one.
    #[cfg_attr(target_pointer_width = "64", inline(never))]
    fn add_of_browser_or_proxy(&mut self, header: &Header<'r>) -> Result<(), Reason> {
        if FETCH_SITE.is(header.name) {
            self.fetch_site.add(short(header)?);
        } else if is_forwarding(header) {
            short(header)?;
            self.forwarded = true;
        }
        Ok(())
    }
}

impl<'r> Request<'r> {
    /// Sorts out the headers that are judged.
    ///
    /// # Errors
    /// [`Reason::RequestTooLarge`] for a request beyond the limits.
    pub fn judged(&self) -> Result<Judged<'r>, Reason> {
        let mut judged = Judged::default();
        self.sort_out(&mut judged)?;
        Ok(judged)
    }

    /// Adds the headers that are judged to `judged`, in its place: a copy of it costs as much as to find them.
    #[cfg_attr(target_pointer_width = "64", inline(never))]
    pub(crate) fn sort_out(&self, judged: &mut Judged<'r>) -> Result<(), Reason> {
        if self.headers.len() > MAX_HEADERS {
            return Err(Reason::RequestTooLarge);
        }
        let mut rest = self.headers;
        while let [header, behind @ ..] = rest {
            rest = behind;
            // The length sorts out nearly every other header before a byte is compared.
            if !is_length_of_judged(header.name.len()) {
                continue;
            }
            let lines = match header.name.len() {
                // The token in it has a limit of its own.
                13 => {
                    if AUTHORIZATION.is(header.name) {
                        judged.authorization.add(header.value);
                    }
                    continue;
                }
                4 if HOST.is(header.name) => &mut judged.host,
                6 if ORIGIN.is(header.name) => &mut judged.origin,
                4 | 6 => continue,
                _ => {
                    judged.add_of_browser_or_proxy(header)?;
                    continue;
                }
            };
            lines.add(short(header)?);
        }
        // Nearly every other target begins with a slash.
        if self.target.starts_with(b"/") { Ok(()) } else { self.add_host_of_target(judged) }
    }

    /// Adds what stands behind `scheme://` in a target of absolute form.
    #[cfg_attr(target_pointer_width = "64", cold, inline(never))]
    fn add_host_of_target(&self, judged: &mut Judged<'r>) -> Result<(), Reason> {
        let (_, rest) = split_once(self.target, b':');
        let Some(rest) = rest.and_then(|rest| rest.strip_prefix(b"//")) else { return Ok(()) };
        let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
        let host = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
        if host.len() > MAX_HEADER_VALUE_BYTES {
            return Err(Reason::RequestTooLarge);
        }
        match judged.host.only() {
            Some(line) if line.eq_ignore_ascii_case(host) => {}
            // Which of two the server would believe is not known.
            _ => judged.host.add(host),
        }
        Ok(())
    }

    /// The values of a header, in the order of arrival.
    pub fn values<'n>(&self, name: &'n [u8]) -> impl Iterator<Item = &'r [u8]> + use<'r, 'n> {
        let headers = self.headers;
        headers.iter().filter(move |header| named(header, name)).map(|header| header.value)
    }
}

/// Whether one of the names that are judged may be so long: lengths that are 64 apart are one.
const fn is_length_of_judged(len: usize) -> bool {
    const LENGTHS: u64 = 1 << 4 | 1 << 6 | 1 << 9 | 1 << 13 | 1 << 14 | 1 << 16 | 1 << 17;
    LENGTHS >> (len % 64) & 1 != 0
}

fn short<'r>(header: &Header<'r>) -> Result<&'r [u8], Reason> {
    if header.value.len() > MAX_HEADER_VALUE_BYTES {
        return Err(Reason::RequestTooLarge);
    }
    Ok(header.value)
}

fn is_forwarding(header: &Header<'_>) -> bool {
    match header.name.len() {
        9 => FORWARDED.is(header.name),
        16 => FORWARDED_HOST.is(header.name),
        17 => FORWARDED_PROTO.is(header.name),
        _ => false,
    }
}

fn named(header: &Header<'_>, name: &[u8]) -> bool {
    header.name.eq_ignore_ascii_case(name)
}
