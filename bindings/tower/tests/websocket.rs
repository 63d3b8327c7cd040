//! A real axum server, real WebSocket clients, and bare connections where no client would do.

mod support;

use doorward_tower::policy::core::{Algorithm, Key, sign};
use support::{OTHER_TOKEN, POLICY, SECRET, TOKEN, connect, gate, raw, serve};

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn jwt(claims: &str) -> String {
    let key = Key::new(None, Algorithm::Hs256, SECRET.as_bytes()).expect("key");
    sign(&key, claims.as_bytes(), &mut [0; 512]).expect("token").to_owned()
}

#[tokio::test]
async fn a_capability_token_opens() {
    let server = serve(gate(POLICY)).await;
    let met = connect(server, &[("authorization", &bearer(TOKEN))]).await;
    assert_eq!(met.status, 101);
    assert_eq!(met.text, "capability ci authorization");
}

#[tokio::test]
async fn a_signed_token_opens_and_says_who() {
    let server = serve(gate(POLICY)).await;
    let token = jwt(r#"{"sub":"alice","exp":4000000000}"#);
    let page = [
        ("origin", "https://app.example.com"),
        ("cookie", &*format!("theme=dark; session={token}")),
    ];
    let met = connect(server, &page).await;
    assert_eq!((met.status, &*met.text), (101, "token alice cookie:session"));
}

#[tokio::test]
async fn refusals_tell_the_class_and_no_more() {
    let server = serve(gate(POLICY)).await;
    let evil = ("origin", "https://evil.example");
    let (good, wrong) = (bearer(TOKEN), bearer(OTHER_TOKEN));
    let expired = bearer(&jwt(r#"{"exp":1000}"#));
    let challenge = |error: &str| Some(format!("Bearer realm=\"doorward\"{error}"));
    let invalid = challenge(", error=\"invalid_token\"");
    for (headers, status, challenge, body) in [
        (&[][..], 401, challenge(""), "authentication required\n"),
        (&[("authorization", &*wrong)], 401, invalid.clone(), "invalid token\n"),
        (&[("authorization", &*expired)], 401, invalid, "invalid token\n"),
        (&[("authorization", &*good), evil], 403, None, "forbidden\n"),
        (&[("authorization", &*good), ("host", "rebound.example")], 403, None, "forbidden\n"),
        (
            &[("authorization", &*good), ("sec-websocket-protocol", "bearer.x")],
            400,
            challenge(", error=\"invalid_request\""),
            "invalid request\n",
        ),
    ] {
        let met = connect(server, headers).await;
        assert_eq!((met.status, &met.challenge, &*met.text), (status, &challenge, body));
    }
}

#[tokio::test]
async fn a_refusal_is_the_same_to_the_byte_for_every_reason_of_its_class() {
    let server = serve(gate(POLICY)).await;
    let wrong = format!("Authorization: Bearer {OTHER_TOKEN}");
    let expired = format!("Authorization: Bearer {}", jwt(r#"{"exp":1000}"#));
    let without_date = |head: &str| {
        let lines = head.lines().filter(|line| !line.starts_with("date:"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let one = raw(server, "/ws", &["Host: app.example.com", &wrong]).await;
    let two = raw(server, "/ws", &["Host: app.example.com", &expired]).await;
    assert_eq!(without_date(&one.head), without_date(&two.head));
    assert_eq!(one.body, two.body);
    assert!(one.head.contains("\r\ncontent-type: text/plain; charset=utf-8\r\n"));
    assert!(one.head.contains("\r\ncache-control: no-store\r\n"));
}

#[tokio::test]
async fn every_line_of_a_header_counts() {
    let server = serve(gate(POLICY)).await;
    let host = "Host: app.example.com";
    let token = &*format!("Authorization: Bearer {TOKEN}");
    let own = "Origin: https://app.example.com";
    for (lines, status) in [
        (&[host, token, own][..], 101),
        (&[host, token, own, own], 403),
        (&[host, token, own, "origin: https://evil.example"], 403),
        (&[host, token, "ORIGIN:"], 403),
        (&[host, host, token], 403),
        (&[token], 403),
        (&[host, token, token], 400),
    ] {
        assert_eq!(raw(server, "/ws", lines).await.status, status, "{lines:?}");
    }
}

#[tokio::test]
async fn a_target_of_absolute_form_names_a_second_host() {
    let server = serve(gate(POLICY)).await;
    let lines = ["Host: app.example.com", &*format!("Authorization: Bearer {TOKEN}")];
    assert_eq!(raw(server, "http://app.example.com/ws", &lines).await.status, 101);
    assert_eq!(raw(server, "http://evil.example/ws", &lines).await.status, 403);
}

#[tokio::test]
async fn a_secret_among_the_subprotocols_is_never_echoed() {
    let server = serve(gate(POLICY)).await;
    let secret = format!("bearer.{TOKEN}");

    let offered = format!("echo.v1, {secret}");
    let met = connect(server, &[("sec-websocket-protocol", &offered)]).await;
    assert_eq!((met.status, met.protocol.as_deref()), (101, Some("echo.v1")));
    assert_eq!(met.text, "capability ci subprotocol:bearer.");

    let alone = format!("Sec-WebSocket-Protocol: {secret}");
    let raw = raw(server, "/ws", &["Host: app.example.com", &alone]).await;
    assert_eq!(raw.status, 101);
    assert!(!raw.head.contains(TOKEN) && !raw.head.contains("sec-websocket-protocol"));
}

#[tokio::test]
async fn a_reload_counts_from_the_next_request_on() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, POLICY).expect("write");
    let gate = doorward_tower::Gate::open(&path).expect("policy");
    let server = serve(gate.clone()).await;
    let status = async |token| connect(server, &[("authorization", &bearer(token))]).await.status;
    assert_eq!((status(TOKEN).await, status(OTHER_TOKEN).await), (101, 401));

    std::fs::write(&path, POLICY.replace(TOKEN, OTHER_TOKEN)).expect("write");
    gate.reload().expect("reload");
    assert_eq!((status(TOKEN).await, status(OTHER_TOKEN).await), (401, 101));

    std::fs::write(&path, "[origin]\nmode = \"of\"\n").expect("write");
    gate.reload().expect_err("not a mode");
    assert_eq!((status(TOKEN).await, status(OTHER_TOKEN).await), (401, 101));
}

#[tokio::test]
async fn requests_are_decided_while_rules_are_replaced() {
    let gate = gate(POLICY);
    let server = serve(gate.clone()).await;
    let reloads = tokio::spawn(async move {
        for _ in 0..50 {
            gate.reload().expect("reload");
            tokio::task::yield_now().await;
        }
    });
    for _ in 0..20 {
        assert_eq!(connect(server, &[("authorization", &bearer(TOKEN))]).await.status, 101);
    }
    support::within(reloads).await.expect("reloads");
}
