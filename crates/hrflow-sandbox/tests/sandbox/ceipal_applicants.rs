use hrflow_sandbox::ceipal::{CreateFiles, Created, Duplicate, Refusal};
use hrflow_sandbox::documents::{pdf, sha256};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;

use crate::ceipal_support::{Cei, EMAIL, FIRST, parts};
use crate::support::read;

const CREATED: &str = r#"{"status":201,"success":1}"#;

/// Returns the ids of a country and one of its states.
async fn place(cei: &Cei) -> (String, String) {
    let countries = cei.get("v1/getCountriesList/").await.json();
    let country =
        countries.as_array().unwrap().iter().find(|one| one["iso"] == "US").unwrap()["id"].to_string();
    let states = cei.get("v1/getStatesList/?country=US").await.json();
    let state =
        states.as_array().unwrap().iter().find(|one| one["abbreviation"] == "IL").unwrap()["id"].to_string();
    (country, state)
}

#[tokio::test]
async fn a_create_and_what_is_read_back() {
    let cei = Cei::start().await;
    let (country, state) = place(&cei).await;
    let fields = [
        FIRST,
        ("standard_fields.lastname", "O'Sample & Co"),
        ("standard_fields.email", "Ann+X@example.com"),
        ("standard_fields.mobile_number", "+15550100"),
        ("standard_fields.country", &country),
        ("standard_fields.state", &state),
        ("standard_fields.city", "Springfield"),
        ("standard_fields.address", "1 Quay"),
        ("standard_fields.gdpr_consent_type", "1"),
        ("standard_fields.gdpr_consent_period", ""),
        ("standard_fields.skills", "Rust, SQL"),
        ("custom_fields.colour", "red"),
        ("colour", "blue"),
    ];
    let answer = cei.create(&fields).await;
    assert_eq!((answer.status, answer.text.as_str()), (201, CREATED));
    let stored = &cei.stand_in().applicants()[0];
    assert_eq!(stored.fields.len(), 11);
    assert_eq!(stored.fields["custom_fields.colour"], "red");
    let unknown: Vec<(&str, &str)> =
        stored.unknown.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(unknown, [("colour", "blue"), ("standard_fields.skills", "Rust, SQL")]);

    let list = cei.get_with("v1/getApplicantsList/", &[("email", "Ann+X@example.com")]).await.json();
    assert_eq!(list["count"], 1);
    let row = &list["results"][0];
    for (name, value) in [
        ("id", stored.id.as_str()),
        ("applicant_id", stored.applicant_id.as_str()),
        ("firstname", "Ann"),
        ("lastname", "O'Sample & Co"),
        ("consultant_name", "Ann O'Sample & Co"),
        ("email", "Ann+X@example.com"),
        ("mobile_number", "+15550100"),
        ("country", "United States"),
        ("state", "Illinois"),
        ("city", "Springfield"),
        ("address", "1 Quay"),
        ("skills", ""),
        ("resume_path", ""),
    ] {
        assert_eq!(row[name], value, "{name}");
    }
    assert_eq!(row["created_by"], 501);
}

#[tokio::test]
async fn bodies_that_are_refused() {
    let cei = Cei::start().await;
    let json = cei
        .request(Method::POST, "v1/createApplicant")
        .json(&json!({"standard_fields.email": "a@example.com"}));
    read(json.send().await.unwrap()).await.assert_refused(400, "The request must be a form.");
    let text = cei.request(Method::POST, "v1/createApplicant").body("standard_fields.firstname=A");
    read(text.send().await.unwrap()).await.assert_refused(400, "The request must be a form.");
    let email = "Please provide a valid email.";
    let mobile = "Please provide a valid mobile number.";
    let region = "The state is not valid for the country.";
    let (country, state) = place(&cei).await;
    let india = "1015";
    for (fields, message) in [
        (vec![], "The email field is required."),
        (vec![FIRST], "The email field is required."),
        (vec![FIRST, ("standard_fields.email", " ")], "The email field is required."),
        (vec![EMAIL], "The firstname field is required."),
        (vec![("firstname", "Ann"), ("email", "ann@example.com")], "The email field is required."),
        (vec![FIRST, ("standard_fields.email", "\"ann@example.com\",")], email),
        (vec![FIRST, ("standard_fields.email", "\"ann@example.com\"")], email),
        (vec![FIRST, ("standard_fields.email", "ann@example.com,")], email),
        (vec![FIRST, ("standard_fields.email", "ann")], email),
        (vec![FIRST, EMAIL, ("standard_fields.mobile_number", "+1 555 0100")], mobile),
        (vec![FIRST, EMAIL, ("standard_fields.mobile_number", "123456")], mobile),
        (vec![FIRST, EMAIL, ("standard_fields.mobile_number", "1234567890123456")], mobile),
        (vec![FIRST, EMAIL, ("standard_fields.country", "United States")], "The country is not valid."),
        (vec![FIRST, EMAIL, ("standard_fields.country", "840")], "The country is not valid."),
        (vec![FIRST, EMAIL, ("standard_fields.state", &state)], region),
        (
            vec![FIRST, EMAIL, ("standard_fields.country", &country), ("standard_fields.state", "Illinois")],
            region,
        ),
        (vec![FIRST, EMAIL, ("standard_fields.country", india), ("standard_fields.state", &state)], region),
        (vec![FIRST, EMAIL, ("document_fields.1", "JVBERi0=")], "The document must be a file."),
    ] {
        cei.create(&fields).await.assert_refused(400, message);
    }
    // The same as multipart.
    cei.send_form("v1/createApplicant", parts(&[FIRST], None))
        .await
        .assert_refused(400, "The email field is required.");
    assert_eq!(cei.stand_in().applicant_count(), 0);
    cei.stand_in().switch(|s| s.check_mobile_number = false);
    let fields = [FIRST, EMAIL, ("standard_fields.mobile_number", "+1 555 0100")];
    assert_eq!(cei.create(&fields).await.status, 201);
}

