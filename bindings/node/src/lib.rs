//! The native half of the doorward package for Node. The other half, and the manual, lie beside it.

/// Node-API.
mod node;

/// What arrived, as the core reads it.
mod arrived;

/// A gate's functions.
mod gate;

/// Signed tokens without a request around them.
mod verifier;

/// Single functions of the path.
mod single;

/// Single-use tickets.
mod tickets;

/// Answers as the JavaScript side reads them.
mod answer;

/// The time.
mod clock;

/// The core's own time.
#[cfg(feature = "bench")]
mod bench;

use napi::bindgen_prelude::Object;
use napi_derive::napi;
use node::{Answer, Call, Exports, Trouble};

/// Puts the functions into the module's object. Each Node environment, the main thread's and each
/// worker's, calls it once and has functions of its own.
#[napi(module_exports)]
pub fn module(exports: Object<'_>) -> napi::Result<()> {
    let exports = Exports::of(&exports);
    functions(&exports).map_err(|_| napi::Error::from_reason("doorward: cannot be set up"))
}

/// A function of the module.
type Function = fn(&Call) -> Answer;

fn functions(exports: &Exports) -> Result<(), Trouble> {
    const FUNCTIONS: [(&str, Function); 28] = [
        ("version", |call| call.give_text(doorward_core::VERSION)),
        ("openGate", gate::open),
        ("openVerifier", verifier::open),
        ("openTickets", tickets::open),
        ("sign", verifier::sign),
        ("newToken", single::new_token),
        ("tokenOf", single::token_of),
        ("digest", single::digest),
        ("find", single::find),
        ("matches", single::matches),
        ("hasScope", single::has_scope),
        ("originParse", single::origin_parse),
        ("originNormalise", single::origin_normalise),
        ("hostParse", single::host_parse),
        ("bearer", single::bearer),
        ("base64urlDecode", single::base64url_decode),
        ("base64urlEncode", single::base64url_encode),
        ("jsonObject", single::json_object),
        ("claimAt", single::claim_at),
        ("plainClaim", single::plain_claim),
        ("stripQuery", single::strip_query),
        ("stripCookie", single::strip_cookie),
        ("stripSubprotocol", single::strip_subprotocol),
        ("listen", single::listen),
        ("key", single::key),
        ("jws", single::jws),
        ("challenge", single::challenge),
        ("decideWithScratch", single::decide_with_scratch),
    ];
    for (name, body) in FUNCTIONS {
        exports.add(name, body)?;
    }
    #[cfg(feature = "bench")]
    for (name, body) in [("loop", bench::run as Function), ("cpu", bench::cpu)] {
        exports.add(name, body)?;
    }
    Ok(())
}
