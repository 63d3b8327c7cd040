//! What the C boundary costs: the same call in C and in Rust, in short interleaved rounds of one run.
//!
//! The same call is: the same rules, the same request, already in the form that the side takes (lines of
//! pointers and lengths), a scratch buffer of the caller's, no allocation; it ends when the side has in
//! hand who came in, by what and until when. What Rust reads points into the rules; C's answer is a copy
//! in the scratch buffer, since a reload may end the rules, and that copy counts against C. `kept`
//! compares with the method of Rust whose answer outlives the rules as well, on the heap.
//!
//! ```sh
//! cargo run --release --package doorward-ffi --example cost
//! ```
//!
//! A processor that is shared runs at two speeds, and a case that is timed as a whole falls into either.
//! So each round times every case, one side right after the other; the figure is the tenth percentile of
//! many rounds, beside it the fastest round, and the run's own yardstick: one SHA-256 compression.
//!
//! What a call costs depends on where the stack lies to the heap, by a twentieth: a load waits for an
//! earlier store of which the address has the same last twelve bits. The system throws that die once for
//! each process. So each round begins at another depth of the stack, the same for both sides, and both
//! sides of a case have one scratch buffer.
//!
//! `cost CASE rust|c CALLS` runs one side alone, for a tool that counts instructions: see
//! `ffi/examples/cost.sh`.

use doorward::capability::doorward_capability_match;
use doorward::codes::{DOORWARD_HTTPS, DOORWARD_JSON, DOORWARD_OK, doorward_reason};
use doorward::config::doorward_gate_init;
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
const ROUNDS: usize = 4_001;
/// Calls of a round: some to warm up, and those that are timed. What the other cases made the processor's
/// branch prediction forget is learned again within some hundred calls, by luck sooner or later.
const CALLS: (u32, u32) = (200, 25);
/// How far down the stack a round may begin, in frames of some hundred bytes: a page and more.
const DEPTHS: usize = 61;
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
    let mut bench = Bench::default();
    let token: &str = stays(signed());
    let (bearer, signed) = (format!("Bearer {TOKEN}"), format!("Bearer {token}"));
    let digest = Digest::of(TOKEN.as_bytes());
    let capability = format!(r#"{{"capability":[{{"id":"ci","sha256":"{digest}"}}]}}"#);
    let jwt = format!(
        r#"{{"jwt":{{"audience":["app.example.com"],"key":[{{"algorithm":"HS256","secret":"{SECRET}"}}]}}}}"#
    );

    decide(&mut bench, "capability", &capability, ("Authorization", &bearer));
    decide(&mut bench, "signed", &jwt, ("Authorization", &signed));
    decide(&mut bench, "denied", &capability, ("Host", "other.example.com"));
    no_heap(&mut bench, digest, &bearer);
    capability_match(&mut bench, digest);
    jwt_verify(&mut bench, &jwt, token);
    origin(&mut bench);
    bench.run();
}

/// What both sides of a case use, to the end of the program.
fn stays<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

fn signed() -> String {
    let key = Key::new(None, Algorithm::Hs256, SECRET.as_bytes()).unwrap();
    let mut out = vec![0; jwt::signed_len(&key, CLAIMS.len())];
    jwt::sign(&key, CLAIMS.as_bytes(), &mut out).unwrap().to_owned()
}

