//! The control server: all in-process operations over HTTP with JSON.

mod ceipal;
mod jobadder;
mod ukgpro;

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::World;
use crate::faults::{Rule, Vendor};
use crate::files::Manner;
use crate::generate::generate_profiles;
use crate::server::{Answer, Received, Reply, Service};

pub(crate) struct Control(pub(crate) Arc<World>);

impl Service for Control {
    fn call(self: Arc<Self>, request: Received) -> BoxFuture<'static, Reply> {
        Box::pin(async move {
            let segments: Vec<&str> = request.path.trim_matches('/').split('/').collect();
            let answer = self.perform(&request, &segments);
            Reply::Answer(answer.unwrap_or_else(|refusal| refusal))
        })
    }
}

fn ok(body: impl Serialize) -> Result<Answer, Answer> {
    Ok(Answer::json(200, &body))
}

fn refuse(status: u16, message: impl Into<String>) -> Answer {
    Answer::json(status, &json!({"error": message.into()}))
}

fn body<T: DeserializeOwned>(request: &Received) -> Result<T, Answer> {
    serde_json::from_slice(&request.body).map_err(|error| refuse(400, error.to_string()))
}

/// Returns one value, or the values of a list.
fn values(request: &Received) -> Result<Vec<Value>, Answer> {
    let values = match body(request)? {
        Value::Array(values) => values,
        value => vec![value],
    };
    match values.iter().all(Value::is_object) {
        true => Ok(values),
        false => Err(refuse(400, "an object, or a list of objects, is needed")),
    }
}

/// Returns `current` with the fields of the request's body replaced.
fn merged<T: Serialize + DeserializeOwned>(current: &T, request: &Received) -> Result<T, Answer> {
    let mut value = serde_json::to_value(current).unwrap_or_default();
    let changes: serde_json::Map<String, Value> = body(request)?;
    for (name, change) in changes {
        value[name] = change;
    }
    serde_json::from_value(value).map_err(|error| refuse(400, error.to_string()))
}

/// Returns a query parameter.
fn asked(request: &Received, name: &str) -> Option<String> {
    request.pairs().into_iter().find(|(sent, _)| sent == name).map(|(_, value)| value)
}

/// Returns the vendor of `?vendor=…`, named as in fault rules.
fn asked_vendor(request: &Received) -> Result<Option<Vendor>, Answer> {
    let vendor = asked(request, "vendor").map(|name| serde_json::from_value(name.into()));
    vendor.transpose().map_err(|error| refuse(400, error.to_string()))
}

impl Control {
    fn perform(&self, request: &Received, segments: &[&str]) -> Result<Answer, Answer> {
        let world = &self.0;
        match (request.method.as_str(), segments) {
            ("GET", ["urls"]) => ok(&world.urls),
            ("GET", ["credentials"]) => ok(world.credentials()),
            ("POST", ["reset"]) => {
                world.reset();
                ok(json!({}))
            }
            ("GET", ["clock"]) => self.clock(),
            ("POST", ["clock"]) => self.move_clock(request),
            ("GET", ["journal"]) => ok(self.journal(request)?),
            ("GET", ["journal", "counts"]) => match asked_vendor(request)? {
                Some(vendor) => ok(world.journal.counts_of(vendor)),
                None => ok(world.journal.counts()),
            },
            ("DELETE", ["journal"]) => {
                world.journal.clear();
                ok(json!({}))
            }
            ("GET", ["faults"]) => ok(json!({"seed": world.faults.seed(), "rules": world.faults.rules()})),
            ("POST", ["faults"]) => {
                world.faults.add(body::<Rule>(request)?);
                ok(json!({}))
            }
            ("PUT", ["faults"]) => self.set_faults(request),
            ("DELETE", ["faults"]) => {
                world.faults.clear();
                ok(json!({}))
            }
            ("PUT", ["files", name @ ..]) if !name.is_empty() => self.put_file(request, &name.join("/")),
            (_, ["hrflow", rest @ ..]) => self.hrflow(request, rest),
            (_, ["teamtailor", rest @ ..]) => self.teamtailor(request, rest),
            (_, ["jobadder", rest @ ..]) => self.jobadder(request, rest),
            (_, ["ukgpro", rest @ ..]) => self.ukgpro(request, rest),
            (_, ["ceipal", rest @ ..]) => self.ceipal(request, rest),
            _ => Err(refuse(404, format!("there is no {} {}", request.method, request.path))),
        }
    }

