use std::time::Duration;

use hrflow_sandbox::ceipal::Next;
use reqwest::Method;
use serde_json::{Value, json};

use crate::ceipal_support::{Cei, EMAIL, FIRST};
use crate::support::{Answer, read};

const LIST: &str = "v1/getApplicantsList/";

fn names(list: &Value) -> Vec<String> {
    let rows = list["results"].as_array().unwrap();
    rows.iter().map(|row| row["firstname"].as_str().unwrap().to_owned()).collect()
}

fn people(cei: &Cei, count: usize) -> Vec<String> {
    (0..count)
        .map(|n| {
            cei.world.sandbox.clock().advance(Duration::from_secs(1));
            let record = json!({"firstname": format!("P{n:02}"), "email": format!("p{n}@example.com")});
            cei.stand_in().seed_applicant(record)
        })
        .collect()
}

#[tokio::test]
async fn pages() {
    let cei = Cei::start().await;
    people(&cei, 52);
    let all: Vec<String> = (0..52).rev().map(|n| format!("P{n:02}")).collect();
    let first = cei.get(LIST).await.json();
    assert_eq!(names(&first), all[..20]);
    assert_eq!(
        json!([first["count"], first["num_pages"], first["page_number"], first["limit"], first["previous"]]),
        json!([52, 3, 1, 20, ""])
    );
    assert_eq!(first["next"], cei.url(&format!("{LIST}?page=2")));
    let last = cei.get(&format!("{LIST}?page=3&limit=20&unheard_of=1")).await.json();
    assert_eq!(names(&last), all[40..]);
    assert_eq!(last["next"], "");
    assert_eq!(last["previous"], cei.url(&format!("{LIST}?limit=20&unheard_of=1&page=2")));
    let second = cei.get(last["previous"].as_str().unwrap()).await.json();
    assert_eq!(names(&second), all[20..40]);
    // Limits out of bounds are corrected. Offsets and invalid pages are ignored.
    for (query, limit) in [("limit=1", 5), ("limit=500", 50), ("limit=x", 20), ("limit=7&offset=7", 7)] {
        let page = cei.get(&format!("{LIST}?{query}&page=0")).await.json();
        assert_eq!((names(&page).len(), page["limit"].as_u64()), (limit, Some(limit as u64)), "{query}");
        assert_eq!(names(&page)[0], all[0]);
    }
    let beyond = cei.get(&format!("{LIST}?page=9")).await.json();
    assert_eq!((&beyond["results"], &beyond["count"], &beyond["next"]), (&json!([]), &json!(52), &json!("")));
    let beyond = cei.get("v2/getApplicantsList/?page=9").await;
    assert_eq!((beyond.status, beyond.json()), (404, json!({"message": "No records found"})));
}

#[tokio::test]
async fn lists_that_misbehave() {
    let cei = Cei::start().await;
    people(&cei, 12);
    cei.stand_in().switch(|s| s.next = Next::Number);
    assert_eq!(cei.get(&format!("{LIST}?limit=5&page=2")).await.json()["next"], 3);
    cei.stand_in().switch(|s| {
        s.next = Next::Url;
        s.stuck_page = true;
    });
    let stuck = cei.get(&format!("{LIST}?limit=5&page=2")).await.json();
    assert_eq!((names(&stuck)[0].as_str(), &stuck["page_number"]), ("P11", &json!(1)));
    cei.stand_in().switch(|s| {
        s.stuck_page = false;
        s.bare_lists = true;
    });
    let bare = cei.get(&format!("{LIST}?limit=5&page=3")).await.json();
    assert_eq!((bare.as_object().unwrap().len(), names(&bare).len()), (1, 2));
    cei.stand_in().switch(|s| {
        s.bare_lists = false;
        s.count_excess = 1;
    });
    let one = cei.get(&format!("{LIST}?email=p3@example.com")).await.json();
    assert_eq!((names(&one), &one["count"]), (vec!["P03".to_owned()], &json!(2)));
    cei.stand_in().switch(|s| s.ignore_email_filter = true);
    assert_eq!(names(&cei.get(&format!("{LIST}?email=p3@example.com")).await.json()).len(), 12);
}

