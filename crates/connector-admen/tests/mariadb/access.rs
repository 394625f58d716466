//! Getting in: refused, not allowed, not there, unprotected.

use hrflow_core::{ErrorKind, Scope};
use mariadb_testing::{Server, Settings};
use serde_json::{Value, json};

use crate::support::{database, open, push_with, somebody};

/// The error that opening ends with.
async fn refused(of: Value) -> (ErrorKind, String) {
    let error = open(of, json!({ "timeout": "5s" })).await.err().expect("it is refused");
    assert_eq!(error.scope(), Scope::Run, "{error}");
    let words = format!("{error} {error:?}");
    assert!(!words.contains("s3cret"), "{words}");
    (error.kind(), error.to_string())
}

#[tokio::test]
async fn whoever_is_refused_hears_why() {
    let database = database().await;
    let with = |name: &str, value: Value| {
        let mut of = database.parameters();
        of[name] = value;
        of
    };
    let (kind, words) = refused(with("db_password", json!("s3cret-and-wrong"))).await;
    assert_eq!(kind, ErrorKind::Unauthorized);
    assert!(
        words.contains("Access denied for user") && words.contains("Check db_user and db_password"),
        "{words}"
    );
    let (kind, words) = refused(with("db_name", json!("no_such"))).await;
    assert!(
        matches!(kind, ErrorKind::Forbidden | ErrorKind::Config) && words.contains("no_such"),
        "{kind} {words}"
    );
    let (kind, words) = refused(with("db_port", json!(1))).await;
    assert_eq!(kind, ErrorKind::Unavailable);
    assert!(
        words.contains("MySQL cannot be reached at 127.0.0.1:1") && words.contains("Check db_host"),
        "{words}"
    );
    let (kind, words) = refused(with("db_ca_file", json!("/no/such.pem"))).await;
    assert_eq!(kind, ErrorKind::Config);
    assert!(words.contains("/no/such.pem"), "{words}");

    // Nobody knows the authority that signed the server's certificate, unless they are told.
    let mut of = database.parameters();
    of.as_object_mut().unwrap().remove("db_ca_file");
    let (kind, words) = refused(of.clone()).await;
    assert_eq!(kind, ErrorKind::Config, "{words}");
    assert!(words.contains("certificate is not trusted"), "{words}");
    for tls in ["trust", "off"] {
        of["db_tls"] = json!(tls);
        assert!(open(of.clone(), json!({})).await.is_ok(), "{tls}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told() {
    let options = vec!["--skip-ssl".to_owned()];
    let server = Server::start(Settings { options, ..Settings::default() }).await.unwrap();
    let database = server.database().await.unwrap();
    let (kind, words) = refused(database.parameters()).await;
    assert_eq!(kind, ErrorKind::Config, "{words}");
    assert!(words.contains("offers no encryption"), "{words}");
}

#[tokio::test]
async fn the_connection_is_encrypted() {
    let database = database().await;
    database.run(&format!("ALTER USER '{}'@'%' REQUIRE SSL", database.name())).await.unwrap();
    assert!(open(database.parameters(), json!({})).await.is_ok());
    let mut of = database.parameters();
    of["db_tls"] = json!("off");
    of.as_object_mut().unwrap().remove("db_ca_file");
    assert_eq!(refused(of).await.0, ErrorKind::Unauthorized);
}

#[tokio::test]
async fn tables_and_columns_that_are_missing_are_named() {
    let database = database().await;
    database.run("ALTER TABLE PERSONNES DROP COLUMN AREA, DROP COLUMN TWITTERPAGE; ALTER TABLE EXPERIENCES_PROFESSIONNELLES \
        DROP COLUMN DATE_FIN").await.unwrap();
    let (kind, words) = refused(database.parameters()).await;
    assert_eq!(kind, ErrorKind::Config);
    assert!(words.contains("column PERSONNES.AREA, column PERSONNES.TWITTERPAGE, column EXPERIENCES_PROFESSIONNELLES.DATE_FIN"), "{words}");
    database.run("DROP TABLE EXPERIENCES_PROFESSIONNELLES").await.unwrap();
    let (_, words) = refused(database.parameters()).await;
    assert!(words.contains("table EXPERIENCES_PROFESSIONNELLES"), "{words}");
}

#[tokio::test]
async fn tables_that_undo_nothing_are_refused() {
    let database = database().await;
    database
        .run("DROP TABLE EXPERIENCES_PROFESSIONNELLES, DOCUMENTS; ALTER TABLE PERSONNES ENGINE=MyISAM; \
            CREATE TABLE EXPERIENCES_PROFESSIONNELLES (ID_EXPERIENCE INT PRIMARY KEY AUTO_INCREMENT, ID_PERSONNE INT, \
            INTITULE_POSTE TEXT, POSTE_OCCUPE TEXT, RAISON_SOCIALE TEXT, DEPARTMENT TEXT, DATE_EXP DATE, DATE_FIN DATE, \
            EN_COURS INT, COMMENTAIRES TEXT)")
        .await
        .unwrap();
    let (kind, words) = refused(database.parameters()).await;
    assert_eq!(kind, ErrorKind::Config);
    assert!(words.contains("PERSONNES is kept by MyISAM"), "{words}");
}

#[tokio::test]
async fn check_tells_what_is_there_and_what_may_be_done() {
    let database = database().await;
    let found = open(database.parameters(), json!({})).await.unwrap().check().await.unwrap();
    assert!(
        found[0].to_string().contains("logged in to MySQL") && found[0].to_string().contains("MariaDB"),
        "{found:?}"
    );
    assert!(found[0].to_string().contains("certificate verified"), "{found:?}");
    assert!(
        found.iter().any(
            |it| it.is_warning() && it.to_string().contains("no index begins with PERSONNES.EMAIL_PERSO")
        ),
        "{found:?}"
    );
    database
        .run("CREATE INDEX IX_1 ON PERSONNES (EMAIL_PERSO); CREATE INDEX IX_2 ON PERSONNES (EMAIL)")
        .await
        .unwrap();

    let reader = format!("{}_r", database.name());
    database.user(&reader, "SELECT").await.unwrap();
    let writer = open(database.parameters_of(&reader), json!({})).await.unwrap();
    let error = writer.check().await.unwrap_err();
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Forbidden, Scope::Run));
    let words = error.to_string();
    assert!(
        words.contains("insert PERSONNES: ") && words.contains("insert EXPERIENCES_PROFESSIONNELLES: "),
        "{words}"
    );
    assert!(words.contains("INSERT command denied"), "{words}");

    let inserter = format!("{}_i", database.name());
    database.user(&inserter, "SELECT, INSERT").await.unwrap();
    let of = database.parameters_of(&inserter);
    let found = open(of.clone(), json!({})).await.unwrap().check().await.unwrap();
    assert!(found.iter().any(|it| it.to_string().contains("PERSONNES may not be updated")), "{found:?}");
    assert!(!found.iter().any(|it| it.to_string().contains("no index")), "{found:?}");
    let error = open(of, json!({ "on_existing": "update" })).await.unwrap().check().await.unwrap_err();
    assert!(error.to_string().contains("update PERSONNES"), "{error}");
    // Nothing was written by any of them.
    assert_eq!(database.number("SELECT COUNT(*) FROM PERSONNES").await.unwrap(), 0);
}

