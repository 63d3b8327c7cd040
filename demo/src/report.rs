//! The table, and its form for machines.

use crate::situations::Situation;
use anstyle::{AnsiColor, Style};

/// What came of a situation at one server.
pub(crate) enum Seen {
    /// The HTTP status or what the operator sees, and what the log says.
    Verdict { seen: String, log: String },
    /// The HTTP or WebSocket library refused it with 400 by itself, before anybody was asked.
    Stopped,
}

impl Seen {
    pub(crate) const fn new(seen: String, log: String) -> Self {
        Self::Verdict { seen, log }
    }

    fn is(&self, expected: &Situation) -> bool {
        match self {
            Self::Verdict { seen, log } => seen == expected.seen && log == expected.log,
            Self::Stopped => true,
        }
    }

    const fn is_verdict(&self) -> bool {
        matches!(self, Self::Verdict { .. })
    }

    /// Status and number, or what went wrong in full.
    fn cell(&self, expected: &Situation) -> String {
        match self {
            Self::Stopped => "400 itself".to_owned(),
            Self::Verdict { seen, log } if self.is(expected) => {
                let code = log.split(' ').next().filter(|code| code.parse::<u32>().is_ok());
                code.map_or_else(|| seen.clone(), |code| format!("{seen} {code}"))
            }
            Self::Verdict { seen, log } => format!("{seen} {log}"),
        }
    }
}

/// A situation and what came of it, a server after the other.
pub(crate) struct Outcome {
    pub(crate) situation: Situation,
    pub(crate) seen: Vec<Seen>,
}

impl Outcome {
    pub(crate) fn as_expected(&self) -> bool {
        self.seen.iter().all(|seen| seen.is(&self.situation))
    }
}

/// Prints the table; coloured on a terminal, unless `NO_COLOR` says no.
pub(crate) fn table(servers: &[&str], outcomes: &[Outcome]) {
    const TITLES: [&str; 2] = ["situation", "expected: who comes in, or why not"];
    let [name, log] = TITLES;
    let width = |title: &str, cells: &mut dyn Iterator<Item = usize>| {
        cells.chain([title.len()]).max().unwrap_or_default()
    };
    let name_width = width(name, &mut outcomes.iter().map(|o| o.situation.name.len()));
    let log_width = width(log, &mut outcomes.iter().map(|o| o.situation.log.len()));
    let widths: Vec<_> = servers
        .iter()
        .enumerate()
        .map(|(at, server)| {
            let cells = outcomes.iter().filter_map(|o| Some(o.seen.get(at)?.cell(&o.situation)));
            width(server, &mut cells.map(|cell| cell.len()))
        })
        .collect();

    let bold = Style::new().bold();
    anstream::print!("  {name:name_width$}  {log:log_width$}");
    for (server, width) in servers.iter().zip(&widths) {
        anstream::print!("  {server:width$}");
    }
    for group in outcomes.chunk_by(|a, b| a.situation.group == b.situation.group) {
        let title = group.first().map_or("", |outcome| outcome.situation.group);
        anstream::print!("\n{bold}{title}{bold:#}");
        for Outcome { situation, seen } in group {
            anstream::print!("\n  {:name_width$}  {:log_width$}", situation.name, situation.log);
            for (seen, width) in seen.iter().zip(&widths) {
                let style = style(seen, situation);
                anstream::print!("  {style}{:width$}{style:#}", seen.cell(situation));
            }
        }
    }
    anstream::println!("\n{}", summary(servers, outcomes));
}

fn style(seen: &Seen, situation: &Situation) -> Style {
    if !seen.is_verdict() {
        Style::new().dimmed()
    } else if seen.is(situation) {
        AnsiColor::Green.on_default()
    } else {
        AnsiColor::Red.on_default().bold()
    }
}

/// The sentence that matters.
fn summary(servers: &[&str], outcomes: &[Outcome]) -> String {
    let Count { verdicts, wrong, stopped } = Count::of(outcomes);
    let servers = match servers {
        [one] => format!("1 server ({one})"),
        several => format!("{} servers ({})", several.len(), several.join(", ")),
    };
    let aside = match stopped {
        0 => String::new(),
        _ => format!("; {stopped} odd requests were refused by a server's own library"),
    };
    let situations = outcomes.len();
    format!(
        "{servers}, {situations} situations: {verdicts} verdicts, {wrong} of them not as expected{aside}"
    )
}

struct Count {
    verdicts: usize,
    wrong: usize,
    stopped: usize,
}

impl Count {
    fn of(outcomes: &[Outcome]) -> Self {
        let all = || outcomes.iter().flat_map(|o| o.seen.iter().map(|seen| (seen, &o.situation)));
        let verdicts = all().filter(|(seen, _)| seen.is_verdict()).count();
        Self {
            verdicts,
            wrong: all().filter(|(seen, situation)| !seen.is(situation)).count(),
            stopped: all().count() - verdicts,
        }
    }
}

/// Prints one JSON object.
pub(crate) fn json(servers: &[&str], outcomes: &[Outcome]) {
    let situations: Vec<_> = outcomes
        .iter()
        .map(|Outcome { situation, seen }| {
            let got = servers.iter().zip(seen).map(|(server, seen)| {
                let got = match seen {
                    Seen::Stopped => serde_json::json!({ "refused_by_library": true }),
                    Seen::Verdict { seen, log } => serde_json::json!({ "seen": seen, "log": log }),
                };
                ((*server).to_owned(), got)
            });
            serde_json::json!({
                "group": situation.group,
                "situation": situation.name,
                "expected": { "seen": situation.seen, "log": situation.log },
                "got": got.collect::<serde_json::Map<_, _>>(),
            })
        })
        .collect();
    let Count { verdicts, wrong, stopped } = Count::of(outcomes);
    let report = serde_json::json!({
        "servers": servers,
        "situations": situations,
        "verdicts": verdicts,
        "wrong": wrong,
        "refused_by_library": stopped,
    });
    println!("{report:#}");
}
