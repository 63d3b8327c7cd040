//! Single-use tickets: a capability token that opens once, within seconds.
//!
//! For handing a browser's WebSocket what it may do without leaving a lasting secret in a URL. The
//! table is the caller's; the gate itself keeps no state.

use crate::capability::{self, Digest, Form};
use crate::reason::Reason;
use crate::time::UnixTime;
use heapless::Vec;

/// Longest payload of a ticket, in bytes.
pub const MAX_PAYLOAD_BYTES: usize = 64;

/// A table of at most `N` open tickets.
#[derive(Debug)]
pub struct Tickets<const N: usize> {
    ttl: u64,
    open: Vec<Ticket, N>,
}

struct Ticket {
    digest: Digest,
    payload: Vec<u8, MAX_PAYLOAD_BYTES>,
    expires: u64,
    used: bool,
}

/// Prints the state: the payload is the caller's.
impl core::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Ticket(used: {})", self.used)
    }
}

impl<const N: usize> Tickets<N> {
    /// An empty table whose tickets are good up to the second that lies `ttl` after their issue.
    #[must_use]
    pub const fn new(ttl: u64) -> Self {
        Self { ttl, open: Vec::new() }
    }

    /// Issues a ticket from 32 bytes of a cryptographic random source: 43 characters of base64url,
    /// written to the beginning of `out`. Tickets whose time is over make room.
    ///
    /// # Errors
    /// [`Reason::StoreUnavailable`] if `N` tickets are open; [`Reason::ClockUnavailable`];
    /// [`Reason::OutputTooSmall`] if `out` is shorter than the ticket or `payload` longer than
    /// [`MAX_PAYLOAD_BYTES`].
    pub fn issue<'o>(
        &mut self,
        entropy: &[u8; 32],
        payload: &[u8],
        now: UnixTime,
        out: &'o mut [u8],
    ) -> Result<&'o str, Reason> {
        let now = now.known()?;
        let token = capability::generate(entropy, Form::Base64Url, out)?;
        let payload = Vec::from_slice(payload).map_err(|_| Reason::OutputTooSmall)?;
        self.open.retain(|ticket| ticket.expires >= now);
        let digest = Digest::of(token.as_bytes());
        let expires = now.saturating_add(self.ttl);
        self.open
            .push(Ticket { digest, payload, expires, used: false })
            .map_err(|_| Reason::StoreUnavailable)?;
        Ok(token)
    }

    /// Redeems a ticket: its payload, once. A ticket that is too old is used up all the same.
    ///
    /// # Errors
    /// [`Reason::CapabilityUnknown`], [`Reason::TokenAlreadyUsed`], [`Reason::TokenExpired`] or
    /// [`Reason::ClockUnavailable`].
    pub fn redeem(&mut self, token: &[u8], now: UnixTime) -> Result<&[u8], Reason> {
        let now = now.known()?;
        let index = capability::find(token, self.open.iter().map(|ticket| &ticket.digest));
        let ticket =
            index.and_then(|index| self.open.get_mut(index)).ok_or(Reason::CapabilityUnknown)?;
        if core::mem::replace(&mut ticket.used, true) {
            return Err(Reason::TokenAlreadyUsed);
        }
        if now > ticket.expires { Err(Reason::TokenExpired) } else { Ok(&ticket.payload) }
    }
}
