use std::time::Duration;

use hrflow_sandbox::jobadder::{AbsentMembers, ErrorsForm, Put};
use reqwest::Method;
use serde_json::{Value, json};

use crate::jobadder_support::{Account, named};

#[tokio::test]
async fn a_candidate_reads_back_in_another_shape() {
    let account = Account::start().await;
    account.world.sandbox.clock().set("2030-01-01T00:00:00Z".parse().unwrap());
    let token = account.jobadder().sign_in("read write").access_token;
    let (text, list, date) = (
        account.id("custom_fields", "HrFlow key"),
        account.id("custom_fields", "Licences"),
        account.id("custom_fields", "Visa until"),
    );
    let (status, work_type, recruiter) = (
        account.id("statuses", "Interviewing"),
        account.id("work_types", "Contract"),
        account.id("users", "Bo"),
    );
    let sent = json!({
        "firstName": "Þórdís", "lastName": "O'Müller-Öztürk", "email": "Thordis@Example.com",
        "phone": "+49 (0)30 / 000 000-11", "mobile": "+61 491 570 006", "salutation": "Dr", "statusId": status,
        "rating": "A", "source": "HrFlow.ai", "seeking": "Maybe", "unsubscribed": true, "summary": "京都",
        "dateOfBirth": "1990-02-28", "emergencyContact": "Nemo", "emergencyPhone": "1",
        "social": {"linkedin": "https://social.example.com/in/thordis", "mastodon": "https://social.example.com/@t"},
        "address": {"street": ["18 Rue Daru", "2nd floor"], "city": "Lyon", "state": "ARA", "postalCode": "69000",
            "countryCode": "FR"},
        "skillTags": ["C++", "Steam bending"],
        "employment": {
            "current": {"employer": "Yard", "position": "Builder", "workTypeId": work_type,
                "salary": {"ratePer": "Day", "rate": 410.5, "currency": "EUR"}},
            "ideal": {"position": "Lead", "salary": {"ratePer": "Year", "rateLow": 0, "rateHigh": 99999999},
                "other": [{"workTypeId": work_type, "salary": {"ratePer": "Hour", "rateLow": 30}}]},
            "history": [
                {"employer": "Yard", "position": "Builder", "start": "2024-02", "end": "Present", "description": "x"},
                {"employer": "Dock", "start": "2019", "end": "2023-12-31"}],
        },
        "availability": {"relative": {"period": 4, "unit": "Week"}},
        "education": [{"institution": "École", "course": "Boats", "date": "2018"}],
        "custom": [{"fieldId": text, "value": "k1"}, {"fieldId": list, "value": ["Boat", "Car"]},
            {"fieldId": date, "value": "2031-05-01"}],
        "recruiterUserId": [recruiter],
    });
    let answer = account.send_as(&token, Method::POST, "candidates", &sent).await;
    assert_eq!((answer.status, answer.header("content-type")), (201, "application/json"), "{}", answer.text);
    assert_eq!(answer.header("location"), "");
    let shown = answer.json();
    let id = shown["candidateId"].as_i64().unwrap();
    for same in [
        "firstName",
        "lastName",
        "email",
        "phone",
        "mobile",
        "salutation",
        "rating",
        "source",
        "seeking",
        "unsubscribed",
        "summary",
        "dateOfBirth",
        "emergencyContact",
        "emergencyPhone",
        "social",
        "skillTags",
        "availability",
        "education",
    ] {
        assert_eq!(shown[same], sent[same], "{same}");
    }
    assert_eq!(shown["mobileNormalized"], "+61491570006");
    assert_eq!(
        shown["status"],
        json!({"statusId": status, "name": "Interviewing", "active": true, "default": false})
    );
    assert_eq!(
        (&shown["address"]["country"], &shown["address"]["countryCode"]),
        (&json!("France"), &json!("FR"))
    );
    let current = &shown["employment"]["current"];
    assert_eq!(current["workType"], json!({"workTypeId": work_type, "name": "Contract", "ratePer": "Day"}));
    assert_eq!(shown["employment"]["ideal"]["other"][0]["workType"]["name"], "Contract");
    assert_eq!(shown["employment"]["history"], sent["employment"]["history"]);
    assert_eq!(
        shown["custom"][0],
        json!({"fieldId": text, "name": "HrFlow key", "type": "Text", "value": "k1"})
    );
    assert_eq!(shown["custom"][1]["value"], json!(["Boat", "Car"]));
    assert_eq!(
        (&shown["recruiters"][0]["userId"], &shown["recruiters"][0]["firstName"]),
        (&json!(recruiter), &json!("Bo"))
    );
    for gone in ["statusId", "recruiterUserId"] {
        assert!(shown.get(gone).is_none(), "{gone}");
    }
    assert!(current.get("workTypeId").is_none());
    assert!(shown["createdAt"].as_str().unwrap().starts_with("2030-01-01T00:0"));
    assert_eq!((shown["createdAt"].as_str().unwrap().len(), &shown["updatedAt"]), (20, &shown["createdAt"]));
    assert_eq!(shown["createdBy"]["firstName"], "Asta");
    assert_eq!(shown["statistics"]["applications"]["total"], 0);
    assert_eq!(shown["links"]["self"], account.url(&format!("candidates/{id}")));
    assert!(shown["links"].get("photo").is_none());
    let read = account.send_as(&token, Method::GET, &format!("candidates/{id}"), &Value::Null).await;
    assert_eq!((read.status, read.json()), (200, shown));

    let stored = account.jobadder().candidate(id).unwrap();
    assert_eq!(Value::Object(stored.members.clone()), sent);
    assert_eq!(account.jobadder().candidates_by_email("thordis@example.COM"), [stored]);
}

