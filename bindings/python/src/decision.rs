//! The answer to one request.

use crate::errors;
use crate::raw;
use crate::request::Arrived;
use doorward_core::{Reason, UnixTime};
use doorward_policy::Snapshot;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// The answer to one request: true if it may come in.
///
/// `principal` says who, and is `None` for a denial; `reason` says why not, and is `None` otherwise.
/// `status` and `challenge` are what a refused client gets; `explain()` is for the log's reader.
#[pyclass(frozen, module = "doorward")]
pub(crate) struct Decision {
    rules: Snapshot,
    arrived: Arrived,
    now: UnixTime,
    outcome: Result<Py<Principal>, Reason>,
}

impl Decision {
    pub(crate) fn of(
        py: Python<'_>,
        rules: Snapshot,
        arrived: Arrived,
        now: UnixTime,
    ) -> PyResult<Self> {
        let outcome = arrived.with(py, |request| rules.admit(request, now));
        let outcome = match outcome {
            Ok(principal) => Ok(Py::new(py, Principal { principal })?),
            Err(reason) => Err(reason),
        };
        Ok(Self { rules, arrived, now, outcome })
    }
}

/// A copy of an ASGI scope with `principal` in a copy of its state: a server may share either.
#[pyfunction]
pub(crate) fn with_principal<'py>(
    scope: &Bound<'py, PyAny>,
    key: &Bound<'py, PyString>,
    principal: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let scope = copy(scope)?;
    let name = intern!(scope.py(), "state");
    let state = match scope.get_item(name)? {
        Some(state) if !state.is_none() => copy(&state)?,
        _ => PyDict::new(scope.py()),
    };
    state.set_item(key, principal)?;
    scope.set_item(name, state)?;
    Ok(scope)
}

fn copy<'py>(mapping: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    match mapping.cast_exact::<PyDict>() {
        Ok(dict) => dict.copy(),
        Err(_) => Ok(mapping.py().get_type::<PyDict>().call1((mapping,))?.cast_into()?),
    }
}

#[pymethods]
impl Decision {
    fn __bool__(&self) -> bool {
        self.outcome.is_ok()
    }

    /// Whether the request may come in.
    #[getter]
    fn allowed(&self) -> bool {
        self.outcome.is_ok()
    }

    /// On whose behalf the request came in; `None` if it may not.
    #[getter]
    fn principal(&self, py: Python<'_>) -> Option<Py<Principal>> {
        self.outcome.as_ref().ok().map(|principal| principal.clone_ref(py))
    }

    /// Why the request may not come in; `None` if it may.
    #[getter]
    fn reason<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let reason = self.outcome.as_ref().err();
        reason.map(|reason| errors::reason(py, *reason)).transpose()
    }

    /// The HTTP status: 200, or that of the refusal.
    #[getter]
    fn status(&self) -> u16 {
        self.outcome.as_ref().err().map_or(200, |reason| reason.status())
    }

    /// The `WWW-Authenticate` value of the refusal, if one goes with it.
    #[getter]
    fn challenge(&self) -> Option<String> {
        self.outcome.as_ref().err().and_then(|reason| self.rules.challenge(*reason))
    }

    /// Where the policy looked for credentials, in order: `"authorization"`, `"cookie:NAME"` …
    #[getter]
    fn places(&self) -> Vec<String> {
        self.rules.gate().credential.places.iter().map(|place| place.as_str().to_owned()).collect()
    }

    /// The address at the other end, as it was judged; `None` if it is not known.
    #[getter]
    fn peer(&self) -> Option<String> {
        self.arrived.peer().map(|address| address.to_string())
    }

    /// Whether subprotocols are offered to a policy that looks for a credential among them: no server
    /// may select that one, which would send it back for all to read.
    #[getter]
    fn offers_credential(&self, py: Python<'_>) -> bool {
        let mut places = self.rules.gate().credential.places.iter();
        places.any(|place| place.as_str().starts_with("subprotocol:"))
            && self.arrived.has_line(py, "sec-websocket-protocol")
    }

    /// Each check with the values that it compared, a line each: for the log, not for the client.
    /// Secrets are left out, bytes of the request are shown escaped.
    fn explain(&self, py: Python<'_>) -> String {
        self.arrived.with(py, |request| self.rules.explain(request, self.now).to_string())
    }

    fn __repr__(&self) -> String {
        match &self.outcome {
            Ok(_) => "Decision(allow)".to_owned(),
            Err(reason) => format!("Decision(deny {reason})"),
        }
    }
}

/// On whose behalf a request came in.
#[pyclass(frozen, module = "doorward")]
pub(crate) struct Principal {
    principal: doorward_policy::Principal,
}

#[pymethods]
impl Principal {
    /// `"anonymous"`, `"capability"` or `"token"`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.principal.kind()
    }

    /// The capability entry's id, or the token's `sub`; `None` if there is none.
    #[getter]
    fn id(&self) -> Option<&str> {
        self.principal.id()
    }

    /// Where the credential was, as the policy writes the place; empty for an anonymous principal.
    #[getter]
    fn place(&self) -> &str {
        self.principal.place()
    }

    /// The id of the key that proved the token, if it has one.
    #[getter]
    fn key_id(&self) -> Option<&str> {
        self.principal.key_id()
    }

    /// The second from which on the credential is no longer valid, in Unix time; `None` if it has no
    /// end.
    #[getter]
    fn expires(&self) -> Option<u64> {
        self.principal.expires()
    }

    /// The verified claims of a signed token; `None` for other credentials.
    #[getter]
    fn claims<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let claims = self.principal.claims().map(|claims| raw::new_claims(py, claims.as_bytes()));
        claims.transpose().map_err(|_| PyErr::fetch(py))
    }

    /// Whether the credential carries the scope.
    fn has_scope(&self, scope: &str) -> bool {
        self.principal.has_scope(scope)
    }

    /// Tells kind and place; the id and the claims come from a token.
    fn __repr__(&self) -> String {
        format!("Principal({}, {:?})", self.principal.kind(), self.principal.place())
    }
}
