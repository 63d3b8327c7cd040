//! Single-use tickets.

use crate::clock;
use crate::node::{Answer, Call, Trouble};
use crate::single::entropy;
use doorward_core::{Reason, Tickets, UnixTime};
use std::cell::RefCell;
use std::rc::Rc;
use zeroize::Zeroizing;

/// A table of some capacity.
trait Table {
    fn issue(
        &mut self,
        entropy: &[u8; 32],
        payload: &[u8],
        now: UnixTime,
    ) -> Result<Zeroizing<String>, Reason>;

    fn redeem(&mut self, token: &[u8], now: UnixTime) -> Result<Vec<u8>, Reason>;
}

impl<const N: usize> Table for Tickets<N> {
    fn issue(
        &mut self,
        entropy: &[u8; 32],
        payload: &[u8],
        now: UnixTime,
    ) -> Result<Zeroizing<String>, Reason> {
        let mut out = Zeroizing::new([0; 64]);
        let token = Self::issue(self, entropy, payload, now, out.as_mut_slice())?;
        Ok(Zeroizing::new(token.to_owned()))
    }

    fn redeem(&mut self, token: &[u8], now: UnixTime) -> Result<Vec<u8>, Reason> {
        Self::redeem(self, token, now).map(<[u8]>::to_vec)
    }
}

/// The capacities that there are: the core's tables have theirs in their type.
fn table(capacity: u32, ttl: u64) -> Option<Box<dyn Table>> {
    Some(match capacity {
        2 => Box::new(Tickets::<2>::new(ttl)),
        8 => Box::new(Tickets::<8>::new(ttl)),
        64 => Box::new(Tickets::<64>::new(ttl)),
        512 => Box::new(Tickets::<512>::new(ttl)),
        4096 => Box::new(Tickets::<4096>::new(ttl)),
        _ => return None,
    })
}

/// `openTickets(capacity, ttl)`: the functions `issue(payload, now, entropy)`, which gives a token, and
/// `redeem(token, now)`, which gives the payload; each a reason's number where it refuses.
pub(crate) fn open(call: &Call) -> Answer {
    let table = table(call.count(0)?, call.count(1)?.into())
        .ok_or(Trouble::Usage("capacity must be 2, 8, 64, 512 or 4096"))?;
    let issuer = Rc::new(RefCell::new(table));
    let redeemer = Rc::clone(&issuer);
    let issue = call.function(move |call| issue(&issuer, call))?;
    let redeem = call.function(move |call| redeem(&redeemer, call))?;
    call.give_list(&[issue, redeem])
}

type Shared = RefCell<Box<dyn Table>>;

fn issue(table: &Shared, call: &Call) -> Answer {
    let (payload, now) = (call.read_all(0)?, clock::at(call.number(1)?));
    let entropy = if call.is_given(2)? { entropy(call, 2)? } else { random()? };
    let mut table = table.try_borrow_mut().map_err(|_| Trouble::Internal)?;
    match table.issue(&entropy, &payload, now) {
        Ok(token) => call.give_text(&token),
        Err(reason) => call.give_number(reason.code()),
    }
}

fn random() -> Result<Zeroizing<[u8; 32]>, Trouble> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| Trouble::Internal)?;
    Ok(bytes)
}

fn redeem(table: &Shared, call: &Call) -> Answer {
    let (token, now) = (Zeroizing::new(call.read_all(0)?), clock::at(call.number(1)?));
    let mut table = table.try_borrow_mut().map_err(|_| Trouble::Internal)?;
    match table.redeem(&token, now) {
        Ok(payload) => call.give_bytes(&payload),
        Err(reason) => call.give_number(reason.code()),
    }
}
