//! A gate whose rules are a C structure and whose memory is the caller's: no heap, no std.

use crate::codes::*;
use crate::gate::State;
use crate::guard::{self, Arena};
#[cfg(feature = "jwt")]
use crate::types::doorward_key_entry;
use crate::types::{
    doorward_bytes, doorward_capability_entry, doorward_config, doorward_gate, doorward_list,
};
use crate::{boundary, text};
use core::mem::{align_of, size_of};
use doorward_core::limits::{
    MAX_KID_BYTES, MAX_LEEWAY, MAX_REALM_BYTES, MAX_TOKEN_BYTES, MIN_TOKEN_LIMIT,
};
#[cfg(feature = "origin")]
use doorward_core::{AbsentOrigin, OriginMode, OriginPattern, Origins, origin::canonical};
use doorward_core::{
    Capabilities, Capability, Cidr, CredentialRules, Digest, Gate, HostPattern, HostRules, Jwt,
    Key, OriginRules, Place, Reason, ScopeRules, UnixTime,
};
#[cfg(feature = "jwt")]
use doorward_core::{ClaimRules, limits::MAX_KEYS};

/// Makes a gate in memory of the caller's, without a heap.
///
/// @param gate        storage for the gate, of any content
/// @param config      the rules; the structure and its lists are only read during the call, but the
///                    *texts* and the bytes they point to are not copied (secrets excepted)
/// @param memory      room for what is made of the rules; any alignment
/// @param memory_len  its bytes: `doorward_gate_memory_bytes(config)` are enough
///
/// @return `DOORWARD_OK`, or 1005 config_invalid, 1006 key_invalid, 1007 origin_rule_invalid,
///         1008 host_rule_invalid, 1009 capability_invalid, 1002 storage_too_small, 1001, 1003. The
///         gate is written only on success; `memory` is wiped after a failure.
///
/// Ownership: everything stays the caller's. `gate`, `memory` and the texts of `config` stay where they
/// are and unchanged until `doorward_gate_free(gate)`, which wipes `gate` and `memory`.
///
/// Threads: nobody else uses `gate` and `memory` meanwhile. Afterwards the gate is shared as `const`.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 2)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_init(
    gate: *mut doorward_gate,
    config: *const doorward_config,
    memory: *mut u8,
    memory_len: usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        unsafe { guard::out(gate) }?;
        // SAFETY: as the caller promises.
        let (config, arena) = unsafe { (guard::shared(config)?, Arena::new(memory, memory_len)?) };
        match build(config, arena) {
            Ok(rules) => {
                let state = State::Rules {
                    scratch_bytes: rules.scratch_bytes(),
                    gate: rules,
                    memory,
                    len: memory_len,
                };
                // SAFETY: as the caller promises.
                unsafe { guard::place_gate(gate, state) }
            }
            Err(reason) => {
                // SAFETY: as the caller promises.
                unsafe { guard::wipe(memory, memory_len) };
                Err(reason)
            }
        }
    })
}

/// Bytes of memory that `doorward_gate_init` needs for these rules.
///
/// @param config  the rules; only the lengths and the origins are looked at
///
/// @return the bytes; 0 if `config` or one of its lists is NULL or misaligned where it must not be.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_memory_bytes(config: *const doorward_config) -> usize {
    boundary::value(0, || {
        // SAFETY: the caller's promise.
        let config = unsafe { guard::shared(config) }.ok()?;
        memory_bytes(config).ok()
    })
}

