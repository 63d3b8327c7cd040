//! Documents and secrets in files, and what a reload does with them.

use doorward_policy::{Gate, Header, Policy, Reason, Request, Scheme, UnixTime};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

const NOW: UnixTime = UnixTime::from_seconds(1_700_000_000);

fn decide(gate: &Gate, token: &str) -> Result<(), Reason> {
    let bearer = format!("Bearer {token}");
    ask(gate, &[Header::new("Host", "app.example.com"), Header::new("Authorization", &bearer)])
}

fn ask(gate: &Gate, headers: &[Header<'_>]) -> Result<(), Reason> {
    let request =
        Request { method: b"GET", target: b"/", scheme: Scheme::Https, peer: None, headers };
    gate.decide_at(&request, NOW).map(|_| ())
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    private(&path);
    path
}

#[cfg(unix)]
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn private(_path: &Path) {}

const FIRST: &str = "first-token-0123456789abcdef";
const SECOND: &str = "second-token-0123456789abcdef";

fn document(folder: &Path) -> PathBuf {
    write(folder, "token", format!("{FIRST}\n"));
    write(folder, "policy.toml", "[[capability]]\nid = \"a\"\ntoken_file = \"token\"\n")
}

#[test]
fn a_relative_secret_is_meant_from_the_documents_folder_and_loses_one_line_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = document(folder.path());
    let gate = Gate::open(&path).unwrap();
    assert_eq!(decide(&gate, FIRST), Ok(()));
    assert_eq!(decide(&gate, SECOND), Err(Reason::CapabilityUnknown));
    write(folder.path(), "token", format!("{FIRST}\r\n"));
    assert!(gate.reload().unwrap().is_empty());
    assert_eq!(decide(&gate, FIRST), Ok(()));
    // Two line ends: one is the secret's, and no token has one.
    write(folder.path(), "token", format!("{FIRST}\n\n"));
    assert_eq!(gate.reload().unwrap_err().reason(), Reason::CapabilityInvalid);
}

#[test]
fn a_reload_that_fails_keeps_the_old_rules_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = document(folder.path());
    let gate = Gate::open(&path).unwrap();
    let other_handle = gate.clone();
    fs::write(&path, "[[capability]]\nid = \"a\"\ntoken_flie = \"token\"\n").unwrap();
    let error = gate.reload().unwrap_err();
    let expected = format!(
        "{}:3:1: capability[0].token_flie: unknown key; known here: id, sha256, sha256_file, \
         token_file, token_env, token, expires, scopes, resources, weak",
        path.display()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(decide(&other_handle, FIRST), Ok(()));
    fs::remove_file(&path).unwrap();
    assert_eq!(gate.reload().unwrap_err().reason(), Reason::ConfigInvalid);
    assert_eq!(decide(&other_handle, FIRST), Ok(()));
    document(folder.path());
    write(folder.path(), "token", SECOND);
    gate.reload().unwrap();
    assert_eq!(decide(&other_handle, FIRST), Err(Reason::CapabilityUnknown));
    assert_eq!(decide(&other_handle, SECOND), Ok(()));
}

#[test]
fn rules_that_are_looked_at_outlive_a_reload_and_even_the_gate() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Gate::open(document(folder.path())).unwrap();
    let (current, kept) = (gate.current(), gate.snapshot());
    write(folder.path(), "token", SECOND);
    gate.reload().unwrap();
    let digest = |gate: &doorward_core::Gate<'_>| {
        gate.capabilities.entries().first().map(|entry| entry.digest)
    };
    assert_eq!(digest(gate.current().gate()), Some(doorward_core::Digest::of(SECOND.as_bytes())));
    drop(gate);
    assert_eq!(digest(current.gate()), Some(doorward_core::Digest::of(FIRST.as_bytes())));
    assert_eq!(digest(&kept.gate()), digest(current.gate()));
}

