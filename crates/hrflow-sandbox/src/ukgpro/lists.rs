//! Lists: one filter, numbered and cursor pages, the `Link` header.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::dates;
use super::errors;
use super::switches::{ListShape, Switches};
use crate::server::{Answer, Received};

/// The query of a list. Unknown parameters are ignored.
pub(crate) struct Query {
    pub(crate) updated_after: Option<Timestamp>,
    pub(crate) updated_before: Option<Timestamp>,
    page: usize,
    size: usize,
    after: Option<String>,
    before: Option<String>,
}

impl Query {
    pub(crate) fn parse(request: &Received, switches: &Switches) -> Result<Query, Answer> {
        let mut query = Query {
            updated_after: None,
            updated_before: None,
            page: 1,
            size: switches.per_page.min(switches.per_page_cap),
            after: None,
            before: None,
        };
        for (name, value) in request.pairs() {
            let invalid = || errors::refused(400, &name, "Invalid", "The value is not valid.");
            let positive = || value.parse::<usize>().ok().filter(|number| *number > 0).ok_or_else(invalid);
            match name.as_str() {
                "page" => query.page = positive()?,
                "per_page" => query.size = positive()?.min(switches.per_page_cap),
                "updated_after" => query.updated_after = Some(dates::bound(&value).ok_or_else(invalid)?),
                "updated_before" => query.updated_before = Some(dates::bound(&value).ok_or_else(invalid)?),
                "after" => query.after = Some(value.to_ascii_lowercase()),
                "before" => query.before = Some(value.to_ascii_lowercase()),
                _ => {}
            }
        }
        Ok(query)
    }

    /// Whether the filters include a record with this update time.
    pub(crate) fn lets(&self, updated: Timestamp) -> bool {
        self.updated_after.is_none_or(|bound| updated > bound)
            && self.updated_before.is_none_or(|bound| updated < bound)
    }
}

/// Builds one page of the filtered `rows`.
pub(crate) fn page<T>(
    request: &Received,
    switches: &Switches,
    query: &Query,
    rows: &[T],
    id: impl Fn(&T) -> &str,
    show: impl Fn(&T) -> Value,
) -> Result<Answer, Answer> {
    let place = |name: &str, cursor: &str| {
        let found = rows.iter().position(|row| id(row) == cursor);
        found.ok_or_else(|| errors::refused(400, name, "Invalid", "The value is not valid."))
    };
    let start = match (&query.after, &query.before) {
        (Some(after), _) => place("after", after)? + 1,
        (None, Some(before)) => place("before", before)?.saturating_sub(query.size),
        (None, None) => (query.page - 1).saturating_mul(query.size),
    };
    let last = rows.len().saturating_sub(1) / query.size * query.size;
    let start = if switches.repeat_last_page { start.min(last) } else { start.min(rows.len()) };
    let end = match (&query.after, &query.before) {
        (None, Some(before)) => place("before", before)?,
        _ => (start + query.size).min(rows.len()),
    };
    let shown: Vec<Value> = rows[start..end].iter().map(show).collect();
    let answer = match switches.list_shape {
        ListShape::Array => Answer::json(200, &shown),
        ListShape::Data => Answer::json(200, &json!({"data": shown})),
    };
    if !switches.link_header {
        return Ok(answer);
    }
    let mut links = vec![link(request, query.size, "first", None)];
    if start > 0 && end > start {
        links.push(link(request, query.size, "prev", Some(("before", id(&rows[start])))));
    }
    if end > start && end < rows.len() {
        links.push(link(request, query.size, "next", Some(("after", id(&rows[end - 1])))));
    }
    Ok(answer.with("link", links.join(", ")))
}

/// Returns the request's own URL with another position. Filters and prefix stay.
fn link(request: &Received, size: usize, rel: &str, cursor: Option<(&str, &str)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in request.pairs() {
        if !matches!(name.as_str(), "page" | "per_page" | "after" | "before") {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("per_page", &size.to_string());
    if let Some((name, id)) = cursor {
        query.append_pair(name, id);
    }
    let host = request.header("host").unwrap_or("127.0.0.1");
    format!("<http://{host}{}?{}>; rel=\"{rel}\"", request.path, query.finish())
}
