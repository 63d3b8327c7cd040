//! `Gate`: a policy that decides.

use crate::decision::Decision;
use crate::errors;
use crate::named::{self, Named};
use crate::request::Arrived;
use doorward_core::{Startup, UnixTime};
use doorward_policy::{Policy, PolicyError, Warning};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// A policy that decides requests. Threads share it; `reload()` replaces its rules as a whole.
///
/// >>> from doorward import Gate
/// >>> gate = Gate.from_policy({
/// ...     "capability": [{"id": "ci", "token": "kd83hf-2hf9_sm3jd84hf7skq0z9x8c7v6b5n4m3l2k"}],
/// ... })
/// >>> decision = gate.decide(
/// ...     headers=[(b"host", b"app.example.com")], target="/ws", scheme="https", peer="203.0.113.9"
/// ... )
/// >>> bool(decision), decision.status, decision.reason
/// (False, 401, <Reason.CREDENTIAL_MISSING: 2301>)
#[pyclass(frozen, module = "doorward")]
pub(crate) struct Gate {
    gate: doorward_policy::Gate,
    warnings: Mutex<Vec<String>>,
}

#[pymethods]
impl Gate {
    /// Reads a policy file: TOML if its name ends in `.toml`, JSON if in `.json`.
    ///
    /// Raises `PolicyError` with line, column and the key's path.
    #[staticmethod]
    fn open(py: Python<'_>, path: Named<PathBuf, named::PathName>) -> PyResult<Self> {
        // Files are read: others may run meanwhile.
        Self::of(py, py.detach(|| Policy::from_file(path.0)))
    }

    /// A gate of a policy document: a mapping with the document's keys, or its text, which is TOML
    /// unless `syntax` is `"json"`. Relative paths of secrets are meant from the working directory.
    ///
    /// Raises `PolicyError` with the key's path, and for text with line and column.
    #[staticmethod]
    #[pyo3(signature = (policy, *, syntax=None))]
    fn from_policy(
        py: Python<'_>,
        policy: &Bound<'_, PyAny>,
        syntax: Option<Named<&str, named::Syntax>>,
    ) -> PyResult<Self> {
        if let Ok(text) = policy.cast::<PyString>() {
            let text = text.to_str().map_err(|_| PyValueError::new_err("policy is not UTF-8"))?;
            return match syntax.map(|syntax| syntax.0) {
                None | Some("toml") => Self::of(py, py.detach(|| Policy::from_toml(text))),
                Some("json") => Self::of(py, py.detach(|| Policy::from_json(text))),
                Some(_) => Err(PyValueError::new_err("syntax must be \"toml\" or \"json\"")),
            };
        }
        if policy.cast::<PyMapping>().is_err() {
            return Err(PyTypeError::new_err("policy must be a mapping or str"));
        }
        if syntax.is_some() {
            return Err(PyValueError::new_err("syntax: a mapping has none"));
        }
        let text = json_of(py, policy)?;
        let loaded = py.detach(|| Policy::from_json(&text));
        let policy = loaded.map_err(|error| errors::of_settings(py, &error))?;
        Self::of(py, Ok(policy))
    }

    /// Decides one request. The answer is true if the request may come in.
    ///
    /// `headers` is every header line in the order of arrival, pairs of name and value (a mapping is
    /// taken too, but hides lines that came twice: give pairs wherever the server has them); `target`
    /// the request target, path and query; `scheme` how this server was reached, `http`, `https`, `ws`
    /// or `wss`; `peer` the address at the other end of the connection, without which no forwarding
    /// header counts; `now` Unix time in whole seconds, the system's if it is not given. `str` stands
    /// for latin-1, as it does in WSGI.
    #[pyo3(signature = (*, headers, target, scheme, method=None, peer=None, now=None))]
    #[allow(clippy::too_many_arguments, reason = "keywords of Python: the parts of a request")]
    fn decide(
        &self,
        py: Python<'_>,
        headers: &Bound<'_, PyAny>,
        target: &Bound<'_, PyAny>,
        scheme: Named<&str, named::SchemeName>,
        method: Option<&Bound<'_, PyAny>>,
        peer: Option<&Bound<'_, PyAny>>,
        now: Option<Named<u64, named::Now>>,
    ) -> PyResult<Decision> {
        let get = pyo3::intern!(py, "GET").as_any();
        let arrived = Arrived::read(headers, target, &scheme, method.unwrap_or(get), peer)?;
        let now = now.map_or_else(doorward_policy::now, |now| UnixTime::from_seconds(now.0));
        // The interpreter stays locked: a decision takes microseconds, and a lock that was released may
        // be another thread's for milliseconds.
        Decision::of(py, self.gate.snapshot(), arrived, now)
    }

