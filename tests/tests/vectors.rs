//! The vectors, and what must hold over all of them.

use doorward_core::{Reason, UnixTime};
use doorward_tests::operation::{Arrived, gate_of};
use doorward_tests::suite::{Case, Decide, read_folder};
use serde_json::Value;
use std::collections::HashSet;
use std::path::Path;

fn cases() -> Vec<(String, Case)> {
    let suites = read_folder(&doorward_tests::folder()).unwrap();
    suites
        .into_iter()
        .flat_map(|suite| suite.cases.into_iter().map(move |case| (suite.suite.clone(), case)))
        .collect()
}

fn decisions() -> impl Iterator<Item = (String, Decide)> {
    cases().into_iter().filter_map(|(suite, case)| match case {
        Case::Decide(case) => Some((format!("{suite}/{}", case.id), case)),
        Case::Operation(_) => None,
    })
}

#[test]
fn every_case_is_as_expected() {
    let report = doorward_tests::run(&doorward_tests::folder()).unwrap();
    assert!(report.failures.is_empty(), "{:#?}", report.failures);
    assert!(report.passed >= 2_800, "{}", report.closing_line());
    assert_eq!(report.verdicts.lines().count(), report.passed);
}

#[test]
fn every_public_set_is_as_expected() {
    let Some(folder) = std::env::var_os("DOORWARD_EXTRA_VECTORS") else { return };
    let report = doorward_tests::extra::run(folder.as_ref()).unwrap();
    assert!(report.failures.is_empty(), "{:#?}", report.failures);
    assert!(report.passed >= 1_000, "{}", report.closing_line());
}

/// What no case can produce: in Rust the compiler sees to it. 1001 to 1003 are mistakes with pointers,
/// which `ffi/tests/misuse.c` makes; 9999 stands for a panic, which a test of `ffi/src/boundary.rs`
/// plants.
const C_ABI: [Reason; 4] =
    [Reason::NullArgument, Reason::StorageTooSmall, Reason::StorageMisaligned, Reason::Internal];

/// Every row of the table but those of the C ABI is produced by a case, and every reason that a case
/// names is a row with that number.
#[test]
fn every_reason_is_produced() {
    let mut produced = HashSet::new();
    for (suite, case) in cases() {
        let mut expected = vec![case.expect()];
        if let Some(results) = case.expect().get("results").and_then(Value::as_array) {
            expected.extend(results);
        }
        // The challenge suite names every reason without producing one.
        if suite == "challenge" {
            continue;
        }
        for expect in expected {
            let Some(name) = expect.get("reason").and_then(Value::as_str) else { continue };
            let reason = Reason::ALL.iter().find(|reason| reason.name() == name);
            let reason = reason.unwrap_or_else(|| panic!("{suite}/{}: {name}", case.id()));
            assert_eq!(
                expect["code"].as_u64(),
                Some(reason.code().into()),
                "{suite}/{}",
                case.id()
            );
            if let Some(status) = expect.get("status") {
                assert_eq!(status.as_u64(), Some(reason.status().into()), "{suite}/{}", case.id());
            }
            produced.insert(*reason);
        }
    }
    let missing: Vec<_> =
        Reason::ALL.iter().copied().filter(|reason| !produced.contains(reason)).collect();
    assert_eq!(missing, C_ABI);
}

/// A token that is accepted is accepted in that one spelling only.
#[test]
fn every_accepted_token_is_refused_once_a_character_differs() {
    let mut tried = 0;
    for (suite, case) in cases() {
        let Case::Operation(case) = case else { continue };
        if case.op != "jwt.verify" || case.expect["decision"] != "allow" {
            continue;
        }
        let policy = serde_json::json!({ "jwt": case.input["jwt"] });
        let snapshot = gate_of(&policy).unwrap().snapshot();
        let gate = snapshot.gate();
        let jwt = gate.jwt.unwrap();
        let now = UnixTime::from_seconds(case.input["now"].as_u64().unwrap());
        let mut token = case.input["token"].as_str().unwrap().as_bytes().to_vec();
        let mut scratch = vec![0; gate.scratch_bytes()];
        assert!(jwt.verify(&token, now, &mut scratch).is_ok());
        for at in (0..token.len()).step_by(token.len() / 60 + 1) {
            let original = token[at];
            for other in [b'A', b'B', b'.', b'=', b' ', original ^ 1, original ^ 0x80] {
                if other != original {
                    token[at] = other;
                    let outcome = jwt.verify(&token, now, &mut scratch);
                    assert!(outcome.is_err(), "{suite}/{}: byte {at} as {other}", case.id);
                    tried += 1;
                }
            }
            token[at] = original;
        }
    }
    assert!(tried > 10_000, "{tried}");
}

