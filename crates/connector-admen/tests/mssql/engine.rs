//! The kind of a server is detected.

use hrflow_core::ErrorKind;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::server::{Mock, five_parameters, open, parameters_of, people, push, refusing, silent};

#[tokio::test]
async fn the_five_parameters_connect_to_a_server_at_any_port() {
    let mock = Mock::start().await;
    let found = open(five_parameters(mock.port)).await.unwrap().check().await.unwrap();
    let first = found[0].to_string();
    assert!(first.contains("logged in to SQL Server") && first.ends_with(": not encrypted"), "{first}");
    let result = push(five_parameters(mock.port), &people(2)).await;
    assert_eq!(result.events.write_success, 2, "{:?}", result.failures);
}

#[tokio::test]
async fn a_login_that_is_refused_after_detection_is_told() {
    let words = "Login failed for user 'hrflow'.";
    let error = open(five_parameters(refusing(18456, words).await)).await.err().expect("it is refused");
    assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn sql_server_where_mysql_is_set_is_told() {
    let mock = Mock::start().await;
    let mut of = mock.parameters();
    of["db_engine"] = json!("mysql");
    let error = open(of).await.err().expect("it is refused");
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    let words = error.to_string();
    assert!(
        words.contains("SQL Server answers at 127.0.0.1:") && words.contains("set it to `mssql`"),
        "{words}"
    );
    assert!(!words.contains("After that"), "{words}");
    // Everything that is missing is named at once.
    let mut of = mock.parameters();
    of["db_engine"] = json!("mysql");
    of["db_tls"] = json!("require");
    let words = open(of).await.err().expect("it is refused").to_string();
    assert!(words.contains("set it to `mssql`"), "{words}");
    assert!(words.contains("After that: the server offers no encryption"), "{words}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_neither() {
    for engine in ["auto", "mysql"] {
        let mut of = parameters_of(silent().await);
        of["db_engine"] = json!(engine);
        let error = open(of).await.err().expect("nobody is there");
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    }
}

/// A server that sends something to every client, before it is asked or after.
async fn another(before: &'static [u8], after: &'static [u8]) -> Value {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                client.write_all(before).await?;
                let _ = client.read(&mut [0; 64]).await?;
                client.write_all(after).await
            });
        }
    });
    five_parameters(port)
}

#[tokio::test]
async fn what_is_no_database_is_told() {
    for (before, after) in
        [(&b"SSH-2.0-OpenSSH_9.2\r\n"[..], &b""[..]), (&b""[..], &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..])]
    {
        for engine in ["auto", "mssql", "mysql"] {
            let mut of = another(before, after).await;
            of["db_engine"] = json!(engine);
            let error = open(of).await.err().expect("it is no database");
            assert_eq!(error.kind(), ErrorKind::Config, "{engine}: {error}");
            let words = error.to_string();
            assert!(words.contains("is neither SQL Server nor MySQL nor MariaDB"), "{engine}: {words}");
        }
    }
}
