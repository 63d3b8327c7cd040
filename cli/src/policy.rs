use crate::decide;
use crate::moment::Clock;
use crate::outcome::{Exit, Failure};
use crate::output::{ASIDE, BAD, CARE, GOOD, Output, plain};
use crate::request::RequestArgs;
use clap::{Args, Subcommand};
use doorward_core::{AbsentOrigin, Gate, OriginMode, Reason, Startup};
use doorward_policy::{Policy, PolicyError, Warning, profiles};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// `doorward policy`
#[derive(Subcommand)]
pub(crate) enum PolicyCommand {
    /// Loads a policy with its secrets, as a server would at its start
    Check(CheckArgs),

    /// Decides a request and shows each check with the values that it compared
    Explain(ExplainArgs),

    /// Lists the profiles that ship with doorward
    Profiles,

    /// Prints a profile: a policy document to start from
    Profile(ProfileArgs),
}

/// `doorward policy check`
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// The policy document, TOML or JSON
    file: PathBuf,

    /// Takes a warning for an error
    #[arg(long)]
    strict: bool,
}

/// `doorward policy explain`
#[derive(Args)]
pub(crate) struct ExplainArgs {
    /// The policy document, TOML or JSON
    file: PathBuf,

    #[command(flatten)]
    request: RequestArgs,

    #[command(flatten)]
    clock: Clock,
}

/// `doorward policy profile`
#[derive(Args)]
pub(crate) struct ProfileArgs {
    /// The profile's name
    #[arg(value_parser = profile_names())]
    name: String,
}

fn profile_names() -> clap::builder::PossibleValuesParser {
    profiles::ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>().into()
}

pub(crate) fn run(command: &PolicyCommand, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        PolicyCommand::Check(args) => check(args, out),
        PolicyCommand::Explain(args) => {
            decide::requests(&args.file, &args.request, &args.clock, true, out)
        }
        PolicyCommand::Profiles => list(out),
        PolicyCommand::Profile(args) => print(args, out),
    }
}

/// What a check found.
#[derive(Serialize)]
struct Report {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Fault>,
    warnings: Vec<Remark>,
    opt_outs: Vec<String>,
}

#[derive(Serialize)]
struct Fault {
    code: u32,
    reason: &'static str,
    line: Option<u32>,
    column: Option<u32>,
    path: String,
    message: String,
}

#[derive(Serialize)]
struct Remark {
    path: String,
    message: String,
}

impl From<&PolicyError> for Fault {
    fn from(error: &PolicyError) -> Self {
        Self {
            code: error.reason().code(),
            reason: error.reason().name(),
            line: error.position().map(|position| position.line),
            column: error.position().map(|position| position.column),
            path: error.path().to_owned(),
            message: error.message().to_owned(),
        }
    }
}

impl From<&Warning> for Remark {
    fn from(warning: &Warning) -> Self {
        Self { path: warning.path.clone(), message: warning.message.clone() }
    }
}

/// Where the listener's address stands.
const ADDRESS: &str = "listen.address";

fn check(args: &CheckArgs, out: &mut Output) -> Result<Exit, Failure> {
    let (mut report, said) = examine(&args.file);
    let strictly = args.strict && !report.warnings.is_empty();
    report.ok = report.error.is_none() && !strictly;
    let exit = if report.ok { Exit::Allow } else { Exit::Unusable };
    if out.is_json() {
        out.json(&report)?;
        return Ok(exit);
    }
    let file = plain(&args.file.display().to_string());
    for Remark { path, message } in &report.warnings {
        let (path, message) = (plain(path), plain(message));
        out.line(format_args!("{file}: {CARE}warning:{CARE:#} {path}: {message}"))?;
    }
    for name in &report.opt_outs {
        out.line(format_args!("{file}: {ASIDE}opt-out in use:{ASIDE:#} {name}"))?;
    }
    match said {
        Some(message) => return Err(Failure::Document(message)),
        None if strictly => out.line(format_args!("{file}: {BAD}refused{BAD:#}: --strict"))?,
        None => out.line(format_args!("{file}: {GOOD}ok{GOOD:#}"))?,
    }
    Ok(exit)
}

