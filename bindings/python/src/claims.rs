//! Verified claims, read when they are asked for: what the class does that `raw.rs` makes.

use crate::convert;
use crate::raw::{self, Answer, Raised};
use doorward_core::claims::{Members, Value};
use doorward_core::primitive;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pyclass::CompareOp;
use pyo3::types::{PyBytes, PyList, PyString};
use std::ffi::CStr;

/// The class's documentation.
pub(crate) const DOC: &CStr = c"\
The claims of a token whose signature and claims were judged: a read-only mapping.

It holds the payload's bytes. A value is made when it is asked for, and made anew each time, so
that nobody's change shows to others. `raw` is the payload as its issuer wrote it; `to_dict()` is
all of it at once.

>>> from doorward import jwt
>>> secret = \"an example secret of forty characters...\"
>>> token = jwt.sign({\"sub\": \"alice\", \"exp\": 4102444800, \"realm\": {\"roles\": [\"a\"]}}, secret)
>>> claims = jwt.Verifier(secret).verify(token)
>>> claims[\"sub\"], claims[\"realm\"][\"roles\"], claims.get(\"name\")
('alice', ['a'], None)
>>> claims
Claims(3 claims)";

pub(crate) const RAW: &CStr = c"The payload's bytes: JSON text as the issuer wrote it.";
pub(crate) const TO_DICT: &CStr = c"to_dict($self, /)\n--\n\nAll claims as a new `dict`.";
pub(crate) const GET: &CStr =
    c"get($self, key, default=None, /)\n--\n\nThe claim of this name, or `default`.";
pub(crate) const KEYS: &CStr = c"keys($self, /)\n--\n\nThe names, in the order of the payload.";
pub(crate) const VALUES: &CStr =
    c"values($self, /)\n--\n\nThe values, in the order of the payload.";
pub(crate) const ITEMS: &CStr =
    c"items($self, /)\n--\n\nNames and values, in the order of the payload.";

fn members(payload: &[u8]) -> Members<'_> {
    primitive::json_members(payload).unwrap_or_default()
}

/// The claim of a name. The payload was judged, and no name stands twice: the walk ends there.
fn find<'a>(payload: &'a [u8], name: &str) -> Option<Value<'a>> {
    members(payload).find_map(|(known, value)| is_named(known, name).then_some(value))
}

/// Names are compared after their escapes.
#[inline]
fn is_named(known: Value<'_>, name: &str) -> bool {
    match known.plain_bytes() {
        Some(plain) => plain == name.as_bytes(),
        None => known.as_str().is_some_and(|known| known == name),
    }
}

/// A name that was asked for, if it is one that a claim may have.
fn text<'a>(name: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    name.cast::<PyString>().ok()?.to_str().ok()
}

pub(crate) fn item<'py>(payload: &[u8], name: &Bound<'py, PyAny>) -> Answer<'py> {
    match text(name).and_then(|name| find(payload, name)) {
        Some(claim) => convert::value(name.py(), claim),
        None => Err(Raised::missing(name)),
    }
}

pub(crate) fn get<'py>(
    py: Python<'py>,
    payload: &[u8],
    arguments: &[Bound<'py, PyAny>],
) -> Answer<'py> {
    let (key, default) = match arguments {
        [key] => (key, None),
        [key, default] => (key, Some(default)),
        _ => return Err(PyTypeError::new_err("get() takes key and default").into()),
    };
    if !key.is_instance_of::<PyString>() {
        return Err(PyTypeError::new_err("key: must be str").into());
    }
    match text(key).and_then(|name| find(payload, name)) {
        Some(claim) => convert::value(py, claim),
        None => Ok(default.cloned().unwrap_or_else(|| py.None().into_bound(py))),
    }
}

pub(crate) fn contains(payload: &[u8], name: &Bound<'_, PyAny>) -> bool {
    text(name).is_some_and(|name| find(payload, name).is_some())
}

pub(crate) fn count(payload: &[u8]) -> usize {
    members(payload).count()
}

pub(crate) fn raw<'py>(py: Python<'py>, payload: &[u8]) -> Answer<'py> {
    Ok(PyBytes::new(py, payload).into_any())
}

pub(crate) fn to_dict<'py>(py: Python<'py>, payload: &[u8]) -> Answer<'py> {
    convert::claims(py, payload).map(Bound::into_any)
}

pub(crate) fn keys<'py>(py: Python<'py>, payload: &[u8]) -> Answer<'py> {
    let names: Result<Vec<_>, Raised> =
        members(payload).map(|(name, _)| convert::name(py, name)).collect();
    Ok(PyList::new(py, names?)?.into_any())
}

pub(crate) fn values<'py>(py: Python<'py>, payload: &[u8]) -> Answer<'py> {
    Ok(convert::claims(py, payload)?.values().into_any())
}

pub(crate) fn items<'py>(py: Python<'py>, payload: &[u8]) -> Answer<'py> {
    Ok(convert::claims(py, payload)?.items().into_any())
}

pub(crate) fn iterate<'py>(py: Python<'py>, payload: &[u8]) -> Answer<'py> {
    Ok(keys(py, payload)?.try_iter()?.into_any())
}

/// Equal to another mapping of the same names and values.
pub(crate) fn compare<'py>(
    payload: &[u8],
    other: &Bound<'py, PyAny>,
    operator: CompareOp,
) -> Answer<'py> {
    let py = other.py();
    let other = match raw::claims_bytes(other) {
        Some(payload) => to_dict(py, payload)?,
        None => other.clone(),
    };
    Ok(to_dict(py, payload)?.rich_compare(other, operator)?)
}

/// Counts the claims: what they say is the token's.
pub(crate) fn represent<'py>(py: Python<'py>, payload: &[u8]) -> Answer<'py> {
    let count = count(payload);
    let text = format!("Claims({count} claim{})", if count == 1 { "" } else { "s" });
    Ok(PyString::new(py, &text).into_any())
}