/// Ends a gate: wipes its rules and keys, and gives back the memory of one that was opened.
///
/// @param gate  a gate that was made with `doorward_gate_init`, whose memory is the caller's again
///              afterwards, or with `doorward_gate_open` or `doorward_gate_from_policy`, whose pointer
///              is not used again. NULL and zeroed storage are fine: nothing is done.
///
/// Threads: nobody else uses the gate during the call or afterwards.
///
/// # Safety
/// Every pointer leads to what is said above. No gate from the heap is freed twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_free(gate: *mut doorward_gate) {
    boundary::value((), || {
        // SAFETY: the caller's promise.
        match unsafe { guard::take_gate(gate) }? {
            State::Rules { memory, len, .. } => {
                // SAFETY: as the caller promises.
                unsafe { guard::wipe(memory, len) };
            }
            #[cfg(feature = "std")]
            State::Shared(shared) => {
                drop(shared);
                // SAFETY: as the caller promises.
                unsafe { guard::unbox_gate(gate) };
            }
        }
        Some(())
    });
}

/// Bytes of scratch that a decision of this gate may need, names included.
///
/// @param gate  the gate
///
/// @return the bytes; 0 if `gate` is no gate. After a reload it may be another number:
///         `DOORWARD_SCRATCH_BYTES` is enough for any.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_scratch_bytes(gate: *const doorward_gate) -> usize {
    boundary::value(0, || {
        // SAFETY: the caller's promise.
        let state = unsafe { guard::gate(gate) }.ok()?;
        Some(state.with(|gate, bytes| bytes.saturating_add(names_bytes(gate))))
    })
}

/// The `WWW-Authenticate` value that goes with a refusal by this gate.
///
/// @param gate     the gate: its realm and its required scopes are told
/// @param reason   why it refused
/// @param out      room for the value; 512 bytes are always enough
/// @param out_len  its bytes
/// @param written  receives the length; 0 where no challenge goes with the reason
///
/// @return `DOORWARD_OK`, 1011 output_too_small, or 1001 for a number that is no reason.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 5)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_challenge(
    gate: *const doorward_gate,
    reason: doorward_reason,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (state, out, written) =
            unsafe { (guard::gate(gate)?, guard::buffer(out, out_len)?, guard::out(written)?) };
        let reason = Reason::from_code(reason).ok_or(Reason::NullArgument)?;
        let challenge = state.with(|gate, _| gate.challenge(reason));
        let value = challenge.as_ref().map_or("", |challenge| challenge.as_str());
        written.set(text::copy(value.as_bytes(), out)?);
        Ok(())
    })
}

/// The places where this gate looks for a credential, as the policy writes them, with a line feed between
/// two: for a server that takes credentials out of a request before it hands it on.
///
/// @param gate     the gate
/// @param out      room for the text; 1024 bytes are enough for any ordinary policy
/// @param out_len  its bytes
/// @param written  receives the text's length; there is no NUL behind it
///
/// @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_places(
    gate: *const doorward_gate,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (state, out, written) =
            unsafe { (guard::gate(gate)?, guard::buffer(out, out_len)?, guard::out(written)?) };
        let len =
            state.with(|gate, _| join(gate.credential.places.iter().map(Place::as_str), out))?;
        written.set(len);
        Ok(())
    })
}

/// The names of the headers that a decision of this gate may depend on, with a line feed between two: for a server to
/// which laying out the others is work. Of the others only the number of lines counts: give them with an empty name and value.
/// A name stands in any case of letters, and one may come twice. A reload may change the names.
///
/// @param gate     the gate
/// @param out      room for the text; 1024 bytes are enough for any ordinary policy
/// @param out_len  its bytes
/// @param written  receives the text's length; there is no NUL behind it
///
/// @return `DOORWARD_OK`, 1011 output_too_small, 1001 or 1003.
///
/// Threads: any number of calls may run at once.
///
/// # Safety
/// Every pointer leads to what is said above; `out` overlaps nothing else.
/// cbindgen:postfix=DOORWARD_NONNULL(1, 4)
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn doorward_gate_headers(
    gate: *const doorward_gate,
    out: *mut u8,
    out_len: usize,
    written: *mut usize,
) -> doorward_reason {
    boundary::run(|| {
        // SAFETY: the caller's promise.
        let (state, out, written) =
            unsafe { (guard::gate(gate)?, guard::buffer(out, out_len)?, guard::out(written)?) };
        let len = state.with(|gate, _| join(gate.header_names(), out))?;
        written.set(len);
        Ok(())
    })
}

