//! The language of the documents: words that readers do not know from elsewhere, and sentences that are too long to scan.

use std::{fs, path::Path};

use anyhow::ensure;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Words of a private vocabulary.
const AVOIDED: [&str; 18] = [
    "whoever",
    "somebody",
    "somebody's",
    "nobody",
    "everybody",
    "what becomes of",
    "what became of",
    "stand-in",
    "stand-ins",
    "once more",
    "anew",
    "manners",
    "fate",
    "parcel",
    "letter by letter",
    "looked for",
    "home of state",
    "read on from",
];
/// What code in a sentence is read as. A list of code counts as no words.
const CODE: &str = "\u{fffc}";
/// Most words of a sentence.
const MOST_WORDS: usize = 40;

/// Fails if a document breaks a rule, and lists every place.
pub(crate) fn holds(document: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(document)?;
    let mut found = Vec::new();
    for (start, block) in prose(&text) {
        let line = text[..start].lines().count() + 1;
        found.extend(faults(&block).into_iter().map(|fault| format!("line {line}: {fault}")));
    }
    ensure!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

/// The text of each paragraph, heading, list item and table cell, and where it starts. Code is one word.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut blocks = vec![(0, String::new())];
    let mut code = false;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::Item | Tag::TableCell) => {
                blocks.push((range.start, String::new()));
            }
            Event::Text(text) if !code => {
                blocks.last_mut().into_iter().for_each(|(_, block)| block.push_str(&text))
            }
            Event::Code(_) => blocks.last_mut().into_iter().for_each(|(_, block)| block.push_str(CODE)),
            Event::SoftBreak | Event::HardBreak => {
                blocks.last_mut().into_iter().for_each(|(_, block)| block.push(' '));
            }
            _ => {}
        }
    }
    blocks
}

fn faults(paragraph: &str) -> Vec<String> {
    let lower = paragraph.to_lowercase();
    let is_part = |letter: Option<char>| letter.is_some_and(|it| it.is_alphanumeric() || it == '-');
    let avoided = AVOIDED.iter().filter(|term| {
        lower.match_indices(**term).any(|(start, _)| {
            !is_part(lower[..start].chars().next_back())
                && !is_part(lower[start + term.len()..].chars().next())
        })
    });
    let mut faults: Vec<String> = avoided.map(|term| format!("avoid \"{term}\"")).collect();
    let mut sentence = Vec::new();
    for word in paragraph.split_whitespace().filter(|word| word.trim_matches(['(', ',', ';']) != CODE) {
        sentence.push(word);
        if sentence.len() == MOST_WORDS + 1 {
            faults.push(format!("a sentence of more than {MOST_WORDS} words: {} …", sentence[..8].join(" ")));
        }
        if word.ends_with(['.', '!', '?', ':']) {
            sentence.clear();
        }
    }
    faults
}
