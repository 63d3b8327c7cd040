//! Deciding a request, and telling who came in.

use crate::boundary;
use crate::codes::*;
use crate::guard::{self, Out};
use crate::types::{
    doorward_address, doorward_bytes, doorward_decision, doorward_gate, doorward_request,
};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::ops::Range;
use doorward_core::{
    Decision, Gate, JsonStr, Principal, Reason, Request, Scheme, UnixTime, primitive, scope,
};

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
        // SAFETY: the caller's promise.
        unsafe {
            with_request(request, |request| {
                state.with(|gate| decide(gate, request, UnixTime::from_seconds(now), scratch, out))
            })
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
pub(crate) unsafe fn with_request<T>(
    request: &doorward_request,
    see: impl FnOnce(&Request<'_>) -> Result<T, Reason>,
) -> Result<T, Reason> {
    // SAFETY: as the caller promises.
    let (method, target) =
        unsafe { (guard::bytes(request.method)?, guard::bytes(request.target)?) };
    let (scheme, peer) = (scheme(request.scheme)?, address(&request.peer)?);
    // SAFETY: as the caller promises.
    unsafe {
        guard::with_headers(request.headers, request.headers_len, |headers| {
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

/// The address, if there is one.
pub(crate) fn address(from: &doorward_address) -> Result<Option<IpAddr>, Reason> {
    match (from.kind, from.bytes.first_chunk::<4>()) {
        (DOORWARD_ADDRESS_NONE, _) => Ok(None),
        (DOORWARD_ADDRESS_V4, Some(bytes)) => Ok(Some(Ipv4Addr::from(*bytes).into())),
        (DOORWARD_ADDRESS_V6, _) => Ok(Some(Ipv6Addr::from(from.bytes).into())),
        _ => Err(Reason::NullArgument),
    }
}

/// Decides, and moves all that the answer needs into the scratch buffer: the gate's own texts end with
/// a reload.
pub(crate) fn decide(
    gate: &Gate<'_>,
    request: &Request<'_>,
    now: UnixTime,
    scratch: &mut [u8],
    out: Out<doorward_decision>,
) -> Result<(), Reason> {
    let (core, names) =
        scratch.split_at_mut_checked(gate.scratch_bytes()).ok_or(Reason::ScratchTooSmall)?;
    let start = core.as_ptr().addr();
    let mut decision = NOBODY;
    let parts = match gate.decide(request, now, core) {
        Decision::Deny(reason) => return Err(reason),
        Decision::Allow(principal) => {
            describe(&principal, gate.scope.claim, names, start, &mut decision)?
        }
    };
    let Some(Parts { claims, subject }) = parts else {
        out.set(decision);
        return Ok(());
    };
    // The claims lie at the front; behind them is at least as much room again.
    let (front, spare) = core.split_at_mut_checked(claims.end).ok_or(Reason::Internal)?;
    let claims = front.get(claims).ok_or(Reason::Internal)?;
    decision.claims = doorward_bytes::of(claims);
    decision.id = match subject {
        Subject::None => doorward_bytes::NONE,
        Subject::Plain(range) => doorward_bytes::of(front.get(range).ok_or(Reason::Internal)?),
        Subject::Escaped => {
            let text = primitive::json_at(claims, &["sub"]).and_then(|value| value.as_str());
            let text = text.and_then(|text| text.copy_to(spare)).ok_or(Reason::Internal)?;
            doorward_bytes::of(text.as_bytes())
        }
    };
    out.set(decision);
    Ok(())
}

/// A decision before it is filled.
const NOBODY: doorward_decision = doorward_decision {
    kind: DOORWARD_PRINCIPAL_NONE,
    has_expires: 0,
    expires: 0,
    id: doorward_bytes::NONE,
    place: doorward_bytes::NONE,
    key_id: doorward_bytes::NONE,
    scopes: doorward_bytes::NONE,
    scope_claim: doorward_bytes::NONE,
    claims: doorward_bytes::NONE,
};

/// Where a token's texts are in the scratch buffer.
struct Parts {
    claims: Range<usize>,
    subject: Subject,
}

enum Subject {
    None,
    Plain(Range<usize>),
    Escaped,
}

#[cfg_attr(target_pointer_width = "64", inline(always))]
fn describe(
    principal: &Principal<'_>,
    scope_claim: &str,
    names: &mut [u8],
    start: usize,
    decision: &mut doorward_decision,
) -> Result<Option<Parts>, Reason> {
    let mut names = Names { room: names };
    decision.kind = DOORWARD_PRINCIPAL_ANONYMOUS;
    if let Some(expires) = principal.expires() {
        (decision.has_expires, decision.expires) = (1, expires);
    }
    decision.place = names.add(&[principal.place()])?;
    let Some(claims) = principal.claims() else {
        if let Some(id) = principal.id().and_then(|id| id.plain()) {
            decision.kind = DOORWARD_PRINCIPAL_CAPABILITY;
            decision.id = names.add(&[id])?;
            decision.scopes = names.add(principal.capability_scopes())?;
        }
        return Ok(None);
    };
    decision.kind = DOORWARD_PRINCIPAL_TOKEN;
    decision.scope_claim = names.add(&[scope_claim])?;
    if let Some(key) = principal.key_id() {
        decision.key_id = names.add(&[key])?;
    }
    let range = |text: &str| {
        let from = text.as_ptr().addr().checked_sub(start)?;
        Some(from..from.checked_add(text.len())?)
    };
    let subject = match principal.id().map(|id: JsonStr<'_>| id.plain()) {
        None => Subject::None,
        Some(None) => Subject::Escaped,
        Some(Some(plain)) => Subject::Plain(range(plain).ok_or(Reason::Internal)?),
    };
    let claims = range(claims.json()).ok_or(Reason::Internal)?;
    Ok(Some(Parts { claims, subject }))
}

/// The end of the scratch buffer, which names are copied to one after the other.
struct Names<'s> {
    room: &'s mut [u8],
}

impl Names<'_> {
    /// The words with one space between two.
    fn add(&mut self, words: &[&str]) -> Result<doorward_bytes, Reason> {
        let gaps = words.len().saturating_sub(1);
        let len = words.iter().fold(gaps, |sum, word| sum.saturating_add(word.len()));
        let room = core::mem::take(&mut self.room);
        let (place, rest) = room.split_at_mut_checked(len).ok_or(Reason::ScratchTooSmall)?;
        self.room = rest;
        let mut left = &mut *place;
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                let split = core::mem::take(&mut left).split_first_mut();
                let (gap, behind) = split.ok_or(Reason::Internal)?;
                *gap = b' ';
                left = behind;
            }
            let split = core::mem::take(&mut left).split_at_mut_checked(word.len());
            let (copy, behind) = split.ok_or(Reason::Internal)?;
            copy.copy_from_slice(word.as_bytes());
            left = behind;
        }
        Ok(doorward_bytes::of(place))
    }
}
