//! The whole decision, as a server asks for it, beside the floor.

use criterion::{Criterion, criterion_group, criterion_main};
use doorward_benches::{
    CAPABILITY, Floor, LARGE, MEDIUM, SMALL, entries, gate, headers, hosts, jwt, key, now, request,
    rotate, tokens,
};
use doorward_core::Algorithm;
use std::hint::black_box;

fn capability(c: &mut Criterion) {
    let mut group = c.benchmark_group("decide");
    let floor = Floor::of_capability(CAPABILITY);
    group.bench_function("floor of capability", |b| b.iter(|| black_box(&floor).run()));
    let (hosts, entries) = (hosts(), entries(8));
    let gate = gate(&hosts, &entries, None);
    let bearer = format!("Bearer {CAPABILITY}");
    let browser = headers(&bearer);
    group.bench_function("capability, browser", |b| {
        b.iter(|| {
            let decision = gate.decide(&request(black_box(&browser)), now(), &mut []);
            assert!(black_box(&decision).allowed());
        });
    });
    let native = [browser[0], browser[11]];
    group.bench_function("capability, native", |b| {
        b.iter(|| {
            let decision = gate.decide(&request(black_box(&native)), now(), &mut []);
            assert!(black_box(&decision).allowed());
        });
    });
    group.finish();
}

fn signed(c: &mut Criterion) {
    let mut group = c.benchmark_group("decide");
    let hosts = hosts();
    let key = [key(Algorithm::Hs256)];
    let gate = gate(&hosts, &[], Some(jwt(&key)));
    let mut scratch = vec![0; gate.scratch_bytes()];
    for (bytes, size) in [(281, SMALL), (1036, MEDIUM), (8192, LARGE)] {
        let tokens = tokens(&key[0], size);
        let floor = Floor::of(Algorithm::Hs256, &tokens[0]);
        group.bench_function(format!("floor of HS256/{bytes}"), |b| {
            b.iter(|| black_box(&floor).run());
        });
        let bearers: Vec<_> = tokens.iter().map(|token| format!("Bearer {token}")).collect();
        let requests: Vec<_> = bearers.iter().map(|bearer| headers(bearer)).collect();
        let mut next = rotate(&requests);
        group.bench_function(format!("HS256/{bytes}, browser"), |b| {
            b.iter(|| {
                let decision = gate.decide(&request(black_box(next())), now(), &mut scratch);
                assert!(black_box(&decision).allowed());
            });
        });
    }
    group.finish();
}

criterion_group!(decide, capability, signed);
criterion_main!(decide);
