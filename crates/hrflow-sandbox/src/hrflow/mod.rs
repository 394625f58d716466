//! HrFlow.ai, API v1: authentication, sources, storing and reading profiles.

mod auth;
mod envelope;
mod profiles;
mod query;
mod shapes;
mod sources;
mod store;
mod storing;
mod switches;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::faults::Vendor;
use crate::files::Files;
use crate::front::Stand;
use crate::random::Random;
use crate::server::{Answer, Received};
pub(crate) use auth::{API_USER, SECRET_ALL, SECRET_READ, SECRET_WRITE};
use query::Query;
use store::{Source, Store};
pub use switches::{Consent, EmptyArrays, EmptyFields, OverCap, PermissionMember, Switches, UrlsShape};

/// The account's source of the seeded profiles.
pub(crate) const SOURCE_KEY: &str = "5a4d0000000000000000000000000000000000a1";
/// A second, empty source of the account, with asynchronous parsing.
pub(crate) const SECOND_SOURCE_KEY: &str = "5a4d0000000000000000000000000000000000b2";
/// A source of another account.
pub(crate) const FOREIGN_SOURCE_KEY: &str = "5a4d0000000000000000000000000000000000c3";

/// The HrFlow.ai mock server. Clones share its data.
#[derive(Debug, Clone)]
pub struct HrFlow {
    clock: Clock,
    files: Files,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    random: Random,
}

impl HrFlow {
    pub(crate) fn new(clock: Clock, files: Files, seed: u64) -> HrFlow {
        let inner = Inner { store: Store::new(clock.now(), sources()), random: Random::new(seed) };
        HrFlow { clock, files, inner: Arc::new(Mutex::new(inner)) }
    }

    /// Stores a profile and returns its key.
    ///
    /// The profile goes into the source of its `source_key`, which is created if it is unknown. Without `source_key`,
    /// it goes into the account's first source. Fields are kept unchanged in any format. Absent fields are filled in as
    /// the server does. A profile of the same key is replaced. `{files}` in any text becomes the files server's URL.
    pub fn put_profile(&self, profile: Value) -> String {
        let now = self.clock.now();
        let mut body = match with_files_url(profile, self.files.base()) {
            Value::Object(body) => body,
            _ => Map::new(),
        };
        let source_key = match body.remove("source_key") {
            Some(Value::String(key)) if !key.is_empty() => key,
            _ => SOURCE_KEY.to_owned(),
        };
        let mut inner = self.lock();
        if !inner.store.sources.iter().any(|source| source.key == source_key) {
            let id = inner.store.take_id();
            let name = format!("source-{id}");
            let key = source_key.clone();
            inner.store.sources.push(Source { id, key, name, sync_parsing: false, foreign: false });
        }
        let Inner { store, random } = &mut *inner;
        profiles::put_as_is(store, &source_key, body, now, random).key.clone()
    }

    /// Changes a profile in any source by a JSON merge patch (RFC 7396). Returns whether it exists.
    ///
    /// Its `updated_at` becomes the current time unless the changes set it. `{files}` in any text becomes the files
    /// server's URL.
    pub fn change_profile(&self, key: &str, changes: Value) -> bool {
        let now = self.clock.now();
        let mut inner = self.lock();
        let found = inner.store.sources.iter().find_map(|source| inner.store.by_key(&source.key, key));
        let Some(stored) = found else { return false };
        let mut profile = stored.value();
        profile["updated_at"] = query::show_time(now).into();
        patch(&mut profile, with_files_url(changes, self.files.base()));
        let Value::Object(mut body) = profile else { return false };
        // The keys by which the profile is found.
        for (name, value) in [("key", &stored.key), ("source_key", &stored.source_key)] {
            body.insert(name.to_owned(), value.as_str().into());
        }
        inner.store.put(&stored.source_key, &shapes::kept(body, now), stored.arrived);
        true
    }

    /// Returns all profiles as stored.
    pub fn profiles(&self) -> Vec<Value> {
        self.lock().store.all().iter().map(|stored| stored.value()).collect()
    }

    /// Returns one profile as stored, from any source.
    pub fn profile(&self, key: &str) -> Option<Value> {
        let inner = self.lock();
        inner
            .store
            .sources
            .iter()
            .find_map(|source| inner.store.by_key(&source.key, key))
            .map(|stored| stored.value())
    }

    /// Returns the number of profiles.
    pub fn count(&self) -> usize {
        let inner = self.lock();
        inner.store.sources.iter().map(|source| inner.store.size_of(&source.key)).sum()
    }

    /// Removes a profile from any source. Returns whether it existed.
    pub fn remove(&self, key: &str) -> bool {
        let mut inner = self.lock();
        let keys: Vec<String> = inner.store.sources.iter().map(|source| source.key.clone()).collect();
        keys.iter().any(|source| inner.store.remove(source, key))
    }

