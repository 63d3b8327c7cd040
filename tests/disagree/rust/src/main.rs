//! Puts the cases on standard input to one library of Rust's. usage: `disagree LIBRARY`
//!
//! Each line is a case (`corpus.py`); each answer is "id TAB accept|refuse|panic TAB the library's words".

#![forbid(unsafe_code)]

use std::collections::HashSet;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::{Map, Number, Value};

#[derive(Deserialize)]
struct Question {
    id: String,
    token: String,
    algorithm: String,
    secret: String,
    now: u64,
    leeway: u64,
    issuer: Option<String>,
    audience: Option<Vec<String>>,
    ignore_audience: bool,
    subject: Option<String>,
    required: Vec<String>,
    typ: Option<String>,
    max_age: Option<u64>,
}

enum Answer {
    Accept,
    Refuse(String),
    /// The library has no way to be given this case.
    NotAsked,
}

type Verify = fn(&Question, &[u8], &[u8]) -> Answer;

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    let verify: Verify = match name.as_str() {
        "jsonwebtoken" => jsonwebtoken,
        "jwt-simple" => jwt_simple,
        "jwt-compact" => jwt_compact,
        "josekit" => josekit,
        _ => {
            eprintln!("no such library: {name}");
            return ExitCode::from(2);
        }
    };
    // A panic is an answer of its own; its text goes there and not to standard error.
    std::panic::set_hook(Box::new(|_| {}));
    match answer_all(verify) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn answer_all(verify: Verify) -> Result<(), Box<dyn std::error::Error>> {
    for line in std::io::stdin().lock().lines() {
        let question: Question = serde_json::from_str(&line?)?;
        let token = bytes_of(&question.token)?;
        let secret = bytes_of(&question.secret)?;
        let text = match catch_unwind(AssertUnwindSafe(|| verify(&question, &token, &secret))) {
            Ok(Answer::Accept) => "accept\t".to_owned(),
            Ok(Answer::Refuse(words)) => format!("refuse\t{words:?}"),
            Ok(Answer::NotAsked) => "unasked\t".to_owned(),
            Err(cause) => format!("panic\t{:?}", words_of(cause.as_ref())),
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}\t{text}", question.id)?;
        out.flush()?;
    }
    Ok(())
}

fn words_of(cause: &(dyn std::any::Any + Send)) -> &str {
    let owned = cause.downcast_ref::<String>().map(String::as_str);
    owned.or(cause.downcast_ref::<&str>().copied()).unwrap_or_default()
}

fn bytes_of(hex: &str) -> Result<Vec<u8>, std::num::ParseIntError> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16)).collect()
}

fn verdict<T, E: std::fmt::Display>(result: Result<T, E>) -> Answer {
    match result {
        Ok(_) => Answer::Accept,
        Err(error) => Answer::Refuse(error.to_string()),
    }
}

/// The struct of its README, with the registered claims of RFC 7519 in their types. A struct of serde's
/// refuses a field that stands twice.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are there for serde to check their types")]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<OneOrMany>,
    exp: Option<Number>,
    nbf: Option<Number>,
    iat: Option<Number>,
    jti: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "the variants are there for serde to check their types")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// src/validation.rs, `Validation`. `leeway` is 60 and `validate_nbf` off by default.
fn jsonwebtoken(question: &Question, token: &[u8], secret: &[u8]) -> Answer {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
    let Ok(algorithm) = question.algorithm.parse::<Algorithm>() else {
        return Answer::NotAsked;
    };
    let mut validation = Validation::new(algorithm);
    validation.leeway = question.leeway;
    validation.validate_nbf = true;
    validation.validate_aud = !question.ignore_audience;
    let mut required: HashSet<String> = question.required.iter().cloned().collect();
    if let Some(issuer) = &question.issuer {
        validation.set_issuer(&[issuer]);
        required.insert("iss".to_owned());
    }
    if let Some(audience) = &question.audience {
        validation.set_audience(audience);
        required.insert("aud".to_owned());
    }
    if let Some(subject) = &question.subject {
        validation.sub = Some(subject.clone());
        required.insert("sub".to_owned());
    }
    validation.required_spec_claims = required;
    verdict(decode::<Claims>(token, &DecodingKey::from_secret(secret), &validation))
}