#[tokio::test]
async fn filters() {
    let cei = Cei::start().await;
    cei.stand_in().seed_samples();
    let found = async |path: &str, query: &[(&str, &str)]| {
        let answer = cei.get_with(path, query).await;
        if answer.status == 404 { Vec::new() } else { names(&answer.json()) }
    };
    let two = "v2/getApplicantsList/";
    let all = found(LIST, &[]).await;
    assert_eq!(all.len(), 5);
    for (path, query, expected) in [
        (LIST, ("email", "odette.sample@example.com"), vec!["Odette"]),
        (two, ("email", "odette.sample@example.com"), vec!["Odette"]),
        // The match is exact, and only the primary email counts.
        (LIST, ("email", "Odette.sample@example.com"), vec![]),
        (LIST, ("email", "odette@home.example.com"), vec![]),
        (LIST, ("email", "odette.sample"), vec![]),
        (LIST, ("email", "twin.sample@example.com"), vec!["Other Twin", "Twin"]),
        (LIST, ("created_by", "502"), vec!["Odette"]),
        (two, ("createdBy", "502"), vec!["Odette"]),
        (LIST, ("source", "Career portal"), vec!["Odette"]),
        (LIST, ("applicant_status", "New lead"), vec!["Odette"]),
        (two, ("workAuthorization", "2"), vec!["Odette"]),
        (two, ("skills", "welding,Juggling"), vec!["Odette"]),
        (two, ("skills", "Juggling"), vec![]),
    ] {
        assert_eq!(found(path, &[query]).await, expected, "{path} {query:?}");
    }
    // Unknown filters and those of the other version are ignored.
    for (path, query) in [
        (LIST, ("mobile_number", "+15550100")),
        (LIST, ("phone", "1")),
        (LIST, ("createdBy", "502")),
        (LIST, ("skills", "Juggling")),
        (two, ("created_by", "502")),
        (two, ("applicant_status", "New lead")),
    ] {
        assert_eq!(found(path, &[query]).await, all, "{path} {query:?}");
    }
    cei.stand_in().switch(|s| s.email_filter_any_case = true);
    assert_eq!(found(LIST, &[("email", "Odette.sample@example.com")]).await, ["Odette"]);
    let sorted = found(LIST, &[("sortby", "id"), ("sortorder", "asc")]).await;
    assert_eq!(sorted, ["Odette", "Null", "Empty", "Twin", "Other Twin"]);
    let sorted = found(two, &[("sortBy", "modify_date"), ("sortOrder", "asc")]).await;
    assert_eq!(sorted[..3], ["Odette", "Null", "Empty"]);
    let sorted = found(two, &[("sortBy", "created_at"), ("sortOrder", "asc")]).await;
    assert_eq!(sorted[..2], ["Odette", "Empty"]);
    assert_eq!(found(two, &[("sortby", "id"), ("sortorder", "asc")]).await, all);
}

