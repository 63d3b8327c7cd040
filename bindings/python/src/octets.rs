//! Bytes from Python's objects, borrowed where they lie if they can be.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};
use std::borrow::Cow;

/// The bytes of a token or of another text: `str` as UTF-8, `bytes`, `bytearray`, `memoryview`.
///
/// A `str` with a lone surrogate has no UTF-8 form. It may have come from the network all the same
/// (`surrogateescape`), so it is read as bytes that no rule accepts, not refused as a mistake of the
/// caller's.
pub(crate) struct Octets<'a>(Cow<'a, [u8]>);

impl Octets<'_> {
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Octets<'a> {
    type Error = PyErr;

    #[inline]
    fn extract(obj: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match obj.extract::<&'a str>() {
            Ok(text) => Ok(Self(Cow::Borrowed(text.as_bytes()))),
            Err(_) => other(obj),
        }
    }
}

fn other<'a>(obj: Borrowed<'a, '_, PyAny>) -> PyResult<Octets<'a>> {
    if let Ok(bytes) = obj.extract::<&'a [u8]>() {
        return Ok(Octets(Cow::Borrowed(bytes)));
    }
    if let Ok(array) = obj.cast::<PyByteArray>() {
        return Ok(Octets(Cow::Owned(array.to_vec())));
    }
    let copied = if obj.is_instance_of::<PyMemoryView>() {
        obj.call_method0("tobytes")?
    } else if obj.is_instance_of::<PyString>() {
        obj.call_method1("encode", ("utf-8", "surrogatepass"))?
    } else {
        return Err(PyTypeError::new_err("must be str, bytes, bytearray or memoryview"));
    };
    Ok(Octets(Cow::Owned(copied.cast::<PyBytes>()?.as_bytes().to_vec())))
}
