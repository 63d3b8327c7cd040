use crate::outcome::Failure;
use crate::output::warn;
use doorward_policy::{Gate, Policy};
use std::path::Path;

/// The gate of a policy file; what the policy warns of goes to standard error.
pub(crate) fn gate(path: &Path) -> Result<Gate, Failure> {
    let policy = Policy::from_file(path)?;
    for warning in policy.warnings() {
        warn(format_args!("{}: {warning}", path.display()));
    }
    Ok(policy.gate())
}
