//! A client of the UKG Pro mock server that sends requests unchanged.

use hrflow_sandbox::{Config, UkgPro};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{Answer, World, read};

pub(crate) const TENANT: &str = "SANDBOX1000";
/// Ids of the fictional tenant.
pub(crate) const LEVEL: &str = "0a0e0000-0007-4000-8000-000000000003";
pub(crate) const USER: &str = "0a0e0000-0001-4000-8000-000000000001";

pub(crate) struct Ukg {
    pub(crate) world: World,
    pub(crate) token: String,
}

impl Ukg {
    /// Starts a client that is logged in with every scope.
    pub(crate) async fn start() -> Ukg {
        let world = World::with(Config { seeded: false, ..Config::default() }).await;
        let mut ukg = Ukg { world, token: String::new() };
        ukg.token = ukg.token_of("sandbox-all").await;
        ukg
    }

    pub(crate) fn stand_in(&self) -> &UkgPro {
        self.world.sandbox.ukgpro()
    }

    /// Returns a URL in the direct form of the base path, or the path itself if it is a URL.
    pub(crate) fn url(&self, path: &str) -> String {
        match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}/{TENANT}/api/{path}", self.world.sandbox.urls().ukgpro),
        }
    }

    /// Sends a token request with these fields.
    pub(crate) async fn sign_in(&self, fields: &[(&str, &str)]) -> Answer {
        let url =
            format!("{}/signin/oauth2/t/{TENANT}/access_token", self.world.sandbox.urls().ukgpro_identity);
        read(self.world.client.post(url).form(fields).send().await.unwrap()).await
    }

    /// Returns a token with every scope of that client.
    pub(crate) async fn token_of(&self, client: &str) -> String {
        let secret = format!("{client}-secret");
        let fields =
            [("grant_type", "client_credentials"), ("client_id", client), ("client_secret", &secret)];
        let answer = self.sign_in(&fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        let mut request = self.world.client.request(method, self.url(path)).bearer_auth(&self.token);
        if !body.is_null() {
            request = request.json(body);
        }
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    /// Creates a valid candidate and returns its id.
    pub(crate) async fn created(&self, email: &str) -> String {
        let answer = self.post("candidates", &candidate(email)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn look_up(&self, email: &str) -> Answer {
        self.post("candidates-lookup", &json!({"email": email})).await
    }

    pub(crate) async fn send_form(&self, path: &str, form: Form) -> Answer {
        let request = self.world.client.post(self.url(path)).bearer_auth(&self.token).multipart(form);
        read(request.send().await.unwrap()).await
    }
}

/// Returns the smallest valid candidate.
pub(crate) fn candidate(email: &str) -> Value {
    json!({"name": {"first": "Ann", "last": "Placeholder"}, "contact_info": {"email": email}})
}

/// Returns the smallest valid candidate, with fields changed.
pub(crate) fn candidate_with(members: Value) -> Value {
    let mut body = candidate("ann@example.com");
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// Builds the two parts of a document.
pub(crate) fn document(metadata: &Value, bytes: Vec<u8>) -> Form {
    let metadata = Part::text(metadata.to_string()).mime_str("application/json").unwrap();
    let file = Part::bytes(bytes).file_name("resume.pdf").mime_str("application/pdf").unwrap();
    Form::new().part("metadata", metadata).part("file", file)
}

pub(crate) fn resume() -> Value {
    json!({"file_name": "resume.pdf", "document_type": "Resume"})
}

impl Answer {
    /// Returns the rejected fields: status, then path and type of each.
    pub(crate) fn broken(&self) -> (u16, Vec<(String, String)>) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let body = self.json();
        assert!(body["title"].is_string() && body["type"].as_str().unwrap().starts_with("https://"));
        assert_eq!(body["errors"]["general"], Value::Null);
        let fields = body["errors"]["modelState"].as_object().unwrap();
        let field = |(path, findings): (&String, &Value)| {
            assert_eq!(findings.as_array().unwrap().len(), 1);
            assert!(!findings[0]["message"].as_str().unwrap().is_empty());
            (path.clone(), findings[0]["type"].as_str().unwrap().to_owned())
        };
        (self.status, fields.iter().map(field).collect())
    }

    /// Asserts that this is the only rejected field.
    pub(crate) fn assert_broken(&self, status: u16, path: &str, kind: &str) {
        assert_eq!(self.broken(), (status, vec![(path.to_owned(), kind.to_owned())]), "{}", self.text);
    }

    /// Asserts a status with a message.
    pub(crate) fn assert_message(&self, status: u16, message: &str) {
        assert_eq!((self.status, self.json()), (status, json!({"message": message})));
        assert_eq!(self.header("content-type"), "application/json");
    }
}
