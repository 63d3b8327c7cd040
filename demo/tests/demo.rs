//! The demo as `make demo` runs it.

use serde_json::Value;
use std::process::{Command, Output};

fn demo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_doorward-demo"))
        .args(arguments)
        .output()
        .expect("the demo runs")
}

#[test]
fn every_situation_comes_out_as_written() {
    let output = demo(&["--json"]);
    assert!(output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let situations = report["situations"].as_array().expect("situations");
    for situation in situations {
        assert_eq!(situation["expected"], situation["got"]["axum"], "{situation}");
    }
    assert_eq!(report["servers"], serde_json::json!(["axum"]));
    assert_eq!(report["verdicts"], situations.len());
    assert_eq!(report["wrong"], 0);
    assert!(situations.len() >= 74);
}

#[test]
fn the_table_is_plain_text_in_a_pipe() {
    let output = demo(&[]);
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(!table.contains('\u{1b}'));
    let summary = table.lines().last().expect("a summary");
    assert!(summary.ends_with(" 0 of them not as expected"), "{summary}");
}

/// A server that lets everybody in is found out.
#[test]
fn a_wrong_verdict_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = folder.path().join("careless");
    // It drops the policy that it is given, and takes one that asks for nothing.
    let policy = folder.path().join("open.toml");
    std::fs::write(
        &policy,
        "host.unchecked = true\norigin.mode = \"off\"\ncredential.anonymous = true\n",
    )
    .expect("written");
    let axum = env!("CARGO_BIN_EXE_doorward-demo-axum");
    std::fs::write(&server, format!("exec '{axum}' '{}' 0\n", policy.display())).expect("written");
    let output = demo(&["--json", "--server", &format!("careless=sh {}", server.display())]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(report["wrong"].as_u64() > Some(30), "{}", report["wrong"]);
}

#[test]
fn an_unknown_argument_is_refused() {
    assert_eq!(demo(&["--jsno"]).status.code(), Some(2));
}
