//! base64url (RFC 4648 §5) to bytes, 64 characters a step, and what a JSON reader wants to know of
//! them: where the quotes are, and whether anything but plain ASCII is there.

use super::{load, store};
use crate::{Decoded, Room};
use core::arch::x86_64::{
    __m128i, _mm_add_epi8, _mm_adds_epi8, _mm_alignr_epi8, _mm_avg_epu8, _mm_cmpeq_epi8,
    _mm_cmplt_epi8, _mm_madd_epi16, _mm_maddubs_epi16, _mm_min_epi8, _mm_movemask_epi8,
    _mm_or_si128, _mm_set1_epi8, _mm_set1_epi16, _mm_set1_epi32, _mm_setr_epi8, _mm_setzero_si128,
    _mm_shuffle_epi8, _mm_srli_epi32, _mm_testz_si128,
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

/// Marks what is no letter of the alphabet: the high bit is set where one was met.
#[derive(Clone, Copy)]
pub(super) struct Foreign(pub(super) __m128i);

impl Foreign {
    #[inline]
    #[target_feature(enable = "sse4.1")]
    pub(super) fn none() -> Self {
        Self(_mm_setzero_si128())
    }

    #[inline]
    #[target_feature(enable = "sse4.1")]
    pub(super) fn is_none(self) -> bool {
        _mm_movemask_epi8(self.0) == 0
    }
}

/// What a last step is filled up with: letters that stand for zero bits.
pub(super) const FILL: [u8; STEP] = [b'A'; STEP];

/// Bytes that the last characters of a text stand for, less than a step of them. `None` if no bytes
/// have a text of this length.
pub(super) const fn last_bytes(chars: usize) -> Option<usize> {
    if chars % 4 == 1 { None } else { Some(chars.wrapping_mul(3) / 4) }
}

/// Where the text goes, and what was seen in it. What is called from one place alone is inlined for certain, so each caller
/// has a copy of its own: `FUSED` beside the rounds, `LAST` for the last step.
pub(super) struct Sink<'r, const FUSED: bool> {
    /// Bytes so far.
    len: usize,
    /// Room for more of them.
    text: &'r mut [u8],
    /// Places that there was room for.
    places: usize,
    /// Room for more of them.
    quotes: &'r mut [[u8; 2]],
    /// Marks backslashes.
    backslash: __m128i,
    /// The least bytes, signed: negative where one is not ASCII.
    least: __m128i,
    fits: bool,
    noted: bool,
}

impl<'r, const FUSED: bool> Sink<'r, FUSED> {
    /// For the text of so many characters.
    #[inline]
    #[target_feature(enable = "sse4.1")]
    pub(super) fn new(Room { text, quotes }: Room<'r>, chars: usize) -> Self {
        Self {
            len: 0,
            text,
            places: quotes.len(),
            quotes,
            backslash: _mm_setzero_si128(),
            least: _mm_set1_epi8(i8::MAX),
            fits: true,
            // A place is 16 bits.
            noted: chars <= usize::from(u16::MAX),
        }
    }

    /// Takes the text of a whole step.
    #[inline]
    #[target_feature(enable = "sse4.1,bmi1,popcnt")]
    pub(super) fn take(&mut self, text: Text) {
        match core::mem::take(&mut self.text).split_first_chunk_mut() {
            Some((place, behind)) => {
                store_all(place, text);
                self.text = behind;
            }
            None => self.fits = false,
        }
        self.see::<false>(text);
        self.len = self.len.wrapping_add(BYTES);
    }

    /// Takes the last `count` bytes. `None` if bits were set that no byte owns (RFC 4648 §3.5), or the
    /// room was too small.
    #[inline]
    #[target_feature(enable = "sse4.1,bmi1,popcnt")]
    pub(super) fn finish(mut self, text: Text, count: usize) -> Option<Decoded> {
        let place = core::mem::take(&mut self.text).first_chunk_mut::<BYTES>()?;
        store_all(place, text);
        // What fills the step up is zero, unless such bits are.
        let canonical = *place.get(count)? == 0;
        self.see::<true>(filled_up(text, count)?);
        let ascii = _mm_movemask_epi8(self.least) == 0;
        let control = _mm_movemask_epi8(_mm_cmplt_epi8(self.least, _mm_set1_epi8(0x20))) != 0;
        let backslash = _mm_testz_si128(self.backslash, self.backslash) == 0;
        let plain = self.noted && !backslash && !(ascii && control);
        let quotes = self.places.wrapping_sub(self.quotes.len());
        (self.fits && canonical).then_some(Decoded {
            len: self.len.wrapping_add(count),
            ascii,
            quotes: plain.then_some(quotes),
        })
    }

    #[inline]
    #[target_feature(enable = "sse4.1,bmi1,popcnt")]
    fn see<const LAST: bool>(&mut self, text: Text) {
        let backslash = _mm_set1_epi8(0x5c);
        for part in text {
            self.backslash = _mm_or_si128(self.backslash, _mm_cmpeq_epi8(part, backslash));
            self.least = _mm_min_epi8(self.least, part);
        }
        self.note::<LAST>(quotes(text));
    }

