//! `Jwt::verify`, with vector code where the CPU has it, against the same by steps, which is portable: one
//! verdict and one set of claims. The input is a payload, signed here whatever it is, and a place at which
//! the token is then damaged.
#![no_main]

use doorward_core::limits::MAX_TOKEN_BYTES;
use doorward_core::primitive::base64url_encode;
use doorward_core::{Algorithm, ClaimRules, Claims, Jwt, Key, Parsed, UnixTime};
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;

const SECRET: [u8; 32] = [7; 32];

fuzz_target!(|data: &[u8]| {
    let [place, byte, payload @ ..] = data else { return };
    let keys = [Key::new(None, Algorithm::Hs256, &SECRET).expect("a long secret")];
    let jwt = Jwt {
        claims: ClaimRules { ignore_audience: true, ..ClaimRules::default() },
        ..Jwt::new(&keys)
    };
    let now = UnixTime::from_seconds(1_700_000_000);
    let mut token = signed(payload);
    if *byte != 0
        && let Some(at) = (usize::from(*place) * token.len()).checked_div(256)
        && let Some(damaged) = token.get_mut(at)
    {
        *damaged ^= byte;
    }
    // What lies behind the payload means nothing.
    let (mut one, mut two) = (vec![*place; 32_768], vec![0; 32_768]);
    let whole = jwt.verify(&token, now, &mut one);
    let steps = Parsed::parse(&token, MAX_TOKEN_BYTES, &jwt)
        .and_then(|parsed| parsed.prove(&mut two))
        .and_then(|signed| signed.claims(&jwt.claims, now));
    match (whole, steps) {
        (Ok(whole), Ok(steps)) => assert_eq!(seen(&whole), seen(&steps)),
        (whole, steps) => assert_eq!(whole.err(), steps.err()),
    }
});

/// A token of any bytes: `doorward_core::sign` takes no claims that a verifier refuses.
fn signed(payload: &[u8]) -> Vec<u8> {
    let mut room = vec![0; 2 * payload.len() + 64];
    let mut token = String::from("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.");
    token += base64url_encode(payload, &mut room).expect("room enough");
    let mac = Hmac::<Sha256>::new_from_slice(&SECRET).expect("any length");
    let mac = mac.chain_update(&token).finalize().into_bytes();
    token.push('.');
    token += base64url_encode(&mac, &mut room).expect("room enough");
    token.into_bytes()
}

/// What the two readers of claims have found.
fn seen(claims: &Claims<'_>) -> (String, Vec<Option<String>>) {
    let texts = [claims.issuer(), claims.subject(), claims.token_id()];
    let dates = [claims.expires(), claims.not_before(), claims.issued_at()];
    let texts = texts.map(|text| text.map(|text| text.to_string()));
    let dates = dates.map(|date| date.map(|date| format!("{date:?}")));
    let audience = claims.audience().map(|value| value.raw().to_owned());
    (claims.json().to_owned(), texts.into_iter().chain(dates).chain([audience]).collect())
}
