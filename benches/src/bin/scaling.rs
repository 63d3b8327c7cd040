//! What a decision costs as its input grows, and what several threads do together: the curves of
//! `docs/scaling.svg`. Each group is one curve, each name the size at which it was measured.

use doorward_benches::rounds::{Arguments, Contestant, arguments, json, percentile, run};
use doorward_benches::{
    AUDIENCE, CAPABILITY, ISSUER, NOW, SECRET, SMALL, entries, gate, headers, hosts, jwt, key, now,
    request, rotate, tokens,
};
use doorward_core::{
    Algorithm, Capabilities, CredentialRules, Header, HostRules, Jwt, Key, OriginMode,
    OriginPattern, OriginRules, Origins, Place, sign,
};
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

fn main() {
    let arguments = arguments();
    let keys = [key(Algorithm::Hs256)];
    let mut all = Vec::new();
    sizes(&mut all, &keys);
    ring(&mut all);
    digests(&mut all);
    origins(&mut all);
    claims(&mut all, &keys);
    cookies(&mut all, &keys);
    all.retain(|one| one.group.contains(&arguments.only));
    run(&mut all, arguments.rounds);
    let mut group = "";
    for one in &all {
        if one.group != group {
            group = &one.group;
            println!("\n{group:<44} {:>10} {:>10}", "p10", "median");
        }
        let (p10, median) = (one.percentile(10), one.percentile(50));
        println!("  {:<42} {p10:>7.1} ns {median:>7.1} ns", one.name);
    }
    let threads = threads(&arguments);
    if let Some(file) = &arguments.json {
        let text = format!("{{\"curves\": {}, \"threads\": {threads}}}\n", json(&all));
        std::fs::write(file, text).expect("the file of figures");
    }
}

/// Lives as long as the program, as what a contestant borrows.
fn kept<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn verifying(
    group: &str,
    name: usize,
    verifier: Jwt<'static>,
    all: Vec<String>,
) -> Contestant<'static> {
    let mut next = rotate(kept(all));
    let mut scratch = vec![0; 32_768];
    let run = move || {
        let claims = verifier.verify(black_box(next()).as_bytes(), now(), &mut scratch);
        assert!(black_box(&claims).is_ok());
    };
    Contestant::new(group, &name.to_string(), Box::new(run))
}

const REGISTERED: &str = r#""iss":"https://issuer.example","aud":"mux","exp":1700003600"#;

/// Tokens of exactly so many bytes, by a claim that fills them.
fn sizes(all: &mut Vec<Contestant<'static>>, keys: &[Key<'static>; 1]) {
    assert!(REGISTERED.contains(ISSUER) && REGISTERED.contains(AUDIENCE) && NOW < 1_700_003_600);
    let keys: &'static [Key<'static>; 1] = kept([key(keys[0].algorithm())]);
    for bytes in [256, 512, 1024, 2048, 4096, 8192, 16_384] {
        let token = |padding: usize| {
            let claims = format!(r#"{{{REGISTERED},"scope":"{}"}}"#, "r".repeat(padding));
            sign(&keys[0], claims.as_bytes(), &mut vec![0; 32_768]).expect("good claims").to_owned()
        };
        // Some lengths no base64url text has: the next that is not longer.
        let padding = (0..bytes).rev().find(|&padding| token_bytes(padding) <= bytes);
        let token = token(padding.expect("a padding"));
        assert!(token.len() + 2 > bytes && token.len() <= bytes);
        all.push(verifying("token bytes", bytes, jwt(keys), vec![token]));
    }
}

/// Bytes of a token whose filling claim has so many.
fn token_bytes(padding: usize) -> usize {
    let payload = REGISTERED.len() + padding + r#"{,"scope":""}"#.len();
    36 + 1 + (payload * 4).div_ceil(3) + 1 + 43
}

/// Keys without a `kid`: all are tried, the right one last.
fn ring(all: &mut Vec<Contestant<'static>>) {
    for count in 1..=8_u8 {
        let keys: Vec<Key<'static>> = (1..=count)
            .map(|n| {
                let mut secret = *SECRET;
                secret[0] = if n == count { secret[0] } else { n };
                Key::new(None, Algorithm::Hs256, kept(secret)).expect("a long secret")
            })
            .collect();
        let tokens = tokens(&keys[usize::from(count) - 1], SMALL);
        all.push(verifying("keys, none named by kid", count.into(), jwt(kept(keys)), tokens));
    }
}

const COUNTS: [usize; 9] = [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000];

fn digests(all: &mut Vec<Contestant<'static>>) {
    for count in COUNTS {
        let entries = kept(entries(count));
        let known = Capabilities::new(entries);
        // One that is stored and 255 that are not: what a server sees that is guessed at.
        let guesses: Vec<String> =
            (0..256).map(|n| format!("{CAPABILITY}{n:02}")[2..].to_owned()).collect();
        let mut next = rotate(kept(guesses));
        let run = move || {
            black_box(known.find(black_box(next()).as_bytes()));
        };
        all.push(Contestant::new("capability entries, a guess", &count.to_string(), Box::new(run)));
        let run = move || {
            assert!(black_box(known.find(black_box(CAPABILITY).as_bytes())).is_some());
        };
        all.push(Contestant::new(
            "capability entries, the token",
            &count.to_string(),
            Box::new(run),
        ));
    }
}

