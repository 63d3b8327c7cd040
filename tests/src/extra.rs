//! Public vector sets, run where a folder of them is at hand (`DOORWARD_EXTRA_VECTORS`): Wycheproof
//! JWS and HMAC, RFC 4231, 7515 and 7520, `JSONTestSuite`, and the origins of the web platform tests.
//!
//! Where a set leaves a choice or contradicts a rule of this project, the rule stands beside the case.

use crate::Report;
use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use doorward_core::{Algorithm, Jwt, Key, Origin, Parsed, Reason, UnixTime, primitive};
use serde_json::Value;
use std::path::Path;

type Check = fn(&Value, &mut Tally) -> Result<(), String>;

/// Runs every set that the folder has.
///
/// # Errors
/// If a file cannot be read or none of the known ones is there.
pub fn run(folder: &Path) -> Result<Report, String> {
    let sets: [(&str, Check); 8] = [
        ("wycheproof_jws_hmac.json", wycheproof_jws),
        ("wycheproof_hmac_sha256.json", |set, tally| wycheproof_hmac(set, Algorithm::Hs256, tally)),
        ("wycheproof_hmac_sha384.json", |set, tally| wycheproof_hmac(set, Algorithm::Hs384, tally)),
        ("wycheproof_hmac_sha512.json", |set, tally| wycheproof_hmac(set, Algorithm::Hs512, tally)),
        ("rfc_vectors.json", rfc),
        ("jsontestsuite.json", json_test_suite),
        ("wpt_origin_header_derived.json", wpt_origins),
        ("jose_cookbook_hmac.json", cookbook),
    ];
    let mut tally = Tally::default();
    let mut found = 0;
    for (name, check) in sets {
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else { continue };
        let set = serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        found += 1;
        check(&set, &mut tally).map_err(|error| format!("{name}: {error}"))?;
    }
    if found == 0 {
        return Err(format!("{}: none of the known vector sets is here", folder.display()));
    }
    Ok(Report { passed: tally.passed, failures: tally.failures, verdicts: String::new() })
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failures: Vec<String>,
}

impl Tally {
    fn check(&mut self, what: &str, expected: bool, outcome: Result<(), Reason>) {
        if outcome.is_ok() == expected {
            self.passed += 1;
        } else {
            let expected = if expected { "acceptance" } else { "refusal" };
            self.failures.push(format!("{what}: expected {expected}, got {outcome:?}"));
        }
    }
}

fn cases<'v>(set: &'v Value, name: &str) -> Result<&'v Vec<Value>, String> {
    set.get(name).and_then(Value::as_array).ok_or_else(|| format!("no {name}"))
}

fn field<'v>(case: &'v Value, name: &str) -> Result<&'v str, String> {
    case.get(name).and_then(Value::as_str).ok_or_else(|| format!("no {name}"))
}

fn base64url(text: &str) -> Result<Vec<u8>, String> {
    Base64UrlUnpadded::decode_vec(text).map_err(|error| error.to_string())
}

/// A JWK as a key of ours; a key of another kind or use is none.
fn key_of(jwk: &Value) -> Result<Option<Key<'_>>, String> {
    if jwk.get("kty").and_then(Value::as_str) != Some("oct") {
        return Ok(None);
    }
    let Some(algorithm) = field(jwk, "alg").ok().and_then(Algorithm::from_name) else {
        return Ok(None);
    };
    let Ok(secret) = base64url(field(jwk, "k")?) else { return Ok(None) };
    Ok(Key::new(jwk.get("kid").and_then(Value::as_str), algorithm, &secret).ok())
}

/// Proves a token with every key of a JWK or JWK set. A set with a key that is not ours, or with a
/// `kid` twice, is refused as a whole: the policy refuses such a ring when it is loaded.
fn prove(token: &[u8], jwks: &Value) -> Result<Result<(), Reason>, String> {
    let single = std::slice::from_ref(jwks);
    let jwks = jwks.get("keys").and_then(Value::as_array).map_or(single, Vec::as_slice);
    let keys = jwks.iter().map(key_of).collect::<Result<Option<Vec<_>>, _>>()?;
    let Some(keys) = keys else { return Ok(Err(Reason::KeyInvalid)) };
    let twice = |i: usize| keys[..i].iter().any(|key| key.id() == keys[i].id());
    if (0..keys.len()).any(twice) {
        return Ok(Err(Reason::KeyInvalid));
    }
    let jwt = Jwt::new(&keys);
    let mut scratch = vec![0; Jwt::scratch_bytes(token.len())];
    Ok(Parsed::parse(token, token.len(), &jwt)
        .and_then(|parsed| parsed.prove(&mut scratch).map(|_| ())))
}

