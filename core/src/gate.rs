//! The whole path on one screen.

use crate::capability::{self, Capabilities};
#[cfg(feature = "jwt")]
use crate::claims::Claims;
use crate::credential::{Credential, CredentialRules, Place};
use crate::decision::{Challenge, Decision, Principal};
use crate::host::HostRules;
use crate::jwt::{Jwt, has_two_dots};
#[cfg(feature = "jwt")]
use crate::key::Key;
use crate::origin::{OriginRules, Page};
use crate::reason::Reason;
use crate::request::{JUDGED_NAMES, Judged, Request};
use crate::scope::{self, ScopeRules};
use crate::time::UnixTime;

/// A configured verifier, over rules that the caller owns: a `static` in firmware, a loaded policy
/// document in a server.
#[derive(Clone, Copy, Debug)]
pub struct Gate<'c> {
    /// Which hosts may be asked for.
    pub host: HostRules<'c>,
    /// Which pages may ask.
    pub origin: OriginRules<'c>,
    /// Where the credential stands.
    pub credential: CredentialRules<'c>,
    /// The capability tokens that are accepted.
    pub capabilities: Capabilities<'c>,
    /// The signed tokens that are accepted.
    pub jwt: Option<Jwt<'c>>,
    /// What the credential must carry.
    pub scope: ScopeRules<'c>,
    /// Longest token that is read; it bounds the work and the scratch buffer.
    pub max_token_bytes: usize,
    /// The realm of the challenge (RFC 6750 §3): visible ASCII without quote and backslash.
    pub realm: &'c str,
}

#[cfg(feature = "origin")]
impl Default for Gate<'_> {
    /// The strict defaults and no credential configured: nobody comes in.
    fn default() -> Self {
        Self {
            host: HostRules::default(),
            origin: OriginRules::default(),
            credential: CredentialRules::default(),
            capabilities: Capabilities::NONE,
            jwt: None,
            scope: ScopeRules::default(),
            max_token_bytes: crate::limits::MAX_TOKEN_BYTES,
            realm: "doorward",
        }
    }
}

