//! Prints what verifying costs as a multiple of the floor. See `README.md`.

use doorward_benches::rounds::{Contestant, arguments, json, percentile, run};
use doorward_benches::{
    CAPABILITY, Floor, HOST, LARGE, MEDIUM, SMALL, entries, gate, headers, hosts, jwt, key, now,
    request, rotate, tokens,
};
use doorward_core::limits::MAX_TOKEN_BYTES;
use doorward_core::{
    Algorithm, Capabilities, Header, HostRules, OriginMode, OriginPattern, OriginRules, Origins,
    Parsed,
};
use std::hint::black_box;

/// One line of the table: the work and its floor, measured in the same rounds.
struct Line<'a> {
    compressions: usize,
    floor: Contestant<'a>,
    work: Contestant<'a>,
}

fn main() {
    let arguments = arguments();
    let algorithms = [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512];
    let keys = algorithms.map(|algorithm| [key(algorithm)]);
    let [hs256, hs384, hs512] = &keys;
    let sets = [
        ("verify HS256   281 B", Algorithm::Hs256, hs256, SMALL),
        ("verify HS256  1036 B", Algorithm::Hs256, hs256, MEDIUM),
        ("verify HS256  8192 B", Algorithm::Hs256, hs256, LARGE),
        ("verify HS384   302 B", Algorithm::Hs384, hs384, SMALL),
        ("verify HS512   324 B", Algorithm::Hs512, hs512, SMALL),
    ]
    .map(|(name, algorithm, key, claims)| (name, algorithm, key, tokens(&key[0], claims)));

    let hosts = hosts();
    let bearers: Vec<_> = sets[0].3.iter().map(|token| format!("Bearer {token}")).collect();
    let requests: Vec<_> = bearers.iter().map(|bearer| headers(bearer)).collect();
    let whole = gate(&hosts, &[], Some(jwt(hs256)));
    let entries = entries(8);
    let bearer = format!("Bearer {CAPABILITY}");
    let capability_headers = headers(&bearer);
    let open = gate(&hosts, &entries, None);

    let verifier = jwt(hs256);
    let (mut room, mut other_room) = (vec![0; 32_768], vec![0; 32_768]);
    let (head, tag) = sets[0].3[0].rsplit_once('.').expect("a signed token");
    let forged = format!("{head}.{}{}", if tag.starts_with('A') { 'B' } else { 'A' }, &tag[1..]);
    let listed: Vec<String> = (0..8).map(|n| format!("https://app-{n}.example.com")).collect();
    let listed: Vec<_> =
        listed.iter().map(|text| OriginPattern::new(text).expect("a good line")).collect();
    let page = [Header::new("host", HOST), Header::new("origin", "https://app-7.example.com")];
    let page = request(&page);
    let judged = page.judged().expect("a good request");
    let authority = HostRules::default().judge(&page, &judged).expect("a good host");
    let rules = OriginRules {
        mode: OriginMode::List,
        allow: Origins::new(&listed),
        ..OriginRules::default()
    };

    let mut next = rotate(&requests);
    let mut scratch = vec![0; whole.scratch_bytes()];
    let mut lines = Vec::new();
    for (name, algorithm, key, tokens) in &sets {
        let verifier = jwt(key.as_slice());
        let mut next = rotate(tokens);
        let mut scratch = vec![0; 32_768];
        let floor = Floor::of(*algorithm, &tokens[0]);
        lines.push(line(name, floor, move || {
            let token = black_box(next()).as_bytes();
            let claims = verifier.verify(token, now(), &mut scratch);
            assert!(black_box(&claims).is_ok());
        }));
    }
    // The same tokens a step at a time: portable code, as it runs where there is no vector code.
    for ((_, algorithm, key, tokens), name) in
        sets.iter().zip(["steps  HS256   281 B", "steps  HS256  1036 B", "steps  HS256  8192 B"])
    {
        let verifier = jwt(key.as_slice());
        let mut next = rotate(tokens);
        let mut scratch = vec![0; 32_768];
        let floor = Floor::of(*algorithm, &tokens[0]);
        lines.push(line(name, floor, move || {
            let token = black_box(next()).as_bytes();
            let claims = Parsed::parse(token, MAX_TOKEN_BYTES, &verifier)
                .and_then(|parsed| parsed.prove(&mut scratch))
                .and_then(|signed| signed.claims(&verifier.claims, now()));
            assert!(black_box(&claims).is_ok());
        }));
    }
    let floor = Floor::of(Algorithm::Hs256, &forged);
    lines.push(line("forged HS256   281 B", floor, || {
        let claims = verifier.verify(black_box(&forged).as_bytes(), now(), &mut room);
        assert!(black_box(&claims).is_err());
    }));
    let floor = Floor::of(Algorithm::Hs256, &sets[0].3[0]);
    lines.push(line("decide HS256   281 B", floor, || {
        let decision = whole.decide(&request(black_box(next())), now(), &mut scratch);
        assert!(black_box(&decision).allowed());
    }));
    let floor = Floor::of_capability(CAPABILITY);
    let known = Capabilities::new(&entries);
    lines.push(line("find capability of 8", floor.clone(), move || {
        let found = black_box(&known).find(black_box(CAPABILITY.as_bytes()));
        assert!(black_box(found).is_some());
    }));
    lines.push(line("decide capability", floor, || {
        let request = request(black_box(&capability_headers));
        let decision = open.decide(&request, now(), &mut []);
        assert!(black_box(&decision).allowed());
    }));

    // Not of hashing: the floor of these is one compression, for a measure.
    lines.push(line("garbage", Floor::of_capability(""), || {
        let claims = verifier.verify(black_box(b"garbage"), now(), &mut other_room);
        assert!(black_box(&claims).is_err());
    }));
    lines.push(line("origin, last of 8", Floor::of_capability(""), || {
        let page = rules.judge(black_box(&judged), black_box(&authority), || false);
        assert!(black_box(&page).is_ok());
    }));

    lines.retain(|line| line.work.group.contains(&arguments.only));
    let blocks: Vec<usize> = lines.iter().map(|line| line.compressions).collect();
    let mut all: Vec<_> = lines.into_iter().flat_map(|line| [line.floor, line.work]).collect();
    run(&mut all, arguments.rounds);
    print(&all, &blocks);
    if let Some(file) = &arguments.json {
        std::fs::write(file, json(&all)).expect("the file of figures");
    }
}

fn line<'a>(name: &'static str, floor: Floor, work: impl FnMut() + 'a) -> Line<'a> {
    let compressions = floor.compressions();
    let run = move || {
        black_box(black_box(&floor).run());
    };
    Line {
        compressions,
        floor: Contestant::new(name, "floor", Box::new(run)),
        work: Contestant::new(name, "doorward", Box::new(work)),
    }
}

fn print(all: &[Contestant<'_>], blocks: &[usize]) {
    println!("ns a run; p10 and median of interleaved rounds");
    println!(
        "                       blocks   floor p10  median    work p10  median   work/floor p10  median"
    );
    for ([floor, work], blocks) in all.as_chunks().0.iter().zip(blocks) {
        let pairs = work.samples.iter().zip(&floor.samples);
        let ratios: Vec<f64> = pairs.map(|(work, floor)| work / floor).collect();
        println!(
            "{:<22} {blocks:>6} {:>11.1} {:>7.1} {:>11.1} {:>7.1} {:>16.2} {:>7.2}",
            work.group,
            floor.percentile(10),
            floor.percentile(50),
            work.percentile(10),
            work.percentile(50),
            work.percentile(10) / floor.percentile(10),
            percentile(&ratios, 50),
        );
    }
}
