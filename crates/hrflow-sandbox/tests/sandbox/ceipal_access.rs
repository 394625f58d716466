use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hrflow_sandbox::ceipal::Expired;
use hrflow_sandbox::{Config, Fault, FaultBody, Rule, Vendor};
use reqwest::Method;
use serde_json::{Value, json};

use crate::ceipal_support::{Cei, EMAIL, FIRST, credentials, parts};
use crate::support::{Answer, read};

const MANDATORY: &str = "Email, password and api key credentials are mandatory";
const EXPIRED: &str = "access_token expired";

#[tokio::test]
async fn a_token() {
    let cei = Cei::start().await;
    for path in ["v1/createAuthtoken", "v1/createAuthtoken/"] {
        // XML, unless JSON is asked for.
        let xml = cei.sign_in(path, &credentials()).await;
        assert_eq!((xml.status, xml.header("content-type")), (200, "application/xml; charset=utf-8"));
        let (head, rest) = xml.text.split_once("<root><access_token>").unwrap();
        assert_eq!(head, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        let (access, rest) = rest.split_once("</access_token><refresh_token>").unwrap();
        assert!(rest.ends_with("</refresh_token></root>"));
        let authorized = cei.world.client.get(cei.url("v1/getUsersList/")).bearer_auth(access);
        assert_eq!(authorized.send().await.unwrap().status(), 200);
    }
    let mut asking = credentials();
    asking["json"] = json!(1);
    let body = cei.sign_in("v1/createAuthtoken", &asking).await.json();
    assert_eq!(body.as_object().unwrap().len(), 2);
    let access = body["access_token"].as_str().unwrap();
    let claims = URL_SAFE_NO_PAD.decode(access.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    let accepting = cei.world.client.post(cei.url("v1/createAuthtoken")).json(&credentials());
    let accepting = read(accepting.header("accept", "application/json").send().await.unwrap()).await;
    assert!(accepting.json()["refresh_token"].is_string());
    cei.stand_in().switch(|s| s.xml_tokens = false);
    assert!(cei.sign_in("v1/createAuthtoken", &credentials()).await.json()["access_token"].is_string());

    let second = json!({"email": "api.user@example.com", "password": "sandbox-password",
        "apiKey": "sandbox-ceipal-key"});
    assert!(cei.sign_in("v2/createAuthtoken/", &second).await.json()["access_token"].is_string());
    cei.stand_in().switch(|s| {
        s.nested_tokens = true;
        s.expires_in = true;
        s.jwt = false;
        s.token_seconds = 7;
    });
    let body = cei.sign_in("v2/createAuthtoken/", &second).await.json();
    assert_eq!(body.as_object().unwrap().len(), 1);
    assert_eq!((&body["data"]["expires_in"], &body["data"]["token_type"]), (&json!(7), &json!("Bearer")));
    assert!(!body["data"]["access_token"].as_str().unwrap().contains('.'));
}

#[tokio::test]
async fn sign_ins_that_are_refused() {
    let cei = Cei::start().await;
    let refused = |answer: &Answer, status: u16, text: &str| {
        assert_eq!((answer.status, answer.json()), (status, json!({"message": text})));
    };
    let with = |members: Value| {
        let mut body = credentials();
        for (name, value) in members.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let one = "v1/createAuthtoken";
    for body in [
        json!({}),
        json!([]),
        with(json!({"email": ""})),
        with(json!({"password": null})),
        with(json!({"api_key": 7})),
        with(json!({"email": null, "username": "api.user@example.com"})),
        with(json!({"api_key": null, "apiKey": "sandbox-ceipal-key"})),
    ] {
        refused(&cei.sign_in(one, &body).await, 400, MANDATORY);
    }
    refused(&cei.sign_in("v2/createAuthtoken/", &credentials()).await, 400, MANDATORY);
    let fields = [("email", "api.user@example.com"), ("password", "sandbox-password"), ("api_key", "x")];
    let form = cei.world.client.post(cei.url(one)).form(&fields).send().await.unwrap();
    refused(&read(form).await, 400, MANDATORY);
    let query = cei.world.client.post(cei.url(one)).query(&fields).json(&json!({})).send().await.unwrap();
    refused(&read(query).await, 400, MANDATORY);

    for wrong in
        [json!({"email": "nobody@example.com"}), json!({"password": "wrong"}), json!({"api_key": "wrong"})]
    {
        refused(&cei.sign_in(one, &with(wrong)).await, 401, "Invalid credentials");
    }
    cei.stand_in().switch(|s| s.sign_in_status = 403);
    refused(&cei.sign_in(one, &with(json!({"password": "wrong"}))).await, 403, "Invalid credentials");
    let second = with(json!({"apiKey": "wrong"}));
    refused(&cei.sign_in("v2/createAuthtoken/", &second).await, 401, "Invalid credentials");
    cei.stand_in().set_accounts(Vec::new());
    refused(&cei.sign_in(one, &credentials()).await, 403, "Invalid credentials");
}

#[tokio::test]
async fn refreshing() {
    let mut cei = Cei::start().await;
    let refresh = async |cei: &Cei, value: &str| {
        let request = cei.world.client.post(cei.url("v1/refreshToken/?Token=string"));
        let request = request.header("accept", "application/json").header("Token", value).body("nonsense");
        read(request.send().await.unwrap()).await
    };
    let clock = cei.world.sandbox.clock().clone();
    // An expired token can be refreshed too.
    clock.advance(Duration::from_secs(3601));
    assert_eq!(cei.get("v1/getUsersList/").await.status, 401);
    let answer = refresh(&cei, &format!("Bearer {}", cei.token)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().len(), 1);
    cei.token = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(cei.get("v1/getUsersList/").await.status, 200);
    for wrong in ["", "nonsense", "Bearer nonsense", cei.token.as_str()] {
        let refused = refresh(&cei, wrong).await;
        assert_eq!((refused.status, refused.json()), (401, json!({"message": "Invalid token"})), "{wrong}");
    }
    let by_authorization = cei.request(Method::POST, "v1/refreshToken/").send().await.unwrap();
    assert_eq!(by_authorization.status(), 401);
    // The seven days count from the login.
    clock.advance(Duration::from_secs(7 * 24 * 3600 - 3700));
    assert_eq!(refresh(&cei, &format!("Bearer {}", cei.token)).await.status, 200);
    clock.advance(Duration::from_secs(100));
    assert_eq!(refresh(&cei, &format!("Bearer {}", cei.token)).await.status, 401);
    // The header must not be masked.
    let entry = cei.world.sandbox.journal().of("ceipal.token_refresh").pop().unwrap();
    assert_eq!(entry.headers["token"], "***");
}

#[tokio::test]
async fn every_call_needs_a_token() {
    let mut cei = Cei::start().await;
    let calls = [
        (Method::POST, "v1/createApplicant"),
        (Method::POST, "v1/applyJobWithOutRegistration"),
        (Method::POST, "v2/applyJobWithOutRegistration/"),
        (Method::GET, "v1/getApplicantsList"),
        (Method::GET, "v2/getApplicantsList/"),
        (Method::GET, "v1/getApplicantDetails/?applicant_id=x"),
        (Method::GET, "v2/getApplicantDetails/x/"),
        (Method::GET, "v1/getJobPostingsList"),
        (Method::GET, "v1/getJobPostingDetails/?job_id=x"),
        (Method::GET, "v1/getSubmissionsList"),
        (Method::GET, "v1/getCountriesList/"),
        (Method::GET, "v1/getStatesList/?country=US"),
        (Method::GET, "v1/getSourcesList"),
        (Method::GET, "v1/getUsersList"),
        (Method::GET, "v2/getJobStatusList/"),
        (Method::GET, "v1/viewResume/x"),
        (Method::POST, "v2/documentDownload/"),
    ];
    let key = "sandbox-ceipal-key".to_owned();
    for authorization in ["", "Bearer nonsense", &cei.token, &key] {
        for (method, path) in &calls {
            let mut request = cei.world.client.request(method.clone(), cei.url(path));
            if !authorization.is_empty() {
                request = request.header("authorization", authorization);
            }
            let answer = read(request.send().await.unwrap()).await;
            assert_eq!((answer.status, answer.json()), (401, json!({"message": EXPIRED})), "{path}");
        }
    }
    // One token is valid for both versions until it expires. The response then depends on the switch.
    cei.stand_in().switch(|s| s.token_seconds = 1);
    cei.token = cei.signed_in().await;
    for path in ["v1/getUsersList", "v2/getUsersList/"] {
        assert_eq!(cei.get(path).await.status, 200);
    }
    cei.world.sandbox.clock().advance(Duration::from_secs(1));
    let plain = json!({"message": EXPIRED});
    let softly = json!({"status": 400, "success": 0, "message": EXPIRED});
    for (expired, one, two) in [
        (Expired::Unauthorized, (401, plain.clone()), 401),
        (Expired::Forbidden, (403, plain.clone()), 403),
        (Expired::Ok, (200, softly), 401),
        (Expired::OkDetail, (200, json!({"detail": EXPIRED})), 401),
    ] {
        cei.stand_in().switch(|s| s.expired = expired);
        let answer = cei.get("v1/getUsersList").await;
        assert_eq!((answer.status, answer.json()), one, "{expired:?}");
        assert_eq!(cei.get("v2/getUsersList/").await.status, two);
    }
    cei.stand_in().switch(|s| {
        s.expired = Expired::Unauthorized;
        s.token_seconds = 3600;
    });
    cei.token = cei.signed_in().await;
    cei.stand_in().revoke_tokens();
    assert_eq!(cei.get("v1/getUsersList").await.status, 401);
}

#[tokio::test]
async fn slashes_and_paths() {
    let cei = Cei::start().await;
    let status = async |method: Method, path: &str| {
        let answer = read(cei.request(method, path).send().await.unwrap()).await;
        if answer.status == 404 {
            assert_eq!(answer.json(), json!({"message": "Not Found"}), "{path}");
        }
        answer.status
    };
    let users = ["v1/getUsersList", "v1/getUsersList/", "v2/getUsersList", "v2/getUsersList/"];
    for (path, expected) in users.into_iter().zip([200, 200, 404, 200]) {
        assert_eq!(status(Method::GET, path).await, expected, "{path}");
    }
    cei.stand_in().switch(|s| s.v2_slash = false);
    assert_eq!(status(Method::GET, "v2/getUsersList").await, 200);
    for (method, path) in [
        (Method::GET, "v1/getUserslist"),
        (Method::POST, "v1/getUsersList"),
        (Method::GET, "v3/getUsersList/"),
        (Method::GET, "getUsersList"),
        (Method::POST, "v1/createAuthToken"),
        (Method::POST, "v1/createToken/"),
        (Method::GET, "v1/jobs"),
        (Method::PUT, "v1/createApplicant"),
        (Method::POST, "v2/createApplicant/"),
        (Method::POST, "v1/documentDownload/"),
        (Method::GET, "v2/viewResume/x/"),
        (Method::GET, "v1/getApplicantDetails/x"),
        (Method::GET, "v2/getApplicantDetails/?applicant_id=x"),
    ] {
        assert_eq!(status(method, path).await, 404, "{path}");
    }
    cei.stand_in().switch(|s| s.v1_redirect = true);
    let answer = cei.get("v1/getApplicantsList?limit=5&email=a%2Bb").await;
    let location = "/v1/getApplicantsList/?limit=5&email=a%2Bb";
    assert_eq!((answer.status, answer.header("location")), (301, location));
    assert_eq!(cei.get("v1/getApplicantsList/").await.status, 200);
    assert_eq!(cei.create(&[FIRST, EMAIL]).await.status, 201);
}

#[tokio::test]
async fn the_throttle_counts_every_call() {
    let mut cei = Cei::with(Config { seeded: false, ..Config::default() }).await;
    let clock = cei.world.sandbox.clock().clone();
    // The login was the first of the 60 calls.
    for n in 0..59 {
        if n == 29 {
            clock.advance(Duration::from_secs(30));
        }
        assert_eq!(cei.get("v1/getUsersList").await.status, 200, "{n}");
    }
    let refused = cei.get("v1/getUsersList").await;
    assert_eq!((refused.status, refused.json()), (429, json!({"message": "Too many requests"})));
    assert_eq!(refused.header("retry-after"), "");
    let mut asking = credentials();
    asking["json"] = json!(1);
    assert_eq!(cei.sign_in("v1/createAuthtoken", &asking).await.status, 429);
    cei.stand_in().switch(|s| {
        s.throttle_status = 403;
        s.retry_after = true;
    });
    let refused = cei.get("v1/getUsersList").await;
    assert_eq!((refused.status, refused.json()), (403, json!({"message": "Forbidden"})));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((25..=30).contains(&wait), "{wait}");
    clock.advance(Duration::from_secs(wait));
    cei.token = cei.signed_in().await;
    assert_eq!(cei.get("v1/getUsersList").await.status, 200);
}

#[tokio::test]
async fn the_journal_shows_forms_and_no_secrets() {
    let cei = Cei::start().await;
    cei.create(&[FIRST, EMAIL]).await;
    cei.send_form("v1/createApplicant", parts(&[FIRST], Some(b"%PDF\xFF"))).await;
    let journal = cei.world.sandbox.journal();
    let body = |operation: &str, n: usize| -> Value {
        serde_json::from_str(&journal.of(operation)[n].body).unwrap()
    };
    assert_eq!(
        body("ceipal.token", 0),
        json!({"email": "api.user@example.com", "password": "***", "api_key": "***", "json": 1})
    );
    assert_eq!(
        body("applicants.create", 0),
        json!({"standard_fields.firstname": "Ann", "standard_fields.email": "ann@example.com"})
    );
    // A secret in a form of the wrong type is masked too.
    let fields = [("email", "a@example.com"), ("password", "secret"), ("api_key", "secret")];
    cei.post("v1/createAuthtoken", &fields).await;
    assert_eq!(
        body("ceipal.token", 1),
        json!({"email": "a@example.com", "password": "***", "api_key": "***"})
    );
    let file = body("applicants.create", 1)["document_fields.1"].as_str().unwrap().to_owned();
    assert!(file.starts_with("<file \"cv.pdf\", application/pdf, 5 bytes, sha256 "));
    let entry = &journal.of("applicants.create")[0];
    assert_eq!((entry.vendor, entry.headers["authorization"].as_str()), (Vendor::Ceipal, "Bearer ***"));
}

#[tokio::test]
async fn faults() {
    let cei = Cei::start().await;
    let rule = |fault: Fault| Rule::new(Vendor::Ceipal, "applicants.create", fault).limit(1);
    let status = |code, body| Fault::Status { code, body, executed: false };
    cei.world.sandbox.faults().set(vec![
        rule(Fault::Unauthorized),
        rule(Fault::TooManyRequests { retry_after: Some(3) }),
        rule(status(403, FaultBody::Json)),
        rule(status(502, FaultBody::Html)),
        rule(Fault::EmptyBody201),
    ]);
    for (status, text) in [(401, EXPIRED), (429, "Too many requests"), (403, "Something went wrong.")] {
        let answer = cei.create(&[FIRST, EMAIL]).await;
        assert_eq!((answer.status, answer.json()), (status, json!({"message": text})));
    }
    let page = cei.create(&[FIRST, EMAIL]).await;
    assert_eq!((page.status, page.header("content-type")), (502, "text/html; charset=utf-8"));
    assert_eq!(cei.stand_in().applicant_count(), 0);
    let unclear = cei.create(&[FIRST, EMAIL]).await;
    assert_eq!((unclear.status, unclear.text.as_str(), cei.stand_in().applicant_count()), (201, "", 1));
}