impl<'c> Gate<'c> {
    /// Decides one request.
    ///
    /// A pure function: it never panics, allocates, or reads a clock, a file or a random source.
    /// `scratch` holds at least [`Gate::scratch_bytes`] bytes, the only bound on memory; the
    /// principal's claims lie in it.
    pub fn decide<'a>(
        &self,
        request: &Request<'a>,
        now: UnixTime,
        scratch: &'a mut [u8],
    ) -> Decision<'a>
    where
        'c: 'a,
    {
        match self.admit(request, now, scratch) {
            Ok(principal) => Decision::Allow(principal),
            Err(reason) => Decision::Deny(reason),
        }
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn admit<'a>(
        &self,
        request: &Request<'a>,
        now: UnixTime,
        scratch: &'a mut [u8],
    ) -> Result<Principal<'a>, Reason>
    where
        'c: 'a,
    {
        if scratch.len() < self.scratch_bytes() {
            return Err(Reason::ScratchTooSmall);
        }
        let mut judged = Judged::default();
        request.sort_out(&mut judged)?;
        self.credential.judge_size(request)?;
        let page = match self.host.line(request, &judged) {
            Some((name, true)) if self.origin.admits(&judged, request.scheme, name) => {
                Page::Settled
            }
            _ => self.page(request, &judged)?,
        };
        let signed_alone = self.jwt.is_some() && self.capabilities.entries().is_empty();
        let found = if signed_alone {
            self.credential.find_unjudged(request, &judged)?
        } else {
            self.credential.find(request, &judged)?
        };
        self.credential.settle(page, found.as_ref())?;
        match found {
            Some(credential) => {
                self.prove(&credential, now, scratch).map_err(|reason| credential.refused(reason))
            }
            None => self.scope.judge(|_| false, |_| false).map(|()| Principal::anonymous()),
        }
    }

    /// What asks: stages 2 and 3 of any request.
    #[cfg_attr(target_pointer_width = "64", inline(never))]
    fn page<'a>(&self, request: &Request<'a>, judged: &Judged<'a>) -> Result<Page, Reason> {
        let authority = self.host.judge(request, judged)?;
        self.origin.judge(judged, &authority, || self.credential.cookie_presented(request))
    }

    /// Bytes of scratch that any request to this gate may need.
    #[must_use]
    pub fn scratch_bytes(&self) -> usize {
        let payload = if self.jwt.is_some() { Jwt::scratch_bytes(self.max_token_bytes) } else { 0 };
        let decoded_target = if self.reads_target() { self.max_token_bytes } else { 0 };
        payload.saturating_add(decoded_target)
    }

    /// Whether any credential is configured.
    #[must_use]
    pub const fn has_credential(&self) -> bool {
        !self.capabilities.entries().is_empty() || self.jwt.is_some()
    }

    /// Whether a credential is judged as a signed token: where both kinds are configured, one with
    /// exactly two dots.
    #[must_use]
    pub fn is_signed(&self, credential: &[u8]) -> bool {
        self.jwt.is_some() && (self.capabilities.entries().is_empty() || has_two_dots(credential))
    }

    /// The names of all headers that a decision may depend on, in any case of letters; one may come
    /// twice. A line of another name is only counted: so many lines more decide the same
    /// as long as all of them are no more than [`MAX_HEADERS`](crate::limits::MAX_HEADERS).
    pub fn header_names(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        let places = self.credential.places.iter().filter_map(Place::header_name);
        JUDGED_NAMES.into_iter().chain(places)
    }

    /// Whether a decision may depend on a target that begins with `/`: only where a credential may stand
    /// in its query. Another target names a host, and is always read.
    #[must_use]
    pub fn reads_target(&self) -> bool {
        !self.credential.is_authorization() && self.credential.places.iter().any(Place::is_query)
    }

    /// The `WWW-Authenticate` value for a refusal by this gate.
    #[must_use]
    pub fn challenge(&self, reason: Reason) -> Option<Challenge> {
        reason.challenge(self.realm, self.scope.require)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn prove<'a>(
        &self,
        credential: &Credential<'a, 'c>,
        now: UnixTime,
        scratch: &'a mut [u8],
    ) -> Result<Principal<'a>, Reason>
    where
        'c: 'a,
    {
        let place = credential.place().as_str();
        let (token, scratch) = credential.token(scratch)?;
        if token.len() > self.max_token_bytes {
            return Err(Reason::TokenTooLong);
        }
        #[cfg(feature = "jwt")]
        if let Some(jwt) = &self.jwt
            && self.is_signed(token)
        {
            return self.prove_token(jwt, token, now, scratch, place);
        }
        #[cfg(not(feature = "jwt"))]
        let _ = scratch;
        self.prove_capability(token, now, place)
    }

    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn prove_capability(
        &self,
        token: &[u8],
        now: UnixTime,
        place: &'c str,
    ) -> Result<Principal<'c>, Reason> {
        let entry = capability::prove(token, self.capabilities, now)?;
        self.scope.judge(
            |scope| entry.scopes.contains(&scope),
            |resource| entry.resources.iter().any(|line| scope::covers(line, resource)),
        )?;
        let expires = entry.expires.map(UnixTime::seconds);
        Ok(Principal::capability(entry.id, entry.scopes, expires, place))
    }

    #[cfg(feature = "jwt")]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    fn prove_token<'a>(
        &self,
        jwt: &Jwt<'c>,
        token: &[u8],
        now: UnixTime,
        scratch: &'a mut [u8],
        place: &'c str,
    ) -> Result<Principal<'a>, Reason>
    where
        'c: 'a,
    {
        let (claims, key) = jwt.verify_within(self.max_token_bytes, token, now, scratch)?;
        if self.scope.asks() {
            self.judge_claims(claims)?;
        }
        let key = jwt.keys.get(key).and_then(Key::id);
        Ok(Principal::token(claims, key, self.scope.claim, place))
    }

    /// By a copy, which only these claims are laid down for.
    #[cfg(feature = "jwt")]
    #[inline(never)]
    fn judge_claims(&self, claims: Claims<'_>) -> Result<(), Reason> {
        self.scope.judge(
            |scope| claims.get(self.scope.claim).is_some_and(|claim| scope::lists(claim, scope)),
            |resource| {
                claims
                    .get(self.scope.resource_claim)
                    .is_some_and(|claim| scope::claim_covers(claim, resource))
            },
        )
    }
}

#[cfg(all(test, feature = "origin", feature = "jwt"))]
mod tests {
    use super::*;
    use crate::credential::bearer;
    use crate::key::Algorithm;
    use crate::request::{Header, Scheme};
    use std::string::String;
    use std::vec;
    use std::vec::Vec;

