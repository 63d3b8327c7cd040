//! The table, and its form for machines.

use crate::situations::Situation;
use anstyle::{AnsiColor, Style};

/// A situation and what came of it.
pub(crate) struct Outcome {
    pub(crate) situation: Situation,
    pub(crate) seen: String,
    pub(crate) log: String,
}

impl Outcome {
    pub(crate) fn as_expected(&self) -> bool {
        self.seen == self.situation.seen && self.log == self.situation.log
    }

    fn verdict(&self) -> String {
        if self.as_expected() {
            let good = AnsiColor::Green.on_default();
            return format!("{good}ok{good:#}");
        }
        let bad = AnsiColor::Red.on_default().bold();
        let Situation { seen, log, .. } = &self.situation;
        format!("{bad}WRONG{bad:#}, not {seen}, {log}")
    }
}

/// Prints the table; coloured on a terminal, unless `NO_COLOR` says no.
pub(crate) fn table(outcomes: &[Outcome]) {
    let width = |cell: fn(&Outcome) -> &str, title: &str| {
        let cells = outcomes.iter().map(|outcome| cell(outcome).chars().count());
        cells.chain([title.len()]).max().unwrap_or_default()
    };
    let [name_title, seen_title, log_title] = ["situation", "client sees", "server's log"];
    let name_width = width(|outcome| outcome.situation.name, name_title);
    let seen_width = width(|outcome| &outcome.seen, seen_title);
    let log_width = width(|outcome| &outcome.log, log_title);
    let row = |name: &str, seen: &str, log: &str, verdict: &str| {
        anstream::println!("  {name:name_width$}  {seen:seen_width$}  {log:log_width$}  {verdict}");
    };
    let bold = Style::new().bold();
    row(name_title, seen_title, log_title, "result");
    for group in outcomes.chunk_by(|a, b| a.situation.group == b.situation.group) {
        let title = group.first().map_or("", |outcome| outcome.situation.group);
        anstream::println!("{bold}{title}{bold:#}");
        for outcome in group {
            row(outcome.situation.name, &outcome.seen, &outcome.log, &outcome.verdict());
        }
    }
    println!("{}", summary(outcomes));
}

fn summary(outcomes: &[Outcome]) -> String {
    format!("{} situations, {} as expected", outcomes.len(), count_good(outcomes))
}

fn count_good(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| outcome.as_expected()).count()
}

/// Prints one JSON object.
pub(crate) fn json(outcomes: &[Outcome]) {
    let situations: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            let Situation { group, name, seen, log, .. } = &outcome.situation;
            serde_json::json!({
                "group": group,
                "situation": name,
                "expected": { "seen": seen, "log": log },
                "got": { "seen": outcome.seen, "log": outcome.log },
                "ok": outcome.as_expected(),
            })
        })
        .collect();
    let report = serde_json::json!({
        "situations": situations,
        "count": outcomes.len(),
        "as_expected": count_good(outcomes),
    });
    println!("{report:#}");
}
