//! Single-use tickets.

use crate::capability as tokens;
use crate::errors;
use crate::named::{self, Named};
use crate::octets::Octets;
use doorward_core::UnixTime;
use doorward_core::ticket::{TicketSlot, TicketTable};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use self_cell::{MutBorrow, self_cell};
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// Most tickets that a table may hold open: 128 MiB of them, as many as in Go.
const MAX_CAPACITY: usize = 1_048_576;

self_cell! {
    /// The core's table over slots of any number.
    struct Table {
        owner: MutBorrow<Box<[TicketSlot]>>,

        #[covariant]
        dependent: TicketTable,
    }
}

impl Table {
    fn sized(capacity: usize, ttl: u64) -> Option<Self> {
        if !(1..=MAX_CAPACITY).contains(&capacity) {
            return None;
        }
        let slots = (0..capacity).map(|_| TicketSlot::EMPTY).collect();
        Some(Self::new(MutBorrow::new(slots), |slots| TicketTable::new(ttl, slots.borrow_mut())))
    }
}

/// A table of open tickets: tokens that open once, within `ttl` seconds.
///
/// For handing a browser's WebSocket what it may do without leaving a lasting secret in a URL. Threads
/// share it; processes do not. `capacity` is how many may be open at once, at most 1 048 576, each of 128
/// bytes; redeeming one compares it with all that are open.
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
        let table = Table::sized(capacity, ttl)
            .ok_or_else(|| PyValueError::new_err("capacity must be 1 to 1048576"))?;
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
        let (now, payload) = (time(now), payload.as_bytes());
        let issued =
            table.with_dependent_mut(|_, table| table.issue(&entropy, payload, now, &mut out));
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
        let (now, token) = (time(now), token.as_bytes());
        let payload =
            table.with_dependent_mut(|_, table| table.redeem(token, now).map(<[u8]>::to_vec));
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
