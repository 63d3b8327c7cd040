//! Which reading of a secret gives the signature. Nothing of the secret itself is told.

use super::Finding;
use super::key::{ENCODINGS, KeyFault, Secret, decode, encoding_name};
use crate::output::quoted;
use crate::secret::Bytes;
use doorward_core::limits::MAX_TOKEN_BYTES;
use doorward_core::{Algorithm, Encoding, Jwt, Key, Parsed, primitive};
use zeroize::Zeroizing;

/// How the text of a secret may have been meant by whoever signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// As it is used here.
    None,
    /// With a line end that is not used here.
    LineEndCounts,
    /// Without a line end that is used here.
    LineEndDropped,
    /// Without the white space around it.
    WhiteSpace,
    /// Without the quotes around it.
    Quotes,
    /// Without a byte order mark.
    Mark,
    /// Without the line breaks inside it.
    Wrapped,
    /// The `k` of a JWK.
    Jwk,
}

/// A reading of a secret that gives the signature.
struct Reading {
    cut: Cut,
    encoding: Encoding,
    /// Whether a verifier would take it.
    makes_key: bool,
}

/// Whether one of the secrets, as it is configured, gives the signature.
pub(super) fn is_right(token: &[u8], algorithm: Algorithm, secrets: &[Secret]) -> bool {
    secrets.iter().any(|secret| {
        decode(secret.encoding, &secret.text())
            .is_some_and(|bytes| proves(token, algorithm, &bytes))
    })
}

/// What is wrong with the secrets, where none of them gives the signature as it is configured.
pub(super) fn find(token: &[u8], algorithm: Option<Algorithm>, secrets: &[Secret]) -> Vec<Finding> {
    let reading = algorithm.and_then(|algorithm| {
        secrets.iter().find_map(|secret| Some((secret, read(token, algorithm, secret)?)))
    });
    // A secret that is only read wrongly is not too short for that.
    let mut found: Vec<Finding> = secrets
        .iter()
        .filter(|secret| {
            let mended = reading.as_ref().filter(|(known, _)| std::ptr::eq(*known, *secret));
            !mended.is_some_and(|(_, reading)| reading.makes_key)
        })
        .filter_map(|secret| secret.key().err().map(fault))
        .collect();
    let Some((secret, reading)) = reading else {
        // Only a token whose form is right says anything about the secret, and another kind of key's
        // text is not tried.
        let tried = !found.iter().any(|finding| finding.id == OTHER_KIND);
        let judged = algorithm.is_some() && !secrets.is_empty() && tried;
        if judged && Parsed::parse(token, MAX_TOKEN_BYTES, &lenient(&[])).is_ok() {
            found.push(Finding::new(
                "secret_wrong",
                "no reading of the secret gives this signature, neither as text nor as base64, \
                 base64url or hex, with or without a line end: another secret signed the token, or \
                 it was changed on the way",
            ));
        }
        return found;
    };
    let name = match &secret.id {
        Some(id) if secrets.len() > 1 => format!("the secret of key {}", quoted(id.as_bytes())),
        _ => "the secret".to_owned(),
    };
    if let Some(message) = reading.cut.message(secret.from_file) {
        found.push(Finding::new(reading.cut.id(), format!("{name} is right {message}")));
    }
    if reading.encoding != secret.encoding {
        let (right, wrong) = (encoding_name(reading.encoding), encoding_name(secret.encoding));
        found.push(Finding::new(
            "secret_encoding",
            format!(
                "{name} is right if it is read as {right}, and it is read as {wrong}: set \
                 encoding = \"{right}\" (--encoding {right})"
            ),
        ));
    }
    let unchanged = reading.cut == Cut::None && reading.encoding == secret.encoding;
    if unchanged && secret.key().is_err() {
        found.push(Finding::new(
            "secret_right",
            format!("{name} does give the signature: it is the one that the issuer uses"),
        ));
    }
    found
}

const OTHER_KIND: &str = "secret_other_kind";

fn fault(fault: KeyFault) -> Finding {
    let id = match fault {
        KeyFault::Undecodable(_) => "secret_undecodable",
        KeyFault::Short(..) => "secret_short",
        KeyFault::OtherKind => OTHER_KIND,
        KeyFault::Id => "kid_invalid",
    };
    let advice = match fault {
        KeyFault::Undecodable(_) | KeyFault::Id => "",
        KeyFault::Short(..) => {
            "; make a longer one, such as `openssl rand -base64 48`, on both sides"
        }
        KeyFault::OtherKind => {
            "; whoever has the public half could sign tokens with it. Tokens of an asymmetric key \
             need a verifier of that kind"
        }
    };
    Finding::new(id, format!("{fault}{advice}"))
}

