use crate::suite::{Bytes, Case, Decide, Operation, RequestCase, from_hex};
use doorward_core::{
    Algorithm, Challenge, Decision, Digest, Encoding, Form, Host, Jwt, Key, Origin, Parsed, Reason,
    Request, Scheme, Startup, Tickets, UnixTime, Unprotected, capability, credential, jwt, origin,
    primitive, startup_check, strip,
};
use doorward_policy::{Gate, Policy, PolicyError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Does what a case says and gives the outcome in the form of its `expect`.
///
/// # Errors
/// If the case itself is not well formed.
pub fn perform(case: &Case) -> Result<Value, String> {
    match case {
        Case::Decide(case) => decide(case),
        Case::Operation(case) => operate(case),
    }
}

fn operate(case: &Operation) -> Result<Value, String> {
    match case.op.as_str() {
        "jwt.verify" => jwt_verify(&input(case)?),
        "jwt.sign" => jwt_sign(&input(case)?),
        "jws.verify" => jws_verify(&input(case)?),
        "key" => key(&input(case)?),
        "capability.digest" => digest(&input(case)?),
        "capability.match" => capability_match(&input(case)?),
        "capability.generate" => generate(&input(case)?),
        "origin.normalise" => normalise(&input(case)?),
        "origin.parse" => origin_parse(&input(case)?),
        "host.parse" => host_parse(&input(case)?),
        "base64url.decode" => base64url_decode(&input(case)?),
        "base64url.encode" => base64url_encode(&input(case)?),
        "json.object" => json_object(&input(case)?),
        "claim.read" => claim_read(&input(case)?),
        "bearer" => bearer(&input(case)?),
        "strip.query" => strip_query(&input(case)?),
        "strip.cookie" => strip_cookie(&input(case)?),
        "strip.subprotocol" => strip_subprotocol(&input(case)?),
        "listen" => listen(&input(case)?),
        "policy.load" => policy_load(&input(case)?),
        "scratch" => scratch(&input(case)?),
        "ticket" => ticket(&input(case)?),
        "challenge" => challenge(&input(case)?),
        other => Err(format!("unknown op {other}")),
    }
}

fn input<T: DeserializeOwned>(case: &Operation) -> Result<T, String> {
    serde_json::from_value(case.input.clone()).map_err(|error| error.to_string())
}

/// `{"code": …, "reason": …}`, with `"decision": "deny"` for the operations that decide.
fn refusal(reason: Reason) -> Value {
    json!({ "decision": "deny", "code": reason.code(), "reason": reason.name() })
}

fn allowed() -> Value {
    json!({ "decision": "allow", "code": 0 })
}

fn outcome<T>(result: Result<T, Reason>, value: impl FnOnce(T) -> Value) -> Value {
    match result {
        Ok(done) => value(done),
        Err(reason) => refusal(reason),
    }
}

fn text(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string())
}

/// Builds the gate of a policy in its JSON form.
///
/// # Errors
/// As [`Policy::from_json`].
pub fn gate_of(policy: &Value) -> Result<Gate, PolicyError> {
    Policy::from_json(&policy.to_string()).map(Policy::gate)
}

/// A request's parts, owned.
#[derive(Debug)]
pub struct Arrived {
    method: Vec<u8>,
    target: Vec<u8>,
    scheme: Scheme,
    peer: Option<std::net::IpAddr>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Arrived {
    /// Reads the request of a case.
    ///
    /// # Errors
    /// If it is not well formed.
    pub fn read(request: &RequestCase) -> Result<Self, String> {
        let headers =
            request.headers.iter().map(|(name, value)| Ok((name.bytes()?, value.bytes()?)));
        Ok(Self {
            method: request.method.clone().into_bytes(),
            target: request.target.bytes()?,
            scheme: Scheme::parse(request.scheme.as_bytes()).ok_or("unknown scheme")?,
            peer: request.peer,
            headers: headers.collect::<Result<_, String>>()?,
        })
    }

    /// Shows the request to `see`.
    pub fn with<T>(&self, see: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| doorward_core::Header { name, value })
            .collect();
        see(&Request {
            method: &self.method,
            target: &self.target,
            scheme: self.scheme,
            peer: self.peer,
            headers: &headers,
        })
    }
}

