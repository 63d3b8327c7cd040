use crate::{Files, NOW, base64url, mac, run, run_with, token};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::{Value, json};

const SECRET: &str = "a secret of forty-eight characters, for HS384 too";

/// RFC 7515 appendix A.1: a token and its key, which the RFC signed and not we.
const RFC_TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const RFC_KEY: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

#[test]
fn the_token_of_the_rfc() {
    let files = Files::new();
    let key = files.write("key", RFC_KEY);
    let verify = |encoding: &str, now: &str, token: &str| {
        let args = ["jwt", "verify", "--secret-file", &key, "--encoding", encoding, "--now", now];
        run(&args, token)
    };
    let claims = r#"{"iss":"joe","exp":1300819380,"http://example.com/is_root":true}"#;
    assert_eq!(verify("base64url", "1300819409", RFC_TOKEN).exits(0).out, format!("{claims}\n"));
    let expired = verify("base64url", "1300819410", RFC_TOKEN).exits(1).out;
    assert!(expired.starts_with("deny 5005 token_expired: "), "{expired}");
    assert!(verify("utf8", "1300819379", RFC_TOKEN).exits(1).out.starts_with("deny 4003 "));
    let changed = RFC_TOKEN.replace("jXk", "jXo");
    assert!(verify("base64url", "1300819379", &changed).exits(1).out.starts_with("deny 4003 "));
}

