//! The project's chores: `cargo xtask test | deny`.
//!
//! It compiles no connector, so that it starts quickly.

mod cargo;
mod test;

use clap::{Parser, Subcommand};

/// The project's chores.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Checks the format, runs clippy, builds the documents of every crate, and runs every test.
    Test(test::Arguments),
    /// Checks licences, advisories and sources of the dependencies, with cargo-deny (installed if missing).
    Deny,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().chore {
        Chore::Test(arguments) => test::run(&arguments),
        Chore::Deny => deny(),
    }
}

fn deny() -> anyhow::Result<()> {
    if !cargo::has("deny") {
        cargo::run("install cargo-deny", &["install", "--locked", "cargo-deny"])?;
    }
    cargo::run("dependencies", &["deny", "--workspace", "check"])
}
