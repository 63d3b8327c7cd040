//! Single-use tickets.

use crate::clock;
use crate::node::{Answer, Call, Trouble};
use crate::single::entropy;
use doorward_core::ticket::{TicketSlot, TicketTable};
use self_cell::MutBorrow;
use std::cell::RefCell;
use std::rc::Rc;
use zeroize::Zeroizing;

/// Most tickets that may be open at once: a redemption looks at all of them.
const MAX_CAPACITY: u32 = 65_536;

self_cell::self_cell! {
    /// The core's table lies in slots of its caller's.
    struct Table {
        owner: MutBorrow<Vec<TicketSlot>>,
        #[covariant]
        dependent: TicketTable,
    }
}

fn table(capacity: u32, ttl: u64) -> Option<Table> {
    if capacity == 0 || capacity > MAX_CAPACITY {
        return None;
    }
    let slots = (0..capacity).map(|_| TicketSlot::EMPTY).collect();
    Some(Table::new(MutBorrow::new(slots), |slots| TicketTable::new(ttl, slots.borrow_mut())))
}

/// `openTickets(capacity, ttl)`: the functions `issue(payload, now, entropy)`, which gives a token, and
/// `redeem(token, now)`, which gives the payload; each a reason's number where it refuses.
pub(crate) fn open(call: &Call) -> Answer {
    let table = table(call.count(0)?, call.count(1)?.into())
        .ok_or(Trouble::Usage("capacity must be 1 to 65536"))?;
    let issuer = Rc::new(RefCell::new(table));
    let redeemer = Rc::clone(&issuer);
    let issue = call.function(move |call| issue(&issuer, call))?;
    let redeem = call.function(move |call| redeem(&redeemer, call))?;
    call.give_list(&[issue, redeem])
}

type Shared = RefCell<Table>;

fn issue(table: &Shared, call: &Call) -> Answer {
    let (payload, now) = (call.read_all(0)?, clock::at(call.number(1)?));
    let entropy = if call.is_given(2)? { entropy(call, 2)? } else { random()? };
    let mut table = table.try_borrow_mut().map_err(|_| Trouble::Internal)?;
    let mut room = Zeroizing::new([0; 64]);
    table.with_dependent_mut(|_, table| {
        match table.issue(&entropy, &payload, now, room.as_mut_slice()) {
            Ok(token) => call.give_text(token),
            Err(reason) => call.give_number(reason.code()),
        }
    })
}

fn random() -> Result<Zeroizing<[u8; 32]>, Trouble> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| Trouble::Internal)?;
    Ok(bytes)
}

fn redeem(table: &Shared, call: &Call) -> Answer {
    let (token, now) = (Zeroizing::new(call.read_all(0)?), clock::at(call.number(1)?));
    let mut table = table.try_borrow_mut().map_err(|_| Trouble::Internal)?;
    table.with_dependent_mut(|_, table| match table.redeem(&token, now) {
        Ok(payload) => call.give_bytes(payload),
        Err(reason) => call.give_number(reason.code()),
    })
}
