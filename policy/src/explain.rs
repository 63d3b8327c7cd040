//! Why a request may or may not come in: each check with the values that it compared and the header
//! that each came from.
//!
//! The verdict is the gate's own. The steps call the same stage functions in the same order and stop
//! where the gate stopped; a test holds the two against each other over all vectors. Secrets are left
//! out, and bytes of the request are shown escaped and cut.

use doorward_core::host::Authority;
use doorward_core::limits::MAX_HEADERS;
use doorward_core::origin::Page;
use doorward_core::request::Judged;
use doorward_core::{
    AbsentOrigin, Claims, Decision, Gate, Jwt, OriginMode, OriginPattern, Parsed, Reason, Request,
    Signed, UnixTime, Value, primitive,
};
use std::fmt;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The check passed.
    Passed,
    /// It refused the request.
    Refused(Reason),
}

/// One stage of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// `request`, `host`, `origin`, `credential`, `proof` or `claims`.
    pub stage: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was compared with what, a line each.
    pub details: Vec<String>,
}

/// A decision and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Why not; `None` if the request may come in.
    pub reason: Option<Reason>,
    /// Who, if it may: the kind of credential and the id.
    pub principal: Option<String>,
    /// The stages up to the one that decided.
    pub steps: Vec<Step>,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            match step.outcome {
                Outcome::Passed => writeln!(f, "{:<10} passed", step.stage)?,
                Outcome::Refused(reason) => {
                    writeln!(f, "{:<10} refused: {reason}: {}", step.stage, reason.text())?;
                }
            }
            for detail in &step.details {
                writeln!(f, "           {detail}")?;
            }
        }
        match (self.reason, &self.principal) {
            (Some(reason), _) => write!(f, "deny {reason} (HTTP {})", reason.status()),
            (None, Some(principal)) => write!(f, "allow {principal}"),
            (None, None) => f.write_str("allow"),
        }
    }
}

pub(crate) fn explain(gate: &Gate<'_>, request: &Request<'_>, now: UnixTime) -> Explanation {
    let mut scratch = vec![0; gate.scratch_bytes()];
    let (reason, principal) = match gate.decide(request, now, &mut scratch) {
        Decision::Allow(principal) => {
            let id = principal.id().map(|id| id.to_string()).unwrap_or_default();
            (None, Some(format!("{} {}", principal.kind(), shown(id.as_bytes()))))
        }
        Decision::Deny(reason) => (Some(reason), None),
    };
    let mut story = Story { gate, request, now, steps: Vec::new() };
    // The stages stop by themselves; a refusal behind the last one that they know of is the
    // gate's word.
    if story.tell().is_ok()
        && let (Some(reason), Some(last)) = (reason, story.steps.last_mut())
    {
        last.outcome = Outcome::Refused(reason);
    }
    Explanation { reason, principal, steps: story.steps }
}

/// How many header lines: beyond the limit nobody counts, and a binding may hand on only as many as tell that.
fn counted(count: usize) -> String {
    if count > MAX_HEADERS { format!("more than {MAX_HEADERS}") } else { count.to_string() }
}

struct Story<'g, 'r> {
    gate: &'g Gate<'g>,
    request: &'g Request<'r>,
    now: UnixTime,
    steps: Vec<Step>,
}

