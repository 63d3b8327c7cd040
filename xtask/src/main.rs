//! `cargo xtask gen` writes the files that are made from the core's tables; `cargo xtask check` proves
//! that they, the version and the documents' links are as they should be. `cargo xtask c-vectors FILE`
//! writes the vectors as a table for C; `cargo xtask agree FOLDER LANGUAGE...` compares the verdict files
//! of all languages; `cargo xtask guard [--bless]` counts instructions; `cargo xtask book` is a preprocessor of
//! mdBook, and `cargo xtask site` looks for dead links in what it built.

#![forbid(unsafe_code)]

mod agree;
mod book;
mod c_vectors;
mod check;
mod generate;
mod go;
mod guard;
mod header;
mod markdown;
mod node;
mod python;
mod reference;
mod servers;
mod speed;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = match std::env::args().nth(1).as_deref() {
        Some("gen") => generate::write(&root()),
        Some("check") => check::run(&root()),
        Some("c-vectors") => c_vectors::write(std::env::args().nth(2)),
        Some("agree") => agree::run(std::env::args().skip(2)),
        Some("book") => book::preprocess(&root(), std::env::args().skip(2)),
        Some("site") => book::check(&root()),
        Some("guard") => guard::run(&root(), std::env::args().nth(2).as_deref() == Some("--bless")),
        _ => {
            Err("usage: cargo xtask gen | check | c-vectors FILE | agree FOLDER LANGUAGE... | guard | book | \
                 site"
                .to_owned())
        }
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
