//! What the documents say of `benches/results.json`: the first page ratios alone, the benchmarks' page what was
//! aimed at and what was measured.

use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

const START: &str = "<!-- Made by `cargo xtask gen` from benches/results.json: -->\n";
const END: &str = "<!-- to here. -->\n";

/// Bytes of the tokens.
const SIZES: [&str; 3] = ["281", "1036", "8192"];

/// One line of the first page's table: the part of the figures, ours and a peer by their names there, and what
/// the page calls them.
struct Line(&'static str, &'static str, &'static str, &'static str, &'static str);

const LINES: [Line; 17] = [
    Line("rust", "doorward", "jsonwebtoken 9.3.1, nothing read", "Rust", "jsonwebtoken 9"),
    Line("rust", "doorward", "jsonwebtoken 10.4.0, a struct", "Rust", "jsonwebtoken 10"),
    Line("rust", "doorward", "jsonwebtoken 11.1.0, a struct", "Rust", "jsonwebtoken 11"),
    Line("c", "doorward", "l8w8jwt", "C", "l8w8jwt"),
    Line("c", "doorward", "libjwt", "C", "libjwt"),
    Line("go", "doorward Check", "golang-jwt MapClaims", "Go", "golang-jwt"),
    Line("go", "doorward Check", "jwx", "Go", "jwx"),
    Line("node", "doorward, claims unread", "fast-jwt, no cache", "Node", "fast-jwt"),
    Line("node", "doorward, parsed object", "fast-jwt, no cache", "Node, an object", "fast-jwt"),
    Line("node", "doorward, claims unread", "jsonwebtoken, KeyObject", "Node", "jsonwebtoken"),
    Line("node", "doorward, claims unread", "jose, KeyObject (wall clock)", "Node", "jose"),
    Line("python", "verify", "PyJWT", "Python", "PyJWT"),
    Line("python", "Verifier.decode", "PyJWT", "Python, a dict", "PyJWT"),
    Line("python", "verify", "joserfc", "Python", "joserfc"),
    Line("python", "verify", "Authlib", "Python", "Authlib"),
    Line("python", "verify", "python-jose", "Python", "python-jose"),
    Line("python", "verify", "hmac + orjson", "Python", "hmac and orjson by hand"),
];

/// The first page.
pub(crate) fn first_page(root: &Path) -> Result<String, String> {
    between_marks(root, "README.md", &ratios(&results(root)?)?)
}

/// The benchmarks' page.
pub(crate) fn benchmarks_page(root: &Path) -> Result<String, String> {
    between_marks(root, "benches/README.md", &must_hold(&results(root)?)?)
}

fn read(root: &Path, path: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}

fn results(root: &Path) -> Result<Value, String> {
    const PATH: &str = "benches/results.json";
    serde_json::from_str(&read(root, PATH)?).map_err(|error| format!("{PATH}: {error}"))
}

fn between_marks(root: &Path, path: &str, made: &str) -> Result<String, String> {
    let page = read(root, path)?;
    let (before, rest) = page.split_once(START).ok_or(format!("{path} has no start mark"))?;
    let (_, after) = rest.split_once(END).ok_or(format!("{path} has no end mark"))?;
    Ok(format!("{before}{START}\n{made}\n{END}{after}"))
}

fn ratios(results: &Value) -> Result<String, String> {
    let mut text = String::from(
        "| in | this takes so many times doorward's time | 281 B | 1 KiB | 8 KiB |\n|---|---|--:|--:|--:|\n",
    );
    for Line(part, ours, peer, language, called) in LINES {
        let ratios = SIZES.map(|size| {
            let group = format!("verify {size} B");
            Some(p10(results, part, &group, peer)? / p10(results, part, &group, ours)?)
        });
        // What was not run is left out: a machine need not have every toolchain.
        if let [Some(small), Some(medium), Some(large)] = ratios.map(|ratio| ratio.map(rounded)) {
            let _ = writeln!(text, "| {language} | {called} | {small} | {medium} | {large} |");
        }
    }
    let floor = |group: &str| {
        let ratio =
            p10(results, "core", group, "doorward")? / p10(results, "core", group, "floor")?;
        Some(format!("{ratio:.2}"))
    };
    let floors =
        ["verify HS256 281 B", "verify HS256 1036 B", "verify HS256 8192 B", "decide HS256 281 B"]
            .map(|group| floor(group).ok_or(format!("benches/results.json: no {group}")));
    let [small, medium, large, decide] = floors;
    let (small, medium, large, decide) = (small?, medium?, large?, decide?);
    let told = |name: &str| results["machine"][name].as_str().unwrap_or("?").to_owned();
    let date = results["date"].as_str().unwrap_or("?");
    let command = results["command"].as_str().unwrap_or("?");
    let _ = write!(
        text,
        "\nNo verifier of an HMAC is faster than its SHA-256 blocks, which wait for each other: the floor of the plot. \
         The core's\nwhole verification takes {small}, {medium} and {large} times that, its decision on a \
         browser's upgrade with a token of 281 B\n{decide} times. (`{command}`, {date}, {}, {} cores.)\n",
        told("processor"),
        told("cores"),
    );
    Ok(text)
}

/// The tenth percentile of one figure, in nanoseconds.
fn p10(results: &Value, part: &str, group: &str, name: &str) -> Option<f64> {
    results["parts"][part].as_array()?.iter().find_map(|row| {
        let same = row["group"].as_str()?.split_whitespace().eq(group.split_whitespace());
        (same && row["name"].as_str()? == name).then(|| row["p10"].as_f64())?
    })
}

/// Two digits are as many as two runs have in common.
fn rounded(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.1}") } else { format!("{ratio:.0}") }
}

fn must_hold(results: &Value) -> Result<String, String> {
    let mut text = String::from("| what | bound | measured | |\n|---|--:|--:|---|\n");
    let rows = results["must_hold"].as_array().ok_or("benches/results.json: no must_hold")?;
    for row in rows {
        let word = |name: &str| row[name].as_str().unwrap_or("?");
        let measured =
            row["measured"].as_f64().map(|figure| format!("{figure:.2}")).unwrap_or_default();
        let bound = word("bound").replace("<=", "≤").replace(">=", "≥");
        let _ = writeln!(
            text,
            "| {} | {bound} | {measured} | {} |",
            word("name"),
            word("verdict").to_lowercase()
        );
    }
    let versions = results["versions"].as_object().ok_or("benches/results.json: no versions")?;
    let versions: Vec<String> = versions
        .iter()
        .map(|(name, version)| format!("{name} {}", version.as_str().unwrap_or("?")))
        .collect();
    let told = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let floors: Vec<String> = [("core", "verify HS256 281 B"), ("rust", "verify 281 B")]
        .into_iter()
        .filter_map(|(part, group)| {
            Some(format!("{:.0} ns in `{part}`", p10(results, part, group, "floor")?))
        })
        .collect();
    let _ = write!(
        text,
        "\n`{}` at {} on {}: {}, {} cores, {}. The floor at 281 B was {}. {}.\n",
        told(&results["command"]),
        told(&results["commit"]),
        told(&results["date"]),
        told(&results["machine"]["processor"]),
        told(&results["machine"]["cores"]),
        told(&results["machine"]["system"]),
        floors.join(", "),
        versions.join(", "),
    );
    Ok(text)
}
