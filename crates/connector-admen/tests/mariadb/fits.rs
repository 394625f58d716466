//! What does not fit into a column is cut, left out or refused by name, whatever mode the server is in.

use connector_hrflow::testing::profiles;
use hrflow_core::{Found, Outcome};
use mariadb_testing::{Database, Server, Settings};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use crate::support::{counts, database, item, nameless, open, push, report, trace};

/// What is answered for people with something of their own each: the warnings, or the error.
async fn answers(database: &Database, people: &[Value]) -> Vec<Result<Vec<String>, String>> {
    let writer = open(database.parameters(), json!({})).await.unwrap();
    let items: Vec<_> = people.iter().cloned().map(item).collect();
    let answers = writer.write(&items.iter().map(report).collect::<Vec<_>>()).await;
    let told = answers.into_iter().map(|it| match it {
        Ok(receipt) => {
            assert_eq!(receipt.outcome, Outcome::Created);
            Ok(receipt.warnings.iter().map(ToString::to_string).collect())
        }
        Err(error) => Err(error.to_string()),
    });
    told.collect()
}

fn with(info: Value) -> Value {
    let mut all = json!({ "last_name": "Byron" });
    connector_hrflow::testing::merge(&mut all, info);
    json!({ "info": all, "experiences": [{ "title": "Analyst" }] })
}

async fn what_does_not_fit_is_told(database: &Database) {
    database
        .run(
            "ALTER TABLE PERSONNES MODIFY VILLE VARCHAR(10) CHARACTER SET latin1 NULL, \
             MODIFY PAYS VARCHAR(100) CHARACTER SET utf8mb3 NULL, MODIFY EMAIL_PERSO VARCHAR(20) NULL, \
             MODIFY TEL_MOBILE VARCHAR(8) NULL, MODIFY ADRESSE TINYTEXT NULL, MODIFY PRENOM VARCHAR(5) NOT NULL DEFAULT '', \
             MODIFY AREA VARCHAR(100) CHARACTER SET swe7 NULL; \
             ALTER TABLE EXPERIENCES_PROFESSIONNELLES MODIFY INTITULE_POSTE VARCHAR(12) NULL",
        )
        .await
        .unwrap();
    let city = |city: &str| with(json!({ "first_name": "Ada", "location": { "fields": { "city": city } } }));
    let told = answers(
        database,
        &[
            with(json!({ "first_name": "Ada", "location": { "text": "é".repeat(200), "fields": { "city": "Saint-Étienne-du-Mont" } } })),
            city("Dvůr"),
            with(json!({ "first_name": "Ada", "location": { "fields": { "country": "日本 😀" } } })),
            with(json!({ "first_name": "Ada", "email": "a.much.too.long.address@example.com" })),
            with(json!({ "first_name": "Ada", "phone": "+33 1 99 00 12 34" })),
            with(json!({ "first_name": "Adalbertine" })),
            // What only the server knows is left to the server.
            with(json!({ "first_name": "Ada", "location": { "fields": { "state": "日本" } } })),
            json!({ "info": { "first_name": "Ada" } }),
            city("5 € Élan"),
        ],
    )
    .await;
    assert_eq!(
        told[0].as_ref().unwrap(),
        &["PERSONNES.ADRESSE: Cut to 255 bytes", "PERSONNES.VILLE: Cut to 10 characters"]
    );
    let refused = |at: usize, part: &str| {
        let words = told[at].as_ref().unwrap_err();
        assert!(words.contains(part), "{words}");
    };
    // What an optional column cannot hold is left out, and costs nothing else.
    assert_eq!(
        told[1].as_ref().unwrap(),
        &["PERSONNES.VILLE: The column's character set latin1 does not have the character U+016F; left out"]
    );
    assert_eq!(
        told[2].as_ref().unwrap(),
        &["PERSONNES.PAYS: The column's character set utf8mb3 does not have the character U+1F600; left out"]
    );
    refused(3, "PERSONNES.EMAIL_PERSO holds 20 characters at the most");
    assert_eq!(
        told[4].as_ref().unwrap(),
        &["PERSONNES.TEL_MOBILE: Longer than the column's 8 characters; left out"]
    );
    assert_eq!(told[5].as_ref().unwrap(), &["PERSONNES.PRENOM: Cut to 5 characters"]);
    refused(6, "AREA");
    refused(7, "PERSONNES.NOM has to be filled");
    assert_eq!(told[8].as_ref().unwrap(), &[""; 0]);
    let row = database
        .rows("SELECT VILLE, CHAR_LENGTH(ADRESSE), TEL_MOBILE FROM PERSONNES WHERE ADRESSE IS NOT NULL")
        .await
        .unwrap();
    assert_eq!(row, [[Some("Saint-Étie".to_owned()), Some("127".to_owned()), None]]);
    let cities = database.rows("SELECT VILLE FROM PERSONNES WHERE VILLE LIKE '5%'").await.unwrap();
    assert_eq!(cities, [[Some("5 € Élan".to_owned())]]);
    // Nothing is stored as a question mark, and nobody without what they did.
    assert_eq!(
        database
            .number("SELECT COUNT(*) FROM PERSONNES WHERE CONCAT_WS('', VILLE, PAYS, AREA) LIKE '%?%'")
            .await
            .unwrap(),
        0
    );
    assert_eq!(counts(database).await, (6, 6));
}