/// The names with a line feed between two.
fn join<'n>(names: impl Iterator<Item = &'n str>, out: &mut [u8]) -> Result<usize, Reason> {
    let mut len = 0_usize;
    for (at, name) in names.enumerate() {
        let separator: &[u8] = if at == 0 { b"" } else { b"\n" };
        for part in [separator, name.as_bytes()] {
            let room = out.get_mut(len..).unwrap_or_default();
            len = len.saturating_add(text::copy(part, room)?);
        }
    }
    Ok(len)
}

/// Room for the names that a decision may copy: they are a policy's, so their greatest lengths are
/// known before any request.
fn names_bytes(gate: &Gate<'_>) -> usize {
    let joined = |entry: &Capability<'_>| {
        entry
            .scopes
            .iter()
            .fold(entry.id.len(), |sum, scope| sum.saturating_add(scope.len()).saturating_add(1))
    };
    let places = gate.credential.places.iter().map(|place| place.as_str().len()).max();
    let capabilities = gate.capabilities.entries().iter().map(joined).max();
    let keys = gate.jwt.iter().flat_map(|jwt| jwt.keys).filter_map(Key::id).map(str::len).max();
    [places, capabilities, keys, Some(gate.scope.claim.len())]
        .into_iter()
        .flatten()
        .fold(0, usize::saturating_add)
}

fn memory_bytes(config: &doorward_config) -> Result<usize, Reason> {
    /// A list of `count` elements, at the worst alignment.
    fn room<T>(count: usize) -> usize {
        if count == 0 {
            return 0;
        }
        count.saturating_mul(size_of::<T>()).saturating_add(align_of::<T>() - 1)
    }
    // SAFETY: as the caller of the exported function promises.
    let (origins, capabilities, keys) = unsafe {
        (
            guard::list(config.origins)?,
            guard::slice(config.capabilities, config.capabilities_len)?,
            guard::slice(config.keys, config.keys_len)?,
        )
    };
    let mut parts = [
        room::<HostPattern<'_>>(config.hosts.len),
        room::<Cidr>(config.trusted_proxies.len),
        #[cfg(feature = "origin")]
        room::<OriginPattern<'_>>(origins.len()),
        room::<Place<'_>>(config.places.len),
        room::<Capability<'_>>(capabilities.len()),
        room::<Key<'_>>(keys.len()),
        room::<&str>(config.audience.len),
        room::<&str>(config.required.len),
        room::<&str>(config.types.len),
        room::<&str>(config.revoked.len),
        room::<&str>(config.scopes.len),
        0,
    ];
    // Folding case and dropping a default port or a slash never make a line longer.
    let texts = origins.iter().map(|line| line.len);
    let lists = capabilities
        .iter()
        .flat_map(|entry| [room::<&str>(entry.scopes.len), room::<&str>(entry.resources.len)]);
    if let Some(last) = parts.last_mut() {
        *last = texts.chain(lists).fold(0, usize::saturating_add);
    }
    Ok(parts.into_iter().fold(0, usize::saturating_add))
}

