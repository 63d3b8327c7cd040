//! 6. Keys: a secret, the one algorithm it is for, and its HMAC states, computed once.

use crate::limits::MAX_KID_BYTES;
use crate::reason::Reason;
use crate::text::base64url::{Decoder, decoded_len};
use core::fmt;
use doorward_simd::{Decoded, Keyed, Room, Vector};
use sha2::block_api::compress256;
#[cfg(feature = "hs384-512")]
use sha2::block_api::compress512;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// A MAC algorithm (RFC 7518 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Hs256, Self::Hs384, Self::Hs512];

    /// The value of `alg` (RFC 7518 §3.1).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// The algorithm of this name, byte for byte.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Bytes of the MAC, and the least that a secret may have (RFC 7518 §3.2).
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 => 64,
        }
    }
}

/// How the text of a secret stands for its bytes. Never guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// The bytes of the text themselves.
    #[default]
    Utf8,
    /// base64 with or without padding (RFC 4648 §4).
    Base64,
    /// base64url with or without padding (RFC 4648 §5).
    Base64Url,
    /// Hexadecimal digits of either case.
    Hex,
}

impl Encoding {
    /// Decodes the text of a secret into the beginning of `out`, in constant time.
    ///
    /// # Errors
    /// [`Reason::KeyInvalid`] if the text is not of this encoding or does not fit.
    pub fn decode<'o>(self, text: &[u8], out: &'o mut [u8]) -> Result<&'o [u8], Reason> {
        let decoded = match self {
            Self::Utf8 => out.get_mut(..text.len()).map(|out| {
                out.copy_from_slice(text);
                &*out
            }),
            Self::Base64 => decode_base64(without_padding(text), *b"+/", out),
            Self::Base64Url => decode_base64(without_padding(text), *b"-_", out),
            Self::Hex => decode_hex(text, out),
        };
        decoded.ok_or(Reason::KeyInvalid)
    }
}

/// RFC 4648 §4: padding fills up the last four characters. Where it does not, it stays, and no decoder
/// takes it.
fn without_padding(text: &[u8]) -> &[u8] {
    match text {
        _ if !text.len().is_multiple_of(4) => text,
        [text @ .., b'=', b'='] | [text @ .., b'='] => text,
        _ => text,
    }
}

/// base64 without padding, canonical (RFC 4648 §3.5). `last` are the characters of 62 and 63. Its course
/// depends on the length alone. `base64ct` does the same in twenty times the code, which a small chip's
/// flash is too small for.
fn decode_base64<'o>(text: &[u8], last: [u8; 2], out: &'o mut [u8]) -> Option<&'o [u8]> {
    let out = out.get_mut(..decoded_len(text.len()))?;
    let mut invalid = u8::from(text.len() % 4 == 1).wrapping_neg();
    // Behind the end stand zeroes, and so does a canonical text for what no byte owns.
    let mut room = out.chunks_mut(3);
    for quad in text.chunks(4) {
        let mut bits = 0_u32;
        for at in 0..4 {
            let value = quad.get(at).map_or(0, |&byte| base64_value(byte, last));
            invalid |= value & 0x80;
            bits = bits << 6 | u32::from(value & 0x3f);
        }
        let [_, bytes @ ..] = bits.to_be_bytes();
        let room = room.next().unwrap_or_default();
        for (at, byte) in bytes.into_iter().enumerate() {
            match room.get_mut(at) {
                Some(place) => *place = byte,
                None => invalid |= byte,
            }
        }
    }
    (invalid == 0).then_some(out)
}

/// The value of a character of base64 without a branch on it; the high bit marks any other byte.
const fn base64_value(byte: u8, [plus, slash]: [u8; 2]) -> u8 {
    let upper = byte.wrapping_sub(b'A');
    let lower = byte.wrapping_sub(b'a');
    let digit = byte.wrapping_sub(b'0');
    let (is_upper, is_lower, is_digit) = (below(upper, 26), below(lower, 26), below(digit, 10));
    let (is_plus, is_slash) = (below(byte ^ plus, 1), below(byte ^ slash, 1));
    (upper & is_upper)
        | (lower.wrapping_add(26) & is_lower)
        | (digit.wrapping_add(52) & is_digit)
        | (62 & is_plus)
        | (63 & is_slash)
        | (0x80 & !(is_upper | is_lower | is_digit | is_plus | is_slash))
}

