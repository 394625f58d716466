//! One grant in one process: exchanged once, renewed, stored before it is used.

use std::sync::{Arc, atomic::AtomicU32};

use hrflow_core::{
    Consent, ErrorKind, Scope, Secret,
    consent::code_in,
    http::{
        Token, TokenSource, Url,
        oauth::{CODE, CodeConsent, CodeGrant},
    },
    state::Grants,
    testing::Reaction,
};
use serde_json::json;

use crate::{endpoint::losses, support::*};

async fn fetch(grant: &CodeGrant, previous: Option<&Token>) -> Token {
    grant.fetch(previous).await.unwrap()
}

fn with_code(grant: CodeGrant, code: &str) -> CodeGrant {
    grant.code(&Secret::new(code))
}

#[tokio::test]
async fn a_code_is_exchanged_once_and_the_grant_goes_on_without_it() {
    let server = server([granted(1), granted(2), granted(3)]).await;
    let grants = memory();
    let first = with_code(grant(&server, &grants), " hush-code-1 ");
    assert!(first.members().is_empty());
    let token = fetch(&first, None).await;
    assert_eq!(token.access.expose(), "hush-access-1");
    assert_eq!(first.members()["api"], json!("https://eu2api.example.com/v2/"));
    let stored = kept(&grants).await;
    assert_eq!(stored["grants"][0]["refresh_token"], json!("hush-refresh-1"));
    assert_eq!(stored["grants"][0]["account"], json!("1234"));
    assert!(!stored.to_string().contains("hush-code"), "only a digest of the code is kept");

    // Another process, or the next run, with the same code, without one, and with a blank one.
    for code in ["hush-code-1", "", "  "] {
        let next = with_code(grant(&server, &grants), code);
        assert_eq!(fetch(&next, None).await.access.expose(), "hush-access-1");
        assert_eq!(next.members()["account"], json!(1234));
    }
    // A token that was refused, or is about to end, is renewed; the new refresh token is used next.
    let token = fetch(&first, Some(&token)).await;
    assert_eq!(token.access.expose(), "hush-access-2");
    assert_eq!(fetch(&first, Some(&token)).await.access.expose(), "hush-access-3");
    assert_eq!(kept(&grants).await["grants"][0]["refresh_token"], json!("hush-refresh-3"));
    assert_eq!(asked(&server), ["code hush-code-1", "refresh hush-refresh-1", "refresh hush-refresh-2"]);
}

#[tokio::test]
async fn what_a_vendor_does_not_repeat_stays() {
    let server = server([
        granted(1),
        Reaction::json(200, &json!({ "access_token": "a", "api": "https://x.example" })),
    ])
    .await;
    let grants = memory();
    let grant = with_code(grant(&server, &grants), "c");
    let token = fetch(&grant, None).await;
    fetch(&grant, Some(&token)).await;
    let stored = kept(&grants).await;
    assert_eq!(stored["grants"][0]["refresh_token"], json!("hush-refresh-1"));
    assert_eq!(grant.members()["account"], json!(1234));
    assert_eq!(grant.members()["api"], json!("https://x.example"));
}

#[tokio::test]
async fn without_consent_the_error_says_how_to_give_it() {
    let server = server([refused("invalid_grant")]).await;
    let grants = memory();
    let error = grant(&server, &grants).fetch(None).await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Config, Scope::Run));
    assert!(error.to_string().contains("has not been consented to yet"), "{error}");
    assert!(error.to_string().contains("Run `hrflow auth acme FILE`."), "{error}");

    let error = with_code(grant(&server, &grants), "old").fetch(None).await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Unauthorized, Scope::Run));
    assert!(
        error.to_string().contains("can be used once") && error.to_string().contains("hrflow auth"),
        "{error}"
    );
    assert_eq!(kept(&grants).await, json!(null));
    assert_eq!(asked(&server), ["code old"]);
}

