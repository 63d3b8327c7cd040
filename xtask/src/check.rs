//! Whether anything is stale.

use crate::{generate, markdown, servers};
use std::path::{Path, PathBuf};

/// Finds the faults of one kind.
type Check = fn(&Path) -> Vec<String>;

/// Runs every check; the closing line counts them.
pub(crate) fn run(root: &Path) -> Result<String, String> {
    let checks: [(&str, Check); 7] = [
        ("generated files", generated_files),
        ("profiles", profiles),
        ("servers of the demo", servers::faults),
        ("C on the first page", first_page_c),
        ("one version", one_version),
        ("links of the documents", links),
        ("reasons of the documents", reasons_in_documents),
    ];
    let (mut passed, mut failed) = (0, Vec::new());
    for (name, check) in checks {
        let faults = check(root);
        if faults.is_empty() {
            passed += 1;
        } else {
            failed.push(format!("{name}:\n  {}", faults.join("\n  ")));
        }
    }
    let closing = format!("{passed} passed, {} failed", failed.len());
    if failed.is_empty() { Ok(closing) } else { Err(format!("{}\n{closing}", failed.join("\n"))) }
}

fn read(root: &Path, path: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}

fn generated_files(root: &Path) -> Vec<String> {
    let files = match generate::files(root) {
        Ok(files) => files,
        Err(error) => return vec![error],
    };
    files
        .into_iter()
        .filter_map(|(path, text)| match read(root, path) {
            Ok(current) if current == text => None,
            Ok(_) => Some(format!("{path} is stale: run `cargo xtask gen`")),
            Err(error) => Some(error),
        })
        .collect()
}

/// Every profile loads; a secret that it takes from the environment may be missing here.
fn profiles(_root: &Path) -> Vec<String> {
    doorward_policy::profiles::ALL
        .iter()
        .filter_map(|(name, text)| match doorward_policy::Policy::from_toml(text) {
            Ok(_) => None,
            Err(error) if error.path().ends_with("_env") => None,
            Err(error) => Some(format!("{name}: {error}")),
        })
        .collect()
}

/// The C of the first page stands in the example that `ffi/tests/run.sh` compiles and runs.
fn first_page_c(root: &Path) -> Vec<String> {
    match (read(root, "README.md"), read(root, "ffi/examples/no_heap.c")) {
        (Ok(page), Ok(example)) => {
            let block = page.split_once("```c\n").and_then(|(_, rest)| rest.split_once("```"));
            match block {
                Some((block, _)) if example.contains(block) => Vec::new(),
                _ => vec!["README.md: the C is not that of ffi/examples/no_heap.c".to_owned()],
            }
        }
        (page, example) => page.err().into_iter().chain(example.err()).collect(),
    }
}

/// The version stands in the root manifest alone; the dependency table, the manifests of other
/// languages and the changelog follow it.
fn one_version(root: &Path) -> Vec<String> {
    let version = doorward_core::VERSION;
    let mut faults = Vec::new();
    match read(root, "Cargo.toml").map(|text| text.parse::<toml::Table>()) {
        Ok(Ok(manifest)) => {
            let dependencies = manifest["workspace"]["dependencies"].as_table();
            for (name, dependency) in dependencies.into_iter().flatten() {
                let stated = dependency.get("version").and_then(toml::Value::as_str);
                let ours = dependency.get("path").is_some();
                if ours && stated.is_some_and(|stated| stated != version) {
                    faults.push(format!("Cargo.toml: {name} is not of version {version}"));
                }
            }
        }
        Ok(Err(error)) => faults.push(error.to_string()),
        Err(error) => faults.push(error),
    }
    match read(root, "bindings/node/package.json") {
        Ok(text) if text.contains(&format!("\"version\": \"{version}\"")) => {}
        Ok(_) => faults.push(format!("bindings/node/package.json is not of version {version}")),
        Err(error) => faults.push(error),
    }
    match read(root, "CHANGELOG.md") {
        Ok(text) if text.contains(&format!("## {version}")) => {}
        Ok(_) => faults.push(format!("CHANGELOG.md has no entry for {version}")),
        Err(error) => faults.push(error),
    }
    faults
}

/// Markdown files of the repository.
fn documents(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if name != "target"
                    && name != "build"
                    && name != "node_modules"
                    && !name.as_encoded_bytes().starts_with(b".")
                {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Every link inside the repository leads to a file, and to a heading of it where it has an anchor.
fn links(root: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    for document in documents(root) {
        let text = std::fs::read_to_string(&document).unwrap_or_default();
        for link in markdown::links(&text).into_iter().map(|range| &text[range]) {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = document.parent().unwrap_or(root);
            let meant = if file.is_empty() { document.clone() } else { folder.join(file) };
            let page = std::fs::read_to_string(&meant).unwrap_or_default();
            let found = anchor.is_empty() || markdown::anchors(&page).contains(anchor);
            if !meant.exists() || !found {
                faults.push(format!("{}: {link} is not there", document.display()));
            }
        }
    }
    faults
}

/// A reason that a document writes as `number name` is a row of the table.
fn reasons_in_documents(root: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    for document in documents(root) {
        let text = std::fs::read_to_string(&document).unwrap_or_default();
        let words: Vec<&str> =
            text.split(|c: char| c.is_whitespace() || "`|,;:()".contains(c)).collect();
        for pair in words.windows(2) {
            let &[number, name] = pair else { continue };
            let (Ok(code), true) = (number.parse::<u32>(), name.contains('_')) else { continue };
            let is_code = number.len() == 4 && (1000..10_000).contains(&code);
            let known =
                doorward_core::Reason::from_code(code).is_some_and(|reason| reason.name() == name);
            if is_code && !known {
                faults.push(format!("{}: {number} {name} is no reason", document.display()));
            }
        }
    }
    faults
}
