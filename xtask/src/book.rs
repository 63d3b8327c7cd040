//! The manual as a site. mdBook pipes its chapters through `cargo xtask book`: a page that is another document of the
//! repository is put in whole, and a link that leads out of the book goes to the repository. `cargo xtask site`
//! looks at what was built.

use crate::markdown;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

const REPOSITORY: &str = "https://github.com/doorward/doorward/blob/main";

/// Where mdBook looks for chapters, and where it writes.
const SOURCE: &str = "docs";
const SITE: &str = "build/site";

/// mdBook's protocol: asked whether a renderer is supported, or given `[context, book]` to give the book back.
pub(crate) fn preprocess(
    root: &Path,
    mut arguments: impl Iterator<Item = String>,
) -> Result<String, String> {
    if arguments.next().as_deref() == Some("supports") {
        return Ok(String::new());
    }
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).map_err(|error| error.to_string())?;
    let input: Value = serde_json::from_str(&input).map_err(|error| error.to_string())?;
    let mut book = input.get(1).cloned().ok_or("mdBook sent no book")?;
    let mut homes = BTreeMap::new();
    each_chapter(&mut book, &mut |path, content| {
        let page = Path::new(SOURCE).join(path);
        homes.extend(included(&page, content).map(|document| (document, path.to_owned())));
        homes.insert(page, path.to_owned());
        Ok(())
    })?;
    each_chapter(&mut book, &mut |path, content| {
        let page = Path::new(SOURCE).join(path);
        *content = match included(&page, content) {
            Some(document) => {
                let text = std::fs::read_to_string(root.join(&document))
                    .map_err(|error| format!("{}: {error}", document.display()))?;
                rebased(&text, &document, path, &homes)
            }
            None => rebased(content, &page, path, &homes),
        };
        Ok(())
    })?;
    Ok(book.to_string())
}

type Visit<'v> = dyn FnMut(&Path, &mut String) -> Result<(), String> + 'v;

/// Every chapter, by its path in the book.
fn each_chapter(book: &mut Value, visit: &mut Visit<'_>) -> Result<(), String> {
    if let Some(chapter) = book.get_mut("Chapter") {
        let path = chapter.get("source_path").and_then(Value::as_str).map(PathBuf::from);
        if let (Some(path), Some(Value::String(content))) = (path, chapter.get_mut("content")) {
            visit(&path, content)?;
        }
        if let Some(items) = chapter.get_mut("sub_items").and_then(Value::as_array_mut) {
            return items.iter_mut().try_for_each(|item| each_chapter(item, visit));
        }
        return Ok(());
    }
    match book.get_mut("items").and_then(Value::as_array_mut) {
        Some(items) => items.iter_mut().try_for_each(|item| each_chapter(item, visit)),
        None => Ok(()),
    }
}

/// The document that a page consists of, if it is nothing but `{{#include PATH.md}}`.
fn included(page: &Path, content: &str) -> Option<PathBuf> {
    let path = content.trim().strip_prefix("{{#include ")?.strip_suffix("}}")?;
    let is_document = Path::new(path).extension().is_some_and(|extension| extension == "md");
    if is_document { markdown::normal(&page.parent()?.join(path)) } else { None }
}

/// A text that stood in `document`, with links that are right in the chapter `path`.
fn rebased(text: &str, document: &Path, path: &Path, homes: &BTreeMap<PathBuf, PathBuf>) -> String {
    let mut out = String::new();
    let mut copied = 0;
    for link in markdown::links(text) {
        out.push_str(&text[copied..link.start]);
        copied = link.end;
        out.push_str(&target(&text[link], document, path, homes));
    }
    out.push_str(&text[copied..]);
    out
}

fn target(link: &str, document: &Path, path: &Path, homes: &BTreeMap<PathBuf, PathBuf>) -> String {
    let (file, anchor) =
        link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    if file.is_empty() || file.contains("://") {
        return link.to_owned();
    }
    let folder = document.parent().unwrap_or(document);
    let Some(meant) = markdown::normal(&folder.join(file)) else { return link.to_owned() };
    let inside = homes.get(&meant).map(PathBuf::as_path).or_else(|| {
        let is_page = meant.extension().is_some_and(|extension| extension == "md");
        meant.strip_prefix(SOURCE).ok().filter(|_| !is_page)
    });
    let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
    match inside {
        Some(inside) => {
            let up = "../".repeat(path.components().count() - 1);
            format!("{up}{}{anchor}", inside.display())
        }
        None => format!("{REPOSITORY}/{}{anchor}", meant.display()),
    }
}

