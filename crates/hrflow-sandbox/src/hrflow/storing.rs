//! `GET /storing/profiles`: the profiles of sources, in pages.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::envelope::{self, Meta};
use super::query::{Query, invalid, page_of, show_time};
use super::shapes;
use super::store::{Order, Store, Stored};
use crate::clock::later;
use crate::server::Answer;

pub(crate) fn list(store: &mut Store, query: &Query, now: Timestamp) -> Result<Answer, Answer> {
    let sources = query.array("source_keys")?;
    for key in &sources {
        store.source(key)?;
    }
    let whole = query.flag("return_profile")?;
    let switches = store.switches.clone();
    let (page, limit) = query.paging(switches.limit_cap, switches.over_cap)?;
    let descending = query.descending()?;
    let order = match query.get("sort_by") {
        None | Some("created_at") => Order::Created,
        Some("updated_at") => Order::Updated,
        Some(_) => return Err(invalid("sort_by")),
    };
    let filter = Filter::of(query, &switches, now)?;

    let (shown, total) = match sources.as_slice() {
        // The common case reads only the profiles of the page.
        [source] if filter.takes_all() => {
            let all = store.sorted(source, order);
            (one_page(all, page, limit, descending), all.len())
        }
        _ => {
            let mut found = Vec::new();
            for source in &sources {
                found.extend(
                    store.sorted(source, order).iter().filter(|stored| filter.takes(stored)).cloned(),
                );
            }
            if sources.len() > 1 {
                let time = |stored: &Stored| match order {
                    Order::Created => stored.created,
                    Order::Updated => stored.updated,
                };
                found.sort_by(|a, b| (time(a), &a.key).cmp(&(time(b), &b.key)));
                found.dedup_by(|a, b| Arc::ptr_eq(a, b));
            }
            (one_page(&found, page, limit, descending), found.len())
        }
    };
    let items: Vec<String> = shown
        .iter()
        .map(|stored| match whole {
            false => short(stored).to_string(),
            true if switches.shapes_as_stored() => stored.json.clone(),
            true => shapes::shown(stored.value(), &switches).to_string(),
        })
        .collect();
    let max_page = store.max_page(total, limit);
    Ok(envelope::list("Profiles list", &items, &Meta { page, max_page, count: items.len(), total }))
}

/// Returns one page of profiles that are sorted oldest first.
fn one_page(sorted: &[Arc<Stored>], page: u64, limit: usize, descending: bool) -> Vec<Arc<Stored>> {
    if !descending {
        return page_of(sorted, page, limit).to_vec();
    }
    let start = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(limit);
    sorted.iter().rev().skip(start).take(limit).cloned().collect()
}

/// Builds an item without `return_profile`: dates, reference and keys.
fn short(stored: &Stored) -> Value {
    let archived_at = if stored.archived { stored.value()["archived_at"].clone() } else { Value::Null };
    json!({
        "source_key": stored.source_key,
        "key": stored.key,
        "reference": stored.reference,
        "archived_at": archived_at,
        "updated_at": show_time(stored.updated),
        "created_at": show_time(stored.created),
    })
}

struct Filter {
    created_min: Option<Timestamp>,
    created_max: Option<Timestamp>,
    key: Option<String>,
    reference: Option<String>,
    name: Option<String>,
    around: Option<(f64, f64, f64)>,
    archived_too: bool,
    /// Only profiles received until this time are visible. `None` if lookups have no lag.
    arrived_max: Option<(Timestamp, u64)>,
}

impl Filter {
    fn of(query: &Query, switches: &super::Switches, now: Timestamp) -> Result<Filter, Answer> {
        // Both names of the radius are in use: one in the SDK, one in the reference.
        let distance = query.number("location_dist")?.or(query.number("location_distance")?);
        let around = match (query.number("location_lat")?, query.number("location_lon")?, distance) {
            (Some(lat), Some(lon), Some(distance)) => Some((lat, lon, distance)),
            _ => None,
        };
        Ok(Filter {
            created_min: query.bound("created_at_min", false)?,
            created_max: query.bound("created_at_max", true)?,
            key: query.get("key").map(str::to_owned),
            reference: query.get("reference").map(str::to_owned),
            name: query.get("name").map(str::to_lowercase),
            around,
            archived_too: switches.list_archived,
            arrived_max: (switches.lookup_lag > 0).then_some((now, switches.lookup_lag)),
        })
    }

    fn takes_all(&self) -> bool {
        self.created_min.is_none()
            && self.created_max.is_none()
            && self.key.is_none()
            && self.reference.is_none()
            && self.name.is_none()
            && self.around.is_none()
            && self.archived_too
            && self.arrived_max.is_none()
    }

    fn takes(&self, stored: &Stored) -> bool {
        self.created_min.is_none_or(|min| stored.created >= min)
            && self.created_max.is_none_or(|max| stored.created <= max)
            && self.key.as_ref().is_none_or(|key| stored.key == *key)
            && self.reference.as_ref().is_none_or(|reference| stored.reference.as_ref() == Some(reference))
            && (self.archived_too || !stored.archived)
            && self.arrived_max.is_none_or(|(now, lag)| later(stored.arrived, lag) <= now)
            && (self.name.is_none() && self.around.is_none() || self.takes_content(&stored.value()))
    }

    fn takes_content(&self, profile: &Value) -> bool {
        let info = &profile["info"];
        let name = info["full_name"].as_str().unwrap_or_default().to_lowercase();
        self.name.as_ref().is_none_or(|wanted| name.contains(wanted))
            && self.around.is_none_or(|(lat, lon, distance)| {
                let at = (info["location"]["lat"].as_f64(), info["location"]["lng"].as_f64());
                matches!(at, (Some(lat2), Some(lon2)) if kilometres(lat, lon, lat2, lon2) <= distance)
            })
    }
}

/// Returns the great-circle distance (haversine).
fn kilometres(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> f64 {
    let (lat1, lon1, lat2, lon2) =
        (lat1.to_radians(), lon1.to_radians(), lat2.to_radians(), lon2.to_radians());
    let a =
        ((lat2 - lat1) / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * ((lon2 - lon1) / 2.0).sin().powi(2);
    2.0 * 6371.0 * a.sqrt().asin()
}