#[tokio::test]
async fn times_without_a_zone_are_the_tenants() {
    let cei = Cei::start().await;
    let record = json!({"firstname": "Ann", "email": "ann@example.com",
        "created_at": "2026-05-12T06:38:35Z", "modify_date": "2026-05-13T01:31:23Z"});
    let id = cei.stand_in().seed_applicant(record);
    let row = cei.get(LIST).await.json()["results"][0].clone();
    assert_eq!(
        (&row["created_at"], &row["modify_date"]),
        (&json!("2026-05-12T06:38:35Z"), &json!("2026-05-12 21:31:23"))
    );
    let count = async |path: &str, name: &str, value: &str| {
        let answer = cei.get_with(path, &[(name, value)]).await;
        if answer.status == 404 { 0 } else { answer.json()["count"].as_u64().unwrap() }
    };
    for path in [LIST, "v2/getApplicantsList/"] {
        assert_eq!(count(path, "modifiedAfter", "2026-05-12 21:31:22").await, 1);
        assert_eq!(count(path, "modifiedAfter", "2026-05-12 21:31:23").await, 0);
        // A time in UTC, read as local time, excludes the record.
        assert_eq!(count(path, "modifiedAfter", "2026-05-13 01:31:22").await, 0);
        assert_eq!(count(path, "modifiedBefore", "2026-05-12 21:31:24").await, 1);
        assert_eq!(count(path, "modifiedBefore", "2026-05-12 21:31:23").await, 0);
    }
    // Version 1 ignores another format, version 2 rejects it.
    assert_eq!(count(LIST, "modifiedAfter", "2027-01-01T00:00:00Z").await, 1);
    let refused = cei.get_with("v2/getApplicantsList/", &[("modifiedAfter", "2027-01-01T00:00:00Z")]).await;
    assert_eq!((refused.status, refused.json()), (400, json!({"message": "modifiedAfter is not valid."})));
    cei.stand_in().switch(|s| {
        s.time_zone = "Asia/Kolkata".to_owned();
        s.local_created_at = true;
    });
    let row = cei.get(LIST).await.json()["results"][0].clone();
    assert_eq!(
        (&row["created_at"], &row["modify_date"]),
        (&json!("2026-05-12 12:08:35"), &json!("2026-05-13 07:01:23"))
    );
    assert_eq!(cei.world.sandbox.credentials().ceipal.time_zone, "Asia/Kolkata");
    assert_eq!(cei.stand_in().applicant(&id).unwrap().updated_at.to_string(), "2026-05-13T01:31:23Z");
}

#[tokio::test]
async fn details() {
    let cei = Cei::start().await;
    let ids = cei.stand_in().seed_samples();
    let stored = cei.stand_in().applicant(&ids[0]).unwrap();
    assert!(stored.id.contains('/') && stored.id.contains('+') && stored.id.ends_with('='));
    assert_ne!(stored.id, stored.id_v2);
    let one = cei.get_with("v1/getApplicantDetails/", &[("applicant_id", &stored.id)]).await.json();
    assert_eq!((&one["id"], &one["firstname"]), (&json!(stored.id), &json!("Odette")));
    for absent in ["applicant_status", "skills", "job_title"] {
        assert!(one.get(absent).is_none(), "{absent}");
    }
    assert_eq!(one["documents"][0]["title"], "odette-sample.pdf");
    let not_found = |answer: Answer| answer.assert_refused(404, "Applicant not found.");
    not_found(cei.get(&format!("v1/getApplicantDetails/?applicant_id={}", stored.id)).await);
    not_found(cei.get_with("v1/getApplicantDetails/", &[("applicant_id", &stored.id_v2)]).await);
    not_found(cei.get_with("v1/getApplicantDetails/", &[("applicant_id", &stored.applicant_id)]).await);
    not_found(cei.get("v1/getApplicantDetails/").await);

    let encoded = stored.id_v2.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let two = cei.get(&format!("v2/getApplicantDetails/{encoded}/")).await.json();
    assert_eq!((&two["id"], &two["ssn"]), (&json!(stored.id_v2), &json!("000-00-0000")));
    let plain = cei.get(&format!("v2/getApplicantDetails/{}/", stored.id_v2)).await;
    assert_eq!((plain.status, plain.json()), (404, json!({"message": "Not Found"})));
    assert_eq!(cei.get(&format!("v2/getApplicantDetails/{encoded}")).await.status, 404);
    let unknown = cei.get("v2/getApplicantDetails/nobody/").await;
    assert_eq!((unknown.status, unknown.json()), (404, json!({"message": "Applicant not found."})));

    // Nulls and empty texts stay unchanged.
    let null = cei.get_with("v1/getApplicantDetails/", &[("applicant_id", &ids[1])]).await.json();
    for name in ["lastname", "city", "created_at", "consultant_name", "created_by"] {
        assert_eq!(null[name], Value::Null, "{name}");
    }
    let empty = cei.get_with("v1/getApplicantDetails/", &[("applicant_id", &ids[2])]).await.json();
    assert_eq!((&empty["city"], &empty["created_by"]), (&json!(""), &json!("")));
    cei.stand_in().switch(|s| s.errors_in_200 = true);
    let answer = cei.get("v1/getApplicantDetails/?applicant_id=x").await;
    assert_eq!((answer.status, &answer.json()["success"]), (200, &json!(0)));
}

