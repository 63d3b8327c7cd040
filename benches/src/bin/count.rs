//! `count SCENARIO TIMES` does one fixed piece of work some times and nothing else. An instrument that counts
//! instructions runs it twice: the difference of the two counts has neither start nor end in it.

use doorward_benches::{
    CAPABILITY, LARGE, MEDIUM, SMALL, entries, gate, headers, hosts, jwt, key, now, request,
    rotate, tokens,
};
use doorward_core::{Algorithm, Decision};
use std::hint::black_box;
use std::process::ExitCode;

/// What is counted.
const SCENARIOS: [&str; 9] = [
    "verify-281",
    "verify-1036",
    "verify-8192",
    "verify-hs512",
    "decide-token",
    "decide-capability",
    "refuse-garbage",
    "refuse-mac",
    "refuse-origin",
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next().and_then(|times| times.parse().ok())) {
        (Some("list"), None) => println!("{}", SCENARIOS.join("\n")),
        (Some(name), Some(times)) if SCENARIOS.contains(&name) => run(name, times),
        _ => {
            eprintln!("usage: count list | SCENARIO TIMES");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn run(name: &str, times: usize) {
    match name {
        "verify-281" => verify(Algorithm::Hs256, SMALL, true, times),
        "verify-1036" => verify(Algorithm::Hs256, MEDIUM, true, times),
        "verify-8192" => verify(Algorithm::Hs256, LARGE, true, times),
        "verify-hs512" => verify(Algorithm::Hs512, SMALL, true, times),
        "refuse-mac" => verify(Algorithm::Hs256, SMALL, false, times),
        "refuse-garbage" => decide("Bearer !", "https://app.example.com", false, times),
        "refuse-origin" => decide("Bearer x", "https://evil.example", false, times),
        "decide-capability" => {
            decide(&format!("Bearer {CAPABILITY}"), "https://app.example.com", true, times);
        }
        _ => {
            let token = &tokens(&key(Algorithm::Hs256), SMALL)[0];
            decide(&format!("Bearer {token}"), "https://app.example.com", true, times);
        }
    }
}

fn verify(algorithm: Algorithm, bytes: usize, good: bool, times: usize) {
    let keys = [key(algorithm)];
    let verifier = jwt(&keys);
    let mut tokens = tokens(&keys[0], bytes);
    if !good {
        for token in &mut tokens {
            // Another letter in the middle of the MAC.
            let at = token.len() - 20;
            let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            token.replace_range(at..=at, other);
        }
    }
    let mut next = rotate(&tokens);
    let mut scratch = vec![0; 32_768];
    for _ in 0..times {
        let claims = verifier.verify(black_box(next()).as_bytes(), now(), &mut scratch);
        assert_eq!(black_box(&claims).is_ok(), good);
    }
}

fn decide(authorization: &str, origin: &str, allowed: bool, times: usize) {
    let (hosts, entries, keys) = (hosts(), entries(8), [key(Algorithm::Hs256)]);
    let gate = gate(&hosts, &entries, Some(jwt(&keys)));
    let mut headers = headers(authorization);
    for header in headers.iter_mut().filter(|header| header.name == b"origin") {
        header.value = origin.as_bytes();
    }
    let mut scratch = vec![0; gate.scratch_bytes()];
    for _ in 0..times {
        let decision = gate.decide(black_box(&request(&headers)), now(), &mut scratch);
        assert_eq!(matches!(black_box(&decision), Decision::Allow(_)), allowed);
    }
}
