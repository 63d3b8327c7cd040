use crate::{Files, NOW, profile, run, token};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const TOKEN: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
const SECRET: &[u8] = b"a secret of forty characters or a few more";

/// The codex profile with a token that the test knows.
fn policy(files: &Files) -> String {
    let digest: String = Sha256::digest(TOKEN).iter().map(|byte| format!("{byte:02x}")).collect();
    let text = std::fs::read_to_string(profile("codex-app-server")).unwrap();
    let line = text.lines().find(|line| line.starts_with("sha256")).unwrap();
    files.write("p.toml", text.replace(line, &format!("sha256 = \"{digest}\"")))
}

#[test]
fn raw_requests_through_a_profile() {
    let path = profile("codex-app-server");
    let decide = |request: &str| run(&["decide", "--policy", &path], request);
    let head = "GET /ws HTTP/1.1\r\nHost: localhost:8765\r\n";
    let bearer = format!("{head}Authorization: Bearer {TOKEN}\r\n\r\n");
    for (request, verdict) in [
        (
            format!("{head}Origin: http://localhost:8765\r\n\r\n"),
            "deny 2206 origin_forbidden 403\n",
        ),
        (format!("{head}\r\n"), "deny 2301 credential_missing 401\n"),
        (bearer.clone(), "deny 4004 capability_unknown 401\n"),
        (bearer.replace("localhost", "any.example"), "deny 4004 capability_unknown 401\n"),
    ] {
        assert_eq!(decide(&request).exits(1).out, verdict);
    }
    let rebound = format!("{head}\r\n").replace("localhost", "evil.example");
    let denied = run(&["decide", "--policy", &profile("loopback-tool")], &rebound).exits(1);
    assert_eq!(denied.out, "deny 2104 host_not_allowed 403\n");
    let files = Files::new();
    let own = policy(&files);
    let allowed = run(&["decide", "--policy", &own], &bearer).exits(0);
    assert_eq!(allowed.out, "allow capability \"codex\"\n");
    assert_eq!(allowed.err, "");
}

#[test]
fn several_requests_give_a_line_each() {
    let files = Files::new();
    let path = policy(&files);
    let requests = format!(
        "GET / HTTP/1.1\nHost: localhost\nAuthorization: Bearer {TOKEN}\n\n\
         GET / HTTP/1.0\nHost: localhost\n\n\nGET / HTTP/1.1\nHost: localhost\nOrigin: null\n"
    );
    let decided = run(&["decide", "--policy", &path], &requests).exits(1).out;
    let codes: Vec<&str> = decided.lines().map(|line| line.get(..9).unwrap()).collect();
    assert_eq!(codes, ["allow cap", "deny 2301", "deny 2206"]);
    // One denial among allowed ones is a denial, wherever it stands.
    let allowed = requests.split_inclusive("\n\n").next().unwrap();
    run(&["decide", "--policy", &path], format!("{allowed}{allowed}")).exits(0);
    let denied = "GET / HTTP/1.1\nHost: localhost\n\n";
    for order in [format!("{denied}{allowed}"), format!("{allowed}{denied}")] {
        run(&["decide", "--policy", &path], order).exits(1);
    }
}

#[test]
fn flags() {
    let files = Files::new();
    let path = policy(&files);
    let bearer = format!("authorization:  Bearer {TOKEN} ");
    let args = ["decide", "--policy", &path, "--json", "-H", "Host: 127.0.0.1", "-H", &bearer];
    let allowed = run(&args, "").exits(0).json();
    assert_eq!(
        allowed,
        json!({"decision": "allow", "code": 0, "status": 200,
               "principal": {"kind": "capability", "id": "codex", "place": "authorization"}})
    );
    let twice = [args.as_slice(), &["-H", &bearer]].concat();
    assert_eq!(
        run(&twice, "").exits(1).json(),
        json!({"decision": "deny", "code": 2303, "reason": "credential_duplicate", "status": 400,
               "class": "invalid_request"})
    );
    for wrong in ["no colon", ": x", "a b: c"] {
        run(&["decide", "--policy", &path, "-H", wrong], "").exits(2);
    }
    run(&["decide", "--policy", &path, "--target", "/", "--scheme", "ftp"], "").exits(2);
    run(&["decide", "--policy", &path, "--target", "/", "--peer", "home"], "").exits(2);
    run(&["decide", "--target", "/"], "").exits(2);
    run(&["decide", "--policy", &path, "--jsonl", "--target", "/"], "").exits(2);
}

#[test]
fn scheme_and_peer_are_the_connection_s() {
    let files = Files::new();
    let path = files.write(
        "p.toml",
        "[host]\nallow = [\"app.example.com\"]\ntrusted_proxies = [\"192.0.2.1\"]\n\
         [credential]\nanonymous = true\n",
    );
    let code = |more: &[&str]| {
        let base = ["decide", "--policy", &path, "--json", "-H", "Host: app.example.com"];
        let origin = ["-H", "Origin: https://app.example.com"];
        run(&[base.as_slice(), &origin, more].concat(), "").json()["code"].clone()
    };
    assert_eq!(code(&[]), 2205);
    assert_eq!(code(&["--scheme", "https"]), 0);
    assert_eq!(code(&["--scheme", "wss"]), 0);
    let proto = ["-H", "X-Forwarded-Proto: https"];
    assert_eq!(code(&proto), 2205);
    assert_eq!(code(&[&proto, ["--peer", "192.0.2.1"].as_slice()].concat()), 0);
}

