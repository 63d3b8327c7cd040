//! Secrets from files and from the environment.

use crate::error::{PolicyError, Warning};
use crate::tree::Table;
use doorward_core::Reason;
use std::fs::File;
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
        from_file(&resolve(base, path), &mut warn)
    } else if let Some(name) = env {
        from_env(name)
    } else {
        warn("a secret in the document itself is for tests; use a file or the environment".into());
        Ok(Zeroizing::new(inline.unwrap_or_default().as_bytes().to_vec()))
    };
    let bytes = bytes.map_err(|message| table.error(key, sources.reason, message))?;
    Ok(Some(Secret { bytes, key }))
}

/// The bytes of a file that holds a digest: no secret, so its mode does not matter.
pub(crate) fn digest_file(base: Option<&Path>, path: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    from_file(&resolve(base, path), &mut |_| ())
}

/// A relative path is meant from the document's folder.
fn resolve(base: Option<&Path>, path: &str) -> PathBuf {
    base.map_or_else(|| PathBuf::from(path), |base| base.join(path))
}

fn from_env(name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    match std::env::var(name) {
        Ok(text) => Ok(Zeroizing::new(text.into_bytes())),
        Err(std::env::VarError::NotPresent) => {
            Err(format!("the environment variable {} is not set", name.escape_debug()))
        }
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(format!("the environment variable {} is not UTF-8", name.escape_debug()))
        }
    }
}

fn from_file(path: &Path, warn: &mut impl FnMut(String)) -> Result<Zeroizing<Vec<u8>>, String> {
    let unreadable = |error: std::io::Error| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(unreadable)?;
    if let Some(mode) = open_to_others(&file).map_err(unreadable)? {
        warn(format!(
            "{} can be read by its group or by everybody (mode {mode:03o}); chmod 600",
            path.display()
        ));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    file.take(MAX_SECRET_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_SECRET_BYTES {
        return Err(format!("{}: longer than {MAX_SECRET_BYTES} bytes", path.display()));
    }
    trim_one_newline(&mut bytes);
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

#[cfg(unix)]
fn open_to_others(file: &File) -> std::io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    Ok((mode & 0o044 != 0).then_some(mode))
}

#[cfg(not(unix))]
fn open_to_others(_file: &File) -> std::io::Result<Option<u32>> {
    Ok(None)
}
