//! The demo's servers, which are the examples of the documentation too.

use std::path::Path;

/// Each server that the demo starts, and the same with doorward taken out, which the browser's tests attack.
const SERVERS: [(&str, &str); 5] = [
    ("bindings/tower/examples/websocket.rs", "tests/browser/unguarded/websocket.rs"),
    ("ffi/examples/upgrade.c", "tests/browser/unguarded/upgrade.c"),
    ("bindings/go/integration/server/main.go", "tests/browser/unguarded/main.go"),
    ("bindings/node/examples/websocket.mjs", "tests/browser/unguarded/websocket.mjs"),
    ("bindings/python/examples/websocket.py", "tests/browser/unguarded/websocket.py"),
];

/// A server that takes more to write is no example.
const MAX_LINES: usize = 60;

/// Lines of an unguarded server that its guarded one does not have: where a line named the guard among others.
const MAX_OWN_LINES: usize = 5;

/// A server is short, and a guide has it whole; without doorward it is the same server, line by line.
pub(crate) fn faults(root: &Path) -> Vec<String> {
    SERVERS.iter().flat_map(|(guarded, bare)| of_one(root, guarded, bare)).collect()
}

fn of_one(root: &Path, guarded: &str, bare: &str) -> Vec<String> {
    let read = |path: &str| {
        std::fs::read_to_string(root.join(path)).map_err(|error| vec![format!("{path}: {error}")])
    };
    let (server, rest) = match (read(guarded), read(bare)) {
        (Ok(server), Ok(rest)) => (server, rest),
        (server, rest) => {
            return [server.err(), rest.err()].into_iter().flatten().flatten().collect();
        }
    };
    let mut faults = Vec::new();
    let lines = server.lines().count();
    if lines > MAX_LINES {
        faults.push(format!("{guarded} has {lines} lines, an example at most {MAX_LINES}"));
    }
    if !guides(root).contains(&format!("{{{{#include ../../{guarded}}}}}")) {
        faults.push(format!("no page of docs/guide includes {guarded}"));
    }
    // The first line says whose file this is.
    let code = rest.split_once('\n').map_or("", |(_, code)| code);
    if code.contains("doorward") {
        faults.push(format!("{bare} still names doorward"));
    }
    let own = own_lines(&server, code);
    if own.len() > MAX_OWN_LINES {
        faults.push(format!("{bare} has lines of its own:\n    {}", own.join("\n    ")));
    }
    faults
}

/// The lines of `text` that do not stand in `of` in this order, indentation aside.
fn own_lines<'t>(of: &str, text: &'t str) -> Vec<&'t str> {
    let mut rest = of.lines().map(str::trim);
    text.lines()
        .map(str::trim)
        .filter(|line| {
            let mut ahead = rest.clone();
            let found = ahead.any(|other| other == *line);
            if found {
                rest = ahead;
            }
            !found && !line.is_empty()
        })
        .collect()
}

fn guides(root: &Path) -> String {
    let entries = std::fs::read_dir(root.join("docs/guide")).into_iter().flatten().flatten();
    entries.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::own_lines;

    #[test]
    fn lines_that_were_there_in_order_are_not_own() {
        let server = "open\n    guard\nserve\nclose\n";
        assert!(own_lines(server, "open\n\n  serve\nclose\n").is_empty());
        assert_eq!(own_lines(server, "serve\nopen\nclose\n"), ["open"]);
        assert_eq!(own_lines(server, "open\nserve all\n"), ["serve all"]);
    }
}
