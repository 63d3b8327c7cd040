//! 2. Which name was asked for: the authority, checked against the allowed hosts.
//!
//! A browser that was led here by a rebound DNS name sends that name as `Host` and as `Origin`: only
//! a list of hosts can tell it from a friend.

use crate::limits::{MAX_HEADER_VALUE_BYTES, MAX_NAME_BYTES};
use crate::reason::Reason;
use crate::request::{Judged, Request, Scheme};
use crate::text::ascii::{
    WIDE, decimal, has_capital, is_token, position, same, split_once, split_str, spread, trim,
};
use crate::text::ip::{ip, ipv4, ipv6};
use core::fmt;
use core::net::{IpAddr, Ipv6Addr};

/// The host and port of an authority, read strictly (RFC 3986 §3.2.2, ASCII only).
///
/// Comparing two follows the rules of the web: names without case, IPv6 by value, ports by number.
#[derive(Clone, Copy)]
pub struct Host<'r> {
    name: Name<'r>,
    port: Option<u16>,
}

#[derive(Clone, Copy)]
enum Name<'r> {
    /// A DNS name or a dotted IPv4 address, as written.
    Dns(&'r [u8]),
    V6(Ipv6Addr),
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dns(a), Self::Dns(b)) => a.eq_ignore_ascii_case(b),
            (Self::V6(a), Self::V6(b)) => a == b,
            _ => false,
        }
    }
}

impl<'r> Host<'r> {
    /// Reads `host[:port]`. Nothing is repaired: no white space, user info, percent sign, trailing
    /// dot or empty port, no number that a browser would turn into an IPv4 address.
    #[must_use]
    pub fn parse(text: &'r [u8]) -> Option<Self> {
        if text.len() > MAX_HEADER_VALUE_BYTES {
            return None;
        }
        let (name, port) = match text {
            [b'[', rest @ ..] => {
                let (address, rest) = rest.split_at_checked(position(rest, b']')?)?;
                let port = match rest {
                    [b']'] => None,
                    [b']', b':', port @ ..] => Some(port),
                    _ => return None,
                };
                (Name::V6(ipv6(address)?), port)
            }
            _ => {
                let (name, port) = split_once(text, b':');
                (Name::Dns(dns_name(name)?), port)
            }
        };
        let port = match port {
            Some(digits) => Some(port_number(digits)?),
            None => None,
        };
        Some(Self { name, port })
    }

    /// The port, or the scheme's default where none is written.
    #[must_use]
    pub fn port_or_default(&self, scheme: Scheme) -> u16 {
        self.port.unwrap_or(scheme.default_port())
    }

    /// The port as written.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    pub(crate) const fn without_port(self) -> Self {
        Self { name: self.name, port: None }
    }

    pub(crate) const fn dns(&self) -> Option<&'r [u8]> {
        match self.name {
            Name::Dns(name) => Some(name),
            Name::V6(_) => None,
        }
    }

    /// Whether the name is one of the machine's own: `localhost`, `127.0.0.1`, `[::1]`. Other
    /// spellings of the loopback network are not (`127.1`, `0.0.0.0`, `[::ffff:127.0.0.1]`).
    #[must_use]
    pub fn is_loopback_name(&self) -> bool {
        match self.name {
            Name::Dns(name) => name.eq_ignore_ascii_case(b"localhost") || name == b"127.0.0.1",
            Name::V6(address) => address == Ipv6Addr::LOCALHOST,
        }
    }

    /// Whether both name the same host, the port left aside; with `aliases` the machine's own names
    /// are one host.
    pub(crate) fn same_name(&self, other: &Host<'_>, aliases: bool) -> bool {
        self.name == other.name || (aliases && self.is_loopback_name() && other.is_loopback_name())
    }

    /// Whether the name is exactly one label in front of `base`.
    pub(crate) fn is_label_of(&self, base: &[u8]) -> bool {
        let Name::Dns(name) = self.name else {
            return false;
        };
        let Some((label, rest)) =
            name.len().checked_sub(base.len()).and_then(|at| name.split_at_checked(at))
        else {
            return false;
        };
        matches!(label, [inner @ .., b'.'] if !inner.is_empty() && !inner.contains(&b'.'))
            && rest.eq_ignore_ascii_case(base)
    }

    /// The name, if that is all there is.
    pub(crate) const fn only_name(&self) -> Option<&'r [u8]> {
        if self.port.is_none() { self.dns() } else { None }
    }

    /// Whether the text of the name is the one that a browser writes: lower case, IPv6 in the form
    /// of RFC 5952.
    pub(crate) fn is_serialized(&self, text: &[u8]) -> bool {
        match self.name {
            Name::Dns(name) => !has_capital(name),
            Name::V6(address) => {
                let mut canonical = heapless::String::<48>::new();
                write_ipv6(&mut canonical, address).is_ok()
                    && text.strip_prefix(b"[").is_some_and(|rest| {
                        rest.strip_prefix(canonical.as_bytes())
                            .is_some_and(|rest| rest.starts_with(b"]"))
                    })
            }
        }
    }
}