    /// What a binding leaves out because no name of ours says that it is read must change nothing.
    #[test]
    fn a_header_that_is_not_named_changes_no_decision() {
        const NAMES: [&str; 14] = [
            "Host",
            "ORIGIN",
            "authorization",
            "Sec-Fetch-Site",
            "Forwarded",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "Cookie",
            "Sec-WebSocket-Protocol",
            "X-Key",
            "Hosts",
            "Referer",
            "Content-Length",
            "",
        ];
        const VALUES: [&str; 14] = [
            "app.example.com",
            "https://app.example.com",
            "Bearer aaaa",
            "cross-site",
            "host=app.example.com;proto=https",
            "app.example.com",
            "https",
            "s=aaaa",
            "v1, key.aaaa",
            "aaaa",
            "",
            "\0\n",
            "aaaa",
            "https",
        ];
        let digest = crate::Digest::of(b"aaaa");
        let entries =
            [crate::Capability { id: "ci", digest, expires: None, scopes: &[], resources: &[] }];
        let hosts = [crate::HostPattern::parse("app.example.com").unwrap()];
        let proxies = [crate::Cidr::parse("192.0.2.0/24").unwrap()];
        let place_lists: [&[&str]; 6] = [
            &["authorization"],
            &["cookie:s"],
            &["query:t"],
            &["header:x-KEY"],
            &["subprotocol:key."],
            &["authorization", "cookie:s", "query:t", "header:X-Key", "subprotocol:key."],
        ];
        let mut random = 1_u64;
        let mut below = |bound: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(random >> 33).unwrap() % bound
        };
        let (mut allowed, mut shortened) = (0, 0);
        for round in 0..20_000 {
            let places: Vec<_> = place_lists[round % place_lists.len()]
                .iter()
                .map(|text| Place::parse(text).unwrap())
                .collect();
            let gate = Gate {
                host: HostRules {
                    allow: Some(&hosts),
                    trusted_proxies: &proxies,
                    ..HostRules::default()
                },
                credential: CredentialRules { places: &places, ..CredentialRules::default() },
                capabilities: Capabilities::new(&entries),
                ..Gate::default()
            };
            let mut headers = vec![Header::new("host", "app.example.com")];
            for _ in 0..below(6) {
                let name = below(NAMES.len());
                // Mostly the value that goes with the name.
                let value = if below(4) == 0 { below(VALUES.len()) } else { name };
                headers.push(Header::new(NAMES[name], VALUES[value]));
            }
            let named: Vec<_> = headers
                .iter()
                .copied()
                .filter(|header| {
                    gate.header_names()
                        .any(|name| header.name.eq_ignore_ascii_case(name.as_bytes()))
                })
                .collect();
            let target: &[u8] = [b"/".as_slice(), b"/?t=aaaa"][below(2)];
            let whole = Request {
                method: b"GET",
                target,
                scheme: Scheme::Https,
                peer: Some("192.0.2.1".parse().unwrap()),
                headers: &headers,
            };
            let target = if gate.reads_target() { target } else { b"/" };
            let short = Request { target, headers: &named, ..whole };
            let mut scratch = [0; 1 << 15];
            let now = UnixTime::from_seconds(1);
            let reason = gate.decide(&whole, now, &mut scratch).reason();
            assert_eq!(gate.decide(&short, now, &mut scratch).reason(), reason);
            allowed += usize::from(reason.is_none());
            shortened += usize::from(named.len() < headers.len());
        }
        assert!(allowed > 2_000 && shortened > 2_000, "{allowed} {shortened}");
    }

    /// A gate for signed tokens alone judges their alphabet last; that must not show.
    #[test]
    fn a_malformed_credential_is_one_whatever_else_is_wrong_with_it() {
        let keys = [Key::new(None, Algorithm::Hs256, &[7; 32]).unwrap()];
        let gate = Gate { jwt: Some(Jwt::new(&keys)), max_token_bytes: 256, ..Gate::default() };
        let mut scratch = [0; 1024];
        let long = String::from("Bearer ") + &"a".repeat(300);
        let mut malformed = 0;
        for good in ["Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "Bearer a", "Bearer a==", &long] {
            for at in 0..good.len() {
                for byte in 0..=255_u8 {
                    let mut value = good.as_bytes().to_vec();
                    value[at] = byte;
                    let headers = [
                        Header::new("host", "app.example.com"),
                        Header { name: b"authorization", value: &value },
                    ];
                    let request = Request {
                        method: b"GET",
                        target: b"/",
                        scheme: Scheme::Https,
                        peer: None,
                        headers: &headers,
                    };
                    let decision = gate.decide(&request, UnixTime::from_seconds(1), &mut scratch);
                    let reason = decision.reason().unwrap();
                    let expected = bearer(&value).err();
                    let of_place =
                        [Reason::CredentialMalformed, Reason::CredentialSchemeUnsupported];
                    assert_eq!(Some(reason).filter(|reason| of_place.contains(reason)), expected);
                    malformed += usize::from(expected == Some(Reason::CredentialMalformed));
                }
            }
        }
        assert!(malformed > 1000);
    }
}
