//! Deciding a request, and telling who came in.

use crate::boundary;
use crate::codes::*;
use crate::guard::{self, Out};
use crate::types::{
    doorward_address, doorward_bytes, doorward_decision, doorward_gate, doorward_request,
};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use doorward_core::{Decision, Gate, Reason, Request, Scheme, UnixTime, primitive, scope};

/// Decides one request: a pure function that allocates nothing and reads no clock.
///
/// @param gate         the gate
/// @param request      what arrived; it and its bytes are only read during the call
/// @param now          Unix time in seconds; 0: there is no clock, and what needs one is answered 9001
/// @param scratch      room for the decision's bytes, of any content
/// @param scratch_len  its bytes, at least `doorward_gate_scratch_bytes(gate)`
/// @param out          receives who comes in
///
/// @return `DOORWARD_OK`: the request may come in, and `*out` says on whose behalf. Any other number:
///         it may not, and `*out` is as it was. `doorward_reason_status` gives the HTTP status,
///         `doorward_gate_challenge` the header that goes with it. 1xxx and 9xxx (status 5xx) say that
///         there is no answer, for a reason that is not the peer's: 1001 an argument, 1003 alignment,
///         1004 `scratch_len`.
///
/// Ownership: `*out` points into `scratch` and is good until that is used again.
///
/// Threads: `gate` is only read; any number of calls may run at once, each with its own `scratch`, also
/// while another thread reloads the gate.
///
/// # Safety
/// Every pointer leads to what is said above; `scratch` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 2, 6)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_decide(
    gate: *const doorward_gate,
    request: *const doorward_request,
    now: u64,
    scratch: *mut u8,
    scratch_len: usize,
    out: *mut doorward_decision,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let state = unsafe { guard::gate(gate) }?;
        // The rules first: taking hold of them waits for what stands before it, and what stands behind it
        // is done beside the decision.
        state.with(
            #[inline(always)]
            |gate, bytes| {
                let now = UnixTime::from_seconds(now);
                // SAFETY: the caller's promise.
                if !unsafe { guard::are_plain(request, scratch, scratch_len, out) } {
                    // SAFETY: the caller's promise.
                    return unsafe {
                        decide_in_doubt(gate, bytes, request, now, scratch, scratch_len, out)
                    };
                }
                // SAFETY: the caller's promise, and nothing is in doubt.
                let (request, scratch, out) =
                    unsafe { guard::plain(request, scratch, scratch_len, out) };
                // SAFETY: as above.
                let mut arrived = unsafe { guard::request(request) };
                set_peer(&mut arrived, request)?;
                decide(gate, bytes, &arrived, now, scratch, out)
            },
        )
    })
}

/// Whether the credential carries a scope.
///
/// @param decision  what `doorward_gate_decide` wrote, with its scratch buffer not used since
/// @param scope     the scope
///
/// @return 1 or 0; 0 for an anonymous principal, and where an argument is wrong.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_decision_has_scope(
    decision: *const doorward_decision,
    scope: doorward_bytes,
) -> u32 {
    boundary::value(0, || {
        // SAFETY: the caller's promise.
        let (decision, wanted) =
            unsafe { (guard::shared(decision).ok()?, guard::text(scope).ok()?) };
        let carries = match decision.kind {
            DOORWARD_PRINCIPAL_CAPABILITY => {
                // SAFETY: as the caller promises.
                let scopes = unsafe { guard::text(decision.scopes) }.ok()?;
                !wanted.is_empty() && scopes.split(' ').any(|scope| scope == wanted)
            }
            DOORWARD_PRINCIPAL_TOKEN => {
                // SAFETY: as the caller promises.
                let claims = unsafe { guard::bytes(decision.claims) }.ok()?;
                // SAFETY: as the caller promises.
                let name = unsafe { guard::text(decision.scope_claim) }.ok()?;
                primitive::json_at(claims, &[name]).is_some_and(|claim| scope::lists(claim, wanted))
            }
            _ => false,
        };
        Some(u32::from(carries))
    })
}

/// Shows a request in the form of the core.
///
/// # Safety
/// The promise of [`guard`], for the request and all that it points to.
pub(crate) unsafe fn with_request<T>(
    from: &doorward_request,
    see: impl FnOnce(&Request<'_>) -> Result<T, Reason>,
) -> Result<T, Reason> {
    // SAFETY: as the caller promises.
    if unsafe { guard::in_doubt(from) } {
        // SAFETY: as the caller promises.
        return unsafe { with_request_anew(from, see) };
    }
    // SAFETY: as the caller promises, and nothing is in doubt.
    let mut request = unsafe { guard::request(from) };
    set_peer(&mut request, from)?;
    see(&request)
}

/// Adds the peer to a request, in its place: what was just written in small pieces is slow to copy.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn set_peer(request: &mut Request<'_>, from: &doorward_request) -> Result<(), Reason> {
    #[cfg_attr(target_pointer_width = "64", inline(never))]
    fn set(peer: &mut Option<IpAddr>, from: &doorward_address) -> Result<(), Reason> {
        *peer = address(from)?;
        Ok(())
    }
    if from.peer.kind == DOORWARD_ADDRESS_NONE {
        Ok(())
    } else {
        set(&mut request.peer, &from.peer)
    }
}

