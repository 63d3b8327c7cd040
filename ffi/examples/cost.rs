//! What the C boundary costs: the same decision by the C function and by the Rust method, in interleaved
//! rounds of one run. `cargo run --release --package doorward-ffi --example cost`

use doorward::codes::{DOORWARD_HTTPS, DOORWARD_JSON, DOORWARD_OK};
use doorward::config::doorward_gate_free;
use doorward::decide::doorward_gate_decide;
use doorward::load::doorward_gate_from_policy;
use doorward::types::{
    doorward_address, doorward_bytes, doorward_decision, doorward_gate, doorward_header,
    doorward_message, doorward_request,
};
use doorward_policy::core::Decision;
use doorward_policy::{Gate, Header, Policy, Request, Scheme, UnixTime};
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::time::Instant;

const NOW: u64 = 1_700_000_000;
const ROUNDS: usize = 401;
const CALLS: u32 = 500;

/// What a browser sends with an upgrade.
const HEADERS: [(&str, &str); 12] = [
    ("Host", "app.example.com"),
    ("Connection", "Upgrade"),
    ("Pragma", "no-cache"),
    ("Cache-Control", "no-cache"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"),
    ("Upgrade", "websocket"),
    ("Origin", "https://app.example.com"),
    ("Sec-WebSocket-Version", "13"),
    ("Accept-Encoding", "gzip, deflate, br"),
    ("Accept-Language", "en"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Authorization", "Bearer a-capability-token-of-the-example"),
];

fn bytes(text: &str) -> doorward_bytes {
    doorward_bytes { data: text.as_ptr(), len: text.len() }
}

fn main() {
    let digest = doorward_policy::core::Digest::of(b"a-capability-token-of-the-example");
    let policy = format!(r#"{{"capability":[{{"id":"ci","sha256":"{digest}"}}]}}"#);
    let gate: Gate = Policy::from_json(&policy).map(Policy::gate).unwrap_or_else(|e| panic!("{e}"));
    let mut c_gate: *mut doorward_gate = std::ptr::null_mut();
    let silent = doorward_message { text: std::ptr::null_mut(), size: 0 };
    // SAFETY: everything lives until the end of this function.
    let loaded =
        unsafe { doorward_gate_from_policy(bytes(&policy), DOORWARD_JSON, silent, &mut c_gate) };
    assert_eq!(loaded, DOORWARD_OK);

    let headers = HEADERS.map(|(name, value)| Header::new(name, value));
    let request = Request {
        method: b"GET",
        target: b"/ws",
        scheme: Scheme::Https,
        peer: None,
        headers: &headers,
    };
    let lines =
        HEADERS.map(|(name, value)| doorward_header { name: bytes(name), value: bytes(value) });
    let c_request = doorward_request {
        method: bytes("GET"),
        target: bytes("/ws"),
        scheme: DOORWARD_HTTPS,
        peer: doorward_address { kind: 0, bytes: [0; 16] },
        headers: lines.as_ptr(),
        headers_len: lines.len(),
    };
    let mut scratch = [0_u8; 1024];
    let mut in_rust = || {
        let snapshot = gate.snapshot();
        let request = black_box(&request);
        match snapshot.decide(request, UnixTime::from_seconds(NOW), &mut scratch) {
            Decision::Allow(who) => {
                black_box((who.kind(), who.id(), who.place(), who.expires()));
            }
            Decision::Deny(reason) => panic!("{reason}"),
        }
    };
    let mut c_scratch = [0_u8; 1024];
    let mut who = MaybeUninit::<doorward_decision>::uninit();
    let mut in_c = || {
        // SAFETY: everything lives until the end of this function.
        let reason = unsafe {
            doorward_gate_decide(
                black_box(c_gate),
                black_box(&raw const c_request),
                NOW,
                c_scratch.as_mut_ptr(),
                c_scratch.len(),
                who.as_mut_ptr(),
            )
        };
        assert_eq!(black_box(reason), DOORWARD_OK);
    };
    let (mut rust, mut c): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        rust.push(nanoseconds(&mut in_rust));
        c.push(nanoseconds(&mut in_c));
    }
    let (rust, c) = (median(rust), median(c));
    println!("Rust {rust:.1} ns, C {c:.1} ns: the boundary costs {:.1} ns", c - rust);
    // SAFETY: nobody uses it any more.
    unsafe { doorward_gate_free(c_gate) };
}

fn nanoseconds(call: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        call();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
