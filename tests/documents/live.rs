//! The check that commands use a sandbox, unless their block is marked for the reader's own account.

use anyhow::ensure;

use crate::{console::commands, markdown::Block, playground::Playground};

/// Commands that log in to the systems of a workflow file, or write to them.
const ASKING: [&str; 4] = ["run", "check", "auth", "retry"];

/// Checks that the commands of a block use no live account without the mark.
pub(crate) fn is_marked(playground: &mut Playground, block: &Block) -> anyhow::Result<()> {
    for command in commands(&block.text) {
        let words: Vec<&str> = command.line.split_whitespace().take_while(|word| *word != "#").collect();
        let file_of = |option: &str| words.iter().skip_while(|word| **word != option).nth(1);
        if words.contains(&"sandbox") {
            playground.sandbox_files.extend(file_of("--workflow").map(|file| (*file).to_owned()));
        } else if !block.live {
            let asks = words.iter().any(|word| ASKING.contains(word));
            let strange = words
                .iter()
                .filter(|word| asks && word.ends_with(".yaml"))
                .find(|word| !playground.sandbox_files.contains(**word));
            ensure!(
                strange.is_none(),
                "`{}` may reach a reader's own account: use the file of `hrflow sandbox --workflow`, or mark the block with \
                 `<!-- test: live account -->`",
                command.line
            );
            let account =
                words.first().filter(|word| **word == "export").and_then(|_| words.get(1)?.split('=').next());
            ensure!(
                account.is_none_or(|name| !playground.variables.contains_key(name)),
                "`{}` sets a variable of a reader's own account outside of a block that is marked",
                command.line
            );
        }
    }
    Ok(())
}
