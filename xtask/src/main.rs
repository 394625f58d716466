//! The project's tasks: `cargo xtask test | docs | manifest | new-connector | book | bench | torture | hostile | package | deny`.
//!
//! This program compiles no connector, so that it starts quickly.

mod bench;
mod book;
mod cargo;
mod docs;
mod generated;
mod hostile;
mod manifest;
mod new_connector;
mod test;
mod torture;

use clap::{Parser, Subcommand};

/// Runs the project's tasks.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Checks the format and documentation, and runs clippy and every test.
    Test(test::Arguments),
    /// Writes docs/connectors and the tables in READMEs from `hrflow describe`.
    Docs(generated::Arguments),
    /// Writes manifest.json: every action with its JSON Schemas, for forms.
    Manifest(generated::Arguments),
    /// Creates and registers the crate of a new connector; its tests list the remaining work.
    NewConnector(new_connector::Arguments),
    /// Builds the documentation as a book with mdBook (installed if missing), and checks its links.
    Book(book::Arguments),
    /// Measures the cost of the connectors above the floor, and prints one table.
    Bench(bench::Arguments),
    /// Kills the program at hundreds of random instants, and checks that nothing is lost or duplicated.
    Torture(torture::Arguments),
    /// Pushes hostile profiles to every vendor, and checks that each dropped value is found by its key.
    Hostile(hostile::Arguments),
    /// Packs each crate and builds it from its package, as publishing does.
    Package,
    /// Checks licences, advisories and sources of dependencies with cargo-deny (installed if missing).
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
        Chore::Hostile(arguments) => hostile::run(&arguments),
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