/// Writes the name in lower case, IPv6 in brackets, and the port if there is one.
impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl Host<'_> {
    /// Does what printing does without a formatter: on a small chip that is a kilobyte of code.
    pub(crate) fn write_to(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        match self.name {
            Name::Dns(name) => {
                name.iter()
                    .try_for_each(|byte| out.write_char(byte.to_ascii_lowercase().into()))?;
            }
            Name::V6(address) => {
                out.write_char('[')?;
                write_ipv6(out, address)?;
                out.write_char(']')?;
            }
        }
        match self.port {
            Some(port) => {
                out.write_char(':')?;
                write_number::<10>(out, port)
            }
            None => Ok(()),
        }
    }
}

/// Writes a number to a base of up to 16, without leading zeros.
fn write_number<const BASE: u16>(out: &mut dyn fmt::Write, number: u16) -> fmt::Result {
    let mut digits = heapless::Vec::<u32, 16>::new();
    let mut rest = number;
    while digits.is_empty() || rest != 0 {
        let digit = rest.checked_rem(BASE).ok_or(fmt::Error)?;
        digits.push(digit.into()).map_err(|_| fmt::Error)?;
        rest = rest.checked_div(BASE).ok_or(fmt::Error)?;
    }
    digits.iter().rev().try_for_each(|&digit| {
        out.write_char(char::from_digit(digit, BASE.into()).ok_or(fmt::Error)?)
    })
}

impl fmt::Debug for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({self})")
    }
}

/// RFC 5952 §4: the longest run of zero groups, the first of equals, becomes `::`. Written here
/// because the standard library prints IPv4-mapped addresses in a mixed form that browsers do not
/// send.
fn write_ipv6(out: &mut dyn fmt::Write, address: Ipv6Addr) -> fmt::Result {
    let groups = address.segments();
    let mut longest: &[u16] = &[];
    let mut before = 0_usize;
    let mut rest: &[u16] = &groups;
    while let [_, tail @ ..] = rest {
        let zeros = rest.iter().take_while(|&&group| group == 0).count();
        if zeros > longest.len() && zeros > 1 {
            longest = rest.get(..zeros).unwrap_or_default();
            before = groups.len().saturating_sub(rest.len());
        }
        rest = tail;
    }
    if longest.is_empty() {
        return write_groups(out, &groups);
    }
    let after = before.saturating_add(longest.len());
    write_groups(out, groups.get(..before).unwrap_or_default())?;
    out.write_str("::")?;
    write_groups(out, groups.get(after..).unwrap_or_default())
}

fn write_groups(out: &mut dyn fmt::Write, groups: &[u16]) -> fmt::Result {
    let mut gap = "";
    for group in groups {
        out.write_str(gap)?;
        write_number::<16>(out, *group)?;
        gap = ":";
    }
    Ok(())
}

