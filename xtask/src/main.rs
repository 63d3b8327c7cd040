//! `cargo xtask gen` writes the files that are made from the core's tables; `cargo xtask check` proves
//! that they, the version and the documents' links are as they should be. `cargo xtask c-vectors FILE`
//! writes the vectors as a table for C.

#![forbid(unsafe_code)]

mod c_vectors;
mod check;
mod generate;
mod header;
mod node;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match std::env::args().nth(1).as_deref() {
        Some("gen") => generate::write(&root()),
        Some("check") => check::run(&root()),
        Some("c-vectors") => c_vectors::write(std::env::args().nth(2)),
        _ => Err("usage: cargo xtask gen | check | c-vectors FILE".to_owned()),
    };
    match outcome {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
