//! A request as Python's servers hand it over.

use doorward_core::limits::MAX_HEADERS;
use doorward_core::{Header, Request, Scheme};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyMapping, PyString, PyTuple};
use std::net::IpAddr;

/// One text of a request: the object that Python gave, which cannot change.
///
/// A `str` stands for the bytes of its characters' numbers (latin-1), which is how PEP 3333 and every
/// server with `str` headers read them off the wire: what was received is what is judged. A character
/// above U+00FF was never on the wire, and is refused as a mistake of the caller's.
pub(crate) enum Text {
    /// Bytes.
    Bytes(Py<PyBytes>),
    /// A `str` of ASCII only.
    Ascii(Py<PyString>),
}

impl Text {
    fn read(obj: &Bound<'_, PyAny>, told: impl FnOnce() -> String) -> PyResult<Self> {
        if let Ok(bytes) = obj.cast_exact::<PyBytes>() {
            return Ok(Self::Bytes(bytes.clone().unbind()));
        }
        let py = obj.py();
        if let Ok(text) = obj.cast::<PyString>() {
            let wrong = "must hold characters up to U+00FF only";
            let Ok(read) = text.to_str() else {
                return Err(PyValueError::new_err(format!("{} {wrong}", told())));
            };
            if read.is_ascii() {
                // An instance of a subclass is read once, here: as itself it may change its mind.
                return Ok(match text.cast_exact::<PyString>() {
                    Ok(text) => Self::Ascii(text.clone().unbind()),
                    Err(_) => Self::Ascii(PyString::new(py, read).unbind()),
                });
            }
            let bytes: Option<Vec<u8>> = read.chars().map(|c| u8::try_from(c).ok()).collect();
            return match bytes {
                Some(bytes) => Ok(Self::Bytes(PyBytes::new(py, &bytes).unbind())),
                None => Err(PyValueError::new_err(format!("{} {wrong}", told()))),
            };
        }
        match obj.cast::<PyBytes>() {
            Ok(bytes) => Ok(Self::Bytes(PyBytes::new(py, bytes.as_bytes()).unbind())),
            Err(_) => Err(PyTypeError::new_err(format!("{} must be bytes or str", told()))),
        }
    }

    /// This path with a query behind it, unless that is empty.
    fn with_query(self, py: Python<'_>, query: &Self) -> Self {
        match query.bytes(py) {
            [] => self,
            query => {
                Self::Bytes(PyBytes::new(py, &[self.bytes(py), b"?", query].concat()).unbind())
            }
        }
    }

    fn bytes<'a>(&'a self, py: Python<'a>) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes.as_bytes(py),
            // Its UTF-8 form was made, and kept by Python, when it was read.
            Self::Ascii(text) => text.to_str(py).unwrap_or_default().as_bytes(),
        }
    }
}

/// A request, for as long as its decision is kept.
pub(crate) struct Arrived {
    method: Text,
    target: Text,
    scheme: Scheme,
    peer: Option<IpAddr>,
    headers: Vec<(Text, Text)>,
}

impl Arrived {
    pub(crate) fn read(
        headers: &Bound<'_, PyAny>,
        target: &Bound<'_, PyAny>,
        scheme: &str,
        method: &Bound<'_, PyAny>,
        peer: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        Ok(Self {
            method: Text::read(method, || "method".to_owned())?,
            target: Text::read(target, || "target".to_owned())?,
            scheme: Scheme::parse(scheme.as_bytes())
                .ok_or_else(|| PyValueError::new_err("scheme must be http, https, ws or wss"))?,
            peer: peer.map(read_peer).transpose()?,
            headers: read_headers(headers)?,
        })
    }

    /// A connection as a server describes it: see [`decide_connection`](crate::gate::decide_connection).
    pub(crate) fn of_connection(
        headers: &Bound<'_, PyAny>,
        path: &Bound<'_, PyAny>,
        query: Option<&Bound<'_, PyAny>>,
        scheme: &str,
        method: &Bound<'_, PyAny>,
        client: Option<&str>,
    ) -> PyResult<Self> {
        let mut arrived = Self::read(headers, path, scheme, method, None)?;
        if let Some(query) = query {
            let query = Text::read(query, || "query".to_owned())?;
            arrived.target = arrived.target.with_query(path.py(), &query);
        }
        arrived.peer = client.and_then(address);
        Ok(arrived)
    }

    /// The address at the other end.
    pub(crate) const fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// Whether a line of this name came. Names have no case.
    pub(crate) fn has_line(&self, py: Python<'_>, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.bytes(py).eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Shows the request to `see`.
    pub(crate) fn with<T>(&self, py: Python<'_>, see: impl FnOnce(&Request<'_>) -> T) -> T {
        let lines: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| Header { name: name.bytes(py), value: value.bytes(py) })
            .collect();
        see(&Request {
            method: self.method.bytes(py),
            target: self.target.bytes(py),
            scheme: self.scheme,
            peer: self.peer,
            headers: &lines,
        })
    }
}

/// The lines of an iterable of pairs, or of a mapping. One line more than the limit is enough for the
/// core to see that it is passed.
fn read_headers(headers: &Bound<'_, PyAny>) -> PyResult<Vec<(Text, Text)>> {
    let wrong = || PyTypeError::new_err("headers must be an iterable of pairs, or a mapping");
    if headers.is_instance_of::<PyString>() || headers.is_instance_of::<PyBytes>() {
        return Err(wrong());
    }
    let pairs = match headers.cast::<PyList>() {
        Ok(list) => list.clone().into_any(),
        Err(_) => match headers.cast::<PyMapping>() {
            Ok(mapping) => mapping.items()?.into_any(),
            Err(_) => headers.clone(),
        },
    };
    let mut lines = Vec::with_capacity(pairs.len().unwrap_or(0).min(MAX_HEADERS + 1));
    for (at, pair) in pairs.try_iter().map_err(|_| wrong())?.take(MAX_HEADERS + 1).enumerate() {
        lines.push(read_line(&pair?, at)?);
    }
    Ok(lines)
}

fn read_line(pair: &Bound<'_, PyAny>, at: usize) -> PyResult<(Text, Text)> {
    let wrong = || PyTypeError::new_err(format!("headers[{at}] must be a pair of name and value"));
    let pair = match pair.cast::<PyTuple>() {
        Ok(pair) => pair.clone(),
        Err(_) => pair.cast::<PyList>().map_err(|_| wrong())?.to_tuple(),
    };
    if pair.len() != 2 {
        return Err(wrong());
    }
    let name = Text::read(&pair.get_item(0)?, || format!("headers[{at}]: the name"))?;
    let value = Text::read(&pair.get_item(1)?, || format!("headers[{at}]: the value"))?;
    Ok((name, value))
}

/// `str`, or an address of the module `ipaddress`.
fn read_peer(peer: &Bound<'_, PyAny>) -> PyResult<IpAddr> {
    if let Ok(text) = peer.extract::<&str>() {
        return text.parse().map_err(|_| PyValueError::new_err("peer must be an IP address"));
    }
    let wrong = |_| PyTypeError::new_err("peer must be str, IPv4Address, IPv6Address or None");
    peer.extract().map_err(wrong)
}

/// The IP address in what a server calls its client: `None` for the path of a Unix socket, an empty
/// string, or a test client's name. The zone of a link-local address is left out.
fn address(client: &str) -> Option<IpAddr> {
    client.split('%').next()?.parse().ok()
}

/// [`address`], for servers that put a request together from other parts.
#[pyfunction]
pub(crate) fn address_of(host: &str) -> Option<String> {
    address(host).map(|address| address.to_string())
}
