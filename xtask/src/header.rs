//! `include/doorward.h`: cbindgen writes the structures and functions, this file what it cannot see,
//! since macros made it: the version and the enumerations.

use doorward::codes::{FLAGS, GROUPS, Group};
use doorward_core::{Reason, VERSION};
use std::fmt::Write as _;
use std::path::Path;

/// The files of ffi/src that have something to export, in the order of the header.
const SOURCES: [&str; 12] = [
    "types",
    "version",
    "reason",
    "config",
    "load",
    "decide",
    "token",
    "claims",
    "capability",
    "ticket",
    "header",
    "strip",
];

/// The header's text.
pub(crate) fn text(root: &Path) -> Result<String, String> {
    let ffi = root.join("ffi");
    let config = cbindgen::Config::from_file(ffi.join("cbindgen.toml"))?;
    let mut builder = cbindgen::Builder::new().with_config(config).with_after_include(preamble()?);
    for source in SOURCES.iter().chain(&["listen"]) {
        builder = builder.with_src(ffi.join(format!("src/{source}.rs")));
    }
    let mut text = Vec::new();
    builder.generate().map_err(|error| error.to_string())?.write(&mut text);
    let text = String::from_utf8(text).map_err(|error| error.to_string())?;
    // A heading of rustdoc's is a word here.
    let text = text.replace(" * # Safety\n * ", " * Safety: ");
    // An empty line of a comment has no space at its end.
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Ok(lines.join("\n") + "\n")
}

/// Macros, version and enumerations.
fn preamble() -> Result<String, String> {
    let mut parts = VERSION.split('.');
    let mut part = || parts.next().ok_or("a version has three parts");
    let (major, minor, patch) = (part()?, part()?, part()?);
    let mut text = MACROS.to_owned();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "\n/** The version of this header; `doorward_version` tells the library's. */\n\
         #define DOORWARD_VERSION_MAJOR {major}\n\
         #define DOORWARD_VERSION_MINOR {minor}\n\
         #define DOORWARD_VERSION_PATCH {patch}\n\
         #define DOORWARD_VERSION_STRING \"{VERSION}\"\n\
         /** One number that grows with the version. */\n\
         #define DOORWARD_VERSION \\\n    \
         ((DOORWARD_VERSION_MAJOR << 16) | (DOORWARD_VERSION_MINOR << 8) | DOORWARD_VERSION_PATCH)\n\n"
    );
    text.push_str(&reasons());
    for group in GROUPS.iter().chain([&FLAGS]) {
        text.push_str(&enumeration(group));
    }
    Ok(text.trim_end().to_owned())
}

const MACROS: &str = r#"
/* The value of a call must be looked at. */
#if !defined(DOORWARD_MUST_USE)
#if (defined(__cplusplus) && __cplusplus >= 201703L) || \
    (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define DOORWARD_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define DOORWARD_MUST_USE __attribute__((warn_unused_result))
#else
#define DOORWARD_MUST_USE
#endif
#endif

/* Arguments that must not be NULL. The library checks them all the same. */
#if !defined(DOORWARD_NONNULL)
#if defined(__GNUC__)
#define DOORWARD_NONNULL(...) __attribute__((nonnull(__VA_ARGS__)))
#else
#define DOORWARD_NONNULL(...)
#endif
#endif

/* Storage for what the library keeps in memory of the caller's. */
#if !defined(DOORWARD_ALIGNED)
#if defined(_MSC_VER)
#define DOORWARD_ALIGNED(n) __declspec(align(n))
#else
#define DOORWARD_ALIGNED(n) __attribute__((aligned(n)))
#endif
#endif

/** The doorward_bytes of a string literal, for initialisers: `{DOORWARD_LITERAL("app.example.com")}`. */
#define DOORWARD_LITERAL(text) (const uint8_t *)(text), sizeof(text) - 1
"#;

fn reasons() -> String {
    let mut text = String::from(
        "/**\n * Why not. The first two digits are the stage that refused: 10 usage, 20 request, 21 host,\n \
         * 22 origin, 23 credential, 30 form, 40 proof, 50 claims, 60 scope and use, 90 ours.\n */\n\
         enum doorward_reasons {\n    /** It may come in, or it is done. */\n    DOORWARD_OK = 0,\n",
    );
    for reason in Reason::ALL {
        let name = reason.name().to_ascii_uppercase();
        let _ = writeln!(
            text,
            "{}    DOORWARD_{name} = {},",
            comment(&format!("{}; {}.", sentence(reason.text()), reason.status())),
            reason.code()
        );
    }
    close(&mut text, "doorward_reason", "One of doorward_reasons.");
    text
}

fn enumeration(group: &Group) -> String {
    let plural = plural(group.name);
    let mut text = format!("/** {} */\nenum {plural} {{\n", group.about);
    let hexadecimal = group.name == FLAGS.name;
    for (name, number, about) in group.members {
        let number = if hexadecimal { format!("{number:#06x}") } else { number.to_string() };
        let _ = writeln!(text, "{}    {name} = {number},", comment(about));
    }
    if hexadecimal {
        drop_comma(&mut text);
        text.push_str("};\n\n");
    } else {
        close(&mut text, group.name, &format!("One of {plural}."));
    }
    text
}

fn close(text: &mut String, name: &str, about: &str) {
    drop_comma(text);
    let _ = write!(text, "}};\n/** {about} */\ntypedef uint32_t {name};\n\n");
}

/// A comment above an enumerator, in as many lines as it needs.
fn comment(text: &str) -> String {
    const WIDTH: usize = 100;
    let whole = format!("    /** {text} */\n");
    if whole.len() <= WIDTH {
        return whole;
    }
    let mut lines = vec![String::from("    /**")];
    let mut line = String::from("     *");
    for word in text.split(' ') {
        if line.len() + 1 + word.len() > WIDTH {
            lines.push(std::mem::replace(&mut line, String::from("     *")));
        }
        line.push(' ');
        line.push_str(word);
    }
    lines.extend([line, String::from("     */\n")]);
    lines.join("\n")
}

/// C90's heirs allow a comma there, but old tools do not.
fn drop_comma(text: &mut String) {
    text.truncate(text.trim_end_matches([',', '\n']).len());
    text.push('\n');
}

/// The tag of the enumeration beside the typedef: C++ has one name space for both.
fn plural(name: &str) -> String {
    match name {
        _ if name.ends_with('s') && !name.ends_with("ss") => name.to_owned(),
        _ if name.ends_with('s') || name.ends_with('x') => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
