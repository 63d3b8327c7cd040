//! Each usual mistake, made on purpose. The signatures come from the hmac crate.

use crate::{Files, NOW, Run, base64url, run, run_with, token};
use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};

/// Bytes that are no text, so that only the right reading finds them.
const KEY: [u8; 36] =
    *b"\x8fq7Z\xd1\x02k\x93\xfe5LmP\x11\xc8G~\xa4y\x1eR\xb6d\x0f\xc33\xf8u\xffM\x9a\x16-\xe1V\xab";
const TEXT: &str = "a secret of forty characters or a few more";
const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// What `jwt explain` says of a token, as JSON, and that it does not say the secret.
struct Told(Value);

impl Told {
    fn ids(&self) -> Vec<&str> {
        let findings = self.0["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["id"].as_str().unwrap()).collect()
    }

    fn message(&self, id: &str) -> &str {
        let findings = self.0["findings"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["id"] == id);
        finding.unwrap_or_else(|| panic!("no {id} in {}", self.0))["message"].as_str().unwrap()
    }

    /// Asserts that exactly these mistakes are found, under this verdict.
    fn finds(self, code: u64, ids: &[&str]) -> Self {
        assert_eq!(self.0["code"], code, "{}", self.0);
        assert_eq!(self.ids(), ids, "{}", self.0);
        self
    }

    fn says(self, id: &str, words: &str) -> Self {
        let message = self.message(id);
        assert!(message.contains(words), "{message}");
        self
    }
}

fn check_silence(run: &Run, secret: &[u8]) {
    let text = String::from_utf8_lossy(secret);
    let secret = text.trim();
    for stream in [&run.out, &run.err] {
        assert!(secret.len() < 8 || !stream.contains(secret), "the secret is in {stream}");
    }
}

/// Runs `jwt explain` for people and for machines.
fn explain(secret: &[u8], token: &str, more: &[&str]) -> Told {
    let files = Files::new();
    let secret_file = files.write("secret", secret);
    let now = NOW.to_string();
    let base = ["jwt", "explain", "--secret-file", &secret_file, "--now", &now];
    let human = run(&[&base, more].concat(), token);
    check_silence(&human, secret);
    let machine = run(&[&base, ["--json"].as_slice(), more].concat(), token);
    check_silence(&machine, secret);
    assert_eq!(human.code, machine.code);
    let told = machine.json();
    let expected = match told["code"].as_u64().unwrap() {
        0 => 0,
        1006 => 2,
        _ => 1,
    };
    let human = human.exits(expected);
    for finding in told["findings"].as_array().unwrap() {
        let message = finding["message"].as_str().unwrap();
        assert!(human.out.contains(message), "{message} is not in {}", human.out);
    }
    Told(told)
}

fn claims() -> String {
    json!({"sub": "x", "exp": NOW + 60}).to_string()
}

#[test]
fn nothing_is_wrong_with_a_good_token() {
    let told = explain(TEXT.as_bytes(), &token(TEXT.as_bytes(), HS256, &claims()), &[]);
    let told = told.finds(0, &[]);
    assert_eq!(told.0["verified"], true);
    assert_eq!(told.0["claims"]["sub"], "x");
    assert_eq!(told.0["header"]["alg"], "HS256");
    let outcomes: Vec<&Value> =
        told.0["checks"].as_array().unwrap().iter().map(|check| &check["outcome"]).collect();
    assert_eq!(outcomes, ["passed"; 4]);
}

#[test]
fn the_secret_in_another_encoding() {
    let hex: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    for (right, secret) in
        [("base64", Base64::encode_string(&KEY)), ("base64url", base64url(&KEY)), ("hex", hex)]
    {
        let signed = token(&KEY, HS256, &claims());
        let configured = ["--encoding", right];
        explain(secret.as_bytes(), &signed, &configured).finds(0, &[]);
        let told = explain(secret.as_bytes(), &signed, &[]);
        assert_eq!(told.0["verified"], false);
        told.finds(4003, &["secret_encoding"]).says("secret_encoding", &format!("read as {right}"));
    }
    // Signed with the text, configured as base64.
    let text = Base64::encode_string(&KEY);
    explain(text.as_bytes(), &token(text.as_bytes(), HS256, &claims()), &["--encoding", "base64"])
        .finds(4003, &["secret_encoding"])
        .says("secret_encoding", "set encoding = \"utf8\"");
    // Not even of the configured encoding: the key cannot be made at all.
    explain(TEXT.as_bytes(), &token(TEXT.as_bytes(), HS256, &claims()), &["--encoding", "hex"])
        .finds(1006, &["secret_encoding"]);
}

#[test]
fn a_line_end_that_counts_and_one_that_does_not() {
    for end in ["\n", "\r\n"] {
        let with = format!("{TEXT}{end}");
        // The issuer signs with the whole file, doorward drops the line end.
        explain(with.as_bytes(), &token(with.as_bytes(), HS256, &claims()), &[])
            .finds(4003, &["secret_newline"])
            .says("secret_newline", "a line end at its end counts");
        // Dropping it is right.
        explain(with.as_bytes(), &token(TEXT.as_bytes(), HS256, &claims()), &[]).finds(0, &[]);
        // Two are one too many.
        let two = format!("{with}{end}");
        explain(two.as_bytes(), &token(TEXT.as_bytes(), HS256, &claims()), &[])
            .finds(4003, &["secret_newline"])
            .says("secret_newline", "does not count");
    }
    // The environment drops nothing.
    let signed = token(TEXT.as_bytes(), HS256, &claims());
    let secret = format!("{TEXT}\n");
    let env = [("DOORWARD_TEST_SECRET", secret.as_str())];
    let now = NOW.to_string();
    let args = ["jwt", "explain", "--json", "--secret-env", "DOORWARD_TEST_SECRET", "--now", &now];
    let told = run_with(&args, signed.as_bytes(), &env);
    check_silence(&told, TEXT.as_bytes());
    Told(told.exits(1).json()).finds(4003, &["secret_newline"]);
}

#[test]
fn what_surrounds_a_secret() {
    let signed = token(TEXT.as_bytes(), HS256, &claims());
    for (secret, id) in [
        (format!("  {TEXT} \n"), "secret_white_space"),
        (format!("\"{TEXT}\"\n"), "secret_quotes"),
        (format!("\u{feff}{TEXT}"), "secret_mark"),
    ] {
        explain(secret.as_bytes(), &signed, &[]).finds(4003, &[id]);
    }
    // Wrapped base64, and two mistakes at once.
    let text = Base64::encode_string(&KEY);
    let (first, second) = text.split_at(20);
    let wrapped = format!("{first}\n{second}\n");
    let signed = token(&KEY, HS256, &claims());
    explain(wrapped.as_bytes(), &signed, &["--encoding", "base64"])
        .finds(1006, &["secret_white_space"]);
    explain(format!(" {text}").as_bytes(), &signed, &[])
        .finds(4003, &["secret_white_space", "secret_encoding"]);
}

#[test]
fn secrets_that_make_no_key() {
    let short = b"kW3-q9zL0";
    explain(short, &token(short, HS256, &claims()), &[])
        .finds(1006, &["secret_short", "secret_right"])
        .says("secret_short", "9 bytes, HS256 needs at least 32");
    explain(short, &token(TEXT.as_bytes(), HS256, &claims()), &[])
        .finds(1006, &["secret_short", "secret_wrong"]);
    let pem = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n";
    explain(pem.as_bytes(), &token(pem.as_bytes(), HS256, &claims()), &[])
        .finds(1006, &["secret_other_kind"])
        .says("secret_other_kind", "PEM");
    let jwk = json!({"kty": "oct", "k": base64url(&KEY)}).to_string();
    explain(jwk.as_bytes(), &token(&KEY, HS256, &claims()), &[])
        .finds(1006, &["secret_jwk", "secret_encoding"]);
    let rsa = json!({"kty": "RSA", "n": base64url(&KEY), "e": "AQAB"}).to_string();
    explain(rsa.as_bytes(), &token(TEXT.as_bytes(), HS256, &claims()), &[])
        .finds(1006, &["secret_other_kind"]);
}

#[test]
fn another_secret_or_a_changed_token() {
    let signed = token(b"another secret of forty characters, or more", HS256, &claims());
    explain(TEXT.as_bytes(), &signed, &[]).finds(4003, &["secret_wrong"]);
}

#[test]
fn the_clock() {
    let secret = TEXT.as_bytes();
    let of = |claims: Value| token(secret, HS256, &claims.to_string());
    explain(secret, &of(json!({"exp": NOW - 100})), &[])
        .finds(5005, &["expired"])
        .says("expired", "expired 100 s (1 min 40 s) ago")
        .says("expired", "off by at least 70 s");
    // The leeway is not told as a mistake.
    explain(secret, &of(json!({"exp": NOW - 29})), &[]).finds(0, &[]);
    explain(secret, &of(json!({"exp": NOW - 30})), &[]).finds(5005, &["expired"]);
    explain(secret, &of(json!({"exp": NOW + 900, "nbf": NOW + 45, "iat": NOW + 45})), &[])
        .finds(5006, &["not_yet_valid"])
        .says("not_yet_valid", "valid in 45 s")
        .says("not_yet_valid", "this clock is 45 s behind");
    explain(secret, &of(json!({"exp": NOW + 900, "nbf": NOW + 30})), &[]).finds(0, &["clock"]);
    explain(secret, &of(json!({"exp": NOW + 900, "iat": NOW + 77})), &[])
        .finds(0, &["clock"])
        .says("clock", "this clock is 77 s behind");
    for name in ["exp", "nbf", "iat"] {
        let mut claims = json!({"exp": NOW + 60});
        claims[name] = json!((NOW + 60) * 1000);
        let told = explain(secret, &of(claims), &[]).finds(5003, &["time_unit"]);
        let said = format!("{name} is in milliseconds");
        told.says("time_unit", &said).says("time_unit", "2023-11-14T22:14:20Z");
    }
    explain(secret, &of(json!({"exp": "1700000060"})), &[])
        .finds(5003, &["claim_type"])
        .says("claim_type", "a number in quotes");
    explain(secret, &of(json!({"exp": 3600})), &[]).finds(5005, &["time_duration"]);
    explain(secret, &of(json!({"sub": "x"})), &[])
        .finds(5004, &["claim_missing"])
        .says("claim_missing", "\"exp\"");
}

#[test]
fn audience_and_issuer() {
    let secret = TEXT.as_bytes();
    let of = |name: &str, value: Value| {
        let mut claims = json!({"exp": NOW + 60});
        claims[name] = value;
        token(secret, HS256, &claims.to_string())
    };
    explain(secret, &of("aud", json!("mux")), &[])
        .finds(5009, &["audience_unexpected"])
        .says("audience_unexpected", "set audience = [\"mux\"]");
    let near = [
        (json!(["x", "https://mux"]), "https://mux/", "only the slash"),
        (json!("MUX"), "mux", "only the case"),
        (json!("mux "), "mux", "white space"),
    ];
    for (aud, wants, words) in near {
        explain(secret, &of("aud", aud), &["--audience", wants])
            .finds(5008, &["audience_near"])
            .says("audience_near", words);
    }
    explain(secret, &of("aud", json!("api")), &["--audience", "mux"])
        .finds(5008, &["audience_other"])
        .says("audience_other", "expected is one of \"mux\"");
    explain(secret, &of("aud", json!(["api", "mux"])), &["--audience", "mux"]).finds(0, &[]);
    for (iss, words) in [
        ("https://issuer.example/", "only the slash"),
        ("https://Issuer.example", "only the case"),
        ("http://issuer.example", "scheme"),
    ] {
        explain(secret, &of("iss", json!(iss)), &["--issuer", "https://issuer.example"])
            .finds(5007, &["issuer_near"])
            .says("issuer_near", words);
    }
    explain(secret, &of("iss", json!("joe")), &["--issuer", "ann"]).finds(5007, &["issuer_other"]);
    explain(secret, &of("sub", json!("joe")), &["--issuer", "ann"])
        .finds(5004, &["claim_missing"])
        .says("claim_missing", "\"iss\"");
}

#[test]
fn algorithms() {
    let long = [TEXT, TEXT].concat();
    let secret = long.as_bytes();
    let signed = token(secret, r#"{"alg":"HS512"}"#, &claims());
    explain(secret, &signed, &[])
        .finds(4002, &["algorithm"])
        .says("algorithm", "the secret is right")
        .says("algorithm", "--alg HS512");
    explain(secret, &signed, &["--alg", "HS512"]).finds(0, &[]);
    for (alg, id) in [
        ("RS256", "algorithm_unsupported"),
        ("hs256", "algorithm_unsupported"),
        ("none", "algorithm_none"),
    ] {
        let header = json!({"alg": alg}).to_string();
        explain(secret, &token(secret, &header, &claims()), &[]).finds(4002, &[id]);
    }
    let unsigned =
        format!("{}.{}.", base64url(b"{\"alg\":\"none\"}"), base64url(claims().as_bytes()));
    explain(secret, &unsigned, &[]).finds(3003, &["token_segments", "algorithm_none"]);
}

#[test]
fn key_ids_and_types() {
    let secret = TEXT.as_bytes();
    let signed = token(secret, r#"{"alg":"HS256","kid":"K1"}"#, &claims());
    explain(secret, &signed, &[])
        .finds(4001, &["kid_unknown"])
        .says("kid_unknown", "no key has an id; the secret is right");
    explain(secret, &signed, &["--kid", "k1"])
        .finds(4001, &["kid_unknown"])
        .says("kid_unknown", "only the case differs");
    explain(secret, &signed, &["--kid", "K1"]).finds(0, &[]);
    explain(secret, &signed, &["--ignore-kid"]).finds(0, &[]);
    let typed = token(secret, r#"{"alg":"HS256","typ":"at+jwt"}"#, &claims());
    explain(secret, &typed, &[]).finds(3010, &["typ"]).says("typ", "\"at+jwt\"");
}

#[test]
fn what_clings_to_the_token() {
    let secret = TEXT.as_bytes();
    let signed = token(secret, HS256, &claims());
    for (given, code, id) in [
        (format!("Bearer {signed}"), 3002, "token_bearer_prefix"),
        (format!("\"{signed}\""), 3002, "token_quotes"),
        (format!(" {signed}\n\n"), 3002, "token_white_space"),
        (format!("{signed}="), 3002, "token_padding"),
    ] {
        let told = explain(secret, &given, &[]).finds(code, &[id]);
        assert_eq!(told.0["tidied"]["decision"], "allow", "{given}");
        assert_eq!(told.0["verified"], true);
    }
    explain(secret, "abc", &[]).finds(3003, &["token_segments"]);
}

#[test]
fn claims_of_nobody_are_shown_escaped_and_marked() {
    let files = Files::new();
    let secret = files.write("secret", TEXT);
    let hostile = "{\"sub\":\"\u{9b}2J\u{202e}\u{7f}\",\"exp\":1800000000}";
    let signed = token(b"another secret of forty characters, or more", HS256, hostile);
    let args = ["jwt", "explain", "--secret-file", &secret, "--now", "1700000000"];
    let told = run(&args, &signed).exits(1).out;
    assert!(told.contains("\\u009b2J\\u202e\\u007f"), "{told}");
    assert!(told.contains("not verified"), "{told}");
    let header = format!("{}.{}.AA", base64url(b"\x1b[2J{"), base64url(b"\xff\x1b]0;x\x07"));
    let told = run(&args, &header).exits(1).out;
    assert!(told.contains("\\x1b[2J{") && !told.contains('\x1b'), "{told}");
    let json = run(&[&args, ["--json"].as_slice()].concat(), &header).exits(1).json();
    assert_eq!(json["claims"], "\\xff\\x1b]0;x\\x07");
}

#[test]
fn without_a_secret_nothing_is_decided() {
    let signed = token(TEXT.as_bytes(), HS256, &claims());
    let args = ["jwt", "explain", "--no-secret", "--now", "1700000000"];
    let told = run(&args, &signed).exits(1).out;
    assert!(told.ends_with("not verified: no secret\n"), "{told}");
    let json = run(&[&args, ["--json"].as_slice()].concat(), &signed).exits(1).json();
    assert_eq!(json["decision"], "undecided");
    assert_eq!(json["verified"], false);
    assert_eq!(json["claims"]["sub"], "x");
}

#[test]
fn the_secrets_of_a_policy_are_tried_too() {
    let files = Files::new();
    files.write("new", Base64::encode_string(&KEY));
    files.write("old", TEXT);
    let toml = "[[jwt.key]]\nid = \"old\"\nalgorithm = \"HS256\"\nsecret_file = \"old\"\n\
                [[jwt.key]]\nid = \"new\"\nalgorithm = \"HS256\"\nsecret_file = \"new\"\n";
    let json = json!({"jwt": {"key": [
        {"id": "old", "algorithm": "HS256", "secret_file": "old"},
        {"id": "new", "algorithm": "HS256", "secret_file": "new", "encoding": "utf8"}]}});
    let now = NOW.to_string();
    for policy in [files.write("p.toml", toml), files.write("p.json", json.to_string())] {
        let explain = |token: String| {
            let told =
                run(&["jwt", "explain", "--json", "--policy", &policy, "--now", &now], token);
            check_silence(&told, TEXT.as_bytes());
            check_silence(&told, Base64::encode_string(&KEY).as_bytes());
            Told(told.json())
        };
        explain(token(&KEY, r#"{"alg":"HS256","kid":"new"}"#, &claims()))
            .finds(4003, &["secret_encoding"])
            .says("secret_encoding", "the secret of key \"new\" is right if it is read as base64");
        explain(token(TEXT.as_bytes(), r#"{"alg":"HS256","kid":"older"}"#, &claims()))
            .finds(4001, &["kid_unknown"])
            .says("kid_unknown", "the keys' ids are \"old\", \"new\"");
        explain(token(TEXT.as_bytes(), r#"{"alg":"HS256","kid":"old"}"#, &claims())).finds(0, &[]);
    }
    let scoped = files.write("s.toml", format!("{toml}[scope]\nrequire = [\"a\"]\n"));
    let signed = token(TEXT.as_bytes(), HS256, &claims());
    let told = run(&["jwt", "explain", "--json", "--policy", &scoped, "--now", &now], signed);
    Told(told.exits(1).json()).finds(6001, &["scope"]).says("scope", "\"a\"");
}
