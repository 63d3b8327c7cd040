//! Strict readers for what stands in headers and tokens. Each returns what it read and the rest, or
//! nothing; none indexes.

pub(crate) mod ascii;
pub(crate) mod base64url;
pub(crate) mod compact;
pub(crate) mod ip;
pub(crate) mod json;
pub(crate) mod numeric;
