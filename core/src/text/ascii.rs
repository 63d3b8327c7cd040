//! Byte classes and splitters of HTTP's grammar.

/// Drops spaces and tabs at both ends (RFC 9110 §5.6.3, OWS).
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    trim_end(trim_start(text))
}

/// Drops spaces and tabs at the beginning.
pub(crate) fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

/// Drops spaces and tabs at the end.
pub(crate) fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// What stands before the first `byte` and what stands behind it; all and `None` without one.
pub(crate) fn split_once(text: &[u8], byte: u8) -> (&[u8], Option<&[u8]>) {
    match position(text, byte).and_then(|at| text.split_at_checked(at)) {
        Some((before, [_, after @ ..])) => (before, Some(after)),
        _ => (text, None),
    }
}

/// As [`split_once`], of a text and at an ASCII byte; `None` without one. The standard library's
/// `str::split_once` leaves a panic in the binary that the compiler cannot remove.
pub(crate) fn split_str(text: &str, byte: u8) -> Option<(&str, &str)> {
    let (before, rest) = text.split_at_checked(position(text.as_bytes(), byte)?)?;
    Some((before, rest.get(1..)?))
}

/// The place of the first `byte`, eight bytes at a time.
pub(crate) fn position(text: &[u8], byte: u8) -> Option<usize> {
    let (words, tail) = text.as_chunks::<8>();
    let mut at = 0_usize;
    for word in words {
        let found = zero_bytes(u64::from_le_bytes(*word) ^ spread(byte));
        if found != 0 {
            return Some(at.wrapping_add((found.trailing_zeros() >> 3) as usize));
        }
        at = at.wrapping_add(8);
    }
    tail.iter().position(|&b| b == byte).map(|offset| at.wrapping_add(offset))
}

/// The place of the last `byte`.
pub(crate) fn last_position(text: &[u8], byte: u8) -> Option<usize> {
    let (head, words) = text.as_rchunks::<8>();
    let mut end = text.len();
    for word in words.iter().rev() {
        let found = zero_bytes_from_the_top(u64::from_be_bytes(*word) ^ spread(byte));
        if let Some(from_end) = found {
            return end.checked_sub(from_end)?.checked_sub(1);
        }
        end = end.saturating_sub(8);
    }
    head.iter().rposition(|&b| b == byte)
}

/// `byte` in each of the eight bytes of a word.
pub(crate) const fn spread(byte: u8) -> u64 {
    (byte as u64).wrapping_mul(0x0101_0101_0101_0101)
}

/// The high bit of the first zero byte of `word` (and perhaps of later bytes: only the lowest bit of
/// the answer is exact), 0 if there is none.
pub(crate) const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(spread(1)) & !word & spread(0x80)
}

/// How many bytes before the end the last zero byte of a big-endian word stands. Exact for every
/// byte: the sum cannot carry into a neighbour.
const fn zero_bytes_from_the_top(word: u64) -> Option<usize> {
    let low = spread(0x7f);
    let nonzero = ((word & low).wrapping_add(low) | word) & spread(0x80);
    let zero = nonzero ^ spread(0x80);
    if zero == 0 { None } else { Some((zero.trailing_zeros() >> 3) as usize) }
}

/// RFC 6750 §2.1: `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
pub(crate) fn is_b64token(text: &[u8]) -> bool {
    let mut body = text;
    while let [rest @ .., b'='] = body {
        body = rest;
    }
    !body.is_empty() && body.iter().all(|&byte| is_b64token_byte(byte))
}

const fn is_b64token_byte(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
}

/// RFC 9110 §5.6.2: `token = 1*tchar`.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&byte| is_tchar(byte))
}

const fn is_tchar(byte: u8) -> bool {
    matches!(byte,
        b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_'
        | b'`' | b'|' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z')
}

/// Visible ASCII: what a URI, a realm or an id may consist of.
pub(crate) fn is_visible(text: &[u8]) -> bool {
    text.iter().all(|&byte| matches!(byte, 0x21..=0x7e))
}

/// The value of a hexadecimal digit.
pub(crate) const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'F' => Some(byte.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}

/// A decimal number without leading zeros, at most `max`.
pub(crate) fn decimal(text: &[u8], max: u32) -> Option<u32> {
    match text {
        [] | [b'0', _, ..] => None,
        _ => text.iter().try_fold(0_u32, |sum, &byte| {
            let digit = u32::from(byte).checked_sub(u32::from(b'0')).filter(|&digit| digit <= 9)?;
            sum.checked_mul(10)?.checked_add(digit).filter(|&sum| sum <= max)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_agree_with_the_standard_library() {
        let mut text = [b'a'; 41];
        for first in 0..text.len() {
            for second in first..text.len() {
                text[first] = b'.';
                text[second] = b'.';
                for len in 0..=text.len() {
                    let part = &text[..len];
                    assert_eq!(position(part, b'.'), part.iter().position(|&b| b == b'.'));
                    assert_eq!(last_position(part, b'.'), part.iter().rposition(|&b| b == b'.'));
                }
                text[first] = b'a';
                text[second] = b'a';
            }
        }
        // A byte one above the one sought must not be taken for it behind a true hit.
        assert_eq!(last_position(b"......./", b'.'), Some(6));
        assert_eq!(position(b"/.......", b'.'), Some(1));
    }

    #[test]
    fn decimals_have_one_spelling() {
        assert_eq!(decimal(b"65535", 65_535), Some(65_535));
        for bad in [&b""[..], b"0080", b"65536", b"4294967739", b"+1", b"1x"] {
            assert_eq!(decimal(bad, 65_535), None);
        }
    }
}
