//! What a refused client gets: the class of the reason, and nothing else of it.

use doorward_policy::Reason;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

/// The response of a refusal. All reasons of a class give the same body and headers.
pub(crate) fn response<R: From<&'static str>>(
    reason: Reason,
    challenge: Option<String>,
) -> Response<R> {
    let mut response = Response::new(R::from(reason.class().body()));
    *response.status_mut() =
        StatusCode::from_u16(reason.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    // RFC 9111 §4.2.2: some statuses are cacheable by default; a refusal is of this moment.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(challenge) = challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_depends_on_the_class_and_the_status_alone() {
        for one in Reason::ALL {
            for other in Reason::ALL {
                let [a, b] = [one, other].map(|reason| {
                    let challenge = reason.challenge("doorward", &["mux:write"]);
                    response::<String>(*reason, challenge.map(|text| text.as_str().to_owned()))
                });
                if one.class() == other.class() {
                    assert_eq!((a.headers(), a.body()), (b.headers(), b.body()));
                } else {
                    assert_ne!(a.body(), b.body(), "{one}, {other}");
                }
                assert_eq!(a.status().as_u16(), one.status());
            }
        }
    }
}
