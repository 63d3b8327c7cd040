//! A guard of speed that noise cannot fool: how many instructions fixed work takes on a machine without
//! instructions for SHA, which is what valgrind shows a program. `benches/instructions.json` has what it took.

use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Growth, in per cent, that is taken for another layout of the same code.
const ALLOWANCE: i64 = 3;

/// Few, because valgrind is slow; many, so that what is cold counts little.
const TIMES: [u32; 2] = [64, 320];

/// Counts every scenario and compares with the stored figures, or stores them with `--bless`.
///
/// # Errors
/// If one has grown by more than the allowance, or is not stored; if nothing can be counted.
pub(crate) fn run(root: &Path, bless: bool) -> Result<String, String> {
    let stored = root.join("benches/instructions.json");
    build(root)?;
    let scenarios = output(Command::new(binary(root)).arg("list"))?.0;
    let mut counted = Map::new();
    for scenario in scenarios.lines() {
        let [few, many] = TIMES;
        let instructions = count(root, scenario, many)? - count(root, scenario, few)?;
        counted.insert(scenario.to_owned(), json!(instructions / i64::from(many - few)));
    }
    if bless {
        let text = format!("{:#}\n", Value::Object(counted));
        fs::write(&stored, text).map_err(|error| error.to_string())?;
        return Ok(format!("{} written", stored.display()));
    }
    let text = fs::read_to_string(&stored).map_err(|error| error.to_string())?;
    let before: Map<String, Value> = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    judge(&before, &counted)
}

fn judge(before: &Map<String, Value>, now: &Map<String, Value>) -> Result<String, String> {
    let mut told = String::from("instructions      stored       now\n");
    let mut grown = 0;
    for (scenario, count) in now {
        let count = count.as_i64().unwrap_or(i64::MAX);
        let stored = before.get(scenario).and_then(Value::as_i64);
        let fits = stored.is_some_and(|stored| count * 100 <= stored * (100 + ALLOWANCE));
        let mark = match stored {
            None => "not stored",
            Some(_) if !fits => "GREW",
            Some(stored) if count * 100 < stored * (100 - ALLOWANCE) => "fewer: bless it",
            Some(_) => "",
        };
        let stored = stored.map_or("-".to_owned(), |stored| stored.to_string());
        told += &format!("{scenario:<18}{stored:>6}{count:>10}  {mark}\n");
        grown += u32::from(!fits);
    }
    told += &format!("guard: {} passed, {grown} failed", now.len() - grown as usize);
    if grown == 0 { Ok(told) } else { Err(told) }
}

fn binary(root: &Path) -> std::path::PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), Into::into);
    target.join("release/count")
}

fn build(root: &Path) -> Result<(), String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root).args([
        "build",
        "--quiet",
        "--release",
        "--package",
        "doorward-benches",
    ]);
    output(cargo.args(["--bin", "count"])).map(|_| ())
}

/// Instructions of one run, as callgrind tells them at its end.
fn count(root: &Path, scenario: &str, times: u32) -> Result<i64, String> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(binary(root));
    // The environment lies on the stack, whose place can shift what is cached and counted.
    let said = output(valgrind.args([scenario, &times.to_string()]).env_clear())?.1;
    let collected = said.lines().find_map(|line| line.split("Collected : ").nth(1));
    collected
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| format!("no count in: {said}"))
}

fn output(command: &mut Command) -> Result<(String, String), String> {
    let done = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let [out, err] =
        [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    if done.status.success() { Ok((out, err)) } else { Err(format!("{command:?}: {err}")) }
}

#[cfg(test)]
mod tests {
    use super::judge;
    use serde_json::{Map, Value, json};

    fn counts(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn three_per_cent_more_is_the_same_and_four_is_not() {
        let before = counts(&json!({ "a": 1000 }));
        assert!(judge(&before, &counts(&json!({ "a": 1030 }))).is_ok());
        assert!(judge(&before, &counts(&json!({ "a": 500 }))).is_ok());
        assert!(judge(&before, &counts(&json!({ "a": 1031 }))).is_err());
        assert!(judge(&before, &counts(&json!({ "b": 1 }))).is_err());
    }
}
