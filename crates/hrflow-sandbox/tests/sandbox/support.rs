//! A sandbox with clients that send requests unchanged.

use hrflow_sandbox::{Config, Sandbox};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

pub(crate) const JSON_API: &str = "application/vnd.api+json";

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("{} is not JSON: {}", self.status, self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// Returns the only error: status in the body, code, title, detail, pointer.
    pub(crate) fn error(&self) -> (u16, String, String, String, String) {
        let errors = self.json()["errors"].as_array().unwrap().clone();
        assert_eq!(errors.len(), 1, "{}", self.text);
        let member = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let error = &errors[0];
        assert_eq!(error["status"], self.status.to_string());
        let pointer = member(&error["source"]["pointer"]);
        (self.status, member(&error["code"]), member(&error["title"]), member(&error["detail"]), pointer)
    }

    pub(crate) fn assert_error(&self, status: u16, code: &str, title: &str, detail: &str, pointer: &str) {
        let expected = (status, code.to_owned(), title.to_owned(), detail.to_owned(), pointer.to_owned());
        assert_eq!(self.error(), expected);
    }
}

pub(crate) fn client() -> Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

pub(crate) async fn read(response: Response) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

impl World {
    /// Starts a sandbox without profiles and without a rate limit.
    pub(crate) async fn empty() -> World {
        let mut config = Config { seeded: false, ..Config::default() };
        config.teamtailor.rate_limit = None;
        World::with(config).await
    }

    pub(crate) async fn with(config: Config) -> World {
        World { sandbox: Sandbox::start(config).await.unwrap(), client: client() }
    }

    pub(crate) fn tt_url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.sandbox.urls().teamtailor)
        }
    }

    /// Sends a request to Teamtailor with only these headers.
    pub(crate) async fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = self.client.request(method, self.tt_url(path)).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send().await.unwrap()).await
    }

    /// Sends a well-formed request to Teamtailor.
    pub(crate) async fn tt(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.try_tt(method, path, body).await.unwrap()
    }

    pub(crate) async fn try_tt(&self, method: Method, path: &str, body: &Value) -> reqwest::Result<Answer> {
        let mut request = self
            .client
            .request(method, self.tt_url(path))
            .header("authorization", "Token token=sandbox-admin-read-write")
            .header("x-api-version", "20240904");
        if !body.is_null() {
            request = request.header("content-type", JSON_API).body(body.to_string());
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
    }

    pub(crate) async fn tt_get(&self, path: &str) -> Answer {
        self.tt(Method::GET, path, &Value::Null).await
    }

    pub(crate) async fn create(&self, attributes: Value) -> Answer {
        self.tt(Method::POST, "/v1/candidates", &candidate(attributes)).await
    }

    /// Creates a valid candidate and returns its id.
    pub(crate) async fn created(&self, attributes: Value) -> String {
        let answer = self.create(attributes).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["data"]["id"].as_str().unwrap().to_owned()
    }

    /// Sends a request to HrFlow.ai with the key of all permissions.
    pub(crate) async fn hr(&self, method: Method, path: &str, body: &Value) -> Answer {
        let credentials = self.sandbox.credentials().hrflow;
        self.hr_as(&credentials.api_secret, Some(&credentials.api_user), method, path, body).await
    }

    pub(crate) async fn hr_as(
        &self,
        key: &str,
        user: Option<&str>,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Answer {
        let url = format!("{}{path}", self.sandbox.urls().hrflow);
        let mut request = self.client.request(method, url).header("x-api-key", key);
        if let Some(user) = user {
            request = request.header("x-user-email", user);
        }
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = read(request.send().await.unwrap()).await;
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.json()["code"], answer.status);
        if answer.status >= 400 {
            assert!(answer.json().get("data").is_none());
        }
        answer
    }

    pub(crate) async fn hr_get(&self, path: &str) -> Answer {
        self.hr(Method::GET, path, &Value::Null).await
    }

    pub(crate) fn source(&self) -> String {
        self.sandbox.credentials().hrflow.source_key
    }

    /// Sends a request to the control server.
    pub(crate) async fn control(&self, method: Method, path: &str, body: &Value) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.sandbox.urls().control));
        if !body.is_null() {
            request = request.json(body);
        }
        read(request.send().await.unwrap()).await
    }

    /// Sends a plain GET to any URL.
    pub(crate) async fn fetch(&self, url: &str) -> Answer {
        read(self.client.get(url).send().await.unwrap()).await
    }
}

pub(crate) fn candidate(attributes: Value) -> Value {
    json!({"data": {"type": "candidates", "attributes": attributes}})
}