/// The reading with the fewest changes that gives the signature.
fn read(token: &[u8], algorithm: Algorithm, secret: &Secret) -> Option<Reading> {
    let mut readings: Vec<(u8, Cut, Bytes, Encoding)> = Vec::new();
    for (cut, text) in cuts(&secret.text()) {
        for (_, encoding) in ENCODINGS {
            if cut == Cut::Jwk && encoding != Encoding::Base64Url {
                continue;
            }
            let changes = u8::from(cut != Cut::None) + u8::from(encoding != secret.encoding);
            readings.push((changes, cut, text.clone(), encoding));
        }
    }
    readings.sort_by_key(|(changes, ..)| *changes);
    readings.into_iter().find_map(|(_, cut, text, encoding)| {
        let bytes = decode(encoding, &text)?;
        proves(token, algorithm, &bytes).then(|| Reading {
            cut,
            encoding,
            makes_key: Key::new(None, algorithm, &bytes).is_ok(),
        })
    })
}

fn cuts(text: &Bytes) -> Vec<(Cut, Bytes)> {
    let with = |end: &[u8]| Zeroizing::new([text, end].concat());
    let owned = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
    let mut cuts = vec![
        (Cut::None, text.clone()),
        (Cut::LineEndCounts, with(b"\n")),
        (Cut::LineEndCounts, with(b"\r\n")),
    ];
    let mut add = |cut: Cut, bytes: &[u8]| {
        if bytes != text.as_slice() && !cuts.iter().any(|(_, known)| known.as_slice() == bytes) {
            cuts.push((cut, owned(bytes)));
        }
    };
    let mut line_end = text.as_slice();
    while let [rest @ .., b'\n' | b'\r'] = line_end {
        line_end = rest;
    }
    add(Cut::LineEndDropped, line_end);
    let trimmed = text.trim_ascii();
    add(Cut::WhiteSpace, trimmed);
    if let [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] = trimmed {
        add(Cut::Quotes, inner);
    }
    if let Some(rest) = text.strip_prefix(b"\xef\xbb\xbf") {
        add(Cut::Mark, rest);
    }
    let mut joined = text.clone();
    joined.retain(|byte| !byte.is_ascii_whitespace());
    add(Cut::Wrapped, &joined);
    let mut spare = vec![0; trimmed.len()];
    if primitive::json_object(trimmed, &mut spare).is_ok()
        && let Some(k) = primitive::json_at(trimmed, &["k"])
        && let Some(k) = k.as_str()
    {
        add(Cut::Jwk, k.raw().as_bytes());
    }
    cuts
}

impl Cut {
    const fn id(self) -> &'static str {
        match self {
            Self::None => "secret_right",
            Self::LineEndCounts | Self::LineEndDropped => "secret_newline",
            Self::WhiteSpace | Self::Wrapped => "secret_white_space",
            Self::Quotes => "secret_quotes",
            Self::Mark => "secret_mark",
            Self::Jwk => "secret_jwk",
        }
    }

    const fn message(self, from_file: bool) -> Option<&'static str> {
        Some(match self {
            Self::None => return None,
            Self::LineEndCounts if from_file => {
                "if a line end at its end counts, and doorward drops one: the issuer signs with the \
                 newline of its file. Take the newline out of the issuer's file (printf, not echo), \
                 or let this file end in two"
            }
            Self::LineEndCounts => {
                "if a line end is added to it: the issuer signs with the newline of its file. Take \
                 it out there (printf, not echo)"
            }
            Self::LineEndDropped => {
                "if the line end at its end does not count: take the newline out (printf, not echo; \
                 of a file doorward drops one, not several)"
            }
            Self::WhiteSpace => "without the white space around it: take that away",
            Self::Wrapped => "without the white space inside it: write it on one line",
            Self::Quotes => "without the quotes around it: take them away",
            Self::Mark => {
                "without the byte order mark at its beginning: save it as UTF-8 without one"
            }
            Self::Jwk => {
                "if only the k of this JWK is taken: give that text alone, with encoding = \
                 \"base64url\""
            }
        })
    }
}

/// A verifier that looks at nothing but the MAC.
fn lenient<'k>(keys: &'k [Key<'k>]) -> Jwt<'k> {
    Jwt { ignore_kid: true, ignore_type: true, ..Jwt::new(keys) }
}

/// Whether these bytes are the secret that made the signature.
fn proves(token: &[u8], algorithm: Algorithm, secret: &[u8]) -> bool {
    // RFC 2104 §2: a key is filled up with zeros to a whole block, so these zeros change nothing but
    // the length that the core asks for.
    let mut filled = Zeroizing::new(secret.to_vec());
    if filled.len() < algorithm.bytes() {
        filled = Zeroizing::new([secret, &vec![0; algorithm.bytes() - secret.len()]].concat());
    }
    let Ok(key) = Key::new(None, algorithm, &filled) else {
        return false;
    };
    let keys = [key];
    let jwt = lenient(&keys);
    let mut scratch = vec![0; Jwt::scratch_bytes(token.len())];
    Parsed::parse(token, MAX_TOKEN_BYTES, &jwt)
        .and_then(|parsed| parsed.prove(&mut scratch).map(|_| ()))
        .is_ok()
}