#[test]
fn what_is_signed_is_what_another_hand_would_sign() {
    let files = Files::new();
    let secret = files.write("secret", format!("{SECRET}\n"));
    let now = NOW.to_string();
    let sign = |more: &[&str]| {
        let args = [&["jwt", "sign", "--secret-file", &secret, "--now", &now], more].concat();
        run(&args, "")
    };
    let all = [
        "--alg",
        "HS384",
        "--kid",
        "k1",
        "--iss",
        "https://issuer.example",
        "--sub",
        "se\"bastian",
        "--aud",
        "mux",
        "--aud",
        "other",
        "--jti",
        "1",
        "--scope",
        "a b",
        "--expires-in",
        "1h",
        "--not-before",
        "+10",
        "--issued-at",
        "--claims",
        "{ \"big\": 123456789012345678901 }",
    ];
    let claims = r#"{"big": 123456789012345678901,"iss":"https://issuer.example","sub":"se\"bastian","jti":"1","scope":"a b","aud":["mux","other"],"iat":1700000000,"nbf":1700000010,"exp":1700003600}"#;
    let expected = token(SECRET.as_bytes(), r#"{"alg":"HS384","typ":"JWT","kid":"k1"}"#, claims);
    assert_eq!(sign(&all).exits(0).out, format!("{expected}\n"));
    // Five minutes, unless somebody says otherwise.
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    let default = token(SECRET.as_bytes(), header, r#"{"exp":1700000300}"#);
    assert_eq!(sign(&["--json"]).exits(0).json()["token"], default.as_str());
    let claims = files.write("claims.json", "{\"exp\":1700000001,\"sub\":\"x\"}\n");
    let own = token(SECRET.as_bytes(), header, r#"{"exp":1700000001,"sub":"x"}"#);
    assert_eq!(sign(&["--claims", &format!("@{claims}")]).exits(0).out, format!("{own}\n"));
}

#[test]
fn claims_that_no_verifier_takes_are_not_signed() {
    let files = Files::new();
    let secret = files.write("secret", SECRET);
    for (more, word) in [
        (["--claims", "{\"exp\":1,\"exp\":2}"].as_slice(), "twice"),
        (&["--claims", "{\"iss\":\"a\"}", "--iss", "b"], "twice"),
        (&["--claims", "{\"exp\":1700000300}", "--expires-in", "60"], "twice"),
        (&["--claims", "[]"], "strict JSON"),
        (&["--claims", "{}}"], "strict JSON"),
        (&["--claims", "{\"exp\":1700000300000}"], "5003"),
        (&["--claims", "{\"exp\":null}"], "5003"),
        (&["--claims", "@/nonexistent"], "/nonexistent"),
        (&["--expires-in", "soon"], "duration"),
        (&["--kid", ""], "id"),
        (&["--alg", "RS256"], "RS256"),
        (&["--alg", "HS512"], "64"),
        (&["--encoding", "base64"], "base64"),
    ] {
        let args = [&["jwt", "sign", "--secret-file", &secret], more].concat();
        let refused = run(&args, "").exits(2);
        assert!(refused.err.contains(word), "{more:?}: {}", refused.err);
        assert_eq!(refused.out, "");
        assert!(!refused.err.contains(SECRET));
    }
}

#[test]
fn secrets_come_from_file_or_environment_only() {
    let files = Files::new();
    let claims = format!("{{\"exp\":{}}}", NOW + 60);
    let token = token(SECRET.as_bytes(), r#"{"alg":"HS256"}"#, &claims);
    let now = NOW.to_string();
    let env = [("DOORWARD_TEST_SECRET", SECRET), ("DOORWARD_TEST_JWT", token.as_str())];
    let args = [
        "jwt",
        "verify",
        "--secret-env",
        "DOORWARD_TEST_SECRET",
        "--env",
        "DOORWARD_TEST_JWT",
        "--now",
        &now,
        "--json",
    ];
    let verified = run_with(&args, b"", &env).exits(0).json();
    assert_eq!(verified["claims"]["exp"], NOW + 60);
    assert_eq!(verified["principal"]["kind"], "token");
    for end in ["\n", "\r\n"] {
        let secret = files.write("secret", format!("{SECRET}{end}"));
        let path = files.write("token", format!("{token}{end}"));
        let args =
            ["jwt", "verify", "--secret-file", &secret, "--token-file", &path, "--now", &now];
        run(&args, "").exits(0);
    }
    run(&["jwt", "verify", "--secret", SECRET], &token).exits(2);
    let both = ["jwt", "verify", "--secret-env", "A", "--secret-file", "b"];
    run(&both, &token).exits(2);
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_can_read_warns() {
    use std::os::unix::fs::PermissionsExt as _;
    let files = Files::new();
    let secret = files.write("secret", SECRET);
    let sign = || run(&["jwt", "sign", "--secret-file", &secret], "").exits(0);
    assert_eq!(sign().err, "");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(sign().err.contains("chmod 600"));
}

#[test]
fn rules_of_the_command_line() {
    let files = Files::new();
    let secret = files.write("secret", SECRET);
    let header = r#"{"alg":"HS256","kid":"k1"}"#;
    let claims = json!({"iss": "i", "aud": ["a", "b"], "exp": NOW + 60}).to_string();
    let token = token(SECRET.as_bytes(), header, &claims);
    let verify = |more: &[&str]| {
        let args = [&["jwt", "verify", "--json", "--secret-file", &secret], more].concat();
        let run = run(&args, &token);
        let code = run.json()["code"].as_u64().unwrap();
        run.exits(i32::from(code != 0));
        code
    };
    let now = &NOW.to_string();
    let late = &(NOW + 89).to_string();
    assert_eq!(verify(&["--now", now]), 4001);
    assert_eq!(verify(&["--now", now, "--kid", "k1"]), 5009);
    assert_eq!(verify(&["--now", now, "--kid", "k1", "--audience", "c"]), 5008);
    assert_eq!(verify(&["--now", now, "--kid", "k1", "--audience", "c", "--audience", "b"]), 0);
    assert_eq!(verify(&["--now", now, "--ignore-kid", "--audience", "b", "--issuer", "i"]), 0);
    assert_eq!(verify(&["--now", now, "--ignore-kid", "--audience", "b", "--issuer", "I"]), 5007);
    assert_eq!(verify(&["--now", now, "--kid", "k1", "--alg", "HS384"]), 4002);
    assert_eq!(verify(&["--now", late, "--kid", "k1", "--audience", "b"]), 0);
    assert_eq!(verify(&["--now", late, "--kid", "k1", "--audience", "b", "--leeway", "29"]), 5005);
    // No clock is no answer, and that is not a denial.
    let clockless = ["--now", "0", "--kid", "k1", "--audience", "b", "--json"];
    let arguments = [&["jwt", "verify", "--secret-file", &secret][..], &clockless].concat();
    assert!(run(&arguments, &token).exits(2).out.contains("\"code\":9001"));
    run(&["jwt", "verify", "--secret-file", &secret, "--leeway", "301"], &token).exits(2);
}

#[test]
fn a_policy_judges_with_all_its_rules() {
    let files = Files::new();
    files.write("secret", base64url(SECRET.as_bytes()));
    let policy = files.write(
        "p.toml",
        "[jwt]\naudience = \"mux\"\n[[jwt.key]]\nid = \"k\"\nalgorithm = \"HS256\"\n\
         secret_file = \"secret\"\nencoding = \"base64url\"\n[scope]\nrequire = [\"a\"]\n",
    );
    let verify = |scope: &str| {
        let claims = json!({"aud": "mux", "scope": scope, "sub": "s\u{1b}", "exp": NOW + 60});
        let token = token(SECRET.as_bytes(), r#"{"alg":"HS256","kid":"k"}"#, &claims.to_string());
        run(&["jwt", "verify", "--json", "--policy", &policy, "--now", &NOW.to_string()], token)
    };
    let allowed = verify("b a").exits(0).json();
    assert_eq!(allowed["key"], "k");
    assert_eq!(allowed["principal"]["id"], "s\u{1b}");
    assert_eq!(verify("b").exits(1).json()["code"], 6001);
    let both = ["jwt", "verify", "--policy", &policy, "--audience", "x"];
    run(&both, "x").exits(2);
    let none = files.write("n.toml", "[credential]\nanonymous = true\n");
    assert!(run(&["jwt", "verify", "--policy", &none], "x").exits(2).err.contains("[jwt]"));
}

#[test]
fn claims_are_printed_on_one_line_of_ascii() {
    let files = Files::new();
    let secret = files.write("secret", SECRET);
    let claims = format!("{{\n \"sub\": \"\u{9b}2J\u{202e}\",\n \"exp\": {} }}", NOW + 60);
    let token = token(SECRET.as_bytes(), r#"{"alg":"HS256"}"#, &claims);
    let args = ["jwt", "verify", "--secret-file", &secret, "--now", &NOW.to_string()];
    let printed = run(&args, token).exits(0);
    let value: Value = printed.json();
    assert_eq!(value["sub"], "\u{9b}2J\u{202e}");
}

#[test]
fn the_helper_signs_as_the_rfc_does() {
    // Otherwise the other tests would compare doorward with a mistake.
    let (input, tag) = RFC_TOKEN.rsplit_once('.').unwrap();
    let key = Base64UrlUnpadded::decode_vec(RFC_KEY).unwrap();
    assert_eq!(base64url(&mac("HS256", &key, input)), tag);
}
