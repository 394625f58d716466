//! What becomes of people: created, already there, refused.

use std::sync::Arc;

use connector_admen::{Person, push_profile};
use connector_hrflow::testing;
use hrflow_core::{Environment, Outcome, Status, state::MemoryState};
use serde_json::{Value, json};

use crate::support::{counts, database, item, nameless, open, parameters, push, report, somebody};

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

#[tokio::test]
async fn an_address_counts_in_either_column_and_nowhere_else() {
    let database = database().await;
    // A flag may be a bit.
    database.run("ALTER TABLE PERSONNES MODIFY RGPD_DISABLED BIT(1) NULL").await.unwrap();
    database
        .run(
            "INSERT INTO PERSONNES (ID_PERSONNE, NOM, EMAIL, EMAIL_PERSO, SOFT_DELETED, RGPD_DISABLED, scsync_modified) VALUES \
             (101, 'a', ' ', 'ADA.1@Example.com ', 0, NULL, '0'), \
             (102, 'b', 'ada.2@example.com', NULL, 0, 0, '0'), \
             (103, 'c', 'ada.3@example.com', NULL, 1, 0, '0'), \
             (104, 'd', 'ada.3@example.com', NULL, 0, 0, '0'), \
             (105, 'e', NULL, 'ada.4@example.com', 0, 0, '0'), \
             (106, 'f', NULL, 'ada.4@example.com', 1, 1, '0'), \
             (107, 'g', NULL, 'ada.5@example.com', 1, 0, '0'), \
             (108, 'h', NULL, 'àda.6@example.com', 0, 0, '0')",
        )
        .await
        .unwrap();
    let people: Vec<_> = (1..8).map(somebody).collect();
    let state = Arc::new(MemoryState::new());
    let environment = Environment { state: Some(state), ..Environment::default() };
    let of = parameters(database.parameters());
    let result = testing::push(push_profile(), of, json!({}), environment, &people).await;
    // The first five are there; who is called nearly the same is somebody else.
    assert_eq!((result.events.write_duplicate, result.events.write_success), (5, 2), "{:?}", result.failures);
    let new =
        database.rows("SELECT EMAIL_PERSO FROM PERSONNES WHERE ID_PERSONNE > 108 ORDER BY 1").await.unwrap();
    assert_eq!(new, [6, 7].map(|it| [Some(format!("ada.{it}@example.com"))]));

    let mut of = database.parameters();
    of["recreate_archived"] = json!(true);
    let writer = open(of, json!({})).await.unwrap();
    let items: Vec<_> = [3, 4, 5].into_iter().map(|it| item(somebody(it))).collect();
    let answers = writer.write(&items.iter().map(report).collect::<Vec<_>>()).await;
    let told: Vec<_> = answers
        .into_iter()
        .map(Result::unwrap)
        .map(|it| (it.outcome, it.id.unwrap().0, it.warnings))
        .collect();
    // One who is not archived has the third address; the fourth objected; the fifth is archived only.
    assert_eq!((told[0].0, told[0].1.as_str()), (Outcome::AlreadyThere, "104"));
    assert_eq!((told[1].0, told[1].1.as_str()), (Outcome::AlreadyThere, "106"));
    assert!(told[1].2[0].field.contains("RGPD_DISABLED"), "{told:?}");
    assert_eq!(told[2].0, Outcome::Created);
}

#[tokio::test]
async fn a_column_that_tells_cases_apart_is_looked_up_all_the_same() {
    let database = database().await;
    database
        .run(
            "ALTER TABLE PERSONNES MODIFY EMAIL_PERSO VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL; \
             INSERT INTO PERSONNES (ID_PERSONNE, NOM, EMAIL_PERSO, scsync_modified) VALUES (7, 'a', 'Ada.1@Example.com', '0')",
        )
        .await
        .unwrap();
    let result = push(&database, &[somebody(1)]).await;
    assert_eq!(result.events.write_duplicate, 1, "{:?}", result.failures);
}