/// A request in both forms.
fn requests(last: (&str, &str)) -> (&'static Request<'static>, &'static doorward_request) {
    let all = HEADERS.into_iter().chain([last]);
    let all: &'static [(String, String)] =
        stays(all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>());
    let headers: &[Header<'_>] =
        stays(all.iter().map(|(name, value)| Header::new(name, value)).collect::<Vec<_>>());
    let c_line = |(name, value): &(String, String)| doorward_header {
        name: bytes(name),
        value: bytes(value),
    };
    let c_headers: &[doorward_header] = stays(all.iter().map(c_line).collect::<Vec<_>>());
    let request =
        Request { method: b"GET", target: b"/ws", scheme: Scheme::Https, peer: None, headers };
    let c_request = doorward_request {
        method: bytes("GET"),
        target: bytes("/ws"),
        scheme: DOORWARD_HTTPS,
        peer: doorward_address { kind: 0, bytes: [0; 16] },
        headers: c_headers.as_ptr(),
        headers_len: c_headers.len(),
    };
    (stays(request), stays(c_request))
}

/// What a caller of Rust reads of a principal: what C's decision holds. A token's `sub` is bytes there,
/// judged with the claims; to make a `str` of them would judge them once more, on this side alone.
fn read(who: &Principal<'_>) {
    let id = match who.claims() {
        Some(claims) => claims.plain_subject(),
        None => who.id().and_then(|id| id.plain()).map(str::as_bytes),
    };
    black_box((who.kind(), id, who.place(), who.expires()));
    black_box((who.key_id(), who.capability_scopes(), who.claims().map(Claims::as_bytes)));
}

fn gate(policy: &str) -> &'static Gate {
    stays(Policy::from_json(policy).map(Policy::gate).unwrap_or_else(|error| panic!("{error}")))
}

fn c_gate(policy: &str) -> *const doorward_gate {
    let mut gate = null_mut();
    let silent = doorward_message { text: null_mut(), size: 0 };
    // SAFETY: everything is alive during the call.
    let loaded =
        unsafe { doorward_gate_from_policy(bytes(policy), DOORWARD_JSON, silent, &mut gate) };
    assert_eq!(loaded, DOORWARD_OK);
    gate
}

/// A whole decision, by a gate that can be reloaded.
fn decide(bench: &mut Bench, name: &str, policy: &str, last: (&str, &str)) {
    let (gate, c_gate) = (gate(policy), c_gate(policy));
    let (request, c_request) = requests(last);
    let now = UnixTime::from_seconds(NOW);
    // One for both sides: where it lies counts.
    let room: *mut [u8] = stays([0_u8; 1 << 16]);
    // SAFETY: one call at a time.
    let scratch = unsafe { &mut *room };
    let expected = match gate.current().gate().decide(request, now, scratch) {
        Decision::Allow(_) => DOORWARD_OK,
        Decision::Deny(reason) => reason.code(),
    };
    assert_eq!(expected == DOORWARD_OK, name != "denied");
    let in_rust = move || {
        // SAFETY: one call at a time.
        let (request, scratch) = (black_box(request), black_box(unsafe { &mut *room }));
        let current = black_box(gate).current();
        match current.gate().decide(request, now, scratch) {
            Decision::Allow(who) => read(&who),
            Decision::Deny(reason) => assert_eq!(black_box(reason).code(), expected),
        }
    };
    bench.compare(name, in_rust, decide_in_c(c_gate, c_request, room, expected));
    // What C gives outlives the rules, as what this method of Rust gives does.
    let in_rust = move || {
        let answer = black_box(gate).decide_at(black_box(request), now);
        assert_eq!(black_box(answer).is_ok(), expected == DOORWARD_OK);
    };
    let in_c = decide_in_c(c_gate, c_request, room, expected);
    bench.compare(&format!("{name}, kept"), in_rust, in_c);
}

fn decide_in_c(
    gate: *const doorward_gate,
    request: &'static doorward_request,
    scratch: *mut [u8],
    expected: doorward_reason,
) -> impl FnMut() + 'static {
    // Not known to the compiler, as to a compiler of C: a call.
    let decide = black_box(doorward_gate_decide as DecideInC);
    move || {
        let mut who = MaybeUninit::<doorward_decision>::uninit();
        let (gate, request, scratch) = (black_box(gate), black_box(request), black_box(scratch));
        // SAFETY: everything is alive, and one call at a time uses the scratch buffer.
        let reason =
            unsafe { decide(gate, request, NOW, scratch.cast(), scratch.len(), who.as_mut_ptr()) };
        assert_eq!(black_box(reason), expected);
        black_box(&who);
    }
}

type DecideInC = unsafe extern "C" fn(
    *const doorward_gate,
    *const doorward_request,
    u64,
    *mut u8,
    usize,
    *mut doorward_decision,
) -> doorward_reason;

