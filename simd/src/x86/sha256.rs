//! SHA-256 (FIPS 180-4 §6.2) with SHA-NI: no function here lays the words of the schedule or the state down, from the
//! first block of a MAC to its compare; the compiler does where it has no register left.

use super::base64url::Foreign;
use super::load;
use core::arch::asm;
use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_or_si128, _mm_set_epi32,
    _mm_set_epi64x, _mm_setzero_si128, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32,
    _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32, _mm_testz_si128, _mm_xor_si128,
};

/// FIPS 180-4 §4.2.2.
const K: [[u32; 4]; 16] = [
    [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5],
    [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
    [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3],
    [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
    [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc],
    [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
    [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7],
    [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
    [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13],
    [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
    [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3],
    [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
    [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5],
    [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
    [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208],
    [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
];

/// The sixteen words of a block.
pub(super) type Block = [__m128i; 4];

/// The words of a block of bytes.
#[inline]
#[target_feature(enable = "ssse3")]
pub(super) fn block(bytes: &[u8; 64]) -> Block {
    let part = |at: usize| match bytes.as_chunks::<16>().0.get(at) {
        Some(part) => big_endian(load(part)),
        None => _mm_setzero_si128(),
    };
    [part(0), part(1), part(2), part(3)]
}

/// What stands behind a message in its last block: a one bit and zeros (FIPS 180-4 §5.1.1).
pub(super) const PADDING: [u8; 64] = {
    let mut bytes = [0; 64];
    bytes[0] = 0x80;
    bytes
};

/// The words of a last block with the length of the message, `len` bytes behind a keyed block.
#[inline]
#[target_feature(enable = "sse4.1")]
pub(super) fn with_length([w0, w1, w2, w3]: Block, len: usize) -> Block {
    let bits = (len as u64).wrapping_add(64).wrapping_mul(8);
    // The last two words, the more significant half first.
    let length = _mm_set_epi64x(bits.rotate_left(32).cast_signed(), 0);
    [w0, w1, w2, _mm_or_si128(w3, length)]
}

/// The outer message of HMAC: the inner hash, padded behind a keyed block.
#[inline]
#[target_feature(enable = "ssse3,sse4.1")]
pub(super) fn outer_block(inner: State) -> Block {
    let [abcd, efgh] = inner.words();
    [abcd, efgh, _mm_set_epi32(0, 0, 0, i32::MIN), _mm_set_epi32((64 + 32) * 8, 0, 0, 0)]
}

/// The state, its words in the order that the instructions want them in.
#[derive(Clone, Copy)]
pub(super) struct State {
    abef: __m128i,
    cdgh: __m128i,
}

/// A state as it lies in memory, its words in the order of [`State`].
pub(super) type Lanes = [u8; 32];

/// From the words in the order of FIPS 180-4.
pub(super) const fn lanes(&[a, b, c, d, e, f, g, h]: &[u32; 8]) -> Lanes {
    let mut lanes = [0; 32];
    let words = [f, e, b, a, h, g, d, c];
    let (mut places, mut words) = (lanes.as_chunks_mut::<4>().0, words.as_slice());
    while let ([place, others @ ..], [word, rest @ ..]) = (places, words) {
        *place = word.to_le_bytes();
        (places, words) = (others, rest);
    }
    lanes
}

impl State {
    #[inline]
    #[target_feature(enable = "sse4.1")]
    pub(super) fn load(lanes: &Lanes) -> Self {
        match lanes.as_chunks::<16>().0 {
            [abef, cdgh] => Self { abef: load(abef), cdgh: load(cdgh) },
            _ => Self { abef: _mm_setzero_si128(), cdgh: _mm_setzero_si128() },
        }
    }

    /// The words in their own order, four to a register.
    #[inline]
    #[target_feature(enable = "ssse3,sse4.1")]
    pub(super) fn words(self) -> [__m128i; 2] {
        let feba = _mm_shuffle_epi32(self.abef, 0x1b);
        let dchg = _mm_shuffle_epi32(self.cdgh, 0xb1);
        [_mm_blend_epi16(feba, dchg, 0xf0), _mm_alignr_epi8(dchg, feba, 8)]
    }

    /// Whether the state is this hash. In constant time.
    #[inline]
    #[target_feature(enable = "ssse3,sse4.1")]
    pub(super) fn is(self, hash: &[u8; 32]) -> bool {
        let [abcd, efgh] = self.words();
        let (parts, _) = hash.as_chunks::<16>();
        let [first, second] = parts else { return false };
        let first = _mm_xor_si128(abcd, big_endian(load(first)));
        let second = _mm_xor_si128(efgh, big_endian(load(second)));
        let difference = _mm_or_si128(first, second);
        _mm_testz_si128(difference, difference) == 1
    }

    /// Has what leads to this state stand ahead of what is written behind.
    #[inline]
    #[target_feature(enable = "sse4.1")]
    pub(super) fn ahead(mut self) -> Self {
        let Self { abef, cdgh } = &mut self;
        // SAFETY: no instruction at all.
        unsafe {
            asm!(
                "/* {0} {1} */",
                inout(xmm_reg) * abef,
                inout(xmm_reg) * cdgh,
                options(nostack, preserves_flags),
            );
        }
        self
    }

    /// One compression (FIPS 180-4 §6.2.2).
    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    pub(super) fn compress(self, words: Block) -> Self {
        let mut rounds = Rounds::first(self, words);
        rounds.more::<1>();
        rounds.more::<2>();
        rounds.more::<3>();
        rounds.end(self)
    }

    /// Four rounds with the next four words.
    #[inline]
    #[target_feature(enable = "sha")]
    fn rounds(self, w: __m128i, &[k0, k1, k2, k3]: &[u32; 4]) -> Self {
        let k =
            _mm_set_epi32(k3.cast_signed(), k2.cast_signed(), k1.cast_signed(), k0.cast_signed());
        let first = _mm_add_epi32(w, k);
        let second = _mm_shuffle_epi32(first, 0x0e);
        let cdgh = _mm_sha256rnds2_epu32(self.cdgh, self.abef, first);
        Self { abef: _mm_sha256rnds2_epu32(self.abef, cdgh, second), cdgh }
    }
}

/// The 64 rounds of a compression, sixteen at a time, so that other work can stand between them.
pub(super) struct Rounds {
    state: State,
    words: Block,
}

/// In a program that is built with AVX throughout the compiler copies with registers of 256 bits, and what is left of
/// them makes each SHA instruction a hundred times slower on some CPUs. There all rounds stand in a function of their own,
/// before whose call the compiler clears the registers, and at [`Rounds::end`]. See `ARCHITECTURE.md`.
const APART: bool = cfg!(target_feature = "avx");

/// All rounds.
#[inline(never)]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn apart(state: State, words: Block) -> State {
    let mut rounds = Rounds::sixteen(state, words);
    rounds.next::<1>();
    rounds.next::<2>();
    rounds.next::<3>();
    rounds.state
}

impl Rounds {
    /// The first sixteen, with the words of the block.
    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    pub(super) fn first(state: State, words: Block) -> Self {
        if APART { Self { state, words } } else { Self::sixteen(state, words) }
    }

    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn sixteen(state: State, words: Block) -> Self {
        let [w0, w1, w2, w3] = words;
        let [k0, k1, k2, k3, ..] = &K;
        Self { state: state.rounds(w0, k0).rounds(w1, k1).rounds(w2, k2).rounds(w3, k3), words }
    }

    /// Has these values, and all that was written before, stand between the rounds. The compiler would put them behind or
    /// in front, and a CPU that waits for the rounds has less room there: see `ARCHITECTURE.md`.
    #[inline]
    #[target_feature(enable = "sha")]
    pub(super) fn before(
        &mut self,
        [first, second]: &mut [__m128i; 2],
        Foreign(foreign): &mut Foreign,
    ) {
        if APART {
            return;
        }
        let State { abef, cdgh } = &mut self.state;
        // SAFETY: no instruction at all.
        unsafe {
            asm!(
                "/* {0} {1} {2} {3} {4} */",
                inout(xmm_reg) * abef,
                inout(xmm_reg) * cdgh,
                inout(xmm_reg) * first,
                inout(xmm_reg) * second,
                inout(xmm_reg) * foreign,
                options(nostack, preserves_flags),
            );
        }
    }

    /// The second, third or fourth sixteen, with the words that follow.
    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    pub(super) fn more<const N: usize>(&mut self) {
        if !APART {
            self.next::<N>();
        }
    }

    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn next<const N: usize>(&mut self) {
        let Some([k0, k1, k2, k3]) = K.as_chunks::<4>().0.get(N) else { return };
        self.four(k0);
        self.four(k1);
        self.four(k2);
        self.four(k3);
    }

    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn four(&mut self, k: &[u32; 4]) {
        let next = schedule(self.words);
        self.state = self.state.rounds(next, k);
        let [_, w1, w2, w3] = self.words;
        self.words = [w1, w2, w3, next];
    }

    /// The state after the compression of `before`.
    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    pub(super) fn end(self, before: State) -> State {
        let after = if APART { apart(self.state, self.words) } else { self.state };
        State {
            abef: _mm_add_epi32(before.abef, after.abef),
            cdgh: _mm_add_epi32(before.cdgh, after.cdgh),
        }
    }
}

/// The next four words of the schedule, from the last sixteen.
#[inline]
#[target_feature(enable = "sha,ssse3")]
fn schedule([w0, w1, w2, w3]: Block) -> __m128i {
    let sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
    _mm_sha256msg2_epu32(sum, w3)
}

#[inline]
#[target_feature(enable = "ssse3")]
pub(super) fn big_endian(words: __m128i) -> __m128i {
    let order = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    _mm_shuffle_epi8(words, order)
}
