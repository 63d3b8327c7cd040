use crate::{Files, profile, run};

const DIGEST: &str = "2c6ee3362ca1052088f9bd4f91d4f409f739593c9b5fab8d1ad82339b7cff0cb";

#[test]
fn a_good_policy() {
    let path = profile("strict");
    let checked = run(&["policy", "check", &path, "--strict"], "").exits(0);
    assert_eq!((checked.out, checked.err), (format!("{path}: ok\n"), String::new()));
    assert_eq!(run(&["policy", "check", &path, "--json"], "").exits(0).json()["ok"], true);
}

#[test]
fn an_error_names_its_place_as_compilers_do() {
    let files = Files::new();
    let path = files.write(
        "p.toml",
        format!("[[capability]]\nid = \"x\"\nsha256 = \"{DIGEST}\"\n[orgin]\nmode = \"off\"\n"),
    );
    let checked = run(&["policy", "check", &path], "").exits(2);
    assert!(checked.err.starts_with(&format!("{path}:4:")), "{}", checked.err);
    assert!(checked.err.contains("orgin"), "{}", checked.err);
    let json = run(&["policy", "check", &path, "--json"], "").exits(2).json();
    assert_eq!(json["error"]["code"], 1005);
    assert_eq!(json["error"]["line"], 4);
    assert_eq!(json["error"]["path"], "orgin");
    run(&["policy", "check", "/nonexistent.toml"], "").exits(2);
    // Every other command refuses it too.
    let decide = ["decide", "--policy", &path, "--target", "/"];
    assert_eq!(run(&decide, "").exits(2).err, checked.err);
}

#[test]
fn warnings_are_errors_only_strictly() {
    let files = Files::new();
    let token = "a-token-in-the-document-itself";
    let path = files.write(
        "p.toml",
        format!("[[capability]]\nid = \"x\"\ntoken = \"{token}\"\n[origin]\nmode = \"off\"\n"),
    );
    let checked = run(&["policy", "check", &path], "").exits(0);
    assert!(checked.out.contains("warning: capability[0].token"), "{}", checked.out);
    assert!(checked.out.contains("opt-out in use: origin.mode = \"off\""), "{}", checked.out);
    assert!(!checked.out.contains(token));
    let weak =
        files.write("weak.toml", "[[capability]]\nid = \"x\"\ntoken = \"short\"\nweak = true\n");
    let weak = run(&["policy", "check", &weak], "").exits(0);
    assert!(weak.out.contains("opt-out in use: capability x: weak"), "{}", weak.out);
    let strict = run(&["policy", "check", &path, "--strict"], "").exits(2);
    assert!(!strict.out.contains(": ok"), "{}", strict.out);
    let json = run(&["policy", "check", &path, "--strict", "--json"], "").exits(2).json();
    assert_eq!(json["ok"], false);
    assert_eq!(json["warnings"][0]["path"], "capability[0].token");
    assert_eq!(json["opt_outs"][0], "origin.mode = \"off\"");
}

#[test]
fn an_unprotected_listener_is_refused_before_it_is_opened() {
    let files = Files::new();
    let write = |more: &str| {
        files.write(
            "p.toml",
            format!("[listen]\naddress = \"0.0.0.0:80\"\n{more}\n[credential]\nanonymous = true\n"),
        )
    };
    let path = write("");
    let checked = run(&["policy", "check", &path], "").exits(2);
    assert!(checked.err.contains("listen.address"), "{}", checked.err);
    assert_eq!(run(&["policy", "check", &path, "--json"], "").json()["error"]["code"], 1010);
    let path = write("without_credential = \"warn\"");
    assert!(run(&["policy", "check", &path], "").exits(0).out.contains("warning: listen.address"));
    run(&["policy", "check", &path, "--strict"], "").exits(2);
}

#[test]
fn profiles_are_listed_and_printed() {
    let list = run(&["policy", "profiles"], "").exits(0).out;
    assert!(list.lines().any(|line| line.starts_with("codex-app-server ")), "{list}");
    let text = run(&["policy", "profile", "strict"], "").exits(0).out;
    assert_eq!(text, std::fs::read_to_string(profile("strict")).unwrap());
    let json = run(&["policy", "profile", "strict", "--json"], "").exits(0).json();
    assert_eq!(json["text"], text);
    let unknown = run(&["policy", "profile", "stict"], "").exits(2).err;
    assert!(unknown.contains("codex-app-server"), "{unknown}");
}

#[test]
fn explain_compares_and_decides() {
    let path = profile("strict");
    let request =
        "GET /ws HTTP/1.1\r\nHost: app.example.com\r\nOrigin: http://evil.example\x1b\r\n\r\n";
    let refused = run(&["policy", "explain", &path], request).exits(2);
    assert!(refused.err.contains("line 3"), "{}", refused.err);
    let request = request.replace('\x1b', "");
    let explained = run(&["policy", "explain", &path], &request).exits(1).out;
    assert!(explained.contains("Origin: \"http://evil.example\""), "{explained}");
    assert!(explained.contains("own origin http://app.example.com"), "{explained}");
    assert!(explained.ends_with("deny 2205 origin_not_allowed 403\n"), "{explained}");
    let json = run(&["policy", "explain", &path, "--json"], &request).exits(1).json();
    let steps = json["steps"].as_array().unwrap();
    let last = steps.last().unwrap();
    assert_eq!((&last["stage"], &last["code"]), (&"origin".into(), &2205.into()));
    assert_eq!(steps[0]["outcome"], "passed");
}
