//! Tests of the private server.

use mariadb_testing::{Server, Settings};

#[tokio::test]
async fn each_test_has_tables_of_its_own() {
    let server = Server::shared().await.unwrap();
    let (one, other) = (server.database().await.unwrap(), server.database().await.unwrap());
    one.run("INSERT INTO PERSONNES (NOM, scsync_modified) VALUES ('Byron', '0')").await.unwrap();
    assert_eq!(one.number("SELECT COUNT(*) FROM PERSONNES").await.unwrap(), 1);
    assert_eq!(other.number("SELECT COUNT(*) FROM PERSONNES").await.unwrap(), 0);
    assert_eq!(
        other
            .number(
                "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() \
        AND TABLE_NAME = 'PERSONNES'"
            )
            .await
            .unwrap(),
        154
    );
    let rows = one.rows("SELECT NOM, PRENOM FROM PERSONNES").await.unwrap();
    assert_eq!(rows, [[Some("Byron".to_owned()), None]]);
}

#[tokio::test]
async fn a_killed_server_comes_back_with_what_it_had_stored() {
    let mut server =
        Server::start(Settings { sql_mode: String::new(), ..Settings::default() }).await.unwrap();
    let database = server.database().await.unwrap();
    database.run("INSERT INTO PERSONNES (NOM, scsync_modified) VALUES ('Byron', '0')").await.unwrap();
    server.kill().await.unwrap();
    assert!(server.connect().await.is_err());
    server.restart().await.unwrap();
    assert_eq!(database.number("SELECT COUNT(*) FROM PERSONNES").await.unwrap(), 1);
    assert_eq!(database.rows("SELECT @@sql_mode").await.unwrap(), [[Some(String::new())]]);
    let directory = server.address().ca_file.parent().unwrap().to_owned();
    drop(server);
    for _ in 0..500 {
        if !directory.exists() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("its files are still there");
}