#[tokio::test]
async fn who_has_no_address_is_stored_and_samples_of_every_kind_are() {
    let database = database().await;
    let result = push(&database, &[nameless(1), nameless(2)]).await;
    assert_eq!(result.events.write_success, 2, "{:?}", result.failures);
    assert_eq!(counts(&database).await, (2, 2));
    let samples: Vec<_> = testing::SAMPLES.iter().map(|(name, _)| testing::sample(name)).collect();
    let result = push(&database, &samples).await;
    // One of them has nothing that a person is known by.
    assert_eq!(result.events.format_failure, 1, "{:?}", result.failures);
    assert_eq!(result.events.write_success, testing::SAMPLES.len() as u64 - 1);
    // The table wants a name.
    let phone = json!({ "key": "p", "info": { "phone": "+33 6 00 00 00 01" } });
    let result = push(&database, &[phone]).await;
    assert_eq!(result.events.write_failure, 1, "{:?}", result.failures);
    assert!(result.failures[0].message.contains("PERSONNES.NOM has to be filled"), "{:?}", result.failures);
}

#[tokio::test]
async fn two_writers_do_not_double_a_person() {
    let database = database().await;
    let people: Vec<_> = (0..120).map(somebody).collect();
    let runs = futures::future::join_all((0..4).map(|_| push(&database, &people))).await;
    let created: u64 = runs.iter().map(|it| it.events.write_success).sum();
    let there: u64 = runs.iter().map(|it| it.events.write_duplicate).sum();
    assert_eq!((created, there), (120, 360), "{:?}", runs.iter().map(|it| &it.failures).collect::<Vec<_>>());
    assert_eq!(counts(&database).await, (120, 240));
}

#[tokio::test]
async fn other_columns_are_written_and_unknown_ones_refused() {
    let database = database().await;
    let writer = open(database.parameters(), json!({})).await.unwrap();
    let with = |more: Value| {
        let mut json = serde_json::to_value(item(somebody(1))).unwrap();
        testing::merge(&mut json, more);
        serde_json::from_value::<Person>(json).unwrap()
    };
    let items = [
        with(
            json!({ "EMAIL_PERSO": "a@example.com", "CANDIDAT": true, "ORIGINE": "HrFlow", "RGPD_ASKEDDATE": "2024-01-02T00:00:00+0000",
            "COMBGCOLOR": "1.5", "scsync_modified": 7, "CIVILITE": null }),
        ),
        with(json!({ "EMAIL_PERSO": "b@example.com", "NO_SUCH": 1 })),
        with(json!({ "EMAIL_PERSO": "c@example.com", "ID_PERSONNE": 1 })),
        with(json!({ "EMAIL_PERSO": "d@example.com", "CANDIDAT": "perhaps" })),
        with(json!({ "EMAIL_PERSO": "e@example.com", "NOM": "x` , `" })),
    ];
    let answers = writer.write(&items.iter().map(report).collect::<Vec<_>>()).await;
    let words: Vec<String> =
        answers.iter().map(|it| it.as_ref().err().map(ToString::to_string).unwrap_or_default()).collect();
    assert_eq!(words[0], "");
    assert!(words[1].contains("PERSONNES has no column of the name NO_SUCH"), "{words:?}");
    assert!(words[2].contains("PERSONNES.ID_PERSONNE is not for an item to write"), "{words:?}");
    assert!(words[3].contains("PERSONNES.CANDIDAT") && words[3].contains("no whole number"), "{words:?}");
    assert_eq!(words[4], "");
    let row = database
        .rows("SELECT CANDIDAT, ORIGINE, RGPD_ASKEDDATE, COMBGCOLOR, scsync_modified FROM PERSONNES WHERE EMAIL_PERSO = 'a@example.com'")
        .await
        .unwrap();
    assert_eq!(row, [["1", "HrFlow", "2024-01-02", "1.5", "7"].map(|it| Some(it.to_owned()))]);
    assert_eq!(counts(&database).await, (2, 4));
}

#[tokio::test]
async fn an_address_for_work_alone_is_what_a_person_is_known_by() {
    let database = database().await;
    let writer = open(database.parameters(), json!({})).await.unwrap();
    let mut person = item(somebody(1));
    person.email_perso = None;
    person.other.insert("EMAIL".to_owned(), json!(" Ada@Example.com "));
    assert!(writer.identity(&person).is_some());
    for outcome in [Outcome::Created, Outcome::AlreadyThere] {
        let answer = writer.write(&[report(&person)]).await.remove(0).unwrap();
        assert_eq!(answer.outcome, outcome);
    }
    assert_eq!(counts(&database).await, (1, 2));
    assert_eq!(
        database.rows("SELECT EMAIL FROM PERSONNES").await.unwrap(),
        [[Some("Ada@Example.com".to_owned())]]
    );
}
