/// JSON lines.
mod lines;

/// HTTP/1.1 heads.
mod raw;

use crate::outcome::Failure;
use clap::Args;
use doorward_core::{Header, Request, Scheme};
use std::io::{self, BufRead, IsTerminal as _, Read as _};
use std::net::IpAddr;

/// A head or a line that is longer is no request that anybody sends.
const MAX_BYTES: usize = 1 << 20;

/// A request, as flags or on standard input.
#[derive(Args)]
pub(crate) struct RequestArgs {
    /// The request's method [default: GET]
    #[arg(long)]
    method: Option<String>,

    /// The request's target: path and query [default: /]
    #[arg(long)]
    target: Option<String>,

    /// A header line; may be repeated
    ///
    /// A credential that is given here is seen by everybody who lists the processes of this
    /// machine, and stays in the shell's history. What comes on standard input is not.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = parse_header)]
    headers: Vec<(String, String)>,

    /// The scheme of the connection
    #[arg(long, default_value = "http", value_parser = ["http", "https", "ws", "wss"])]
    scheme: String,

    /// The address at the other end of the connection; without one no forwarding header counts
    #[arg(long, value_name = "ADDRESS")]
    peer: Option<IpAddr>,

    /// Reads JSON lines from standard input, a request each
    #[arg(long, conflicts_with_all = ["method", "target", "headers"])]
    jsonl: bool,
}

fn parse_header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.is_empty() && !name.contains([' ', '\t']) => {
            Ok((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
        }
        _ => Err("a header line is 'Name: value'".to_owned()),
    }
}

/// A request that owns its bytes.
pub(crate) struct Arrived {
    pub(crate) method: Vec<u8>,
    pub(crate) target: Vec<u8>,
    pub(crate) scheme: Scheme,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// The time that the request says it is judged at.
    pub(crate) now: Option<u64>,
}

impl Arrived {
    /// Lends the request as the core wants it.
    pub(crate) fn view<T>(&self, judge: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<Header<'_>> =
            self.headers.iter().map(|(name, value)| Header { name, value }).collect();
        judge(&Request {
            method: &self.method,
            target: &self.target,
            scheme: self.scheme,
            peer: self.peer,
            headers: &headers,
        })
    }
}

/// What the server knows of a connection, where the request does not say it.
#[derive(Clone, Copy)]
struct Connection {
    scheme: Scheme,
    peer: Option<IpAddr>,
}

type Requests = Box<dyn Iterator<Item = Result<Arrived, Failure>>>;

impl RequestArgs {
    /// The requests, read as they come.
    pub(crate) fn read(&self) -> Result<Requests, Failure> {
        let connection = Connection { scheme: parse_scheme(&self.scheme)?, peer: self.peer };
        if self.jsonl {
            return Ok(Box::new(lines::read(io::stdin().lock(), connection)));
        }
        if self.method.is_none() && self.target.is_none() && self.headers.is_empty() {
            if io::stdin().is_terminal() {
                crate::output::remark("reading a request from standard input, up to an empty line");
            }
            return Ok(Box::new(raw::read(io::stdin().lock(), connection)));
        }
        let or = |text: &Option<String>, default: &str| {
            text.as_deref().unwrap_or(default).as_bytes().to_vec()
        };
        let headers = self.headers.iter();
        Ok(Box::new(std::iter::once(Ok(Arrived {
            method: or(&self.method, "GET"),
            target: or(&self.target, "/"),
            scheme: connection.scheme,
            peer: connection.peer,
            headers: headers
                .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
                .collect(),
            now: None,
        }))))
    }
}

fn parse_scheme(text: &str) -> Result<Scheme, Failure> {
    Scheme::parse(text.as_bytes())
        .ok_or_else(|| Failure::usage("the scheme is none of http, https, ws, wss"))
}

/// Says in which line of standard input something is wrong.
fn unreadable(line: usize, what: impl std::fmt::Display) -> Failure {
    Failure::usage(format!("standard input, line {line}: {what}"))
}

/// Appends the next line, with its end, to `text`; says whether there was one.
fn next_line(input: &mut impl BufRead, text: &mut Vec<u8>, number: usize) -> Result<bool, Failure> {
    let room = (MAX_BYTES + 1).saturating_sub(text.len());
    let read = input
        .take(room as u64)
        .read_until(b'\n', text)
        .map_err(|error| unreadable(number, error))?;
    if text.len() > MAX_BYTES {
        return Err(unreadable(number, format_args!("more than {MAX_BYTES} bytes")));
    }
    Ok(read > 0)
}
