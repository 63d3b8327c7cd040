//! 6. Keys: a secret, the one algorithm it is for, and its HMAC states, computed once.

use crate::limits::MAX_KID_BYTES;
use crate::reason::Reason;
use crate::text::base64url::{self, Decoder, decoded_len, encoded_len};
use core::fmt;
use doorward_simd::{Beside, Decoded, Keyed, Room, SHA256_START, Vector};
use hmac::KeyInit;
use hmac::block_api::HmacCore;
use hmac::digest::Output;
use hmac::digest::array::Array;
use hmac::digest::block_api::{Buffer, EagerHash, FixedOutputCore, UpdateCore};
use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};
#[cfg(feature = "hs384-512")]
use sha2::{Sha384, Sha512};
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

    /// Characters of its MAC in base64url.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn tag_chars(self) -> usize {
        match self {
            Self::Hs256 => const { encoded_len(32) },
            Self::Hs384 => const { encoded_len(48) },
            Self::Hs512 => const { encoded_len(64) },
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
    Hs256(HmacCore<Sha256>, Option<Keyed>),
    #[cfg(feature = "hs384-512")]
    Hs384(HmacCore<Sha384>),
    #[cfg(feature = "hs384-512")]
    Hs512(HmacCore<Sha512>),
}

/// The same for the state of each algorithm that is in this build.
macro_rules! each {
    ($states:expr, $keyed:pat => $then:expr) => {
        match $states {
            States::Hs256($keyed, _) => $then,
            #[cfg(feature = "hs384-512")]
            States::Hs384($keyed) => $then,
            #[cfg(feature = "hs384-512")]
            States::Hs512($keyed) => $then,
        }
    };
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
            Algorithm::Hs256 => HmacCore::new_from_slice(secret)
                .map(|states| States::Hs256(states, Vector::detect().map(|it| keyed(it, secret)))),
            #[cfg(feature = "hs384-512")]
            Algorithm::Hs384 => HmacCore::new_from_slice(secret).map(States::Hs384),
            #[cfg(feature = "hs384-512")]
            Algorithm::Hs512 => HmacCore::new_from_slice(secret).map(States::Hs512),
            #[cfg(not(feature = "hs384-512"))]
            Algorithm::Hs384 | Algorithm::Hs512 => return Err(Reason::KeyInvalid),
        };
        Ok(Self { id, states: states.map_err(|_| Reason::KeyInvalid)? })
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
        each!(&self.states, keyed => same(&mac(keyed, message, || ()), tag))
    }

    /// Whether `tag`, in base64url, is this key's MAC of `input`; `None` if it is not canonical, or longer than any.
    /// Beside the compressions, `decoder` is moved on; the tag is decoded behind the last, for which it need not wait.
    pub(crate) fn verify_text(
        &self,
        input: &[u8],
        tag: &[u8],
        decoder: &mut Decoder<'_, '_>,
    ) -> Option<bool> {
        each!(&self.states, keyed => {
            let mac = mac(keyed, input, || decoder.step());
            let mut room = [0; 64];
            let tag = base64url::decode(tag, &mut room)?;
            Some(same(&mac, tag))
        })
    }

    /// Whether `tag`, in base64url, is this key's MAC of `input`, and what decoding the payload, which is
    /// `input` from `payload_at` on, has found. `None` if there is no vector code for it, or one of the
    /// two is not canonical. `beside` is done while SHA-256 is computed, and not at all for the others.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn verify_with(
        &self,
        vector: Vector,
        input: &[u8],
        payload_at: usize,
        tag: &[u8],
        room: Room<'_>,
        beside: &mut dyn Beside,
    ) -> Option<(bool, Decoded)> {
        match &self.states {
            States::Hs256(_, keyed) => {
                let tag = tag.first_chunk()?;
                vector.hs256(keyed.as_ref()?, input, payload_at, tag, room, beside)
            }
            #[cfg(feature = "hs384-512")]
            States::Hs384(_) | States::Hs512(_) => {
                self.verify_long(vector, input, payload_at, tag, room)
            }
        }
    }

    /// As [`verify_with`](Self::verify_with), for SHA-384 and SHA-512. They keep the CPU busy: nothing can be hidden
    /// behind them.
    #[cfg(feature = "hs384-512")]
    #[inline(never)]
    fn verify_long(
        &self,
        vector: Vector,
        input: &[u8],
        payload_at: usize,
        tag: &[u8],
        room: Room<'_>,
    ) -> Option<(bool, Decoded)> {
        let mut bytes = [0; TAG_ROOM];
        let found = vector.decode(tag, Room { text: &mut bytes, quotes: &mut [] })?;
        let proven = self.is_mac(input, bytes.get(..found.len)?);
        Some((proven, vector.decode(input.get(payload_at..)?, room)?))
    }

    /// Writes the MAC of `input` to the beginning of `out`.
    pub(crate) fn sign<'o>(&self, input: &[u8], out: &'o mut [u8; 64]) -> &'o [u8] {
        each!(&self.states, keyed => put(&mac(keyed, input, || ()), out))
    }
}

