#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

/// The layer and its service.
pub mod layer;

/// The answer to come: the inner service's, or a refusal.
pub mod future;

mod log;
mod refusal;
mod strip;
mod view;

pub use future::ResponseFuture;
pub use layer::{DoorwardLayer, DoorwardService, Peer};

#[doc(no_inline)]
pub use doorward_policy::{self as policy, Gate, Policy, Principal, Reason, Scheme};

/// The example on the first page of the repository compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct FirstPage;
