//! The one pass that a CPU with vector code takes over a token, beside the steps that every CPU can
//! take: for whatever bytes, the two give the same answer, down to the reason and the claims.

use doorward_core::{
    Algorithm, ClaimRules, Claims, Jwt, Key, NumericDate, Parsed, Reason, UnixTime, primitive, sign,
};
use proptest::prelude::*;

const NOW: UnixTime = UnixTime::from_seconds(1_700_000_000);

const SECRET: &[u8; 64] = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// What a claims set shows of itself.
#[derive(Debug, PartialEq)]
struct Seen {
    json: String,
    texts: [Option<String>; 3],
    dates: [Option<i64>; 3],
    audience: Option<String>,
}

fn seen(claims: Result<Claims<'_>, Reason>) -> Result<Seen, Reason> {
    claims.map(|claims| {
        let plain = claims.subject().and_then(|subject| subject.plain());
        assert_eq!(claims.plain_subject(), plain.map(str::as_bytes));
        Seen {
            json: claims.json().to_owned(),
            texts: [claims.subject(), claims.issuer(), claims.token_id()]
                .map(|text| text.map(|text| text.to_string())),
            dates: [claims.expires(), claims.not_before(), claims.issued_at()]
                .map(|date| date.map(NumericDate::seconds)),
            audience: claims.audience().map(|value| value.raw().to_owned()),
        }
    })
}

/// Judges a token by both paths, with room to spare, with just enough and with too little.
fn compare(jwt: &Jwt<'_>, token: &[u8]) -> Result<(), TestCaseError> {
    let enough = Jwt::scratch_bytes(token.len());
    for room in [enough + 100, enough, enough / 2, 0] {
        let (mut one, mut other) = (vec![0xa5; room], vec![0x5a; room]);
        let pass = seen(jwt.verify(token, NOW, &mut one));
        let steps = Parsed::parse(token, 16_384, jwt)
            .and_then(|parsed| parsed.prove(&mut other))
            .and_then(|signed| signed.claims(&jwt.claims, NOW));
        prop_assert_eq!(pass, seen(steps), "{:?}", String::from_utf8_lossy(token));
    }
    Ok(())
}

/// Signs any bytes as a payload, behind any header, which `sign` would not.
fn token(key: &Key<'_>, header: &str, payload: &[u8]) -> Vec<u8> {
    let mut room = vec![0; payload.len() * 2 + header.len() * 2 + 200];
    let mut token = primitive::base64url_encode(header.as_bytes(), &mut room).unwrap().to_owned();
    token.push('.');
    token += primitive::base64url_encode(payload, &mut room).unwrap();
    let mac = hmac(key.algorithm(), token.as_bytes());
    token.push('.');
    token += primitive::base64url_encode(&mac, &mut room).unwrap();
    token.into_bytes()
}

fn hmac(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    macro_rules! of {
        ($hash:ty) => {{
            let mut mac = Hmac::<$hash>::new_from_slice(SECRET).unwrap();
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        }};
    }
    match algorithm {
        Algorithm::Hs256 => of!(sha2::Sha256),
        Algorithm::Hs384 => of!(sha2::Sha384),
        Algorithm::Hs512 => of!(sha2::Sha512),
    }
}