/// Room for a tag of 64 bytes to be decoded in.
#[cfg(feature = "hs384-512")]
const TAG_ROOM: usize = doorward_simd::text_room(encoded_len(64));

/// The states of HMAC-SHA-256 as the vector code wants them (RFC 2104 §2).
fn keyed(vector: Vector, secret: &[u8]) -> Keyed {
    let mut block = SecretBuffer::<64>::new();
    match block.as_mut().get_mut(..secret.len()) {
        Some(place) => place.copy_from_slice(secret),
        // Longer than a block: its hash takes its place.
        None => {
            let mut hash = Sha256::digest(secret);
            block.as_mut().iter_mut().zip(&hash).for_each(|(place, byte)| *place = *byte);
            hash.as_mut_slice().zeroize();
        }
    }
    let states = Zeroizing::new([0x36, 0x5c].map(|pad| {
        let mut state = SHA256_START;
        let mut padded = SecretBuffer(block.0.map(|byte| byte ^ pad));
        compress256(&mut state, core::slice::from_ref(padded.as_mut()));
        state
    }));
    let [inner, outer] = &*states;
    vector.keyed(inner, outer)
}

fn is_kid(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_KID_BYTES
}

/// Prints the algorithm only: the id is the policy's business, the secret nobody's.
impl fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.algorithm().name())
    }
}

/// The MAC of `input` from the keyed states. `beside` is called once a block of 64 bytes: work that
/// the latency of the compression hides.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn mac<D: EagerHash>(
    keyed: &HmacCore<D>,
    input: &[u8],
    mut beside: impl FnMut(),
) -> Output<HmacCore<D>> {
    let mut state = keyed.clone();
    let (blocks, tail) = Array::slice_as_chunks(input);
    for block in blocks {
        state.update_blocks(core::slice::from_ref(block));
        beside();
        if block.len() > 64 {
            beside();
        }
    }
    // INVARIANT: the tail is shorter than a block, which is all that the buffer asks; the default is
    // never taken.
    let mut buffer = Buffer::<HmacCore<D>>::try_new(tail).unwrap_or_default();
    let mut tag = Output::<HmacCore<D>>::default();
    state.finalize_fixed_core(&mut buffer, &mut tag);
    tag
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

fn put<'o>(mac: &[u8], out: &'o mut [u8; 64]) -> &'o [u8] {
    let Some((place, _)) = out.split_at_mut_checked(mac.len()) else {
        return &[];
    };
    place.copy_from_slice(mac);
    place
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
            let text = base64url::encode(&bytes[..len], &mut text).unwrap();
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
            base64url::encode(tag, &mut text).unwrap();
            let (mut room, mut quotes) = ([0; 200], [[0; 2]; 100]);
            let room = Room { text: &mut room, quotes: &mut quotes };
            let found = key.verify_with(vector, &input, 20, &text, room, &mut ());
            assert!(found.is_some_and(|(proven, found)| proven && found.len == 60));
        }
    }

    #[test]
    fn a_key_prints_its_algorithm_only() {
        let key = Key::new(Some("kid-1"), Algorithm::Hs256, &[7; 32]).unwrap();
        assert_eq!(std::format!("{key:?}"), "Key(HS256)");
        assert_eq!(std::format!("{:?}", SecretBuffer::<8>::new()), "SecretBuffer(8 bytes)");
    }
}
