use crate::document;
use crate::moment::Clock;
use crate::outcome::{Exit, Failure};
use crate::output::{ASIDE, Output, remark, warn};
use crate::secret::{self, Bytes};
use crate::single;
use crate::verdict::{Behind, Verdict, Who};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use doorward_core::{
    Capabilities, Capability, Decision, Digest, Form, Gate, Reason, UnixTime, capability,
};
use serde::Serialize;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// `doorward token`
#[derive(Subcommand)]
pub(crate) enum TokenCommand {
    /// Makes a token of 256 random bits
    ///
    /// Prints the token alone on standard output; its digest and an entry for a policy go to
    /// standard error. With --out the token goes to a file that only its owner can read, and the
    /// digest is printed.
    New(NewArgs),

    /// Prints the SHA-256 of a token: what a policy holds in its place
    Digest(DigestArgs),

    /// Checks a token against digests or against a policy's entries
    ///
    /// With --policy the entry's expiry and the policy's required scopes are judged too.
    Verify(VerifyArgs),
}

const FORMS: [(&str, Form); 3] =
    [("base64url", Form::Base64Url), ("hex", Form::Hex), ("letters62", Form::Letters62)];

fn form_parser() -> impl TypedValueParser<Value = Form> {
    PossibleValuesParser::new(FORMS.map(|(name, _)| name)).map(|name| {
        let form = FORMS.iter().find(|(known, _)| *known == name);
        form.map(|(_, form)| *form).unwrap_or_default()
    })
}

/// `doorward token new`
#[derive(Args)]
pub(crate) struct NewArgs {
    /// How the bits are written: 43 characters of base64url, 64 hexadecimal digits, or 43 letters
    /// and digits
    #[arg(long, default_value = "base64url", value_parser = form_parser())]
    form: Form,

    /// The id of the entry that is printed for the policy
    #[arg(long, default_value = "client", value_parser = parse_id)]
    id: String,

    /// Writes the token to a new file with mode 0600 instead of printing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn parse_id(text: &str) -> Result<String, String> {
    let visible = text.bytes().all(|byte| matches!(byte, 0x21..=0x7e));
    if visible && (1..=128).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("an id is 1 to 128 visible ASCII characters".to_owned())
    }
}

/// Where the token comes from.
#[derive(Args)]
struct Source {
    /// Reads the token from a file; one line end at the end is dropped
    #[arg(long, value_name = "FILE", conflicts_with = "env")]
    file: Option<PathBuf>,

    /// Reads the token from an environment variable
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
}

impl Source {
    fn read(&self) -> Result<Bytes, Failure> {
        secret::token(self.file.as_deref(), self.env.as_deref(), "--file, --env or standard input")
    }
}

/// `doorward token digest`
#[derive(Args)]
pub(crate) struct DigestArgs {
    #[command(flatten)]
    source: Source,
}

/// `doorward token verify`
#[derive(Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    source: Source,

    /// A digest that the token may have: 64 hexadecimal digits; may be repeated
    #[arg(long, value_name = "HEX", value_parser = parse_digest, num_args = 1..)]
    #[arg(required_unless_present = "policy", conflicts_with = "policy")]
    sha256: Vec<String>,

    /// A policy document whose entries the token may match
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    #[command(flatten)]
    clock: Clock,
}

fn parse_digest(text: &str) -> Result<String, String> {
    match Digest::from_hex(text) {
        Some(_) => Ok(text.to_ascii_lowercase()),
        None => Err("a SHA-256 is 64 hexadecimal digits".to_owned()),
    }
}

pub(crate) fn run(command: &TokenCommand, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        TokenCommand::New(args) => new(args, out),
        TokenCommand::Digest(args) => digest(args, out),
        TokenCommand::Verify(args) => verify(args, out),
    }
}

#[derive(Serialize)]
struct Made<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Path>,
    sha256: String,
}

fn new(args: &NewArgs, out: &mut Output) -> Result<Exit, Failure> {
    let token = doorward_policy::new_token(args.form)
        .map_err(|error| Failure::usage(format!("no random bytes: {error}")))?;
    let digest = Digest::of(token.as_bytes());
    if let Some(path) = &args.out {
        write_private(path, token.as_bytes()).map_err(|error| Failure::file(path, error))?;
    }
    if out.is_json() {
        out.json(&Made {
            token: args.out.is_none().then_some(token.as_str()),
            file: args.out.as_deref(),
            sha256: digest.to_string(),
        })?;
        return Ok(Exit::Allow);
    }
    if args.out.is_some() {
        out.line(digest)?;
    } else {
        out.line(token.as_str())?;
        remark(format_args!("{ASIDE}sha256{ASIDE:#} {digest}"));
    }
    let id = args.id.replace('\\', "\\\\").replace('"', "\\\"");
    remark(format_args!("\n[[capability]]\nid = \"{id}\"\nsha256 = \"{digest}\""));
    Ok(Exit::Allow)
}

/// Writes a file that was not there before and that only its owner can read. No line end is added:
/// not every reader drops one.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn digest(args: &DigestArgs, out: &mut Output) -> Result<Exit, Failure> {
    let token = args.source.read()?;
    if capability::check_strength(&token, false).is_err() {
        warn(
            "no policy takes this token as it is: a token has at least 22 characters, all of them \
             A-Z a-z 0-9 - . _ ~ + / and = at the end",
        );
    }
    let digest = Digest::of(&token);
    if out.is_json() {
        out.json(&Made { token: None, file: None, sha256: digest.to_string() })?;
    } else {
        out.line(digest)?;
    }
    Ok(Exit::Allow)
}

fn verify(args: &VerifyArgs, out: &mut Output) -> Result<Exit, Failure> {
    let token = args.source.read()?;
    let now = args.clock.time();
    let result = if let Some(path) = &args.policy {
        let snapshot = document::gate(path)?.snapshot();
        let gate = snapshot.gate();
        if gate.capabilities.entries().is_empty() {
            return Err(Failure::usage(format!("{}: there is no [[capability]]", path.display())));
        }
        judge(&gate, &token, now)
    } else {
        let entries: Vec<Capability<'_>> = args
            .sha256
            .iter()
            .filter_map(|hex| {
                Some(Capability {
                    id: hex,
                    digest: Digest::from_hex(hex)?,
                    expires: None,
                    scopes: &[],
                    resources: &[],
                })
            })
            .collect();
        judge(&Gate { capabilities: Capabilities::new(&entries), ..Gate::default() }, &token, now)
    };
    let verdict = Verdict::new(result);
    verdict.print(out, Behind::Text)?;
    Ok(verdict.exit())
}

/// The gate's verdict on a capability token.
fn judge(gate: &Gate<'_>, token: &[u8], now: UnixTime) -> Result<Who, Reason> {
    single::decide(gate, token, now, |decision| match decision {
        Decision::Deny(reason) => Err(reason),
        Decision::Allow(principal) => Ok(Who {
            kind: principal.kind(),
            id: principal.id().map(|id| id.to_string()),
            place: None,
        }),
    })
}
