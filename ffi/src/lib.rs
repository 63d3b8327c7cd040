#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_op_in_unsafe_fn)]
#![allow(
    non_camel_case_types,
    reason = "the types are C's, and so are their names: cbindgen writes them as they stand"
)]
#![allow(
    clippy::doc_markdown,
    clippy::doc_link_with_quotes,
    reason = "the documentation is a C header's, where names stand without marks"
)]

/// Numbers with names: what C has enums for.
pub mod codes;

/// What is passed across the boundary.
pub mod types;

/// The version.
pub mod version;

/// Reasons, in words.
pub mod reason;

/// A gate in memory of the caller's.
pub mod config;

/// A gate on the heap, from a policy document.
#[cfg(feature = "std")]
pub mod load;

/// Deciding.
pub mod decide;

/// Signed tokens and keys.
#[cfg(feature = "jwt")]
pub mod token;

/// What verified claims say.
#[cfg(feature = "jwt")]
pub mod claims;

/// Capability tokens.
pub mod capability;

/// Single-use tickets.
pub mod ticket;

/// Single checks of headers.
pub mod header;

/// Taking the credential out again.
pub mod strip;

/// Before the first request.
pub mod listen;

mod boundary;
mod gate;
#[cfg_attr(
    not(all(feature = "jwt", feature = "origin")),
    allow(dead_code, reason = "keys are of signed tokens, copied texts of origins")
)]
mod guard;
#[cfg(feature = "std")]
mod message;
mod text;

/// A panic has nowhere to go: the image stops where a debugger finds it. The core has none that can
/// be reached.
#[cfg(all(feature = "bare-metal", not(feature = "std")))]
#[panic_handler]
fn on_panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
