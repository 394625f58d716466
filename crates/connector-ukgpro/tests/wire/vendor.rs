//! UKG Pro as the tests script it, and runs against it.

use std::sync::Arc;

pub(crate) use connector_hrflow::testing::merge;
use connector_hrflow::testing::{assert_untold, push};
use connector_ukgpro::{Parameters, push_profile};
use hrflow_core::{
    Environment, Retry, RetryDocuments, RunResult,
    http::Url,
    parameters::read,
    state::MemoryState,
    testing::{Reaction, RecordedRequest, ScriptedServer},
};
use serde_json::{Value, json};

pub(crate) const CLIENT_SECRET: &str = "hush-client-secret";
pub(crate) const TOKEN: &str = "hush-access-token";
pub(crate) const LOOK_UP: &str = "POST candidates-lookup";
pub(crate) const CREATE: &str = "POST candidates";
pub(crate) const LEVELS: &str = "GET proficiency-levels";
pub(crate) const LOG_IN: &str = "token";

const TOKEN_PATH: &str = "/signin/oauth2/t/ACME1/access_token";
const API_PATH: &str = "/ACME1/api/";

/// A server that is both the identity server and the API.
pub(crate) struct Vendor {
    pub(crate) server: ScriptedServer,
    pub(crate) state: Arc<MemoryState>,
}

impl Vendor {
    /// One that gives a token and tells its levels of skills, and then reacts as scripted.
    pub(crate) async fn new(script: impl IntoIterator<Item = Reaction>) -> Self {
        let vendor = Self::bare([token(), levels()]).await;
        vendor.then(script);
        vendor
    }

    /// One that reacts as scripted from the first request on.
    pub(crate) async fn bare(script: impl IntoIterator<Item = Reaction>) -> Self {
        let server = ScriptedServer::start(script).await.expect("a port is free");
        Self { server, state: Arc::new(MemoryState::new()) }
    }

    pub(crate) fn then(&self, script: impl IntoIterator<Item = Reaction>) {
        script.into_iter().for_each(|reaction| self.server.push(reaction));
    }

    pub(crate) fn parameters(&self, more: Value) -> Parameters {
        let mut parameters = json!({
            "auth_data": { "identity_server": self.server.base_url(), "tenant": "ACME1", "client_id": "client-1",
                "client_secret": CLIENT_SECRET },
            "domain": { "environment": self.server.base_url(), "tenant": "ACME1" },
            "lookup_lag": "0s",
        });
        merge(&mut parameters, more);
        read("target_parameters", &parameters).expect("the parameters are good")
    }

    /// Pushes profiles, one after another. Nothing that comes of it holds a secret.
    pub(crate) async fn push(&self, parameters: Value, options: Value, profiles: &[Value]) -> RunResult {
        self.run(parameters, options, profiles, None).await
    }

    /// Delivers the dead letters again.
    pub(crate) async fn retry(&self, options: Value, documents: RetryDocuments) -> RunResult {
        let retry = Retry { documents, ..Retry::default() };
        self.run(json!({}), options, &[], Some(retry)).await
    }

    async fn run(
        &self,
        parameters: Value,
        options: Value,
        profiles: &[Value],
        retry: Option<Retry>,
    ) -> RunResult {
        let mut all = json!({ "allow_local_urls": true });
        merge(&mut all, options);
        let environment = Environment { state: Some(self.state.clone()), retry, ..Environment::default() };
        let parameters = self.parameters(parameters);
        let result = push(push_profile(), parameters, all, environment, profiles).await;
        assert_untold(&result, &["hush"]);
        result
    }

    /// What came in, such as `POST candidates` for the API, after log-in and levels. Nothing of the script is left.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.all_calls();
        assert_eq!(calls[..2], [LOG_IN, LEVELS]);
        calls[2..].to_vec()
    }

    pub(crate) fn all_calls(&self) -> Vec<String> {
        let requests = self.server.requests();
        assert_eq!(self.server.left(), 0, "the script goes on; so far: {:#?}", self.server.requests());
        requests.iter().map(call).collect()
    }

    /// The request at a place after log-in and levels.
    pub(crate) fn request(&self, index: usize) -> RecordedRequest {
        self.server.requests()[index + 2].clone()
    }

    pub(crate) fn body(&self, index: usize) -> Value {
        self.request(index).json()
    }

    /// A document that the server hands out itself, under `name`.
    pub(crate) fn file_url(&self, name: &str) -> String {
        format!("{}/files/{name}", self.server.base_url())
    }
}