#[cfg(unix)]
#[test]
fn a_secret_that_others_can_read_warns() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = document(folder.path());
    assert!(Policy::from_file(&path).unwrap().warnings().is_empty());
    for (mode, warns) in
        [(0o600, 0), (0o400, 0), (0o640, 1), (0o604, 1), (0o644, 1), (0o620, 1), (0o602, 1)]
    {
        let token = folder.path().join("token");
        fs::set_permissions(token, fs::Permissions::from_mode(mode)).unwrap();
        let policy = Policy::from_file(&path).unwrap();
        assert_eq!(policy.warnings().len(), warns, "{mode:o}");
        if let [warning] = policy.warnings() {
            assert_eq!(warning.path, "capability[0].token_file");
            assert!(warning.message.contains("chmod 600"), "{warning}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_digest_that_others_can_write_warns() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let digest = write(folder.path(), "digest", format!("{}\n", "5d".repeat(32)));
    let text = "[[capability]]\nid = \"a\"\nsha256_file = \"digest\"\n";
    let path = write(folder.path(), "policy.toml", text);
    for (mode, warns) in [(0o644, 0), (0o664, 1), (0o646, 1)] {
        fs::set_permissions(&digest, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(Policy::from_file(&path).unwrap().warnings().len(), warns, "{mode:o}");
    }
    fs::set_permissions(&digest, fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    let policy = Policy::from_file(&path).unwrap();
    assert!(policy.warnings()[0].message.contains("everybody can write this document"));
}

/// Opening a FIFO would hold the server until somebody writes to it.
#[cfg(unix)]
#[test]
fn a_fifo_is_refused_before_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = document(folder.path());
    let token = folder.path().join("token");
    fs::remove_file(&token).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&token).status().unwrap();
    assert!(made.success());
    let error = Policy::from_file(&path).unwrap_err();
    assert!(error.message().ends_with("not a regular file"), "{error}");
}

#[test]
fn errors_stay_on_one_line_and_show_no_misplaced_secret() {
    let error = Policy::from_toml("\"a\\nFAKE LOG LINE\" = 1").unwrap_err();
    assert_eq!(error.to_string().lines().count(), 1, "{error}");
    for key in ["token_env", "token_file", "sha256_file"] {
        let document = format!("[[capability]]\nid = \"a\"\n{key} = \"s3cretTokenInTheWrongKey\"");
        let error = Policy::from_toml(&document).unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}

#[test]
fn a_secret_with_blank_ends_warns() {
    let of = |secret: &str| {
        let document = format!("[[jwt.key]]\nalgorithm = \"HS256\"\nsecret = \"{secret}\"");
        Policy::from_toml(&document).unwrap().warnings().len()
    };
    let secret = "0123456789abcdef0123456789abcdef";
    // One warning each is for a secret that stands in the document.
    assert_eq!(of(secret), 1);
    for blank in [format!(" {secret}"), format!("{secret} "), format!("\u{feff}{secret}")] {
        assert_eq!(of(&blank), 2);
    }
}

#[test]
fn a_secret_that_is_no_plain_small_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = document(folder.path());
    write(folder.path(), "token", vec![b'a'; 70_000]);
    assert_eq!(Policy::from_file(&path).unwrap_err().reason(), Reason::CapabilityInvalid);
    fs::remove_file(folder.path().join("token")).unwrap();
    let error = Policy::from_file(&path).unwrap_err();
    assert_eq!(error.path(), "capability[0].token_file");
    fs::create_dir(folder.path().join("token")).unwrap();
    assert_eq!(Policy::from_file(&path).unwrap_err().reason(), Reason::CapabilityInvalid);
}

#[test]
fn a_secret_from_the_environment() {
    // PATH is there on every machine and is no token; a name that nobody sets is not there.
    let of = |name: &str| {
        Policy::from_toml(&format!("[[capability]]\nid = \"a\"\ntoken_env = \"{name}\""))
    };
    assert_eq!(of("PATH").unwrap_err().reason(), Reason::CapabilityInvalid);
    let error = of("DOORWARD_TEST_NOT_SET").unwrap_err();
    assert_eq!(error.message(), "the environment variable of this name is not set");
    assert_eq!(error.position().map(|at| (at.line, at.column)), Some((3, 13)));
}

#[test]
fn a_file_says_its_syntax_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let json = format!("{{\"capability\":[{{\"id\":\"a\",\"token\":\"{FIRST}\"}}]}}");
    let path = write(folder.path(), "policy.json", &json);
    assert_eq!(decide(&Gate::open(path).unwrap(), FIRST), Ok(()));
    let path = write(folder.path(), "policy.conf", &json);
    assert!(Gate::open(path).unwrap_err().to_string().contains(".toml or .json"));
}

/// Eight threads decide while another swaps the rules: every decision is one of the two policies' as
/// a whole, never a mixture and never a gap.
#[test]
fn threads_decide_while_the_rules_are_replaced() {
    let of = |token: &str, realm: &str| {
        Policy::from_toml(&format!(
            "realm = \"{realm}\"\n[[capability]]\nid = \"{realm}\"\ntoken = \"{token}\""
        ))
        .unwrap()
    };
    let gate = of(FIRST, "one").gate();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut decided = 0_u32;
                while !done.load(Ordering::Relaxed) || decided == 0 {
                    let snapshot = gate.snapshot();
                    let inside = snapshot.gate();
                    assert_eq!(inside.capabilities.entries()[0].id, inside.realm);
                    let outcomes = [decide(&gate, FIRST), decide(&gate, SECOND)];
                    assert!(
                        outcomes
                            .iter()
                            .all(|o| matches!(o, Ok(()) | Err(Reason::CapabilityUnknown)))
                    );
                    decided += 1;
                }
            });
        }
        for i in 0..500 {
            gate.replace(if i % 2 == 0 { of(SECOND, "two") } else { of(FIRST, "one") });
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(decide(&gate, FIRST), Ok(()));
}

