//! `doorward-core` as firmware links it: no `std`, no heap, and a panic handler that calls a
//! function which does not exist. The program links only if the linker has removed that call, which
//! it can only do if nothing reaches a panic. `check.sh` is the proof.

#![no_std]
#![warn(clippy::all)]
#![deny(clippy::undocumented_unsafe_blocks)]

#[cfg(feature = "planted-std")]
extern crate std;

mod calls;
mod decide;
mod input;

unsafe extern "C" {
    /// Defined nowhere.
    fn doorward_can_panic() -> !;
}

#[panic_handler]
fn on_panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: a program that could come here does not link.
    unsafe { doorward_can_panic() }
}