fn decode_hex<'o>(text: &[u8], out: &'o mut [u8]) -> Option<&'o [u8]> {
    let (pairs, []) = text.as_chunks::<2>() else {
        return None;
    };
    let out = out.get_mut(..pairs.len())?;
    let mut invalid = 0_u8;
    for (byte, [high, low]) in out.iter_mut().zip(pairs) {
        let (high, low) = (hex_value(*high), hex_value(*low));
        *byte = high << 4 | low & 15;
        invalid |= high | low;
    }
    (invalid & 0x80 == 0).then_some(out)
}

/// The value of a hexadecimal digit without a branch on it; the high bit marks any other byte.
const fn hex_value(byte: u8) -> u8 {
    let digit = byte.wrapping_sub(b'0');
    let letter = (byte | 0x20).wrapping_sub(b'a');
    let is_digit = below(digit, 10);
    let is_letter = below(letter, 6);
    (digit & is_digit) | (letter.wrapping_add(10) & is_letter) | (0x80 & !(is_digit | is_letter))
}

/// All ones if `value < bound`, else 0.
const fn below(value: u8, bound: u8) -> u8 {
    let difference = (value as u16).wrapping_sub(bound as u16);
    let [_, high] = difference.to_le_bytes();
    high
}

/// A secret, ready for use. It cannot be built too short, of another kind of key's text, or empty;
/// its states are wiped on drop and never printed.
pub struct Key<'c> {
    id: Option<&'c str>,
    states: States,
}

enum States {
    Hs256(Hmac<u32, 64>, Option<Keyed>),
    #[cfg(feature = "hs384-512")]
    Hs384(Hmac<u64, 128>),
    #[cfg(feature = "hs384-512")]
    Hs512(Hmac<u64, 128>),
}

impl<'c> Key<'c> {
    /// A key from the bytes of its secret. `id` is the `kid` that chooses it.
    ///
    /// # Errors
    /// [`Reason::KeyInvalid`] if the secret is shorter than the algorithm's hash (RFC 7518 §3.2), or
    /// is the text of an asymmetric or wrapped key, or if `id` is longer than 128 bytes or empty; also for
    /// HS384 and HS512 in a build without the feature `hs384-512`.
    pub fn new(id: Option<&'c str>, algorithm: Algorithm, secret: &[u8]) -> Result<Self, Reason> {
        if secret.len() < algorithm.bytes() || is_other_key(secret) || !id.is_none_or(is_kid) {
            return Err(Reason::KeyInvalid);
        }
        let states = match algorithm {
            Algorithm::Hs256 => {
                let hmac = Hmac::new(&SHA256_START, secret, algorithm.bytes());
                let keyed = Vector::detect().map(|it| it.keyed(&hmac.inner, &hmac.outer));
                States::Hs256(hmac, keyed)
            }
            #[cfg(feature = "hs384-512")]
            Algorithm::Hs384 => States::Hs384(Hmac::new(&SHA384_START, secret, algorithm.bytes())),
            #[cfg(feature = "hs384-512")]
            Algorithm::Hs512 => States::Hs512(Hmac::new(&SHA512_START, secret, algorithm.bytes())),
            #[cfg(not(feature = "hs384-512"))]
            Algorithm::Hs384 | Algorithm::Hs512 => return Err(Reason::KeyInvalid),
        };
        Ok(Self { id, states })
    }

