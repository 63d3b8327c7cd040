//! The vectors as a table of C initialisers: a runner in C needs no JSON parser. The fields of a row are
//! those of `struct vector` in ffi/tests/vectors.c.

use doorward_core::{Reason, Scheme};
use doorward_tests::suite::{Bytes, Case, Decide, Operation, from_hex, read_folder};
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::net::IpAddr;

/// Writes the table of the folder of the vectors.
pub(crate) fn write(file: Option<String>) -> Result<String, String> {
    let file = file.ok_or("usage: cargo xtask c-vectors FILE")?;
    let mut table = Table::default();
    for suite in read_folder(&doorward_tests::folder())? {
        for case in &suite.cases {
            let row = match case {
                Case::Decide(case) => decide(case),
                Case::Operation(case) => operation(case),
            };
            let row = row.map_err(|error| format!("{}/{}: {error}", suite.suite, case.id()))?;
            table.add(&suite.suite, case.id(), &row)?;
        }
    }
    let text = format!(
        "/* Made by `cargo xtask c-vectors`. */\n\n{}\nstatic const struct vector VECTORS[] = {{\n{}}};\n",
        table.lists, table.rows
    );
    std::fs::write(&file, text).map_err(|error| format!("{file}: {error}"))?;
    Ok(format!("{} vectors written", table.count))
}

/// One case.
#[derive(Default)]
struct Row {
    op: String,
    inputs: Vec<Vec<u8>>,
    /// Header lines, or a list of names with empty values.
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
    number: u64,
    a: u32,
    b: u32,
    peer: Option<IpAddr>,
    code: u32,
    status: u32,
    text: Option<Vec<u8>>,
    integer: Option<i64>,
    /// The expected value is that there is none.
    nothing: bool,
    steps: Vec<Step>,
}

/// One step of a case of tickets.
struct Step {
    issue: bool,
    /// Entropy, or the token to redeem.
    secret: Vec<u8>,
    payload: Vec<u8>,
    now: u64,
    code: u32,
    /// The token that is issued, or the payload of the one that is redeemed.
    text: Vec<u8>,
}

#[derive(Default)]
struct Table {
    lists: String,
    rows: String,
    count: usize,
}

impl Table {
    fn add(&mut self, suite: &str, id: &str, row: &Row) -> Result<(), String> {
        let at = self.count;
        self.count += 1;
        let failed = |error: std::fmt::Error| error.to_string();
        let list = if row.pairs.is_empty() { "NULL".to_owned() } else { format!("list_{at}") };
        if !row.pairs.is_empty() {
            write!(self.lists, "static const doorward_header {list}[] = {{").map_err(failed)?;
            for (name, value) in &row.pairs {
                write!(self.lists, "{{{}, {}}}, ", bytes(name), bytes(value)).map_err(failed)?;
            }
            self.lists.push_str("};\n");
        }
        let steps = if row.steps.is_empty() { "NULL".to_owned() } else { format!("steps_{at}") };
        if !row.steps.is_empty() {
            write!(self.lists, "static const struct step {steps}[] = {{").map_err(failed)?;
            for step in &row.steps {
                write!(
                    self.lists,
                    "{{{}, {}, {}, {}u, {}u, {}}}, ",
                    u8::from(step.issue),
                    bytes(&step.secret),
                    bytes(&step.payload),
                    step.now,
                    step.code,
                    bytes(&step.text)
                )
                .map_err(failed)?;
            }
            self.lists.push_str("};\n");
        }
        // The beginning of the verdict line, as every runner writes it.
        let line = serde_json::json!({ "suite": suite, "id": id }).to_string();
        let line = format!("{},\"decision\":\"", line.trim_end_matches('}'));
        let inputs: Vec<String> = row.inputs.iter().map(|input| bytes(input)).collect();
        let inputs = if inputs.is_empty() { "NONE".to_owned() } else { inputs.join(", ") };
        let (kind, address) = match row.peer {
            None => (0, Vec::new()),
            Some(IpAddr::V4(address)) => (4, address.octets().to_vec()),
            Some(IpAddr::V6(address)) => (6, address.octets().to_vec()),
        };
        let address: Vec<String> = address.iter().map(ToString::to_string).collect();
        let address = if address.is_empty() { "0".to_owned() } else { address.join(", ") };
        writeln!(
            self.rows,
            "{{{}, OP_{}, {{{inputs}}}, {list}, {}, {}u, {}u, {}u, {{{kind}, {{{address}}}}}, {}u, \
             {}u, {}, {}, {}, {}, {}, {steps}, {}}},",
            quoted(line.as_bytes()),
            row.op.replace('.', "_").to_ascii_uppercase(),
            row.pairs.len(),
            row.number,
            row.a,
            row.b,
            row.code,
            row.status,
            u8::from(row.text.is_some()),
            row.text.as_ref().map_or_else(|| "NONE".to_owned(), |text| bytes(text)),
            u8::from(row.integer.is_some()),
            integer(row.integer.unwrap_or_default()),
            u8::from(row.nothing),
            row.steps.len(),
        )
        .map_err(failed)
    }
}

