//! What the core itself costs, for benches/python. Not in a wheel: behind the feature `bench`.

use crate::verifier::Verifier;
use doorward_core::limits::MAX_TOKEN_BYTES;
use doorward_core::{Jwt, UnixTime};
use pyo3::prelude::*;
use std::hint::black_box;
use std::time::Instant;

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
    let start = Instant::now();
    for _ in 0..rounds {
        for token in &tokens {
            let claims = jwt.verify(black_box(token.as_bytes()), now, &mut scratch);
            assert!(black_box(&claims).is_ok(), "a token of the bench is refused");
        }
    }
    let runs = f64::from(rounds) * f64::from(u32::try_from(tokens.len()).unwrap_or(u32::MAX));
    start.elapsed().as_secs_f64() * 1e9 / runs
}

/// Nanoseconds of releasing the interpreter's lock and taking it again, with nobody waiting for it:
/// what a decision that released it would cost on top.
#[pyfunction]
pub(crate) fn release_lock(py: Python<'_>, rounds: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..rounds {
        py.detach(|| black_box(()));
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(rounds)
}
