//! The system's clock and random source, which the core does not read.

use doorward_core::{Form, UnixTime, capability};
use zeroize::Zeroizing;

/// The system's time, or [`UnixTime::UNKNOWN`] if it has no clock or one that stands before 1970.
///
/// Whole seconds are all that a decision needs, so on Linux this is the clock of the last tick, some
/// milliseconds old: the exact one costs a tenth of a verification.
#[must_use]
#[cfg(target_os = "linux")]
pub fn now() -> UnixTime {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
    u64::try_from(time.tv_sec).map_or(UnixTime::UNKNOWN, UnixTime::from_seconds)
}

/// The system's time, or [`UnixTime::UNKNOWN`] if it has no clock or one that stands before 1970.
#[must_use]
#[cfg(not(target_os = "linux"))]
pub fn now() -> UnixTime {
    use std::time::{SystemTime, UNIX_EPOCH};
    // The standard library has no clock there, and panics when it is asked for one. firmware/ reads
    // policies on such a platform.
    if cfg!(target_os = "zkvm") {
        return UnixTime::UNKNOWN;
    }
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(UnixTime::UNKNOWN, |since| UnixTime::from_seconds(since.as_secs()))
}

/// 32 bytes from the system's random source, as a token or a ticket is made from. Wiped on drop.
///
/// # Errors
/// If the system has no random bytes to give.
pub fn entropy() -> std::io::Result<Zeroizing<[u8; 32]>> {
    let mut entropy = Zeroizing::new([0; 32]);
    getrandom::fill(entropy.as_mut_slice()).map_err(std::io::Error::other)?;
    Ok(entropy)
}

/// A new capability token with 256 bits from the system's random source. The string is wiped on
/// drop.
///
/// # Errors
/// If the system has no random bytes to give.
pub fn new_token(form: Form) -> std::io::Result<Zeroizing<String>> {
    let entropy = entropy()?;
    let mut text = Zeroizing::new([0; 64]);
    capability::generate(&entropy, form, text.as_mut_slice())
        .map(|token| Zeroizing::new(token.to_owned()))
        .map_err(std::io::Error::other)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::time::{SystemTime, UNIX_EPOCH};

    #[test]
    fn the_cheap_clock_tells_the_time() {
        // Between two readings of the exact one, the older by a tick at most.
        let exact = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let before = exact();
        let cheap = now().seconds();
        assert!((before - 1..=exact()).contains(&cheap));
    }
}
