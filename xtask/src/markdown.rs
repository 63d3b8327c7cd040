//! As much of Markdown as links need: where they are, where they lead, and which headings there are to lead to.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

/// Where the target of each inline link stands in a text; none in code.
pub(crate) fn links(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for line in prose(text) {
        let mut from = line.start;
        while let Some(at) = text[from..line.end].find("](") {
            let start = from + at + 2;
            let len = text[start..line.end].find([')', ' ']).unwrap_or(line.end - start);
            if !in_code(&text[line.start..start]) {
                found.push(start..start + len);
            }
            from = start;
        }
    }
    found
}

/// The anchors of a page: one a heading, as the sites that show Markdown name it, and those that it sets itself.
pub(crate) fn anchors(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in prose(text) {
        let line = &text[line];
        if let Some(title) = line.strip_prefix('#') {
            let name = anchor(title.trim_start_matches('#').trim());
            let again = (1..).map(|count| format!("{name}-{count}"));
            let free = [name.clone()].into_iter().chain(again).find(|name| !found.contains(name));
            found.extend(free);
        }
        let set = line.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next());
        found.extend(set.map(str::to_owned));
    }
    found
}

/// A heading in lower case, without signs, with `-` for a space. A link in it counts as its text.
fn anchor(title: &str) -> String {
    let mut shown = String::new();
    let mut rest = title;
    while let Some((before, after)) = rest.split_once("](") {
        shown.push_str(before);
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    shown.push_str(rest);
    let kept = shown.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).flat_map(char::to_lowercase).collect()
}

/// A path without `.` and `..`; `None` if it leads above where it starts.
pub(crate) fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !normal.pop() {
                    return None;
                }
            }
            other => normal.push(other),
        }
    }
    Some(normal)
}

/// The lines outside of fences.
fn prose(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut fence: Option<&str> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let mark = line.trim_start();
        let ticks = mark.len() - mark.trim_start_matches('`').len();
        match fence {
            Some(open) if mark.trim_end() == open => fence = None,
            Some(_) => {}
            None if ticks >= 3 => fence = Some(&mark[..ticks]),
            None => lines.push(range),
        }
    }
    lines
}

fn in_code(before: &str) -> bool {
    before.matches('`').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::{anchors, links, normal};
    use std::path::{Path, PathBuf};

    #[test]
    fn links_outside_of_code() {
        let text = "[a](b.md#c) `x[i](y)` ![d](e.png \"f\")\n```c\nrow[0](1)\n```\n[g](#h)\n";
        let targets: Vec<_> = links(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(targets, ["b.md#c", "e.png", "#h"]);
    }

    #[test]
    fn a_heading_has_an_anchor() {
        let text = "# The `[host]` table\n## A [link](x.md), again\n```\n# no heading\n```\n## Again\n## Again\n";
        let found: Vec<_> = anchors(text).into_iter().collect();
        assert_eq!(found, ["a-link-again", "again", "again-1", "the-host-table"]);
    }

    #[test]
    fn a_path_stays_inside() {
        assert_eq!(normal(Path::new("docs/../a/./b")), Some(PathBuf::from("a/b")));
        assert_eq!(normal(Path::new("docs/../../a")), None);
    }
}
