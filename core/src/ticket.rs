//! Single-use tickets: a capability token that opens once, within seconds.
//!
//! For handing a browser's WebSocket what it may do without leaving a lasting secret in a URL. The
//! table is the caller's; the gate itself keeps no state.

use crate::capability::{self, Digest, Form};
use crate::reason::Reason;
use crate::time::UnixTime;
use core::fmt;
use heapless::Vec;

/// Longest payload of a ticket, in bytes.
pub const MAX_PAYLOAD_BYTES: usize = 64;

/// A table of at most `N` open tickets.
pub struct Tickets<const N: usize> {
    ttl: u64,
    slots: [TicketSlot; N],
    open: usize,
}

/// A table of open tickets in slots of the caller's: for a number that is not known before.
pub struct TicketTable<'t> {
    ttl: u64,
    slots: &'t mut [TicketSlot],
    open: usize,
}

/// Room for one ticket.
pub struct TicketSlot {
    digest: Digest,
    payload: Vec<u8, MAX_PAYLOAD_BYTES>,
    expires: u64,
    used: bool,
}

impl TicketSlot {
    /// A slot with no ticket in it.
    pub const EMPTY: Self =
        Self { digest: Digest::from_bytes([0; 32]), payload: Vec::new(), expires: 0, used: true };
}

impl<const N: usize> Tickets<N> {
    /// An empty table whose tickets are good up to the second that lies `ttl` after their issue.
    #[must_use]
    pub const fn new(ttl: u64) -> Self {
        Self { ttl, slots: [TicketSlot::EMPTY; N], open: 0 }
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
        issue(&mut self.slots, &mut self.open, self.ttl, entropy, payload, now, out)
    }

    /// Redeems a ticket: its payload, once. A ticket that is too old is used up all the same.
    ///
    /// # Errors
    /// [`Reason::CapabilityUnknown`], [`Reason::TokenAlreadyUsed`], [`Reason::TokenExpired`] or
    /// [`Reason::ClockUnavailable`].
    pub fn redeem(&mut self, token: &[u8], now: UnixTime) -> Result<&[u8], Reason> {
        redeem(&mut self.slots, self.open, token, now)
    }
}

impl<'t> TicketTable<'t> {
    /// An empty table; what is in the slots is given up.
    #[must_use]
    pub const fn new(ttl: u64, slots: &'t mut [TicketSlot]) -> Self {
        Self { ttl, slots, open: 0 }
    }

    /// As [`Tickets::issue`], with as many open tickets as there are slots.
    ///
    /// # Errors
    /// As [`Tickets::issue`].
    pub fn issue<'o>(
        &mut self,
        entropy: &[u8; 32],
        payload: &[u8],
        now: UnixTime,
        out: &'o mut [u8],
    ) -> Result<&'o str, Reason> {
        issue(self.slots, &mut self.open, self.ttl, entropy, payload, now, out)
    }

    /// As [`Tickets::redeem`].
    ///
    /// # Errors
    /// As [`Tickets::redeem`].
    pub fn redeem(&mut self, token: &[u8], now: UnixTime) -> Result<&[u8], Reason> {
        redeem(self.slots, self.open, token, now)
    }
}

/// Prints the number: what is in the tickets is the caller's.
impl<const N: usize> fmt::Debug for Tickets<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tickets").field("open", &self.open).finish_non_exhaustive()
    }
}

/// Prints the number: what is in the tickets is the caller's.
impl fmt::Debug for TicketTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketTable").field("open", &self.open).finish_non_exhaustive()
    }
}

/// Prints whether it is used up: the payload is the caller's.
impl fmt::Debug for TicketSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketSlot(used: {})", self.used)
    }
}

fn issue<'o>(
    slots: &mut [TicketSlot],
    open: &mut usize,
    ttl: u64,
    entropy: &[u8; 32],
    payload: &[u8],
    now: UnixTime,
    out: &'o mut [u8],
) -> Result<&'o str, Reason> {
    let now = now.known()?;
    let token = capability::generate(entropy, Form::Base64Url, out)?;
    let payload = Vec::from_slice(payload).map_err(|_| Reason::OutputTooSmall)?;
    *open = retain_valid(slots, *open, now);
    let slot = slots.get_mut(*open).ok_or(Reason::StoreUnavailable)?;
    let digest = Digest::of(token.as_bytes());
    *slot = TicketSlot { digest, payload, expires: now.saturating_add(ttl), used: false };
    *open = open.saturating_add(1);
    Ok(token)
}

/// Moves the tickets whose time is not over to the front, in their order, and counts them.
fn retain_valid(slots: &mut [TicketSlot], open: usize, now: u64) -> usize {
    let mut kept = 0_usize;
    for at in 0..open {
        if slots.get(at).is_some_and(|ticket| ticket.expires >= now) {
            // The same place twice is an error here, and nothing to move.
            if let Ok([place, ticket]) = slots.get_disjoint_mut([kept, at]) {
                core::mem::swap(place, ticket);
            }
            kept = kept.saturating_add(1);
        }
    }
    kept
}

fn redeem<'t>(
    slots: &'t mut [TicketSlot],
    open: usize,
    token: &[u8],
    now: UnixTime,
) -> Result<&'t [u8], Reason> {
    let now = now.known()?;
    let tickets = slots.iter().take(open).map(|ticket| &ticket.digest);
    let index = capability::find(token, tickets);
    let ticket = index.and_then(|index| slots.get_mut(index)).ok_or(Reason::CapabilityUnknown)?;
    if core::mem::replace(&mut ticket.used, true) {
        return Err(Reason::TokenAlreadyUsed);
    }
    if now > ticket.expires { Err(Reason::TokenExpired) } else { Ok(&ticket.payload) }
}
