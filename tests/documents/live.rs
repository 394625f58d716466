//! Commands that push run against a sandbox, unless the block is marked as one for the reader's own account.

use anyhow::ensure;

use crate::{console::commands, markdown::Block, playground::Playground};

/// Commands that log in at the systems that a workflow file names, or write there.
const ASKING: [&str; 4] = ["run", "check", "auth", "retry"];

/// Whether the commands of a block stay away from accounts.
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
