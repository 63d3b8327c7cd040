//! base64url without padding (RFC 4648 §5), canonical: one text for each byte string.
//!
//! This decoder is for what the peer sent and may know: it looks bytes up in a table. Secrets are
//! encoded by `base64ct` and decoded by `key.rs`, which do not.

use base64ct::{Base64UrlUnpadded, Encoding};

/// What a character puts into the 24 bits of its quad, at each of the four places, or [`FOREIGN`]:
/// four look-ups and three ORs read a quad.
#[cfg(target_pointer_width = "64")]
static PLACES: [[u32; 256]; 4] = [places(18), places(12), places(6), places(0)];

/// Above the 24 bits, so one OR over all quads finds any foreign character.
const FOREIGN: u32 = 1 << 31;

#[cfg(target_pointer_width = "64")]
const fn places(shift: u32) -> [u32; 256] {
    let mut table = [FOREIGN; 256];
    let mut value = 0_u8;
    while value < 64 {
        #[allow(
            clippy::indexing_slicing,
            reason = "256 entries and a u8: evaluated at compile time"
        )]
        {
            table[character(value) as usize] = (value as u32) << shift;
        }
        value = value.wrapping_add(1);
    }
    table
}

/// The character that stands for six bits.
const fn character(value: u8) -> u8 {
    match value {
        0..=25 => b'A'.wrapping_add(value),
        26..=51 => b'a'.wrapping_add(value).wrapping_sub(26),
        52..=61 => b'0'.wrapping_add(value).wrapping_sub(52),
        62 => b'-',
        _ => b'_',
    }
}

/// The 24 bits of a quad, [`FOREIGN`] if a character is.
#[cfg(target_pointer_width = "64")]
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn quad([a, b, c, d]: [u8; 4]) -> u32 {
    let [first, second, third, fourth] = &PLACES;
    place(first, a) | place(second, b) | place(third, c) | place(fourth, d)
}

#[cfg(target_pointer_width = "64")]
#[inline(always)]
fn place(table: &[u32; 256], character: u8) -> u32 {
    table.get(usize::from(character)).copied().unwrap_or(FOREIGN)
}

#[cfg(not(target_pointer_width = "64"))]
use small::quad;
#[cfg(not(target_pointer_width = "64"))]
pub(crate) use small::{foreign, is_character};

/// What small machines read a quad and look for foreign characters with; on others the tests hold it against theirs.
#[cfg(any(test, not(target_pointer_width = "64")))]
mod small {
    use super::character;

    /// One table of bytes for all four places: a shift is a part of Arm's OR. A foreign character is
    /// negative, and so is then what is made of it.
    static VALUES: [i8; 256] = {
        let (mut table, mut value) = ([i8::MIN; 256], 0_u8);
        while value < 64 {
            #[allow(
                clippy::indexing_slicing,
                reason = "256 entries and a u8: evaluated at compile time"
            )]
            {
                table[character(value) as usize] = value.cast_signed();
            }
            value = value.wrapping_add(1);
        }
        table
    };

    fn value(character: u8) -> i8 {
        VALUES.get(usize::from(character)).copied().unwrap_or(i8::MIN)
    }

    /// FOREIGN is the sign. Below it are then bits of no meaning.
    pub(super) fn quad([a, b, c, d]: [u8; 4]) -> u32 {
        let at = |character, shift| i32::from(value(character)).wrapping_shl(shift);
        (at(a, 18) | at(b, 12) | at(c, 6) | at(d, 0)).cast_unsigned()
    }

    /// How many bytes are no characters of the alphabet.
    pub(crate) fn foreign(text: &[u8]) -> usize {
        text.iter().filter(|&&byte| !is_character(byte)).count()
    }

    /// Whether a byte is a character of the alphabet.
    pub(crate) fn is_character(byte: u8) -> bool {
        value(byte) >= 0
    }
}

