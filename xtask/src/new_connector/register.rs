//! The lists of connectors.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

/// Returns the files of these lists, with the connector added.
pub(super) fn files(root: &Path, id: &str, type_name: &str) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    let mut change = |path: &str, entries: &[List<'_>]| -> anyhow::Result<()> {
        let mut text = fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))?;
        for list in entries {
            text = list.joined(&text).with_context(|| path.to_owned())?;
        }
        files.push((PathBuf::from(path), text));
        Ok(())
    };

    let dependency = format!("connector-{id} = {{ path = \"crates/connector-{id}\", version = \"0.1.0\" }}");
    change("Cargo.toml", &[List { like: "connector-", height: 1, entry: &dependency }])?;

    let optional = format!("connector-{id} = {{ workspace = true, optional = true }}");
    let feature = format!("{id} = [\"dep:connector-{id}\"]");
    let path = "crates/hrflow-connectors/Cargo.toml";
    change(
        path,
        &[
            List { like: "connector-", height: 1, entry: &optional },
            List { like: "*= [\"dep:connector-", height: 1, entry: &feature },
            List { like: "default = [", height: 0, entry: &format!("\"{id}\"") },
        ],
    )?;

    let export = format!("#[cfg(feature = \"{id}\")]\npub use connector_{id} as {id};");
    let listed = format!("        #[cfg(feature = \"{id}\")]\n        connector_{id}::connector(),");
    let path = "crates/hrflow-connectors/src/lib.rs";
    change(
        path,
        &[
            List { like: "#[cfg(feature = \"", height: 2, entry: &export },
            List { like: "        #[cfg(feature = \"", height: 2, entry: &listed },
        ],
    )?;

    let module = format!("mod {id};");
    let subject = format!("        Arc::new({id}::{type_name}),");
    change(
        "tests/src/subjects/mod.rs",
        &[
            List { like: "mod ", height: 1, entry: &module },
            List { like: "        Arc::new(", height: 1, entry: &subject },
        ],
    )?;

    let page = |action: &str| format!("    {id}_{action} \"../../docs/connectors/{id}/{action}.md\",");
    let (one, list) = (page("push_profile"), page("push_profile_list"));
    let like = "* \"../../docs/connectors/";
    change(
        "tests/src/documents.rs",
        &[List { like, height: 1, entry: &one }, List { like, height: 1, entry: &list }],
    )?;
    Ok(files)
}

/// A list in a file, and its new entry.
struct List<'a> {
    /// The start of its entries; after a `*`, a part of their content.
    like: &'a str,
    /// The number of lines of an entry. `None` for the words of a single line.
    height: usize,
    entry: &'a str,
}

impl List<'_> {
    /// Returns the text with the entry in alphabetical order.
    fn joined(&self, text: &str) -> anyhow::Result<String> {
        let is_entry = |line: &str| match self.like.strip_prefix('*') {
            Some(held) => line.contains(held),
            None => line.starts_with(self.like),
        };
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let found: Vec<usize> = (0..lines.len()).filter(|index| is_entry(&lines[*index])).collect();
        let Some(last) = found.last() else { bail!("there is no list with entries like `{}`", self.like) };
        if self.height == 0 {
            let line = &lines[found[0]];
            let words = line.trim_start_matches(self.like).trim_end_matches(']').split(", ");
            let mut words: Vec<&str> = words.chain([self.entry]).collect();
            words.sort_unstable();
            lines[found[0]] = format!("{}{}]", self.like, words.join(", "));
        } else {
            let next = found.iter().find(|index| lines[**index].as_str() > self.entry);
            let place = next.copied().unwrap_or(last + self.height);
            lines.insert(place, self.entry.to_owned());
        }
        Ok(lines.join("\n") + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_joins_in_the_order_of_the_alphabet() {
        let list = |entry| List { like: "mod ", height: 1, entry };
        let text = "//! x\n\nmod a;\nmod c;\n\nfn f() {}\n";
        assert_eq!(list("mod b;").joined(text).unwrap(), "//! x\n\nmod a;\nmod b;\nmod c;\n\nfn f() {}\n");
        assert_eq!(list("mod d;").joined(text).unwrap(), "//! x\n\nmod a;\nmod c;\nmod d;\n\nfn f() {}\n");
        let words = List { like: "default = [", height: 0, entry: "\"b\"" };
        assert_eq!(words.joined("default = [\"a\", \"c\"]\n").unwrap(), "default = [\"a\", \"b\", \"c\"]\n");
        assert!(list("mod b;").joined("nothing\n").is_err());
    }

    #[test]
    fn every_list_has_a_place_for_one_more() {
        let files = files(&crate::cargo::workspace(), "zeta", "Zeta").unwrap();
        for (path, text) in &files {
            assert!(text.contains("zeta"), "{}", path.display());
        }
        assert_eq!(files.len(), 5);
    }
}
