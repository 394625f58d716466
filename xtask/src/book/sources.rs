//! The input of mdBook: the repository's pages at their paths, with links that work there.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, bail, ensure};

const SUMMARY: &str = "docs/SUMMARY.md";

/// Writes every page of the summary, all files that pages link to, and the summary itself.
pub(super) fn write(root: &Path, into: &Path) -> anyhow::Result<()> {
    let summary = read(root, Path::new(SUMMARY))?;
    let mut chapters = BTreeSet::new();
    rewrite(&summary, &mut |link| {
        chapters.insert(resolve(Path::new(SUMMARY), link)?);
        Ok(link.to_owned())
    })?;
    let mut files = BTreeSet::new();
    for chapter in &chapters {
        let text = read(root, chapter)?;
        let text = rewrite(&text, &mut |link| page_link(root, chapter, link, &chapters, &mut files))
            .with_context(|| chapter.display().to_string())?;
        put(&into.join(in_book(chapter)), &without_emoji_names(&text))?;
    }
    for file in files {
        let to = into.join(&file);
        fs::create_dir_all(to.parent().unwrap_or(into))?;
        fs::copy(root.join(&file), &to).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    let summary = rewrite(&summary, &mut |link| Ok(text(&in_book(&resolve(Path::new(SUMMARY), link)?))))?;
    let lines = summary.lines().filter(|line| !line.starts_with("<!--")).collect::<Vec<_>>().join("\n");
    put(&into.join("SUMMARY.md"), &(lines + "\n"))
}

/// Returns the target of a page's link in the book. Files that are not chapters are copied into it.
fn page_link(
    root: &Path,
    page: &Path,
    link: &str,
    chapters: &BTreeSet<PathBuf>,
    files: &mut BTreeSet<PathBuf>,
) -> anyhow::Result<String> {
    let (path, fragment) =
        link.split_once('#').map_or((link, None), |(path, fragment)| (path, Some(fragment)));
    if path.is_empty() {
        return Ok(link.to_owned());
    }
    let mut target = resolve(page, path)?;
    if root.join(&target).is_dir() {
        target.push("README.md");
    }
    ensure!(root.join(&target).is_file(), "{link} leads nowhere");
    if !chapters.contains(&target) {
        ensure!(
            target.extension().is_none_or(|it| it != "md"),
            "{SUMMARY} does not name {}",
            target.display()
        );
        files.insert(target.clone());
    }
    let up = "../".repeat(page.components().count() - 1);
    let link = format!("{up}{}", text(&in_book(&target)));
    Ok(fragment.map_or(link.clone(), |fragment| format!("{link}#{fragment}")))
}

/// Returns a page's path in the book. mdBook serves a directory by its index.
fn in_book(path: &Path) -> PathBuf {
    if path.ends_with("README.md") { path.with_file_name("index.md") } else { path.to_owned() }
}

fn text(path: &Path) -> String {
    path.components().map(|it| it.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Returns the target of a page's link, relative to the root.
fn resolve(page: &Path, link: &str) -> anyhow::Result<PathBuf> {
    let mut path = page.parent().map(Path::to_owned).unwrap_or_default();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => ensure!(path.pop(), "{link} leads out of the repository"),
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            _ => bail!("{link} is absolute"),
        }
    }
    Ok(path)
}

/// Returns the text with every link within the repository replaced. Code stays unchanged.
fn rewrite(text: &str, replace: &mut dyn FnMut(&str) -> anyhow::Result<String>) -> anyhow::Result<String> {
    let mut written = String::new();
    let mut is_code = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            written.push_str(line);
            continue;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("](") {
            written.push_str(before);
            written.push_str("](");
            let end = after.find(')').context("a link has no end")?;
            let link = &after[..end];
            match link.contains("://") || link.is_empty() {
                true => written.push_str(link),
                false => written.push_str(&replace(link)?),
            }
            rest = &after[end..];
        }
        written.push_str(rest);
    }
    Ok(written)
}

/// Removes emoji names, which GitHub supports and mdBook does not.
fn without_emoji_names(text: &str) -> String {
    text.replace(":arrow_right:", "→").replace(":red_circle:", "🔴")
}

fn read(root: &Path, path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {}", path.display()))
}

fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    let directory = path.parent().context("a file stands in a directory")?;
    fs::create_dir_all(directory)
        .and_then(|()| fs::write(path, text))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_outside_of_code() {
        let text = "[a](x.md) and [b](https://e.com) [`c`](y.md#z)\n```rust\nlist[0](no)\n```\n";
        let mut found = Vec::new();
        let written = rewrite(text, &mut |link| {
            found.push(link.to_owned());
            Ok("new".to_owned())
        });
        assert_eq!(found, ["x.md", "y.md#z"]);
        let expected = "[a](new) and [b](https://e.com) [`c`](new)\n```rust\nlist[0](no)\n```\n";
        assert_eq!(written.unwrap(), expected);
    }

    #[test]
    fn links_start_at_their_page() {
        let page = Path::new("docs/guides/a.md");
        assert_eq!(resolve(page, "../../README.md").unwrap(), Path::new("README.md"));
        assert_eq!(resolve(page, "b.md").unwrap(), Path::new("docs/guides/b.md"));
        assert!(resolve(page, "../../../b.md").is_err());
        assert_eq!(in_book(Path::new("docs/x/README.md")), Path::new("docs/x/index.md"));
    }
}