/// The same with rules in memory of the caller's: nothing can be reloaded, nothing is shared.
fn no_heap(bench: &mut Bench, digest: Digest, bearer: &str) {
    let capabilities =
        stays([Capability { id: "ci", digest, expires: None, scopes: &[], resources: &[] }]);
    let gate: &Rules<'_> =
        stays(Rules { capabilities: (&capabilities[..]).into(), ..Rules::default() });
    // SAFETY: all zero is what the header calls the strictest form.
    let mut config: doorward_config = unsafe { zeroed() };
    // SAFETY: as above, for one entry.
    let mut entry: doorward_capability_entry = unsafe { zeroed() };
    (entry.id, entry.sha256) = (bytes("ci"), *digest.as_bytes());
    (config.capabilities, config.capabilities_len) = (&raw const entry, 1);
    let memory = stays([0_u8; 1024]);
    let c_gate = stays(MaybeUninit::<doorward_gate>::uninit()).as_mut_ptr();
    // SAFETY: what the gate refers to stays.
    let made =
        unsafe { doorward_gate_init(c_gate, &raw const config, memory.as_mut_ptr(), memory.len()) };
    assert_eq!(made, DOORWARD_OK);
    let (request, c_request) = requests(("Authorization", bearer));
    let room: *mut [u8] = stays([0_u8; 1024]);
    let in_rust = move || {
        let (request, now) = (black_box(request), UnixTime::from_seconds(NOW));
        // SAFETY: one call at a time.
        match black_box(gate).decide(request, now, black_box(unsafe { &mut *room })) {
            Decision::Allow(who) => read(&who),
            Decision::Deny(reason) => panic!("{reason}"),
        }
    };
    bench.compare("no heap", in_rust, decide_in_c(c_gate, c_request, room, DOORWARD_OK));
}

fn capability_match(bench: &mut Bench, digest: Digest) {
    let digests = stays([digest; 3]);
    let c_digests = stays(digests.map(|digest| *digest.as_bytes()));
    let in_rust = || {
        let found = capability::find(black_box(TOKEN.as_bytes()), black_box(&*digests).iter());
        assert_eq!(black_box(found), Some(2));
    };
    let in_c = || {
        type Match = unsafe extern "C" fn(
            doorward_bytes,
            *const [u8; 32],
            usize,
            *mut usize,
        ) -> doorward_reason;
        let mut index = 0;
        let (find, digests) =
            (black_box(doorward_capability_match as Match), black_box(c_digests.as_ptr()));
        // SAFETY: everything is alive.
        let reason = unsafe { find(black_box(bytes(TOKEN)), digests, 3, &mut index) };
        assert_eq!((black_box(reason), black_box(index)), (DOORWARD_OK, 2));
    };
    bench.compare("capability match", in_rust, in_c);
}

fn jwt_verify(bench: &mut Bench, policy: &str, token: &'static str) {
    let (gate, c_gate) = (gate(policy), c_gate(policy));
    let room: *mut [u8] = stays([0_u8; 1 << 15]);
    let in_rust = move || {
        let (token, now) = (black_box(token.as_bytes()), UnixTime::from_seconds(NOW));
        // SAFETY: one call at a time.
        let scratch = black_box(unsafe { &mut *room });
        let current = black_box(gate).current();
        let jwt = current.gate().jwt.as_ref().ok_or(Reason::ConfigInvalid);
        let claims = jwt.and_then(|jwt| Ok(jwt.verify(token, now, scratch)?.as_bytes()));
        assert_eq!(black_box(claims).map(<[u8]>::len), Ok(CLAIMS.len()));
    };
    let in_c = move || {
        type Verify = unsafe extern "C" fn(
            *const doorward_gate,
            doorward_bytes,
            u64,
            *mut u8,
            usize,
            *mut doorward_bytes,
        ) -> doorward_reason;
        let mut claims = doorward_bytes { data: std::ptr::null(), len: 0 };
        let scratch = black_box(room);
        let (verify, token) = (black_box(doorward_jwt_verify as Verify), black_box(bytes(token)));
        let (gate, len) = (black_box(c_gate), scratch.len());
        // SAFETY: everything is alive, and one call at a time uses the scratch buffer.
        let reason = unsafe { verify(gate, token, NOW, scratch.cast(), len, &mut claims) };
        assert_eq!((black_box(reason), black_box(claims).len), (DOORWARD_OK, CLAIMS.len()));
    };
    bench.compare("jwt verify", in_rust, in_c);
}