fn build(config: &doorward_config, mut arena: Arena) -> Result<Gate<'static>, Reason> {
    let arena = &mut arena;
    let flag = |bit: u32| config.flags & bit != 0;
    let known = FLAGS.members.iter().fold(0, |all, (_, bit, _)| all | bit);
    let leeway_fits = config.leeway <= MAX_LEEWAY;
    if config.flags & !known != 0 || !leeway_fits {
        return Err(Reason::ConfigInvalid);
    }
    let capabilities = capabilities(arena, config)?;
    let jwt = jwt(arena, config)?;
    if capabilities.entries().is_empty() && jwt.is_none() && !flag(DOORWARD_ANONYMOUS) {
        return Err(Reason::ConfigInvalid);
    }
    Ok(Gate {
        host: HostRules {
            allow: match config.hosts.len {
                0 => None,
                _ => Some(lines(arena, config.hosts, |_, line| HostPattern::parse(line))?),
            },
            trusted_proxies: lines(arena, config.trusted_proxies, |_, line| Cidr::parse(line))?,
            unchecked: flag(DOORWARD_HOST_UNCHECKED),
            forwarded_lenient: flag(DOORWARD_FORWARDED_LENIENT),
        },
        origin: origin(arena, config)?,
        credential: CredentialRules {
            places: places(arena, config)?,
            anonymous: flag(DOORWARD_ANONYMOUS),
            first_present_wins: flag(DOORWARD_FIRST_PRESENT_WINS),
        },
        capabilities,
        jwt,
        scope: scope(arena, config)?,
        max_token_bytes: match config.max_token_bytes {
            0 => MAX_TOKEN_BYTES,
            bytes if (MIN_TOKEN_LIMIT..=MAX_TOKEN_BYTES).contains(&bytes) => bytes,
            _ => return Err(Reason::ConfigInvalid),
        },
        realm: realm(config.realm)?,
    })
}

#[cfg(feature = "origin")]
fn origin(arena: &mut Arena, config: &doorward_config) -> Result<OriginRules<'static>, Reason> {
    let flag = |bit: u32| config.flags & bit != 0;
    Ok(OriginRules {
        mode: mode(config.origin_mode)?,
        allow: {
            let lines = lines(arena, config.origins, |arena, line| {
                OriginPattern::new(arena.text(&canonical(line)?)?)
            })?;
            Origins::sort(lines);
            Origins::new(lines)
        },
        absent: absent(config.absent_origin)?,
        allow_null: flag(DOORWARD_ALLOW_NULL),
        loopback_aliases: flag(DOORWARD_LOOPBACK_ALIASES),
        ignore_scheme: flag(DOORWARD_IGNORE_SCHEME),
        https_page_on_http: flag(DOORWARD_HTTPS_PAGE_ON_HTTP),
        accept_unserialized: flag(DOORWARD_ACCEPT_UNSERIALIZED),
        empty_is_absent: flag(DOORWARD_EMPTY_IS_ABSENT),
        ignore_fetch_site: flag(DOORWARD_IGNORE_FETCH_SITE),
    })
}

/// This build judges no page. Whoever configures it must say so, and may say nothing else.
#[cfg(not(feature = "origin"))]
fn origin(_: &mut Arena, config: &doorward_config) -> Result<OriginRules<'static>, Reason> {
    const RULES: u32 = DOORWARD_ALLOW_NULL
        | DOORWARD_LOOPBACK_ALIASES
        | DOORWARD_IGNORE_SCHEME
        | DOORWARD_HTTPS_PAGE_ON_HTTP
        | DOORWARD_ACCEPT_UNSERIALIZED
        | DOORWARD_EMPTY_IS_ABSENT
        | DOORWARD_IGNORE_FETCH_SITE;
    let off = config.origin_mode == DOORWARD_ORIGIN_OFF
        && config.origins.len == 0
        && config.absent_origin == DOORWARD_ABSENT_ALLOW_NATIVE
        && config.flags & RULES == 0;
    if off { Ok(OriginRules::off()) } else { Err(Reason::ConfigInvalid) }
}

#[cfg(feature = "origin")]
fn mode(number: doorward_origin_mode) -> Result<OriginMode, Reason> {
    Ok(match number {
        DOORWARD_ORIGIN_SAME_ORIGIN => OriginMode::SameOrigin,
        DOORWARD_ORIGIN_LIST => OriginMode::List,
        DOORWARD_ORIGIN_SAME_ORIGIN_OR_LIST => OriginMode::SameOriginOrList,
        DOORWARD_ORIGIN_NONE_ALLOWED => OriginMode::NoneAllowed,
        DOORWARD_ORIGIN_AFTER_CREDENTIAL => OriginMode::AfterCredential,
        DOORWARD_ORIGIN_OFF => OriginMode::Off,
        _ => return Err(Reason::ConfigInvalid),
    })
}

