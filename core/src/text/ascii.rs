//! Byte classes and splitters of HTTP's grammar.

/// Whether words of eight bytes are the CPU's own, and code for them no burden.
pub(crate) const WIDE: bool = cfg!(target_pointer_width = "64");

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
    if !WIDE {
        return text.iter().position(|&b| b == byte);
    }
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
    if !WIDE {
        return text.iter().rposition(|&b| b == byte);
    }
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

/// Whether two texts are the same bytes: sixteen at a time, without the call that `==` makes.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    if !WIDE {
        return a == b;
    }
    if a.len() != b.len() {
        return false;
    }
    if let (Some(a_last), Some(b_last)) = (a.last_chunk::<16>(), b.last_chunk()) {
        for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks().0) {
            if a != b {
                return false;
            }
        }
        return a_last == b_last;
    }
    if let (Some(a), Some(b)) = (ends::<8>(a), ends::<8>(b)) {
        return a == b;
    }
    if let (Some(a), Some(b)) = (ends::<4>(a), ends::<4>(b)) {
        return a == b;
    }
    match (a, b) {
        ([a @ .., x], [b @ .., y]) if x == y => match (a, b) {
            ([a @ .., x], [b @ .., y]) if x == y => a.first() == b.first(),
            (a, _) => a.is_empty(),
        },
        (a, _) => a.is_empty(),
    }
}

/// Whether one of the letters is a capital, eight bytes at a time.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) fn has_capital(text: &[u8]) -> bool {
    if !WIDE {
        return text.iter().any(u8::is_ascii_uppercase);
    }
    let Some(last) = text.last_chunk::<8>() else {
        return text.iter().any(u8::is_ascii_uppercase);
    };
    let mut found = capitals(u64::from_le_bytes(*last));
    for word in text.as_chunks().0 {
        found |= capitals(u64::from_le_bytes(*word));
    }
    found != 0
}

/// The high bit of each byte that is one of `A` to `Z`.
const fn capitals(word: u64) -> u64 {
    let low = word & spread(0x7f);
    // The sums of seven bits reach the eighth from `A` on, and from behind `Z` on, and no further.
    let from_a = low.wrapping_add(spread(0x80 - b'A'));
    let behind_z = low.wrapping_add(spread(0x7f - b'Z'));
    from_a & !behind_z & !word & spread(0x80)
}

/// A header's name, to be compared without case, as HTTP asks.
pub(crate) struct HeaderName<const N: usize> {
    lower: [u8; N],
    /// 0x20 where a letter stands: the only bit in which its two cases differ.
    case: [u8; N],
}

impl<const N: usize> HeaderName<N> {
    /// A name in lower case, of letters and hyphens.
    pub(crate) const fn new(lower: &[u8; N]) -> Self {
        let mut case = *lower;
        let mut rest: &mut [u8] = &mut case;
        while let [byte, behind @ ..] = rest {
            *byte = if byte.is_ascii_lowercase() { 0x20 } else { 0 };
            rest = behind;
        }
        Self { lower: *lower, case }
    }

    /// Whether `text` is this name, whatever the case.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn is(&self, text: &[u8]) -> bool {
        if !WIDE {
            return text.eq_ignore_ascii_case(&self.lower);
        }
        let Ok(text) = <&[u8; N]>::try_from(text) else { return false };
        if let (Some(text), Some(case), Some(lower)) =
            (ends::<8>(text), ends::<8>(&self.case), ends::<8>(&self.lower))
        {
            let differs = |at: fn(&[[u8; 8]; 2]) -> u64| (at(&text) | at(&case)) ^ at(&lower);
            let first = differs(|[first, _]| u64::from_le_bytes(*first));
            let last = differs(|[_, last]| u64::from_le_bytes(*last));
            if first | last != 0 {
                return false;
            }
            // Two words are all of up to sixteen bytes.
            if N <= 16 {
                return true;
            }
        } else if let (Some(text), Some(case), Some(lower)) =
            (ends::<4>(text), ends::<4>(&self.case), ends::<4>(&self.lower))
        {
            let differs = |at: fn(&[[u8; 4]; 2]) -> u32| (at(&text) | at(&case)) ^ at(&lower);
            let first = differs(|[first, _]| u32::from_le_bytes(*first));
            let last = differs(|[_, last]| u32::from_le_bytes(*last));
            return first | last == 0;
        }
        let pairs = text.iter().zip(&self.case).zip(&self.lower);
        pairs.fold(0, |differs, ((byte, case), lower)| differs | ((byte | case) ^ lower)) == 0
    }
}

