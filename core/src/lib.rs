#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code, reason = "vector code belongs in a crate of its own, with a portable twin")]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::panic_in_result_fn,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "no byte from the network may end the program"
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::panic,
        reason = "a test that panics has failed, as it should"
    )
)]

#[cfg(test)]
extern crate std;

/// The whole path.
pub mod gate;

/// 1. What arrived.
pub mod request;

/// 2. Which name was asked for.
#[cfg_attr(not(feature = "origin"), allow(dead_code, reason = "the origin stage compares hosts"))]
pub mod host;

/// 3. Which page asks.
#[cfg_attr(not(feature = "origin"), path = "no_origin.rs")]
pub mod origin;

/// 4. Where the credential is.
pub mod credential;

/// 5. Capability tokens.
pub mod capability;

/// 6. Keys.
pub mod key;

/// 7. Signed tokens.
pub mod jwt;

/// 8. What the token says.
pub mod claims;

/// 9. May it do this.
pub mod scope;

/// 10. The answer.
pub mod decision;

/// Why not.
pub mod reason;

/// Every bound.
pub mod limits;

/// Before the first request.
pub mod listen;

/// Taking the credential out again.
pub mod strip;

/// Single-use tickets.
pub mod ticket;

/// The time, as an argument.
pub mod time;

/// Single functions, for tests and for other languages' vector runners.
pub mod primitive;

mod index;
mod text;

pub use capability::{Capabilities, Capability, Digest, Form};
pub use claims::{ClaimRules, Claims, ClaimsWriter, JsonStr, NumericDate, Value};
pub use credential::{CredentialRules, Place};
pub use decision::{Challenge, Decision, Principal};
pub use gate::Gate;
pub use host::{Cidr, Host, HostPattern, HostRules};
pub use jwt::{Jwt, Parsed, Signed, sign};
pub use key::{Algorithm, Encoding, Key};
pub use listen::{Startup, Unprotected, startup_check};
#[cfg(feature = "origin")]
pub use origin::{AbsentOrigin, Origin, OriginPattern, Origins};
pub use origin::{OriginMode, OriginRules};
pub use reason::{Class, Reason};
pub use request::{Header, Request, Scheme};
pub use scope::ScopeRules;
pub use strip::{strip_cookie, strip_query, strip_subprotocol};
pub use ticket::{TicketSlot, TicketTable, Tickets};
pub use time::UnixTime;

/// The version of this crate, and of every doorward package of the same release.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
