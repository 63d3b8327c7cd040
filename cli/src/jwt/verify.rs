use super::TokenSource;
use super::verifier::VerifierArgs;
use crate::moment::Clock;
use crate::outcome::{Exit, Failure};
use crate::output::{Output, ascii_json};
use crate::verdict::{Behind, Verdict, Who};
use clap::Args;
use serde::Serialize;
use serde_json::value::RawValue;

/// `doorward jwt verify`
#[derive(Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    token: TokenSource,

    #[command(flatten)]
    verifier: VerifierArgs,

    #[command(flatten)]
    clock: Clock,
}

#[derive(Serialize)]
struct Verified<'a> {
    #[serde(flatten)]
    verdict: &'a Verdict,
    key: Option<&'a str>,
    claims: &'a RawValue,
}

pub(super) fn run(args: &VerifyArgs, out: &mut Output) -> Result<Exit, Failure> {
    let token = args.token.read()?;
    args.verifier.with(false, |verifier| {
        if let Some(fault) = verifier.fault {
            return Err(Failure::usage(fault.to_string()));
        }
        let judgement = verifier.judge(&token, args.clock.time());
        let verdict = Verdict::new(match judgement.reason {
            Some(reason) => Err(reason),
            None => Ok(Who { kind: "token", id: judgement.subject, place: None }),
        });
        match (judgement.reason, judgement.payload) {
            (None, Some(claims)) if out.is_json() => {
                let claims = RawValue::from_string(claims)
                    .map_err(|error| Failure::usage(error.to_string()))?;
                out.json(&Verified {
                    verdict: &verdict,
                    key: judgement.key.as_deref(),
                    claims: &claims,
                })?;
            }
            (None, Some(claims)) => out.line(ascii_json(&claims))?,
            _ => verdict.print(out, Behind::Text)?,
        }
        Ok(verdict.exit())
    })
}
