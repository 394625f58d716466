//! Ceipal as the tests script it, and runs against it.

use std::sync::Arc;

use connector_ceipal::{Applicant, Applicants, Parameters, push_profile};
pub(crate) use connector_hrflow::testing::merge;
use connector_hrflow::testing::{assert_untold, push};
use hrflow_core::{
    CancellationToken, Environment, OpenContext, Options, Retry, RetryDocuments, RunResult, Target, Writer,
    parameters::read,
    state::{MemoryState, State},
    testing::{Reaction, RecordedRequest, ScriptedServer},
};
use serde_json::{Value, json};

pub(crate) const PASSWORD: &str = "pass word &+\"ü";
pub(crate) const KEY: &str = "ceipal-key-0123456789abcdef";

pub(crate) const SIGN_IN: &str = "POST /v1/createAuthtoken";
pub(crate) const REFRESH: &str = "POST /v1/refreshToken/";
pub(crate) const FIND: &str = "GET /v1/getApplicantsList/";
pub(crate) const CREATE: &str = "POST /v1/createApplicant";
pub(crate) const APPLY: &str = "POST /v1/applyJobWithOutRegistration";
pub(crate) const SUBMISSIONS: &str = "GET /v1/getSubmissionsList/";
pub(crate) const COUNTRIES: &str = "GET /v1/getCountriesList/";
pub(crate) const STATES: &str = "GET /v1/getStatesList/";

/// A server that reacts as scripted, sign-in included.
pub(crate) struct Vendor {
    pub(crate) server: ScriptedServer,
    pub(crate) state: Arc<MemoryState>,
    /// Asks a run to stop.
    pub(crate) stop: CancellationToken,
}

impl Vendor {
    /// Signs in, and then reacts so.
    pub(crate) async fn new(script: impl IntoIterator<Item = Reaction>) -> Self {
        let vendor = Self::silent().await;
        vendor.then([signed_in()]);
        vendor.then(script);
        vendor
    }

    pub(crate) async fn silent() -> Self {
        let server = ScriptedServer::start([]).await.expect("a port is free");
        Self { server, state: Arc::new(MemoryState::new()), stop: CancellationToken::new() }
    }

    pub(crate) fn then(&self, script: impl IntoIterator<Item = Reaction>) {
        script.into_iter().for_each(|reaction| self.server.push(reaction));
    }

    pub(crate) fn parameters(&self, more: Value) -> Parameters {
        let mut parameters = json!({
            "email": "me@example.com", "password": PASSWORD, "api_key": KEY, "lookup_lag": "0s", "throttle_wait": "50ms",
            "api_url": format!("{}/v1", self.server.base_url()),
        });
        merge(&mut parameters, more);
        read("target_parameters", &parameters).expect("the parameters are good")
    }

    /// The target, signed in.
    pub(crate) async fn open(&self, parameters: Value) -> hrflow_core::Result<Arc<dyn Writer<Applicant>>> {
        let options = Options::default();
        let context = OpenContext { options, rate_limit: None, grants: self.state.grants() };
        Applicants.open(self.parameters(parameters), context).await
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
        let mut all = json!({ "rate_limit": "off", "allow_local_urls": true });
        merge(&mut all, options);
        let environment = Environment {
            state: Some(self.state.clone()),
            cancel: self.stop.clone(),
            retry,
            ..Environment::default()
        };
        let parameters = self.parameters(parameters);
        let result = push(push_profile(), parameters, all, environment, profiles).await;
        assert_untold(&result, &[KEY, "pass word", "token-"]);
        result
    }

    /// What came in, as `POST /v1/createApplicant`. Nothing of the script is left.
    pub(crate) fn all_calls(&self) -> Vec<String> {
        assert_eq!(self.server.left(), 0, "the script goes on; so far: {:#?}", self.server.requests());
        let requests = self.server.requests();
        for request in &requests {
            check(request);
        }
        requests.iter().map(|it| format!("{} {}", it.method, it.path)).collect()
    }

    /// The same, after the sign-in.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.all_calls();
        assert_eq!(calls.first().map(String::as_str), Some(SIGN_IN));
        calls[1..].to_vec()
    }

    /// The request at a place after the sign-in.
    pub(crate) fn request(&self, index: usize) -> RecordedRequest {
        self.server.requests()[index + 1].clone()
    }

    /// The fields of the urlencoded form at a place after the sign-in.
    pub(crate) fn form(&self, index: usize) -> Value {
        let request = self.request(index);
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        fields(&request.text())
    }

    /// The query at a place after the sign-in.
    pub(crate) fn query(&self, index: usize) -> Value {
        fields(&self.request(index).query)
    }
}

