//! A client of the Ceipal mock server that sends requests unchanged.

use hrflow_sandbox::{Ceipal, Config};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{Answer, World, read};

pub(crate) struct Cei {
    pub(crate) world: World,
    pub(crate) token: String,
}

impl Cei {
    /// Starts a logged-in client without a rate limit.
    pub(crate) async fn start() -> Cei {
        let mut config = Config { seeded: false, ..Config::default() };
        config.ceipal.rate_limit = None;
        Cei::with(config).await
    }

    pub(crate) async fn with(config: Config) -> Cei {
        let world = World::with(config).await;
        let mut cei = Cei { world, token: String::new() };
        cei.token = cei.signed_in().await;
        cei
    }

    pub(crate) fn stand_in(&self) -> &Ceipal {
        self.world.sandbox.ceipal()
    }

    /// Returns a URL of the server. `path` begins with the version.
    pub(crate) fn url(&self, path: &str) -> String {
        let base = self.world.sandbox.urls().ceipal;
        match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}/{path}", base.strip_suffix("/v1").unwrap()),
        }
    }

    pub(crate) async fn sign_in(&self, path: &str, body: &Value) -> Answer {
        read(self.world.client.post(self.url(path)).json(body).send().await.unwrap()).await
    }

    pub(crate) async fn signed_in(&self) -> String {
        let mut body = credentials();
        body["json"] = json!(1);
        let answer = self.sign_in("v1/createAuthtoken", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.world.client.request(method, self.url(path)).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    /// Sends a request with parameters, which are encoded.
    pub(crate) async fn get_with(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        read(self.request(Method::GET, path).query(query).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        read(self.request(Method::POST, path).form(fields).send().await.unwrap()).await
    }

    pub(crate) async fn send_form(&self, path: &str, form: Form) -> Answer {
        read(self.request(Method::POST, path).multipart(form).send().await.unwrap()).await
    }

    pub(crate) async fn create(&self, fields: &[(&str, &str)]) -> Answer {
        self.post("v1/createApplicant", fields).await
    }

    /// Creates a valid applicant.
    pub(crate) async fn created(&self, email: &str) {
        let answer = self.create(&[FIRST, ("standard_fields.email", email)]).await;
        assert_eq!(answer.json(), json!({"status": 201, "success": 1}));
    }
}

pub(crate) const FIRST: (&str, &str) = ("standard_fields.firstname", "Ann");
pub(crate) const EMAIL: (&str, &str) = ("standard_fields.email", "ann@example.com");

pub(crate) fn credentials() -> Value {
    json!({"email": "api.user@example.com", "password": "sandbox-password", "api_key": "sandbox-ceipal-key"})
}

/// Builds a multipart form, with a résumé if its bytes are given.
pub(crate) fn parts(fields: &[(&str, &str)], resume: Option<&[u8]>) -> Form {
    let mut form = Form::new();
    for (name, value) in fields {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    match resume {
        Some(bytes) => {
            let file = Part::bytes(bytes.to_vec()).file_name("cv.pdf").mime_str("application/pdf").unwrap();
            form.part("document_fields.1", file)
        }
        None => form,
    }
}

impl Answer {
    /// Asserts an error of version 1.
    pub(crate) fn assert_refused(&self, status: u16, message: &str) {
        let body =
            json!({"status": if status < 400 { 400 } else { status }, "success": 0, "message": message});
        assert_eq!((self.status, self.json()), (status, body));
    }
}
