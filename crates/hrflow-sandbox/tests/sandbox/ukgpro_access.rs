use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hrflow_sandbox::ukgpro::Prefix;
use hrflow_sandbox::{Fault, FaultBody, Rule, Vendor};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, read};
use crate::ukgpro_support::{TENANT, Ukg, candidate, document, resume};

const UNAUTHORIZED: &str = "The access token is missing, unknown or expired.";
const FORBIDDEN: &str = "The access token has no scope for this operation.";
const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const ID: (&str, &str) = ("client_id", "sandbox-imports");
const SECRET: (&str, &str) = ("client_secret", "sandbox-imports-secret");
const IMPORTS: &str = "recruiting.domain.application-import.create recruiting.domain.application-import.read \
                       recruiting.domain.candidate-import.create recruiting.domain.candidate-import.read";

fn refusal(answer: &Answer) -> (u16, String) {
    let body = answer.json();
    assert!(body["error_description"].is_string());
    assert_eq!(answer.header("cache-control"), "no-store");
    (answer.status, body["error"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_token() {
    let ukg = Ukg::start().await;
    let answer = ukg.sign_in(&[GRANT, ID, SECRET]).await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!(
        (&body["token_type"], &body["expires_in"], &body["scope"]),
        (&json!("Bearer"), &json!(3600), &json!(IMPORTS))
    );
    assert!(body.get("token").is_none() && body.get("refresh_token").is_none());
    let token = body["access_token"].as_str().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    // Each login gets its own token.
    assert_ne!(ukg.sign_in(&[GRANT, ID, SECRET]).await.json()["access_token"], token);

    let one = "recruiting.domain.candidate-import.read";
    assert_eq!(ukg.sign_in(&[GRANT, ID, SECRET, ("scope", one)]).await.json()["scope"], one);
    assert_eq!(ukg.sign_in(&[GRANT, ID, SECRET, ("scope", "")]).await.json()["scope"], IMPORTS);
    ukg.stand_in().switch(|s| {
        s.expires_in = false;
        s.token_seconds = 60;
    });
    assert!(ukg.sign_in(&[GRANT, ID, SECRET]).await.json().get("expires_in").is_none());
}

#[tokio::test]
async fn tokens_that_are_refused() {
    let ukg = Ukg::start().await;
    for (fields, status, code) in [
        (vec![], 400, "invalid_request"),
        (vec![ID, SECRET], 400, "invalid_request"),
        (vec![GRANT, GRANT, ID, SECRET], 400, "invalid_request"),
        (vec![("grant_type", "password"), ID, SECRET], 400, "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token"), ID, SECRET], 400, "unsupported_grant_type"),
        (vec![GRANT], 401, "invalid_client"),
        (vec![GRANT, ID], 401, "invalid_client"),
        (vec![GRANT, ID, ("client_secret", "")], 401, "invalid_client"),
        (vec![GRANT, ID, ("client_secret", "wrong")], 401, "invalid_client"),
        (vec![GRANT, ("client_id", "nobody"), SECRET], 401, "invalid_client"),
        (vec![GRANT, ID, SECRET, ("scope", "profile")], 400, "invalid_scope"),
        (
            vec![
                GRANT,
                ID,
                SECRET,
                ("scope", "recruiting.domain.candidate-import.read recruiting.domain.candidates.read"),
            ],
            400,
            "invalid_scope",
        ),
    ] {
        assert_eq!(refusal(&ukg.sign_in(&fields).await), (status, code.to_owned()), "{fields:?}");
    }
    ukg.stand_in().switch(|s| s.invalid_scope_status = 401);
    let refused = ukg.sign_in(&[GRANT, ID, SECRET, ("scope", "profile")]).await;
    assert_eq!(refusal(&refused), (401, "invalid_scope".to_owned()));
    assert!(refused.json()["error_description"].as_str().unwrap().contains("profile"));
}

#[tokio::test]
async fn the_form_of_a_token_request() {
    let ukg = Ukg::start().await;
    let identity = ukg.world.sandbox.urls().ukgpro_identity;
    let client = &ukg.world.client;
    let url = format!("{identity}/signin/oauth2/t/{TENANT}/access_token");
    let send = async |request: reqwest::RequestBuilder| read(request.send().await.unwrap()).await;
    let fields = [GRANT, ID, SECRET];
    let json: Value = fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    assert_eq!(refusal(&send(client.post(&url).json(&json)).await), (400, "invalid_request".to_owned()));
    // Parameters of the query are ignored.
    let empty = client.post(&url).query(&fields).form(&[("x", "y")]);
    assert_eq!(refusal(&send(empty).await), (400, "invalid_request".to_owned()));
    for (method, path) in [
        (Method::GET, format!("/signin/oauth2/t/{TENANT}/access_token")),
        (Method::POST, "/signin/oauth2/t/OTHER1000/access_token".to_owned()),
        (Method::POST, format!("/signin/oauth2/t/{TENANT}/access_token/")),
        (Method::POST, format!("/talent/recruiting/v2/signin/oauth2/t/{TENANT}/access_token")),
        (Method::POST, "/oauth/token".to_owned()),
    ] {
        let answer = send(client.request(method, format!("{identity}{path}")).form(&fields)).await;
        assert_eq!((answer.status, answer.text.as_str()), (404, ""), "{path}");
    }
    let basic = || client.post(&url).basic_auth(ID.1, Some(SECRET.1)).form(&[GRANT]);
    assert_eq!(refusal(&send(basic()).await), (401, "invalid_client".to_owned()));
    ukg.stand_in().switch(|s| s.basic_auth = true);
    assert_eq!(send(basic()).await.status, 200);
}

#[tokio::test]
async fn every_call_needs_a_token() {
    let mut ukg = Ukg::start().await;
    let id = ukg.created("ann@example.com").await;
    let calls = [
        (Method::GET, "candidates".to_owned()),
        (Method::POST, "candidates".to_owned()),
        (Method::GET, format!("candidates/{id}")),
        (Method::GET, format!("candidates/{id}/user-name-email")),
        (Method::GET, format!("candidates/{id}/skills")),
        (Method::POST, format!("candidates/{id}/work-experience")),
        (Method::POST, "candidates-lookup".to_owned()),
        (Method::POST, format!("candidates/{id}/documents")),
        (Method::GET, format!("candidates/{id}/documents/{id}/download")),
        (Method::GET, "applications".to_owned()),
        (Method::POST, "applications".to_owned()),
        (Method::GET, format!("applications/{id}")),
        (Method::GET, format!("applications/candidate/{id}")),
        (Method::POST, format!("applications/{id}/documents")),
        (Method::GET, "opportunities".to_owned()),
        (Method::GET, format!("opportunities/{id}")),
        (Method::GET, format!("opportunities/{id}/screening-questions")),
        (Method::GET, "proficiency-levels".to_owned()),
        (Method::GET, "applicant-sources".to_owned()),
    ];
    for authorization in ["", "Bearer nonsense", &format!("bearer {}", ukg.token), &ukg.token] {
        for (method, path) in &calls {
            let mut request = ukg.world.client.request(method.clone(), ukg.url(path));
            if !authorization.is_empty() {
                request = request.header("authorization", authorization);
            }
            let answer = read(request.send().await.unwrap()).await;
            answer.assert_message(401, UNAUTHORIZED);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    // Until it expires or is revoked.
    ukg.stand_in().switch(|s| s.token_seconds = 1);
    ukg.token = ukg.token_of("sandbox-all").await;
    assert_eq!(ukg.get("candidates").await.status, 200);
    ukg.world.sandbox.clock().advance(Duration::from_secs(1));
    ukg.get("candidates").await.assert_message(401, UNAUTHORIZED);
    ukg.stand_in().switch(|s| s.token_seconds = 3600);
    ukg.token = ukg.token_of("sandbox-all").await;
    assert_eq!(ukg.get("candidates").await.status, 200);
    ukg.stand_in().revoke_tokens();
    ukg.get("candidates").await.assert_message(401, UNAUTHORIZED);
}

#[tokio::test]
async fn scopes() {
    let mut ukg = Ukg::start().await;
    let id = ukg.created("ann@example.com").await;
    let one = format!("candidates/{id}");
    let calls = [
        (Method::POST, "candidates", 400),
        (Method::POST, "candidates-lookup", 400),
        (Method::POST, &format!("{one}/documents"), 415),
        (Method::POST, "applications", 400),
        (Method::GET, &one, 200),
        (Method::GET, &format!("{one}/user-name-email"), 200),
        (Method::POST, &format!("{one}/skills"), 400),
        (Method::GET, "candidates", 200),
        (Method::GET, "applications", 200),
        (Method::GET, "opportunities", 200),
        (Method::GET, "proficiency-levels", 200),
        (Method::GET, "applicant-sources", 200),
    ];
    let table = [
        ("sandbox-all", false, "yyyyyyyyyyyy"),
        ("sandbox-imports", false, "yyyy-----yyy"),
        ("sandbox-imports", true, "--yy-----yyy"),
        ("sandbox-domain", true, "yyyyyyyyyyyy"),
        ("sandbox-reader", true, "-y--yy-yyyyy"),
        ("sandbox-easy-apply", true, "yyyy--------"),
    ];
    for (client, strict, allowed) in table {
        ukg.stand_in().switch(|s| s.strict_scopes = strict);
        ukg.token = ukg.token_of(client).await;
        for ((method, path, status), allowed) in calls.iter().zip(allowed.chars()) {
            let body = if *method == Method::POST { json!({}) } else { Value::Null };
            let answer = ukg.call(method.clone(), path, &body).await;
            match allowed {
                'y' => assert_eq!(answer.status, *status, "{client} {path} {}", answer.text),
                _ => answer.assert_message(403, FORBIDDEN),
            }
        }
    }
    // A token has only the requested scopes, not all registered ones.
    let scope = ("scope", "recruiting.domain.candidates.name-email");
    let domain = [GRANT, ("client_id", "sandbox-domain"), ("client_secret", "sandbox-domain-secret"), scope];
    ukg.token = ukg.sign_in(&domain).await.json()["access_token"].as_str().unwrap().to_owned();
    let brief = ukg.get(&format!("{one}/user-name-email")).await;
    assert_eq!(
        brief.json(),
        json!({"id": id, "name": {"first": "Ann", "last": "Placeholder"}, "email": "ann@example.com"})
    );
    ukg.get(&one).await.assert_message(403, FORBIDDEN);
    // Lists of ids can be rejected for any client.
    ukg.token = ukg.token_of("sandbox-all").await;
    ukg.stand_in().switch(|s| s.lookups_forbidden = true);
    for list in ["proficiency-levels", "applicant-sources", "prefixes", "suffixes", "fields-of-study"] {
        ukg.get(list).await.assert_message(403, FORBIDDEN);
    }
    assert_eq!(ukg.get("opportunities").await.status, 200);
}

#[tokio::test]
async fn both_forms_of_the_base_path() {
    let ukg = Ukg::start().await;
    let base = ukg.world.sandbox.urls().ukgpro;
    let direct = format!("{base}/{TENANT}/api/opportunities");
    let gateway = format!("{base}/talent/recruiting/v2/{TENANT}/api/opportunities");
    for (prefix, statuses) in
        [(Prefix::Direct, [200, 404]), (Prefix::Gateway, [404, 200]), (Prefix::Both, [200, 200])]
    {
        ukg.stand_in().switch(|s| s.prefix = prefix);
        assert_eq!([ukg.get(&direct).await.status, ukg.get(&gateway).await.status], statuses, "{prefix:?}");
    }
    for path in [
        "".to_owned(),
        "/OTHER1000/api/candidates".to_owned(),
        format!("/{TENANT}/candidates"),
        format!("/{TENANT}/api/"),
        format!("/{TENANT}/api/candidates/"),
        format!("/{TENANT}/api/unheard-of"),
        format!("/{TENANT}/api/candidates/1/unheard-of"),
        format!("/talent/recruiting/v1/{TENANT}/api/candidates"),
        format!("/recruiting/v1/{TENANT}/api/candidates"),
    ] {
        ukg.get(&format!("{base}{path}")).await.assert_message(404, "The resource was not found.");
    }
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = ukg.call(method, "candidates/1", &json!({})).await;
        answer.assert_message(404, "The resource was not found.");
    }
    assert_eq!(ukg.world.sandbox.journal().of("unknown").len(), 14);
}

#[tokio::test]
async fn the_gateway_counts_by_client() {
    let mut ukg = Ukg::start().await;
    ukg.stand_in().switch(|s| s.rate_limit = Some(3));
    let clock = ukg.world.sandbox.clock().clone();
    for _ in 0..3 {
        clock.advance(Duration::from_secs(10));
        assert_eq!(ukg.get("opportunities").await.status, 200);
    }
    let refused = ukg.get("opportunities").await;
    refused.assert_message(429, "API call quota exceeded.");
    assert_eq!(refused.header("retry-after"), "");
    ukg.stand_in().switch(|s| s.retry_after = true);
    let wait: u64 = ukg.get("opportunities").await.header("retry-after").parse().unwrap();
    assert!((35..=40).contains(&wait), "{wait}");
    // Another client has its own count.
    let other = ukg.token_of("sandbox-reader").await;
    let first = std::mem::replace(&mut ukg.token, other);
    assert_eq!(ukg.get("opportunities").await.status, 200);
    ukg.token = first;
    clock.advance(Duration::from_secs(wait));
    assert_eq!(ukg.get("opportunities").await.status, 200);
    assert_eq!(ukg.get("opportunities").await.status, 429);
}

#[tokio::test]
async fn bodies_that_are_no_json() {
    let ukg = Ukg::start().await;
    for path in ["candidates", "candidates-lookup", "applications"] {
        let post = |content_type: &'static str, body: &'static str| {
            let request = ukg.world.client.post(ukg.url(path)).bearer_auth(&ukg.token);
            request.header("content-type", content_type).body(body)
        };
        let typed = read(post("text/plain", "{}").send().await.unwrap()).await;
        typed.assert_message(415, "The body must be application/json.");
        for body in ["", "{", "[]", "\"text\"", "null"] {
            let refused = read(post("application/json; charset=utf-8", body).send().await.unwrap()).await;
            refused.assert_broken(400, "", "Invalid");
        }
    }
}

#[tokio::test]
async fn the_journal_shows_forms_and_no_secrets() {
    let ukg = Ukg::start().await;
    let id = ukg.created("ann@example.com").await;
    ukg.send_form(&format!("candidates/{id}/documents"), document(&resume(), b"%PDF\xFF".to_vec())).await;
    let journal = ukg.world.sandbox.journal();
    let sign_in = &journal.of("ukg.token")[0];
    assert_eq!(
        serde_json::from_str::<Value>(&sign_in.body).unwrap(),
        json!({"client_id": "sandbox-all", "client_secret": "***", "grant_type": "client_credentials"})
    );
    // A secret in a form of the wrong type is masked too.
    let json = ukg
        .world
        .client
        .post(format!("{}/signin/oauth2/t/{TENANT}/access_token", ukg.world.sandbox.urls().ukgpro_identity));
    json.json(&json!({"client_secret": "secret"})).send().await.unwrap();
    assert_eq!(journal.of("ukg.token")[1].body, r#"{"client_secret":"***"}"#);
    let create = &journal.of("ukg.candidates.create")[0];
    assert_eq!((create.vendor, create.status), (Vendor::UkgPro, Some(201)));
    assert_eq!(create.headers["authorization"], "Bearer ***");
    assert_eq!(create.body, candidate("ann@example.com").to_string());
    let upload: Value = serde_json::from_str(&journal.of("ukg.documents.create")[0].body).unwrap();
    assert_eq!(upload["metadata"], resume().to_string());
    assert!(upload["file"].as_str().unwrap().starts_with("<file \"resume.pdf\", application/pdf, 5 bytes, "));
}

#[tokio::test]
async fn faults() {
    let ukg = Ukg::start().await;
    let faults = ukg.world.sandbox.faults();
    let rule = |route: &str, fault: Fault| Rule::new(Vendor::UkgPro, route, fault).limit(1);
    let status = |code, executed| Fault::Status { code, body: FaultBody::Json, executed };
    faults.set(vec![
        rule("ukg.token", status(503, false)),
        rule("ukg.candidates.create", Fault::Unauthorized),
        rule("ukg.candidates.create", Fault::TooManyRequests { retry_after: Some(7) }),
        rule("ukg.candidates.create", status(500, true)),
        rule("ukg.candidates.lookup", Fault::TruncatedBody),
    ]);
    let refused = ukg.sign_in(&[GRANT, ID, SECRET]).await;
    assert_eq!(refusal(&refused), (503, "temporarily_unavailable".to_owned()));
    let create = async || ukg.post("candidates", &candidate("ann@example.com")).await;
    create().await.assert_message(401, UNAUTHORIZED);
    let limited = create().await;
    limited.assert_message(429, "API call quota exceeded.");
    assert_eq!(limited.header("retry-after"), "7");
    create().await.assert_message(500, "Something went wrong.");
    assert_eq!(ukg.stand_in().candidate_count(), 1);
    let url = ukg.url("candidates-lookup");
    let request =
        ukg.world.client.post(url).bearer_auth(&ukg.token).json(&json!({"email": "ann@example.com"}));
    assert!(request.send().await.unwrap().text().await.is_err());
    assert_eq!(ukg.look_up("ann@example.com").await.status, 200);
}
