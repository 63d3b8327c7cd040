//! The core's own time, for `benches/node`: the same verifier, called without Node in between.

use crate::node::{Answer, Call, Trouble};
use crate::verifier::judge;
use doorward_policy::{Policy, UnixTime};
use std::hint::black_box;
use std::time::Instant;

/// `loop(policy, tokens, now, iterations)`: nanoseconds that so many verifications took together.
pub(crate) fn run(call: &Call) -> Answer {
    let policy = Policy::from_json(&call.text(0)?).map_err(|_| Trouble::Usage("bad policy"))?;
    let rules = policy.gate().snapshot();
    let tokens = call.read_parts(1, usize::MAX, usize::MAX / 4)?.unwrap_or_default();
    let now = UnixTime::from_seconds(call.count(2)?.into());
    let iterations = usize::try_from(call.count(3)?).unwrap_or(usize::MAX);
    let mut scratch = Vec::new();
    let start = Instant::now();
    for token in tokens.iter().cycle().take(iterations) {
        let claims = judge(&rules, black_box(token), now, &mut scratch);
        if black_box(claims).is_err() {
            return Err(Trouble::Usage("a token was refused"));
        }
    }
    call.give_number(u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX))
}
