//! What the benchmarks and `ratio` share: tokens of exact sizes, a verifier for them, a request, and
//! the floor.

/// Interleaved rounds and their tables.
pub mod rounds;

use doorward_core::{
    Algorithm, Capabilities, Capability, ClaimRules, Digest, Gate, Header, HostPattern, HostRules,
    Jwt, Key, Request, Scheme, UnixTime, sign,
};
use sha2::block_api::{compress256, compress512};
use std::fmt::Write as _;

/// The time of every decision here.
pub const NOW: u64 = 1_700_000_000;

/// The secret of every key here.
pub const SECRET: &[u8; 64] = b"a benchmark's secret, which everybody knows, 64 bytes long......";

/// The issuer that the tokens name and the verifier wants.
pub const ISSUER: &str = "https://issuer.example";

/// The audience that the tokens name and the verifier wants.
pub const AUDIENCE: &str = "mux";

/// As many tokens as rotate at most, so that the branch predictor cannot learn one by heart.
pub const DISTINCT: usize = 256;

/// Bytes that their claims have together at most: a token that has just come in is in the CPU's second cache, and there
/// these are to stay while the contestants take turns.
pub const ROTATING: usize = 384 * 1024;

/// A capability token of the default form's length.
pub const CAPABILITY: &str = "kd83hf-2hf9_sm3jd84hf7skq0z9x8c7v6b5n4m3l2k";

/// The time of every decision.
#[must_use]
pub const fn now() -> UnixTime {
    UnixTime::from_seconds(NOW)
}

/// A key of the algorithm.
///
/// # Panics
/// Never: the secret is long enough for each.
#[must_use]
pub fn key(algorithm: Algorithm) -> Key<'static> {
    Key::new(None, algorithm, SECRET).expect("a long secret")
}

/// A verifier that checks `exp`, `nbf`, `iss` and `aud`.
#[must_use]
pub fn jwt<'c>(keys: &'c [Key<'c>]) -> Jwt<'c> {
    Jwt {
        claims: ClaimRules { issuer: Some(ISSUER), audience: &[AUDIENCE], ..ClaimRules::default() },
        ..Jwt::new(keys)
    }
}

/// Bytes of JSON that make an HS256 token of 281 bytes.
pub const SMALL: usize = 150;

/// Bytes of JSON that make an HS256 token of 1036 bytes.
pub const MEDIUM: usize = 716;

/// Bytes of JSON that make an HS256 token of 8192 bytes.
pub const LARGE: usize = 6083;

/// The claims of token number `index`: compact JSON of exactly `bytes` bytes. All have the eight
/// usual claims; the longer ones a nested object and arrays besides.
///
/// # Panics
/// If `bytes` is none of the three sizes.
#[must_use]
pub fn claims(index: usize, bytes: usize) -> String {
    let mut json = format!(
        r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"u-{index:04}","exp":{},"nbf":{NOW},"iat":{},"jti":"{:06x}""#,
        NOW + 3600,
        NOW - index as u64,
        (index * 40_503) & 0xff_ffff,
    );
    if bytes >= MEDIUM {
        json += r#","name":"Example User","email":"user@example.com","tenant":{"id":42,"plan":"team","regions":["eu","us"]},"permissions":["#;
        for n in 0..16 {
            let _ = write!(json, r#""{}workspace:{n:02}:read""#, if n == 0 { "" } else { "," });
        }
        json = json.replace("\",workspace", ",\"workspace");
        json += "]";
    }
    if bytes >= LARGE {
        json += r#","grants":["#;
        for n in 0..100 {
            let gap = if n == 0 { "" } else { "," };
            let _ = write!(json, r#"{gap}{{"id":{n},"resource":"workspace:{n:03}","rw":true}}"#);
        }
        json += "]";
    }
    json += r#","scope":"mux:"#;
    let end = "\"}";
    let missing = bytes - json.len() - end.len();
    json.extend((0..missing).map(|n| if n % 9 == 8 { ' ' } else { 'r' }));
    json += end;
    json
}

/// The tokens that rotate.
///
/// # Panics
/// If `bytes` is none of the three sizes.
#[must_use]
pub fn tokens(key: &Key<'_>, bytes: usize) -> Vec<String> {
    (0..DISTINCT.min(ROTATING / bytes))
        .map(|index| {
            let mut room = [0; 16_384];
            let claims = claims(index, bytes);
            sign(key, claims.as_bytes(), &mut room).expect("good claims").to_owned()
        })
        .collect()
}

/// Goes round a list for ever.
pub fn rotate<'l, T>(list: &'l [T]) -> impl FnMut() -> &'l T {
    let mut at = 0;
    move || {
        at = (at + 1) % list.len();
        &list[at]
    }
}

/// The work that no verifier of a token is spared: the dependent compressions of HMAC with both
/// keyed states at hand, and nothing else.
#[derive(Clone, Debug)]
pub enum Floor {
    /// SHA-256.
    Short(Vec<[u8; 64]>),
    /// SHA-384 and SHA-512.
    Long(Vec<[u8; 128]>),
}

impl Floor {
    /// The floor of verifying `token`.
    ///
    /// # Panics
    /// If it has no dot.
    #[must_use]
    pub fn of(algorithm: Algorithm, token: &str) -> Self {
        let signing_input = token.rfind('.').expect("a signed token");
        match algorithm {
            // The padding is a bit and a length of 64 bits; the outer hash is one block more.
            Algorithm::Hs256 => Self::Short(vec![[0x5a; 64]; (signing_input + 9).div_ceil(64) + 1]),
            _ => Self::Long(vec![[0x5a; 128]; (signing_input + 17).div_ceil(128) + 1]),
        }
    }

    /// The floor of looking a capability token up: its digest, with padding.
    #[must_use]
    pub fn of_capability(token: &str) -> Self {
        Self::Short(vec![[0x5a; 64]; (token.len() + 9).div_ceil(64)])
    }

    /// How many compressions they are.
    #[must_use]
    pub fn compressions(&self) -> usize {
        match self {
            Self::Short(blocks) => blocks.len(),
            Self::Long(blocks) => blocks.len(),
        }
    }

    /// Does them: the inner hash in one call, the outer in another.
    #[must_use]
    pub fn run(&self) -> u64 {
        match self {
            Self::Short(blocks) => {
                let mut state = [0x6a09_e667; 8];
                let (inner, outer) = blocks.split_at(blocks.len() - 1);
                compress256(&mut state, inner);
                compress256(&mut state, outer);
                u64::from(state[0])
            }
            Self::Long(blocks) => {
                let mut state = [0x6a09_e667_f3bc_c908; 8];
                let (inner, outer) = blocks.split_at(blocks.len() - 1);
                compress512(&mut state, inner);
                compress512(&mut state, outer);
                state[0]
            }
        }
    }
}

/// `count` capability entries in order; one is [`CAPABILITY`]'s.
#[must_use]
pub fn entries(count: usize) -> Vec<Capability<'static>> {
    let mut entries: Vec<_> = (1..=count)
        .map(|n| Capability {
            id: "entry",
            digest: if n == count {
                Digest::of(CAPABILITY.as_bytes())
            } else {
                Digest::of(&n.to_le_bytes())
            },
            expires: None,
            scopes: &["mux:read"],
            resources: &[],
        })
        .collect();
    Capabilities::sort(&mut entries);
    entries
}

