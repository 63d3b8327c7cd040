use super::{Arrived, Connection, next_line, parse_scheme, unreadable};
use crate::outcome::Failure;
use serde::Deserialize;
use std::io::BufRead;
use std::net::IpAddr;

/// A request as a JSON object.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    method: Option<Text>,
    target: Option<Text>,
    scheme: Option<String>,
    peer: Option<IpAddr>,
    #[serde(default)]
    headers: Vec<(Text, Text)>,
    now: Option<u64>,
}

/// Text, or bytes that are none.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Plain(String),
    Bytes(Hex),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hex {
    hex: String,
}

impl Text {
    fn bytes(self) -> Result<Vec<u8>, &'static str> {
        match self {
            Self::Plain(text) => Ok(text.into_bytes()),
            Self::Bytes(Hex { hex }) => {
                let mut bytes = vec![0; hex.len() / 2];
                doorward_core::Encoding::Hex
                    .decode(hex.as_bytes(), &mut bytes)
                    .map_err(|_| "hex: must be pairs of hexadecimal digits")?;
                Ok(bytes)
            }
        }
    }
}

/// Reads requests, one a line. Lines without a character are passed over.
pub(super) fn read(
    mut input: impl BufRead,
    connection: Connection,
) -> impl Iterator<Item = Result<Arrived, Failure>> {
    let mut number = 0;
    let mut failed = false;
    std::iter::from_fn(move || {
        while !failed {
            number += 1;
            let mut text = Vec::new();
            let next = match next_line(&mut input, &mut text, number) {
                Ok(false) => return None,
                Ok(true) if text.trim_ascii().is_empty() => continue,
                Ok(true) => parse(&text, connection).map_err(|what| unreadable(number, what)),
                Err(failure) => Err(failure),
            };
            failed = next.is_err();
            return Some(next);
        }
        None
    })
}

/// Where a line is wrong and in which way. The reader's own message quotes what it found, which may
/// be a credential.
fn what_is_wrong(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Data => "a field is unknown, missing or of another type",
        serde_json::error::Category::Eof => "the JSON ends too early",
        _ => "not valid JSON",
    };
    format!("column {}: {kind}", error.column())
}

fn parse(text: &[u8], connection: Connection) -> Result<Arrived, String> {
    let line: Line = serde_json::from_slice(text).map_err(|error| what_is_wrong(&error))?;
    let scheme = match line.scheme {
        None => connection.scheme,
        Some(scheme) => parse_scheme(&scheme)
            .map_err(|_| "scheme: must be http, https, ws or wss".to_owned())?,
    };
    let bytes = |text: Option<Text>, default: &str| match text {
        None => Ok(default.as_bytes().to_vec()),
        Some(text) => text.bytes(),
    };
    let mut headers = Vec::with_capacity(line.headers.len());
    for (name, value) in line.headers {
        headers.push((name.bytes()?, value.bytes()?));
    }
    Ok(Arrived {
        method: bytes(line.method, "GET")?,
        target: bytes(line.target, "/")?,
        scheme,
        peer: line.peer.or(connection.peer),
        headers,
        now: line.now,
    })
}