    /// The same key under another id, which may live elsewhere. An id that [`Key::new`] would refuse
    /// leaves the key without one.
    #[must_use]
    pub fn with_id(self, id: Option<&str>) -> Key<'_> {
        Key { id: id.filter(|id| is_kid(id)), states: self.states }
    }

    /// The `kid` that chooses this key.
    #[must_use]
    pub const fn id(&self) -> Option<&'c str> {
        self.id
    }

    /// The one algorithm that the key is for.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.states {
            States::Hs256(..) => Algorithm::Hs256,
            #[cfg(feature = "hs384-512")]
            States::Hs384(_) => Algorithm::Hs384,
            #[cfg(feature = "hs384-512")]
            States::Hs512(_) => Algorithm::Hs512,
        }
    }

    /// Whether `tag` is this key's MAC of `message`, whole and not truncated. Compared in constant
    /// time.
    #[must_use]
    pub fn is_mac(&self, message: &[u8], tag: &[u8]) -> bool {
        self.verify(message, tag, &mut Decoder::empty())
    }

    /// Whether `tag` is this key's MAC of `input`. Beside the compressions, `decoder` is moved on.
    pub(crate) fn verify(&self, input: &[u8], tag: &[u8], decoder: &mut Decoder<'_, '_>) -> bool {
        let mac = self.mac(input, || decoder.step());
        mac.get(..self.algorithm().bytes()).is_some_and(|mac| same(mac, tag))
    }

    /// Whether `tag`, in base64url, is this key's MAC of `input`, and what decoding the payload, which is
    /// `input` from `payload_at` on, has found. `None` if there is no vector code for it, or one of the
    /// two is not canonical.
    pub(crate) fn verify_with(
        &self,
        vector: Vector,
        input: &[u8],
        payload_at: usize,
        tag: &[u8],
        room: Room<'_>,
    ) -> Option<(bool, Decoded)> {
        match &self.states {
            States::Hs256(_, keyed) => {
                let tag = tag.first_chunk()?;
                vector.hs256(keyed.as_ref()?, input, payload_at, tag, room)
            }
            #[cfg(feature = "hs384-512")]
            States::Hs384(_) | States::Hs512(_) => {
                // Nothing to be hidden behind SHA-512: it keeps the CPU busy.
                let mut bytes = [0; TAG_ROOM];
                let found = vector.decode(tag, Room { text: &mut bytes, quotes: &mut [] })?;
                let proven = self.is_mac(input, bytes.get(..found.len)?);
                Some((proven, vector.decode(input.get(payload_at..)?, room)?))
            }
        }
    }

    /// Writes the MAC of `input` to the beginning of `out`.
    pub(crate) fn sign<'o>(&self, input: &[u8], out: &'o mut [u8; 64]) -> &'o [u8] {
        *out = self.mac(input, || ());
        out.get(..self.algorithm().bytes()).unwrap_or_default()
    }

    /// The MAC of `input`, as many bytes of it as the algorithm has. `beside` is called once a block of 64
    /// bytes: work that the latency of the compression hides. SHA-512 keeps the CPU busy, and hides none.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn mac(&self, input: &[u8], beside: impl FnMut()) -> [u8; 64] {
        let bytes = self.algorithm().bytes();
        match &self.states {
            States::Hs256(hmac, _) => hmac.mac(input, bytes, beside),
            #[cfg(feature = "hs384-512")]
            States::Hs384(hmac) | States::Hs512(hmac) => hmac.mac(input, bytes, || ()),
        }
    }
}

/// The word of a hash function whose blocks have `BLOCK` bytes (FIPS 180-4 §1).
trait Word<const BLOCK: usize>: Copy + Zeroize {
    /// FIPS 180-4 §6.2.2, §6.4.2.
    fn compress(state: &mut [Self; 8], blocks: &[[u8; BLOCK]]);

    /// The bytes of a state; behind those of a short one stand zeros.
    fn bytes(state: &[Self; 8]) -> [u8; 64];
}

impl Word<64> for u32 {
    fn compress(state: &mut [Self; 8], blocks: &[[u8; 64]]) {
        compress256(state, blocks);
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn bytes(state: &[Self; 8]) -> [u8; 64] {
        let mut bytes = [0; 64];
        for (place, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
            *place = word.to_be_bytes();
        }
        bytes
    }
}

#[cfg(feature = "hs384-512")]
impl Word<128> for u64 {
    fn compress(state: &mut [Self; 8], blocks: &[[u8; 128]]) {
        compress512(state, blocks);
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn bytes(state: &[Self; 8]) -> [u8; 64] {
        let mut bytes = [0; 64];
        for (place, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
            *place = word.to_be_bytes();
        }
        bytes
    }
}

/// HMAC (RFC 2104) from the states behind the key's block, which are computed once and wiped on drop. The
/// compressions are those of `sha2`. Around them, `hmac` writes each last block right before it is read, in
/// other sizes, for which a CPU waits as long as for a third of a compression; here both are written before
/// the first.
struct Hmac<W: Word<BLOCK>, const BLOCK: usize> {
    inner: Zeroizing<[W; 8]>,
    outer: Zeroizing<[W; 8]>,
}

impl<W: Word<BLOCK>, const BLOCK: usize> Hmac<W, BLOCK> {
    /// The states of a key. The hash begins with `start` and has `len` bytes.
    fn new(start: &[W; 8], secret: &[u8], len: usize) -> Self {
        let mut block = SecretBuffer::<BLOCK>::new();
        match block.as_mut().get_mut(..secret.len()) {
            Some(place) => place.copy_from_slice(secret),
            // Longer than a block: its hash takes its place.
            None => {
                let mut state = Zeroizing::new(*start);
                let (blocks, tail) = secret.as_chunks();
                W::compress(&mut state, blocks);
                let mut end = End::EMPTY;
                end.fill(tail, secret.len());
                W::compress(&mut state, end.blocks());
                end.blocks.zeroize();
                let hash = Zeroizing::new(W::bytes(&state));
                block.as_mut().iter_mut().zip(hash.iter().take(len)).for_each(|(a, b)| *a = *b);
            }
        }
        let [inner, outer] = [0x36, 0x5c].map(|pad| {
            let mut state = Zeroizing::new(*start);
            let mut padded = SecretBuffer(block.0.map(|byte| byte ^ pad));
            W::compress(&mut state, core::slice::from_ref(padded.as_mut()));
            state
        });
        Self { inner, outer }
    }

