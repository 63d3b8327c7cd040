//! The exceptions, which are Python's: `doorward._errors` makes them of a reason's number.

use doorward_core::Reason;
use doorward_policy::PolicyError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyAny;

const MODULE: &str = "doorward._errors";

/// The exception that goes with a reason: `Denied` or one of its kind, `UsageError` for a mistake of
/// the caller's (1xxx), `Undecided` where there is no answer (9xxx).
#[cold]
pub(crate) fn of_reason(py: Python<'_>, reason: Reason) -> PyErr {
    static OF_CODE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    raised(OF_CODE.import(py, MODULE, "of_code").and_then(|make| make.call1((reason.code(),))))
}

/// A `UsageError`, whatever the reason: what the caller wants to sign is its own.
#[cold]
pub(crate) fn usage(py: Python<'_>, reason: Reason) -> PyErr {
    static USAGE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    raised(USAGE.import(py, MODULE, "usage").and_then(|make| make.call1((reason.code(),))))
}

/// A `PolicyError` with its place in the document.
#[cold]
pub(crate) fn of_policy(py: Python<'_>, error: &PolicyError) -> PyErr {
    let position = error.position();
    policy(py, error, position.map(|at| (at.line, at.column)), &error.to_string())
}

/// A `PolicyError` of a document that the binding wrote itself: its lines are nobody's.
#[cold]
pub(crate) fn of_settings(py: Python<'_>, error: &PolicyError) -> PyErr {
    let path = error.path();
    let gap = if path.is_empty() { "" } else { ": " };
    policy(py, error, None, &format!("{path}{gap}{}", error.message()))
}

fn policy(py: Python<'_>, error: &PolicyError, at: Option<(u32, u32)>, told: &str) -> PyErr {
    static POLICY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let (line, column) = at.unzip();
    raised(POLICY.import(py, MODULE, "policy").and_then(|make| {
        make.call1((told, error.reason().code(), error.path(), line, column, error.message()))
    }))
}

fn raised(exception: PyResult<Bound<'_, PyAny>>) -> PyErr {
    exception.map_or_else(|error| error, PyErr::from_value)
}

/// The `Reason` of a reason.
pub(crate) fn reason(py: Python<'_>, reason: Reason) -> PyResult<Bound<'_, PyAny>> {
    static REASON: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    REASON.import(py, "doorward._reason", "Reason")?.call1((reason.code(),))
}
