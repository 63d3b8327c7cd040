//! `jwt.Verifier`: one configured check of signed tokens, without a gate around it.

use crate::claims::Claims;
use crate::convert;
use crate::errors;
use crate::json::Document;
use crate::key::Key;
use crate::octets::Octets;
use doorward_core::limits::MAX_TOKEN_BYTES;
use doorward_core::{Jwt, Reason, UnixTime};
use doorward_policy::{Policy, Snapshot};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use self_cell::self_cell;
use serde_json::Value;
use std::cell::Cell;

self_cell! {
    /// The rules and the core's view of them, made once.
    struct Held {
        owner: Snapshot,

        #[covariant]
        dependent: Jwt,
    }
}

thread_local! {
    /// The core's scratch buffer: a token's payload is decoded here, and copied once it is proven.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Verifies signed tokens: proves the MAC, then judges the claims.
///
/// `key` is a secret (`str` or bytes, with `algorithm`, which is HS256 if it is not given), a `Key`,
/// or a list of at most eight `Key`s, of which the token's `kid` chooses one. The other arguments are
/// the keys of the policy's `[jwt]` table, with its defaults: `exp` is required, a token with `aud`
/// is refused unless an audience is expected, and the clocks may differ by 30 seconds.
///
/// >>> from doorward import jwt
/// >>> secret = "an example secret of forty characters..."
/// >>> verifier = jwt.Verifier(secret, issuer="example")
/// >>> token = jwt.sign({"iss": "example", "sub": "alice", "exp": 4102444800}, secret)
/// >>> verifier.verify(token)["sub"]
/// 'alice'
/// >>> verifier.verify(token + "A")
/// Traceback (most recent call last):
///   ...
/// doorward.jwt.DecodeError: 3004 token_base64: ...
#[pyclass(frozen, module = "doorward.jwt")]
pub(crate) struct Verifier {
    held: Held,
}

/// What `key` may be.
enum Ring<'py> {
    Key(Bound<'py, Key>),
    Keys(Vec<Bound<'py, Key>>),
    Secret(Bound<'py, PyAny>),
}

impl<'py> FromPyObject<'_, 'py> for Ring<'py> {
    type Error = PyErr;

    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(key) = obj.cast::<Key>() {
            return Ok(Self::Key(key.to_owned()));
        }
        if obj.extract::<Octets<'_>>().is_ok() {
            return Ok(Self::Secret(obj.to_owned()));
        }
        let mut keys = Vec::new();
        let wrong = || PyTypeError::new_err("must be str, bytes, Key or an iterable of Key");
        for item in obj.try_iter().map_err(|_| wrong())? {
            // One more than the policy takes is enough for it to say so.
            if keys.len() > doorward_core::limits::MAX_KEYS {
                break;
            }
            keys.push(item?.cast_into::<Key>().map_err(|_| wrong())?);
        }
        Ok(Self::Keys(keys))
    }
}

impl<'py> Ring<'py> {
    fn keys(self, py: Python<'py>, algorithm: Option<&str>) -> PyResult<Vec<Bound<'py, Key>>> {
        match (self, algorithm) {
            (Self::Secret(secret), algorithm) => {
                let settings = PyDict::new(py);
                settings.set_item("algorithm", algorithm.unwrap_or("HS256"))?;
                let key = py.get_type::<Key>().call((secret,), Some(&settings))?;
                Ok(vec![key.cast_into::<Key>()?])
            }
            (_, Some(_)) => Err(PyValueError::new_err("algorithm: a Key has its own")),
            (Self::Key(key), None) => Ok(vec![key]),
            (Self::Keys(keys), None) => Ok(keys),
        }
    }
}

/// A key that Python holds.
struct Lent<'a, 'py>(&'a Bound<'py, Key>);

impl AsRef<Key> for Lent<'_, '_> {
    fn as_ref(&self) -> &Key {
        self.0.get()
    }
}

/// A string, or several.
struct Names(Vec<String>);

impl<'py> FromPyObject<'_, 'py> for Names {
    type Error = PyErr;

    fn extract(obj: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if obj.is_instance_of::<PyString>() {
            return Ok(Self(vec![obj.extract()?]));
        }
        let wrong = || PyTypeError::new_err("must be str or an iterable of str");
        let mut names = Vec::new();
        for item in obj.try_iter().map_err(|_| wrong())? {
            names.push(item?.extract::<String>().map_err(|_| wrong())?);
        }
        Ok(Self(names))
    }
}

#[pymethods]
impl Verifier {
    #[new]
    #[pyo3(signature = (
        key, *, algorithm=None, issuer=None, audience=None, subject=None, leeway=30,
        required=None, max_lifetime=None, max_age=None, typ=None, revoked=None,
        ignore_typ=false, ignore_kid=false, ignore_audience=false, valid_at_expiry=false
    ))]
    #[allow(clippy::too_many_arguments, reason = "keywords of Python, one a key of the policy")]
    #[allow(clippy::fn_params_excessive_bools, reason = "each is a named opt-out of the policy")]
    fn new(
        py: Python<'_>,
        key: Ring<'_>,
        algorithm: Option<&str>,
        issuer: Option<String>,
        audience: Option<Names>,
        subject: Option<String>,
        leeway: u64,
        required: Option<Names>,
        max_lifetime: Option<u64>,
        max_age: Option<u64>,
        typ: Option<Names>,
        revoked: Option<Names>,
        ignore_typ: bool,
        ignore_kid: bool,
        ignore_audience: bool,
        valid_at_expiry: bool,
    ) -> PyResult<Self> {
        let keys = key.keys(py, algorithm)?;
        let keys: Vec<_> = keys.iter().map(Lent).collect();
        let mut document = Document::new(&keys);
        let names = |names: Option<Names>| names.map(|names| Value::from(names.0));
        let flag = |set: bool| set.then_some(Value::Bool(true));
        document.set("issuer", issuer.map(Value::from));
        document.set("audience", names(audience));
        document.set("subject", subject.map(Value::from));
        document.set("leeway", Some(Value::from(leeway)));
        document.set("required", names(required));
        document.set("max_lifetime", max_lifetime.map(Value::from));
        document.set("max_age", max_age.map(Value::from));
        document.set("typ", names(typ));
        document.set("revoked", names(revoked));
        document.set("ignore_typ", flag(ignore_typ));
        document.set("ignore_kid", flag(ignore_kid));
        document.set("ignore_audience", flag(ignore_audience));
        document.set("valid_at_expiry", flag(valid_at_expiry));
        Self::of_json(py, &document.finish(), errors::of_settings)
    }

    /// A verifier of the `[jwt]` table of a policy, given as a dict of its keys.
    #[staticmethod]
    fn from_policy(py: Python<'_>, jwt: &Bound<'_, PyAny>) -> PyResult<Self> {
        let document = PyDict::new(py);
        document.set_item("jwt", jwt)?;
        let text = crate::gate::json_of(py, document.as_any())?;
        Self::of_json(py, &text, errors::of_settings)
    }

    /// Verifies a token: `str`, `bytes`, `bytearray` or `memoryview`.
    ///
    /// `now` is Unix time in whole seconds, the system's if it is not given; 0 means that the time is
    /// not known. Raises `Denied`, or one of its kind, with the reason of the first check that failed.
    #[pyo3(signature = (token, *, now=None))]
    fn verify(&self, py: Python<'_>, token: Octets<'_>, now: Option<u64>) -> PyResult<Claims> {
        let now = now.map_or_else(doorward_policy::now, UnixTime::from_seconds);
        match self.judge(token.as_bytes(), now, Claims::new) {
            Ok(claims) => Ok(claims),
            Err(reason) => Err(errors::of_reason(py, reason)),
        }
    }

    /// Verifies a token as `verify` does, and gives all of its claims as a `dict`.
    #[pyo3(signature = (token, *, now=None))]
    fn decode<'py>(
        &self,
        py: Python<'py>,
        token: Octets<'_>,
        now: Option<u64>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let now = now.map_or_else(doorward_policy::now, UnixTime::from_seconds);
        match self.judge(token.as_bytes(), now, |claims| convert::claims(py, claims.as_bytes())) {
            Ok(claims) => claims,
            Err(reason) => Err(errors::of_reason(py, reason)),
        }
    }

    fn __repr__(&self) -> String {
        let keys = self.held.borrow_dependent().keys.len();
        format!("Verifier({keys} key{})", if keys == 1 { "" } else { "s" })
    }
}

