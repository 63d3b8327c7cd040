//! The vector code of doorward, apart from the core so that the core has no unsafe code.
//!
//! Everything begins with a [`Vector`], which exists only where the CPU has what the code needs: its
//! methods are safe to call. Where there is none, nothing of this crate is in the binary, and the
//! core does the same work with safe, portable code; the tests hold the two against each other.
//!
//! `RUSTFLAGS='--cfg doorward_backend="portable"'` leaves the vector code out of any build.

#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::multiple_unsafe_ops_per_block,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "no byte from the network may end the program"
)]

#[cfg(all(target_arch = "x86_64", not(doorward_backend = "portable")))]
mod x86;
#[cfg(all(target_arch = "x86_64", not(doorward_backend = "portable")))]
pub use x86::{Keyed, Vector};

#[cfg(not(all(target_arch = "x86_64", not(doorward_backend = "portable"))))]
mod none;
#[cfg(not(all(target_arch = "x86_64", not(doorward_backend = "portable"))))]
pub use none::{Keyed, Vector};

/// The state that SHA-256 begins with (FIPS 180-4 §5.3.3).
pub const SHA256_START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Where a payload is decoded to.
pub struct Room<'r> {
    /// At least [`text_room`] bytes for the text. What lies behind the text is overwritten.
    pub text: &'r mut [u8],
    /// For the places of the quotes, each a little-endian `u16`. If they do not fit, they are left
    /// out.
    pub quotes: &'r mut [[u8; 2]],
}

/// Prints how much room there is: in it is a token's text.
impl core::fmt::Debug for Room<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Room({} bytes, {} quotes)", self.text.len(), self.quotes.len())
    }
}

/// Bytes of room for the text of a payload of so many characters: a whole number of steps, and sixteen more,
/// so that a reader may take as many at a time.
#[must_use]
pub const fn text_room(chars: usize) -> usize {
    (chars / 64).saturating_add(1).saturating_mul(48).saturating_add(16)
}

/// Work that waits for the text of a payload and for no hash, in two pieces, which are done while the hash is on
/// its way. Each gets the text, with what lies behind it in the room, and the room of the quotes.
///
/// **Nothing is proven yet.** What comes of it counts for nothing before the MAC is known to be right, and how much it
/// does is to be bounded by more than the token's length.
pub trait Beside {
    /// The first piece.
    fn first(&mut self, vector: Vector, found: Decoded, text: &[u8], quotes: &mut [[u8; 2]]);

    /// The second piece, of the same text.
    fn then(&mut self, vector: Vector, found: Decoded, text: &[u8], quotes: &mut [[u8; 2]]);
}

/// No work.
impl Beside for () {
    fn first(&mut self, _: Vector, _: Decoded, _: &[u8], _: &mut [[u8; 2]]) {}
    fn then(&mut self, _: Vector, _: Decoded, _: &[u8], _: &mut [[u8; 2]]) {}
}

/// What decoding a payload has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Bytes of text.
    pub len: usize,
    /// Whether the text is ASCII.
    pub ascii: bool,
    /// How many quotes (`"`) stand in the text, if all their places are noted and no backslash is there: then a JSON
    /// string ends at the next quote. In a text that is ASCII there is no control character then either; of another
    /// nothing is said about them.
    pub quotes: Option<usize>,
}
