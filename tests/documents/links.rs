//! Links between documents.

use std::{fs, path::Path};

use anyhow::{Context, ensure};

/// Checks that all link targets of a document in this repository exist.
pub(crate) fn hold(document: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(document)?;
    let directory = document.parent().context("a document stands in a directory")?;
    let broken: Vec<&str> = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|link| link.split('#').next().unwrap_or(link))
        .filter(|link| !link.is_empty() && !link.contains("://") && !link.contains(char::is_whitespace))
        .filter(|link| !directory.join(link).exists())
        .collect();
    ensure!(broken.is_empty(), "these lead nowhere: {broken:?}");
    Ok(())
}