/// Shows a request whose pieces are judged and made anew, one by one.
///
/// # Safety
/// The promise of [`guard`], for the request and all that it points to.
#[cold]
#[inline(never)]
unsafe fn with_request_anew<T>(
    from: &doorward_request,
    see: impl FnOnce(&Request<'_>) -> Result<T, Reason>,
) -> Result<T, Reason> {
    // SAFETY: as the caller promises.
    let (method, target, lines) = unsafe {
        (
            guard::bytes(from.method)?,
            guard::bytes(from.target)?,
            guard::slice(from.headers, from.headers_len)?,
        )
    };
    let (scheme, peer) = (scheme(from.scheme)?, address(&from.peer)?);
    // SAFETY: as the caller promises.
    let headers = unsafe { guard::copied_headers(lines) }?;
    see(&Request { method, target, scheme, peer, headers: &headers })
}

/// The scheme of this number.
pub(crate) fn scheme(number: doorward_scheme) -> Result<Scheme, Reason> {
    match number {
        DOORWARD_HTTP => Ok(Scheme::Http),
        DOORWARD_HTTPS => Ok(Scheme::Https),
        _ => Err(Reason::NullArgument),
    }
}

/// The address, if there is one.
pub(crate) fn address(from: &doorward_address) -> Result<Option<IpAddr>, Reason> {
    match (from.kind, from.bytes.first_chunk::<4>()) {
        (DOORWARD_ADDRESS_NONE, _) => Ok(None),
        (DOORWARD_ADDRESS_V4, Some(bytes)) => Ok(Some(Ipv4Addr::from(*bytes).into())),
        (DOORWARD_ADDRESS_V6, _) => Ok(Some(Ipv6Addr::from(from.bytes).into())),
        _ => Err(Reason::NullArgument),
    }
}

/// As [`decide`], where something about the arguments may be wrong: each is judged by itself.
///
/// # Safety
/// The promise of [`guard`], for all of them.
#[cfg_attr(target_pointer_width = "64", cold, inline(never))]
unsafe fn decide_in_doubt(
    gate: &Gate<'_>,
    scratch_bytes: usize,
    request: *const doorward_request,
    now: UnixTime,
    scratch: *mut u8,
    scratch_len: usize,
    out: *mut doorward_decision,
) -> Result<(), Reason> {
    // SAFETY: as the caller promises.
    let (request, scratch, out) = unsafe {
        (guard::shared(request)?, guard::buffer(scratch, scratch_len)?, guard::out(out)?)
    };
    let decide =
        move |request: &Request<'_>| decide_once(gate, scratch_bytes, request, now, scratch, out);
    // SAFETY: as the caller promises.
    unsafe { with_request(request, decide) }
}

/// As [`decide`], for both ways that a request in doubt may take.
#[inline(never)]
fn decide_once(
    gate: &Gate<'_>,
    scratch_bytes: usize,
    request: &Request<'_>,
    now: UnixTime,
    scratch: &mut [u8],
    out: Out<doorward_decision>,
) -> Result<(), Reason> {
    decide(gate, scratch_bytes, request, now, scratch, out)
}

/// Decides in one part of the scratch buffer, and copies the names that the answer needs into the
/// other: the gate's own end with a reload.
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn decide(
    gate: &Gate<'_>,
    scratch_bytes: usize,
    request: &Request<'_>,
    now: UnixTime,
    scratch: &mut [u8],
    out: Out<doorward_decision>,
) -> Result<(), Reason> {
    let parts = scratch.split_at_mut_checked(scratch_bytes);
    let (core, room) = parts.ok_or(Reason::ScratchTooSmall)?;
    let start = core.as_ptr().addr();
    let decision = gate.decide(request, now, core);
    let who = match &decision {
        Decision::Deny(reason) => return Err(*reason),
        Decision::Allow(who) => who,
    };
    // Each kind is written by itself: most of what it has is nothing.
    let Some(claims) = who.claims() else {
        let (place, room) = put(room, who.place())?;
        let (mut kind, mut id, mut scopes) =
            (DOORWARD_PRINCIPAL_ANONYMOUS, doorward_bytes::NONE, doorward_bytes::NONE);
        if let Some(name) = who.id().and_then(|id| id.plain()) {
            kind = DOORWARD_PRINCIPAL_CAPABILITY;
            let (name, room) = put(room, name)?;
            (id, scopes) = (name, put_list(room, who.capability_scopes())?);
        }
        let expires = who.expires();
        out.set(doorward_decision {
            kind,
            has_expires: u32::from(expires.is_some()),
            expires: expires.unwrap_or_default(),
            id,
            place,
            key_id: doorward_bytes::NONE,
            scopes,
            scope_claim: doorward_bytes::NONE,
            claims: doorward_bytes::NONE,
        });
        return Ok(());
    };
    // First what is a call, around which everything else would be held in memory.
    let expires = who.expires();
    let (place, room) = put(room, who.place())?;
    let (scope_claim, room) = put(room, gate.scope.claim)?;
    let key_id = match who.key_id() {
        Some(key) => put(room, key)?.0,
        None => doorward_bytes::NONE,
    };
    let claims_text = doorward_bytes::of(claims.as_bytes());
    let (told, id) = if let Some(subject) = claims.plain_subject() {
        (claims_text, doorward_bytes::of(subject))
    } else {
        let is_there = claims.subject().is_some();
        resolve_subject(core, claims_text, start, is_there)?
    };
    out.set(doorward_decision {
        kind: DOORWARD_PRINCIPAL_TOKEN,
        has_expires: u32::from(expires.is_some()),
        expires: expires.unwrap_or_default(),
        id,
        place,
        key_id,
        scopes: doorward_bytes::NONE,
        scope_claim,
        claims: told,
    });
    Ok(())
}

/// The claims, which lie in this buffer, and their `sub`, if it is there: its escapes are resolved behind
/// them, where at least as much room is left. The buffer's address is `start`.
#[cold]
#[inline(never)]
fn resolve_subject(
    core: &mut [u8],
    claims: doorward_bytes,
    start: usize,
    is_there: bool,
) -> Result<(doorward_bytes, doorward_bytes), Reason> {
    if !is_there {
        return Ok((claims, doorward_bytes::NONE));
    }
    let from = claims.data.addr().checked_sub(start).ok_or(Reason::Internal)?;
    let end = from.checked_add(claims.len).ok_or(Reason::Internal)?;
    let (front, spare) = core.split_at_mut_checked(end).ok_or(Reason::Internal)?;
    let claims = front.get(from..).ok_or(Reason::Internal)?;
    let text = primitive::json_at(claims, &["sub"]).and_then(|value| value.as_str());
    let text = text.and_then(|text| text.copy_to(spare)).ok_or(Reason::Internal)?;
    Ok((doorward_bytes::of(claims), doorward_bytes::of(text.as_bytes())))
}

/// Copies a name to the beginning of the room, and gives the rest of the room.
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn put<'s>(room: &'s mut [u8], name: &str) -> Result<(doorward_bytes, &'s mut [u8]), Reason> {
    let name = name.as_bytes();
    let (place, rest) = room.split_at_mut_checked(name.len()).ok_or(Reason::ScratchTooSmall)?;
    if !(ends::<8>(name, place) || ends::<4>(name, place) || ends::<2>(name, place)) {
        place.copy_from_slice(name);
    }
    Ok((doorward_bytes::of(place), rest))
}

