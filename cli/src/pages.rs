use crate::args::Cli;
use crate::outcome::{Exit, Failure};
use crate::output::Output;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use std::path::PathBuf;

/// `doorward completions`
#[derive(Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// `doorward man`
#[derive(Args)]
pub(crate) struct ManArgs {
    /// The folder that the pages are written to; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(crate) fn completions(args: &CompletionsArgs, out: &mut Output) -> Result<Exit, Failure> {
    // Into memory first: the generator itself ends the program when nobody reads.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "doorward", &mut script);
    out.text(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Allow)
}

pub(crate) fn man(args: &ManArgs, out: &mut Output) -> Result<Exit, Failure> {
    let write = || {
        std::fs::create_dir_all(&args.out)?;
        clap_mangen::generate_to(Cli::command(), &args.out)
    };
    write().map_err(|error| Failure::file(&args.out, error))?;
    if !out.is_json() {
        out.line(format_args!("man pages written to {}", args.out.display()))?;
    }
    Ok(Exit::Allow)
}
