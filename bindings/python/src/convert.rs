//! JSON of a proven token as Python's values.

use crate::errors;
use doorward_core::claims::{Members, Value};
use doorward_core::{Reason, primitive};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};

// Values are looked at where they lie: a member that is taken apart and moved is written in small pieces
// and read in large ones, for which a processor waits as long as for all the rest of it.

/// A value as `json.loads` would give it. The core has judged the text: it is valid, and at most 32
/// deep, which bounds the recursion.
pub(crate) fn value<'py>(py: Python<'py>, value: &Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    if let Some(text) = string(py, value)? {
        return Ok(text.into_any());
    }
    if let Some(integer) = value.as_i64() {
        return Ok(integer.into_pyobject(py)?.into_any());
    }
    if let Some(truth) = value.as_bool() {
        return Ok(PyBool::new(py, truth).to_owned().into_any());
    }
    if value.is_null() {
        return Ok(py.None().into_bound(py));
    }
    if let Some(elements) = value.elements() {
        let list = PyList::empty(py);
        for element in elements {
            list.append(self::value(py, &element)?)?;
        }
        return Ok(list.into_any());
    }
    match value.members() {
        Some(members) => Ok(object(py, members)?.into_any()),
        None => number(py, value.raw()),
    }
}

/// An object inside of another. Of a name that stands twice in it the first counts, as for the core.
fn object<'py>(py: Python<'py>, members: Members<'_>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for member in members {
        let name = name(py, &member.0)?;
        if !dict.contains(&name)? {
            dict.set_item(name, value(py, &member.1)?)?;
        }
    }
    Ok(dict)
}

/// The claims set itself, in which the core lets no name stand twice.
pub(crate) fn claims<'py>(py: Python<'py>, payload: &[u8]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    if let Some(members) = primitive::json_members(payload) {
        for member in members {
            dict.set_item(name(py, &member.0)?, value(py, &member.1)?)?;
        }
    }
    Ok(dict)
}

/// A string, if the value is one.
#[inline]
fn string<'py>(py: Python<'py>, value: &Value<'_>) -> PyResult<Option<Bound<'py, PyString>>> {
    match value.plain_bytes() {
        Some(plain) => PyString::from_bytes(py, plain).map(Some),
        None => Ok(value.as_str().map(|text| PyString::new(py, &text.to_string()))),
    }
}

/// The name of a claim. Those that nearly every token has are made once.
pub(crate) fn name<'py>(py: Python<'py>, name: &Value<'_>) -> PyResult<Bound<'py, PyString>> {
    let known = match name.plain_bytes() {
        Some(b"iss") => intern!(py, "iss"),
        Some(b"sub") => intern!(py, "sub"),
        Some(b"aud") => intern!(py, "aud"),
        Some(b"exp") => intern!(py, "exp"),
        Some(b"nbf") => intern!(py, "nbf"),
        Some(b"iat") => intern!(py, "iat"),
        Some(b"jti") => intern!(py, "jti"),
        Some(b"scope") => intern!(py, "scope"),
        // A name is always a string.
        _ => return Ok(string(py, name)?.unwrap_or_else(|| PyString::new(py, ""))),
    };
    Ok(known.clone())
}

/// A number that no `i64` holds: with fraction or exponent a `float`, else an `int` of any length that
/// Python converts. Of more digits (`sys.get_int_max_str_digits`, 4300) the claims set is refused, as
/// `PyJWT` does: reading it is what the limit is there to keep short.
fn number<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    if text.contains(['.', 'e', 'E']) {
        let float: f64 = text.parse().map_err(|_| errors::of_reason(py, Reason::ClaimsJson))?;
        return Ok(PyFloat::new(py, float).into_any());
    }
    py.get_type::<PyInt>().call1((text,)).map_err(|error| match error {
        error if error.is_instance_of::<PyValueError>(py) => {
            errors::of_reason(py, Reason::ClaimsJson)
        }
        error => error,
    })
}
