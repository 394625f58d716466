//! The project's chores: `cargo xtask test | docs | manifest | new-connector | book | bench | torture | package | deny`.
//!
//! It compiles no connector, so that it starts quickly.

mod bench;
mod book;
mod cargo;
mod docs;
mod generated;
mod manifest;
mod new_connector;
mod test;
mod torture;

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
    /// Writes the pages under docs/connectors and the tables in READMEs, from what `hrflow describe` says.
    Docs(generated::Arguments),
    /// Writes manifest.json: every action with the JSON Schemas of its parameters and items, for programs that build forms.
    Manifest(generated::Arguments),
    /// Makes the crate of a new connector, registered wherever connectors are; its tests say what is left to do.
    NewConnector(new_connector::Arguments),
    /// Builds the documents as one book with mdBook (installed if missing), and checks its links.
    Book(book::Arguments),
    /// Measures what the connectors cost over the bare floor, and prints one table.
    Bench(bench::Arguments),
    /// Kills the program at hundreds of random instants, and checks that nothing is lost and nothing doubled.
    Torture(torture::Arguments),
    /// Checks that every crate can be published: packs each, and builds it from its package.
    Package,
    /// Checks licences, advisories and sources of the dependencies, with cargo-deny (installed if missing).
    Deny,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().chore {
        Chore::Test(arguments) => test::run(&arguments),
        Chore::Bench(arguments) => bench::run(&arguments),
        Chore::NewConnector(arguments) => new_connector::run(&arguments),
        Chore::Book(arguments) => book::run(&arguments),
        Chore::Package => package(),
        Chore::Torture(arguments) => torture::run(&arguments),
        Chore::Docs(arguments) => docs::run(&arguments),
        Chore::Manifest(arguments) => manifest::run(&arguments),
        Chore::Deny => deny(),
    }
}

fn package() -> anyhow::Result<()> {
    cargo::run("packages", &["publish", "--dry-run", "--workspace", "--locked"])
}

fn deny() -> anyhow::Result<()> {
    if !cargo::has("deny") {
        cargo::run("install cargo-deny", &["install", "--locked", "cargo-deny"])?;
    }
    cargo::run("dependencies", &["deny", "--workspace", "check"])
}
