//! bindings/tower/examples/websocket.rs with doorward taken out.

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::{Router, routing::any};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(2);
    let port = arguments.next().map_or(Ok(8080), |port| port.parse())?;
    let ip = arguments.next().map_or(Ok(Ipv4Addr::LOCALHOST.into()), |ip| ip.parse())?;

    let app = Router::new().route("/ws", any(upgrade));
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let listener = TcpListener::bind(SocketAddr::new(ip, port)).await?;
    println!("listening on {}", listener.local_addr()?);
    Ok(axum::serve(listener, service).await?)
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