#[tokio::test]
async fn only_a_column_that_has_to_be_filled_refuses_a_character() {
    let database = database().await;
    let latin = "CHARACTER SET latin1 NULL";
    database
        .run(&format!(
            "ALTER TABLE PERSONNES MODIFY NOM VARCHAR(100) CHARACTER SET latin1 NOT NULL, MODIFY PRENOM VARCHAR(100) {latin}, \
             MODIFY TEL_MOBILE VARCHAR(50) {latin}, MODIFY ADRESSE VARCHAR(255) {latin}, MODIFY VILLE VARCHAR(100) {latin}, \
             MODIFY CODE_POSTAL VARCHAR(20) {latin}, MODIFY AREA VARCHAR(100) {latin}, MODIFY PAYS VARCHAR(100) {latin}, \
             MODIFY EMAIL_PERSO VARCHAR(255) {latin}; \
             ALTER TABLE EXPERIENCES_PROFESSIONNELLES CONVERT TO CHARACTER SET latin1"
        ))
        .await
        .unwrap();
    let mut runner = TestRunner::deterministic();
    let mut people: Vec<Value> = (0..100)
        .map(|number| {
            let mut person = profiles().new_tree(&mut runner).unwrap().current();
            person["info"]["last_name"] = json!(format!("Byron {number}"));
            person["info"]["email"] = json!(format!("ada.{number}@example.com"));
            person
        })
        .collect();
    people[99]["info"]["last_name"] = json!("Dvořák");
    let mut told = answers(&database, &people).await;
    let words = told.pop().unwrap().unwrap_err();
    assert!(
        words.contains("PERSONNES.NOM cannot hold the character U+0159: its character set is latin1"),
        "{words}"
    );
    let left_out = told.into_iter().flat_map(Result::unwrap).filter(|it| it.ends_with("; left out")).count();
    assert!(left_out > 20, "{left_out}");
    assert_eq!(counts(&database).await.0, 99);
    // An address is what a person is found by.
    let mut person = item(nameless(1));
    person.email_perso = Some("ada.dvořák@example.com".to_owned());
    let writer = open(database.parameters(), json!({})).await.unwrap();
    let error = writer.write(&[report(&person)]).await.remove(0).unwrap_err();
    assert!(error.to_string().contains("PERSONNES.EMAIL_PERSO cannot hold the character U+0159"), "{error}");
}

#[tokio::test]
async fn what_does_not_fit_is_told_by_a_strict_server() {
    what_does_not_fit_is_told(&database().await).await;
}

#[tokio::test]
async fn what_does_not_fit_is_told_by_a_server_that_is_not_strict() {
    let server = Server::start(Settings { sql_mode: String::new(), ..Settings::default() }).await.unwrap();
    what_does_not_fit_is_told(&server.database().await.unwrap()).await;
}

