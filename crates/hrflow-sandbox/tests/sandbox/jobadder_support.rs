//! A sandbox with a JobAdder client that sends requests unchanged.

use hrflow_sandbox::JobAdder;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::support::{Answer, World, read};

pub(crate) const ALL_SCOPES: &str = "read write offline_access";

pub(crate) struct Account {
    pub(crate) world: World,
    /// An access token with all scopes.
    pub(crate) token: String,
}

impl Account {
    pub(crate) async fn start() -> Account {
        let world = World::empty().await;
        let token = world.sandbox.jobadder().sign_in(ALL_SCOPES).access_token;
        Account { world, token }
    }

    pub(crate) fn jobadder(&self) -> &JobAdder {
        self.world.sandbox.jobadder()
    }

    /// Returns an absolute URL: the path itself, or the path below the base.
    pub(crate) fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.world.sandbox.urls().jobadder)
        }
    }

    /// Sends a request with only these headers.
    pub(crate) async fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let mut request = self.world.client.request(method, self.url(path)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn send_as(&self, token: &str, method: Method, path: &str, body: &Value) -> Answer {
        let mut request = self.world.client.request(method, self.url(path)).bearer_auth(token);
        if !body.is_null() {
            request = request.json(body);
        }
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send_as(&self.token, method, path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &Value::Null).await
    }

    pub(crate) async fn create(&self, members: Value) -> Answer {
        self.send(Method::POST, "candidates", &members).await
    }

    /// Creates a valid candidate and returns its id.
    pub(crate) async fn created(&self, members: Value) -> i64 {
        let answer = self.create(members).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["candidateId"].as_i64().unwrap()
    }

    /// Sends a create with an override code.
    pub(crate) async fn create_with(&self, members: &Value, code: &str) -> Answer {
        let request = self.world.client.post(self.url("candidates")).bearer_auth(&self.token).json(members);
        read(request.header("x-allow-duplicates", code).send().await.unwrap()).await
    }

    pub(crate) async fn update(&self, id: i64, members: Value) -> Answer {
        self.send(Method::PUT, &format!("candidates/{id}"), &members).await
    }

    /// Sends a form with one part.
    pub(crate) async fn upload(&self, method: Method, path: &str, field: &'static str, part: Part) -> Answer {
        let request = self.world.client.request(method, self.url(path)).bearer_auth(&self.token);
        read(request.multipart(Form::new().part(field, part)).send().await.unwrap()).await
    }

    pub(crate) fn identity(&self, path: &str) -> String {
        format!("{}{path}", self.world.sandbox.urls().jobadder_identity)
    }

    /// Sends a token request with these fields and the application's id and secret.
    pub(crate) async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let credentials = self.world.sandbox.credentials().jobadder;
        let client = [("client_id", &*credentials.client_id), ("client_secret", &*credentials.client_secret)];
        self.token_as(&[&client, fields].concat()).await
    }

    pub(crate) async fn token_as(&self, fields: &[(&str, &str)]) -> Answer {
        let request = self.world.client.post(self.identity("/connect/token")).form(fields);
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn exchange(&self, code: &str) -> Answer {
        let redirect_uri = self.world.sandbox.credentials().jobadder.redirect_uri;
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &redirect_uri)];
        self.token(&fields).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Opens the authorization page as a browser does.
    pub(crate) async fn authorize(&self, query: &[(&str, &str)]) -> Answer {
        let request = self.world.client.get(self.identity("/connect/authorize")).query(query);
        read(request.send().await.unwrap()).await
    }

    /// Returns the id of the account's record with this name.
    pub(crate) fn id(&self, kind: &str, name: &str) -> i64 {
        let member = match kind {
            "statuses" => "statusId",
            "custom_fields" => "fieldId",
            "work_types" => "workTypeId",
            _ => "userId",
        };
        let records = self.jobadder().records(kind);
        let found = records.iter().find(|record| record["name"] == name || record["firstName"] == name);
        found.unwrap()[member].as_i64().unwrap()
    }
}

impl Answer {
    /// Returns the status, and every error's code and field.
    pub(crate) fn errors(&self) -> (u16, Vec<(String, String)>) {
        let body = self.json();
        assert!(!body["message"].as_str().unwrap().is_empty());
        let errors = body["errors"].as_array().unwrap_or(&Vec::new()).clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let pairs = errors.iter().map(|error| (text(&error["code"]), text(&error["fields"][0])));
        (self.status, pairs.collect())
    }

    /// Asserts that this is the only error.
    pub(crate) fn assert_model(&self, status: u16, code: &str, field: &str) {
        assert_eq!(self.errors(), (status, vec![(code.to_owned(), field.to_owned())]), "{}", self.text);
    }
}

/// Adds first and last name, which a strict account requires, to `members`.
pub(crate) fn named(mut members: Value) -> Value {
    for (name, value) in [("firstName", "Ada"), ("lastName", "Example")] {
        if members.get(name).is_none() {
            members[name] = value.into();
        }
    }
    members
}
