//! A signer that signs anything. It shares no code with doorward, which would refuse half of this.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha512};

pub(crate) fn hs256(header: &str, claims: &str, secret: &str) -> String {
    signed::<Hmac<Sha256>>(header, claims, secret)
}

pub(crate) fn hs512(header: &str, claims: &str, secret: &str) -> String {
    signed::<Hmac<Sha512>>(header, claims, secret)
}

fn signed<M: Mac + KeyInit>(header: &str, claims: &str, secret: &str) -> String {
    let input = unsigned(header, claims);
    let mac = <M as KeyInit>::new_from_slice(secret.as_bytes())
        .expect("HMAC takes a key of any length")
        .chain_update(&input);
    format!("{input}.{}", encode(&mac.finalize().into_bytes()))
}

/// `header.payload`, without a signature.
pub(crate) fn unsigned(header: &str, claims: &str) -> String {
    format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()))
}

/// The payload of a token, encoded.
pub(crate) fn payload_of(token: &str) -> &str {
    token.split('.').nth(1).unwrap_or_default()
}

/// The signature of a token, encoded.
pub(crate) fn signature_of(token: &str) -> &str {
    token.split('.').nth(2).unwrap_or_default()
}

/// The token with its last bit set, which an HS256 signature does not use: 43 letters hold 258 bits.
/// A lax decoder takes both for the same token.
pub(crate) fn last_bit_set(token: &str) -> String {
    let mut bytes = token.as_bytes().to_vec();
    if let Some(last) = bytes.last_mut() {
        // The two unused bits are zero, so the letter's value is a multiple of 4. None of those ends a
        // run of the alphabet: the next letter in ASCII is the next value.
        *last += 1;
    }
    String::from_utf8(bytes).unwrap_or_default()
}

fn encode(bytes: &[u8]) -> String {
    let mut out = vec![0; Base64UrlUnpadded::encoded_len(bytes)];
    Base64UrlUnpadded::encode(bytes, &mut out)
        .expect("the buffer has the encoded length")
        .to_owned()
}