    /// The MAC of `input`, in the first `len` bytes.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn mac(&self, input: &[u8], len: usize, mut beside: impl FnMut()) -> [u8; 64] {
        let (blocks, tail) = input.as_chunks();
        let (mut end, mut last) = (End::<BLOCK>::EMPTY, End::<BLOCK>::EMPTY);
        end.fill(tail, input.len().saturating_add(BLOCK));
        last.fill([0; 64].get(..len).unwrap_or_default(), len.saturating_add(BLOCK));
        let mut state = *self.inner;
        for block in blocks {
            W::compress(&mut state, core::slice::from_ref(block));
            beside();
        }
        W::compress(&mut state, end.blocks());
        last.begin_with(&W::bytes(&state), len);
        state = *self.outer;
        W::compress(&mut state, last.blocks());
        W::bytes(&state)
    }
}

/// The last one or two blocks of a message: what no whole block holds, padded (FIPS 180-4 §5.1).
struct End<const BLOCK: usize> {
    blocks: [[u8; BLOCK]; 2],
    two: bool,
}

impl<const BLOCK: usize> End<BLOCK> {
    const EMPTY: Self = Self { blocks: [[0; BLOCK]; 2], two: false };

    /// Becomes that of a message of `len` bytes, the last of which are `tail`, shorter than a block.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn fill(&mut self, tail: &[u8], len: usize) {
        let bytes = self.blocks.as_flattened_mut();
        // INVARIANT: a tail is shorter than a block, so each place is there.
        if let Some((place, [bit, ..])) = bytes.split_at_mut_checked(tail.len()) {
            place.copy_from_slice(tail);
            *bit = 0x80;
        }
        // Behind the bit, the length has an eighth of a block, of which eight bytes are enough.
        self.two = tail.len() >= BLOCK.saturating_sub(BLOCK / 8);
        let [first, second] = &mut self.blocks;
        if let Some(place) = if self.two { second } else { first }.last_chunk_mut() {
            *place = (len as u64).wrapping_mul(8).to_be_bytes();
        }
    }

    /// Replaces the beginning.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn begin_with(&mut self, bytes: &[u8; 64], len: usize) {
        let place = self.blocks.as_flattened_mut().get_mut(..len);
        if let (Some(place), Some(bytes)) = (place, bytes.get(..len)) {
            place.copy_from_slice(bytes);
        }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn blocks(&self) -> &[[u8; BLOCK]] {
        let [first, _] = &self.blocks;
        if self.two { &self.blocks } else { core::slice::from_ref(first) }
    }
}

/// Room for a tag of 64 bytes to be decoded in.
#[cfg(feature = "hs384-512")]
const TAG_ROOM: usize = doorward_simd::text_room(crate::text::base64url::encoded_len(64));

/// The state that SHA-256 begins with (FIPS 180-4 §5.3.3).
pub(crate) const SHA256_START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// That of SHA-384 (FIPS 180-4 §5.3.4).
#[cfg(feature = "hs384-512")]
const SHA384_START: [u64; 8] = [
    0xcbbb_9d5d_c105_9ed8,
    0x629a_292a_367c_d507,
    0x9159_015a_3070_dd17,
    0x152f_ecd8_f70e_5939,
    0x6733_2667_ffc0_0b31,
    0x8eb4_4a87_6858_1511,
    0xdb0c_2e0d_64f9_8fa7,
    0x47b5_481d_befa_4fa4,
];