#[tokio::test]
async fn what_is_not_json_is_not_read() {
    let account = Account::start().await;
    let good = format!("Bearer {}", account.token);
    let authorized = ("authorization", good.as_str());
    for content_type in ["", "application/x-www-form-urlencoded", "text/json", "application/vnd.api+json"] {
        let headers = [authorized, ("content-type", content_type)];
        let refused = account.raw(Method::POST, "candidates", &headers, "{}").await;
        assert_eq!(refused.status, 415, "{content_type}");
        assert!(refused.json()["message"].is_string());
    }
    for body in ["", "{", "[]", "null", "\"x\""] {
        let headers = [authorized, ("content-type", "application/json; charset=utf-8")];
        let refused = account.raw(Method::POST, "candidates", &headers, body).await;
        assert_eq!(refused.json()["message"], "Error reading content", "{body}");
        refused.assert_model(422, "Invalid", "");
    }
    assert_eq!(account.jobadder().candidate_count(), 0);
}

#[tokio::test]
async fn limits_types_and_names() {
    let account = Account::start().await;
    for (name, most) in [
        ("firstName", 50),
        ("lastName", 50),
        ("phone", 50),
        ("mobile", 50),
        ("salutation", 20),
        ("rating", 50),
        ("source", 50),
        ("emergencyContact", 200),
        ("emergencyPhone", 40),
    ] {
        let over = account.create(named(json!({name: "é".repeat(most + 1)}))).await;
        over.assert_model(422, "Invalid", name);
        assert_eq!(over.json()["message"], "Validation failed");
        assert_eq!(account.create(named(json!({name: "é".repeat(most)}))).await.status, 201, "{name}");
    }
    let address = |length: usize| format!("{}@example.com", "a".repeat(length - 12));
    account.create(named(json!({"email": address(101)}))).await.assert_model(422, "Invalid", "email");
    assert_eq!(account.create(named(json!({"email": address(100)}))).await.status, 201);
    assert_eq!(account.create(named(json!({"summary": "x".repeat(100_000)}))).await.status, 201);

    // Wrong types and names: one path each.
    for (members, field) in [
        (json!({"email": ["a@example.com"]}), "email"),
        (json!({"phone": 33}), "phone"),
        (json!({"unsubscribed": "true"}), "unsubscribed"),
        (json!({"seeking": "yes"}), "seeking"),
        (json!({"seeking": true}), "seeking"),
        (json!({"statusId": "21"}), "statusId"),
        (json!({"statusId": 1.5}), "statusId"),
        (json!({"statusId": 2147483648_i64}), "statusId"),
        (json!({"skillTags": "C++"}), "skillTags"),
        (json!({"skillTags": ["a", {"name": "b"}]}), "skillTags[1]"),
        (json!({"skillTags": [null]}), "skillTags[0]"),
        (json!({"recruiterUserId": 11}), "recruiterUserId"),
        (json!({"social": ["https://x.example.com"]}), "social"),
        (json!({"social": {"linkedin": 1}}), "social.linkedin"),
        (json!({"social": {"linkedin": null}}), "social.linkedin"),
        (json!({"address": "18 Rue Daru"}), "address"),
        (json!({"address": {"street": "18 Rue Daru"}}), "address.street"),
        (json!({"address": {"postcode": "69000"}}), "address.postcode"),
        (json!({"address": {"country": "France"}}), "address.country"),
        (json!({"dateOfBirth": "1990-02-30"}), "dateOfBirth"),
        (json!({"dateOfBirth": "1990-02"}), "dateOfBirth"),
        (json!({"dateOfBirth": "1990-02-28T00:00:00"}), "dateOfBirth"),
        (json!({"dateOfBirth": "28/02/1990"}), "dateOfBirth"),
        (json!({"dateOfBirth": "19900228"}), "dateOfBirth"),
        (json!({"employment": {"history": [{}, {"start": "Present"}]}}), "employment.history[1].start"),
        (json!({"employment": {"history": [{"end": "present"}]}}), "employment.history[0].end"),
        (json!({"employment": {"history": [{"start": "2024-13"}]}}), "employment.history[0].start"),
        (
            json!({"employment": {"history": [{"start": "2024-01-01T00:00:00Z"}]}}),
            "employment.history[0].start",
        ),
        (json!({"employment": {"history": {"start": "2024"}}}), "employment.history"),
        (
            json!({"employment": {"current": {"salary": {"ratePer": "day"}}}}),
            "employment.current.salary.ratePer",
        ),
        (json!({"employment": {"current": {"salary": {"rate": "1"}}}}), "employment.current.salary.rate"),
        (json!({"employment": {"current": {"salary": {"rateLow": 1}}}}), "employment.current.salary.rateLow"),
        (json!({"education": [{"date": "May 2018"}]}), "education[0].date"),
        (json!({"education": [{"start_date": "2018"}]}), "education[0].start_date"),
        (json!({"availability": {"relative": {"period": 1, "unit": "week"}}}), "availability.relative.unit"),
        (json!({"availability": {"date": "soon"}}), "availability.date"),
        (json!({"custom": [{"fieldId": "31", "value": "x"}]}), "custom[0].fieldId"),
        (json!({"custom": [{"fieldId": 131, "values": ["x"]}]}), "custom[0].values"),
        (json!({"educations": []}), "educations"),
        (json!({"employments": {}}), "employments"),
        (json!({"reference": "r"}), "reference"),
        (json!({"skills": []}), "skills"),
        (json!({"FirstName": "Ada"}), "FirstName"),
        (json!({"candidateId": 1}), "candidateId"),
        (json!({"otherEmail": []}), "otherEmail"),
    ] {
        let refused = account.create(named(members.clone())).await;
        refused.assert_model(422, "Invalid", field);
        assert_eq!(refused.json()["message"], "Error reading content", "{members}");
    }
    // Right types, wrong values.
    for (members, field) in [
        (json!({"social": {"linkedin": "www.social.example.com/in/ada"}}), "social.linkedin"),
        (json!({"email": "ada"}), "email"),
        (json!({"email": "ada@-example.com"}), "email"),
        (json!({"email": ""}), "email"),
        (json!({"address": {"countryCode": "FRA"}}), "address.countryCode"),
        (json!({"address": {"countryCode": "fr"}}), "address.countryCode"),
        (json!({"address": {"countryCode": "ZZ"}}), "address.countryCode"),
        (json!({"employment": {"current": {"salary": {"rate": -1}}}}), "employment.current.salary.rate"),
        (
            json!({"employment": {"ideal": {"salary": {"rateHigh": 100_000_000}}}}),
            "employment.ideal.salary.rateHigh",
        ),
        (
            json!({"employment": {"ideal": {"salary": {"currency": "euro"}}}}),
            "employment.ideal.salary.currency",
        ),
        (json!({"availability": {}}), "availability"),
        (json!({"availability": {"immediate": true, "date": "2030-01-01"}}), "availability"),
        (
            json!({"availability": {"relative": {"period": 5, "unit": "Week"}}}),
            "availability.relative.period",
        ),
        (
            json!({"availability": {"relative": {"period": 0, "unit": "Month"}}}),
            "availability.relative.period",
        ),
        (
            json!({"availability": {"relative": {"period": 7, "unit": "Month"}}}),
            "availability.relative.period",
        ),
        (json!({"skillTags": vec!["x"; 101]}), "skillTags"),
        (json!({"skillTags": ["a", "é".repeat(101)]}), "skillTags[1]"),
    ] {
        let refused = account.create(named(members)).await;
        refused.assert_model(422, "Invalid", field);
        assert_eq!(refused.json()["message"], "Validation failed");
    }
    for (members, field) in [
        (json!({"statusId": 1}), "statusId"),
        (json!({"recruiterUserId": [111, 9]}), "recruiterUserId[1]"),
        (json!({"employment": {"current": {"workTypeId": 9}}}), "employment.current.workTypeId"),
        (
            json!({"employment": {"ideal": {"other": [{"workTypeId": 9}]}}}),
            "employment.ideal.other[0].workTypeId",
        ),
        (json!({"custom": [{"fieldId": 9, "value": "x"}]}), "custom[0].fieldId"),
    ] {
        account.create(named(members)).await.assert_model(422, "Missing", field);
    }
    for (members, field) in [
        (json!({"custom": [{"value": "x"}]}), "custom[0].fieldId"),
        (json!({"availability": {"relative": {"unit": "Week"}}}), "availability.relative.period"),
        (json!({"firstName": " "}), "firstName"),
        (json!({"lastName": null}), "lastName"),
    ] {
        account.create(named(members)).await.assert_model(422, "MissingField", field);
    }
    for members in [
        json!({"skillTags": vec!["x"; 100]}),
        json!({"skillTags": ["é".repeat(100)]}),
        json!({"availability": {"immediate": false}}),
        json!({"availability": {"date": "2030-01-01"}}),
        json!({"availability": {"relative": {"period": 6, "unit": "Month"}}}),
        json!({"phone": null, "summary": null, "skillTags": null, "social": null, "dateOfBirth": null,
            "employment": {"history": null, "current": {"employer": null, "workTypeId": null}}}),
    ] {
        assert_eq!(account.create(named(members.clone())).await.status, 201, "{members}");
    }
}

