//! Deciding a request, and telling who came in.

use crate::boundary;
use crate::codes::*;
use crate::guard::{self, Out};
use crate::types::{
    doorward_address, doorward_bytes, doorward_decision, doorward_gate, doorward_request,
};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use doorward_core::{Claims, Decision, Gate, Reason, Request, Scheme, UnixTime, primitive, scope};

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
        let (state, request, scratch, out) = unsafe {
            (
                guard::gate(gate)?,
                guard::shared(request)?,
                guard::buffer(scratch, scratch_len)?,
                guard::out(out)?,
            )
        };
        let now = UnixTime::from_seconds(now);
        // SAFETY: the caller's promise.
        unsafe {
            with_request(
                request,
                #[inline(always)]
                |arrived| {
                    state.with(
                        #[inline(always)]
                        |gate, bytes| {
                            let parts = scratch.split_at_mut_checked(bytes);
                            let (core, names) = parts.ok_or(Reason::ScratchTooSmall)?;
                            answer(gate, arrived, now, core, Names { room: names }, out)
                        },
                    )
                },
            )
        }
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
#[cfg_attr(target_pointer_width = "64", inline(always))]
pub(crate) unsafe fn with_request<T>(
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
    let scheme = scheme(from.scheme)?;
    // SAFETY: as the caller promises.
    if let Some(headers) = unsafe { guard::headers(lines) } {
        let mut request = Request { method, target, scheme, peer: None, headers };
        // The address is moved only where there is one, and the request not at all: what was just
        // written in small pieces is slow to copy.
        if from.peer.kind != DOORWARD_ADDRESS_NONE {
            set_peer(&mut request.peer, &from.peer)?;
        }
        return see(&request);
    }
    // SAFETY: as the caller promises.
    unsafe {
        guard::with_copied_headers(lines, move |headers| {
            let peer = address(&from.peer)?;
            see(&Request { method, target, scheme, peer, headers })
        })
    }
}

/// The scheme of this number.
pub(crate) fn scheme(number: doorward_scheme) -> Result<Scheme, Reason> {
    match number {
        DOORWARD_HTTP => Ok(Scheme::Http),
        DOORWARD_HTTPS => Ok(Scheme::Https),
        _ => Err(Reason::NullArgument),
    }
}

#[cfg_attr(target_pointer_width = "64", inline(never))]
fn set_peer(peer: &mut Option<IpAddr>, from: &doorward_address) -> Result<(), Reason> {
    *peer = address(from)?;
    Ok(())
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

/// Decides in one part of the scratch buffer, and copies the names that the answer needs into the
/// other: the gate's own end with a reload.
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn answer(
    gate: &Gate<'_>,
    request: &Request<'_>,
    now: UnixTime,
    core: &mut [u8],
    mut names: Names<'_>,
    out: Out<doorward_decision>,
) -> Result<(), Reason> {
    let start = core.as_ptr().addr();
    let decision = gate.decide(request, now, core);
    let who = match &decision {
        Decision::Deny(reason) => return Err(*reason),
        Decision::Allow(who) => who,
    };
    let (id, expires) = (who.id(), who.expires());
    let plain = id.and_then(|id| id.plain());
    let mut told = doorward_decision {
        kind: DOORWARD_PRINCIPAL_ANONYMOUS,
        has_expires: u32::from(expires.is_some()),
        expires: expires.unwrap_or_default(),
        id: doorward_bytes::NONE,
        place: names.add(who.place())?,
        key_id: doorward_bytes::NONE,
        scopes: doorward_bytes::NONE,
        scope_claim: doorward_bytes::NONE,
        claims: doorward_bytes::NONE,
    };
    // Each kind is written by itself: most of what it has is nothing.
    let Some(claims) = who.claims().map(Claims::as_bytes) else {
        if let Some(id) = plain {
            told.kind = DOORWARD_PRINCIPAL_CAPABILITY;
            told.id = names.add(id)?;
            told.scopes = names.add_list(who.capability_scopes())?;
        }
        out.set(told);
        return Ok(());
    };
    told.kind = DOORWARD_PRINCIPAL_TOKEN;
    told.scope_claim = names.add(gate.scope.claim)?;
    if let Some(key) = who.key_id() {
        told.key_id = names.add(key)?;
    }
    told.claims = doorward_bytes::of(claims);
    if let Some(plain) = plain {
        told.id = doorward_bytes::of(plain.as_bytes());
    } else if id.is_some() {
        let from = claims.as_ptr().addr().checked_sub(start);
        let end = from.and_then(|from| from.checked_add(claims.len()));
        let range = from.zip(end).ok_or(Reason::Internal)?;
        (told.claims, told.id) = resolve_subject(core, range)?;
    }
    out.set(told);
    Ok(())
}

/// The claims, which lie at this place, and their `sub`, whose escapes are resolved behind them, where at
/// least as much room is left.
#[cold]
fn resolve_subject(
    core: &mut [u8],
    (from, end): (usize, usize),
) -> Result<(doorward_bytes, doorward_bytes), Reason> {
    let (front, spare) = core.split_at_mut_checked(end).ok_or(Reason::Internal)?;
    let claims = front.get(from..).ok_or(Reason::Internal)?;
    let text = primitive::json_at(claims, &["sub"]).and_then(|value| value.as_str());
    let text = text.and_then(|text| text.copy_to(spare)).ok_or(Reason::Internal)?;
    Ok((doorward_bytes::of(claims), doorward_bytes::of(text.as_bytes())))
}

/// The end of the scratch buffer, which names are copied to one after the other.
struct Names<'s> {
    room: &'s mut [u8],
}

impl<'s> Names<'s> {
    /// One name.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn add(&mut self, name: &str) -> Result<doorward_bytes, Reason> {
        let (name, place) = (name.as_bytes(), self.take(name.len())?);
        if !(ends::<8>(name, place) || ends::<4>(name, place) || ends::<2>(name, place)) {
            place.copy_from_slice(name);
        }
        Ok(doorward_bytes::of(place))
    }

    /// The words with one space between two.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn add_list(&mut self, words: &[&str]) -> Result<doorward_bytes, Reason> {
        match words {
            [] => Ok(doorward_bytes::of(self.take(0)?)),
            [one] => self.add(one),
            several => self.add_several(several),
        }
    }

    #[inline(never)]
    fn add_several(&mut self, words: &[&str]) -> Result<doorward_bytes, Reason> {
        let gaps = words.len().saturating_sub(1);
        let len = words.iter().fold(gaps, |sum, word| sum.saturating_add(word.len()));
        let mut inside = Names { room: self.take(len)? };
        let whole = doorward_bytes { data: inside.room.as_ptr(), len };
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                inside.take(1)?.fill(b' ');
            }
            inside.take(word.len())?.copy_from_slice(word.as_bytes());
        }
        Ok(whole)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn take(&mut self, len: usize) -> Result<&'s mut [u8], Reason> {
        let room = core::mem::take(&mut self.room);
        let (place, rest) = room.split_at_mut_checked(len).ok_or(Reason::ScratchTooSmall)?;
        self.room = rest;
        Ok(place)
    }
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
