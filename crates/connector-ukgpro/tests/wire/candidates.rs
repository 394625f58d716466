//! Looking up and creating candidates.

use hrflow_core::{
    Environment, ErrorKind, Status,
    result::Reason,
    testing::{Reaction, ScriptedServer},
};
use serde_json::{Value, json};

use crate::vendor::*;

fn everything() -> Value {
    ada_with(json!({
        "created_at": "2025-06-02T10:05:41+0200",
        "info": { "phone": "+33 1 99 00 01 42", "picture": "https://files.example.com/p.png", "summary": "Writes programs.",
            "urls": [{ "type": "linkedin", "url": "linkedin.com/in/ada" }],
            "location": { "fields": { "house_number": "1", "road": "Main St", "city": "Austin", "postcode": "78701",
                "state": "Texas", "country": "US" } } },
        "experiences": [{ "title": "Engineer", "company": "Example Ltd", "location": { "text": "Lyon" },
            "date_start": "2020-05-01", "date_end": null, "description": "Wrote programs." }],
        "educations": [{ "school": "Example University", "title": "MSc", "date_start": "2015-09-01", "date_end": "2017-06-30" }],
        "certifications": [{ "name": "ISO 27001", "value": "A-1" }],
        "skills": [{ "name": "Rust", "value": "4/5" }, { "name": "SQL" }],
        "languages": [{ "name": "French" }],
    }))
}

