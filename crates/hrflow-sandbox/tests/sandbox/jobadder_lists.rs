use std::time::Duration;

use hrflow_sandbox::jobadder::EmailFilter;
use reqwest::Method;
use serde_json::{Value, json};

use crate::jobadder_support::{Account, named};

/// Returns the first names of a list's rows.
fn who(body: &Value) -> String {
    let names = body["items"].as_array().unwrap().iter().map(|row| row["firstName"].as_str().unwrap_or("?"));
    names.collect::<Vec<_>>().join("")
}

async fn people() -> Account {
    let account = Account::start().await;
    let recruiter = account.id("users", "Bo");
    let interviewing = account.id("statuses", "Interviewing");
    for (name, members) in [
        (
            "a",
            json!({"lastName": "Zoe", "email": "ada@example.com", "mobile": "111", "recruiterUserId": [recruiter]}),
        ),
        (
            "b",
            json!({"lastName": "yan", "email": "Not.Ada@example.com", "phone": "0111", "statusId": interviewing}),
        ),
        (
            "c",
            json!({"lastName": "Xi", "address": {"city": "Lyon", "state": "ARA"},
            "employment": {"current": {"position": "Boat builder"}}}),
        ),
        (
            "d",
            json!({"dateOfBirth": "1990-02-28", "summary": "s", "skillTags": ["x"], "otherEmail": ["d@example.com"]}),
        ),
    ] {
        let mut members = members;
        members["firstName"] = name.into();
        let day = name.bytes().next().unwrap() - b'a' + 1;
        members["createdAt"] = format!("2026-01-0{day}T10:00:00Z").into();
        members["updatedAt"] = format!("2026-02-0{}T10:00:00Z", 5 - day).into();
        account.jobadder().seed_candidate(members);
    }
    account
}

#[tokio::test]
async fn pages() {
    let account = people().await;
    let get = async |query: &str| account.get(&format!("candidates{query}")).await.json();
    let all = get("").await;
    assert_eq!((who(&all), &all["totalCount"]), ("abcd".to_owned(), &json!(4)));
    assert_eq!((&all["links"]["prev"], &all["links"]["next"]), (&Value::Null, &Value::Null));
    assert_eq!(all["links"].as_object().unwrap().len(), 4);

    let first = get("?limit=3&StatusId=&name=&CreatedAt=%3E2026-01-01").await;
    assert_eq!(who(&first), "abc");
    let next = first["links"]["next"].as_str().unwrap();
    assert!(
        next.starts_with(&account.url("candidates?")) && next.contains("CreatedAt=%3E2026-01-01"),
        "{next}"
    );
    let second = account.get(next).await.json();
    assert_eq!((who(&second), &second["links"]["next"]), ("d".to_owned(), &Value::Null));
    let back = account.get(second["links"]["prev"].as_str().unwrap()).await.json();
    assert_eq!(who(&back), "abc");
    assert_eq!(account.get(first["links"]["last"].as_str().unwrap()).await.json()["items"], second["items"]);

    let beyond = get("?Offset=9").await;
    assert_eq!(
        (&beyond["items"], &beyond["totalCount"], &beyond["links"]["next"]),
        (&json!([]), &json!(4), &Value::Null)
    );
    let count = get("?Limit=0").await;
    assert_eq!((&count["items"], &count["totalCount"]), (&Value::Null, &json!(4)));
    assert_eq!(get("?LIMIT=1000").await["items"].as_array().unwrap().len(), 4);
    account.get("candidates?Limit=1001").await.assert_model(422, "Invalid", "Limit");
    account.jobadder().switch(|s| s.refuse_over_limit = false);
    assert_eq!(get("?Limit=5000").await["items"].as_array().unwrap().len(), 4);
    for (query, field) in [
        ("Limit=-1", "Limit"),
        ("Limit=x", "Limit"),
        ("Offset=-1", "Offset"),
        ("CandidateId=x", "CandidateId"),
        ("CreatedAt=soon", "CreatedAt"),
        ("Sort=email", "Sort"),
        ("Fields=summary", "Fields"),
        ("Embed=everything", "Embed"),
    ] {
        account.get(&format!("candidates?{query}")).await.assert_model(422, "Invalid", field);
    }
}

