//! Arguments that know their parameter's name, so that a wrong one is told by it.
//!
//! pyo3 puts the name into a note, which Python 3.10 has none of and which `str(error)` does not show.

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use std::marker::PhantomData;
use std::ops::Deref;

/// An argument of the parameter `N`.
pub(crate) struct Named<T, N>(pub(crate) T, PhantomData<N>);

/// A parameter.
pub(crate) trait Name {
    const NAME: &'static str;
}

macro_rules! names {
    ($( $marker:ident = $name:literal; )*) => { $(
        #[doc = concat!("The parameter `", $name, "`.")]
        pub(crate) enum $marker {}

        impl Name for $marker {
            const NAME: &'static str = $name;
        }
    )* };
}

names! {
    Address = "address";
    Algorithm = "algorithm";
    Audience = "audience";
    Capacity = "capacity";
    Claims = "claims";
    Client = "client";
    Data = "data";
    EncodingName = "encoding";
    Entropy = "entropy";
    FormName = "form";
    Id = "id";
    IgnoreAudience = "ignore_audience";
    IgnoreKid = "ignore_kid";
    IgnoreTyp = "ignore_typ";
    Issuer = "issuer";
    KeyRing = "key";
    Leeway = "leeway";
    Line = "line";
    MaxAge = "max_age";
    MaxLifetime = "max_lifetime";
    Mode = "mode";
    Now = "now";
    Parameter = "name";
    PathName = "path";
    Payload = "payload";
    Prefix = "prefix";
    Required = "required";
    Revoked = "revoked";
    SchemeName = "scheme";
    Secret = "secret";
    Subject = "subject";
    Syntax = "syntax";
    Target = "target";
    Text = "text";
    Token = "token";
    Ttl = "ttl";
    Typ = "typ";
    ValidAtExpiry = "valid_at_expiry";
    Value = "value";
}

impl<T, N> Deref for Named<T, N> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'a, 'py, T: FromPyObject<'a, 'py>, N: Name> FromPyObject<'a, 'py> for Named<T, N> {
    type Error = PyErr;

    #[inline]
    fn extract(obj: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match T::extract(obj) {
            Ok(value) => Ok(Self(value, PhantomData)),
            Err(error) => Err(named(obj.py(), &error.into(), N::NAME)),
        }
    }
}

#[cold]
fn named(py: Python<'_>, error: &PyErr, name: &str) -> PyErr {
    if error.is_instance_of::<PyOverflowError>(py) {
        return PyValueError::new_err(format!("{name}: out of range"));
    }
    if error.is_instance_of::<PyTypeError>(py) {
        return PyTypeError::new_err(format!("{name}: {}", error.value(py)));
    }
    // What is left is text that has no UTF-8 form; its own message would quote it.
    PyValueError::new_err(format!("{name}: not text"))
}
