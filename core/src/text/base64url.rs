//! base64url without padding (RFC 4648 §5), canonical: one text for each byte string.
//!
//! This decoder is for what the peer sent and may know: it looks bytes up in a table. Secrets are
//! encoded and decoded by `base64ct`, which does not.

use base64ct::{Base64UrlUnpadded, Encoding};

/// The value of a character, or [`INVALID`].
static SEXTETS: [u8; 256] = {
    let mut table = [INVALID; 256];
    let mut value = 0_u8;
    while value < 64 {
        let character = match value {
            0..=25 => b'A'.wrapping_add(value),
            26..=51 => b'a'.wrapping_add(value).wrapping_sub(26),
            52..=61 => b'0'.wrapping_add(value).wrapping_sub(52),
            62 => b'-',
            _ => b'_',
        };
        #[allow(
            clippy::indexing_slicing,
            reason = "256 entries and a u8: evaluated at compile time"
        )]
        {
            table[character as usize] = value;
        }
        value = value.wrapping_add(1);
    }
    table
};

/// No value has this bit, so one OR over all values finds any invalid character.
const INVALID: u8 = 0x80;

fn sextet(character: u8) -> u8 {
    SEXTETS.get(usize::from(character)).copied().unwrap_or(INVALID)
}

/// Bytes that `chars` characters stand for.
pub(crate) const fn decoded_len(chars: usize) -> usize {
    // Never rounds wrong and never overflows: 3 bytes for each 4 characters, plus the rest.
    (chars / 4).saturating_mul(3).saturating_add(match chars % 4 {
        2 => 1,
        3 => 2,
        _ => 0,
    })
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
    text.last().is_some_and(|&last| sextet(last) & unused == 0)
}

/// Whether every byte is a letter of the alphabet or a dot, and how many dots there are. One pass
/// that the compiler turns into vector code.
pub(crate) fn survey(text: &[u8]) -> (bool, usize) {
    let (blocks, tail) = text.as_chunks::<32>();
    let mut foreign = false;
    let mut dots = 0_usize;
    for block in blocks {
        let (block_foreign, block_dots) = survey_block(block);
        foreign |= block_foreign;
        dots = dots.wrapping_add(block_dots);
    }
    let (tail_foreign, tail_dots) = survey_block(tail);
    (!(foreign | tail_foreign), dots.wrapping_add(tail_dots))
}

#[inline(always)]
fn survey_block(block: &[u8]) -> (bool, usize) {
    let mut foreign = 0_u8;
    let mut dots = 0_u8;
    for &byte in block {
        let lower = (byte | 0x20).wrapping_sub(b'a') < 26;
        let digit = byte.wrapping_sub(b'0') < 10;
        let dot = byte == b'.';
        let known = lower | digit | dot | (byte == b'-') | (byte == b'_');
        foreign |= u8::from(!known);
        dots = dots.wrapping_add(u8::from(dot));
    }
    (foreign != 0, usize::from(dots))
}

/// A decoder that works through `text` a step at a time, so that its work can be laid beside the
/// compressions of a MAC, whose latency hides it.
pub(crate) struct Decoder<'t, 'o> {
    text: &'t [u8],
    out: &'o mut [u8],
    invalid: u8,
}

impl<'t, 'o> Decoder<'t, 'o> {
    /// `out` is exactly as long as the text decodes to, or nothing is made.
    pub(crate) fn new(text: &'t [u8], out: &'o mut [u8]) -> Option<Self> {
        (out.len() == decoded_len(text.len())).then_some(Self { text, out, invalid: 0 })
    }

    /// A decoder with nothing to do.
    pub(crate) const fn empty() -> Self {
        Self { text: &[], out: &mut [], invalid: 0 }
    }

    /// Decodes the next 64 characters, if there are as many.
    #[inline(always)]
    pub(crate) fn step(&mut self) {
        let Some((block, text)) = self.text.split_first_chunk::<64>() else {
            return;
        };
        let Some((bytes, out)) = core::mem::take(&mut self.out).split_first_chunk_mut::<48>()
        else {
            return;
        };
        self.invalid |= decode_quads(block, bytes);
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
        self.invalid |= decode_quads(quads.as_flattened(), whole);
        self.invalid |= match (tail, rest) {
            ([a, b], [x]) => {
                let (bits, invalid) = join([*a, *b, b'A', b'A']);
                [*x, _, _] = bits;
                invalid
            }
            ([a, b, c], [x, y]) => {
                let (bits, invalid) = join([*a, *b, *c, b'A']);
                [*x, *y, _] = bits;
                invalid
            }
            ([], []) => 0,
            _ => INVALID,
        };
        self.invalid & INVALID == 0
    }
}

#[inline(always)]
fn decode_quads(text: &[u8], out: &mut [u8]) -> u8 {
    let mut invalid = 0;
    for (quad, triple) in text.as_chunks::<4>().0.iter().zip(out.as_chunks_mut::<3>().0) {
        let (bits, bad) = join(*quad);
        *triple = bits;
        invalid |= bad;
    }
    invalid
}

#[inline(always)]
fn join([a, b, c, d]: [u8; 4]) -> ([u8; 3], u8) {
    let (a, b, c, d) = (sextet(a), sextet(b), sextet(c), sextet(d));
    let bits = u32::from(a) << 18 | u32::from(b) << 12 | u32::from(c) << 6 | u32::from(d);
    let [_, x, y, z] = bits.to_be_bytes();
    ([x, y, z], a | b | c | d)
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
                    assert_eq!(survey(text).0, known || byte == b'.');
                    assert_eq!(survey(text).1, usize::from(byte == b'.'));
                    let mut out = [0; 100];
                    if !known {
                        assert_eq!(decode(text, &mut out), None);
                    }
                }
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
