//! Single-use tickets: a capability token that opens once, within seconds.

use crate::codes::doorward_reason;
use crate::types::{
    DOORWARD_TICKET_PAYLOAD_BYTES, doorward_bytes, doorward_ticket_slot, doorward_tickets,
};
use crate::{boundary, guard, text};
use doorward_core::{Reason, UnixTime};

/// Makes an empty table of single-use tickets in memory of the caller's. A ticket carries what its
/// bearer may do from a request that was admitted to the WebSocket that a browser opens next, which has
/// no header to put a credential in: in its URL, where a lasting secret would end up in logs.
///
/// @param tickets  storage for the table, of any content
/// @param ttl      seconds for which a ticket is good: a few
/// @param slots    room for the tickets, of any content; may be NULL where `count` is 0
/// @param count    how many may be open at once. Each costs 128 bytes, and a redemption looks at all
///
/// @return `DOORWARD_OK`, 1001 or 1003.
///
/// Ownership: everything stays the caller's. `tickets` and `slots` stay where they are and unchanged
/// until `doorward_tickets_wipe(tickets)`.
///
/// Threads: nobody else uses `tickets` and `slots` meanwhile.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_tickets_init(
    tickets: *mut doorward_tickets,
    ttl: u64,
    slots: *mut doorward_ticket_slot,
    count: usize,
) -> doorward_reason {
    // SAFETY: the caller's promise.
    boundary::run(|| unsafe { guard::place_tickets(tickets, ttl, slots, count) })
}

/// Wipes a table of tickets and its slots.
///
/// @param tickets  the table; NULL and zeroed storage are fine: nothing is done
///
/// Threads: nobody else uses the table during the call or afterwards.
///
/// # Safety
/// Every pointer leads to what is said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_tickets_wipe(tickets: *mut doorward_tickets) {
    boundary::value((), || {
        // SAFETY: the caller's promise.
        unsafe { guard::wipe_tickets(tickets) };
        Some(())
    });
}

/// Issues a ticket. Tickets whose time is over make room.
///
/// @param tickets  the table
/// @param entropy  32 bytes from a cryptographic random source, other ones each time: wipe them
///                 afterwards
/// @param payload  what the ticket stands for, such as who asked for it: at most
///                 `DOORWARD_TICKET_PAYLOAD_BYTES`
/// @param now      Unix time in seconds; 0: there is no clock
/// @param out      room for the ticket: `DOORWARD_TICKET_BYTES` characters of base64url
/// @param out_len  its bytes
/// @param written  receives the ticket's length; there is no NUL behind it
///
/// @return `DOORWARD_OK`, 9002 store_unavailable if all slots are taken, 9001 clock_unavailable, 1011
///         output_too_small for a small `out` or a long payload, 1001 or 1003.
///
/// Threads: one call at a time for each table, of this function and the next: lock around them.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 2, 7)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_ticket_issue(
    tickets: *mut doorward_tickets,
    entropy: *const [u8; 32],
    payload: doorward_bytes,
    now: u64,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (tickets, entropy, payload, out, written) = unsafe {
            (
                guard::tickets(tickets)?,
                guard::shared(entropy)?,
                guard::bytes(payload)?,
                guard::buffer(out, out_len)?,
                guard::out(written)?,
            )
        };
        written.set(tickets.issue(entropy, payload, UnixTime::from_seconds(now), out)?.len());
        Ok(())
    })
}

/// Redeems a ticket: gives its payload, once. A ticket that is too old is used up all the same.
///
/// @param tickets  the table
/// @param token    what was presented
/// @param now      Unix time in seconds; 0: there is no clock, and nothing is used up
/// @param out      room for the payload: `DOORWARD_TICKET_PAYLOAD_BYTES`, whatever its length
/// @param out_len  its bytes
/// @param written  receives the payload's length; there is no NUL behind it
///
/// @return `DOORWARD_OK`, 4004 capability_unknown, 6004 token_already_used, 5005 token_expired, 9001
///         clock_unavailable; 1011 output_too_small, 1001 or 1003, which use nothing up.
///
/// Threads: one call at a time for each table, of this function and the last: lock around them. Two at
/// once might both redeem one ticket.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 6)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_ticket_redeem(
    tickets: *mut doorward_tickets,
    token: doorward_bytes,
    now: u64,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (tickets, token, out, written) = unsafe {
            (
                guard::tickets(tickets)?,
                guard::bytes(token)?,
                guard::buffer(out, out_len)?,
                guard::out(written)?,
            )
        };
        if out.len() < DOORWARD_TICKET_PAYLOAD_BYTES {
            return Err(Reason::OutputTooSmall);
        }
        let payload = tickets.redeem(token, UnixTime::from_seconds(now))?;
        written.set(text::copy(payload, out)?);
        Ok(())
    })
}
