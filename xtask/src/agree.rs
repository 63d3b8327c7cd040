//! One answer: the verdict files of all languages must be the same, byte for byte.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Differences that are shown; more of them would tell nothing new.
const SHOWN: usize = 20;

/// Compares `FOLDER/LANGUAGE.jsonl` of each language.
///
/// # Errors
/// If there are fewer than two, one is missing or empty, or they differ: then each case with each
/// language's answer.
pub(crate) fn run(mut arguments: impl Iterator<Item = String>) -> Result<String, String> {
    let folder = arguments.next().ok_or("usage: cargo xtask agree FOLDER LANGUAGE...")?;
    let mut files = Vec::new();
    for language in arguments {
        let path = Path::new(&folder).join(format!("{language}.jsonl"));
        let text =
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        files.push((language, text));
    }
    compare(&files)
}

fn compare(files: &[(String, String)]) -> Result<String, String> {
    let [(_, first), others @ ..] = files else {
        return Err("no language to compare".to_owned());
    };
    let names: Vec<_> = files.iter().map(|(language, _)| language.as_str()).collect();
    let verdicts = first.lines().count();
    if others.is_empty() || verdicts == 0 {
        return Err(format!("nothing to compare: {verdicts} verdicts of {}", names.join(", ")));
    }
    if others.iter().all(|(_, other)| other == first) {
        let (count, names) = (names.len(), names.join(", "));
        return Ok(format!("{verdicts} verdicts, {count} times the same: {names}"));
    }
    Err(differences(files))
}

/// Each case on which not all languages say the same, with what each says.
fn differences(files: &[(String, String)]) -> String {
    let mut cases: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (at, (_, text)) in files.iter().enumerate() {
        for line in text.lines() {
            let (case, verdict) = line.split_once(",\"decision\":").unwrap_or((line, "?"));
            let answers = cases.entry(case).or_insert_with(|| vec!["nothing"; files.len()]);
            if let Some(answer) = answers.get_mut(at) {
                *answer = verdict.trim_end_matches('}');
            }
        }
    }
    cases.retain(|_, answers| answers.iter().any(|answer| Some(answer) != answers.first()));
    let mut told = format!("{} cases are not answered alike\n", cases.len());
    if cases.is_empty() {
        told.push_str("the same answers, in another order or with other line ends\n");
    }
    for (case, answers) in cases.iter().take(SHOWN) {
        let _ = writeln!(told, "{}", case.trim_start_matches('{'));
        for ((language, _), answer) in files.iter().zip(answers) {
            let _ = writeln!(told, "    {language:<10} {answer}");
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::compare;

    fn files(texts: &[&str]) -> Vec<(String, String)> {
        let name = |(at, text): (usize, &&str)| (format!("l{at}"), (*text).to_owned());
        texts.iter().enumerate().map(name).collect()
    }

    const A: &str = "{\"suite\":\"s\",\"id\":\"a\",\"decision\":\"allow\",\"code\":0}\n";
    const B: &str = "{\"suite\":\"s\",\"id\":\"a\",\"decision\":\"deny\",\"code\":2205}\n";

    #[test]
    fn the_same_bytes_agree_and_nothing_else_does() {
        assert_eq!(
            compare(&files(&[A, A, A])).unwrap(),
            "1 verdicts, 3 times the same: l0, l1, l2"
        );
        for texts in [&[A, B][..], &[A, ""], &["", ""], &[A], &[], &[A, A.trim_end()]] {
            assert!(compare(&files(texts)).is_err(), "{texts:?}");
        }
    }

    #[test]
    fn a_difference_is_shown_with_every_answer() {
        let told = compare(&files(&[A, B, ""])).unwrap_err();
        assert!(told.contains("1 cases"), "{told}");
        assert!(told.contains("\"suite\":\"s\",\"id\":\"a\""), "{told}");
        for line in [
            "l0         \"allow\",\"code\":0",
            "l1         \"deny\",\"code\":2205",
            "l2         nothing",
        ] {
            assert!(told.contains(line), "{told}");
        }
    }
}