    fn clock(&self) -> Result<Answer, Answer> {
        let clock = &self.0.clock;
        ok(json!({"now": clock.now(), "offset_milliseconds": clock.offset()}))
    }

    /// `{"advance_milliseconds": n}`, `{"set": time}` or `{"reset": true}`.
    fn move_clock(&self, request: &Received) -> Result<Answer, Answer> {
        let change: Value = body(request)?;
        let clock = &self.0.clock;
        if let Some(milliseconds) = change.get("advance_milliseconds").and_then(Value::as_u64) {
            clock.advance(Duration::from_millis(milliseconds));
        } else if let Some(time) =
            change.get("set").and_then(Value::as_str).and_then(|text| text.parse().ok())
        {
            clock.set(time);
        } else if change.get("reset") == Some(&Value::Bool(true)) {
            clock.reset();
        } else {
            return Err(refuse(400, "one of advance_milliseconds, set (RFC 3339), reset (true) is needed"));
        }
        self.clock()
    }

    /// Returns all entries, or those of `?operation=…` and `?vendor=…`.
    fn journal(&self, request: &Received) -> Result<Vec<crate::Entry>, Answer> {
        let (operation, vendor) = (asked(request, "operation"), asked_vendor(request)?);
        let mut entries = match operation {
            Some(operation) => self.0.journal.of(&operation),
            None => self.0.journal.entries(),
        };
        entries.retain(|entry| vendor.is_none_or(|vendor| entry.vendor == vendor));
        Ok(entries)
    }

    /// Accepts a list of rules, or `{"seed": n, "rules": […]}`.
    fn set_faults(&self, request: &Received) -> Result<Answer, Answer> {
        let sent: Value = body(request)?;
        let rules = sent.get("rules").cloned().unwrap_or_else(|| sent.clone());
        let rules: Vec<Rule> =
            serde_json::from_value(rules).map_err(|error| refuse(400, error.to_string()))?;
        if let Some(seed) = sent.get("seed").and_then(Value::as_u64) {
            self.0.faults.set_seed(seed);
        }
        self.0.faults.set(rules);
        ok(json!({}))
    }

    /// Stores the body as a file with the request's `Content-Type`. `?manner=…` (JSON) sets how it is served.
    fn put_file(&self, request: &Received, name: &str) -> Result<Answer, Answer> {
        let content_type = request.header("content-type").unwrap_or("application/octet-stream");
        let url = self.0.files.put_file(name, content_type, request.body.clone());
        if let Some(manner) = asked(request, "manner") {
            let manner: Manner =
                serde_json::from_str(&manner).map_err(|error| refuse(400, error.to_string()))?;
            self.0.files.treat(name, manner);
        }
        ok(json!({"url": url}))
    }

