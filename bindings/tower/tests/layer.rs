//! The layer around a plain service, without a server: what HTTP/2 brings, and what the service sees.

mod support;

use doorward_tower::{DoorwardLayer, Peer, Principal, Scheme};
use http::{Request, Response, StatusCode, Version};
use std::convert::Infallible;
use std::net::IpAddr;
use support::{POLICY, TOKEN, gate};
use tower::{Layer as _, ServiceExt as _, service_fn};

/// What the service behind the layer saw of a request, as text.
async fn seen(request: Request<()>) -> Result<Response<String>, Infallible> {
    let mut seen = request.uri().to_string();
    for (name, value) in request.headers() {
        seen += &format!("\n{name}: {}", value.to_str().expect("ASCII"));
    }
    assert!(request.extensions().get::<Principal>().is_some());
    Ok(Response::new(seen))
}

async fn answer(layer: DoorwardLayer, request: Request<()>) -> Response<String> {
    let Ok(response) = layer.layer(service_fn(seen)).oneshot(request).await;
    response
}

async fn status(layer: &DoorwardLayer, request: Request<()>) -> StatusCode {
    answer(layer.clone(), request).await.status()
}

fn request(target: &str, headers: &[(&str, &str)]) -> Request<()> {
    let bearer = format!("Bearer {TOKEN}");
    let builder = Request::get(target).header("authorization", bearer);
    headers
        .iter()
        .fold(builder, |builder, (name, value)| builder.header(*name, *value))
        .body(())
        .expect("request")
}

fn layer() -> DoorwardLayer {
    DoorwardLayer::new(gate(POLICY)).scheme(Scheme::Https)
}

#[tokio::test]
async fn the_authority_of_http_2_is_the_host() {
    let http_2 = |target, headers: &[_]| {
        let mut request = request(target, headers);
        *request.version_mut() = Version::HTTP_2;
        request
    };
    for (target, headers, expected) in [
        ("https://app.example.com/ws", &[][..], 200),
        ("https://app.example.com/ws", &[("host", "APP.example.com")], 200),
        ("https://app.example.com/ws", &[("host", "evil.example")], 403),
        ("https://evil.example/ws", &[("host", "app.example.com")], 403),
        ("https://evil.example/ws", &[], 403),
        ("https://a@app.example.com/ws", &[], 403),
        // The URI's scheme is the client's word: the listener's counts.
        ("http://app.example.com/ws", &[("origin", "https://app.example.com")], 200),
        ("http://app.example.com/ws", &[("origin", "http://app.example.com")], 403),
    ] {
        let got = status(&layer(), http_2(target, headers)).await;
        assert_eq!(got, expected, "{target} {headers:?}");
    }
}

#[tokio::test]
async fn the_scheme_is_http_unless_said() {
    let layer = DoorwardLayer::new(gate(POLICY));
    for (origin, expected) in [("http://app.example.com", 200), ("https://app.example.com", 403)] {
        let request = request("/ws", &[("host", "app.example.com"), ("origin", origin)]);
        assert_eq!(status(&layer, request).await, expected, "{origin}");
    }
}

#[tokio::test]
async fn too_many_headers_are_refused_wherever_the_judged_ones_stand() {
    let with_lines = |count| {
        let mut request = request("/ws", &[("host", "app.example.com")]);
        while request.headers().len() < count {
            request.headers_mut().append("x-filler", "1".parse().expect("value"));
        }
        request
    };
    assert_eq!(status(&layer(), with_lines(128)).await, 200);
    for count in [129, 200] {
        assert_eq!(status(&layer(), with_lines(count)).await, 431, "{count}");
    }
}

