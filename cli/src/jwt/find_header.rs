//! What a JOSE header asks for that the keys do not give.

use super::Finding;
use crate::output::quoted;
use doorward_core::{Algorithm, Jwt, Key, Reason, primitive};

/// A string member of the header, escapes resolved.
pub(super) fn text(header: &[u8], name: &str) -> Option<String> {
    let value = primitive::json_at(header, &[name])?;
    Some(value.as_str()?.to_string())
}

/// `reason` is why the token was refused, `secret_is_right` whether one of the secrets as it is
/// configured gives the signature.
pub(super) fn find(
    header: &[u8],
    jwt: &Jwt<'_>,
    reason: Option<Reason>,
    secret_is_right: bool,
) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(text(header, "alg").and_then(|alg| algorithm(&alg, jwt, secret_is_right)));
    if reason == Some(Reason::KeyUnknown) {
        found.extend(text(header, "kid").map(|kid| key_id(&kid, jwt, secret_is_right)));
    }
    if reason == Some(Reason::HeaderTypeUnexpected) {
        found.push(media_type(header, jwt));
    }
    found
}

fn algorithm(alg: &str, jwt: &Jwt<'_>, secret_is_right: bool) -> Option<Finding> {
    let shown = quoted(alg.as_bytes());
    let known = Algorithm::ALL.map(Algorithm::name);
    if alg.eq_ignore_ascii_case("none") {
        let message = format!("alg is {shown}: the token is not signed, anybody can have made it");
        return Some(Finding::new("algorithm_none", message));
    }
    let Some(algorithm) = Algorithm::from_name(alg) else {
        let near = known.iter().find(|name| name.eq_ignore_ascii_case(alg));
        let message = match near {
            Some(name) => format!("alg is {shown}; it is case-sensitive: {name}"),
            None => format!(
                "alg is {shown}: that is no HMAC; doorward verifies {} and no signature with a \
                 public key",
                known.join(", ")
            ),
        };
        return Some(Finding::new("algorithm_unsupported", message));
    };
    if jwt.keys.is_empty() || jwt.keys.iter().any(|key| key.algorithm() == algorithm) {
        return None;
    }
    let mut configured: Vec<&str> = jwt.keys.iter().map(|key| key.algorithm().name()).collect();
    configured.dedup();
    let right =
        if secret_is_right { "; the secret is right, only the algorithm is not" } else { "" };
    Some(Finding::new(
        "algorithm",
        format!(
            "alg is {shown}, the key is for {}{right}: set algorithm = {shown} (--alg {}) if that \
             is what the issuer is meant to use",
            configured.join(", "),
            algorithm.name()
        ),
    ))
}

fn key_id(kid: &str, jwt: &Jwt<'_>, secret_is_right: bool) -> Finding {
    let shown = quoted(kid.as_bytes());
    let ids: Vec<&str> = jwt.keys.iter().filter_map(Key::id).collect();
    let mut message = format!("kid is {shown}, and ");
    if ids.is_empty() {
        message.push_str("no key has an id");
    } else {
        let ids: Vec<String> = ids.iter().map(|id| quoted(id.as_bytes())).collect();
        message.push_str(&format!("the keys' ids are {}", ids.join(", ")));
    }
    let near = ids.iter().find_map(|id| super::find_claims::near(kid, id));
    if let Some(near) = near {
        message.push_str(&format!("; {near}"));
    }
    if secret_is_right {
        message.push_str("; the secret is right");
    }
    message.push_str(&format!(": give the key that id (id = {shown} in the policy, --kid here)"));
    Finding::new("kid_unknown", message)
}

fn media_type(header: &[u8], jwt: &Jwt<'_>) -> Finding {
    let shown = match text(header, "typ") {
        Some(typ) => format!("typ is {}", quoted(typ.as_bytes())),
        None => "typ is absent".to_owned(),
    };
    let accepted = if jwt.types.is_empty() {
        "JWT, or no typ at all,".to_owned()
    } else {
        let types: Vec<String> = jwt.types.iter().map(|typ| quoted(typ.as_bytes())).collect();
        types.join(", ")
    };
    Finding::new(
        "typ",
        format!(
            "{shown}, and {accepted} is accepted: name it in the policy's jwt.typ if tokens of \
                 this kind are meant for this server"
        ),
    )
}