/// That of SHA-512 (FIPS 180-4 §5.3.5).
#[cfg(feature = "hs384-512")]
const SHA512_START: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

fn is_kid(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_KID_BYTES
}

/// Prints the algorithm only: the id is the policy's business, the secret nobody's.
impl fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.algorithm().name())
    }
}

/// Compares a MAC with a presented tag in constant time: the words without a branch, and their
/// difference with zero. A tag of another length
/// is refused without a compare (RFC 7518 §3.2: no truncation); its length is the peer's to know.
fn same(mac: &[u8], tag: &[u8]) -> bool {
    let (mac_words, mac_rest) = mac.as_chunks::<8>();
    let (tag_words, tag_rest) = tag.as_chunks::<8>();
    if mac.len() != tag.len() || !mac_rest.is_empty() || !tag_rest.is_empty() {
        return false;
    }
    let words = mac_words.iter().zip(tag_words);
    words
        .fold(0, |difference, (a, b)| {
            difference | (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b))
        })
        .ct_eq(&0)
        .into()
}

/// Whether a secret is the text of a key of another kind: whoever verifies RS256 tokens with a
/// public key must not, by one wrong setting, accept HS256 tokens that everybody can sign with it.
fn is_other_key(secret: &[u8]) -> bool {
    const TEXTS: [&str; 9] = [
        "-----BEGIN ",
        "---- BEGIN ",
        // "-----BEGIN " in base64.
        "LS0tLS1CRUdJTi",
        "ssh-rsa ",
        "ssh-dss ",
        "ssh-ed25519 ",
        "ecdsa-sha2-",
        "sk-ssh-",
        "sk-ecdsa-",
    ];
    // The length and name that an SSH key begins with, in base64.
    const SSH: [&str; 5] =
        ["AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh", "AAAAGnNrLXNzaC", "AAAAInNrLWVjZHNh"];
    let text = without_blank(secret);
    let json = match text {
        [b'{' | b'[', ..] => contains(text, b"\"kty\"") || contains(text, b"\"keys\""),
        _ => false,
    };
    json || is_der(secret, secret.len())
        || is_der_in_base64(text)
        || TEXTS.iter().any(|known| contains(secret, known.as_bytes()))
        || SSH.iter().any(|known| text.starts_with(known.as_bytes()))
}

/// Drops what editors and shells leave before a text: white space and a byte order mark.
fn without_blank(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c, rest @ ..]
            | [0xef, 0xbb, 0xbf, rest @ ..] => rest,
            _ => return text,
        };
    }
}

/// A DER key: one SEQUENCE over the whole of its `len` bytes that begins with a SEQUENCE or an
/// INTEGER (SPKI, PKCS#8, PKCS#1). One random secret in eight million looks like that.
fn is_der(beginning: &[u8], len: usize) -> bool {
    let (header, body, first) = match beginning {
        [0x30, 0x81, body, first, ..] => (3, usize::from(*body), first),
        [0x30, 0x82, high, low, first, ..] => {
            (4, usize::from(u16::from_be_bytes([*high, *low])), first)
        }
        [0x30, body, first, ..] => (2, usize::from(*body), first),
        _ => return false,
    };
    len.checked_sub(header) == Some(body) && matches!(first, 0x30 | 0x02)
}

/// The same in base64, on one line as some consoles show a public key or wrapped as `base64` writes
/// it. The first eight characters tell.
fn is_der_in_base64(text: &[u8]) -> bool {
    let Some(first) = text.first_chunk::<8>() else { return false };
    let chars = text.iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != b'=').count();
    let mut room = [0; 6];
    decode_base64(first, *b"+/", &mut room)
        .is_some_and(|beginning| is_der(beginning, decoded_len(chars)))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        if rest.starts_with(part) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// Room for a secret while it is decoded; wiped on drop.
pub struct SecretBuffer<const N: usize>([u8; N]);

impl<const N: usize> SecretBuffer<N> {
    /// An empty buffer.
    #[must_use]
    pub const fn new() -> Self {
        Self([0; N])
    }

    /// The room.
    pub const fn as_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }
}