fn decide(case: &Decide) -> Result<Value, String> {
    let gate = match gate_of(&case.policy) {
        Ok(gate) => gate,
        Err(error) => return Ok(denied(error.reason())),
    };
    let arrived = Arrived::read(&case.request)?;
    let snapshot = gate.snapshot();
    let mut scratch = vec![0; snapshot.scratch_bytes()];
    let now = UnixTime::from_seconds(case.now);
    Ok(arrived.with(|request| match snapshot.decide(request, now, &mut scratch) {
        Decision::Allow(principal) => {
            let id = principal.id().map(|id| id.to_string()).unwrap_or_default();
            json!({ "decision": "allow", "code": 0, "status": 200, "principal": id })
        }
        Decision::Deny(reason) => denied(reason),
    }))
}

fn denied(reason: Reason) -> Value {
    json!({
        "decision": "deny", "code": reason.code(), "reason": reason.name(),
        "status": reason.status(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verify {
    jwt: Value,
    token: Bytes,
    now: u64,
}

fn jwt_verify(input: &Verify) -> Result<Value, String> {
    let gate = match gate_of(&json!({ "jwt": &input.jwt })) {
        Ok(gate) => gate,
        Err(error) => return Ok(refusal(error.reason())),
    };
    let snapshot = gate.snapshot();
    let gate = snapshot.gate();
    let jwt = gate.jwt.ok_or("no jwt table")?;
    let mut scratch = vec![0; gate.scratch_bytes()];
    let now = UnixTime::from_seconds(input.now);
    Ok(outcome(jwt.verify(&input.token.bytes()?, now, &mut scratch), |_| allowed()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    algorithm: String,
    secret: Bytes,
    encoding: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    claims: Option<String>,
    #[serde(default)]
    token: Option<Bytes>,
}

impl Secret {
    fn key(&self) -> Result<Result<Key<'_>, Reason>, String> {
        let algorithm = Algorithm::from_name(&self.algorithm).ok_or("unknown algorithm")?;
        let encoding = match self.encoding.as_str() {
            "utf8" => Encoding::Utf8,
            "base64" => Encoding::Base64,
            "base64url" => Encoding::Base64Url,
            "hex" => Encoding::Hex,
            _ => return Err("unknown encoding".to_owned()),
        };
        let text = self.secret.bytes()?;
        let mut room = vec![0; text.len()];
        let secret = encoding.decode(&text, &mut room);
        Ok(secret.and_then(|secret| Key::new(self.kid.as_deref(), algorithm, secret)))
    }
}

fn key(input: &Secret) -> Result<Value, String> {
    Ok(outcome(input.key()?, |_| allowed()))
}

fn jwt_sign(input: &Secret) -> Result<Value, String> {
    let claims = input.claims.as_deref().ok_or("no claims")?;
    let signed = input.key()?.and_then(|key| {
        let mut out = vec![0; jwt::signed_len(&key, claims.len())];
        jwt::sign(&key, claims.as_bytes(), &mut out).map(str::to_owned)
    });
    Ok(outcome(signed, |token| json!({ "token": token })))
}

fn jws_verify(input: &Secret) -> Result<Value, String> {
    let token = input.token.as_ref().ok_or("no token")?.bytes()?;
    let proven = input.key()?.and_then(|key| {
        let keys = [key];
        let jwt = Jwt { ignore_kid: true, ignore_type: true, ..Jwt::new(&keys) };
        let mut scratch = vec![0; Jwt::scratch_bytes(token.len())];
        let steps = Parsed::parse(&token, token.len(), &jwt)
            .and_then(|parsed| parsed.prove(&mut scratch))
            .map(|signed| signed.payload().to_vec());
        let pass = jwt.prove(&token, token.len(), &mut scratch);
        assert_eq!(pass.map(|signed| signed.payload().to_vec()), steps, "one pass, single steps");
        steps
    });
    Ok(match proven {
        Ok(payload) => {
            let payload = match text(&payload) {
                Ok(text) => json!(text),
                Err(_) => json!({ "hex": hex(&payload) }),
            };
            json!({ "decision": "allow", "code": 0, "payload": payload })
        }
        Err(reason) => refusal(reason),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: Bytes,
    #[serde(default)]
    sha256: Vec<String>,
}

fn digest(input: &Token) -> Result<Value, String> {
    Ok(json!({ "sha256": Digest::of(&input.token.bytes()?).to_string() }))
}

fn capability_match(input: &Token) -> Result<Value, String> {
    let stored: Option<Vec<Digest>> =
        input.sha256.iter().map(|hex| Digest::from_hex(hex)).collect();
    let stored = stored.ok_or("not a digest")?;
    Ok(json!({ "index": capability::find(&input.token.bytes()?, stored.iter()) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Generate {
    entropy: String,
    form: String,
}

fn entropy(hex: &str) -> Result<[u8; 32], String> {
    from_hex(hex)?.try_into().map_err(|_| "entropy is 32 bytes".to_owned())
}

fn generate(input: &Generate) -> Result<Value, String> {
    let form = match input.form.as_str() {
        "base64url" => Form::Base64Url,
        "hex" => Form::Hex,
        "letters62" => Form::Letters62,
        _ => return Err("unknown form".to_owned()),
    };
    let mut out = [0; 64];
    let token = capability::generate(&entropy(&input.entropy)?, form, &mut out);
    Ok(outcome(token, |token| json!({ "token": token })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    line: String,
}

fn normalise(input: &Line) -> Result<Value, String> {
    Ok(outcome(origin::canonical(&input.line), |text| json!({ "canonical": text.as_str() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderValue {
    value: Bytes,
    #[serde(default)]
    scheme: Option<String>,
}

fn origin_parse(input: &HeaderValue) -> Result<Value, String> {
    let value = input.value.bytes()?;
    Ok(match Origin::parse(&value) {
        Ok(Origin::Null) => refusal(Reason::OriginNull),
        Ok(Origin::Tuple(_)) => allowed(),
        Err(reason) => refusal(reason),
    })
}

fn host_parse(input: &HeaderValue) -> Result<Value, String> {
    let value = input.value.bytes()?;
    let scheme = input.scheme.as_deref().ok_or("no scheme")?;
    let scheme = Scheme::parse(scheme.as_bytes()).ok_or("unknown scheme")?;
    Ok(match Host::parse(&value) {
        Some(host) => {
            let port = host.port_or_default(scheme);
            let written = host.to_string();
            let name = host.port().map_or(written.as_str(), |port| {
                written.strip_suffix(&format!(":{port}")).unwrap_or(&written)
            });
            json!({ "host": name, "port": port })
        }
        None => refusal(Reason::HostMalformed),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: Bytes,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    bytes: Bytes,
}

fn base64url_decode(input: &Text) -> Result<Value, String> {
    let text = input.text.bytes()?;
    let mut out = vec![0; text.len()];
    let decoded = primitive::base64url_decode(&text, &mut out);
    Ok(outcome(decoded, |bytes| json!({ "bytes": { "hex": hex(bytes) } })))
}

fn base64url_encode(input: &Plain) -> Result<Value, String> {
    let bytes = input.bytes.bytes()?;
    let mut out = vec![0; bytes.len() * 2 + 4];
    Ok(outcome(primitive::base64url_encode(&bytes, &mut out), |text| json!({ "text": text })))
}

fn json_object(input: &Text) -> Result<Value, String> {
    let text = input.text.bytes()?;
    let mut spare = vec![0; text.len()];
    Ok(outcome(primitive::json_object(&text, &mut spare), |()| allowed()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimRead {
    text: String,
    path: Vec<String>,
    kind: String,
}

fn claim_read(input: &ClaimRead) -> Result<Value, String> {
    let path: Vec<&str> = input.path.iter().map(String::as_str).collect();
    let found = primitive::json_at(input.text.as_bytes(), &path);
    let value = match input.kind.as_str() {
        "string" => found.and_then(|value| value.as_str()).map(|text| json!(text.to_string())),
        "integer" => found.and_then(|value| value.as_i64()).map(|number| json!(number)),
        "bool" => found.and_then(|value| value.as_bool()).map(|value| json!(value)),
        "raw" => found.map(|value| json!(value.raw())),
        _ => return Err("unknown kind".to_owned()),
    };
    Ok(json!({ "value": value }))
}

fn bearer(input: &HeaderValue) -> Result<Value, String> {
    let value = input.value.bytes()?;
    let token = credential::bearer(&value).map(text);
    Ok(match token {
        Ok(token) => json!({ "token": token? }),
        Err(reason) => refusal(reason),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StripQuery {
    target: String,
    name: String,
}

fn strip_query(input: &StripQuery) -> Result<Value, String> {
    let mut out = vec![0; input.target.len()];
    let target = strip::strip_query(input.target.as_bytes(), &input.name, &mut out);
    target
        .map_err(|reason| reason.to_string())
        .and_then(|bytes| Ok(json!({ "target": text(bytes)? })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StripCookie {
    value: String,
    name: String,
}

fn strip_cookie(input: &StripCookie) -> Result<Value, String> {
    let mut out = vec![0; input.value.len() * 2];
    let value = strip::strip_cookie(input.value.as_bytes(), &input.name, &mut out);
    value
        .map_err(|reason| reason.to_string())
        .and_then(|bytes| Ok(json!({ "value": text(bytes)? })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StripSubprotocol {
    value: String,
    prefix: String,
}

fn strip_subprotocol(input: &StripSubprotocol) -> Result<Value, String> {
    let mut out = vec![0; input.value.len() * 2];
    let value = strip::strip_subprotocol(input.value.as_bytes(), &input.prefix, &mut out);
    value
        .map_err(|reason| reason.to_string())
        .and_then(|bytes| Ok(json!({ "value": text(bytes)? })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listen {
    address: String,
    credential: bool,
    mode: String,
}

fn listen(input: &Listen) -> Result<Value, String> {
    let address = doorward_policy::read_address(&input.address).ok_or("not an address")?;
    let mode = match input.mode.as_str() {
        "refuse" => Unprotected::Refuse,
        "warn" => Unprotected::Warn,
        _ => return Err("unknown mode".to_owned()),
    };
    Ok(outcome(
        startup_check(address, input.credential, mode),
        |startup| json!({ "result": if startup == Startup::Warned { "warn" } else { "ok" } }),
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Load {
    #[serde(default)]
    toml: Option<String>,
    #[serde(default)]
    json: Option<String>,
}

fn policy_load(input: &Load) -> Result<Value, String> {
    let loaded = match (&input.toml, &input.json) {
        (Some(toml), None) => Policy::from_toml(toml),
        (None, Some(json)) => Policy::from_json(json),
        _ => return Err("give toml or json".to_owned()),
    };
    Ok(match loaded {
        Ok(policy) => json!({ "code": 0, "warnings": policy.warnings().len() }),
        Err(error) => json!({
            "code": error.reason().code(), "reason": error.reason().name(),
            "line": error.position().map(|position| position.line),
            "column": error.position().map(|position| position.column),
            "path": error.path(),
        }),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scratch {
    policy: Value,
    scratch: usize,
}

fn scratch(input: &Scratch) -> Result<Value, String> {
    let gate = gate_of(&input.policy).map_err(|error| error.to_string())?;
    let request =
        Request { method: b"GET", target: b"/", scheme: Scheme::Https, peer: None, headers: &[] };
    let mut scratch = vec![0; input.scratch];
    let snapshot = gate.snapshot();
    let decision = snapshot.decide(&request, UnixTime::from_seconds(1_700_000_000), &mut scratch);
    Ok(decision.reason().map_or_else(allowed, refusal))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketCase {
    capacity: usize,
    ttl: u64,
    steps: Vec<TicketStep>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum TicketStep {
    Issue { entropy: String, payload: String, now: u64 },
    Redeem { token: String, now: u64 },
}

fn ticket(input: &TicketCase) -> Result<Value, String> {
    match input.capacity {
        2 => ticket_steps(Tickets::<2>::new(input.ttl), &input.steps),
        8 => ticket_steps(Tickets::<8>::new(input.ttl), &input.steps),
        _ => Err("capacity is 2 or 8".to_owned()),
    }
}

fn ticket_steps<const N: usize>(
    mut tickets: Tickets<N>,
    steps: &[TicketStep],
) -> Result<Value, String> {
    let mut results = Vec::new();
    for step in steps {
        let result = match step {
            TicketStep::Issue { entropy: hex, payload, now } => {
                let mut out = [0; 64];
                let (entropy, now) = (entropy(hex)?, UnixTime::from_seconds(*now));
                let issued = tickets.issue(&entropy, payload.as_bytes(), now, &mut out);
                issued.map(|token| json!({ "token": token }))
            }
            TicketStep::Redeem { token, now } => {
                let redeemed = tickets.redeem(token.as_bytes(), UnixTime::from_seconds(*now));
                redeemed.map(|payload| json!({ "payload": String::from_utf8_lossy(payload) }))
            }
        };
        results
            .push(result.unwrap_or_else(
                |reason| json!({ "code": reason.code(), "reason": reason.name() }),
            ));
    }
    Ok(json!({ "results": results }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChallengeCase {
    reason: String,
    realm: String,
    scope: Vec<String>,
}

fn challenge(input: &ChallengeCase) -> Result<Value, String> {
    let reason = Reason::ALL.iter().find(|reason| reason.name() == input.reason);
    let reason = *reason.ok_or_else(|| format!("no reason {}", input.reason))?;
    let scopes: Vec<&str> = input.scope.iter().map(String::as_str).collect();
    let value = reason.challenge(&input.realm, &scopes);
    Ok(json!({
        "value": value.as_ref().map(Challenge::as_str),
        "status": reason.status(), "code": reason.code(),
    }))
}