impl<'r> Story<'_, 'r> {
    fn tell(&mut self) -> Result<(), Reason> {
        let sized = self.gate.credential.judge_size(self.request);
        let judged = self.request.judged().and_then(|judged| sized.map(|()| judged));
        let details = vec![format!(
            "header lines: {}, scheme {}, peer {}",
            counted(self.request.headers.len()),
            self.request.scheme.as_str(),
            self.request.peer.map_or_else(|| "unknown".to_owned(), |peer| peer.to_string()),
        )];
        let judged = self.step("request", judged, details)?;
        let authority = self.host(&judged)?;
        let page = self.origin(&judged, &authority)?;
        self.credential(&judged, page)
    }

    fn step<T>(
        &mut self,
        stage: &'static str,
        result: Result<T, Reason>,
        details: Vec<String>,
    ) -> Result<T, Reason> {
        let outcome =
            result.as_ref().err().map_or(Outcome::Passed, |&reason| Outcome::Refused(reason));
        self.steps.push(Step { stage, outcome, details });
        result
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let values: Vec<String> = self.request.values(name.as_bytes()).map(shown).collect();
        if values.is_empty() {
            vec![format!("{name}: absent")]
        } else {
            values.into_iter().map(|value| format!("{name}: {value}")).collect()
        }
    }

    fn host(&mut self, judged: &Judged<'r>) -> Result<Authority<'r>, Reason> {
        let rules = self.gate.host;
        let mut details = self.lines("Host");
        for name in ["Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto"] {
            if self.request.values(name.as_bytes()).next().is_some() {
                details.extend(self.lines(name));
            }
        }
        let proxies = listed(rules.trusted_proxies.iter());
        details.push(if rules.trusts(self.request) {
            format!("the peer is a listed proxy ({proxies}): forwarding headers count")
        } else if rules.trusted_proxies.is_empty() {
            "no proxy is listed: forwarding headers do not count".to_owned()
        } else {
            format!("the peer is no listed proxy ({proxies}): forwarding headers do not count")
        });
        details.push(match rules.allow {
            None if rules.unchecked => "hosts are not judged (unchecked)".to_owned(),
            None => "every well-formed host is allowed".to_owned(),
            Some(allow) => format!("allowed hosts: {}", listed(allow.iter())),
        });
        let authority = rules.judge(self.request, judged);
        if let Ok(authority) = &authority {
            for host in authority.host().ok().iter().chain(&authority.also()) {
                details.push(format!("asked for {}://{host}", authority.scheme().as_str()));
            }
        }
        self.step("host", authority, details)
    }

    fn origin(&mut self, judged: &Judged<'_>, authority: &Authority<'_>) -> Result<Page, Reason> {
        let rules = self.gate.origin;
        let mut details = self.lines("Origin");
        details.extend(self.lines("Sec-Fetch-Site"));
        details.push(match rules.mode {
            OriginMode::SameOrigin => "mode same-origin".to_owned(),
            OriginMode::List => format!("mode list: {}", lines(rules.allow.lines())),
            OriginMode::SameOriginOrList => {
                format!("mode same-origin-or-list: {}", lines(rules.allow.lines()))
            }
            OriginMode::NoneAllowed => "mode none-allowed: any Origin denies".to_owned(),
            OriginMode::AfterCredential => "mode after-credential".to_owned(),
            OriginMode::Off => "mode off: nothing is judged".to_owned(),
        });
        if matches!(rules.mode, OriginMode::SameOrigin | OriginMode::SameOriginOrList)
            && let Ok(host) = &authority.host()
        {
            details.push(format!("own origin {}://{host}", authority.scheme().as_str()));
        }
        let cookie = self.gate.credential.cookie_presented(self.request);
        let absent = self.request.values(b"origin").next().is_none();
        if rules.absent == AbsentOrigin::AllowNative && cookie && absent {
            details.push(
                "a cookie credential is presented without an Origin: Sec-Fetch-Site must be \
                 same-origin or none"
                    .to_owned(),
            );
        }
        let page = rules.judge(judged, authority, || cookie);
        self.step("origin", page, details)
    }

    fn credential(&mut self, judged: &Judged<'r>, page: Page) -> Result<(), Reason> {
        let rules = self.gate.credential;
        let places: Vec<&str> = rules.places.iter().map(doorward_core::Place::as_str).collect();
        let mut details = vec![format!("places: {}", places.join(", "))];
        let found = rules
            .find(self.request, judged)
            .and_then(|found| rules.settle(page, found.as_ref()).map(|()| found));
        if found.as_ref().err() == Some(&Reason::CredentialMissing) {
            details.extend(self.elsewhere(&places));
        }
        if let Ok(Some(credential)) = &found {
            details.push(format!("found in {}", credential.place().as_str()));
        }
        let found = self.step("credential", found, details)?;
        let Some(credential) = found else {
            return Ok(());
        };
        let mut room = vec![0; self.gate.scratch_bytes()];
        let token = credential.token(&mut room).map(|(token, _)| token.to_vec());
        let token = match token {
            Ok(token) if token.len() > self.gate.max_token_bytes => Err(Reason::TokenTooLong),
            token => token,
        };
        let token = token.or_else(|reason| self.step("proof", Err(reason), Vec::new()))?;
        match self.gate.jwt {
            Some(jwt) if self.gate.is_signed(&token) => self.signed(&jwt, &token),
            _ => {
                let details = vec![
                    format!("a capability token of {} characters", token.len()),
                    format!("{} entries are configured", self.gate.capabilities.entries().len()),
                    format!("now {}", self.now.seconds()),
                ];
                self.step("proof", Ok(()), details)
            }
        }
    }

    /// Says where a credential stands that the policy does not look for: the commonest mistake.
    fn elsewhere(&self, places: &[&str]) -> Vec<String> {
        let mut hints = Vec::new();
        if !places.contains(&"authorization")
            && self.request.values(b"authorization").next().is_some()
        {
            hints.push("Authorization is present, but \"authorization\" is not a place".to_owned());
        }
        for name in ["token", "access_token"] {
            let place = format!("query:{name}");
            let mut out = vec![0; self.request.target.len()];
            let present = doorward_core::strip_query(self.request.target, name, &mut out)
                .is_ok_and(|stripped| stripped != self.request.target);
            if present && !places.contains(&place.as_str()) {
                hints.push(format!("the target has `{name}`, but \"{place}\" is not a place"));
            }
        }
        hints
    }

    fn signed(&mut self, jwt: &Jwt<'_>, token: &[u8]) -> Result<(), Reason> {
        let mut details = vec![format!("a signed token of {} characters", token.len())];
        details.extend(header_lines(token));
        if !jwt.types.is_empty() {
            details.push(format!("typ expected: {}", listed(jwt.types.iter())));
        }
        details.extend(jwt.keys.iter().map(|key| {
            let id = key.id().map_or_else(|| "no id".to_owned(), |id| shown(id.as_bytes()));
            format!("key {} ({id})", key.algorithm().name())
        }));
        let mut room = vec![0; self.gate.scratch_bytes()];
        let signed = Parsed::parse(token, self.gate.max_token_bytes, jwt)
            .and_then(|parsed| parsed.prove(&mut room));
        let signed = self.step("proof", signed, details)?;
        self.claims(jwt, signed)
    }

    fn claims(&mut self, jwt: &Jwt<'_>, signed: Signed<'_>) -> Result<(), Reason> {
        let rules = &jwt.claims;
        let payload = signed.payload();
        let mut details = vec![format!("now {}, leeway {} s", self.now.seconds(), rules.leeway)];
        for name in ["exp", "nbf", "iat", "iss", "aud", "sub", "jti"] {
            if let Some(value) = primitive::json_at(payload, &[name]) {
                details.push(format!("{name}: {}", shown(content(value).as_bytes())));
            }
        }
        if let Some(issuer) = rules.issuer {
            details.push(format!("issuer expected: {}", shown(issuer.as_bytes())));
        }
        let audience: Vec<String> = rules.audience.iter().map(|a| shown(a.as_bytes())).collect();
        details.push(match audience.as_slice() {
            [] if rules.ignore_audience => "aud is not judged".to_owned(),
            [] => "no audience is expected".to_owned(),
            names => format!("audience expected: {}", names.join(", ")),
        });
        let expected: [(&str, Option<String>); 6] = [
            ("subject expected", rules.subject.map(|subject| shown(subject.as_bytes()))),
            ("claims required", some_list(rules.required)),
            ("max_lifetime", rules.max_lifetime.map(|seconds| format!("{seconds} s"))),
            ("max_age", rules.max_age.map(|seconds| format!("{seconds} s"))),
            ("scopes required", some_list(self.gate.scope.require)),
            ("resource required", self.gate.scope.resource.map(|name| shown(name.as_bytes()))),
        ];
        for (what, value) in expected {
            details.extend(value.map(|value| format!("{what}: {value}")));
        }
        let claims: Result<Claims<'_>, Reason> = signed.claims(rules, self.now);
        self.step("claims", claims.map(|_| ()), details)
    }
}

