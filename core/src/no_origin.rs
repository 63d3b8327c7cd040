//! 3. Which page asks: **not judged**. This build is without the feature `origin`.
//!
//! It decides as a policy does that says `mode = "off"`: for devices that no browser talks to. Rules for
//! origins cannot be written down here, so that none is passed over in silence, and there is no default:
//! whoever builds a gate says [`OriginRules::off`].

use crate::host::Authority;
use crate::reason::Reason;
use crate::request::{Judged, Scheme};
use core::marker::PhantomData;

/// Which pages may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginMode {
    /// Nothing is judged.
    Off,
}

/// What the origin stage judges by: nothing.
#[derive(Clone, Copy, Debug)]
pub struct OriginRules<'c> {
    /// Which pages may ask.
    pub mode: OriginMode,
    rules: PhantomData<&'c ()>,
}

/// What the origin stage found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The page may ask, or there is none.
    Settled,
    /// Of builds that judge pages.
    OwesCredential,
}

impl OriginRules<'_> {
    /// Any page may ask, that of an attacker as well.
    #[must_use]
    pub const fn off() -> Self {
        Self { mode: OriginMode::Off, rules: PhantomData }
    }

    /// Judges no page. Two `Origin` lines are refused in every mode: whoever reads the request next could
    /// pick either.
    ///
    /// # Errors
    /// [`Reason::OriginDuplicate`].
    pub fn judge(
        &self,
        judged: &Judged<'_>,
        _: &Authority<'_>,
        _: impl FnOnce() -> bool,
    ) -> Result<Page, Reason> {
        judged.origin.single(Reason::OriginDuplicate).map(|_| Page::Settled)
    }

    /// None without [`Self::judge`].
    pub(crate) const fn admits(&self, _: &Judged<'_>, _: Scheme, _: &[u8]) -> bool {
        false
    }
}