#[tokio::test]
async fn the_servers_own_words_are_told_where_it_refuses() {
    let database = database().await;
    database
        .run(
            "ALTER TABLE PERSONNES ADD CONSTRAINT CK_NOM CHECK (NOM <> 'Byron 2'); \
             CREATE TRIGGER TR_NOM BEFORE INSERT ON PERSONNES FOR EACH ROW IF NEW.NOM = 'Byron 4' THEN \
             SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no fourth one'; END IF; \
             CREATE TRIGGER TR_EXP BEFORE INSERT ON EXPERIENCES_PROFESSIONNELLES FOR EACH ROW IF (SELECT NOM FROM PERSONNES \
             WHERE ID_PERSONNE = NEW.ID_PERSONNE) = 'Byron 6' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'nor a sixth'; END IF",
        )
        .await
        .unwrap();
    let people: Vec<_> = (0..8).map(nameless).collect();
    let result = push(&database, &people).await;
    assert_eq!((result.events.write_success, result.events.write_failure), (5, 3));
    let words: Vec<&str> = result.failures.iter().map(|it| it.message.as_str()).collect();
    for part in ["CK_NOM", "no fourth one", "nor a sixth"] {
        assert!(words.iter().any(|it| it.contains(part)), "{words:?}");
    }
    assert_eq!(counts(&database).await, (5, 5));
}

#[tokio::test]
async fn long_texts_are_stored_whole_however_many_there_are() {
    let database = database().await;
    let text = "Élan 😀 ".repeat(20_000);
    let people: Vec<_> = (0..12)
        .map(|number| {
            let mut person = nameless(number);
            person["experiences"] = json!([{ "title": "a", "description": text }, { "title": "b" }, { "title": "c", "description": text }]);
            person
        })
        .collect();
    let result = push(&database, &people).await;
    assert_eq!(result.events.write_success, 12, "{:?}", result.failures);
    assert_eq!(counts(&database).await, (12, 36));
    let query = format!(
        "SELECT COUNT(*) FROM EXPERIENCES_PROFESSIONNELLES WHERE CHAR_LENGTH(COMMENTAIRES) = {}",
        text.trim().chars().count()
    );
    assert_eq!(database.number(&query).await.unwrap(), 24);
    // One of them is more than this server takes: the others are stored.
    let mut people: Vec<_> = (12..15).map(nameless).collect();
    people[1]["experiences"][0]["description"] = json!("x".repeat(17 << 20));
    let result = push(&database, &people).await;
    assert_eq!((result.events.write_success, result.events.write_failure), (2, 1), "{:?}", result.failures);
    assert!(
        result.failures[0].message.contains("the server takes 16777216 at the most"),
        "{:?}",
        result.failures
    );
}

#[tokio::test]
async fn what_the_database_fills_in_by_itself_is_left_to_it_and_looked_past() {
    let database = database().await;
    database
        .run(
            "ALTER TABLE PERSONNES MODIFY VILLE VARCHAR(100) NOT NULL DEFAULT 'unknown', MODIFY NOM VARCHAR(100) NOT NULL DEFAULT '?'; \
             ALTER TABLE EXPERIENCES_PROFESSIONNELLES MODIFY DEPARTMENT VARCHAR(255) NOT NULL DEFAULT 'none'",
        )
        .await
        .unwrap();
    let mut person = nameless(1);
    person["info"] = json!({ "first_name": "Ada" });
    person["experiences"] =
        json!([{ "title": "Analyst" }, { "title": "Tutor", "location": { "text": "London" } }]);
    let writer = open(database.parameters(), json!({})).await.unwrap();
    let item = item(person);
    let details = writer.trace(&[&item]).await.unwrap().remove(0);
    let receipt = writer.write(&[report(&item)]).await.remove(0).unwrap();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        database
            .rows("SELECT NOM, VILLE, DEPARTMENT FROM PERSONNES JOIN EXPERIENCES_PROFESSIONNELLES USING (ID_PERSONNE) ORDER BY ID_EXPERIENCE")
            .await
            .unwrap(),
        [[text("?"), text("unknown"), text("none")], [text("?"), text("unknown"), text("London")]]
    );
    let trace = trace(&*writer, &item, details);
    assert_eq!(writer.find(&trace).await.unwrap(), Found::Ours(vec![receipt.id.unwrap()]));
}
