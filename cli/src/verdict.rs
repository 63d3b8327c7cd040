use crate::outcome::{Exit, Failure};
use crate::output::{ASIDE, BAD, GOOD, Output, plain, quoted};
use doorward_core::Reason;
use doorward_policy::{Explanation, Outcome, Principal};
use serde::Serialize;

/// The answer to one request or to one token.
#[derive(Serialize)]
pub(crate) struct Verdict {
    decision: &'static str,
    code: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Who>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Step>>,
    #[serde(skip)]
    denial: Option<Reason>,
}

/// On whose behalf.
#[derive(Serialize)]
pub(crate) struct Who {
    pub(crate) kind: &'static str,
    pub(crate) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
}

impl From<&Principal> for Who {
    fn from(principal: &Principal) -> Self {
        Self {
            kind: principal.kind(),
            id: principal.id().map(str::to_owned),
            place: Some(principal.place().to_owned()),
        }
    }
}

/// One stage of an explanation.
#[derive(Serialize)]
struct Step {
    stage: &'static str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    details: Vec<String>,
    #[serde(skip)]
    refusal: Option<Reason>,
}

impl Verdict {
    pub(crate) fn new(result: Result<Who, Reason>) -> Self {
        let denial = result.as_ref().err().copied();
        Self {
            decision: if denial.is_some() { "deny" } else { "allow" },
            code: denial.map_or(0, Reason::code),
            reason: denial.map(Reason::name),
            status: denial.map_or(200, Reason::status),
            class: denial.map(|reason| reason.class().name()),
            principal: result.ok(),
            steps: None,
            denial,
        }
    }

    pub(crate) fn with_steps(mut self, explanation: &Explanation) -> Self {
        let steps = explanation.steps.iter().map(|step| {
            let refusal = match step.outcome {
                Outcome::Passed => None,
                Outcome::Refused(reason) => Some(reason),
            };
            Step {
                stage: step.stage,
                outcome: if refusal.is_some() { "refused" } else { "passed" },
                code: refusal.map(Reason::code),
                reason: refusal.map(Reason::name),
                details: step.details.clone(),
                refusal,
            }
        });
        self.steps = Some(steps.collect());
        self
    }

    pub(crate) const fn exit(&self) -> Exit {
        Exit::of(self.denial)
    }

    /// Prints the verdict on one line, behind its steps if it has any. `behind` says what a denial's
    /// line ends with.
    pub(crate) fn print(&self, out: &mut Output, behind: Behind) -> Result<(), Failure> {
        if out.is_json() {
            return out.json(self);
        }
        for step in self.steps.iter().flatten() {
            step.print(out)?;
        }
        match (self.denial, &self.principal) {
            (Some(reason), _) => match behind {
                Behind::Status => {
                    out.line(format_args!("{BAD}deny{BAD:#} {reason} {}", reason.status()))
                }
                Behind::Text => out.line(format_args!("{}", denial(reason))),
            },
            (None, Some(Who { kind, id, .. })) => {
                let id = id.as_ref().map(|id| format!(" {}", quoted(id.as_bytes())));
                let id = id.unwrap_or_default();
                out.line(format_args!("{GOOD}allow{GOOD:#} {kind}{id}"))
            }
            (None, None) => out.line(format_args!("{GOOD}allow{GOOD:#}")),
        }
    }
}

/// What a denial's line ends with.
#[derive(Clone, Copy)]
pub(crate) enum Behind {
    /// The HTTP status.
    Status,
    /// The reason in words.
    Text,
}

/// `deny 5005 token_expired: the token …`
pub(crate) fn denial(reason: Reason) -> String {
    format!("{BAD}deny{BAD:#} {reason}: {}", reason.text())
}

impl Step {
    fn print(&self, out: &mut Output) -> Result<(), Failure> {
        match self.refusal {
            None => out.line(format_args!("{:<10} {GOOD}passed{GOOD:#}", self.stage))?,
            Some(reason) => out.line(format_args!(
                "{:<10} {BAD}refused{BAD:#} {reason}: {}",
                self.stage,
                reason.text()
            ))?,
        }
        for detail in &self.details {
            let detail = plain(detail);
            out.line(format_args!("           {ASIDE}{detail}{ASIDE:#}"))?;
        }
        Ok(())
    }
}
