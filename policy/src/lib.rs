#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

/// The system's clock and random source.
pub mod clock;

/// What is wrong with a policy.
pub mod error;

/// Why a request may or may not come in, check by check.
pub mod explain;

/// The handle that a server holds.
pub mod gate;

/// The keys of a policy document: types, defaults, meanings.
pub mod keys;

/// On whose behalf a request came in.
pub mod principal;

/// The profiles that ship with doorward.
pub mod profiles;

mod loaded;
mod secret;
mod settings;
mod tree;

pub use clock::{entropy, new_token, now};
pub use error::{PolicyError, Position, Warning};
pub use explain::{Explanation, Outcome, Step};
pub use gate::{Current, Gate, Policy, Snapshot};
pub use keys::TABLES;
pub use principal::Principal;
pub use settings::read_address;

#[doc(no_inline)]
pub use doorward_core::{self as core, Header, Reason, Request, Scheme, UnixTime};