    /// Removes all profiles.
    pub fn clear(&self) {
        self.lock().store.clear();
    }

    /// Returns the current switches.
    pub fn switches(&self) -> Switches {
        self.lock().store.switches.clone()
    }

    /// Replaces the switches.
    pub fn set_switches(&self, switches: Switches) {
        self.lock().store.switches = switches;
    }

    /// Changes some of the switches.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.lock().store.switches);
    }

    fn answer(&self, request: &Received) -> Answer {
        let operation = route(&request.method, &request.path);
        // HrFlow publishes only the status codes of these two. The messages are invented.
        match operation {
            "unknown" => return envelope::failure(404, "Not Found"),
            "method_not_allowed" => return envelope::failure(405, "Method Not Allowed"),
            _ => {}
        }
        if let Err(refusal) = auth::admit(request) {
            return refusal;
        }
        let query = Query::of(request);
        let now = self.clock.now();
        let mut inner = self.lock();
        let Inner { store, random } = &mut *inner;
        let answer = match operation {
            "auth" => Ok(auth::check(request, &store.switches)),
            "sources.get" => Ok(sources::get(store, &query)),
            "sources.list" => sources::list(store, &query, store.switches.limit_cap),
            "profiles.get" => profiles::get(store, &query),
            "profiles.create" => profiles::create(store, request, now, random),
            "profiles.edit" => profiles::edit(store, request, now, random),
            "profiles.archive" => profiles::archive(store, request, now),
            "profiles.attachments" => profiles::attachments(store, &query),
            _ => storing::list(store, &query, now),
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sources() -> Vec<Source> {
    let source = |id, key: &str, name: &str, sync_parsing, foreign| Source {
        id,
        key: key.to_owned(),
        name: name.to_owned(),
        sync_parsing,
        foreign,
    };
    vec![
        source(501, SOURCE_KEY, "sandbox-careers-site", true, false),
        source(502, SECOND_SOURCE_KEY, "sandbox-mailbox", false, false),
        source(503, FOREIGN_SOURCE_KEY, "somebody-elses", false, true),
    ]
}

fn route(method: &str, path: &str) -> &'static str {
    match (method, path.strip_prefix("/v1/").unwrap_or_default()) {
        ("GET", "auth") => "auth",
        ("GET", "source") => "sources.get",
        ("GET", "sources") => "sources.list",
        ("GET", "profile/indexing") => "profiles.get",
        ("POST", "profile/indexing") => "profiles.create",
        ("PUT", "profile/indexing") => "profiles.edit",
        ("PATCH", "profile/indexing/archive") => "profiles.archive",
        ("GET", "profile/indexing/attachments") => "profiles.attachments",
        ("GET", "storing/profiles") => "profiles.list",
        (
            _,
            "auth"
            | "source"
            | "sources"
            | "profile/indexing"
            | "profile/indexing/archive"
            | "profile/indexing/attachments"
            | "storing/profiles",
        ) => "method_not_allowed",
        _ => "unknown",
    }
}

impl Stand for HrFlow {
    fn vendor(&self) -> Vendor {
        Vendor::Hrflow
    }

    fn operation(&self, method: &str, path: &str) -> &'static str {
        match route(method, path) {
            "method_not_allowed" => "unknown",
            operation => operation,
        }
    }

    fn handle(self: Arc<Self>, request: Received) -> BoxFuture<'static, Answer> {
        Box::pin(async move { self.answer(&request) })
    }

    fn error(&self, status: u16) -> Answer {
        let message = match status {
            401 => "Unauthorized. Invalid secret key: *** for permission: all",
            402 => "Over quota",
            422 => "Unprocessable entity",
            429 => "Too many requests",
            _ => "Server error",
        };
        envelope::failure(status, message)
    }
}

/// Applies a merge patch: objects are merged, null removes a field, all else replaces (RFC 7396).
fn patch(target: &mut Value, changes: Value) {
    let Value::Object(changes) = changes else {
        *target = changes;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    for (name, change) in changes {
        match change {
            Value::Null => drop(target.as_object_mut().and_then(|members| members.remove(&name))),
            change => patch(&mut target[name], change),
        }
    }
}

/// Returns the value with `{files}` in its texts replaced.
fn with_files_url(value: Value, base: &str) -> Value {
    match value {
        Value::String(text) if text.contains("{files}") => Value::String(text.replace("{files}", base)),
        Value::Array(items) => items.into_iter().map(|item| with_files_url(item, base)).collect(),
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(name, member)| (name, with_files_url(member, base))).collect(),
        ),
        other => other,
    }
}