/// A port has one spelling: decimal, no leading zero, 1 to 65535.
pub(crate) fn port_number(digits: &[u8]) -> Option<u16> {
    decimal(digits, 65_535)?.try_into().ok().filter(|&port| port != 0)
}

/// A DNS name of letters, digits, `-` and `_`, or a dotted IPv4 address in its one spelling.
fn dns_name(text: &[u8]) -> Option<&[u8]> {
    if text.is_empty() || text.len() > MAX_NAME_BYTES {
        return None;
    }
    let words = WIDE && (8..=63).contains(&text.len());
    if !(if words { are_labels_by_words(text) } else { are_labels(text) }) {
        return None;
    }
    // A browser reads a name whose last label is a number as IPv4, in any of a dozen spellings
    // (WHATWG URL, "ends in a number"). One of them is the address; the others are nobody's name.
    let last = text.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    if is_number(last) && ipv4(text).is_none() { None } else { Some(text) }
}

/// Whether these are labels of letters, digits, `-` and `_` with one dot between two. A label has 1 to 63
/// bytes and no hyphen at its ends.
fn are_labels(text: &[u8]) -> bool {
    // One pass: how long the label is so far, and the byte before.
    let mut len = 0_u8;
    let mut before = b'.';
    for &byte in text {
        let at_dot = byte == b'.';
        let known = at_dot || byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let breaks = (at_dot && matches!(before, b'.' | b'-')) || (before == b'.' && byte == b'-');
        len = if at_dot { 0 } else { len.saturating_add(1) };
        if !known || breaks || len > 63 {
            return false;
        }
        before = byte;
    }
    !matches!(before, b'.' | b'-')
}

/// The same for 8 to 63 bytes, of which no label can be too long: eight at a time, each time beginning
/// with the last byte of the time before, so that it sees every two neighbours.
fn are_labels_by_words(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk() else { return false };
    let (mut wrong, mut rest) = (0, text);
    while let [_, ..] = rest {
        wrong |= wrong_in_labels(u64::from_le_bytes(*rest.first_chunk().unwrap_or(last)));
        rest = rest.get(7..).filter(|rest| rest.len() > 1).unwrap_or_default();
    }
    wrong == 0 && !matches!(text, [b'.' | b'-', ..] | [.., b'.' | b'-'])
}

/// The high bit of each byte that is not one of a name, or that is a dot or a hyphen before a dot, or a
/// dot before a hyphen.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn wrong_in_labels(word: u64) -> u64 {
    const HIGH: u64 = spread(0x80);
    // A byte from 0x80 on is wrong whatever else is said of it: without its highest bit, no sum reaches
    // the byte above.
    let low = word & !HIGH;
    let letter = from(low | spread(0x20), b'a') & !from(low | spread(0x20), b'{');
    let digit = from(low, b'0') & !from(low, b':');
    let (dot, hyphen) = (!from(low ^ spread(b'.'), 1), !from(low ^ spread(b'-'), 1));
    let known = letter | digit | dot | hyphen | !from(low ^ spread(b'_'), 1);
    let edge = dot | hyphen;
    // The byte behind is the next higher.
    (word | !known | dot & (edge & HIGH) >> 8 | edge & (dot & HIGH) >> 8) & HIGH
}

/// The high bit of each byte that is this or more: of bytes below 0x80, and other bits.
#[cfg_attr(target_pointer_width = "64", inline(always))]
const fn from(word: u64, least: u8) -> u64 {
    word.wrapping_add(spread(0x80_u8.wrapping_sub(least)))
}

fn is_number(label: &[u8]) -> bool {
    match label {
        [b'0', b'x' | b'X', rest @ ..] => rest.iter().all(u8::is_ascii_hexdigit),
        _ => label.iter().all(u8::is_ascii_digit),
    }
}

