//! Verified claims, read when they are asked for.

use crate::convert;
use doorward_core::{Value, primitive};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyIterator, PyList};

/// The claims of a token whose signature and claims were judged: a read-only mapping.
///
/// It holds the payload's bytes. A value is made when it is asked for, and made anew each time, so
/// that nobody's change shows to others. `raw` is the payload as its issuer wrote it; `to_dict()` is
/// all of it at once.
///
/// >>> from doorward import jwt
/// >>> secret = "an example secret of forty characters..."
/// >>> token = jwt.sign({"sub": "alice", "exp": 4102444800, "realm": {"roles": ["a"]}}, secret)
/// >>> claims = jwt.Verifier(secret).verify(token)
/// >>> claims["sub"], claims["realm"]["roles"], claims.get("name")
/// ('alice', ['a'], None)
/// >>> claims
/// Claims(3 claims)
// The list of freed objects saves a third of what one costs: a server makes one a request.
#[pyclass(frozen, mapping, freelist = 64, module = "doorward.jwt")]
pub(crate) struct Claims {
    payload: Box<[u8]>,
}

impl Claims {
    #[inline]
    pub(crate) fn new(payload: &[u8]) -> Self {
        Self { payload: payload.into() }
    }

    /// The claim of a name. The payload was judged, and no name stands twice: the walk ends there.
    fn find<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let value = self.members().find(|(known, _)| is_named(*known, name));
        value.map(|(_, value)| convert::value(py, value)).transpose()
    }

    fn members(&self) -> impl Iterator<Item = (Value<'_>, Value<'_>)> {
        primitive::json_members(&self.payload).into_iter().flatten()
    }
}

/// Names are compared after their escapes.
fn is_named(known: Value<'_>, name: &str) -> bool {
    match known.plain_bytes() {
        Some(plain) => plain == name.as_bytes(),
        None => known.as_str().is_some_and(|known| known == name),
    }
}

#[pymethods]
impl Claims {
    /// The payload's bytes: JSON text as the issuer wrote it.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.payload)
    }

    /// All claims as a new `dict`.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        convert::claims(py, &self.payload)
    }

    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let missing = || PyKeyError::new_err(name.clone().unbind());
        let text = name.extract::<&str>().map_err(|_| missing())?;
        self.find(py, text)?.ok_or_else(missing)
    }

    /// The claim of this name, or `default`.
    #[pyo3(signature = (key, default=None, /))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        key: &str,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let found = self.find(py, key)?.or(default);
        Ok(found.unwrap_or_else(|| py.None().into_bound(py)))
    }

    fn __contains__(&self, name: &Bound<'_, PyAny>) -> bool {
        let name = name.extract::<&str>();
        name.is_ok_and(|name| self.members().any(|(known, _)| is_named(known, name)))
    }

    fn __len__(&self) -> usize {
        self.members().count()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.keys(py)?.try_iter()
    }

    /// The names, in the order of the payload.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let names: PyResult<Vec<_>> =
            self.members().map(|(name, _)| convert::name(py, name)).collect();
        PyList::new(py, names?)
    }

    /// The values, in the order of the payload.
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Ok(self.to_dict(py)?.values())
    }

    /// Names and values, in the order of the payload.
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        Ok(self.to_dict(py)?.items())
    }

    /// Equal to another mapping of the same names and values.
    fn __eq__<'py>(
        &self,
        py: Python<'py>,
        other: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let other = match other.cast::<Self>() {
            Ok(claims) => claims.get().to_dict(py)?.into_any(),
            Err(_) => other.clone(),
        };
        self.to_dict(py)?.rich_compare(other, pyo3::pyclass::CompareOp::Eq)
    }

    /// Counts the claims: what they say is the token's.
    fn __repr__(&self) -> String {
        let count = self.__len__();
        format!("Claims({count} claim{})", if count == 1 { "" } else { "s" })
    }
}
