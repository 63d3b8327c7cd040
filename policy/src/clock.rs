//! The system's clock and random source, which the core does not read.

use doorward_core::{Form, UnixTime, capability};
use std::time::{SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// The system's time, or [`UnixTime::UNKNOWN`] if it has no clock or one that stands before 1970.
#[must_use]
pub fn now() -> UnixTime {
    // The standard library has no clock there, and panics when it is asked for one. firmware/ reads
    // policies on such a platform.
    if cfg!(target_os = "zkvm") {
        return UnixTime::UNKNOWN;
    }
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(UnixTime::UNKNOWN, |since| UnixTime::from_seconds(since.as_secs()))
}

/// A new capability token with 256 bits from the system's random source. The string is wiped on
/// drop.
///
/// # Errors
/// If the system has no random bytes to give.
pub fn new_token(form: Form) -> std::io::Result<Zeroizing<String>> {
    let mut entropy = Zeroizing::new([0; 32]);
    getrandom::fill(entropy.as_mut_slice()).map_err(std::io::Error::other)?;
    let mut text = Zeroizing::new([0; 64]);
    capability::generate(&entropy, form, text.as_mut_slice())
        .map(|token| Zeroizing::new(token.to_owned()))
        .map_err(std::io::Error::other)
}
