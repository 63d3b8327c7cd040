//! A policy document of `[jwt]` alone, written from a verifier's arguments: the policy's own reader
//! judges them, so that a verifier and a gate take the same settings with the same messages.

use crate::key::Key;
use zeroize::Zeroizing;

/// Text of a JSON object while it grows. It may hold secrets, so it is wiped on drop, and has room
/// for all of it from the start: a string that grows leaves copies behind.
pub(crate) struct Document(Zeroizing<String>);

impl Document {
    pub(crate) fn new(keys: &[impl AsRef<Key>]) -> Self {
        let secrets: usize = keys.iter().map(|key| key.as_ref().secret.len()).sum();
        let mut text =
            Zeroizing::new(String::with_capacity(4096 + 2 * secrets + 1024 * keys.len()));
        text.push_str("{\"jwt\":{\"key\":[");
        for (at, key) in keys.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { "," });
            push_key(&mut text, key.as_ref());
        }
        text.push(']');
        Self(text)
    }

    /// Adds a setting. What is not given is not written, so that the policy's default counts.
    pub(crate) fn set(&mut self, name: &str, value: Option<serde_json::Value>) {
        if let Some(value) = value {
            self.0.push_str(&format!(",\"{name}\":{value}"));
        }
    }

    pub(crate) fn finish(mut self) -> Zeroizing<String> {
        self.0.push_str("}}");
        self.0
    }
}

fn push_key(text: &mut String, key: &Key) {
    text.push_str("{\"algorithm\":\"");
    text.push_str(key.algorithm.name());
    text.push_str("\",\"encoding\":\"hex\",\"secret\":\"");
    for byte in key.secret.iter() {
        // Not by table: the secret must not choose an address.
        text.extend([byte >> 4, byte & 15].map(|half| char::from(hex_letter(half))));
    }
    text.push('"');
    if let Some(id) = &key.id {
        text.push_str(&format!(",\"id\":{}", serde_json::Value::from(id.as_str())));
    }
    text.push('}');
}

/// `0` to `9`, `a` to `f`, without a branch on the digit.
const fn hex_letter(half: u8) -> u8 {
    let is_letter = 9_u8.wrapping_sub(half) >> 7;
    half + b'0' + is_letter * (b'a' - b'0' - 10)
}
