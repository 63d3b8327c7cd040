//! base64url (RFC 4648 §5) to bytes, 64 characters a step, and what a JSON reader wants to know of
//! them: where the quotes are, and whether anything but plain ASCII is there.

use super::{load, store};
use crate::{Decoded, Room};
use core::arch::x86_64::{
    __m128i, _mm_add_epi8, _mm_and_si128, _mm_cmpeq_epi8, _mm_madd_epi16, _mm_maddubs_epi16,
    _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8, _mm_set1_epi16, _mm_set1_epi32,
    _mm_setr_epi8, _mm_setzero_si128, _mm_shuffle_epi8, _mm_slli_si128, _mm_srli_epi32,
    _mm_srli_si128, _mm_testz_si128,
};

/// Characters that a step takes.
const STEP: usize = 64;

/// Bytes that they stand for.
const BYTES: usize = 48;

/// Quotes that are noted without asking whether they are there. Compact claims have about ten in 48
/// bytes.
const AT_ONCE: usize = 12;

/// 48 bytes.
pub(super) type Text = [__m128i; 3];

/// Marks what is no letter of the alphabet: non-zero where one was met.
#[derive(Clone, Copy)]
pub(super) struct Foreign(__m128i);

impl Foreign {
    #[inline]
    #[target_feature(enable = "sse4.1")]
    pub(super) fn none() -> Self {
        Self(_mm_setzero_si128())
    }

    #[inline]
    #[target_feature(enable = "sse4.1")]
    pub(super) fn is_none(self) -> bool {
        _mm_testz_si128(self.0, self.0) == 1
    }
}

/// What a last step is filled up with: letters that stand for zero bits.
pub(super) const FILL: [u8; STEP] = [b'A'; STEP];

/// Bytes that the last characters of a text stand for, less than a step of them. `None` if no bytes
/// have a text of this length.
pub(super) const fn last_bytes(chars: usize) -> Option<usize> {
    if chars % 4 == 1 { None } else { Some(chars.wrapping_mul(3) / 4) }
}

/// Where the text goes, and what was seen in it.
pub(super) struct Sink<'r, const FUSED: bool> {
    room: Room<'r>,
    len: usize,
    quotes: usize,
    /// Marks backslashes and control characters.
    odd: __m128i,
    /// The OR of all bytes.
    seen: __m128i,
    fits: bool,
    noted: bool,
}

impl<'r, const FUSED: bool> Sink<'r, FUSED> {
    #[inline]
    #[target_feature(enable = "sse4.1")]
    pub(super) fn new(room: Room<'r>) -> Self {
        Self {
            room,
            len: 0,
            quotes: 0,
            odd: _mm_setzero_si128(),
            seen: _mm_setzero_si128(),
            fits: true,
            noted: true,
        }
    }

    /// Takes the text of a whole step.
    #[inline]
    #[target_feature(enable = "sse4.1,bmi1,popcnt")]
    pub(super) fn take(&mut self, text: Text) {
        self.put(text);
        self.judge(text);
        self.note::<false>(quotes(text));
        self.len = self.len.wrapping_add(BYTES);
    }

    /// Takes the last `count` bytes. `None` if bits were set that no byte owns (RFC 4648 §3.5), or the
    /// room was too small.
    #[inline]
    #[target_feature(enable = "sse4.1,bmi1,popcnt")]
    pub(super) fn finish(mut self, text: Text, count: usize) -> Option<Decoded> {
        self.put(text);
        let len = self.len.wrapping_add(count);
        // What fills the step up is zero, unless such bits are.
        let filled_up = self.room.text.get_mut(len)?;
        let canonical = *filled_up == 0;
        let judged = (1_u64 << count).wrapping_sub(1);
        let [a, b, c] = text;
        let odd = bits([is_odd(a), is_odd(b), is_odd(c)]) & judged;
        self.note::<true>(quotes(text) & judged);
        let seen = _mm_or_si128(self.seen, _mm_or_si128(_mm_or_si128(a, b), c));
        let plain = self.noted && odd == 0 && _mm_testz_si128(self.odd, self.odd) == 1;
        (self.fits && canonical).then_some(Decoded {
            len,
            ascii: _mm_movemask_epi8(seen) == 0,
            quotes: plain.then_some(self.quotes),
        })
    }

    #[inline]
    #[target_feature(enable = "sse4.1")]
    fn put(&mut self, text: Text) {
        match self.room.text.get_mut(self.len..).and_then(<[u8]>::first_chunk_mut) {
            Some(place) => store_all(place, text),
            None => self.fits = false,
        }
    }

    #[inline]
    #[target_feature(enable = "sse4.1")]
    fn judge(&mut self, [a, b, c]: Text) {
        let odd = _mm_or_si128(_mm_or_si128(is_odd(a), is_odd(b)), is_odd(c));
        self.odd = _mm_or_si128(self.odd, odd);
        self.seen = _mm_or_si128(self.seen, _mm_or_si128(_mm_or_si128(a, b), c));
    }