/// One allowed host: a name or address, or `*.` and a name for exactly one label in front of it, and
/// its port.
#[derive(Clone, Copy, Debug)]
pub struct HostPattern<'c> {
    host: Host<'c>,
    any_label: bool,
    any_port: bool,
    /// Whether the line is written as a browser would.
    lower: bool,
    /// Whether its name alone is a Host of the line: where the connection is plain, and where it is TLS.
    named: [bool; 2],
}

impl<'c> HostPattern<'c> {
    /// Reads a line of the host list: `app.example.com` (the scheme's default port),
    /// `localhost:3000`, `localhost:*` (any port), `*.apps.example.com`, `[::1]:8080`.
    ///
    /// # Errors
    /// [`Reason::HostRuleInvalid`] for a line that no Host can match.
    pub fn parse(line: &'c str) -> Result<Self, Reason> {
        let text = line.as_bytes();
        let (text, any_port) = match text.strip_suffix(b":*") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let (text, any_label) = match text.strip_prefix(b"*.") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let host = Host::parse(text)
            .filter(|host| !any_port || host.port.is_none())
            .filter(|host| !any_label || is_wildcard_base(host))
            .ok_or(Reason::HostRuleInvalid)?;
        let named = [Scheme::Http, Scheme::Https].map(|scheme| {
            let at_default = any_port || host.port_or_default(scheme) == scheme.default_port();
            !any_label && at_default
        });
        Ok(Self { host, any_label, any_port, lower: !has_capital(text), named })
    }

    /// Whether a Host of this text is the line's, byte for byte and without a port.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn is(&self, text: &[u8], scheme: Scheme) -> bool {
        let [http, https] = self.named;
        let named = match scheme {
            Scheme::Http => http,
            Scheme::Https => https,
        };
        named && matches!(self.host.name, Name::Dns(name) if same(name, text))
    }

    fn matches(&self, host: &Host<'_>, scheme: Scheme) -> bool {
        let named = match (self.any_label, self.host.name) {
            (true, Name::Dns(base)) => host.is_label_of(base),
            _ => self.host.name == host.name,
        };
        named
            && (self.any_port || self.host.port_or_default(scheme) == host.port_or_default(scheme))
    }
}

/// A base for `*.`: two labels at the least, since `*.com` is everybody, and no address.
pub(crate) fn is_wildcard_base(host: &Host<'_>) -> bool {
    matches!(host.name, Name::Dns(name) if name.contains(&b'.') && ipv4(name).is_none())
}

/// Writes the line as a policy would, in lower case.
impl fmt::Display for HostPattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (label, port) =
            (if self.any_label { "*." } else { "" }, if self.any_port { ":*" } else { "" });
        write!(f, "{label}{}{port}", self.host)
    }
}

/// A block of addresses, as `10.0.0.0/8`, `::1/128` or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    bits: u128,
    len: u32,
    v6: bool,
}

/// Writes the block as `address/length`.
impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.v6 {
            write_ipv6(f, Ipv6Addr::from_bits(self.bits))?;
        } else {
            let [.., a, b, c, d] = self.bits.to_be_bytes();
            write!(f, "{a}.{b}.{c}.{d}")?;
        }
        write!(f, "/{}", self.len)
    }
}

impl Cidr {
    /// Reads an address block. Bits behind the prefix must be zero, and an IPv4 address is written as
    /// one: any other line is a slip, and would never match.
    ///
    /// # Errors
    /// [`Reason::HostRuleInvalid`].
    pub fn parse(line: &str) -> Result<Self, Reason> {
        let (address, len) = match split_str(line, b'/') {
            Some((address, len)) => (address, Some(len)),
            None => (line, None),
        };
        // Peers are compared in their canonical form: an IPv4 address inside IPv6 is none.
        let address = ip(address.as_bytes())
            .filter(|address| address.to_canonical() == *address)
            .ok_or(Reason::HostRuleInvalid)?;
        let (bits, width) = address_bits(address);
        let len = match len {
            Some("0") => 0,
            Some(digits) => decimal(digits.as_bytes(), width).ok_or(Reason::HostRuleInvalid)?,
            None => width,
        };
        let block = Self { bits, len, v6: width == 128 };
        if block.prefix(bits) == bits { Ok(block) } else { Err(Reason::HostRuleInvalid) }
    }

