//! Commands and their output.

use anyhow::{Context, bail, ensure};

use crate::{cargo, markdown::Block, playground::Playground};

/// A command after `$ `, and the lines below it.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) line: String,
    prints: Vec<String>,
}

pub(crate) fn commands(text: &str) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(line), _) => commands.push(Command { line: line.trim().to_owned(), prints: Vec::new() }),
            (None, Some(command)) if command.line.ends_with('\\') => {
                command.line.pop();
                command.line.push_str(line.trim());
            }
            (None, Some(command)) => command.prints.push(line.to_owned()),
            (None, None) => commands.push(Command { line: String::new(), prints: vec![line.to_owned()] }),
        }
    }
    commands
}

pub(crate) fn run(playground: &mut Playground, block: &Block) -> anyhow::Result<()> {
    let commands = commands(&block.text);
    let before = playground.variables.clone();
    let last = commands.len().checked_sub(1).context("the block is empty")?;
    for (index, command) in commands.iter().enumerate() {
        let exits: &[i32] = if index == last && !block.exits.is_empty() { &block.exits } else { &[0] };
        run_one(playground, command, exits, block.background)
            .with_context(|| format!("$ {}", command.line))?;
    }
    // Variables of a block with its own exit statuses apply only to that block.
    if !block.exits.is_empty() {
        playground.variables = before;
    }
    Ok(())
}

fn run_one(
    playground: &mut Playground,
    command: &Command,
    exits: &[i32],
    stays_up: bool,
) -> anyhow::Result<()> {
    let line = &command.line;
    ensure!(!line.is_empty(), "a line stands under no command");
    if let Some(set) = line.strip_prefix("export ") {
        return export(playground, set);
    }
    if line.starts_with("cargo ") && !line.starts_with("cargo run -- ") {
        return cargo::is_known(line);
    }
    if stays_up {
        return playground.start(line).map(drop);
    }
    let ran = playground.run(line)?;
    let (code, told) = (ran.status.code(), ran.told.trim_end());
    let is_expected = code.is_some_and(|code| exits.contains(&code));
    ensure!(is_expected, "expected exit status {exits:?}, came {code:?}:\n{told}");
    for expected in &command.prints {
        ensure!(
            told.lines().any(|line| matches(expected, line)),
            "it does not print `{expected}`, but:\n{told}"
        );
    }
    Ok(())
}

/// Sets a variable. `…` is the user's value, here the sandbox's.
fn export(playground: &mut Playground, set: &str) -> anyhow::Result<()> {
    let (name, value) = set.split_once('=').context("expected NAME=VALUE")?;
    match (value, playground.variables.contains_key(name)) {
        ("…", true) => {}
        ("…", false) => bail!("the sandbox has no {name}"),
        (value, _) => drop(playground.variables.insert(name.to_owned(), value.to_owned())),
    }
    Ok(())
}

/// Whether a line matches. `…` matches any text, and whitespace is ignored.
fn matches(expected: &str, line: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (expected, line) = (plain(expected), plain(line));
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        match rest.split_once(part.trim()) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last.trim())
}
