//! The shell examples of the repository's first page, run as they stand there.

use std::path::Path;
use std::process::Command;

/// The text of the first code block of a language.
fn block<'p>(page: &'p str, language: &str) -> &'p str {
    let start = format!("```{language}\n");
    let (_, rest) = page.split_once(&start).unwrap_or_else(|| panic!("no {language} block"));
    rest.split_once("```").unwrap().0
}

#[cfg(unix)]
#[test]
fn the_first_page_does_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = std::fs::read_to_string(root.join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policy.toml"), block(&page, "toml")).unwrap();
    let (_, shell) = page.split_once("```sh\ndoorward").expect("an example with the command");
    let script = format!("set -eu\ndoorward{}", shell.split_once("```").unwrap().0);

    let binary = Path::new(env!("CARGO_BIN_EXE_doorward")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("PATH", path)
        .output()
        .unwrap();
    let (seen, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{seen}{errors}");

    // The comment under the last command is what it prints.
    let promised = script.lines().rev().find_map(|line| line.strip_prefix("# ")).unwrap();
    assert_eq!(seen.lines().last(), Some(promised), "{seen}{errors}");

    // The same with the page's own origin: the page is admitted.
    let admitted = script.replace("https://evil.example", "https://app.example.com");
    let admitted = admitted.replace("doorward token new", ": doorward token new");
    let output = Command::new("sh")
        .args(["-c", &admitted])
        .current_dir(folder.path())
        .env("PATH", format!("{}:{}", binary.display(), std::env::var("PATH").unwrap()))
        .output()
        .unwrap();
    let seen = String::from_utf8_lossy(&output.stdout);
    assert_eq!(seen.lines().last(), Some("allow token \"alice\""), "{seen}");
}
