//! The request as the core reads it, from what Node hands over.

use crate::node::Trouble;
use doorward_core::limits::MAX_HEADERS;
use doorward_policy::{Header, Request, Scheme};
use std::net::IpAddr;

/// The pseudo header of HTTP/2 that is judged.
pub(crate) const AUTHORITY: &str = ":authority";

/// A request's parts, borrowed from memory of ours.
pub(crate) struct Arrived<'r> {
    pub(crate) method: &'r [u8],
    pub(crate) target: &'r [u8],
    pub(crate) peer: &'r [u8],
    pub(crate) https: bool,
}

/// The header lines in the order of arrival, with room for one more in front.
pub(crate) struct Lines<'r> {
    headers: heapless::Vec<Header<'r>, { MOST + 1 }>,
    authority: Option<&'r [u8]>,
}

/// One line more than the limit is enough for the core to see that it is passed.
const MOST: usize = MAX_HEADERS + 1;

impl<'r> Lines<'r> {
    pub(crate) const fn new() -> Self {
        Self { headers: heapless::Vec::new(), authority: None }
    }

    /// Adds a line, unless there are more than enough.
    pub(crate) fn add(&mut self, name: &'r [u8], value: &'r [u8]) {
        if self.headers.len() >= MOST {
            return;
        }
        // RFC 9113 §8.3.1: HTTP/2 says here what HTTP/1.1 says in Host.
        if name == AUTHORITY.as_bytes() {
            self.authority = Some(value);
        } else {
            // There is room.
            let _ = self.headers.push(Header { name, value });
        }
    }
}

impl<'r> Arrived<'r> {
    /// Shows the request to `see`.
    pub(crate) fn with<T>(
        &self,
        lines: &mut Lines<'r>,
        see: impl FnOnce(&Request<'_>) -> T,
    ) -> Result<T, Trouble> {
        let Lines { headers, authority } = lines;
        let authority = authority.or_else(|| authority_of(self.method, self.target));
        // Beside a Host that differs, both are given: which of them the program behind would believe
        // is not known, so the core refuses the two. In front, so that no tail of headers hides it.
        if let Some(value) = authority.filter(|value| !names(headers, value)) {
            // There is room.
            let _ = headers.insert(0, Header { name: b"host", value });
        }
        Ok(see(&Request {
            method: self.method,
            target: self.target,
            scheme: if self.https { Scheme::Https } else { Scheme::Http },
            peer: peer(self.peer)?,
            headers,
        }))
    }
}

/// The authority that the target itself names: in absolute form (RFC 9112 §3.2.2), and in that of
/// CONNECT (§3.2.3).
fn authority_of<'r>(method: &[u8], target: &'r [u8]) -> Option<&'r [u8]> {
    if matches!(target, [b'/', ..] | [] | b"*") {
        return None;
    }
    if method == b"CONNECT" {
        return Some(target);
    }
    let scheme_end = target.windows(3).position(|window| window == b"://")?;
    // A path before it: `://` is part of that.
    if target.get(..scheme_end)?.iter().any(|byte| matches!(byte, b'/' | b'?' | b'#')) {
        return None;
    }
    target.get(scheme_end + 3..)?.split(|byte| matches!(byte, b'/' | b'?' | b'#')).next()
}

fn names(headers: &[Header<'_>], authority: &[u8]) -> bool {
    headers.iter().any(|header| {
        header.name.eq_ignore_ascii_case(b"host") && header.value.eq_ignore_ascii_case(authority)
    })
}

/// The address of the other end; none if it is not known. A zone (`fe80::1%eth0`) is of this machine.
fn peer(text: &[u8]) -> Result<Option<IpAddr>, Trouble> {
    if text.is_empty() {
        return Ok(None);
    }
    let text = text.split(|&byte| byte == b'%').next().unwrap_or_default();
    let text = std::str::from_utf8(text).unwrap_or_default();
    text.parse().map(Some).map_err(|_| Trouble::Usage("peer must be an IP address"))
}

/// The bytes that a string from Node's parser stands for. It shows each byte of the wire as the
/// character of that number, so U+0000 to U+00FF are bytes again; what lies beyond never came over
/// the wire and stays its UTF-8 bytes, which no judged value may contain.
pub(crate) fn wire_bytes<'b>(text: &'b [u8], room: &'b mut Vec<u8>) -> &'b [u8] {
    if text.is_ascii() {
        return text;
    }
    room.clear();
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = match (*first, tail) {
            // Two bytes, of which the first is C2 or C3: U+0080 to U+00FF.
            (0xc2 | 0xc3, [second, tail @ ..]) => {
                room.push(first << 6 | second & 0x3f);
                tail
            }
            (byte, tail) => {
                room.push(byte);
                tail
            }
        };
    }
    room
}
