//! 5. Capability tokens: random text whose bearer may come in. Only its SHA-256 is stored.

use crate::index::{FEW, HALVES, narrow, sort};
use crate::limits::MIN_CAPABILITY_CHARS;
use crate::reason::Reason;
use crate::text::ascii::{hex_digit, is_b64token};
use crate::text::base64url;
use crate::time::UnixTime;
use core::fmt;
use doorward_simd::{SHA256_START, Vector};
use sha2::block_api::compress256;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// The SHA-256 of a capability token: what is stored in its place.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

/// In constant time.
impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        let (difference, words) = (self.words(), other.words());
        let difference = difference.iter().zip(words).fold(0, |all, (a, b)| all | (a ^ b));
        difference.ct_eq(&0).into()
    }
}

impl Eq for Digest {}

impl Digest {
    /// The digest of a token's bytes.
    #[must_use]
    #[inline]
    pub fn of(token: &[u8]) -> Self {
        match Vector::detect().and_then(|vector| vector.short_sha256(token)) {
            Some(hash) => Self(hash),
            None => Self(portable_hash(token)),
        }
    }

    /// A digest from its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits of either case.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
            return None;
        };
        let mut bytes = [0; 32];
        if pairs.len() != bytes.len() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = hex_digit(*high)? << 4 | hex_digit(*low)?;
        }
        Some(Self(bytes))
    }

    /// The digest's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digest as numbers, whose order is that of the bytes.
    fn words(&self) -> [u64; 4] {
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(self.0.as_chunks().0) {
            *word = u64::from_be_bytes(*bytes);
        }
        words
    }

    /// Its first eight bytes. Comparing them as one number takes one time, whatever they are.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    const fn first_word(&self) -> [u8; 8] {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        [a, b, c, d, e, f, g, h]
    }

    fn is_after(&self, other: &Self) -> bool {
        let word = |digest: &Self| u64::from_be_bytes(digest.first_word());
        let (mine, others) = (word(self), word(other));
        if mine == others { self.words() > other.words() } else { mine > others }
    }
}

/// SHA-256 where there is no vector code for it: whole blocks from where they stand, and the rest with the
/// padding (FIPS 180-4 §5.1.1) in one block or two, as many as every token of ours takes.
#[inline(never)]
fn portable_hash(text: &[u8]) -> [u8; 32] {
    let (whole, rest) = text.as_chunks::<64>();
    let mut state = SHA256_START;
    compress256(&mut state, whole);
    let mut last = [[0; 64]; 2];
    let bytes = last.as_flattened_mut();
    if let Some((place, [bit, ..])) = bytes.split_at_mut_checked(rest.len()) {
        place.copy_from_slice(rest);
        *bit = 0x80;
    }
    // The bit and the length take nine bytes.
    let blocks = last.get_mut(..if rest.len() > 64 - 9 { 2 } else { 1 }).unwrap_or_default();
    if let Some(end) = blocks.as_flattened_mut().last_chunk_mut() {
        let bits = u64::try_from(text.len()).unwrap_or_default().wrapping_mul(8);
        *end = bits.to_be_bytes();
    }
    compress256(&mut state, blocks);
    let mut hash = [0; 32];
    for (place, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
        *place = word.to_be_bytes();
    }
    hash
}

/// Writes 64 lower-case hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Prints that it is a digest and no more: one of a weak token can be searched for.
impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(SHA-256)")
    }
}

/// One token that is accepted: its digest, who its bearer is, until when, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Capability<'c> {
    /// Who the bearer is: the principal's id.
    pub id: &'c str,
    /// The digest of the token.
    pub digest: Digest,
    /// The first second at which the token is no longer accepted.
    pub expires: Option<UnixTime>,
    /// The scopes that the token carries.
    pub scopes: &'c [&'c str],
    /// The resources that the token lists, as `type:id`, `type:*` or `*:*`.
    pub resources: &'c [&'c str],
}

/// The entries of a gate.
///
/// Entries in the order of their digests are found by halving; [`Capabilities::sort`] puts them in it.
/// What is decided does not depend on the order, only how long it takes.
///
/// # Time
/// Of the stored digests, the time that a search takes may tell where the digest of a guess lies among
/// them: through the cache of the CPU, and only of more than eight entries. Whoever guesses can compute
/// that digest but not choose it, and the leading bits of a stored one lead to no token of 256 random
/// bits. Whether a whole digest agrees is compared in constant time, and reached only by a guess whose
/// first 64 bits agree.
#[derive(Clone, Copy, Default)]
pub struct Capabilities<'c> {
    entries: &'c [Capability<'c>],
    ordered: bool,
}

impl<'c> Capabilities<'c> {
    /// None.
    pub const NONE: Self = Self { entries: &[], ordered: HALVES };