#[tokio::test]
async fn how_a_refusal_looks() {
    let cei = Cei::start().await;
    let message = "The email field is required.";
    for (refusal, body) in [
        (Refusal::SuccessZero, json!({"status": 400, "success": 0, "message": message})),
        (Refusal::SuccessFalse, json!({"success": false, "message": message})),
        (Refusal::Status, json!({"status": 400, "message": message})),
        (Refusal::StatusText, json!({"status": "failed", "message": message})),
    ] {
        cei.stand_in().switch(|s| s.refusal = refusal);
        for (in_200, status) in [(false, 400), (true, 200)] {
            cei.stand_in().switch(|s| s.errors_in_200 = in_200);
            let answer = cei.create(&[FIRST]).await;
            assert_eq!((answer.status, answer.json()), (status, body.clone()), "{refusal:?}");
        }
    }
}

#[tokio::test]
async fn how_a_success_looks() {
    let cei = Cei::start().await;
    for (n, created) in
        [Created::Bare, Created::Id, Created::Data, Created::Empty, Created::Refused].into_iter().enumerate()
    {
        cei.stand_in().switch(|s| s.created = created);
        let email = format!("a{n}@example.com");
        let answer = cei.create(&[FIRST, ("standard_fields.email", &email)]).await;
        let stored = cei.stand_in().applicants_by_email(&email);
        let ids = stored.first().map(|one| json!({"id": one.id, "applicant_id": one.applicant_id}));
        match created {
            Created::Bare => assert_eq!((answer.status, answer.text.as_str()), (201, CREATED)),
            Created::Id => {
                let mut body = ids.clone().unwrap();
                body["status"] = json!(201);
                body["success"] = json!(1);
                assert_eq!((answer.status, answer.json()), (201, body));
            }
            Created::Data => {
                let body = json!({"status": 201, "success": 1, "data": ids});
                assert_eq!((answer.status, answer.json()), (201, body));
            }
            Created::Empty => assert_eq!((answer.status, answer.text.as_str()), (201, "")),
            Created::Refused => answer.assert_refused(200, "The applicant could not be created."),
        }
        assert_eq!(stored.len(), usize::from(created != Created::Refused), "{created:?}");
    }
}

#[tokio::test]
async fn what_a_tenant_asks_for() {
    let cei = Cei::start().await;
    let required = ["standard_fields.city", "custom_fields.visa", "document_fields.1"];
    cei.stand_in().switch(|s| s.required_fields = required.map(str::to_owned).into());
    let city = ("standard_fields.city", "Springfield");
    let visa = ("custom_fields.visa", "1");
    let send = async |fields: &[(&str, &str)], file: Option<&[u8]>| {
        cei.send_form("v1/createApplicant", parts(fields, file)).await
    };
    let file = Some(b"%PDF".as_slice());
    send(&[FIRST, EMAIL, visa], file).await.assert_refused(400, "The city field is required.");
    send(&[FIRST, EMAIL, city], file).await.assert_refused(400, "The custom_fields.visa field is required.");
    send(&[FIRST, EMAIL, city, visa], None)
        .await
        .assert_refused(400, "The document_fields.1 field is required.");
    assert_eq!(send(&[FIRST, EMAIL, city, visa], file).await.status, 201);
}