#[tokio::test]
async fn a_new_code_replaces_the_grant_and_an_old_one_does_not() {
    let server = server([granted(1), granted(2), refused("invalid_grant")]).await;
    let grants = memory();
    fetch(&with_code(grant(&server, &grants), "one"), None).await;
    assert_eq!(
        fetch(&with_code(grant(&server, &grants), "two"), None).await.access.expose(),
        "hush-access-2"
    );
    // A file that still holds the first code: it is known. Some other old code: it is refused, and then known.
    for code in ["one", "zero", "zero"] {
        let token = fetch(&with_code(grant(&server, &grants), code), None).await;
        assert_eq!(token.access.expose(), "hush-access-2", "{code}");
    }
    assert_eq!(asked(&server), ["code one", "code two", "code zero"]);
}

#[tokio::test]
async fn a_code_whose_answer_is_lost_is_not_repeated_and_not_forgotten() {
    for loss in losses() {
        let server = server([loss]).await;
        let grants = memory();
        let error = with_code(grant(&server, &grants), "one").fetch(None).await.unwrap_err();
        assert!(error.to_string().contains("may be used up"), "{error}");
        assert_eq!(asked(&server), ["code one"]);
        server.push(granted(1));
        fetch(&with_code(grant(&server, &grants), "one"), None).await;
        assert_eq!(asked(&server), ["code one", "code one"]);
    }
}

#[tokio::test]
async fn a_refresh_whose_answer_is_lost_is_repeated_once() {
    for loss in losses() {
        let told = format!("{loss:?}");
        let server = server([granted(1), loss.clone(), granted(2)]).await;
        let grants = memory();
        let grant = with_code(grant(&server, &grants), "one");
        let token = fetch(&grant, None).await;
        assert_eq!(fetch(&grant, Some(&token)).await.access.expose(), "hush-access-2", "{told}");

        // Not more than once, and what is stored stays as it is, for the next try.
        [loss.clone(), loss].into_iter().for_each(|loss| server.push(loss));
        let before = kept(&grants).await;
        let token = Token::new(Secret::new("hush-access-2"));
        assert!(grant.fetch(Some(&token)).await.is_err());
        assert_eq!(kept(&grants).await, before, "{told}");
        let refresh = ["refresh hush-refresh-1", "refresh hush-refresh-2"];
        assert_eq!(asked(&server), ["code one", refresh[0], refresh[0], refresh[1], refresh[1]], "{told}");
    }
}

#[tokio::test]
async fn a_grant_that_is_refused_says_how_to_consent_again() {
    for code in ["invalid_grant", "invalid_request"] {
        let server = server([granted(1), refused(code)]).await;
        let grants = memory();
        let grant = with_code(grant(&server, &grants), "one");
        let token = fetch(&grant, None).await;
        let error = grant.fetch(Some(&token)).await.unwrap_err();
        assert_eq!((error.kind(), error.scope()), (ErrorKind::Unauthorized, Scope::Run));
        assert_eq!((error.status(), error.context(CODE)), (Some(400), Some(code)));
        let told = error.to_string();
        assert!(told.contains("does not accept the stored consent any more"), "{told}");
        assert!(told.contains("Run `hrflow auth acme FILE`."), "{told}");
        assert_eq!(asked(&server), ["code one", "refresh hush-refresh-1"]);
    }
    // After a lost answer the error says that too: it may be why.
    let server = server([granted(1), Reaction::reset_after_reading(), refused("invalid_grant")]).await;
    let grant = with_code(grant(&server, &memory()), "one");
    let token = fetch(&grant, None).await;
    let error = grant.fetch(Some(&token)).await.unwrap_err();
    assert!(error.to_string().contains("the answer to an earlier refresh was lost"), "{error}");
}

