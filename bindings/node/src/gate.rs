//! A gate's functions: one decision is one call.

use crate::answer;
use crate::arrived::{AUTHORITY, Arrived, Lines};
use crate::clock;
use crate::node::{Answer, Call, Trouble};
use doorward_core::limits::{MAX_HEADERS, MAX_TOKEN_BYTES};
use doorward_core::{Decision, Place};
use doorward_policy::{
    Explanation, Gate, Outcome, Policy, Reason, Request, Snapshot, UnixTime, Warning,
};
use serde_json::json;
use std::cell::RefCell;
use std::rc::Rc;

/// Most bytes of a request's head that are taken over. Node refuses more than 16 KiB unless told
/// otherwise, and no limit of the core's is near.
const MAX_HEAD_BYTES: usize = 1024 * 1024;

/// Method, target, peer, and then each header line's name and value: as many parts as the core looks
/// at, and HTTP/2's four pseudo headers.
const MAX_PARTS: usize = 3 + 2 * (MAX_HEADERS + 1 + 4);

/// The answer of `decide` that decides nothing: `decideParts` is to be asked.
const UNDECIDED: u32 = 0;

/// How many parts of a request `decide` takes.
const SLOTS: usize = 6;

/// Bits of the number that says which part is in a slot, and the greatest such number.
const CODE_BITS: usize = 5;
const MAX_CODE: usize = (1 << CODE_BITS) - 1;

/// What a slot holds: nothing, the peer's address, the target, or else the value of a header line.
const NOTHING: usize = 0;
const PEER: usize = 1;
const TARGET: usize = 2;
const FIRST_HEADER: usize = 3;

/// Room for the parts in the slots: a token of the core's greatest length, and what stands beside it.
const ROOM: usize = 2 * MAX_TOKEN_BYTES;

/// What a gate's functions share.
struct Shared {
    gate: Gate,
    state: RefCell<State>,
}

/// The rules of the last load, and memory that one decision after another uses.
struct State {
    rules: Snapshot,
    /// The headers that these rules read, by their number in a slot.
    names: Vec<String>,
    room: Vec<u8>,
    scratch: Vec<u8>,
    out: String,
}

/// `openGate(form, text)`: warnings and settings as JSON and the gate's functions, or an error as JSON.
/// `form` is `file`, of which `text` is the path, or `json` or `toml`.
pub(crate) fn open(call: &Call) -> Answer {
    let (form, text) = (call.text(0)?, call.text(1)?);
    let policy = match form.as_str() {
        "file" => Policy::from_file(&text),
        "json" => Policy::from_json(&text),
        "toml" => Policy::from_toml(&text),
        _ => return Err(Trouble::Usage("expected file, json or toml")),
    };
    match policy {
        Ok(policy) => {
            let warnings = warnings_json(policy.warnings());
            functions(call, policy.gate(), &warnings)
        }
        Err(error) => call.give_text(&answer::policy_error(&error)),
    }
}

fn functions(call: &Call, gate: Gate, warnings: &str) -> Answer {
    type Body = fn(&Shared, &Call) -> Answer;
    const BODIES: [Body; 6] = [decide, decide_parts, explain, challenge, reload, startup_check];
    let state = State::of(gate.snapshot());
    let mut items = vec![call.give_text(&loaded_json(warnings, &state))?];
    let shared = Rc::new(Shared { gate, state: RefCell::new(state) });
    for body in BODIES {
        let shared = Rc::clone(&shared);
        items.push(call.function(move |call| body(&shared, call))?);
    }
    call.give_list(&items)
}

fn warnings_json(warnings: &[Warning]) -> String {
    let one = |warning: &Warning| json!({ "path": warning.path, "message": warning.message });
    json!(warnings.iter().map(one).collect::<Vec<_>>()).to_string()
}

/// What the server's side of the gate is told of rules that were loaded: `[warnings, settings]`.
fn loaded_json(warnings: &str, state: &State) -> String {
    let gate = state.rules.gate();
    let places: Vec<&str> = gate.credential.places.iter().map(Place::as_str).collect();
    // Beyond what a slot's number can say, `decide` is not to be asked.
    let reads = FIRST_HEADER + state.names.len() - 1 <= MAX_CODE;
    let settings = json!({
        "places": places,
        // Only a listed proxy's address counts for anything: without a list, none is looked up.
        "peer": !gate.host.trusted_proxies.is_empty(),
        "target": gate.reads_target(),
        "headers": reads.then_some(&state.names),
        "maxHeaders": MAX_HEADERS,
        "scopeClaim": gate.scope.claim,
    });
    format!("[{warnings},{settings}]")
}

impl State {
    fn of(rules: Snapshot) -> Self {
        // RFC 9113 §8.3.1: HTTP/2 says there what HTTP/1.1 says in Host.
        let mut names = vec![AUTHORITY.to_owned()];
        for name in rules.gate().header_names().map(str::to_ascii_lowercase) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let scratch = vec![0; rules.scratch_bytes()];
        Self { rules, names, room: vec![0; ROOM], scratch, out: String::new() }
    }
}