fn wycheproof_jws(set: &Value, tally: &mut Tally) -> Result<(), String> {
    for case in cases(set, "cases")? {
        let expected = case.pointer("/research_note/strict_expect") == Some(&"accept".into());
        let what = format!("wycheproof jws {} {}", field(case, "file")?, case["tcId"]);
        // A JWS in its JSON serialization is fed as the text that it is.
        let token = case["jws"].as_str().map_or_else(|| case["jws"].to_string(), str::to_owned);
        tally.check(&what, expected, prove(token.as_bytes(), &case["key"])?);
    }
    Ok(())
}

fn wycheproof_hmac(set: &Value, algorithm: Algorithm, tally: &mut Tally) -> Result<(), String> {
    for group in cases(set, "testGroups")? {
        for case in cases(group, "tests")? {
            let bytes = |name: &str| crate::suite::from_hex(field(case, name)?);
            let (secret, message, tag) = (bytes("key")?, bytes("msg")?, bytes("tag")?);
            let what = format!("wycheproof {} {}", algorithm.name(), case["tcId"]);
            let full = tag.len() == algorithm.bytes();
            match Key::new(None, algorithm, &secret) {
                // RFC 7518 §3.2: no key shorter than the hash, no truncated tag.
                Err(_) => tally.check(&what, true, short(&secret, algorithm)),
                Ok(key) => {
                    let expected = full && field(case, "result")? == "valid";
                    let proven = key.is_mac(&message, &tag);
                    let outcome = if proven { Ok(()) } else { Err(Reason::SignatureInvalid) };
                    tally.check(&what, expected, outcome);
                }
            }
        }
    }
    Ok(())
}

fn short(secret: &[u8], algorithm: Algorithm) -> Result<(), Reason> {
    if secret.len() < algorithm.bytes() { Ok(()) } else { Err(Reason::KeyInvalid) }
}

fn rfc(set: &Value, tally: &mut Tally) -> Result<(), String> {
    for case in cases(set, "jws")? {
        let (name, token) = (field(case, "name")?, field(case, "jws")?.as_bytes());
        // An unsecured JWS has no key of its own: it is tried with the one of RFC 7515 A.1.
        let secret = match field(case, "k") {
            Ok(secret) => base64url(secret)?,
            Err(_) => vec![7; 64],
        };
        let key = Key::new(None, Algorithm::Hs256, &secret).map_err(|reason| reason.to_string())?;
        let keys = [key];
        let jwt = Jwt::new(&keys);
        let mut scratch = vec![0; Jwt::scratch_bytes(token.len())];
        let mut verify =
            |now| jwt.verify(token, UnixTime::from_seconds(now), &mut scratch).map(|_| ());
        match case["exp"].as_u64() {
            Some(exp) => {
                tally.check(&format!("{name} before exp"), true, verify(exp - 1));
                tally.check(&format!("{name} after exp"), false, verify(exp + 30));
            }
            None => tally.check(name, false, verify(1)),
        }
    }
    for case in cases(set, "rfc4231")? {
        let bytes = |name: &str| crate::suite::from_hex(field(case, name)?);
        for algorithm in Algorithm::ALL {
            let name = format!("hmac_sha{}", algorithm.bytes() * 8);
            let what = format!("rfc4231 {} {name}", case["tc"]);
            let (secret, tag) = (bytes("key")?, bytes(&name)?);
            match Key::new(None, algorithm, &secret) {
                Err(_) => tally.check(&what, true, short(&secret, algorithm)),
                Ok(key) => {
                    let same = key.is_mac(&bytes("msg")?, &tag);
                    // Test case 5 cuts the tag to 128 bits, which RFC 7518 §3.2 does not allow.
                    let expected = tag.len() == algorithm.bytes();
                    let outcome = if same { Ok(()) } else { Err(Reason::SignatureInvalid) };
                    tally.check(&what, expected, outcome);
                }
            }
        }
    }
    Ok(())
}

