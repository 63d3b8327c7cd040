use super::find_claims::{Date, read_date};
use super::verifier::{Judgement, Verifier, VerifierArgs};
use super::{Finding, TokenSource, find_claims, find_header, find_secret, find_token};
use crate::moment::{Clock, date, span};
use crate::outcome::{Exit, Failure};
use crate::output::{ASIDE, BAD, CARE, GOOD, Output, ascii_json, plain, quoted};
use crate::verdict::denial;
use clap::Args;
use doorward_core::{Algorithm, Reason, UnixTime, Value, primitive};
use serde::Serialize;
use serde_json::value::RawValue;

/// `doorward jwt explain`
#[derive(Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    token: TokenSource,

    #[command(flatten)]
    verifier: VerifierArgs,

    /// Only shows what the token says: nothing is verified, and the exit status is 1
    #[arg(long, conflicts_with_all = ["secret_file", "secret_env", "policy"])]
    no_secret: bool,

    #[command(flatten)]
    clock: Clock,
}

pub(super) fn run(args: &ExplainArgs, out: &mut Output) -> Result<Exit, Failure> {
    let token = args.token.read()?;
    let now = args.clock.time();
    args.verifier.with(args.no_secret, |verifier| {
        let story = Story::new(&token, verifier, now, args.no_secret);
        if out.is_json() {
            out.json(&story.report())?;
        } else {
            story.print(verifier, out)?;
        }
        Ok(story.exit())
    })
}

/// What there is to tell of a token.
struct Story {
    now: UnixTime,
    /// Of the token as it was given.
    judgement: Judgement,
    /// Of the token without what clings to it, where something does.
    tidied: Option<Judgement>,
    fault: Option<String>,
    no_secret: bool,
    header: Option<Vec<u8>>,
    payload: Option<Vec<u8>>,
    findings: Vec<Finding>,
}

impl Story {
    fn new(given: &[u8], verifier: &Verifier<'_>, now: UnixTime, no_secret: bool) -> Self {
        let judgement = verifier.judge(given, now);
        let (token, mut findings) = find_token::tidy(given);
        let tidied = (token.as_slice() != given).then(|| verifier.judge(&token, now));
        let mut segments = token.split(|&byte| byte == b'.').map(decode);
        let (header, payload) = (segments.next().flatten(), segments.next().flatten());
        let best = tidied.as_ref().unwrap_or(&judgement);
        let algorithm = header
            .as_deref()
            .and_then(|header| find_header::text(header, "alg"))
            .and_then(|alg| Algorithm::from_name(&alg));
        let right = algorithm
            .is_some_and(|algorithm| find_secret::is_right(&token, algorithm, verifier.secrets));
        if best.payload.is_none() {
            if let Some(header) = header.as_deref().filter(|_| !no_secret) {
                findings.extend(find_header::find(header, &verifier.jwt, best.reason, right));
            }
            if !right || verifier.fault.is_some() {
                findings.extend(find_secret::find(&token, algorithm, verifier.secrets));
            }
        }
        if let Some(payload) = &payload {
            findings.extend(find_claims::find(payload, &verifier.jwt.claims, now));
            findings.extend(scope(best.reason, payload, verifier));
        }
        Self {
            now,
            judgement,
            tidied,
            fault: verifier.fault.map(|fault| fault.to_string()),
            no_secret,
            header,
            payload,
            findings,
        }
    }

    fn is_verified(&self) -> bool {
        let best = self.tidied.as_ref().unwrap_or(&self.judgement);
        best.payload.is_some()
    }

    /// The reason of the token as it was given; a key that cannot be made comes before all others.
    fn reason(&self) -> Option<Reason> {
        match self.fault {
            Some(_) => Some(Reason::KeyInvalid),
            None => self.judgement.reason,
        }
    }

    fn exit(&self) -> Exit {
        match self.fault {
            Some(_) => Exit::Unusable,
            None => Exit::of(self.judgement.reason),
        }
    }

