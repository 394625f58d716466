//! A server that turns clients away with an error before it greets them, and lets later ones through to a real one.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

pub(crate) struct Greeter;

impl Greeter {
    /// Returns its port. The first `times` clients get the error of that number.
    pub(crate) async fn start(server: u16, number: u16, times: usize) -> u16 {
        Self::after(server, number, 0, times).await
    }

    /// The same, after `first` clients were let through.
    pub(crate) async fn after(server: u16, number: u16, first: usize, times: usize) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(AtomicUsize::new(0));
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let seen = seen.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    if seen >= first && seen - first < times {
                        return client.write_all(&error(number)).await;
                    }
                    let mut server = TcpStream::connect(("127.0.0.1", server)).await?;
                    copy_bidirectional(&mut client, &mut server).await.map(|_| ())
                });
            }
        });
        port
    }
}

/// An error packet of MySQL, as the first one of a connection: its length, its sequence number and its payload.
fn error(number: u16) -> Vec<u8> {
    let words = b"as told by the test";
    let length = u8::try_from(words.len() + 3).expect("a short text");
    let number = number.to_le_bytes();
    [&[length, 0, 0, 0, 0xFF, number[0], number[1]], &words[..]].concat()
}
