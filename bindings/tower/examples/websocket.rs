//! An echo server over WebSocket, guarded by a policy file.
//!
//! cargo run -p doorward-tower --example websocket -- policy.toml 127.0.0.1:8080

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, Extension};
use axum::response::Response;
use axum::{Router, routing::any};
use doorward_tower::{DoorwardLayer, Gate, Principal};
use std::error::Error;
use std::net::SocketAddr;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let policy = arguments.next().ok_or("which policy file?")?;
    let address = arguments.next().unwrap_or("127.0.0.1:8080".to_owned());
    tracing_subscriber::fmt().init();

    let gate = Gate::open(policy)?;
    let listener = TcpListener::bind(address).await?;
    // Refuses to be open to other machines without any credential.
    gate.snapshot().startup_check(listener.local_addr()?.ip())?;
    println!("ws://{}/ws", listener.local_addr()?);

    let door = DoorwardLayer::new(gate).peer(|known| {
        let peer = known.get::<ConnectInfo<SocketAddr>>()?;
        Some(peer.0.ip())
    });
    let app = Router::new().route("/ws", any(upgrade)).layer(door);
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}

async fn upgrade(upgrade: WebSocketUpgrade, Extension(who): Extension<Principal>) -> Response {
    println!("{}: {:?}", who.kind(), who.id());
    upgrade.protocols(["echo.v1"]).on_upgrade(echo)
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        let answer = matches!(message, Message::Text(_) | Message::Binary(_));
        if answer && socket.send(message).await.is_err() {
            break;
        }
    }
}