#[tokio::test]
async fn a_user_who_may_only_read_stops_the_run() {
    let database = database().await;
    let reader = format!("{}_r", database.name());
    database.user(&reader, "SELECT").await.unwrap();
    let people: Vec<_> = (0..5).map(somebody).collect();
    let result = push_with(database.parameters_of(&reader), json!({}), &people).await;
    assert_eq!(result.status, hrflow_core::Status::Fatal);
    // They can all be sent once the right is there: none of them is a dead letter.
    assert_eq!(result.events.write_failure, 0, "{result:?}");
    assert!(result.failures[0].message.contains("INSERT command denied"), "{:?}", result.failures);
}

#[tokio::test]
async fn mysql_where_sql_server_is_expected_is_told() {
    let database = database().await;
    let mut of = database.parameters();
    of["db_engine"] = json!("mssql");
    let (kind, words) = refused(of).await;
    assert_eq!(kind, ErrorKind::Config, "{words}");
    assert!(
        words.contains("MySQL or MariaDB answers at 127.0.0.1:")
            && words.contains("Set db_engine to `mysql`"),
        "{words}"
    );
}

#[tokio::test]
async fn a_server_that_writes_names_in_small_letters_is_understood() {
    let options = vec!["--lower-case-table-names=1".to_owned()];
    let server = Server::start(Settings { options, ..Settings::default() }).await.unwrap();
    let database = server.database().await.unwrap();
    let result = push_with(database.parameters(), json!({}), &[somebody(1)]).await;
    assert_eq!(result.events.write_success, 1, "{:?}", result.failures);
    assert!(open(database.parameters(), json!({})).await.unwrap().check().await.is_ok());
}
