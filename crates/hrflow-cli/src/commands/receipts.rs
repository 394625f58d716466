//! `hrflow receipts export`: which record of the vendor is which item.

use hrflow_core::state::{Delivered, State};
use serde::Serialize;

use super::state;
use crate::{
    arguments::Export,
    exit::{Exit, Failure},
    output,
    text::word,
};

/// How many receipts are read at a time.
const PAGE: usize = 1_000;

#[derive(Serialize)]
struct Row<'d> {
    key: &'d str,
    target: &'d str,
    id: Option<&'d str>,
    outcome: String,
    created_by_us: bool,
    at: String,
}

impl<'d> Row<'d> {
    fn of(delivered: &'d Delivered) -> Self {
        let receipt = &delivered.receipt;
        Self {
            key: delivered.key.as_str(),
            target: &delivered.target.0,
            id: receipt.id.as_ref().map(|id| id.0.as_str()),
            outcome: word(&receipt.outcome),
            created_by_us: receipt.created_by_us,
            at: receipt.at.to_string(),
        }
    }
}

pub(crate) async fn export(arguments: &Export) -> Result<Exit, Failure> {
    let history = state::existing(None, &arguments.state)?.history();
    let mut after = 0;
    let mut has_header = false;
    loop {
        let page = history.receipts(after, PAGE).await.map_err(state::failure)?;
        let rows: Vec<Row<'_>> = page.iter().map(Row::of).collect();
        let text = if arguments.json { json(&rows) } else { csv(&rows, !has_header) };
        let text = text.map_err(|error| Failure::fatal(format!("cannot write the receipts: {error}")))?;
        has_header = true;
        // A reader that has gone has seen enough.
        if !output::print(&text)? || page.is_empty() {
            return Ok(Exit::Success);
        }
        after = page.last().map_or(after, |last| last.number);
    }
}

fn json(rows: &[Row<'_>]) -> Result<String, Box<dyn std::error::Error>> {
    let mut text = String::new();
    for row in rows {
        text.push_str(&serde_json::to_string(row)?);
        text.push('\n');
    }
    Ok(text)
}

fn csv(rows: &[Row<'_>], header: bool) -> Result<String, Box<dyn std::error::Error>> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    if header {
        writer.write_record(["key", "target", "id", "outcome", "created_by_us", "at"])?;
    }
    rows.iter().try_for_each(|row| writer.serialize(row))?;
    Ok(String::from_utf8(writer.into_inner()?)?)
}
