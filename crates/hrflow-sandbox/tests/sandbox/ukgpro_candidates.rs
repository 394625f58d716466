use std::time::Duration;

use hrflow_sandbox::ukgpro::{CountryCodes, ReadKeys};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::ukgpro_support::{LEVEL, USER, Ukg, candidate, candidate_with};

const INTERMEDIATE: &str = "Intermediate";

fn full() -> Value {
    json!({
        "created_at": "2024-02-03T04:05:06.789Z",
        "creator": {"id": USER},
        "password": "",
        "is_internal": false,
        "is_willing_to_relocate": true,
        "name": {"first": "Ann", "middle": "B.", "last": "Placeholder", "former": "Muster",
            "prefix": "0a0e0000-0005-4000-8000-000000000001", "suffix": null},
        "contact_info": {"email": "Ann@Example.com", "phone": {"primary": "+1 555 0100", "secondary": null},
            "address": {"line1": "1 Quay", "line2": "", "city": "Springfield", "state": {"code": "IL"},
                "postal_code": "62701", "country": {"code": "USA"}}},
        "hyperlinks": [{"name": "LinkedIn", "url": "https://example.com/in/ann"}],
        "workexperience": [
            {"job_title": "Builder", "company": "Yard", "location": "Springfield",
                "from": {"month": 4, "year": 2021}, "to": {"month": null, "year": null}, "description": "Planks."},
            {"job_title": "Apprentice", "company": "Yard", "to": {"month": 3, "year": 2021}},
            {"job_title": "Helper", "company": "Yard", "to": null}],
        "education": [{"school": {"id": null, "name": "Institute"}, "degree": {"id": null, "name": "Diploma"},
            "major": {"id": "0a0e0000-0003-4000-8000-000000000001"}, "from": {"month": 9, "year": 2015},
            "to": {"month": 6, "year": 2018}, "description": "Hulls."}],
        "licenses": [{"license": {"id": null, "name": "Skipper"}, "number": "B-1",
            "achieved_date": "2019-06-01T00:00:00Z", "renewal_date": "2029-06-01T00:00:00"}],
        "skills": [{"skill": {"id": null, "name": "Carpentry"}, "proficiency_level": {"id": LEVEL}}],
        "behaviours": [{"id": "0a0e0000-0008-4000-8000-000000000001"}],
        "motivations": [{"id": "0a0e0000-0009-4000-8000-000000000001"}],
        "comments": [{"author_id": USER, "comment": "Met at the fair.", "is_important": true,
            "created_at": "2024-02-03T04:05:06Z"}],
        "provider": {"id": null, "name": "HrFlow.ai", "type": "ThirdPartyIntegration", "method": "CandidateImport"}
    })
}

#[tokio::test]
async fn a_create_and_its_answer() {
    let ukg = Ukg::start().await;
    let answer = ukg.post("candidates", &full()).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let body = answer.json();
    let id = body["id"].as_str().unwrap();
    assert_eq!((id.len(), id.split('-').count()), (36, 5));
    let mut members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(
        members,
        [
            "created_at",
            "creator",
            "eeid",
            "id",
            "integration_user_id",
            "is_active",
            "is_internal",
            "preferred_locale",
            "updated_at"
        ]
    );
    assert_eq!(body["created_at"], "2024-02-03T04:05:06.789Z");
    let stored = ukg.stand_in().candidate(id).unwrap();
    assert_eq!(stored.unknown, Vec::<String>::new());
    assert_eq!((stored.email(), stored.created_by.as_deref()), ("Ann@Example.com", Some("sandbox-all")));
    assert!(stored.account && !stored.internal);
    assert_eq!(stored.fields["work_experience"], full()["workexperience"]);
    assert_eq!(stored.fields["educations"], full()["education"]);
    assert!(!stored.fields.contains_key("workexperience"));

    // Reads have other names for the lists, and show the records that ids refer to.
    let read = ukg.get(&format!("candidates/{}", id.to_uppercase())).await.json();
    assert_eq!(read["work_experience"], full()["workexperience"]);
    assert_eq!(read["educations"], full()["education"]);
    assert_eq!(read["behaviors"], full()["behaviours"]);
    assert_eq!(read["name"]["prefix"]["name"], "Dr.");
    assert_eq!(read["contact_info"], full()["contact_info"]);
    let level = &read["skills"][0]["proficiency_level"];
    assert_eq!((&level["name"], &level["ordinal_value"]), (&json!(INTERMEDIATE), &json!(3)));
    let base = ukg.url("");
    assert_eq!(
        read["links"][1],
        json!({"rel": "documents", "href": format!("{base}candidates/{id}/documents")})
    );
    ukg.stand_in().switch(|s| s.read_keys = ReadKeys::Import);
    let read = ukg.get(&format!("candidates/{id}")).await.json();
    assert_eq!(
        (&read["workexperience"], &read["education"]),
        (&full()["workexperience"], &full()["education"])
    );
    assert!(read.get("educations").is_none());
    ukg.get("candidates/0a0e0000-0000-4000-8000-000000000000")
        .await
        .assert_message(404, "The candidate was not found.");
}