    fn contains(&self, address: IpAddr) -> bool {
        // An IPv4 peer of a dual-stack listener arrives as ::ffff:a.b.c.d.
        let address = address.to_canonical();
        let (bits, width) = address_bits(address);
        (width == 128) == self.v6 && self.prefix(bits) == self.bits
    }

    fn prefix(&self, bits: u128) -> u128 {
        let width: u32 = if self.v6 { 128 } else { 32 };
        let below = width.saturating_sub(self.len);
        bits.checked_shr(below).and_then(|bits| bits.checked_shl(below)).unwrap_or(0)
    }
}

fn address_bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

/// What the host stage judges by.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostRules<'c> {
    /// The hosts that may be asked for; `None` for any that is well formed.
    pub allow: Option<&'c [HostPattern<'c>]>,
    /// Peers whose `Forwarded` and `X-Forwarded-*` headers count.
    pub trusted_proxies: &'c [Cidr],
    /// Opt-out: the Host is not judged, and read only where an Origin is compared with it.
    pub unchecked: bool,
    /// Opt-out: `Host` stays a candidate beside `X-Forwarded-Host`; forwarded values that are empty
    /// or unknown are passed over; `Forwarded` is not read.
    pub forwarded_lenient: bool,
}

/// Where the request was sent, as far as it is known: made by [`HostRules::judge`], compared with
/// the Origin by the next stage.
#[derive(Clone, Copy, Debug)]
pub struct Authority<'r> {
    scheme: Scheme,
    host: Result<Host<'r>, Reason>,
    also: Option<Host<'r>>,
}

impl<'r> Authority<'r> {
    /// The scheme that the client used.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host.
    ///
    /// # Errors
    /// Why there is none to compare with.
    pub const fn host(&self) -> Result<Host<'r>, Reason> {
        self.host
    }

    /// A second host that counts as this server's own, under `forwarded_lenient`.
    #[must_use]
    pub const fn also(&self) -> Option<Host<'r>> {
        self.also
    }
}

