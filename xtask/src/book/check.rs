//! The link check of the built book.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

/// Returns the number of pages. Fails with each link to a missing page and each link to a missing anchor.
pub(super) fn links(html: &Path) -> anyhow::Result<usize> {
    let mut pages = BTreeMap::new();
    collect(html, &mut pages)?;
    let mut broken = Vec::new();
    for (page, text) in &pages {
        for link in links_of(text) {
            if !holds(page, link, &pages) {
                broken.push(format!("{}: {link}", page.strip_prefix(html).unwrap_or(page).display()));
            }
        }
    }
    if !broken.is_empty() {
        bail!("these links of the book lead nowhere:\n  {}", broken.join("\n  "));
    }
    Ok(pages.len())
}

fn collect(directory: &Path, pages: &mut BTreeMap<PathBuf, String>) -> anyhow::Result<()> {
    let entries = fs::read_dir(directory).with_context(|| format!("cannot list {}", directory.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.extension().is_some_and(|it| it == "html") {
            // The extra pages of mdBook have other kinds of links.
            let is_extra = ["print.html", "404.html", "toc.html"].iter().any(|name| path.ends_with(name));
            if !is_extra {
                let text = fs::read_to_string(&path)?;
                pages.insert(path, text);
            }
        }
    }
    Ok(())
}

fn links_of(text: &str) -> impl Iterator<Item = &str> {
    let links = text.split("<a ").skip(1).filter_map(|rest| rest.split_once("href=\"")?.1.split('"').next());
    links.filter(|link| !link.contains("://") && !link.starts_with("mailto:"))
}

fn holds(page: &Path, link: &str, pages: &BTreeMap<PathBuf, String>) -> bool {
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let mut target = page.to_owned();
    if !path.is_empty() {
        target.pop();
        for part in path.split('/') {
            match part {
                ".." => drop(target.pop()),
                "." => {}
                name => target.push(name),
            }
        }
    }
    match pages.get(&target) {
        Some(text) => fragment.is_empty() || text.contains(&format!("id=\"{fragment}\"")),
        None => target.exists(),
    }
}
