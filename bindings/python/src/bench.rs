//! What the core itself costs, for benches/python. Not in a wheel: behind the feature `bench`.

use crate::verifier::Verifier;
use doorward_core::limits::MAX_TOKEN_BYTES;
use doorward_core::{Jwt, UnixTime};
use pyo3::prelude::*;
use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;

/// Nanoseconds of one verification in Rust, over tokens that rotate. Neither the clock nor any
/// object of Python's is in it.
#[pyfunction]
pub(crate) fn core_verify(
    verifier: &Bound<'_, Verifier>,
    tokens: Vec<String>,
    rounds: u32,
    now: u64,
) -> f64 {
    let jwt: &Jwt<'_> = verifier.get().jwt();
    let mut scratch = vec![0; Jwt::scratch_bytes(MAX_TOKEN_BYTES)];
    let now = UnixTime::from_seconds(now);
    let start = thread_time();
    for _ in 0..rounds {
        for token in &tokens {
            let claims = jwt.verify(black_box(token.as_bytes()), now, &mut scratch);
            assert!(black_box(&claims).is_ok(), "a token of the bench is refused");
        }
    }
    let runs = f64::from(rounds) * f64::from(u32::try_from(tokens.len()).unwrap_or(u32::MAX));
    (thread_time() - start) / runs
}

/// Nanoseconds of releasing the interpreter's lock and taking it again, with nobody waiting for it:
/// what a decision that released it would cost on top.
#[pyfunction]
pub(crate) fn release_lock(py: Python<'_>, rounds: u32) -> f64 {
    let start = thread_time();
    for _ in 0..rounds {
        py.detach(|| black_box(()));
    }
    (thread_time() - start) / f64::from(rounds)
}

/// Nanoseconds that this thread has had the processor: Python's `time.thread_time_ns`.
fn thread_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    #[allow(clippy::cast_precision_loss, reason = "a benchmark's seconds are few")]
    let (seconds, nanoseconds) = (time.tv_sec as f64, time.tv_nsec as f64);
    seconds * 1e9 + nanoseconds
}
