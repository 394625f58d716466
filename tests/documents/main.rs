//! Tests the documents: runs their commands, loads their workflow files, reads their manifests, follows their links.
//! Their Rust code is compiled as doctests; see `src/documents.rs`.
//!
//! A block that matches no rule fails. A comment before a block states what the block does not show:
//!
//! | comment | the block |
//! |---|---|
//! | `<!-- test: file NAME -->` | is the file NAME for the following commands |
//! | `<!-- test: part -->` | is a part of a workflow file, merged into a complete one |
//! | `<!-- test: background -->` | is a command that runs until the end of the document |
//! | `<!-- test: live account -->` | is for the reader's own account; the line `> **Live account:** …` before it says so |
//! | `<!-- test: exit N -->` | has a last command with exit status `N`, or one of `N|M`; the default is 0 |
//!
//! Lines below a command are part of its output, in any order: `…` matches any text, and whitespace is ignored. Keys
//! and addresses of accounts are those of a sandbox. No request leaves this machine.

mod book;
mod cargo;
mod console;
mod database;
mod links;
mod live;
mod markdown;
mod playground;
mod style;
mod workflow;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use hrflow_e2e::program::root;
use libtest_mimic::{Arguments, Trial};

use markdown::Block;
use playground::Playground;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let documents = documents().expect("the documents can be listed");
    let mut trials = vec![
        trial("ci_runs_the_test_command_of_the_readme".to_owned(), ci_runs_the_readme),
        trial("the_book_names_every_page".to_owned(), book::names_every_page),
        trial("the_list_of_errors_explains_every_error".to_owned(), book::explains_every_error),
    ];
    for document in documents {
        let path = document.clone();
        trials.push(trial(format!("{}::blocks", name(&document)), move || blocks(&path)));
        trials.extend(reading(document));
    }
    let others = [
        "CHANGELOG",
        "CONTRIBUTING",
        "SECURITY",
        "docs/architecture",
        "docs/crates",
        "docs/performance",
        "docs/SUMMARY",
        "examples/README",
    ];
    let others = others.map(|it| root().join(it).with_extension("md"));
    for document in others.into_iter().chain(readmes()) {
        trials.extend(reading(document));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The tests of a document that only read it.
fn reading(document: PathBuf) -> [Trial; 2] {
    let (name, linking) = (name(&document), document.clone());
    [
        trial(format!("{name}::links"), move || links::hold(&linking)),
        trial(format!("{name}::style"), move || style::holds(&document)),
    ]
}

fn trial(name: String, test: impl FnOnce() -> anyhow::Result<()> + Send + 'static) -> Trial {
    Trial::test(name, move || test().map_err(|error| format!("{error:#}").into()))
}

fn name(document: &Path) -> String {
    document.strip_prefix(root()).unwrap_or(document).display().to_string()
}

/// Returns the documents whose blocks are tested.
fn documents() -> anyhow::Result<Vec<PathBuf>> {
    let docs = root().join("docs");
    let mut documents = vec![root().join("README.md")];
    for directory in [vec![docs.join("guides")], list(&docs.join("connectors"))?].concat() {
        if directory.is_dir() {
            documents.extend(list(&directory)?);
        } else {
            documents.push(directory);
        }
    }
    documents.retain(|path| path.extension().is_some_and(|it| it == "md"));
    Ok(documents)
}

fn readmes() -> Vec<PathBuf> {
    let crates = list(&root().join("crates")).unwrap_or_default();
    crates.into_iter().map(|it| it.join("README.md")).filter(|it| it.is_file()).collect()
}

fn list(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).with_context(|| format!("cannot list {}", directory.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Tests every block of a document, in order, in one directory.
fn blocks(document: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(document)?;
    let blocks = markdown::blocks(&text).with_context(|| name(document))?;
    let mut playground = None;
    for block in blocks {
        try_block(document, &block, &mut playground)
            .with_context(|| format!("{}:{}", name(document), block.line))?;
    }
    Ok(())
}

fn try_block(document: &Path, block: &Block, playground: &mut Option<Playground>) -> anyhow::Result<()> {
    if block.language.starts_with("rust") {
        return is_compiled(document, block);
    }
    if playground.is_none() {
        *playground = Some(Playground::new()?);
    }
    let Some(playground) = playground else { bail!("there is no playground") };
    if database::is_needed(block) {
        playground.set_up_database()?;
    }
    if let Some(file) = &block.file {
        playground.write(file, &block.text)?;
    }
    match block.language.as_str() {
        "console" => {
            live::is_marked(playground, block)?;
            console::run(playground, block)
        }
        "yaml" => workflow::loads(playground, block),
        // A jq program is only tested as a file that later commands use.
        "jq" => ensure_file(block),
        "sql" => database::run(playground, &block.text),
        "tsql" => database::is_sql_server(&block.text),
        "toml" => cargo::reads(playground, &block.text),
        "json" => block.text.lines().try_for_each(|line| {
            serde_json::from_str::<serde_json::Value>(line).map(drop).context("it is not JSON Lines")
        }),
        // Code of other projects, which is shown and not run.
        "python" => Ok(()),
        other => bail!("no rule covers a block of `{other}`"),
    }
}

fn ensure_file(block: &Block) -> anyhow::Result<()> {
    ensure!(block.file.is_some(), "it is not a file, so nothing tries it");
    Ok(())
}

/// Checks that Rust is compiled as a doctest, and run unless it needs an account.
fn is_compiled(document: &Path, block: &Block) -> anyhow::Result<()> {
    ensure!(
        matches!(block.language.as_str(), "rust" | "rust,no_run"),
        "`{}` is not compiled",
        block.language
    );
    let listed = format!("\"../../{}\"", name(document));
    ensure!(include_str!("../src/documents.rs").contains(&listed), "tests/src/documents.rs lacks {listed}");
    Ok(())
}

fn ci_runs_the_readme() -> anyhow::Result<()> {
    let readme = fs::read_to_string(root().join("README.md"))?;
    let commands: Vec<String> = markdown::blocks(&readme)?
        .iter()
        .filter(|block| block.language == "console")
        .flat_map(|block| console::commands(&block.text))
        .map(|command| command.line)
        .filter(|line| line.starts_with("cargo xtask test"))
        .collect();
    let [command] = commands.as_slice() else { bail!("the README has not one test command: {commands:?}") };
    let ci = fs::read_to_string(root().join(".ci/run"))?;
    let preparation = ["set -euo pipefail", "cd \"$(dirname \"$0\")/..\""];
    let runs: Vec<&str> = ci
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !preparation.contains(line))
        .collect();
    ensure!(runs == [command], ".ci/run runs {runs:?}, the README says {command}");
    Ok(())
}
