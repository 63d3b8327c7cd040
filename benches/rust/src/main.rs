//! doorward beside jsonwebtoken, in interleaved rounds. `benches/README.md` says how to read it.

use doorward_benches::rounds::{Contestant, arguments, report};
use doorward_benches::{
    AUDIENCE, Floor, ISSUER, LARGE, MEDIUM, SECRET, SMALL, jwt, key, now, rotate, tokens,
};
use doorward_core::Algorithm;
use serde::Deserialize;
use std::hint::black_box;

/// What a server reads of a token: the registered claims and the scope.
#[derive(Deserialize)]
#[allow(dead_code, reason = "read to be filled")]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: u64,
    nbf: u64,
    iat: u64,
    jti: String,
    scope: String,
}

#[derive(Deserialize)]
struct Nothing {}

/// One version of jsonwebtoken, filling `$claims`. `exp`, `nbf`, `iss` and `aud` are checked, as doorward
/// checks them; its clock is the system's, so the tokens' times are checked with a leeway that spans it.
macro_rules! jsonwebtoken {
    ($version:ident, $claims:ty, $tokens:expr) => {{
        let key = $version::DecodingKey::from_secret(SECRET);
        let mut rules = $version::Validation::new($version::Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.validate_nbf = true;
        rules.leeway = 20 * 365 * 86_400;
        let mut next = rotate($tokens);
        move || {
            let claims = $version::decode::<$claims>(black_box(next()), &key, &rules);
            assert!(black_box(&claims).is_ok());
        }
    }};
}

fn main() {
    let arguments = arguments();
    let keys = [key(Algorithm::Hs256)];
    let sets = [("281 B", SMALL), ("1036 B", MEDIUM), ("8192 B", LARGE)];
    let sets = sets.map(|(size, bytes)| (size, tokens(&keys[0], bytes)));
    let mut all = Vec::new();
    for (size, tokens) in &sets {
        let group = format!("verify {size}");
        let floor = Floor::of(Algorithm::Hs256, &tokens[0]);
        all.push(Contestant::new(
            &group,
            "floor",
            Box::new(move || {
                black_box(black_box(&floor).run());
            }),
        ));
        let verifier = jwt(&keys);
        let mut scratch = vec![0; 32_768];
        let mut next = rotate(tokens);
        all.push(Contestant::new(
            &group,
            "doorward",
            Box::new(move || {
                let claims = verifier.verify(black_box(next()).as_bytes(), now(), &mut scratch);
                assert!(black_box(&claims).is_ok());
            }),
        ));
        all.push(Contestant::new(
            &group,
            "jsonwebtoken 9.3.1, nothing read",
            Box::new(jsonwebtoken!(jsonwebtoken9, Nothing, tokens)),
        ));
        all.push(Contestant::new(
            &group,
            "jsonwebtoken 9.3.1, a struct",
            Box::new(jsonwebtoken!(jsonwebtoken9, Claims, tokens)),
        ));
        all.push(Contestant::new(
            &group,
            "jsonwebtoken 10.4.0, a struct",
            Box::new(jsonwebtoken!(jsonwebtoken10, Claims, tokens)),
        ));
        all.push(Contestant::new(
            &group,
            "jsonwebtoken 11.1.0, a struct",
            Box::new(jsonwebtoken!(jsonwebtoken11, Claims, tokens)),
        ));
    }
    report(all, &arguments);
}
