//! `Jwt::verify`, with vector code where the CPU has it, against the same by steps, which is portable: one
//! verdict and one set of claims. The input is a payload, signed here, and a place at which the token is
//! then damaged.
#![no_main]

use doorward_core::limits::MAX_TOKEN_BYTES;
use doorward_core::{Algorithm, ClaimRules, Jwt, Key, Parsed, UnixTime, sign};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [place, byte, payload @ ..] = data else { return };
    let keys = [Key::new(None, Algorithm::Hs256, &[7; 32]).expect("a long secret")];
    let jwt = Jwt {
        claims: ClaimRules { ignore_audience: true, ..ClaimRules::default() },
        ..Jwt::new(&keys)
    };
    let now = UnixTime::from_seconds(1_700_000_000);
    let mut room = vec![0; 32_768];
    // What `sign` does not take is judged as a token all the same: by its bytes.
    let mut token = match sign(&keys[0], payload, &mut room) {
        Ok(token) => token.as_bytes().to_vec(),
        Err(_) => payload.to_vec(),
    };
    if *byte != 0
        && let Some(at) = (usize::from(*place) * token.len()).checked_div(256)
        && let Some(damaged) = token.get_mut(at)
    {
        *damaged ^= byte;
    }
    let (mut one, mut two) = (vec![0; 32_768], vec![0; 32_768]);
    let whole = jwt.verify(&token, now, &mut one);
    let steps = Parsed::parse(&token, MAX_TOKEN_BYTES, &jwt)
        .and_then(|parsed| parsed.prove(&mut two))
        .and_then(|signed| signed.claims(&jwt.claims, now));
    match (whole, steps) {
        (Ok(whole), Ok(steps)) => assert_eq!(whole.json(), steps.json()),
        (whole, steps) => assert_eq!(whole.err(), steps.err()),
    }
});
