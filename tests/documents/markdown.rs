//! The fenced blocks of a document.

use anyhow::{Context, bail};

/// A fenced block, with the data of the comment before it.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// The line number of its fence.
    pub(crate) line: usize,
    /// The language after the fence, such as `console`.
    pub(crate) language: String,
    pub(crate) text: String,
    pub(crate) file: Option<String>,
    pub(crate) part: bool,
    pub(crate) background: bool,
    /// Whether it is marked for the reader's own account.
    pub(crate) live: bool,
    /// The allowed exit statuses of its last command. Without any, only 0.
    pub(crate) exits: Vec<i32>,
}

pub(crate) fn blocks(text: &str) -> anyhow::Result<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut next = Block::default();
    let mut is_said = false;
    let mut before = "";
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if let Some(said) = line.strip_prefix("<!-- test: ").and_then(|it| it.strip_suffix(" -->")) {
            is_said = true;
            say(&mut next, said).with_context(|| format!("line {}", index + 1))?;
            if next.live && !before.starts_with("> **Live account:** ") {
                bail!("line {}: no line `> **Live account:** …` is in front of it", index + 1);
            }
        } else if let Some(language) = line.strip_prefix("```") {
            (next.line, next.language) = (index + 1, language.trim().to_owned());
            loop {
                let Some((_, line)) = lines.next() else { bail!("line {}: the block has no end", index + 1) };
                if line == "```" {
                    break;
                }
                next.text.push_str(line);
                next.text.push('\n');
            }
            blocks.push(std::mem::take(&mut next));
            is_said = false;
        } else if is_said {
            bail!("line {}: a comment for the test stands in front of no block", index + 1);
        } else if line.trim_start().starts_with("```") {
            bail!("line {}: an indented block is not understood", index + 1);
        } else if !line.is_empty() {
            before = line;
        }
    }
    Ok(blocks)
}

fn say(block: &mut Block, said: &str) -> anyhow::Result<()> {
    match said.split_once(' ').unwrap_or((said, "")) {
        ("file", name) if !name.is_empty() => block.file = Some(name.to_owned()),
        ("exit", statuses) => {
            let statuses = statuses.split('|').map(str::parse).collect::<Result<_, _>>();
            block.exits = statuses.context("expected exit statuses")?;
        }
        ("live", "account") => block.live = true,
        ("background", "") => block.background = true,
        ("part", "") => block.part = true,
        _ => bail!("`test: {said}` is not understood"),
    }
    Ok(())
}
