//! `jwt.Verifier`: one configured check of signed tokens, without a gate around it.

use crate::convert;
use crate::errors;
use crate::json::Document;
use crate::key::Key;
use crate::named::{self, Named};
use crate::octets::Octets;
use crate::raw::{self, Answer, Quick, Raised};
use doorward_core::limits::MAX_TOKEN_BYTES;
use doorward_core::{Jwt, Reason, UnixTime};
use doorward_policy::{Policy, Snapshot};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use self_cell::self_cell;
use serde_json::Value;
use std::cell::Cell;
use std::ffi::CStr;

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
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

type Scratch = [u8; Jwt::scratch_bytes(MAX_TOKEN_BYTES)];

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
/// >>> verifier.verify("no token")
/// Traceback (most recent call last):
///   ...
/// doorward.jwt.DecodeError: 3002 token_alphabet: the token holds a byte outside base64url and the dot
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

impl From<Names> for Value {
    fn from(names: Names) -> Self {
        names.0.into()
    }
}

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
    #[pyo3(
        signature = (
            key, *, algorithm=None, issuer=None, audience=None, subject=None, leeway=None,
            required=None, max_lifetime=None, max_age=None, typ=None, revoked=None,
            ignore_typ=None, ignore_kid=None, ignore_audience=None, valid_at_expiry=None
        ),
        text_signature = "(key, *, algorithm=None, issuer=None, audience=None, subject=None, leeway=30, required=None, max_lifetime=None, max_age=None, typ=None, revoked=None, ignore_typ=False, ignore_kid=False, ignore_audience=False, valid_at_expiry=False)"
    )]
    #[allow(clippy::too_many_arguments, reason = "keywords of Python, one a key of the policy")]
    fn new(
        py: Python<'_>,
        key: Named<Ring<'_>, named::KeyRing>,
        algorithm: Option<Named<&str, named::Algorithm>>,
        issuer: Option<Named<String, named::Issuer>>,
        audience: Option<Named<Names, named::Audience>>,
        subject: Option<Named<String, named::Subject>>,
        leeway: Option<Named<u64, named::Leeway>>,
        required: Option<Named<Names, named::Required>>,
        max_lifetime: Option<Named<u64, named::MaxLifetime>>,
        max_age: Option<Named<u64, named::MaxAge>>,
        typ: Option<Named<Names, named::Typ>>,
        revoked: Option<Named<Names, named::Revoked>>,
        ignore_typ: Option<Named<bool, named::IgnoreTyp>>,
        ignore_kid: Option<Named<bool, named::IgnoreKid>>,
        ignore_audience: Option<Named<bool, named::IgnoreAudience>>,
        valid_at_expiry: Option<Named<bool, named::ValidAtExpiry>>,
    ) -> PyResult<Self> {
        let keys = key.0.keys(py, algorithm.map(|name| name.0))?;
        let keys: Vec<_> = keys.iter().map(Lent).collect();
        let mut document = Document::new(&keys);
        document.set("issuer", issuer.map(|text| text.0.into()));
        document.set("audience", audience.map(|names| names.0.into()));
        document.set("subject", subject.map(|text| text.0.into()));
        document.set("leeway", leeway.map(|seconds| seconds.0.into()));
        document.set("required", required.map(|names| names.0.into()));
        document.set("max_lifetime", max_lifetime.map(|seconds| seconds.0.into()));
        document.set("max_age", max_age.map(|seconds| seconds.0.into()));
        document.set("typ", typ.map(|names| names.0.into()));
        document.set("revoked", revoked.map(|names| names.0.into()));
        document.set("ignore_typ", ignore_typ.map(|set| set.0.into()));
        document.set("ignore_kid", ignore_kid.map(|set| set.0.into()));
        document.set("ignore_audience", ignore_audience.map(|set| set.0.into()));
        document.set("valid_at_expiry", valid_at_expiry.map(|set| set.0.into()));
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
    fn verify<'py>(
        &self,
        py: Python<'py>,
        token: Named<Octets<'_>, named::Token>,
        now: Option<Named<u64, named::Now>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.claims(py, token.as_bytes(), time(now)).map_err(|_| PyErr::fetch(py))
    }

    /// Verifies a token as `verify` does, and gives all of its claims as a `dict`.
    #[pyo3(signature = (token, *, now=None))]
    fn decode<'py>(
        &self,
        py: Python<'py>,
        token: Named<Octets<'_>, named::Token>,
        now: Option<Named<u64, named::Now>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.dict(py, token.as_bytes(), time(now)).map_err(|_| PyErr::fetch(py))
    }

    /// Verifies a token as `verify` does, and makes nothing of it: for benches/python.
    #[cfg(feature = "bench")]
    fn judge<'py>(
        &self,
        py: Python<'py>,
        token: Named<Octets<'_>, named::Token>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.nothing(py, token.as_bytes(), time(None)).map_err(|_| PyErr::fetch(py))
    }

    /// Takes an argument as `verify` does, and does nothing with it: for benches/python.
    #[cfg(feature = "bench")]
    fn call<'py>(
        &self,
        py: Python<'py>,
        token: Named<Octets<'_>, named::Token>,
    ) -> Bound<'py, PyAny> {
        let _ = token;
        py.None().into_bound(py)
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

    fn claims<'py>(&self, py: Python<'py>, token: &[u8], now: UnixTime) -> Answer<'py> {
        self.prove(token, now, |payload| raw::new_claims(py, payload))
    }

    fn dict<'py>(&self, py: Python<'py>, token: &[u8], now: UnixTime) -> Answer<'py> {
        self.prove(token, now, |payload| convert::claims(py, payload).map(Bound::into_any))
    }

    #[cfg(feature = "bench")]
    fn nothing<'py>(&self, py: Python<'py>, token: &[u8], now: UnixTime) -> Answer<'py> {
        self.prove(token, now, |_| Ok(py.None().into_bound(py)))
    }

    #[inline]
    fn prove<'py>(
        &self,
        token: &[u8],
        now: UnixTime,
        take: impl FnOnce(&[u8]) -> Answer<'py>,
    ) -> Answer<'py> {
        // Taken out, not borrowed: to make Python's objects may run a finalizer, which may verify.
        let mut scratch = SCRATCH.take().unwrap_or_else(new_scratch);
        let claims = self.held.borrow_dependent().verify(token, now, scratch.as_mut_slice());
        let taken = claims.map(|claims| take(claims.as_bytes()));
        SCRATCH.set(Some(scratch));
        taken.unwrap_or_else(|reason| Err(Raised::by(|py| errors::of_reason(py, reason))))
    }

    #[cfg(feature = "bench")]
    pub(crate) fn jwt(&self) -> &Jwt<'_> {
        self.held.borrow_dependent()
    }
}