/// RFC 7520: the one compact HS256 example is accepted; detached content, the JSON serializations
/// and `b64: false` (RFC 7797) are not.
fn cookbook(set: &Value, tally: &mut Tally) -> Result<(), String> {
    let files = set.get("files").and_then(Value::as_object).ok_or("no files")?;
    for (name, file) in files {
        let Some(output) = file.get("output").and_then(Value::as_object) else { continue };
        let key = &file["input"]["key"];
        for (form, token) in output {
            let what = format!("cookbook {name} {form}");
            let expected = form == "compact" && name.contains("4_4");
            let text = token.as_str().map_or_else(|| token.to_string(), str::to_owned);
            tally.check(&what, expected, prove(text.as_bytes(), key)?);
        }
    }
    Ok(())
}

fn json_test_suite(set: &Value, tally: &mut Tally) -> Result<(), String> {
    for case in cases(set, "cases")? {
        let name = field(case, "name")?;
        let text = Base64::decode_vec(field(case, "b64")?).map_err(|error| error.to_string())?;
        // What is judged is an object; any other text becomes the value of its one member.
        let is_object = matches!(text.trim_ascii_start(), [b'{', ..]);
        let wrapped = [b"{\"x\":", text.as_slice(), b"}"].concat();
        let judge = |text: &[u8]| primitive::json_object(text, &mut vec![0; text.len()]);
        let outcome = judge(if is_object { &text } else { &wrapped });
        match field(case, "class")? {
            "accept" if name.contains("duplicated_key") => {
                tally.check(name, true, expect(outcome, Reason::ClaimsDuplicateName));
            }
            "accept" => tally.check(name, true, outcome),
            "reject" => {
                tally.check(name, false, judge(&text));
                // Wrapping may complete a text: another reader says whether it did.
                let whole = serde_json::from_slice::<Value>(&wrapped).is_ok();
                tally.check(&format!("{name} wrapped"), whole, judge(&wrapped));
            }
            // Left to the implementation: numbers of any size are numbers, everything else there
            // is not Unicode, has a byte order mark or a lone surrogate, or is nested too deep.
            "implementation-defined" => tally.check(name, name.starts_with("i_number"), outcome),
            _ => {
                let refused = name.contains("invalid")
                    || name.contains("same_key")
                    || name.contains("surrogate")
                    || name.contains("escaped_invalid");
                tally.check(name, !refused, outcome);
            }
        }
    }
    Ok(())
}

fn expect(outcome: Result<(), Reason>, reason: Reason) -> Result<(), Reason> {
    match outcome {
        Err(actual) if actual == reason => Ok(()),
        Err(actual) => Err(actual),
        Ok(()) => Err(Reason::ConfigInvalid),
    }
}

/// A browser's URL parser takes more hosts than the DNS has: these serialized origins are refused
/// here, since no page of the web is served from them.
fn is_nobodys_host(origin: &str) -> bool {
    origin.ends_with(":0")
        || origin.contains("//.")
        || origin.contains(['!', '"', '$', '&', '\'', '(', ')', '*', ',', ';', '=', '`', '{', '}'])
        || origin.ends_with('-')
}

fn wpt_origins(set: &Value, tally: &mut Tally) -> Result<(), String> {
    for case in cases(set, "cases")? {
        let input = field(case, "input")?;
        let what = format!("wpt origin {input:?}");
        let parsed = Origin::parse(input.as_bytes());
        match field(case, "expect")? {
            "null" => tally.check(
                &what,
                true,
                match parsed {
                    Ok(Origin::Null) => Ok(()),
                    _ => Err(Reason::OriginMalformed),
                },
            ),
            expected => {
                let accepted = expected == "accept" && !is_nobodys_host(input);
                tally.check(&what, accepted, parsed.map(|_| ()));
            }
        }
    }
    Ok(())
}
