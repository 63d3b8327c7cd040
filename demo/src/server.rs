//! The guarded servers: programs of their own, as a user writes them in each language.

use crate::log;
use rustix::process::{Pid, Signal, kill_process};
use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

/// An interpreter that starts beside four others on a busy machine.
const START: Duration = Duration::from_secs(20);

/// A line of the log follows its request within milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a server is started: a command that is given a policy file and a port.
pub(crate) struct Program {
    pub(crate) name: String,
    words: Vec<String>,
}

impl Program {
    /// Reads `NAME=COMMAND`, the words of the command apart by spaces.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (name, command) = text.split_once('=')?;
        let words: Vec<_> = command.split_ascii_whitespace().map(str::to_owned).collect();
        (!name.is_empty() && !words.is_empty()).then(|| Self { name: name.to_owned(), words })
    }

    /// The server of bindings/tower, which is built with this program.
    pub(crate) fn beside_this_one() -> Option<Self> {
        let server = std::env::current_exe().ok()?.with_file_name("doorward-demo-axum");
        Some(Self { name: "axum".to_owned(), words: vec![server.to_str()?.to_owned()] })
    }
}

/// A server that runs; it ends with this.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    lines: UnboundedReceiver<String>,
}

impl Server {
    /// Starts a server and waits until it listens.
    ///
    /// # Errors
    /// The reason that it logged if it ended instead.
    pub(crate) async fn start(
        program: &Program,
        policy: &Path,
        ip: &str,
    ) -> Result<Self, Box<dyn Error>> {
        let (command, arguments) = program.words.split_first().ok_or("no command")?;
        let mut child = Command::new(command)
            .args(arguments)
            .arg(policy)
            .args(["0", ip])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (sender, mut lines) = unbounded_channel();
        read_lines(child.stdout.take(), sender.clone());
        read_lines(child.stderr.take(), sender);

        let mut said = Vec::new();
        let address = timeout(START, async {
            while let Some(line) = lines.recv().await {
                if let Some(address) = line.split("listening on ").nth(1) {
                    return address.trim().parse().map_err(|_| "listening where?".into());
                }
                said.push(line);
            }
            let reason = said.iter().find_map(|line| log::read(line));
            Err(reason.unwrap_or_else(|| format!("ended: {}", said.join(" | "))))
        });
        let address = address.await.map_err(|_| "does not listen")??;
        Ok(Self { child, address, lines })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has the server read its policy again, and gives what it logs of that.
    pub(crate) async fn reload(&mut self) -> Result<String, Box<dyn Error>> {
        let id = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        kill_process(id.ok_or("the server has ended")?, Signal::HUP)?;
        self.next_line().await
    }

    /// Drops what was logged so far.
    pub(crate) fn forget(&mut self) {
        while self.lines.try_recv().is_ok() {}
    }

    /// What the next line that matters says.
    pub(crate) async fn next_line(&mut self) -> Result<String, Box<dyn Error>> {
        let line = timeout(PATIENCE, async {
            loop {
                let line = self.lines.recv().await?;
                if let Some(said) = log::read(&line) {
                    return Some(said);
                }
            }
        });
        Ok(line.await.map_err(|_| "no line in the log")?.ok_or("the server has ended")?)
    }
}

/// Hands on the lines of a stream, as long as both ends are there.
fn read_lines(
    stream: Option<impl AsyncRead + Unpin + Send + 'static>,
    to: UnboundedSender<String>,
) {
    let Some(stream) = stream else { return };
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if to.send(line).is_err() {
                break;
            }
        }
    });
}