#[cold]
fn new_scratch() -> Box<Scratch> {
    Box::new([0; size_of::<Scratch>()])
}

fn time(now: Option<Named<u64, named::Now>>) -> UnixTime {
    now.map_or_else(doorward_policy::now, |now| UnixTime::from_seconds(now.0))
}

/// A method of the verifier's, by a quick way: how it answers one `str`.
macro_rules! quick {
    ($( $(#[$when:meta])? $kind:ident, $name:literal, |$py:ident, $this:ident, $text:ident| $answer:expr; )*) => { $(
        $(#[$when])?
        pub(crate) enum $kind {}

        $(#[$when])?
        impl Quick for $kind {
            type Class = Verifier;

            const NAME: &'static CStr = $name;

            #[inline]
            fn answer<'py>($py: Python<'py>, $this: &Verifier, $text: &[u8]) -> Answer<'py> {
                $answer
            }

            fn usual() -> &'static PyOnceLock<Py<PyAny>> {
                static USUAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
                &USUAL
            }
        }
    )* };
}

quick! {
    Verify, c"verify", |py, this, text| this.claims(py, text, doorward_policy::now());
    Decode, c"decode", |py, this, text| this.dict(py, text, doorward_policy::now());
    #[cfg(feature = "bench")]
    Judge, c"judge", |py, this, text| this.nothing(py, text, doorward_policy::now());
    #[cfg(feature = "bench")]
    Call, c"call", |py, _this, _text| Ok(py.None().into_bound(py));
}
