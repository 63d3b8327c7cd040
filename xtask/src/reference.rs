//! The reference of the policy document, from the keys that its reader knows.

use doorward_policy::TABLES;
use doorward_policy::keys::{Key, Kind};
use std::fmt::Write as _;
use std::path::Path;

const START: &str = "<!-- Made by `cargo xtask gen` from policy/src/keys.rs: -->\n";
const END: &str = "<!-- to here. -->\n";

/// The crate's page, whose reference stands between two marks.
pub(crate) fn readme(root: &Path) -> Result<String, String> {
    let page = read(root)?;
    let (before, after) = around(&page)?;
    Ok(format!("{before}{START}\n{}{END}{after}", tables()))
}

/// The page of the manual: the same, with what the crate's page says behind it.
pub(crate) fn page(root: &Path) -> Result<String, String> {
    let readme = read(root)?;
    let (_, after) = around(&readme)?;
    Ok(format!(
        "# The policy document\n\n<!-- Made by `cargo xtask gen` from policy/src/keys.rs and \
         policy/README.md. -->\n\n\
         TOML or JSON with the same keys. Unknown keys are errors. Everything but a credential is optional, and \
         the defaults are\nthe strict ones. **Bold** keys give a check up. `doorward policy check` reads a document \
         and says what is wrong, with line,\ncolumn and key; `doorward policy explain` shows what each check \
         compared.\n\n{}{}",
        tables(),
        after.trim_start()
    ))
}

fn read(root: &Path) -> Result<String, String> {
    std::fs::read_to_string(root.join("policy/README.md"))
        .map_err(|error| format!("policy/README.md: {error}"))
}

fn around(page: &str) -> Result<(&str, &str), String> {
    let (before, rest) = page.split_once(START).ok_or("policy/README.md has no start mark")?;
    let (_, after) = rest.split_once(END).ok_or("policy/README.md has no end mark")?;
    Ok((before, after))
}

fn tables() -> String {
    let mut text = String::new();
    for table in &TABLES {
        let name = table.name;
        // Writing to a String cannot fail.
        let _ = match (name, table.repeats) {
            ("", _) => Ok(()),
            (_, true) => write!(text, "## `[[{name}]]`\n\n"),
            (_, false) => write!(text, "## `[{name}]`\n\n"),
        };
        text += "| key | type | default | meaning |\n|---|---|---|---|\n";
        for key in table.keys.iter().filter(|key| !matches!(key.kind, Kind::Table)) {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                bold(key),
                kind(key.kind),
                default(key),
                key.meaning
            );
        }
        text.push('\n');
    }
    text
}

fn bold(key: &Key) -> String {
    let stars = if key.gives_up { "**" } else { "" };
    format!("{stars}`{}`{stars}", key.name)
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Truth => "true or false".to_owned(),
        Kind::Text => "string".to_owned(),
        Kind::Texts => "array of strings".to_owned(),
        Kind::TextOrTexts => "string or array of strings".to_owned(),
        Kind::Word(words) => {
            let words: Vec<_> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
            words.join(", ")
        }
        Kind::Integer { least, most, unit } => format!("{unit}, {least} to {most}"),
        Kind::Moment => "Unix seconds, or RFC 3339".to_owned(),
        Kind::Table => String::new(),
    }
}

/// A value as the document has it; words without their parentheses.
fn default(key: &Key) -> String {
    let words = key.default.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match (key.default, words) {
        ("", _) => String::new(),
        (_, Some(words)) => words.to_owned(),
        (value, None) => format!("`{value}`"),
    }
}