#[tokio::test]
async fn either_spelling_is_taken() {
    let ukg = Ukg::start().await;
    let mut body = full();
    for (imported, read) in
        [("workexperience", "work_experience"), ("education", "educations"), ("behaviours", "behaviors")]
    {
        let list = body.as_object_mut().unwrap().remove(imported).unwrap();
        body[read] = list;
    }
    let answer = ukg.post("candidates", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let stored = &ukg.stand_in().candidates()[0];
    assert_eq!(stored.fields["work_experience"], full()["workexperience"]);
    assert_eq!(stored.fields["behaviors"], full()["behaviours"]);
    assert_eq!(stored.unknown, Vec::<String>::new());
    // Errors name the fields as they were sent.
    let answer =
        ukg.post("candidates", &candidate_with(json!({"work_experience": [{"company": "Y"}]}))).await;
    answer.assert_broken(400, "work_experience[0].job_title", "Required");
}

#[tokio::test]
async fn what_is_required() {
    let ukg = Ukg::start().await;
    let all = |paths: &[&str]| {
        (400, paths.iter().map(|path| ((*path).to_owned(), "Required".to_owned())).collect::<Vec<_>>())
    };
    let nothing = ukg.post("candidates", &json!({})).await;
    assert_eq!(nothing.broken(), all(&["contact_info.email", "name.first", "name.last"]));
    let blank = json!({"name": {"first": " ", "last": null}, "contact_info": {"email": ""}});
    assert_eq!(
        ukg.post("candidates", &blank).await.broken(),
        all(&["contact_info.email", "name.first", "name.last"])
    );
    let bare =
        candidate_with(json!({"workexperience": [{}], "education": [{"degree": {}}], "licenses": [{}],
        "skills": [{}], "hyperlinks": [{}], "behaviours": [{}], "comments": [{}], "creator": {}}));
    assert_eq!(
        ukg.post("candidates", &bare).await.broken(),
        all(&[
            "behaviours[0].id",
            "comments[0].author_id",
            "comments[0].comment",
            "creator.id",
            "education[0].degree.name",
            "education[0].school.name",
            "hyperlinks[0].name",
            "hyperlinks[0].url",
            "licenses[0].license.name",
            "skills[0].proficiency_level.id",
            "skills[0].skill.name",
            "workexperience[0].company",
            "workexperience[0].job_title",
        ])
    );
    assert_eq!(ukg.stand_in().candidate_count(), 0);
}

#[tokio::test]
async fn lengths() {
    let ukg = Ukg::start().await;
    let text = |length: usize| "é".repeat(length);
    let work = |member: &str, length: usize| {
        let mut entry = json!({"job_title": "T", "company": "C"});
        entry[member] = text(length).into();
        json!({"workexperience": [entry]})
    };
    let name = |member: &str, length: usize| {
        let mut name = json!({"first": "A", "last": "B"});
        name[member] = text(length).into();
        json!({"name": name})
    };
    let contact = |members: fn(String) -> Value, length: usize| {
        let mut info = members(text(length));
        info["email"] = "ann@example.com".into();
        json!({"contact_info": info})
    };
    type Make<'a> = Box<dyn Fn(usize) -> Value + 'a>;
    let cases: Vec<(&str, usize, Make<'_>)> = vec![
        ("name.first", 100, Box::new(|n| name("first", n))),
        ("name.middle", 50, Box::new(|n| name("middle", n))),
        ("name.last", 100, Box::new(|n| name("last", n))),
        ("name.former", 100, Box::new(|n| name("former", n))),
        ("contact_info.phone.primary", 25, Box::new(|n| contact(|t| json!({"phone": {"primary": t}}), n))),
        (
            "contact_info.phone.secondary",
            25,
            Box::new(|n| contact(|t| json!({"phone": {"secondary": t}}), n)),
        ),
        ("contact_info.address.line1", 255, Box::new(|n| contact(|t| json!({"address": {"line1": t}}), n))),
        ("contact_info.address.line2", 255, Box::new(|n| contact(|t| json!({"address": {"line2": t}}), n))),
        ("contact_info.address.city", 255, Box::new(|n| contact(|t| json!({"address": {"city": t}}), n))),
        (
            "contact_info.address.state.code",
            6,
            Box::new(|n| contact(|t| json!({"address": {"state": {"code": t}}}), n)),
        ),
        (
            "contact_info.address.postal_code",
            50,
            Box::new(|n| contact(|t| json!({"address": {"postal_code": t}}), n)),
        ),
        (
            "hyperlinks[0].name",
            250,
            Box::new(|n| json!({"hyperlinks": [{"name": text(n), "url": "https://example.com"}]})),
        ),
        ("workexperience[0].job_title", 100, Box::new(|n| work("job_title", n))),
        ("workexperience[0].company", 100, Box::new(|n| work("company", n))),
        ("workexperience[0].location", 20, Box::new(|n| work("location", n))),
        ("workexperience[0].description", 2000, Box::new(|n| work("description", n))),
        (
            "education[0].school.name",
            100,
            Box::new(|n| json!({"education": [{"school": {"name": text(n)}}]})),
        ),
        (
            "education[0].description",
            1500,
            Box::new(|n| json!({"education": [{"school": {"name": "S"}, "description": text(n)}]})),
        ),
        (
            "licenses[0].license.name",
            250,
            Box::new(|n| json!({"licenses": [{"license": {"name": text(n)}}]})),
        ),
        (
            "licenses[0].number",
            20,
            Box::new(|n| json!({"licenses": [{"license": {"name": "L"}, "number": text(n)}]})),
        ),
        (
            "skills[0].skill.name",
            80,
            Box::new(
                |n| json!({"skills": [{"skill": {"name": text(n)}, "proficiency_level": {"id": LEVEL}}]}),
            ),
        ),
        (
            "comments[0].comment",
            4000,
            Box::new(|n| json!({"comments": [{"author_id": USER, "comment": text(n)}]})),
        ),
        ("provider.name", 100, Box::new(|n| json!({"provider": {"name": text(n)}}))),
    ];
    for (path, most, make) in cases {
        let over = ukg.post("candidates", &candidate_with(make(most + 1))).await;
        over.assert_broken(400, path, "MaxLength");
        let exact = ukg.post("candidates", &candidate_with(make(most))).await;
        assert_eq!(exact.status, 201, "{path} {}", exact.text);
        ukg.stand_in().clear();
    }
    let email = |length: usize| format!("{}@example.com", "a".repeat(length - 12));
    ukg.post("candidates", &candidate(&email(255))).await.assert_broken(
        400,
        "contact_info.email",
        "MaxLength",
    );
    assert_eq!(ukg.post("candidates", &candidate(&email(254))).await.status, 201);
}

#[tokio::test]
async fn values_that_are_refused() {
    let ukg = Ukg::start().await;
    let address = |address: Value| json!({"contact_info": {"email": "ann@example.com", "address": address}});
    let skill =
        |skill: Value, level: Value| json!({"skills": [{"skill": skill, "proficiency_level": level}]});
    let archived = "0a0e0000-0008-4000-8000-000000000003";
    let behaviour = "0a0e0000-0008-4000-8000-000000000001";
    for (members, path, kind) in [
        (json!({"contact_info": {"email": "nobody"}}), "contact_info.email", "Email"),
        (json!({"contact_info": {"email": "a b@example.com"}}), "contact_info.email", "Email"),
        (json!({"contact_info": {"email": 7}}), "contact_info.email", "Invalid"),
        (json!({"contact_info": {"email": "a@example.com", "phone": "1"}}), "contact_info.phone", "Invalid"),
        (address(json!({"postal_code": "12"})), "contact_info.address.postal_code", "MinLength"),
        (address(json!({"state": "IL"})), "contact_info.address.state", "Invalid"),
        (address(json!({"country": "USA"})), "contact_info.address.country", "Invalid"),
        (address(json!({"country": {"code": "US"}})), "contact_info.address.country.code", "Invalid"),
        (address(json!({"country": {"code": "usa"}})), "contact_info.address.country.code", "Invalid"),
        (
            address(json!({"country": {"code": "United States"}})),
            "contact_info.address.country.code",
            "Invalid",
        ),
        (json!({"name": {"first": "A", "last": "B", "prefix": "Dr."}}), "name.prefix", "NotFound"),
        (json!({"password": "secret"}), "password", "NotAllowed"),
        (json!({"is_internal": "no"}), "is_internal", "Invalid"),
        (json!({"is_active": true}), "is_active", "NotAllowed"),
        (json!({"integration_user_id": "E-1"}), "integration_user_id", "NotAllowed"),
        (json!({"is_internal": true, "integration_user_id": "E 1"}), "integration_user_id", "Invalid"),
        (json!({"is_willing_to_relocate": "yes"}), "is_willing_to_relocate", "Invalid"),
        (json!({"created_at": "2999-01-01T00:00:00.000Z"}), "created_at", "Range"),
        (json!({"created_at": "2020-01-01T00:00:00+02:00"}), "created_at", "Invalid"),
        (json!({"created_at": "2020-01-01"}), "created_at", "Invalid"),
        (json!({"creator": {"id": "nobody"}}), "creator.id", "NotFound"),
        (json!({"hyperlinks": {"name": "x"}}), "hyperlinks", "Invalid"),
        (json!({"hyperlinks": [{"name": "x", "url": "example.com/x"}]}), "hyperlinks[0].url", "Url"),
        (json!({"hyperlinks": [{"name": "x", "url": "mailto:x"}]}), "hyperlinks[0].url", "Url"),
        (json!({"workexperience": ["x"]}), "workexperience[0]", "Invalid"),
        (
            json!({"education": [{"school": {"id": "1", "name": "S"}}]}),
            "education[0].school.id",
            "NotAllowed",
        ),
        (
            json!({"education": [{"school": {"name": "S"}, "degree": {"id": "1", "name": "D"}}]}),
            "education[0].degree.id",
            "NotAllowed",
        ),
        (
            json!({"education": [{"school": {"name": "S"}, "major": {"id": "rivers"}}]}),
            "education[0].major.id",
            "NotFound",
        ),
        (
            json!({"licenses": [{"license": {"id": "1", "name": "L"}}]}),
            "licenses[0].license.id",
            "NotAllowed",
        ),
        (
            json!({"licenses": [{"license": {"name": "L"}, "achieved_date": "2019-06-01"}]}),
            "licenses[0].achieved_date",
            "Invalid",
        ),
        (
            json!({"licenses": [{"license": {"name": "L"}, "achieved_date": "2019-06-01T00:00:00Z",
                "renewal_date": "2018-06-01T00:00:00Z"}]}),
            "licenses[0].achieved_date",
            "Range",
        ),
        (skill(json!({"name": ""}), json!({"id": LEVEL})), "skills[0].skill.name", "Required"),
        (skill(json!({"name": "x", "id": "1"}), json!({"id": LEVEL})), "skills[0].skill.id", "NotAllowed"),
        (skill(json!({"name": "x"}), json!({"ordinal": 3})), "skills[0].proficiency_level.id", "Required"),
        (skill(json!({"name": "x"}), json!({"id": "3"})), "skills[0].proficiency_level.id", "NotFound"),
        (json!({"behaviours": [{"id": "patience"}]}), "behaviours[0].id", "NotFound"),
        (json!({"behaviours": [{"id": archived}]}), "behaviours[0].id", "NotAllowed"),
        (json!({"behaviours": [{"id": behaviour}, {"id": behaviour}]}), "behaviours[1].id", "Duplicate"),
        (json!({"comments": [{"author_id": "nobody", "comment": "x"}]}), "comments[0].author_id", "NotFound"),
        (json!({"comments": [{"author_id": USER, "comment": "  "}]}), "comments[0].comment", "Required"),
        (
            json!({"comments": [{"author_id": USER, "comment": "x", "created_at": "2999-01-01T00:00:00Z"}]}),
            "comments[0].created_at",
            "Range",
        ),
        (json!({"provider": {"id": "1"}}), "provider.id", "NotAllowed"),
        (json!({"provider": {"type": "Other"}}), "provider.type", "Invalid"),
        (json!({"provider": {"method": "Other"}}), "provider.method", "Invalid"),
    ] {
        ukg.post("candidates", &candidate_with(members)).await.assert_broken(400, path, kind);
    }
    assert_eq!(ukg.stand_in().candidate_count(), 0);

    ukg.stand_in().switch(|s| s.skill_level_required = false);
    let without = candidate_with(skill(json!({"name": "x"}), Value::Null));
    assert_eq!(ukg.post("candidates", &without).await.status, 201);
    for (codes, fits, refused) in
        [(CountryCodes::Alpha2, "US", "USA"), (CountryCodes::Any, "United States", " ")]
    {
        ukg.stand_in().clear();
        ukg.stand_in().switch(|s| s.country_codes = codes);
        let with = |code: &str| candidate_with(address(json!({"country": {"code": code}})));
        let answer = ukg.post("candidates", &with(refused)).await;
        answer.assert_broken(400, "contact_info.address.country.code", "Invalid");
        assert_eq!(ukg.post("candidates", &with(fits)).await.status, 201);
    }
}

#[tokio::test]
async fn years_go_by_the_clock() {
    let ukg = Ukg::start().await;
    ukg.stand_in().switch(|s| s.token_seconds = 100_000_000);
    ukg.world.sandbox.clock().set("2030-06-15T12:00:00Z".parse::<Timestamp>().unwrap());
    let ukg = Ukg { token: ukg.token_of("sandbox-all").await, ..ukg };
    let work = |from: Value, to: Value| json!({"workexperience": [{"job_title": "T", "company": "C", "from": from, "to": to}]});
    let education =
        |from: Value, to: Value| json!({"education": [{"school": {"name": "S"}, "from": from, "to": to}]});
    let at = |year: i64| json!({"month": 6, "year": year});
    for (members, path) in [
        (work(at(1929), Value::Null), "workexperience[0].from.year"),
        (work(at(2000), at(2036)), "workexperience[0].to.year"),
        (work(json!({"month": 13, "year": 2000}), Value::Null), "workexperience[0].from.month"),
        (work(json!({"month": 0, "year": 2000}), Value::Null), "workexperience[0].from.month"),
        (education(at(1929), Value::Null), "education[0].from.year"),
        (education(Value::Null, at(2036)), "education[0].to.year"),
        (education(Value::Null, at(1929)), "education[0].to.year"),
        (education(at(2010), at(2009)), "education[0].from.year"),
        (
            json!({"licenses": [{"license": {"name": "L"}, "achieved_date": "1929-12-31T00:00:00Z"}]}),
            "licenses[0].achieved_date",
        ),
        (
            json!({"licenses": [{"license": {"name": "L"}, "achieved_date": "2036-01-01T00:00:00Z"}]}),
            "licenses[0].achieved_date",
        ),
    ] {
        ukg.post("candidates", &candidate_with(members)).await.assert_broken(400, path, "Range");
    }
    for (from, path, kind) in [
        (json!({"month": 6}), "workexperience[0].from.year", "Required"),
        (json!({"month": "6", "year": 2000}), "workexperience[0].from.month", "Invalid"),
        (json!({"month": 6, "year": "2000"}), "workexperience[0].from.year", "Invalid"),
        (json!("2000-06"), "workexperience[0].from", "Invalid"),
    ] {
        ukg.post("candidates", &candidate_with(work(from, Value::Null))).await.assert_broken(400, path, kind);
    }
    for members in [
        work(at(1930), at(2035)),
        work(json!({"year": 1999}), json!({"month": null, "year": null})),
        work(at(2031), Value::Null),
        education(at(1930), at(2035)),
        education(at(2010), at(2010)),
        json!({"licenses": [{"license": {"name": "L"}, "achieved_date": "2035-12-31T00:00:00Z"}]}),
        json!({"created_at": "2030-06-15T11:59:59.000Z"}),
    ] {
        let answer = ukg.post("candidates", &candidate_with(members.clone())).await;
        assert_eq!(answer.status, 201, "{members} {}", answer.text);
        ukg.stand_in().clear();
    }
}

#[tokio::test]
async fn what_is_unknown_is_ignored_and_noted() {
    let ukg = Ukg::start().await;
    let mut body = candidate_with(json!({"phone": "1", "address": {}, "preferred_locale": {"code": "en-US"},
        "workexperience": [{"job_title": "T", "company": "C", "from_": {"month": 1, "year": 2020}}]}));
    body["name"]["preferred"] = "Annie".into();
    assert_eq!(ukg.post("candidates", &body).await.status, 201);
    let stored = &ukg.stand_in().candidates()[0];
    let mut unknown = stored.unknown.clone();
    unknown.sort();
    assert_eq!(
        unknown,
        ["address", "name.preferred", "phone", "preferred_locale", "workexperience[0].from_"]
    );
    assert!(!stored.fields.contains_key("phone"));
}

#[tokio::test]
async fn an_email_is_unique_among_external_candidates() {
    let ukg = Ukg::start().await;
    let id = ukg.created("ann@example.com").await;
    let again = ukg.post("candidates", &candidate("ANN@example.com")).await;
    again.assert_broken(409, "contact_info.email", "Duplicate");
    assert!(again.text.contains("email address is already in use"));
    ukg.stand_in().switch(|s| s.duplicate_status = 400);
    ukg.post("candidates", &candidate("ann@example.com")).await.assert_broken(
        400,
        "contact_info.email",
        "Duplicate",
    );
    assert_eq!(ukg.stand_in().candidate_count(), 1);
    // Employees may share the email.
    let internal =
        candidate_with(json!({"is_internal": true, "is_active": false, "integration_user_id": "E-1"}));
    for _ in 0..2 {
        assert_eq!(ukg.post("candidates", &internal).await.status, 201);
    }
    assert_eq!(ukg.look_up("ann@example.com").await.json(), json!({"id": id}));
    // Employees may write comments.
    let author = ukg.stand_in().candidates().into_iter().find(|candidate| candidate.internal).unwrap().id;
    let mut body = candidate("bo@example.com");
    body["comments"] = json!([{"author_id": author, "comment": "x"}]);
    assert_eq!(ukg.post("candidates", &body).await.status, 201);
    let mut body = candidate("cy@example.com");
    body["comments"] = json!([{"author_id": id, "comment": "x"}]);
    ukg.post("candidates", &body).await.assert_broken(400, "comments[0].author_id", "NotFound");
}

#[tokio::test]
async fn look_ups() {
    let ukg = Ukg::start().await;
    let ids = ukg.stand_in().seed_samples();
    assert_eq!(ukg.stand_in().candidate_count(), 6);
    let found = ukg.look_up("  Odette.SAMPLE@example.com ").await;
    assert_eq!((found.status, found.json()), (200, json!({"id": ids[0]})));
    let absent = "No external candidate has this email address.";
    ukg.look_up("nobody@example.com").await.assert_message(404, absent);
    ukg.look_up("internal.sample@example.com").await.assert_message(404, absent);
    let several = "More than one candidate record has this email address.";
    ukg.look_up("twin.sample@example.com").await.assert_message(409, several);
    let accountless = "The candidate record has no user account.";
    ukg.look_up("noaccount.sample@example.com").await.assert_message(409, accountless);
    assert!(ukg.stand_in().set_account(&ids[4], true));
    assert_eq!(ukg.look_up("noaccount.sample@example.com").await.json(), json!({"id": ids[4]}));
    for body in [json!({}), json!({"email": null}), json!({"email": " "})] {
        ukg.post("candidates-lookup", &body).await.assert_broken(400, "email", "Required");
    }
    ukg.stand_in().switch(|s| {
        s.lookup_absent_status = 200;
        s.lookup_id_key = "candidate_id".to_owned();
    });
    ukg.look_up("nobody@example.com").await.assert_message(200, absent);
    assert_eq!(ukg.look_up("odette.sample@example.com").await.json(), json!({"candidate_id": ids[0]}));
}

#[tokio::test]
async fn look_ups_may_lag() {
    let ukg = Ukg::start().await;
    ukg.stand_in().switch(|s| s.lookup_lag = 5_000);
    let id = ukg.created("ann@example.com").await;
    assert_eq!(ukg.look_up("ann@example.com").await.status, 404);
    assert_eq!(ukg.get("candidates").await.json(), json!([]));
    // Requests by id and the duplicate check find it immediately.
    assert_eq!(ukg.get(&format!("candidates/{id}")).await.status, 200);
    assert_eq!(ukg.post("candidates", &candidate("ann@example.com")).await.status, 409);
    ukg.world.sandbox.clock().advance(Duration::from_secs(5));
    assert_eq!(ukg.look_up("ann@example.com").await.json(), json!({"id": id}));
    assert_eq!(ukg.get("candidates").await.json()[0]["id"], id);

    // The account may be created later than the record.
    ukg.stand_in().switch(|s| {
        s.lookup_lag = 0;
        s.account_lag = 5_000;
    });
    let id = ukg.created("bo@example.com").await;
    ukg.look_up("bo@example.com").await.assert_message(409, "The candidate record has no user account.");
    assert_eq!(ukg.get("candidates").await.json()[1]["id"], id);
    ukg.world.sandbox.clock().advance(Duration::from_secs(5));
    assert_eq!(ukg.look_up("bo@example.com").await.status, 200);
}

#[tokio::test]
async fn parts_of_a_candidate() {
    let ukg = Ukg::start().await;
    let id = ukg.created("ann@example.com").await;
    let before = ukg.stand_in().candidate(&id).unwrap().updated_at;
    ukg.world.sandbox.clock().advance(Duration::from_secs(1));
    for (part, member, entry) in [
        ("work-experience", "work_experience", json!({"job_title": "T", "company": "C"})),
        ("educations", "educations", json!({"school": {"name": "S"}})),
        ("licenses", "licenses", json!({"license": {"name": "L"}})),
        ("skills", "skills", json!({"skill": {"name": "K"}, "proficiency_level": {"id": LEVEL}})),
        ("behaviors", "behaviors", json!({"id": "0a0e0000-0008-4000-8000-000000000001"})),
        ("motivations", "motivations", json!({"id": "0a0e0000-0009-4000-8000-000000000001"})),
        ("comments", "comments", json!({"author": {"id": USER}, "comment": "x"})),
        ("references", "references", json!({"name": "Bo"})),
    ] {
        let path = format!("candidates/{id}/{part}");
        assert_eq!(ukg.get(&path).await.json(), json!([]), "{part}");
        let answer = ukg.post(&path, &entry).await;
        assert_eq!(answer.status, 201, "{part} {}", answer.text);
        assert_eq!(ukg.get(&path).await.json().as_array().unwrap().len(), 1, "{part}");
        assert_eq!(ukg.stand_in().candidate(&id).unwrap().fields[member], json!([answer.json()]));
    }
    assert!(ukg.stand_in().candidate(&id).unwrap().updated_at > before);
    let refused = ukg.post(&format!("candidates/{id}/work-experience"), &json!({"company": "C"})).await;
    refused.assert_broken(400, "job_title", "Required");
    let nobody = ukg.post("candidates/nobody/skills", &json!({})).await;
    nobody.assert_message(404, "The candidate was not found.");
    ukg.get("candidates/nobody/skills").await.assert_message(404, "The candidate was not found.");
}