/// `decide(codes, slot, slot, slot, slot, slot, slot[, now])`: the reason's number, the principal as
/// [`answer::principal`] writes it, or [`UNDECIDED`].
///
/// To bring a string over costs more than to look at several names, so a slot holds only what
/// [`State::names`] says may be judged, in the order of arrival; how many lines there were, the caller
/// has compared with the limit. The target is one that begins with `/`, and left out where no place reads it. `codes` is 1 if
/// the connection is TLS, and from its second bit on what is in the slots, the first one lowest. What is no
/// string, long or not ASCII is left to `decideParts`.
fn decide(shared: &Shared, call: &Call) -> Answer {
    let mut codes = usize::try_from(call.count(0)?).unwrap_or_default();
    let now = clock::at(call.number(1 + SLOTS)?);
    let mut state = shared.state.try_borrow_mut().map_err(|_| Trouble::Internal)?;
    let State { rules, names, room, scratch, out } = &mut *state;
    let https = codes & 1 == 1;
    codes >>= 1;
    let (mut target, mut peer) = (b"/".as_slice(), b"".as_slice());
    let mut lines = Lines::new();
    let mut room = room.as_mut_slice();
    for slot in 1..=SLOTS {
        let code = codes & MAX_CODE;
        if code == NOTHING {
            break;
        }
        codes >>= CODE_BITS;
        let Some(len) = call.copy_ascii(slot, room)? else {
            return call.give_number(UNDECIDED);
        };
        let (part, rest) = room.split_at_mut(len);
        room = rest;
        match code {
            PEER => peer = part,
            TARGET => target = part,
            _ => {
                let name = names.get(code - FIRST_HEADER).ok_or(Trouble::Internal)?;
                lines.add(name.as_bytes(), part);
            }
        }
    }
    Arrived { method: b"", target, peer, https }
        .with(&mut lines, |request| answer(rules, call, request, now, scratch, out))?
}

/// `decideParts(parts, https, now)`: as `decide`, of every request: method, target, peer and the header
/// lines' names and values in an array, each a string or bytes.
fn decide_parts(shared: &Shared, call: &Call) -> Answer {
    let decided = with_parts(call, |request, now| {
        let mut state = shared.state.try_borrow_mut().map_err(|_| Trouble::Internal)?;
        let State { rules, scratch, out, .. } = &mut *state;
        answer(rules, call, request, now, scratch, out)
    })?;
    decided.unwrap_or_else(|reason| call.give_number(reason.code()))
}

fn answer(
    rules: &Snapshot,
    call: &Call,
    request: &Request<'_>,
    now: UnixTime,
    scratch: &mut [u8],
    out: &mut String,
) -> Answer {
    match rules.decide(request, now, scratch) {
        Decision::Allow(principal) => {
            out.clear();
            answer::principal(&principal, out);
            call.give_text(out)
        }
        Decision::Deny(reason) => call.give_number(reason.code()),
    }
}

/// Reads the arguments `(parts, https, now)`. A head that is too large is the inner refusal.
fn with_parts<T>(
    call: &Call,
    see: impl FnOnce(&Request<'_>, UnixTime) -> T,
) -> Result<Result<T, Reason>, Trouble> {
    let https = call.count(1)? == 1;
    let now = clock::at(call.number(2)?);
    let Some(parts) = call.read_parts(0, MAX_PARTS, MAX_HEAD_BYTES)? else {
        return Ok(Err(Reason::RequestTooLarge));
    };
    let [method, target, peer, rest @ ..] = parts.as_slice() else {
        return Err(Trouble::Usage("expected method, target and peer"));
    };
    let mut lines = Lines::new();
    for pair in rest.chunks(2) {
        let [name, value] = pair else {
            return Err(Trouble::Usage("a header name without a value"));
        };
        lines.add(name, value);
    }
    Arrived { method, target, peer, https }.with(&mut lines, |request| see(request, now)).map(Ok)
}

/// `explain(parts, https, now)`: each check with what it compared, as JSON.
fn explain(shared: &Shared, call: &Call) -> Answer {
    let rules = shared.gate.snapshot();
    match with_parts(call, |request, now| rules.explain(request, now))? {
        Ok(explanation) => call.give_text(&explanation_json(&explanation)),
        Err(reason) => call.give_text(&explanation_json(&Explanation {
            reason: Some(reason),
            principal: None,
            steps: Vec::new(),
        })),
    }
}

fn explanation_json(explanation: &Explanation) -> String {
    let steps: Vec<_> = explanation
        .steps
        .iter()
        .map(|step| {
            let refused = match step.outcome {
                Outcome::Passed => None,
                Outcome::Refused(reason) => Some(reason.name()),
            };
            json!({ "stage": step.stage, "refused": refused, "details": step.details })
        })
        .collect();
    json!({
        "reason": explanation.reason.map(Reason::name),
        "steps": steps,
        "text": explanation.to_string(),
    })
    .to_string()
}

/// `challenge(code)`: the `WWW-Authenticate` value that goes with a refusal, or undefined.
fn challenge(shared: &Shared, call: &Call) -> Answer {
    let reason = Reason::from_code(call.count(0)?).ok_or(Trouble::Usage("no such reason"))?;
    match shared.gate.snapshot().challenge(reason) {
        Some(text) => call.give_text(&text),
        None => call.give_nothing(),
    }
}

/// `reload()`: as `openGate`, warnings and settings, or an error.
fn reload(shared: &Shared, call: &Call) -> Answer {
    let mut state = shared.state.try_borrow_mut().map_err(|_| Trouble::Internal)?;
    match shared.gate.reload() {
        Ok(warnings) => {
            *state = State::of(shared.gate.snapshot());
            call.give_text(&loaded_json(&warnings_json(&warnings), &state))
        }
        Err(error) => call.give_text(&answer::policy_error(&error)),
    }
}

/// `startupCheck(address)`: whether a listener may be opened: `ok`, `warn`, or a reason's number.
fn startup_check(shared: &Shared, call: &Call) -> Answer {
    let address = doorward_policy::read_address(&call.text(0)?)
        .ok_or(Trouble::Usage("expected an address: 127.0.0.1, [::1]:8080, localhost:8080"))?;
    answer::startup(call, shared.gate.snapshot().startup_check(address))
}
