//! The command line.

use crate::server::Program;
use std::process::ExitCode;

const USAGE: &str = "\
usage: doorward-demo [--json] [--server NAME=COMMAND]...

COMMAND starts a guarded WebSocket server and is given a policy file, a port and an address. Without any, the
server of bindings/tower is taken.";

pub(crate) struct Arguments {
    pub(crate) json: bool,
    pub(crate) servers: Vec<Program>,
}

impl Arguments {
    /// Reads them, or says with which status to stop.
    pub(crate) fn read(arguments: impl Iterator<Item = String>) -> Result<Self, ExitCode> {
        let wrong = || {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        };
        let mut read = Self { json: false, servers: Vec::new() };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--json" => read.json = true,
                "--server" => {
                    let server = arguments.next().and_then(|text| Program::parse(&text));
                    read.servers.push(server.ok_or_else(wrong)?);
                }
                "--help" | "-h" => {
                    println!("{USAGE}");
                    return Err(ExitCode::SUCCESS);
                }
                _ => return Err(wrong()),
            }
        }
        if read.servers.is_empty() {
            read.servers.push(Program::beside_this_one().ok_or_else(wrong)?);
        }
        Ok(read)
    }
}