/// The first and the last bytes of a text; in a text of fewer than two times as many they overlap.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) fn ends<const M: usize>(text: &[u8]) -> Option<[[u8; M]; 2]> {
    Some([*text.first_chunk()?, *text.last_chunk()?])
}

/// `byte` in each of the eight bytes of a word.
pub(crate) const fn spread(byte: u8) -> u64 {
    (byte as u64).wrapping_mul(0x0101_0101_0101_0101)
}

/// How many digits eight bytes begin with, the first the lowest of the word.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) const fn leading_digits(word: u64) -> u32 {
    let value = word ^ spread(b'0');
    // The sum of seven bits and 0x76 reaches the eighth from 10 on, and no further.
    let above_nine = (value & spread(0x7f)).wrapping_add(spread(0x76));
    ((above_nine | value) & spread(0x80)).trailing_zeros() / 8
}

/// How many digits a text begins with; `None` if they are so near to its end that eight bytes at a time
/// do not tell.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) fn first_digits(text: &[u8]) -> Option<usize> {
    let mut rest = text;
    loop {
        let (chunk, behind) = rest.split_first_chunk::<8>()?;
        let digits = leading_digits(u64::from_le_bytes(*chunk));
        if digits < 8 {
            let before = text.len().wrapping_sub(rest.len());
            return Some(before.wrapping_add(digits as usize));
        }
        rest = behind;
    }
}

/// The number that eight decimal digits write, `None` if one of the bytes is no digit.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) const fn eight_digits(text: [u8; 8]) -> Option<u64> {
    let word = u64::from_le_bytes(text);
    // A digit is 0x30 to 0x39: adding 6 leaves the upper half of the byte as it is.
    let upper = word & spread(0xf0);
    let upper_of_next = word.wrapping_add(spread(6)) & spread(0xf0);
    if upper != spread(b'0') || upper_of_next != upper {
        return None;
    }
    Some(joined_digits(text))
}

