//! A server of the other kind.

use hrflow_core::ErrorKind;
use serde_json::json;

use crate::server::{Mock, open, parameters_of, silent};

#[tokio::test]
async fn sql_server_where_mysql_is_expected_is_told() {
    let mock = Mock::start().await;
    let mut of = mock.parameters();
    of["db_engine"] = json!("mysql");
    let error = open(of).await.err().expect("it is refused");
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    let words = error.to_string();
    assert!(
        words.contains("SQL Server answers at 127.0.0.1:") && words.contains("Set db_engine to `mssql`"),
        "{words}"
    );
}

#[tokio::test]
async fn a_server_that_says_nothing_is_neither() {
    let mut of = parameters_of(silent().await);
    of["db_engine"] = json!("mysql");
    let error = open(of).await.err().expect("nobody is there");
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
}
