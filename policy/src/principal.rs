//! On whose behalf a request came in, in a form that outlives the request.

use doorward_core::{Value, primitive, scope};
use std::fmt;

/// On whose behalf a request came in. Owns what it holds, so that it can be kept in a request's
/// extensions.
#[derive(Clone)]
pub struct Principal {
    kind: &'static str,
    id: Option<String>,
    place: String,
    key_id: Option<String>,
    expires: Option<u64>,
    scopes: Vec<String>,
    scope_claim: String,
    claims: Option<Box<str>>,
}

impl Principal {
    pub(crate) fn new(principal: &doorward_core::Principal<'_>, scope_claim: &str) -> Self {
        Self {
            kind: principal.kind(),
            id: principal.id().map(|id| id.to_string()),
            place: principal.place().to_owned(),
            key_id: principal.key_id().map(str::to_owned),
            expires: principal.expires(),
            scopes: principal.capability_scopes().iter().map(|&scope| scope.to_owned()).collect(),
            scope_claim: scope_claim.to_owned(),
            claims: principal.claims().map(|claims| claims.json().into()),
        }
    }

    /// `"anonymous"`, `"capability"` or `"token"`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// The capability entry's id, or the token's `sub`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Where the credential was, as the policy writes the place; empty for an anonymous principal.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The id of the key that proved the token, if the key has one.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The second from which on the credential is no longer valid, in Unix time.
    #[must_use]
    pub const fn expires(&self) -> Option<u64> {
        self.expires
    }

    /// The verified claims of a signed token, as JSON text.
    #[must_use]
    pub fn claims(&self) -> Option<&str> {
        self.claims.as_deref()
    }

    /// The claim at the end of a path of names, such as `&["realm_access", "roles"]`.
    #[must_use]
    pub fn claim(&self, path: &[&str]) -> Option<Value<'_>> {
        primitive::json_at(self.claims()?.as_bytes(), path)
    }

    /// Whether the credential carries the scope.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
            || self.claim(&[&self.scope_claim]).is_some_and(|claim| scope::lists(claim, scope))
    }
}

/// Prints kind and place; the id and the claims come from a token.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("kind", &self.kind)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}
