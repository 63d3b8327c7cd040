//! IP addresses in text, read as the standard library reads them, whose parser leaves panics in the
//! binary that the compiler cannot remove.

use super::ascii::{decimal, hex_digit, split_once};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use heapless::Vec;

/// An address of either kind.
pub(crate) fn ip(text: &[u8]) -> Option<IpAddr> {
    ipv4(text).map(IpAddr::V4).or_else(|| ipv6(text).map(IpAddr::V6))
}

/// Four decimal numbers in their one spelling (RFC 6943 §3.1.1, strict).
pub(crate) fn ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    let (a, rest) = split_once(text, b'.');
    let (b, rest) = split_once(rest?, b'.');
    let (c, rest) = split_once(rest?, b'.');
    Some([octet(a)?, octet(b)?, octet(c)?, octet(rest?)?].into())
}

fn octet(text: &[u8]) -> Option<u8> {
    match text {
        b"0" => Some(0),
        _ => decimal(text, 255)?.try_into().ok(),
    }
}

/// RFC 4291 §2.2: eight groups, `::` once in place of one zero group or more, the last two groups
/// perhaps as an IPv4 address.
pub(crate) fn ipv6(text: &[u8]) -> Option<Ipv6Addr> {
    let Some((head, tail)) = split_at_gap(text) else {
        return Some(groups(text, true)?.into_array::<8>().ok()?.into());
    };
    let (head, tail) = (groups(head, false)?, groups(tail, true)?);
    if head.len().saturating_add(tail.len()) > 7 {
        return None;
    }
    let mut all = [0; 8];
    for (place, group) in all.iter_mut().zip(&head) {
        *place = *group;
    }
    for (place, group) in all.iter_mut().rev().zip(tail.iter().rev()) {
        *place = *group;
    }
    Some(all.into())
}

/// What stands before the first `::` and what stands behind it.
fn split_at_gap(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.windows(2).position(|pair| pair == b"::")?;
    let (head, tail) = text.split_at_checked(at)?;
    Some((head, tail.get(2..)?))
}

/// Groups with a colon between each two, eight at the most.
fn groups(text: &[u8], may_end_in_ipv4: bool) -> Option<Vec<u16, 8>> {
    let mut groups = Vec::new();
    let mut rest = (!text.is_empty()).then_some(text);
    while let Some(text) = rest {
        let (group, after) = split_once(text, b':');
        if may_end_in_ipv4 && after.is_none() && group.contains(&b'.') {
            let [a, b, c, d] = ipv4(group)?.octets();
            groups.push(u16::from_be_bytes([a, b])).ok()?;
            groups.push(u16::from_be_bytes([c, d])).ok()?;
        } else {
            groups.push(group_of(group)?).ok()?;
        }
        rest = after;
    }
    Some(groups)
}

fn group_of(text: &[u8]) -> Option<u16> {
    match text.len() {
        1..=4 => {
            text.iter().try_fold(0, |group, &digit| Some(group << 4 | u16::from(hex_digit(digit)?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    fn agrees(text: &str) {
        assert_eq!(ip(text.as_bytes()), text.parse().ok(), "{text:?}");
        assert_eq!(ipv4(text.as_bytes()), text.parse().ok(), "{text:?}");
        assert_eq!(ipv6(text.as_bytes()), text.parse().ok(), "{text:?}");
    }

    /// Every sequence of `count` of the parts, joined.
    fn every(parts: &[&str], between: &str, count: u32) {
        let base = parts.len();
        for mut number in 0..base.pow(count) {
            let mut chosen = Vec::new();
            for _ in 0..count {
                chosen.push(parts[number % base]);
                number /= base;
            }
            let text: String = chosen.join(between);
            agrees(&text);
        }
    }

    #[test]
    fn every_address_is_read_as_by_the_standard_library() {
        for count in 1..=5 {
            every(&["", "0", "1", "00a", "fFfF", "12345", "g", "1.2.3.4", "1.2.3"], ":", count);
            every(&["", "0", "1", "01", "255", "256", "1x", "+1"], ".", count);
        }
        for count in 6..=10 {
            every(&["", "f", "1.2.3.4"], ":", count);
        }
    }
}
