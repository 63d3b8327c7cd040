//! What is passed across the boundary: plain structures, and storage whose content is private.

use crate::codes::{
    doorward_absent_origin, doorward_address_kind, doorward_algorithm, doorward_encoding,
    doorward_origin_mode, doorward_principal_kind, doorward_scheme,
};
use core::ffi::c_char;

/// Bytes that somebody else owns: a pointer and a length.
///
/// `data` may be NULL where `len` is 0. Text is UTF-8 and needs no NUL at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct doorward_bytes {
    /// The first byte.
    pub data: *const u8,
    /// How many.
    pub len: usize,
}

/// A list of texts.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct doorward_list {
    /// The first text; may be NULL where `len` is 0.
    pub items: *const doorward_bytes,
    /// How many.
    pub len: usize,
}

/// An IP address.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct doorward_address {
    /// Which of the bytes count.
    pub kind: doorward_address_kind,
    /// The address in network order.
    pub bytes: [u8; 16],
}

/// One header line, as it arrived.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct doorward_header {
    /// The field name; compared without case.
    pub name: doorward_bytes,
    /// The field value, without the line end.
    pub value: doorward_bytes,
}

/// A request as the server saw it. Nothing in it is trusted but `scheme` and `peer`, which the server
/// knows of its own connection.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct doorward_request {
    /// The method; no rule depends on it.
    pub method: doorward_bytes,
    /// The request target: path and query.
    pub target: doorward_bytes,
    /// The scheme of the connection.
    pub scheme: doorward_scheme,
    /// The other end of the connection. Only a listed proxy's forwarding headers count.
    pub peer: doorward_address,
    /// Every header line in the order of arrival, duplicates included. Give HTTP/2's `:authority` as
    /// `Host`.
    pub headers: *const doorward_header,
    /// How many.
    pub headers_len: usize,
}

/// On whose behalf a request comes in. Written by a decision that allows, and only then.
///
/// All bytes lie in the scratch buffer of that decision: they are good until the buffer is used again.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct doorward_decision {
    /// Whose bearer it is. `DOORWARD_PRINCIPAL_NONE`, which is 0, is never written: a decision that
    /// was zeroed before and not filled lets nobody in.
    pub kind: doorward_principal_kind,
    /// 1 if the credential has an end, else 0.
    pub has_expires: u32,
    /// The Unix second from which on the credential is not valid any more.
    pub expires: u64,
    /// The capability's id or the token's `sub`; `data` is NULL where there is none.
    pub id: doorward_bytes,
    /// Where the credential stood, as the policy writes the place; empty for an anonymous principal.
    pub place: doorward_bytes,
    /// The id of the key that proved the token; `data` is NULL where it has none.
    pub key_id: doorward_bytes,
    /// A capability's scopes, with one space between two; `data` is NULL for the other kinds.
    pub scopes: doorward_bytes,
    /// The name of the claim that lists a token's scopes; `data` is NULL for the other kinds.
    pub scope_claim: doorward_bytes,
    /// A token's verified claims as JSON text, byte for byte as its issuer wrote them; `data` is NULL
    /// for the other kinds.
    pub claims: doorward_bytes,
}

/// Room for an explanation in words: of an error, or of what a policy should mend.
///
/// Whatever is written ends with a NUL and is cut where it does not fit. It holds no secret.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct doorward_message {
    /// The room; may be NULL where `size` is 0.
    pub text: *mut c_char,
    /// Its bytes, the NUL's included.
    pub size: usize,
}

/// One capability token that is accepted.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct doorward_capability_entry {
    /// Who the bearer is: the principal's id, 1 to 128 visible ASCII characters.
    pub id: doorward_bytes,
    /// The SHA-256 of the token.
    pub sha256: [u8; 32],
    /// The first Unix second at which it is no longer accepted; 0: it has no end.
    pub expires: u64,
    /// The scopes that it carries.
    pub scopes: doorward_list,
    /// The resources that it lists, as `type:id`, `type:*` or `*:*`.
    pub resources: doorward_list,
}

/// One signing key, before it is made ready.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct doorward_key_entry {
    /// The `kid` that chooses it, at most 128 bytes; empty: none.
    pub id: doorward_bytes,
    /// The one algorithm that it is for.
    pub algorithm: doorward_algorithm,
    /// How `secret` is written.
    pub encoding: doorward_encoding,
    /// The secret. It is read while the gate is made and not kept: wipe it afterwards.
    pub secret: doorward_bytes,
}

