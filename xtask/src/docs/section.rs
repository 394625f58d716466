//! Generated sections of files that are otherwise written by hand.

use std::{fs, path::Path};

use anyhow::{Context, bail};

/// Returns the file with `content` between `<!-- generated: NAME -->` and `<!-- /generated -->`.
pub(super) fn replace(root: &Path, path: &Path, name: &str, content: &str) -> anyhow::Result<String> {
    let text =
        fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {}", path.display()))?;
    within(&text, name, content).with_context(|| path.display().to_string())
}

fn within(text: &str, name: &str, content: &str) -> anyhow::Result<String> {
    let (start, end) = (format!("<!-- generated: {name} -->\n"), "<!-- /generated -->");
    let Some((before, after)) = text.split_once(&start) else {
        bail!("there is no line <!-- generated: {name} -->, with {end} below it, to write between");
    };
    let Some((_, after)) = after.split_once(end) else {
        bail!("<!-- generated: {name} --> has no {end}");
    };
    Ok(format!("{before}{start}\n{content}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let text = "a\n<!-- generated: t -->\nold\n<!-- /generated -->\nb\n";
        let new = within(text, "t", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- generated: t -->\n\nnew\n\n<!-- /generated -->\nb\n");
        assert_eq!(within(&new, "t", "new\n").unwrap(), new);
    }

    #[test]
    fn a_file_without_marks_is_left_alone() {
        assert!(within("a\n", "t", "new").is_err());
        assert!(within("<!-- generated: t -->\n", "t", "new").is_err());
    }
}
