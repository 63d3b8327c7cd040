//! A folder with a policy and fresh secrets, gone when the demo ends.

use doorward_policy::core::{Digest, Form};
use doorward_policy::new_token;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(crate) const HOST: &str = "app.example.com";
pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const AUDIENCE: &str = "demo";

/// A signing key, in a file that only its owner can read.
pub(crate) struct SigningKey {
    pub(crate) id: &'static str,
    pub(crate) secret: String,
    file: &'static str,
}

pub(crate) struct Setup {
    folder: TempDir,
    policy: PathBuf,
    pub(crate) capability: String,
    /// The key of the first policy.
    pub(crate) key: SigningKey,
    /// The key that it is rotated to.
    pub(crate) next_key: SigningKey,
}

impl Setup {
    pub(crate) fn new() -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let setup = Self {
            policy: folder.path().join("policy.toml"),
            capability: fresh()?,
            key: signing_key(folder.path(), "2026-11", "signing.key")?,
            next_key: signing_key(folder.path(), "2026-12", "signing-next.key")?,
            folder,
        };
        write_secret(&setup.folder.path().join("short.key"), "correct horse")?;
        setup.write_policy(&setup.document(&setup.key))?;
        Ok(setup)
    }

    /// The path of the server's policy.
    pub(crate) fn policy(&self) -> &Path {
        &self.policy
    }

    pub(crate) fn write_policy(&self, document: &str) -> io::Result<()> {
        fs::write(&self.policy, document)
    }

    /// A policy beside the server's.
    pub(crate) fn write_another_policy(&self, document: &str) -> io::Result<PathBuf> {
        let path = self.folder.path().join("another.toml");
        fs::write(&path, document)?;
        Ok(path)
    }

    /// The server's policy, with this signing key.
    pub(crate) fn document(&self, key: &SigningKey) -> String {
        format!(
            r#"
[host]
allow = ["{HOST}"]

[credential]
places = ["authorization", "cookie:session", "subprotocol:bearer."]

[[capability]]
id = "ci"
sha256 = "{digest}"

[jwt]
issuer = "{ISSUER}"
audience = ["{AUDIENCE}"]

[[jwt.key]]
id = "{id}"
algorithm = "HS256"
secret_file = "{file}"
"#,
            digest = Digest::of(self.capability.as_bytes()),
            id = key.id,
            file = key.file,
        )
    }
}

fn signing_key(folder: &Path, id: &'static str, file: &'static str) -> io::Result<SigningKey> {
    let secret = fresh()?;
    write_secret(&folder.join(file), &secret)?;
    Ok(SigningKey { id, secret, file })
}

/// 256 random bits, as text.
pub(crate) fn fresh() -> io::Result<String> {
    new_token(Form::Base64Url).map(|token| token.to_string())
}

fn write_secret(path: &Path, secret: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(secret.as_bytes())
}
