//! Every way out: no refusal may cost more than an admission, or it is a lever for an attacker.

use criterion::{Criterion, criterion_group, criterion_main};
use doorward_benches::{
    CAPABILITY, NOW, SMALL, claims, entries, gate, headers, hosts, jwt, key, now, request, tokens,
};
use doorward_core::{Algorithm, Header, Key, Reason, sign};
use std::hint::black_box;

/// A token over this text, signed rightly.
fn signed(key: &Key<'_>, json: &str) -> String {
    let mut room = [0; 4096];
    sign(key, json.as_bytes(), &mut room).expect("good claims").to_owned()
}

fn refusals(c: &mut Criterion) {
    let hosts = hosts();
    let key = [key(Algorithm::Hs256)];
    let good = &tokens(&key[0], SMALL)[0];
    let json = claims(0, SMALL);
    let (head, signature) = good.rsplit_once('.').expect("a signed token");
    let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{head}.{flipped}{}", &signature[1..]);
    let cases = [
        ("garbage", "garbage".to_owned(), Reason::TokenSegments),
        ("garbage, 16 KiB", "A".repeat(16_384), Reason::TokenSegments),
        ("too long", "A".repeat(16_385), Reason::TokenTooLong),
        ("foreign byte", format!("{good}~"), Reason::TokenAlphabet),
        ("trailing bits", format!("{head}.{}B", &signature[1..]), Reason::TokenBase64),
        (
            "alg none",
            good.replacen(&good[..36], "eyJhbGciOiJub25lIn0", 1),
            Reason::AlgorithmNotAllowed,
        ),
        ("bad signature", forged, Reason::SignatureInvalid),
        (
            "expired",
            signed(&key[0], &json.replace(&(NOW + 3600).to_string(), "1600003600")),
            Reason::TokenExpired,
        ),
        (
            "bad issuer",
            signed(&key[0], &json.replace("issuer", "issuez")),
            Reason::IssuerNotAccepted,
        ),
        (
            "bad audience",
            signed(&key[0], &json.replace("\"mux\"", "\"max\"")),
            Reason::AudienceNotAccepted,
        ),
    ];
    let mut group = c.benchmark_group("refuse token");
    let jwt_gate = gate(&hosts, &[], Some(jwt(&key)));
    let mut scratch = vec![0; jwt_gate.scratch_bytes()];
    for (name, token, reason) in &cases {
        let bearer = format!("Bearer {token}");
        let headers = headers(&bearer);
        group.bench_function(*name, |b| {
            b.iter(|| {
                let decision = jwt_gate.decide(&request(black_box(&headers)), now(), &mut scratch);
                assert_eq!(black_box(&decision).reason(), Some(*reason));
            });
        });
    }
    group.finish();

    let entries = entries(100);
    let gate = gate(&hosts, &entries, None);
    let bearer = format!("Bearer {CAPABILITY}");
    let with = |name: &str, value: &'static str| {
        headers(&bearer).map(|line| {
            if line.name == name.as_bytes() {
                Header { value: value.as_bytes(), ..line }
            } else {
                line
            }
        })
    };
    let mut group = c.benchmark_group("refuse request");
    for (name, headers, reason) in [
        ("bad host", with("host", "rebound.example"), Reason::HostNotAllowed),
        ("malformed host", with("host", "app.example.com:0x50"), Reason::HostMalformed),
        ("bad origin", with("origin", "https://evil.example"), Reason::OriginNotAllowed),
        ("malformed origin", with("origin", "https://app.example.com/"), Reason::OriginMalformed),
        ("other scheme", with("authorization", "Basic eDp5"), Reason::CredentialSchemeUnsupported),
        (
            "unknown capability of 100",
            with("authorization", "Bearer kd83hf-2hf9_sm3jd84hf7skq0z9x8c7v6b5n4m3l2K"),
            Reason::CapabilityUnknown,
        ),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let decision = gate.decide(&request(black_box(&headers)), now(), &mut []);
                assert_eq!(black_box(&decision).reason(), Some(reason));
            });
        });
    }
    group.finish();
}

criterion_group!(ways_out, refusals);
criterion_main!(ways_out);
