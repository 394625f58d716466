//! A connection that breaks at a moment of our choice: a relay in front of a server, which reads along.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// When a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaks {
    /// Instead of passing on a request with this in it.
    Before(&'static str),
    /// Instead of passing on the answer to it.
    After(&'static str),
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    broke: Arc<AtomicBool>,
}

impl Proxy {
    /// Breaks one connection, and passes everything on afterwards.
    pub(crate) async fn start(server: u16, breaks: Breaks) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let broke = Arc::new(AtomicBool::new(false));
        let shared = broke.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await {
                    tokio::spawn(relay(client, server, breaks, shared.clone()));
                }
            }
        });
        Self { port, broke }
    }

    pub(crate) fn broke(&self) -> bool {
        self.broke.load(Ordering::SeqCst)
    }
}

async fn relay(client: TcpStream, server: TcpStream, breaks: Breaks, broke: Arc<AtomicBool>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut buffer = vec![0; 1 << 20];
    while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
        let (Breaks::Before(word) | Breaks::After(word)) = breaks;
        let request = &buffer[..length];
        let hit = holds(request, word);
        if hit && !broke.swap(true, Ordering::SeqCst) {
            back.abort();
            if let Breaks::After(_) = breaks {
                let _ = to_server.write_all(request).await;
                // The server has executed it before it sees that nobody listens.
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            }
            return;
        }
        if to_server.write_all(request).await.is_err() {
            break;
        }
    }
    back.abort();
}

/// Whether a request has a word in it, in the letters of either protocol.
fn holds(request: &[u8], word: &str) -> bool {
    let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [word.as_bytes(), &wide].iter().any(|word| request.windows(word.len()).any(|it| it == *word))
}
