//! The situations. What must come out of each is written by hand beside it.

use crate::client::Knock;
use crate::setup::{AUDIENCE, HOST, ISSUER, Setup, SigningKey, fresh};
use crate::signer::{hs256, hs512, last_bit_set, payload_of, signature_of, unsigned};
use doorward_policy::core::{Algorithm, Key, sign};
use doorward_policy::now;
use serde_json::{Value, json};
use std::error::Error;

/// What happens.
pub(crate) enum Action {
    /// A client asks for an upgrade.
    Knock(Knock),
    /// The operator writes this policy and has the running server read it.
    Reload(String),
    /// The operator starts another server with this policy, on this address.
    Start(String, &'static str),
}

impl From<Knock> for Action {
    fn from(knock: Knock) -> Self {
        Self::Knock(knock)
    }
}

pub(crate) struct Situation {
    pub(crate) group: &'static str,
    pub(crate) name: &'static str,
    pub(crate) action: Action,
    /// The HTTP status, or what the operator sees.
    pub(crate) seen: &'static str,
    /// The reason; for those who come in, what they had and where.
    pub(crate) log: &'static str,
}

type Rows = Result<Vec<Situation>, Box<dyn Error>>;

/// A table: what happens, what is seen, what is logged, and how it is brought about.
macro_rules! rows {
    ($group:literal: $( $name:literal $seen:literal $log:literal => $action:expr; )*) => {
        Ok(vec![ $( Situation {
            group: $group,
            name: $name,
            action: $action.into(),
            seen: $seen,
            log: $log,
        }, )* ])
    };
}

/// All of them, in the order in which they must happen: the rotation changes the rules.
pub(crate) fn all(setup: &Setup) -> Rows {
    let groups = [capabilities, places, claims, forgeries, pages, hosts, rotation, starts];
    let mut situations = Vec::new();
    for group in groups {
        situations.extend(group(setup)?);
    }
    Ok(situations)
}

fn capabilities(setup: &Setup) -> Rows {
    let token = &*setup.capability;
    let another = fresh()?;
    let (cut, _) = token.split_at(token.len() - 1);
    rows! { "Capability tokens":
        "a program with the token"          "101" "capability in authorization" => program().bearer(token);
        "a page of this site with it"       "101" "capability in authorization" => own_page().bearer(token);
        "another token"                     "401" "4004 capability_unknown"     => program().bearer(&another);
        "the token without its last letter" "401" "4004 capability_unknown"     => program().bearer(cut);
        "no credential"                     "401" "2301 credential_missing"     => program();
    }
}

fn places(setup: &Setup) -> Rows {
    let token = &*setup.capability;
    let basic = "Basic dXNlcjpwYXNzd29yZA==";
    let offer = format!("echo.v1, bearer.{token}");
    let bearer = format!("Bearer {token}");
    let twice =
        by_hand().with("Host", HOST).with("Authorization", &bearer).with("authorization", &bearer);
    rows! { "Where the credential stands":
        "in a subprotocol, not echoed"      "101" "capability in subprotocol:bearer." => program().with("Sec-WebSocket-Protocol", &offer);
        "in the cookie of a page of ours"   "101" "capability in cookie:session"      => own_page().cookie(token);
        "in the cookie, sent by evil page"  "403" "2205 origin_not_allowed"           => evil_page().cookie(token);
        "in the cookie, without an Origin"  "403" "2201 origin_missing"               => program().cookie(token);
        "in the URL, which is no place"     "401" "2301 credential_missing"           => program().target(&format!("/ws?token={token}"));
        "in Authorization and in a cookie"  "400" "2303 credential_duplicate"         => own_page().bearer(token).cookie(token);
        "in two Authorization lines"        "400" "2303 credential_duplicate"         => twice;
        "a password (Basic)"                "401" "2304 credential_scheme_unsupported" => program().with("Authorization", basic);
        "Bearer with something behind it"   "400" "2302 credential_malformed"         => program().bearer(&format!("{token} x"));
    }
}

fn claims(setup: &Setup) -> Rows {
    let key = &setup.key;
    let valid = &*valid_token(key)?;
    let offer = format!("echo.v1, bearer.{valid}");
    let (past, ahead) = (at(-3600), at(3600));
    let saying = |claims: Value| program().bearer(&forged(key, json!({}), claims));
    rows! { "Signed tokens":
        "valid"                          "101" "token in authorization"       => program().bearer(valid);
        "valid, in a cookie of ours"     "101" "token in cookie:session"      => own_page().cookie(valid);
        "valid, in a subprotocol"        "101" "token in subprotocol:bearer." => own_page().with("Sec-WebSocket-Protocol", &offer);
        "expired"                        "401" "5005 token_expired"           => saying(json!({ "exp": past }));
        "not valid yet"                  "401" "5006 token_not_yet_valid"     => saying(json!({ "nbf": ahead, "exp": at(7200) }));
        "without an end"                 "401" "5004 claim_missing"           => saying(json!({ "exp": null }));
        "its end in milliseconds"        "401" "5003 claim_type_invalid"      => saying(json!({ "exp": ahead * 1000 }));
        "its end in quotes"              "401" "5003 claim_type_invalid"      => saying(json!({ "exp": ahead.to_string() }));
        "of another issuer"              "401" "5007 issuer_not_accepted"     => saying(json!({ "iss": "https://evil.example" }));
        "for another audience"           "401" "5008 audience_not_accepted"   => saying(json!({ "aud": ["billing", "demo2"] }));
        "for nobody in particular"       "401" "5004 claim_missing"           => saying(json!({ "aud": null }));
    }
}

fn forgeries(setup: &Setup) -> Rows {
    let key = &setup.key;
    let secret = &*key.secret;
    let valid = &*valid_token(key)?;
    let (header, payload) = (&*header(key, json!({})), &*payload(json!({})));
    let none = &*unsigned(r#"{"alg":"none"}"#, payload);
    let admin = unsigned(header, &self::payload(json!({ "sub": "admin" })));
    let hs512_header = self::header(key, json!({ "alg": "HS512" }));
    let twice = payload.replace("\"sub\"", "\"sub\":\"admin\",\"sub\"");
    let with = |header: Value| program().bearer(&forged(key, header, json!({})));
    let bearing = |token: &str| program().bearer(token);
    rows! { "Forged tokens":
        "alg none, no signature"         "401" "3003 token_segments"         => bearing(&format!("{none}."));
        "alg none, a signature kept"     "401" "4002 algorithm_not_allowed"  => bearing(&format!("{none}.{}", signature_of(valid)));
        "HS512 with an HS256 key"        "401" "4002 algorithm_not_allowed"  => bearing(&hs512(&hs512_header, payload, secret));
        "signed with another key"        "401" "4003 signature_invalid"      => bearing(&hs256(header, payload, &fresh()?));
        "payload changed"                "401" "4003 signature_invalid"      => bearing(&format!("{admin}.{}", signature_of(valid)));
        "signature padded"               "401" "3002 token_alphabet"         => bearing(&format!("{valid}="));
        "signature's unused bits set"    "401" "3004 token_base64"           => bearing(&last_bit_set(valid));
        "a claim twice"                  "401" "5002 claims_duplicate_name"  => bearing(&hs256(header, &twice, secret));
        "unknown crit"                   "401" "3008 header_critical"        => with(json!({ "crit": ["exp2"], "exp2": 1 }));
        "payload not encoded (b64)"      "401" "3009 header_unsupported"     => with(json!({ "b64": false }));
        "unknown kid"                    "401" "4001 key_unknown"            => with(json!({ "kid": "../../dev/null" }));
        "of another type"                "401" "3010 header_type_unexpected" => with(json!({ "typ": "logout+jwt" }));
        "a token's payload as header"    "401" "3007 header_field_type"      => bearing(&format!("{0}.{0}.{1}", payload_of(valid), signature_of(valid)));
    }
}

/// All of them hold the right token: the page alone decides.
fn pages(setup: &Setup) -> Rows {
    let token = &*setup.capability;
    let from = |origin: &str, site: &str| Knock::page(origin, site).bearer(token);
    let two = by_hand()
        .with("Host", HOST)
        .with("Authorization", &format!("Bearer {token}"))
        .with("Origin", "http://app.example.com")
        .with("Origin", "https://evil.example");
    rows! { "Pages, with the right token":
        "of this site"                   "101" "capability in authorization" => from("http://app.example.com", "same-origin");
        "of an evil site"                "403" "2205 origin_not_allowed"     => from("https://evil.example", "cross-site");
        "of a sibling subdomain"         "403" "2205 origin_not_allowed"     => from("https://blog.example.com", "same-site");
        "of this site over https"        "403" "2205 origin_not_allowed"     => from("https://app.example.com", "cross-site");
        "of this host's other port"      "403" "2205 origin_not_allowed"     => from("http://app.example.com:8443", "same-site");
        "of a name that begins alike"    "403" "2205 origin_not_allowed"     => from("http://app.example.com.evil.example", "cross-site");
        "of a sandboxed frame (null)"    "403" "2204 origin_null"            => from("null", "cross-site");
        "with a path in its Origin"      "403" "2203 origin_malformed"       => from("http://app.example.com/", "same-origin");
        "with an empty Origin"           "403" "2203 origin_malformed"       => from("", "same-origin");
        "with two Origins"               "403" "2202 origin_duplicate"       => two.odd();
        "called cross-site by browser"   "403" "2207 fetch_site_forbidden"   => from("http://app.example.com", "cross-site");
    }
}

/// All of them hold the right token: the name that was asked for decides.
fn hosts(setup: &Setup) -> Rows {
    let token = &*setup.capability;
    let asking = |host: &str| program().with("Host", host).bearer(token);
    let rebound = Knock::page("https://rebound.example", "same-origin");
    let forwarded = asking("rebound.example").with("X-Forwarded-Host", HOST);
    let bearer = format!("Bearer {token}");
    let none = || by_hand().with("Authorization", &bearer);
    let elsewhere = none().with("Host", "rebound.example").target("http://rebound.example/ws");
    rows! { "Hosts, with the right token":
        "a name that was rebound to us"     "403" "2104 host_not_allowed" => rebound.with("Host", "rebound.example").bearer(token);
        "the same, with X-Forwarded-Host"   "403" "2104 host_not_allowed" => forwarded;
        "the address in place of the name"  "403" "2104 host_not_allowed" => asking("127.0.0.1");
        "another port"                      "403" "2104 host_not_allowed" => asking("app.example.com:8443");
        "user info in front"                "403" "2103 host_malformed"   => asking("app.example.com@rebound.example").odd();
        "two Hosts"                         "403" "2102 host_duplicate"   => none().with("Host", HOST).with("Host", "rebound.example").odd();
        "the same, in the target too"       "403" "2104 host_not_allowed" => elsewhere;
        "no Host"                           "403" "2101 host_missing"     => none().odd();
    }
}

fn rotation(setup: &Setup) -> Rows {
    let (old, new) = (&*valid_token(&setup.key)?, &*valid_token(&setup.next_key)?);
    let unnamed = forged(&setup.key, json!({ "kid": null }), json!({}));
    let next = setup.document(&setup.next_key);
    let slip = next.replace("[jwt]\n", "[jwt]\nlee_way = 10\n");
    let lost = setup.document(&setup.key).replace("signing.key", "lost.key");
    let bearing = |token: &str| program().bearer(token);
    rows! { "A key is rotated while the server runs":
        "the old key's token"            "101"     "token in authorization"      => bearing(old);
        "the new key's token"            "401"     "4001 key_unknown"            => bearing(new);
        "reload with the new key"        "loaded"  "new rules"                   => Action::Reload(next);
        "the old key's token now"        "401"     "4001 key_unknown"            => bearing(old);
        "the same without a kid"         "401"     "4003 signature_invalid"      => bearing(&unnamed);
        "the new key's token now"        "101"     "token in authorization"      => bearing(new);
        "reload with a slip in a key"    "refused" "1005 config_invalid"         => Action::Reload(slip);
        "reload, the key's file is gone" "refused" "1006 key_invalid"            => Action::Reload(lost);
        "the old key's token still"      "401"     "4001 key_unknown"            => bearing(old);
        "the new key's token still"      "101"     "token in authorization"      => bearing(new);
        "the capability token still"     "101"     "capability in authorization" => bearing(&setup.capability);
    }
}

fn starts(setup: &Setup) -> Rows {
    let good = &*setup.document(&setup.key);
    let changed = |from: &str, to: &str| Action::Start(good.replace(from, to), "127.0.0.1");
    let digest = good.lines().find(|line| line.starts_with("sha256")).unwrap_or_default();
    let any_origin = "[origin]\nmode = \"list\"\nallow = [\"*\"]\n\n[host]";
    let open = "[credential]\nanonymous = true\n";
    rows! { "A server that must not start":
        "a signing key of 13 letters"       "no start" "1006 key_invalid"         => changed("signing.key", "short.key");
        "a capability token of 7 letters"   "no start" "1009 capability_invalid"  => changed(digest, "token = \"hunter2\"");
        "origins: *"                        "no start" "1007 origin_rule_invalid" => changed("[host]", any_origin);
        "hosts: a URL"                      "no start" "1008 host_rule_invalid"   => changed("\"app.example.com\"", "\"http://app.example.com\"");
        "alg none in the policy"            "no start" "1005 config_invalid"      => changed("HS256", "none");
        "no credential, not on loopback"    "no start" "1010 startup_unprotected" => Action::Start(open.to_owned(), "0.0.0.0");
    }
}

fn program() -> Knock {
    Knock::program()
}

fn own_page() -> Knock {
    Knock::page("http://app.example.com", "same-origin")
}

fn evil_page() -> Knock {
    Knock::page("https://evil.example", "cross-site")
}

fn by_hand() -> Knock {
    Knock::by_hand()
}

/// A token as doorward signs it.
fn valid_token(key: &SigningKey) -> Result<String, Box<dyn Error>> {
    let signer = Key::new(Some(key.id), Algorithm::Hs256, key.secret.as_bytes())?;
    let token = sign(&signer, payload(json!({})).as_bytes(), &mut [0; 1024])?.to_owned();
    Ok(token)
}

/// A token of the demo's own signer, with the key that the server has: what a careless or a hostile
/// issuer could make.
fn forged(key: &SigningKey, header: Value, claims: Value) -> String {
    hs256(&self::header(key, header), &payload(claims), &key.secret)
}

fn header(key: &SigningKey, changes: Value) -> String {
    changed(json!({ "alg": "HS256", "typ": "JWT", "kid": key.id }), changes)
}

fn payload(changes: Value) -> String {
    let good = json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": at(3600) });
    changed(good, changes)
}

/// The object with these members instead; null takes one out.
fn changed(mut object: Value, changes: Value) -> String {
    if let (Value::Object(members), Value::Object(changes)) = (&mut object, changes) {
        members.extend(changes);
        members.retain(|_, value| !value.is_null());
    }
    object.to_string()
}

/// Seconds from now, in Unix time.
fn at(seconds: i64) -> i64 {
    i64::try_from(now().seconds()).unwrap_or_default() + seconds
}