    /// Takes the entries, and looks once whether they are in order.
    #[must_use]
    pub fn new(entries: &'c [Capability<'c>]) -> Self {
        let ordered = HALVES && entries.is_sorted_by(|a, b| !a.digest.is_after(&b.digest));
        Self { entries, ordered }
    }

    /// The entries, in the order in which they were given.
    #[must_use]
    pub const fn entries(&self) -> &'c [Capability<'c>] {
        self.entries
    }

    /// Whether they are in the order of their digests, and so are found by halving.
    #[must_use]
    pub const fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// Puts entries in the order of their digests, which are to be different ones. On targets with fewer than
    /// 64 bits, whose lists are short and whose flash is as well, they stay as they are.
    pub fn sort(entries: &mut [Capability<'_>]) {
        if HALVES {
            sort(entries, |a, b| b.digest.is_after(&a.digest));
        }
    }

    /// The entry that a token opens; of several with its digest the last.
    #[must_use]
    pub fn find(&self, token: &[u8]) -> Option<&'c Capability<'c>> {
        let presented = Digest::of(token);
        if !(HALVES && self.ordered) {
            let index = last_of(&presented, self.entries.iter().map(|entry| &entry.digest))?;
            return self.entries.get(index);
        }
        let after = |entry: &Capability<'_>| entry.digest.is_after(&presented);
        let few = narrow(self.entries, FEW, after);
        let word = presented.first_word();
        let alike = few.iter().fold(None, |found, entry| {
            if entry.digest.first_word() == word { Some(entry) } else { found }
        })?;
        if alike.digest == presented {
            return Some(alike);
        }
        // Digests with one beginning, which somebody has written and not hashed.
        narrow(few, 1, after).first().filter(|entry| entry.digest == presented)
    }
}

impl<'c> From<&'c [Capability<'c>]> for Capabilities<'c> {
    fn from(entries: &'c [Capability<'c>]) -> Self {
        Self::new(entries)
    }
}

impl fmt::Debug for Capabilities<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries.fmt(f)
    }
}

/// Which of `stored` is the digest of `token`; of several the last. All are looked at, without early
/// exit: their first eight bytes as one number, and where these agree all bytes in constant time. A gate's
/// own entries are found faster, by [`Capabilities::find`].
#[must_use]
pub fn find<'d>(token: &[u8], stored: impl Iterator<Item = &'d Digest>) -> Option<usize> {
    last_of(&Digest::of(token), stored)
}

fn last_of<'d>(presented: &Digest, stored: impl Iterator<Item = &'d Digest>) -> Option<usize> {
    let word = presented.first_word();
    stored.enumerate().fold(None, |found, (at, digest)| {
        if digest.first_word() == word && digest == presented { Some(at) } else { found }
    })
}

/// The entry that the token opens.
pub(crate) fn prove<'c>(
    token: &[u8],
    entries: Capabilities<'c>,
    now: UnixTime,
) -> Result<&'c Capability<'c>, Reason> {
    let entry = entries.find(token).ok_or(Reason::CapabilityUnknown)?;
    match entry.expires {
        Some(expires) if now.known()? >= expires.seconds() => Err(Reason::TokenExpired),
        _ => Ok(entry),
    }
}

/// Checks a token that is about to be configured: at least 22 characters of a b64token (RFC 6750
/// §2.1), or any number of them with `weak`.
///
/// # Errors
/// [`Reason::CapabilityInvalid`].
pub fn check_strength(token: &[u8], weak: bool) -> Result<(), Reason> {
    if is_b64token(token) && (weak || token.len() >= MIN_CAPABILITY_CHARS) {
        Ok(())
    } else {
        Err(Reason::CapabilityInvalid)
    }
}

/// How the 256 random bits of a new token are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// 43 characters of base64url: one SHA-256 block. The default.
    #[default]
    Base64Url,
    /// 64 hexadecimal digits: two blocks.
    Hex,
    /// 43 letters and digits, without `-` and `_`: for places that take nothing else, and for a
    /// double click.
    Letters62,
}

impl Form {
    /// The length of a token of this form.
    #[must_use]
    pub const fn chars(self) -> usize {
        match self {
            Self::Base64Url | Self::Letters62 => 43,
            Self::Hex => 64,
        }
    }
}

/// Writes a new token to the beginning of `out`: `entropy`, 32 bytes from a cryptographic random
/// source, in the given form. No bit is lost and no two entropies give one token.
///
/// # Errors
/// [`Reason::OutputTooSmall`] if `out` is shorter than [`Form::chars`].
pub fn generate<'o>(entropy: &[u8; 32], form: Form, out: &'o mut [u8]) -> Result<&'o str, Reason> {
    let out = out.get_mut(..form.chars()).ok_or(Reason::OutputTooSmall)?;
    match form {
        Form::Base64Url => return base64url::encode(entropy, out).ok_or(Reason::OutputTooSmall),
        Form::Hex => {
            for (pair, byte) in out.as_chunks_mut::<2>().0.iter_mut().zip(entropy) {
                *pair = [hex_letter(byte >> 4), hex_letter(byte & 15)];
            }
        }
        Form::Letters62 => base62(entropy, out),
    }
    core::str::from_utf8(out).map_err(|_| Reason::OutputTooSmall)
}

/// Without a table and without a branch on the secret.
const fn hex_letter(value: u8) -> u8 {
    let above_nine = below_zero(9_u8.wrapping_sub(value));
    value.wrapping_add(b'0').wrapping_add(above_nine & 39)
}