/// Bytes that `chars` characters stand for: three for each four characters, and of the rest those that are
/// whole.
pub(crate) const fn decoded_len(chars: usize) -> usize {
    chars.saturating_sub(chars.div_ceil(4))
}

/// Characters that `bytes` bytes take.
pub(crate) const fn encoded_len(bytes: usize) -> usize {
    (bytes / 3).saturating_mul(4).saturating_add(match bytes % 3 {
        1 => 2,
        2 => 3,
        _ => 0,
    })
}

/// Whether the length and the last character fit: never 1 above a multiple of 4, and no bit set that
/// no byte owns (RFC 4648 §3.5). Together with the alphabet this is all that can be wrong.
pub(crate) fn is_canonical(text: &[u8]) -> bool {
    let unused = match text.len() % 4 {
        0 => return true,
        2 => 0b1111,
        3 => 0b0011,
        _ => return false,
    };
    text.last().is_some_and(|&last| quad([b'A', b'A', b'A', last]) & unused == 0)
}

/// How many bytes are no characters of the alphabet, of many at least 255. One pass that the compiler turns into
/// vector code.
#[cfg(target_pointer_width = "64")]
pub(crate) fn foreign(text: &[u8]) -> usize {
    let (blocks, tail) = text.as_chunks();
    let counts = blocks.iter().fold([0; LANES], foreign_lanes);
    // Filled up with a letter, the tail is a block as well.
    let mut last = [b'A'; LANES];
    for (place, byte) in last.iter_mut().zip(tail) {
        *place = *byte;
    }
    foreign_lanes(counts, &last).iter().fold(0, |sum, &lane| sum.wrapping_add(lane.into()))
}

/// Bytes that are judged side by side.
#[cfg(target_pointer_width = "64")]
const LANES: usize = 16;

#[cfg(target_pointer_width = "64")]
#[inline(always)]
fn foreign_lanes(mut counts: [u8; LANES], block: &[u8; LANES]) -> [u8; LANES] {
    for (byte, count) in block.iter().zip(&mut counts) {
        *count = count.saturating_add(u8::from(!is_character(*byte)));
    }
    counts
}

/// Whether a byte is a character of the alphabet.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
pub(crate) const fn is_character(byte: u8) -> bool {
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let digit = byte.wrapping_sub(b'0') < 10;
    letter | digit | (byte == b'-') | (byte == b'_')
}

/// A decoder that works through `text` a step at a time, so that its work can be laid beside the
/// compressions of a MAC, whose latency hides it.
pub(crate) struct Decoder<'t, 'o> {
    text: &'t [u8],
    out: &'o mut [u8],
    bits: u32,
}

impl<'t, 'o> Decoder<'t, 'o> {
    /// `out` is exactly as long as the text decodes to, or nothing is made.
    pub(crate) fn new(text: &'t [u8], out: &'o mut [u8]) -> Option<Self> {
        (out.len() == decoded_len(text.len())).then_some(Self { text, out, bits: 0 })
    }

    /// Decodes the next 64 characters, if there are as many.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn step(&mut self) {
        let Some((block, text)) = self.text.split_first_chunk::<64>() else {
            return;
        };
        let Some((bytes, out)) = core::mem::take(&mut self.out).split_first_chunk_mut::<48>()
        else {
            return;
        };
        self.bits |= decode_quads(block, bytes);
        self.text = text;
        self.out = out;
    }

    /// Decodes what is left. False if a character was outside the alphabet.
    pub(crate) fn finish(mut self) -> bool {
        while self.text.len() >= 64 {
            self.step();
        }
        let (quads, tail) = self.text.as_chunks::<4>();
        let (whole, rest) =
            self.out.split_at_mut_checked(quads.len().saturating_mul(3)).unwrap_or_default();
        self.bits |= decode_quads(quads.as_flattened(), whole);
        self.bits |= match (tail, rest) {
            ([a, b], [x]) => {
                let bits = quad([*a, *b, b'A', b'A']);
                [_, *x, _, _] = bits.to_be_bytes();
                bits
            }
            ([a, b, c], [x, y]) => {
                let bits = quad([*a, *b, *c, b'A']);
                [_, *x, *y, _] = bits.to_be_bytes();
                bits
            }
            ([], []) => 0,
            _ => FOREIGN,
        };
        self.bits & FOREIGN == 0
    }
}