#[test]
fn json_lines() {
    let files = Files::new();
    files.write("secret", SECRET);
    let path = files.write(
        "p.toml",
        "[host]\nallow = [\"app.example.com\"]\n[[jwt.key]]\nalgorithm = \"HS256\"\n\
         secret_file = \"secret\"\n",
    );
    let claims = json!({"sub": "x", "exp": NOW}).to_string();
    let bearer = format!("Bearer {}", token(SECRET, r#"{"alg":"HS256"}"#, &claims));
    let request = |now: u64, host: Value| {
        json!({"method": "GET", "target": "/ws", "scheme": "https", "peer": "192.0.2.7", "now": now,
               "headers": [["Host", host], ["Authorization", bearer]]})
        .to_string()
    };
    let lines = [
        request(NOW, json!("app.example.com")),
        request(NOW + 30, json!("app.example.com")),
        String::new(),
        request(NOW, json!({"hex": "6170702e6578616d706c652e636f6d"})),
        request(NOW, json!({"hex": "ff"})),
        "{}".to_owned(),
    ];
    // The line's own time is before the flag's.
    let args = ["decide", "--policy", &path, "--jsonl", "--json", "--now", "1"];
    let decided = run(&args, lines.join("\n")).exits(1).out;
    let codes: Vec<u64> = decided
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["code"].as_u64().unwrap())
        .collect();
    assert_eq!(codes, [0, 5005, 0, 2103, 2101]);
}

#[test]
fn what_cannot_be_read_is_named_and_not_decided() {
    let files = Files::new();
    let path = policy(&files);
    let good = "GET / HTTP/1.1\nHost: localhost\n\n";
    for (args, input, place) in [
        (["--explain"], format!("{good}GET / HTTP/1.1\nHost: a\x01b\n\n"), "line 5"),
        (["--explain"], format!("{good}hello\n"), "line 4"),
        (["--explain"], "GET / HTTP/2\n\n".to_owned(), "line 1"),
        (["--explain"], "\n\n".to_owned(), "no request"),
        (["--explain"], String::new(), "no request"),
        (["--jsonl"], String::new(), "no request"),
        (["--jsonl"], "{}\n\n{\"Method\":\"GET\"}".to_owned(), "line 3"),
        (["--jsonl"], "{}\n[]\n{}".to_owned(), "line 2"),
        (["--jsonl"], "{\"scheme\":\"ftp\"}".to_owned(), "scheme"),
        (["--jsonl"], "{\"target\":{\"hex\":\"0\"}}".to_owned(), "hex"),
        (["--jsonl"], "{\"now\":1,\"now\":2}".to_owned(), "line 1"),
        (["--jsonl"], "{\"peer\":\"home\"}".to_owned(), "line 1"),
    ] {
        let all = [&["decide", "--policy", &path], args.as_slice()].concat();
        let decided = run(&all, &input).exits(2);
        assert!(decided.err.contains(place), "{input:?}: {}", decided.err);
    }
    // What came before was decided, what came behind was not.
    let decided = run(&["decide", "--policy", &path, "--jsonl"], "{}\n[]\n{}").exits(2);
    assert_eq!(decided.out.lines().count(), 1);
}

#[test]
fn more_headers_than_the_core_takes_are_its_to_refuse() {
    let files = Files::new();
    let path = policy(&files);
    let many = format!("GET / HTTP/1.1\n{}\n", "X: y\n".repeat(129));
    let decided = run(&["decide", "--policy", &path], many).exits(1);
    assert_eq!(decided.out, "deny 2001 request_too_large 431\n");
}

#[test]
fn explanations_hold_no_credential() {
    let files = Files::new();
    let path = policy(&files);
    let request = format!("GET / HTTP/1.1\nHost: localhost\nAuthorization: Bearer {TOKEN}\n");
    let explained = run(&["decide", "--policy", &path, "--explain"], &request).exits(0);
    assert!(explained.out.contains("found in authorization"), "{}", explained.out);
    assert!(explained.out.ends_with("allow capability \"codex\"\n"), "{}", explained.out);
    assert!(!explained.out.contains(TOKEN) && !explained.err.contains(TOKEN));
    let json = run(&["decide", "--policy", &path, "--explain", "--json"], &request).exits(0);
    assert!(!json.out.contains(TOKEN));
    assert!(json.json()["steps"].as_array().unwrap().len() >= 4);
}

#[test]
fn an_unreadable_line_is_not_quoted() {
    let files = Files::new();
    let path = policy(&files);
    for line in [
        r#"{"now":"Bearer MARK"}"#,
        r#"{"authorization: Bearer MARK":1}"#,
        r#"{"headers":"Bearer MARK"}"#,
        r#"{"headers":[["Authorization","Bearer MARK"#,
    ] {
        let seen = run(&["decide", "--policy", &path, "--jsonl"], line).exits(2);
        assert!(seen.err.contains("line 1"), "{}", seen.err);
        assert!(!seen.err.contains("MARK") && !seen.out.contains("MARK"), "{}", seen.err);
    }
}

/// The entries of a policy are judged under all of the policy: a token with two dots is a signed one
/// where both kinds are configured.
#[test]
fn a_token_is_verified_as_the_server_would() {
    let files = Files::new();
    let digest: String = Sha256::digest("first.second.third-part-of-it")
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let key = "secret = \"0123456789abcdef0123456789abcdef\"";
    let entry = format!("[[capability]]\nid = \"d\"\nsha256 = \"{digest}\"\n");
    let alone = files.write("alone.toml", entry.clone());
    let both = format!("{entry}[[jwt.key]]\nalgorithm = \"HS256\"\n{key}\n");
    let both = files.write("both.toml", both);
    let verify = |policy: &str| {
        run(&["token", "verify", "--policy", policy], "first.second.third-part-of-it")
    };
    assert_eq!(verify(&alone).exits(0).out, "allow capability \"d\"\n");
    assert!(verify(&both).exits(1).out.starts_with("deny 3004 token_base64"));
}
