//! x86-64 with SHA-NI.
//!
//! Unsafe are the loads and stores, each of which takes a reference to an array of the length that it
//! touches, the calls from [`Vector`] into the functions that need the CPU's features, and two `asm!` without
//! an instruction, which hold the compiler to an order. All bounds are the slices' own.

mod base64url;
mod sha256;
mod short;

use crate::{Beside, Decoded, Room};
use base64url::{FILL, Foreign, Sink, dense, last_bytes, quarter, store_all};
use core::arch::x86_64::{
    __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_set1_epi8,
    _mm_setzero_si128, _mm_storeu_si128, _mm_sub_epi8,
};
use core::fmt;
use sha256::{Lanes, PADDING, Rounds, State, block, lanes, outer_block, with_length};
use zeroize::Zeroize as _;

cpufeatures::new!(cpu, "sha", "ssse3", "sse4.1", "bmi1", "popcnt");

/// Proof that the CPU has SHA-NI and the rest that this code needs.
#[derive(Clone, Copy, Debug)]
pub struct Vector(());

/// The two states of HMAC-SHA-256 behind the key's block (RFC 2104 §4). Wiped on drop, never printed.
pub struct Keyed {
    inner: Lanes,
    outer: Lanes,
}

impl Drop for Keyed {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyed(HMAC-SHA-256)")
    }
}

impl Vector {
    /// Asks the CPU, once; later calls look the answer up.
    #[must_use]
    #[inline]
    pub fn detect() -> Option<Self> {
        cpu::get().then_some(Self(()))
    }

    /// A key from the states after `K ⊕ ipad` and after `K ⊕ opad`, the words in the order of FIPS
    /// 180-4.
    #[must_use]
    pub const fn keyed(self, inner: &[u32; 8], outer: &[u32; 8]) -> Keyed {
        Keyed { inner: lanes(inner), outer: lanes(outer) }
    }

    /// Verifies an HS256 token: whether `tag` is the MAC of `input` (RFC 7518 §3.2), compared in
    /// constant time, and what decoding the payload, which is `input` from `payload_at` on, has found.
    ///
    /// `None` if payload or tag is not canonical base64url, the room is too small, or `input` is shorter
    /// than 64 bytes: nothing is said about the MAC then.
    ///
    /// Between the hashes `beside` is called: what it does takes less time there than behind them.
    #[must_use]
    #[inline]
    pub fn hs256(
        self,
        keyed: &Keyed,
        input: &[u8],
        payload_at: usize,
        tag: &[u8; 43],
        room: Room<'_>,
        beside: &mut dyn Beside,
    ) -> Option<(bool, Decoded)> {
        // SAFETY: a `Vector` is made only where the CPU has all features that the function names.
        unsafe { hs256(self, keyed, input, payload_at, tag, room, beside) }
    }

    /// Decodes a payload. `None` if it is not canonical base64url or the room is too small.
    #[must_use]
    #[inline]
    pub fn decode(self, payload: &[u8], room: Room<'_>) -> Option<Decoded> {
        // SAFETY: a `Vector` is made only where the CPU has all features that the function names.
        unsafe { decode(payload, room) }
    }

    /// How many digits sixteen bytes begin with.
    #[must_use]
    #[inline]
    pub fn leading_digits(self, text: &[u8; 16]) -> u32 {
        // SAFETY: every x86-64 has SSE2.
        unsafe { leading_digits(text) }
    }
}

/// A compression, and 64 characters decoded between its rounds, and what is to be done with their text. No function: each
/// block would pay for a call, and no function that needs features of the CPU is inlined for certain.
macro_rules! compress_beside {
    ($state:expr, $words:expr, $chars:expr, $foreign:ident, $text:ident => $work:expr) => {{
        let (mut rounds, chars): (_, &[u8; 64]) = (Rounds::first($state, $words), $chars);
        let mut parts = [quarter::<0>(chars, &mut $foreign), quarter::<1>(chars, &mut $foreign)];
        rounds.before(&mut parts, &mut $foreign);
        rounds.more::<1>();
        let [a, b] = parts;
        let mut parts = [quarter::<2>(chars, &mut $foreign), quarter::<3>(chars, &mut $foreign)];
        rounds.before(&mut parts, &mut $foreign);
        rounds.more::<2>();
        let [c, d] = parts;
        let $text = dense(a, b, c, d);
        let done = $work;
        rounds.before(&mut parts, &mut $foreign);
        rounds.more::<3>();
        (rounds.end($state), done)
    }};
}

/// As `?`, and seldom: behind as many questions of even chances the compiler takes the rest of a function for one that is
/// seldom run, and leaves its parts in functions of their own.
macro_rules! some {
    ($asked:expr) => {
        match $asked {
            Some(there) => there,
            None => return none(),
        }
    };
}

