//! The answer: who comes in, or why not.

use crate::claims::{Claims, JsonStr, Value};
use crate::limits::{MAX_CHALLENGE_BYTES, MAX_REALM_BYTES};
use crate::reason::{Class, Reason};
use crate::scope::lists;
use core::fmt;

/// The answer to one request. A denial is a value, never a panic or an error.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant, reason = "it lives on the stack for one request; no heap here")]
#[must_use = "a decision that is not looked at lets everybody in"]
pub enum Decision<'a> {
    /// The request may come in, on behalf of this principal.
    Allow(Principal<'a>),
    /// It may not.
    Deny(Reason),
}

impl<'a> Decision<'a> {
    /// Whether the request may come in.
    #[must_use]
    pub const fn allowed(&self) -> bool {
        matches!(self, Self::Allow(_))
    }

    /// Why not, or `None` when it may come in.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Allow(_) => None,
            Self::Deny(reason) => Some(*reason),
        }
    }

    /// Who, or `None` when it may not come in.
    #[must_use]
    pub const fn principal(&self) -> Option<&Principal<'a>> {
        match self {
            Self::Allow(principal) => Some(principal),
            Self::Deny(_) => None,
        }
    }
}

/// On whose behalf a request comes in. Only a gate makes one.
#[derive(Clone, Copy)]
pub struct Principal<'a> {
    kind: Kind<'a>,
    place: &'a str,
}

#[derive(Clone, Copy)]
enum Kind<'a> {
    Anonymous,
    Capability {
        id: &'a str,
        scopes: &'a [&'a str],
        expires: Option<u64>,
    },
    #[cfg_attr(not(feature = "jwt"), allow(dead_code, reason = "there is no value of it"))]
    Token {
        claims: Claims<'a>,
        key: Option<&'a str>,
        scope_claim: &'a str,
        /// Without the feature nobody comes in by a token, and what reads one is not in the image.
        #[cfg(not(feature = "jwt"))]
        absent: core::convert::Infallible,
    },
}

impl<'a> Principal<'a> {
    pub(crate) const fn anonymous() -> Self {
        Self { kind: Kind::Anonymous, place: "" }
    }

    pub(crate) const fn capability(
        id: &'a str,
        scopes: &'a [&'a str],
        expires: Option<u64>,
        place: &'a str,
    ) -> Self {
        Self { kind: Kind::Capability { id, scopes, expires }, place }
    }

    #[cfg(feature = "jwt")]
    pub(crate) const fn token(
        claims: Claims<'a>,
        key: Option<&'a str>,
        scope_claim: &'a str,
        place: &'a str,
    ) -> Self {
        Self { kind: Kind::Token { claims, key, scope_claim }, place }
    }

    /// `"anonymous"`, `"capability"` or `"token"`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.kind {
            Kind::Anonymous => "anonymous",
            Kind::Capability { .. } => "capability",
            Kind::Token { .. } => "token",
        }
    }

    /// The capability entry's id, or the token's `sub`; `None` for an anonymous principal and for a
    /// token without `sub`.
    #[must_use]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn id(&self) -> Option<JsonStr<'a>> {
        match self.kind {
            Kind::Anonymous => None,
            Kind::Capability { id, .. } => Some(JsonStr::from_plain(id)),
            Kind::Token { claims, .. } => claims.subject(),
        }
    }

    /// The verified claims of a signed token.
    #[must_use]
    pub const fn claims(&self) -> Option<&Claims<'a>> {
        match &self.kind {
            Kind::Token { claims, .. } => Some(claims),
            _ => None,
        }
    }

    /// The id of the key that proved the token, if the key has one.
    #[must_use]
    pub const fn key_id(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Token { key, .. } => key,
            _ => None,
        }
    }

    /// Where the credential was: a place as the policy writes it, empty for an anonymous principal.
    #[must_use]
    pub const fn place(&self) -> &'a str {
        self.place
    }

    /// The second from which on the credential is not valid any more, in Unix time; `None` if it has
    /// no end. A fraction is cut off, so that this is never later than the credential says.
    #[must_use]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub fn expires(&self) -> Option<u64> {
        match self.kind {
            Kind::Anonymous => None,
            Kind::Capability { expires, .. } => expires,
            Kind::Token { claims, .. } => {
                claims.expires().and_then(|at| at.seconds().try_into().ok())
            }
        }
    }

    /// Whether the credential carries the scope.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        match self.kind {
            Kind::Anonymous => false,
            Kind::Capability { scopes, .. } => scopes.contains(&scope),
            Kind::Token { claims, scope_claim, .. } => {
                claims.get(scope_claim).is_some_and(|value: Value<'_>| lists(value, scope))
            }
        }
    }

    /// The scopes of a capability entry, as configured; empty for the other kinds, whose scopes are
    /// a claim.
    #[must_use]
    pub const fn capability_scopes(&self) -> &'a [&'a str] {
        match self.kind {
            Kind::Capability { scopes, .. } => scopes,
            _ => &[],
        }
    }
}

/// Prints the kind and the place. The id comes from a token, so it is left to [`Principal::id`].
impl fmt::Debug for Principal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("kind", &self.kind())
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// A `WWW-Authenticate` value (RFC 6750 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(heapless::String<MAX_CHALLENGE_BYTES>);

impl Challenge {
    pub(crate) fn new(class: Class, realm: &str, scopes: &[&str]) -> Option<Self> {
        let error = match class {
            Class::Unauthenticated => None,
            Class::InvalidRequest | Class::InvalidToken | Class::InsufficientScope => {
                class.error_code()
            }
            Class::Forbidden | Class::Unavailable | Class::Internal => return None,
        };
        let mut text = heapless::String::new();
        // A realm that does not fit is left out: RFC 6750 §3 does not ask for one.
        let with_realm = realm.len() <= MAX_REALM_BYTES;
        push(&mut text, &["Bearer"])?;
        if with_realm {
            push(&mut text, &[" realm=\"", realm, "\""])?;
        }
        if let Some(error) = error {
            let gap = if with_realm { ", error=\"" } else { " error=\"" };
            push(&mut text, &[gap, error, "\""])?;
        }
        if class == Class::InsufficientScope && !scopes.is_empty() {
            let mut with_scope = text.clone();
            // Scopes that do not fit are left out: a cut list would name the wrong ones.
            if push_scopes(&mut with_scope, scopes).is_some() {
                text = with_scope;
            }
        }
        Some(Self(text))
    }

    /// The header value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn push(text: &mut heapless::String<MAX_CHALLENGE_BYTES>, parts: &[&str]) -> Option<()> {
    parts.iter().try_for_each(|part| text.push_str(part)).ok()
}

fn push_scopes(text: &mut heapless::String<MAX_CHALLENGE_BYTES>, scopes: &[&str]) -> Option<()> {
    push(text, &[", scope=\""])?;
    let mut gap = "";
    for scope in scopes {
        push(text, &[gap, scope])?;
        gap = " ";
    }
    push(text, &["\""])
}
