//! The tree of commands. Each command's own arguments stand in its file.

use crate::{decide, jwt, pages, policy, token};
use clap::{Parser, Subcommand};

const ABOUT: &str = "Decides whether a request may come in, and says why not";

const LONG_ABOUT: &str = "\
Decides whether a request may come in, and says why not.

Makes and checks capability tokens and signed tokens (JWT with HMAC), checks policy documents, and \
decides requests by them as a server would. Secrets are read from a file, from the environment or \
from a prompt, never from the command line, which every process list shows.";

const AFTER: &str = "\
Exit status: 0 allow (or done), 1 deny, 2 wrong usage or no answer.
Colours are for terminals only; NO_COLOR turns them off.";

/// The command line.
#[derive(Parser)]
#[command(
    name = "doorward",
    version,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_help = AFTER,
    propagate_version = true
)]
pub(crate) struct Cli {
    /// Prints JSON, one object a line, instead of text for people
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Makes, hashes and checks capability tokens
    #[command(subcommand)]
    Token(token::TokenCommand),

    /// Signs, verifies and explains JSON Web Tokens
    #[command(subcommand)]
    Jwt(jwt::JwtCommand),

    /// Checks and explains policy documents
    #[command(subcommand)]
    Policy(policy::PolicyCommand),

    /// Decides requests by a policy, one verdict a line
    Decide(decide::DecideArgs),

    /// Lists every reason: number, name, class, HTTP status and text
    Reasons,

    /// Prints the completions for a shell
    Completions(pages::CompletionsArgs),

    /// Writes the man pages, one for each command
    Man(pages::ManArgs),
}
