//! The native module `doorward._doorward`: doorward-core and doorward-policy as Python sees them.
//!
//! It decides nothing itself. It reads Python's objects, calls the core or the policy, and gives the
//! answer back. Reasons cross as their numbers; the package's Python side makes the enum and the
//! exceptions of them.

#![deny(unsafe_code)]
#![allow(rustdoc::broken_intra_doc_links, reason = "what Python documents is not Markdown")]
#![allow(
    clippy::needless_pass_by_value,
    reason = "what pyo3 reads from Python is the function's own"
)]

mod capability;
mod claims;
mod convert;
mod decision;
mod errors;
mod gate;
mod json;
mod key;
mod named;
mod octets;
mod origin;
mod primitive;
mod raw;
mod request;
mod strip;
mod tickets;
mod verifier;

#[cfg(feature = "bench")]
mod bench;

use pyo3::prelude::*;

/// The native part of doorward. Import from `doorward` and its modules instead.
#[pymodule(gil_used = false)]
fn _doorward(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("VERSION", doorward_core::VERSION)?;
    module.add("BUILD", build_facts(module.py())?)?;
    module.add_class::<gate::Gate>()?;
    module.add_class::<decision::Decision>()?;
    module.add_class::<decision::Principal>()?;
    add_claims(module)?;
    module.add_class::<key::Key>()?;
    module.add_class::<verifier::Verifier>()?;
    raw::install::<verifier::Verify>(module.py())?;
    raw::install::<verifier::Decode>(module.py())?;
    module.add_class::<tickets::Tickets>()?;
    for function in [
        wrap_pyfunction!(key::sign, module)?,
        wrap_pyfunction!(capability::generate, module)?,
        wrap_pyfunction!(capability::digest, module)?,
        wrap_pyfunction!(capability::find, module)?,
        wrap_pyfunction!(origin::parse_origin, module)?,
        wrap_pyfunction!(origin::normalise_origin, module)?,
        wrap_pyfunction!(origin::parse_host, module)?,
        wrap_pyfunction!(strip::strip_query, module)?,
        wrap_pyfunction!(strip::strip_cookie, module)?,
        wrap_pyfunction!(strip::strip_subprotocol, module)?,
        wrap_pyfunction!(primitive::base64url_decode, module)?,
        wrap_pyfunction!(primitive::base64url_encode, module)?,
        wrap_pyfunction!(primitive::json_object, module)?,
        wrap_pyfunction!(primitive::json_at, module)?,
        wrap_pyfunction!(primitive::bearer, module)?,
        wrap_pyfunction!(primitive::jws_verify, module)?,
        wrap_pyfunction!(primitive::capability_from, module)?,
        wrap_pyfunction!(primitive::listen, module)?,
        wrap_pyfunction!(primitive::scratch, module)?,
        wrap_pyfunction!(primitive::challenge, module)?,
        wrap_pyfunction!(request::address_of, module)?,
        wrap_pyfunction!(gate::decide_connection, module)?,
        wrap_pyfunction!(decision::with_principal, module)?,
    ] {
        module.add_function(function)?;
    }
    #[cfg(feature = "bench")]
    {
        raw::install::<verifier::Judge>(module.py())?;
        raw::install::<verifier::Call>(module.py())?;
    }
    #[cfg(feature = "bench")]
    for function in [
        wrap_pyfunction!(bench::core_verify, module)?,
        wrap_pyfunction!(bench::release_lock, module)?,
    ] {
        module.add_function(function)?;
    }
    // Nobody's star import needs it.
    module.delattr("__all__")
}

/// The class of the claims, which pyo3 does not know.
fn add_claims(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let class = raw::claims_class(py)?;
    py.import("collections.abc")?.getattr("Mapping")?.call_method1("register", (class,))?;
    module.add("Claims", class)
}

/// What a bug report should say of this build.
fn build_facts(py: Python<'_>) -> PyResult<Bound<'_, pyo3::types::PyDict>> {
    let facts = pyo3::types::PyDict::new(py);
    facts.set_item("target", format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS))?;
    facts.set_item("profile", if cfg!(debug_assertions) { "debug" } else { "release" })?;
    facts.set_item("abi", "abi3-cp310")?;
    Ok(facts)
}
