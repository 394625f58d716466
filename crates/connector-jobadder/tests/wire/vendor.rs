//! JobAdder as the tests script it, and runs against it.

use std::sync::Arc;

pub(crate) use connector_hrflow::testing::merge;
use connector_hrflow::testing::{assert_untold, push};
use connector_jobadder::{Parameters, push_profile};
use hrflow_core::{
    Environment, Retry, RunResult,
    http::Url,
    parameters::read,
    state::MemoryState,
    testing::{Reaction, RecordedRequest, ScriptedServer},
};
use serde_json::{Value, json};

pub(crate) const CLIENT_SECRET: &str = "hush-client-secret";
pub(crate) const CODE: &str = "hush-code-1";
pub(crate) const REDIRECT_URI: &str = "https://app.example.com/callback";

/// A server that grants a code, tells how many candidates there are, and then reacts as scripted.
pub(crate) struct Vendor {
    pub(crate) server: ScriptedServer,
    pub(crate) state: Arc<MemoryState>,
}

impl Vendor {
    pub(crate) async fn new(script: impl IntoIterator<Item = Reaction>) -> Self {
        let vendor = Self::bare([]).await;
        vendor.then([vendor.tokens(1), count()]);
        vendor.then(script);
        vendor
    }

    /// One that reacts as scripted from the start.
    pub(crate) async fn bare(script: impl IntoIterator<Item = Reaction>) -> Self {
        let server = ScriptedServer::start(script).await.expect("a port is free");
        Self { server, state: Arc::new(MemoryState::new()) }
    }

    pub(crate) fn then(&self, script: impl IntoIterator<Item = Reaction>) {
        script.into_iter().for_each(|reaction| self.server.push(reaction));
    }

    /// A token answer as documented: the API is in a region, and its address ends in a slash.
    pub(crate) fn token_answer(&self, number: u32) -> Value {
        json!({
            "access_token": format!("hush-access-{number}"), "expires_in": 3600, "token_type": "Bearer",
            "refresh_token": format!("hush-refresh-{number}"), "api": format!("{}/eu2/v2/", self.server.base_url()),
            "instance": "eu2", "account": 1234,
        })
    }

    pub(crate) fn tokens(&self, number: u32) -> Reaction {
        Reaction::json(200, &self.token_answer(number))
    }

    /// Without `source`, which is looked up; `"source": null` is its default.
    pub(crate) fn all_parameters(&self, more: Value) -> Value {
        let mut parameters = json!({
            "authorization_url": format!("{}/connect/authorize", self.server.base_url()), "client_id": "client-1",
            "client_secret": CLIENT_SECRET, "authorization_code": CODE, "redirect_uri": REDIRECT_URI, "lookup_lag": "0s",
            "source": "",
        });
        merge(&mut parameters, more);
        if parameters["source"].is_null()
            && let Some(parameters) = parameters.as_object_mut()
        {
            parameters.remove("source");
        }
        parameters
    }

    pub(crate) fn parameters(&self, more: Value) -> Parameters {
        read("target_parameters", &self.all_parameters(more)).expect("the parameters are good")
    }

    /// Pushes profiles, one after another. Nothing that comes of it holds a secret.
    pub(crate) async fn push(&self, parameters: Value, options: Value, profiles: &[Value]) -> RunResult {
        let environment = Environment { state: Some(self.state.clone()), ..Environment::default() };
        let parameters = self.parameters(parameters);
        let result = push(push_profile(), parameters, options, environment, profiles).await;
        assert_untold(&result, &["hush"]);
        result
    }

    /// Delivers the dead letters again.
    pub(crate) async fn retry(&self, parameters: Value) -> RunResult {
        let (state, retry) = (Some(self.state.clone() as _), Some(Retry::default()));
        let environment = Environment { state, retry, ..Environment::default() };
        push(push_profile(), self.parameters(parameters), json!({}), environment, &[]).await
    }

    /// What came in, as `POST /candidates`, after the token and the count. Nothing of the script is left.
    pub(crate) fn calls(&self) -> Vec<String> {
        let all = self.all_calls();
        assert_eq!(all[..2], ["POST /connect/token", "GET /candidates"]);
        all[2..].to_vec()
    }

    pub(crate) fn all_calls(&self) -> Vec<String> {
        assert_eq!(self.server.left(), 0, "the script goes on; so far: {:#?}", self.server.requests());
        let requests = self.server.requests();
        requests.iter().for_each(check);
        requests.iter().map(|it| format!("{} {}", it.method, it.path.replace("/eu2/v2/", "/"))).collect()
    }

    /// The request at a place after the token and the count.
    pub(crate) fn request(&self, index: usize) -> RecordedRequest {
        self.server.requests()[index + 2].clone()
    }

    pub(crate) fn body(&self, index: usize) -> Value {
        self.request(index).json()
    }
}