fn origins(all: &mut Vec<Contestant<'static>>) {
    for count in COUNTS {
        let texts: &'static Vec<String> =
            kept((0..count).map(|n| format!("https://app-{n}.example.com")).collect());
        let mut lines: Vec<_> =
            texts.iter().map(|text| OriginPattern::new(text).expect("a good line")).collect();
        Origins::sort(&mut lines);
        let allow = Origins::new(kept(lines));
        let rules = OriginRules { mode: OriginMode::List, allow, ..OriginRules::default() };
        for (group, foreign) in [("origins, a listed one", false), ("origins, a foreign one", true)]
        {
            let pages: Vec<String> = (0..256)
                .map(|n| {
                    if foreign {
                        format!("https://evil-{n}.example.org")
                    } else {
                        texts[n % count].clone()
                    }
                })
                .collect();
            let mut next = rotate(kept(pages));
            let run = move || {
                let headers = [Header::new("host", "x"), Header::new("origin", black_box(next()))];
                let request = request(&headers);
                let judged = request.judged().expect("a good request");
                let authority = HostRules::default().judge(&request, &judged).expect("a good host");
                let page = rules.judge(&judged, &authority, || false);
                assert!(black_box(&page).is_err() == foreign);
            };
            all.push(Contestant::new(group, &count.to_string(), Box::new(run)));
        }
    }
}

fn claims(all: &mut Vec<Contestant<'static>>, keys: &[Key<'static>; 1]) {
    let keys: &'static [Key<'static>; 1] = kept([key(keys[0].algorithm())]);
    for count in [4, 8, 16, 32, 64, 125, 250, 500] {
        let mut claims = format!("{{{REGISTERED}");
        for n in 3..count {
            let _ = write!(claims, r#","c{n}":{n}"#);
        }
        claims.push('}');
        let token =
            sign(&keys[0], claims.as_bytes(), &mut vec![0; 32_768]).expect("good").to_owned();
        all.push(verifying("claims", count, jwt(keys), vec![token]));
    }
}

/// So many cookies in front of the one with the token.
fn cookies(all: &mut Vec<Contestant<'static>>, keys: &[Key<'static>; 1]) {
    let token = &kept(tokens(&keys[0], SMALL))[0];
    let keys: &'static [Key<'static>; 1] = kept([key(keys[0].algorithm())]);
    let places = kept([Place::parse("cookie:session").expect("a good place")]);
    let gate = doorward_core::Gate {
        credential: CredentialRules { places, ..CredentialRules::default() },
        ..gate(kept(hosts()), &[], Some(jwt(keys)))
    };
    for count in [0, 1, 3, 10, 30, 100, 300] {
        let mut line = String::new();
        for n in 0..count {
            let _ = write!(line, "name-{n:03}=some-value-{n:03}; ");
        }
        let line: &'static str = kept(format!("{line}session={token}"));
        let mut scratch = vec![0; gate.scratch_bytes()];
        let run = move || {
            let mut lines = headers("");
            lines[11] = Header::new("cookie", line);
            let decision = gate.decide(&request(black_box(&lines)), now(), &mut scratch);
            assert!(black_box(&decision).allowed());
        };
        all.push(Contestant::new(
            "cookies before the one",
            &(count + 1).to_string(),
            Box::new(run),
        ));
    }
}

/// Verifications a second of 1 to 8 threads that share nothing but the keys, in interleaved rounds: the rate
/// that a tenth of the rounds exceed. JSON.
fn threads(arguments: &Arguments) -> String {
    let keys = [key(Algorithm::Hs256)];
    let verifier = jwt(&keys);
    let tokens = tokens(&keys[0], SMALL);
    let mut rates = [const { Vec::new() }; 8];
    for _ in 0..arguments.rounds.div_ceil(6) {
        for (rates, count) in rates.iter_mut().zip(1..) {
            rates.push(rate(count, &verifier, &tokens));
        }
    }
    let mut text = String::from("[");
    println!("\nverifications a second, 281 B");
    for (rates, count) in rates.iter().zip(1..) {
        let rate = percentile(rates, 90);
        println!("  {count} threads {rate:>12.0}");
        let gap = if count == 1 { "" } else { ", " };
        let _ = write!(text, r#"{gap}{{"workers": {count}, "rate": {rate:.0}}}"#);
    }
    text + "]"
}

fn rate(count: usize, verifier: &Jwt<'_>, tokens: &[String]) -> f64 {
    let stop = AtomicBool::new(false);
    let begun = Instant::now();
    let done: usize = std::thread::scope(|scope| {
        let work = || {
            let (mut next, mut scratch, mut done) = (rotate(tokens), vec![0; 32_768], 0);
            while !stop.load(Ordering::Relaxed) {
                for _ in 0..100 {
                    let claims = verifier.verify(black_box(next()).as_bytes(), now(), &mut scratch);
                    assert!(black_box(&claims).is_ok());
                }
                done += 100;
            }
            done
        };
        let handles: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        std::thread::sleep(Duration::from_millis(100));
        stop.store(true, Ordering::Relaxed);
        handles.into_iter().map(|handle| handle.join().expect("a thread that ends")).sum()
    });
    done as f64 / begun.elapsed().as_secs_f64()
}
