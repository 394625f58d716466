//! An authorization server as the tests script it, and a home for grants that can fail.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use hrflow_core::{
    Error, ErrorKind, Result, Secret, async_trait,
    http::{
        BaseUrl, Client,
        oauth::{CodeGrant, TokenEndpoint},
    },
    state::{Grants, MemoryState, State},
    testing::{Reaction, RecordedRequest, ScriptedServer},
};
use serde_json::{Map, Value, json};

pub(crate) const CLIENT_SECRET: &str = "hush-client-secret";
pub(crate) const REDIRECT_URI: &str = "https://app.example.com/callback?x=1";
pub(crate) const NAME: &str = "acme client";

pub(crate) async fn server(script: impl IntoIterator<Item = Reaction>) -> ScriptedServer {
    ScriptedServer::start(script).await.unwrap()
}

pub(crate) fn endpoint(server: &ScriptedServer) -> TokenEndpoint {
    let base = BaseUrl::parse(&server.base_url(), "authorization_url").unwrap();
    let url = base.join("connect/token").unwrap();
    let client = Client::builder("Acme", base)
        .attempts(3)
        .backoff(Duration::from_millis(1))
        .timeout(Duration::from_secs(1));
    TokenEndpoint::new(client, url, "client-1", &Secret::new(CLIENT_SECRET)).unwrap()
}

pub(crate) fn grant(server: &ScriptedServer, grants: &Arc<dyn Grants>) -> CodeGrant {
    let account = |members: &Map<String, Value>| members.get("account").map(ToString::to_string);
    CodeGrant::new(endpoint(server), grants.clone(), NAME, REDIRECT_URI)
        .accounts(account, None)
        .advice("Run `hrflow auth acme FILE`.")
}

pub(crate) fn memory() -> Arc<dyn Grants> {
    MemoryState::new().grants()
}

/// A token answer of the generation `number`.
pub(crate) fn tokens(number: u32) -> Value {
    json!({
        "access_token": format!("hush-access-{number}"), "expires_in": 3600, "token_type": "Bearer",
        "refresh_token": format!("hush-refresh-{number}"), "api": "https://eu2api.example.com/v2/", "account": 1234,
    })
}

pub(crate) fn granted(number: u32) -> Reaction {
    Reaction::json(200, &tokens(number))
}

pub(crate) fn granted_to(number: u32, account: u32) -> Reaction {
    let mut tokens = tokens(number);
    tokens["account"] = json!(account);
    Reaction::json(200, &tokens)
}

pub(crate) fn refused(code: &str) -> Reaction {
    Reaction::json(400, &json!({ "error": code }))
}

/// The form fields of a request.
pub(crate) fn form(request: &RecordedRequest) -> Vec<(String, String)> {
    let fields = request.text();
    let url = hrflow_core::http::Url::parse(&format!("https://h.example/?{fields}")).unwrap();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// What was asked for, such as `refresh hush-refresh-1`. Nothing of the script is left.
pub(crate) fn asked(server: &ScriptedServer) -> Vec<String> {
    assert_eq!(server.left(), 0, "the script goes on");
    let asked = server.requests().into_iter().map(|request| {
        let form = form(&request);
        let of = |wanted: &str| form.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        match of("grant_type").as_deref() {
            Some("authorization_code") => format!("code {}", of("code").unwrap()),
            Some("refresh_token") => format!("refresh {}", of("refresh_token").unwrap()),
            other => format!("{other:?}"),
        }
    });
    asked.collect()
}

/// What is kept.
pub(crate) async fn kept(grants: &Arc<dyn Grants>) -> Value {
    let kept = grants.load(NAME).await.unwrap();
    kept.map(|kept| serde_json::from_str(kept.expose()).unwrap()).unwrap_or_default()
}

/// A home whose next stores fail.
pub(crate) struct Failing {
    pub(crate) inner: Arc<dyn Grants>,
    pub(crate) failures: AtomicU32,
}

#[async_trait]
impl Grants for Failing {
    async fn load(&self, name: &str) -> Result<Option<Secret>> {
        self.inner.load(name).await
    }

    async fn store(&self, name: &str, grant: &Secret) -> Result<()> {
        let fails =
            self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match fails {
            Ok(_) => Err(Error::new(ErrorKind::Internal, "the disk is full")),
            Err(_) => self.inner.store(name, grant).await,
        }
    }

    async fn lock(&self, name: &str) -> Result<Box<dyn Send + Sync>> {
        self.inner.lock(name).await
    }
}