#[tokio::test]
async fn a_hundred_by_default() {
    let account = Account::start().await;
    for number in 0..101 {
        account.jobadder().seed_candidate(json!({"firstName": number.to_string()}));
    }
    let body = account.get("candidates").await.json();
    assert_eq!((body["items"].as_array().unwrap().len(), &body["totalCount"]), (100, &json!(101)));
    assert_eq!(
        account.get(body["links"]["next"].as_str().unwrap()).await.json()["items"][0]["firstName"],
        "100"
    );
}

#[tokio::test]
async fn rows_are_summaries() {
    let account = people().await;
    let rows = account.get("candidates?Embed=self").await.json()["items"].clone();
    for row in rows.as_array().unwrap() {
        for detail in [
            "employment",
            "education",
            "skillTags",
            "summary",
            "social",
            "custom",
            "otherEmail",
            "dateOfBirth",
            "recruiters",
            "statistics",
            "links",
        ] {
            assert!(row.get(detail).is_none(), "{detail}");
        }
        assert!(row["status"]["name"].is_string() && row["createdAt"].is_string());
    }
    let more = account.get("candidates?Fields=recruiters&Fields=statistics&Limit=1").await.json();
    assert_eq!(more["items"][0]["recruiters"][0]["firstName"], "Bo");
    assert_eq!(more["items"][0]["statistics"]["placements"]["total"], 0);
}

#[tokio::test]
async fn filters() {
    let account = people().await;
    let (recruiter, interviewing) = (account.id("users", "Bo"), account.id("statuses", "Interviewing"));
    let ids: Vec<i64> =
        account.jobadder().candidates().iter().map(|candidate| candidate.candidate_id).collect();
    for (query, expected) in [
        (format!("CandidateId={}&candidateid={}", ids[3], ids[0]), "ad"),
        ("Name=B%20Yan".to_owned(), "b"),
        ("Phone=111".to_owned(), "ab"),
        ("City=lyon".to_owned(), "c"),
        ("State=ARA".to_owned(), "c"),
        ("Location=ara".to_owned(), "c"),
        ("CurrentPosition=builder".to_owned(), "c"),
        ("DateOfBirth=1990-02-28".to_owned(), "d"),
        (format!("StatusId={interviewing}"), "b"),
        (format!("RecruiterUserId={recruiter}"), "a"),
        ("FolderId=1".to_owned(), ""),
        ("PartnerAction.Stage=Submitted".to_owned(), ""),
        ("email=ADA@example.com".to_owned(), "ab"),
        ("Email=d@example.com".to_owned(), ""),
        ("CreatedAt=2026-01-02T10:00:00Z".to_owned(), "b"),
        ("CreatedAt=%3E2026-01-02T10:00:00Z".to_owned(), "bcd"),
        ("CreatedAt=%3E2026-01-02T10:00:01Z".to_owned(), "cd"),
        ("CreatedAt=%3C2026-01-02T10:00:00Z".to_owned(), "ab"),
        ("CreatedAt=%3E2026-01-02&CreatedAt=%3C2026-01-03T12:00:00%2B01:00".to_owned(), "bc"),
        ("UpdatedAt=%3E2026-02-03".to_owned(), "ab"),
        ("Unheard=of".to_owned(), "abcd"),
    ] {
        assert_eq!(who(&account.get(&format!("candidates?{query}")).await.json()), expected, "{query}");
    }
    account.jobadder().switch(|s| s.email_filter = EmailFilter::Exact);
    assert_eq!(who(&account.get("candidates?Email=ADA@example.com").await.json()), "a");

    let part = reqwest::multipart::Part::bytes(hrflow_sandbox::documents::pdf("Knows cedar"));
    let part = part.file_name("cv.pdf").mime_str("application/pdf").unwrap();
    account
        .upload(Method::POST, &format!("candidates/{}/attachments/Resume", ids[2]), "fileData", part)
        .await;
    assert_eq!(who(&account.get("candidates?Keywords=CEDAR").await.json()), "c");
}

