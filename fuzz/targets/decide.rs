//! A whole decision over header lines of any bytes. Nobody holds the secrets, so nobody may come in; what
//! lists in order decide is what lists in no order do.
#![no_main]

use doorward_core::{
    Capabilities, Capability, CredentialRules, Digest, Gate, Header, Jwt, Key, OriginMode,
    OriginPattern, OriginRules, Origins, Place, Request, Scheme, UnixTime,
};
use libfuzzer_sys::fuzz_target;

const LINES: [&str; 12] = [
    "http://localhost:*", "https://*.example.com", "https://a.example.org", "https://b.example.org",
    "https://c.example.org", "https://d.example.org", "https://e.example.org", "http://[::1]:8080",
    "https://f.example.org", "file://", "https://g.example.org:8443", "app://host",
];

fuzz_target!(|data: &[u8]| {
    let [options, target_len, rest @ ..] = data else { return };
    let Some((target, rest)) = rest.split_at_checked(usize::from(*target_len)) else { return };
    let headers: Vec<Header<'_>> = rest
        .split(|&byte| byte == b'\n')
        .filter_map(|line| {
            let at = line.iter().position(|&byte| byte == b':')?;
            Some(Header { name: &line[..at], value: &line[at + 1..] })
        })
        .collect();
    let scheme = if options & 1 == 0 { Scheme::Http } else { Scheme::Https };
    let request = Request { method: b"GET", target, scheme, peer: None, headers: &headers };

    let keys = [Key::new(None, doorward_core::Algorithm::Hs256, &[7; 32]).expect("a long secret")];
    let mut entries: Vec<_> = (0..12_u8)
        .map(|n| Capability {
            id: "id",
            digest: Digest::of(&[n, 0xff, 0x80]),
            expires: None,
            scopes: &[],
            resources: &[],
        })
        .collect();
    let mut lines = LINES.map(|line| OriginPattern::new(line).expect("a good line"));
    let (shuffled_entries, shuffled_lines) = (entries.clone(), lines);
    Capabilities::sort(&mut entries);
    Origins::sort(&mut lines);
    let places = ["authorization", "cookie:s", "query:t", "header:x-t", "subprotocol:p."]
        .map(|place| Place::parse(place).expect("a good place"));
    let mut answers = [(&lines[..], &entries[..]), (&shuffled_lines[..], &shuffled_entries[..])].map(
        |(lines, entries)| {
            let gate = Gate {
                origin: OriginRules {
                    mode: if options & 2 == 0 { OriginMode::List } else { OriginMode::SameOriginOrList },
                    allow: Origins::new(lines),
                    loopback_aliases: options & 4 != 0,
                    accept_unserialized: options & 8 != 0,
                    ..OriginRules::default()
                },
                credential: CredentialRules {
                    places: if options & 16 == 0 { &places } else { &places[..1] },
                    first_present_wins: options & 32 != 0,
                    ..CredentialRules::default()
                },
                capabilities: if options & 64 == 0 { Capabilities::new(entries) } else { Capabilities::NONE },
                jwt: (options & 128 == 0).then(|| Jwt::new(&keys)),
                ..Gate::default()
            };
            let mut scratch = vec![0; gate.scratch_bytes()];
            let decision = gate.decide(&request, UnixTime::from_seconds(1_700_000_000), &mut scratch);
            decision.reason().expect("nobody has a secret")
        },
    );
    answers.sort_by_key(|reason| reason.code());
    assert_eq!(answers[0], answers[1]);
});
