//! Lists: numbered pages in an envelope, and sort orders.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answers;
use super::route::{Route, Version};
use super::switches::{Next, Switches};
use crate::server::{Answer, Received};

const SMALLEST: usize = 5;
const LARGEST: usize = 50;
const USUAL: usize = 20;

/// Returns a query parameter.
pub(crate) fn parameter(request: &Received, name: &str) -> Option<String> {
    request.pairs().into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Returns a scalar without quotation marks. Null becomes an empty text.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Builds one page of the filtered `rows`. A limit out of bounds is corrected, and an invalid page becomes the first.
/// Version 2 returns 404 for an empty page.
pub(crate) fn answer<T>(
    request: &Received,
    route: &Route,
    switches: &Switches,
    rows: &[T],
    show: impl Fn(&T) -> Value,
) -> Answer {
    let number = |name: &str| parameter(request, name).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").unwrap_or(USUAL).clamp(SMALLEST, LARGEST);
    let page = match number("page") {
        Some(page) if page > 0 && !switches.stuck_page => page,
        _ => 1,
    };
    let start = (page - 1).saturating_mul(limit).min(rows.len());
    let end = (start + limit).min(rows.len());
    if start == end && route.version == Version::Two {
        return answers::message(404, "No records found");
    }
    let results: Vec<Value> = rows[start..end].iter().map(show).collect();
    if switches.bare_lists {
        return Answer::json(200, &json!({"results": results}));
    }
    let link = |page: Option<usize>| match (page, switches.next) {
        (None, _) => "".into(),
        (Some(page), Next::Url) => Value::from(url(request, page)),
        (Some(page), Next::Number) => page.into(),
    };
    let pages = rows.len().div_ceil(limit);
    Answer::json(
        200,
        &json!({
            "count": rows.len() + switches.count_excess,
            "num_pages": pages,
            "page_number": page,
            "limit": limit,
            "next": link((page < pages).then_some(page + 1)),
            "previous": link((page > 1).then_some(page - 1)),
            "results": results,
        }),
    )
}

/// Returns the request's own URL with another page.
fn url(request: &Received, page: usize) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in request.pairs() {
        if name != "page" {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("page", &page.to_string());
    let host = request.header("host").unwrap_or("127.0.0.1");
    format!("http://{host}{}?{}", request.path, query.finish())
}

/// The sort order of a list. The default is newest first.
pub(crate) struct Order {
    key: Option<String>,
    ascending: bool,
}

impl Order {
    /// Parses the order. Unknown keys are ignored.
    pub(crate) fn parse(request: &Received, version: Version, keys: &[&str]) -> Order {
        let (by, order) = match version {
            Version::One => ("sortby", "sortorder"),
            Version::Two => ("sortBy", "sortOrder"),
        };
        let ascending = parameter(request, order).is_some_and(|order| order.eq_ignore_ascii_case("asc"));
        Order { key: parameter(request, by).filter(|key| keys.contains(&key.as_str())), ascending }
    }

    /// Sorts rows that are in order of arrival.
    pub(crate) fn sort<T>(&self, rows: &mut [T], time: impl Fn(&T, &str) -> Timestamp) {
        if let Some(key) = self.key.as_deref().filter(|key| *key != "id") {
            rows.sort_by_key(|row| time(row, key));
        }
        if !self.ascending {
            rows.reverse();
        }
    }
}