#[tokio::test]
async fn orders() {
    let account = people().await;
    for (query, expected) in [
        ("", "abcd"),
        ("Sort=-candidateId", "dcba"),
        ("Sort=lastName", "dcba"),
        ("Sort=-firstName", "dcba"),
        ("sort=updatedat", "dcba"),
        ("Sort=-createdAt&Sort=firstName", "dcba"),
        ("Sort=-status.name&Sort=-firstName", "bdca"),
    ] {
        assert_eq!(who(&account.get(&format!("candidates?{query}")).await.json()), expected, "{query}");
    }
}

#[tokio::test]
async fn look_ups_lag_behind() {
    let account = Account::start().await;
    account.jobadder().switch(|s| s.lookup_lag = 5_000);
    let ada = named(json!({"email": "ada@example.com"}));
    let id = account.created(ada.clone()).await;
    let found = async || {
        let list = account.get("candidates?Email=ada@example.com").await.json()["totalCount"].clone();
        let search = account.get("search/emailaddress?Email=ada@example.com").await.json();
        (list.as_u64().unwrap(), search["candidates"].as_array().unwrap().len())
    };
    assert_eq!(found().await, (0, 0));
    assert_eq!(account.get(&format!("candidates/{id}")).await.status, 200);
    assert_eq!(account.create(ada).await.status, 409);
    account.world.sandbox.clock().advance(Duration::from_secs(5));
    assert_eq!(found().await, (1, 1));
}

#[tokio::test]
async fn searching_an_email() {
    let account = Account::start().await;
    for day in 1..=7 {
        account.jobadder().seed_candidate(json!({"firstName": day.to_string(), "email": "Ada@example.com",
            "updatedAt": format!("2026-01-0{day}T00:00:00Z"), "createdAt": "2026-01-01T00:00:00Z"}));
    }
    let other =
        account.jobadder().seed_candidate(json!({"otherEmail": ["x@example.com", "other@example.com"]}));
    let search = async |email: &str| account.get(&format!("search/emailaddress?Email={email}")).await.json();
    let found = search("ada@EXAMPLE.com").await;
    let rows = found["candidates"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["firstName"].as_str().unwrap()).collect::<String>(), "76543");
    assert_eq!(rows[0]["match"], json!({"type": "Email", "email": "Ada@example.com"}));
    assert_eq!((&found["contacts"], &found["users"]), (&json!([]), &json!([])));
    let found = search("Other@example.com").await;
    assert_eq!(
        (&found["candidates"][0]["candidateId"], &found["candidates"][0]["match"]["type"]),
        (&json!(other), &json!("OtherEmail"))
    );
    let found = search("bo.recruiter@example.com").await;
    assert_eq!((&found["candidates"], &found["users"][0]["firstName"]), (&json!([]), &json!("Bo")));
    assert_eq!(search("da@example.com").await["candidates"], json!([]));
    account.get("search/emailaddress").await.assert_model(422, "MissingField", "Email");
}

