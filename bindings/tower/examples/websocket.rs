//! An echo server over WebSocket, guarded by a policy file. SIGHUP makes it read the policy again.
//!
//! cargo run -p doorward-tower --example websocket -- policy.toml 8080 [127.0.0.1]

use axum::extract::ConnectInfo;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::Extensions;
use axum::response::Response;
use axum::{Router, routing::any};
use doorward_tower::{DoorwardLayer, Gate, Reason};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().without_time().with_max_level(tracing::Level::DEBUG).init();
    let mut arguments = std::env::args().skip(1);
    let policy = arguments.next().ok_or("which policy file?")?;
    let port = arguments.next().map_or(Ok(8080), |port| port.parse())?;
    let ip = arguments.next().map_or(Ok(Ipv4Addr::LOCALHOST.into()), |ip| ip.parse())?;

    let gate = Gate::open(policy).inspect_err(|error| log("not started", error.reason()))?;
    // Refuses to be open to other machines without any credential.
    gate.snapshot().startup_check(ip).inspect_err(|reason| log("not started", *reason))?;
    let peer = |known: &Extensions| Some(known.get::<ConnectInfo<SocketAddr>>()?.0.ip());

    let app = Router::new().route("/ws", any(upgrade));
    let app = app.layer(DoorwardLayer::new(gate.clone()).peer(peer));
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let listener = TcpListener::bind(SocketAddr::new(ip, port)).await?;
    let mut hangups = signal(SignalKind::hangup())?;
    println!("listening on {}", listener.local_addr()?);
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            match gate.reload() {
                Ok(_) => tracing::info!("new rules"),
                Err(error) => log("old rules kept", error.reason()),
            }
        }
    });
    Ok(axum::serve(listener, service).await?)
}

fn log(what: &str, reason: Reason) {
    tracing::error!(code = reason.code(), reason = reason.name(), "{what}");
}

async fn upgrade(upgrade: WebSocketUpgrade) -> Response {
    upgrade.protocols(["echo.v1"]).on_upgrade(echo)
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Text(_) | Message::Binary(_)) {
            let _ = socket.send(message).await;
        }
    }
}
