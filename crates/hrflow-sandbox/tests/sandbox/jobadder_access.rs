use std::time::Duration;

use hrflow_sandbox::jobadder::{ApiForm, Application, RefusalBody, RevokedGrant};
use hrflow_sandbox::{Config, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};

use crate::jobadder_support::{ALL_SCOPES, Account, named};

fn denied(answer: &crate::support::Answer) -> (u16, String) {
    (answer.status, answer.json()["error"].as_str().unwrap().to_owned())
}

fn because(error: &str) -> (u16, String) {
    (400, error.to_owned())
}

#[tokio::test]
async fn from_consent_to_a_candidate() {
    let account = Account::start().await;
    let credentials = account.world.sandbox.credentials().jobadder;
    let sent_to = account
        .authorize(&[
            ("response_type", "code"),
            ("client_id", &credentials.client_id),
            ("scope", "write_candidate offline_access"),
            ("redirect_uri", &credentials.redirect_uri),
            ("state", "a b&c"),
        ])
        .await;
    assert_eq!(sent_to.status, 302);
    let location = url::Url::parse(sent_to.header("location")).unwrap();
    assert!(location.as_str().starts_with(&credentials.redirect_uri));
    let query: Vec<(String, String)> = location.query_pairs().into_owned().collect();
    assert_eq!((query[0].0.as_str(), &query[1]), ("code", &("state".to_owned(), "a b&c".to_owned())));

    let answer = account.exchange(&query[0].1).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    let tokens = answer.json();
    assert_eq!((&tokens["expires_in"], &tokens["token_type"]), (&json!(3600), &json!("Bearer")));
    assert_eq!(tokens["api"], account.world.sandbox.urls().jobadder);
    assert!(tokens["api"].as_str().unwrap().ends_with("/v2/"));
    assert_eq!((&tokens["instance"], &tokens["account"]), (&json!("sandbox2"), &json!(credentials.account)));
    assert!(tokens.get("scope").is_none());

    let url = format!("{}candidates", tokens["api"].as_str().unwrap());
    let token = tokens["access_token"].as_str().unwrap();
    let made = account.send_as(token, Method::POST, &url, &named(json!({}))).await;
    assert_eq!(made.status, 201);
    let journal = account.world.sandbox.journal();
    assert_eq!((journal.count("connect.authorize"), journal.count("connect.token")), (1, 1));
    assert!(journal.of("connect.token")[0].body.contains(r#""client_secret":"***""#));
}

#[tokio::test]
async fn what_the_browser_is_refused() {
    let account = Account::start().await;
    let credentials = account.world.sandbox.credentials().jobadder;
    let go = async |changed: (&'static str, &'static str)| {
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", credentials.client_id.as_str()),
            ("scope", "read_job offline_access"),
            ("redirect_uri", credentials.redirect_uri.as_str()),
        ];
        for (name, value) in &mut query {
            if *name == changed.0 {
                *value = changed.1;
            }
        }
        account.authorize(&query).await
    };
    // If a redirect is not safe, the response is an error page.
    for change in
        [("client_id", "nobody"), ("redirect_uri", "http://127.0.0.1:8976/callback/"), ("redirect_uri", "")]
    {
        let page = go(change).await;
        assert_eq!((page.status, page.header("location")), (400, ""), "{change:?}");
    }
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("scope", "read_candidates"), "invalid_scope"),
        (("scope", "offline_access"), "invalid_scope"),
        (("scope", ""), "invalid_scope"),
    ] {
        let sent_to = go(change).await;
        let expected = format!("{}?error={error}", credentials.redirect_uri);
        assert_eq!((sent_to.status, sent_to.header("location")), (302, expected.as_str()));
    }
    account.jobadder().switch(|s| s.deny_consent = true);
    let sent_to = go(("", "")).await;
    assert_eq!(sent_to.header("location"), format!("{}?error=access_denied", credentials.redirect_uri));

    // Another redirect URI must be registered first.
    account.jobadder().switch(|s| s.deny_consent = false);
    let mut applications = account.jobadder().applications();
    applications[0].redirect_uris.push("http://127.0.0.1:9/back?from=jobadder".to_owned());
    account.jobadder().set_applications(applications);
    let sent_to = go(("redirect_uri", "http://127.0.0.1:9/back?from=jobadder")).await;
    assert!(sent_to.header("location").starts_with("http://127.0.0.1:9/back?from=jobadder&code="));
    assert_eq!(account.world.fetch(&account.identity("/v2/candidates")).await.status, 404);
}