/// src/common.rs, `VerificationOptions`. The tolerance is 15 minutes by default.
fn jwt_simple(question: &Question, token: &[u8], secret: &[u8]) -> Answer {
    use jwt_simple::prelude::*;
    let Ok(token) = std::str::from_utf8(token) else {
        return Answer::NotAsked;
    };
    let options = Some(VerificationOptions {
        artificial_time: Some(Duration::from_secs(question.now)),
        time_tolerance: Some(Duration::from_secs(question.leeway)),
        allowed_issuers: question.issuer.clone().map(|one| HashSet::from([one])),
        allowed_audiences: question.audience.clone().map(|all| all.into_iter().collect()),
        required_subject: question.subject.clone(),
        required_signature_type: question.typ.clone(),
        max_validity: question.max_age.map(Duration::from_secs),
        ..VerificationOptions::default()
    });
    verdict(match question.algorithm.as_str() {
        "HS256" => HS256Key::from_bytes(secret).verify_token::<NoCustomClaims>(token, options),
        "HS384" => HS384Key::from_bytes(secret).verify_token::<NoCustomClaims>(token, options),
        "HS512" => HS512Key::from_bytes(secret).verify_token::<NoCustomClaims>(token, options),
        _ => return Answer::NotAsked,
    })
}

/// src/claims.rs: expiry and maturity are methods of their own; the first demands `exp`, and so would the
/// second demand `nbf`.
fn jwt_compact(question: &Question, token: &[u8], secret: &[u8]) -> Answer {
    use jwt_compact::alg::{Hs256, Hs256Key, Hs384, Hs384Key, Hs512, Hs512Key};
    use jwt_compact::{AlgorithmExt, TimeOptions, UntrustedToken};
    let Ok(token) = std::str::from_utf8(token) else {
        return Answer::NotAsked;
    };
    let token = match UntrustedToken::new(token) {
        Ok(token) => token,
        Err(error) => return Answer::Refuse(error.to_string()),
    };
    let verified = match question.algorithm.as_str() {
        "HS256" => Hs256.validator::<Map<String, Value>>(&Hs256Key::new(secret)).validate(&token),
        "HS384" => Hs384.validator::<Map<String, Value>>(&Hs384Key::new(secret)).validate(&token),
        "HS512" => Hs512.validator::<Map<String, Value>>(&Hs512Key::new(secret)).validate(&token),
        _ => return Answer::NotAsked,
    };
    let now = chrono::DateTime::from(SystemTime::UNIX_EPOCH + Duration::from_secs(question.now));
    let leeway = chrono::Duration::from_std(Duration::from_secs(question.leeway));
    let options = TimeOptions::new(leeway.unwrap_or_default(), move || now);
    verdict(verified.and_then(|token| {
        token.claims().validate_expiration(&options)?;
        if token.claims().not_before.is_some() {
            token.claims().validate_maturity(&options)?;
        }
        Ok(())
    }))
}

/// src/jwt/jwt_payload_validator.rs. It has no leeway.
fn josekit(question: &Question, token: &[u8], secret: &[u8]) -> Answer {
    use josekit::jws::{HS256, HS384, HS512};
    use josekit::jwt::{JwtPayloadValidator, decode_with_verifier};
    let verifier = match question.algorithm.as_str() {
        "HS256" => HS256.verifier_from_bytes(secret),
        "HS384" => HS384.verifier_from_bytes(secret),
        "HS512" => HS512.verifier_from_bytes(secret),
        _ => return Answer::NotAsked,
    };
    let mut validator = JwtPayloadValidator::new();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(question.now);
    validator.set_base_time(now);
    if let Some(issuer) = &question.issuer {
        validator.set_issuer(issuer);
    }
    match question.audience.as_deref() {
        None => {}
        Some([audience]) => validator.set_audience(audience),
        Some(_) => return Answer::NotAsked,
    }
    if let Some(subject) = &question.subject {
        validator.set_subject(subject);
    }
    if let Some(age) = question.max_age {
        validator.set_min_issued_time(now - Duration::from_secs(age));
    }
    verdict(verifier.and_then(|verifier| {
        let (payload, _) = decode_with_verifier(token, &verifier)?;
        validator.validate(&payload)
    }))
}
