//! Taking the credential out of a request before the service sees it.

use doorward_policy::Reason;
use doorward_policy::core::{strip_cookie, strip_query, strip_subprotocol};
use http::header::{AUTHORIZATION, COOKIE, SEC_WEBSOCKET_PROTOCOL};
use http::request::Parts;
use http::uri::{PathAndQuery, Uri};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Takes out what stands in a place, given as the policy writes it. A subprotocol goes in any case: a
/// server that accepts it sends it back for all to read. The rest goes if `every` place is to be
/// emptied.
///
/// # Errors
/// [`Reason::OutputTooSmall`] if the rest cannot be written as a request any more. It always can, being a
/// part of what arrived; if not, the secret must not go on.
pub(crate) fn take_out(head: &mut Parts, place: &str, every: bool) -> Result<(), Reason> {
    let (word, name) = place.split_once(':').unwrap_or((place, ""));
    match word {
        "subprotocol" => rewrite(&mut head.headers, &SEC_WEBSOCKET_PROTOCOL, |value, out| {
            strip_subprotocol(value, name, out)
        }),
        _ if !every => Ok(()),
        "authorization" => remove(&mut head.headers, AUTHORIZATION.as_str()),
        "header" => remove(&mut head.headers, name),
        "cookie" => {
            rewrite(&mut head.headers, &COOKIE, |value, out| strip_cookie(value, name, out))
        }
        "query" => strip_target(&mut head.uri, name),
        _ => Ok(()),
    }
}

fn remove(headers: &mut HeaderMap, name: &str) -> Result<(), Reason> {
    headers.remove(name);
    Ok(())
}

/// Writes every line of a header anew; a line that is empty then goes.
fn rewrite(
    headers: &mut HeaderMap,
    name: &HeaderName,
    strip: impl for<'o> Fn(&[u8], &'o mut [u8]) -> Result<&'o [u8], Reason>,
) -> Result<(), Reason> {
    let mut kept = Vec::new();
    for line in headers.get_all(name) {
        // Twice its length is enough: between two items a space may be added.
        let mut out = vec![0; line.len() * 2];
        let rest = strip(line.as_bytes(), &mut out)?;
        if !rest.is_empty() {
            kept.push(HeaderValue::from_bytes(rest).map_err(|_| Reason::OutputTooSmall)?);
        }
    }
    headers.remove(name);
    for line in kept {
        headers.append(name, line);
    }
    Ok(())
}

fn strip_target(uri: &mut Uri, name: &str) -> Result<(), Reason> {
    let Some(target) = uri.path_and_query().map(PathAndQuery::as_str) else {
        return Ok(());
    };
    let mut out = vec![0; target.len()];
    let rest = strip_query(target.as_bytes(), name, &mut out)?;
    // An absolute-form target may have no path (RFC 9112 §3.2.2): it stands for the root.
    let rest = if rest.starts_with(b"/") { rest.to_vec() } else { [b"/", rest].concat() };
    let target = PathAndQuery::try_from(rest).map_err(|_| Reason::OutputTooSmall)?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target);
    *uri = Uri::from_parts(parts).map_err(|_| Reason::OutputTooSmall)?;
    Ok(())
}
