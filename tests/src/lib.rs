//! The vector runner: reads `tests/vectors/*.json`, decides every case, and compares.
//!
//! `DOORWARD_VECTORS=DIR` reads another folder; `DOORWARD_VERDICTS=FILE` writes one JSON line a case,
//! in which every language must agree byte for byte.

#![forbid(unsafe_code)]

/// Public vector sets that are not part of this repository.
pub mod extra;

/// What each operation of a case does.
pub mod operation;

/// The files and their cases.
pub mod suite;

use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use suite::{Case, Suite};

/// How a run ended.
#[derive(Debug, Default)]
pub struct Report {
    /// Cases as expected.
    pub passed: usize,
    /// Cases that were not, each with what was expected and what came.
    pub failures: Vec<String>,
    /// The verdict lines, in the order of the files and their cases.
    pub verdicts: String,
}

impl Report {
    /// The closing line that every language's runner prints.
    #[must_use]
    pub fn closing_line(&self) -> String {
        format!("{} passed, {} failed", self.passed, self.failures.len())
    }
}

/// The folder of the vectors.
#[must_use]
pub fn folder() -> PathBuf {
    std::env::var_os("DOORWARD_VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors"), PathBuf::from)
}

/// Runs every case of every file in a folder.
///
/// # Errors
/// If a file cannot be read, has an unknown field, a repeated id, or another number of cases than it
/// says.
pub fn run(folder: &Path) -> Result<Report, String> {
    let mut report = Report::default();
    for suite in suite::read_folder(folder)? {
        run_suite(&suite, &mut report)?;
    }
    Ok(report)
}

fn run_suite(suite: &Suite, report: &mut Report) -> Result<(), String> {
    for case in &suite.cases {
        let actual = operation::perform(case)
            .map_err(|error| format!("{}/{}: {error}", suite.suite, case.id()))?;
        let (decision, code) = verdict(&actual);
        let line = serde_json::json!({
            "suite": suite.suite, "id": case.id(), "decision": decision, "code": code,
        });
        writeln!(report.verdicts, "{line}").map_err(|error| error.to_string())?;
        match difference(case.expect(), &actual) {
            None => report.passed += 1,
            Some(difference) => {
                report.failures.push(format!("{}/{}: {difference}", suite.suite, case.id()));
            }
        }
    }
    Ok(())
}

/// Decision and code of an outcome: whatever has a code other than 0 is a denial.
fn verdict(actual: &Value) -> (&'static str, u64) {
    match actual.get("code").and_then(Value::as_u64) {
        None | Some(0) => ("allow", 0),
        Some(code) => ("deny", code),
    }
}

/// Every expected field must be there with its value, and a code only where one is expected.
fn difference(expect: &Value, actual: &Value) -> Option<String> {
    let fields = expect.as_object()?;
    let agree = fields.iter().all(|(name, value)| actual.get(name) == Some(value))
        && (fields.contains_key("code") || verdict(actual).1 == 0);
    (!agree).then(|| format!("expected {expect}, got {actual}"))
}

/// Finds a case by suite and id; for tests that need the very bytes of one.
///
/// # Errors
/// As [`run`], or if there is no such case.
pub fn find_case(suite: &str, id: &str) -> Result<Case, String> {
    suite::read_folder(&folder())?
        .into_iter()
        .filter(|candidate| candidate.suite == suite)
        .flat_map(|candidate| candidate.cases)
        .find(|case| case.id() == id)
        .ok_or_else(|| format!("no case {suite}/{id}"))
}
