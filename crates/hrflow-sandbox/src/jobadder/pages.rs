//! Response bodies of lists.

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::query::Page;
use crate::server::{Answer, Received};

/// Builds a page of rows out of `total`. `address` is the list's absolute URL.
pub(crate) fn paged(
    request: &Received,
    address: &str,
    page: Page,
    total: usize,
    rows: impl FnOnce() -> Vec<Value>,
) -> Answer {
    let link = |offset: usize| link(request, address, page, offset);
    let Page { offset, limit } = page;
    if limit == 0 {
        // A request for the count only: `items` is declared nullable.
        let links = json!({"first": null, "prev": null, "next": null, "last": null});
        return Answer::json(200, &json!({"items": null, "totalCount": total, "links": links}));
    }
    let last = total.saturating_sub(1) / limit * limit;
    let links = json!({
        "first": link(0),
        "prev": (offset > 0).then(|| link(offset.saturating_sub(limit).min(last))),
        "next": offset.checked_add(limit).filter(|next| *next < total).map(link),
        "last": link(last),
    });
    Answer::json(200, &json!({"items": rows(), "totalCount": total, "links": links}))
}

/// Builds a list without pages, with a link to itself.
pub(crate) fn whole(address: &str, items: &[Value]) -> Answer {
    Answer::json(200, &json!({"items": items, "links": {"self": address}}))
}

/// Builds a list of names only.
pub(crate) fn names(items: &[Value]) -> Answer {
    Answer::json(200, &json!({"items": items}))
}

/// Returns the URL of the same query at another offset.
fn link(request: &Received, address: &str, page: Page, offset: usize) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in request.pairs() {
        if !name.eq_ignore_ascii_case("offset") && !name.eq_ignore_ascii_case("limit") {
            query.append_pair(&name, &value);
        }
    }
    query.append_pair("Offset", &offset.to_string());
    query.append_pair("Limit", &page.limit.to_string());
    format!("{address}?{}", query.finish())
}
