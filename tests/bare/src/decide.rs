//! The whole decision, under rules that C chooses at run time.

use crate::input::{Room, Text, address};
use doorward_core::{
    AbsentOrigin, Algorithm, Capabilities, Capability, Cidr, ClaimRules, CredentialRules, Decision,
    Digest, Gate, Header, HostPattern, HostRules, Jwt, Key, OriginMode, OriginPattern, OriginRules,
    Origins, Place, Reason, Request, Scheme, ScopeRules, UnixTime,
};

/// A header line.
#[repr(C)]
pub(crate) struct Line {
    name: Text,
    value: Text,
}

/// A request and a policy. Absent texts are rules that are not there; the bits of `flags` are the
/// opt-outs in the order of [`Flags`].
#[repr(C)]
pub(crate) struct Case {
    lines: *const Line,
    lines_len: usize,
    method: Text,
    target: Text,
    scheme: Text,
    peer: Text,
    now: u64,

    host: Text,
    proxy: Text,
    origin_mode: u32,
    origin_absent: u32,
    origin: Text,
    places: [Text; 2],
    digest: Text,
    capability_expires: u64,
    capability_scope: Text,
    capability_resource: Text,
    algorithm: Text,
    secret: Text,
    kid: Text,
    typ: Text,
    issuer: Text,
    audience: Text,
    subject: Text,
    required: Text,
    revoked: Text,
    leeway: u32,
    max_lifetime: u64,
    max_age: u64,
    scope: Text,
    scope_claim: Text,
    resource: Text,
    resource_claim: Text,
    max_token_bytes: usize,
    flags: u32,
}

/// The opt-outs, one bit each, counted up as they are read.
struct Flags(u32);

impl Flags {
    fn next(&mut self) -> bool {
        let bit = self.0 & 1 == 1;
        self.0 >>= 1;
        bit
    }
}

/// Decides a case: 0 or the reason's number. What the decision tells is written to `out`.
///
/// # Safety
/// `case` points to a case whose texts and lines are valid, `scratch` and `out` to valid buffers,
/// and nobody else uses any of them meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bare_decide(case: *const Case, scratch: *mut Room, out: *mut Room) -> u32 {
    // SAFETY: as the caller promises.
    match unsafe { decide(&*case, (*scratch).bytes(), (*out).bytes()) } {
        Ok(()) => 0,
        Err(reason) => reason.code(),
    }
}