#[cfg(feature = "origin")]
fn absent(number: doorward_absent_origin) -> Result<AbsentOrigin, Reason> {
    Ok(match number {
        DOORWARD_ABSENT_ALLOW_NATIVE => AbsentOrigin::AllowNative,
        DOORWARD_ABSENT_REQUIRE => AbsentOrigin::Require,
        DOORWARD_ABSENT_ALLOW => AbsentOrigin::Allow,
        _ => return Err(Reason::ConfigInvalid),
    })
}

/// A text that is there, or not.
fn optional(from: doorward_bytes) -> Result<Option<&'static str>, Reason> {
    // SAFETY: as the caller of `doorward_gate_init` promises, who keeps the texts until the gate ends.
    let text = unsafe { guard::text(from) }?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// A rule for each line of a list.
fn lines<T>(
    arena: &mut Arena,
    list: doorward_list,
    mut rule: impl FnMut(&mut Arena, &'static str) -> Result<T, Reason>,
) -> Result<&'static mut [T], Reason> {
    // SAFETY: as for `optional`.
    let items = unsafe { guard::list(list) }?;
    arena.list(items.len(), |arena, at| {
        let item = items.get(at).copied().ok_or(Reason::Internal)?;
        // SAFETY: as for `optional`.
        rule(arena, unsafe { guard::text(item) }?)
    })
}

fn names(arena: &mut Arena, list: doorward_list) -> Result<&'static [&'static str], Reason> {
    lines(arena, list, |_, name| {
        Some(name).filter(|name| !name.is_empty()).ok_or(Reason::ConfigInvalid)
    })
    .map(|names| &*names)
}

/// Scopes go into a challenge: RFC 6749 §3.3 gives their alphabet.
fn scopes(arena: &mut Arena, list: doorward_list) -> Result<&'static [&'static str], Reason> {
    let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    let names = names(arena, list)?;
    if names.iter().all(|name| name.bytes().all(allowed)) {
        Ok(names)
    } else {
        Err(Reason::ConfigInvalid)
    }
}

fn realm(from: doorward_bytes) -> Result<&'static str, Reason> {
    let plain = |byte: u8| matches!(byte, 0x20..=0x7e) && !matches!(byte, b'"' | b'\\');
    match optional(from)? {
        None => Ok("doorward"),
        Some(realm) if realm.len() <= MAX_REALM_BYTES && realm.bytes().all(plain) => Ok(realm),
        Some(_) => Err(Reason::ConfigInvalid),
    }
}

fn places(
    arena: &mut Arena,
    config: &doorward_config,
) -> Result<&'static [Place<'static>], Reason> {
    if config.places.len == 0 {
        return Ok(CredentialRules::default().places);
    }
    let places = lines(arena, config.places, |_, line| Place::parse(line))?;
    if repeats(places, Place::overlaps) { Err(Reason::ConfigInvalid) } else { Ok(places) }
}

fn capabilities(
    arena: &mut Arena,
    config: &doorward_config,
) -> Result<Capabilities<'static>, Reason> {
    // SAFETY: as for `optional`.
    let entries = unsafe { guard::slice(config.capabilities, config.capabilities_len) }?;
    let made = arena.list(entries.len(), |arena, at| {
        let entry: &doorward_capability_entry = entries.get(at).ok_or(Reason::Internal)?;
        let id = optional(entry.id)?.ok_or(Reason::ConfigInvalid)?;
        if id.len() > MAX_KID_BYTES || !id.bytes().all(|byte| matches!(byte, 0x21..=0x7e)) {
            return Err(Reason::ConfigInvalid);
        }
        Ok(Capability {
            id,
            digest: Digest::from_bytes(entry.sha256),
            expires: (entry.expires != 0).then(|| UnixTime::from_seconds(entry.expires)),
            scopes: scopes(arena, entry.scopes)?,
            resources: names(arena, entry.resources)?,
        })
    })?;
    if repeats(made, |a, b| a.id == b.id) {
        return Err(Reason::ConfigInvalid);
    }
    Capabilities::sort(made);
    let same = |a: &Capability<'_>, b: &Capability<'_>| a.digest == b.digest;
    let twice = if Capabilities::new(made).is_ordered() {
        made.windows(2).any(|pair| matches!(pair, [a, b] if same(a, b)))
    } else {
        repeats(made, same)
    };
    if twice {
        return Err(Reason::CapabilityInvalid);
    }
    Ok(Capabilities::new(made))
}