    /// Each stage and how it ended; `None` if it was not reached.
    fn checks(&self) -> impl Iterator<Item = (&'static str, Option<Result<(), Reason>>)> {
        let Judgement { reason, reached, .. } = self.judgement;
        // Without a key nothing can be proven, which is no refusal.
        let blind = self.no_secret || self.fault.is_some();
        let end = if blind { reached.min(1) } else { reached };
        let stages = Judgement::STAGES.into_iter().enumerate();
        stages.map(move |(at, stage)| {
            let outcome = match reason {
                _ if at >= end => None,
                Some(reason) if at + 1 == reached => Some(Err(reason)),
                _ => Some(Ok(())),
            };
            (stage, outcome)
        })
    }

    fn print(&self, verifier: &Verifier<'_>, out: &mut Output) -> Result<(), Failure> {
        let not = if self.is_verified() {
            format!("{GOOD}verified{GOOD:#}")
        } else {
            format!("{CARE}not verified{CARE:#}")
        };
        if let Some(header) = &self.header {
            out.line(format_args!("header    {}", shown(header)))?;
        }
        if let Some(payload) = &self.payload {
            out.line(format_args!("claims    {}  {not}", shown(payload)))?;
            self.print_dates(payload, out)?;
        }
        self.print_rules(verifier, out)?;
        out.line("")?;
        if let Some(fault) = &self.fault {
            let reason = Reason::KeyInvalid;
            out.line(format_args!("key       {BAD}refused{BAD:#} {reason}: {fault}"))?;
        }
        for (stage, outcome) in self.checks() {
            match outcome {
                None => out.line(format_args!("{stage:<9} {ASIDE}not reached{ASIDE:#}"))?,
                Some(Ok(())) => out.line(format_args!("{stage:<9} {GOOD}passed{GOOD:#}"))?,
                Some(Err(reason)) => out.line(format_args!(
                    "{stage:<9} {BAD}refused{BAD:#} {reason}: {}",
                    reason.text()
                ))?,
            }
        }
        if !self.findings.is_empty() {
            out.line("\nfound:")?;
        }
        for Finding { message, .. } in &self.findings {
            out.line(format_args!("- {}", plain(message)))?;
        }
        if let Some(tidied) =
            self.tidied.as_ref().filter(|_| !self.no_secret && self.fault.is_none())
        {
            let verdict = tidied.reason.map_or_else(|| format!("{GOOD}allow{GOOD:#}"), denial);
            out.line(format_args!("- without what clings to the token: {verdict}"))?;
        }
        out.line("")?;
        match self.reason() {
            _ if self.no_secret => out.line(format_args!("{CARE}not verified{CARE:#}: no secret")),
            Some(reason) => out.line(denial(reason)),
            None => out.line(match &self.judgement.subject {
                Some(subject) => {
                    format!("{GOOD}allow{GOOD:#} token {}", quoted(subject.as_bytes()))
                }
                None => format!("{GOOD}allow{GOOD:#} token"),
            }),
        }
    }

    fn print_dates(&self, payload: &[u8], out: &mut Output) -> Result<(), Failure> {
        let now = i64::try_from(self.now.seconds()).unwrap_or(i64::MAX);
        for name in ["exp", "nbf", "iat"] {
            let Some(value) = primitive::json_at(payload, &[name]) else {
                continue;
            };
            let text = match read_date(value) {
                Date::Wrong(what) => format!("{CARE}{what}{CARE:#}"),
                Date::Seconds(at) if at > now => {
                    format!("{}, in {}", date(at), span(at.abs_diff(now)))
                }
                Date::Seconds(at) => format!("{}, {} ago", date(at), span(at.abs_diff(now))),
            };
            out.line(format_args!("  {name}     {text}"))?;
        }
        Ok(())
    }

    /// What the claims are compared with.
    fn print_rules(&self, verifier: &Verifier<'_>, out: &mut Output) -> Result<(), Failure> {
        let rules = &verifier.jwt.claims;
        let now = i64::try_from(self.now.seconds()).unwrap_or(i64::MAX);
        out.line(format_args!("now       {}, leeway {} s", date(now), rules.leeway))?;
        let issuer = rules.issuer.map_or_else(|| "any".to_owned(), |iss| quoted(iss.as_bytes()));
        let audience: Vec<String> = rules.audience.iter().map(|a| quoted(a.as_bytes())).collect();
        let audience = match audience.as_slice() {
            [] if rules.ignore_audience => "not judged".to_owned(),
            [] => "none".to_owned(),
            names => names.join(" or "),
        };
        out.line(format_args!("expected  issuer {issuer}, audience {audience}"))
    }

