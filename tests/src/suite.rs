use serde::Deserialize;
use serde_json::Value;
use std::collections::HashSet;
use std::path::Path;

/// A file of vectors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Its name, which is also the file's.
    pub suite: String,
    /// How many cases it has: a file that was cut is noticed.
    pub count: usize,
    /// What it is about.
    #[serde(default)]
    pub note: Option<String>,
    /// The cases.
    pub cases: Vec<Case>,
}

/// A case: a whole decision, or one operation.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Case {
    /// A policy, a request, a time, and the decision.
    Decide(Decide),
    /// A function, its input, and what it gives.
    Operation(Operation),
}

/// A case of a whole decision.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// Unique in the suite.
    pub id: String,
    /// Why the case is there, or why its verdict is what it is.
    #[serde(default)]
    pub note: Option<String>,
    /// Where it comes from.
    #[serde(default)]
    pub source: Option<String>,
    /// The profile that the policy is an instance of.
    #[serde(default)]
    pub profile: Option<String>,
    /// The policy, in its JSON form.
    pub policy: Value,
    /// What arrived.
    pub request: RequestCase,
    /// Unix time; 0 is an unknown time.
    pub now: u64,
    /// The decision.
    pub expect: Value,
}

/// A request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestCase {
    /// The method.
    pub method: String,
    /// The target.
    pub target: Bytes,
    /// The scheme of the connection.
    pub scheme: String,
    /// The address of the other end.
    pub peer: Option<std::net::IpAddr>,
    /// Every header line.
    pub headers: Vec<(Bytes, Bytes)>,
}

/// A case of one operation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Unique in the suite.
    pub id: String,
    /// Why the case is there.
    #[serde(default)]
    pub note: Option<String>,
    /// Where it comes from.
    #[serde(default)]
    pub source: Option<String>,
    /// The function.
    pub op: String,
    /// What it is given.
    pub input: Value,
    /// What it gives.
    pub expect: Value,
}

impl Case {
    /// The case's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Decide(case) => &case.id,
            Self::Operation(case) => &case.id,
        }
    }

    /// What is expected.
    #[must_use]
    pub const fn expect(&self) -> &Value {
        match self {
            Self::Decide(case) => &case.expect,
            Self::Operation(case) => &case.expect,
        }
    }
}

/// Bytes, written as text or as `{"hex": "…"}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Bytes {
    /// UTF-8.
    Text(String),
    /// Any bytes.
    Hex(Hex),
}

/// Bytes in hexadecimal digits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hex {
    hex: String,
}

impl Bytes {
    /// The bytes.
    ///
    /// # Errors
    /// If the digits are not hexadecimal.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Text(text) => Ok(text.as_bytes().to_vec()),
            Self::Hex(Hex { hex }) => from_hex(hex),
        }
    }
}

/// Reads hexadecimal digits.
///
/// # Errors
/// If they are not.
pub fn from_hex(hex: &str) -> Result<Vec<u8>, String> {
    let pair = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..hex.len())
        .step_by(2)
        .map(|at| pair(at).ok_or_else(|| "not hexadecimal".to_owned()))
        .collect()
}

/// Reads every `*.json` of a folder but `reasons.json`, which is a table, in the order of their
/// names.
///
/// # Errors
/// As [`crate::run`].
pub fn read_folder(folder: &Path) -> Result<Vec<Suite>, String> {
    let unreadable = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .map_err(unreadable)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    files.retain(|file| {
        file.extension().is_some_and(|extension| extension == "json")
            && file.file_stem().is_some_and(|stem| stem != "reasons")
    });
    files.sort();
    if files.is_empty() {
        return Err(format!("{}: no vectors", folder.display()));
    }
    files.iter().map(|file| read_file(file)).collect()
}

fn read_file(file: &Path) -> Result<Suite, String> {
    let wrong = |error: String| format!("{}: {error}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let suite: Suite = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if suite.count != suite.cases.len() {
        return Err(wrong(format!("says {} cases, has {}", suite.count, suite.cases.len())));
    }
    if file.file_stem().is_none_or(|stem| stem != suite.suite.as_str()) {
        return Err(wrong(format!("is named otherwise than its suite {}", suite.suite)));
    }
    let mut ids = HashSet::new();
    match suite.cases.iter().find(|case| !ids.insert(case.id())) {
        Some(case) => Err(wrong(format!("the id {} stands twice", case.id()))),
        None => Ok(suite),
    }
}
