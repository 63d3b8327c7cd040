//! Writes the tokens of each size into the folder that is named, one a line, for benchmarks in other languages.

use doorward_benches::{LARGE, MEDIUM, SMALL, key, tokens};
use doorward_core::Algorithm;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let key = key(Algorithm::Hs256);
    for bytes in [SMALL, MEDIUM, LARGE] {
        let tokens = tokens(&key, bytes);
        std::fs::write(format!("{folder}/{}.tokens", tokens[0].len()), tokens.join("\n") + "\n")?;
    }
    Ok(())
}
