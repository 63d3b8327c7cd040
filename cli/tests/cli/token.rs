use crate::{Files, run, run_with, text};
use sha2::{Digest as _, Sha256};

const TOKEN: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

fn sha256(token: &str) -> String {
    Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_new_token_has_its_form_and_its_digest() {
    for (form, chars) in [("base64url", 43), ("hex", 64), ("letters62", 43)] {
        let made = run(&["token", "new", "--form", form, "--id", "ci\"1"], "").exits(0);
        let token = made.out.strip_suffix('\n').unwrap();
        assert_eq!(token.len(), chars);
        assert!(!made.err.contains(token));
        let snippet: toml::Value =
            toml::from_str(&made.err[made.err.find("[[").unwrap()..]).unwrap();
        assert_eq!(snippet["capability"][0]["id"].as_str(), Some("ci\"1"));
        assert_eq!(snippet["capability"][0]["sha256"].as_str(), Some(sha256(token).as_str()));
    }
    let made = run(&["token", "new", "--json"], "").exits(0).json();
    let token = made["token"].as_str().unwrap();
    assert_eq!(made["sha256"].as_str(), Some(sha256(token).as_str()));
    assert_ne!(run(&["token", "new", "--json"], "").json()["token"], made["token"]);
}

#[test]
fn a_new_file_is_private_and_no_old_one_is_overwritten() {
    let files = Files::new();
    let path = text(&files.path("token"));
    let made = run(&["token", "new", "--out", &path], "").exits(0);
    let token = std::fs::read_to_string(&path).unwrap();
    assert_eq!(token.len(), 43);
    assert_eq!(made.out.trim_end(), sha256(&token));
    assert!(!made.out.contains(&token) && !made.err.contains(&token));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    run(&["token", "new", "--out", &path], "").exits(2);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), token);
}

#[test]
fn a_digest_comes_from_file_environment_or_pipe() {
    let files = Files::new();
    let line = format!("{}\n", sha256(TOKEN));
    for ended in ["", "\n", "\r\n"] {
        let path = files.write("token", format!("{TOKEN}{ended}"));
        assert_eq!(run(&["token", "digest", "--file", &path], "").exits(0).out, line);
        assert_eq!(run(&["token", "digest"], format!("{TOKEN}{ended}")).exits(0).out, line);
    }
    let env = [("DOORWARD_TEST_TOKEN", TOKEN)];
    let args = ["token", "digest", "--env", "DOORWARD_TEST_TOKEN"];
    assert_eq!(run_with(&args, b"", &env).exits(0).out, line);
    // One line end is dropped, not two; and what no policy takes is said.
    let two = run(&["token", "digest"], format!("{TOKEN}\n\n")).exits(0);
    assert_eq!(two.out.trim_end(), sha256(&format!("{TOKEN}\n")));
    assert!(two.err.contains("warning"));
    assert_eq!(run(&["token", "digest"], TOKEN).err, "");
    run(&["token", "digest"], "").exits(2);
    run(&["token", "digest", "--env", "DOORWARD_TEST_UNSET"], "").exits(2);
    run(&["token", "digest", "--file", "/nonexistent"], "").exits(2);
}

#[test]
fn a_token_never_stands_on_the_command_line() {
    for args in [["token", "digest", TOKEN], ["token", "verify", TOKEN]] {
        run(&args, "").exits(2);
    }
}

#[test]
fn verify_against_digests() {
    let (right, wrong) = (sha256(TOKEN), sha256("another"));
    let verify = |digests: &[&str], token: &str| {
        let args = [&["token", "verify", "--json", "--sha256"], digests].concat();
        run(&args, token)
    };
    let allowed = verify(&[&wrong, &right.to_uppercase()], TOKEN).exits(0).json();
    assert_eq!(allowed["decision"], "allow");
    assert_eq!(allowed["principal"]["id"], right.as_str());
    let denied = verify(&[&wrong], TOKEN).exits(1).json();
    assert_eq!((&denied["code"], &denied["class"]), (&4004.into(), &"invalid_token".into()));
    // What no Authorization header can carry is not looked up.
    assert_eq!(verify(&[&right], "a b").exits(1).json()["code"], 2302);
    verify(&["12"], TOKEN).exits(2);
    verify(&[], TOKEN).exits(2);
    run(&["token", "verify"], TOKEN).exits(2);
}

#[test]
fn verify_against_a_policy_judges_expiry_and_scope() {
    let files = Files::new();
    let policy = files.write(
        "p.toml",
        format!(
            "[[capability]]\nid = \"ci\"\nsha256 = \"{}\"\nexpires = 1000\nscopes = [\"a\"]\n\
             [scope]\nrequire = [\"a\"]\n",
            sha256(TOKEN)
        ),
    );
    let verify = |now: &str, token: &str| {
        run(&["token", "verify", "--policy", &policy, "--now", now], token)
    };
    assert_eq!(verify("999", TOKEN).exits(0).out, "allow capability \"ci\"\n");
    let expired = verify("1000", TOKEN).exits(1).out;
    assert!(expired.starts_with("deny 5005 token_expired: "), "{expired}");
    assert!(verify("999", "other-other-other-other").exits(1).out.starts_with("deny 4004 "));
    let scoped =
        std::fs::read_to_string(&policy).unwrap().replace("require = [\"a\"]", "require = [\"b\"]");
    files.write("p.toml", scoped);
    assert!(verify("999", TOKEN).exits(1).out.starts_with("deny 6001 "));
}
