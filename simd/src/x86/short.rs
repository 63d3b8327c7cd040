//! SHA-256 of a text of at most two blocks, as a capability token is.

use super::sha256::{Block, Lanes, State, big_endian, lanes};
use super::{Vector, load, store};
use crate::SHA256_START;
use core::arch::x86_64::{
    __m128i, _mm_or_si128, _mm_set_epi64x, _mm_setzero_si128, _mm_shuffle_epi8,
};

const START: Lanes = lanes(&SHA256_START);

impl Vector {
    /// The SHA-256 of a text of 16 to 119 bytes; `None` for any other.
    #[must_use]
    #[inline]
    pub fn short_sha256(self, text: &[u8]) -> Option<[u8; 32]> {
        // SAFETY: a `Vector` is made only where the CPU has all features that the function names.
        unsafe { short_sha256(text) }
    }
}

/// The padded blocks (FIPS 180-4 §5.1.1) never stand in memory: what is written there in one size and read
/// in another costs a third of a compression.
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn short_sha256(text: &[u8]) -> Option<[u8; 32]> {
    let last = text.last_chunk()?;
    let (whole, tail) = text.as_chunks::<16>();
    let end = padded_end(last, tail.len())?;
    let part = |at: usize| match whole.get(at) {
        Some(part) => big_endian(load(part)),
        None if at == whole.len() => end,
        None => _mm_setzero_si128(),
    };
    let start = State::load(&START);
    // Bit and length take nine bytes.
    let state = if text.len() <= 55 {
        start.compress(with_length([part(0), part(1), part(2), part(3)], text.len()))
    } else if text.len() <= 119 {
        let state = start.compress([part(0), part(1), part(2), part(3)]);
        state.compress(with_length([part(4), part(5), part(6), part(7)], text.len()))
    } else {
        return None;
    };
    let mut hash = [0; 32];
    for (place, words) in hash.as_chunks_mut().0.iter_mut().zip(state.words()) {
        store(place, big_endian(words));
    }
    Some(hash)
}

/// The words of the last `count` bytes of a text, fewer than sixteen, and of the one bit behind them.
#[inline]
#[target_feature(enable = "ssse3")]
fn padded_end(last: &[u8; 16], count: usize) -> Option<__m128i> {
    // From the entry 16 - count on: to the front what is at the end, then zeros; and a bit behind it.
    const ORDER: [u8; 32] = {
        let mut order = [0x80; 32];
        let (mut places, mut at): (&mut [u8], u8) = (&mut order, 0);
        while let ([place, rest @ ..], 0..16) = (places, at) {
            *place = at;
            (places, at) = (rest, at.wrapping_add(1));
        }
        order
    };
    const BIT: [u8; 32] = {
        let mut bytes = [0; 32];
        bytes[16] = 0x80;
        bytes
    };
    let from = 16_usize.checked_sub(count)?;
    let order = load(ORDER.get(from..)?.first_chunk()?);
    let bit = load(BIT.get(from..)?.first_chunk()?);
    Some(big_endian(_mm_or_si128(_mm_shuffle_epi8(load(last), order), bit)))
}

/// A last block with the length of the text.
#[inline]
#[target_feature(enable = "sse2")]
fn with_length([w0, w1, w2, w3]: Block, len: usize) -> Block {
    // A length below 2^32 bits is the last word alone.
    let bits = (len as u64).wrapping_mul(8);
    [w0, w1, w2, _mm_or_si128(w3, _mm_set_epi64x(bits.wrapping_shl(32).cast_signed(), 0))]
}
