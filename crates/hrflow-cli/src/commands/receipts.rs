//! `hrflow receipts export`: which record of the vendor is which item.

use std::borrow::Cow;

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

#[derive(Clone, Serialize)]
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
        let cannot =
            |error: Box<dyn std::error::Error>| Failure::fatal(format!("cannot write the receipts: {error}"));
        let goes_on = match arguments.json {
            true => output::print_json_text(&json(&rows).map_err(cannot)?)?,
            false => output::print_as_is(&csv(&rows, !has_header).map_err(cannot)?)?,
        };
        has_header = true;
        // A reader that has gone has seen enough.
        if !goes_on || page.is_empty() {
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

/// Text that a spreadsheet shows instead of evaluating it: a formula begins with one of these characters. Numbers and times
/// that this program writes itself do not pass through here.
///
/// Source: OWASP, CSV injection.
fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}

fn csv(rows: &[Row<'_>], header: bool) -> Result<String, Box<dyn std::error::Error>> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    if header {
        writer.write_record(["key", "target", "id", "outcome", "created_by_us", "at"])?;
    }
    for row in rows {
        let id = row.id.map(cell);
        let cells = Row { key: &cell(row.key), target: &cell(row.target), id: id.as_deref(), ..row.clone() };
        writer.serialize(cells)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_evaluates_nothing() {
        let row = |key, id| Row {
            key,
            target: "@target",
            id: Some(id),
            outcome: "created".to_owned(),
            created_by_us: true,
            at: "-0001".to_owned(),
        };
        let rows = [row("=1+1", "+1"), row("-a", "\tb"), row("a=b", "42"), row("\r=1", "@x")];
        assert_eq!(
            csv(&rows, false).unwrap(),
            "'=1+1,'@target,'+1,created,true,-0001\n'-a,'@target,'\tb,created,true,-0001\n\
             a=b,'@target,42,created,true,-0001\n\"'\r=1\",'@target,'@x,created,true,-0001\n"
        );
    }
}
