use crate::outcome::Failure;
use crate::secret::{self, Bytes};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use doorward_core::{Algorithm, Encoding, Key};
use std::fmt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// How the policy and the command line name the encodings.
pub(super) const ENCODINGS: [(&str, Encoding); 4] = [
    ("utf8", Encoding::Utf8),
    ("base64", Encoding::Base64),
    ("base64url", Encoding::Base64Url),
    ("hex", Encoding::Hex),
];

pub(super) fn encoding_name(encoding: Encoding) -> &'static str {
    ENCODINGS.iter().find(|(_, known)| *known == encoding).map_or("utf8", |(name, _)| name)
}

fn encoding_parser() -> impl TypedValueParser<Value = Encoding> {
    PossibleValuesParser::new(ENCODINGS.map(|(name, _)| name)).map(|name| {
        let encoding = ENCODINGS.iter().find(|(known, _)| *known == name);
        encoding.map(|(_, encoding)| *encoding).unwrap_or_default()
    })
}

fn algorithm_parser() -> impl TypedValueParser<Value = Algorithm> {
    PossibleValuesParser::new(Algorithm::ALL.map(Algorithm::name))
        .try_map(|name| Algorithm::from_name(&name).ok_or("no such algorithm"))
}

/// The key of a command. The secret is asked for where neither file nor variable is named.
#[derive(Args)]
pub(super) struct KeyArgs {
    /// Reads the secret from a file; one line end at the end is dropped
    #[arg(long, value_name = "FILE", conflicts_with = "secret_env")]
    pub(super) secret_file: Option<PathBuf>,

    /// Reads the secret from an environment variable
    #[arg(long, value_name = "NAME")]
    pub(super) secret_env: Option<String>,

    /// How the text of the secret stands for its bytes; never guessed
    #[arg(long, default_value = "utf8", value_parser = encoding_parser())]
    encoding: Encoding,

    /// The key's one algorithm
    #[arg(long, default_value = "HS256", value_parser = algorithm_parser())]
    alg: Algorithm,

    /// The key's id, which a token names as kid
    #[arg(long, value_name = "ID")]
    kid: Option<String>,
}

impl KeyArgs {
    pub(super) fn read(&self) -> Result<Secret, Failure> {
        let raw = match (&self.secret_file, &self.secret_env) {
            (Some(path), _) => secret::from_file(path, true)?,
            (_, Some(name)) => secret::from_env(name)?,
            _ => secret::from_prompt("secret", "--secret-file or --secret-env")?,
        };
        Ok(Secret {
            id: self.kid.clone(),
            algorithm: self.alg,
            encoding: self.encoding,
            from_file: self.secret_file.is_some(),
            raw,
        })
    }
}

/// A secret as it was found, and how it is meant.
pub(super) struct Secret {
    pub(super) id: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) encoding: Encoding,
    /// Whether it is a file's: then one line end at the end is dropped.
    pub(super) from_file: bool,
    pub(super) raw: Bytes,
}

impl Secret {
    /// The text as it is used.
    pub(super) fn text(&self) -> Bytes {
        let mut text = self.raw.clone();
        if self.from_file {
            secret::trim_one_newline(&mut text);
        }
        text
    }

    pub(super) fn key(&self) -> Result<Key<'_>, KeyFault> {
        let text = self.text();
        let bytes = decode(self.encoding, &text).ok_or(KeyFault::Undecodable(self.encoding))?;
        Key::new(self.id.as_deref(), self.algorithm, &bytes).map_err(|_| {
            if bytes.len() < self.algorithm.bytes() {
                KeyFault::Short(bytes.len(), self.algorithm)
            } else if Key::new(None, self.algorithm, &bytes).is_ok() {
                KeyFault::Id
            } else {
                KeyFault::OtherKind
            }
        })
    }
}

/// The bytes that a text stands for.
pub(super) fn decode(encoding: Encoding, text: &[u8]) -> Option<Bytes> {
    let mut room = Zeroizing::new(vec![0; text.len()]);
    let len = encoding.decode(text, &mut room).ok()?.len();
    room.truncate(len);
    Some(room)
}

/// Why a secret makes no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyFault {
    Undecodable(Encoding),
    Short(usize, Algorithm),
    OtherKind,
    Id,
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undecodable(encoding) => {
                let name = encoding_name(*encoding);
                write!(f, "the secret is not {name}; is the encoding right?")
            }
            Self::Short(has, algorithm) => write!(
                f,
                "the secret has {has} bytes, {} needs at least {} (RFC 7518 §3.2)",
                algorithm.name(),
                algorithm.bytes()
            ),
            Self::OtherKind => f.write_str(
                "the secret is the text of an asymmetric or wrapped key (PEM, JWK, SSH or DER), not \
                 an HMAC secret",
            ),
            Self::Id => f.write_str("the key's id must have 1 to 128 bytes"),
        }
    }
}
