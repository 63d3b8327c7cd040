//! Answers as the JavaScript side reads them.

use crate::node::{Answer, Call};
use doorward_core::{Principal, Startup};
use doorward_policy::{PolicyError, Reason};
use serde_json::json;

/// Who came in, in three parts, which are read when somebody looks: the id, as it stands between the
/// quotes of a JSON string and behind a `+`, or nothing; `[kind, place, keyId, expires, scopes]` as JSON; and the
/// claims as their issuer wrote them. The first two end at a line end, and have none of their own, since JSON writes one
/// inside a string as `\n`.
pub(crate) fn principal(principal: &Principal<'_>, out: &mut String) {
    if let Some(id) = principal.id() {
        out.push('+');
        if principal.claims().is_some() {
            // A claim's text was written as JSON once, and is JSON again.
            out.push_str(id.raw());
        } else {
            push_inside(&id.to_string(), out);
        }
    }
    out.push_str("\n[\"");
    out.push_str(principal.kind());
    out.push_str("\",");
    push_string(principal.place(), out);
    out.push(',');
    match principal.key_id() {
        Some(id) => push_string(id, out),
        None => out.push_str("null"),
    }
    out.push(',');
    match principal.expires() {
        Some(seconds) => push_number(seconds, out),
        None => out.push_str("null"),
    }
    out.push_str(",[");
    for (index, scope) in principal.capability_scopes().iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_string(scope, out);
    }
    out.push_str("]]\n");
    if let Some(claims) = principal.claims() {
        out.push_str(claims.json());
    }
}

fn push_string(text: &str, out: &mut String) {
    out.push('"');
    push_inside(text, out);
    out.push('"');
}

/// Pushes what stands between the quotes.
fn push_inside(text: &str, out: &mut String) {
    let plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        out.push_str(text);
    } else {
        let quoted = json!(text).to_string();
        out.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
    }
}

fn push_number(number: u64, out: &mut String) {
    use std::fmt::Write as _;
    // Writing to a String cannot fail.
    let _ = write!(out, "{number}");
}

/// What is wrong with a policy, as JSON.
pub(crate) fn policy_error(error: &PolicyError) -> String {
    json!({
        "code": error.reason().code(),
        "message": error.to_string(),
        "path": error.path(),
        "line": error.position().map(|position| position.line),
        "column": error.position().map(|position| position.column),
        "file": error.file().map(|file| file.display().to_string()),
    })
    .to_string()
}

/// Whether a listener may be opened.
pub(crate) fn startup(call: &Call, startup: Result<Startup, Reason>) -> Answer {
    match startup {
        Ok(Startup::Protected) => call.give_text("ok"),
        Ok(Startup::Warned) => call.give_text("warn"),
        Err(reason) => call.give_number(reason.code()),
    }
}
