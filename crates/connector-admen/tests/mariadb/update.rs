//! `on_existing: update` takes nothing away.

use hrflow_core::{Outcome, VendorId, Write};
use serde_json::json;

use crate::support::{counts, database, item, open, push, push_with, somebody, update};

#[tokio::test]
async fn an_update_fills_and_adds_and_destroys_nothing() {
    let database = database().await;
    assert_eq!(push(&database, &[somebody(1), somebody(2)]).await.events.write_success, 2);
    database
        .run(
            "UPDATE PERSONNES SET VILLE = 'Paris', COMMENTAIRE = 'met her', DATE_CREATION = '2001-01-01', \
             DATE_MAJ = '2030-01-01 00:00:00' WHERE ID_PERSONNE = 1; \
             UPDATE EXPERIENCES_PROFESSIONNELLES SET COMMENTAIRES = 'as told by her' WHERE ID_EXPERIENCE = 1; \
             INSERT INTO EXPERIENCES_PROFESSIONNELLES (ID_PERSONNE, INTITULE_POSTE) VALUES (1, 'Analyst')",
        )
        .await
        .unwrap();
    let mut person = somebody(1);
    person["updated_at"] = json!("2025-01-01T00:00:00+0000");
    person["info"]["phone"] = json!("+33 1 99 00 99 99");
    person["info"]["last_name"] = json!(null);
    person["experiences"] = json!([
        { "title": "ANALYST", "company": "Engines Ltd", "date_start": "2020-05-01", "date_end": "2024-06-30", "description": "other" },
        { "title": "Analyst", "company": "Looms Inc", "date_start": "2024-07-01" },
        { "description": "without a title" },
    ]);
    let options = json!({ "on_existing": "update" });
    for _ in 0..2 {
        let result = push_with(database.parameters(), options.clone(), &[person.clone()]).await;
        assert_eq!(result.events.write_success, 1, "{:?}", result.failures);
    }
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        database.rows("SELECT NOM, VILLE, COMMENTAIRE, TEL_MOBILE, DATE_CREATION, DATE_MAJ FROM PERSONNES WHERE ID_PERSONNE = 1")
            .await
            .unwrap(),
        [[text("Byron"), text("Paris"), text("met her"), text("+33 1 99 00 99 99"), text("2001-01-01"), text("2030-01-01 00:00:00")]]
    );
    let experiences = database
        .rows("SELECT INTITULE_POSTE, RAISON_SOCIALE, DATE_FIN, EN_COURS, COMMENTAIRES FROM EXPERIENCES_PROFESSIONNELLES \
            WHERE ID_PERSONNE = 1 ORDER BY ID_EXPERIENCE")
        .await
        .unwrap();
    assert_eq!(
        experiences,
        [
            [text("Analyst"), text("Engines Ltd"), text("2024-06-30"), text("0"), text("as told by her")],
            [text("Tutor"), text("Byron & Co"), text("2019-12-31"), text("0"), None],
            [text("Analyst"), None, None, None, None],
            [text("Analyst"), text("Looms Inc"), None, text("1"), None],
            [None, None, None, None, text("without a title")],
        ]
    );
    assert_eq!(counts(&database).await, (2, 7));
}

#[tokio::test]
async fn an_address_of_somebody_else_and_people_who_may_not_be_touched_stay() {
    let database = database().await;
    assert_eq!(
        push(&database, &[somebody(1), somebody(2), somebody(3), somebody(4)]).await.events.write_success,
        4
    );
    database
        .run(
            "UPDATE PERSONNES SET SOFT_DELETED = 1 WHERE ID_PERSONNE = 3; UPDATE PERSONNES SET RGPD_DISABLED = 1 WHERE ID_PERSONNE = 4; \
             UPDATE PERSONNES SET EMAIL = EMAIL_PERSO, EMAIL_PERSO = 'private@example.com' WHERE ID_PERSONNE = 2",
        )
        .await
        .unwrap();
    let writer = open(database.parameters(), json!({ "on_existing": "update" })).await.unwrap();
    let changed = |number: usize, email: &str| {
        let mut person = somebody(number);
        person["info"]["email"] = json!(email);
        person["info"]["phone"] = json!("+33 1 99 00 99 99");
        item(person)
    };
    let (one, two, three, four, gone) = (
        changed(1, "ada.2@example.com"),
        changed(2, "ada.2@example.com"),
        changed(3, "ada.3@example.com"),
        changed(4, "ada.4@example.com"),
        changed(5, "ada.5@example.com"),
    );
    let (known, no_more) = (VendorId::from("1"), VendorId::from("99"));
    let mut writes = [update(&one), update(&two), update(&three), update(&four), update(&gone)];
    writes[0].known = Some(&known);
    writes[4].known = Some(&no_more);
    let answers: Vec<_> = writer.write(&writes).await.into_iter().map(Result::unwrap).collect();
    let told: Vec<_> =
        answers.iter().map(|it| (it.outcome, it.id.as_ref().map(|it| it.0.as_str()))).collect();
    assert_eq!(
        told,
        [
            (Outcome::Updated, Some("1")),
            (Outcome::Updated, Some("2")),
            (Outcome::AlreadyThere, Some("3")),
            (Outcome::AlreadyThere, Some("4")),
            (Outcome::Created, Some("5")),
        ]
    );
    assert!(answers[0].warnings[0].reason.contains("belongs to another person"), "{answers:?}");
    let rows = database
        .rows("SELECT EMAIL_PERSO, EMAIL, TEL_MOBILE LIKE '%99' FROM PERSONNES ORDER BY ID_PERSONNE")
        .await
        .unwrap();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(rows[0], [text("ada.1@example.com"), None, text("1")]);
    assert_eq!(rows[1], [text("private@example.com"), text("ada.2@example.com"), text("1")]);
    assert_eq!((rows[2][2].as_deref(), rows[3][2].as_deref()), (Some("0"), Some("0")));
}

#[tokio::test]
async fn two_profiles_of_one_person_add_what_they_share_once() {
    let database = database().await;
    database
        .run("INSERT INTO PERSONNES (NOM, EMAIL_PERSO, EMAIL, scsync_modified) VALUES ('Byron', 'ada.1@example.com', 'ada.2@example.com', '0')")
        .await
        .unwrap();
    let writer = open(database.parameters(), json!({ "on_existing": "update" })).await.unwrap();
    let items = [item(somebody(1)), item(somebody(2))];
    for answer in writer.write(&items.iter().map(update).collect::<Vec<_>>()).await {
        assert_eq!(answer.unwrap().outcome, Outcome::Updated);
    }
    assert_eq!(counts(&database).await, (1, 2));
}

#[tokio::test]
async fn whoever_was_archived_since_is_created_anew_where_that_is_wanted() {
    let database = database().await;
    push(&database, &[somebody(1)]).await;
    database.run("UPDATE PERSONNES SET SOFT_DELETED = 1").await.unwrap();
    let known = VendorId("1".to_owned());
    for (recreate, outcome, people) in [(false, Outcome::AlreadyThere, 1), (true, Outcome::Created, 2)] {
        let mut of = database.parameters();
        of["recreate_archived"] = json!(recreate);
        let writer = open(of, json!({ "on_existing": "update" })).await.unwrap();
        let item = item(somebody(1));
        let answer = writer.write(&[Write { known: Some(&known), ..update(&item) }]).await.remove(0).unwrap();
        assert_eq!((answer.outcome, counts(&database).await.0), (outcome, people));
    }
}
