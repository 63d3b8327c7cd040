//! Taking the credential out of what goes to a log or on to another server.

use crate::errors;
use crate::named::{self, Named};
use crate::octets::Octets;
use doorward_core::{Reason, strip};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

fn stripped<'py>(
    py: Python<'py>,
    room: usize,
    strip: impl for<'o> FnOnce(&'o mut [u8]) -> Result<&'o [u8], Reason>,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut out = vec![0; room];
    let rest = strip(&mut out).map_err(|reason| errors::of_reason(py, reason))?;
    Ok(PyBytes::new(py, rest))
}

/// The target without the query parameter `name`.
#[pyfunction]
pub(crate) fn strip_query<'py>(
    py: Python<'py>,
    target: Named<Octets<'_>, named::Target>,
    name: Named<&str, named::Parameter>,
) -> PyResult<Bound<'py, PyBytes>> {
    let target = target.as_bytes();
    stripped(py, target.len(), |out| strip::strip_query(target, &name, out))
}

/// The `Cookie` value without the cookie `name`; empty if no other is left.
#[pyfunction]
pub(crate) fn strip_cookie<'py>(
    py: Python<'py>,
    value: Named<Octets<'_>, named::Value>,
    name: Named<&str, named::Parameter>,
) -> PyResult<Bound<'py, PyBytes>> {
    let value = value.as_bytes();
    // Twice its length is enough: between two items a space may be added.
    stripped(py, value.len() * 2, |out| strip::strip_cookie(value, &name, out))
}

/// The `Sec-WebSocket-Protocol` value without the items that begin with `prefix`.
#[pyfunction]
pub(crate) fn strip_subprotocol<'py>(
    py: Python<'py>,
    value: Named<Octets<'_>, named::Value>,
    prefix: Named<&str, named::Prefix>,
) -> PyResult<Bound<'py, PyBytes>> {
    let value = value.as_bytes();
    stripped(py, value.len() * 2, |out| strip::strip_subprotocol(value, &prefix, out))
}
