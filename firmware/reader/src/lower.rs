//! The rules of a gate as the structure of the C header. Nothing is judged here: each field is carried
//! over, so that the library under test judges it.

use doorward::codes::*;
use doorward::types::{
    doorward_bytes, doorward_capability_entry, doorward_config, doorward_key_entry, doorward_list,
};
use doorward_policy::core::{AbsentOrigin, Gate, Key, OriginMode};
use serde_json::Value;
use std::fmt::Display;

/// A key's secret as the document writes it: the gate has its states only.
pub(crate) struct Secret {
    text: String,
    encoding: doorward_encoding,
}

/// The secrets of `jwt.key`, in their order. The document was read before and is in order.
pub(crate) fn secrets(document: &str, json: bool) -> Vec<Secret> {
    let document: Value = if json {
        serde_json::from_str(document).expect("JSON")
    } else {
        toml::from_str(document).expect("TOML")
    };
    let keys = document.pointer("/jwt/key").and_then(Value::as_array);
    keys.into_iter().flatten().map(secret).collect()
}

fn secret(key: &Value) -> Secret {
    let text = key.get("secret").and_then(Value::as_str).expect("no file can be read here");
    let encoding = match key.get("encoding").and_then(Value::as_str) {
        None | Some("utf8") => DOORWARD_UTF8,
        Some("base64") => DOORWARD_BASE64,
        Some("base64url") => DOORWARD_BASE64URL,
        Some("hex") => DOORWARD_HEX,
        Some(other) => panic!("encoding {other}"),
    };
    Secret { text: text.to_owned(), encoding }
}

/// Shows the structure to `see`.
pub(crate) fn with_config<T>(
    gate: &Gate<'_>,
    secrets: &[Secret],
    see: impl FnOnce(&doorward_config) -> T,
) -> T {
    // A list of no host refuses every host, which the structure cannot say.
    assert!(gate.host.allow.is_none_or(|hosts| !hosts.is_empty()), "an empty list of hosts");
    let jwt = gate.jwt.as_ref();
    let rules = jwt.map(|jwt| &jwt.claims);
    let keys = jwt.map_or(&[][..], |jwt| jwt.keys);
    assert_eq!(keys.len(), secrets.len(), "a secret for each key");
    let keys: Vec<_> =
        keys.iter().zip(secrets).map(|(key, secret)| key_entry(key, secret)).collect();
    let capabilities = capabilities(gate);
    let number = |value: Option<Option<u64>>| value.flatten().unwrap_or(0);
    see(&doorward_config {
        realm: kept(gate.realm),
        hosts: list(gate.host.allow.unwrap_or_default()),
        trusted_proxies: list(gate.host.trusted_proxies),
        origins: list(
            &gate.origin.allow.lines().iter().map(|line| line.as_str()).collect::<Vec<_>>(),
        ),
        origin_mode: mode(gate.origin.mode),
        absent_origin: absent(gate.origin.absent),
        places: list(
            &gate.credential.places.iter().map(|place| place.as_str()).collect::<Vec<_>>(),
        ),
        capabilities: capabilities.as_ptr(),
        capabilities_len: capabilities.len(),
        keys: keys.as_ptr(),
        keys_len: keys.len(),
        issuer: optional(rules.and_then(|rules| rules.issuer)),
        subject: optional(rules.and_then(|rules| rules.subject)),
        audience: list(rules.map_or(&[][..], |rules| rules.audience)),
        required: list(rules.map_or(&[][..], |rules| rules.required)),
        types: list(jwt.map_or(&[][..], |jwt| jwt.types)),
        revoked: list(rules.map_or(&[][..], |rules| rules.revoked)),
        max_lifetime: number(rules.map(|rules| rules.max_lifetime)),
        max_age: number(rules.map(|rules| rules.max_age)),
        leeway: rules.map_or(0, |rules| rules.leeway),
        flags: flags(gate),
        scopes: list(gate.scope.require),
        scope_claim: kept(gate.scope.claim),
        resource: optional(gate.scope.resource),
        resource_claim: kept(gate.scope.resource_claim),
        max_token_bytes: gate.max_token_bytes,
    })
}

