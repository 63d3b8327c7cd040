//! What is printed holds no secret and no byte of the request.

use doorward_core::{
    Algorithm, Capabilities, Capability, Claims, Decision, Digest, Gate, Header, Jwt, Key, Parsed,
    Request, Scheme, Tickets, UnixTime, sign,
};
use doorward_policy::Policy;

const SECRET: &[u8] = b"MARK-secret-of-more-than-32-bytes-MARK";
const NOW: UnixTime = UnixTime::from_seconds(1_700_000_000);

fn without_marks(what: &str, text: &str) {
    assert!(!text.contains("MARK"), "{what}: {text}");
}

#[test]
fn debug_of_the_core_prints_no_secret() {
    let keys = [Key::new(Some("MARK-kid"), Algorithm::Hs256, SECRET).unwrap()];
    let claims = br#"{"sub":"MARK-subject","exp":1700003600}"#;
    let mut out = [0; 400];
    let token = sign(&keys[0], claims, &mut out).unwrap();
    let jwt = Jwt::new(&keys);
    let mut scratch = [0; 4096];
    let parsed = Parsed::parse(token.as_bytes(), 1000, &jwt).unwrap();
    assert_eq!(format!("{parsed:?}"), format!("Parsed({} bytes)", token.rfind('.').unwrap()));
    let signed = parsed.prove(&mut scratch).unwrap();
    assert_eq!(format!("{signed:?}"), "Signed(39 bytes)");
    let claims: Claims<'_> = signed.claims(&jwt.claims, NOW).unwrap();
    assert_eq!(format!("{claims:?}"), "Claims(39 bytes)");
    assert_eq!(format!("{:?}", claims.subject().unwrap()), "JsonStr(12 bytes)");
    assert_eq!(
        format!("{:?}", claims.get("sub").unwrap()),
        "Value(String { escaped: false }, 14 bytes)"
    );
    without_marks("jwt", &format!("{jwt:?}"));
    assert_eq!(format!("{:?}", Digest::of(SECRET)), "Digest(SHA-256)");
    let mut tickets = Tickets::<2>::new(30);
    tickets.issue(&[7; 32], b"MARK", NOW, &mut [0; 64]).unwrap();
    without_marks("tickets", &format!("{tickets:?}"));
}

#[test]
fn debug_of_a_decision_prints_no_request() {
    let entries = [Capability {
        id: "MARK-id",
        digest: Digest::of(b"MARK-token-0123456789abcdef"),
        expires: None,
        scopes: &[],
        resources: &[],
    }];
    let gate = Gate { capabilities: Capabilities::new(&entries), ..Gate::default() };
    let headers = [Header::new("Authorization", "Bearer MARK-token-0123456789abcdef")];
    let request = Request {
        method: b"MARK",
        target: b"/MARK?MARK",
        scheme: Scheme::Https,
        peer: None,
        headers: &headers,
    };
    without_marks("request", &format!("{request:?}"));
    without_marks("judged", &format!("{:?}", request.judged().unwrap()));
    let found = gate.credential.find(&request, &request.judged().unwrap()).unwrap();
    assert_eq!(format!("{:?}", found.unwrap()), "Credential(authorization, 27 bytes)");
    let decision = gate.decide(&request, NOW, &mut []);
    assert!(matches!(decision, Decision::Allow(_)));
    without_marks("decision", &format!("{decision:?}"));
    let denied = Gate::default().decide(&request, NOW, &mut []);
    assert_eq!(format!("{denied:?}"), "Deny(CapabilityUnknown)");
}

/// The policy's parsers like to quote the line that is wrong; a line may hold a secret.
#[test]
fn policy_errors_quote_no_value() {
    let toml = [
        "[[jwt.key]]\nalgorithm = \"HS256\"\nsecret = \"MARK",
        "[[jwt.key]]\nalgorithm = \"HS256\"\nsecret = \"MARK\" MARK",
        "[[jwt.key]]\nalgorithm = \"HS256\"\nsecret = \"MARK-short\"",
        "[[jwt.key]]\nalgorithm = \"MARK\"\nsecret = \"MARK-short\"",
        "[[jwt.key]]\nalgorithm = \"HS256\"\nencoding = \"hex\"\nsecret = \"MARK-MARK-MARK-MARK-MARK-MARK-MARK\"",
        "[[jwt.key]]\nalgorithm = \"HS256\"\nsecret = [\"MARK\"]",
        "[[capability]]\nid = \"a\"\ntoken = \"MARK\"",
        "[[capability]]\nid = \"a\"\nsha256 = \"MARK\"",
        "realm = \"MARK\\\"\"",
    ];
    for document in toml {
        let error = Policy::from_toml(document).unwrap_err();
        without_marks(document, &error.to_string());
        without_marks(document, &format!("{error:?}"));
    }
    for document in
        ["{\"realm\": \"MARK", "{\"realm\": MARK}", "{\"jwt\":{\"key\":[{\"secret\":\"MARK\"}]}}"]
    {
        let error = Policy::from_json(document).unwrap_err();
        without_marks(document, &error.to_string());
        without_marks(document, &format!("{error:?}"));
    }
}

#[test]
fn debug_of_a_policy_and_its_handles_prints_no_secret() {
    let document = "[[capability]]\nid = \"MARK\"\ntoken = \"MARK-MARK-MARK-MARK-MARK-MARK\"";
    let policy = Policy::from_toml(document).unwrap();
    without_marks("policy", &format!("{policy:?}"));
    let gate = policy.gate();
    without_marks("gate", &format!("{gate:?} {:?}", gate.snapshot()));
    let headers = [Header::new("Authorization", "Bearer MARK-MARK-MARK-MARK-MARK-MARK")];
    let request = Request {
        method: b"GET",
        target: b"/",
        scheme: Scheme::Https,
        peer: None,
        headers: &headers,
    };
    without_marks("principal", &format!("{:?}", gate.decide_at(&request, NOW).unwrap()));
}
