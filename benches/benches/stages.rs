//! Each stage of the path by itself, and the floor of the stages that hash.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use doorward_benches::{
    CAPABILITY, Floor, HOST, LARGE, MEDIUM, ORIGIN, SMALL, claims, entries, headers, hosts, jwt,
    key, now, request, rotate, tokens,
};
use doorward_core::primitive::{base64url_decode, json_at, json_object};
use doorward_core::{
    Algorithm, CredentialRules, Digest, Header, HostRules, OriginMode, OriginPattern, OriginRules,
    Parsed, Place, Request, capability, sign,
};
use std::hint::black_box;

fn floor(c: &mut Criterion) {
    let mut group = c.benchmark_group("floor");
    for (name, algorithm, size) in [
        ("HS256/281", Algorithm::Hs256, SMALL),
        ("HS256/1036", Algorithm::Hs256, MEDIUM),
        ("HS256/8192", Algorithm::Hs256, LARGE),
        ("HS384/302", Algorithm::Hs384, SMALL),
        ("HS512/324", Algorithm::Hs512, SMALL),
    ] {
        let floor = Floor::of(algorithm, &tokens(&key(algorithm), size)[0]);
        group.bench_function(name, |b| b.iter(|| black_box(&floor).run()));
    }
    let floor = Floor::of_capability(CAPABILITY);
    group.bench_function("capability", |b| b.iter(|| black_box(&floor).run()));
    group.finish();
}

fn request_and_host(c: &mut Criterion) {
    let headers = headers("Bearer x");
    let request = request(&headers);
    c.bench_function("request/12 headers", |b| b.iter(|| black_box(&request).judged()));
    let hosts = hosts();
    let rules = HostRules { allow: Some(&hosts), ..HostRules::default() };
    let judged = request.judged().expect("a good request");
    c.bench_function("host/second of 2", |b| {
        b.iter(|| rules.judge(black_box(&request), black_box(&judged)));
    });
}

fn origin(c: &mut Criterion) {
    let mut group = c.benchmark_group("origin");
    let lines = ["https://a.example", "https://*.example.com", ORIGIN]
        .map(|line| OriginPattern::new(line).expect("a good line"));
    let [other, wildcard, exact] = &lines;
    for (name, mode, allow) in [
        ("same", OriginMode::SameOrigin, &[][..]),
        ("list", OriginMode::List, &[*other, *exact]),
        ("wildcard", OriginMode::List, &[*other, *wildcard]),
    ] {
        let headers = headers("Bearer x");
        let request = request(&headers);
        let judged = request.judged().expect("a good request");
        let authority = HostRules::default().judge(&request, &judged).expect("a good host");
        let rules = OriginRules { mode, allow: allow.into(), ..OriginRules::default() };
        group.bench_function(name, |b| {
            b.iter(|| rules.judge(black_box(&judged), black_box(&authority), || false));
        });
    }
    group.finish();
}

fn credential(c: &mut Criterion) {
    let mut group = c.benchmark_group("credential");
    let authorization = format!("Bearer {CAPABILITY}");
    let cookie = format!("theme=dark; session={CAPABILITY}; lang=en");
    let target = format!("/ws?x=1&token={CAPABILITY}");
    let subprotocol = format!("chat, bearer.{CAPABILITY}");
    for (place, header) in [
        ("authorization", Header::new("authorization", &authorization)),
        ("cookie:session", Header::new("cookie", &cookie)),
        ("query:token", Header::new("x", "")),
        ("header:X-Api-Key", Header::new("x-api-key", CAPABILITY)),
        ("subprotocol:bearer.", Header::new("sec-websocket-protocol", &subprotocol)),
    ] {
        let headers = [Header::new("host", HOST), header];
        let request = Request { target: target.as_bytes(), ..request(&headers) };
        let judged = request.judged().expect("a good request");
        let places = [Place::parse(place).expect("a good place")];
        let rules = CredentialRules { places: &places, ..CredentialRules::default() };
        group.bench_function(place, |b| {
            b.iter(|| {
                let found = rules.find(black_box(&request), black_box(&judged));
                assert!(found.is_ok_and(|found| found.is_some()));
            });
        });
    }
    group.finish();
}

fn capabilities(c: &mut Criterion) {
    let mut group = c.benchmark_group("capability");
    group.bench_function("digest", |b| {
        b.iter(|| Digest::of(black_box(CAPABILITY.as_bytes())));
    });
    for count in [1, 8, 100] {
        let entries = entries(count);
        group.bench_with_input(BenchmarkId::new("find of", count), &entries, |b, entries| {
            b.iter(|| {
                let stored = entries.iter().map(|entry| &entry.digest);
                capability::find(black_box(CAPABILITY.as_bytes()), stored)
            });
        });
    }
    group.finish();
}

/// The three steps of a signed token, each with those before it, and the whole.
fn signed(c: &mut Criterion) {
    let mut group = c.benchmark_group("jwt");
    let mut scratch = vec![0; 32_768];
    for (name, algorithm, size) in [
        ("HS256/281", Algorithm::Hs256, SMALL),
        ("HS256/1036", Algorithm::Hs256, MEDIUM),
        ("HS256/8192", Algorithm::Hs256, LARGE),
        ("HS384/302", Algorithm::Hs384, SMALL),
        ("HS512/324", Algorithm::Hs512, SMALL),
    ] {
        let key = [key(algorithm)];
        let jwt = jwt(&key);
        let tokens = tokens(&key[0], size);
        let mut next = rotate(&tokens);
        group.bench_function(BenchmarkId::new("1 form", name), |b| {
            b.iter(|| Parsed::parse(black_box(next()).as_bytes(), 16_384, &jwt).is_ok());
        });
        group.bench_function(BenchmarkId::new("2 form, MAC", name), |b| {
            b.iter(|| {
                let parsed = Parsed::parse(black_box(next()).as_bytes(), 16_384, &jwt);
                assert!(parsed.and_then(|parsed| parsed.prove(&mut scratch)).is_ok());
            });
        });
        group.bench_function(BenchmarkId::new("3 verify", name), |b| {
            b.iter(|| {
                let claims = jwt.verify(black_box(next()).as_bytes(), now(), &mut scratch);
                assert!(black_box(&claims).is_ok());
            });
        });
    }
    group.finish();
}

fn texts(c: &mut Criterion) {
    let mut group = c.benchmark_group("text");
    let key = key(Algorithm::Hs256);
    for size in [SMALL, MEDIUM, LARGE] {
        let json = claims(7, size);
        let token = &tokens(&key, size)[7];
        let payload = token.split('.').nth(1).expect("a signed token").as_bytes();
        let mut room = vec![0; 16_384];
        group.bench_function(BenchmarkId::new("base64url decode", size), |b| {
            b.iter(|| base64url_decode(black_box(payload), &mut room).is_ok());
        });
        group.bench_function(BenchmarkId::new("json object", size), |b| {
            b.iter(|| json_object(black_box(json.as_bytes()), &mut room));
        });
        group.bench_function(BenchmarkId::new("last claim by name", size), |b| {
            b.iter(|| json_at(black_box(json.as_bytes()), &["scope"]));
        });
        group.bench_function(BenchmarkId::new("sign", size), |b| {
            b.iter(|| sign(&key, black_box(json.as_bytes()), &mut room).is_ok());
        });
    }
    group.finish();
}

criterion_group!(stages, floor, request_and_host, origin, credential, capabilities, signed, texts);
criterion_main!(stages);
