//! Before the first request: whether a listener may be opened at all.

use crate::reason::Reason;
use core::net::IpAddr;

/// What happens to a listener that other machines reach while no credential is configured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unprotected {
    /// It is refused.
    #[default]
    Refuse,
    /// It is reported.
    Warn,
}

/// That a listener may be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Startup {
    /// It is protected, or only this machine reaches it.
    Protected,
    /// It is not, and the policy said to warn only.
    Warned,
}

/// Judges a listener before it is opened: one that is not on loopback and has no credential
/// configured lets everybody in.
///
/// # Errors
/// [`Reason::StartupUnprotected`].
pub fn startup_check(
    address: IpAddr,
    credential_configured: bool,
    mode: Unprotected,
) -> Result<Startup, Reason> {
    if credential_configured || is_loopback(address) {
        return Ok(Startup::Protected);
    }
    match mode {
        Unprotected::Refuse => Err(Reason::StartupUnprotected),
        Unprotected::Warn => Ok(Startup::Warned),
    }
}

/// Whether only this machine reaches the address: 127.0.0.0/8, `::1`, and the first inside IPv6.
#[must_use]
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}
