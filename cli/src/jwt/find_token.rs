//! What clings to a token that was copied from somewhere.

use super::Finding;
use zeroize::Zeroizing;

/// The token without what clings to it, and what that was.
pub(super) fn tidy(given: &[u8]) -> (Zeroizing<Vec<u8>>, Vec<Finding>) {
    let mut found = Vec::new();
    let mut token = given;
    loop {
        let before = token;
        token = without_white_space(token, &mut found);
        token = without_quotes(token, &mut found);
        token = without_scheme(token, &mut found);
        if token == before {
            break;
        }
    }
    let mut token = Zeroizing::new(token.to_vec());
    if token.iter().any(u8::is_ascii_whitespace) {
        note(
            &mut found,
            "token_white_space",
            "there is white space inside the token: a line break of \
             whatever printed it, or two tokens",
        );
        token.retain(|byte| !byte.is_ascii_whitespace());
    }
    if token.contains(&b'=') {
        note(
            &mut found,
            "token_padding",
            "the token is padded with `=`: a JWT is base64url without \
             padding (RFC 7515 §2), and its issuer should leave it out",
        );
        token.retain(|&byte| byte != b'=');
    }
    if token.iter().any(|byte| matches!(byte, b'+' | b'/')) {
        note(
            &mut found,
            "token_alphabet",
            "the token is in base64, with `+` or `/`: a JWT is in \
             base64url, with `-` and `_` (RFC 7515 §2)",
        );
        for byte in token.iter_mut() {
            *byte = match *byte {
                b'+' => b'-',
                b'/' => b'_',
                other => other,
            };
        }
    }
    found.extend(segments(&token));
    (token, found)
}

fn note(found: &mut Vec<Finding>, id: &'static str, message: &str) {
    if !found.iter().any(|finding| finding.id == id) {
        found.push(Finding::new(id, message));
    }
}

fn without_white_space<'t>(token: &'t [u8], found: &mut Vec<Finding>) -> &'t [u8] {
    let trimmed = token.trim_ascii();
    if trimmed.len() < token.len() {
        note(found, "token_white_space", "there is white space around the token");
    }
    trimmed
}

fn without_quotes<'t>(token: &'t [u8], found: &mut Vec<Finding>) -> &'t [u8] {
    match token {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] | [b'`', inner @ .., b'`'] => {
            note(found, "token_quotes", "the token is in quotes: take them away, as `jq -r` does");
            inner
        }
        _ => token,
    }
}

fn without_scheme<'t>(token: &'t [u8], found: &mut Vec<Finding>) -> &'t [u8] {
    for prefix in [b"Authorization:".as_slice(), b"Bearer ", b"Bearer\t"] {
        if let Some((head, rest)) = token.split_at_checked(prefix.len())
            && head.eq_ignore_ascii_case(prefix)
        {
            note(
                found,
                "token_bearer_prefix",
                "the token begins with `Bearer `: that belongs to the \
                 header, not to the token; where both add it, the header has it twice",
            );
            return rest;
        }
    }
    token
}

/// What another number of segments says.
fn segments(token: &[u8]) -> Option<Finding> {
    let dots = token.iter().filter(|&&byte| byte == b'.').count();
    let message = match dots {
        2 if token.ends_with(b".") => {
            "the third segment is empty: the token is not signed (alg none), or it was cut"
        }
        2 => return None,
        0 => {
            "the token has no dot: it is no JWT but looks like a capability token, which \
             `doorward token verify` checks"
        }
        4 => "the token has five segments: it is encrypted (JWE, RFC 7516), not only signed",
        1 => "the token has two segments, a JWT has three: the signature was cut off",
        _ => "a JWT has three segments, this token has another number",
    };
    Some(Finding::new("token_segments", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(given: &str) -> (String, Vec<&'static str>) {
        let (token, found) = tidy(given.as_bytes());
        let token = String::from_utf8(token.to_vec()).unwrap();
        (token, found.iter().map(|finding| finding.id).collect())
    }

    #[test]
    fn what_clings_is_taken_away_and_named_once() {
        assert_eq!(ids("a.b.c"), ("a.b.c".into(), vec![]));
        assert_eq!(
            ids(" \"bearer  a.b==.c+/\"\n"),
            (
                "a.b.c-_".into(),
                vec![
                    "token_white_space",
                    "token_quotes",
                    "token_bearer_prefix",
                    "token_padding",
                    "token_alphabet"
                ]
            )
        );
        assert_eq!(ids("Bearer.b.c").1, Vec::<&str>::new());
    }

    #[test]
    fn segments_are_counted() {
        for token in ["abc", "a.b", "a.b.c.d", "a.b.c.d.e", "a.b."] {
            assert_eq!(ids(token).1, ["token_segments"], "{token}");
        }
    }
}
