//! 3. Which page asks: the Origin, judged by the policy's mode.
//!
//! The header must be a serialized origin (RFC 6454 §6.2) and is compared as such. The *list* is
//! normalised when the policy is loaded, the header never: repairing it is how checks are walked
//! around.

use crate::host::{Authority, Host, is_wildcard_base};
use crate::index::{FEW, HALVES, narrow, sort};
use crate::limits::MAX_ORIGIN_BYTES;
use crate::reason::Reason;
use crate::request::{Judged, Scheme};
use crate::text::ascii::{ends, has_capital, same, split_once};
use core::fmt;

/// The value of an `Origin` header.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'r> {
    /// `null`: a sandboxed frame, a `data:` page, a redirect across origins.
    Null,
    /// Scheme, host and port.
    Tuple(Tuple<'r>),
}

/// Scheme, host and port of an origin.
#[derive(Clone, Copy)]
pub struct Tuple<'r> {
    scheme: &'r [u8],
    /// None for `file://`, which has no host.
    host: Option<Host<'r>>,
}

impl<'r> Origin<'r> {
    /// Reads a header value by the grammar of a serialized origin: lower case, no path, no user
    /// info, no default port, no white space, IPv6 in the form of RFC 5952.
    ///
    /// # Errors
    /// [`Reason::OriginMalformed`].
    pub fn parse(text: &'r [u8]) -> Result<Self, Reason> {
        if text == b"null" {
            return Ok(Self::Null);
        }
        let (tuple, authority) = Tuple::read(text).ok_or(Reason::OriginMalformed)?;
        let serialized = !has_capital(tuple.scheme)
            && tuple.host.is_none_or(|host| {
                host.is_serialized(authority)
                    && (host.port().is_none() || host.port() != default_port(tuple.scheme))
            });
        if serialized { Ok(Self::Tuple(tuple)) } else { Err(Reason::OriginMalformed) }
    }

    /// Reads a header value and forgives upper case, a spelled-out default port and long IPv6.
    fn parse_unserialized(text: &'r [u8]) -> Result<Self, Reason> {
        if text == b"null" {
            return Ok(Self::Null);
        }
        Tuple::read(text).map(|(tuple, _)| Self::Tuple(tuple)).ok_or(Reason::OriginMalformed)
    }
}

impl<'r> Tuple<'r> {
    /// The tuple and the text of its host and port.
    fn read(text: &'r [u8]) -> Option<(Self, &'r [u8])> {
        if text.len() > MAX_ORIGIN_BYTES {
            return None;
        }
        let (scheme, rest) = split_once(text, b':');
        let authority = rest?.strip_prefix(b"//")?;
        Some((Self::of(scheme, authority)?, authority))
    }

    fn of(scheme: &'r [u8], authority: &'r [u8]) -> Option<Self> {
        if !is_scheme(scheme) {
            return None;
        }
        let host = match authority {
            [] if scheme.eq_ignore_ascii_case(b"file") => None,
            _ => Some(Host::parse(authority)?),
        };
        Some(Self { scheme, host })
    }

    /// The serialized origin.
    fn canonical(self) -> Option<heapless::String<MAX_ORIGIN_BYTES>> {
        let mut text = heapless::String::new();
        Line { tuple: self, any_label: false, any_port: false }.write_to(&mut text).ok()?;
        Some(text)
    }

    fn has_scheme(&self, scheme: &[u8]) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }
}

impl fmt::Display for Tuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl Tuple<'_> {
    fn write_to(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        for byte in self.scheme {
            out.write_char(byte.to_ascii_lowercase().into())?;
        }
        out.write_str("://")?;
        self.host.map_or(Ok(()), |host| host.write_to(out))
    }
}

impl fmt::Debug for Tuple<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tuple({self})")
    }
}

/// Whether `text` is the serialized origin of a name in lower case on the scheme's default port: what a page of
/// the server's own sends nearly always.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn is_origin_of(text: &[u8], scheme: Scheme, name: &[u8]) -> bool {
    let rest = match scheme {
        Scheme::Http => behind(text, b"http://"),
        Scheme::Https => behind(text, b"https://"),
    };
    match rest {
        Some(rest) => same(rest, name),
        None => false,
    }
}