/// The least integer is no literal in C: its digits alone are too large.
fn integer(value: i64) -> String {
    if value == i64::MIN { "INT64_MIN".to_owned() } else { format!("INT64_C({value})") }
}

fn bytes(bytes: &[u8]) -> String {
    format!("B({})", quoted(bytes))
}

fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for &byte in bytes {
        match byte {
            // Three octal digits end themselves; a question mark could begin a trigraph.
            b'"' | b'\\' | b'?' | 0..0x20 | 0x7f.. => {
                let _ = write!(text, "\\{byte:03o}");
            }
            _ => text.push(byte.into()),
        }
    }
    text.push('"');
    text
}

/// The fields of an object, each to be taken once.
struct Fields(Map<String, Value>);

impl Fields {
    fn of(value: &Value) -> Result<Self, String> {
        value.as_object().cloned().map(Self).ok_or_else(|| "not an object".to_owned())
    }

    fn optional(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name)
    }

    fn value(&mut self, name: &str) -> Result<Value, String> {
        self.optional(name).ok_or_else(|| format!("no {name}"))
    }

    fn string(&mut self, name: &str) -> Result<String, String> {
        let value = self.value(name)?;
        value.as_str().map(str::to_owned).ok_or_else(|| format!("{name} is no string"))
    }

    fn bytes(&mut self, name: &str) -> Result<Vec<u8>, String> {
        let value: Bytes =
            serde_json::from_value(self.value(name)?).map_err(|error| error.to_string())?;
        value.bytes()
    }

    fn strings(&mut self, name: &str) -> Result<Vec<String>, String> {
        serde_json::from_value(self.value(name)?).map_err(|error| error.to_string())
    }

    fn number(&mut self, name: &str) -> Result<u64, String> {
        self.value(name)?.as_u64().ok_or_else(|| format!("{name} is no number"))
    }

    fn one_of(&mut self, name: &str, words: &[(&str, u32)]) -> Result<u32, String> {
        let word = self.string(name)?;
        let found = words.iter().find(|(known, _)| *known == word);
        found.map(|(_, number)| *number).ok_or_else(|| format!("unknown {name} {word}"))
    }

    fn finish(self) -> Result<(), String> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("unknown field {name}")),
        }
    }
}

const ALGORITHMS: [(&str, u32); 3] = [("HS256", 256), ("HS384", 384), ("HS512", 512)];
const ENCODINGS: [(&str, u32); 4] = [("utf8", 0), ("base64", 1), ("base64url", 2), ("hex", 3)];
const FORMS: [(&str, u32); 3] = [("base64url", 0), ("hex", 1), ("letters62", 2)];
const KINDS: [(&str, u32); 4] = [("string", 0), ("integer", 1), ("bool", 2), ("raw", 3)];
const MODES: [(&str, u32); 2] = [("refuse", 0), ("warn", 1)];

fn scheme(text: &str) -> Result<u32, String> {
    match Scheme::parse(text.as_bytes()) {
        Some(Scheme::Http) => Ok(1),
        Some(Scheme::Https) => Ok(2),
        None => Err(format!("unknown scheme {text}")),
    }
}