#[tokio::test]
async fn all_faults_come_at_once() {
    let account = Account::start().await;
    let members = json!({"firstName": "x".repeat(51), "address": {"street": "a", "postcode": "b"}, "seeking": "x",
        "availability": {"date": "x"}, "statusId": 1});
    let answer = account.create(members.clone()).await;
    let (status, mut errors) = answer.errors();
    errors.sort();
    let expected = [
        ("Invalid", "address.postcode"),
        ("Invalid", "address.street"),
        ("Invalid", "availability.date"),
        ("Invalid", "firstName"),
        ("Invalid", "seeking"),
        ("Missing", "statusId"),
        ("MissingField", "lastName"),
    ];
    assert_eq!(
        (status, errors),
        (422, expected.map(|(code, field)| (code.to_owned(), field.to_owned())).to_vec())
    );
    assert_eq!(answer.json()["message"], "Error reading content");

    account.jobadder().switch(|s| s.errors = ErrorsForm::Map);
    let answer = account.create(members).await.json();
    assert_eq!(answer["errors"]["lastName"], json!(["The field lastName is required."]));
    assert_eq!(answer["errors"].as_object().unwrap().len(), 7);
}

#[tokio::test]
async fn custom_values_have_the_fields_type() {
    let account = Account::start().await;
    let field = |name: &str| account.id("custom_fields", name);
    let create = async |name: &str, value: Value| {
        account.create(named(json!({"custom": [{"fieldId": field(name), "value": value}]}))).await
    };
    for (name, value) in [
        ("HrFlow key", json!("k".repeat(40))),
        ("Languages", json!("x".repeat(1000))),
        ("Licences", json!(["Car"])),
        ("Licences", json!([])),
        ("Notice", json!(["None"])),
        ("Visa until", json!("2030-01-01")),
        ("Cost centre", json!("C1")),
        ("Portfolio", json!("https://ada.example.com")),
        ("Visa until", Value::Null),
    ] {
        let answer = create(name, value.clone()).await;
        assert_eq!(answer.status, 201, "{name} {value} {}", answer.text);
    }
    for (name, value) in [
        ("HrFlow key", json!("k".repeat(41))),
        ("HrFlow key", json!(["k"])),
        ("HrFlow key", json!(7)),
        ("Licences", json!("Car")),
        ("Licences", json!(["Plane"])),
        ("Notice", json!(["None", "One month"])),
        ("Visa until", json!("2030-01-01T00:00:00Z")),
        ("Visa until", json!("2030")),
        ("Portfolio", json!({})),
    ] {
        create(name, value).await.assert_model(422, "Invalid", "custom[0].value");
    }
    let mandatory = json!({"name": "Badge", "type": "Text", "mandatory": true});
    let id = account.jobadder().seed_record("custom_fields", mandatory).unwrap();
    account.create(named(json!({}))).await.assert_model(422, "MissingField", "custom");
    let badge = |value: Value| named(json!({"custom": [{"fieldId": id, "value": value}]}));
    account.create(badge(Value::Null)).await.assert_model(422, "MissingField", "custom");
    assert_eq!(account.create(badge(json!("b"))).await.status, 201);
    account.jobadder().switch(|s| s.mandatory_custom_fields = false);
    assert_eq!(account.create(named(json!({}))).await.status, 201);
}