#[cold]
#[inline(never)]
const fn none() -> Option<(bool, Decoded)> {
    None
}

/// A compression waits for its own rounds most of the time, so between them stands what else there is
/// to do: beside each block a step of the payload is decoded, beside the last one what is left of it,
/// and beside the outer hash the tag. What reads the text has its two turns before the outer hash and within it: in
/// pieces, since a CPU looks only so far ahead.
#[target_feature(enable = "sha,sse4.1,bmi1,popcnt")]
fn hs256(
    vector: Vector,
    keyed: &Keyed,
    input: &[u8],
    payload_at: usize,
    tag: &[u8; 43],
    room: Room<'_>,
    work: &mut dyn Beside,
) -> Option<(bool, Decoded)> {
    let (blocks, tail) = input.as_chunks::<64>();
    let (steps, rest) = some!(input.get(payload_at..)).as_chunks::<64>();
    let (beside, blocks) = some!(blocks.split_at_checked(steps.len()));
    let last = some!(input.last_chunk::<64>());
    let end = followed(last, &PADDING);
    let end = some!(behind(&end, tail.len()));
    let chars = followed(last, &FILL);
    let chars = some!(behind(&chars, rest.len()));
    let count = some!(last_bytes(rest.len()));

    let Room { text, quotes } = room;
    let mut sink = Sink::<true>::new(Room { text, quotes }, input.len());
    let mut foreign = Foreign::none();
    let mut state = State::load(&keyed.inner);
    for (bytes, chars) in beside.iter().zip(steps) {
        (state, ()) =
            compress_beside!(state, block(bytes), chars, foreign, step => sink.take(step));
    }
    for bytes in blocks {
        state = state.compress(block(bytes));
    }
    let mut words = block(end);
    // Padding and length take nine bytes.
    if tail.len() > 64 - 9 {
        state = state.compress(words);
        words = [_mm_setzero_si128(); 4];
    }
    let words = with_length(words, input.len());
    let (state, found) =
        compress_beside!(state, words, chars, foreign, last => sink.finish(last, count));
    let found = some!(found);
    let state = state.ahead();
    work.first(vector, found, text, quotes);

    let mut tag_chars = FILL;
    *some!(tag_chars.first_chunk_mut()) = *tag;
    let outer = State::load(&keyed.outer);
    let (mac, tag) = compress_beside!(outer, outer_block(state), &tag_chars, foreign, tag => {
        work.then(vector, found, text, quotes);
        tag
    });
    let mut bytes = [0; 48];
    store_all(&mut bytes, tag);
    let (tag, padding) = some!(bytes.split_first_chunk::<32>());
    // Two bits of the tag's last character belong to no byte (RFC 4648 §3.5).
    let canonical = foreign.is_none() && padding.first() == Some(&0);
    canonical.then_some((mac.is(tag), found))
}

/// The last 64 bytes of the input and what is to follow them. Copied whole, whatever part of it is
/// wanted: a copy of a length known only here costs as much as half a compression.
const fn followed(last: &[u8; 64], fill: &[u8; 64]) -> [[u8; 64]; 2] {
    [*last, *fill]
}

/// 64 bytes, of which the first `count` are the last of the input.
fn behind(bytes: &[[u8; 64]; 2], count: usize) -> Option<&[u8; 64]> {
    bytes.as_flattened().get(64_usize.checked_sub(count)?..)?.first_chunk()
}

#[target_feature(enable = "sse4.1,bmi1,popcnt")]
fn decode(payload: &[u8], room: Room<'_>) -> Option<Decoded> {
    let (steps, rest) = payload.as_chunks::<64>();
    let mut sink = Sink::<false>::new(room, payload.len());
    let mut foreign = Foreign::none();
    for chars in steps {
        sink.take(base64url::decode(chars, &mut foreign));
    }
    let count = last_bytes(rest.len())?;
    let mut chars = FILL;
    chars.get_mut(..rest.len())?.copy_from_slice(rest);
    let decoded = sink.finish(base64url::decode(&chars, &mut foreign), count)?;
    foreign.is_none().then_some(decoded)
}

#[inline]
#[target_feature(enable = "sse2")]
fn leading_digits(text: &[u8; 16]) -> u32 {
    let values = _mm_sub_epi8(load(text), _mm_set1_epi8(0x30));
    let digits = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
    (!_mm_movemask_epi8(digits)).trailing_zeros()
}

#[inline]
#[target_feature(enable = "sse2")]
fn load(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the reference is valid for the 16 bytes read; no alignment is asked for.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "sse2")]
fn store(bytes: &mut [u8; 16], value: __m128i) {
    // SAFETY: the reference is valid for the 16 bytes written; no alignment is asked for.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), value) }
}