impl HostRules<'_> {
    /// Finds the authority that the client asked for and checks it against the list.
    ///
    /// # Errors
    /// A reason of the 21xx family, or [`Reason::RequestTooLarge`].
    pub fn judge<'r>(
        &self,
        request: &Request<'r>,
        judged: &Judged<'r>,
    ) -> Result<Authority<'r>, Reason> {
        if let Some((name, _)) = self.line(request, judged) {
            let host = Ok(Host { name: Name::Dns(name), port: None });
            return Ok(Authority { scheme: request.scheme, host, also: None });
        }
        self.judge_any(request, judged)
    }

    fn judge_any<'r>(
        &self,
        request: &Request<'r>,
        judged: &Judged<'r>,
    ) -> Result<Authority<'r>, Reason> {
        let authority = self.authority(request, judged);
        if self.unchecked {
            return Ok(authority.unwrap_or_else(|reason| Authority {
                scheme: request.scheme,
                host: Err(reason),
                also: None,
            }));
        }
        let authority = authority?;
        let host = match authority.host {
            Ok(host) => host,
            // Without a list there is nothing to miss; the Origin stage asks again if it must.
            Err(Reason::HostMissing) if self.allow.is_none() => return Ok(authority),
            Err(reason) => return Err(reason),
        };
        if !self.allows(&host, authority.scheme) {
            return Err(Reason::HostNotAllowed);
        }
        // The second candidate is held to the list as well, or it would be a way around it.
        let also = authority.also.filter(|host| self.allows(host, authority.scheme));
        Ok(Authority { also, ..authority })
    }

    /// The Host of nearly every request, a name without a port, and whether it is in lower case: nothing is
    /// forwarded, and the one Host is a line of the list byte for byte, whose grammar was judged when it was
    /// read. Small machines read it like any other: that is a hundredth of what a token costs there.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn line<'r>(
        &self,
        request: &Request<'r>,
        judged: &Judged<'r>,
    ) -> Option<(&'r [u8], bool)> {
        let text = judged.host.only().filter(|_| WIDE && !judged.forwarded)?;
        for rule in self.allow? {
            if rule.is(text, request.scheme) {
                return Some((text, rule.lower));
            }
        }
        None
    }

    fn allows(&self, host: &Host<'_>, scheme: Scheme) -> bool {
        self.allow.is_none_or(|allow| allow.iter().any(|rule| rule.matches(host, scheme)))
    }

    fn authority<'r>(
        &self,
        request: &Request<'r>,
        judged: &Judged<'r>,
    ) -> Result<Authority<'r>, Reason> {
        let line = judged.host.single(Reason::HostDuplicate)?;
        let trusted = judged.forwarded && self.trusts(request);
        let direct = match line {
            None => Err(Reason::HostMissing),
            Some(text) => Host::parse(text).ok_or(Reason::HostMalformed),
        };
        if !trusted {
            return Ok(Authority { scheme: request.scheme, host: direct, also: None });
        }
        if !self.unchecked
            && let Err(reason @ Reason::HostMalformed) = direct
        {
            return Err(reason);
        }
        if self.forwarded_lenient {
            return Ok(lenient(request, direct));
        }
        let (host, scheme) = forwarded(request)?;
        Ok(Authority { scheme, host: host.map_or(direct, Ok), also: None })
    }

    /// Whether the request comes from a listed proxy, whose forwarding headers count.
    #[must_use]
    pub fn trusts(&self, request: &Request<'_>) -> bool {
        request
            .peer
            .is_some_and(|peer| self.trusted_proxies.iter().any(|block| block.contains(peer)))
    }
}

/// The authority that a trusted proxy reports. Both families of headers may be there, since a proxy
/// that writes one passes the other on as the client sent it: then they must agree.
fn forwarded<'r>(request: &Request<'r>) -> Result<(Option<Host<'r>>, Scheme), Reason> {
    let (rfc_host, rfc_proto) = rfc_7239(request)?;
    let x_host = first_hop(request, b"x-forwarded-host");
    let x_proto = first_hop(request, b"x-forwarded-proto");
    let rfc_host = rfc_host.map(parse_forwarded_host).transpose()?;
    let x_host = x_host.map(parse_forwarded_host).transpose()?;
    let rfc_proto = rfc_proto.map(parse_proto).transpose()?;
    let x_proto = x_proto.map(parse_proto).transpose()?;
    let scheme = agree(rfc_proto, x_proto, |a, b| a == b)?.unwrap_or(request.scheme);
    let host = agree(rfc_host, x_host, |a, b| {
        a.name == b.name && a.port_or_default(scheme) == b.port_or_default(scheme)
    })?;
    Ok((host, scheme))
}

fn agree<T>(
    a: Option<T>,
    b: Option<T>,
    same: impl Fn(&T, &T) -> bool,
) -> Result<Option<T>, Reason> {
    match (a, b) {
        (Some(a), Some(b)) if !same(&a, &b) => Err(Reason::ForwardedMalformed),
        (a, b) => Ok(a.or(b)),
    }
}

fn parse_forwarded_host(text: &[u8]) -> Result<Host<'_>, Reason> {
    Host::parse(text).ok_or(Reason::ForwardedMalformed)
}

fn parse_proto(text: &[u8]) -> Result<Scheme, Reason> {
    match text {
        [] => Err(Reason::ForwardedMalformed),
        _ => Scheme::parse(text).ok_or(Reason::ForwardedProtoUnknown),
    }
}