#[cfg_attr(target_pointer_width = "64", inline(always))]
fn behind<'t, const N: usize>(text: &'t [u8], prefix: &[u8; N]) -> Option<&'t [u8]> {
    match text.split_first_chunk() {
        Some((first, rest)) if first == prefix => Some(rest),
        _ => None,
    }
}

/// RFC 3986 §3.1: `ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )`.
fn is_scheme(text: &[u8]) -> bool {
    matches!(text, [first, ..] if first.is_ascii_alphabetic())
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// The port that the serialization of an origin leaves out (WHATWG URL, special schemes).
fn default_port(scheme: &[u8]) -> Option<u16> {
    for (known, port) in [("https", 443), ("http", 80), ("wss", 443), ("ws", 80), ("ftp", 21)] {
        if scheme.eq_ignore_ascii_case(known.as_bytes()) {
            return Some(port);
        }
    }
    None
}

/// The canonical text of a line of the origin list: a serialized origin, `scheme://*.base[:port]`
/// for exactly one label in front of `base`, or `scheme://localhost:*` (any port, loopback names
/// only). Case is folded, a default port and one trailing slash are dropped.
///
/// # Errors
/// [`Reason::OriginRuleInvalid`] for a line that no page's Origin could match, and for one that
/// would match nearly every page: `*`, `https://*.com`.
pub fn canonical(line: &str) -> Result<heapless::String<MAX_ORIGIN_BYTES>, Reason> {
    let line = Line::parse(line.as_bytes()).ok_or(Reason::OriginRuleInvalid)?;
    let mut out = heapless::String::new();
    line.write_to(&mut out).map_err(|_| Reason::OriginRuleInvalid)?;
    Ok(out)
}

/// The parts of a line.
#[derive(Clone, Copy, Debug)]
struct Line<'c> {
    tuple: Tuple<'c>,
    any_label: bool,
    any_port: bool,
}

impl<'c> Line<'c> {
    fn parse(text: &'c [u8]) -> Option<Self> {
        if text.len() > MAX_ORIGIN_BYTES {
            return None;
        }
        let (scheme, rest) = split_once(text, b':');
        let rest = rest?.strip_prefix(b"//")?;
        let rest = rest.strip_suffix(b"/").unwrap_or(rest);
        let (rest, any_label) = without(rest.strip_prefix(b"*."), rest);
        let (rest, any_port) = without(rest.strip_suffix(b":*"), rest);
        let tuple = Tuple::of(scheme, rest)?;
        let fits = match tuple.host {
            None => !any_label && !any_port,
            Some(host) => {
                (!any_label || (is_wildcard_base(&host) && default_port(scheme).is_some()))
                    && (!any_port || (host.port().is_none() && host.is_loopback_name()))
            }
        };
        fits.then_some(Self { tuple, any_label, any_port })
    }
}

fn without<'c>(stripped: Option<&'c [u8]>, whole: &'c [u8]) -> (&'c [u8], bool) {
    stripped.map_or((whole, false), |stripped| (stripped, true))
}

impl Line<'_> {
    /// Writes the canonical text.
    fn write_to(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let host = self.tuple.host.map(|host| {
            let spelled_out = host.port() == default_port(self.tuple.scheme);
            if spelled_out { host.without_port() } else { host }
        });
        Tuple { host: None, ..self.tuple }.write_to(out)?;
        out.write_str(if self.any_label { "*." } else { "" })?;
        host.map_or(Ok(()), |host| host.write_to(out))?;
        out.write_str(if self.any_port { ":*" } else { "" })
    }
}

/// One line of the origin list, in its canonical text.
#[derive(Clone, Copy)]
pub struct OriginPattern<'c> {
    text: &'c str,
    hash: u64,
    /// Whether the line stands for more than itself. The star is the list's: no page has it in its origin.
    star: bool,
}

impl<'c> OriginPattern<'c> {
    /// Takes a line that [`canonical`] has made, or that is written as it would make it.
    ///
    /// # Errors
    /// [`Reason::OriginRuleInvalid`] for any other text.
    pub fn new(text: &'c str) -> Result<Self, Reason> {
        if canonical(text)?.as_str() != text {
            return Err(Reason::OriginRuleInvalid);
        }
        let bytes = text.as_bytes();
        Ok(Self { text, hash: hash(bytes), star: bytes.contains(&b'*') })
    }