/// The rules of a gate that lives in memory of the caller's. All zero is the strictest form, with no
/// credential configured, which `doorward_gate_init` refuses. The names are those of the policy
/// document.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct doorward_config {
    /// The realm of the challenge: at most 64 printable ASCII characters without quote and backslash;
    /// empty: `doorward`.
    pub realm: doorward_bytes,
    /// `host.allow`: `host`, `host:port`, `host:*`, `*.name`. Empty: any host that is well formed.
    pub hosts: doorward_list,
    /// `host.trusted_proxies`: addresses and blocks such as `10.0.0.0/8`.
    pub trusted_proxies: doorward_list,
    /// `origin.allow`.
    pub origins: doorward_list,
    /// `origin.mode`.
    pub origin_mode: doorward_origin_mode,
    /// `origin.absent`.
    pub absent_origin: doorward_absent_origin,
    /// `credential.places`; empty: `authorization`.
    pub places: doorward_list,
    /// `capability`; may be NULL where `capabilities_len` is 0.
    pub capabilities: *const doorward_capability_entry,
    /// How many.
    pub capabilities_len: usize,
    /// `jwt.key`: at most 8; may be NULL where `keys_len` is 0.
    pub keys: *const doorward_key_entry,
    /// How many. With 0 no signed token is accepted, and the fields on tokens say nothing.
    pub keys_len: usize,
    /// `jwt.issuer`; empty: any or none.
    pub issuer: doorward_bytes,
    /// `jwt.subject`; empty: any or none.
    pub subject: doorward_bytes,
    /// `jwt.audience`; empty: a token with `aud` is refused.
    pub audience: doorward_list,
    /// `jwt.required`.
    pub required: doorward_list,
    /// `jwt.typ`; empty: absent or `JWT`.
    pub types: doorward_list,
    /// `jwt.revoked`.
    pub revoked: doorward_list,
    /// `jwt.max_lifetime` in seconds; 0: none.
    pub max_lifetime: u64,
    /// `jwt.max_age` in seconds; 0: none.
    pub max_age: u64,
    /// `jwt.leeway` in seconds, 0 to 300. A policy document's default is 30.
    pub leeway: u32,
    /// Bits of `doorward_flags`.
    pub flags: u32,
    /// `scope.require`.
    pub scopes: doorward_list,
    /// `scope.claim`; empty: `scope`.
    pub scope_claim: doorward_bytes,
    /// `scope.resource`; empty: none.
    pub resource: doorward_bytes,
    /// `scope.resource_claim`; empty: `resources`.
    pub resource_claim: doorward_bytes,
    /// `credential.max_token_bytes`, 256 to 16384; 0: 16384. It bounds the scratch buffer.
    pub max_token_bytes: usize,
}

/// Words of a doorward_gate.
pub const DOORWARD_GATE_WORDS: usize = 64;

/// Words of a doorward_key.
pub const DOORWARD_KEY_WORDS: usize = 32;

/// Words of a doorward_tickets.
pub const DOORWARD_TICKETS_WORDS: usize = 8;

/// Words of a doorward_ticket_slot.
pub const DOORWARD_TICKET_SLOT_WORDS: usize = 16;

/// Longest payload of a single-use ticket, in bytes.
pub const DOORWARD_TICKET_PAYLOAD_BYTES: usize = 64;

/// Characters of a single-use ticket.
pub const DOORWARD_TICKET_BYTES: usize = 43;

/// Bytes of scratch that are enough for any gate, whatever it is reloaded with, as long as its names
/// (ids, places and one capability's scopes) have fewer than 8192 bytes together.
pub const DOORWARD_SCRATCH_BYTES: usize = 49152;

/// A configured verifier. Do not copy one, and do not move it: pass its address.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct doorward_gate {
    /// Private: here so that the compiler knows size and alignment.
    pub private_words: [u64; DOORWARD_GATE_WORDS],
}

/// A secret that is ready for use: its algorithm and its HMAC states. Do not copy one.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct doorward_key {
    /// Private: here so that the compiler knows size and alignment.
    pub private_words: [u64; DOORWARD_KEY_WORDS],
}

/// A table of single-use tickets, over slots of the caller's. Do not copy one, and do not move it: pass
/// its address.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct doorward_tickets {
    /// Private: here so that the compiler knows size and alignment.
    pub private_words: [u64; DOORWARD_TICKETS_WORDS],
}

/// Room for one open ticket.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct doorward_ticket_slot {
    /// Private: here so that the compiler knows size and alignment.
    pub private_words: [u64; DOORWARD_TICKET_SLOT_WORDS],
}

impl doorward_bytes {
    /// No bytes and no place.
    pub(crate) const NONE: Self = Self { data: core::ptr::null(), len: 0 };

    /// These bytes, as long as they live.
    pub(crate) const fn of(bytes: &[u8]) -> Self {
        Self { data: bytes.as_ptr(), len: bytes.len() }
    }
}