/// What a request is called; it has what every such request has.
fn call(request: &RecordedRequest) -> String {
    let authorization = request.header("authorization");
    if request.path == TOKEN_PATH {
        assert_eq!((request.method.as_str(), authorization), ("POST", None));
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(request.header("accept"), Some("application/json"));
        return LOG_IN.to_owned();
    }
    let Some(path) = request.path.strip_prefix(API_PATH) else {
        assert_eq!(authorization, None, "credentials stay with UKG Pro");
        return format!("{} {}", request.method, request.path);
    };
    assert!(authorization.is_some_and(|it| it.starts_with("Bearer ")), "{authorization:?}");
    assert_eq!(request.header("accept"), Some("application/json"));
    let content_type = request.header("content-type").unwrap_or_default();
    match (request.method.as_str(), path.ends_with("/documents")) {
        ("GET", _) => assert_eq!(content_type, ""),
        (_, true) => assert!(content_type.starts_with("multipart/form-data; boundary="), "{content_type}"),
        (_, false) => assert_eq!(content_type, "application/json"),
    }
    format!("{} {path}", request.method)
}

/// The form fields of a request.
pub(crate) fn form(request: &RecordedRequest) -> Vec<(String, String)> {
    let url = Url::parse(&format!("https://h.example/?{}", request.text())).expect("a form is a query");
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

pub(crate) fn token() -> Reaction {
    token_living(json!(3600))
}

pub(crate) fn token_living(expires_in: Value) -> Reaction {
    json(
        200,
        json!({ "access_token": TOKEN, "token_type": "Bearer", "expires_in": expires_in, "scope": "x" }),
    )
}

/// The five levels, two of them spelt otherwise.
pub(crate) fn levels() -> Reaction {
    json(
        200,
        json!([
            { "id": "L1", "name": { "en_us": "Novice" }, "ordinal_value": 1 },
            { "id": "L2", "ordinal_value": "2" },
            { "id": 3, "ordinal_value": 3 },
            { "id": "L4", "ordinal": 4 },
            { "id": "L5", "ordinal_value": 5 },
            { "id": "?", "name": "without an ordinal" },
        ]),
    )
}

pub(crate) fn json(status: u16, body: Value) -> Reaction {
    Reaction::json(status, &body)
}

/// What a look-up answers when nobody has the address.
pub(crate) fn no_match() -> Reaction {
    json(404, json!({ "message": "no such candidate" }))
}

pub(crate) fn somebody(id: &str) -> Reaction {
    json(200, json!({ "id": id }))
}

/// What a look-up answers when several have the address, or one without a user account.
pub(crate) fn unclear() -> Reaction {
    json(409, json!({ "message": "conflict" }))
}

pub(crate) fn created(id: &str) -> Reaction {
    json(201, json!({ "id": id, "is_internal": false, "created_at": "2026-01-01T00:00:00Z" }))
}

/// The e-mail address is taken.
pub(crate) fn taken() -> Reaction {
    json(409, json!({ "title": "Conflict" }))
}

/// A refusal as UKG's sibling services word it.
pub(crate) fn refusal(status: u16, path: &str, message: &str) -> Reaction {
    let faults = json!([{ "type": "invalid", "message": message }]);
    let problem = json!({ "title": "Validation failed", "type": "https://example.com/problem",
        "errors": { "modelState": { path: faults }, "general": null } });
    Reaction::answer(status, problem.to_string()).header("content-type", "application/problem+json")
}

/// A candidate as it is read.
pub(crate) fn candidate(id: &str, more: Value) -> Value {
    let mut candidate = json!({ "id": id, "name": { "first": "Ada", "last": "Byron" },
        "contact_info": { "email": "Ada.Byron+cv@example.com" }, "created_at": just_now(), "updated_at": just_now() });
    merge(&mut candidate, more);
    candidate
}

pub(crate) fn just_now() -> String {
    ago(0)
}

pub(crate) fn ago(seconds: i64) -> String {
    (jiff::Timestamp::now() - jiff::SignedDuration::from_secs(seconds)).to_string()
}

pub(crate) fn ada() -> Value {
    json!({
        "source_key": "s", "key": "p1",
        "info": { "first_name": "Ada", "last_name": "Byron", "email": "Ada.Byron+CV@Example.com" },
    })
}

pub(crate) fn ada_with(more: Value) -> Value {
    let mut profile = ada();
    merge(&mut profile, more);
    profile
}

/// Somebody else.
pub(crate) fn bea(key: &str) -> Value {
    let email = format!("bea.{key}@example.com");
    json!({ "source_key": "s", "key": key, "info": { "first_name": "Bea", "last_name": key, "email": email } })
}
