//! The guarded server: what a user of the layer writes.

use axum::extract::ConnectInfo;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::{Router, routing::any};
use doorward_policy::{Gate, Reason, Scheme};
use doorward_tower::DoorwardLayer;
use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use tokio::net::TcpListener;

pub(crate) struct Server {
    gate: Gate,
    address: SocketAddr,
}

impl Server {
    /// Opens a listener by a policy; a policy that is not in order, or that leaves the server open to
    /// other machines, opens none.
    pub(crate) async fn start(policy: &Path) -> Result<Self, Box<dyn Error>> {
        let gate = Gate::open(policy).inspect_err(|error| log(error.reason(), "not started"))?;
        let rules = gate.snapshot();
        let ip = rules.listen_address().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        rules.startup_check(ip).inspect_err(|reason| log(*reason, "not started"))?;
        let listener = TcpListener::bind((ip, 0)).await?;
        let address = listener.local_addr()?;

        // As behind a proxy on this machine that ends TLS.
        let door = DoorwardLayer::new(gate.clone()).scheme(Scheme::Https).peer(|known| {
            let peer = known.get::<ConnectInfo<SocketAddr>>()?;
            Some(peer.0.ip())
        });
        let app = Router::new().route("/ws", any(upgrade)).layer(door);
        let service = app.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Ok(Self { gate, address })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Reads the policy again while connections come in; whether it was in order.
    pub(crate) fn reload(&self) -> bool {
        match self.gate.reload() {
            Ok(_) => tracing::info!(target: "doorward", "new rules"),
            Err(ref error) => {
                log(error.reason(), "old rules kept");
                return false;
            }
        }
        true
    }
}

fn log(reason: Reason, what: &str) {
    tracing::error!(target: "doorward", code = reason.code(), reason = reason.name(), "{what}");
}

/// Accepts whatever is offered, as a careless server does: the layer must not let a secret get here.
async fn upgrade(mut upgrade: WebSocketUpgrade) -> Response {
    let offered = upgrade.requested_protocols().next().cloned();
    if let Some(protocol) = offered {
        upgrade.set_selected_protocol(protocol);
    }
    upgrade.on_upgrade(echo)
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        let answer = matches!(message, Message::Text(_) | Message::Binary(_));
        if answer && socket.send(message).await.is_err() {
            break;
        }
    }
}
