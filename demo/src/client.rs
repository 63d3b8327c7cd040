//! Whoever knocks: a real WebSocket client, and a bare connection for what no client sends.

use crate::setup::HOST;
use futures_util::{SinkExt as _, StreamExt as _};
use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// A knock on loopback is answered within milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

const HELLO: &str = "hello";

/// An upgrade request: its target and every header line beside those of the upgrade.
pub(crate) struct Knock {
    target: String,
    lines: Vec<(&'static str, String)>,
    bare: bool,
    odd: bool,
}

impl Knock {
    /// A program, which sends no Origin.
    pub(crate) fn program() -> Self {
        Self { target: "/ws".to_owned(), lines: Vec::new(), bare: false, odd: false }
            .with("Host", HOST)
    }

    /// A page in a browser, which sends its Origin and how it stands to the host.
    pub(crate) fn page(origin: &str, fetch_site: &str) -> Self {
        Self::program().with("Origin", origin).with("Sec-Fetch-Site", fetch_site)
    }

    /// Bytes written by hand: no header is there unless it is added.
    pub(crate) fn by_hand() -> Self {
        Self { target: "/ws".to_owned(), lines: Vec::new(), bare: true, odd: false }
    }

    /// With one header line more; a WebSocket client replaces the line of the same name.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.lines.push((name, value.to_owned()));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.with("Authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn cookie(self, token: &str) -> Self {
        self.with("Cookie", &format!("theme=dark; session={token}"))
    }

    /// With what a library may refuse before anybody is asked: a Host that is missing, there twice or not
    /// valid (RFC 9112 §3.2), two Origins.
    pub(crate) fn odd(mut self) -> Self {
        self.odd = true;
        self
    }

    /// Whether a library may answer 400 by itself.
    pub(crate) const fn is_odd(&self) -> bool {
        self.odd
    }

    pub(crate) fn target(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    /// Knocks, and says with which status the server answered. 101 counts once a message has come
    /// back.
    pub(crate) async fn at(&self, server: SocketAddr) -> Result<u16, Box<dyn Error>> {
        tokio::time::timeout(PATIENCE, async {
            let stream = TcpStream::connect(server).await?;
            if self.bare { self.as_bytes(stream).await } else { self.as_client(stream).await }
        })
        .await
        .map_err(|_| "no answer")?
    }

    async fn as_client(&self, stream: TcpStream) -> Result<u16, Box<dyn Error>> {
        match client_async(self.request()?, stream).await {
            Ok((socket, response)) => {
                let names = response.headers().get("sec-websocket-protocol");
                if names.is_some_and(|names| names != "echo.v1") {
                    return Err("a secret in the answer".into());
                }
                exchange(socket).await?;
                Ok(response.status().as_u16())
            }
            Err(tungstenite::Error::Http(response)) => Ok(response.status().as_u16()),
            Err(error) => Err(error.into()),
        }
    }

    fn request(&self) -> Result<Request, Box<dyn Error>> {
        let mut request = format!("ws://{HOST}{}", self.target).into_client_request()?;
        for (name, value) in &self.lines {
            let value = HeaderValue::try_from(value)?;
            request.headers_mut().insert(HeaderName::try_from(*name)?, value);
        }
        Ok(request)
    }

    async fn as_bytes(&self, mut stream: TcpStream) -> Result<u16, Box<dyn Error>> {
        let mut request = format!("GET {} HTTP/1.1\r\n", self.target);
        for (name, value) in &self.lines {
            request += &format!("{name}: {value}\r\n");
        }
        // The key is RFC 6455 §1.3's.
        request += "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(request.as_bytes()).await?;

        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8(head)?;
        let status = head.get(9..12).ok_or("no status")?.parse()?;
        if status == 101 {
            let role = tungstenite::protocol::Role::Client;
            exchange(WebSocketStream::from_raw_socket(stream, role, None).await).await?;
        }
        Ok(status)
    }
}

/// Sends a message and waits for it to come back.
async fn exchange(mut socket: WebSocketStream<TcpStream>) -> Result<(), Box<dyn Error>> {
    socket.send(Message::text(HELLO)).await?;
    match socket.next().await {
        Some(Ok(message)) if message == Message::text(HELLO) => Ok(socket.close(None).await?),
        _ => Err("101, but no echo".into()),
    }
}