/// Takes what every expectation may have: decision, code, reason, status.
fn verdict(row: &mut Row, expect: &mut Fields) -> Result<(), String> {
    let decision = expect.optional("decision");
    let code = expect.optional("code").and_then(|code| code.as_u64()).unwrap_or_default();
    row.code = u32::try_from(code).map_err(|error| error.to_string())?;
    if let Some(reason) = expect.optional("reason") {
        let known = Reason::from_code(row.code).map(Reason::name);
        if known != reason.as_str() {
            return Err(format!("{} is not {reason}", row.code));
        }
    }
    if decision.is_some_and(|decision| (decision == "deny") != (row.code != 0)) {
        return Err("decision and code disagree".to_owned());
    }
    if let Some(status) = expect.optional("status").and_then(|status| status.as_u64()) {
        row.status = u32::try_from(status).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn decide(case: &Decide) -> Result<Row, String> {
    let request = &case.request;
    let pairs = request.headers.iter().map(|(name, value)| Ok((name.bytes()?, value.bytes()?)));
    let mut expect = Fields::of(&case.expect)?;
    let mut row = Row {
        op: "decide".to_owned(),
        inputs: vec![
            case.policy.to_string().into_bytes(),
            request.method.clone().into_bytes(),
            request.target.bytes()?,
        ],
        pairs: pairs.collect::<Result<_, String>>()?,
        number: case.now,
        a: scheme(&request.scheme)?,
        peer: request.peer,
        ..Row::default()
    };
    verdict(&mut row, &mut expect)?;
    row.text = match expect.optional("principal") {
        Some(principal) => Some(principal.as_str().ok_or("principal")?.as_bytes().to_vec()),
        None => None,
    };
    expect.finish()?;
    Ok(row)
}

fn operation(case: &Operation) -> Result<Row, String> {
    let (mut input, mut expect) = (Fields::of(&case.input)?, Fields::of(&case.expect)?);
    let mut row = Row { op: case.op.clone(), ..Row::default() };
    if case.op == "ticket" {
        read_tickets(&mut row, &mut input, &mut expect)?;
    }
    verdict(&mut row, &mut expect)?;
    read_input(case, &mut row, &mut input)?;
    read_result(case, &mut row, &mut expect)?;
    input.finish()?;
    expect.finish()?;
    Ok(row)
}

fn read_input(case: &Operation, row: &mut Row, input: &mut Fields) -> Result<(), String> {
    let list = |names: Vec<String>| -> Vec<(Vec<u8>, Vec<u8>)> {
        names.into_iter().map(|name| (name.into_bytes(), Vec::new())).collect()
    };
    match case.op.as_str() {
        "jwt.verify" => {
            let policy = serde_json::json!({ "jwt": input.value("jwt")? });
            row.inputs = vec![policy.to_string().into_bytes(), input.bytes("token")?];
            row.number = input.number("now")?;
        }
        "key" | "jwt.sign" | "jws.verify" => {
            row.a = input.one_of("algorithm", &ALGORITHMS)?;
            row.b = input.one_of("encoding", &ENCODINGS)?;
            row.inputs = vec![input.bytes("secret")?];
            match case.op.as_str() {
                "jwt.sign" => {
                    let kid = input.optional("kid");
                    let kid = kid.as_ref().and_then(Value::as_str).unwrap_or_default();
                    row.inputs.push(kid.as_bytes().to_vec());
                    row.inputs.push(input.string("claims")?.into_bytes());
                }
                "jws.verify" => row.inputs.push(input.bytes("token")?),
                _ => {}
            }
        }
        "capability.digest" => row.inputs = vec![input.bytes("token")?],
        "capability.match" => {
            let digests = input.strings("sha256")?;
            let digests: Vec<Vec<u8>> =
                digests.iter().map(|hex| from_hex(hex)).collect::<Result<_, _>>()?;
            row.inputs = vec![input.bytes("token")?, digests.concat()];
        }
        "capability.generate" => {
            row.inputs = vec![from_hex(&input.string("entropy")?)?];
            row.a = input.one_of("form", &FORMS)?;
        }
        "origin.normalise" => row.inputs = vec![input.string("line")?.into_bytes()],
        "origin.parse" | "bearer" => row.inputs = vec![input.bytes("value")?],
        "host.parse" => {
            row.inputs = vec![input.bytes("value")?];
            row.a = scheme(&input.string("scheme")?)?;
        }
        "base64url.decode" | "json.object" => row.inputs = vec![input.bytes("text")?],
        "base64url.encode" => row.inputs = vec![input.bytes("bytes")?],
        "claim.read" => {
            row.inputs = vec![input.string("text")?.into_bytes()];
            row.pairs = list(input.strings("path")?);
            row.a = input.one_of("kind", &KINDS)?;
        }
        "strip.query" => row.inputs = vec![input.bytes("target")?, input.bytes("name")?],
        "strip.cookie" => row.inputs = vec![input.bytes("value")?, input.bytes("name")?],
        "strip.subprotocol" => row.inputs = vec![input.bytes("value")?, input.bytes("prefix")?],
        "listen" => {
            row.inputs = vec![input.string("address")?.into_bytes()];
            row.a = u32::from(input.value("credential")?.as_bool().ok_or("credential")?);
            row.b = input.one_of("mode", &MODES)?;
        }
        "policy.load" => match (input.optional("toml"), input.optional("json")) {
            (Some(text), None) | (None, Some(text)) => {
                row.inputs = vec![text.as_str().ok_or("no text")?.as_bytes().to_vec()];
                row.a = if case.input.get("toml").is_some() { 1 } else { 2 };
            }
            _ => return Err("give toml or json".to_owned()),
        },
        "scratch" => {
            row.inputs = vec![input.value("policy")?.to_string().into_bytes()];
            row.number = input.number("scratch")?;
        }
        "challenge" => {
            let name = input.string("reason")?;
            let reason = Reason::ALL.iter().find(|reason| reason.name() == name);
            row.a = reason.ok_or_else(|| format!("no reason {name}"))?.code();
            row.inputs = vec![input.string("realm")?.into_bytes()];
            row.pairs = list(input.strings("scope")?);
        }
        // Its steps are read together with what is expected of each.
        "ticket" => {}
        other => return Err(format!("unknown op {other}")),
    }
    Ok(())
}

fn read_tickets(row: &mut Row, input: &mut Fields, expect: &mut Fields) -> Result<(), String> {
    row.number = input.number("ttl")?;
    row.a = u32::try_from(input.number("capacity")?).map_err(|error| error.to_string())?;
    let list = |value: Value| value.as_array().cloned().ok_or_else(|| "not a list".to_owned());
    let (steps, results) = (list(input.value("steps")?)?, list(expect.value("results")?)?);
    if steps.len() != results.len() {
        return Err("as many results as steps".to_owned());
    }
    for (step, result) in steps.iter().zip(&results) {
        let (mut step, mut result) = (Fields::of(step)?, Fields::of(result)?);
        let (issue, fields) = match (step.optional("issue"), step.optional("redeem")) {
            (Some(fields), None) => (true, fields),
            (None, Some(fields)) => (false, fields),
            _ => return Err("a step issues or redeems".to_owned()),
        };
        step.finish()?;
        let mut fields = Fields::of(&fields)?;
        let mut told = Row::default();
        verdict(&mut told, &mut result)?;
        let text = match told.code {
            0 => result.string(if issue { "token" } else { "payload" })?,
            _ => String::new(),
        };
        row.steps.push(Step {
            issue,
            secret: match issue {
                true => from_hex(&fields.string("entropy")?)?,
                false => fields.string("token")?.into_bytes(),
            },
            payload: if issue { fields.string("payload")?.into_bytes() } else { Vec::new() },
            now: fields.number("now")?,
            code: told.code,
            text: text.into_bytes(),
        });
        fields.finish()?;
        result.finish()?;
    }
    Ok(())
}

fn read_result(case: &Operation, row: &mut Row, expect: &mut Fields) -> Result<(), String> {
    let name = match case.op.as_str() {
        "jwt.sign" | "capability.generate" | "bearer" => "token",
        "jws.verify" => "payload",
        "capability.digest" => "sha256",
        "origin.normalise" => "canonical",
        "base64url.decode" => "bytes",
        "base64url.encode" => "text",
        "strip.query" => "target",
        "strip.cookie" | "strip.subprotocol" => "value",
        "host.parse" => {
            row.integer = expect.optional("port").and_then(|port| port.as_i64());
            "host"
        }
        "capability.match" => {
            let index = expect.value("index")?;
            (row.integer, row.nothing) = (index.as_i64(), index.is_null());
            return Ok(());
        }
        "listen" => {
            row.integer =
                expect.optional("result").map(|result| i64::from(result.as_str() == Some("warn")));
            return Ok(());
        }
        "policy.load" => {
            row.integer = expect.optional("warnings").and_then(|count| count.as_i64());
            row.text = message(expect);
            return Ok(());
        }
        "claim.read" | "challenge" => {
            match expect.value("value")? {
                Value::Null => row.nothing = true,
                Value::String(text) => row.text = Some(text.into_bytes()),
                Value::Bool(value) => row.integer = Some(value.into()),
                number => row.integer = Some(number.as_i64().ok_or("not an integer")?),
            }
            return Ok(());
        }
        _ => return Ok(()),
    };
    if expect.0.contains_key(name) {
        row.text = Some(expect.bytes(name)?);
    }
    Ok(())
}

/// How the message begins that tells of a fault at this place.
fn message(expect: &mut Fields) -> Option<Vec<u8>> {
    let (line, column) = (expect.optional("line")?, expect.optional("column")?);
    let path = expect.optional("path")?;
    let mut text = match (line.as_u64(), column.as_u64()) {
        (Some(line), Some(column)) => format!("{line}:{column}: "),
        _ => String::new(),
    };
    match path.as_str() {
        None | Some("") => {}
        Some(path) => {
            text.push_str(path);
            text.push_str(": ");
        }
    }
    Some(text.into_bytes())
}
