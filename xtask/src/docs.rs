//! `cargo xtask docs`: the pages under `docs/connectors`, and the tables in READMEs, generated from the program's
//! output.

mod action;
mod catalogue;
mod example;
mod mapping;
mod pages;
mod section;
mod table;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::{
    cargo,
    generated::{self, Arguments, Files},
};
use catalogue::Catalogue;

/// The directory of generated files.
const PAGES: &str = "docs/connectors";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let program = generated::program()?;
    match arguments.check {
        true => check(&program),
        false => {
            let root = cargo::workspace();
            let expected = files(&root, &program)?;
            generated::write(&root, &expected, &leftovers(&root, &expected)?)
        }
    }
}

/// Fails with each file that differs from the output of `program`.
pub(crate) fn check(program: &Path) -> anyhow::Result<()> {
    let root = cargo::workspace();
    let expected = files(&root, program)?;
    generated::check(&root, &expected, &leftovers(&root, &expected)?, "docs")
}

/// Returns every generated file, and every file with a generated section. Paths are relative to the root.
fn files(root: &Path, program: &Path) -> anyhow::Result<Files> {
    let catalogue = Catalogue::ask(program)?;
    let mut files = Files::new();
    let pages = Path::new(PAGES);
    files.insert(pages.join("README.md"), pages::index(&catalogue));
    for connector in &catalogue.connectors {
        let actions = catalogue.actions_of(connector);
        let directory = pages.join(&connector.id);
        let mapping = mapping::page(connector, &actions);
        let index = pages::connector(connector, &actions, mapping.is_some());
        files.insert(directory.join("README.md"), index);
        files.extend(mapping.map(|page| (directory.join("mapping.md"), page)));
        for action in &actions {
            let page = action::page(connector, action)
                .with_context(|| format!("the page of {} {}", connector.id, action.action))?;
            files.insert(directory.join(format!("{}.md", action.action)), page);
        }
        let readme = PathBuf::from(connector.directory()).join("README.md");
        let text = section::replace(root, &readme, "actions", &pages::actions(connector, &actions))?;
        files.insert(readme, text);
    }
    let summary = PathBuf::from("docs/SUMMARY.md");
    let text = section::replace(root, &summary, "connectors", &pages::chapters(&catalogue))?;
    files.insert(summary, text);
    let readme = PathBuf::from("README.md");
    let text = section::replace(root, &readme, "connectors", &pages::connectors(&catalogue))?;
    files.insert(readme, text);
    Ok(files)
}

/// Returns files in the directory of pages that are not generated.
fn leftovers(root: &Path, expected: &Files) -> anyhow::Result<Vec<PathBuf>> {
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
