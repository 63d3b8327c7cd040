//! No vector code for this target, or none wanted.

use crate::{Beside, Decoded, Room};

/// Vector code that is not there: no value of this type can be.
#[derive(Clone, Copy, Debug)]
pub enum Vector {}

/// The states of a key that no code is there for.
#[derive(Debug)]
pub enum Keyed {}

impl Vector {
    /// Always `None`.
    #[must_use]
    #[inline(always)]
    pub const fn detect() -> Option<Self> {
        None
    }

    /// Never called.
    #[must_use]
    pub const fn keyed(self, _: &[u32; 8], _: &[u32; 8]) -> Keyed {
        match self {}
    }

    /// Never called.
    #[must_use]
    pub fn hs256(
        self,
        _: &Keyed,
        _: &[u8],
        _: usize,
        _: &[u8; 43],
        _: Room<'_>,
        _: &mut dyn Beside,
    ) -> Option<(bool, Decoded)> {
        match self {}
    }

    /// Never called.
    #[must_use]
    pub fn decode(self, _: &[u8], _: Room<'_>) -> Option<Decoded> {
        match self {}
    }

    /// Never called.
    #[must_use]
    pub const fn short_sha256(self, _: &[u8]) -> Option<[u8; 32]> {
        match self {}
    }

    /// Never called.
    #[must_use]
    pub const fn leading_digits(self, _: &[u8; 16]) -> u32 {
        match self {}
    }
}
