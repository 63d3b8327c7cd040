//! A gate's functions: one decision is one call.

use crate::answer;
use crate::arrived::{Arrived, wire_bytes};
use crate::clock;
use crate::node::{Answer, Call, Trouble, Value};
use doorward_core::limits::MAX_HEADERS;
use doorward_policy::core::Place;
use doorward_policy::{Explanation, Gate, Outcome, Policy, Reason, Request, UnixTime, Warning};
use serde_json::json;
use std::cell::RefCell;
use std::rc::Rc;

/// Most bytes of a request's head that are taken over. Node refuses more than 16 KiB unless told
/// otherwise, and no limit of the core's is near.
const MAX_HEAD_BYTES: usize = 1024 * 1024;

/// Method, target, peer, and then each header line's name and value: as many parts as the core looks
/// at, and HTTP/2's four pseudo headers.
const MAX_PARTS: usize = 3 + 2 * (MAX_HEADERS + 1 + 4);

/// The answer of `decide` that decides nothing: a part held the separator.
const AMBIGUOUS: u32 = 0;

/// What a gate's functions share.
struct Shared {
    gate: Gate,
    work: RefCell<Work>,
}

/// Memory that one decision after another uses.
#[derive(Default)]
struct Work {
    text: Vec<u8>,
    bytes: Vec<u8>,
    scratch: Vec<u8>,
    out: String,
}

/// `openGate(form, text)`: an array of the gate's functions, or an error as JSON. `form` is `file`, of
/// which `text` is the path, or `json` or `toml`.
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
            let warnings = call.give_text(&warnings_json(policy.warnings()))?;
            functions(call, Shared { gate: policy.gate(), work: RefCell::default() }, warnings)
        }
        Err(error) => call.give_text(&answer::policy_error(&error)),
    }
}

fn functions(call: &Call, shared: Shared, warnings: Value) -> Answer {
    type Body = fn(&Shared, &Call) -> Answer;
    const BODIES: [Body; 7] =
        [decide, decide_parts, explain, challenge, reload, startup_check, settings];
    let shared = Rc::new(shared);
    let mut items = vec![warnings];
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

/// `decide(packed, count, now)`: the reason's number, or the principal as [`answer::principal`].
///
/// `packed` is method, target, peer and the header lines' names and values with a zero character
/// between each two, one string because a string costs as much as four of its calls. `count` is twice
/// the number of parts, plus one if the connection is TLS: where a part holds a zero itself the parts
/// are not as many as that, nothing is decided, and `decideParts` is asked.
fn decide(shared: &Shared, call: &Call) -> Answer {
    let count = call.count(1)?;
    let now = clock::at(call.number(2)?);
    let mut work = shared.work.try_borrow_mut().map_err(|_| Trouble::Internal)?;
    let Work { text, bytes, scratch, out } = &mut *work;
    let text = call.read(0, MAX_HEAD_BYTES, text)?;
    if text.len() > MAX_HEAD_BYTES {
        return call.give_number(Reason::RequestTooLarge.code());
    }
    let head = wire_bytes(text, bytes);
    let zeros = memchr::memchr_iter(0, head).count();
    let parts = usize::try_from(count >> 1).unwrap_or(usize::MAX);
    if zeros + 1 != parts || parts < 3 || parts % 2 == 0 {
        return call.give_number(AMBIGUOUS);
    }
    let mut parts_of_head = Split { rest: Some(head) };
    let mut next = || parts_of_head.next().unwrap_or_default();
    let arrived = Arrived { method: next(), target: next(), peer: next(), https: count & 1 == 1 };
    arrived.with(parts_of_head, (parts - 3) / 2, |request| {
        answer(&shared.gate, call, request, now, scratch, out)
    })?
}

/// The parts between zero bytes.
struct Split<'h> {
    rest: Option<&'h [u8]>,
}

impl<'h> Iterator for Split<'h> {
    type Item = &'h [u8];

    fn next(&mut self) -> Option<&'h [u8]> {
        let rest = self.rest?;
        match memchr::memchr(0, rest) {
            Some(at) => {
                self.rest = rest.get(at + 1..);
                rest.get(..at)
            }
            None => self.rest.take(),
        }
    }
}

/// `decideParts(parts, https, now)`: as `decide`, the parts in an array and each a string or bytes.
fn decide_parts(shared: &Shared, call: &Call) -> Answer {
    let decided = with_parts(call, |request, now| {
        let mut work = shared.work.try_borrow_mut().map_err(|_| Trouble::Internal)?;
        let Work { scratch, out, .. } = &mut *work;
        answer(&shared.gate, call, request, now, scratch, out)
    })?;
    decided.unwrap_or_else(|reason| call.give_number(reason.code()))
}

fn answer(
    gate: &Gate,
    call: &Call,
    request: &Request<'_>,
    now: UnixTime,
    scratch: &mut Vec<u8>,
    out: &mut String,
) -> Answer {
    let rules = gate.current();
    let gate = rules.gate();
    let needed = gate.scratch_bytes();
    if scratch.len() < needed {
        scratch.resize(needed, 0);
    }
    match gate.decide(request, now, scratch) {
        doorward_core::Decision::Allow(principal) => {
            out.clear();
            answer::principal(&principal, gate.scope.claim, out);
            call.give_text(out)
        }
        doorward_core::Decision::Deny(reason) => call.give_number(reason.code()),
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
    let [method, target, peer, lines @ ..] = parts.as_slice() else {
        return Err(Trouble::Usage("expected method, target and peer"));
    };
    let arrived = Arrived { method, target, peer, https };
    let count = lines.len() / 2;
    arrived.with(lines.iter().map(Vec::as_slice), count, |request| see(request, now)).map(Ok)
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

/// `reload()`: warnings, or an error, as JSON.
fn reload(shared: &Shared, call: &Call) -> Answer {
    match shared.gate.reload() {
        Ok(warnings) => call.give_text(&warnings_json(&warnings)),
        Err(error) => call.give_text(&answer::policy_error(&error)),
    }
}

/// `startupCheck(address)`: whether a listener may be opened: `ok`, `warn`, or a reason's number.
fn startup_check(shared: &Shared, call: &Call) -> Answer {
    let address = doorward_policy::read_address(&call.text(0)?)
        .ok_or(Trouble::Usage("expected an address: 127.0.0.1, [::1]:8080, localhost:8080"))?;
    answer::startup(call, shared.gate.snapshot().startup_check(address))
}

/// `settings()`: what the server's side of the gate needs to know of the policy, as JSON.
fn settings(shared: &Shared, call: &Call) -> Answer {
    let rules = shared.gate.snapshot();
    let gate = rules.gate();
    let places: Vec<&str> = gate.credential.places.iter().map(Place::as_str).collect();
    let settings = json!({
        "places": places,
        // Only a listed proxy's address counts for anything: without a list, none is looked up.
        "peer": !gate.host.trusted_proxies.is_empty(),
    });
    call.give_text(&settings.to_string())
}