#[test]
fn a_closed_gate_lets_nobody_in_and_no_reload_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    let gate = Gate::open(document(folder.path())).unwrap();
    let (other_handle, under_way) = (gate.clone(), gate.snapshot());
    assert_eq!(decide(&other_handle, FIRST), Ok(()));
    gate.close().unwrap();
    assert_eq!(under_way.gate().capabilities.entries().len(), 1);
    let open = Policy::from_toml("[credential]\nanonymous = true").unwrap().gate();
    let nobody = [Header::new("Host", "app.example.com")];
    assert_eq!(ask(&open, &nobody), Ok(()));
    open.close().unwrap();
    for closed in [&gate, &other_handle, &open] {
        for _ in 0..2 {
            let now = closed.snapshot();
            assert!(now.gate().capabilities.entries().is_empty() && now.jwt().is_none());
            assert_eq!(ask(closed, &nobody), Err(Reason::CredentialMissing));
            assert_eq!(decide(closed, FIRST), Err(Reason::CapabilityUnknown));
            assert_eq!(closed.reload().unwrap_err().to_string(), "the gate is closed");
            closed.replace(Policy::from_toml("[credential]\nanonymous = true").unwrap());
            closed.close().unwrap();
        }
    }
}

#[test]
fn a_reload_under_way_does_not_open_a_closed_gate() {
    let folder = tempfile::tempdir().unwrap();
    let path = document(folder.path());
    for _ in 0..200 {
        let gate = Gate::open(&path).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| drop(gate.reload()));
            std::thread::yield_now();
            gate.close().unwrap();
        });
        assert_eq!(decide(&gate, FIRST), Err(Reason::CapabilityUnknown));
    }
}

#[test]
fn handles_cross_threads() {
    fn check<T: Send + Sync + Clone>() {}
    check::<Gate>();
    check::<doorward_policy::Snapshot>();
    check::<doorward_policy::Principal>();
}

#[test]
fn a_listener_that_others_reach_needs_a_credential() {
    let of = |text: &str| Policy::from_toml(text).unwrap().gate().snapshot();
    let (local, wide) = ("127.0.0.1".parse().unwrap(), "0.0.0.0".parse().unwrap());
    let open = of("[credential]\nanonymous = true");
    assert!(open.startup_check(local).is_ok());
    assert_eq!(open.startup_check(wide), Err(Reason::StartupUnprotected));
    let warned = of("[credential]\nanonymous = true\n[listen]\nwithout_credential = \"warn\"");
    assert_eq!(warned.startup_check(wide), Ok(doorward_policy::core::Startup::Warned));
    let closed = of(&format!("[[capability]]\nid = \"a\"\ntoken = \"{FIRST}\""));
    assert_eq!(closed.startup_check(wide), Ok(doorward_policy::core::Startup::Protected));
}

#[test]
fn the_verifier_alone_is_that_of_the_gate() {
    let of = |text: &str| Policy::from_toml(text).unwrap().gate().snapshot();
    let rules = of("[jwt]\nissuer = \"i\"\naudience = [\"a\"]\nsubject = \"s\"\nleeway = 7\n\
         required = [\"x\"]\nmax_age = 60\ntyp = [\"at+jwt\"]\nrevoked = [\"r\"]\nignore_kid = true\n\
         [[jwt.key]]\nalgorithm = \"HS256\"\nsecret = \"0123456789abcdef0123456789abcdef\"");
    let (alone, inside) = (rules.jwt().unwrap(), rules.gate().jwt.unwrap());
    assert_eq!(format!("{alone:?}"), format!("{inside:?}"));
    assert_eq!((alone.claims.leeway, alone.claims.issuer), (7, Some("i")));
    assert!(of(&format!("[[capability]]\nid = \"a\"\ntoken = \"{FIRST}\"")).jwt().is_none());
}