#[tokio::test]
async fn resumes() {
    let cei = Cei::start().await;
    cei.stand_in().seed_samples();
    let email = [("email", "odette.sample@example.com")];
    let row = cei.get_with(LIST, &email).await.json()["results"][0].clone();
    let url = row["resume_path"].as_str().unwrap();
    let got = cei.request(Method::GET, url).send().await.unwrap();
    assert_eq!(got.headers()["content-disposition"], "attachment; filename=\"odette-sample.pdf\"");
    assert_eq!(got.headers()["content-type"], "application/pdf");
    let bytes = got.bytes().await.unwrap();
    assert!(bytes.starts_with(b"%PDF") && std::str::from_utf8(&bytes).is_err());
    assert_eq!(cei.world.client.get(url).send().await.unwrap().status(), 401);
    cei.get("v1/viewResume/nothing").await.assert_refused(404, "File not found.");

    let row = cei.get_with("v2/getApplicantsList/", &email).await.json()["results"][0].clone();
    assert!(row.get("resume_path").is_none());
    let token = row["resumeToken"].as_str().unwrap();
    let download = async |body: Value| {
        cei.request(Method::POST, "v2/documentDownload/").json(&body).send().await.unwrap()
    };
    let got = download(json!({"resumeToken": token})).await;
    assert_eq!((got.status().as_u16(), got.bytes().await.unwrap()), (200, bytes));
    for (body, status, message) in [
        (json!({}), 400, "resumeToken is required"),
        (json!({"resume_token": token}), 400, "resumeToken is required"),
        (json!({"resumeToken": format!("{token}x")}), 404, "Document not found"),
        (json!({"resumeToken": "nonsense"}), 404, "Document not found"),
    ] {
        let answer = read(download(body).await).await;
        assert_eq!((answer.status, answer.json()), (status, json!({"message": message})));
    }
    cei.world.sandbox.clock().advance(Duration::from_secs(1801));
    let late = read(download(json!({"resumeToken": token})).await).await;
    assert_eq!((late.status, late.json()), (410, json!({"message": "The resume token has expired"})));
    cei.stand_in().switch(|s| s.resume_token_key = "resume_token".to_owned());
    let row = cei.get_with("v2/getApplicantsList/", &email).await.json()["results"][0].clone();
    assert!(row["resume_token"].is_string());
}

#[tokio::test]
async fn look_ups_may_lag() {
    let cei = Cei::start().await;
    cei.stand_in().switch(|s| s.lookup_lag = 5_000);
    cei.created("ann@example.com").await;
    let count = async || cei.get(&format!("{LIST}?email=ann@example.com")).await.json()["count"].clone();
    assert_eq!(count().await, 0);
    // The duplicate check and requests by id find the record immediately.
    cei.create(&[FIRST, EMAIL]).await.assert_refused(201, "Applicant already exists with this email.");
    let id = cei.stand_in().applicants()[0].id.clone();
    assert_eq!(cei.get_with("v1/getApplicantDetails/", &[("applicant_id", &id)]).await.status, 200);
    cei.world.sandbox.clock().advance(Duration::from_secs(5));
    assert_eq!(count().await, 1);
}
