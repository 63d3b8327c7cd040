//! Single functions of the path, for the vectors and for callers that need just one of them.

use crate::limits::MAX_CLAIMS;
use crate::reason::Reason;
use crate::text::base64url;
use crate::text::json::{self, Fault, Members, Value};

/// Decodes canonical base64url (RFC 4648 §5, no padding) into the beginning of `out`.
///
/// # Errors
/// [`Reason::TokenAlphabet`] for a foreign byte, [`Reason::TokenBase64`] for a length or trailing
/// bits that no encoder writes, [`Reason::OutputTooSmall`] if it does not fit.
pub fn base64url_decode<'o>(text: &[u8], out: &'o mut [u8]) -> Result<&'o [u8], Reason> {
    if base64url::foreign(text) != 0 {
        return Err(Reason::TokenAlphabet);
    }
    if !base64url::is_canonical(text) {
        return Err(Reason::TokenBase64);
    }
    base64url::decode(text, out).ok_or(Reason::OutputTooSmall)
}

/// Encodes `bytes` as base64url without padding into the beginning of `out`, in constant time.
///
/// # Errors
/// [`Reason::OutputTooSmall`].
pub fn base64url_encode<'o>(bytes: &[u8], out: &'o mut [u8]) -> Result<&'o str, Reason> {
    base64url::encode(bytes, out).ok_or(Reason::OutputTooSmall)
}

/// Checks that `text` is one strict JSON object, as a claims set must be. `spare` is room for the
/// names of an object with more than 16 members: as many bytes as `text` has.
///
/// # Errors
/// [`Reason::ClaimsJson`], [`Reason::ClaimsDuplicateName`], or [`Reason::ScratchTooSmall`] for too
/// little spare room.
pub fn json_object(text: &[u8], spare: &mut [u8]) -> Result<(), Reason> {
    json::object(text, MAX_CLAIMS, spare, |_, _| ()).map_err(Fault::of_claims)
}

/// The member of a JSON object at the end of a path of names; `None` where there is none.
#[must_use]
pub fn json_at<'a>(text: &'a [u8], path: &[&str]) -> Option<Value<'a>> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(json::find(text, first)?, |value, name| value.get(name))
}

/// The members of a JSON object in the order of the text, for a language that builds a map of them.
/// `None` if the text does not begin with an object. Meant for text that was judged: over any other
/// the iterator ends where it stumbles.
#[must_use]
pub fn json_members(text: &[u8]) -> Option<Members<'_>> {
    Members::of(text)
}
