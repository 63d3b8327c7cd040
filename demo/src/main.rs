//! One policy file, guarded WebSocket servers in several languages, and everybody who knocks at them: good
//! clients, attackers, an operator.
//!
//! Every situation states by hand what the client must see and what the server's log must say. The
//! program fails if one comes out otherwise at any server.

#![forbid(unsafe_code)]

mod arguments;
mod client;
mod log;
mod report;
mod server;
mod setup;
mod signer;
mod situations;

use arguments::Arguments;
use report::{Outcome, Seen};
use server::{Program, Server};
use setup::Setup;
use situations::{Action, Situation};
use std::error::Error;
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    let servers: Vec<_> = arguments.servers.iter().map(|program| program.name.as_str()).collect();
    match run(&arguments.servers).await {
        Ok(outcomes) => {
            if arguments.json {
                report::json(&servers, &outcomes);
            } else {
                report::table(&servers, &outcomes);
            }
            ExitCode::from(u8::from(!outcomes.iter().all(Outcome::as_expected)))
        }
        Err(error) => {
            eprintln!("doorward-demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(programs: &[Program]) -> Result<Vec<Outcome>, Box<dyn Error>> {
    let setup = Setup::new()?;
    let mut servers = Vec::new();
    for program in programs {
        let started = Server::start(program, setup.policy(), "127.0.0.1").await;
        servers.push(started.map_err(|error| format!("{}: {error}", program.name))?);
    }
    let mut outcomes = Vec::new();
    for situation in situations::all(&setup)? {
        if let Action::Reload(document) = &situation.action {
            setup.write_policy(document)?;
        }
        let mut seen = Vec::new();
        for (program, server) in programs.iter().zip(&mut servers) {
            // One at a time: what the log says next is about this one.
            let met = meet(&situation, &setup, program, server).await;
            seen.push(
                met.map_err(|error| format!("{}: {}: {error}", program.name, situation.name))?,
            );
        }
        outcomes.push(Outcome { situation, seen });
    }
    Ok(outcomes)
}

/// Brings a situation about at one server: what whoever caused it sees, and what the server logs.
async fn meet(
    situation: &Situation,
    setup: &Setup,
    program: &Program,
    server: &mut Server,
) -> Result<Seen, Box<dyn Error>> {
    Ok(match &situation.action {
        Action::Knock(knock) => {
            server.forget();
            match knock.at(server.address()).await {
                // A library answered by itself. Nothing is left to decide.
                Ok(400) if knock.is_odd() => Seen::Stopped,
                Ok(status) => Seen::new(status.to_string(), server.next_line().await?),
                Err(error) => Seen::new(error.to_string(), String::new()),
            }
        }
        Action::Reload(_) => {
            server.forget();
            let log = server.reload().await?;
            Seen::new(if log == "new rules" { "loaded" } else { "refused" }.to_owned(), log)
        }
        Action::Start(document, ip) => {
            let another = setup.write_another_policy(document)?;
            match Server::start(program, &another, ip).await {
                Ok(_) => Seen::new("started".to_owned(), String::new()),
                Err(error) => Seen::new("no start".to_owned(), error.to_string()),
            }
        }
    })
}