fn key_entry(key: &Key<'_>, secret: &Secret) -> doorward_key_entry {
    doorward_key_entry {
        id: optional(key.id()),
        algorithm: 8 * u32::try_from(key.algorithm().bytes()).expect("a small number"),
        encoding: secret.encoding,
        secret: kept(&secret.text),
    }
}

fn capabilities(gate: &Gate<'_>) -> Vec<doorward_capability_entry> {
    gate.capabilities
        .entries()
        .iter()
        .map(|entry| doorward_capability_entry {
            id: kept(entry.id),
            sha256: *entry.digest.as_bytes(),
            expires: entry.expires.map_or(0, |time| time.seconds()),
            scopes: list(entry.scopes),
            resources: list(entry.resources),
        })
        .collect()
}

fn mode(mode: OriginMode) -> doorward_origin_mode {
    match mode {
        OriginMode::SameOrigin => DOORWARD_ORIGIN_SAME_ORIGIN,
        OriginMode::List => DOORWARD_ORIGIN_LIST,
        OriginMode::SameOriginOrList => DOORWARD_ORIGIN_SAME_ORIGIN_OR_LIST,
        OriginMode::NoneAllowed => DOORWARD_ORIGIN_NONE_ALLOWED,
        OriginMode::AfterCredential => DOORWARD_ORIGIN_AFTER_CREDENTIAL,
        OriginMode::Off => DOORWARD_ORIGIN_OFF,
    }
}

fn absent(absent: AbsentOrigin) -> doorward_absent_origin {
    match absent {
        AbsentOrigin::AllowNative => DOORWARD_ABSENT_ALLOW_NATIVE,
        AbsentOrigin::Require => DOORWARD_ABSENT_REQUIRE,
        AbsentOrigin::Allow => DOORWARD_ABSENT_ALLOW,
    }
}

fn flags(gate: &Gate<'_>) -> u32 {
    let (host, origin, credential) = (&gate.host, &gate.origin, &gate.credential);
    let jwt = |flag: bool, bit| (gate.jwt.is_some() && flag, bit);
    let token = gate.jwt.unwrap_or_else(|| doorward_policy::core::Jwt::new(&[]));
    [
        (credential.anonymous, DOORWARD_ANONYMOUS),
        (credential.first_present_wins, DOORWARD_FIRST_PRESENT_WINS),
        (host.unchecked, DOORWARD_HOST_UNCHECKED),
        (host.forwarded_lenient, DOORWARD_FORWARDED_LENIENT),
        (origin.allow_null, DOORWARD_ALLOW_NULL),
        (origin.ignore_scheme, DOORWARD_IGNORE_SCHEME),
        (origin.https_page_on_http, DOORWARD_HTTPS_PAGE_ON_HTTP),
        (origin.accept_unserialized, DOORWARD_ACCEPT_UNSERIALIZED),
        (origin.empty_is_absent, DOORWARD_EMPTY_IS_ABSENT),
        (origin.ignore_fetch_site, DOORWARD_IGNORE_FETCH_SITE),
        (origin.loopback_aliases, DOORWARD_LOOPBACK_ALIASES),
        jwt(token.ignore_type, DOORWARD_IGNORE_TYP),
        jwt(token.ignore_kid, DOORWARD_IGNORE_KID),
        jwt(token.claims.ignore_audience, DOORWARD_IGNORE_AUDIENCE),
        jwt(token.claims.valid_at_expiry, DOORWARD_VALID_AT_EXPIRY),
    ]
    .into_iter()
    .filter(|(set, _)| *set)
    .fold(0, |flags, (_, bit)| flags | bit)
}

/// A text that stays: the library keeps what it is given for as long as the gate lives. A run's texts
/// fit into the board's memory.
fn kept(text: &str) -> doorward_bytes {
    let text: &'static str = text.to_owned().leak();
    doorward_bytes { data: text.as_ptr(), len: text.len() }
}

fn optional(text: Option<&str>) -> doorward_bytes {
    kept(text.unwrap_or_default())
}

fn list<T: Display>(lines: &[T]) -> doorward_list {
    let items: Vec<_> = lines.iter().map(|line| kept(&line.to_string())).collect();
    let items: &'static [doorward_bytes] = items.leak();
    doorward_list { items: items.as_ptr(), len: items.len() }
}