#[tokio::test]
async fn look_ups_of_the_account() {
    let account = Account::start().await;
    let keys = |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    for path in ["candidates/lists/status", "candidates/fields/custom", "worktypes", "countries"] {
        let body = account.get(path).await.json();
        assert_eq!(keys(&body), "items links", "{path}");
        assert_eq!(body["links"], json!({"self": account.url(path)}));
    }
    for path in ["source", "rating", "salutation"] {
        let body = account.get(&format!("candidates/lists/{path}")).await.json();
        assert_eq!((keys(&body), keys(&body["items"][0])), ("items".to_owned(), "name".to_owned()));
    }
    let statuses = account.get("candidates/lists/status?Active=false").await.json();
    assert_eq!(statuses["items"][0]["name"], "Do not contact");
    assert_eq!(
        account.get("candidates/lists/source?Name=Referral").await.json()["items"],
        json!([{"name": "Referral"}])
    );
    assert_eq!(
        account.get("countries?Code=NZ").await.json()["items"],
        json!([{"code": "NZ", "name": "New Zealand"}])
    );
    let work_type = account.id("work_types", "Casual");
    let work_types = account.get(&format!("worktypes?WorkTypeId={work_type}")).await.json();
    assert_eq!(work_types["items"], json!([{"workTypeId": work_type, "name": "Casual"}]));
    let fields = account.get("candidates/fields/custom").await.json();
    assert_eq!(fields["items"], json!(account.jobadder().custom_fields()));

    let users = account.get("users?Limit=2").await.json();
    assert_eq!((users["totalCount"].as_u64(), users["items"].as_array().unwrap().len()), (Some(3), 2));
    assert!(users["items"][0].get("admin").is_none());
    let current = account.get("users/current").await.json();
    assert_eq!((&current["firstName"], &current["admin"]), (&json!("Asta"), &json!(true)));
}

#[tokio::test]
async fn jobs() {
    let account = Account::start().await;
    let jobs = account.jobadder().jobs();
    let list = account.get("jobs").await.json();
    assert_eq!((list["totalCount"].as_u64(), jobs.len()), (Some(5), 5));
    for row in list["items"].as_array().unwrap() {
        for detail in ["jobDescription", "salary", "skillTags", "workplaceAddress", "links"] {
            assert!(row.get(detail).is_none(), "{detail}");
        }
    }
    for (query, expected) in [
        ("Active=true", "Boat builder,Trainer (m/w/d) für Ruderinnen und Ruderer,Quay warden"),
        ("active=FALSE", "Software engineer"),
        ("UserFavourite=true", "Boat builder"),
        ("JobTitle=RUDERER", "Trainer (m/w/d) für Ruderinnen und Ruderer"),
        ("Company.Name=shipyard", "Boat builder,Software engineer"),
        ("ClosedAt=%3E2025-01-01", "Software engineer"),
        ("UpdatedAt=%3E2025-06-01", "Boat builder"),
        ("Sort=-jobTitle&Limit=2", "Trainer (m/w/d) für Ruderinnen und Ruderer,Software engineer"),
        ("CreatedAt=%3C2025-03-03T09:00:00Z&Sort=createdAt", "Software engineer,Boat builder"),
    ] {
        let body = account.get(&format!("jobs?{query}")).await.json();
        let titles: Vec<&str> =
            body["items"].as_array().unwrap().iter().map(|row| row["jobTitle"].as_str().unwrap()).collect();
        assert_eq!(titles.join(","), expected, "{query}");
    }
    let bo = account.id("users", "Bo");
    for (query, expected) in [
        (format!("UserId={bo}"), 2),
        (format!("OwnerUserId={bo}"), 1),
        (format!("RecruiterUserId={bo}"), 1),
        (format!("CreatedBy={bo}"), 1),
        (format!("CompanyId={}", jobs[0]["company"]["companyId"]), 2),
        (format!("Company.CompanyId={}", jobs[1]["company"]["companyId"]), 1),
        (format!("JobId={}&JobId={}", jobs[0]["jobId"], jobs[4]["jobId"]), 2),
        (format!("StatusId={}", jobs[0]["status"]["statusId"]), 2),
    ] {
        assert_eq!(account.get(&format!("jobs?{query}")).await.json()["totalCount"], expected, "{query}");
    }

    let job = account.get(&format!("jobs/{}", jobs[0]["jobId"])).await.json();
    assert_eq!(job["skillTags"], json!({"matchAll": false, "tags": ["Steam bending", "Lofting", "C++"]}));
    assert_eq!(
        (&job["salary"]["rateLow"], &job["links"]["self"]),
        (&json!(71000.5), &json!(account.url(&format!("jobs/{}", jobs[0]["jobId"]))))
    );
    let sparse = account.get(&format!("jobs/{}", jobs[2]["jobId"])).await.json();
    assert_eq!(sparse.as_object().unwrap().keys().collect::<Vec<_>>(), ["jobId", "links"]);
    let missing = account.get("jobs/7").await;
    assert_eq!((missing.status, missing.text.as_str()), (404, ""));
    let added = account.jobadder().seed_record("jobs", json!({"jobTitle": "New"})).unwrap();
    assert_eq!(account.get(&format!("jobs/{added}")).await.json()["jobTitle"], "New");
}

