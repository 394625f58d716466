//! A relay in front of the mock server, which knows messages of one packet only: it counts requests and packets, and passes of a
//! longer message what the server knows it by.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf},
};

/// The length of a packet's header. Its third and fourth byte are the length of the packet, its second one the status.
const HEADER: usize = 8;
const END_OF_MESSAGE: u8 = 1;
/// The most of a message that is passed on.
const MOST: usize = 30_000;
/// The end of a request that inserts persons, which the server knows it by.
const END: &str = "[ID] FROM @IDS";

/// What clients sent.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) requests: AtomicUsize,
    pub(crate) packets: AtomicUsize,
}

/// Returns the port of the relay.
pub(crate) async fn start(server: u16, counts: Arc<Counts>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { continue };
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            let counts = counts.clone();
            tokio::spawn(async move {
                while let Ok((kind, body)) = message(&mut from_client, &counts).await {
                    let body = known(&body);
                    let length = u16::try_from(body.len() + HEADER).expect("a short packet").to_be_bytes();
                    let head = [kind, END_OF_MESSAGE, length[0], length[1], 0, 0, 1, 0];
                    if to_server.write_all(&[&head[..], &body].concat()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

/// The type and the body of the next message.
async fn message(from: &mut OwnedReadHalf, counts: &Counts) -> std::io::Result<(u8, Vec<u8>)> {
    let mut body = Vec::new();
    loop {
        let mut head = [0; HEADER];
        from.read_exact(&mut head).await?;
        let mut rest = vec![0; usize::from(u16::from_be_bytes([head[2], head[3]])) - HEADER];
        from.read_exact(&mut rest).await?;
        body.extend(rest);
        counts.packets.fetch_add(1, Ordering::SeqCst);
        if head[1] & END_OF_MESSAGE != 0 {
            counts.requests.fetch_add(1, Ordering::SeqCst);
            return Ok((head[0], body));
        }
    }
}

fn known(body: &[u8]) -> Vec<u8> {
    let end: Vec<u8> = END.encode_utf16().flat_map(u16::to_le_bytes).collect();
    match body.windows(end.len()).rposition(|it| it == end) {
        Some(at) => body[at.saturating_sub(MOST)..at + end.len()].to_vec(),
        None => body[..body.len().min(MOST)].to_vec(),
    }
}
