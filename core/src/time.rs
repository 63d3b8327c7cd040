//! The time is an argument: the core reads no clock.

use crate::reason::Reason;

/// Whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(u64);

impl UnixTime {
    /// The time is not known. Whatever needs it is answered [`Reason::ClockUnavailable`]: a board
    /// whose clock was never set must not take every expired token for a good one. It is the number
    /// 0, which is what such a clock reads.
    pub const UNKNOWN: Self = Self(0);

    /// A time from its seconds; 0 is [`UnixTime::UNKNOWN`].
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// The seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }

    pub(crate) const fn known(self) -> Result<u64, Reason> {
        match self {
            Self::UNKNOWN => Err(Reason::ClockUnavailable),
            Self(seconds) => Ok(seconds),
        }
    }
}
