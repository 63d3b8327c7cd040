//! What the C boundary costs: the same work by the C function and by the Rust method, in interleaved
//! rounds of one run. Both sides end with the same values in hand: who came in, by what, until when. Those
//! of Rust point into the rules; C's are copies in the scratch buffer, since a reload may end the rules.
//! `kept` compares with the method of Rust whose answer outlives the rules as well, on the heap.
//!
//! ```sh
//! cargo run --release --package doorward-ffi --example cost
//! ```
//!
//! `cost CASE rust|c CALLS` runs one side alone, for a tool that counts instructions: see
//! `ffi/examples/cost.sh`.

use doorward::capability::doorward_capability_match;
use doorward::codes::{DOORWARD_HTTPS, DOORWARD_JSON, DOORWARD_OK, doorward_reason};
use doorward::config::{doorward_gate_free, doorward_gate_init};
use doorward::decide::doorward_gate_decide;
use doorward::header::doorward_origin_check;
use doorward::load::doorward_gate_from_policy;
use doorward::token::doorward_jwt_verify;
use doorward::types::*;
use doorward_policy::core::{
    Algorithm, Capability, Claims, Decision, Digest, Gate as Rules, Key, Origin, Principal, Reason,
    capability, jwt,
};
use doorward_policy::{Gate, Header, Policy, Request, Scheme, UnixTime};
use std::hint::black_box;
use std::mem::{MaybeUninit, zeroed};
use std::ptr::null_mut;
use std::time::Instant;

const NOW: u64 = 1_700_000_000;
const ROUNDS: usize = 4001;
const CALLS: u32 = 50;
const TOKEN: &str = "a-capability-token-of-the-example";
const SECRET: &str = "an example secret of forty characters...";
/// With its header and its MAC a token of 281 bytes.
const CLAIMS: &str = r#"{"iss":"https://id.example.com","sub":"user-0001","aud":"app.example.com","iat":1699999900,"exp":1700000900,"scope":"chat read write","jti":"c7f4b0a2-9d1e"}"#;

/// What a browser sends with an upgrade; the last line is the credential's.
const HEADERS: [(&str, &str); 11] = [
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
];

fn bytes(text: &str) -> doorward_bytes {
    doorward_bytes { data: text.as_ptr(), len: text.len() }
}

fn main() {
    let mut bench = Bench::from_arguments();
    let token = signed();
    let (bearer, signed) = (format!("Bearer {TOKEN}"), format!("Bearer {token}"));
    let digest = Digest::of(TOKEN.as_bytes());
    let capability = format!(r#"{{"capability":[{{"id":"ci","sha256":"{digest}"}}]}}"#);
    let jwt = format!(
        r#"{{"jwt":{{"audience":["app.example.com"],"key":[{{"algorithm":"HS256","secret":"{SECRET}"}}]}}}}"#
    );

    decide(&mut bench, "capability", &capability, ("Authorization", &bearer));
    decide(&mut bench, "signed", &jwt, ("Authorization", &signed));
    decide(&mut bench, "denied", &capability, ("Host", "other.example.com"));
    in_memory(&mut bench, digest, &bearer);
    single_functions(&mut bench, digest, &jwt, &token);
}

fn signed() -> String {
    let key = Key::new(None, Algorithm::Hs256, SECRET.as_bytes()).unwrap();
    let mut out = vec![0; jwt::signed_len(&key, CLAIMS.len())];
    jwt::sign(&key, CLAIMS.as_bytes(), &mut out).unwrap().to_owned()
}

/// A request in both forms.
struct Requests<'t> {
    lines: Vec<Header<'t>>,
    c_lines: Vec<doorward_header>,
}

impl<'t> Requests<'t> {
    fn with(last: (&'static str, &'t str)) -> Self {
        let all: Vec<(&str, &'t str)> = HEADERS.into_iter().chain([last]).collect();
        let c_line = |(name, value): &(&str, &str)| doorward_header {
            name: bytes(name),
            value: bytes(value),
        };
        Self {
            c_lines: all.iter().map(c_line).collect(),
            lines: all.into_iter().map(|(name, value)| Header::new(name, value)).collect(),
        }
    }

    fn rust(&self) -> Request<'_> {
        let headers = &self.lines;
        Request { method: b"GET", target: b"/ws", scheme: Scheme::Https, peer: None, headers }
    }

    fn c(&self) -> doorward_request {
        doorward_request {
            method: bytes("GET"),
            target: bytes("/ws"),
            scheme: DOORWARD_HTTPS,
            peer: doorward_address { kind: 0, bytes: [0; 16] },
            headers: self.c_lines.as_ptr(),
            headers_len: self.c_lines.len(),
        }
    }
}