/// Loads a policy and judges its listener; an error comes with the line that tells it.
fn examine(file: &Path) -> (Report, Option<String>) {
    let mut report = Report { ok: true, error: None, warnings: Vec::new(), opt_outs: Vec::new() };
    let policy = match Policy::from_file(file) {
        Ok(policy) => policy,
        Err(error) => {
            report.error = Some(Fault::from(&error));
            return (report, Some(error.to_string()));
        }
    };
    report.warnings = policy.warnings().iter().map(Remark::from).collect();
    let snapshot = policy.gate().snapshot();
    report.opt_outs = opt_outs(&snapshot.gate());
    let weak = snapshot.weak_capabilities().map(|id| format!("capability {id}: weak"));
    report.opt_outs.extend(weak);
    let startup = snapshot.listen_address().map(|address| snapshot.startup_check(address));
    match startup {
        Some(Err(reason)) => {
            report.error = Some(Fault {
                code: reason.code(),
                reason: reason.name(),
                line: None,
                column: None,
                path: ADDRESS.to_owned(),
                message: reason.text().to_owned(),
            });
            let said = format!("{}: {ADDRESS}: {}", file.display(), reason.text());
            return (report, Some(said));
        }
        Some(Ok(Startup::Warned)) => report.warnings.push(Remark {
            path: ADDRESS.to_owned(),
            message: Reason::StartupUnprotected.text().to_owned(),
        }),
        Some(Ok(Startup::Protected)) | None => {}
    }
    (report, None)
}

/// The loud keys that are set. Each is somebody's decision; none should be forgotten.
fn opt_outs(gate: &Gate<'_>) -> Vec<String> {
    let Gate { host, origin, credential, jwt, .. } = gate;
    let jwt = jwt.as_ref();
    let all = [
        (host.unchecked, "host.unchecked"),
        (host.forwarded_lenient, "host.forwarded_lenient"),
        (origin.mode == OriginMode::Off, "origin.mode = \"off\""),
        (origin.absent == AbsentOrigin::Allow, "origin.absent = \"allow\""),
        (origin.allow_null, "origin.allow_null"),
        (origin.ignore_scheme, "origin.ignore_scheme"),
        (origin.https_page_on_http, "origin.https_page_on_http"),
        (origin.accept_unserialized, "origin.accept_unserialized"),
        (origin.empty_is_absent, "origin.empty_is_absent"),
        (origin.ignore_fetch_site, "origin.ignore_fetch_site"),
        (credential.anonymous, "credential.anonymous"),
        (credential.first_present_wins, "credential.first_present_wins"),
        (jwt.is_some_and(|jwt| jwt.ignore_type), "jwt.ignore_typ"),
        (jwt.is_some_and(|jwt| jwt.ignore_kid), "jwt.ignore_kid"),
        (jwt.is_some_and(|jwt| jwt.claims.ignore_audience), "jwt.ignore_audience"),
        (jwt.is_some_and(|jwt| jwt.claims.valid_at_expiry), "jwt.valid_at_expiry"),
    ];
    all.into_iter().filter(|(set, _)| *set).map(|(_, name)| name.to_owned()).collect()
}

#[derive(Serialize)]
struct Profile {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'static str>,
}

fn list(out: &mut Output) -> Result<Exit, Failure> {
    for &(name, text) in profiles::ALL {
        if out.is_json() {
            out.json(&Profile { name, text: None })?;
            continue;
        }
        // Each profile begins with `# name: what it is`.
        let about = text.lines().next().unwrap_or_default();
        let about = about.split_once(": ").map_or("", |(_, about)| about);
        out.line(format_args!("{name:<24} {ASIDE}{about}{ASIDE:#}"))?;
    }
    Ok(Exit::Allow)
}

fn print(args: &ProfileArgs, out: &mut Output) -> Result<Exit, Failure> {
    for &(name, text) in profiles::ALL {
        if name == args.name && out.is_json() {
            out.json(&Profile { name, text: Some(text) })?;
        } else if name == args.name {
            out.text(text)?;
        }
    }
    Ok(Exit::Allow)
}
