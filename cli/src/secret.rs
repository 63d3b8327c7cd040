use crate::outcome::Failure;
use crate::output::warn;
use std::env::VarError;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// More than any token or secret has: a path that leads to something else is noticed, not read.
const MAX_BYTES: usize = 64 * 1024;

/// The bytes of a secret or of a token, wiped on drop.
pub(crate) type Bytes = Zeroizing<Vec<u8>>;

/// The whole of a file, line end included. `secret` warns if others can read it.
pub(crate) fn from_file(path: &Path, secret: bool) -> Result<Bytes, Failure> {
    let file = File::open(path).map_err(|error| Failure::file(path, error))?;
    if secret && let Some(mode) = open_to_others(&file) {
        warn(format_args!(
            "{} can be read or written by others than its owner (mode {mode:03o}); chmod 600",
            path.display()
        ));
    }
    read(file).map_err(|error| Failure::file(path, error))
}

/// The value of an environment variable.
pub(crate) fn from_env(name: &str) -> Result<Bytes, Failure> {
    match std::env::var(name) {
        Ok(text) => Ok(Zeroizing::new(text.into_bytes())),
        Err(VarError::NotPresent) => {
            Err(Failure::usage(format!("the environment variable {name} is not set")))
        }
        Err(VarError::NotUnicode(_)) => {
            Err(Failure::usage(format!("the environment variable {name} is not UTF-8")))
        }
    }
}

/// What a person types, unseen. `instead` names the ways that need no person.
pub(crate) fn from_prompt(what: &str, instead: &str) -> Result<Bytes, Failure> {
    match rpassword::prompt_password(format!("{what}: ")) {
        Ok(text) if text.is_empty() => Err(Failure::usage(format!("no {what} was given"))),
        Ok(text) => Ok(Zeroizing::new(text.into_bytes())),
        Err(_) => Err(Failure::usage(format!(
            "no {what} was given and there is no terminal to ask for it; use {instead}"
        ))),
    }
}

/// A token: from a file, the environment, a pipe, or whoever sits at the terminal. One line end at
/// the end is dropped, except from the environment, which adds none.
pub(crate) fn token(
    file: Option<&Path>,
    env: Option<&str>,
    instead: &str,
) -> Result<Bytes, Failure> {
    if let Some(name) = env {
        let bytes = from_env(name)?;
        if bytes.is_empty() {
            return Err(Failure::usage(format!("no token was given; use {instead}")));
        }
        return Ok(bytes);
    }
    let mut bytes = match file {
        Some(path) => from_file(path, false)?,
        None if io::stdin().is_terminal() => return from_prompt("token", instead),
        None => read(io::stdin().lock())
            .map_err(|error| Failure::usage(format!("standard input: {error}")))?,
    };
    trim_one_newline(&mut bytes);
    if bytes.is_empty() {
        return Err(Failure::usage(format!("no token was given; use {instead}")));
    }
    Ok(bytes)
}

/// Editors and `echo` leave one line end; more would be a part of the secret.
pub(crate) fn trim_one_newline(bytes: &mut Vec<u8>) {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
}

/// Reads to the end, into room that does not move: a vector that grows leaves copies behind.
pub(crate) fn read(source: impl Read) -> io::Result<Bytes> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES + 1));
    source.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES {
        return Err(io::Error::other(format!("longer than {MAX_BYTES} bytes")));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn open_to_others(file: &File) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = file.metadata().ok()?;
    let mode = metadata.permissions().mode() & 0o777;
    (metadata.is_file() && mode & 0o066 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn open_to_others(_file: &File) -> Option<u32> {
    None
}
