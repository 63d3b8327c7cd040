use crate::outcome::{Exit, Failure};
use crate::output::{ASIDE, Output};
use doorward_core::Reason;
use serde::Serialize;

#[derive(Serialize)]
struct Row {
    code: u32,
    name: &'static str,
    class: &'static str,
    status: u16,
    text: &'static str,
}

/// `doorward reasons`: the core's table.
pub(crate) fn run(out: &mut Output) -> Result<Exit, Failure> {
    for &reason in Reason::ALL {
        let row = Row {
            code: reason.code(),
            name: reason.name(),
            class: reason.class().name(),
            status: reason.status(),
            text: reason.text(),
        };
        if out.is_json() {
            out.json(&row)?;
        } else {
            let Row { code, name, class, status, text } = row;
            out.line(format_args!(
                "{code} {name:<29} {class:<18} {status} {ASIDE}{text}{ASIDE:#}"
            ))?;
        }
    }
    Ok(Exit::Allow)
}
