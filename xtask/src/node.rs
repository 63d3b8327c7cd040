//! The table of reasons for JavaScript and its types, formatted as the linter there wants them.

use doorward_core::{Class, Reason};
use std::fmt::Write as _;

/// The classes, in the order in which their reasons appear.
fn classes() -> Vec<Class> {
    let mut classes = Vec::new();
    for reason in Reason::ALL {
        if !classes.contains(&reason.class()) {
            classes.push(reason.class());
        }
    }
    classes
}

/// A string of JavaScript. Neither the names nor the texts of the table hold a backslash.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}

/// `lib/reasons.js`
pub(crate) fn table() -> String {
    let mut out = String::from(
        "'use strict'\n\n// Made by `cargo xtask gen` from core/src/reason.rs.\n\n\
         // prettier-ignore\nconst ROWS = [\n",
    );
    for reason in Reason::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "  [{}, {}, {}, {}, {}],",
            reason.code(),
            quoted(reason.name()),
            quoted(reason.class().name()),
            reason.status(),
            quoted(reason.text())
        );
    }
    out.push_str("]\n\n// What the peer reads of a refusal: one line, the same for each reason of a class.\nconst BODIES = {\n");
    for class in classes() {
        let _ = writeln!(out, "  {}: '{}\\n',", class.name(), class.body().trim_end());
    }
    out.push_str(
        "}\n\n\
         const reasons = Object.freeze(\n  \
           ROWS.map(([code, name, group, status, text]) =>\n    \
             Object.freeze({ code, name, class: group, status, text }),\n  \
           ),\n\
         )\n\n\
         const rows = new Map(reasons.map((row) => [row.code, row]))\n\n\
         /** The row of a reason's number. */\n\
         function byCode(code) {\n  \
           const row = rows.get(code)\n  \
           if (row === undefined) throw new RangeError(`doorward: ${code} is no reason`)\n  \
           return row\n\
         }\n\n\
         /** The line that the peer reads. */\n\
         function bodyOf(code) {\n  \
           return BODIES[byCode(code).class]\n\
         }\n\n\
         module.exports = { bodyOf, byCode, reasons }\n",
    );
    out
}

/// `lib/reasons.d.ts`
pub(crate) fn types() -> String {
    let mut out = String::from("// Made by `cargo xtask gen` from core/src/reason.rs.\n");
    let names = Reason::ALL.iter().map(|reason| quoted(reason.name()));
    push_union(
        &mut out,
        "Why not: the stable name, which logs and metrics carry.",
        "Reason",
        names,
    );
    let codes = Reason::ALL.iter().map(|reason| reason.code().to_string());
    let about = "Its stable number, whose first two digits tell how far the request got.";
    push_union(&mut out, about, "ReasonCode", codes);
    let classes = classes().into_iter().map(|class| quoted(class.name()));
    push_union(&mut out, "What the peer may know of it.", "ReasonClass", classes);
    let mut statuses: Vec<u16> = Reason::ALL.iter().map(|reason| reason.status()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let statuses = statuses.iter().map(u16::to_string);
    push_union(&mut out, "The HTTP status of a refusal.", "RefusalStatus", statuses);
    out.push_str(
        "\n/** A row of the table. */\n\
         export interface ReasonRow {\n  \
           readonly code: ReasonCode\n  \
           readonly name: Reason\n  \
           readonly class: ReasonClass\n  \
           readonly status: RefusalStatus\n  \
           /** One line for the log, without any byte of a request. */\n  \
           readonly text: string\n\
         }\n",
    );
    out
}

fn push_union(out: &mut String, about: &str, name: &str, members: impl Iterator<Item = String>) {
    let _ = write!(out, "\n/** {about} */\nexport type {name} =");
    for member in members {
        let _ = write!(out, "\n  | {member}");
    }
    out.push('\n');
}
