//! Teamtailor as the tests script it, and runs against it.

use std::sync::Arc;

use connector_hrflow::testing::{assert_untold, merge, push};
use connector_teamtailor::{Candidates, Parameters, push_profile};
use hrflow_core::{
    CancellationToken, Environment, OpenContext, Options, Receipt, Result, RunResult, Target, Write,
    parameters::read,
    state::{MemoryState, State, StoredReceipt},
    testing::{Reaction, RecordedRequest, ScriptedServer},
};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "tt-key-0123456789abcdef";

/// A server that tells the company, and then reacts as scripted.
pub(crate) struct Vendor {
    pub(crate) server: ScriptedServer,
    state: Arc<MemoryState>,
}

impl Vendor {
    pub(crate) async fn new(script: impl IntoIterator<Item = Reaction>) -> Self {
        let server = ScriptedServer::start([company()]).await.expect("a port is free");
        let vendor = Self { server, state: Arc::new(MemoryState::new()) };
        vendor.then(script);
        vendor
    }

    pub(crate) fn then(&self, script: impl IntoIterator<Item = Reaction>) {
        script.into_iter().for_each(|reaction| self.server.push(reaction));
    }

    pub(crate) fn parameters(&self, more: Value) -> Parameters {
        let mut parameters = json!({
            "Authorization": KEY, "X_Api_Version": "20240904", "api_url": self.server.base_url(), "lookup_lag": "0s",
        });
        merge(&mut parameters, more);
        read("target_parameters", &parameters).expect("the parameters are good")
    }

    /// Pushes profiles, one after another. Nothing that comes of it holds the key.
    pub(crate) async fn push(&self, parameters: Value, options: Value, profiles: &[Value]) -> RunResult {
        self.push_until(CancellationToken::new(), parameters, options, profiles).await
    }

    /// Pushes profiles, one after another, until the run is cancelled.
    pub(crate) async fn push_until(
        &self,
        cancel: CancellationToken,
        parameters: Value,
        options: Value,
        profiles: &[Value],
    ) -> RunResult {
        let state = Some(self.state.clone() as _);
        let environment = Environment { state, cancel, ..Environment::default() };
        let parameters = self.parameters(parameters);
        let result = push(push_profile(), parameters, options, environment, profiles).await;
        assert_untold(&result, &[KEY]);
        result
    }

    /// Returns the receipt of an item.
    pub(crate) async fn receipt(&self, key: &str) -> StoredReceipt {
        let history = self.state.history().items(key).await.expect("the state can be read");
        history[0].receipt.clone().expect("it was delivered")
    }

    /// Writes one profile with the writer alone, and returns its receipt.
    pub(crate) async fn write(&self, options: Value, profile: &Value) -> Result<Receipt> {
        let profile = serde_json::from_value(profile.clone()).expect("the profile is good");
        let item = connector_teamtailor::format_profile(&profile)?;
        let options: Options = read("options", &options).expect("the options are good");
        let on_existing = options.on_existing;
        let context = OpenContext { options, rate_limit: None, grants: self.state.grants() };
        let writer = Candidates.open(self.parameters(json!({})), context).await?;
        let write = Write { item: &item, known: None, on_existing, attachments: true };
        writer.write(&[write]).await.pop().expect("a receipt or an error")
    }

    /// What came in, as `POST /v1/candidates`, after the company. Nothing of the script is left.
    pub(crate) fn calls(&self) -> Vec<String> {
        assert_eq!(self.server.left(), 0, "the script goes on; so far: {:#?}", self.server.requests());
        let requests = self.server.requests();
        for request in &requests {
            check(request);
        }
        let calls: Vec<String> = requests.iter().map(|it| format!("{} {}", it.method, it.path)).collect();
        assert_eq!(calls.first().map(String::as_str), Some("GET /v1/company"));
        calls[1..].to_vec()
    }

    /// The request at a place after the company.
    pub(crate) fn request(&self, index: usize) -> RecordedRequest {
        self.server.requests()[index + 1].clone()
    }

    pub(crate) fn body(&self, index: usize) -> Value {
        self.request(index).json()
    }
}

/// What every request to Teamtailor has.
fn check(request: &RecordedRequest) {
    if !request.path.starts_with("/v1/") {
        assert_eq!(request.header("authorization"), None, "credentials stay with Teamtailor");
        return;
    }
    assert_eq!(request.header("authorization"), Some(format!("Token token={KEY}").as_str()));
    assert_eq!(request.header("x-api-version"), Some("20240904"));
    assert_eq!(request.header("accept"), Some("application/vnd.api+json"));
    let content_type = request.header("content-type");
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", _) => assert_eq!(content_type, None),
        (_, "/v1/files") => {
            assert!(content_type.is_some_and(|it| it.starts_with("multipart/form-data; boundary=")))
        }
        _ => assert_eq!(content_type, Some("application/vnd.api+json")),
    }
}

pub(crate) fn company() -> Reaction {
    let attributes = json!({ "name": "Example AB" });
    answer(200, json!({ "data": { "id": "77", "type": "companies", "attributes": attributes } }))
}

pub(crate) fn answer(status: u16, body: Value) -> Reaction {
    Reaction::answer(status, body.to_string()).header("content-type", "application/vnd.api+json")
}

/// A single resource.
pub(crate) fn one(status: u16, kind: &str, id: &str) -> Reaction {
    answer(status, json!({ "data": { "id": id, "type": kind, "attributes": {} } }))
}

/// A candidate that was created, with its résumé if there is one.
pub(crate) fn created(id: &str) -> Reaction {
    let resume = json!({ "resume": "https://files.example.com/shown.pdf" });
    answer(201, json!({ "data": candidate(id, resume) }))
}

pub(crate) fn list(resources: Value) -> Reaction {
    answer(200, json!({ "data": resources, "links": { "first": "x" }, "meta": { "record-count": 1 } }))
}

/// A candidate as it is found.
pub(crate) fn candidate(id: &str, attributes: Value) -> Value {
    json!({ "id": id, "type": "candidates", "attributes": attributes, "relationships": {} })
}

pub(crate) fn refusal(status: u16, errors: Value) -> Reaction {
    answer(status, json!({ "errors": errors }))
}

/// A validation error as jsonapi-resources words it.
pub(crate) fn invalid(attribute: &str, message: &str) -> Reaction {
    let pointer = format!("/data/attributes/{attribute}");
    refusal(
        422,
        json!([{ "title": message, "detail": format!("{attribute} - {message}"), "code": "100",
            "source": { "pointer": pointer }, "status": "422" }]),
    )
}

pub(crate) fn taken() -> Reaction {
    invalid("email", "has already been taken")
}

/// By the vendor's clock and in its zone.
pub(crate) fn just_now() -> String {
    ago(0)
}

pub(crate) fn ago(seconds: i64) -> String {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(seconds);
    let local = at + jiff::SignedDuration::from_hours(2);
    local.to_string().trim_end_matches('Z').to_owned() + "+02:00"
}

pub(crate) fn ada() -> Value {
    json!({
        "source_key": "s", "key": "p1",
        "info": {
            "first_name": "Ada", "last_name": "Byron", "email": "Ada.Byron+CV@Example.com", "phone": "+33 199 00 01 42",
            "summary": "Writes programs.", "urls": [{ "type": "linkedin", "url": "linkedin.com/in/ada" }],
        },
        "tags": [{ "name": "open", "value": true }],
    })
}

/// Somebody without an e-mail address.
pub(crate) fn bea(key: &str) -> Value {
    json!({ "source_key": "s", "key": key, "info": { "first_name": "Bea", "last_name": key } })
}