/// Copies words with one space between two.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn put_list(room: &mut [u8], words: &[&str]) -> Result<doorward_bytes, Reason> {
    match words {
        [] => Ok(doorward_bytes::of(room.get(..0).unwrap_or_default())),
        [one] => Ok(put(room, one)?.0),
        several => put_several(room, several),
    }
}

#[inline(never)]
fn put_several(room: &mut [u8], words: &[&str]) -> Result<doorward_bytes, Reason> {
    let (data, mut room, mut len) = (room.as_ptr(), room, 0_usize);
    for (at, word) in words.iter().enumerate() {
        let gap = if at > 0 { " " } else { "" };
        for part in [gap, word] {
            (_, room) = put(room, part)?;
            len = len.saturating_add(part.len());
        }
    }
    Ok(doorward_bytes { data, len })
}

/// Copies a text of N to 2 N bytes as its first and its last N, which overlap: for a few bytes that costs
/// less than a call of memcpy, where code is not to be small. Whether it did.
#[cfg_attr(target_pointer_width = "64", inline(always))]
fn ends<const N: usize>(from: &[u8], to: &mut [u8]) -> bool {
    if cfg!(not(target_pointer_width = "64")) || !(N..=2 * N).contains(&from.len()) {
        return false;
    }
    if let (Some(from), Some(to)) = (from.first_chunk::<N>(), to.first_chunk_mut::<N>()) {
        *to = *from;
    }
    if let (Some(from), Some(to)) = (from.last_chunk::<N>(), to.last_chunk_mut::<N>()) {
        *to = *from;
    }
    true
}
