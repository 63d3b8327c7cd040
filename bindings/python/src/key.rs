//! Keys, and signing with them.

use crate::errors;
use crate::named::{self, Named};
use crate::octets::Octets;
use doorward_core::{Algorithm, Encoding, Reason, jwt};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use zeroize::Zeroizing;

/// A signing secret, the one algorithm that it is for, and the `kid` that chooses it.
///
/// `secret` is `str` or bytes, at least as long as the algorithm's hash once it is decoded;
/// `encoding` says how its text stands for its bytes: `utf8`, `base64`, `base64url` or `hex`. It is
/// wiped from this object's memory when the key is freed, and never printed.
///
/// >>> from doorward import jwt
/// >>> jwt.Key("an example secret of forty characters...", id="2026-11")
/// Key(HS256)
#[pyclass(frozen, module = "doorward.jwt")]
pub(crate) struct Key {
    pub(crate) id: Option<String>,
    pub(crate) algorithm: Algorithm,
    pub(crate) secret: Zeroizing<Vec<u8>>,
}

#[pymethods]
impl Key {
    #[new]
    #[pyo3(
        signature = (secret, *, algorithm=None, id=None, encoding=None),
        text_signature = "(secret, *, algorithm='HS256', id=None, encoding='utf8')"
    )]
    fn new(
        py: Python<'_>,
        secret: Named<Octets<'_>, named::Secret>,
        algorithm: Option<Named<&str, named::Algorithm>>,
        id: Option<Named<String, named::Id>>,
        encoding: Option<Named<&str, named::EncodingName>>,
    ) -> PyResult<Self> {
        let algorithm = Algorithm::from_name(algorithm.map_or("HS256", |name| name.0))
            .ok_or_else(|| PyValueError::new_err("algorithm must be HS256, HS384 or HS512"))?;
        let encoding = match encoding.map_or("utf8", |name| name.0) {
            "utf8" => Encoding::Utf8,
            "base64" => Encoding::Base64,
            "base64url" => Encoding::Base64Url,
            "hex" => Encoding::Hex,
            _ => {
                let message = "encoding must be utf8, base64, base64url or hex";
                return Err(PyValueError::new_err(message));
            }
        };
        let mut room = Zeroizing::new(vec![0; secret.as_bytes().len()]);
        let decoded = encoding.decode(secret.as_bytes(), &mut room);
        let key = decoded.map(|secret| Self {
            id: id.map(|id| id.0),
            algorithm,
            secret: Zeroizing::new(secret.to_vec()),
        });
        let key = key.and_then(|key| key.core().map(drop).map(|()| key));
        key.map_err(|reason| errors::usage(py, reason))
    }

    /// The `kid` that chooses this key, or `None`.
    #[getter]
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// `"HS256"`, `"HS384"` or `"HS512"`.
    #[getter]
    fn algorithm(&self) -> &'static str {
        self.algorithm.name()
    }

    fn __repr__(&self) -> String {
        format!("Key({})", self.algorithm.name())
    }
}

impl Key {
    /// The core's key, with the HMAC states computed anew.
    pub(crate) fn core(&self) -> Result<doorward_core::Key<'_>, Reason> {
        doorward_core::Key::new(self.id.as_deref(), self.algorithm, &self.secret)
    }
}

/// Signs a claims set: JSON text, taken byte for byte once it is one strict object.
#[pyfunction]
pub(crate) fn sign<'py>(
    py: Python<'py>,
    claims: Named<Octets<'_>, named::Claims>,
    key: &Bound<'py, Key>,
) -> PyResult<Bound<'py, PyString>> {
    let claims = claims.as_bytes();
    let signed = key.get().core().and_then(|key| {
        let mut out = vec![0; jwt::signed_len(&key, claims.len())];
        jwt::sign(&key, claims, &mut out).map(|token| PyString::new(py, token))
    });
    signed.map_err(|reason| errors::usage(py, reason))
}
