//! Getting in: refused, not allowed, not there, unprotected.

use std::{net::IpAddr, sync::Arc};

use connector_admen::push_profile;
use connector_hrflow::testing;
use hrflow_core::{
    Environment, ErrorKind, Scope,
    state::{MemoryState, State},
};
use mariadb_testing::{Server, Settings};
use serde_json::{Value, json};

use crate::certificates;
use crate::greeter::Greeter;
use crate::support::{database, nameless, open, parameters, push_with, somebody};

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
        words.contains("the database server cannot be reached at 127.0.0.1:1")
            && words.contains("Check db_host"),
        "{words}"
    );
    let (kind, words) = refused(with("db_ca_file", json!("/no/such.pem"))).await;
    assert_eq!(kind, ErrorKind::Config);
    assert!(words.contains("/no/such.pem"), "{words}");

    // No authority that this machine trusts has signed the server's certificate.
    let mut of = database.five_parameters();
    of["db_tls"] = json!("require");
    let (kind, words) = refused(of.clone()).await;
    assert_eq!(kind, ErrorKind::Config, "{words}");
    assert!(words.contains("certificate is not trusted: no authority"), "{words}");
    assert!(words.contains("Set db_ca_file") && words.contains("set db_tls to `trust`"), "{words}");
    assert!(words.len() < 500, "{words}");
}

