//! Creating applicants, and finding those that are there.

use std::sync::{Arc, Mutex};

use hrflow_core::{
    Environment, ErrorKind, Status,
    result::Reason,
    testing::{Reaction, ScriptedServer},
};
use serde_json::{Value, json};

use crate::vendor::*;

#[tokio::test]
async fn an_applicant_is_created_with_a_form_and_read_back() {
    let vendor = Vendor::new([no_match(), created(), ada_found()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CREATE, FIND]);
    let query = json!({ "email": "ada.byron+cv@example.com", "limit": "50" });
    assert_eq!((vendor.query(0), vendor.query(2)), (query.clone(), query));
    assert_eq!(
        vendor.form(1),
        json!({ "standard_fields.firstname": "Ada", "standard_fields.lastname": "Byron",
            "standard_fields.email": "ada.byron+cv@example.com", "standard_fields.mobile_number": "+33199000142" })
    );

    // Known from now on: nothing is sent again.
    vendor.then([signed_in()]);
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CREATE, FIND, SIGN_IN]);
}

#[tokio::test]
async fn who_is_there_already_is_left_alone() {
    let vendor = Vendor::new([list(json!([applicant("9", " ADA.Byron+CV@example.com")]))]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND]);
}

#[tokio::test]
async fn what_exists_cannot_be_updated() {
    let vendor = Vendor::silent().await;
    let result = vendor.push(json!({}), json!({ "on_existing": "update" }), &[ada()]).await;
    assert_eq!((result.status, result.reason), (Status::Fatal, Reason::BadActionParameters), "{result:?}");
    assert!(vendor.server.requests().is_empty());
}

/// The spelling is kept; whether the filter minds case is not known, so it is asked both ways.
#[tokio::test]
async fn an_address_in_mixed_case_is_looked_for_in_both_spellings() {
    let found = list(json!([applicant("9", "Ada.Byron@Example.com")]));
    let vendor = Vendor::new([no_match(), no_match(), created(), found]).await;
    let profile = with_info("email", json!("Ada.Byron@Example.com"));
    let result = vendor.push(json!({}), json!({}), &[profile]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, FIND, CREATE, FIND]);
    assert_eq!(vendor.query(0)["email"], json!("Ada.Byron@Example.com"));
    assert_eq!(vendor.query(1)["email"], json!("ada.byron@example.com"));
    assert_eq!(vendor.form(2)["standard_fields.email"], json!("Ada.Byron@Example.com"));
}

#[tokio::test]
async fn an_id_that_is_told_is_not_read_back() {
    for body in [
        json!({ "success": 1, "id": "aB/1==" }),
        json!({ "status": "success", "data": { "id": 17 } }),
        json!({ "success": true, "data": { "applicant_id": "A-1" } }),
        json!({ "message": "created", "applicant_id": "A-1" }),
    ] {
        let vendor = Vendor::new([no_match(), answer(201, body)]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), [FIND, CREATE]);
    }
}

#[tokio::test]
async fn who_has_no_address_is_refused_before_anything_is_sent() {
    let with_phone = json!({ "key": "k", "info": { "phone": "+33 6 00 00 00 01" } });
    for profile in [with_info("email", json!(null)), with_info("email", json!("none")), with_phone] {
        let vendor = Vendor::new([]).await;
        let result = vendor.push(json!({}), json!({}), &[profile]).await;
        let failure = &result.failures[0];
        assert_eq!((failure.kind, failure.step.as_str()), (ErrorKind::Invalid, "write"), "{failure:?}");
        assert!(failure.message.contains("no valid e-mail address"), "{}", failure.message);
        assert_eq!(vendor.calls(), [] as [&str; 0]);
    }
}

/// A trace says that an item may have been sent: a run that ends before the refusal is stored leaves nothing to look for.
#[tokio::test]
async fn who_is_refused_leaves_no_trace() {
    let vendor = Vendor::new([]).await;
    let writer = vendor.open(json!({})).await.unwrap();
    for info in [json!({ "first_name": "Ada" }), json!({ "email": "ada@example.com" })] {
        let profile = serde_json::from_value(json!({ "key": "k", "info": info })).unwrap();
        let applicant = connector_ceipal::format_applicant(&profile).unwrap();
        assert_eq!(writer.trace(&[&applicant]).await.unwrap_err().kind(), ErrorKind::Invalid);
    }
    assert_eq!(vendor.calls(), [] as [&str; 0]);
}