    /// The canonical text.
    #[must_use]
    pub const fn as_str(&self) -> &'c str {
        self.text
    }

    fn is_after(&self, hash: u64, text: &[u8]) -> bool {
        if self.hash == hash { self.text.as_bytes() > text } else { self.hash > hash }
    }
}

impl fmt::Debug for OriginPattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OriginPattern").field(&self.text).finish()
    }
}

/// A number by which texts are told apart fast. Texts with one number are told apart by their bytes, so
/// that whoever looks for such texts gains nothing.
fn hash(text: &[u8]) -> u64 {
    if !HALVES {
        return 0;
    }
    let halves = |block: [u8; 16]| ends(&block).map_or([0; 2], |ends| ends.map(u64::from_le_bytes));
    // Two words at a time, and all of their product. No text of ASCII makes a factor that is 0 whatever the
    // other is.
    let mix = |hash: u64, block: [u8; 16]| {
        let [first, second] = halves(block);
        let first = u128::from(first ^ hash ^ 0xf39c_c060_5ced_c834);
        let product = first.wrapping_mul(u128::from(second ^ 0x9e37_79b9_7f4a_7c15));
        let [low, high] = halves(product.to_le_bytes());
        low ^ high
    };
    let (blocks, tail) = text.as_chunks();
    let hash = blocks.iter().fold(text.len() as u64, |hash, block| mix(hash, *block));
    // The last sixteen bytes, some of them a second time: the length tells how many.
    let last = text.last_chunk().copied().unwrap_or_else(|| {
        let mut last = [0; 16];
        last.iter_mut().zip(tail).for_each(|(place, byte)| *place = *byte);
        last
    });
    mix(hash, last)
}

/// The origin list.
///
/// Lines that [`Origins::sort`] has put in order are found by halving; lines in another order are looked
/// at one by one, with the same answer. A line with a star is found by the text that it has for a page:
/// `https://*.example.com` for one of `https://a.example.com`, and so by halving as well.
#[derive(Clone, Copy, Default)]
pub struct Origins<'c> {
    lines: &'c [OriginPattern<'c>],
    ordered: bool,
}

impl<'c> Origins<'c> {
    /// Takes the lines, and looks once whether they are in order.
    #[must_use]
    pub fn new(lines: &'c [OriginPattern<'c>]) -> Self {
        let ordered = HALVES && lines.is_sorted_by(|a, b| !a.is_after(b.hash, b.text.as_bytes()));
        Self { lines, ordered }
    }

    /// The lines, in the order in which they were given.
    #[must_use]
    pub const fn lines(&self) -> &'c [OriginPattern<'c>] {
        self.lines
    }

    /// Puts lines in the order in which they are found by halving. It is no order for the eye. On targets
    /// with fewer than 64 bits they stay as they are.
    pub fn sort(lines: &mut [OriginPattern<'_>]) {
        if HALVES {
            sort(lines, |a, b| b.is_after(a.hash, a.text.as_bytes()));
        }
    }

    fn find(&self, text: &[u8]) -> Option<&'c OriginPattern<'c>> {
        let hash = hash(text);
        let few = if HALVES && self.ordered {
            narrow(self.lines, FEW, |line| line.is_after(hash, text))
        } else {
            self.lines
        };
        few.iter().find(|line| line.hash == hash && same(line.text.as_bytes(), text))
    }

    /// Whether a text is a line without a star.
    fn contains(&self, text: &[u8]) -> bool {
        self.find(text).is_some_and(|line| !line.star)
    }

    /// Whether a line with a star stands for the origin with this text, or with `aliases` a line of
    /// another name of the machine. `host` is what the text names.
    fn cover(&self, text: &[u8], host: &Host<'_>, aliases: bool) -> bool {
        let (scheme, rest) = split_once(text, b':');
        let authority = rest.and_then(|rest| rest.strip_prefix(b"//")).unwrap_or_default();
        let find = |parts: [&[u8]; 4]| {
            let mut text = heapless::Vec::<u8, MAX_ORIGIN_BYTES>::new();
            let written = parts.iter().try_for_each(|part| text.extend_from_slice(part));
            written.is_ok() && self.find(&text).is_some()
        };
        if host.dns().is_some()
            && let (_, Some(base)) = split_once(authority, b'.')
            && find([scheme, b"://*.", base, b""])
        {
            return true;
        }
        if !host.is_loopback_name() {
            return false;
        }
        let port_behind = |name| authority.strip_prefix(name);
        let port = LOOPBACK_NAMES.into_iter().find_map(port_behind).unwrap_or_default();
        LOOPBACK_NAMES
            .into_iter()
            .filter(|name| aliases || authority.starts_with(name))
            .any(|name| find([scheme, b"://", name, b":*"]) || find([scheme, b"://", name, port]))
    }
}