/// What a caller of Rust reads of a principal: what C's decision holds.
fn read(who: &Principal<'_>) {
    black_box((who.kind(), who.id().and_then(|id| id.plain()), who.place(), who.expires()));
    black_box((who.key_id(), who.capability_scopes(), who.claims().map(Claims::as_bytes)));
}

/// A whole decision, by a gate that can be reloaded.
fn decide(bench: &mut Bench, name: &str, policy: &str, last: (&'static str, &str)) {
    let gate: Gate = Policy::from_json(policy).map(Policy::gate).unwrap_or_else(|e| panic!("{e}"));
    let c_gate = c_gate(policy);
    let requests = Requests::with(last);
    let (request, c_request) = (requests.rust(), requests.c());
    let mut scratch = vec![0_u8; 1 << 16];
    let mut c_scratch = scratch.clone();
    let expected = match gate.snapshot().decide(&request, UnixTime::from_seconds(NOW), &mut scratch)
    {
        Decision::Allow(_) => DOORWARD_OK,
        Decision::Deny(reason) => reason.code(),
    };
    assert_eq!(expected == DOORWARD_OK, name != "denied");
    let in_rust = || {
        let (request, now) = (black_box(&request), UnixTime::from_seconds(NOW));
        let scratch = black_box(&mut scratch[..]);
        let current = black_box(&gate).current();
        match current.gate().decide(request, now, scratch) {
            Decision::Allow(who) => read(&who),
            Decision::Deny(reason) => assert_eq!(black_box(reason).code(), expected),
        }
    };
    bench.compare(name, in_rust, || decide_in_c(c_gate, &c_request, &mut c_scratch, expected));
    // What C gives outlives the rules, as what this method of Rust gives does.
    let in_rust = || {
        let (request, now) = (black_box(&request), UnixTime::from_seconds(NOW));
        assert_eq!(black_box(black_box(&gate).decide_at(request, now)).is_ok(), name != "denied");
    };
    bench.compare(&format!("{name}, kept"), in_rust, || {
        decide_in_c(c_gate, &c_request, &mut c_scratch, expected);
    });
    // SAFETY: made by `c_gate`, and nobody uses it any more.
    unsafe { doorward_gate_free(c_gate) };
}

#[inline(always)]
fn decide_in_c(
    gate: *const doorward_gate,
    request: &doorward_request,
    scratch: &mut [u8],
    expected: doorward_reason,
) {
    let mut who = MaybeUninit::<doorward_decision>::uninit();
    // SAFETY: everything is alive.
    let reason = unsafe {
        doorward_gate_decide(
            black_box(gate),
            black_box(request),
            NOW,
            scratch.as_mut_ptr(),
            scratch.len(),
            who.as_mut_ptr(),
        )
    };
    assert_eq!(black_box(reason), expected);
    black_box(&who);
}

fn c_gate(policy: &str) -> *mut doorward_gate {
    let mut gate = null_mut();
    let silent = doorward_message { text: null_mut(), size: 0 };
    // SAFETY: everything is alive during the call.
    let loaded =
        unsafe { doorward_gate_from_policy(bytes(policy), DOORWARD_JSON, silent, &mut gate) };
    assert_eq!(loaded, DOORWARD_OK);
    gate
}

/// The same with rules in memory of the caller's: nothing can be reloaded, nothing is shared.
fn in_memory(bench: &mut Bench, digest: Digest, bearer: &str) {
    let capabilities =
        [Capability { id: "ci", digest, expires: None, scopes: &[], resources: &[] }];
    let gate = Rules { capabilities: (&capabilities[..]).into(), ..Rules::default() };
    // SAFETY: all zero is what the header calls the strictest form.
    let mut config: doorward_config = unsafe { zeroed() };
    // SAFETY: as above, for one entry.
    let mut entry: doorward_capability_entry = unsafe { zeroed() };
    (entry.id, entry.sha256) = (bytes("ci"), *digest.as_bytes());
    (config.capabilities, config.capabilities_len) = (&raw const entry, 1);
    let mut memory = [0_u8; 1024];
    let mut c_gate = MaybeUninit::<doorward_gate>::uninit();
    // SAFETY: everything lives until the end of this function.
    let made = unsafe {
        doorward_gate_init(
            c_gate.as_mut_ptr(),
            &raw const config,
            memory.as_mut_ptr(),
            memory.len(),
        )
    };
    assert_eq!(made, DOORWARD_OK);
    let requests = Requests::with(("Authorization", bearer));
    let (request, c_request) = (requests.rust(), requests.c());
    let (mut scratch, mut c_scratch) = ([0_u8; 1024], [0_u8; 1024]);
    let in_rust = || {
        let (request, now) = (black_box(&request), UnixTime::from_seconds(NOW));
        match black_box(&gate).decide(request, now, black_box(&mut scratch)) {
            Decision::Allow(who) => read(&who),
            Decision::Deny(reason) => panic!("{reason}"),
        }
    };
    bench.compare("no heap", in_rust, || {
        decide_in_c(c_gate.as_ptr(), &c_request, &mut c_scratch, DOORWARD_OK);
    });
    // SAFETY: made above, and nobody uses it any more.
    unsafe { doorward_gate_free(c_gate.as_mut_ptr()) };
}

fn single_functions(bench: &mut Bench, digest: Digest, policy: &str, token: &str) {
    let digests = [digest; 3];
    let c_digests = digests.map(|digest| *digest.as_bytes());
    bench.compare(
        "capability match",
        || {
            let found = capability::find(black_box(TOKEN.as_bytes()), black_box(&digests).iter());
            assert_eq!(black_box(found), Some(2));
        },
        || {
            let mut index = 0;
            let digests = black_box(c_digests.as_ptr());
            // SAFETY: everything is alive.
            let reason = unsafe {
                doorward_capability_match(black_box(bytes(TOKEN)), digests, 3, &mut index)
            };
            assert_eq!((black_box(reason), black_box(index)), (DOORWARD_OK, 2));
        },
    );

    let gate: Gate = Policy::from_json(policy).map(Policy::gate).unwrap_or_else(|e| panic!("{e}"));
    let c_gate = c_gate(policy);
    let mut scratch = vec![0_u8; 1 << 15];
    let mut c_scratch = scratch.clone();
    bench.compare(
        "jwt verify",
        || {
            let (token, now) = (black_box(token.as_bytes()), UnixTime::from_seconds(NOW));
            let scratch = black_box(&mut scratch);
            let current = black_box(&gate).current();
            let jwt = current.gate().jwt.ok_or(Reason::ConfigInvalid);
            let claims = jwt.and_then(|jwt| Ok(jwt.verify(token, now, scratch)?.as_bytes()));
            assert_eq!(black_box(claims).map(<[u8]>::len), Ok(CLAIMS.len()));
        },
        || {
            let mut claims = doorward_bytes { data: std::ptr::null(), len: 0 };
            let (scratch, len) = (c_scratch.as_mut_ptr(), c_scratch.len());
            let token = black_box(bytes(token));
            // SAFETY: everything is alive.
            let reason = unsafe {
                doorward_jwt_verify(black_box(c_gate), token, NOW, scratch, len, &mut claims)
            };
            assert_eq!((black_box(reason), black_box(claims).len), (DOORWARD_OK, CLAIMS.len()));
        },
    );
    // SAFETY: made by `c_gate`, and nobody uses it any more.
    unsafe { doorward_gate_free(c_gate) };

    let origin = "https://app.example.com:8443";
    bench.compare(
        "origin",
        || assert!(black_box(Origin::parse(black_box(origin.as_bytes()))).is_ok()),
        || {
            // SAFETY: a literal.
            let reason = unsafe { doorward_origin_check(black_box(bytes(origin))) };
            assert_eq!(black_box(reason), DOORWARD_OK);
        },
    );
}

/// Runs both sides of each case, or one side of one.
struct Bench {
    one: Option<(String, bool, u32)>,
}

impl Bench {
    fn from_arguments() -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let one = match &arguments[..] {
            [] => None,
            [case, side, calls] if side == "rust" || side == "c" => match calls.parse() {
                Ok(calls) => Some((case.clone(), side == "c", calls)),
                Err(error) => panic!("{calls}: {error}"),
            },
            _ => panic!("usage: cost [CASE rust|c CALLS]"),
        };
        if one.is_none() {
            println!("{:<18}{:>24}{:>30}", "ns", "tenth percentile", "median");
            let columns = ["Rust", "C", "more", "Rust", "C", "more"];
            println!("{:<16}{}", "", columns.map(|name| format!("{name:>10}")).concat());
        }
        Self { one }
    }

    fn compare(&mut self, case: &str, mut in_rust: impl FnMut(), mut in_c: impl FnMut()) {
        match &self.one {
            Some((name, c, calls)) if name == case => {
                for _ in 0..*calls {
                    if *c { in_c() } else { in_rust() }
                }
            }
            Some(_) => {}
            None => {
                let (mut rust, mut c): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
                for _ in 0..ROUNDS {
                    rust.push(nanoseconds(&mut in_rust));
                    c.push(nanoseconds(&mut in_c));
                }
                let columns = [10, 2].map(|part| {
                    let (rust, c) = (quantile(&mut rust, part), quantile(&mut c, part));
                    format!("{rust:>10.1}{c:>10.1}{:>10.1}", c - rust)
                });
                println!("{case:<16}{}", columns.concat());
            }
        }
    }
}

fn nanoseconds(call: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        call();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
}

/// The time that one `part`-th of the rounds are not slower than.
fn quantile(times: &mut [f64], part: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / part]
}
