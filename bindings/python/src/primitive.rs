//! Single functions of the path: for the vectors, and for callers that need just one of them.

use crate::capability as tokens;
use crate::convert;
use crate::errors;
use crate::key::Key;
use crate::named::{self, Named};
use crate::octets::Octets;
use doorward_core::{
    Challenge, Header, Jwt, Parsed, Reason, Request, Scheme, Startup, UnixTime, Unprotected,
    credential, primitive, startup_check,
};
use doorward_policy::Policy;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

fn answer<T>(py: Python<'_>, result: Result<T, Reason>) -> PyResult<T> {
    result.map_err(|reason| errors::of_reason(py, reason))
}

/// Decodes canonical base64url without padding.
#[pyfunction]
pub(crate) fn base64url_decode<'py>(
    py: Python<'py>,
    text: Named<Octets<'_>, named::Text>,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut out = vec![0; text.as_bytes().len()];
    let decoded = primitive::base64url_decode(text.as_bytes(), &mut out);
    answer(py, decoded.map(|bytes| PyBytes::new(py, bytes)))
}

/// Encodes bytes as base64url without padding.
#[pyfunction]
pub(crate) fn base64url_encode<'py>(
    py: Python<'py>,
    data: Named<Octets<'_>, named::Data>,
) -> PyResult<Bound<'py, PyString>> {
    let mut out = vec![0; data.as_bytes().len() * 2 + 4];
    let encoded = primitive::base64url_encode(data.as_bytes(), &mut out);
    answer(py, encoded.map(|text| PyString::new(py, text)))
}

/// Checks that a text is one strict JSON object, as a claims set must be.
#[pyfunction]
pub(crate) fn json_object(py: Python<'_>, text: Named<Octets<'_>, named::Text>) -> PyResult<()> {
    let mut spare = vec![0; text.as_bytes().len()];
    answer(py, primitive::json_object(text.as_bytes(), &mut spare))
}

/// The member of a JSON object at the end of a path of names, if it is of the kind asked for.
#[pyfunction]
#[pyo3(signature = (text, path, kind="any"))]
pub(crate) fn json_at<'py>(
    py: Python<'py>,
    text: Named<Octets<'_>, named::Text>,
    path: Vec<String>,
    kind: &str,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let Some(value) = primitive::json_at(text.as_bytes(), &path) else {
        return Ok(None);
    };
    let fits = match kind {
        "any" => true,
        "string" => value.as_str().is_some(),
        "integer" => value.as_i64().is_some(),
        "bool" => value.as_bool().is_some(),
        "raw" => return Ok(Some(PyString::new(py, value.raw()).into_any())),
        _ => return Err(PyValueError::new_err("kind must be any, string, integer, bool or raw")),
    };
    fits.then(|| convert::value(py, value)).transpose().map_err(|_| PyErr::fetch(py))
}

/// The token of an `Authorization` value.
#[pyfunction]
pub(crate) fn bearer<'py>(
    py: Python<'py>,
    value: Named<Octets<'_>, named::Value>,
) -> PyResult<Bound<'py, PyBytes>> {
    answer(py, credential::bearer(value.as_bytes()).map(|token| PyBytes::new(py, token)))
}

/// Proves the MAC of a token and gives its payload. Neither `typ` nor any claim is judged.
#[pyfunction]
pub(crate) fn jws_verify<'py>(
    py: Python<'py>,
    token: Named<Octets<'_>, named::Token>,
    key: &Bound<'py, Key>,
) -> PyResult<Bound<'py, PyBytes>> {
    let token = token.as_bytes();
    let keys = [answer(py, key.get().core())?];
    let jwt = Jwt { ignore_kid: true, ignore_type: true, ..Jwt::new(&keys) };
    let mut scratch = vec![0; Jwt::scratch_bytes(token.len())];
    let proven = Parsed::parse(token, token.len(), &jwt)
        .and_then(|parsed| parsed.prove(&mut scratch))
        .map(|signed| PyBytes::new(py, signed.payload()));
    answer(py, proven)
}

/// The capability token of 32 bytes of entropy.
#[pyfunction]
pub(crate) fn capability_from(
    py: Python<'_>,
    entropy: Named<Octets<'_>, named::Entropy>,
    form: Named<&str, named::FormName>,
) -> PyResult<String> {
    tokens::from_entropy(py, &tokens::entropy(entropy.as_bytes())?, tokens::form(&form)?)
}

/// Judges a listener's address: true if all is well, false if it is only warned about.
#[pyfunction]
pub(crate) fn listen(
    py: Python<'_>,
    address: Named<&str, named::Address>,
    credential: bool,
    mode: Named<&str, named::Mode>,
) -> PyResult<bool> {
    let address = doorward_policy::read_address(&address)
        .ok_or_else(|| PyValueError::new_err("address must be an IP address"))?;
    let mode = match mode.0 {
        "refuse" => Unprotected::Refuse,
        "warn" => Unprotected::Warn,
        _ => return Err(PyValueError::new_err("mode must be refuse or warn")),
    };
    let startup = answer(py, startup_check(address, credential, mode))?;
    Ok(startup == Startup::Protected)
}

/// Decides an empty request in a scratch buffer of so many bytes: too small a one is the core's to
/// refuse.
#[pyfunction]
pub(crate) fn scratch(py: Python<'_>, policy: &str, size: usize) -> PyResult<()> {
    let policy = Policy::from_json(policy).map_err(|error| errors::of_policy(py, &error))?;
    let request =
        Request { method: b"GET", target: b"/", scheme: Scheme::Https, peer: None, headers: &NONE };
    let snapshot = policy.gate().snapshot();
    // More than any gate asks for is no more use than that.
    let mut scratch = vec![0; size.min(snapshot.scratch_bytes())];
    let decision =
        snapshot.decide(&request, UnixTime::from_seconds(1_700_000_000), &mut scratch).reason();
    answer(py, decision.map_or(Ok(()), Err))
}

const NONE: [Header<'static>; 0] = [];

/// The `WWW-Authenticate` value of a reason.
#[pyfunction]
pub(crate) fn challenge(code: u32, realm: &str, scopes: Vec<String>) -> PyResult<Option<String>> {
    let reason =
        Reason::from_code(code).ok_or_else(|| PyValueError::new_err("code is no reason's"))?;
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let challenge = reason.challenge(realm, &scopes);
    Ok(challenge.as_ref().map(Challenge::as_str).map(str::to_owned))
}
