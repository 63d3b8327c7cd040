//! Properties over made-up input, against other people's implementations where there is one.

use doorward_core::{Header, Origin, Request, Scheme, UnixTime, primitive};
use doorward_policy::{Gate, Policy};
use proptest::prelude::*;
use std::sync::LazyLock;

/// JSON texts, most of them nearly right.
fn jsonish() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("\""),
        Just("\\"),
        Just("\"a\""),
        Just("\"b\":"),
        Just("\"exp\":1"),
        Just("0"),
        Just("-1"),
        Just("1.5"),
        Just("1e5"),
        Just("01"),
        Just("true"),
        Just("false"),
        Just("null"),
        Just("nul"),
        Just(" "),
        Just("\n"),
        Just("\\u0041"),
        Just("\\ud83d\\ude00"),
        Just("\\ud800"),
        Just("é"),
        Just("\u{1}"),
        Just("\"x\":{"),
        Just("\"y\":["),
        Just("}}"),
        Just("]]"),
        Just("\"long name of a member\":"),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| {
        let body = pieces.concat();
        if body.len() % 3 == 0 { body.into_bytes() } else { format!("{{{body}}}").into_bytes() }
    })
}

/// Whether another reader takes the text for one object with each top-level name once; nothing where
/// it stumbles over a number that its floats do not hold, which is valid JSON.
fn reference(text: &[u8]) -> Option<bool> {
    #[derive(Default)]
    struct Names(Vec<String>);
    impl<'de> serde::de::Visitor<'de> for Names {
        type Value = Vec<String>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: serde::de::MapAccess<'de>>(
            mut self,
            mut map: A,
        ) -> Result<Vec<String>, A::Error> {
            while let Some(name) = map.next_key::<String>()? {
                map.next_value::<serde_json::Value>()?;
                self.0.push(name);
            }
            Ok(self.0)
        }
    }
    use serde::Deserializer as _;
    let mut reader = serde_json::Deserializer::from_slice(text);
    match reader.deserialize_map(Names::default()).and_then(|names| reader.end().map(|()| names)) {
        Ok(names) => {
            let unique: std::collections::HashSet<_> = names.iter().collect();
            Some(unique.len() == names.len())
        }
        Err(error) if error.to_string().starts_with("number out of range") => None,
        Err(_) => Some(false),
    }
}

fn accepts(text: &[u8]) -> bool {
    primitive::json_object(text, &mut vec![0; text.len()]).is_ok()
}

static GATES: LazyLock<Vec<Gate>> = LazyLock::new(|| {
    let key = r#""jwt":{"key":[{"id":"k","algorithm":"HS256","secret":"0123456789abcdef0123456789abcdef"}]}"#;
    let places =
        r#""places":["authorization","cookie:s","query:t","header:X-Key","subprotocol:b."]"#;
    [
        format!("{{{key}}}"),
        format!(r#"{{{key},"credential":{{{places}}},"host":{{"trusted_proxies":["0.0.0.0/0"]}}}}"#),
        format!(
            r#"{{{key},"credential":{{{places},"first_present_wins":true,"anonymous":true}},
               "host":{{"trusted_proxies":["0.0.0.0/0"],"forwarded_lenient":true}},
               "origin":{{"mode":"same-origin-or-list","allow":["https://*.a.example","http://localhost:*"],
                          "accept_unserialized":true,"loopback_aliases":true,"allow_null":true}}}}"#
        ),
        format!(r#"{{{key},"origin":{{"mode":"after-credential"}},"host":{{"allow":["*.a.example","[::1]:*"]}}}}"#),
    ]
    .iter()
    .map(|document| Policy::from_json(document).unwrap().gate())
    .collect()
});

fn header() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let name = prop_oneof![
        Just("Host"),
        Just("Origin"),
        Just("Authorization"),
        Just("Cookie"),
        Just("Forwarded"),
        Just("X-Forwarded-Host"),
        Just("X-Forwarded-Proto"),
        Just("Sec-Fetch-Site"),
        Just("Sec-WebSocket-Protocol"),
        Just("X-Key"),
        Just("x"),
    ];
    let value = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        "(Bearer |bearer  |Basic )?[A-Za-z0-9._=~+/-]{0,40}".prop_map(String::into_bytes),
        "https?://[a-z.\\[\\]:0-9*]{0,20}(:[0-9]{0,6})?".prop_map(String::into_bytes),
        "(s|t|a)=[^;]{0,10}(; s=[a-z]{0,5})?".prop_map(String::into_bytes),
        "(host|proto|for)=\"?[a-z.:]{0,12}\"?[;,] ?(proto|host)=[a-z]{0,6}"
            .prop_map(String::into_bytes),
        "(b\\.)?[a-z]{0,6},? ?b\\.[a-z]{0,4}".prop_map(String::into_bytes),
    ];
    (name.prop_map(|name| name.as_bytes().to_vec()), value)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_is_read_as_others_read_it(text in jsonish()) {
        if let Some(expected) = reference(&text) {
            prop_assert_eq!(accepts(&text), expected, "{}", String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn any_bytes_are_read_as_others_read_them(text in proptest::collection::vec(any::<u8>(), 0..60)) {
        if let Some(expected) = reference(&text) {
            prop_assert_eq!(accepts(&text), expected);
        }
    }

    /// Without the key nobody gets in, and nothing panics; the explanation agrees.
    #[test]
    fn no_made_up_request_gets_in(
        headers in proptest::collection::vec(header(), 0..8),
        target in "/[a-z]{0,4}(\\?(t|%74|a)=[A-Za-z0-9%+._-]{0,12}(&t=x)?)?(#x)?",
        https in any::<bool>(),
        now in prop_oneof![Just(0_u64), Just(1_700_000_000), any::<u64>()],
    ) {
        let headers: Vec<_> = headers.iter().map(|(name, value)| Header { name, value }).collect();
        let request = Request {
            method: b"GET",
            target: target.as_bytes(),
            scheme: if https { Scheme::Https } else { Scheme::Http },
            peer: Some("10.0.0.1".parse().unwrap()),
            headers: &headers,
        };
        let now = UnixTime::from_seconds(now);
        for gate in GATES.iter() {
            let outcome = gate.decide_at(&request, now);
            if let Ok(principal) = &outcome {
                prop_assert_eq!(principal.kind(), "anonymous");
            }
            prop_assert_eq!(gate.snapshot().explain(&request, now).reason, outcome.err());
        }
    }

    #[test]
    fn an_origin_that_is_accepted_has_one_spelling(text in "(https?|ws|tauri)://[a-z0-9.:\\[\\]_-]{1,24}") {
        if let Ok(Origin::Tuple(tuple)) = Origin::parse(text.as_bytes()) {
            prop_assert_eq!(tuple.to_string(), text);
        }
    }

    #[test]
    fn base64url_goes_there_and_back(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        use base64ct::{Base64UrlUnpadded, Encoding as _};
        let text = Base64UrlUnpadded::encode_string(&bytes);
        let mut out = vec![0; bytes.len()];
        prop_assert_eq!(primitive::base64url_decode(text.as_bytes(), &mut out), Ok(&*bytes));
    }

    #[test]
    fn base64url_is_read_as_others_read_it(text in "[A-Za-z0-9_=. +/-]{0,70}") {
        use base64ct::{Base64UrlUnpadded, Encoding as _};
        let mut out = vec![0; text.len()];
        let ours = primitive::base64url_decode(text.as_bytes(), &mut out).map(<[u8]>::to_vec).ok();
        prop_assert_eq!(ours, Base64UrlUnpadded::decode_vec(&text).ok());
    }
}
