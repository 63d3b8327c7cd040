//! Capability tokens.

use crate::errors;
use crate::named::{self, Named};
use crate::octets::Octets;
use doorward_core::{Digest, Form, capability};
use pyo3::exceptions::{PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;

/// The form of this name.
pub(crate) fn form(name: &str) -> PyResult<Form> {
    match name {
        "base64url" => Ok(Form::Base64Url),
        "hex" => Ok(Form::Hex),
        "letters62" => Ok(Form::Letters62),
        _ => Err(PyValueError::new_err("form must be base64url, hex or letters62")),
    }
}

/// A new token with 256 bits from the system's random source.
#[pyfunction]
pub(crate) fn generate(form: Named<&str, named::FormName>) -> PyResult<String> {
    let token = doorward_policy::new_token(self::form(&form)?)
        .map_err(|error| PyOSError::new_err(error.to_string()))?;
    Ok(token.to_string())
}

/// The SHA-256 of a token in hexadecimal digits.
#[pyfunction]
pub(crate) fn digest(token: Named<Octets<'_>, named::Token>) -> String {
    Digest::of(token.as_bytes()).to_string()
}

/// The place of the digest that is the token's, or `None`. None is left out, no match ends the search.
#[pyfunction]
pub(crate) fn find(
    token: Named<Octets<'_>, named::Token>,
    digests: &Bound<'_, PyAny>,
) -> PyResult<Option<usize>> {
    if digests.extract::<Octets<'_>>().is_ok() {
        return Err(PyTypeError::new_err("digests must be an iterable of str, not one"));
    }
    let mut stored = Vec::new();
    for (at, digest) in digests.try_iter()?.enumerate() {
        let wrong = || format!("digests[{at}] must be 64 hexadecimal digits");
        let digest = digest?;
        let text = digest.extract::<&str>().map_err(|_| PyTypeError::new_err(wrong()))?;
        stored.push(Digest::from_hex(text).ok_or_else(|| PyValueError::new_err(wrong()))?);
    }
    Ok(capability::find(token.as_bytes(), stored.iter()))
}

/// The token of given entropy.
pub(crate) fn from_entropy(py: Python<'_>, entropy: &[u8; 32], form: Form) -> PyResult<String> {
    let mut out = [0; 64];
    capability::generate(entropy, form, &mut out)
        .map(str::to_owned)
        .map_err(|reason| errors::of_reason(py, reason))
}

/// 32 bytes.
pub(crate) fn entropy(bytes: &[u8]) -> PyResult<[u8; 32]> {
    bytes.try_into().map_err(|_| PyValueError::new_err("entropy must be 32 bytes"))
}