impl<'c> From<&'c [OriginPattern<'c>]> for Origins<'c> {
    fn from(lines: &'c [OriginPattern<'c>]) -> Self {
        Self::new(lines)
    }
}

impl fmt::Debug for Origins<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.fmt(f)
    }
}

/// Which pages may ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OriginMode {
    /// Pages of this very origin: scheme, host and port.
    #[default]
    SameOrigin,
    /// Pages of the listed origins.
    List,
    /// Either.
    SameOriginOrList,
    /// No page: any Origin denies, as for a server that only native clients use.
    NoneAllowed,
    /// Any page that holds a credential of its own. A cookie is not: the browser adds it for every
    /// page.
    AfterCredential,
    /// Opt-out: nothing is judged.
    Off,
}

/// What an absent Origin means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AbsentOrigin {
    /// A native client, unless a cookie credential is presented: then the request must be vouched for
    /// by `Sec-Fetch-Site: same-origin` or `none`, which no page can write.
    #[default]
    AllowNative,
    /// A denial.
    Require,
    /// Opt-out: always a native client.
    Allow,
}

/// What the origin stage judges by.
#[derive(Clone, Copy, Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one named opt-out of the policy document, independent of the others"
)]
pub struct OriginRules<'c> {
    /// Which pages may ask.
    pub mode: OriginMode,
    /// The list, for the modes that have one.
    pub allow: Origins<'c>,
    /// What an absent Origin means.
    pub absent: AbsentOrigin,
    /// Opt-out: `null` is accepted.
    pub allow_null: bool,
    /// `localhost`, `127.0.0.1` and `[::1]` are one host.
    pub loopback_aliases: bool,
    /// Opt-out: same origin means same host and port, over http or https.
    pub ignore_scheme: bool,
    /// Opt-out: an https page of exactly this host is accepted where the connection is seen as http,
    /// behind a proxy that ends TLS and does not say so.
    pub https_page_on_http: bool,
    /// Opt-out: upper case, a spelled-out default port and long IPv6 are normalised, not refused.
    pub accept_unserialized: bool,
    /// Opt-out: an Origin of no bytes counts as absent.
    pub empty_is_absent: bool,
    /// Opt-out: `Sec-Fetch-Site` is not read.
    pub ignore_fetch_site: bool,
}

/// What the origin stage found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The page may ask, or there is none.
    Settled,
    /// It may if the request carries a credential that is not a cookie.
    OwesCredential,
}

/// `Sec-Fetch-Site` (W3C Fetch Metadata): the browser's own word, which no page can write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FetchSite {
    Unknown,
    Own,
    Other,
}