#[tokio::test]
async fn what_a_laxer_account_takes() {
    let account = Account::start().await;
    let jobadder = account.jobadder();
    let taken = async |members: Value| {
        let answer = account.create(members).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    };
    assert_eq!(account.create(json!({"email": "only@example.com"})).await.errors().1.len(), 2);
    jobadder.switch(|s| s.name_required = false);
    taken(json!({"email": "only@example.com"})).await;
    taken(json!({})).await;

    jobadder.switch(|s| s.refuse_unknown_members = false);
    let shown = taken(json!({"skills": ["a"], "address": {"country": "X", "city": "Lyon"}})).await;
    assert_eq!((shown.get("skills"), &shown["address"]), (None, &json!({"city": "Lyon"})));

    for nulls in [
        json!({"seeking": null}),
        json!({"address": null}),
        json!({"employment": {"current": null}}),
        json!({"employment": {"ideal": {"salary": {"rateLow": null}}}}),
    ] {
        jobadder.switch(|s| s.refuse_nulls = true);
        assert_eq!(account.create(nulls.clone()).await.errors().0, 422);
        jobadder.switch(|s| s.refuse_nulls = false);
        taken(nulls).await;
    }
    jobadder.switch(|s| {
        s.email_syntax = false;
        s.skill_tag_limits = false;
        s.refuse_date_times = false;
        s.country_codes = false;
    });
    let shown = taken(json!({"email": "nobody", "skillTags": vec!["x"; 101], "address": {"countryCode": "FRA"},
        "education": [{"date": "2018-05-01T10:00:00Z"}], "employment": {"history": [{"end": "2019-01-01T00:00"}]}}))
    .await;
    assert_eq!(shown["education"][0]["date"], "2018-05-01");
    assert_eq!(shown["employment"]["history"][0]["end"], "2019-01-01");
    account.create(json!({"dateOfBirth": "1990-01-01T00:00:00Z"})).await.assert_model(
        422,
        "Invalid",
        "dateOfBirth",
    );

    // Values that only a stricter account rejects.
    jobadder.switch(|s| s.listed_values_only = true);
    for field in ["source", "rating", "salutation"] {
        account.create(json!({field: "HrFlow.ai"})).await.assert_model(422, "Invalid", field);
    }
    taken(json!({"source": "Referral", "rating": "A", "salutation": "Dr"})).await;
}