/// The number that eight decimal digits write. Neighbours are joined to pairs, pairs to fours, fours to eight, in
/// three steps instead of eight.
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) const fn joined_digits(text: [u8; 8]) -> u64 {
    let ones = u64::from_le_bytes(text) & spread(0x0f);
    let pairs = (ones.wrapping_mul(10).wrapping_add(ones >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff
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
    let Some(last) = body.last_chunk().filter(|_| WIDE) else {
        return !body.is_empty() && body.iter().all(|&byte| is_b64token_byte(byte));
    };
    // Every byte, whatever came before: nearly all tokens are right. The last block is judged whole, some
    // of it a second time.
    let (mut foreign, mut rest) = ([0; 16], body);
    while !rest.is_empty() {
        let (block, behind) = rest.split_first_chunk().unwrap_or((last, &[]));
        foreign = foreign_bytes(foreign, block);
        rest = behind;
    }
    foreign.iter().fold(0, |any, lane| any | lane) == 0
}

/// Sixteen lanes side by side, which become vector code.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn foreign_bytes(mut before: [u8; 16], block: &[u8; 16]) -> [u8; 16] {
    for (lane, &byte) in before.iter_mut().zip(block) {
        *lane |= u8::from(is_b64token_byte(byte)).wrapping_sub(1);
    }
    before
}

const fn is_b64token_byte(byte: u8) -> bool {
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    // `-`, `.`, `/` and the digits stand in a row.
    let digit = byte.wrapping_sub(b'-') < 13;
    letter | digit | (byte == b'_') | (byte == b'~') | (byte == b'+')
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
    fn texts_are_the_same_if_every_byte_is() {
        let text = *b"A page of forty bytes, the last of which";
        for len in 0..=text.len() {
            let mut other = text;
            assert!(same(&text[..len], &other[..len]));
            for at in 0..len {
                other[at] ^= 0x20;
                assert!(!same(&text[..len], &other[..len]) && !same(&text[..len], &other[..at]));
                other[at] ^= 0x20;
            }
        }
    }

    #[test]
    fn a_capital_is_found_wherever_it_stands() {
        for len in 1..20 {
            for at in 0..len {
                for byte in 0..=255_u8 {
                    let mut text = [b'z'; 20];
                    text[at] = byte;
                    assert_eq!(has_capital(&text[..len]), byte.is_ascii_uppercase());
                }
            }
        }
    }

    #[test]
    fn a_header_s_name_is_compared_as_the_standard_library_does() {
        fn compare<const N: usize>(lower: &[u8; N]) {
            let name = HeaderName::new(lower);
            assert!(name.is(lower) && name.is(&lower.to_ascii_uppercase()));
            assert!(!name.is(&lower[1..]) && !name.is(b""));
            for at in 0..N {
                for byte in 0..=255_u8 {
                    let mut text = *lower;
                    text[at] = byte;
                    assert_eq!(name.is(&text), text.eq_ignore_ascii_case(lower));
                }
            }
        }
        compare(b"te");
        compare(b"host");
        compare(b"origin");
        compare(b"forwarded");
        compare(b"authorization");
        compare(b"sec-fetch-site");
        compare(b"x-forwarded-host");
        compare(b"x-forwarded-proto");
        compare(b"sec-websocket-protocol");
    }

    #[test]
    fn eight_digits_are_the_number_they_write() {
        for number in (0_u32..100_000_000).step_by(9_973).chain([99_999_999]) {
            let text = std::format!("{number:08}");
            let text = *text.as_bytes().first_chunk().unwrap();
            assert_eq!(eight_digits(text), Some(number.into()));
            for at in 0..8 {
                for foreign in [0, b'/', b':', b'A', 0xb0, 0xff] {
                    let mut wrong = text;
                    wrong[at] = foreign;
                    assert_eq!(eight_digits(wrong), None);
                }
            }
        }
    }

    #[test]
    fn digits_are_counted_up_to_the_first_other_byte() {
        for digits in 0..30 {
            for byte in (0..=255_u8).filter(|byte| !byte.is_ascii_digit()) {
                for digit in *b"09" {
                    let mut text = [digit; 40];
                    text[digits] = byte;
                    assert_eq!(first_digits(&text), Some(digits));
                }
            }
        }
        assert_eq!(first_digits(b"0123456789,"), None);
    }

    #[test]
    fn a_b64token_is_made_of_the_characters_that_the_rfc_lists() {
        for byte in 0..=255_u8 {
            let listed = byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
            assert_eq!(is_b64token(&[byte]), listed);
            assert_eq!(is_b64token(&[b'a', byte]), listed || byte == b'=');
            assert_eq!(is_b64token(&[b'a', byte, b'a']), listed);
        }
        assert!(!is_b64token(b"") && !is_b64token(b"=") && is_b64token(b"a=="));
        for len in 1..70 {
            for at in 0..len {
                let mut text = [b'a'; 70];
                assert!(is_b64token(&text[..len]));
                text[at] = b' ';
                assert!(!is_b64token(&text[..len]));
            }
        }
    }

    #[test]
    fn decimals_have_one_spelling() {
        assert_eq!(decimal(b"65535", 65_535), Some(65_535));
        for bad in [&b""[..], b"0080", b"65536", b"4294967739", b"+1", b"1x"] {
            assert_eq!(decimal(bad, 65_535), None);
        }
    }
}
