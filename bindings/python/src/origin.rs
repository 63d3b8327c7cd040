//! Hosts and origins on their own.

use crate::errors;
use crate::named::{self, Named};
use crate::octets::Octets;
use doorward_core::{Host, Origin, Reason, Scheme, origin};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Checks an `Origin` value against the grammar of the header, and gives it in its canonical text.
#[pyfunction]
pub(crate) fn parse_origin(
    py: Python<'_>,
    value: Named<Octets<'_>, named::Value>,
) -> PyResult<String> {
    match Origin::parse(value.as_bytes()) {
        Ok(Origin::Tuple(tuple)) => Ok(tuple.to_string()),
        Ok(Origin::Null) => Err(errors::of_reason(py, Reason::OriginNull)),
        Err(reason) => Err(errors::of_reason(py, reason)),
    }
}

/// The canonical text of a line of an origin list.
#[pyfunction]
pub(crate) fn normalise_origin(py: Python<'_>, line: Named<&str, named::Line>) -> PyResult<String> {
    let line = origin::canonical(&line).map(|text| text.as_str().to_owned());
    line.map_err(|reason| errors::of_reason(py, reason))
}

/// The name and the port of a `Host` value; the port is the scheme's where none is given.
#[pyfunction]
pub(crate) fn parse_host(
    py: Python<'_>,
    value: Named<Octets<'_>, named::Value>,
    scheme: Named<&str, named::SchemeName>,
) -> PyResult<(String, u16)> {
    let scheme = Scheme::parse(scheme.as_bytes())
        .ok_or_else(|| PyValueError::new_err("scheme must be http, https, ws or wss"))?;
    let host = Host::parse(value.as_bytes())
        .ok_or_else(|| errors::of_reason(py, Reason::HostMalformed))?;
    let written = host.to_string();
    let name = match host.port() {
        Some(port) => written.strip_suffix(&format!(":{port}")).unwrap_or(&written),
        None => &written,
    };
    Ok((name.to_owned(), host.port_or_default(scheme)))
}