#[tokio::test]
async fn an_email_is_taken_once_unless_a_code_overrides_it() {
    let account = Account::start().await;
    let ada = named(json!({"email": "ada@example.com"}));
    let id = account.created(ada.clone()).await;
    let again = named(json!({"email": "Ada@Example.com", "phone": "1"}));
    let taken = account.create(again.clone()).await;
    taken.assert_model(409, "AlreadyExists", "email");
    assert!(!taken.text.contains(&id.to_string()));
    let code = taken.header("x-allow-duplicates").to_owned();
    assert!(code.len() > 8);

    for wrong in ["true", "false", "1", &code[1..], &code.to_uppercase()] {
        let refused = account.create_with(&again, wrong).await;
        assert_eq!(refused.status, 409, "{wrong}");
        assert_ne!(refused.header("x-allow-duplicates"), "");
    }
    // The code is not valid for another email, and it is not spent if no duplicate exists.
    account.created(named(json!({"email": "bob@example.com"}))).await;
    let bob = named(json!({"email": "bob@example.com"}));
    assert_eq!(account.create_with(&bob, &code).await.status, 409);
    assert_eq!(account.create_with(&named(json!({})), &code).await.status, 201);
    // Errors in the body are reported first.
    assert_eq!(
        account.create_with(&json!({"email": "ada@example.com", "skills": 1}), &code).await.status,
        422
    );
    assert_eq!(account.create_with(&again, &code).await.status, 201);
    assert_eq!(account.create_with(&again, &code).await.status, 409);
    assert_eq!(account.jobadder().candidates_by_email("ada@example.com").len(), 2);

    // Candidates without an email are never duplicates.
    account.created(named(json!({}))).await;
    account.created(named(json!({}))).await;
}

