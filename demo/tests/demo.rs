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
        assert_eq!(situation["expected"], situation["got"], "{situation}");
        assert_eq!(situation["ok"], true);
    }
    assert_eq!(report["count"], situations.len());
    assert_eq!(report["as_expected"], situations.len());
    assert!(situations.len() >= 24);
}

#[test]
fn the_table_is_plain_text_in_a_pipe() {
    let output = demo(&[]);
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(!table.contains('\u{1b}') && !table.contains("WRONG"));
    let summary = table.lines().last().expect("a summary");
    assert!(summary.ends_with(" as expected"), "{summary}");
}

#[test]
fn an_unknown_argument_is_refused() {
    assert_eq!(demo(&["--jsno"]).status.code(), Some(2));
}