impl OriginRules<'_> {
    /// Any page may ask, that of an attacker as well. The only rules of a build without the feature `origin`.
    #[must_use]
    pub fn off() -> Self {
        Self { mode: OriginMode::Off, ..Self::default() }
    }

    /// Judges the page. `cookie_presented` says whether a configured cookie credential is there.
    ///
    /// # Errors
    /// A reason of the 22xx family, or of the 21xx where there is no host to compare with.
    pub fn judge(
        &self,
        judged: &Judged<'_>,
        authority: &Authority<'_>,
        cookie_presented: impl FnOnce() -> bool,
    ) -> Result<Page, Reason> {
        let line = judged.origin.single(Reason::OriginDuplicate)?;
        if self.mode == OriginMode::Off {
            return Ok(Page::Settled);
        }
        let fetch_site = self.fetch_site(judged)?;
        match line {
            Some([]) if self.empty_is_absent => self.absent(fetch_site, cookie_presented),
            Some(text) => self.present(text, authority, fetch_site),
            None => self.absent(fetch_site, cookie_presented),
        }
    }

    /// Whether the page of nearly every request may ask, one that needs no parse: what [`Self::judge`] says
    /// then as well. `own` is the name of the server in lower case, asked for without a port.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn admits(&self, judged: &Judged<'_>, scheme: Scheme, own: &[u8]) -> bool {
        let (Some(text), Ok(fetch_site)) = (judged.origin.only(), self.fetch_site(judged)) else {
            return false;
        };
        self.admits_text(text, scheme, || Some(own), fetch_site)
    }

    /// Whether the page is one that may ask, byte for byte.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn admits_text<'a>(
        &self,
        text: &[u8],
        scheme: Scheme,
        own: impl FnOnce() -> Option<&'a [u8]>,
        fetch_site: FetchSite,
    ) -> bool {
        // A line of the list is a serialized origin.
        if self.has_list() && self.allow.contains(text) {
            return true;
        }
        // So is the server's own, where nothing contradicts it: the host was parsed before.
        let compares = matches!(self.mode, OriginMode::SameOrigin | OriginMode::SameOriginOrList);
        compares
            && fetch_site != FetchSite::Other
            && matches!(own(), Some(own) if is_origin_of(text, scheme, own))
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn fetch_site(&self, judged: &Judged<'_>) -> Result<FetchSite, Reason> {
        if self.ignore_fetch_site {
            return Ok(FetchSite::Unknown);
        }
        match judged.fetch_site.single(Reason::FetchSiteMalformed)? {
            None => Ok(FetchSite::Unknown),
            Some(b"same-origin" | b"none") => Ok(FetchSite::Own),
            Some(b"same-site" | b"cross-site") => Ok(FetchSite::Other),
            Some(_) => Err(Reason::FetchSiteMalformed),
        }
    }

    fn absent(
        &self,
        fetch_site: FetchSite,
        cookie_presented: impl FnOnce() -> bool,
    ) -> Result<Page, Reason> {
        if fetch_site == FetchSite::Other {
            return Err(Reason::FetchSiteForbidden);
        }
        let owed = match self.absent {
            AbsentOrigin::Allow => false,
            AbsentOrigin::Require => true,
            AbsentOrigin::AllowNative => fetch_site == FetchSite::Unknown && cookie_presented(),
        };
        if owed { Err(Reason::OriginMissing) } else { Ok(Page::Settled) }
    }

    fn present(
        &self,
        text: &[u8],
        authority: &Authority<'_>,
        fetch_site: FetchSite,
    ) -> Result<Page, Reason> {
        if self.mode == OriginMode::NoneAllowed {
            return Err(Reason::OriginForbidden);
        }
        let own = || {
            let name = authority.host().ok().and_then(|host| host.only_name());
            name.filter(|name| !has_capital(name))
        };
        if self.admits_text(text, authority.scheme(), own, fetch_site) {
            return Ok(Page::Settled);
        }
        self.read(text, authority, fetch_site)
    }

    /// Judges an Origin by what it says.
    #[cfg_attr(target_pointer_width = "64", inline(never))]
    fn read(
        &self,
        text: &[u8],
        authority: &Authority<'_>,
        fetch_site: FetchSite,
    ) -> Result<Page, Reason> {
        let origin = if self.accept_unserialized {
            Origin::parse_unserialized(text)?
        } else {
            Origin::parse(text)?
        };
        let tuple = match origin {
            Origin::Tuple(tuple) => tuple,
            Origin::Null if self.allow_null => return Ok(self.admitted()),
            Origin::Null => return Err(Reason::OriginNull),
        };
        if self.mode == OriginMode::AfterCredential {
            return Ok(self.admitted());
        }
        if self.has_list() && self.lists(&tuple, text) {
            return Ok(Page::Settled);
        }
        if self.mode == OriginMode::List {
            return Err(Reason::OriginNotAllowed);
        }
        match self.own(&tuple, authority)? {
            None => Err(Reason::OriginNotAllowed),
            // The browser contradicts its own Origin.
            Some(Own::Strictly) if fetch_site == FetchSite::Other => {
                Err(Reason::FetchSiteForbidden)
            }
            Some(_) => Ok(Page::Settled),
        }
    }

    /// Whether a line of the list stands for the origin with this text. Its texts are not to stand on the
    /// stack while a token is verified.
    #[inline(never)]
    fn lists(&self, tuple: &Tuple<'_>, text: &[u8]) -> bool {
        let canonical = if self.accept_unserialized { tuple.canonical() } else { None };
        let text = canonical.as_ref().map_or(text, |canonical| canonical.as_bytes());
        (canonical.is_some() && self.allow.contains(text))
            || tuple.host.is_some_and(|host| self.allow.cover(text, &host, self.loopback_aliases))
    }

    const fn has_list(&self) -> bool {
        matches!(self.mode, OriginMode::List | OriginMode::SameOriginOrList)
    }

    const fn admitted(&self) -> Page {
        match self.mode {
            OriginMode::AfterCredential => Page::OwesCredential,
            _ => Page::Settled,
        }
    }

    /// Whether the page comes from the host that the request was sent to.
    fn own(&self, page: &Tuple<'_>, authority: &Authority<'_>) -> Result<Option<Own>, Reason> {
        let scheme = authority.scheme();
        let also = authority.also().and_then(|own| self.is_at(page, &own, scheme));
        Ok(self.is_at(page, &authority.host()?, scheme).or(also))
    }

    fn is_at(&self, page: &Tuple<'_>, own: &Host<'_>, scheme: Scheme) -> Option<Own> {
        let host = page.host?;
        let known = [Scheme::Http, Scheme::Https];
        let page_scheme =
            known.into_iter().find(|known| page.has_scheme(known.as_str().as_bytes()))?;
        let at = |scheme: Scheme, aliases: bool| {
            host.same_name(own, aliases)
                && host.port_or_default(scheme) == own.port_or_default(scheme)
        };
        if page_scheme == scheme && at(scheme, false) {
            return Some(Own::Strictly);
        }
        let by_alias =
            (page_scheme == scheme || self.ignore_scheme) && at(page_scheme, self.loopback_aliases);
        let by_proxy =
            self.https_page_on_http && page_scheme == Scheme::Https && at(Scheme::Https, false);
        (by_alias || by_proxy).then_some(Own::ByOption)
    }
}

