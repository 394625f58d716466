//! The connection is encrypted, with a certificate that somebody vouches for.

use std::fs;

use hrflow_core::{ErrorKind, Scope};
use rcgen::generate_simple_self_signed;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};

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
    assert!(error.to_string().contains("certificate is not trusted"), "{error}");

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

    of.as_object_mut().unwrap().remove("db_ca_file");
    of["db_tls"] = json!("trust");
    assert!(open(of).await.is_ok());
}

#[tokio::test]
async fn a_server_without_encryption_is_told() {
    let mock = Mock::start().await;
    let mut of = mock.parameters();
    of["db_tls"] = json!("require");
    let error = open(of).await.err().expect("nothing is encrypted");
    assert_eq!((error.kind(), error.scope()), (ErrorKind::Config, Scope::Run));
    assert!(error.to_string().contains("offers no encryption"), "{error}");
}
