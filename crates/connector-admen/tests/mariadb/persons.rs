//! What becomes of people: created, already there, refused.

use hrflow_core::Status;
use serde_json::json;

use crate::support::{database, push, somebody};

#[tokio::test]
async fn people_and_what_they_did_are_stored_once() {
    let database = database().await;
    let people: Vec<_> = (0..250).map(somebody).collect();
    let result = push(&database, &people).await;
    assert_eq!(result.status, Status::Success, "{:?}", result.failures);
    assert_eq!(result.events.write_success, 250);
    assert_eq!(database.number("SELECT COUNT(*) FROM PERSONNES").await.unwrap(), 250);
    assert_eq!(database.number("SELECT COUNT(*) FROM EXPERIENCES_PROFESSIONNELLES").await.unwrap(), 500);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        database.rows("SELECT NOM, PRENOM, EMAIL_PERSO, TEL_MOBILE, VILLE, DATE_CREATION, DATE_MAJ, scsync_modified, \
            SOFT_DELETED FROM PERSONNES WHERE ID_PERSONNE = 8").await.unwrap(),
        [[text("Byron"), text("Ada 7"), text("ada.7@example.com"), text("+33 1 99 00 12 34"), None, text("2024-01-02"),
            text("2024-02-03 04:05:06"), text("0"), text("0")]]
    );
    assert_eq!(
        database.rows("SELECT INTITULE_POSTE, POSTE_OCCUPE, RAISON_SOCIALE, DEPARTMENT, DATE_EXP, DATE_FIN, EN_COURS, \
            COMMENTAIRES FROM EXPERIENCES_PROFESSIONNELLES WHERE ID_PERSONNE = 8 ORDER BY ID_EXPERIENCE").await.unwrap(),
        [
            [text("Analyst"), text("Analyst"), text("Engines Ltd"), text("London"), text("2020-05-01"), None, text("1"),
                text("Numbers")],
            [text("Tutor"), text("Tutor"), text("Byron & Co"), None, text("2017-01-01"), text("2019-12-31"), text("0"),
                None],
        ]
    );

    // Another run without a journal finds them by their addresses.
    let again = push(&database, &people).await;
    assert_eq!(again.events.write_duplicate, 250, "{:?}", again.failures);
    assert_eq!(database.number("SELECT COUNT(*) FROM PERSONNES").await.unwrap(), 250);
}

#[tokio::test]
async fn a_refused_person_does_not_cost_the_neighbours() {
    let database = database().await;
    database.run("ALTER TABLE PERSONNES ADD UNIQUE KEY UQ_TEL (TEL_MOBILE)").await.unwrap();
    let people: Vec<_> = (0..10)
        .map(|number| {
            let mut person = somebody(number);
            let phone = if number == 7 { 3 } else { number };
            person["info"]["phone"] = json!(format!("+33 1 99 00 {phone:04}"));
            person
        })
        .collect();
    let result = push(&database, &people).await;
    assert_eq!(result.status, Status::SuccessWithFailures);
    assert_eq!((result.events.write_success, result.events.write_failure), (9, 1), "{:?}", result.failures);
    let failure = &result.failures[0];
    assert!(failure.message.contains("UQ_TEL"), "{failure:?}");
    assert_eq!(database.number("SELECT COUNT(*) FROM EXPERIENCES_PROFESSIONNELLES").await.unwrap(), 18);
}