fn origin(bench: &mut Bench) {
    let origin = "https://app.example.com:8443";
    let in_rust = || assert!(black_box(Origin::parse(black_box(origin.as_bytes()))).is_ok());
    let in_c = || {
        type Check = unsafe extern "C" fn(doorward_bytes) -> doorward_reason;
        let check = black_box(doorward_origin_check as Check);
        // SAFETY: a literal.
        let reason = unsafe { check(black_box(bytes(origin))) };
        assert_eq!(black_box(reason), DOORWARD_OK);
    };
    bench.compare("origin", in_rust, in_c);
}

/// The cases: each with its two sides.
#[derive(Default)]
struct Bench {
    cases: Vec<Case>,
}

struct Case {
    name: String,
    /// Rust's and C's.
    sides: [Box<dyn FnMut(u32)>; 2],
    /// Nanoseconds of a call, round by round.
    times: [Vec<f64>; 2],
}

impl Bench {
    fn compare(
        &mut self,
        name: &str,
        mut in_rust: impl FnMut() + 'static,
        mut in_c: impl FnMut() + 'static,
    ) {
        let sides: [Box<dyn FnMut(u32)>; 2] = [
            Box::new(move |calls| (0..calls).for_each(|_| in_rust())),
            Box::new(move |calls| (0..calls).for_each(|_| in_c())),
        ];
        self.cases.push(Case { name: name.to_owned(), sides, times: Default::default() });
    }

    /// Runs both sides of each case, or one side of one.
    fn run(&mut self) {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        match &arguments[..] {
            [] => self.run_all(),
            [case, side, calls] => {
                let side = ["rust", "c"].iter().position(|name| name == side);
                let case = self.cases.iter_mut().find(|known| known.name == *case);
                let (Some(case), Some(side), Ok(calls)) = (case, side, calls.parse()) else {
                    panic!("usage: cost [CASE rust|c CALLS]");
                };
                (case.sides[side])(calls);
            }
            _ => panic!("usage: cost [CASE rust|c CALLS]"),
        }
    }

    fn run_all(&mut self) {
        let mut yardstick = Vec::new();
        for round in 0..ROUNDS {
            yardstick.push(nanoseconds(&mut |calls| {
                for _ in 0..calls {
                    black_box(Digest::of(black_box(&[7; 32])));
                }
            }));
            for case in &mut self.cases {
                // Whoever comes second finds the common code at hand.
                for side in [round % 2, (round + 1) % 2] {
                    let (run, times) = (&mut case.sides[side], &mut case.times[side]);
                    deeper(round % DEPTHS, &mut || times.push(nanoseconds(run)));
                }
            }
        }
        println!("{:<20}{:>24}{:>30}", "ns", "tenth percentile", "fastest round");
        let columns = ["Rust", "C", "more", "Rust", "C", "more"];
        println!("{:<18}{}", "", columns.map(|name| format!("{name:>10}")).concat());
        for Case { name, times, .. } in &mut self.cases {
            let columns = [10, ROUNDS].map(|part| {
                let [rust, c] = times.each_mut().map(|times| quantile(times, part));
                format!("{rust:>10.1}{c:>10.1}{:>10.1}", c - rust)
            });
            println!("{name:<18}{}", columns.concat());
        }
        let [tenth, fastest] = [10, ROUNDS].map(|part| quantile(&mut yardstick, part));
        println!("{:<18}{tenth:>10.1}{fastest:>30.1}", "one SHA-256 block");
    }
}

/// Runs something this many frames further down the stack.
#[inline(never)]
fn deeper(frames: usize, run: &mut dyn FnMut()) {
    let room = black_box([0_u8; 96]);
    match frames.checked_sub(1) {
        Some(frames) => deeper(frames, run),
        None => run(),
    }
    black_box(&room);
}

fn nanoseconds(side: &mut dyn FnMut(u32)) -> f64 {
    let (warm, timed) = CALLS;
    side(warm);
    let start = Instant::now();
    side(timed);
    start.elapsed().as_secs_f64() * 1e9 / f64::from(timed)
}

/// The time that one `part`-th of the rounds are not slower than.
fn quantile(times: &mut [f64], part: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / part]
}
