use crate::document;
use crate::moment::Clock;
use crate::outcome::{Exit, Failure};
use crate::output::Output;
use crate::request::RequestArgs;
use crate::verdict::{Behind, Verdict, Who};
use clap::Args;
use doorward_core::UnixTime;
use std::path::{Path, PathBuf};

const LONG_ABOUT: &str = "\
Decides requests by a policy, one verdict a line.

A request is given as flags, or as raw HTTP on standard input (request line and header lines up to an \
empty line; several may follow each other; bodies are not read), or with --jsonl as JSON lines:

  {\"method\":\"GET\",\"target\":\"/ws\",\"scheme\":\"https\",\"peer\":\"192.0.2.1\",
   \"headers\":[[\"Host\",\"app.example.com\"]],\"now\":1700000000}

all on one line; every key may be left out, and bytes that are not text are {\"hex\":\"…\"}.

Exit status: 0 if all requests are allowed, 1 if any is denied, 2 if one cannot be read.";

/// `doorward decide`
#[derive(Args)]
#[command(long_about = LONG_ABOUT)]
pub(crate) struct DecideArgs {
    /// The policy document, TOML or JSON
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,

    #[command(flatten)]
    request: RequestArgs,

    #[command(flatten)]
    clock: Clock,

    /// Prints each check with the values that it compared, secrets left out
    #[arg(long)]
    explain: bool,
}

pub(crate) fn run(args: &DecideArgs, out: &mut Output) -> Result<Exit, Failure> {
    requests(&args.policy, &args.request, &args.clock, args.explain, out)
}

/// Decides every request that the arguments lead to.
pub(crate) fn requests(
    policy: &Path,
    requests: &RequestArgs,
    clock: &Clock,
    explain: bool,
    out: &mut Output,
) -> Result<Exit, Failure> {
    let gate = document::gate(policy)?;
    let snapshot = gate.snapshot();
    let mut exit = None;
    for request in requests.read()? {
        let request = request?;
        let now = request.now.map_or_else(|| clock.time(), UnixTime::from_seconds);
        let verdict = request.view(|view| {
            let result = gate.decide_at(view, now);
            let verdict = Verdict::new(result.as_ref().map(Who::from).map_err(|reason| *reason));
            if explain { verdict.with_steps(&snapshot.explain(view, now)) } else { verdict }
        });
        if explain && exit.is_some() && !out.is_json() {
            out.line("")?;
        }
        verdict.print(out, Behind::Status)?;
        exit = Some(exit.unwrap_or(Exit::Allow).and(verdict.exit()));
    }
    // Nothing asked is nothing allowed.
    exit.ok_or_else(|| Failure::usage("there is no request on standard input"))
}