#[tokio::test]
async fn other_paths_and_names() {
    let cei = Cei::start().await;
    cei.stand_in().switch(|s| {
        s.create_path = "saveCustomApplicant".to_owned();
        s.field_names =
            [("standard_fields.email".to_owned(), "standard_fields.primary_email".to_owned())].into();
    });
    assert_eq!(cei.create(&[FIRST, EMAIL]).await.status, 404);
    let path = "v1/saveCustomApplicant";
    cei.post(path, &[FIRST, EMAIL]).await.assert_refused(400, "The email field is required.");
    let here = ("standard_fields.primary_email", "ann@example.com");
    assert_eq!(cei.post(path, &[FIRST, here]).await.status, 201);
    let stored = &cei.stand_in().applicants()[0];
    assert_eq!(
        (stored.email(), stored.fields["standard_fields.email"].as_str()),
        ("ann@example.com", "ann@example.com")
    );
    assert_eq!(cei.world.sandbox.journal().of("applicants.create").len(), 2);
    // Version 2 only if the switch is set.
    cei.stand_in().switch(|s| {
        s.v2_create = true;
        s.create_path = "createApplicant".to_owned();
        s.field_names.clear();
    });
    let fields = [FIRST, ("standard_fields.email", "bo@example.com")];
    assert_eq!(cei.post("v2/createApplicant/", &fields).await.status, 201);
    let refused = cei.post("v2/createApplicant/", &[FIRST]).await;
    assert_eq!((refused.status, refused.json()), (400, json!({"message": "The email field is required."})));
}

#[tokio::test]
async fn duplicates() {
    let cei = Cei::start().await;
    cei.created("ann@example.com").await;
    let again = async || cei.create(&[FIRST, ("standard_fields.email", "ANN@example.com")]).await;
    let message = "Applicant already exists with this email.";
    again().await.assert_refused(201, message);
    cei.stand_in().switch(|s| s.duplicate = Duplicate::Hard);
    again().await.assert_refused(400, message);
    assert_eq!(cei.stand_in().applicant_count(), 1);
    cei.stand_in().switch(|s| s.duplicate = Duplicate::Allow);
    assert_eq!(again().await.text, CREATED);
    assert_eq!(cei.stand_in().applicants_by_email("Ann@Example.com").len(), 2);
}

#[tokio::test]
async fn files_with_a_create() {
    let cei = Cei::start().await;
    let bytes = [pdf("Ann"), vec![0xFF]].concat();
    let send = async |form: Form| cei.send_form("v1/createApplicant", form).await;
    assert_eq!(send(parts(&[FIRST, EMAIL], Some(&bytes))).await.text, CREATED);
    let stored = &cei.stand_in().applicants()[0];
    let file = &stored.files[0];
    assert_eq!(
        (file.sha256.clone(), file.size, file.file_name.as_str()),
        (sha256(&bytes), bytes.len(), "cv.pdf")
    );
    assert_eq!((file.field.as_str(), file.content_type.as_str()), ("document_fields.1", "application/pdf"));
    assert_eq!(cei.world.sandbox.files().held(&file.sha256).unwrap().bytes, bytes);

    cei.stand_in().clear();
    let file = |name: &str, bytes: Vec<u8>| {
        parts(&[FIRST, EMAIL], None).part("document_fields.1", Part::bytes(bytes).file_name(name.to_owned()))
    };
    cei.stand_in().switch(|s| s.resume_size = 100);
    for (name, bytes, message) in [
        ("cv", vec![1], "The document must be a file of type: doc, docx, pdf."),
        ("cv.png", vec![1], "The document must be a file of type: doc, docx, pdf."),
        ("cv.pdf?x=1", vec![1], "The document must be a file of type: doc, docx, pdf."),
        ("cv.pdf", vec![], "The document is empty."),
        ("cv.pdf", vec![1; 101], "The document may not be greater than 100 bytes."),
    ] {
        send(file(name, bytes)).await.assert_refused(400, message);
    }
    cei.stand_in().switch(|s| s.create_files = CreateFiles::Refuse);
    send(file("cv.pdf", vec![1])).await.assert_refused(400, "Documents are not allowed here.");
    assert_eq!(cei.stand_in().applicant_count(), 0);
    cei.stand_in().switch(|s| s.create_files = CreateFiles::Ignore);
    assert_eq!(send(file("CV.PDF", vec![1; 100])).await.status, 201);
    assert_eq!(cei.stand_in().applicants()[0].files, Vec::new());
}