/// The first hop of an `X-Forwarded-*` list: what the outermost proxy saw.
fn first_hop<'r>(request: &Request<'r>, name: &[u8]) -> Option<&'r [u8]> {
    request.values(name).next().map(|line| trim(split_once(line, b',').0))
}

type HostAndProto<'r> = (Option<&'r [u8]>, Option<&'r [u8]>);

/// RFC 7239 §4: `Forwarded: for=…;host=…;proto=…, for=…`. The first hop that states a host gives the
/// host, the first that states a protocol the protocol.
fn rfc_7239<'r>(request: &Request<'r>) -> Result<HostAndProto<'r>, Reason> {
    let mut found: HostAndProto<'r> = (None, None);
    for line in request.values(b"forwarded") {
        let mut rest = trim(line);
        while !rest.is_empty() {
            // RFC 9110 §5.6.1.2: a recipient accepts empty elements of a list.
            if let [b',', after @ ..] = rest {
                rest = trim(after);
                continue;
            }
            let (name, value, after) = forwarded_pair(rest).ok_or(Reason::ForwardedMalformed)?;
            if name.eq_ignore_ascii_case(b"host") {
                found.0 = found.0.or(Some(value));
            } else if name.eq_ignore_ascii_case(b"proto") {
                found.1 = found.1.or(Some(value));
            }
            rest = after;
        }
    }
    Ok(found)
}

/// One `name=value` and what comes behind its `;` or `,`. A quoted value ends at its quote; an escape
/// in it is refused, since no host and no protocol has one.
fn forwarded_pair(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, rest) = split_once(text, b'=');
    let rest = rest.filter(|_| is_token(trim(name)))?;
    let (value, rest) = match rest {
        [b'"', quoted @ ..] => {
            let (value, rest) = split_once(quoted, b'"');
            if value.contains(&b'\\') {
                return None;
            }
            (value, trim(rest?))
        }
        _ => {
            let end =
                rest.iter().position(|byte| matches!(byte, b';' | b',')).unwrap_or(rest.len());
            let (value, rest) = rest.split_at_checked(end)?;
            (trim(value), rest)
        }
    };
    let rest = match rest {
        [] => rest,
        [b';' | b',', rest @ ..] => trim(rest),
        _ => return None,
    };
    Some((trim(name), value, rest))
}