    /// Notes where the quotes of a step are.
    #[inline]
    #[target_feature(enable = "bmi1,popcnt")]
    fn note<const LAST: bool>(&mut self, mut quotes: u64) {
        let rest = core::mem::take(&mut self.quotes);
        let count = quotes.count_ones() as usize;
        let Some(places) = rest.first_chunk_mut::<BYTES>() else {
            self.noted = false;
            return;
        };
        // The lowest of the bits is the seventeenth.
        let at = (self.len as u64).wrapping_sub(16);
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
        self.quotes = rest.get_mut(count..).unwrap_or_default();
    }
}

/// The first `count` bytes of a text, fewer than all, and blanks behind them.
#[inline]
#[target_feature(enable = "sse4.1")]
fn filled_up(text: Text, count: usize) -> Option<Text> {
    const FILLER: [u8; 2 * BYTES] = {
        let mut bytes = [0; 2 * BYTES];
        let (_, blanks) = bytes.split_at_mut(BYTES);
        let mut rest = blanks;
        while let [blank, behind @ ..] = rest {
            *blank = b' ';
            rest = behind;
        }
        bytes
    };
    let filler: &[u8; BYTES] = FILLER.get(BYTES.checked_sub(count)?..)?.first_chunk()?;
    let mut filled = text;
    for (part, filler) in filled.iter_mut().zip(filler.as_chunks().0) {
        *part = _mm_or_si128(*part, load(filler));
    }
    Some(filled)
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

/// Decodes a quarter of a step: twelve bytes, where [`dense`] wants them.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn quarter<const N: usize>(chars: &[u8; STEP], foreign: &mut Foreign) -> __m128i {
    match chars.as_chunks::<16>().0.get(N) {
        Some(chars) => join::<N>(values(load(chars), foreign)),
        None => _mm_setzero_si128(),
    }
}

/// Four times twelve bytes are three times sixteen: two neighbours side by side, from where the one's last bytes
/// begin.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn dense(a: __m128i, b: __m128i, c: __m128i, d: __m128i) -> Text {
    [_mm_alignr_epi8(b, a, 4), _mm_alignr_epi8(c, b, 8), _mm_alignr_epi8(d, c, 12)]
}

/// The six bits that each character stands for. The high bit of `foreign` is set where one stands for none.
///
/// A character has an entry in a table of sixteen, by its upper half and by what its lower half adds to that. All that
/// have one in `ADD` are as far from their values; of those that have one in `LEAST`, the letters of the alphabet
/// are the greatest.
#[inline]
#[target_feature(enable = "sse4.1")]
fn values(chars: __m128i, foreign: &mut Foreign) -> __m128i {
    // Half of these sums is the entry. What the next character shifts in is above the four bits that count; and below
    // the eighth, which would clear the entry, for every ASCII character, since these numbers are below 16.
    let upper = _mm_srli_epi32(chars, 3);
    let lower = table([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 13]);
    let entry = _mm_avg_epu8(_mm_shuffle_epi8(lower, chars), upper);
    // 3: `-`. 4: digits. 5, 6: capitals. 7, 8: small letters. From 11 on: `O`, `_`, `o`.
    let add = table([0, 0, 0, 17, 4, -65, -65, -71, -71, 0, 0, -65, -32, -71, 0, 0]);
    let values = _mm_add_epi8(chars, _mm_shuffle_epi8(add, entry));

    let lower = table([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 7, 9, 9, 13, 9, 9]);
    let entry = _mm_avg_epu8(_mm_shuffle_epi8(lower, chars), upper);
    // `0`, `A`, `P`, `a`; `J`; `-`, `_`, `M`; `m`: what is less is foreign, and whatever has another entry. So is what
    // is not ASCII: nothing here makes it positive.
    const NONE: i8 = -128;
    let least = table([
        NONE, NONE, NONE, NONE, -0x30, -0x41, -0x50, -0x61, -0x4a, -0x2d, -0x5f, -0x4d, NONE,
        -0x6d, NONE, NONE,
    ]);
    let above = _mm_adds_epi8(chars, _mm_shuffle_epi8(least, entry));
    foreign.0 = _mm_or_si128(foreign.0, above);
    values
}

/// Joins six bits each to twelve bytes, the most significant first.
#[inline]
#[target_feature(enable = "sse4.1")]
fn join<const N: usize>(values: __m128i) -> __m128i {
    // Pairs to 12 bits, pairs of those to 24.
    let twelve = _mm_maddubs_epi16(values, _mm_set1_epi16(0x0140));
    let triples = _mm_madd_epi16(twelve, _mm_set1_epi32(0x0001_1000));
    // The first quarter's bytes end the register, the last one's begin it, the others are parted in between. 3 is no
    // byte of theirs: where it stands, nobody looks.
    let order = match N {
        0 => table([3, 3, 3, 3, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12]),
        1 => table([2, 1, 0, 6, 3, 3, 3, 3, 5, 4, 10, 9, 8, 14, 13, 12]),
        2 => table([2, 1, 0, 6, 5, 4, 10, 9, 3, 3, 3, 3, 8, 14, 13, 12]),
        _ => table([2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 3, 3, 3, 3]),
    };
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

/// A bit for each quote, from the seventeenth on: the compiler finds a worse way to clear the lowest bit of a number
/// whose upper bits it knows to be zero.
#[inline]
#[target_feature(enable = "sse4.1")]
fn quotes([a, b, c]: Text) -> u64 {
    let quote = _mm_set1_epi8(0x22);
    let mask = |part| u64::from(_mm_movemask_epi8(_mm_cmpeq_epi8(part, quote)).cast_unsigned());
    mask(a) << 16 | mask(b) << 32 | mask(c) << 48
}