#[tokio::test]
async fn candidates_join_jobs_once() {
    let account = Account::start().await;
    let job = account.jobadder().jobs()[0]["jobId"].as_i64().unwrap();
    let (ada, bob) = (account.created(named(json!({}))).await, account.created(named(json!({}))).await);
    let path = format!("jobs/{job}/applications");
    let add = async |body: Value| account.send(Method::POST, &path, &body).await;
    let made = add(json!({"candidateId": [ada], "source": "HrFlow.ai"})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let row = made.json()["items"][0].clone();
    assert!(row["applicationId"].as_i64().unwrap() > i64::from(i32::MAX));
    assert_eq!((&row["candidate"]["candidateId"], &row["job"]["jobId"]), (&json!(ada), &json!(job)));
    assert_eq!(
        (&row["source"], &row["jobTitle"], &made.json()["totalCount"]),
        (&json!("HrFlow.ai"), &json!("Boat builder"), &json!(1))
    );
    assert!(row["job"].get("salary").is_none());

    // If one of them exists already, none is added.
    add(json!({"candidateId": [bob, ada]})).await.assert_model(409, "AlreadyExists", "candidateId");
    assert_eq!(account.jobadder().job_applications().len(), 1);
    let mirror = format!("candidates/{ada}/applications");
    let again = account.send(Method::POST, &mirror, &json!({"jobId": [job]})).await;
    again.assert_model(409, "AlreadyExists", "jobId");
    let other = account.jobadder().jobs()[1]["jobId"].as_i64().unwrap();
    assert_eq!(account.send(Method::POST, &mirror, &json!({"jobId": [other, other]})).await.status, 201);
    assert_eq!(account.get(&mirror).await.json()["totalCount"], 2);
    assert_eq!(account.get(&path).await.json()["totalCount"], 1);
    assert_eq!(
        account.get(&format!("candidates/{ada}")).await.json()["statistics"]["applications"]["total"],
        2
    );

    for (body, code, field) in [
        (json!({}), "MissingField", "candidateId"),
        (json!({"candidateId": []}), "MissingField", "candidateId"),
        (json!({"candidateId": ada}), "Invalid", "candidateId"),
        (json!({"candidateId": [7]}), "Missing", "candidateId[0]"),
        (json!({"candidateId": [bob], "jobId": 1}), "Invalid", "jobId"),
        (json!({"candidateId": [bob], "source": "x".repeat(101)}), "Invalid", "source"),
    ] {
        add(body).await.assert_model(422, code, field);
    }
    assert_eq!(
        account.send(Method::POST, "jobs/7/applications", &json!({"candidateId": [bob]})).await.status,
        404
    );
    assert_eq!(
        account.send(Method::POST, "candidates/7/applications", &json!({"jobId": [job]})).await.status,
        404
    );
    assert!(account.jobadder().remove_candidate(ada));
    assert!(account.jobadder().job_applications().is_empty());
}