impl<const N: usize> Default for SecretBuffer<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Drop for SecretBuffer<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const N: usize> fmt::Debug for SecretBuffer<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBuffer({N} bytes)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_read_without_branches_and_right() {
        for byte in 0..=255_u8 {
            let expected = char::from(byte).to_digit(16);
            let value = hex_value(byte);
            assert_eq!((value & 0x80 == 0).then_some(u32::from(value)), expected);
        }
    }

    /// As `base64ct` decodes: every byte at every place of every length up to two quads, in both alphabets.
    #[test]
    fn base64_is_read_as_base64ct_reads_it() {
        use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding as _};
        for len in 0..=9 {
            for at in 0..len {
                for byte in 0..=255_u8 {
                    for filler in [b'A', b'Q', b'z'] {
                        let mut text = [filler; 9];
                        text[at] = byte;
                        let text = &text[..len];
                        let (mut expected, mut found) = ([0; 8], [0; 8]);
                        assert_eq!(
                            decode_base64(text, *b"+/", &mut found),
                            Base64Unpadded::decode(text, &mut expected).ok()
                        );
                        assert_eq!(
                            decode_base64(text, *b"-_", &mut found),
                            Base64UrlUnpadded::decode(text, &mut expected).ok()
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn base64_goes_there_and_back_and_is_not_cut() {
        let bytes: [u8; 200] = core::array::from_fn(|at| (at as u8).wrapping_mul(167) ^ 0x5a);
        for len in 0..=bytes.len() {
            let mut text = [0; 300];
            let text = crate::text::base64url::encode(&bytes[..len], &mut text).unwrap();
            let mut out = [0; 200];
            assert_eq!(decode_base64(text.as_bytes(), *b"-_", &mut out), Some(&bytes[..len]));
            if let Some(short) = out.get_mut(1..len) {
                assert_eq!(decode_base64(text.as_bytes(), *b"-_", short), None);
            }
        }
    }

    #[test]
    fn a_secret_of_any_length_makes_the_same_mac_on_both_paths() {
        let Some(vector) = Vector::detect() else { return };
        let secret: [u8; 200] = core::array::from_fn(|at| at as u8);
        let input = [b'A'; 100];
        for len in 32..200 {
            let key = Key::new(None, Algorithm::Hs256, &secret[..len]).unwrap();
            let mut tag = [0; 64];
            let tag = key.sign(&input, &mut tag);
            let mut text = [0; 43];
            crate::text::base64url::encode(tag, &mut text).unwrap();
            let (mut room, mut quotes) = ([0; 200], [[0; 2]; 100]);
            let room = Room { text: &mut room, quotes: &mut quotes };
            let found = key.verify_with(vector, &input, 20, &text, room);
            assert!(found.is_some_and(|(proven, found)| proven && found.len == 60));
        }
    }

    /// As `hmac` computes it: every length of a message over three blocks, and secrets up to and beyond a block.
    #[test]
    fn a_mac_is_the_one_of_the_hmac_crate() {
        use hmac::Hmac;
        fn with<M: hmac::Mac + hmac::KeyInit>(secret: &[u8], message: &[u8]) -> std::vec::Vec<u8> {
            let mut mac = <M as hmac::KeyInit>::new_from_slice(secret).unwrap();
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        }
        let bytes: [u8; 400] = core::array::from_fn(|at| (at as u8).wrapping_mul(151) ^ 0x3c);
        for algorithm in Algorithm::ALL {
            for secret in [64, 65, 100, 127, 128, 129, 140, 200, 239, 240, 256, 300] {
                let Ok(key) = Key::new(None, algorithm, &bytes[..secret]) else { continue };
                for len in 0..=bytes.len() {
                    let message = &bytes[..len];
                    let expected = match algorithm {
                        Algorithm::Hs256 => with::<Hmac<sha2::Sha256>>(&bytes[..secret], message),
                        Algorithm::Hs384 => with::<Hmac<sha2::Sha384>>(&bytes[..secret], message),
                        Algorithm::Hs512 => with::<Hmac<sha2::Sha512>>(&bytes[..secret], message),
                    };
                    assert_eq!(key.sign(message, &mut [0; 64]), expected, "{algorithm:?} {len}");
                    assert!(key.is_mac(message, &expected));
                    assert!(!key.is_mac(message, &expected[1..]) && !key.is_mac(message, b""));
                }
            }
        }
    }

    #[test]
    fn a_key_prints_its_algorithm_only() {
        let key = Key::new(Some("kid-1"), Algorithm::Hs256, &[7; 32]).unwrap();
        assert_eq!(std::format!("{key:?}"), "Key(HS256)");
        assert_eq!(std::format!("{:?}", SecretBuffer::<8>::new()), "SecretBuffer(8 bytes)");
    }
}
