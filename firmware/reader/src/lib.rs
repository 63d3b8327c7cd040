//! The policy reader of the test image: a document's text in, the rules of `doorward_gate_init` out.
//!
//! The library under test has no reader of documents. This one is `doorward-policy` itself, built for the
//! chip; it refuses what is wrong with a document, and what is right it hands to the library as the
//! structure of the C header. Test code: it may allocate, and a panic ends the run.

mod lower;
mod platform;

use doorward::codes::{DOORWARD_JSON, DOORWARD_OK, doorward_reason, doorward_syntax};
use doorward::types::{
    doorward_address, doorward_bytes, doorward_config, doorward_gate, doorward_message,
};
use doorward_policy::{Policy, PolicyError};
use std::fmt::Write as _;
use std::net::IpAddr;

unsafe extern "C" {
    /// `doorward_gate_init` of the library under test, in memory that the image gives; the config's
    /// texts are kept until the gate ends.
    fn chip_gate_init(
        config: *const doorward_config,
        gate: *mut *mut doorward_gate,
    ) -> doorward_reason;
}

/// What the header says of the function of this name, which the library has only with std.
///
/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chip_gate_from_policy(
    policy: doorward_bytes,
    syntax: doorward_syntax,
    message: doorward_message,
    gate: *mut *mut doorward_gate,
) -> doorward_reason {
    // SAFETY: as the caller promises.
    let text = unsafe { text(policy) };
    let json = syntax == DOORWARD_JSON;
    let read = if json { Policy::from_json(text) } else { Policy::from_toml(text) };
    let policy = match read {
        Ok(policy) => policy,
        Err(error) => return refused(&error, message),
    };
    let mut lines = String::new();
    for warning in policy.warnings() {
        let _ = writeln!(lines, "{warning}");
    }
    tell(message, &lines);
    let snapshot = policy.gate().snapshot();
    let secrets = lower::secrets(text, json);
    lower::with_config(&snapshot.gate(), &secrets, |config| {
        // SAFETY: the config and its lists live during the call; its texts are leaked.
        unsafe { chip_gate_init(config, gate) }
    })
}

fn refused(error: &PolicyError, message: doorward_message) -> doorward_reason {
    tell(message, &error.to_string());
    error.reason().code()
}

/// What the header says of the function of this name, which the library has only with std.
///
/// # Safety
/// As the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chip_address_parse(
    from: doorward_bytes,
    address: *mut doorward_address,
) -> doorward_reason {
    // SAFETY: as the caller promises.
    let Some(parsed) = doorward_policy::read_address(unsafe { text(from) }) else {
        return doorward_policy::Reason::ConfigInvalid.code();
    };
    let mut bytes = [0; 16];
    let kind = match parsed {
        IpAddr::V4(v4) => {
            bytes[..4].copy_from_slice(&v4.octets());
            4
        }
        IpAddr::V6(v6) => {
            bytes = v6.octets();
            6
        }
    };
    // SAFETY: as the caller promises.
    unsafe { address.write(doorward_address { kind, bytes }) };
    DOORWARD_OK
}

/// Whole, or the runner would compare half a message.
fn tell(message: doorward_message, text: &str) {
    assert!(text.len() < message.size, "a message is longer than its room");
    // SAFETY: the runner's room has `size` bytes.
    unsafe {
        message.text.cast::<u8>().copy_from_nonoverlapping(text.as_ptr(), text.len());
        message.text.cast::<u8>().add(text.len()).write(0);
    }
}

unsafe fn text<'a>(from: doorward_bytes) -> &'a str {
    if from.len == 0 {
        return "";
    }
    // SAFETY: as the caller promises.
    let bytes = unsafe { std::slice::from_raw_parts(from.data, from.len) };
    std::str::from_utf8(bytes).expect("a document is UTF-8")
}
