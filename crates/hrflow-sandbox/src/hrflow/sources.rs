//! `GET /source` and `GET /sources`.

use serde_json::{Value, json};

use super::envelope::{self, Meta};
use super::query::{Query, page_of};
use super::store::{Source, Store};
use crate::server::Answer;

fn full(source: &Source, created_at: &str) -> Value {
    json!({
        "id": source.id,
        "key": source.key,
        "name": source.name,
        "description": null,
        "type": "api",
        "subtype": "http_api",
        "environment": "production",
        "private": false,
        "disable": false,
        "status": true,
        "sync_parsing": source.sync_parsing,
        "members": [],
        "notification": null,
        "consent": null,
        "consent_url": null,
        "user": {"email": super::auth::API_USER},
        "archive": null,
        "archived_at": null,
        "updated_at": created_at,
        "created_at": created_at,
    })
}

/// `GET /source?key=…`.
pub(crate) fn get(store: &Store, query: &Query) -> Answer {
    let key = query.get("key").unwrap_or_default();
    match store.source(key) {
        Ok(source) => envelope::success(200, "Source info", &full(source, &store.started)),
        Err(refusal) => refusal,
    }
}

/// `GET /sources`.
pub(crate) fn list(store: &Store, query: &Query, cap: usize) -> Result<Answer, Answer> {
    let (page, limit) = query.paging(cap, store.switches.over_cap)?;
    let name = query.get("name").unwrap_or_default().to_lowercase();
    let mut sources: Vec<&Source> = store
        .sources
        .iter()
        .filter(|source| !source.foreign && source.name.to_lowercase().contains(&name))
        .collect();
    if query.descending()? {
        sources.reverse();
    }
    let total = sources.len();
    let shown: Vec<String> = page_of(&sources, page, limit)
        .iter()
        .map(|source| {
            let mut shown = full(source, &store.started);
            // The size is a string, and only lists have it (HrFlow.ai docs, source list).
            shown["stats"] = json!({"size": store.size_of(&source.key).to_string()});
            shown.to_string()
        })
        .collect();
    let max_page = store.max_page(total, limit);
    Ok(envelope::list("Source list", &shown, &Meta { page, max_page, count: shown.len(), total }))
}