#[tokio::test]
async fn duplicates_as_the_switches_have_them() {
    let account = Account::start().await;
    let jobadder = account.jobadder();
    let clock = account.world.sandbox.clock();
    jobadder.seed_candidate(json!({"email": "ada@example.com", "otherEmail": ["Ada.Other@example.com"]}));
    let ada = named(json!({"email": "ada@example.com"}));
    let code = async || account.create(ada.clone()).await.header("x-allow-duplicates").to_owned();

    let other = named(json!({"email": "ada.other@example.com"}));
    assert_eq!(account.create(other.clone()).await.status, 201);
    jobadder.switch(|s| s.duplicates_in_other_email = true);
    assert_eq!(account.create(named(json!({"email": "ADA.other@example.com"}))).await.status, 409);

    jobadder.switch(|s| s.duplicates_keep_case = true);
    assert_eq!(account.create(named(json!({"email": "ADA@example.com"}))).await.status, 201);
    assert_eq!(account.create(ada.clone()).await.status, 409);

    jobadder.switch(|s| s.override_for_any_email = true);
    let any = code().await;
    assert_eq!(account.create_with(&other, &any).await.status, 201);
    assert_eq!(account.create_with(&other, &any).await.status, 409);

    jobadder.switch(|s| s.override_reusable = true);
    let many = code().await;
    for _ in 0..2 {
        assert_eq!(account.create_with(&ada, &many).await.status, 201);
    }
    jobadder.switch(|s| s.override_seconds = Some(60));
    clock.advance(Duration::from_secs(60));
    assert_eq!(account.create_with(&ada, &many).await.status, 409);
}

#[tokio::test]
async fn at_once_only_one_gets_an_email() {
    let account = Account::start().await;
    let tries = (0..8).map(|_| account.create(named(json!({"email": "ada@example.com"}))));
    let statuses: Vec<u16> =
        futures::future::join_all(tries).await.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(account.jobadder().candidate_count(), 1);
}