/// Signed tokens are not in this build: a configuration with keys is refused.
#[cfg(not(feature = "jwt"))]
fn jwt(_: &mut Arena, config: &doorward_config) -> Result<Option<Jwt<'static>>, Reason> {
    if config.keys_len == 0 { Ok(None) } else { Err(Reason::ConfigInvalid) }
}

#[cfg(feature = "jwt")]
fn jwt(arena: &mut Arena, config: &doorward_config) -> Result<Option<Jwt<'static>>, Reason> {
    if config.keys_len == 0 {
        return Ok(None);
    }
    if config.keys_len > MAX_KEYS {
        return Err(Reason::KeyInvalid);
    }
    // SAFETY: as for `optional`.
    let entries = unsafe { guard::slice(config.keys, config.keys_len) }?;
    let keys = arena.list(entries.len(), |_, at| {
        let entry: &doorward_key_entry = entries.get(at).ok_or(Reason::Internal)?;
        // SAFETY: as for `optional`; the secret is not kept.
        let secret = unsafe { guard::bytes(entry.secret) }?;
        crate::token::make_key(optional(entry.id)?, entry.algorithm, entry.encoding, secret)
    })?;
    if repeats(keys, |a, b| a.id().is_some() && a.id() == b.id()) {
        return Err(Reason::KeyInvalid);
    }
    let ignore_audience = config.flags & DOORWARD_IGNORE_AUDIENCE != 0;
    let ignore_type = config.flags & DOORWARD_IGNORE_TYP != 0;
    // Both at once contradict each other.
    if (ignore_audience && config.audience.len != 0) || (ignore_type && config.types.len != 0) {
        return Err(Reason::ConfigInvalid);
    }
    Ok(Some(Jwt {
        keys,
        types: names(arena, config.types)?,
        ignore_type,
        ignore_kid: config.flags & DOORWARD_IGNORE_KID != 0,
        claims: ClaimRules {
            issuer: optional(config.issuer)?,
            audience: names(arena, config.audience)?,
            subject: optional(config.subject)?,
            leeway: config.leeway,
            required: names(arena, config.required)?,
            max_lifetime: (config.max_lifetime != 0).then_some(config.max_lifetime),
            max_age: (config.max_age != 0).then_some(config.max_age),
            revoked: names(arena, config.revoked)?,
            ignore_audience,
            valid_at_expiry: config.flags & DOORWARD_VALID_AT_EXPIRY != 0,
        },
    }))
}

fn scope(arena: &mut Arena, config: &doorward_config) -> Result<ScopeRules<'static>, Reason> {
    let default = ScopeRules::default();
    Ok(ScopeRules {
        require: scopes(arena, config.scopes)?,
        claim: optional(config.scope_claim)?.unwrap_or(default.claim),
        resource: optional(config.resource)?,
        resource_claim: optional(config.resource_claim)?.unwrap_or(default.resource_claim),
    })
}

/// Whether two of a list are the same.
fn repeats<T>(list: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    let mut rest = list;
    while let [first, tail @ ..] = rest {
        if tail.iter().any(|other| same(first, other)) {
            return true;
        }
        rest = tail;
    }
    false
}