unsafe fn decide(case: &Case, scratch: &mut [u8], out: &mut [u8]) -> Result<(), Reason> {
    let mut flags = Flags(case.flags);

    // SAFETY: as the caller promises.
    let (lines, text) = unsafe {
        let lines = match case.lines_len {
            0 => &[][..],
            len => core::slice::from_raw_parts(case.lines, len),
        };
        (lines, |text: Text| text.option())
    };
    let mut headers = [Header::new("", ""); 130];
    let count = lines.len().min(headers.len());
    for (header, line) in headers.iter_mut().zip(lines) {
        // SAFETY: as the caller promises.
        *header = unsafe { Header { name: line.name.bytes(), value: line.value.bytes() } };
    }
    // SAFETY: as the caller promises.
    let (method, target, scheme, peer, secret) = unsafe {
        (
            case.method.bytes(),
            case.target.bytes(),
            case.scheme.bytes(),
            case.peer.bytes(),
            case.secret.bytes(),
        )
    };
    let request = Request {
        method,
        target,
        scheme: Scheme::parse(scheme).unwrap_or(Scheme::Http),
        peer: address(peer),
        headers: headers.get(..count).unwrap_or_default(),
    };

    let host = text(case.host).map(HostPattern::parse).transpose()?;
    let proxy = text(case.proxy).map(Cidr::parse).transpose()?;
    let origin = text(case.origin).map(OriginPattern::new).transpose()?;
    let mut places = [Place::AUTHORIZATION; 2];
    let mut places_len = 0;
    for (place, text) in places.iter_mut().zip(case.places.into_iter().filter_map(text)) {
        *place = Place::parse(text)?;
        places_len += 1;
    }
    let capability_scope = text(case.capability_scope);
    let capability_resource = text(case.capability_resource);
    let digest = text(case.digest).and_then(Digest::from_hex);
    let capability = digest.map(|digest| Capability {
        id: "entry",
        digest,
        expires: (case.capability_expires != 0)
            .then(|| UnixTime::from_seconds(case.capability_expires)),
        scopes: capability_scope.as_slice(),
        resources: capability_resource.as_slice(),
    });
    let key = match text(case.algorithm).and_then(Algorithm::from_name) {
        Some(algorithm) => Some(Key::new(text(case.kid), algorithm, secret)?),
        None => None,
    };
    let typ = text(case.typ);
    let audience = text(case.audience);
    let required = text(case.required);
    let revoked = text(case.revoked);
    let scope = text(case.scope);
    let gate = Gate {
        host: HostRules {
            allow: host.is_some().then_some(host.as_slice()),
            trusted_proxies: proxy.as_slice(),
            unchecked: flags.next(),
            forwarded_lenient: flags.next(),
        },
        origin: OriginRules {
            mode: match case.origin_mode {
                0 => OriginMode::SameOrigin,
                1 => OriginMode::List,
                2 => OriginMode::SameOriginOrList,
                3 => OriginMode::NoneAllowed,
                4 => OriginMode::AfterCredential,
                _ => OriginMode::Off,
            },
            allow: Origins::new(origin.as_slice()),
            absent: match case.origin_absent {
                0 => AbsentOrigin::AllowNative,
                1 => AbsentOrigin::Require,
                _ => AbsentOrigin::Allow,
            },
            allow_null: flags.next(),
            loopback_aliases: flags.next(),
            ignore_scheme: flags.next(),
            https_page_on_http: flags.next(),
            accept_unserialized: flags.next(),
            empty_is_absent: flags.next(),
            ignore_fetch_site: flags.next(),
        },
        credential: CredentialRules {
            places: places.get(..places_len).unwrap_or_default(),
            anonymous: flags.next(),
            first_present_wins: flags.next(),
        },
        capabilities: Capabilities::new(capability.as_slice()),
        jwt: key.as_ref().map(|key| Jwt {
            keys: core::slice::from_ref(key),
            types: typ.as_slice(),
            ignore_type: flags.next(),
            ignore_kid: flags.next(),
            claims: ClaimRules {
                issuer: text(case.issuer),
                audience: audience.as_slice(),
                subject: text(case.subject),
                leeway: case.leeway,
                required: required.as_slice(),
                max_lifetime: (case.max_lifetime != 0).then_some(case.max_lifetime),
                max_age: (case.max_age != 0).then_some(case.max_age),
                revoked: revoked.as_slice(),
                ignore_audience: flags.next(),
                valid_at_expiry: flags.next(),
            },
        }),
        scope: ScopeRules {
            require: scope.as_slice(),
            claim: text(case.scope_claim).unwrap_or("scope"),
            resource: text(case.resource),
            resource_claim: text(case.resource_claim).unwrap_or("resources"),
        },
        max_token_bytes: case.max_token_bytes,
        realm: "bare",
    };

    match gate.decide(&request, UnixTime::from_seconds(case.now), scratch) {
        Decision::Allow(principal) => {
            let told = [
                principal.kind().len(),
                principal.id().map_or(0, |id| id.raw().len()),
                principal.key_id().map_or(0, str::len),
                principal.place().len(),
                principal.expires().map_or(0, |at| at as usize),
                principal.capability_scopes().len(),
                usize::from(principal.has_scope(text(case.scope).unwrap_or_default())),
                principal.claims().map_or(0, |claims| claims.json().len()),
            ];
            for (place, word) in out.as_chunks_mut::<8>().0.iter_mut().zip(told) {
                *place = (word as u64).to_le_bytes();
            }
            Ok(())
        }
        Decision::Deny(reason) => {
            if let Some(challenge) = gate.challenge(reason) {
                for (place, byte) in out.iter_mut().zip(challenge.as_str().bytes()) {
                    *place = byte;
                }
            }
            Err(reason)
        }
    }
}