/// The host that the requests ask for.
pub const HOST: &str = "app.example.com";

/// The page that the requests come from: the same origin.
pub const ORIGIN: &str = "https://app.example.com";

/// The host list of [`gate`].
///
/// # Panics
/// Never: the lines are good.
#[must_use]
pub fn hosts() -> [HostPattern<'static>; 2] {
    ["localhost:*", HOST].map(|line| HostPattern::parse(line).expect("a good line"))
}

/// A gate with a host list, same-origin, and the given credentials.
#[must_use]
pub fn gate<'c>(
    hosts: &'c [HostPattern<'c>],
    capabilities: &'c [Capability<'c>],
    jwt: Option<Jwt<'c>>,
) -> Gate<'c> {
    Gate {
        host: HostRules { allow: Some(hosts), ..HostRules::default() },
        capabilities: Capabilities::new(capabilities),
        jwt,
        ..Gate::default()
    }
}

/// The headers that a browser sends with an upgrade, `Authorization` last.
#[must_use]
pub fn headers(authorization: &str) -> [Header<'_>; 12] {
    [
        Header::new("host", HOST),
        Header::new("connection", "Upgrade"),
        Header::new("pragma", "no-cache"),
        Header::new("cache-control", "no-cache"),
        Header::new("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Example/1.0"),
        Header::new("upgrade", "websocket"),
        Header::new("origin", ORIGIN),
        Header::new("sec-websocket-version", "13"),
        Header::new("accept-encoding", "gzip, deflate, br"),
        Header::new("accept-language", "en-GB,en;q=0.9"),
        Header::new("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        Header::new("authorization", authorization),
    ]
}

/// A request with these headers.
#[must_use]
pub const fn request<'r>(headers: &'r [Header<'r>]) -> Request<'r> {
    Request { method: b"GET", target: b"/ws", scheme: Scheme::Https, peer: None, headers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tokens_have_the_sizes_that_are_written_beside_them() {
        let key = [key(Algorithm::Hs256)];
        let mut scratch = [0; 32_768];
        for (claims, bytes, compressions) in
            [(SMALL, 281, 5), (MEDIUM, 1036, 17), (LARGE, 8192, 129)]
        {
            let tokens = tokens(&key[0], claims);
            for token in &tokens {
                assert_eq!(token.len(), bytes);
                let verified = jwt(&key).verify(token.as_bytes(), now(), &mut scratch);
                assert!(verified.is_ok());
            }
            assert_eq!(Floor::of(Algorithm::Hs256, &tokens[0]).compressions(), compressions);
        }
    }
}
