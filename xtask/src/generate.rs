//! The files that are made from the core's tables and from the stored figures.

use crate::{go, header, node, python, reference, speed};
use doorward_core::Reason;
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;

/// Each generated file, by its path from the root, and its text.
pub(crate) fn files(root: &Path) -> Result<Vec<(&'static str, String)>, String> {
    Ok(vec![
        ("tests/vectors/reasons.json", reasons_json()),
        ("docs/reasons.md", reasons_page()),
        ("docs/policy.md", reference::page(root)?),
        ("policy/README.md", reference::readme(root)?),
        ("include/doorward.h", header::text(root)?),
        // A Go module is its folder: what lies outside does not travel with it.
        ("bindings/go/internal/abi/doorward.h", header::text(root)?),
        ("bindings/go/reasons.go", go::reasons()),
        ("bindings/python/python/doorward/_reason.py", python::reasons()),
        ("bindings/node/lib/reasons.js", node::table()),
        ("bindings/node/lib/reasons.d.ts", node::types()),
        ("README.md", speed::first_page(root)?),
        ("benches/README.md", speed::benchmarks_page(root)?),
    ])
}

/// Writes every generated file.
pub(crate) fn write(root: &Path) -> Result<String, String> {
    let files = files(root)?;
    for (path, text) in &files {
        std::fs::write(root.join(path), text).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(format!("{} files written", files.len()))
}

fn reasons_json() -> String {
    let rows: Vec<String> = Reason::ALL
        .iter()
        .map(|reason| {
            json!({
                "code": reason.code(), "name": reason.name(), "class": reason.class().name(),
                "status": reason.status(), "text": reason.text(),
            })
            .to_string()
        })
        .collect();
    format!("{{\"count\": {}, \"reasons\": [\n{}\n]}}\n", rows.len(), rows.join(",\n"))
}

const STAGES: [(u32, &str); 10] = [
    (10, "Usage: the calling program or its configuration is wrong"),
    (20, "Request"),
    (21, "Host"),
    (22, "Origin"),
    (23, "Credential"),
    (30, "Form of the token"),
    (40, "Proof"),
    (50, "Claims"),
    (60, "Scope and use"),
    (90, "Ours: the answer could not be found now"),
];

/// The stage of a reason; 9999 is the last of the reasons that are ours.
const fn family_of(code: u32) -> u32 {
    match code {
        9_000.. => 90,
        _ => code / 100,
    }
}

fn reasons_page() -> String {
    let mut page = String::from(
        "# Reasons\n\n\
         <!-- Made by `cargo xtask gen` from core/src/reason.rs. -->\n\n\
         The first two digits are the stage that refused, so the number tells how far the request \
         got. Numbers and names never change and are never reused. The log gets the reason; the \
         peer learns the status and the class.\n",
    );
    for (family, title) in STAGES {
        // Writing to a String cannot fail.
        let _ = write!(
            page,
            "\n## {title}\n\n| Number | Name | HTTP | Class | Meaning |\n|---|---|---|---|---|\n"
        );
        for reason in Reason::ALL.iter().filter(|reason| family_of(reason.code()) == family) {
            let _ = writeln!(
                page,
                "| {} | `{}` | {} | {} | {} |",
                reason.code(),
                reason.name(),
                reason.status(),
                reason.class().name(),
                reason.text()
            );
        }
    }
    page
}