    /// Reads the policy and its secrets again, and returns the warnings. A policy that is not in
    /// order changes nothing: the old rules stay, and `PolicyError` says what is wrong.
    fn reload(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        let warnings =
            py.detach(|| self.gate.reload()).map_err(|error| errors::of_policy(py, &error))?;
        let warnings = told(&warnings);
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&warnings);
        Ok(warnings)
    }

    /// What works and should not stay so, such as a secret file that everybody can read.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Judges an address before a server listens on it. True if all is well, false if the policy only
    /// warns that other machines reach it without a credential; raises `UsageError` if it refuses.
    fn startup_check(
        &self,
        py: Python<'_>,
        address: Named<&str, named::Address>,
    ) -> PyResult<bool> {
        let address = doorward_policy::read_address(&address)
            .ok_or_else(|| PyValueError::new_err("address must be an IP address"))?;
        match self.gate.snapshot().startup_check(address) {
            Ok(startup) => Ok(startup == Startup::Protected),
            Err(reason) => Err(errors::of_reason(py, reason)),
        }
    }

    fn __repr__(&self) -> &'static str {
        "Gate()"
    }
}

impl Gate {
    fn of(py: Python<'_>, policy: Result<Policy, PolicyError>) -> PyResult<Self> {
        let policy = policy.map_err(|error| errors::of_policy(py, &error))?;
        let warnings = Mutex::new(told(policy.warnings()));
        Ok(Self { gate: policy.gate(), warnings })
    }
}

/// Decides a connection as a server describes it, for the middleware: `path` and `query` are the target's
/// parts, `client` is whatever the server calls the other end, which counts if it is an IP address.
#[pyfunction]
#[pyo3(signature = (gate, headers, path, query, scheme, method, client))]
#[allow(clippy::too_many_arguments, reason = "the parts of a request")]
pub(crate) fn decide_connection(
    py: Python<'_>,
    gate: &Bound<'_, Gate>,
    headers: &Bound<'_, PyAny>,
    path: &Bound<'_, PyAny>,
    query: Option<&Bound<'_, PyAny>>,
    scheme: Named<&str, named::SchemeName>,
    method: &Bound<'_, PyAny>,
    client: Option<Named<&str, named::Client>>,
) -> PyResult<Decision> {
    let client = client.map(|client| client.0);
    let arrived = Arrived::of_connection(headers, path, query, &scheme, method, client)?;
    Decision::of(py, gate.get().gate.snapshot(), arrived, doorward_policy::now())
}

fn told(warnings: &[Warning]) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}

/// A policy's JSON form. Python's own writer makes it; what JSON cannot say is a `TypeError` or a
/// `ValueError` of its, which holds no value of a secret's.
pub(crate) fn json_of(py: Python<'_>, policy: &Bound<'_, PyAny>) -> PyResult<Zeroizing<String>> {
    let settings = PyDict::new(py);
    settings.set_item("allow_nan", false)?;
    let plain = py.get_type::<PyDict>().call1((policy,))?;
    let text = py.import("json")?.call_method("dumps", (plain,), Some(&settings))?;
    Ok(Zeroizing::new(text.extract()?))
}
