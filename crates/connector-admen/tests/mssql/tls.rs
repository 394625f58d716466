//! The connection is encrypted, with a certificate that somebody vouches for.

use std::fs;

use hrflow_core::{ErrorKind, Scope};
use mssql_mock_tds::protocol;
use rcgen::generate_simple_self_signed;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};

use crate::certificates;
use crate::server::{Mock, open, parameters_of};

const ANSWER: u8 = 0x04;
const PRELOGIN: u8 = 0x12;

/// A server behind TLS with a certificate, as SQL Server does it: its half of the handshake is in packets of the type
/// that it was begun with. The server underneath gives them the type of an answer, so that is put right on the way.
async fn server(certificate: &str, key: &str) -> Value {
    let mock = Mock::start_with_tls(certificate, key).await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(("127.0.0.1", mock.port)).await else { continue };
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
            tokio::spawn(async move {
                let mut is_first = true;
                let mut head = [0; 8];
                while from_server.read_exact(&mut head[..1]).await.is_ok() {
                    if head[0] != ANSWER {
                        // The handshake is over: from here on it is TLS alone.
                        to_client.write_all(&head[..1]).await?;
                        copy(&mut from_server, &mut to_client).await?;
                        break;
                    }
                    from_server.read_exact(&mut head[1..]).await?;
                    let length = usize::from(u16::from_be_bytes([head[2], head[3]])).saturating_sub(8);
                    let mut rest = vec![0; length];
                    from_server.read_exact(&mut rest).await?;
                    head[0] = if is_first { ANSWER } else { PRELOGIN };
                    is_first = false;
                    to_client.write_all(&[&head[..], &rest].concat()).await?;
                }
                std::io::Result::Ok(())
            });
        }
    });
    parameters_of(port)
}

#[tokio::test]
async fn certificates_are_verified_unless_they_are_trusted() {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let own = generate_simple_self_signed(names).unwrap();
    let mut of = server(&own.cert.pem(), &own.signing_key.serialize_pem()).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    fs::write(&file, own.cert.pem()).unwrap();

    of["db_tls"] = json!("require");
    let error = open(of.clone()).await.err().expect("nobody vouches for it");
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Config, Scope::Run), "{error}");
    assert!(error.to_string().contains("certificate is not trusted: no authority"), "{error}");
    // The driver's advice to its own users is left out.
    assert!(error.to_string().len() < 500 && !error.to_string().contains("tiberius"), "{error}");

    of["db_ca_file"] = json!(file);
    assert!(open(of.clone()).await.is_ok());
    // It vouches for another host.
    let other = generate_simple_self_signed(vec!["db.example.com".to_owned()]).unwrap();
    let mut of = server(&other.cert.pem(), &other.signing_key.serialize_pem()).await;
    fs::write(&file, other.cert.pem()).unwrap();
    of["db_tls"] = json!("require");
    of["db_ca_file"] = json!(file);
    let error = open(of.clone()).await.err().expect("it is for another host");
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    assert!(error.to_string().contains("it is valid for db.example.com, and not for 127.0.0.1"), "{error}");

    of.as_object_mut().unwrap().remove("db_ca_file");
    of["db_tls"] = json!("trust");
    assert_eq!(encryption(of.clone()).await, "encrypted, its certificate not verified");
    // On this machine that is the default.
    of["db_tls"] = json!("auto");
    assert_eq!(encryption(of.clone()).await, "encrypted, its certificate not verified");
    of["db_tls"] = json!("off");
    let error = open(of).await.err().expect("it insists on encryption");
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    assert!(error.to_string().contains("accepts encrypted connections only, and db_tls is `off`"), "{error}");
    assert!(error.to_string().contains("Set db_tls to `require`"), "{error}");
}

/// What `check` reports of the connection.
async fn encryption(of: Value) -> String {
    let found = open(of).await.expect("it opens").check().await.expect("the check passes");
    let first = found[0].to_string();
    first.split(": ").last().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_guides_certificate_is_verified_and_the_usual_ones_are_told() {
    let directory = tempfile::tempdir().unwrap();
    for (command, refusal) in [
        (certificates::documented().as_str(), None),
        (certificates::AUTHORITYS, Some("(CA:TRUE)")),
        (certificates::OLD, Some("an X.509 certificate of version 1")),
    ] {
        certificates::make(command, directory.path());
        let pem = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
        let mut of = server(&pem("server.pem"), &pem("server-key.pem")).await;
        of["db_host"] = json!("localhost");
        of["db_tls"] = json!("require");
        of["db_ca_file"] = json!(directory.path().join("server.pem"));
        match refusal {
            None => assert_eq!(encryption(of.clone()).await, "encrypted, its certificate verified"),
            Some(why) => {
                let error = open(of.clone()).await.err().expect("it cannot be verified");
                assert_eq!(error.kind(), ErrorKind::Config, "{error}");
                let words = error.to_string();
                assert!(words.contains(why) && words.contains("docs/guides/ad-men.md"), "{words}");
                assert!(words.len() < 600, "{words}");
            }
        }
        // On this machine it is used all the same.
        of["db_tls"] = json!("auto");
        of.as_object_mut().unwrap().remove("db_ca_file");
        assert_eq!(encryption(of).await, "encrypted, its certificate not verified");
    }
}

/// A server that answers the handshake with something of its own, as the data of a packet.
async fn handshake(answer: &'static [u8]) -> Value {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                let _ = client.read(&mut buffer).await?;
                client.write_all(&protocol::build_prelogin_response_with_encryption(true)).await?;
                let _ = client.read(&mut buffer).await?;
                if !answer.is_empty() {
                    let length = u16::try_from(answer.len() + 8).unwrap_or_default().to_be_bytes();
                    let packet = [&[PRELOGIN, 1, length[0], length[1], 0, 0, 1, 0], answer].concat();
                    client.write_all(&packet).await?;
                }
                std::io::Result::Ok(())
            });
        }
    });
    parameters_of(port)
}

#[tokio::test]
async fn a_server_with_an_old_tls_is_told() {
    // An alert of TLS 1.0: the version of the protocol is not supported.
    let alert = &[0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46];
    for (answer, kind, part) in [
        (&alert[..], ErrorKind::Config, "the server offers TLS 1.1 or older only"),
        (&[], ErrorKind::Unavailable, "the server broke off the TLS handshake"),
    ] {
        for tls in ["require", "trust", "auto"] {
            let mut of = handshake(answer).await;
            of["db_tls"] = json!(tls);
            let error = open(of).await.err().expect("there is no common version");
            assert_eq!((error.kind(), error.scope()), (kind, Scope::Run), "{error}");
            let words = error.to_string();
            assert!(words.contains(part) && words.contains("TLS 1.2 is the oldest"), "{words}");
        }
    }
}

#[tokio::test]
async fn a_server_without_encryption_is_told() {
    let mock = Mock::start().await;
    let mut of = mock.parameters();
    of["db_tls"] = json!("require");
    let error = open(of).await.err().expect("nothing is encrypted");
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Config, Scope::Run));
    assert!(error.to_string().contains("offers no encryption"), "{error}");
    assert!(error.to_string().contains("set db_tls to `off`"), "{error}");
}
