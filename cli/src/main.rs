#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

/// What the command line may say.
mod args;

/// How a command ends.
mod outcome;

/// Where answers go, and how foreign bytes are shown.
mod output;

/// Times and durations.
mod moment;

/// Secrets and tokens: from files, the environment, standard input or a prompt.
mod secret;
mod single;

/// Requests: from flags, raw HTTP or JSON lines.
mod request;

/// A policy file as a command needs it.
mod document;

/// A verdict, for people and for machines.
mod verdict;

mod decide;
mod jwt;
mod pages;
mod policy;
mod reasons;
mod token;

use args::{Cli, Command};
use clap::Parser as _;
use outcome::{Exit, Failure};
use output::Output;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = Output::new(cli.json);
    match run(&cli.command, &mut out) {
        Ok(exit) => exit.code(),
        Err(failure) => failure.report(),
    }
}

fn run(command: &Command, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        Command::Token(command) => token::run(command, out),
        Command::Jwt(command) => jwt::run(command, out),
        Command::Policy(command) => policy::run(command, out),
        Command::Decide(args) => decide::run(args, out),
        Command::Reasons => reasons::run(out),
        Command::Completions(args) => pages::completions(args, out),
        Command::Man(args) => pages::man(args, out),
    }
}
