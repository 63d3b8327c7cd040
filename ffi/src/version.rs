//! The version of the library, and the symbol that ties a program to it.

use crate::text;
use core::ffi::{CStr, c_char};

/// The version of the library that is linked, such as "0.1.0". `DOORWARD_VERSION_STRING` is the header's.
///
/// @return a text with a NUL that lives as long as the program.
///
/// Threads: any number of calls may run at once.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn doorward_version() -> *const c_char {
    const VERSION: &CStr =
        match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => c"",
        };
    text::c_str(VERSION)
}

/// Does nothing. A binding that takes its address fails to link with a library of another ABI:
/// `static void (*const abi)(void) = &doorward_abi_0_1;`
///
/// Threads: any number of calls may run at once.
#[unsafe(no_mangle)]
pub extern "C" fn doorward_abi_0_1() {}

// The symbol is named after the version: before 1.0 each minor version is an ABI of its own.
const _: () = {
    let [major, minor] = [env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR")];
    assert!(matches!((major.as_bytes(), minor.as_bytes()), (b"0", b"1")));
};