/// `a=1&b=2`.
fn fields(text: &str) -> Value {
    let url = hrflow_core::http::Url::parse(&format!("http://localhost/?{text}")).expect("a query");
    url.query_pairs().map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect()
}

/// What every request to Ceipal has.
fn check(request: &RecordedRequest) {
    let api = request.path.starts_with("/v1/") || request.path.starts_with("/v2/");
    let bearer = request.header("authorization");
    let signs_in = request.path.contains("/createAuthtoken") || request.path.contains("/refreshToken");
    if api {
        assert_eq!(request.header("accept"), Some("application/json"));
    }
    match api && !signs_in {
        true => assert!(bearer.is_some_and(|it| it.starts_with("Bearer token-")), "{bearer:?}"),
        false => assert_eq!(bearer, None, "credentials stay where they belong: {}", request.path),
    }
    if request.method == "GET" {
        assert_eq!((request.header("content-type"), request.body.len()), (None, 0));
    }
}

pub(crate) fn answer(status: u16, body: Value) -> Reaction {
    Reaction::json(status, &body)
}

pub(crate) fn signed_in() -> Reaction {
    token("token-1")
}

pub(crate) fn token(access: &str) -> Reaction {
    answer(200, json!({ "access_token": access, "refresh_token": "refresh-1" }))
}

/// The answer to a creation, which tells no id.
pub(crate) fn created() -> Reaction {
    answer(201, json!({ "status": 201, "success": 1 }))
}

/// A list to its end.
pub(crate) fn list(rows: Value) -> Reaction {
    let count = rows.as_array().map_or(0, Vec::len);
    answer(
        200,
        json!({ "count": count, "num_pages": 1, "page_number": 1, "limit": 50, "next": "", "previous": "",
            "results": rows }),
    )
}

pub(crate) fn no_match() -> Reaction {
    list(json!([]))
}

/// An applicant as it is listed.
pub(crate) fn applicant(id: &str, email: &str) -> Value {
    json!({ "id": id, "applicant_id": format!("A-{}", id.len()), "firstname": "Ada", "lastname": "BYRON", "email": email,
        "middlename": null, "mobile_number": "", "resume_path": "https://api.example.com/r/1", "created_at": "2026-05-12 06:31:23" })
}

pub(crate) fn ada_found() -> Reaction {
    list(json!([applicant("aB/1+w==", "ada.byron+cv@example.com")]))
}

pub(crate) fn countries() -> Reaction {
    answer(
        200,
        json!([{ "id": 1, "name": "France", "iso": "FR" }, { "id": 840, "name": "United States", "iso": "US" },
            { "id": "77", "name": "Elsewhere", "iso": null }]),
    )
}

/// Somebody with everything but a place and documents.
pub(crate) fn ada() -> Value {
    json!({
        "source_key": "s", "key": "p1",
        "info": {
            "first_name": "Ada", "last_name": "Byron", "email": "ada.byron+cv@example.com", "phone": "+33 199 00 01 42",
            "urls": [{ "type": "linkedin", "url": "linkedin.com/in/ada" }],
        },
        "skills": [{ "name": "Rust" }, { "name": "SQL, NoSQL" }],
        "experiences": [{ "title": "Engineer" }],
        "tags": [{ "name": "visa", "value": "H1B" }],
    })
}

/// Somebody else, of a key.
pub(crate) fn bea(key: &str) -> Value {
    json!({ "source_key": "s", "key": key,
        "info": { "first_name": "Bea", "last_name": "Example", "email": format!("{key}@example.com") } })
}

pub(crate) fn with_info(member: &str, value: Value) -> Value {
    let mut profile = ada();
    profile["info"][member] = value;
    profile
}

/// With a résumé at an address of the same server.
pub(crate) fn with_resume(vendor: &Vendor) -> Value {
    let mut profile = ada();
    profile["attachments"] = json!([{ "type": "resume", "original_file_name": "Ada \"CV\"", "extension": ".pdf",
        "file_size": 11, "public_url": format!("{}/cv.pdf?sig=1", vendor.server.base_url()) }]);
    profile
}

pub(crate) fn pdf() -> Reaction {
    Reaction::answer(200, b"%PDF-1.7 \xff\xfe".to_vec()).header("content-type", "application/octet-stream")
}