#[tokio::test]
async fn who_has_no_name_is_refused() {
    let mut profile = ada();
    profile["info"] = json!({ "email": "ada@example.com" });
    let vendor = Vendor::new([]).await;
    let result = vendor.push(json!({}), json!({}), std::slice::from_ref(&profile)).await;
    assert_eq!(result.failures[0].kind, ErrorKind::Invalid, "{result:?}");
    assert!(result.failures[0].message.contains("requires a first name"), "{result:?}");
    assert_eq!(vendor.calls(), [] as [&str; 0]);

    // Unless parameters give one, or say that the account takes none.
    for parameters in [
        json!({ "extra_fields": { "standard_fields.firstname": "Unknown" } }),
        json!({ "field_map": { "first_name": "off" } }),
    ] {
        let vendor =
            Vendor::new([no_match(), created(), list(json!([applicant("9", "ada@example.com")]))]).await;
        let result = vendor.push(parameters, json!({}), std::slice::from_ref(&profile)).await;
        assert_eq!(result.status, Status::Success, "{result:?}");
        assert_eq!(vendor.calls(), [FIND, CREATE, FIND]);
    }
}

#[tokio::test]
async fn parameters_say_what_is_sent_under_which_name() {
    let parameters = json!({
        "field_map": { "email": "standard_fields.primary_email", "phone": "off", "skills": "standard_fields.skills",
            "job_title": "standard_fields.job_title", "linkedin": "custom_fields.in", "address": "standard_fields.street" },
        "extra_fields": { "standard_fields.work_authorization": 3, "standard_fields.lastname": "Nobody" },
        "custom_field_map": { "visa": "custom_fields.visa_type", "absent": "x" },
        "source_id": 12,
        "endpoints": { "create_applicant": "/v1/custom/create/abc/", "applicants": "getCustomApplicants/" },
    });
    let found = || list(json!([applicant("9", "ada.byron+cv@example.com")]));
    let vendor = Vendor::new([no_match(), created(), found()]).await;
    let profile = with_info("location", json!({ "text": "1 Main Street" }));
    let result = vendor.push(parameters, json!({}), &[profile]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    let find = "GET /v1/getCustomApplicants/";
    assert_eq!(vendor.calls(), [find, "POST /v1/custom/create/abc/", find]);
    assert_eq!(
        vendor.form(1),
        json!({ "standard_fields.firstname": "Ada", "standard_fields.lastname": "Nobody",
            "standard_fields.primary_email": "ada.byron+cv@example.com", "standard_fields.street": "1 Main Street",
            "standard_fields.skills": "Rust,SQL NoSQL", "standard_fields.job_title": "Engineer",
            "custom_fields.in": "https://linkedin.com/in/ada", "custom_fields.visa_type": "H1B",
            "standard_fields.source": "12", "standard_fields.work_authorization": "3" })
    );
}

#[tokio::test]
async fn long_texts_are_cut_and_odd_phone_numbers_left_out() {
    let vendor = Vendor::new([no_match(), created(), ada_found()]).await;
    let mut profile = with_info("last_name", json!("ÿ".repeat(300)));
    profile["info"]["phone"] = json!("call me");
    let result = vendor.push(json!({ "text_limit": 40 }), json!({}), &[profile]).await;
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    let form = vendor.form(1);
    assert_eq!(form["standard_fields.lastname"], json!("ÿ".repeat(40)));
    assert_eq!(form.get("standard_fields.mobile_number"), None);
}

#[tokio::test]
async fn a_duplicate_that_ceipal_finds_is_reported() {
    for (status, body) in [
        (201, json!({ "success": 0, "message": "Applicant already exists" })),
        (400, json!({ "message": "Duplicate email address" })),
        (409, json!({ "message": "conflict" })),
    ] {
        let vendor = Vendor::new([no_match(), answer(status, body), ada_found()]).await;
        let result = vendor.push(json!({}), json!({}), &[ada()]).await;
        assert_eq!((result.status, result.events.write_duplicate), (Status::Success, 1), "{result:?}");
        assert_eq!(vendor.calls(), [FIND, CREATE, FIND]);
    }
    let taken = answer(400, json!({ "message": "The applicant already exists" }));
    let vendor = Vendor::new([no_match(), taken, no_match()]).await;
    let result = vendor.push(json!({}), json!({}), &[ada()]).await;
    let message = &result.failures[0].message;
    assert!(message.contains("already exists") && message.contains("lists nobody"), "{message}");
    assert_eq!(vendor.calls(), [FIND, CREATE, FIND]);
}

#[tokio::test]
async fn two_profiles_of_one_person_make_one_applicant() {
    let vendor = Vendor::new([no_match(), created(), ada_found()]).await;
    let mut second = with_info("email", json!("ADA.byron+cv@example.com"));
    second["key"] = json!("p2");
    let result = vendor.push(json!({}), json!({ "concurrency": 4 }), &[ada(), second]).await;
    assert_eq!((result.events.write_success, result.events.write_duplicate), (1, 1), "{result:?}");
    // The state knows whose address it is.
    assert_eq!(vendor.calls(), [FIND, CREATE, FIND]);
}

#[tokio::test]
async fn a_dry_run_shows_the_form() {
    let vendor = Vendor::silent().await;
    let shown = Arc::new(Mutex::new(Vec::new()));
    let sink = shown.clone();
    let mut profile = with_resume(&vendor);
    profile["info"]["location"] = json!({ "fields": { "country": "FRA", "city": "Lyon" } });
    let result = connector_ceipal::push_profile()
        .run_items(
            Box::pin(futures::stream::iter([Ok(serde_json::from_value(profile).unwrap())])),
            vendor.parameters(json!({ "extra_fields": { "x": "1" } })),
        )
        .environment(Environment {
            dry_run: Some(Arc::new(move |body| sink.lock().unwrap().push(body))),
            ..Default::default()
        })
        .await;
    assert_eq!(result.events.read_success, 1);
    assert!(vendor.server.requests().is_empty());
    let form: &Value = &shown.lock().unwrap()[0];
    assert_eq!(form["standard_fields.country"], json!("FRA"));
    assert_eq!(form["document_fields.1"], json!("Ada \"CV\".pdf"));
    assert_eq!((&form["x"], &form["standard_fields.city"]), (&json!("1"), &json!("Lyon")));
}

#[tokio::test]
async fn a_profile_is_read_at_hrflow_and_written_at_ceipal() {
    let profile = json!({ "code": 200, "message": "Profile details", "data": ada() });
    let hrflow = ScriptedServer::start([Reaction::json(200, &profile)]).await.unwrap();
    let origin = json!({ "api_secret": "ask_secret", "api_user": "me@example.com", "source_key": "s",
        "profile_key": "p1", "api_url": hrflow.base_url() });
    let origin = hrflow_core::parameters::read("origin_parameters", &origin).unwrap();
    let vendor = Vendor::new([no_match(), created(), ada_found()]).await;
    let options = hrflow_core::parameters::read("options", &json!({ "rate_limit": "off" })).unwrap();
    let run = connector_ceipal::push_profile().run(origin, vendor.parameters(json!({}))).options(options);
    let result = run.connector("ceipal").await;
    assert_eq!((result.connector.as_str(), result.action.as_str()), ("ceipal", "push_profile"));
    assert_eq!((result.status, result.events.write_success), (Status::Success, 1), "{result:?}");
    assert_eq!(vendor.calls(), [FIND, CREATE, FIND]);
}

/// 1.1 seconds lie between two calls of an account, the sign-in included.
#[tokio::test]
async fn calls_keep_their_distance() {
    let vendor = Vendor::new([ada_found()]).await;
    let started = std::time::Instant::now();
    let options = hrflow_core::parameters::read("options", &json!({})).unwrap();
    let profile = Ok(serde_json::from_value(ada()).unwrap());
    let run = connector_ceipal::push_profile()
        .run_items(
            Box::pin(futures::stream::iter([profile])),
            vendor.parameters(json!({ "api_key": "another-key" })),
        )
        .options(options);
    let result = run.await;
    assert_eq!(result.events.write_duplicate, 1, "{result:?}");
    assert!(started.elapsed() >= std::time::Duration::from_millis(1_100), "{:?}", started.elapsed());
}