/// The 256-bit number in base 62, most significant letter first, by schoolbook division. 62^43 is
/// just above 2^256, so 43 letters always do.
fn base62(entropy: &[u8; 32], out: &mut [u8]) {
    let mut limbs = *entropy;
    for letter in out.iter_mut().rev() {
        let mut remainder = 0_u16;
        for limb in &mut limbs {
            let value = remainder << 8 | u16::from(*limb);
            // value < 62 * 256, so the quotient fits a byte.
            *limb = (value / 62).to_le_bytes()[0];
            remainder = value % 62;
        }
        *letter = letter62(remainder.to_le_bytes()[0]);
    }
    limbs.zeroize();
}

/// All ones if a subtraction went below zero, else 0.
const fn below_zero(difference: u8) -> u8 {
    (difference >> 7).wrapping_neg()
}

/// 0-9, A-Z, a-z, without a table and without a branch on the secret.
const fn letter62(value: u8) -> u8 {
    let above_nine = below_zero(9_u8.wrapping_sub(value));
    let above_thirty_five = below_zero(35_u8.wrapping_sub(value));
    value.wrapping_add(b'0').wrapping_add(above_nine & 7).wrapping_add(above_thirty_five & 6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest as _, Sha256};

    #[test]
    fn letters_are_the_sixty_two() {
        let letters: [u8; 62] = core::array::from_fn(|value| letter62(value as u8));
        assert_eq!(&letters, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
        let digits: [u8; 16] = core::array::from_fn(|value| hex_letter(value as u8));
        assert_eq!(&digits, b"0123456789abcdef");
    }

    #[test]
    fn the_portable_hash_is_the_hash() {
        let text = [0xa5; 300];
        for len in 0..300 {
            let expected: [u8; 32] = Sha256::digest(&text[..len]).into();
            assert_eq!(portable_hash(&text[..len]), expected);
            assert_eq!(Digest::of(&text[..len]).0, expected);
        }
    }

    #[test]
    fn digests_that_differ_in_one_bit_differ() {
        let digest = Digest::of(b"a");
        for bit in 0..256 {
            let mut other = digest;
            other.0[bit / 8] ^= 1 << (bit % 8);
            assert!(digest != other && other == other);
        }
    }

    fn entry(id: &'static str, digest: Digest) -> Capability<'static> {
        Capability { id, digest, expires: None, scopes: &[], resources: &[] }
    }

    #[test]
    fn order_does_not_change_what_is_found() {
        for count in [0, 1, 2, 7, 8, 9, 16, 17, 100, 1000_u32] {
            let mut entries: std::vec::Vec<_> =
                (0..count).map(|n| entry("id", Digest::of(&n.to_le_bytes()))).collect();
            let unordered = entries.clone();
            Capabilities::sort(&mut entries);
            let (ordered, unordered) = (Capabilities::new(&entries), Capabilities::new(&unordered));
            assert!(ordered.ordered && (count < 7 || !unordered.ordered));
            for n in 0..count + 100 {
                let token = n.to_le_bytes();
                let found = ordered.find(&token).map(|entry| entry.digest);
                assert_eq!(found, (n < count).then(|| Digest::of(&token)));
                assert_eq!(unordered.find(&token).map(|entry| entry.digest), found);
            }
        }
    }

    #[test]
    fn of_equal_digests_the_last_is_found_and_of_similar_ones_the_right_one() {
        let digest = Digest::of(b"a");
        let similar = |last: u8| {
            let mut bytes = *digest.as_bytes();
            bytes[31] = last;
            Digest::from_bytes(bytes)
        };
        assert!(digest.0[31] > 5 && digest.0[31] < 250);
        for around in [1, 5, 40_u8] {
            let mut entries = std::vec::Vec::new();
            entries.extend((0..around.min(5)).map(|n| entry("before", similar(n))));
            entries.extend((0..around).map(|_| entry("early", digest)));
            entries.push(entry("last", digest));
            entries.extend((0..around.min(5)).map(|n| entry("behind", similar(250 + n))));
            let ordered = Capabilities::new(&entries);
            assert!(ordered.ordered);
            assert_eq!(ordered.find(b"a").map(|entry| entry.id), Some("last"));
            assert_eq!(ordered.find(b"b").map(|entry| entry.id), None);
            entries.insert(0, entry("out of order", Digest::from_bytes([255; 32])));
            let unordered = Capabilities::new(&entries);
            assert!(!unordered.ordered);
            assert_eq!(unordered.find(b"a").map(|entry| entry.id), Some("last"));
        }
    }

    #[test]
    fn the_last_match_does_not_hide_the_first() {
        let stored = [Digest::of(b"a"), Digest::of(b"b"), Digest::of(b"c")];
        for (at, token) in [b"a", b"b", b"c"].into_iter().enumerate() {
            assert_eq!(find(token, stored.iter()), Some(at));
        }
        assert_eq!(find(b"d", stored.iter()), None);
        assert_eq!(find(b"d", [].iter()), None);
    }
}
