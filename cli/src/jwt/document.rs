//! doorward-policy keeps no secret once it is keyed, and rightly so. To try other readings of one,
//! its text is read here a second time, by the same keys of the document. What cannot be had is left
//! out: then less can be found, nothing else.

use super::key::{ENCODINGS, Secret};
use crate::secret;
use doorward_core::{Algorithm, Encoding};
use serde::Deserialize;
use std::path::Path;
use zeroize::Zeroizing;

#[derive(Deserialize)]
struct Document {
    jwt: Option<JwtTable>,
}

#[derive(Deserialize)]
struct JwtTable {
    #[serde(default)]
    key: Vec<KeyTable>,
}

#[derive(Deserialize)]
struct KeyTable {
    id: Option<String>,
    algorithm: String,
    encoding: Option<String>,
    secret_file: Option<String>,
    secret_env: Option<String>,
    secret: Option<String>,
}

/// The secrets of a policy document that can be read.
pub(super) fn secrets(path: &Path) -> Vec<Secret> {
    let Ok(text) = std::fs::read_to_string(path).map(Zeroizing::new) else {
        return Vec::new();
    };
    let document: Option<Document> = if path.extension().is_some_and(|end| end == "json") {
        serde_json::from_str(&text).ok()
    } else {
        toml::from_str(&text).ok()
    };
    let keys = document.and_then(|document| document.jwt).map(|jwt| jwt.key);
    keys.into_iter().flatten().filter_map(|key| read(key, path)).collect()
}

fn read(key: KeyTable, document: &Path) -> Option<Secret> {
    let encoding = match &key.encoding {
        None => Encoding::default(),
        Some(name) => ENCODINGS.iter().find(|(known, _)| known == name)?.1,
    };
    let raw = match (&key.secret_file, &key.secret_env, key.secret) {
        (Some(file), ..) => {
            let folder = document.parent().unwrap_or(Path::new(""));
            // The policy's own warning was given when it was loaded.
            secret::from_file(&folder.join(file), false).ok()?
        }
        (_, Some(name), _) => secret::from_env(name).ok()?,
        (.., Some(text)) => Zeroizing::new(text.into_bytes()),
        _ => return None,
    };
    Some(Secret {
        id: key.id,
        algorithm: Algorithm::from_name(&key.algorithm)?,
        encoding,
        from_file: key.secret_file.is_some(),
        raw,
    })
}
