use super::key::KeyArgs;
use crate::moment::{Clock, When, parse_duration};
use crate::outcome::{Exit, Failure};
use crate::output::{Output, warn};
use crate::secret;
use clap::Args;
use doorward_core::{ClaimsWriter, Jwt, Key, Reason, UnixTime, jwt, primitive};
use serde::Serialize;
use std::path::Path;
use zeroize::Zeroizing;

const LONG_ABOUT: &str = "\
Signs claims and prints the token.

The claims of the flags are added to those of --claims, whose text is kept as it is; a claim that is \
given twice is an error. exp is always there: --expires-in says when, 5 minutes from now if neither \
it nor --claims does.";

/// What `exp` is without anybody's word.
const DEFAULT_LIFETIME: u64 = 300;

/// `doorward jwt sign`
#[derive(Args)]
#[command(long_about = LONG_ABOUT)]
pub(crate) struct SignArgs {
    #[command(flatten)]
    key: KeyArgs,

    /// iss: who signs
    #[arg(long)]
    iss: Option<String>,

    /// sub: on whose behalf the bearer comes
    #[arg(long)]
    sub: Option<String>,

    /// aud: for whom the token is; may be repeated
    #[arg(long)]
    aud: Vec<String>,

    /// jti: the token's own id
    #[arg(long)]
    jti: Option<String>,

    /// scope: scopes, separated by spaces
    #[arg(long)]
    scope: Option<String>,

    /// exp: seconds from now, or 90s, 5m, 1h, 7d [default: 5m]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    expires_in: Option<u64>,

    /// nbf: Unix seconds, now, or a duration from now such as +5m
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    not_before: Option<When>,

    /// Adds iat: now
    #[arg(long)]
    issued_at: bool,

    /// Claims as a JSON object, or @FILE that holds one
    #[arg(long, value_name = "JSON")]
    claims: Option<String>,

    #[command(flatten)]
    clock: Clock,
}

#[derive(Serialize)]
struct Signed<'a> {
    token: &'a str,
}

pub(super) fn run(args: &SignArgs, out: &mut Output) -> Result<Exit, Failure> {
    let secret = args.key.read()?;
    let key = secret.key().map_err(|fault| Failure::usage(fault.to_string()))?;
    let now = args.clock.time();
    let claims = claims(args, now.seconds())?;
    let mut room = Zeroizing::new(vec![0; jwt::signed_len(&key, claims.len())]);
    let token = jwt::sign(&key, claims.as_bytes(), &mut room).map_err(explain_claims)?;
    try_out(token.as_bytes(), key, now)?;
    if out.is_json() {
        out.json(&Signed { token })?;
    } else {
        out.line(token)?;
    }
    Ok(Exit::Allow)
}

fn explain_claims(reason: Reason) -> Failure {
    Failure::usage(match reason {
        Reason::ClaimsDuplicateName => {
            "a claim is given twice: by --claims, or by it and a flag".to_owned()
        }
        Reason::ClaimsJson => "--claims is not one strict JSON object".to_owned(),
        other => other.text().to_owned(),
    })
}

/// Reads the token back: one that no verifier takes is better not handed out.
fn try_out(token: &[u8], key: Key<'_>, now: UnixTime) -> Result<(), Failure> {
    let keys = [key];
    let mut verifier = Jwt::new(&keys);
    verifier.claims.ignore_audience = true;
    let mut scratch = vec![0; Jwt::scratch_bytes(token.len())];
    match verifier.verify(token, now, &mut scratch) {
        Err(reason @ (Reason::TokenExpired | Reason::TokenNotYetValid)) => {
            warn(format_args!("as of now it is refused: {}", reason.text()));
            Ok(())
        }
        Err(Reason::ClockUnavailable) | Ok(_) => Ok(()),
        Err(reason) => Err(Failure::usage(format!(
            "such a token would be refused: {reason}: {}",
            reason.text()
        ))),
    }
}

/// The claims set: the text of `--claims`, and the flags' claims behind it.
fn claims(args: &SignArgs, now: u64) -> Result<String, Failure> {
    let given = match &args.claims {
        None => "{}".to_owned(),
        Some(text) => match text.strip_prefix('@') {
            None => text.clone(),
            Some(path) => std::fs::File::open(path)
                .and_then(secret::read)
                .and_then(|bytes| {
                    String::from_utf8(bytes.to_vec())
                        .map_err(|_| std::io::Error::other("not UTF-8"))
                })
                .map_err(|error| Failure::file(Path::new(path), error))?,
        },
    };
    let given = given.trim_ascii();
    let mut spare = vec![0; given.len()];
    primitive::json_object(given.as_bytes(), &mut spare).map_err(explain_claims)?;
    let has_exp = primitive::json_at(given.as_bytes(), &["exp"]).is_some();
    let added = flags(args, now, has_exp)?;
    Ok(match (inner(given), inner(&added)) {
        (given, "") => format!("{{{given}}}"),
        ("", added) => format!("{{{added}}}"),
        (given, added) => format!("{{{given},{added}}}"),
    })
}

/// The members of an object, without its braces.
fn inner(object: &str) -> &str {
    let object = object.strip_prefix('{').unwrap_or(object);
    object.strip_suffix('}').unwrap_or(object).trim_ascii()
}

fn flags(args: &SignArgs, now: u64, has_exp: bool) -> Result<String, Failure> {
    let texts =
        [("iss", &args.iss), ("sub", &args.sub), ("jti", &args.jti), ("scope", &args.scope)];
    let given = texts.iter().filter_map(|(_, text)| text.as_deref());
    let bytes: usize = given.chain(args.aud.iter().map(String::as_str)).map(str::len).sum();
    // A character becomes at most `\u0000`; names, dates and commas need less than 256 bytes.
    let mut room = vec![0; bytes * 6 + args.aud.len() * 3 + 256];
    let mut claims = ClaimsWriter::new(&mut room);
    for (name, text) in texts {
        if let Some(text) = text {
            claims = claims.string(name, text);
        }
    }
    claims = match args.aud.as_slice() {
        [] => claims,
        [one] => claims.string("aud", one),
        several => {
            let list = serde_json::to_string(several);
            claims.raw("aud", &list.map_err(|error| Failure::usage(error.to_string()))?)
        }
    };
    if args.issued_at {
        claims = claims.integer("iat", second(now)?);
    }
    if let Some(when) = args.not_before {
        claims = claims.integer("nbf", second(when.seconds(now))?);
    }
    if let Some(lifetime) = args.expires_in.or((!has_exp).then_some(DEFAULT_LIFETIME)) {
        claims = claims.integer("exp", second(now.saturating_add(lifetime))?);
    }
    let text = claims.finish().map_err(|reason| Failure::usage(reason.text()))?;
    Ok(text.to_owned())
}

fn second(seconds: u64) -> Result<i64, Failure> {
    i64::try_from(seconds).map_err(|_| Failure::usage("the date is beyond the calendar"))
}