    fn hrflow(&self, request: &Received, rest: &[&str]) -> Result<Answer, Answer> {
        let hrflow = &self.0.hrflow;
        match (request.method.as_str(), rest) {
            ("GET", ["profiles"]) => ok(hrflow.profiles()),
            ("GET", ["profiles", key]) => match hrflow.profile(key) {
                Some(profile) => ok(profile),
                None => Err(refuse(404, "no such profile")),
            },
            // One profile, a list of profiles, or {"generate": n, "seed": n}.
            ("POST", ["profiles"]) => {
                let sent: Value = body(request)?;
                if let Some(count) = sent.get("generate").and_then(Value::as_u64) {
                    let seed = sent.get("seed").and_then(Value::as_u64).unwrap_or(self.0.config.seed);
                    for profile in generate_profiles(usize::try_from(count).unwrap_or_default(), seed) {
                        hrflow.put_profile(profile);
                    }
                    return ok(json!({"made": count}));
                }
                let profiles = match sent {
                    Value::Array(profiles) => profiles,
                    profile => vec![profile],
                };
                if !profiles.iter().all(Value::is_object) {
                    return Err(refuse(400, "a profile is an object"));
                }
                let keys: Vec<String> =
                    profiles.into_iter().map(|profile| hrflow.put_profile(profile)).collect();
                ok(json!({"keys": keys}))
            }
            // A JSON merge patch. `updated_at` becomes the current time unless the patch sets it.
            ("PATCH", ["profiles", key]) => {
                let changes: Value = body(request)?;
                if !changes.is_object() {
                    return Err(refuse(400, "changes of a profile are an object"));
                }
                match hrflow.change_profile(key, changes) {
                    true => ok(hrflow.profile(key)),
                    false => Err(refuse(404, "no such profile")),
                }
            }
            ("DELETE", ["profiles"]) => {
                hrflow.clear();
                ok(json!({}))
            }
            ("DELETE", ["profiles", key]) => match hrflow.remove(key) {
                true => ok(json!({})),
                false => Err(refuse(404, "no such profile")),
            },
            ("GET", ["switches"]) => ok(hrflow.switches()),
            ("PUT", ["switches"]) => {
                hrflow.set_switches(merged(&hrflow.switches(), request)?);
                ok(hrflow.switches())
            }
            ("DELETE", ["switches"]) => {
                hrflow.set_switches(self.0.config.hrflow.clone());
                ok(hrflow.switches())
            }
            _ => Err(refuse(404, format!("there is no {} {}", request.method, request.path))),
        }
    }

    fn teamtailor(&self, request: &Received, rest: &[&str]) -> Result<Answer, Answer> {
        let teamtailor = &self.0.teamtailor;
        match (request.method.as_str(), rest) {
            ("GET", ["switches"]) => ok(teamtailor.switches()),
            ("PUT", ["switches"]) => {
                teamtailor.set_switches(merged(&teamtailor.switches(), request)?);
                ok(teamtailor.switches())
            }
            ("DELETE", ["switches"]) => {
                teamtailor.set_switches(self.0.config.teamtailor.clone());
                ok(teamtailor.switches())
            }
            ("GET", ["keys"]) => ok(teamtailor.keys()),
            ("PUT", ["keys"]) => {
                teamtailor.set_keys(body(request)?);
                ok(teamtailor.keys())
            }
            // The attributes of one candidate, or of a list of candidates.
            ("POST", ["candidates"]) => {
                let sent: Value = body(request)?;
                let candidates = match sent {
                    Value::Array(candidates) => candidates,
                    candidate => vec![candidate],
                };
                let ids: Vec<String> =
                    candidates.into_iter().map(|candidate| teamtailor.seed_candidate(candidate)).collect();
                ok(json!({"ids": ids}))
            }
            ("DELETE", ["candidates"]) => {
                teamtailor.clear();
                ok(json!({}))
            }
            ("GET", ["candidates", id]) => match teamtailor.candidate(id) {
                Some(candidate) => ok(candidate),
                None => Err(refuse(404, "no such candidate")),
            },
            ("DELETE", ["candidates", id]) => match teamtailor.remove_candidate(id) {
                true => ok(json!({})),
                false => Err(refuse(404, "no such candidate")),
            },
            ("GET", [kind]) if teamtailor.knows(kind) => ok(teamtailor.records(kind)),
            _ => Err(refuse(404, format!("there is no {} {}", request.method, request.path))),
        }
    }
}
