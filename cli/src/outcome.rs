use crate::output::{BAD, plain, remark};
use doorward_core::Reason;
use doorward_policy::PolicyError;
use std::fmt::Display;
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// How a command that did its work ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was allowed, or there was nothing to allow.
    Allow,
    /// Something was denied.
    Deny,
    /// What was asked about cannot be used at all, and the output says why.
    Unusable,
}

impl Exit {
    pub(crate) fn code(self) -> ExitCode {
        match self {
            Self::Allow => ExitCode::SUCCESS,
            Self::Deny => ExitCode::from(1),
            Self::Unusable => ExitCode::from(2),
        }
    }

    /// The exit of a verdict.
    pub(crate) const fn of(reason: Option<Reason>) -> Self {
        match reason {
            None => Self::Allow,
            // No answer is not a denial.
            Some(reason) if reason.status() >= 500 => Self::Unusable,
            Some(_) => Self::Deny,
        }
    }

    /// The worse of two.
    pub(crate) const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unusable, _) | (_, Self::Unusable) => Self::Unusable,
            (Self::Deny, _) | (_, Self::Deny) => Self::Deny,
            _ => Self::Allow,
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something to say to the caller.
    Usage(String),
    /// A document that is not in order, as `file:line:column: key: message`: editors read that.
    Document(String),
    /// Nobody reads the output any more: `doorward … | head -1`.
    Closed,
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &Path, error: impl Display) -> Self {
        Self::Usage(format!("{}: {error}", path.display()))
    }

    /// Tells the failure. A closed output is not worth a word, but it is no success either: what was
    /// not told was not allowed.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Usage(message) => {
                let message = plain(&message);
                remark(format_args!("{BAD}error:{BAD:#} {message}"));
            }
            Self::Document(message) => remark(plain(&message)),
            Self::Closed => {}
        }
        Exit::Unusable.code()
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Usage(error.to_string()),
        }
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        Self::Document(error.to_string())
    }
}