#[tokio::test]
async fn a_candidate_is_looked_up_and_created() {
    let vendor = Vendor::new([no_match(), created("c-1")]).await;
    let result = vendor.push(json!({}), json!({}), &[everything()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
    assert_eq!(vendor.body(0), json!({ "email": "ada.byron+cv@example.com" }));
    assert_eq!(vendor.request(0).header("authorization"), Some("Bearer hush-access-token"));
    let named = |name: &str| json!({ "name": name, "id": null });
    assert_eq!(
        vendor.body(1),
        json!({
            "name": { "first": "Ada", "last": "Byron" },
            "contact_info": {
                "email": "ada.byron+cv@example.com", "phone": { "primary": "+33 1 99 00 01 42" },
                "address": { "line1": "1 Main St", "city": "Austin", "postal_code": "78701",
                    "state": { "code": "TX" }, "country": { "code": "USA" } },
            },
            "created_at": "2025-06-02T08:05:41.000Z", "is_internal": false, "password": "",
            "hyperlinks": [{ "name": "LinkedIn", "url": "https://linkedin.com/in/ada" },
                { "name": "Picture", "url": "https://files.example.com/p.png" }],
            "workexperience": [{ "job_title": "Engineer", "company": "Example Ltd", "location": "Lyon",
                "from": { "year": 2020, "month": 5 }, "to": { "year": null, "month": null }, "description": "Wrote programs." }],
            "education": [{ "school": named("Example University"), "degree": named("MSc"),
                "from": { "year": 2015, "month": 9 }, "to": { "year": 2017, "month": 6 } }],
            "licenses": [{ "license": named("ISO 27001"), "number": "A-1" }],
            "skills": [{ "skill": named("Rust"), "proficiency_level": { "id": "L4" } },
                { "skill": named("SQL"), "proficiency_level": { "id": "3" } }],
            "provider": { "id": null, "name": "HrFlow.ai", "type": "ThirdPartyIntegration", "method": "CandidateImport" },
        })
    );
}

/// A hyperlink is stored for good: a token in it would be, too.
#[tokio::test]
async fn a_signed_or_private_link_is_not_stored() {
    let signed = "https://b.s3.amazonaws.com/p.png?X-Amz-Signature=hush";
    let vendor = Vendor::new([no_match(), created("c-1")]).await;
    let profile = ada_with(json!({ "info": { "picture": signed, "summary": format!("My file: {signed}"),
        "urls": [{ "type": "github", "url": "https://example.com/ada" }, { "type": "other", "url": "https://169.254.169.254/x" }] } }));
    let result = vendor.push(json!({ "comment_author_id": "e-1" }), json!({}), &[profile]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
    let body = vendor.body(1);
    assert_eq!(body["hyperlinks"], json!([{ "name": "GitHub", "url": "https://example.com/ada" }]));
    assert_eq!(body["comments"][0]["comment"], json!("My file: https://b.s3.amazonaws.com/p.png"));
}

#[tokio::test]
async fn parameters_say_what_goes_along() {
    let vendor = Vendor::new([no_match(), created("c-1")]).await;
    let parameters = json!({ "comment_author_id": "e-1", "languages_as_skills": true, "default_proficiency_ordinal": 5,
        "country_code_format": "alpha2", "field_names": { "workexperience": "work_experience" } });
    vendor.push(parameters, json!({}), &[everything()]).await;
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
    let body = vendor.body(1);
    assert_eq!(body["comments"], json!([{ "author_id": "e-1", "comment": "Writes programs." }]));
    let levels: Vec<&Value> =
        body["skills"].as_array().unwrap().iter().map(|it| &it["proficiency_level"]["id"]).collect();
    assert_eq!(levels, ["L4", "L5", "L5"]);
    assert_eq!(body["contact_info"]["address"]["country"]["code"], json!("US"));
    assert_eq!(
        (body.get("workexperience"), body["work_experience"][0]["job_title"].as_str()),
        (None, Some("Engineer"))
    );
}

#[tokio::test]
async fn a_level_that_the_tenant_lacks_is_the_nearest_one() {
    let few = json(
        200,
        json!({ "data": [{ "id": "low", "ordinal_value": 1 }, { "id": "high", "ordinal_value": 3 }] }),
    );
    let vendor = Vendor::bare([token(), few, no_match(), created("c-1")]).await;
    let skills = json!([{ "name": "a", "value": 1 }, { "name": "b", "value": 5 }, { "name": "c" }]);
    vendor.push(json!({}), json!({}), &[ada_with(json!({ "skills": skills }))]).await;
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
    let body = vendor.body(1);
    let levels: Vec<&Value> =
        body["skills"].as_array().unwrap().iter().map(|it| &it["proficiency_level"]["id"]).collect();
    assert_eq!(levels, ["low", "high", "high"]);
}

#[tokio::test]
async fn without_levels_a_candidate_is_created_without_skills() {
    for refused in [json(403, json!({ "message": "no" })), json(200, json!([]))] {
        let vendor = Vendor::bare([token(), refused, no_match(), created("c-1")]).await;
        let result = vendor.push(json!({}), json!({}), &[everything()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
        assert_eq!(vendor.body(1).get("skills"), None);
    }
}

#[tokio::test]
async fn who_is_there_already_is_a_duplicate_with_their_id() {
    let vendor = Vendor::new([somebody("c-9")]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP]);
}

#[tokio::test]
async fn an_address_that_a_look_up_cannot_place_is_a_duplicate_too() {
    let vendor = Vendor::new([unclear()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP], "nothing is created");
}

/// Which status says that nobody has an address is not published.
#[tokio::test]
async fn an_empty_answer_to_a_look_up_is_nobody_and_a_list_is_read() {
    for no_candidate in [Reaction::answer(204, ""), json(200, json!(null)), json(200, json!([]))] {
        let what = format!("{no_candidate:?}");
        let vendor = Vendor::new([no_candidate, created("c-1")]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{what}: {result:?}");
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
    }
    for found in [json!([{ "id": "c-9" }]), json!([{ "id": "c-8" }, { "id": "c-9" }])] {
        let vendor = Vendor::new([json(200, found)]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), [LOOK_UP]);
    }
}

#[tokio::test]
async fn an_address_that_was_taken_meanwhile_is_looked_up_again() {
    let taken_in_words = [
        taken(),
        refusal(400, "contact_info.email", "is already in use"),
        refusal(422, "contact_info.email", "must be unique"),
        json(400, json!({ "message": "A candidate with this e-mail address exists" })),
    ];
    for taken in taken_in_words {
        let what = format!("{taken:?}");
        let vendor = Vendor::new([no_match(), taken, somebody("c-9")]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!(
            (result.status, result.events.write_duplicate),
            (Status::Success, 1),
            "{what}: {result:?}"
        );
        assert_eq!(vendor.calls(), [LOOK_UP, CREATE, LOOK_UP]);
    }
    let vendor = Vendor::new([no_match(), taken(), unclear()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
}

#[tokio::test]
async fn an_address_that_is_taken_by_nobody_is_a_failure() {
    let vendor = Vendor::new([no_match(), taken(), no_match(), no_match()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!(result.events.write_failure, 1, "{result:?}");
    assert_eq!(vendor.calls().len(), 4, "it is looked for again once the look-up cannot lag any more");
    let failure = &result.failures[0];
    assert_eq!(failure.kind, ErrorKind::Duplicate);
    assert!(failure.message.contains("finds nobody"), "{}", failure.message);
}

#[tokio::test]
async fn who_lacks_what_is_required_costs_no_request() {
    let vendor = Vendor::new([no_match(), created("c-1")]).await;
    let nameless =
        json!({ "source_key": "s", "key": "p0", "info": { "full_name": "Bea", "email": "b@example.com" } });
    let result = vendor.push(json!({}), json!({}), &[nameless, ada()]).await;
    assert_eq!((result.events.format_failure, result.events.write_success), (1, 1), "{result:?}");
    assert!(result.failures[0].message.contains("first name"), "{:?}", result.failures);
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
}

#[tokio::test]
async fn a_users_own_mapping_without_an_address_is_refused_before_it_is_sent() {
    let vendor = Vendor::new([]).await;
    let result = connector_ukgpro::push_profile()
        .run_items(
            Box::pin(futures::stream::iter([Ok(serde_json::from_value(ada()).unwrap())])),
            vendor.parameters(json!({})),
        )
        .format(|profile: &connector_hrflow::Profile| {
            let mut candidate = connector_ukgpro::format_hrflow_profile(profile)?;
            candidate.contact_info.email = None;
            Ok(candidate)
        })
        .await;
    assert_eq!((result.events.write_failure, result.failures[0].kind), (1, ErrorKind::Invalid), "{result:?}");
    assert!(result.failures[0].message.contains("contact_info.email"), "{:?}", result.failures);
    assert_eq!(vendor.calls(), [""; 0]);
}

#[tokio::test]
async fn two_of_one_address_make_one_candidate() {
    // The second is known by what the state has of the first.
    let vendor = Vendor::new([no_match(), created("c-1")]).await;
    let mut twin = ada();
    twin["key"] = json!("p2");
    let result = vendor.push(json!({}), json!({ "concurrency": 4 }), &[ada(), twin]).await;
    assert_eq!((result.events.write_success, result.events.write_duplicate), (1, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
}

#[tokio::test]
async fn what_exists_cannot_be_updated() {
    let vendor = Vendor::bare([]).await;
    let result = vendor.push(json!({}), json!({ "on_existing": "update" }), &[ada()]).await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::BadActionParameters), "{result:?}");
    assert_eq!(vendor.all_calls(), [""; 0]);
}

#[tokio::test]
async fn a_dry_run_shows_what_would_be_sent_and_sends_nothing() {
    let vendor = Vendor::bare([]).await;
    let shown = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = shown.clone();
    let profile = serde_json::from_value(everything()).unwrap();
    let result = connector_ukgpro::push_profile()
        .run_items(Box::pin(futures::stream::iter([Ok(profile)])), vendor.parameters(json!({})))
        .environment(Environment {
            dry_run: Some(std::sync::Arc::new(move |body| sink.lock().unwrap().push(body))),
            ..Default::default()
        })
        .await;
    assert_eq!(result.events.read_success, 1);
    assert!(vendor.server.requests().is_empty());
    let shown = &shown.lock().unwrap()[0];
    assert_eq!(shown["name"]["first"], json!("Ada"));
    assert_eq!(shown["skills"][1]["proficiency_level"], json!({ "ordinal": 3 }));
}

#[tokio::test]
async fn a_profile_is_read_at_hrflow_and_written_at_ukg_pro() {
    let profile = json!({ "code": 200, "message": "Profile details", "data": ada() });
    let hrflow = ScriptedServer::start([Reaction::json(200, &profile)]).await.unwrap();
    let origin = json!({ "api_secret": "ask_secret", "api_user": "me@example.com", "source_key": "s", "profile_key": "p1",
        "api_url": hrflow.base_url() });
    let origin = hrflow_core::parameters::read("origin_parameters", &origin).unwrap();
    let vendor = Vendor::new([no_match(), created("c-1")]).await;
    let run = connector_ukgpro::push_profile().run(origin, vendor.parameters(json!({})));
    let result = run.connector("ukgpro").await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [LOOK_UP, CREATE]);
}