    fn report(&self) -> Report<'_> {
        let reason = self.reason();
        let checks = self.checks().map(|(stage, outcome)| Check {
            stage,
            outcome: match outcome {
                None => "not_reached",
                Some(Ok(())) => "passed",
                Some(Err(_)) => "refused",
            },
            code: outcome.and_then(Result::err).map(Reason::code),
            reason: outcome.and_then(Result::err).map(Reason::name),
        });
        let (answer, tidied) = if self.no_secret {
            (Answer::none(), None)
        } else {
            let tidied = self.tidied.as_ref().filter(|_| self.fault.is_none());
            (Answer::of(reason), tidied.map(|tidied| Answer::of(tidied.reason)))
        };
        Report {
            answer,
            tidied,
            verified: self.is_verified(),
            now: self.now.seconds(),
            header: self.header.as_deref().and_then(raw),
            claims: self.payload.as_deref().and_then(raw),
            checks: checks.collect(),
            findings: &self.findings,
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    answer: Answer,
    /// The answer to the token without what clings to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    tidied: Option<Answer>,
    /// Whether the signature of the claims is proven.
    verified: bool,
    now: u64,
    header: Option<Box<RawValue>>,
    claims: Option<Box<RawValue>>,
    checks: Vec<Check>,
    findings: &'a [Finding],
}

/// A verdict; `undecided` where there was no secret to verify with.
#[derive(Serialize)]
struct Answer {
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

impl Answer {
    fn of(reason: Option<Reason>) -> Self {
        Self {
            decision: if reason.is_some() { "deny" } else { "allow" },
            code: Some(reason.map_or(0, Reason::code)),
            reason: reason.map(Reason::name),
            status: Some(reason.map_or(200, Reason::status)),
        }
    }

    const fn none() -> Self {
        Self { decision: "undecided", code: None, reason: None, status: None }
    }
}

#[derive(Serialize)]
struct Check {
    stage: &'static str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// The bytes of a segment that is canonical base64url.
fn decode(segment: &[u8]) -> Option<Vec<u8>> {
    let mut room = vec![0; segment.len()];
    let len = primitive::base64url_decode(segment, &mut room).ok()?.len();
    room.truncate(len);
    (len > 0).then_some(room)
}

fn is_object(text: &[u8]) -> bool {
    let mut spare = vec![0; text.len()];
    primitive::json_object(text, &mut spare).is_ok()
}

/// JSON as JSON, anything else as escaped bytes.
fn shown(text: &[u8]) -> String {
    match std::str::from_utf8(text) {
        Ok(json) if is_object(text) => ascii_json(json),
        _ => quoted(text),
    }
}

fn raw(text: &[u8]) -> Option<Box<RawValue>> {
    let json = if is_object(text) {
        std::str::from_utf8(text).ok()?.to_owned()
    } else {
        serde_json::to_string(&text.escape_ascii().to_string()).ok()?
    };
    RawValue::from_string(json).ok()
}

/// A claim, a string without the quotes that [`quoted`] adds.
fn claim_text(claim: Value<'_>) -> String {
    quoted(claim.as_str().map_or(claim.raw(), |text| text.raw()).as_bytes())
}

fn scope(reason: Option<Reason>, payload: &[u8], verifier: &Verifier<'_>) -> Option<Finding> {
    let rules = verifier.gate?.scope;
    let has = |claim: &str| {
        primitive::json_at(payload, &[claim]).map_or_else(|| "absent".to_owned(), claim_text)
    };
    match reason? {
        Reason::ScopeInsufficient => Some(Finding::new(
            "scope",
            format!(
                "{} is {}, required is all of {}",
                quoted(rules.claim.as_bytes()),
                has(rules.claim),
                quoted(rules.require.join(" ").as_bytes())
            ),
        )),
        Reason::ResourceNotListed => Some(Finding::new(
            "resource",
            format!(
                "{} is {}, required is {}",
                quoted(rules.resource_claim.as_bytes()),
                has(rules.resource_claim),
                quoted(rules.resource.unwrap_or_default().as_bytes())
            ),
        )),
        _ => None,
    }
}
