//! What each set of features decides, and that what is left out is refused. Run for every set by
//! tests/features.sh; the vectors that depend on no feature are decided in each.

use doorward_core::{
    Algorithm, Capability, CredentialRules, Decision, Digest, Gate, Header, Host, HostRules, Key,
    OriginRules, Reason, Request, Scheme, ScopeRules, UnixTime, credential, primitive,
};
use serde_json::Value;

const TOKEN: &str = "a.capability-token.of-three-parts";

fn capability() -> Capability<'static> {
    Capability {
        id: "ci",
        digest: Digest::of(TOKEN.as_bytes()),
        expires: None,
        scopes: &[],
        resources: &[],
    }
}

fn origin() -> OriginRules<'static> {
    #[cfg(feature = "origin")]
    return OriginRules::default();
    #[cfg(not(feature = "origin"))]
    OriginRules::off()
}

fn decide(capabilities: &[Capability<'_>], headers: &[(&str, &str)]) -> Result<String, Reason> {
    let gate = Gate {
        host: HostRules::default(),
        origin: origin(),
        credential: CredentialRules::default(),
        capabilities: capabilities.into(),
        jwt: None,
        scope: ScopeRules::default(),
        max_token_bytes: 1024,
        realm: "test",
    };
    let headers: Vec<Header<'_>> =
        headers.iter().map(|(name, value)| Header::new(name, value)).collect();
    let (method, target, scheme) = (&b"GET"[..], &b"/"[..], Scheme::Https);
    let request = Request { method, target, scheme, peer: None, headers: &headers };
    let mut scratch = vec![0; gate.scratch_bytes()];
    match gate.decide(&request, UnixTime::from_seconds(1_700_000_000), &mut scratch) {
        Decision::Allow(principal) => Ok(principal.id().unwrap().to_string()),
        Decision::Deny(reason) => Err(reason),
    }
}

#[test]
fn a_capability_opens_whatever_is_left_out() {
    let bearer = format!("Bearer {TOKEN}");
    let host = ("Host", "app.example.com");
    let entries = [capability()];
    assert_eq!(decide(&entries, &[host, ("Authorization", &bearer)]), Ok("ci".to_owned()));
    assert_eq!(decide(&entries, &[host]), Err(Reason::CredentialMissing));
    let signed = ("Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA");
    assert_eq!(decide(&entries, &[host, signed]), Err(Reason::CapabilityUnknown));
}

#[test]
fn a_page_is_judged_unless_the_build_says_that_it_is_not() {
    let bearer = format!("Bearer {TOKEN}");
    let host = ("Host", "app.example.com");
    let evil = ("Origin", "https://evil.example");
    let answer = decide(&[capability()], &[host, evil, ("Authorization", &bearer)]);
    if cfg!(feature = "origin") {
        assert_eq!(answer, Err(Reason::OriginNotAllowed));
    } else {
        assert_eq!(answer, Ok("ci".to_owned()));
    }
    let twice = decide(&[capability()], &[host, evil, evil, ("Authorization", &bearer)]);
    assert_eq!(twice, Err(Reason::OriginDuplicate));
}

#[test]
fn keys_of_an_algorithm_that_is_left_out_are_refused() {
    for algorithm in Algorithm::ALL {
        let made = Key::new(None, algorithm, &[7; 64]).map(|key| key.algorithm());
        if algorithm == Algorithm::Hs256 || cfg!(feature = "hs384-512") {
            assert_eq!(made, Ok(algorithm));
        } else {
            assert_eq!(made, Err(Reason::KeyInvalid));
        }
    }
}

/// The tokens were made with Python's hmac: header
/// `{"alg":"HS256"}` or `{"alg":"HS512"}`, claims `{"exp":1700003600}`, key 64 bytes of 7.
#[cfg(feature = "jwt")]
#[test]
fn tokens_of_an_algorithm_that_is_left_out_have_no_key() {
    use doorward_core::Jwt;
    let keys = [Key::new(None, Algorithm::Hs256, &[7; 64]).unwrap()];
    let verify = |token: &str| {
        let mut scratch = [0; 512];
        let claims = Jwt::new(&keys).verify(
            token.as_bytes(),
            UnixTime::from_seconds(1_700_000_000),
            &mut scratch,
        );
        claims.map(|claims| claims.json().to_owned())
    };
    assert_eq!(verify(HS256), Ok("{\"exp\":1700003600}".to_owned()));
    assert_eq!(verify(HS512), Err(Reason::AlgorithmNotAllowed));
}

#[cfg(feature = "jwt")]
const HS256: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDM2MDB9.a6IOqmkuJvrXCA1_EN9Da7lWv-oIrrFZ3PCF3p1R9DI";
#[cfg(feature = "jwt")]
const HS512: &str = "eyJhbGciOiJIUzUxMiJ9.eyJleHAiOjE3MDAwMDM2MDB9.iOYHg1sdiJpepY70cAun3gV0pdin9btSqB-TbgBSJN3yEGY-IOSpU9psYGVQgizgtXl7MbTdbe8fUoJGGm1qlQ";

/// The code of an operation that every build has; `None` for another.
fn code(case: &Value) -> Option<Result<(), Reason>> {
    let text = |name: &str| case["input"][name].as_str().map(str::as_bytes);
    let mut room = vec![0; 65_536];
    Some(match case["op"].as_str()? {
        "base64url.decode" => primitive::base64url_decode(text("text")?, &mut room).map(|_| ()),
        "json.object" => primitive::json_object(text("text")?, &mut room),
        "bearer" => credential::bearer(text("value")?).map(|_| ()),
        "host.parse" => Host::parse(text("value")?).map(|_| ()).ok_or(Reason::HostMalformed),
        _ => return None,
    })
}

#[test]
fn the_vectors_of_what_every_build_has() {
    for (file, least) in [("base64url", 20), ("json", 60), ("bearer", 20), ("host", 20)] {
        let path = format!("{}/../tests/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
        let suite: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut judged = 0;
        for case in suite["cases"].as_array().unwrap() {
            let Some(outcome) = code(case) else { continue };
            judged += 1;
            let got = outcome.err().map_or(0, Reason::code);
            assert_eq!(u64::from(got), case["expect"]["code"].as_u64().unwrap_or(0), "{case}");
        }
        assert!(judged >= least, "{file}: {judged}");
    }
}
