//! JSON of a proven token as Python's values.

use crate::errors;
use crate::raw::{self, Answer, Raised};
use doorward_core::claims::{Members, Value};
use doorward_core::{Reason, primitive};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};
use std::mem::replace;

/// A value as `json.loads` would give it. The core has judged the text: it is valid, and at most 32
/// deep, which bounds the recursion.
pub(crate) fn value<'py>(py: Python<'py>, value: Value<'_>) -> Answer<'py> {
    Reading::default().value(py, value)
}

/// The claims set itself, in which the core lets no name stand twice.
pub(crate) fn claims<'py>(py: Python<'py>, payload: &[u8]) -> Result<Bound<'py, PyDict>, Raised> {
    let mut reading = Reading::default();
    let dict = PyDict::new(py);
    for (name, value) in primitive::json_members(payload).unwrap_or_default() {
        let value = reading.value(py, value)?;
        match usual_name(py, name) {
            Some(name) => raw::put(&dict, name, &value)?,
            None => raw::put(&dict, &self::value(py, name)?, &value)?,
        }
    }
    Ok(dict)
}

/// The name of a claim.
pub(crate) fn name<'py>(py: Python<'py>, name: Value<'_>) -> Answer<'py> {
    Reading::default().name(py, name)
}

/// A text while it is read.
#[derive(Default)]
struct Reading<'py, 'a> {
    in_list: bool,
    /// Names of the objects in lists, which come again and again. Each has one place, where the next that
    /// falls on it takes its turn.
    names: Vec<Option<(&'a [u8], Bound<'py, PyAny>)>>,
}

/// How many names are kept.
const PLACES: usize = 32;

impl<'py, 'a> Reading<'py, 'a> {
    fn name(&mut self, py: Python<'py>, name: Value<'a>) -> Answer<'py> {
        match (usual_name(py, name), name.plain_bytes()) {
            (Some(name), _) => Ok(name.clone().into_any()),
            (None, Some(plain @ [first, .., last])) if self.in_list => {
                let place = plain.len() ^ usize::from(*first) ^ usize::from(*last) << 2;
                self.kept_name(py, plain, place % PLACES)
            }
            // A name is always a string.
            _ => value(py, name),
        }
    }

    fn kept_name(&mut self, py: Python<'py>, plain: &'a [u8], place: usize) -> Answer<'py> {
        if self.names.is_empty() {
            self.names.resize_with(PLACES, || None);
        }
        if let Some(Some((known, name))) = self.names.get(place)
            && *known == plain
        {
            return Ok(name.clone());
        }
        let name = raw::text(py, plain)?;
        if let Some(place) = self.names.get_mut(place) {
            *place = Some((plain, name.clone()));
        }
        Ok(name)
    }

    #[inline]
    fn value(&mut self, py: Python<'py>, value: Value<'a>) -> Answer<'py> {
        if let Some(plain) = value.plain_bytes() {
            return raw::text(py, plain);
        }
        match value.as_i64() {
            Some(integer) => raw::integer(py, integer),
            None => self.rarer_value(py, value),
        }
    }

    #[inline(never)]
    fn rarer_value(&mut self, py: Python<'py>, value: Value<'a>) -> Answer<'py> {
        if let Some(text) = value.as_str() {
            return Ok(PyString::new(py, &text.to_string()).into_any());
        }
        if let Some(truth) = value.as_bool() {
            return Ok(PyBool::new(py, truth).to_owned().into_any());
        }
        if value.is_null() {
            return Ok(py.None().into_bound(py));
        }
        if let Some(elements) = value.elements() {
            let outside = replace(&mut self.in_list, true);
            let list = PyList::empty(py);
            for element in elements {
                list.append(self.value(py, element)?)?;
            }
            self.in_list = outside;
            return Ok(list.into_any());
        }
        match value.members() {
            Some(members) => self.object(py, members),
            None => Ok(number(py, value.raw())?),
        }
    }

    /// An object inside of another. Of a name that stands twice in it the first counts, as for the core.
    fn object(&mut self, py: Python<'py>, members: Members<'a>) -> Answer<'py> {
        let dict = PyDict::new(py);
        for (name, value) in members {
            let name = self.name(py, name)?;
            if !dict.contains(&name)? {
                raw::put(&dict, &name, &self.value(py, value)?)?;
            }
        }
        Ok(dict.into_any())
    }
}

/// The names that nearly every token has are made once.
#[inline]
fn usual_name<'py>(py: Python<'py>, name: Value<'_>) -> Option<&'py Bound<'py, PyString>> {
    Some(match name.plain_bytes()? {
        b"iss" => intern!(py, "iss"),
        b"sub" => intern!(py, "sub"),
        b"aud" => intern!(py, "aud"),
        b"exp" => intern!(py, "exp"),
        b"nbf" => intern!(py, "nbf"),
        b"iat" => intern!(py, "iat"),
        b"jti" => intern!(py, "jti"),
        b"scope" => intern!(py, "scope"),
        _ => return None,
    })
}

/// A number that no `i64` holds: with fraction or exponent a `float`, else an `int` of any length that
/// Python converts. Of more digits (`sys.get_int_max_str_digits`, 4300) the claims set is refused, as
/// `PyJWT` does: reading it is what the limit is there to keep short.
fn number<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    if text.contains(['.', 'e', 'E']) {
        let float: f64 = text.parse().map_err(|_| errors::of_reason(py, Reason::ClaimsJson))?;
        return Ok(PyFloat::new(py, float).into_any());
    }
    py.get_type::<PyInt>().call1((text,)).map_err(|error| match error {
        error if error.is_instance_of::<PyValueError>(py) => {
            errors::of_reason(py, Reason::ClaimsJson)
        }
        error => error,
    })
}