/// Decodes whole quads, two at a time: the OR of their bits.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn decode_quads(text: &[u8], out: &mut [u8]) -> u32 {
    let mut seen = 0;
    let (pairs, single) = text.as_chunks::<8>();
    let (sixes, three) = out.as_chunks_mut::<6>();
    for (&[a, b, c, d, e, f, g, h], six) in pairs.iter().zip(sixes) {
        let (high, low) = (quad([a, b, c, d]), quad([e, f, g, h]));
        let [_, _, bytes @ ..] = (u64::from(high) << 24 | u64::from(low)).to_be_bytes();
        *six = bytes;
        seen |= high | low;
    }
    if let (&[a, b, c, d], [x, y, z]) = (single, three) {
        let bits = quad([a, b, c, d]);
        [_, *x, *y, *z] = bits.to_be_bytes();
        seen |= bits;
    }
    seen
}

/// Decodes `text` into the beginning of `out`: the bytes, or `None` if the text is not canonical
/// base64url or does not fit.
pub(crate) fn decode<'o>(text: &[u8], out: &'o mut [u8]) -> Option<&'o [u8]> {
    if !is_canonical(text) {
        return None;
    }
    let out = out.get_mut(..decoded_len(text.len()))?;
    Decoder::new(text, out)?.finish().then_some(out)
}

/// Encodes `bytes` into the beginning of `out`, in constant time: the text, or `None` if it does not
/// fit.
pub(crate) fn encode<'o>(bytes: &[u8], out: &'o mut [u8]) -> Option<&'o str> {
    Base64UrlUnpadded::encode(bytes, out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_goes_there_and_back_and_agrees_with_base64ct() {
        let bytes: [u8; 200] = core::array::from_fn(|i| (i as u8).wrapping_mul(167) ^ 0x5a);
        for len in 0..=bytes.len() {
            let mut text = [0; 300];
            let text = encode(&bytes[..len], &mut text).unwrap();
            assert_eq!(text.len(), encoded_len(len));
            assert_eq!(decoded_len(text.len()), len);
            let mut out = [0; 256];
            assert_eq!(decode(text.as_bytes(), &mut out), Some(&bytes[..len]));
        }
    }

    #[test]
    fn every_foreign_byte_is_found_at_every_place() {
        for len in [4, 64, 67, 130] {
            for at in 0..len {
                for byte in 0..=255_u8 {
                    let mut text = [b'A'; 130];
                    text[at] = byte;
                    let text = &text[..len];
                    let known = byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
                    assert_eq!(foreign(text), usize::from(!known));
                    assert_eq!(small::foreign(text), foreign(text));
                    let mut out = [0; 100];
                    if !known {
                        assert_eq!(decode(text, &mut out), None);
                    }
                }
            }
        }
    }

    #[test]
    fn a_quad_is_the_same_with_one_table_as_with_four() {
        for at in 0..4 {
            for byte in 0..=255_u8 {
                let mut characters = *b"Az_9";
                characters[at] = byte;
                let (bits, small) = (quad(characters), small::quad(characters));
                assert_eq!(small & FOREIGN, bits & FOREIGN);
                assert!(small == bits || bits & FOREIGN != 0);
            }
        }
    }

    #[test]
    fn one_text_for_each_byte_string() {
        let mut out = [0; 8];
        assert_eq!(decode(b"AA", &mut out), Some(&[0][..]));
        assert_eq!(decode(b"AB", &mut out), None);
        assert_eq!(decode(b"AAB", &mut out), None);
        assert_eq!(decode(b"A", &mut out), None);
        assert_eq!(decode(b"AA==", &mut out), None);
    }
}