/// What `check` reports of the connection, and how the server sees it.
async fn encryption(of: Value) -> String {
    let found = open(of, json!({})).await.expect("it opens").check().await.expect("the check passes");
    let first = found[0].to_string();
    first.split(": ").last().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_check_reports_the_encryption_that_is_really_used() {
    let database = database().await;
    let mut of = database.five_parameters();
    assert_eq!(encryption(of.clone()).await, "encrypted, its certificate not verified");
    assert_eq!(encryption(database.parameters()).await, "encrypted, its certificate verified");
    for (tls, told) in [("trust", "encrypted, its certificate not verified"), ("off", "not encrypted")] {
        of["db_tls"] = json!(tls);
        assert_eq!(encryption(of.clone()).await, told);
    }
    let server = Server::start(Settings { options: vec!["--skip-ssl".to_owned()], ..Settings::default() })
        .await
        .unwrap();
    let database = server.database().await.unwrap();
    assert_eq!(encryption(database.five_parameters()).await, "not encrypted");
}

#[tokio::test]
async fn the_five_parameters_connect_to_this_machine_and_break_no_handshake() {
    // They are what the README shows, and nothing else.
    let readme = include_str!("../../README.md").split("```yaml\ntarget_parameters:\n").nth(1).unwrap();
    let shown: Vec<&str> =
        readme.lines().take_while(|it| *it != "```").filter_map(|it| it.trim().split(':').next()).collect();
    assert_eq!(shown, ["db_host", "db_port", "db_name", "db_user", "db_password"]);
    let server = Server::start(Settings::default()).await.unwrap();
    let database = server.database().await.unwrap();
    let broken = "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'ABORTED_CONNECTS'";
    let before = database.number(broken).await.unwrap();
    let result = push_with(database.five_parameters(), json!({}), &[somebody(1)]).await;
    assert_eq!(result.events.write_success, 1, "{:?}", result.failures);
    // A connection that only looks at the greeting counts towards `max_connect_errors`.
    assert_eq!(database.number(broken).await.unwrap(), before);
}

#[tokio::test]
async fn a_server_that_insists_on_encryption_is_told() {
    let server = Server::start(Settings::default()).await.unwrap();
    let database = server.database().await.unwrap();
    database.run("SET GLOBAL require_secure_transport = ON").await.unwrap();
    let mut of = database.five_parameters();
    assert_eq!(encryption(of.clone()).await, "encrypted, its certificate not verified");
    of["db_tls"] = json!("off");
    // MariaDB says the same as to a wrong password.
    let (kind, words) = refused(of).await;
    assert_eq!(kind, ErrorKind::Unauthorized, "{words}");
    assert!(words.contains("If the server or the account requires encryption"), "{words}");
    assert!(words.contains("set db_tls to `require` or to `trust`"), "{words}");
    // MySQL has a number of its own for it.
    let mut of = database.five_parameters();
    of["db_port"] = json!(Greeter::start(0, 3159, usize::MAX).await);
    of["db_tls"] = json!("off");
    let (kind, words) = refused(of).await;
    assert_eq!(kind, ErrorKind::Config, "{words}");
    assert!(words.contains("accepts encrypted connections only, and db_tls is `off`"), "{words}");
    assert!(words.contains("Set db_tls to `require`") && words.contains("`trust`"), "{words}");
}

/// A server with a certificate that a command makes, and what a user sets to have it verified.
async fn with_certificate(command: &str) -> (Server, tempfile::TempDir, Value) {
    let directory = tempfile::tempdir().unwrap();
    certificates::make(command, directory.path());
    let (certificate, key) = (directory.path().join("server.pem"), directory.path().join("server-key.pem"));
    let options =
        vec![format!("--ssl-cert={}", certificate.display()), format!("--ssl-key={}", key.display())];
    let server = Server::start(Settings { options, ..Settings::default() }).await.unwrap();
    let mut of = server.database().await.unwrap().five_parameters();
    of["db_host"] = json!("localhost");
    of["db_ca_file"] = json!(certificate);
    (server, directory, of)
}

#[tokio::test]
async fn the_guides_certificate_is_verified_and_the_usual_ones_are_told() {
    let (_server, _directory, of) = with_certificate(&certificates::documented()).await;
    assert_eq!(encryption(of).await, "encrypted, its certificate verified");

    for (command, why) in
        [(certificates::AUTHORITYS, "(CA:TRUE)"), (certificates::OLD, "an X.509 certificate of version 1")]
    {
        let (_server, _directory, mut of) = with_certificate(command).await;
        let (kind, words) = refused(of.clone()).await;
        assert_eq!(kind, ErrorKind::Config, "{words}");
        assert!(words.contains(why) && words.contains("docs/guides/ad-men.md"), "{words}");
        // On this machine it is used all the same, or left out if the library cannot use it at all.
        of.as_object_mut().unwrap().remove("db_ca_file");
        let told = encryption(of.clone()).await;
        let usable = command == certificates::AUTHORITYS;
        assert_eq!(told, if usable { "encrypted, its certificate not verified" } else { "not encrypted" });
        of["db_tls"] = json!("trust");
        match usable {
            true => assert_eq!(encryption(of).await, "encrypted, its certificate not verified"),
            false => assert!(refused(of).await.1.contains("set db_tls to `off`")),
        }
    }
}

/// This machine by an address that is not loopback: another machine, as far as the connector can tell.
fn another_machine() -> IpAddr {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    // Nothing is sent: the system only chooses the address that it would send from.
    socket.connect("192.0.2.1:9").unwrap();
    let address = socket.local_addr().unwrap().ip();
    assert!(!address.is_loopback(), "this test needs a network");
    address
}

#[tokio::test]
async fn another_machine_is_verified_and_nothing_less() {
    let options = |more: &[&str]| {
        let all = ["--bind-address=0.0.0.0"].iter().chain(more);
        all.map(|it| (*it).to_owned()).collect::<Vec<_>>()
    };
    let host = another_machine().to_string();
    let with_tls = Server::start(Settings { options: options(&[]), ..Settings::default() }).await.unwrap();
    let database = with_tls.database().await.unwrap();
    let mut of = database.five_parameters();
    of["db_host"] = json!(host);
    let (kind, words) = refused(of.clone()).await;
    assert_eq!(kind, ErrorKind::Config, "{words}");
    assert!(words.contains("the server's certificate is not trusted: no authority"), "{words}");
    // Both things that the certificate lacks are named, one after the other.
    of["db_ca_file"] = json!(database.address().ca_file);
    let (_, words) = refused(of.clone()).await;
    assert!(words.contains(&format!("it is valid for localhost, 127.0.0.1, and not for {host}")), "{words}");

    let without =
        Server::start(Settings { options: options(&["--skip-ssl"]), ..Settings::default() }).await.unwrap();
    let database = without.database().await.unwrap();
    let mut of = database.five_parameters();
    of["db_host"] = json!(host);
    let (kind, words) = refused(of.clone()).await;
    assert_eq!(kind, ErrorKind::Config, "{words}");
    assert!(words.contains("offers no encryption") && words.contains("set db_tls to `off`"), "{words}");
    of["db_tls"] = json!("off");
    assert_eq!(encryption(of).await, "not encrypted");
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
    let (kind, words) = refused(of).await;
    assert_eq!(kind, ErrorKind::Unauthorized);
    assert!(words.contains("requires encryption (REQUIRE SSL), set db_tls to `require` or"), "{words}");
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
    assert!(words.contains("PERSONNES uses MyISAM, which has no transactions"), "{words}");
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
    assert!(words.contains("MySQL answers at 127.0.0.1:") && words.contains("set it to `mysql`"), "{words}");
    assert!(!words.contains("After that"), "{words}");
    // Everything that is missing is named at once.
    let mut of = database.five_parameters();
    of["db_engine"] = json!("mssql");
    of["db_tls"] = json!("require");
    let (_, words) = refused(of).await;
    assert!(
        words.contains("set it to `mysql`") && words.contains("After that") && words.contains("db_ca_file"),
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
    // It takes a name in another case for the same, and so do we: who has no address is known by the state alone.
    let state: Arc<dyn State> = Arc::new(MemoryState::new());
    let mut of = database.parameters();
    for (name, count) in [(database.name().to_owned(), (1, 0)), (database.name().to_uppercase(), (0, 1))] {
        of["db_name"] = json!(name);
        let environment = Environment { state: Some(state.clone()), ..Environment::default() };
        let result =
            testing::push(push_profile(), parameters(of.clone()), json!({}), environment, &[nameless(2)])
                .await;
        assert_eq!(
            (result.events.write_success, result.events.write_duplicate),
            count,
            "{:?}",
            result.failures
        );
    }
    assert!(open(database.parameters(), json!({})).await.unwrap().check().await.is_ok());
}