    /// Notes where the quotes of a step are.
    #[inline]
    #[target_feature(enable = "bmi1,popcnt")]
    fn note<const LAST: bool>(&mut self, mut quotes: u64) {
        // A place is 16 bits.
        if self.len.saturating_add(BYTES) > usize::from(u16::MAX) {
            self.noted = false;
            return;
        }
        let rest = self.room.quotes.get_mut(self.quotes..).unwrap_or_default();
        let Some(places) = rest.first_chunk_mut::<BYTES>() else {
            self.noted = false;
            return;
        };
        let count = quotes.count_ones() as usize;
        let at = self.len as u64;
        let mut next = || {
            let place = at.wrapping_add(u64::from(quotes.trailing_zeros()));
            quotes &= quotes.wrapping_sub(1);
            let [low, high, ..] = place.to_le_bytes();
            [low, high]
        };
        let (some, more) = places.split_at_mut(AT_ONCE);
        some.iter_mut().for_each(|place| *place = next());
        if count > AT_ONCE {
            more.iter_mut().take(count.wrapping_sub(AT_ONCE)).for_each(|place| *place = next());
        }
        self.quotes = self.quotes.wrapping_add(count);
    }
}

/// Decodes 64 characters.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn decode(chars: &[u8; STEP], foreign: &mut Foreign) -> Text {
    dense(
        quarter::<0>(chars, foreign),
        quarter::<1>(chars, foreign),
        quarter::<2>(chars, foreign),
        quarter::<3>(chars, foreign),
    )
}

/// Decodes a quarter of a step: twelve bytes, the last four of the register are zero.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn quarter<const N: usize>(chars: &[u8; STEP], foreign: &mut Foreign) -> __m128i {
    match chars.as_chunks::<16>().0.get(N) {
        Some(chars) => join(values(load(chars), foreign)),
        None => _mm_setzero_si128(),
    }
}

/// Four times twelve bytes are three times sixteen.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn dense(a: __m128i, b: __m128i, c: __m128i, d: __m128i) -> Text {
    [
        _mm_or_si128(a, _mm_slli_si128(b, 12)),
        _mm_or_si128(_mm_srli_si128(b, 4), _mm_slli_si128(c, 8)),
        _mm_or_si128(_mm_srli_si128(c, 8), _mm_slli_si128(d, 4)),
    ]
}

/// The six bits that each character stands for. `foreign` becomes non-zero where one stands for none.
///
/// The upper half of a byte chooses what is added to it, and one bit; the lower half chooses the bits
/// of the upper halves that it may not stand behind. `_` alone differs from its neighbours.
#[inline]
#[target_feature(enable = "sse4.1")]
fn values(chars: __m128i, foreign: &mut Foreign) -> __m128i {
    const NONE: i8 = 0x20;
    let nibble = _mm_set1_epi8(0x0f);
    let upper = _mm_and_si128(_mm_srli_epi32(chars, 4), nibble);
    let lower = _mm_and_si128(chars, nibble);
    // 0x2…: `-`. 0x3…: digits. 0x4…, 0x6…: from the second place on. 0x5…: to `Z`, and `_`.
    // 0x7…: to `z`.
    let class = table([
        NONE, NONE, 0x01, 0x02, 0x04, 0x08, 0x04, 0x10, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
        NONE,
    ]);
    let wrong = table([
        0x25, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x23, 0x3b, 0x3b, 0x3a, 0x3b,
        0x33,
    ]);
    let add =
        table([0, 0, 62 - 0x2d, 52 - 0x30, -65, -65, 26 - 97, 26 - 97, 0, 0, 0, 0, 0, 0, 0, 0]);
    let found = _mm_and_si128(_mm_shuffle_epi8(class, upper), _mm_shuffle_epi8(wrong, lower));
    foreign.0 = _mm_or_si128(foreign.0, found);
    let underscore = _mm_cmpeq_epi8(chars, _mm_set1_epi8(0x5f));
    // `_` is 63: 0x5f - 65 + 33.
    let more = _mm_and_si128(underscore, _mm_set1_epi8(33));
    _mm_add_epi8(_mm_add_epi8(chars, more), _mm_shuffle_epi8(add, upper))
}

/// Joins six bits each to twelve bytes; the last four of the register are zero.
#[inline]
#[target_feature(enable = "sse4.1")]
fn join(values: __m128i) -> __m128i {
    // Pairs to 12 bits, pairs of those to 24.
    let twelve = _mm_maddubs_epi16(values, _mm_set1_epi16(0x0140));
    let triples = _mm_madd_epi16(twelve, _mm_set1_epi32(0x0001_1000));
    // The three bytes of each, most significant first; -1 clears.
    let order = table([2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1]);
    _mm_shuffle_epi8(triples, order)
}

/// A table of sixteen entries.
#[inline]
#[target_feature(enable = "sse4.1")]
fn table(entries: [i8; 16]) -> __m128i {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = entries;
    _mm_setr_epi8(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
}

#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn store_all(bytes: &mut [u8; BYTES], text: Text) {
    for (place, part) in bytes.as_chunks_mut().0.iter_mut().zip(text) {
        store(place, part);
    }
}

/// The high bit of each of 48 bytes.
#[inline]
#[target_feature(enable = "sse4.1")]
fn bits([a, b, c]: Text) -> u64 {
    let mask = |bytes| u64::from(_mm_movemask_epi8(bytes).cast_unsigned());
    mask(a) | mask(b) << 16 | mask(c) << 32
}

/// Marks backslashes and control characters.
#[inline]
#[target_feature(enable = "sse4.1")]
fn is_odd(bytes: __m128i) -> __m128i {
    let control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    _mm_or_si128(control, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x5c)))
}

/// A bit for each quote.
#[inline]
#[target_feature(enable = "sse4.1")]
fn quotes([a, b, c]: Text) -> u64 {
    let quote = _mm_set1_epi8(0x22);
    bits([_mm_cmpeq_epi8(a, quote), _mm_cmpeq_epi8(b, quote), _mm_cmpeq_epi8(c, quote)])
}
