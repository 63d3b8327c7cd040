/// Keys and what may be wrong with them.
mod key;

/// The keys of a policy document, with the text of their secrets.
mod document;

/// What a token is judged by.
mod verifier;

mod explain;
mod find_claims;
mod find_header;
mod find_secret;
mod find_token;
mod sign;
mod verify;

use crate::outcome::{Exit, Failure};
use crate::output::Output;
use crate::secret::{self, Bytes};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `doorward jwt`
#[derive(Subcommand)]
pub(crate) enum JwtCommand {
    /// Signs claims and prints the token
    Sign(sign::SignArgs),

    /// Verifies a token and prints its claims, or the reason of the refusal
    Verify(verify::VerifyArgs),

    /// Shows a token, each check, and what is usually wrong when it is refused
    ///
    /// For the operator's own machine: it tells more than a server may, such as which reading of the
    /// secret would give the signature. The secret itself is never printed.
    Explain(explain::ExplainArgs),
}

pub(crate) fn run(command: &JwtCommand, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        JwtCommand::Sign(args) => sign::run(args, out),
        JwtCommand::Verify(args) => verify::run(args, out),
        JwtCommand::Explain(args) => explain::run(args, out),
    }
}

/// Where the token comes from: standard input, unless one of these is given.
#[derive(Args)]
struct TokenSource {
    /// Reads the token from a file instead of standard input; one line end at the end is dropped
    #[arg(long, value_name = "FILE", conflicts_with = "token_env")]
    token_file: Option<PathBuf>,

    /// Reads the token from an environment variable
    #[arg(long, visible_alias = "env", value_name = "NAME")]
    token_env: Option<String>,
}

impl TokenSource {
    fn read(&self) -> Result<Bytes, Failure> {
        secret::token(
            self.token_file.as_deref(),
            self.token_env.as_deref(),
            "--token-file, --token-env or standard input",
        )
    }
}

/// A usual mistake that was found.
#[derive(serde::Serialize)]
struct Finding {
    /// Its name, for machines.
    id: &'static str,
    /// What is wrong and what to write instead.
    message: String,
}

impl Finding {
    fn new(id: &'static str, message: impl Into<String>) -> Self {
        Self { id, message: message.into() }
    }
}