#[tokio::test]
async fn what_the_token_endpoint_refuses() {
    let account = Account::start().await;
    let jobadder = account.jobadder();
    let other = Application {
        client_id: "other".to_owned(),
        client_secret: "secret".to_owned(),
        redirect_uris: vec!["http://127.0.0.1:8976/callback".to_owned()],
    };
    jobadder.set_applications([jobadder.applications(), vec![other]].concat());
    let code = jobadder.consent(ALL_SCOPES);
    let url = account.identity("/connect/token");
    let credentials = account.world.sandbox.credentials().jobadder;
    let uri = credentials.redirect_uri.as_str();
    let (id, secret) = (credentials.client_id.as_str(), credentials.client_secret.as_str());
    let exchange = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", uri)];

    // Only forms with the client's credentials are accepted.
    let body = json!({"client_id": id, "client_secret": secret, "grant_type": "authorization_code", "code": code,
        "redirect_uri": uri});
    let json_body = account.world.client.post(&url).json(&body).send().await.unwrap();
    assert_eq!(json_body.status(), 400);
    assert_eq!(json_body.json::<Value>().await.unwrap(), json!({"error": "invalid_request"}));
    let basic =
        account.world.client.post(&url).basic_auth(id, Some(secret)).form(&exchange).send().await.unwrap();
    assert_eq!(basic.json::<Value>().await.unwrap(), json!({"error": "invalid_client"}));
    let in_query = account.world.client.post(&url).query(&exchange).form(&[("client_id", id)]);
    assert_eq!(in_query.send().await.unwrap().status(), 400);

    for client in [
        [("client_id", "nobody"), ("client_secret", secret)],
        [("client_id", id), ("client_secret", "wrong")],
    ] {
        assert_eq!(
            denied(&account.token_as(&[&client[..], &exchange].concat()).await),
            because("invalid_client")
        );
    }
    jobadder.switch(|s| s.invalid_client_status = 401);
    assert_eq!(account.token_as(&exchange).await.status, 401);

    let of_another = [("client_id", "other"), ("client_secret", "secret")];
    assert_eq!(
        denied(&account.token_as(&[&of_another[..], &exchange].concat()).await),
        because("invalid_grant")
    );
    let elsewhere = [exchange[0], exchange[1], ("redirect_uri", "http://127.0.0.1:8976/other")];
    assert_eq!(denied(&account.token(&elsewhere).await), because("invalid_grant"));
    assert_eq!(denied(&account.exchange("made-up").await), because("invalid_grant"));
    assert_eq!(denied(&account.token(&exchange[..2]).await), because("invalid_request"));
    assert_eq!(denied(&account.token(&[exchange[1], exchange[2]]).await), because("invalid_request"));
    let twice = [exchange[0], exchange[0], exchange[1], exchange[2]];
    assert_eq!(denied(&account.token(&twice).await), because("invalid_request"));
    for grant_type in ["client_credentials", "password"] {
        let fields = [("grant_type", grant_type)];
        assert_eq!(denied(&account.token(&fields).await), because("unsupported_grant_type"));
    }
    // None of these requests used the code. An exchange does.
    assert_eq!(account.exchange(&code).await.status, 200);
    assert_eq!(denied(&account.exchange(&code).await), because("invalid_grant"));
    assert_eq!(denied(&account.refresh("made-up").await), because("invalid_grant"));
}

#[tokio::test]
async fn codes_die_after_five_minutes() {
    let account = Account::start().await;
    let clock = account.world.sandbox.clock();
    let (one, two) = (account.jobadder().consent(ALL_SCOPES), account.jobadder().consent(ALL_SCOPES));
    clock.advance(Duration::from_secs(4 * 60 + 50));
    assert_eq!(account.exchange(&one).await.status, 200);
    clock.advance(Duration::from_secs(10));
    assert_eq!(denied(&account.exchange(&two).await), because("invalid_grant"));
}

