//! Runs every vector and prints `N passed, N failed`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, String> {
    let report = doorward_tests::run(&doorward_tests::folder())?;
    for failure in &report.failures {
        eprintln!("{failure}");
    }
    if let Some(file) = std::env::var_os("DOORWARD_VERDICTS") {
        std::fs::write(&file, &report.verdicts)
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    println!("{}", report.closing_line());
    let mut clean = report.failures.is_empty();
    if let Some(folder) = std::env::var_os("DOORWARD_EXTRA_VECTORS") {
        let report = doorward_tests::extra::run(folder.as_ref())?;
        for failure in &report.failures {
            eprintln!("{failure}");
        }
        println!("public: {}", report.closing_line());
        clean &= report.failures.is_empty();
    }
    Ok(clean)
}