/// The opt-out for servers that trusted everything they were told.
fn lenient<'r>(request: &Request<'r>, direct: Result<Host<'r>, Reason>) -> Authority<'r> {
    let proto = first_hop(request, b"x-forwarded-proto").map(|text| match text {
        [text @ .., b':'] => text,
        _ => text,
    });
    let scheme = proto.and_then(Scheme::parse).unwrap_or(request.scheme);
    match first_hop(request, b"x-forwarded-host").and_then(Host::parse) {
        Some(host) => Authority { scheme, host: Ok(host), also: direct.ok() },
        None => Authority { scheme, host: direct, also: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Header;

    #[test]
    fn a_line_is_found_at_once_only_where_a_reading_says_the_same() {
        let lines =
            ["a.test", "B.test", "c.test:80", "d.test:443", "e.test:*", "*.f.test", "[::1]"];
        let patterns = lines.map(|line| HostPattern::parse(line).unwrap());
        let rules = HostRules { allow: Some(&patterns), ..HostRules::default() };
        let texts = ["A.test", "b.test", "c.test", "d.test", "e.test", "f.test", "x.f.test", "::1"];
        let mut found = 0;
        for text in lines.into_iter().chain(texts) {
            for scheme in [Scheme::Http, Scheme::Https] {
                let headers = [Header::new("host", text)];
                let (method, target) = (b"GET".as_slice(), b"/".as_slice());
                let request = Request { method, target, scheme, peer: None, headers: &headers };
                let judged = request.judged().unwrap();
                let Some((name, lower)) = rules.line(&request, &judged) else { continue };
                let authority = rules.judge_any(&request, &judged).unwrap();
                assert!(authority.scheme == scheme && authority.also.is_none());
                assert_eq!(authority.host.unwrap().only_name(), Some(name));
                assert_eq!((name, lower), (text.as_bytes(), !has_capital(text.as_bytes())));
                found += 1;
            }
        }
        // Two lines on either scheme, two on the scheme of their port, one at any port.
        assert_eq!(found, if WIDE { 2 * 2 + 2 + 2 } else { 0 });
    }

    fn read(text: &str) -> Option<heapless::String<300>> {
        use core::fmt::Write as _;
        let host = Host::parse(text.as_bytes())?;
        let mut out = heapless::String::new();
        write!(out, "{host}").unwrap();
        Some(out)
    }

    #[test]
    fn ipv6_is_written_as_rfc_5952_says() {
        for (text, canonical) in [
            ("[0:0:0:0:0:0:0:1]:80", "[::1]:80"),
            ("[2001:DB8:0:0:1:0:0:1]", "[2001:db8::1:0:0:1]"),
            ("[2001:db8:0:1:1:1:1:1]", "[2001:db8:0:1:1:1:1:1]"),
            ("[::]", "[::]"),
            ("[1::]", "[1::]"),
            ("[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
        ] {
            assert_eq!(read(text).as_deref(), Some(canonical));
        }
        for bad in ["[::1", "[::1]x", "[::1%25lo]", "::1", "[]", "[127.0.0.1]"] {
            assert_eq!(read(bad), None);
        }
    }

    #[test]
    fn blocks_hold_their_addresses() {
        let all4 = Cidr::parse("0.0.0.0/0").unwrap();
        let ten = Cidr::parse("10.0.0.0/8").unwrap();
        let six = Cidr::parse("::1").unwrap();
        assert!(all4.contains("203.0.113.9".parse().unwrap()));
        assert!(!all4.contains("::1".parse().unwrap()));
        assert!(ten.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!ten.contains("11.0.0.1".parse().unwrap()));
        assert!(six.contains("::1".parse().unwrap()) && !six.contains("::2".parse().unwrap()));
        for bad in ["10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/08", "x", "10.0.0.0/"] {
            assert_eq!(Cidr::parse(bad), Err(Reason::HostRuleInvalid));
        }
    }

    /// Eight bytes at a time say the same as one at a time.
    #[test]
    fn labels_are_the_same_by_words_and_by_bytes() {
        let mut random = 1_u64;
        let mut below = |bound: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(random >> 33).unwrap() % bound
        };
        let mut right = 0;
        for _ in 0..200_000 {
            let mut text = [0_u8; 63];
            let len = 8 + below(56);
            for byte in &mut text[..len] {
                *byte = b"abyzABYZ0189_--..a"[below(18)];
            }
            // Mostly no fault is planted beside those of dots and hyphens, whose number varies.
            let text = &mut text[..len];
            let dots = below(4);
            if dots < 3 {
                let mut kept = 0;
                for byte in text.iter_mut().filter(|byte| matches!(byte, b'.' | b'-')) {
                    if kept >= dots || below(2) == 0 {
                        *byte = b'x';
                    } else {
                        kept += 1;
                    }
                }
            }
            if below(4) == 0 {
                text[below(len)] = u8::try_from(below(256)).unwrap();
            }
            assert_eq!(are_labels_by_words(text), are_labels(text), "{text:?}");
            right += usize::from(are_labels(text));
        }
        assert!((20_000..180_000).contains(&right), "{right}");
        // Every byte at every place of a word.
        for at in 0..9 {
            for byte in 0..=255 {
                let mut text = *b"aaaaaaaaa";
                text[at] = byte;
                assert_eq!(are_labels_by_words(&text), are_labels(&text), "{text:?}");
            }
        }
    }
}