#[tokio::test]
async fn there_is_always_a_code_to_start_with() {
    let account = Account::start().await;
    let code = || account.world.sandbox.credentials().jobadder.authorization_code;
    let first = code();
    assert_eq!(code(), first);
    assert_eq!(account.exchange(&first).await.status, 200);
    let second = code();
    assert_ne!(second, first);
    account.world.sandbox.clock().advance(Duration::from_secs(300));
    let third = code();
    assert_ne!(third, second);
    assert_eq!(account.exchange(&third).await.status, 200);
}

#[tokio::test]
async fn refresh_tokens_rotate_and_die_unused() {
    let account = Account::start().await;
    let jobadder = account.jobadder();
    let clock = account.world.sandbox.clock();
    let without = account.exchange(&jobadder.consent("read_job write")).await.json();
    assert!(without.get("refresh_token").is_none());

    let first = jobadder.sign_in(ALL_SCOPES);
    let old = first.refresh_token.unwrap();
    let answer = account.refresh(&old).await.json();
    let new = answer["refresh_token"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    assert_eq!((&answer["api"], &answer["expires_in"]), (&json!(account.url("")), &json!(3600)));
    assert_eq!(denied(&account.refresh(&old).await), because("invalid_grant"));

    // Each use restarts the two weeks.
    let day = Duration::from_secs(24 * 60 * 60);
    clock.advance(13 * day);
    let newer = account.refresh(&new).await.json()["refresh_token"].as_str().unwrap().to_owned();
    clock.advance(13 * day);
    let newest = account.refresh(&newer).await.json()["refresh_token"].as_str().unwrap().to_owned();
    clock.advance(14 * day);
    assert_eq!(denied(&account.refresh(&newest).await), because("invalid_grant"));

    // A short grace period, then no rotation.
    jobadder.switch(|s| s.refresh_grace = 30);
    let old = jobadder.sign_in(ALL_SCOPES).refresh_token.unwrap();
    account.refresh(&old).await;
    assert_eq!(account.refresh(&old).await.status, 200);
    clock.advance(Duration::from_secs(31));
    assert_eq!(account.refresh(&old).await.status, 400);
    jobadder.switch(|s| s.refresh_rotates = false);
    let kept = jobadder.sign_in(ALL_SCOPES).refresh_token.unwrap();
    for _ in 0..2 {
        let answer = account.refresh(&kept).await;
        assert_eq!(answer.status, 200);
        assert!(answer.json().get("refresh_token").is_none());
    }

    jobadder.revoke_grants();
    assert_eq!(account.get("candidates").await.status, 401);
    assert_eq!(denied(&account.refresh(&kept).await), because("invalid_grant"));
    jobadder.switch(|s| s.revoked_grant = RevokedGrant::InvalidRequest);
    assert_eq!(denied(&account.refresh(&kept).await), because("invalid_request"));
}

#[tokio::test]
async fn access_tokens() {
    let account = Account::start().await;
    let with = async |authorization: &str| {
        account.raw(Method::GET, "candidates", &[("authorization", authorization)], "").await
    };
    let good = format!("Bearer {}", account.token);
    assert_eq!(with(&good).await.status, 200);
    let basic = format!("Basic {}", account.token);
    for bad in [account.token.as_str(), "Bearer", "Bearer nobody", &basic, &format!("{good}x")] {
        let refused = with(bad).await;
        assert_eq!((refused.status, refused.text.as_str()), (401, ""), "{bad}");
    }
    assert_eq!(account.raw(Method::GET, "candidates", &[], "").await.status, 401);
    let in_query = format!("candidates?access_token={}", account.token);
    assert_eq!(account.raw(Method::GET, &in_query, &[], "").await.status, 401);

    // 60 minutes.
    account.world.sandbox.clock().advance(Duration::from_secs(59 * 60));
    assert_eq!(with(&good).await.status, 200);
    account.world.sandbox.clock().advance(Duration::from_secs(60));
    assert_eq!(with(&good).await.status, 401);

    // A test can expire them too. The refresh token stays valid.
    let tokens = account.jobadder().sign_in(ALL_SCOPES);
    account.jobadder().expire_access_tokens();
    let get =
        async |token: &str| account.send_as(token, Method::GET, "candidates", &Value::Null).await.status;
    assert_eq!(get(&tokens.access_token).await, 401);
    let new = account.refresh(&tokens.refresh_token.unwrap()).await.json();
    assert_eq!(get(new["access_token"].as_str().unwrap()).await, 200);
}

#[tokio::test]
async fn a_scope_that_is_missing_stays_missing() {
    let account = Account::start().await;
    let id = account.created(named(json!({}))).await;
    let candidate = format!("candidates/{id}");
    let attachments = format!("{candidate}/attachments");
    let job = format!("jobs/{}", account.jobadder().jobs()[0]["jobId"]);
    let applications = format!("{job}/applications");
    let status = async |scopes: &str, method: Method, path: &str| {
        let token = account.jobadder().sign_in(scopes).access_token;
        account.send_as(&token, method, path, &Value::Null).await.status
    };
    for (method, path, scopes) in [
        (Method::GET, "candidates", &["read", "read_candidate"][..]),
        (Method::GET, &candidate, &["read", "read_candidate"]),
        (Method::GET, &attachments, &["read", "read_candidate"]),
        (Method::GET, "candidates/lists/status", &["read", "read_candidate"]),
        (Method::GET, "candidates/fields/custom", &["read", "read_candidate"]),
        (Method::POST, "candidates", &["write", "write_candidate"]),
        (Method::PUT, &candidate, &["write", "write_candidate"]),
        (Method::POST, &format!("{attachments}/Resume"), &["write", "write_candidate"]),
        (Method::GET, "jobs", &["read", "read_job"]),
        (Method::GET, &job, &["read", "read_job"]),
        (Method::POST, &applications, &["write", "write_jobapplication"]),
        (Method::GET, "users/current", &["read", "read_user"]),
        (Method::GET, "worktypes", &["read"]),
        (Method::GET, "countries", &["read"]),
        (
            Method::GET,
            "search/emailaddress?Email=a@example.com",
            &["read", "read_candidate", "read_contact", "read_user"],
        ),
    ] {
        for scope in [
            "read",
            "write",
            "read_candidate",
            "write_candidate",
            "read_job",
            "write_jobapplication",
            "read_user",
            "read_contact",
            "read_note offline_access",
        ] {
            let status = status(scope, method.clone(), path).await;
            assert_eq!(status == 403, !scopes.contains(&scope), "{method} {path} {scope}: {status}");
        }
    }
    let tokens = account.jobadder().sign_in("read_job offline_access");
    let refreshed = account.refresh(&tokens.refresh_token.unwrap()).await.json();
    let token = refreshed["access_token"].as_str().unwrap();
    let refused = account.send_as(token, Method::GET, "candidates", &Value::Null).await;
    assert_eq!((refused.status, refused.text.as_str()), (403, ""));
}

#[tokio::test]
async fn only_the_accounts_own_base_answers() {
    let account = Account::start().await;
    let url = account.url("");
    let host = url.trim_end_matches("/v2/").to_owned();
    let status = async |url: String| account.get(&url).await.status;
    for path in
        ["/candidates", "/v2/v2/candidates", "/v2//candidates", "/v1/candidates", "/v2/candidates/", "/v2/"]
    {
        assert_eq!(status(format!("{host}{path}")).await, 404, "{path}");
    }
    assert_eq!(account.send(Method::DELETE, "candidates/1", &Value::Null).await.status, 404);
    assert_eq!(account.world.sandbox.journal().count("unknown"), 7);

    // The account moves: the token endpoint returns the new base URL.
    account.jobadder().switch(|s| s.api_prefix = "/eu9".to_owned());
    assert_eq!(account.get("candidates").await.status, 404);
    let refresh = account.jobadder().sign_in(ALL_SCOPES).refresh_token.unwrap();
    let api = account.refresh(&refresh).await.json()["api"].as_str().unwrap().to_owned();
    assert_eq!(api, format!("{host}/eu9/v2/"));
    let moved = account.get(&format!("{api}candidates?Limit=1")).await;
    assert_eq!(moved.status, 200);
    assert!(moved.json()["links"]["first"].as_str().unwrap().starts_with(&api));

    account.jobadder().switch(|s| {
        s.api_prefix = String::new();
        s.api_form = ApiForm::NoSlash;
    });
    let api = async || account.exchange(&account.jobadder().consent("read")).await.json()["api"].clone();
    assert_eq!(api().await, format!("{host}/v2"));
    account.jobadder().switch(|s| s.api_form = ApiForm::Host);
    assert_eq!(api().await, host);
}

#[tokio::test]
async fn the_whole_account_waits() {
    let account = Account::start().await;
    let clock = account.world.sandbox.clock();
    account.jobadder().switch(|s| s.calls_per_second = Some(2));
    let other = account.jobadder().sign_in(ALL_SCOPES).access_token;
    let get = async |token: &str| account.send_as(token, Method::GET, "worktypes", &Value::Null).await;
    // The clock is real: on a slow machine, two calls within one second may need a second attempt.
    let mut refused = get(&account.token).await;
    for _ in 0..200 {
        if refused.status == 429 {
            break;
        }
        refused = get(&account.token).await;
    }
    assert_eq!((refused.status, refused.header("retry-after"), refused.text.as_str()), (429, "40", ""));
    assert_eq!(get(&other).await.status, 429);
    assert_eq!(account.create(named(json!({}))).await.status, 429);
    assert_eq!(account.jobadder().candidate_count(), 0);
    assert_eq!(account.refresh("made-up").await.status, 400, "the identity host is another");
    clock.advance(Duration::from_secs(30));
    let still = get(&account.token).await;
    let left: u64 = still.header("retry-after").parse().unwrap();
    assert!(still.status == 429 && (1..=10).contains(&left), "{left}");
    clock.advance(Duration::from_secs(10));
    assert_eq!(get(&account.token).await.status, 200);

    account.jobadder().switch(|s| {
        s.calls_per_second = None;
        s.calls_per_minute = Some(3);
        s.retry_after = 7;
    });
    clock.advance(Duration::from_secs(61));
    for status in [200, 200, 200, 429] {
        assert_eq!(get(&account.token).await.status, status);
    }
    clock.advance(Duration::from_secs(7));
    let again = get(&account.token).await;
    assert_eq!((again.status, again.header("retry-after")), (429, "7"), "the minute is not over");

    account.jobadder().switch(|s| s.calls_per_minute = None);
    clock.advance(Duration::from_secs(7));
    account.jobadder().throttle(5);
    let told = get(&account.token).await;
    let left: u64 = told.header("retry-after").parse().unwrap();
    assert!(told.status == 429 && (1..=5).contains(&left), "{left}");
}

#[tokio::test]
async fn bodies_that_nobody_documents() {
    let account = Account::start().await;
    for (body, content_type) in [
        (RefusalBody::Empty, ""),
        (RefusalBody::Model, "application/json"),
        (RefusalBody::Html, "text/html; charset=utf-8"),
        (RefusalBody::Text, "text/plain; charset=utf-8"),
    ] {
        account.jobadder().switch(|s| s.refusal_body = body);
        let token = account.jobadder().sign_in("read_job").access_token;
        let nobody = account.send_as("nobody", Method::GET, "candidates", &Value::Null).await;
        let unfit = account.send_as(&token, Method::GET, "candidates", &Value::Null).await;
        assert_eq!((nobody.status, unfit.status), (401, 403));
        assert_eq!(
            (nobody.header("content-type"), unfit.header("content-type")),
            (content_type, content_type)
        );
        assert_eq!(nobody.text.is_empty(), body == RefusalBody::Empty);
    }
}

#[tokio::test]
async fn another_seed_has_other_ids() {
    let of = async |seed| {
        let sandbox = Sandbox::start(Config { seed, ..Config::default() }).await.unwrap();
        let jobadder = sandbox.jobadder();
        (
            sandbox.credentials().jobadder.account,
            jobadder.jobs()[0]["jobId"].clone(),
            jobadder.seed_candidate(json!({})),
        )
    };
    let (one, two) = (of(1).await, of(2).await);
    assert!(one.0 != two.0 && one.1 != two.1 && one.2 != two.2);
    assert_eq!(of(1).await, one);
}