#[tokio::test]
async fn without_a_refresh_token_the_grant_ends_with_its_token() {
    let mut answer = tokens(1);
    answer["refresh_token"] = json!(null);
    let server = server([Reaction::json(200, &answer)]).await;
    let grant = with_code(grant(&server, &memory()), "one");
    let token = fetch(&grant, None).await;
    assert_eq!(fetch(&grant, None).await.access.expose(), "hush-access-1");
    let error = grant.fetch(Some(&token)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(error.to_string().contains("no refresh token came with it"), "{error}");
    assert_eq!(asked(&server), ["code one"]);
}

#[tokio::test]
async fn nothing_is_used_before_it_is_stored() {
    let server = server([granted(1), granted(2), granted(3)]).await;
    let inner = memory();
    let failing = |failures| -> Arc<dyn Grants> {
        Arc::new(Failing { inner: inner.clone(), failures: AtomicU32::new(failures) })
    };
    let error = with_code(grant(&server, &failing(5)), "one").fetch(None).await.unwrap_err();
    assert!(
        error.to_string().contains("the disk is full") && error.to_string().contains("hrflow auth"),
        "{error}"
    );
    // A disk that is full for a moment costs nothing.
    let grant = with_code(grant(&server, &failing(4)), "two");
    let token = fetch(&grant, None).await;
    fetch(&grant, Some(&token)).await;
    assert_eq!(asked(&server), ["code one", "code two", "refresh hush-refresh-2"]);
}

#[tokio::test]
async fn accounts_are_kept_apart() {
    let server = server([granted_to(1, 10), granted_to(2, 20)]).await;
    let grants = memory();
    fetch(&with_code(grant(&server, &grants), "one"), None).await;
    // The first workflow does not go on into an account that it never meant.
    let error = with_code(grant(&server, &grants), "two").fetch(None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("several accounts of Acme: 10, 20"), "{error}");
    assert_eq!(grant(&server, &grants).fetch(None).await.unwrap_err().kind(), ErrorKind::Config);

    let of = |account: &str| {
        let account_of =
            |members: &serde_json::Map<_, serde_json::Value>| members.get("account").map(ToString::to_string);
        grant(&server, &grants).accounts(account_of, Some(account.to_owned()))
    };
    assert_eq!(fetch(&of("10"), None).await.access.expose(), "hush-access-1");
    assert_eq!(fetch(&with_code(of("20"), "two"), None).await.access.expose(), "hush-access-2");
    let error = of("30").fetch(None).await.unwrap_err();
    assert!(error.to_string().contains("not been consented to for account 30, but for 10, 20"), "{error}");
    assert_eq!(asked(&server), ["code one", "code two"]);

    // A code of another account than the one that is meant is kept, and told.
    server.push(granted_to(4, 40));
    let error = with_code(of("30"), "four").fetch(None).await.unwrap_err();
    assert!(error.to_string().contains("consent is for account 40, and `account` says 30"), "{error}");
    assert_eq!(fetch(&of("40"), None).await.access.expose(), "hush-access-4");
}

#[tokio::test]
async fn a_grant_that_cannot_be_read_counts_as_none() {
    let server = server([granted(1)]).await;
    let grants = memory();
    grants.store(NAME, &Secret::new("hush, not JSON")).await.unwrap();
    assert_eq!(grant(&server, &grants).fetch(None).await.unwrap_err().kind(), ErrorKind::Config);
    fetch(&with_code(grant(&server, &grants), "one"), None).await;
    assert_eq!(asked(&server), ["code one"]);
}

#[tokio::test]
async fn consent_is_asked_for_and_its_grant_kept() {
    let mut answer = tokens(1);
    answer["scope"] = json!("read write");
    let server = server([Reaction::json(200, &answer), granted_to(2, 20)]).await;
    let grants = memory();
    let at = Url::parse("https://id.example.com/connect/authorize?tenant=a+b").unwrap();
    let consent = CodeConsent::new(grant(&server, &grants), &at, "read write offline_access").unwrap();
    let url = consent.url("s1");
    assert_eq!(url.path(), "/connect/authorize");
    let query: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (name.into(), value.into())).collect();
    let expected = [
        ("tenant", "a b"),
        ("response_type", "code"),
        ("client_id", "client-1"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "read write offline_access"),
        ("state", "s1"),
    ];
    assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(consent.redirect_uri(), REDIRECT_URI);

    let code = code_in(&format!("{REDIRECT_URI}&state=s1&code=one"), "s1").unwrap();
    let lines = consent.grant(&code).await.unwrap();
    assert_eq!(
        lines,
        ["consent is stored for account 1234", "granted: read write", "it is renewed whenever it is used"]
    );
    assert_eq!(fetch(&grant(&server, &grants), None).await.access.expose(), "hush-access-1");
    let lines = consent.grant(&Secret::new("two")).await.unwrap();
    assert_eq!(lines.last().unwrap(), "set `account`, as there are grants for 1234, 20");
    assert_eq!(asked(&server), ["code one", "code two"]);
}
