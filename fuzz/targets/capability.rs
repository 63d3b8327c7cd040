//! `Digest::of`, with vector code where the CPU has it, against the hash of `sha2`; and that of entries in
//! order exactly the one of the token is found, in order or not. The input is how many entries there are, at
//! which place the token's is, and the token.
#![no_main]

use doorward_core::{Capabilities, Capability, Digest};
use libfuzzer_sys::fuzz_target;
use sha2::{Digest as _, Sha256};

fuzz_target!(|data: &[u8]| {
    let [count, place, token @ ..] = data else { return };
    let hash: [u8; 32] = Sha256::digest(token).into();
    assert_eq!(Digest::of(token).as_bytes(), &hash);
    // Digests beside the token's: most of them of other texts, some with its beginning.
    let other = |n: u8| {
        let mut other: [u8; 32] = Sha256::digest([n]).into();
        if n % 4 == 0 {
            other = hash;
            other[usize::from(n) % 32] ^= n | 1;
        }
        other
    };
    let mut entries: Vec<_> = (0..count % 24)
        .map(|n| if n == *place { hash } else { other(n) })
        .map(|digest| Capability {
            id: "",
            digest: Digest::from_bytes(digest),
            expires: None,
            scopes: &[],
            resources: &[],
        })
        .collect();
    let there = entries.iter().any(|entry| entry.digest.as_bytes() == &hash);
    for _ in 0..2 {
        let found = Capabilities::new(&entries).find(token);
        assert_eq!(found.map(|entry| *entry.digest.as_bytes()), there.then_some(hash));
        Capabilities::sort(&mut entries);
    }
});