#[tokio::test]
async fn forwarding_headers_count_from_a_known_proxy_only() {
    let policy =
        format!("{POLICY}\n").replace("[host]\n", "[host]\n    trusted_proxies = [\"10.0.0.1\"]\n");
    let forwarded =
        || request("/ws", &[("host", "backend.internal"), ("x-forwarded-host", "app.example.com")]);
    let from = |peer: &str| {
        let mut request = forwarded();
        let peer: IpAddr = peer.parse().expect("address");
        request.extensions_mut().insert(Peer(peer));
        request
    };
    let layer = DoorwardLayer::new(gate(&policy)).scheme(Scheme::Https);
    assert_eq!(status(&layer, from("10.0.0.1")).await, 200);
    assert_eq!(status(&layer, from("::ffff:10.0.0.1")).await, 200);
    assert_eq!(status(&layer, from("10.0.0.2")).await, 403);
    assert_eq!(status(&layer, forwarded()).await, 403);
    let found = layer.peer(|_| Some(IpAddr::from([10, 0, 0, 1])));
    assert_eq!(status(&found, forwarded()).await, 200);
}

/// A policy whose places are all of these, and the first that holds something counts.
const EVERYWHERE: &str = r#"
    [origin]
    absent = "allow"
    [credential]
    first_present_wins = true
    places = ["query:token", "authorization", "cookie:session", "header:X-Api-Key",
              "subprotocol:bearer.", "subprotocol:key."]
    [[capability]]
    id = "ci"
    token = "wNq0mXzb2Zt0Kd5s1TQq6gJ4fYh8uRvE"
"#;

fn everywhere() -> Request<()> {
    request(
        &format!("/ws?a=1&token={TOKEN}&b=%20"),
        &[
            ("host", "app.example.com"),
            ("x-api-key", TOKEN),
            ("cookie", "theme=dark; session=1; lang=en"),
            ("cookie", "session=2"),
            ("sec-websocket-protocol", "echo.v1, bearer.secret"),
            ("sec-websocket-protocol", "key.secret"),
        ],
    )
}

#[tokio::test]
async fn subprotocols_of_every_place_are_taken_out() {
    let seen = answer(DoorwardLayer::new(gate(EVERYWHERE)), everywhere()).await;
    assert_eq!(
        seen.into_body().lines().collect::<Vec<_>>(),
        [
            &format!("/ws?a=1&token={TOKEN}&b=%20"),
            &format!("authorization: Bearer {TOKEN}"),
            "host: app.example.com",
            &format!("x-api-key: {TOKEN}"),
            "cookie: theme=dark; session=1; lang=en",
            "cookie: session=2",
            "sec-websocket-protocol: echo.v1",
        ]
    );
}

#[tokio::test]
async fn the_service_need_not_see_the_credential() {
    let layer = DoorwardLayer::new(gate(EVERYWHERE)).strip_credential(true);
    let seen = answer(layer.clone(), everywhere()).await.into_body();
    let mut lines: Vec<_> = seen.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "/ws?a=1&b=%20",
            "cookie: theme=dark; lang=en",
            "host: app.example.com",
            "sec-websocket-protocol: echo.v1",
        ]
    );

    // The URI of HTTP/2 keeps its scheme and authority.
    let mut request = everywhere();
    let target = format!("https://app.example.com/ws?token={TOKEN}");
    *request.uri_mut() = target.parse().expect("URI");
    let seen = answer(layer.clone(), request).await.into_body();
    assert_eq!(seen.lines().next(), Some("https://app.example.com/ws"));

    // A target of absolute form without a path stands for the root.
    let mut request = everywhere();
    let target = format!("https://app.example.com?token={TOKEN}");
    *request.uri_mut() = target.parse().expect("URI");
    let seen = answer(layer, request).await.into_body();
    assert_eq!(seen.lines().next(), Some("https://app.example.com/"));
}

#[tokio::test]
async fn what_an_offered_list_is_worth_depends_on_its_place() {
    let policy =
        EVERYWHERE.replace("\"subprotocol:bearer.\", \"subprotocol:key.\"", "\"subprotocol:\"");
    let request = Request::get("/ws")
        .header("host", "app.example.com")
        .header("sec-websocket-protocol", TOKEN)
        .body(())
        .expect("request");
    let seen = answer(DoorwardLayer::new(gate(&policy)), request).await.into_body();
    assert_eq!(seen, "/ws\nhost: app.example.com");
}

#[test]
fn the_layer_goes_between_threads_and_says_little() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let layer = layer();
    shared(&layer);
    shared(&layer.layer(()));
    let expected = "DoorwardLayer { scheme: Https, strip_credential: false, .. }";
    assert_eq!(format!("{layer:?}"), expected);
}
