//! Lists: filters, order, pages.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::access::Scope;
use super::document::View;
use super::errors::{self, Error};
use super::kinds::Kind;
use super::order::{Keyed, Position};
use super::query::{Filter, Query};
use super::state::{Record, State};
use crate::clock::{later, parse_time};
use crate::server::{Answer, Received};

pub(crate) fn list(view: &View<'_>, kind: Kind, request: &Received) -> Result<Answer, Vec<Error>> {
    let query = Query::parse(kind, request, &view.state.switches)?;
    if query.by_cursor {
        by_cursor(view, kind, &query, request)
    } else {
        by_number(view, kind, &query, request)
    }
}

fn by_number(view: &View<'_>, kind: Kind, query: &Query, request: &Received) -> Result<Answer, Vec<Error>> {
    let records = found(view, kind, query);
    let last = records.len().div_ceil(query.size).max(1);
    let start = (query.number - 1).saturating_mul(query.size).min(records.len());
    let page = &records[start..(start + query.size).min(records.len())];
    let link =
        |number: usize| link(view.base, request, &[("page[number]", Some(&number.to_string()))], query.size);
    let mut links = json!({"first": link(1), "last": link(last)});
    if query.number > 1 {
        links["prev"] = link(query.number - 1).into();
    }
    if query.number < last {
        links["next"] = link(query.number + 1).into();
    }
    let meta = json!({"texts": texts(), "record-count": records.len(), "page-count": last});
    Ok(view.many(page, &query.includes, &query.fields, links, meta))
}

fn by_cursor(view: &View<'_>, kind: Kind, query: &Query, request: &Received) -> Result<Answer, Vec<Error>> {
    let bad = |name: &str, value: &str| vec![errors::invalid_page_value(name, value)];
    let after = match &query.after {
        Some(text) => Some(Position::decode(text).ok_or_else(|| bad("after", text))?),
        None => None,
    };
    let before = match &query.before {
        Some(text) => Some(Position::decode(text).ok_or_else(|| bad("before", text))?),
        None => None,
    };
    let order = order(kind, query);
    let plain = query.filters.is_empty() && query.sort.is_empty() && before.is_none() && kind != Kind::Job;
    let table = view.state.table(kind);
    let (page, more, total): (Vec<&Record>, bool, usize) = if plain && view.state.switches.lookup_lag == 0 {
        // In the order of ids, the table itself is the list.
        let start = after.as_ref().map_or(0, |position| position.id + 1);
        let mut rows = table.range(start..).map(|(_, record)| record);
        let page: Vec<&Record> = rows.by_ref().take(query.size).collect();
        (page, rows.next().is_some(), table.len())
    } else {
        let records = found(view, kind, query);
        let total = records.len();
        let at = |record: &Record| Position::of(record, &order);
        let mut rest: Vec<&Record> = records
            .into_iter()
            .filter(|record| after.as_ref().is_none_or(|after| at(record).compare(after, &order).is_gt()))
            .filter(|record| before.as_ref().is_none_or(|before| at(record).compare(before, &order).is_lt()))
            .collect();
        if before.is_some() && after.is_none() {
            rest.drain(..rest.len().saturating_sub(query.size));
        }
        let more = rest.len() > query.size || before.is_some();
        rest.truncate(query.size);
        (rest, more, total)
    };
    let cursor = |record: Option<&&Record>| record.map(|record| Position::of(record, &order).encode());
    let (first, last) = (cursor(page.first()), cursor(page.last()));
    let link =
        |name: &'static str, value: Option<&str>| link(view.base, request, &[(name, value)], query.size);
    let mut links = json!({"first": link("page[after]", None)});
    if let (true, Some(last)) = (more, &last) {
        links["next"] = link("page[after]", Some(last)).into();
    }
    if let (true, Some(first)) = (query.after.is_some(), &first) {
        links["prev"] = link("page[before]", Some(first)).into();
    }
    let next = if more { last } else { None };
    let cursors = json!({"after": next, "before": query.after.as_ref().and(first)});
    let meta = json!({"texts": texts(), "record-count": total, "cursors": cursors});
    Ok(view.many(&page, &query.includes, &query.fields, links, meta))
}

/// Builds the `texts` field that real documents contain.
fn texts() -> Value {
    json!({"next": "Next", "prev": "Previous"})
}

/// Returns the request's own URL with other page keys. All other parameters stay.
fn link(base: &str, request: &Received, pages: &[(&str, Option<&str>)], size: usize) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (key, value) in request.pairs() {
        if !key.starts_with("page[") {
            query.append_pair(&key, &value);
        }
    }
    for (key, value) in pages {
        if let Some(value) = value {
            query.append_pair(key, value);
        }
    }
    query.append_pair("page[size]", &size.to_string());
    format!("{base}{}?{}", request.path, query.finish())
}

