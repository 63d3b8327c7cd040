//! 9. May it do this: scopes and resources of a credential that is already proven.

use crate::claims::{JsonStr, Value};
use crate::reason::Reason;
use crate::text::ascii::split_str;

/// What a credential must carry.
#[derive(Clone, Copy, Debug)]
pub struct ScopeRules<'c> {
    /// Scopes, all of which the credential must carry.
    pub require: &'c [&'c str],
    /// The claim that lists a token's scopes: a string of words (RFC 8693 §4.2) or an array of
    /// strings.
    pub claim: &'c str,
    /// The resource, as `type:id`, that the credential must list.
    pub resource: Option<&'c str>,
    /// The claim that lists a token's resources: an array of strings, or one string.
    pub resource_claim: &'c str,
}

impl Default for ScopeRules<'_> {
    fn default() -> Self {
        Self { require: &[], claim: "scope", resource: None, resource_claim: "resources" }
    }
}

impl ScopeRules<'_> {
    /// Whether anything must be carried.
    #[cfg(feature = "jwt")]
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) const fn asks(&self) -> bool {
        !self.require.is_empty() || self.resource.is_some()
    }

    /// Judges what a credential carries: `scope` and `resource` say whether it carries one.
    #[cfg_attr(target_pointer_width = "64", inline(always))]
    pub(crate) fn judge(
        &self,
        has_scope: impl Fn(&str) -> bool,
        has_resource: impl Fn(&str) -> bool,
    ) -> Result<(), Reason> {
        for scope in self.require {
            if !has_scope(scope) {
                return Err(Reason::ScopeInsufficient);
            }
        }
        match self.resource {
            Some(resource) if !has_resource(resource) => Err(Reason::ResourceNotListed),
            _ => Ok(()),
        }
    }
}

/// Whether a claim lists a scope: as a word of a string, or as an element of an array.
#[must_use]
pub fn lists(claim: Value<'_>, scope: &str) -> bool {
    if scope.is_empty() {
        return false;
    }
    match claim.elements() {
        Some(mut elements) => elements.any(|element| element.as_str().is_some_and(|s| s == scope)),
        None => claim.as_str().is_some_and(|text| has_word(text, scope)),
    }
}

fn has_word(text: JsonStr<'_>, word: &str) -> bool {
    // What of `word` is still to come, while the current word of `text` agrees with it.
    let mut ahead = Some(word.chars());
    for character in text.chars() {
        if character != ' ' {
            ahead = ahead.and_then(|mut rest| (rest.next() == Some(character)).then_some(rest));
            continue;
        }
        if ahead.is_some_and(|rest| rest.as_str().is_empty()) {
            return true;
        }
        ahead = Some(word.chars());
    }
    ahead.is_some_and(|rest| rest.as_str().is_empty())
}

/// Whether a claim lists a resource.
#[cfg(feature = "jwt")]
pub(crate) fn claim_covers(claim: Value<'_>, resource: &str) -> bool {
    let listed = |value: Value<'_>| value.as_str().is_some_and(|line| line_covers(line, resource));
    match claim.elements() {
        Some(mut elements) => elements.any(listed),
        None => listed(claim),
    }
}

/// As [`covers`], with a line as a token writes it.
#[cfg(feature = "jwt")]
fn line_covers(line: JsonStr<'_>, resource: &str) -> bool {
    let kind = split_str(resource, b':').map(|(kind, _)| kind);
    line == resource
        || line == "*:*"
        || kind.is_some_and(|kind| line.chars().eq(kind.chars().chain(":*".chars())))
}

/// Whether a line covers a resource: the very one, `type:*`, or `*:*`.
pub(crate) fn covers(line: &str, resource: &str) -> bool {
    let kind = split_str(resource, b':').map(|(kind, _)| kind);
    line == resource || line == "*:*" || (kind.is_some() && kind == line.strip_suffix(":*"))
}

#[cfg(all(test, feature = "jwt"))]
mod tests {
    use super::*;

    /// What a line covers does not depend on whose it is.
    #[test]
    fn a_line_covers_the_same_in_an_entry_and_in_a_claim() {
        let texts = ["", ":", "*", "*:*", "a", "a:", "a:b", "a:*", "a:b:*", "a:b:c", ":*", "aa:b"];
        let mut covered = 0;
        for line in texts {
            for resource in texts {
                let known = covers(line, resource);
                assert_eq!(known, line_covers(JsonStr::from_plain(line), resource));
                covered += usize::from(known && line != resource);
            }
        }
        assert!(covered > texts.len());
    }
}