/// Every link between the site's pages leads to a file, and to an element of it where it has an anchor.
pub(crate) fn check(root: &Path) -> Result<String, String> {
    let site = root.join(SITE);
    let mut pages = BTreeMap::new();
    collect(&site, Path::new(""), &mut pages)?;
    let (mut count, mut faults) = (0, Vec::new());
    for (page, text) in &pages {
        for link in attributes(text, &["href=\"", "src=\""]) {
            // print.html repeats every page, and 404.html is shown at any address.
            if link.contains(':')
                || link.starts_with("//")
                || page.ends_with("404.html")
                || page.ends_with("print.html")
            {
                continue;
            }
            count += 1;
            let (file, anchor) =
                link.split_once('#').map_or((link, ""), |(file, anchor)| (file, anchor));
            let folder = page.parent().unwrap_or(page);
            let meant = if file.is_empty() {
                Some(page.clone())
            } else {
                markdown::normal(&folder.join(file))
            };
            let there = meant.as_ref().is_some_and(|meant| site.join(meant).is_file());
            let found = anchor.is_empty()
                || meant
                    .and_then(|meant| pages.get(&meant))
                    .is_some_and(|text| attributes(text, &["id=\""]).contains(anchor));
            if !there || !found {
                faults.push(format!("{}: {link}", page.display()));
            }
        }
    }
    if !faults.is_empty() {
        return Err(format!("dead links in {SITE}:\n  {}", faults.join("\n  ")));
    }
    Ok(format!("{SITE}: {} pages, {count} links, none dead", pages.len()))
}

fn collect(
    site: &Path,
    folder: &Path,
    pages: &mut BTreeMap<PathBuf, String>,
) -> Result<(), String> {
    let entries =
        std::fs::read_dir(site.join(folder)).map_err(|error| format!("{SITE}: {error}"))?;
    for entry in entries {
        let entry = entry.map_err(|error| error.to_string())?;
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            collect(site, &path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let text = std::fs::read_to_string(entry.path()).map_err(|error| error.to_string())?;
            pages.insert(path, text);
        }
    }
    Ok(())
}

fn attributes<'t>(text: &'t str, names: &[&str]) -> BTreeSet<&'t str> {
    let values = names
        .iter()
        .flat_map(|name| text.split(&format!(" {name}")[..]).skip(1).collect::<Vec<_>>());
    values.filter_map(|rest| rest.split('"').next()).collect()
}

#[cfg(test)]
mod tests {
    use super::{included, rebased};
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    #[test]
    fn links_lead_into_the_book_or_to_the_repository() {
        let homes: BTreeMap<_, _> =
            [("docs/rotation.md", "rotation.md"), ("SECURITY.md", "security.md")]
                .map(|(document, path)| (PathBuf::from(document), PathBuf::from(path)))
                .into();
        let text = "[a](../rotation.md#b) [c](../../SECURITY.md) [d](../../Makefile) [e](#f) [g](https://h.example) \
                    ![i](../images/j.png)";
        let expected = "[a](../rotation.md#b) [c](../security.md) \
                        [d](https://github.com/doorward/doorward/blob/main/Makefile) [e](#f) [g](https://h.example) \
                        ![i](../images/j.png)";
        let page = Path::new("docs/guide/rust.md");
        assert_eq!(rebased(text, page, Path::new("guide/rust.md"), &homes), expected);
    }

    #[test]
    fn a_page_may_be_a_document_of_the_repository() {
        let page = Path::new("docs/guide/cli.md");
        assert_eq!(
            included(page, "{{#include ../../cli/README.md}}\n"),
            Some("cli/README.md".into())
        );
        assert_eq!(included(page, "# A\n{{#include ../../cli/README.md}}\n"), None);
        assert_eq!(included(page, "{{#include ../../a.rs}}"), None);
    }
}
