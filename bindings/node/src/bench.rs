//! The core's own time, for `benches/node`: the same verifier, called without Node in between.

use crate::node::{Answer, Call, Trouble};
use crate::verifier::judge;
use doorward_policy::{Policy, UnixTime};
use std::hint::black_box;

/// Nanoseconds of processor time that this thread has had: what other programs take does not count.
fn cpu_time() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock's number is POSIX's, and `time` a live local.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    #[allow(clippy::cast_precision_loss, reason = "a run lasts minutes, not the months of 2^53 ns")]
    let nanoseconds = (time.tv_sec * 1_000_000_000 + time.tv_nsec) as f64;
    nanoseconds
}

/// `cpu()`: the thread's processor time in nanoseconds.
pub(crate) fn cpu(call: &Call) -> Answer {
    call.give_double(cpu_time())
}

/// `loop(policy, tokens, now, iterations)`: nanoseconds that so many verifications took together.
pub(crate) fn run(call: &Call) -> Answer {
    let policy = Policy::from_json(&call.text(0)?).map_err(|_| Trouble::Usage("bad policy"))?;
    let rules = policy.gate().snapshot();
    let tokens = call.read_parts(1, usize::MAX, usize::MAX / 4)?.unwrap_or_default();
    let now = UnixTime::from_seconds(call.count(2)?.into());
    let iterations = usize::try_from(call.count(3)?).unwrap_or(usize::MAX);
    let mut scratch = Vec::new();
    let start = cpu_time();
    for token in tokens.iter().cycle().take(iterations) {
        let claims = judge(&rules, black_box(token), now, &mut scratch);
        if black_box(claims).is_err() {
            return Err(Trouble::Usage("a token was refused"));
        }
    }
    call.give_double(cpu_time() - start)
}