impl Verifier {
    fn of_json(
        py: Python<'_>,
        text: &str,
        failed: fn(Python<'_>, &doorward_policy::PolicyError) -> PyErr,
    ) -> PyResult<Self> {
        let policy = Policy::from_json(text).map_err(|error| failed(py, &error))?;
        let held = Held::try_new(policy.gate().snapshot(), |rules| {
            rules.gate().jwt.ok_or_else(|| errors::usage(py, Reason::ConfigInvalid))
        });
        Ok(Self { held: held? })
    }

    #[inline]
    fn judge<T>(
        &self,
        token: &[u8],
        now: UnixTime,
        take: impl FnOnce(&str) -> T,
    ) -> Result<T, Reason> {
        // Taken out, not borrowed: to make Python's objects may run a finalizer, which may verify.
        let mut scratch = SCRATCH.take();
        if scratch.is_empty() {
            scratch.resize(Jwt::scratch_bytes(MAX_TOKEN_BYTES), 0);
        }
        let claims = self.held.borrow_dependent().verify(token, now, &mut scratch);
        let taken = claims.map(|claims| take(claims.json()));
        SCRATCH.set(scratch);
        taken
    }

    #[cfg(feature = "bench")]
    pub(crate) fn jwt(&self) -> &Jwt<'_> {
        self.held.borrow_dependent()
    }
}
