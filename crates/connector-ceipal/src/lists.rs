//! Ceipal's lists: `{count, num_pages, page_number, limit, next, previous, results}`, paged by `page`. Some accounts leave
//! all but the rows out, and small lists are bare arrays.

use hrflow_core::{Error, ErrorKind, Result, http::Answer};
use serde_json::{Map, Value};

use crate::{body, errors};

/// The most rows that a page holds (applicants list documentation, `limit`).
pub(crate) const LIMIT: &str = "50";

/// One row.
pub(crate) type Row = Map<String, Value>;

/// One page of a list.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    /// How many rows the whole list has, where it is told.
    pub(crate) count: Option<u64>,
    /// Its own number, where it is told.
    number: Option<u64>,
    more: More,
}

#[derive(Debug, Default)]
enum More {
    #[default]
    No,
    Yes,
    /// Nothing tells: the next page is asked for until one is empty.
    Unknown,
}

impl Page {
    /// Reads an answer.
    pub(crate) fn of(answer: &Answer) -> Result<Self> {
        let rows = |list: Vec<Value>| {
            list.into_iter()
                .filter_map(|row| if let Value::Object(row) = row { Some(row) } else { None })
                .collect()
        };
        let mut envelope = match answer.json()? {
            Value::Array(list) => return Ok(Self { rows: rows(list), ..Self::default() }),
            Value::Object(envelope) => envelope,
            _ => return Err(no_list(answer, None)),
        };
        let list = ["results", "data"].iter().find_map(|name| match envelope.remove(*name) {
            Some(Value::Array(list)) => Some(list),
            _ => None,
        });
        let Some(list) = list else { return Err(no_list(answer, Some(&envelope))) };
        let (pages, number) = (body::number(&envelope, "num_pages"), body::number(&envelope, "page_number"));
        let more = match (envelope.get("next"), pages) {
            (Some(Value::String(next)), _) => yes(!next.trim().is_empty()),
            (Some(Value::Number(next)), _) => yes(next.as_u64().is_some_and(|next| next > 0)),
            (Some(_), _) => More::No,
            (None, Some(pages)) => yes(number.unwrap_or(1) < pages),
            (None, None) => More::Unknown,
        };
        Ok(Self { rows: rows(list), count: body::number(&envelope, "count"), number, more })
    }

    /// Whether to ask for the page after this one, of which `seen` rows of the list have come so far.
    pub(crate) fn has_next(&self, seen: usize) -> bool {
        match self.more {
            More::No => false,
            More::Yes => true,
            More::Unknown => !self.rows.is_empty() && self.count.is_none_or(|count| (seen as u64) < count),
        }
    }

    /// Whether this is page `number`, and not `before` once more: a list that ignores `page` would never end.
    pub(crate) fn follows(&self, before: &Self, number: u64) -> Result<()> {
        let again = !self.rows.is_empty() && self.rows == before.rows;
        if again || self.number.is_some_and(|it| it != number) {
            return Err(Error::new(
                ErrorKind::Protocol,
                "Ceipal answers with the same page of a list again and again",
            ));
        }
        Ok(())
    }
}

fn yes(yes: bool) -> More {
    if yes { More::Yes } else { More::No }
}

fn no_list(answer: &Answer, envelope: Option<&Row>) -> Error {
    let error = Error::new(ErrorKind::Protocol, "Ceipal answered with something else than a list");
    error.with_status(answer.status()).with_vendor_message(errors::words(answer, envelope))
}

/// An applicant as it is listed.
pub(crate) struct Listed {
    /// The id, else the code that people read.
    pub(crate) id: String,
    /// Both of them, as other lists may have either.
    pub(crate) ids: Vec<String>,
    pub(crate) firstname: Option<String>,
    pub(crate) lastname: Option<String>,
    /// Whether it has a résumé; none where the list does not tell.
    pub(crate) resume: Option<bool>,
}

impl Listed {
    /// Reads a row; none where it names nobody.
    pub(crate) fn of(row: &Row) -> Option<Self> {
        let ids: Vec<String> =
            ["id", "applicant_id"].iter().filter_map(|name| body::text(row, name)).collect();
        let resume = ["resume_path", "resume_token", "resumeToken"];
        let told = resume.iter().any(|name| row.contains_key(*name));
        Some(Self {
            id: ids.first()?.clone(),
            ids,
            firstname: body::text(row, "firstname"),
            lastname: body::text(row, "lastname"),
            resume: told.then(|| resume.iter().any(|name| body::text(row, name).is_some())),
        })
    }

    /// Whether a row is that of an e-mail address, whatever the filter let through.
    pub(crate) fn has_email(row: &Row, email: &str) -> bool {
        let primary = body::text(row, "email").or_else(|| body::text(row, "email_address_1"));
        primary.is_some_and(|it| it.to_lowercase() == email.to_lowercase())
    }
}