/// The explanation tells the gate's own verdict, stops at the stage that the verdict names, and shows
/// no credential.
#[test]
fn every_explanation_agrees_with_its_decision() {
    let mut told = 0;
    for (id, case) in decisions() {
        let Ok(gate) = gate_of(&case.policy) else { continue };
        let snapshot = gate.snapshot();
        let arrived = Arrived::read(&case.request).unwrap();
        let now = UnixTime::from_seconds(case.now);
        let explanation = arrived.with(|request| snapshot.explain(request, now));
        let code = explanation.reason.map_or(0, Reason::code);
        assert_eq!(Some(u64::from(code)), case.expect["code"].as_u64(), "{id}: {explanation}");
        let refused: Vec<Reason> = explanation
            .steps
            .iter()
            .filter_map(|step| match step.outcome {
                doorward_policy::Outcome::Refused(reason) => Some(reason),
                doorward_policy::Outcome::Passed => None,
            })
            .collect();
        assert_eq!(refused, explanation.reason.into_iter().collect::<Vec<_>>(), "{id}");
        let text = explanation.to_string();
        for (name, value) in &case.request.headers {
            let (name, value) = (name.bytes().unwrap(), value.bytes().unwrap());
            let secret = String::from_utf8_lossy(&value).replace("Bearer ", "");
            if name.eq_ignore_ascii_case(b"authorization") && secret.len() > 20 {
                assert!(!text.contains(&secret), "{id}: {text}");
            }
        }
        assert!(text.is_ascii() || text.contains('…'), "{id}: {text}");
        told += 1;
    }
    assert!(told > 1_000, "{told}");
}

/// A profile's vectors are decided by the profile's own document: the keys that may differ are
/// parameters, none of them a rule.
#[test]
fn every_profile_is_what_its_vectors_say() {
    const PARAMETERS: [&str; 11] = [
        "/listen",
        "/host/allow",
        "/host/trusted_proxies",
        "/origin/allow",
        "/origin/mode",
        "/origin/https_page_on_http",
        "/capability",
        "/jwt/key",
        "/jwt/issuer",
        "/jwt/audience",
        "/jwt/leeway",
    ];
    let mut seen = HashSet::new();
    for (id, case) in decisions() {
        let Some(profile) = &case.profile else { continue };
        let text = doorward_policy::profiles::text(profile);
        let text = text.unwrap_or_else(|| panic!("{id}: no profile {profile}"));
        let mut document: Value = toml::from_str(text).unwrap();
        let mut policy = case.policy.clone();
        for parameter in PARAMETERS.iter().chain(&["/jwt/ignore_audience"]) {
            for value in [&mut document, &mut policy] {
                let (table, key) = parameter.rsplit_once('/').unwrap();
                if let Some(table) = value.pointer_mut(table).and_then(Value::as_object_mut) {
                    table.remove(key);
                }
            }
        }
        for value in [&mut document, &mut policy] {
            value
                .as_object_mut()
                .unwrap()
                .retain(|_, table| table.as_object().is_none_or(|table| !table.is_empty()));
        }
        assert_eq!(policy, document, "{id} is not an instance of {profile}");
        seen.insert(profile.clone());
    }
    let unseen: Vec<_> = doorward_policy::profiles::ALL
        .iter()
        .filter(|(name, _)| !seen.contains(*name))
        .map(|(name, _)| name)
        .collect();
    assert!(unseen.is_empty(), "without a vector: {unseen:?}");
}

#[test]
fn the_profiles_are_all_of_the_folder_and_load() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/profiles");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let mut names: Vec<&str> =
        doorward_policy::profiles::ALL.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(files, names);
    for (name, text) in doorward_policy::profiles::ALL {
        match doorward_policy::Policy::from_toml(text) {
            // Some of the servers compare an Origin with any Host, which is told.
            Ok(policy) => assert!(
                policy.warnings().iter().all(|warning| warning.path == "host.allow"),
                "{name}: {:?}",
                policy.warnings()
            ),
            // The signed form takes its secret from the environment.
            Err(error) => assert!(
                *name == "codex-app-server-signed" && error.path().ends_with("secret_env"),
                "{name}: {error}"
            ),
        }
    }
}

#[test]
fn the_runner_refuses_what_it_does_not_know() {
    let folder = std::env::temp_dir().join(format!("doorward-vectors-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let run = |text: &str| {
        std::fs::write(folder.join("x.json"), text).unwrap();
        doorward_tests::run(&folder)
    };
    let case =
        r#"{"id":"a","op":"capability.digest","input":{"token":"t"},"expect":{"sha256":"0"}}"#;
    let wrong = run(&format!(r#"{{"suite":"x","count":1,"cases":[{case}]}}"#)).unwrap();
    assert_eq!(wrong.closing_line(), "0 passed, 1 failed");
    for bad in [
        format!(r#"{{"suite":"x","count":2,"cases":[{case}]}}"#),
        format!(r#"{{"suite":"x","count":2,"cases":[{case},{case}]}}"#),
        format!(r#"{{"suite":"y","count":1,"cases":[{case}]}}"#),
        format!(r#"{{"suite":"x","count":1,"more":1,"cases":[{case}]}}"#),
        format!(r#"{{"suite":"x","count":1,"cases":[{}]}}"#, case.replace("\"op\"", "\"opp\"")),
        format!(r#"{{"suite":"x","count":1,"cases":[{}]}}"#, case.replace("\"token\"", "\"tok\"")),
        format!(r#"{{"suite":"x","count":1,"cases":[{}]}}"#, case.replace(".digest", ".other")),
    ] {
        assert!(run(&bad).is_err(), "{bad}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}
