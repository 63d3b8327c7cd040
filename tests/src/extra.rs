use crate::Report;
use std::path::Path;

/// Runs the public sets of a folder.
///
/// # Errors
/// If a file cannot be read.
pub fn run(_folder: &Path) -> Result<Report, String> {
    Ok(Report::default())
}
