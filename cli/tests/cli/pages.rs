use crate::{Files, run, text};
use std::process::{Command, Stdio};

#[test]
fn reasons_are_those_of_the_core() {
    let human = run(&["reasons"], "").exits(0).out;
    let json = run(&["reasons", "--json"], "").exits(0).out;
    let rows: Vec<serde_json::Value> =
        json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(human.lines().count(), rows.len());
    let row = rows.iter().find(|row| row["code"] == 5005).unwrap();
    assert_eq!(row["name"], "token_expired");
    assert_eq!(row["class"], "invalid_token");
    assert_eq!(row["status"], 401);
    assert!(!row["text"].as_str().unwrap().is_empty());
    assert!(rows.is_sorted_by_key(|row| row["code"].as_u64()));
    assert!(human.lines().any(|line| line.starts_with("2205 origin_not_allowed ")));
    assert!(!human.contains('\u{1b}'), "no colours in a pipe");
}

#[test]
fn completions_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell], "").exits(0).out;
        assert!(script.contains("decide") && script.contains("jsonl"), "{shell}");
    }
    run(&["completions", "cmd"], "").exits(2);
}

#[test]
fn a_man_page_for_each_command() {
    let files = Files::new();
    let folder = files.path("man/man1");
    run(&["man", "--out", &text(&folder)], "").exits(0);
    for name in ["doorward", "doorward-jwt-explain", "doorward-token-new", "doorward-decide"] {
        let page = std::fs::read_to_string(folder.join(format!("{name}.1"))).unwrap();
        assert!(page.contains(".TH"), "{name}");
    }
}

#[test]
fn help_is_no_error_and_nonsense_is_one() {
    run(&["--help"], "").exits(0);
    run(&["--version"], "").exits(0);
    let help = run(&["decide", "--help"], "").exits(0).out;
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("seen by everybody who lists the processes"), "{words}");
    for args in [[].as_slice(), &["nonsense"], &["jwt"], &["reasons", "--nonsense"]] {
        run(args, "").exits(2);
    }
}

/// What nobody reads is no reason to panic, and no success either.
#[test]
fn a_closed_pipe_is_quiet() {
    for args in [["reasons", "--json"], ["policy", "profiles"], ["completions", "bash"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let child = Command::new(env!("CARGO_BIN_EXE_doorward"))
            .args(args)
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}