/// What every request to JobAdder has.
fn check(request: &RecordedRequest) {
    let content_type = request.header("content-type").unwrap_or_default();
    if request.path == "/connect/token" {
        assert_eq!(request.header("authorization"), None);
        assert_eq!(content_type, "application/x-www-form-urlencoded");
        return;
    }
    if !request.path.starts_with("/eu2/v2/") {
        assert_eq!(request.header("authorization"), None, "credentials stay with JobAdder");
        return;
    }
    let bearer = request.header("authorization").expect("a token");
    assert!(bearer.starts_with("Bearer hush-access-"), "{bearer}");
    assert_eq!(request.header("accept"), Some("application/json"));
    match (request.method.as_str(), request.path.contains("/attachments") || request.path.ends_with("/photo"))
    {
        ("GET", _) => assert_eq!(content_type, ""),
        (_, true) => assert!(content_type.starts_with("multipart/form-data; boundary="), "{content_type}"),
        (_, false) => assert_eq!(content_type, "application/json"),
    }
}

/// The pairs of a query.
pub(crate) fn query(request: &RecordedRequest) -> Vec<(String, String)> {
    let url = Url::parse(&format!("https://h.example/?{}", request.query)).expect("a query");
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

pub(crate) fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The answer to a limit of none.
pub(crate) fn count() -> Reaction {
    list_of(json!([]), 42)
}

pub(crate) fn list(rows: Value) -> Reaction {
    let total = rows.as_array().map_or(0, Vec::len);
    list_of(rows, total)
}

pub(crate) fn list_of(rows: Value, total: usize) -> Reaction {
    let links = json!({ "first": "https://api.example.com", "prev": null, "next": null, "last": null });
    Reaction::json(200, &json!({ "items": rows, "totalCount": total, "links": links }))
}

/// The account's list of candidate sources.
pub(crate) fn sources(names: &[&str]) -> Reaction {
    let items: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    Reaction::json(200, &json!({ "items": items }))
}

/// A candidate that was created, or is read.
pub(crate) fn candidate(status: u16, id: u32, more: Value) -> Reaction {
    let mut candidate = json!({ "candidateId": id, "links": { "self": "https://api.example.com" } });
    merge(&mut candidate, more);
    Reaction::json(status, &candidate)
}

pub(crate) fn created(id: u32) -> Reaction {
    candidate(201, id, json!({}))
}

/// A candidate as a list has it.
pub(crate) fn row(id: u32, more: Value) -> Value {
    let mut row = json!({ "candidateId": id, "firstName": "Ada", "lastName": "Byron", "email": "ada.byron+cv@example.com",
        "phone": null, "createdAt": just_now() });
    merge(&mut row, more);
    row
}

/// The refusal of an address that is taken, with the code that lets a duplicate through.
pub(crate) fn taken(code: &str) -> Reaction {
    let error = json!({ "code": "AlreadyExists", "message": null, "fields": ["email"] });
    Reaction::json(409, &json!({ "message": "A candidate with this email exists", "errors": [error] }))
        .header("X-Allow-Duplicates", code)
}

pub(crate) fn refusal(status: u16, message: &str, errors: Value) -> Reaction {
    Reaction::json(status, &json!({ "message": message, "errors": errors }))
}

pub(crate) fn just_now() -> String {
    ago(0)
}

/// As JobAdder writes times: UTC, without fractions.
pub(crate) fn ago(seconds: i64) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(seconds);
    jiff::Timestamp::from_second(at.as_second()).expect("a time").to_string()
}

pub(crate) fn ada() -> Value {
    json!({
        "source_key": "s", "key": "p1",
        "info": {
            "first_name": "Ada", "last_name": "Byron", "email": "Ada.Byron+CV@Example.com", "phone": "+33 199 00 01 42",
            "summary": "Writes programs.", "urls": [{ "type": "linkedin", "url": "linkedin.com/in/ada" }],
            "date_birth": "1995-12-10T00:00:00+0000",
            "location": { "text": "x", "fields": { "city": "Lyon", "country": "FRA" } },
        },
        "skills": [{ "name": "Rust" }],
        "experiences": [{ "title": "Engineer", "company": "Example Ltd", "date_start": "2020-01-02T00:00:00" }],
    })
}

pub(crate) const EMAIL: &str = "ada.byron+cv@example.com";

/// Somebody without an e-mail address.
pub(crate) fn bea(key: &str) -> Value {
    json!({ "source_key": "s", "key": key, "info": { "first_name": "Bea", "last_name": key } })
}

pub(crate) const CREATE: &str = "POST /candidates";
pub(crate) const FIND: &str = "GET /candidates";
pub(crate) const SEARCH: &str = "GET /search/emailaddress";
pub(crate) const READ: &str = "GET /candidates/9";
pub(crate) const UPDATE: &str = "PUT /candidates/9";
