//! A real server on loopback, and clients that can send what a well-behaved one cannot.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

use axum::extract::ws::{Message as Echo, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, Extension};
use axum::response::Response;
use axum::{Router, routing::any};
use doorward_tower::{DoorwardLayer, Gate, Policy, Principal, Scheme};
use futures_util::{SinkExt as _, StreamExt as _};
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};

/// No step of a test takes a tenth of this.
const PATIENCE: Duration = Duration::from_secs(5);

pub const TOKEN: &str = "wNq0mXzb2Zt0Kd5s1TQq6gJ4fYh8uRvE";
pub const OTHER_TOKEN: &str = "Zq7pXk1Lr9Vw3Hc5Nd8Ty2Ub6Mf4Js0A";
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

pub const POLICY: &str = r#"
    [host]
    allow = ["app.example.com"]
    [credential]
    places = ["authorization", "cookie:session", "subprotocol:bearer."]
    [[capability]]
    id = "ci"
    token = "wNq0mXzb2Zt0Kd5s1TQq6gJ4fYh8uRvE"
    [jwt]
    [[jwt.key]]
    algorithm = "HS256"
    secret = "0123456789abcdef0123456789abcdef"
"#;

pub fn gate(policy: &str) -> Gate {
    Policy::from_toml(policy).expect("policy").gate()
}

pub async fn within<T>(step: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, step).await.expect("a step took too long")
}

/// Starts the server; it ends with the test's runtime. It greets with the principal, then echoes.
pub async fn serve(gate: Gate) -> SocketAddr {
    let layer = DoorwardLayer::new(gate)
        .scheme(Scheme::Https)
        .peer(|known| known.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip()));
    let app = Router::new().route("/ws", any(upgrade)).layer(layer);
    let listener = within(TcpListener::bind("127.0.0.1:0")).await.expect("bind");
    let address = listener.local_addr().expect("address");
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// Accepts whatever is offered: the worst case for a secret among the protocols.
async fn upgrade(mut upgrade: WebSocketUpgrade, Extension(who): Extension<Principal>) -> Response {
    let offered = upgrade.requested_protocols().next().cloned();
    if let Some(protocol) = offered {
        upgrade.set_selected_protocol(protocol);
    }
    upgrade.on_upgrade(move |socket| echo(socket, who))
}

async fn echo(mut socket: WebSocket, who: Principal) {
    let greeting = format!("{} {} {}", who.kind(), who.id().unwrap_or("-"), who.place());
    if socket.send(Echo::text(greeting)).await.is_err() {
        return;
    }
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            break;
        }
    }
}

/// What a WebSocket client saw.
pub struct Met {
    pub status: u16,
    pub challenge: Option<String>,
    pub protocol: Option<String>,
    /// The server's greeting, or the body of the refusal.
    pub text: String,
}

/// Connects as a WebSocket client, and echoes one message if it is let in.
pub async fn connect(address: SocketAddr, headers: &[(&str, &str)]) -> Met {
    within(async {
        let mut request = "ws://app.example.com/ws".into_client_request().expect("request");
        for (name, value) in headers {
            request.headers_mut().insert(
                HeaderName::try_from(*name).expect("name"),
                HeaderValue::try_from(*value).expect("value"),
            );
        }
        let stream = TcpStream::connect(address).await.expect("connect");
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((mut socket, response)) => {
                let greeting = socket.next().await.expect("greeting").expect("greeting");
                socket.send(Message::text("over")).await.expect("send");
                let echo = socket.next().await.expect("echo").expect("echo");
                assert_eq!(echo, Message::text("over"));
                met(&response.map(|_| None), greeting.into_text().expect("text").to_string())
            }
            Err(Error::Http(response)) => {
                let body = response.body().clone().unwrap_or_default();
                met(&response, String::from_utf8(body).expect("text"))
            }
            Err(error) => panic!("{error}"),
        }
    })
    .await
}

fn met(response: &http::Response<Option<Vec<u8>>>, text: String) -> Met {
    let header = |name| {
        let value = response.headers().get(name)?;
        Some(value.to_str().expect("ASCII").to_owned())
    };
    Met {
        status: response.status().as_u16(),
        challenge: header("www-authenticate"),
        protocol: header("sec-websocket-protocol"),
        text,
    }
}

/// What came back over a bare connection, up to the end of the response's head and body.
pub struct Raw {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Sends an upgrade request of exactly these lines.
pub async fn raw(address: SocketAddr, target: &str, lines: &[&str]) -> Raw {
    let mut request = format!("GET {target} HTTP/1.1\r\n");
    for line in lines.iter().chain(&[
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "",
    ]) {
        request.push_str(line);
        request.push_str("\r\n");
    }
    within(async {
        let mut stream = TcpStream::connect(address).await.expect("connect");
        stream.write_all(request.as_bytes()).await.expect("write");
        let mut bytes = Vec::new();
        loop {
            if let Some(raw) = parse(&bytes) {
                return raw;
            }
            let read = stream.read_buf(&mut bytes).await.expect("read");
            assert_ne!(read, 0, "closed early");
        }
    })
    .await
}

fn parse(bytes: &[u8]) -> Option<Raw> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |digits| digits.parse().expect("length"));
    Some(Raw {
        status: head.get(9..12)?.parse().expect("status"),
        head: head.to_owned(),
        body: body.get(..length)?.to_owned(),
    })
}
