//! Secrets from files and from the environment.

use crate::error::{PolicyError, Warning};
use crate::tree::Table;
use doorward_core::Reason;
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// More than any token or secret has: a path that leads to something else is noticed, not read.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

/// Where a secret may come from: the keys of its table.
pub(crate) struct Sources {
    /// Names a file.
    pub(crate) file: &'static str,
    /// Names an environment variable.
    pub(crate) env: &'static str,
    /// Holds it.
    pub(crate) inline: &'static str,
    /// The reason for a secret that cannot be had.
    pub(crate) reason: Reason,
}

/// The secret of a table, with the key that named it.
pub(crate) struct Secret {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) key: &'static str,
}

/// Reads the secret that a table names, if it names one. Naming two is an error.
pub(crate) fn read(
    table: &Table<'_>,
    sources: &Sources,
    base: Option<&Path>,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Secret>, PolicyError> {
    let file = table.string(sources.file)?;
    let env = table.string(sources.env)?;
    let inline = table.string(sources.inline)?;
    let key = match (file, env, inline) {
        (None, None, None) => return Ok(None),
        (Some(_), None, None) => sources.file,
        (None, Some(_), None) => sources.env,
        (None, None, Some(_)) => sources.inline,
        _ => {
            let message = format!(
                "give one of {}, {}, {}, not several",
                sources.file, sources.env, sources.inline
            );
            return Err(table.error(sources.file, Reason::ConfigInvalid, message));
        }
    };
    let mut warn = |message: String| {
        warnings.push(Warning { path: table.path(key), message });
    };
    let bytes = if let Some(path) = file {
        from_file(&resolve(base, path), Path::new(path), &mut warn)
    } else if let Some(name) = env {
        from_env(name)
    } else {
        warn("a secret in the document itself is for tests; use a file or the environment".into());
        Ok(Zeroizing::new(inline.unwrap_or_default().as_bytes().to_vec()))
    };
    let bytes = bytes.map_err(|message| table.error(key, sources.reason, message))?;
    Ok(Some(Secret { bytes, key }))
}

/// The bytes of a file that holds a digest. It is no secret, but whoever can write it enrols a token.
pub(crate) fn digest_file(
    base: Option<&Path>,
    path: &str,
    warn: impl FnOnce(String),
) -> Result<Zeroizing<Vec<u8>>, String> {
    let (told, path) = (Path::new(path), resolve(base, path));
    let (bytes, mode) = read_regular(&path, MAX_SECRET_BYTES)
        .map_err(|error| format!("{}: {error}", shown_path(told)))?;
    if mode & 0o022 != 0 {
        warn(format!(
            "{} can be written by others than its owner (mode {mode:03o}); chmod 644",
            shown_path(told)
        ));
    }
    Ok(bytes)
}

/// A relative path is meant from the document's folder.
fn resolve(base: Option<&Path>, path: &str) -> PathBuf {
    base.map_or_else(|| PathBuf::from(path), |base| base.join(path))
}

/// The name is not told: what stands there by mistake may be the secret, and line and key say where.
fn from_env(name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    match std::env::var(name) {
        Ok(text) => Ok(Zeroizing::new(text.into_bytes())),
        Err(std::env::VarError::NotPresent) => {
            Err("the environment variable of this name is not set".to_owned())
        }
        Err(std::env::VarError::NotUnicode(_)) => {
            Err("the environment variable of this name is not UTF-8".to_owned())
        }
    }
}

/// `told` is the path as the document has it.
fn from_file(
    path: &Path,
    told: &Path,
    warn: &mut impl FnMut(String),
) -> Result<Zeroizing<Vec<u8>>, String> {
    let (mut bytes, mode) = read_regular(path, MAX_SECRET_BYTES)
        .map_err(|error| format!("{}: {error}", shown_path(told)))?;
    if mode & 0o066 != 0 {
        warn(format!(
            "{} can be read or written by others than its owner (mode {mode:03o}); chmod 600",
            shown_path(told)
        ));
    }
    trim_one_newline(&mut bytes);
    Ok(bytes)
}

/// A path for a person's eyes: on one line, whatever its name holds. Text without a slash and a dot
/// may be a secret in the wrong place, and is not shown.
pub(crate) fn shown_path(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains(['/', '\\', '.']) {
        text.escape_debug().to_string()
    } else {
        "the file of this name".to_owned()
    }
}

/// The bytes of a regular file of at most `most` bytes, and its permission bits (0 where the system has
/// none). Anything else is refused: a FIFO would hold the server until somebody writes to it.
pub(crate) fn read_regular(path: &Path, most: u64) -> Result<(Zeroizing<Vec<u8>>, u32), String> {
    let failed = |error: std::io::Error| error.to_string();
    // Before the file is opened, since to open a device may be to use it; and again of what was opened,
    // which may be another file by now.
    regular(&std::fs::metadata(path).map_err(failed)?)?;
    let file = open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    regular(&metadata)?;
    // Room for all of it at once: a vector that grows leaves copies behind.
    // So much to spare that the standard library asks for no more by way of its own buffer.
    let room = usize::try_from(metadata.len().min(most)).unwrap_or(0) + 64;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most {
        return Err(format!("longer than {most} bytes"));
    }
    Ok((bytes, mode(&metadata)))
}

fn regular(metadata: &Metadata) -> Result<(), String> {
    if metadata.is_file() { Ok(()) } else { Err("not a regular file".to_owned()) }
}

/// Opens without waiting for a writer, if a FIFO has taken the file's place. Reads of a regular file do
/// not heed the flag.
#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn mode(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o777
}

#[cfg(not(unix))]
fn mode(_metadata: &Metadata) -> u32 {
    0
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

#[cfg(all(test, unix))]
mod tests {
    use super::open;

    /// The file may become a FIFO between the first look and the opening.
    #[test]
    fn opening_does_not_wait_for_a_writer() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        assert!(!open(&fifo).unwrap().metadata().unwrap().is_file());
    }
}
