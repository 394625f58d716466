//! `cargo xtask docs`: the pages under `docs/connectors`, and the tables in READMEs, from what the program says about
//! itself.

mod action;
mod catalogue;
mod example;
mod pages;
mod section;
mod table;

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write, stdout},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use crate::cargo;
use catalogue::Catalogue;

/// Everything below it is generated.
const PAGES: &str = "docs/connectors";

/// What to write.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing, and fail if anything is not as it would be written.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let program = cargo::program("the program", &["build", "--quiet", "--package", "hrflow-cli"])?;
    if arguments.check { check(&program) } else { write(&program) }
}

/// Fails, naming each file that is not as `program` has it.
pub(crate) fn check(program: &Path) -> anyhow::Result<()> {
    let root = cargo::workspace();
    let expected = files(&root, program)?;
    let mut stale: Vec<String> = expected
        .iter()
        .filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(*text))
        .map(|(path, _)| path.display().to_string())
        .collect();
    stale.extend(leftovers(&root, &expected)?.iter().map(|path| format!("{} (left over)", path.display())));
    if stale.is_empty() {
        return Ok(());
    }
    bail!("stale:\n  {}\nrun `cargo xtask docs`", stale.join("\n  "))
}

fn write(program: &Path) -> anyhow::Result<()> {
    let root = cargo::workspace();
    let expected = files(&root, program)?;
    for (path, text) in &expected {
        let file = root.join(path);
        if fs::read_to_string(&file).ok().as_ref() == Some(text) {
            continue;
        }
        let directory = file.parent().context("a file stands in a directory")?;
        fs::create_dir_all(directory)
            .and_then(|()| fs::write(&file, text))
            .with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(stdout(), "wrote {}", path.display())?;
    }
    for path in leftovers(&root, &expected)? {
        fs::remove_file(root.join(&path)).with_context(|| format!("cannot remove {}", path.display()))?;
        writeln!(stdout(), "removed {}", path.display())?;
    }
    Ok(())
}

/// Every file that is generated, or has a generated section, as it should be; paths from the root.
fn files(root: &Path, program: &Path) -> anyhow::Result<BTreeMap<PathBuf, String>> {
    let catalogue = Catalogue::ask(program)?;
    let mut files = BTreeMap::new();
    let pages = Path::new(PAGES);
    files.insert(pages.join("README.md"), pages::index(&catalogue));
    for connector in &catalogue.connectors {
        let actions = catalogue.actions_of(connector);
        let directory = pages.join(&connector.id);
        files.insert(directory.join("README.md"), pages::connector(connector, &actions));
        for action in &actions {
            let page = action::page(connector, action)
                .with_context(|| format!("the page of {} {}", connector.id, action.action))?;
            files.insert(directory.join(format!("{}.md", action.action)), page);
        }
        let readme = PathBuf::from(connector.directory()).join("README.md");
        let text = section::replace(root, &readme, "actions", &pages::actions(connector, &actions))?;
        files.insert(readme, text);
    }
    let readme = PathBuf::from("README.md");
    let text = section::replace(root, &readme, "connectors", &pages::connectors(&catalogue))?;
    files.insert(readme, text);
    Ok(files)
}

/// What stands among the pages and is none.
fn leftovers(root: &Path, expected: &BTreeMap<PathBuf, String>) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut directories = vec![PathBuf::from(PAGES)];
    while let Some(directory) = directories.pop() {
        let entries = match fs::read_dir(root.join(&directory)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).context(format!("cannot list {}", directory.display())),
        };
        for entry in entries {
            let entry = entry?;
            let path = directory.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                directories.push(path);
            } else if !expected.contains_key(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