/// Returns the matching records in order.
fn found<'a>(view: &View<'a>, kind: Kind, query: &Query) -> Vec<&'a Record> {
    let state = view.state;
    let lag = state.switches.lookup_lag;
    let by_email = query.filters.iter().find(|filter| filter.name == "email");
    let candidates: Vec<&Record> = match by_email {
        // The index and the stored emails are in lower case: another case finds nothing.
        Some(filter) if kind == Kind::Candidate => filter
            .value
            .split(',')
            .filter_map(|email| state.candidate_with(email).filter(|_| email == email.to_lowercase()))
            .filter_map(|id| state.get(kind, id))
            .collect(),
        _ => state.table(kind).values().collect(),
    };
    let mut records: Vec<&Record> = candidates
        .into_iter()
        .filter(|record| lag == 0 || later(record.created, lag) <= view.now)
        .filter(|record| kind != Kind::Job || job_listed(record, query, view.scope))
        .filter(|record| query.filters.iter().all(|filter| fits(state, record, filter)))
        .collect();
    let order = order(kind, query);
    if order.iter().any(|(name, descending)| name != "id" || *descending) || by_email.is_some() {
        records.sort_by_cached_key(|record| Keyed {
            position: Position::of(record, &order),
            order: order.clone(),
        });
    }
    records
}

/// Whether the scope shows a job, in lists and by id.
pub(crate) fn job_visible(record: &Record, scope: Scope) -> bool {
    let internal = record.attributes.get("internal") == Some(&Value::Bool(true));
    match (scope, record.text("human-status")) {
        (Scope::Admin, _) => true,
        (Scope::Internal, status) => matches!(status, "published" | "unlisted" | "archived"),
        (Scope::Public, status) => status == "published" && !internal,
    }
}

/// Whether a list includes a job. The default is published and public jobs.
fn job_listed(record: &Record, query: &Query, scope: Scope) -> bool {
    let wanted = |name: &str, default: &str| {
        let given = query.filters.iter().find(|filter| filter.name == name);
        given
            .map_or(default, |filter| filter.value.as_str())
            .split(',')
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let statuses = wanted("status", "published");
    let feed =
        if record.attributes.get("internal") == Some(&Value::Bool(true)) { "internal" } else { "public" };
    job_visible(record, scope)
        && statuses.iter().any(|status| status == "all" || status == record.text("human-status"))
        && wanted("feed", "public").iter().any(|wanted| wanted == feed)
}

fn fits(state: &State, record: &Record, filter: &Filter) -> bool {
    let mut values = filter.value.split(',').map(str::trim);
    let linked =
        |relation: &str, value: &str| record.linked(relation).iter().any(|id| id.to_string() == value);
    match filter.name.as_str() {
        "email" | "status" | "feed" => true,
        "created-at" => bounded(Some(record.created), filter),
        "updated-at" => bounded(Some(record.updated), filter),
        "changed-stage-at" => bounded(parse_time(record.text("changed-stage-at")), filter),
        "connected" => {
            let connected = record.attributes.get("connected") == Some(&Value::Bool(true));
            values.any(|value| value == connected.to_string())
        }
        "phone" => values.any(|value| digits(value) == digits(record.text("phone"))),
        "tags" => {
            let tags = record.attributes.get("tags").and_then(Value::as_array);
            values.any(|value| tags.into_iter().flatten().any(|tag| tag.as_str() == Some(value)))
        }
        "remote-status" => values.any(|value| value == record.text("remote-status")),
        "stage-type" => {
            let stage = record.linked("stage").first().and_then(|id| state.get(Kind::Stage, *id));
            let stage = stage.map(|stage| stage.text("stage-type").to_lowercase()).unwrap_or_default();
            values.any(|value| value.to_lowercase() == stage)
        }
        "field-type" => values.any(|value| value == record.text("field-type")),
        relation => values.any(|value| linked(relation, value)),
    }
}

fn digits(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// Whether a time is within the filter: `from` is newer than, `to` older than (Teamtailor docs, candidates/_list).
fn bounded(time: Option<Timestamp>, filter: &Filter) -> bool {
    match (time, parse_time(&filter.value)) {
        (Some(time), Some(bound)) if filter.bound == "from" => time > bound,
        (Some(time), Some(bound)) => time < bound,
        _ => false,
    }
}

/// Returns the requested order, or the default order of the type. Equal records are sorted by id, ascending.
fn order(kind: Kind, query: &Query) -> Vec<(String, bool)> {
    match (query.sort.is_empty(), kind) {
        (false, _) => query.sort.clone(),
        (true, Kind::Job) => vec![("pinned".to_owned(), true), ("date".to_owned(), false)],
        (true, _) => vec![("id".to_owned(), false)],
    }
}