#[tokio::test]
async fn a_put_replaces_and_says_nothing() {
    let account = Account::start().await;
    let jobadder = account.jobadder();
    let id = account
        .created(named(
            json!({"email": "ada@example.com", "source": "Referral", "phone": "1", "skillTags": ["a"],
            "address": {"city": "Lyon", "countryCode": "FR"}, "statusId": account.id("statuses", "Placed"),
            "custom": [{"fieldId": account.id("custom_fields", "HrFlow key"), "value": "k"}]}),
        ))
        .await;
    let seeded = jobadder.seed_candidate(json!({"firstName": "Bo", "lastName": "Seed", "phone": "1",
        "otherEmail": ["bo@example.com"], "contactMethod": "Phone"}));
    account.world.sandbox.clock().advance(Duration::from_secs(60));

    let changed = account.update(id, named(json!({"email": "Ada@example.com", "mobile": "2"}))).await;
    assert_eq!((changed.status, changed.text.as_str(), changed.header("content-type")), (200, "", ""));
    let shown = account.get(&format!("candidates/{id}")).await.json();
    for blank in ["phone", "skillTags", "address", "custom"] {
        assert!(shown.get(blank).is_none(), "{blank}");
    }
    assert_eq!((&shown["source"], &shown["mobile"]), (&json!("Referral"), &json!("2")));
    assert_eq!(shown["status"]["name"], "Current");
    assert!(shown["updatedAt"].as_str() > shown["createdAt"].as_str());

    assert_eq!(account.update(seeded, named(json!({"lastName": "New"}))).await.status, 200);
    let stored = jobadder.candidate(seeded).unwrap();
    assert_eq!((stored.text("contactMethod"), stored.text("phone")), (Some("Phone"), None));
    assert_eq!(stored.members["otherEmail"], json!(["bo@example.com"]));

    // Rejected updates.
    account.update(id, named(json!({"source": "Website"}))).await.assert_model(422, "Invalid", "source");
    assert_eq!(
        account.update(id, json!({"phone": "x"})).await.errors().1.len(),
        2,
        "the names would be blank"
    );
    let missing = account.update(7, named(json!({}))).await;
    assert_eq!((missing.status, missing.text.as_str()), (404, ""));
    assert_eq!(account.send(Method::PUT, "candidates/x", &json!({})).await.status, 404);
    let bob = account.created(named(json!({"email": "bob@example.com"}))).await;
    let taken = account.update(bob, named(json!({"email": "ADA@example.com"}))).await;
    taken.assert_model(409, "AlreadyExists", "email");
    let code = taken.header("x-allow-duplicates").to_owned();
    let request =
        account.world.client.put(account.url(&format!("candidates/{bob}"))).bearer_auth(&account.token);
    let request =
        request.header("x-allow-duplicates", code).json(&named(json!({"email": "ADA@example.com"})));
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(jobadder.candidates_by_email("ada@example.com").len(), 2);
    // The candidate's own email is no duplicate, and its previous email is free.
    assert_eq!(account.update(bob, named(json!({"email": "ADA@example.com"}))).await.status, 200);
    account.created(named(json!({"email": "bob@example.com"}))).await;
}

#[tokio::test]
async fn a_put_may_be_partial() {
    let account = Account::start().await;
    account.jobadder().switch(|s| s.put = Put::Partial);
    let id = account
        .created(named(
            json!({"email": "ada@example.com", "phone": "1", "skillTags": ["a"], "seeking": "No"}),
        ))
        .await;
    assert_eq!(account.update(id, json!({"skillTags": ["b"], "phone": null})).await.status, 200);
    let stored = account.jobadder().candidate(id).unwrap();
    assert_eq!((stored.text("email"), stored.text("phone")), (Some("ada@example.com"), None));
    assert_eq!((&stored.members["skillTags"], &stored.members["seeking"]), (&json!(["b"]), &json!("No")));
    account.update(id, json!({"firstName": null})).await.assert_model(422, "MissingField", "firstName");
}

#[tokio::test]
async fn sparse_records() {
    let account = Account::start().await;
    let id =
        account.jobadder().seed_candidate(json!({"candidateId": 77, "createdAt": "2020-01-01T00:00:00Z"}));
    assert_eq!(id, 77);
    let path = "candidates/77";
    let shown = account.get(path).await.json();
    let mut names: Vec<&String> = shown.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(
        names,
        [
            "candidateId",
            "createdAt",
            "createdBy",
            "links",
            "statistics",
            "status",
            "unsubscribed",
            "updatedAt",
            "updatedBy"
        ]
    );
    account.jobadder().switch(|s| s.absent_members = AbsentMembers::Null);
    let shown = account.get(path).await.json();
    for name in
        ["firstName", "email", "address", "employment", "skillTags", "custom", "recruiters", "otherEmail"]
    {
        assert_eq!(shown.get(name), Some(&Value::Null), "{name}");
    }
    // New ids are larger than all seeded ones.
    assert!(account.created(named(json!({}))).await > 77);

    let missing = account.get("candidates/9").await;
    assert_eq!(missing.status, 404);
    assert_eq!(missing.json(), json!({"message": "Candidate 9 not found", "errors": [{"code": "Missing"}]}));
    assert_eq!(account.get("candidates/99999999999999999999").await.status, 404);
}
