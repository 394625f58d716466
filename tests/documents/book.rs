//! The book: its summary lists every page, and the list of errors every error.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use hrflow_core::{ErrorKind, result::Reason};
use hrflow_e2e::program::root;

use crate::{list, name};

/// Checks that every page under `docs` is in the summary once.
pub(crate) fn names_every_page() -> anyhow::Result<()> {
    let docs = root().join("docs");
    let summary = fs::read_to_string(docs.join("SUMMARY.md"))?;
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let links: Vec<PathBuf> = links
        .map(|link| docs.join(link).canonicalize().with_context(|| format!("{link} leads nowhere")))
        .collect::<anyhow::Result<_>>()?;
    let named: BTreeSet<&PathBuf> = links.iter().collect();
    ensure!(named.len() == links.len(), "the summary names a page twice");
    let mut pages = Vec::new();
    collect(&docs, &mut pages)?;
    let missing: Vec<String> = pages
        .into_iter()
        .filter(|page| !page.ends_with("SUMMARY.md"))
        .filter(|page| page.canonicalize().is_ok_and(|page| !named.contains(&page)))
        .map(|page| name(&page))
        .collect();
    ensure!(missing.is_empty(), "docs/SUMMARY.md does not name {missing:?}");
    Ok(())
}

fn collect(directory: &Path, pages: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for path in list(directory)? {
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.extension().is_some_and(|it| it == "md") {
            pages.push(path);
        }
    }
    Ok(())
}

/// Checks that the list of errors has every kind and every reason, and only messages of the program.
pub(crate) fn explains_every_error() -> anyhow::Result<()> {
    let text = fs::read_to_string(root().join("docs/guides/errors.md"))?;
    for kind in ErrorKind::ALL {
        ensure!(text.contains(&format!("\n### `{kind}`\n")), "the kind {kind} is not explained");
    }
    for reason in Reason::ALL {
        let reason = serde_json::to_value(reason)?;
        let reason = reason.as_str().context("a reason is text")?;
        ensure!(
            reason.is_empty() || text.contains(&format!("\n| `{reason}` |")),
            "the reason {reason} is not explained"
        );
    }
    let sources = sources()?;
    let (_, messages) = text.split_once("\n## Messages\n").context("there are no messages")?;
    let messages = messages.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mut count = 0;
    for message in messages {
        count += 1;
        for part in message.split('…').map(|part| part.trim_matches([' ', ',', ':'])) {
            ensure!(sources.contains(part), "no program of ours says `{part}`, as in `{message}`");
        }
    }
    ensure!(count > 20, "only {count} messages were found");
    Ok(())
}

/// Returns all code of the crates, with string literals over several lines joined.
fn sources() -> anyhow::Result<String> {
    let mut sources = String::new();
    let mut directories: Vec<PathBuf> =
        list(&root().join("crates"))?.into_iter().map(|it| it.join("src")).collect();
    while let Some(directory) = directories.pop() {
        for path in list(&directory)? {
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(path)?;
                for part in text.split("\\\n") {
                    sources.push_str(part.trim_start());
                }
            }
        }
    }
    Ok(sources)
}
