//! Single-use tickets.

use crate::capability as tokens;
use crate::errors;
use crate::named::{self, Named};
use crate::octets::Octets;
use doorward_core::{Reason, UnixTime};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// The core's table has its size in its type: these are the sizes that there are.
enum Table {
    Of2(Box<doorward_core::Tickets<2>>),
    Of8(Box<doorward_core::Tickets<8>>),
    Of64(Box<doorward_core::Tickets<64>>),
    Of1024(Box<doorward_core::Tickets<1024>>),
}

impl Table {
    fn new(capacity: usize, ttl: u64) -> Option<Self> {
        match capacity {
            2 => Some(Self::Of2(Box::new(doorward_core::Tickets::new(ttl)))),
            8 => Some(Self::Of8(Box::new(doorward_core::Tickets::new(ttl)))),
            64 => Some(Self::Of64(Box::new(doorward_core::Tickets::new(ttl)))),
            1024 => Some(Self::Of1024(Box::new(doorward_core::Tickets::new(ttl)))),
            _ => None,
        }
    }

    fn issue<'o>(
        &mut self,
        entropy: &[u8; 32],
        payload: &[u8],
        now: UnixTime,
        out: &'o mut [u8],
    ) -> Result<&'o str, Reason> {
        match self {
            Self::Of2(table) => table.issue(entropy, payload, now, out),
            Self::Of8(table) => table.issue(entropy, payload, now, out),
            Self::Of64(table) => table.issue(entropy, payload, now, out),
            Self::Of1024(table) => table.issue(entropy, payload, now, out),
        }
    }

    fn redeem(&mut self, token: &[u8], now: UnixTime) -> Result<&[u8], Reason> {
        match self {
            Self::Of2(table) => table.redeem(token, now),
            Self::Of8(table) => table.redeem(token, now),
            Self::Of64(table) => table.redeem(token, now),
            Self::Of1024(table) => table.redeem(token, now),
        }
    }
}

/// A table of open tickets: tokens that open once, within `ttl` seconds.
///
/// For handing a browser's WebSocket what it may do without leaving a lasting secret in a URL. Threads
/// share it; processes do not. `capacity` is 2, 8, 64 or 1024.
///
/// >>> from doorward.tickets import Tickets
/// >>> tickets = Tickets(capacity=64, ttl=30)
/// >>> ticket = tickets.issue(b"alice")
/// >>> tickets.redeem(ticket)
/// b'alice'
/// >>> tickets.redeem(ticket)
/// Traceback (most recent call last):
///   ...
/// doorward.Denied: 6004 token_already_used: the single-use token was used before
#[pyclass(frozen, module = "doorward.tickets")]
pub(crate) struct Tickets {
    table: Mutex<Table>,
}

#[pymethods]
impl Tickets {
    #[new]
    #[pyo3(signature = (*, capacity=None, ttl=None), text_signature = "(*, capacity=64, ttl=30)")]
    fn new(
        capacity: Option<Named<usize, named::Capacity>>,
        ttl: Option<Named<u64, named::Ttl>>,
    ) -> PyResult<Self> {
        let (capacity, ttl) = (capacity.map_or(64, |n| n.0), ttl.map_or(30, |n| n.0));
        let table = Table::new(capacity, ttl)
            .ok_or_else(|| PyValueError::new_err("capacity must be 2, 8, 64 or 1024"))?;
        Ok(Self { table: Mutex::new(table) })
    }

    /// Issues a ticket that carries `payload`, at most 64 bytes: 43 characters of base64url.
    ///
    /// `entropy` is 32 bytes from a cryptographic random source, the system's if it is not given.
    /// Raises `Undecided` if the table is full, `UsageError` if the payload is too long.
    #[pyo3(signature = (payload, *, now=None, entropy=None))]
    fn issue<'py>(
        &self,
        py: Python<'py>,
        payload: Named<Octets<'_>, named::Payload>,
        now: Option<Named<u64, named::Now>>,
        entropy: Option<Named<Octets<'_>, named::Entropy>>,
    ) -> PyResult<Bound<'py, PyString>> {
        let entropy = match entropy {
            Some(entropy) => Zeroizing::new(tokens::entropy(entropy.as_bytes())?),
            None => {
                doorward_policy::entropy().map_err(|error| PyOSError::new_err(error.to_string()))?
            }
        };
        let mut out = [0; 64];
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let issued = table.issue(&entropy, payload.as_bytes(), time(now), &mut out);
        drop(table);
        issued.map(|token| PyString::new(py, token)).map_err(|reason| errors::of_reason(py, reason))
    }

    /// Redeems a ticket: its payload, once. Raises `Denied` if it is unknown, used or too old.
    #[pyo3(signature = (token, *, now=None))]
    fn redeem<'py>(
        &self,
        py: Python<'py>,
        token: Named<Octets<'_>, named::Token>,
        now: Option<Named<u64, named::Now>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let payload = table.redeem(token.as_bytes(), time(now)).map(<[u8]>::to_vec);
        drop(table);
        payload
            .map(|payload| PyBytes::new(py, &payload))
            .map_err(|reason| errors::of_reason(py, reason))
    }

    fn __repr__(&self) -> &'static str {
        "Tickets()"
    }
}

fn time(now: Option<Named<u64, named::Now>>) -> UnixTime {
    now.map_or_else(doorward_policy::now, |now| UnixTime::from_seconds(now.0))
}
