//! One grant in several processes: each has its own source, and they share what keeps the grant.

use std::{sync::Arc, time::Duration};

use hrflow_core::{
    CancellationToken, ErrorKind, Result, Secret, async_trait,
    http::{Budget, Token, TokenProvider, TokenSource, budget},
    state::Grants,
    testing::{Reaction, ScriptedServer},
};
use serde_json::json;

use crate::support::*;

async fn stored(server: &ScriptedServer) -> Arc<dyn Grants> {
    let grants = memory();
    server.push(granted(1));
    grant(server, &grants).code(&Secret::new("one")).fetch(None).await.unwrap();
    grants
}

fn first() -> Token {
    Token::new(Secret::new("hush-access-1"))
}

#[tokio::test]
async fn one_refresh_serves_all() {
    let server = server([]).await;
    let grants = stored(&server).await;
    server.push(Reaction::late(Duration::from_millis(100), 200, tokens(2).to_string()));
    let fetches = (0..5).map(|_| {
        let grant = grant(&server, &grants);
        async move { grant.fetch(Some(&first())).await }
    });
    for token in futures::future::join_all(fetches).await {
        assert_eq!(token.unwrap().access.expose(), "hush-access-2");
    }
    assert_eq!(asked(&server), ["code one", "refresh hush-refresh-1"]);
}

/// A home whose lock keeps nobody out, and in which somebody else renews the grant at the worst moment: after it was
/// loaded, before it is used.
struct Raced {
    inner: Arc<dyn Grants>,
    then: std::sync::Mutex<Option<Secret>>,
}

#[async_trait]
impl Grants for Raced {
    async fn load(&self, name: &str) -> Result<Option<Secret>> {
        let loaded = self.inner.load(name).await?;
        let then = self.then.lock().unwrap().take();
        if let Some(then) = then {
            self.inner.store(name, &then).await?;
        }
        Ok(loaded)
    }

    async fn store(&self, name: &str, grant: &Secret) -> Result<()> {
        self.inner.store(name, grant).await
    }

    async fn lock(&self, _: &str) -> Result<Box<dyn Send + Sync>> {
        Ok(Box::new(()))
    }
}

#[tokio::test]
async fn a_refused_grant_is_looked_at_once_more() {
    for (living, expected) in [(true, "hush-access-2"), (false, "hush-access-3")] {
        let server = server([]).await;
        let grants = stored(&server).await;
        let mut renewed = kept(&grants).await;
        renewed["grants"][0]["refresh_token"] = json!("hush-refresh-2");
        renewed["grants"][0]["access_token"] = json!("hush-access-2");
        // The account has moved meanwhile, and not every answer says where to.
        renewed["grants"][0]["members"]["api"] = json!("https://us1api.example.com/v2/");
        if !living {
            renewed["grants"][0]["expires_at"] = json!("2020-01-01T00:00:00Z");
        }
        let raced = Raced { inner: grants, then: Some(Secret::new(renewed.to_string())).into() };
        let raced: Arc<dyn Grants> = Arc::new(raced);
        server.push(refused("invalid_grant"));
        let mut calls = vec!["code one", "refresh hush-refresh-1"];
        if !living {
            let mut answer = tokens(3);
            answer.as_object_mut().unwrap().remove("api");
            server.push(Reaction::json(200, &answer));
            calls.push("refresh hush-refresh-2");
        }
        let source = grant(&server, &raced);
        let token = source.fetch(Some(&first())).await.unwrap();
        assert_eq!(token.access.expose(), expected);
        assert_eq!(source.members()["api"], json!("https://us1api.example.com/v2/"));
        assert_eq!(asked(&server), calls);
    }
}

#[tokio::test]
async fn a_stored_token_that_is_old_or_of_the_future_is_renewed() {
    for (name, value) in [
        ("expires_at", json!("2020-01-01T00:00:00Z")),
        ("expires_at", json!(null)),
        ("renewed_at", json!("2999-01-01T00:00:00Z")),
    ] {
        let server = server([]).await;
        let grants = stored(&server).await;
        let mut changed = kept(&grants).await;
        changed["grants"][0][name] = value;
        grants.store(NAME, &Secret::new(changed.to_string())).await.unwrap();
        server.push(granted(2));
        let token = grant(&server, &grants).fetch(None).await.unwrap();
        assert_eq!(token.access.expose(), "hush-access-2", "{name}");
    }
}

#[tokio::test]
async fn a_lock_that_never_frees_is_not_waited_for_beyond_the_deadline() {
    let server = server([]).await;
    let grants = stored(&server).await;
    let held = grants.lock(NAME).await.unwrap();
    let waiting = grant(&server, &grants);
    let error =
        budget::within(Budget::lasting(Duration::from_millis(50)), waiting.fetch(None)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    drop(held);
    waiting.fetch(None).await.unwrap();
}

#[tokio::test]
async fn a_run_that_is_called_off_rotates_nothing() {
    let server = server([]).await;
    let grants = stored(&server).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let budget = Budget { cancel, ..Budget::lasting(Duration::from_secs(5)) };
    let error = budget::within(budget, grant(&server, &grants).fetch(Some(&first()))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(asked(&server), ["code one"]);
}

#[tokio::test]
async fn a_provider_and_its_owner_share_a_source() {
    let server = server([granted(1), granted(2)]).await;
    let source = Arc::new(grant(&server, &memory()).code(&Secret::new("one")));
    let tokens = TokenProvider::new(source.clone(), Duration::from_secs(300));
    let token = tokens.token().await.unwrap();
    assert_eq!(source.members()["account"], json!(1234));
    tokens.invalidate(&token);
    assert_eq!(tokens.token().await.unwrap().access.expose(), "hush-access-2");
}