/// The machine's own names, as in [`Host::is_loopback_name`].
const LOOPBACK_NAMES: [&[u8]; 3] = [b"localhost", b"127.0.0.1", b"[::1]"];

/// In which sense a page is the server's own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    /// Scheme, host and port are the same.
    Strictly,
    /// The policy says so, of a page that the browser takes for another site's.
    ByOption,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::HostRules;
    use crate::request::{Header, Request};
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    fn judge(lines: &[OriginPattern<'_>], origin: &str, options: usize) -> Result<Page, Reason> {
        let rules = OriginRules {
            mode: OriginMode::List,
            allow: Origins::new(lines),
            loopback_aliases: options & 1 != 0,
            accept_unserialized: options & 2 != 0,
            ..OriginRules::default()
        };
        let headers = [Header::new("host", "x"), Header::new("origin", origin)];
        let request = Request {
            method: b"GET",
            target: b"/",
            scheme: Scheme::Https,
            peer: None,
            headers: &headers,
        };
        let judged = request.judged()?;
        rules.judge(&judged, &HostRules::default().judge(&request, &judged)?, || false)
    }

    #[test]
    fn what_is_admitted_at_once_is_settled_by_the_whole_judgement() {
        let modes = [
            OriginMode::SameOrigin,
            OriginMode::List,
            OriginMode::SameOriginOrList,
            OriginMode::NoneAllowed,
            OriginMode::AfterCredential,
            OriginMode::Off,
        ];
        let listed = ["https://page.example", "https://*.example.net"];
        let listed = listed.map(|line| OriginPattern::new(line).unwrap());
        let hosts =
            ["app.example.com", "App.example.com", "app.example.com:8443", "app.example.com:443"];
        let lines = hosts.map(|line| crate::host::HostPattern::parse(line).unwrap());
        let host_rules = HostRules { allow: Some(&lines), ..HostRules::default() };
        let pages = [
            "https://app.example.com",
            "http://app.example.com",
            "https://App.example.com",
            "https://app.example.com:8443",
            "https://page.example",
            "https://a.example.net",
            "https://*.example.net",
            "null",
            "",
        ];
        let sites = [None, Some("same-origin"), Some("cross-site"), Some("none"), Some("?")];
        let mut admitted = [0; 6];
        for (at, mode) in modes.into_iter().enumerate() {
            let allow = Origins::new(&listed);
            let rules = OriginRules { mode, allow, ..OriginRules::default() };
            for (host, scheme) in
                hosts.into_iter().flat_map(|host| [(host, Scheme::Http), (host, Scheme::Https)])
            {
                for (page, site) in
                    pages.into_iter().flat_map(|page| sites.map(|site| (page, site)))
                {
                    let mut headers =
                        Vec::from([Header::new("host", host), Header::new("origin", page)]);
                    headers.extend(site.map(|site| Header::new("sec-fetch-site", site)));
                    let headers = &headers;
                    let request =
                        Request { method: b"GET", target: b"/", scheme, peer: None, headers };
                    let judged = request.judged().unwrap();
                    let line = host_rules.line(&request, &judged);
                    assert!(line.is_none_or(|(name, lower)| lower != has_capital(name)));
                    let Some((name, true)) = line else { continue };
                    if rules.admits(&judged, scheme, name) {
                        let authority = host_rules.judge(&request, &judged).unwrap();
                        assert_eq!(rules.judge(&judged, &authority, || false), Ok(Page::Settled));
                        admitted[at] += 1;
                    }
                }
            }
        }
        // Of one host, one that is its own with three words of the browser on each scheme, and one that is
        // listed with four.
        assert_eq!(admitted, [6, 8, 14, 0, 0, 0]);
    }

    #[test]
    fn a_list_in_order_allows_what_any_of_its_lines_allows() {
        let mut texts: Vec<String> = [
            "https://*.example.com",
            "https://*.example.com:8443",
            "http://localhost:*",
            "http://127.0.0.1:3000",
            "http://[::1]:8080",
            "https://localhost",
            "file://",
            "app://host",
        ]
        .map(String::from)
        .into();
        texts.extend((0..40).map(|n| format!("https://app-{n}.example.net")));
        let unordered: Vec<_> =
            texts.iter().map(|text| OriginPattern::new(text).unwrap()).collect();
        let mut ordered = unordered.clone();
        Origins::sort(&mut ordered);
        assert!(Origins::new(&ordered).ordered && !Origins::new(&unordered).ordered);
        let pages = [
            "https://a.example.com",
            "https://A.example.com",
            "https://a.b.example.com",
            "https://example.com",
            "https://a.example.com:443",
            "https://a.example.com:8443",
            "https://*.example.com",
            "http://*.example.com",
            "http://localhost",
            "http://localhost:5000",
            "http://LOCALHOST:80",
            "http://localhost:*",
            "http://127.0.0.1:3000",
            "http://127.0.0.1:5000",
            "http://[::1]:3000",
            "http://[::1]:8080",
            "http://[0:0::1]:8080",
            "https://[::1]",
            "https://127.0.0.1",
            "https://127.0.0.2",
            "file://",
            "FILE://",
            "app://host",
            "app://other",
            "null",
            "https://app-39.example.net",
            "https://app-40.example.net",
            "https://APP-3.example.net:443",
        ];
        for options in 0..4 {
            let mut allowed = 0;
            for page in pages {
                let whole = judge(&ordered, page, options);
                assert_eq!(whole, judge(&unordered, page, options), "{page}");
                let mut alone = unordered.iter().map(|&line| judge(&[line], page, options));
                assert_eq!(whole.is_ok(), alone.any(|result| result.is_ok()), "{page}");
                allowed += usize::from(whole.is_ok());
            }
            // Counted by hand: none of the options, aliases, forgiveness, both.
            assert_eq!(allowed, [9, 13, 15, 19][options]);
        }
    }
}