/// JSON texts, most of them nearly right, many of them claims.
fn claims() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop_oneof![
            Just(r#""exp":1700003600"#), Just(r#""iss":"me""#), Just(r#""aud":"you""#),
            Just(r#""aud":["a","you"]"#), Just(r#""nbf":1700000000"#), Just(r#""iat":1.5e9"#),
            Just(r#""sub":"x""#), Just(r#""jti":"é""#), Just(r#""s":"a \"b\" \\ \u0041""#),
            Just(r#""o":{"a":[1,{"b":null}],"c":"d"}"#), Just(r#""e":{}"#), Just(r#""f":[]"#),
            Just(r#""n":-0.5e+10"#), Just(r#""long name of a member":true"#), Just(r#"" ":" ""#),
            Just(r#""list":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p"]"#),
        ],
        2 => prop_oneof![
            Just("\""), Just("\\"), Just("{"), Just("}"), Just("["), Just("]"), Just(":"),
            Just("01"), Just("nul"), Just(r#""exp":"1""#), Just(r#""a":1,"a":2"#), Just("\u{1}"),
            Just("\n"), Just(r#""x":1 "#), Just(r#" "y" : [ 1 , 2 ] "#), Just("\u{7f}"), Just(""),
        ],
    ];
    let text = proptest::collection::vec(piece, 0..24)
        .prop_map(|pieces| format!("{{{}}}", pieces.join(",")).into_bytes());
    (text, any::<prop::sample::Index>(), any::<u8>(), 0..8_u8).prop_map(
        |(mut text, at, byte, kind)| {
            let at = at.index(text.len());
            match kind {
                0 => text[at] = byte,
                1 => drop(text.remove(at)),
                2 => text.insert(at, b'"'),
                3 => text.truncate(at),
                _ => {}
            }
            text
        },
    )
}

fn header() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just(r#"{"alg":"HS256","typ":"JWT"}"#),
        Just(r#"{"typ":"JWT","alg":"HS512"}"#),
        Just(r#"{"alg":"HS384"}"#),
        Just(r#"{"alg":"HS256","kid":"k"}"#),
        Just(r#"{"alg":"HS256","kid":"other"}"#),
        Just(r#"{"alg":"none"}"#),
        Just(r#"{"alg":"HS256","crit":["b64"]}"#),
        Just("no header"),
    ]
}

fn rules() -> [ClaimRules<'static>; 4] {
    [
        ClaimRules { ignore_audience: true, ..ClaimRules::default() },
        ClaimRules { issuer: Some("me"), audience: &["you"], ..ClaimRules::default() },
        ClaimRules {
            audience: &["them", "you", "b"],
            required: &["iss", "e"],
            revoked: &["\u{e9}"],
            valid_at_expiry: true,
            ..ClaimRules::default()
        },
        ClaimRules {
            subject: Some("x"),
            max_lifetime: Some(3_700),
            max_age: Some(300_000_000),
            ignore_audience: true,
            ..ClaimRules::default()
        },
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn one_pass_and_single_steps_agree_on_signed_tokens(
        payload in claims(), header in header(), algorithm in 0..3_usize, rule in 0..4_usize,
        change in any::<(bool, prop::sample::Index, u8)>(),
    ) {
        let key = [Key::new(Some("k"), Algorithm::ALL[algorithm], SECRET).unwrap()];
        let jwt = Jwt { claims: rules()[rule], ..Jwt::new(&key) };
        let mut token = token(&key[0], header, &payload);
        compare(&jwt, &token)?;
        let (cut, at, byte) = change;
        // A wrong MAC goes before whatever is wrong with the claims.
        let mut forged = token.clone();
        let last = forged.len() - 2;
        forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
        compare(&jwt, &forged)?;
        let at = at.index(token.len());
        if cut { token.truncate(at) } else { token[at] = byte }
        compare(&jwt, &token)?;
    }

    #[test]
    fn one_pass_and_single_steps_agree_on_any_text(token in "[A-Za-z0-9_.\\-=+/ ]{0,300}") {
        let key = [Key::new(None, Algorithm::Hs256, SECRET).unwrap()];
        compare(&Jwt::new(&key), token.as_bytes())?;
    }
}

#[test]
fn one_pass_and_single_steps_agree_on_tokens_of_every_length() {
    for algorithm in Algorithm::ALL {
        let key = [Key::new(None, algorithm, SECRET).unwrap()];
        let jwt = Jwt::new(&key);
        for len in 0..400 {
            let json = format!(r#"{{"exp":1700003600,"x":"{}"}}"#, "y".repeat(len));
            let mut room = vec![0; 2 * json.len() + 300];
            let token = sign(&key[0], json.as_bytes(), &mut room).unwrap().as_bytes().to_vec();
            assert!(jwt.verify(&token, NOW, &mut vec![0; Jwt::scratch_bytes(token.len())]).is_ok());
            compare(&jwt, &token).unwrap();
        }
    }
}

#[test]
fn every_change_of_a_bit_is_refused_alike() {
    for algorithm in Algorithm::ALL {
        let key = [Key::new(None, algorithm, SECRET).unwrap()];
        let jwt = Jwt::new(&key);
        let mut room = [0; 400];
        let json = r#"{"exp":1700003600,"sub":"somebody","o":{"a":["b","c"]}}"#;
        let mut token = sign(&key[0], json.as_bytes(), &mut room).unwrap().as_bytes().to_vec();
        for at in 0..token.len() {
            for bit in 0..8 {
                token[at] ^= 1 << bit;
                compare(&jwt, &token).unwrap();
                let mut scratch = vec![0; Jwt::scratch_bytes(token.len())];
                assert!(jwt.verify(&token, NOW, &mut scratch).is_err());
                token[at] ^= 1 << bit;
            }
        }
    }
}
