//! A guarded WebSocket server and everybody who knocks at it: good clients, attackers, an operator.
//!
//! Every situation states by hand what the client must see and what the server's log must say. The
//! program fails if one comes out otherwise.

#![forbid(unsafe_code)]

mod client;
mod log;
mod report;
mod server;
mod setup;
mod signer;
mod situations;

use report::Outcome;
use server::Server;
use setup::Setup;
use situations::{Action, Situation};
use std::error::Error;
use std::process::ExitCode;

const USAGE: &str = "usage: doorward-demo [--json]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--json"] => true,
        ["--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run().await {
        Ok(outcomes) => {
            if json {
                report::json(&outcomes);
            } else {
                report::table(&outcomes);
            }
            ExitCode::from(u8::from(!outcomes.iter().all(Outcome::as_expected)))
        }
        Err(error) => {
            eprintln!("doorward-demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<Vec<Outcome>, Box<dyn Error>> {
    let log = log::capture()?;
    let setup = Setup::new()?;
    let server = Server::start(setup.policy()).await?;
    let mut outcomes = Vec::new();
    for situation in situations::all(&setup)? {
        // One at a time: what the log says in between is about this one.
        log.take();
        let seen = meet(&situation, &setup, &server).await?;
        outcomes.push(Outcome { situation, seen, log: log.take() });
    }
    Ok(outcomes)
}

/// Brings a situation about, and says what whoever caused it sees.
async fn meet(
    situation: &Situation,
    setup: &Setup,
    server: &Server,
) -> Result<String, Box<dyn Error>> {
    Ok(match &situation.action {
        Action::Knock(knock) => match knock.at(server.address()).await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        },
        Action::Reload(document) => {
            setup.write_policy(document)?;
            if server.reload() { "loaded" } else { "refused" }.to_owned()
        }
        Action::Start(document) => {
            let another = setup.write_another_policy(document)?;
            let started = Server::start(&another).await.is_ok();
            if started { "started" } else { "no start" }.to_owned()
        }
    })
}
