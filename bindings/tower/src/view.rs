//! The request as the core reads it: every header line, so that duplicates show.

use doorward_policy::core::limits::MAX_HEADERS;
use doorward_policy::{Header, Request, Scheme};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, header};
use std::net::IpAddr;

/// Calls `decide` with the core's view of a request's head.
pub(crate) fn with_request<T>(
    head: &Parts,
    scheme: Scheme,
    peer: Option<IpAddr>,
    decide: impl FnOnce(&Request<'_>) -> T,
) -> T {
    // One line more than the limit is enough for the core to see that it is passed.
    let mut lines = [Header::new("", ""); MAX_HEADERS + 1];
    let named = head
        .headers
        .iter()
        .map(|(name, value)| Header { name: name.as_str().as_bytes(), value: value.as_bytes() });
    // In front, so that a long tail of headers does not push it out of view.
    let target_host = host_of_target(head).map(|host| Header::new("host", host));
    let mut count = 0;
    for (slot, line) in lines.iter_mut().zip(target_host.into_iter().chain(named)) {
        *slot = line;
        count += 1;
    }
    decide(&Request {
        method: head.method.as_str().as_bytes(),
        target: head.uri.path_and_query().map_or("/", PathAndQuery::as_str).as_bytes(),
        scheme,
        peer,
        headers: lines.get(..count).unwrap_or_default(),
    })
}

/// The host that the request's target names, unless the `Host` header says the same.
///
/// HTTP/2 sends it as `:authority` (RFC 9113 §8.3.1), HTTP/1.1 in a target of absolute form (RFC 9112
/// §3.2.2). Beside a `Host` that differs, both are given: which of them the service would believe is
/// not known, so the core refuses the two.
fn host_of_target(head: &Parts) -> Option<&str> {
    let authority = head.uri.authority()?;
    (!says_the_same(&head.headers, authority)).then_some(authority.as_str())
}

fn says_the_same(headers: &HeaderMap, authority: &Authority) -> bool {
    headers
        .get(header::HOST)
        .is_some_and(|host| host.as_bytes().eq_ignore_ascii_case(authority.as_str().as_bytes()))
}