/// A claim or header field without the quotes of a string: [`shown`] adds its own.
fn content(value: Value<'_>) -> &str {
    value.as_str().map_or(value.raw(), |text| text.raw())
}

/// Lines of a policy, cut after the first few.
fn listed<T: fmt::Display>(items: impl ExactSizeIterator<Item = T>) -> String {
    const MOST: usize = 10;
    let more = items.len().saturating_sub(MOST);
    let mut text = items.take(MOST).map(|item| item.to_string()).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

fn some_list(names: &[&str]) -> Option<String> {
    (!names.is_empty()).then(|| listed(names.iter()))
}

fn lines(allow: &[OriginPattern<'_>]) -> String {
    let mut texts: Vec<&str> = allow.iter().map(OriginPattern::as_str).collect();
    texts.sort_unstable();
    listed(texts.iter())
}

/// The header of a token that is not proven, as far as it can be read.
fn header_lines(token: &[u8]) -> Vec<String> {
    let header = token.split(|&byte| byte == b'.').next().unwrap_or_default();
    let mut room = vec![0; header.len()];
    let Ok(header) = primitive::base64url_decode(header, &mut room) else {
        return Vec::new();
    };
    ["alg", "typ", "kid"]
        .iter()
        .filter_map(|name| {
            let value = primitive::json_at(header, &[name])?;
            Some(format!("header {name}: {}", shown(content(value).as_bytes())))
        })
        .collect()
}

/// Bytes of a request for a person's eyes: quoted, everything but visible ASCII escaped, cut.
pub(crate) fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 128;
    let cut = bytes.get(..MOST).unwrap_or(bytes);
    let more = if bytes.len() > MOST { "…" } else { "" };
    format!("\"{}\"{more}", cut.escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_core::{Header, Scheme};

    #[test]
    fn lines_are_counted_up_to_the_limit() {
        let lines = vec![Header::new("x-line", ""); 2 * MAX_HEADERS];
        let told = |count: usize| {
            let (method, target) = (b"GET".as_slice(), b"/".as_slice());
            let headers = &lines[..count];
            let request = Request { method, target, scheme: Scheme::Https, peer: None, headers };
            let story = explain(&Gate::default(), &request, UnixTime::from_seconds(1_700_000_000));
            let step = story.steps.into_iter().next().unwrap();
            (matches!(step.outcome, Outcome::Refused(Reason::RequestTooLarge)), step.details)
        };
        let says = |text: &str| vec![format!("header lines: {text}, scheme https, peer unknown")];
        assert_eq!(told(128), (false, says("128")));
        // A binding gives one line more than the limit, or all.
        for count in [129, 131, 256] {
            assert_eq!(told(count), (true, says("more than 128")));
        }
    }
}
